//! SQL for mail that goes out. Rows are added by `platform::outbox`.
use super::{MailFailed, MailSent};
use derive::Record;
use desk::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
use platform::{
    Work, args,
    authority::{self, Tx},
    db::{Conn, Result},
    outbox::{Kind, Outbound},
    sql,
};

/// A mail that a worker took to send.
#[derive(Clone, Debug, Record)]
pub struct Claimed {
    pub id: Id<Outbound>,
    pub kind: Kind,
    pub inbox_id: Option<Id<authority::Inbox>>,
    pub ticket_id: Option<Id<Ticket>>,
    pub message_id: Option<Id<desk::conversation::Message>>,
    pub header_id: String,
    /// JSON list.
    pub recipients: String,
    pub subject: String,
    pub body: Option<String>,
    pub attempts: i64,
    pub lease_token: i64,
    pub created_at_ms: Millis,
}
impl Claimed {
    pub fn recipients(&self) -> Vec<String> {
        serde_json::from_str(&self.recipients).unwrap_or_default()
    }
}

/// Takes the most overdue mails and leases them until `until`; the token fences off whoever had one before.
pub fn claim<P>(tx: &mut Tx<P>, until: Millis, most: usize) -> Result<Vec<Claimed>> {
    let now = tx.now();
    tx.all(
        sql!(
            "UPDATE outbound SET state = 'sending', attempts = attempts + 1, next_at_ms = $2,
                    lease_token = lease_token + 1
              WHERE id IN (SELECT id FROM outbound
                            WHERE (state = 'waiting' OR state = 'sending') AND next_at_ms <= $1
                            ORDER BY next_at_ms, id LIMIT $3 {skip_locked})
              RETURNING id, kind, inbox_id, ticket_id, message_id, header_id, recipients, subject, body, attempts,
                        lease_token, created_at_ms"
        ),
        args![now, until, most],
    )
}

/// Whether a mail waits for its time to come.
pub fn is_due<P>(tx: &mut Tx<P>) -> Result<bool> {
    let now = tx.now();
    let due = tx.find::<(Id<Outbound>,)>(
        sql!(
            "SELECT id FROM outbound WHERE (state = 'waiting' OR state = 'sending') AND next_at_ms <= $1 LIMIT 1"
        ),
        args![now],
    )?;
    Ok(due.is_some())
}

/// It was delivered to all that could get it.
///
/// * returns – whether the lease still held.
pub fn sent<P>(tx: &mut Tx<P>, row: &Claimed) -> Result<bool> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'sent', reason = NULL, recipients = '[]', body = NULL, sent_at_ms = $3
              WHERE id = $1 AND lease_token = $2"
        ),
        args![row.id, row.lease_token, now],
    )?;
    if written == 1
        && let Some(ticket) = row.ticket_id
    {
        let message = row.message_id.map(|id| id.number());
        tx.emit(MailSent { ticket, outbound: row.id.number(), message })?;
    }
    Ok(written == 1)
}

/// It could not be delivered to `left` and is tried again.
pub fn later<P>(tx: &mut Tx<P>, row: &Claimed, left: &[String], at: Millis, why: &str) -> Result<()> {
    let left = serde_json::to_string(left).expect("a list of text");
    tx.run(
        sql!(
            "UPDATE outbound SET state = 'waiting', recipients = $3, next_at_ms = $4, reason = $5
              WHERE id = $1 AND lease_token = $2"
        ),
        args![row.id, row.lease_token, &left, at, why],
    )
    .map(drop)
}

/// It will not be delivered.
pub fn failed<P>(tx: &mut Tx<P>, row: &Claimed, why: &str) -> Result<()> {
    let written = tx.run(
        sql!("UPDATE outbound SET state = 'failed', reason = $3 WHERE id = $1 AND lease_token = $2"),
        args![row.id, row.lease_token, why],
    )?;
    if written == 1
        && let Some(ticket) = row.ticket_id
    {
        let message = row.message_id.map(|id| id.number());
        tx.emit(MailFailed { ticket, outbound: row.id.number(), message, reason: why.to_owned() })?;
    }
    Ok(())
}

/// One of our mails that a report is about.
#[derive(Clone, Debug, Record)]
pub struct Reported {
    pub id: Id<Outbound>,
    pub ticket_id: Option<Id<Ticket>>,
    pub message_id: Option<i64>,
}
/// The first of these Message-IDs that is a mail of ours.
pub fn by_header(conn: &mut Conn, ids: &[&str]) -> Result<Option<Reported>> {
    for id in ids.iter().take(20) {
        let found = conn
            .find(sql!("SELECT id, ticket_id, message_id FROM outbound WHERE header_id = $1"), args![*id])?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
/// The other side took it and then said no.
pub fn mark_bounced<P>(tx: &mut Tx<P>, mail: &Reported, why: &str) -> Result<()> {
    tx.run(sql!("UPDATE outbound SET state = 'bounced', reason = $2 WHERE id = $1"), args![mail.id, why])?;
    if let Some(ticket) = mail.ticket_id {
        let (outbound, message) = (mail.id.number(), mail.message_id);
        tx.emit(MailFailed { ticket, outbound, message, reason: why.to_owned() })?;
    }
    Ok(())
}

/// A mail as people see it in the outbox.
#[derive(Clone, Debug, Record)]
pub struct Entry {
    pub id: Id<Outbound>,
    pub kind: Kind,
    pub ticket_id: Option<Id<Ticket>>,
    pub recipients_text: String,
    pub subject: String,
    pub state: String,
    pub attempts: i64,
    pub reason: Option<String>,
    pub header_id: String,
    pub next_at_ms: Millis,
    pub created_at_ms: Millis,
    pub sent_at_ms: Option<Millis>,
}
macro_rules! select_entry {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT id, kind, ticket_id, recipients_text, subject, state, attempts, reason, header_id, next_at_ms,
                    created_at_ms, sent_at_ms FROM outbound ",
            $rest
        ))
    };
}
/// Newest first, before the id `before`; only those that did not arrive, or all.
pub fn list(
    conn: &mut Conn,
    is_failed: bool,
    before: Option<Id<Outbound>>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let before = before.unwrap_or(Id::new(i64::MAX));
    if is_failed {
        return conn.all(
            select_entry!(
                "WHERE (state = 'failed' OR state = 'bounced') AND id < $1 ORDER BY id DESC LIMIT $2"
            ),
            args![before, limit],
        );
    }
    conn.all(select_entry!("WHERE id < $1 ORDER BY id DESC LIMIT $2"), args![before, limit])
}
pub fn one(conn: &mut Conn, id: Id<Outbound>) -> Result<Option<Entry>> {
    conn.find(select_entry!("WHERE id = $1"), args![id])
}
/// Gives a mail that failed another series of tries, to those who have not got it.
pub fn retry<P>(tx: &mut Tx<P>, id: Id<Outbound>) -> Result<bool> {
    let now = tx.now();
    tx.leave(Work::Outbound);
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'waiting', attempts = 0, next_at_ms = $2, created_at_ms = $2
              WHERE id = $1 AND state = 'failed' AND recipients <> '[]'"
        ),
        args![id, now],
    )?;
    Ok(written == 1)
}
