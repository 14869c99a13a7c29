//! SQL for mail that goes out. Rows are added by `platform::outbox`.
use super::{MailFailed, MailSent};
use crate::email::sight::{Reach, seen_rows};
use derive::Record;
use desk::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
use platform::{
    Work, args,
    authority::{self, Tx},
    db::{Conn, Result},
    i18n::Language,
    outbox::{self, Ended, Fate, Kind, Outbound},
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
    pub outcomes: String,
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
pub fn claim<P>(tx: &mut Tx<P>, node: &str, until: Millis, most: usize) -> Result<Vec<Claimed>> {
    let now = tx.now();
    tx.all(
        sql!(
            "UPDATE outbound SET state = 'sending', attempts = attempts + 1, next_at_ms = $2,
                    lease_token = lease_token + 1, sender = $4
              WHERE id IN (SELECT id FROM outbound
                            WHERE (state = 'waiting' OR state = 'sending') AND next_at_ms <= $1
                            ORDER BY next_at_ms, id LIMIT $3 {skip_locked})
              RETURNING id, kind, inbox_id, ticket_id, message_id, header_id, recipients, subject, body, outcomes,
                        attempts, lease_token, created_at_ms"
        ),
        args![now, until, most, node],
    )
}

/// What `node` was sending when it died is due again at once.
pub fn take_up<P>(tx: &mut Tx<P>, node: &str) -> Result<u64> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE outbound SET next_at_ms = $2
              WHERE (state = 'waiting' OR state = 'sending') AND state = 'sending' AND sender = $1 AND next_at_ms > $2"
        ), // The first condition is that of the index.
        args![node, now],
    )
}

/// When the next mail is due, or the next lease of one ends.
pub fn due<P>(tx: &mut Tx<P>) -> Result<Option<Millis>> {
    let due = tx.find::<(Millis,)>(
        sql!(
            "SELECT next_at_ms FROM outbound WHERE state = 'waiting' OR state = 'sending' ORDER BY next_at_ms, id LIMIT 1"
        ),
        args![],
    )?;
    Ok(due.map(|(at,)| at))
}

/// What a try came to.
pub struct Tried {
    /// Recipients whose end is known now.
    pub ended: Vec<Ended>,
    /// Those who are tried again at `at`.
    pub left: Vec<String>,
    pub at: Millis,
    /// Why there are any left.
    pub why: Option<String>,
    /// The inbox whose relay answered, for rows that belonged to none.
    pub by: Option<Id<authority::Inbox>>,
}

/// Writes down what a try came to. Once nobody is left, the mail as a whole has ended. Of a letter about an account then
/// nothing is kept, whatever became of it: the link in it opens somebody's account.
///
/// * returns – whether the lease still held.
pub fn note<P>(tx: &mut Tx<P>, row: &Claimed, tried: &Tried) -> Result<bool> {
    let left = serde_json::to_string(&tried.left).expect("a list of text");
    let now = tx.now();
    let mut known = row.outcomes.clone();
    let ends = loop {
        let ends = merged(outbox::outcomes(&known), &tried.ended);
        let state = if tried.left.is_empty() { state(&ends) } else { "waiting" };
        let reason = reason(&ends, tried.why.as_deref());
        let ended = stored(&ends, tried.left.is_empty());
        let sent_at = (state != "waiting" && has(&ends, Fate::Sent)).then_some(now);
        // A report of a bounce may have come in meanwhile: then what we knew is no longer what is there.
        let written = tx.run(
            sql!(
                "UPDATE outbound
                    SET state = $4, recipients = $5, outcomes = $6, reason = $7, next_at_ms = $8,
                        sent_at_ms = COALESCE($9, sent_at_ms),
                        body = CASE WHEN $4 = 'sent' OR (kind = 'account' AND $4 <> 'waiting') THEN NULL ELSE body END,
                         inbox_id = COALESCE(inbox_id, $10)
                  WHERE id = $1 AND lease_token = $2 AND outcomes = $3"
            ),
            args![row.id, row.lease_token, &known, state, &left, &ended, reason.as_deref(), tried.at, sent_at, tried.by],
        )?;
        if written == 1 {
            break ends;
        }
        let current = tx.find::<(String,)>(
            sql!("SELECT outcomes FROM outbound WHERE id = $1 AND lease_token = $2"),
            args![row.id, row.lease_token],
        )?;
        match current {
            Some((current,)) if current != known => known = current,
            _ => return Ok(false),
        }
    };
    let Some(ticket) = row.ticket_id else { return Ok(true) };
    let (outbound, message) = (row.id.number(), row.message_id.map(|id| id.number()));
    let failed: Vec<_> = tried.ended.iter().filter(|end| end.state == Fate::Failed).cloned().collect();
    if let Some(reason) = reason(&failed, None) {
        tx.emit(MailFailed { ticket, outbound, message, reason })?;
    }
    if tried.left.is_empty() && has(&ends, Fate::Sent) {
        tx.emit(MailSent { ticket, outbound, message })?;
    }
    Ok(true)
}

fn has(ends: &[Ended], fate: Fate) -> bool {
    ends.iter().any(|end| end.state == fate)
}
/// The newer end of an address counts.
fn merged(mut known: Vec<Ended>, news: &[Ended]) -> Vec<Ended> {
    known.retain(|end| news.iter().all(|new| new.address != end.address));
    known.extend_from_slice(news);
    known
}
/// Of a mail of which nobody is left: the worst that happened.
fn state(ends: &[Ended]) -> &'static str {
    let worst = [Fate::Bounced, Fate::Failed].into_iter().find(|fate| has(ends, *fate));
    worst.unwrap_or(Fate::Sent).word()
}
/// Where all got it, the state says so and the list stays empty.
fn stored(ends: &[Ended], is_over: bool) -> String {
    let says_nothing = is_over && ends.iter().all(|end| end.state == Fate::Sent);
    if says_nothing { "[]".into() } else { outbox::outcomes_json(ends) }
}
/// `bo@x.org: 550 5.1.1 nobody; cy@x.org: …`, and then `why` the rest waits.
fn reason(ends: &[Ended], why: Option<&str>) -> Option<String> {
    let failed = ends.iter().filter(|end| end.state != Fate::Sent);
    let words = failed.map(|end| {
        let said = end.reason.as_deref().unwrap_or_default();
        // A report names the address itself.
        if said.contains(&end.address) { said.to_owned() } else { format!("{}: {said}", end.address) }
    });
    let all: Vec<_> = words.chain(why.map(str::to_owned)).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// One of our mails that a report is about.
#[derive(Clone, Debug, Record)]
pub struct Reported {
    pub id: Id<Outbound>,
    pub ticket_id: Option<Id<Ticket>>,
    pub message_id: Option<i64>,
    recipients: String,
    recipients_text: String,
    outcomes: String,
}
/// The first of these Message-IDs that is a mail of ours.
pub fn by_header(conn: &mut Conn, ids: &[&str]) -> Result<Option<Reported>> {
    for id in ids.iter().take(20) {
        let found = conn.find(
            sql!(
                "SELECT id, ticket_id, message_id, recipients, recipients_text, outcomes FROM outbound
                  WHERE header_id = $1"
            ),
            args![*id],
        )?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
/// The other side took it and then said no to `bounced`, each with the reason. Others of the same mail keep their end, and
/// whoever still waits for it gets it.
///
/// A report that names nobody whom we wrote to (their mail is passed on) is about all who have got it.
pub fn mark_bounced<P>(
    tx: &mut Tx<P>,
    mail: &Reported,
    bounced: &[(String, String)],
    why: &str,
) -> Result<()> {
    let mut mail = mail.clone();
    loop {
        let left: Vec<String> = serde_json::from_str(&mail.recipients).unwrap_or_default();
        let got_it = outbox::recipients(&mail.recipients_text, "sent", None, "[]").into_iter();
        let got_it: Vec<_> =
            got_it.map(|one| one.address).filter(|address| !left.contains(address)).collect();
        let named = |address: &String| bounced.iter().find(|(said, _)| said.eq_ignore_ascii_case(address));
        let is_named = got_it.iter().any(|address| named(address).is_some());
        let known = outbox::outcomes(&mail.outcomes);
        let mut ends = Vec::new();
        for address in got_it {
            let reason = named(&address).map(|(_, reason)| reason.as_str()).or((!is_named).then_some(why));
            let before = known.iter().find(|end| end.address == address).cloned();
            ends.push(match (reason, before) {
                (Some(reason), _) => Ended { address, state: Fate::Bounced, reason: Some(reason.to_owned()) },
                (None, Some(before)) => before,
                (None, None) => Ended { address, state: Fate::Sent, reason: None },
            });
        }
        let written = tx.run(
            sql!(
                "UPDATE outbound SET state = CASE WHEN recipients = '[]' THEN $4 ELSE state END, reason = $5, outcomes = $6
                  WHERE id = $1 AND recipients = $2 AND outcomes = $3"
            ),
            args![
                mail.id,
                &mail.recipients,
                &mail.outcomes,
                state(&ends),
                reason(&ends, None).as_deref(),
                &outbox::outcomes_json(&ends)
            ],
        )?;
        if written == 1 {
            break;
        }
        let again = tx.find::<Reported>(
            sql!(
                "SELECT id, ticket_id, message_id, recipients, recipients_text, outcomes FROM outbound WHERE id = $1"
            ),
            args![mail.id],
        )?;
        match again {
            Some(again) => mail = again,
            None => return Ok(()),
        }
    }
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
    pub outcomes: String,
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
    pub fn recipients(&self) -> Vec<outbox::Recipient> {
        outbox::recipients(&self.recipients_text, self.state.word(), self.reason.as_deref(), &self.outcomes)
    }
}
macro_rules! select_entry {
    ($($rest:expr),+) => {
        sql!(concat!(
            "SELECT r.id, r.kind, r.inbox_id, r.ticket_id, r.message_id, r.recipients_text, r.recipients, r.outcomes,
                    r.subject, r.state, r.attempts, r.reason, r.header_id, r.next_at_ms, r.created_at_ms, r.sent_at_ms
               FROM outbound r ",
            $($rest),+
        ))
    };
}

/// Which mails are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what did not arrive; before `state`.
    pub is_failed: bool,
    pub state: Option<State>,
    pub inbox: Option<Id<authority::Inbox>>,
    /// Who looks.
    pub reach: Reach,
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
    let (before, reach) = (before.unwrap_or(Id::new(i64::MAX)), &filter.reach);
    if filter.is_failed {
        return conn.all(
            select_entry!(
                "WHERE (r.state = 'failed' OR r.state = 'bounced') AND r.id < $4
                   AND (CAST($6 AS BIGINT) IS NULL OR r.inbox_id = $6) AND ",
                seen_rows!(),
                " ORDER BY r.id DESC LIMIT $5"
            ),
            args![reach.word, reach.person, &reach.ids, before, limit, filter.inbox],
        );
    }
    match filter.state {
        Some(State::Waiting | State::Sending) => conn.all(
            select_entry!(
                "WHERE (r.state = 'waiting' OR r.state = 'sending') AND r.id < $4
                   AND (CAST($6 AS BIGINT) IS NULL OR r.inbox_id = $6) AND ",
                seen_rows!(),
                " ORDER BY r.id DESC LIMIT $5"
            ),
            args![reach.word, reach.person, &reach.ids, before, limit, filter.inbox],
        ),
        Some(state) => conn.all(
            select_entry!(
                "WHERE r.state = $7 AND r.id < $4
                   AND (CAST($6 AS BIGINT) IS NULL OR r.inbox_id = $6) AND ",
                seen_rows!(),
                " ORDER BY r.id DESC LIMIT $5"
            ),
            args![reach.word, reach.person, &reach.ids, before, limit, filter.inbox, state],
        ),
        None => conn.all(
            select_entry!(
                "WHERE r.id < $4 AND (CAST($6 AS BIGINT) IS NULL OR r.inbox_id = $6) AND ",
                seen_rows!(),
                " ORDER BY r.id DESC LIMIT $5"
            ),
            args![reach.word, reach.person, &reach.ids, before, limit, filter.inbox],
        ),
    }
}
/// A mail within somebody's reach.
pub fn seen<P>(tx: &mut Tx<P>, id: Id<Outbound>) -> Result<Option<Entry>> {
    let reach = Reach::of(tx);
    tx.find(
        select_entry!("WHERE r.id = $4 AND ", seen_rows!()),
        args![reach.word, reach.person, &reach.ids, id],
    )
}
/// How many within somebody's reach wait, and how many did not arrive.
pub fn counts<P>(tx: &mut Tx<P>) -> Result<(i64, i64)> {
    let reach = Reach::of(tx);
    tx.one(
        sql!(concat!(
            "SELECT (SELECT count(*) FROM outbound r WHERE (r.state = 'waiting' OR r.state = 'sending') AND ",
            seen_rows!(),
            ") AS waiting, (SELECT count(*) FROM outbound r WHERE (r.state = 'failed' OR r.state = 'bounced') AND ",
            seen_rows!(),
            ") AS failed"
        )),
        args![reach.word, reach.person, &reach.ids],
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
pub fn first_since(conn: &mut Conn, since: Millis) -> Result<Id<Outbound>> {
    let end = conn.one(sql!("SELECT max(id) AS id FROM outbound"), args![])?;
    let look = sql!("SELECT id, created_at_ms FROM outbound WHERE id >= $1 ORDER BY id LIMIT 1");
    crate::email::by_time::first_since(end, since, |id| conn.find(look, args![id]))
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
/// Tries a mail at once: one that failed gets another series of tries for those whom it did not reach, and for nobody
/// else; one that waits does not wait any longer. A letter about an account that has ended is gone: whoever needs one asks
/// for another.
///
/// * returns – whether there is anybody to whom that applies.
pub fn retry<P>(tx: &mut Tx<P>, id: Id<Outbound>) -> Result<bool> {
    let now = tx.now();
    tx.leave(Work::Outbound);
    let hurried = tx.run(
        sql!(
            "UPDATE outbound SET next_at_ms = CASE WHEN next_at_ms > $2 THEN $2 ELSE next_at_ms END
              WHERE id = $1 AND state = 'waiting'"
        ),
        args![id, now],
    )?;
    if hurried == 1 {
        return Ok(true);
    }
    let found = tx.find::<(String, String)>(
        sql!(
            "SELECT recipients, outcomes FROM outbound
              WHERE id = $1 AND (state = 'failed' OR state = 'bounced') AND kind <> 'account'"
        ),
        args![id],
    )?;
    let Some((recipients, outcomes)) = found else { return Ok(false) };
    let mut again: Vec<String> = serde_json::from_str(&recipients).unwrap_or_default();
    let (failed, rest): (Vec<_>, Vec<_>) =
        outbox::outcomes(&outcomes).into_iter().partition(|end| end.state == Fate::Failed);
    again.extend(failed.into_iter().map(|end| end.address));
    if again.is_empty() {
        return Ok(false);
    }
    let again = serde_json::to_string(&again).expect("a list of text");
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'waiting', attempts = 0, next_at_ms = $2, created_at_ms = $2, recipients = $3,
                    outcomes = $4
              WHERE id = $1 AND outcomes = $5 AND (state = 'failed' OR state = 'bounced')"
        ),
        args![id, now, &again, &outbox::outcomes_json(&rest), &outcomes],
    )?;
    Ok(written == 1)
}

/// Somebody decided that a mail which waits shall not be sent. One that is being sent now is out of reach.
pub fn give_up<P>(tx: &mut Tx<P>, entry: &Entry, why: &str) -> Result<bool> {
    let written = tx.run(
        sql!(
            "UPDATE outbound SET state = 'failed', reason = $2, lease_token = lease_token + 1,
                    body = CASE WHEN kind = 'account' THEN NULL ELSE body END
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
