//! How an inbox fares: when it last worked, and why it does not.
use derive::Record;
use kernel::{clock::Millis, id::Id};
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
    pub failure: Option<String>,
    /// On IMAP: how far the folder has been read.
    pub uid_validity: Option<i64>,
    pub last_uid: Option<i64>,
}
impl Health {
    /// Whether it failed after it last worked.
    pub fn is_failing(&self) -> bool {
        self.failed_at_ms.is_some_and(|failed| self.ok_at_ms.is_none_or(|ok| failed > ok))
    }
}

/// Of all inboxes, by inbox.
pub fn all(conn: &mut Conn) -> Result<Vec<Health>> {
    conn.all(
        sql!(
            "SELECT inbox_id, part, ok_at_ms, failed_at_ms, failure, uid_validity, last_uid
               FROM inbox_health ORDER BY inbox_id, part"
        ),
        args![],
    )
}

/// It worked just now.
pub fn ok<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, part: Part) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, ok_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (inbox_id, part) DO UPDATE SET ok_at_ms = excluded.ok_at_ms"
        ),
        args![inbox, part, now],
    )
    .map(drop)
}
/// It failed just now. `why` is for the administrator and has no secret.
pub fn failed<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, part: Part, why: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO inbox_health (inbox_id, part, failed_at_ms, failure) VALUES ($1, $2, $3, $4)
               ON CONFLICT (inbox_id, part) DO UPDATE
                 SET failed_at_ms = excluded.failed_at_ms, failure = excluded.failure"
        ),
        args![inbox, part, now, why],
    )
    .map(drop)
}

/// How far the folder with this validity has been read; 0 for a folder that is new or was made anew.
pub fn last_uid(conn: &mut Conn, inbox: Id<Inbox>, uid_validity: i64) -> Result<i64> {
    let row = conn.find::<(Option<i64>,)>(
        sql!(
            "SELECT last_uid FROM inbox_health
              WHERE inbox_id = $1 AND part = 'receive' AND uid_validity = $2"
        ),
        args![inbox, uid_validity],
    )?;
    Ok(row.and_then(|(uid,)| uid).unwrap_or(0))
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
