//! Limits that hold on every node and after a restart: so many within a window of time.
use crate::{args, db, sql};
use kernel::clock::Millis;

/// At most `most` within `window_ms`.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub most: i64,
    pub window_ms: i64,
}

/// Spends one of `key`'s allowance.
///
/// The window begins with the first spending and is fixed, so a patient sender gets at most twice `most` in any
/// span of that length.
///
/// * returns – `None` where it was allowed, else when the window ends.
pub fn spend(conn: &mut db::Conn, key: &str, limit: Limit, now: Millis) -> db::Result<Option<Millis>> {
    let (spent, end) = conn.one::<(i64, Millis)>(
        sql!(
            "INSERT INTO rate (key, spent, window_end_ms) VALUES ($1, 1, $3)
               ON CONFLICT (key) DO UPDATE SET
                 spent = CASE WHEN rate.window_end_ms <= $2 THEN 1 ELSE rate.spent + 1 END,
                 window_end_ms = CASE WHEN rate.window_end_ms <= $2 THEN excluded.window_end_ms
                                      ELSE rate.window_end_ms END
               RETURNING spent, window_end_ms"
        ),
        args![key, now, now.plus(limit.window_ms)],
    )?;
    Ok((spent > limit.most).then_some(end))
}

/// How much `key` has spent in its window.
pub fn spent(conn: &mut db::Conn, key: &str, now: Millis) -> db::Result<(i64, Millis)> {
    let row = conn.find::<(i64, Millis)>(
        sql!("SELECT spent, window_end_ms FROM rate WHERE key = $1 AND window_end_ms > $2"),
        args![key, now],
    )?;
    Ok(row.unwrap_or((0, now)))
}

/// Gives back one that was spent on something that was no burden after all.
pub fn give_back(conn: &mut db::Conn, key: &str) -> db::Result<()> {
    conn.run(sql!("UPDATE rate SET spent = spent - 1 WHERE key = $1 AND spent > 0"), args![key]).map(drop)
}

/// Gives `key` its whole allowance back.
pub fn forget(conn: &mut db::Conn, key: &str) -> db::Result<()> {
    conn.run(sql!("DELETE FROM rate WHERE key = $1"), args![key]).map(drop)
}

/// Removes windows that are over, 1,000 at most.
pub fn sweep(conn: &mut db::Conn, now: Millis) -> db::Result<u64> {
    conn.run(
        sql!("DELETE FROM rate WHERE key IN (SELECT key FROM rate WHERE window_end_ms < $1 LIMIT 1000)"),
        args![now],
    )
}
