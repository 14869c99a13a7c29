//! SQL for mail that goes out. Rows are added by `platform::outbox`.
use super::{MailFailed, MailSent};
use derive::Record;
use desk::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{self, Tx},
    db::{Conn, Result},
    i18n::Language,
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
/// * `by` – the inbox whose relay took it, for rows that belonged to none.
/// * returns – whether the lease still held.
pub fn sent<P>(tx: &mut Tx<P>, row: &Claimed, by: Id<authority::Inbox>) -> Result<bool> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'sent', reason = NULL, recipients = '[]', body = NULL, sent_at_ms = $3,
                    inbox_id = coalesce(inbox_id, $4)
              WHERE id = $1 AND lease_token = $2"
        ),
        args![row.id, row.lease_token, now, by],
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

/// Where a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Sending,
    Sent,
    Failed,
    Bounced,
}
platform::words! { State {
    Waiting = "waiting", Sending = "sending", Sent = "sent", Failed = "failed", Bounced = "bounced",
} }

/// A mail as people see it in the outbox.
#[derive(Clone, Debug, Record)]
pub struct Entry {
    pub id: Id<Outbound>,
    pub kind: Kind,
    pub inbox_id: Option<Id<authority::Inbox>>,
    pub ticket_id: Option<Id<Ticket>>,
    pub message_id: Option<i64>,
    pub recipients_text: String,
    /// JSON list of those who have not got it.
    pub recipients: String,
    pub subject: String,
    pub state: State,
    pub attempts: i64,
    pub reason: Option<String>,
    pub header_id: String,
    pub next_at_ms: Millis,
    pub created_at_ms: Millis,
    pub sent_at_ms: Option<Millis>,
}
impl Entry {
    pub fn left(&self) -> Vec<String> {
        serde_json::from_str(&self.recipients).unwrap_or_default()
    }
}
macro_rules! select_entry {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT id, kind, inbox_id, ticket_id, message_id, recipients_text, recipients, subject, state, attempts,
                    reason, header_id, next_at_ms, created_at_ms, sent_at_ms FROM outbound ",
            $rest
        ))
    };
}

/// Which mails are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only what did not arrive; before `state`.
    pub is_failed: bool,
    pub state: Option<State>,
    pub inbox: Option<Id<authority::Inbox>>,
}

/// Newest first, before the id `before`.
///
/// What waits and what failed is found with the partial indexes `outbound_due` and `outbound_failed`.
pub fn list(
    conn: &mut Conn,
    filter: Filter,
    before: Option<Id<Outbound>>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let before = before.unwrap_or(Id::new(i64::MAX));
    if filter.is_failed {
        return conn.all(
            select_entry!(
                "WHERE (state = 'failed' OR state = 'bounced') AND id < $1
                   AND (CAST($3 AS BIGINT) IS NULL OR inbox_id = $3) ORDER BY id DESC LIMIT $2"
            ),
            args![before, limit, filter.inbox],
        );
    }
    match filter.state {
        Some(State::Waiting | State::Sending) => conn.all(
            select_entry!(
                "WHERE (state = 'waiting' OR state = 'sending') AND id < $1
                   AND (CAST($3 AS BIGINT) IS NULL OR inbox_id = $3) ORDER BY id DESC LIMIT $2"
            ),
            args![before, limit, filter.inbox],
        ),
        Some(state) => conn.all(
            select_entry!(
                "WHERE state = $4 AND id < $1
                   AND (CAST($3 AS BIGINT) IS NULL OR inbox_id = $3) ORDER BY id DESC LIMIT $2"
            ),
            args![before, limit, filter.inbox, state],
        ),
        None => conn.all(
            select_entry!(
                "WHERE id < $1 AND (CAST($3 AS BIGINT) IS NULL OR inbox_id = $3) ORDER BY id DESC LIMIT $2"
            ),
            args![before, limit, filter.inbox],
        ),
    }
}
pub fn one(conn: &mut Conn, id: Id<Outbound>) -> Result<Option<Entry>> {
    conn.find(select_entry!("WHERE id = $1"), args![id])
}
/// How many wait, and how many did not arrive.
pub fn counts(conn: &mut Conn) -> Result<(i64, i64)> {
    conn.one(
        sql!(
            "SELECT (SELECT count(*) FROM outbound WHERE state = 'waiting' OR state = 'sending') AS waiting,
                    (SELECT count(*) FROM outbound WHERE state = 'failed' OR state = 'bounced') AS failed"
        ),
        args![],
    )
}
/// When the mail was written that has waited longest in an inbox.
pub fn oldest_waiting(conn: &mut Conn, inbox: Id<authority::Inbox>) -> Result<Option<Millis>> {
    let (oldest,) = conn.one(
        sql!(
            "SELECT min(created_at_ms) AS oldest FROM outbound
              WHERE (state = 'waiting' OR state = 'sending') AND inbox_id = $1"
        ),
        args![inbox],
    )?;
    Ok(oldest)
}
/// The first mail that was written at `since` or later. A mail that got another series of tries counts from then.
///
/// Halves the range of ids, because there is no index by time: two dozen looks.
pub fn first_since(conn: &mut Conn, since: Millis) -> Result<Id<Outbound>> {
    let (end,) = conn.one::<(Option<i64>,)>(sql!("SELECT max(id) AS id FROM outbound"), args![])?;
    let (mut low, mut high) = (1, end.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = conn.find::<(i64, Millis)>(
            sql!("SELECT id, created_at_ms FROM outbound WHERE id >= $1 ORDER BY id LIMIT 1"),
            args![middle],
        )?;
        match found {
            Some((id, at)) if at < since => low = id + 1,
            _ => high = middle,
        }
    }
    Ok(Id::new(low))
}
/// How many mails of an inbox were written, by whole days before `now` and whether they failed.
pub fn by_day(conn: &mut Conn, inbox: Id<authority::Inbox>, now: Millis) -> Result<Vec<(i64, State, i64)>> {
    let since = now.plus(-7 * kernel::clock::DAY);
    let first = first_since(conn, since)?;
    conn.all(
        sql!(
            "SELECT ($4 - created_at_ms) / 86400000 AS day, state, count(*) AS n FROM outbound
              WHERE id >= $1 AND inbox_id = $2 AND created_at_ms > $3 GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        args![first, inbox, since, now],
    )
}
/// Tries a mail at once: one that failed gets another series of tries for those who have not got it, one that waits
/// does not wait any longer.
pub fn retry<P>(tx: &mut Tx<P>, id: Id<Outbound>) -> Result<bool> {
    let now = tx.now();
    let failed = tx.run(
        sql!(
            "UPDATE outbound SET state = 'waiting', attempts = 0, next_at_ms = $2, created_at_ms = $2
              WHERE id = $1 AND state = 'failed' AND recipients <> '[]'"
        ),
        args![id, now],
    )?;
    let waiting = tx.run(
        sql!("UPDATE outbound SET next_at_ms = $2 WHERE id = $1 AND state = 'waiting' AND next_at_ms > $2"),
        args![id, now],
    )?;
    Ok(failed + waiting == 1)
}

/// Somebody decided that a mail which waits shall not be sent. One that is being sent now is out of reach.
pub fn give_up<P>(tx: &mut Tx<P>, entry: &Entry, why: &str) -> Result<bool> {
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'failed', reason = $2, lease_token = lease_token + 1
              WHERE id = $1 AND state = 'waiting'"
        ),
        args![entry.id, why],
    )?;
    if written == 1
        && let Some(ticket) = entry.ticket_id
    {
        let (outbound, message) = (entry.id.number(), entry.message_id);
        tx.emit(MailFailed { ticket, outbound, message, reason: why.to_owned() })?;
    }
    Ok(written == 1)
}

/// The contact's language, if the address, in lower case, is one of theirs.
pub fn language_of(
    conn: &mut Conn,
    contact: Id<authority::Contact>,
    email: &str,
) -> Result<Option<Option<Language>>> {
    let row = conn.find::<(Option<String>,)>(
        sql!(
            "SELECT c.language FROM contact_email e JOIN contact c ON c.id = e.contact_id
              WHERE e.email = $1 AND e.contact_id = $2"
        ),
        args![email, contact],
    )?;
    Ok(row.map(|(language,)| language.and_then(|word| Language::from_word(&word))))
}
