//! SQL for policies, terms and clocks. Nothing else.
use super::{
    ManageSla,
    clock::{Promise, Run},
    policy::{CalendarOf, NewPolicy, Policy},
    subject::Subject,
    terms::Whose,
};
use crate::{
    calendars,
    contracts::Contract,
    conversation::Message,
    tickets::{Category, Channel, Kind, Priority, Ticket},
};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Contact, Implies, Organisation, System, Team, Tx},
    db::{Conn, Result},
    events::Recorded,
    sql,
};

/// A policy that applies now, with its terms.
#[derive(Record)]
pub struct Applying {
    pub policy_id: Id<Policy>,
    pub name: String,
    pub filter: String,
    pub calendar_of: CalendarOf,
    pub is_for_contracts: bool,
    pub terms_id: i64,
    pub content: String,
}
/// Terms of a policy by the hours of a contract or a team.
#[derive(Record)]
pub struct Variant {
    pub policy_id: Id<Policy>,
    pub whose: Whose,
    pub calendar_id: Id<calendars::Calendar>,
    pub terms_id: i64,
    pub content: String,
}
/// All; a desk has a handful.
pub fn variants(conn: &mut Conn) -> Result<Vec<Variant>> {
    conn.all(
        sql!(
            "SELECT v.policy_id, v.whose, v.calendar_id, v.terms_id, t.content
               FROM sla_variant v JOIN sla_terms t ON t.id = v.terms_id ORDER BY v.policy_id, v.whose, v.calendar_id"
        ),
        args![],
    )
}
/// Keeps what applies by those hours from now on.
pub(super) fn set_variant<P>(
    tx: &mut Tx<P>,
    policy: Id<Policy>,
    (whose, calendar): (Whose, Id<calendars::Calendar>),
    content: &str,
) -> Result<()> {
    let terms = insert_terms(tx, policy, content)?;
    tx.run(
        sql!(
            "INSERT INTO sla_variant (policy_id, whose, calendar_id, terms_id) VALUES ($1, $2, $3, $4)
               ON CONFLICT (policy_id, whose, calendar_id) DO UPDATE SET terms_id = excluded.terms_id"
        ),
        args![policy, whose, calendar, terms],
    )
    .map(drop)
}
/// The calendars that contracts in use have agreed on, and the policies that they name.
pub(super) fn agreed(conn: &mut Conn) -> Result<(Vec<Id<calendars::Calendar>>, Vec<Id<Policy>>)> {
    let calendars = conn.all::<(Id<calendars::Calendar>,)>(
        sql!(
            "SELECT DISTINCT t.calendar_id FROM contract_terms t JOIN contract c ON c.id = t.contract_id
              WHERE c.is_archived = FALSE AND t.calendar_id IS NOT NULL"
        ),
        args![],
    )?;
    let policies = conn.all::<(Id<Policy>,)>(
        sql!(
            "SELECT DISTINCT t.policy_id FROM contract_terms t JOIN contract c ON c.id = t.contract_id
              WHERE c.is_archived = FALSE AND t.policy_id IS NOT NULL"
        ),
        args![],
    )?;
    Ok((calendars.into_iter().map(|(id,)| id).collect(), policies.into_iter().map(|(id,)| id).collect()))
}
/// The teams that have hours of their own.
pub fn team_calendars(conn: &mut Conn) -> Result<Vec<(Id<Team>, Id<calendars::Calendar>)>> {
    conn.all(sql!("SELECT team_id, calendar_id FROM team_calendar ORDER BY team_id"), args![])
}
/// A team counts by these hours; `None` by no hours of its own.
pub(super) fn set_team_calendar<P>(
    tx: &mut Tx<P>,
    team: Id<Team>,
    calendar: Option<Id<calendars::Calendar>>,
) -> Result<()> {
    match calendar {
        None => tx.run(sql!("DELETE FROM team_calendar WHERE team_id = $1"), args![team]),
        Some(calendar) => tx.run(
            sql!(
                "INSERT INTO team_calendar (team_id, calendar_id) VALUES ($1, $2)
                   ON CONFLICT (team_id) DO UPDATE SET calendar_id = excluded.calendar_id"
            ),
            args![team, calendar],
        ),
    }
    .map(drop)
}
/// In order.
pub fn applying(conn: &mut Conn) -> Result<Vec<Applying>> {
    conn.all(
        sql!(
            "SELECT p.id AS policy_id, p.name, p.filter, p.calendar_of, p.is_for_contracts, t.id AS terms_id, t.content
               FROM sla_policy p JOIN sla_terms t ON t.id = p.terms_id
              WHERE p.is_active = TRUE ORDER BY p.position, p.id"
        ),
        args![],
    )
}
/// The snapshot with this id.
pub fn content(conn: &mut Conn, terms: i64) -> Result<Option<String>> {
    let row = conn.find::<(String,)>(sql!("SELECT content FROM sla_terms WHERE id = $1"), args![terms])?;
    Ok(row.map(|(content,)| content))
}
/// Whose terms they are, and what the policy is called.
pub fn owner(conn: &mut Conn, terms: i64) -> Result<Option<(Id<Policy>, String)>> {
    conn.find(
        sql!("SELECT p.id, p.name FROM sla_terms t JOIN sla_policy p ON p.id = t.policy_id WHERE t.id = $1"),
        args![terms],
    )
}

macro_rules! select_policy {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT id, name, position, is_active, calendar_id, filter, first_response, next_response, update_every,
                    resolution, warn, pause_in, terms_id, calendar_of, is_for_contracts
               FROM sla_policy ",
            $rest
        ))
    };
}
/// All policies in order; a desk has a handful.
pub fn policies(conn: &mut Conn) -> Result<Vec<Policy>> {
    conn.all(select_policy!("ORDER BY position, id LIMIT 1000"), args![])
}
pub fn policy(conn: &mut Conn, id: Id<Policy>) -> Result<Option<Policy>> {
    conn.find(select_policy!("WHERE id = $1"), args![id])
}
/// Whether another policy has this name.
pub fn is_taken(conn: &mut Conn, name: &str, but: Option<Id<Policy>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM sla_policy WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}
/// Adds a policy at the end, unless it says where.
pub(super) fn insert(tx: &mut Tx<ManageSla>, new: &NewPolicy) -> Result<Id<Policy>> {
    let (now, words) = (tx.now(), Words::of(new));
    let (id,) = tx.one(
        sql!(
            "INSERT INTO sla_policy (name, name_folded, position, is_active, calendar_id, filter, first_response,
                                     next_response, update_every, resolution, warn, pause_in, created_at_ms,
                                     calendar_of, is_for_contracts)
               VALUES ($1, $2, coalesce($3, (SELECT coalesce(max(position), 0) + 1 FROM sla_policy)), $4, $5, $6, $7,
                       $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id"
        ),
        args![
            &new.name,
            &text::fold(&new.name),
            new.position,
            new.is_active,
            new.calendar,
            &words.filter,
            words.targets[0].as_deref(),
            words.targets[1].as_deref(),
            words.targets[2].as_deref(),
            words.targets[3].as_deref(),
            &words.warn,
            &words.pause_in,
            now,
            new.calendar_of,
            new.is_for_contracts
        ],
    )?;
    Ok(id)
}
pub(super) fn update(tx: &mut Tx<ManageSla>, id: Id<Policy>, new: &NewPolicy) -> Result<()> {
    let words = Words::of(new);
    tx.run(
        sql!(
            "UPDATE sla_policy SET name = $2, name_folded = $3, position = coalesce($4, position), is_active = $5,
                    calendar_id = $6, filter = $7, first_response = $8, next_response = $9, update_every = $10,
                    resolution = $11, warn = $12, pause_in = $13, calendar_of = $14, is_for_contracts = $15
              WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &text::fold(&new.name),
            new.position,
            new.is_active,
            new.calendar,
            &words.filter,
            words.targets[0].as_deref(),
            words.targets[1].as_deref(),
            words.targets[2].as_deref(),
            words.targets[3].as_deref(),
            &words.warn,
            &words.pause_in,
            new.calendar_of,
            new.is_for_contracts
        ],
    )
    .map(drop)
}
struct Words {
    filter: String,
    targets: [Option<String>; 4],
    warn: String,
    pause_in: String,
}
impl Words {
    fn of(new: &NewPolicy) -> Words {
        Words {
            filter: crate::filter::stored(&new.filter),
            targets: new.targets.map(|span| span.map(|span| span.to_string())),
            warn: new.warn.to_string(),
            pause_in: serde_json::to_string(&new.pause_in).expect("a list of words"),
        }
    }
}
pub(super) fn place(tx: &mut Tx<ManageSla>, id: Id<Policy>, position: i64) -> Result<()> {
    tx.run(sql!("UPDATE sla_policy SET position = $2 WHERE id = $1"), args![id, position]).map(drop)
}
/// A new snapshot that applies from now on.
pub(super) fn set_terms(tx: &mut Tx<ManageSla>, id: Id<Policy>, content: &str) -> Result<()> {
    let terms = insert_terms(tx, id, content)?;
    tx.run(sql!("UPDATE sla_policy SET terms_id = $2 WHERE id = $1"), args![id, terms]).map(drop)
}
fn insert_terms<P>(tx: &mut Tx<P>, id: Id<Policy>, content: &str) -> Result<i64> {
    let now = tx.now();
    let (terms,) = tx.one::<(i64,)>(
        sql!("INSERT INTO sla_terms (policy_id, content, created_at_ms) VALUES ($1, $2, $3) RETURNING id"),
        args![id, content, now],
    )?;
    Ok(terms)
}
/// Those that count by this calendar, by choice or because it is (or was) the desk's own.
pub(super) fn of_calendar(conn: &mut Conn, calendar: Id<calendars::Calendar>) -> Result<Vec<Policy>> {
    conn.all(select_policy!("WHERE calendar_id IS NULL OR calendar_id = $1 ORDER BY id"), args![calendar])
}

/// Client organisations to choose from, by name, 500 at most.
pub(super) fn organisations(tx: &mut Tx<ManageSla>) -> Result<Vec<(Id<Organisation>, String)>> {
    tx.all(sql!("SELECT id, name FROM organisation ORDER BY name_folded, id LIMIT 500"), args![])
}

/// A run of a promise as it is stored.
#[derive(Clone, Debug, Record)]
pub struct Kept {
    pub ticket_id: Id<Ticket>,
    pub promise: Promise,
    pub started_at_ms: Millis,
    pub told_to_ms: Millis,
    pub target_ms: Option<i64>,
    pub ran_ms: i64,
    pub since_ms: Option<Millis>,
    pub due_at_ms: Option<Millis>,
    pub ended_at_ms: Option<Millis>,
    pub breached_at_ms: Option<Millis>,
    pub told: Told,
    pub alarm_at_ms: Option<Millis>,
}
/// What of a promise has been announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Nothing,
    Warning,
    Breach,
}
platform::words! { Told { Nothing = "nothing", Warning = "warning", Breach = "breach" } }
impl Kept {
    pub fn run(&self) -> Run {
        Run::stored(
            self.promise,
            (self.started_at_ms, self.told_to_ms),
            (self.target_ms, self.ran_ms),
            (self.since_ms, self.due_at_ms),
            (self.ended_at_ms, self.breached_at_ms),
        )
    }
}

macro_rules! kept {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT k.ticket_id, k.promise, k.started_at_ms, k.told_to_ms, k.target_ms, k.ran_ms, k.since_ms,
                    k.due_at_ms, k.ended_at_ms, k.breached_at_ms, k.told, k.alarm_at_ms FROM sla_clock k ",
            $rest
        ))
    };
}

/// The clocks of a ticket; whoever reads them to change them has them alone until the end of the transaction.
pub fn clocks<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Vec<Kept>> {
    tx.all(kept!("WHERE k.ticket_id = $1 {for_update}"), args![ticket])
}
/// The same, for showing them.
pub fn look(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Kept>> {
    conn.all(kept!("WHERE k.ticket_id = $1"), args![ticket])
}

/// The clocks with something to announce before `now`, the oldest first. Those that another node announces are left
/// out. Uses the partial index `sla_clock_alarm`.
pub fn alarms(tx: &mut Tx<System>, now: Millis, limit: usize) -> Result<Vec<Kept>> {
    tx.all(
        kept!("WHERE k.alarm_at_ms < $1 ORDER BY k.alarm_at_ms, k.ticket_id LIMIT $2 {skip_locked}"),
        args![now, limit],
    )
}
pub fn has_alarm(conn: &mut Conn, now: Millis) -> Result<bool> {
    let found = conn.find::<(Id<Ticket>,)>(
        sql!("SELECT ticket_id FROM sla_clock WHERE alarm_at_ms < $1 ORDER BY alarm_at_ms LIMIT 1"),
        args![now],
    )?;
    Ok(found.is_some())
}

/// The two clocks that every new ticket with a policy begins with.
pub fn begin(conn: &mut Conn, ticket: Id<Ticket>, [one, other]: &[Kept; 2]) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO sla_clock (ticket_id, promise, started_at_ms, told_to_ms, target_ms, ran_ms, since_ms,
                                    due_at_ms, ended_at_ms, breached_at_ms, told, alarm_at_ms)
               VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, NULL, 'nothing', $9),
                      ($1, $10, $3, $4, $11, 0, $12, $13, $14, NULL, 'nothing', $15)"
        ),
        args![
            ticket,
            one.promise,
            one.started_at_ms,
            one.told_to_ms,
            one.target_ms,
            one.since_ms,
            one.due_at_ms,
            one.ended_at_ms,
            one.alarm_at_ms,
            other.promise,
            other.target_ms,
            other.since_ms,
            other.due_at_ms,
            other.ended_at_ms,
            other.alarm_at_ms
        ],
    )
    .map(drop)
}
pub fn keep(conn: &mut Conn, kept: &Kept) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO sla_clock (ticket_id, promise, started_at_ms, told_to_ms, target_ms, ran_ms, since_ms,
                                    due_at_ms, ended_at_ms, breached_at_ms, told, alarm_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (ticket_id, promise) DO UPDATE
                  SET started_at_ms = excluded.started_at_ms, told_to_ms = excluded.told_to_ms,
                      target_ms = excluded.target_ms, ran_ms = excluded.ran_ms, since_ms = excluded.since_ms,
                      due_at_ms = excluded.due_at_ms, ended_at_ms = excluded.ended_at_ms,
                      breached_at_ms = excluded.breached_at_ms, told = excluded.told,
                      alarm_at_ms = excluded.alarm_at_ms"
        ),
        args![
            kept.ticket_id,
            kept.promise,
            kept.started_at_ms,
            kept.told_to_ms,
            kept.target_ms,
            kept.ran_ms,
            kept.since_ms,
            kept.due_at_ms,
            kept.ended_at_ms,
            kept.breached_at_ms,
            kept.told,
            kept.alarm_at_ms
        ],
    )
    .map(drop)
}
/// What the ticket's own row shows of its clocks. Its version stays: nobody edited it.
pub fn mark(conn: &mut Conn, ticket: Id<Ticket>, due_at: Option<Millis>, terms: Option<i64>) -> Result<()> {
    conn.run(
        sql!("UPDATE ticket SET due_at_ms = $2, sla_terms_id = $3 WHERE id = $1"),
        args![ticket, due_at, terms],
    )
    .map(drop)
}

/// The contract that covers the ticket from now on. Its version stays: nobody edited it.
pub fn mark_contract(conn: &mut Conn, ticket: Id<Ticket>, contract: Option<Id<Contract>>) -> Result<()> {
    conn.run(sql!("UPDATE ticket SET contract_id = $2 WHERE id = $1"), args![ticket, contract]).map(drop)
}

/// What a clock needs to know of a ticket.
#[derive(Clone, Debug, Record)]
pub struct About {
    pub id: Id<Ticket>,
    pub category: Category,
    pub priority: Priority,
    pub kind: Kind,
    pub channel: Channel,
    pub team_id: Id<Team>,
    pub organisation_id: Option<Id<Organisation>>,
    pub requester_id: Id<Contact>,
    pub contract_id: Option<Id<Contract>>,
    pub sla_terms_id: Option<i64>,
    pub due_at_ms: Option<Millis>,
    pub created_at_ms: Millis,
}
impl About {
    pub fn subject(&self) -> Subject {
        Subject {
            priority: self.priority,
            kind: self.kind,
            channel: self.channel,
            team: self.team_id,
            organisation: self.organisation_id,
            requester: self.requester_id,
        }
    }
}
pub fn about(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<About>> {
    conn.find(
        sql!(
            "SELECT id, category, priority, kind, channel, team_id, organisation_id, requester_id, contract_id, sla_terms_id,
                    due_at_ms, created_at_ms FROM ticket WHERE id = $1"
        ),
        args![ticket],
    )
}
/// Open tickets after the id `after`, by id. Walks the primary key.
pub fn open_after(conn: &mut Conn, after: Id<Ticket>, limit: usize) -> Result<Vec<About>> {
    conn.all(
        sql!(
            "SELECT id, category, priority, kind, channel, team_id, organisation_id, requester_id, contract_id, sla_terms_id,
                    due_at_ms, created_at_ms FROM ticket WHERE id > $1 AND is_open = TRUE ORDER BY id LIMIT $2"
        ),
        args![after, limit],
    )
}
/// Tickets after the id `after` to which terms apply, by id.
pub fn promised_after(conn: &mut Conn, after: Id<Ticket>, limit: usize) -> Result<Vec<About>> {
    conn.all(
        sql!(
            "SELECT id, category, priority, kind, channel, team_id, organisation_id, requester_id, contract_id, sla_terms_id,
                    due_at_ms, created_at_ms FROM ticket WHERE id > $1 AND sla_terms_id IS NOT NULL ORDER BY id LIMIT $2"
        ),
        args![after, limit],
    )
}
/// Tickets that came since `since`, the newest first, `limit` at most.
pub fn recent<P: Implies<ManageSla>>(tx: &mut Tx<P>, since: Millis, limit: usize) -> Result<Vec<About>> {
    tx.all(
        sql!(
            "SELECT id, category, priority, kind, channel, team_id, organisation_id, requester_id, contract_id, sla_terms_id,
                    due_at_ms, created_at_ms FROM ticket WHERE created_at_ms >= $1 ORDER BY id DESC LIMIT $2"
        ),
        args![since, limit],
    )
}

/// What the clock hears of, in the order of the log. Uses the index `event_subject`.
pub fn events(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Recorded>> {
    conn.all(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms FROM event
              WHERE subject = $1
                AND kind IN ('ticket.opened', 'ticket.message_added', 'ticket.changed', 'ticket.merged',
                             'ticket.unmerged', 'sla.applied', 'sla.breached')
              ORDER BY id LIMIT 20000"
        ),
        args![&format!("ticket/{ticket}")],
    )
}
/// Those of the messages that count as an answer or a question: by id, and whether the customer wrote it. Wherever they
/// are by now: a clock counts what was said while it was said there.
pub fn speaking(conn: &mut Conn, messages: &[Id<Message>]) -> Result<Vec<(i64, bool)>> {
    conn.all(
        sql!(
            "SELECT id, direction = 'in' AS is_in FROM message
              WHERE id {in $1} AND kind = 'public' AND is_automatic = FALSE
                AND (direction = 'in' AND is_sender_known = TRUE OR direction = 'out' AND author_kind = 'user')"
        ),
        args![&Id::list(messages)],
    )
}
