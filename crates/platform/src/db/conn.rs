//! A connection inside a transaction: the only dispatch between the engines.
use super::{Dialect, Error, Mode, Record, Result, Statement, Value, pipeline::Client};
use crossbeam_channel::{Receiver, Sender};
use rusqlite::{params_from_iter, types::ToSqlOutput, types::ValueRef};
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

static STATEMENTS_RUN: AtomicU64 = AtomicU64::new(0);
/// How many statements this process has run so far; tests and the bench compare two readings.
pub fn statements_run() -> u64 {
    STATEMENTS_RUN.load(Ordering::Relaxed)
}

/// When the work under way has to be done. Shared with SQLite's progress handler.
#[derive(Clone)]
pub(super) struct Deadline {
    since: Instant,
    limit: Duration,
    /// Milliseconds after `since`.
    at: Arc<AtomicI64>,
}
impl Deadline {
    pub(super) fn new(limit: Duration) -> Self {
        Self { since: Instant::now(), limit, at: Arc::new(AtomicI64::new(i64::MAX)) }
    }
    fn passed_ms(&self, and: Duration) -> i64 {
        (self.since.elapsed() + and).as_millis() as i64
    }
    fn start(&self) {
        self.start_with(self.limit);
    }
    pub(super) fn start_with(&self, limit: Duration) {
        self.at.store(self.passed_ms(limit), Ordering::Relaxed);
    }
    pub(super) fn stop(&self) {
        self.at.store(i64::MAX, Ordering::Relaxed);
    }
    pub(super) fn is_over(&self) -> bool {
        self.passed_ms(Duration::ZERO) > self.at.load(Ordering::Relaxed)
    }
}

pub struct Conn {
    pub(super) engine: Engine,
    /// PostgreSQL refuses everything after a failed statement, and then answers COMMIT with a silent
    /// ROLLBACK. We do the same on SQLite, and never call it a success.
    spoiled: bool,
    /// Held by the one transaction of this process that is between its numbers and its commit.
    turn: Option<Turn>,
    turns: Turns,
    lane: i64,
    pub(super) deadline: Deadline,
}
#[expect(clippy::large_enum_variant, reason = "a handful exist, for ever")]
pub(super) enum Engine {
    Sqlite(rusqlite::Connection),
    Postgres {
        client: Client,
        prepared: HashMap<&'static str, tokio_postgres::Statement>,
        /// By their text before its tokens are replaced.
        composed: HashMap<String, tokio_postgres::Statement>,
    },
}
/// A queue with one place at the front.
#[derive(Clone)]
pub(super) struct Turns(Sender<()>, Receiver<()>);
pub(super) struct Turn(Sender<()>);
impl Turns {
    pub(super) fn new() -> Self {
        let (give, take) = crossbeam_channel::bounded(1);
        let turns = Turns(give, take);
        drop(Turn(turns.0.clone()));
        turns
    }
    fn take(&self) -> Option<Turn> {
        self.1.recv().ok().map(|()| Turn(self.0.clone()))
    }
}
impl Drop for Turn {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}
/// One row, borrowed from the driver.
pub enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Conn {
    pub(super) fn new(engine: Engine, turns: Turns, lane: i64, deadline: Deadline) -> Self {
        Self { engine, spoiled: false, turn: None, turns, lane, deadline }
    }
    pub(super) fn begin_work(&mut self) {
        self.spoiled = false;
        self.deadline.start();
    }
    /// What the engine does for itself has no time limit.
    pub(super) fn rest(&self) {
        self.deadline.stop();
    }
    /// The number of this connection among those of its process that write. Counters kept one row a lane are
    /// changed without waiting for other connections.
    pub fn lane(&self) -> i64 {
        self.lane
    }
    pub(super) fn snapshot(&mut self, to: &Path) -> Result<bool> {
        match &mut self.engine {
            Engine::Sqlite(conn) => {
                self.deadline.stop();
                conn.backup("main", to, None::<fn(rusqlite::backup::Progress)>)?;
                Ok(true)
            }
            Engine::Postgres { .. } => Ok(false),
        }
    }
    /// Code that swallowed a failed statement still fails.
    pub(super) fn end_work(&self) -> Result<()> {
        if self.spoiled { Err(Error::Spoiled) } else { Ok(()) }
    }

    /// All rows, in the statement's order.
    pub fn all<R: Record>(&mut self, statement: &'static Statement, args: &[Value]) -> Result<Vec<R>> {
        self.guard(statement, |engine| match engine {
            Engine::Sqlite(conn) => {
                let mut prepared = conn.prepare_cached(statement.on(Dialect::Sqlite))?;
                check_names::<R>(statement, || prepared.column_names().map(String::from).collect());
                let mut rows = prepared.query(params_from_iter(args))?;
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push(R::decode(&Row::Sqlite(row))?);
                }
                Ok(all)
            }
            Engine::Postgres { client, prepared, .. } => {
                let prepared = prepare(client, prepared, statement)?;
                check_names::<R>(statement, || prepared.columns().iter().map(|c| c.name().into()).collect());
                client
                    .query(prepared, &dynamic(args))?
                    .iter()
                    .map(|row| R::decode(&Row::Postgres(row)))
                    .collect()
            }
        })
    }
    /// The first row, if there is one.
    pub fn find<R: Record>(&mut self, statement: &'static Statement, args: &[Value]) -> Result<Option<R>> {
        Ok(self.all(statement, args)?.into_iter().next())
    }
    /// The first row; [`Error::NoRow`] without one.
    pub fn one<R: Record>(&mut self, statement: &'static Statement, args: &[Value]) -> Result<R> {
        self.find(statement, args)?.ok_or(Error::NoRow { at: statement.at })
    }
    /// Changes data as [`Conn::run`] does, where nobody asks how many rows. On PostgreSQL it is sent together with what
    /// follows, so that several changes cost one round trip; a failure is that of what follows, or of the commit.
    /// For what no rule of the database refuses.
    pub fn put(&mut self, statement: &'static Statement, args: &[Value]) -> Result<()> {
        self.guard(statement, |engine| match engine {
            Engine::Sqlite(conn) => {
                conn.prepare_cached(statement.on(Dialect::Sqlite))?.execute(params_from_iter(args))?;
                Ok(())
            }
            Engine::Postgres { client, prepared, .. } => {
                let prepared = prepare(client, prepared, statement)?;
                client.execute_later(statement.at, prepared, args)
            }
        })
    }
    /// Changes data; returns how many rows.
    pub fn run(&mut self, statement: &'static Statement, args: &[Value]) -> Result<u64> {
        self.guard(statement, |engine| match engine {
            Engine::Sqlite(conn) => {
                let mut prepared = conn.prepare_cached(statement.on(Dialect::Sqlite))?;
                Ok(prepared.execute(params_from_iter(args))? as u64)
            }
            Engine::Postgres { client, prepared, .. } => {
                let prepared = prepare(client, prepared, statement)?;
                client.execute(prepared, &dynamic(args))
            }
        })
    }
    /// Has the engine parse and plan `statement`, and checks that its columns are of types we decode.
    pub fn prepare(&mut self, statement: &'static Statement) -> Result<()> {
        self.guard(statement, |engine| match engine {
            Engine::Sqlite(conn) => {
                conn.prepare_cached(statement.on(Dialect::Sqlite))?;
                Ok(())
            }
            Engine::Postgres { client, prepared, .. } => {
                let columns = prepare(client, prepared, statement)?.columns();
                match columns.iter().find(|c| !is_known(c.type_())) {
                    Some(c) => Err(Error::Statement { at: "", cause: format!("{c:?} needs a CAST").into() }),
                    None => Ok(()),
                }
            }
        })
    }
    /// From here to the commit no other transaction of this desk passes this point.
    ///
    /// So numbers assigned after it appear to readers in their order. On SQLite the writer is alone anyway.
    /// Other nodes wait at the lock in the server. Our own threads wait before it: with 16 connections, half the cost.
    pub(crate) fn commit_in_order(&mut self) -> Result<()> {
        match &mut self.engine {
            Engine::Postgres { client, .. } if self.turn.is_none() => {
                self.turn = self.turns.take();
                client.script_later("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)");
                Ok(())
            }
            Engine::Postgres { .. } | Engine::Sqlite(_) => Ok(()),
        }
    }
    /// From here to its end no other transaction of this desk that names the same `thing` passes this point, and what
    /// this one reads from here on is what the one before it left.
    ///
    /// On SQLite the writer is alone anyway.
    pub(crate) fn alone_with(&mut self, thing: &str) -> Result<()> {
        // Locks of one number and of two, as that of the commits, are different ones.
        static ALONE: Statement = Statement::new(
            "SELECT pg_advisory_xact_lock(
                 hashtextextended(CAST(current_schema() AS TEXT) || '/' || CAST($1 AS TEXT), 0))",
            concat!(file!(), ":", line!()),
        );
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.put(&ALONE, &[Value::from(thing)]),
        }
    }
    /// Begins a PostgreSQL transaction.
    pub(super) fn begin(&mut self, text: &'static str) -> Result<()> {
        match &mut self.engine {
            Engine::Postgres { client, .. } => client.begin(text),
            Engine::Sqlite(_) => self.script(text),
        }
    }
    /// Ends a PostgreSQL transaction, whichever way.
    pub(super) fn end(&mut self, mode: Mode, keep: bool) -> Result<()> {
        let ended = match &mut self.engine {
            Engine::Postgres { client, .. } if !keep || mode == Mode::Read => {
                client.roll_back();
                Ok(())
            }
            _ => self.script("COMMIT"),
        };
        self.turn = None;
        ended
    }
    /// Several statements without values: migrations and `BEGIN`.
    pub(super) fn script(&mut self, text: &str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(conn) => Ok(conn.execute_batch(text)?),
            Engine::Postgres { client, .. } => client.batch_execute(text),
        }
    }
    pub(super) fn dialect(&self) -> Dialect {
        match &self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        }
    }

    fn guard<T>(&mut self, at: &'static Statement, go: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        self.built(at.at, go)
    }
    /// Runs what is no [`Statement`]: only [`super::dump`] and [`super::composed`] build such text.
    pub(super) fn built<T>(
        &mut self,
        at: &'static str,
        go: impl FnOnce(&mut Engine) -> Result<T>,
    ) -> Result<T> {
        self.end_work()?;
        STATEMENTS_RUN.fetch_add(1, Ordering::Relaxed);
        let result = go(&mut self.engine).map_err(|error| error.at(at));
        self.spoiled = result.is_err();
        result
    }
}

fn prepare<'c>(
    client: &mut Client,
    prepared: &'c mut HashMap<&'static str, tokio_postgres::Statement>,
    statement: &'static Statement,
) -> Result<&'c tokio_postgres::Statement> {
    use std::collections::hash_map::Entry;
    let text = statement.on(Dialect::Postgres);
    Ok(match prepared.entry(text) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(client.prepare(text)?),
    })
}
pub(super) fn dynamic<'a>(args: &'a [Value]) -> Vec<&'a (dyn ToSql + Sync)> {
    args.iter().map(|value| value as _).collect()
}
/// Positions decide in release builds; debug builds also see that nobody reordered a field or a column.
fn check_names<R: Record>(statement: &Statement, names: impl FnOnce() -> Vec<String>) {
    if cfg!(debug_assertions) && !R::COLUMNS.is_empty() {
        assert_eq!(names(), R::COLUMNS, "{}: columns and fields differ", statement.at);
    }
}

impl Row<'_> {
    pub(super) fn value(&self, index: usize) -> Option<Value<'_>> {
        match self {
            Row::Sqlite(row) => Some(match row.get_ref(index).ok()? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(v) => Value::Integer(v),
                ValueRef::Real(v) => Value::Real(v),
                ValueRef::Text(v) => Value::Text(std::str::from_utf8(v).ok()?),
                ValueRef::Blob(v) => Value::Bytes(v),
            }),
            Row::Postgres(row) => {
                fn some<'v, T: Into<Value<'v>>>(
                    v: Result<Option<T>, tokio_postgres::Error>,
                ) -> Option<Value<'v>> {
                    v.ok().map(Value::from)
                }
                match *row.columns().get(index)?.type_() {
                    Type::BOOL => some(row.try_get::<_, Option<bool>>(index)),
                    Type::INT8 => some(row.try_get::<_, Option<i64>>(index)),
                    Type::INT4 => some(row.try_get::<_, Option<i32>>(index).map(|v| v.map(i64::from))),
                    Type::FLOAT8 => some(row.try_get::<_, Option<f64>>(index)),
                    Type::TEXT | Type::VARCHAR => some(row.try_get::<_, Option<&str>>(index)),
                    Type::BYTEA => some(row.try_get::<_, Option<&[u8]>>(index)),
                    _ => None,
                }
            }
        }
    }
}
/// The types [`Row::value`] reads.
fn is_known(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::BOOL | Type::INT8 | Type::INT4 | Type::FLOAT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA
    )
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Bool(v) => ValueRef::Integer(v.into()),
            Value::Integer(v) => ValueRef::Integer(v),
            Value::Real(v) => ValueRef::Real(v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Bytes(v) => ValueRef::Blob(v),
        }))
    }
}
impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (*self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Bool(v), &Type::BOOL) => v.to_sql(kind, out),
            (Value::Integer(v), &Type::INT8) => v.to_sql(kind, out),
            (Value::Integer(v), &Type::INT4) => i32::try_from(v)?.to_sql(kind, out),
            (Value::Real(v), &Type::FLOAT8) => v.to_sql(kind, out),
            (Value::Text(v), &Type::TEXT | &Type::VARCHAR) => v.to_sql(kind, out),
            (Value::Bytes(v), &Type::BYTEA) => v.to_sql(kind, out),
            (value, kind) => Err(format!("{} is no {kind}", value.kind()).into()),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}
