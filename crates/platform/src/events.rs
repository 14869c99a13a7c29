//! The event log: one row for every change, in the order in which the changes became visible.
//!
//! A reader keeps the last number it saw. That is safe only if no smaller number can appear later. On SQLite
//! there is one writer. On PostgreSQL a transaction that took number 7 might commit after the one that took 8;
//! so events are buffered, and numbered as the last thing before the commit, under a lock that is held until
//! the commit is done ([`Conn::commit_in_order`](crate::db::Conn)). No domain code runs under that lock.
use crate::{
    Home, Work, args,
    authority::{Grant, System, Tx},
    db, sql,
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;

/// Something that happened. The struct's fields are the payload.
pub trait Event: serde::Serialize {
    /// Stored for ever. Never reuse or rename a kind; add a new one.
    const KIND: &'static str;
    /// The thing it happened to, e.g. `ticket/7`.
    fn subject(&self) -> String;
}

/// A kind of event as the catalogue knows it.
pub struct Kind {
    pub kind: &'static str,
    /// What its subjects are: `ticket` of `ticket/7`.
    pub noun: &'static str,
    /// The first line of the struct's documentation.
    pub about: &'static str,
    /// The names of the payload's fields.
    pub fields: &'static [&'static str],
}
/// Every kind of event of the program; `docs/reference/events.md` is made from it.
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static EVENT_KINDS: [Kind];

/// Declares events: `events! { /// A ticket was solved. TicketSolved = "ticket.solved" about ticket { ticket: Id<Ticket> } }`.
/// The subject is `WORD/VALUE` of the field of that name.
#[macro_export]
macro_rules! events {
    ($(#[doc = $about:literal] $(#[doc = $more:literal])* $name:ident = $kind:literal about $noun:literal $subject:ident
        { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        #[doc = $about] $(#[doc = $more])*
        #[derive(Debug, Clone, serde::Serialize)]
        pub struct $name { $($(#[$attribute])* pub $field: $type),* }
        impl $crate::events::Event for $name {
            const KIND: &'static str = $kind;
            fn subject(&self) -> String { format!(concat!($noun, "/{}"), self.$subject) }
        }
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::events::EVENT_KINDS)]
            #[linkme(crate = $crate::linkme)]
            static KIND: $crate::events::Kind = $crate::events::Kind {
                kind: $kind,
                noun: $noun,
                about: $about,
                fields: &[$(stringify!($field)),*],
            };
        };
    )*};
}

pub(crate) struct Pending {
    kind: &'static str,
    subject: String,
    payload: String,
    at: Millis,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Record)]
pub struct Recorded {
    pub id: Id<Recorded>,
    pub kind: String,
    pub subject: String,
    pub actor: String,
    pub payload: String,
    pub at_ms: Millis,
}
impl Recorded {
    /// The number in the subject, if it is a `noun/number`.
    pub fn subject_id(&self, noun: &str) -> Option<i64> {
        self.subject.strip_prefix(noun)?.strip_prefix('/')?.parse().ok()
    }
    /// The payload; `null` where it cannot be read.
    pub fn data(&self) -> serde_json::Value {
        serde_json::from_str(&self.payload).unwrap_or_default()
    }
}

impl<P> Tx<'_, P> {
    /// Records that something happened: history, webhook, search and live update read it from there.
    pub fn emit<E: Event>(&mut self, event: E) -> db::Result<()> {
        let payload = serde_json::to_string(&event).expect("an event is plain data");
        let at = self.now();
        self.events.push(Pending { kind: E::KIND, subject: event.subject(), payload, at });
        Ok(())
    }

    pub(crate) fn record_events(&mut self) -> db::Result<()> {
        if self.events.is_empty() {
            return Ok(());
        }
        self.leave(Work::Events);
        self.commit_in_order()?;
        let actor = self.actor().who.to_string();
        let cause = self.cause;
        for event in std::mem::take(&mut self.events) {
            self.put(
                sql!("INSERT INTO event (kind, subject, actor, payload, at_ms, cause_id) VALUES ($1, $2, $3, $4, $5, $6)"),
                args![event.kind, &event.subject, &actor, &event.payload, event.at, cause],
            )?;
        }
        Ok(())
    }
}

/// The events after `position`, in order, `limit` at most. Nothing is ever added before what this returned.
pub fn after(conn: &mut db::Conn, position: Id<Recorded>, limit: usize) -> db::Result<Vec<Recorded>> {
    conn.all(
        sql!("SELECT id, kind, subject, actor, payload, at_ms FROM event WHERE id > $1 ORDER BY id LIMIT $2"),
        args![position, limit],
    )
}

/// What happened to one thing before an event, newest first. Uses the index `event_subject`.
pub fn history(
    conn: &mut db::Conn,
    subject: &str,
    before: Option<Id<Recorded>>,
    limit: usize,
) -> db::Result<Vec<Recorded>> {
    let before = before.unwrap_or(Id::new(i64::MAX));
    conn.all(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms FROM event
              WHERE subject = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        ),
        args![subject, before, limit],
    )
}

/// One event.
pub fn one(conn: &mut db::Conn, id: Id<Recorded>) -> db::Result<Option<Recorded>> {
    conn.find(sql!("SELECT id, kind, subject, actor, payload, at_ms FROM event WHERE id = $1"), args![id])
}

/// The newest event of a kind that `actor` caused to one thing at or after `since`. Uses the index `event_subject`.
pub fn last_by(
    conn: &mut db::Conn,
    subject: &str,
    actor: &str,
    kind: &str,
    since: Millis,
) -> db::Result<Option<Recorded>> {
    conn.find(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms FROM event
              WHERE subject = $1 AND actor = $2 AND kind = $3 AND at_ms >= $4 ORDER BY id DESC LIMIT 1"
        ),
        args![subject, actor, kind, since],
    )
}

/// The number of the newest event; 0 in an empty log.
pub fn last(conn: &mut db::Conn) -> db::Result<Id<Recorded>> {
    let (id,) = conn.one::<(Option<Id<Recorded>>,)>(sql!("SELECT max(id) AS id FROM event"), args![])?;
    Ok(id.unwrap_or(Id::new(0)))
}

/// Where the reader `name` has come to; `None` before it has begun.
pub fn position(conn: &mut db::Conn, name: &str) -> db::Result<Option<Id<Recorded>>> {
    let row =
        conn.find::<(Id<Recorded>,)>(sql!("SELECT position FROM event_reader WHERE name = $1"), args![name])?;
    Ok(row.map(|(position,)| position))
}
/// The same, held until the commit: one node works at a time. `None` where another is at it.
pub fn take(conn: &mut db::Conn, name: &str) -> db::Result<Option<Id<Recorded>>> {
    let row = conn.find::<(Id<Recorded>,)>(
        sql!("SELECT position FROM event_reader WHERE name = $1 {skip_locked}"),
        args![name],
    )?;
    Ok(row.map(|(position,)| position))
}
/// Remembers it, in the transaction that used the events.
pub fn advance(conn: &mut db::Conn, name: &str, to: Id<Recorded>) -> db::Result<()> {
    conn.run(
        sql!(
            "INSERT INTO event_reader (name, position) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET position = excluded.position"
        ),
        args![name, to],
    )
    .map(drop)
}

/// New events for those who watch now: open pages, waiting workers.
pub struct Live(broadcast::Sender<Arc<Recorded>>);
impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}
impl Live {
    /// A watcher that is more than 1,024 events behind hears that it lagged, and reloads.
    pub fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }
    pub fn watch(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.0.subscribe()
    }
}

/// Events that are read in one go.
const AT_ONCE: usize = 500;
/// The least time between two looks at the log. A page that is open sees a change a little later, nobody notices.
const BREATH: Duration = Duration::from_millis(20);

/// Reads the log for as long as the program runs and hands each event to [`Live`]'s watchers.
///
/// Wakes with every event; where other nodes cannot be heard, looks once a second for theirs. What follows shortly is
/// read together: a busy desk would otherwise pay a look for each change.
pub async fn follow(home: Home) {
    let grant = Grant::<System>::system(&home);
    let mut commits = home.waits_for(Work::Events);
    let mut position = loop {
        match grant.read::<_, db::Error>(|tx| last(tx)).await {
            Ok(position) => break position,
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    };
    let mut rest = home.rest(None);
    loop {
        let _ = tokio::time::timeout(rest, commits.changed()).await;
        loop {
            let from = position;
            let read = grant.read::<_, db::Error>(move |tx| after(tx, from, AT_ONCE)).await;
            rest = if read.is_ok() { home.rest(None) } else { Duration::from_secs(1) };
            let Ok(events) = read else { break };
            let Some(newest) = events.last() else { break };
            position = newest.id;
            let is_all = events.len() < AT_ONCE;
            for event in events {
                // Nobody watching is fine.
                let _ = home.live.0.send(Arc::new(event));
            }
            if is_all {
                break;
            }
        }
        tokio::time::sleep(BREATH).await;
    }
}
