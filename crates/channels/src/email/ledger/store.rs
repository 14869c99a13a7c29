//! SQL for the ledger. Nothing else.
use super::{Inbound, Outcome, Way};
use crate::email::sight::{Reach, seen_rows};
use derive::Record;
use desk::tickets::Ticket;
use kernel::{
    clock::{DAY, Millis},
    id::Id,
};
use platform::{
    Work, args,
    authority::{self, Tx},
    blobs::{self, Hash, Ready},
    db::{Conn, Result},
    sql,
};

/// The envelope of a mail of which only a part could be fetched. On its server it must stay.
pub const PARTIAL: &str = r#"{"is_partial":true}"#;

/// The reason of a mail that waits because somebody wants a ticket of it.
pub const WANTED: &str = "wanted";

/// Where on a server a fetched mail was.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub uid_validity: i64,
    pub uid: i64,
}

/// A mail that has just come, not read yet.
pub struct New<'a> {
    pub inbox: Id<authority::Inbox>,
    pub way: Way,
    /// JSON.
    pub envelope: &'a str,
    pub content: &'a Ready,
    pub spot: Option<Spot>,
}

/// * returns – `None` where this message of this folder has a row already.
pub fn insert<P>(tx: &mut Tx<P>, new: &New) -> Result<Option<Id<Inbound>>> {
    let now = tx.now();
    tx.leave(Work::Inbound);
    blobs::insert(tx, new.content, now)?;
    let row = tx.find::<(Id<Inbound>,)>(
        sql!(
            "INSERT INTO inbound (inbox_id, way, received_at_ms, envelope, blob_hash, size, uid_validity, uid,
                                  outcome, next_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $3)
               ON CONFLICT (inbox_id, uid_validity, uid) WHERE uid IS NOT NULL DO NOTHING
               RETURNING id"
        ),
        args![
            new.inbox,
            new.way,
            now,
            new.envelope,
            &new.content.hash,
            new.content.size,
            new.spot.map(|spot| spot.uid_validity),
            new.spot.map(|spot| spot.uid)
        ],
    )?;
    Ok(row.map(|(id,)| id))
}

/// A mail that a worker took to read.
#[derive(Clone, Debug, Record)]
pub struct Claimed {
    pub id: Id<Inbound>,
    pub inbox_id: Id<authority::Inbox>,
    pub way: Way,
    pub received_at_ms: Millis,
    pub envelope: String,
    pub blob_hash: Hash,
    /// How often it was taken to be read.
    pub attempts: i64,
    /// How often reading it failed.
    pub failures: i64,
    /// How often the program ended while it read this mail and no other.
    pub deaths: i64,
    pub lease_token: i64,
    pub reason: Option<String>,
}
impl Claimed {
    /// Whether somebody asked for a ticket of it.
    pub fn is_wanted(&self) -> bool {
        self.reason.as_deref() == Some(WANTED)
    }
}

/// What became of a mail.
pub struct Decision<'a> {
    pub outcome: Outcome,
    pub reason: Option<&'a str>,
    pub ticket: Option<Id<Ticket>>,
    pub message: Option<i64>,
    pub from_email: Option<&'a str>,
    pub subject: &'a str,
    pub reference_hash: Option<i64>,
    pub content_hash: Option<&'a Hash>,
    /// What SPF, DKIM and DMARC said, in one line.
    pub authentication: Option<&'a str>,
}

/// Writes the outcome, if the lease still holds.
///
/// * returns – whether it did.
pub fn decide(conn: &mut Conn, row: &Claimed, decision: &Decision) -> Result<bool> {
    let written = conn.run(
        sql!(
            "UPDATE inbound SET outcome = $3, reason = $4, ticket_id = $5, message_id = $6, from_email = $7,
                    subject = $8, reference_hash = $9, content_hash = $10, authentication = $11, reader = NULL
              WHERE id = $1 AND lease_token = $2 AND outcome = 'pending'"
        ),
        args![
            row.id,
            row.lease_token,
            decision.outcome,
            decision.reason,
            decision.ticket,
            decision.message,
            decision.from_email,
            decision.subject,
            decision.reference_hash,
            decision.content_hash,
            decision.authentication
        ],
    )?;
    Ok(written == 1)
}

/// A mail that cannot be read at all waits for people from the start.
pub fn quarantine(conn: &mut Conn, id: Id<Inbound>, why: &str) -> Result<()> {
    conn.run(
        sql!("UPDATE inbound SET outcome = 'quarantined', reason = $2 WHERE id = $1 AND outcome = 'pending'"),
        args![id, why],
    )
    .map(drop)
}

/// Which of these messages of a folder were stored with all their bytes.
pub fn whole_uids(
    conn: &mut Conn,
    inbox: Id<authority::Inbox>,
    uid_validity: i64,
    uids: &[u32],
) -> Result<Vec<i64>> {
    let list: Vec<Id<()>> = uids.iter().map(|uid| Id::new((*uid).into())).collect();
    let rows = conn.all::<(i64,)>(
        sql!(
            "SELECT uid FROM inbound
              WHERE inbox_id = $1 AND uid_validity = $2 AND uid {in $3} AND envelope <> $4"
        ),
        args![inbox, uid_validity, &Id::list(&list), PARTIAL],
    )?;
    Ok(rows.into_iter().map(|(uid,)| uid).collect())
}
/// Another mailbox is read from now on: one of its mails may have the number, under the same validity, that a mail of the
/// old one had. Whatever comes a second time is known by its words.
pub fn forget_uids(conn: &mut Conn, inbox: Id<authority::Inbox>) -> Result<()> {
    conn.run(sql!("UPDATE inbound SET uid = NULL WHERE inbox_id = $1 AND uid IS NOT NULL"), args![inbox])
        .map(drop)
}

/// A mail of the same inbox that was decided before.
#[derive(Debug, Record)]
pub struct Twin {
    pub id: Id<Inbound>,
    pub content_hash: Option<Hash>,
    pub ticket_id: Option<Id<Ticket>>,
    pub received_at_ms: Millis,
    pub blob_hash: Hash,
}
/// Those with the same Message-ID: the newest with the same content, and one of any content.
pub fn twins(
    conn: &mut Conn,
    inbox: Id<authority::Inbox>,
    reference_hash: i64,
    content_hash: &Hash,
    not: Id<Inbound>,
) -> Result<Vec<Twin>> {
    conn.all(
        sql!(
            "SELECT id, content_hash, ticket_id, received_at_ms, blob_hash
               FROM (SELECT id, content_hash, ticket_id, received_at_ms, blob_hash FROM inbound
                      WHERE reference_hash = $1 AND content_hash = $4 AND inbox_id = $2 AND id <> $3
                        AND outcome IN ('created', 'joined', 'bounce') ORDER BY id DESC LIMIT 1) AS same
             UNION ALL
             SELECT id, content_hash, ticket_id, received_at_ms, blob_hash
               FROM (SELECT id, content_hash, ticket_id, received_at_ms, blob_hash FROM inbound
                      WHERE reference_hash = $1 AND inbox_id = $2 AND id <> $3
                        AND outcome IN ('created', 'joined', 'bounce') LIMIT 1) AS other"
        ),
        args![reference_hash, inbox, not, content_hash],
    )
}
/// For a mail without a Message-ID: the newest with the same bytes, else without a Message-ID and with the same content.
pub fn nameless_twin(conn: &mut Conn, row: &Claimed, content_hash: &Hash) -> Result<Option<Twin>> {
    conn.find(
        sql!(
            "SELECT id, content_hash, ticket_id, received_at_ms, blob_hash FROM inbound
              WHERE id IN (SELECT id FROM inbound
                            WHERE blob_hash = $1 AND inbox_id = $3 AND id <> $4
                              AND outcome IN ('created', 'joined', 'bounce')
                           UNION ALL
                           SELECT id FROM inbound
                            WHERE content_hash = $2 AND reference_hash IS NULL AND inbox_id = $3 AND id <> $4
                              AND outcome IN ('created', 'joined', 'bounce'))
              ORDER BY CASE WHEN blob_hash = $1 THEN 0 ELSE 1 END, id DESC LIMIT 1"
        ),
        args![&row.blob_hash, content_hash, row.inbox_id, row.id],
    )
}

/// A row of the ledger as people see it.
#[derive(Clone, Debug, Record)]
pub struct Entry {
    pub id: Id<Inbound>,
    pub inbox_id: Id<authority::Inbox>,
    pub inbox_name: String,
    pub way: Way,
    pub received_at_ms: Millis,
    pub from_email: Option<String>,
    pub subject: String,
    pub size: i64,
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub ticket_id: Option<Id<Ticket>>,
    pub message_id: Option<i64>,
    pub attempts: i64,
    pub next_at_ms: Millis,
    pub authentication: Option<String>,
    /// JSON of [`Said`](crate::email::intake::door::Said).
    pub envelope: String,
    pub blob_hash: Hash,
}
macro_rules! select_entry {
    ($($rest:expr),+) => {
        sql!(concat!(
            "SELECT r.id, r.inbox_id, x.name AS inbox_name, r.way, r.received_at_ms, r.from_email, r.subject, r.size,
                    r.outcome, r.reason, r.ticket_id, r.message_id, r.attempts, r.next_at_ms, r.authentication,
                    r.envelope, r.blob_hash
               FROM inbound r JOIN inbox x ON x.id = r.inbox_id ",
            $($rest),+
        ))
    };
}

/// Which rows are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub outcome: Option<Outcome>,
    pub inbox: Option<Id<authority::Inbox>>,
    /// What came at this time or later.
    pub since: Option<Millis>,
    /// A part of the author's address or of the subject.
    pub text: Option<String>,
    /// Who looks.
    pub reach: Reach,
}
impl Filter {
    /// For LIKE, with `!` before what would mean something there.
    fn pattern(&self) -> Option<String> {
        let text = self.text.as_deref()?.to_lowercase();
        let text = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        Some(format!("%{text}%"))
    }
}

/// Newest first, before the id `before`.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<Id<Inbound>>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let before = before.unwrap_or(Id::new(i64::MAX));
    let first = match filter.since {
        Some(since) => first_since(conn, since)?,
        None => Id::new(0),
    };
    let (pattern, reach) = (filter.pattern(), &filter.reach);
    if filter.outcome == Some(Outcome::Quarantined) {
        return conn.all(
            select_entry!(
                "WHERE r.outcome = 'quarantined' AND r.id < $4 AND r.id >= $6
                   AND (CAST($7 AS BIGINT) IS NULL OR r.inbox_id = $7)
                   AND (CAST($8 AS TEXT) IS NULL OR lower(r.subject) LIKE $8 ESCAPE '!'
                        OR r.from_email LIKE $8 ESCAPE '!') AND ",
                seen_rows!(),
                " ORDER BY r.id DESC LIMIT $5"
            ),
            args![
                reach.word,
                reach.person,
                &reach.ids,
                before,
                limit,
                first,
                filter.inbox,
                pattern.as_deref()
            ],
        );
    }
    conn.all(
        select_entry!(
            "WHERE r.id < $4 AND r.id >= $6
               AND (CAST($7 AS BIGINT) IS NULL OR r.inbox_id = $7)
               AND (CAST($8 AS TEXT) IS NULL OR lower(r.subject) LIKE $8 ESCAPE '!'
                    OR r.from_email LIKE $8 ESCAPE '!')
               AND (CAST($9 AS TEXT) IS NULL OR r.outcome = $9) AND ",
            seen_rows!(),
            " ORDER BY r.id DESC LIMIT $5"
        ),
        args![
            reach.word,
            reach.person,
            &reach.ids,
            before,
            limit,
            first,
            filter.inbox,
            pattern.as_deref(),
            filter.outcome
        ],
    )
}
/// The first row that came at `since` or later. Ids grow with time.
pub fn first_since(conn: &mut Conn, since: Millis) -> Result<Id<Inbound>> {
    let end = conn.one(sql!("SELECT max(id) AS id FROM inbound"), args![])?;
    let look = sql!("SELECT id, received_at_ms FROM inbound WHERE id >= $1 ORDER BY id LIMIT 1");
    crate::email::by_time::first_since(end, since, |id| conn.find(look, args![id]))
}
/// How many mails came to an inbox, by whole days before `now` and by outcome.
pub fn by_day(conn: &mut Conn, inbox: Id<authority::Inbox>, now: Millis) -> Result<Vec<(i64, Outcome, i64)>> {
    let since = now.plus(-7 * DAY);
    let first = first_since(conn, since)?;
    conn.all(
        sql!(
            "SELECT ($4 - received_at_ms) / 86400000 AS day, outcome, count(*) AS n FROM inbound
              WHERE id >= $1 AND inbox_id = $2 AND received_at_ms > $3 GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        args![first, inbox, since, now],
    )
}
/// When the mail came that has waited longest to be read, of one inbox.
pub fn oldest_pending(conn: &mut Conn, inbox: Id<authority::Inbox>) -> Result<Option<Millis>> {
    let (oldest,) = conn.one(
        sql!("SELECT min(received_at_ms) AS oldest FROM inbound WHERE outcome = 'pending' AND inbox_id = $1"),
        args![inbox],
    )?;
    Ok(oldest)
}
/// When the last mail came to an inbox, among those of the last days.
pub fn last_in(conn: &mut Conn, inbox: Id<authority::Inbox>, since: Millis) -> Result<Option<Millis>> {
    let first = first_since(conn, since)?;
    let row = conn.find::<(Millis,)>(
        sql!("SELECT received_at_ms FROM inbound WHERE inbox_id = $1 AND id >= $2 ORDER BY id DESC LIMIT 1"),
        args![inbox, first],
    )?;
    Ok(row.map(|(at,)| at))
}
/// A row, for the program itself. What people ask for is [`seen`].
pub fn one(conn: &mut Conn, id: Id<Inbound>) -> Result<Option<Entry>> {
    conn.find(select_entry!("WHERE r.id = $1"), args![id])
}
/// A row within somebody's reach.
pub fn seen<P>(tx: &mut Tx<P>, id: Id<Inbound>) -> Result<Option<Entry>> {
    let reach = Reach::of(tx);
    tx.find(
        select_entry!("WHERE r.id = $4 AND ", seen_rows!()),
        args![reach.word, reach.person, &reach.ids, id],
    )
}
/// How many wait for somebody to look at them.
pub fn quarantined(conn: &mut Conn) -> Result<i64> {
    let (count,) =
        conn.one(sql!("SELECT count(*) AS n FROM inbound WHERE outcome = 'quarantined'"), args![])?;
    Ok(count)
}
/// The same, of those within somebody's reach.
pub fn quarantined_seen<P>(tx: &mut Tx<P>) -> Result<i64> {
    let reach = Reach::of(tx);
    let (count,) = tx.one(
        sql!(concat!(
            "SELECT count(*) AS n FROM inbound r WHERE r.outcome = 'quarantined' AND ",
            seen_rows!()
        )),
        args![reach.word, reach.person, &reach.ids],
    )?;
    Ok(count)
}
/// The raw mail behind a message, if it came as one.
pub fn of_message(conn: &mut Conn, message: i64) -> Result<Option<Id<Inbound>>> {
    let row =
        conn.find::<(Option<i64>,)>(sql!("SELECT inbound_id FROM message WHERE id = $1"), args![message])?;
    Ok(row.and_then(|(id,)| id).map(Id::new))
}

/// Has a mail read again from its stored source. What made a ticket or a message already stays, reports of failed
/// deliveries too: it is not read twice into the same place.
///
/// * returns – whether it is read again.
pub fn replay<P>(tx: &mut Tx<P>, id: Id<Inbound>) -> Result<bool> {
    let now = tx.now();
    tx.leave(Work::Inbound);
    let written = tx.run(
        sql!(
            "UPDATE inbound SET outcome = 'pending', reason = NULL, attempts = 0, failures = 0, deaths = 0,
                    next_at_ms = $2, reader = NULL, is_alone = TRUE
              WHERE id = $1 AND outcome IN ('ignored', 'quarantined', 'bounce') AND message_id IS NULL"
        ),
        args![id, now],
    )?;
    Ok(written == 1)
}

/// Has a ticket made of a mail that was left aside. One that is in a ticket, or a copy of one that is, stays.
///
/// * returns – whether it will be.
pub fn want<P>(tx: &mut Tx<P>, id: Id<Inbound>) -> Result<bool> {
    let now = tx.now();
    tx.leave(Work::Inbound);
    let written = tx.run(
        sql!(
            "UPDATE inbound SET outcome = 'pending', reason = $3, attempts = 0, failures = 0, deaths = 0,
                    next_at_ms = $2, reader = NULL, is_alone = TRUE
              WHERE id = $1 AND outcome IN ('ignored', 'bounce') AND ticket_id IS NULL"
        ),
        args![id, now, WANTED],
    )?;
    Ok(written == 1)
}

/// Somebody looked at a mail in quarantine and decided that it is nothing. It stays in the ledger.
///
/// * returns – whether it was in quarantine.
pub fn ignore<P>(tx: &mut Tx<P>, id: Id<Inbound>, why: &str) -> Result<bool> {
    let written = tx.run(
        sql!("UPDATE inbound SET outcome = 'ignored', reason = $2 WHERE id = $1 AND outcome = 'quarantined'"),
        args![id, why],
    )?;
    Ok(written == 1)
}
