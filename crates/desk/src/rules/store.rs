//! SQL for rules, their versions and what came of them. Nothing else.
use super::{
    ManageRules,
    policy::{Row, Since},
};
use crate::{conversation::Message, tickets::Ticket};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Implies, Rule, System, Tx},
    db::{Conn, Result},
    events::Recorded,
    sql,
};

macro_rules! select_rule {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT id, name, position, is_active, content, version, since_id, since_ms, reached_ms, reached_id, runs,
                    ran_at_ms, limited_at_ms, failed_at_ms
               FROM rule ",
            $rest
        ))
    };
}
/// All rules in order, 500 at most.
pub fn all(conn: &mut Conn) -> Result<Vec<Row>> {
    conn.all(select_rule!("ORDER BY position, id LIMIT 500"), args![])
}
pub fn by_id(conn: &mut Conn, id: Id<Rule>) -> Result<Option<Row>> {
    conn.find(select_rule!("WHERE id = $1"), args![id])
}
/// What a worker compares with what it has: a rule that it knows is not read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Record)]
pub struct Head {
    pub id: Id<Rule>,
    pub version: i64,
    pub since_id: i64,
}
/// The rules that are on, in order.
pub fn heads(conn: &mut Conn) -> Result<Vec<Head>> {
    conn.all(
        sql!("SELECT id, version, since_id FROM rule WHERE is_active = TRUE ORDER BY position, id LIMIT 500"),
        args![],
    )
}
pub fn count(conn: &mut Conn) -> Result<i64> {
    Ok(conn.one::<(i64,)>(sql!("SELECT count(*) FROM rule"), args![])?.0)
}
/// Whether another rule has this name.
pub fn is_taken(conn: &mut Conn, name: &str, but: Option<Id<Rule>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM rule WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}
/// From where a rule begins to work.
pub struct Start {
    pub event: Id<Recorded>,
    pub moment: Millis,
}
pub(super) fn insert(
    tx: &mut Tx<ManageRules>,
    name: &str,
    content: &str,
    is_active: bool,
    start: &Start,
) -> Result<Id<Rule>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO rule (name, name_folded, position, is_active, content, version, since_id, since_ms, reached_ms,
                               reached_id, created_at_ms, updated_at_ms)
               VALUES ($1, $2, (SELECT coalesce(max(position), 0) + 1 FROM rule), $3, $4, 1, $5, $7, $6, 0, $7, $7)
               RETURNING id"
        ),
        args![name, &text::fold(name), is_active, content, start.event, start.moment, now],
    )?;
    Ok(id)
}
pub(super) fn update(
    tx: &mut Tx<ManageRules>,
    id: Id<Rule>,
    name: &str,
    content: &str,
    is_active: bool,
    version: i64,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE rule SET name = $2, name_folded = $3, content = $4, is_active = $5, version = $6, updated_at_ms = $7
              WHERE id = $1"
        ),
        args![id, name, &text::fold(name), content, is_active, version, now],
    )
    .map(drop)
}
/// It works from here on: what happened before is not its business.
pub(super) fn begin(tx: &mut Tx<ManageRules>, id: Id<Rule>, start: &Start) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE rule SET since_id = $2, since_ms = $3, reached_ms = $4, reached_id = 0 WHERE id = $1"),
        args![id, start.event, now, start.moment],
    )
    .map(drop)
}
pub(super) fn place(tx: &mut Tx<ManageRules>, id: Id<Rule>, position: i64) -> Result<()> {
    tx.run(sql!("UPDATE rule SET position = $2 WHERE id = $1"), args![id, position]).map(drop)
}
pub(super) fn remove(tx: &mut Tx<ManageRules>, id: Id<Rule>) -> Result<()> {
    tx.run(sql!("DELETE FROM rule WHERE id = $1"), args![id]).map(drop)
}

/// How a rule once was.
#[derive(Clone, Debug, Record)]
pub struct Version {
    pub version: i64,
    pub author: String,
    pub author_name: String,
    /// A [`Stored`](super::actions::Stored) as JSON.
    pub content: String,
    pub at_ms: Millis,
}
pub(super) fn keep_version(
    tx: &mut Tx<ManageRules>,
    id: Id<Rule>,
    version: i64,
    content: &str,
) -> Result<()> {
    let (now, author, name) = (tx.now(), tx.actor().who.to_string(), tx.actor().name.clone());
    tx.run(
        sql!(
            "INSERT INTO rule_version (rule_id, version, author, author_name, content, at_ms)
               VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        args![id, version, &author, &name, content, now],
    )
    .map(drop)
}
/// Newest first, 100 at most.
pub fn versions(conn: &mut Conn, id: Id<Rule>) -> Result<Vec<Version>> {
    conn.all(
        sql!(
            "SELECT version, author, author_name, content, at_ms FROM rule_version
              WHERE rule_id = $1 ORDER BY version DESC LIMIT 1000"
        ),
        args![id],
    )
}
pub fn version(conn: &mut Conn, id: Id<Rule>, version: i64) -> Result<Option<Version>> {
    conn.find(
        sql!(
            "SELECT version, author, author_name, content, at_ms FROM rule_version WHERE rule_id = $1 AND version = $2"
        ),
        args![id, version],
    )
}

/// Webhooks by name: id and name.
pub fn webhooks(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    conn.all(sql!("SELECT id, name FROM webhook ORDER BY name, id LIMIT 500"), args![])
}

/// An event and what led to it.
#[derive(Clone, Debug, Record)]
pub struct Heard {
    pub id: Id<Recorded>,
    pub kind: String,
    pub subject: String,
    pub actor: String,
    pub payload: String,
    pub at_ms: Millis,
    pub cause_id: Option<Id<Recorded>>,
}
impl Heard {
    pub fn split(self) -> (Recorded, Option<Id<Recorded>>) {
        let Heard { id, kind, subject, actor, payload, at_ms, cause_id } = self;
        (Recorded { id, kind, subject, actor, payload, at_ms }, cause_id)
    }
}
/// The events after `position`, in order.
pub fn events_after(conn: &mut Conn, position: Id<Recorded>, limit: usize) -> Result<Vec<Heard>> {
    conn.all(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms, cause_id FROM event WHERE id > $1 ORDER BY id LIMIT $2"
        ),
        args![position, limit],
    )
}

/// The first position of a reader that has none: where the first rule begins to hear, else the end of the log.
pub fn begin_reading(tx: &mut Tx<System>, name: &str) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO event_reader (name, position)
               VALUES ($1, coalesce((SELECT min(since_id) FROM rule), (SELECT max(id) FROM event), 0))
               ON CONFLICT (name) DO NOTHING"
        ),
        args![name],
    )
    .map(drop)
}

/// Who wrote a message, as far as rules ask.
#[derive(Clone, Debug, Record)]
pub struct Author {
    pub author_kind: String,
    pub is_automatic: bool,
    pub is_sender_known: bool,
    /// The words with which the ticket began are no answer to anything.
    pub is_first: bool,
}
pub fn author(conn: &mut Conn, message: Id<Message>) -> Result<Option<Author>> {
    conn.find(
        sql!(
            "SELECT m.author_kind, m.is_automatic, m.is_sender_known,
                    NOT EXISTS (SELECT 1 FROM message e WHERE e.ticket_id = m.ticket_id AND e.id < m.id) AS is_first
               FROM message m WHERE m.id = $1"
        ),
        args![message],
    )
}
/// Whether the newest words of the customer's side were a machine's: nothing is sent in answer to them.
pub fn is_last_automatic(conn: &mut Conn, ticket: Id<Ticket>) -> Result<bool> {
    let row = conn.find::<(bool,)>(
        sql!(
            "SELECT is_automatic FROM message WHERE ticket_id = $1 AND direction = 'in' AND side_id IS NULL
              ORDER BY id DESC LIMIT 1"
        ),
        args![ticket],
    )?;
    Ok(row.is_some_and(|(is_automatic,)| is_automatic))
}

/// Somebody to be told something.
#[derive(Clone, Debug, Record)]
pub struct Told {
    pub email: String,
    pub name: String,
    pub language: String,
}
pub fn user(conn: &mut Conn, id: i64) -> Result<Vec<Told>> {
    conn.all(
        sql!("SELECT email, name, language FROM desk_user WHERE id = $1 AND is_active = TRUE"),
        args![id],
    )
}
/// The members of a team, 50 at most.
pub fn team(conn: &mut Conn, id: i64) -> Result<Vec<Told>> {
    conn.all(
        sql!(
            "SELECT u.email, u.name, u.language FROM team_member m JOIN desk_user u ON u.id = m.user_id
              WHERE m.team_id = $1 AND u.is_active = TRUE ORDER BY u.id LIMIT 50"
        ),
        args![id],
    )
}

/// What rules made of one event or moment.
#[derive(Clone, Debug, Record)]
pub struct Look {
    pub id: Id<Look>,
    pub ticket_id: Id<Ticket>,
    pub occasion: String,
    pub depth: i64,
    /// JSON list of [`Verdict`](super::trace::Verdict).
    pub verdicts: String,
    pub at_ms: Millis,
}
pub fn look(conn: &mut Conn, ticket: Id<Ticket>, occasion: &str) -> Result<Option<Look>> {
    conn.find(
        sql!(
            "SELECT id, ticket_id, occasion, depth, verdicts, at_ms FROM rule_look
              WHERE ticket_id = $1 AND occasion = $2"
        ),
        args![ticket, occasion],
    )
}
/// What rules made of a ticket, newest first.
pub fn looks(conn: &mut Conn, ticket: Id<Ticket>, before: Id<Look>, limit: usize) -> Result<Vec<Look>> {
    conn.all(
        sql!(
            "SELECT id, ticket_id, occasion, depth, verdicts, at_ms FROM rule_look
              WHERE ticket_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        ),
        args![ticket, before, limit],
    )
}
pub fn keep_look(
    tx: &mut Tx<System>,
    ticket: Id<Ticket>,
    occasion: &str,
    depth: i64,
    verdicts: &str,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO rule_look (ticket_id, occasion, depth, verdicts, at_ms) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (ticket_id, occasion) DO UPDATE SET verdicts = excluded.verdicts"
        ),
        args![ticket, occasion, depth, verdicts, now],
    )
    .map(drop)
}
/// How many rules lie between an event and something that a person did.
pub fn depth_of(conn: &mut Conn, ticket: Id<Ticket>, event: Id<Recorded>) -> Result<i64> {
    Ok(look(conn, ticket, &format!("event/{event}"))?.map_or(0, |look| look.depth))
}
/// Forgets looks before an instant, 1,000 at most.
pub fn sweep(conn: &mut Conn, before: Millis) -> Result<u64> {
    conn.run(
        sql!(
            "DELETE FROM rule_look WHERE id IN (SELECT id FROM rule_look WHERE at_ms < $1 ORDER BY at_ms LIMIT 1000)"
        ),
        args![before],
    )
}
pub fn ran(tx: &mut Tx<System>, id: Id<Rule>) -> Result<()> {
    let now = tx.now();
    tx.run(sql!("UPDATE rule SET runs = runs + 1, ran_at_ms = $2 WHERE id = $1"), args![id, now]).map(drop)
}
pub fn limited(tx: &mut Tx<System>, id: Id<Rule>) -> Result<()> {
    let now = tx.now();
    tx.run(sql!("UPDATE rule SET limited_at_ms = $2 WHERE id = $1"), args![id, now]).map(drop)
}
pub fn failed(tx: &mut Tx<System>, id: Id<Rule>) -> Result<()> {
    let now = tx.now();
    tx.run(sql!("UPDATE rule SET failed_at_ms = $2 WHERE id = $1"), args![id, now]).map(drop)
}
/// How many rules a limit stopped, or failed, since an instant.
pub fn troubled(conn: &mut Conn, since: Millis) -> Result<i64> {
    let row = conn.one::<(i64,)>(
        sql!(
            "SELECT count(*) FROM rule WHERE is_active = TRUE AND (limited_at_ms >= $1 OR failed_at_ms >= $1)"
        ),
        args![since],
    )?;
    Ok(row.0)
}

/// A rule that waits, locked for this transaction; `None` where another node is at it or it changed.
pub fn take_waiting(tx: &mut Tx<System>, id: Id<Rule>, version: i64) -> Result<Option<(Millis, i64)>> {
    tx.find(
        sql!(
            "SELECT reached_ms, reached_id FROM rule WHERE id = $1 AND version = $2 AND is_active = TRUE {skip_locked}"
        ),
        args![id, version],
    )
}
pub fn reach(tx: &mut Tx<System>, id: Id<Rule>, moment: Millis, ticket: Id<Ticket>) -> Result<()> {
    tx.run(
        sql!("UPDATE rule SET reached_ms = $2, reached_id = $3 WHERE id = $1"),
        args![id, moment, ticket.number()],
    )
    .map(drop)
}
/// Tickets whose moment lies after what was reached, until an instant, in order. Each kind of moment walks one index.
pub fn moments(
    conn: &mut Conn,
    since: Since,
    reached: (Millis, i64),
    until: Millis,
    limit: usize,
) -> Result<Vec<(Id<Ticket>, Millis)>> {
    let values = args![reached.0, reached.1, until, limit];
    match since {
        Since::Created => conn.all(
            sql!(
                "SELECT id, created_at_ms FROM ticket WHERE is_open = TRUE AND (created_at_ms, id) > ($1, $2)
                    AND created_at_ms <= $3 ORDER BY created_at_ms, id LIMIT $4"
            ),
            values,
        ),
        Since::Updated => conn.all(
            sql!(
                "SELECT id, updated_at_ms FROM ticket WHERE is_open = TRUE AND (updated_at_ms, id) > ($1, $2)
                    AND updated_at_ms <= $3 ORDER BY updated_at_ms, id LIMIT $4"
            ),
            values,
        ),
        Since::Status => conn.all(
            sql!(
                "SELECT id, status_at_ms FROM ticket WHERE status_at_ms IS NOT NULL AND (status_at_ms, id) > ($1, $2)
                    AND status_at_ms <= $3 ORDER BY status_at_ms, id LIMIT $4"
            ),
            values,
        ),
        Since::Due => conn.all(
            sql!(
                "SELECT id, due_at_ms FROM ticket WHERE is_open = TRUE AND due_at_ms IS NOT NULL
                    AND (due_at_ms, id) > ($1, $2) AND due_at_ms <= $3 ORDER BY due_at_ms, id LIMIT $4"
            ),
            values,
        ),
    }
}
/// The moment of one ticket, as it is now.
pub fn moment(conn: &mut Conn, since: Since, ticket: Id<Ticket>) -> Result<Option<Millis>> {
    let row = conn.find::<(bool, Millis, Millis, Option<Millis>, Option<Millis>)>(
        sql!(
            "SELECT is_open, created_at_ms, updated_at_ms, status_at_ms, due_at_ms FROM ticket WHERE id = $1"
        ),
        args![ticket],
    )?;
    let Some((is_open, created, updated, status, due)) = row else { return Ok(None) };
    Ok(match since {
        Since::Status => status,
        _ if !is_open => None,
        Since::Created => Some(created),
        Since::Updated => Some(updated),
        Since::Due => due,
    })
}

/// Events about tickets since an instant, the newest `limit` of the log, newest first.
pub fn recent_events(conn: &mut Conn, since: Millis, limit: i64) -> Result<Vec<Recorded>> {
    conn.all(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms FROM event
              WHERE id > (SELECT coalesce(max(id), 0) FROM event) - $2 AND at_ms >= $1
                AND kind IN ('ticket.opened', 'ticket.message_added', 'ticket.changed', 'sla.warned', 'sla.breached')
              ORDER BY id DESC"
        ),
        args![since, limit],
    )
}
/// The newest tickets that changed since an instant.
pub fn changed_since(conn: &mut Conn, since: Millis, limit: usize) -> Result<Vec<(Id<Ticket>,)>> {
    conn.all(
        sql!(
            "SELECT id FROM (SELECT id, updated_at_ms FROM ticket WHERE is_open = TRUE
                              UNION ALL SELECT id, updated_at_ms FROM ticket WHERE is_open = FALSE AND updated_at_ms >= $1) t
              ORDER BY updated_at_ms DESC, id DESC LIMIT $2"
        ),
        args![since, limit],
    )
}
/// Number and subject of those tickets that the person sees.
pub fn subjects<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    ids: &[Id<Ticket>],
) -> Result<Vec<(Id<Ticket>, String)>> {
    let Some(scope) = tx.actor().reach("tickets.view") else { return Ok(Vec::new()) };
    let sight = crate::tickets::store::Sight::within(tx.actor(), scope);
    tx.all(
        sql!(concat!(
            "SELECT t.id, t.subject FROM ticket t WHERE t.id {in $4} AND ",
            crate::tickets::store::visible!(),
            " ORDER BY t.id"
        )),
        args![sight.scope, sight.person, &sight.ids, &Id::list(ids)],
    )
}
