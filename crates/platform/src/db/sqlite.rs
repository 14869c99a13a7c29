//! SQLite: one writer thread with group commit, and readers on snapshots.
use super::{
    Conn, Deadline, Error, Message, Mode, Ran, Result, Work,
    conn::{Engine, Turns},
    queue::Queue,
};
use rusqlite::config::DbConfig;
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// A group ends here even when more work waits, so that no caller waits long for the commit.
const GROUP: usize = 256;
const GROUP_TIME: Duration = Duration::from_millis(20);

pub(super) fn open(file: &Path, mode: Mode, limit: Duration) -> Result<Conn> {
    let mut conn = rusqlite::Connection::open(file)?;
    conn.execute_batch(
        "PRAGMA busy_timeout = 10000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    conn.pragma_update(None, "query_only", mode == Mode::Read)?;
    // A plan is made once and does not depend on the values. Without this SQLite makes it anew whenever a value is
    // bound that a partial index or statistics could care for: half of the cost of a page.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(512);
    let deadline = Deadline::new(limit);
    let watched = deadline.clone();
    // Every 20,000 steps of its machine, a millisecond or so, SQLite asks whether to go on.
    conn.progress_handler(20_000, Some(move || watched.is_over()))?;
    Ok(Conn::new(Engine::Sqlite(conn), Turns::new(), 0, deadline))
}

/// Takes what waits, runs each in a savepoint of one transaction, commits once, then answers all. The first needs no
/// savepoint: if it is undone, nothing else was in the transaction yet.
pub(super) fn write_loop(mut conn: Conn, queue: &Queue<Message>) {
    while let Some((_, first)) = queue.next() {
        if let Err(error) = step(&mut conn, "BEGIN IMMEDIATE") {
            refuse(first, error);
            continue;
        }
        let since = Instant::now();
        let first = first(Ok(&mut conn));
        conn.rest();
        if !first.keep {
            // Some failures have already ended the transaction; then this one fails, and that is fine.
            let _ = step(&mut conn, "ROLLBACK");
            (first.answer)(Ok(()));
            continue;
        }
        let mut group = vec![first];
        while group.len() < GROUP && since.elapsed() < GROUP_TIME {
            let Some((_, work)) = queue.next_now() else { break };
            group.push(in_savepoint(&mut conn, work));
        }
        conn.rest();
        let held = step(&mut conn, "COMMIT").map_err(Error::at_commit);
        if held.is_err() {
            // Some failures have already ended the transaction; then this one fails, and that is fine.
            let _ = step(&mut conn, "ROLLBACK");
        }
        for ran in group {
            (ran.answer)(held.clone());
        }
    }
    // So that the closed file alone is the whole desk, as far as readers that still run allow it.
    let _ = conn.script("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)");
}

/// A full disk makes SQLite give up the whole transaction. A savepoint would then open a new one: it must not,
/// so everything left of the group is refused, the COMMIT fails, and everybody hears of it.
fn in_savepoint(conn: &mut Conn, work: Work) -> Ran {
    if sqlite(conn).is_autocommit() {
        return work(Err(Error::NotCommitted("the transaction is gone".into())));
    }
    if let Err(error) = step(conn, "SAVEPOINT one") {
        return work(Err(error));
    }
    let ran = work(Ok(conn));
    conn.rest();
    if !sqlite(conn).is_autocommit() {
        // Not to be able to undo one is not to be able to keep any.
        let ended = if ran.keep { Ok(()) } else { step(conn, "ROLLBACK TO one") };
        if ended.and_then(|()| step(conn, "RELEASE one")).is_err() {
            let _ = step(conn, "ROLLBACK");
        }
    }
    ran
}

pub(super) fn read_loop(mut conn: Conn, queue: &Queue<Message>) {
    while let Some((_, work)) = queue.next() {
        // Deferred: the first query takes the snapshot, the rest of the closure stays on it.
        if let Err(error) = step(&mut conn, "BEGIN DEFERRED") {
            refuse(work, error);
            continue;
        }
        let ran = work(Ok(&mut conn));
        conn.rest();
        (ran.answer)(step(&mut conn, "ROLLBACK"));
    }
}

fn refuse(work: Work, error: Error) {
    (work(Err(error)).answer)(Ok(()));
}

fn step(conn: &mut Conn, text: &str) -> Result<()> {
    Ok(sqlite(conn).prepare_cached(text)?.execute([]).map(drop)?)
}

fn sqlite(conn: &Conn) -> &rusqlite::Connection {
    match &conn.engine {
        Engine::Sqlite(sqlite) => sqlite,
        Engine::Postgres { .. } => unreachable!("a SQLite thread owns a SQLite connection"),
    }
}
