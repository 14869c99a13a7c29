//! How an inbox fares: when it last worked, and why it does not.
use crate::email::{
    peer::{Kind, Stage, Trouble},
    receive::imap::{Before, Place},
};
use derive::Record;
use kernel::{
    clock::{DAY, MINUTE, Millis},
    id::Id,
};
use platform::{
    args,
    authority::{Inbox, Tx},
    db::{Conn, Result},
    sql,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Receive,
    Send,
}
platform::words! { Part { Receive = "receive", Send = "send" } }

/// One half of an inbox.
#[derive(Clone, Debug, Record)]
pub struct Health {
    pub inbox_id: Id<Inbox>,
    pub part: Part,
    pub ok_at_ms: Option<Millis>,
    pub failed_at_ms: Option<Millis>,
    /// What the server said, or what we saw. No secret.
    pub failure: Option<String>,
    /// Since when there has been no success between the failures; `None` while it works.
    pub failing_since_ms: Option<Millis>,
    /// Failures in a row.
    pub failures: i64,
    /// Where and why it failed, for words and advice.
    pub stage: Option<Stage>,
    pub cause: Option<Kind>,
    pub next_try_at_ms: Option<Millis>,
    /// On IMAP: whether the server tells of new mail by itself.
    pub has_idle: Option<bool>,
    /// When somebody last asked for a try at once.
    pub asked_at_ms: Option<Millis>,
}
impl Health {
    /// Whether it failed after it last worked.
    pub fn is_failing(&self) -> bool {
        self.failing_since_ms.is_some()
    }
    /// Whether it has failed for so long that somebody should look.
    pub fn needs_somebody(&self, now: impl Into<Millis>) -> bool {
        let now = now.into();
        self.failing_since_ms.is_some_and(|since| now.0 - since.0 > PATIENCE_MS)
    }
}

/// What passes by itself within this is not shown as a fault.
pub const PATIENCE_MS: i64 = 5 * MINUTE;

macro_rules! select_health {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT h.inbox_id, h.part, h.ok_at_ms, h.failed_at_ms, h.failure, h.failing_since_ms, h.failures, h.stage,
                    h.cause, h.next_try_at_ms, h.has_idle, h.asked_at_ms FROM inbox_health h ",
            $rest
        ))
    };
}

/// Of all inboxes, by inbox.
pub fn all(conn: &mut Conn) -> Result<Vec<Health>> {
    conn.all(select_health!("ORDER BY h.inbox_id, h.part"), args![])
}
/// The halves of one inbox that anything is known of.
pub fn of(conn: &mut Conn, inbox: Id<Inbox>) -> Result<Vec<Health>> {
    conn.all(select_health!("WHERE h.inbox_id = $1 ORDER BY h.part"), args![inbox])
}
/// How many active inboxes have failed for so long that somebody should look.
pub fn troubled<P>(tx: &mut Tx<P>) -> Result<i64> {
    let before = tx.now().plus(-PATIENCE_MS);
    let (count,) = tx.one(
        sql!(
            "SELECT count(DISTINCT h.inbox_id) AS n FROM inbox_health h JOIN inbox i ON i.id = h.inbox_id
              WHERE i.is_active = TRUE AND h.failing_since_ms < $1"
        ),
        args![before],
    )?;
    Ok(count)
}

/// It worked just now.
///
/// * `has_idle` – of a mailbox: whether its server tells of new mail by itself.
pub fn ok<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, part: Part, has_idle: Option<bool>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, ok_at_ms, has_idle) VALUES ($1, $2, $3, $4)
               ON CONFLICT (inbox_id, part) DO UPDATE
                 SET ok_at_ms = excluded.ok_at_ms, has_idle = excluded.has_idle, failing_since_ms = NULL,
                     failures = 0, next_try_at_ms = NULL"
        ),
        args![inbox, part, now, has_idle],
    )
    .map(drop)
}
/// It failed just now. What `trouble` says is for the administrator and has no secret.
///
/// * `next_try` – when it is tried again, where that is known.
pub fn failed<P>(
    tx: &mut Tx<P>,
    inbox: Id<Inbox>,
    part: Part,
    trouble: &Trouble,
    next_try: Option<Millis>,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, failed_at_ms, failing_since_ms, failures, failure, stage, cause,
                                       next_try_at_ms)
               VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7)
               ON CONFLICT (inbox_id, part) DO UPDATE
                 SET failed_at_ms = excluded.failed_at_ms, failure = excluded.failure, stage = excluded.stage,
                     cause = excluded.cause, next_try_at_ms = excluded.next_try_at_ms,
                     failing_since_ms = coalesce(inbox_health.failing_since_ms, excluded.failing_since_ms),
                     failures = inbox_health.failures + 1"
        ),
        args![inbox, part, now, &trouble.text, trouble.stage, trouble.kind, next_try],
    )
    .map(drop)
}
/// Somebody wants a try at once; whoever fetches sees it within seconds.
pub fn ask<P>(tx: &mut Tx<P>, inbox: Id<Inbox>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, asked_at_ms) VALUES ($1, 'receive', $2)
               ON CONFLICT (inbox_id, part) DO UPDATE SET asked_at_ms = excluded.asked_at_ms"
        ),
        args![inbox, now],
    )
    .map(drop)
}
/// What was asked and when, by inbox: a session that was begun before is begun again.
pub fn asked(conn: &mut Conn) -> Result<Vec<(Id<Inbox>, Millis)>> {
    conn.all(
        sql!(
            "SELECT inbox_id, asked_at_ms FROM inbox_health WHERE part = 'receive' AND asked_at_ms IS NOT NULL"
        ),
        args![],
    )
}

/// What is stored of how far a folder has been read.
#[derive(Record)]
struct Stored {
    uid_validity: Option<i64>,
    last_uid: Option<i64>,
    begin_uid: Option<i64>,
    begin_since_ms: Option<Millis>,
    begin_is_unread: bool,
}

/// How far the folder with this validity has been read.
///
/// A folder that is seen for the first time is begun with what nobody has read of the last day; one that was made anew,
/// with all that has come since it was first seen. What is decided here is kept, so that an interrupted session goes on
/// where it was.
pub fn place<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, uid_validity: i64, uid_next: u32) -> Result<Place> {
    let stored = tx.find::<Stored>(
        sql!(
            "SELECT uid_validity, last_uid, begin_uid, begin_since_ms, begin_is_unread FROM inbox_health
              WHERE inbox_id = $1 AND part = 'receive'"
        ),
        args![inbox],
    )?;
    let uid = |number: Option<i64>| number.and_then(|uid| u32::try_from(uid).ok());
    if let Some(stored) = &stored
        && stored.uid_validity == Some(uid_validity)
    {
        let before = match (uid(stored.begin_uid), stored.begin_since_ms) {
            (Some(uid), Some(since)) => Some(Before { uid, since, is_unread: stored.begin_is_unread }),
            _ => None,
        };
        return Ok(Place { last_uid: uid(stored.last_uid).unwrap_or(0), before });
    }
    let known_since =
        stored.and_then(|stored| stored.begin_since_ms.filter(|_| stored.uid_validity.is_some()));
    let (since, is_unread) = match known_since {
        Some(since) => (since, false),
        None => (tx.now().plus(-DAY), true),
    };
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, uid_validity, last_uid, begin_uid, begin_since_ms, begin_is_unread)
               VALUES ($1, 'receive', $2, 0, $3, $4, $5)
               ON CONFLICT (inbox_id, part) DO UPDATE
                 SET uid_validity = excluded.uid_validity, last_uid = 0, begin_uid = excluded.begin_uid,
                     begin_since_ms = excluded.begin_since_ms, begin_is_unread = excluded.begin_is_unread"
        ),
        args![inbox, uid_validity, i64::from(uid_next), since, is_unread],
    )?;
    Ok(Place { last_uid: 0, before: Some(Before { uid: uid_next, since, is_unread }) })
}
/// Another mailbox is read from now on: its folder is new.
pub fn forget_place(conn: &mut Conn, inbox: Id<Inbox>) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE inbox_health SET uid_validity = NULL, last_uid = NULL, begin_uid = NULL, begin_since_ms = NULL
              WHERE inbox_id = $1 AND part = 'receive'"
        ),
        args![inbox],
    )
    .map(drop)
}
/// Remembers it, in the transaction that stores the mail.
pub fn set_last_uid(conn: &mut Conn, inbox: Id<Inbox>, uid_validity: i64, uid: i64) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, uid_validity, last_uid) VALUES ($1, 'receive', $2, $3)
               ON CONFLICT (inbox_id, part) DO UPDATE
                 SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid"
        ),
        args![inbox, uid_validity, uid],
    )
    .map(drop)
}
