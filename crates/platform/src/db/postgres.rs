//! PostgreSQL: each thread owns a connection, and makes a new one when it breaks.
use super::{
    Conn, Deadline, Error, Message, Mode, Result, catalogue,
    conn::{Engine, Turns},
    pipeline::Client,
    queue::Queue,
};
use std::{collections::HashMap, time::Duration};

/// Ranges such as "begins with" and the order of pages are those of bytes, in statements and in indexes. In the order of
/// a language they would find nothing.
const UNFIT: &str = "texts in this database are not in the order of their bytes, or not in UTF-8; \
    make one with `createdb --template template0 --locale C --encoding UTF8 firstline`";

pub(super) struct Slot {
    config: tokio_postgres::Config,
    schema: String,
    turns: Turns,
    lane: i64,
    limit: Duration,
    conn: Option<Conn>,
}

impl Slot {
    pub(super) fn connect(
        url: &str,
        schema: &str,
        turns: Turns,
        (lane, limit): (usize, Duration),
    ) -> Result<Slot> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if schema.is_empty() || !schema.chars().all(plain) {
            return Err(Error::Unreachable("a schema's name is a-z, 0-9 and _".into()));
        }
        let config = Client::config(url)?;
        let mut slot = Slot { config, schema: schema.into(), turns, lane: lane as i64, limit, conn: None };
        let mut conn = slot.open()?;
        // One of them asks for all.
        if lane == 0 && !catalogue::is_in_byte_order(&mut conn)? {
            return Err(Error::Unfit(UNFIT));
        }
        slot.conn = Some(conn);
        Ok(slot)
    }

    pub(super) fn create_schema(&mut self) -> Result<()> {
        let Some(conn) = &mut self.conn else { return Err(Error::Closed) };
        conn.script(&format!("CREATE SCHEMA IF NOT EXISTS {}", self.schema))
    }

    fn open(&self) -> Result<Conn> {
        let mut client = Client::open(&self.config)?;
        client
            .batch_execute(&format!(
                "SET search_path TO {};
                 SET lock_timeout TO '10s';
                 SET statement_timeout TO '{}ms';
                 SET idle_in_transaction_session_timeout TO '60s'",
                self.schema,
                self.limit.as_millis()
            ))
            .map_err(Error::unreachable)?;
        let engine = Engine::Postgres { client, prepared: HashMap::new(), composed: HashMap::new() };
        Ok(Conn::new(engine, self.turns.clone(), self.lane, Deadline::new(self.limit)))
    }

    pub(super) fn serve(mut self, queue: &Queue<Message>) {
        while let Some((mode, work)) = queue.next() {
            let (ran, held) = match self.begin(mode) {
                Ok(conn) => {
                    let ran = work(Ok(conn));
                    conn.rest();
                    let end = conn.end(mode, ran.keep);
                    // What was to be undone is undone, also by a broken connection.
                    let held = if ran.keep { end } else { Ok(()) };
                    (ran, held.map_err(Error::at_commit))
                }
                Err(error) => (work(Err(error)), Ok(())),
            };
            (ran.answer)(held);
        }
    }

    /// A fresh transaction. A connection that died while idle is replaced once, before any work ran on it.
    fn begin(&mut self, mode: Mode) -> Result<&mut Conn> {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        let alive = self.conn.as_mut().is_some_and(|conn| conn.begin(begin).is_ok());
        if !alive {
            self.conn = None;
            let mut fresh = self.open()?;
            fresh.begin(begin)?;
            self.conn = Some(fresh);
        }
        self.conn.as_mut().ok_or(Error::Closed)
    }
}
