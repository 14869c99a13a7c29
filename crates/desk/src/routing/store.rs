//! SQL of routing. Nothing else.
use super::{
    ManageRouting,
    policy::{Abilities, AgentRow, NeedRow, NewNeed, PlanDraft, Skill, TeamPlan},
};
use crate::tickets::{
    Category, Channel, Priority, Ticket, ViewTickets,
    store::{Sight, visible},
};
use derive::Record;
use kernel::{
    clock::{MINUTE, Millis},
    id::Id,
    text,
};
use platform::{
    args,
    authority::{Contact, Implies, Team, Tx, User},
    db::{Conn, Result},
    sql,
};

/// All skills by name, those out of use at the end; a desk has dozens, 1,000 at most are read.
pub fn skills(conn: &mut Conn) -> Result<Vec<Skill>> {
    conn.all(
        sql!(
            "SELECT s.id, s.name, s.is_archived,
                    (SELECT count(*) FROM agent_skill a JOIN desk_user u ON u.id = a.user_id
                      WHERE a.skill_id = s.id AND u.is_active = TRUE) AS people
               FROM skill s ORDER BY s.is_archived, s.name_folded, s.id LIMIT 1000"
        ),
        args![],
    )
}
pub fn skill(conn: &mut Conn, id: Id<Skill>) -> Result<Option<Skill>> {
    conn.find(
        sql!(
            "SELECT s.id, s.name, s.is_archived,
                    (SELECT count(*) FROM agent_skill a JOIN desk_user u ON u.id = a.user_id
                      WHERE a.skill_id = s.id AND u.is_active = TRUE) AS people
               FROM skill s WHERE s.id = $1"
        ),
        args![id],
    )
}
/// * returns – `None` where the name is taken.
pub(super) fn insert_skill(tx: &mut Tx<ManageRouting>, name: &str) -> Result<Option<Id<Skill>>> {
    let now = tx.now();
    let row = tx.find::<(Id<Skill>,)>(
        sql!(
            "INSERT INTO skill (name, name_folded, created_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (name_folded) DO NOTHING RETURNING id"
        ),
        args![name, &text::fold(name), now],
    )?;
    Ok(row.map(|(id,)| id))
}
/// Whether another skill has this name.
pub(super) fn is_taken(conn: &mut Conn, name: &str, but: Id<Skill>) -> Result<bool> {
    let row = conn.find::<(i64,)>(
        sql!("SELECT id FROM skill WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but],
    )?;
    Ok(row.is_some())
}
pub(super) fn update_skill(tx: &mut Tx<ManageRouting>, skill: &Skill) -> Result<()> {
    tx.run(
        sql!("UPDATE skill SET name = $2, name_folded = $3, is_archived = $4 WHERE id = $1"),
        args![skill.id, &skill.name, &text::fold(&skill.name), skill.is_archived],
    )
    .map(drop)
}
/// Whether tickets ask for it.
pub(super) fn is_needed(conn: &mut Conn, id: Id<Skill>) -> Result<bool> {
    let row =
        conn.find::<(i64,)>(sql!("SELECT id FROM skill_need WHERE skill_id = $1 LIMIT 1"), args![id])?;
    Ok(row.is_some())
}

/// The levels of these people, by person and skill; skills out of use are left out.
pub fn levels(conn: &mut Conn, users: &[Id<User>]) -> Result<Vec<(Id<User>, Id<Skill>, i64)>> {
    conn.all(
        sql!(
            "SELECT a.user_id, a.skill_id, a.level FROM agent_skill a JOIN skill s ON s.id = a.skill_id
              WHERE a.user_id {in $1} AND s.is_archived = FALSE ORDER BY a.user_id, a.skill_id"
        ),
        args![&Id::list(users)],
    )
}
pub(super) fn set_abilities(tx: &mut Tx<ManageRouting>, user: Id<User>, new: &Abilities) -> Result<()> {
    tx.run(sql!("DELETE FROM agent_skill WHERE user_id = $1"), args![user])?;
    for (skill, level) in &new.skills {
        tx.run(
            sql!("INSERT INTO agent_skill (user_id, skill_id, level) VALUES ($1, $2, $3)"),
            args![user, *skill, *level],
        )?;
    }
    tx.run(
        sql!(
            "INSERT INTO agent_work (user_id, work_limit, calendar_id) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE
                 SET work_limit = excluded.work_limit, calendar_id = excluded.calendar_id"
        ),
        args![user, new.limit, new.calendar],
    )
    .map(drop)
}
/// What somebody said of themselves.
pub(super) fn set_standing<P>(tx: &mut Tx<P>, user: Id<User>, is_there: bool) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO agent_work (user_id, is_there, since_ms) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET is_there = excluded.is_there, since_ms = excluded.since_ms"
        ),
        args![user, is_there, now],
    )
    .map(drop)
}
/// Somebody was given something.
pub(super) fn given<P>(tx: &mut Tx<P>, user: Id<User>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO agent_work (user_id, given_at_ms) VALUES ($1, $2)
               ON CONFLICT (user_id) DO UPDATE SET given_at_ms = excluded.given_at_ms"
        ),
        args![user, now],
    )
    .map(drop)
}
/// Somebody finished something, or put it out of their hands.
pub(crate) fn done<P>(tx: &mut Tx<P>, user: Id<User>) -> Result<()> {
    let now = tx.now();
    tx.put(sql!("UPDATE agent_work SET done_at_ms = $2 WHERE user_id = $1"), args![user, now])
}

macro_rules! select_agent {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT u.id AS user_id, u.name, w.work_limit, w.calendar_id, w.is_there, w.since_ms, w.given_at_ms,
                    w.done_at_ms
               FROM desk_user u LEFT JOIN agent_work w ON w.user_id = u.id ",
            $rest
        ))
    };
}
/// Somebody who works here, whatever is known of their work; `None` for whoever does not.
pub fn agent(conn: &mut Conn, user: Id<User>) -> Result<Option<AgentRow>> {
    conn.find(select_agent!("WHERE u.is_active = TRUE AND u.id = $1"), args![user])
}
/// Everybody who works here, by name, 2,000 at most.
pub fn everybody(conn: &mut Conn) -> Result<Vec<AgentRow>> {
    conn.all(select_agent!("WHERE u.is_active = TRUE ORDER BY u.name_folded, u.id LIMIT 2000"), args![])
}
/// The people of a team who may be given tickets: those whose role lets them answer.
pub fn team(conn: &mut Conn, team: Id<Team>) -> Result<Vec<AgentRow>> {
    conn.all(
        select_agent!(
            "JOIN team_member m ON m.user_id = u.id
              WHERE m.team_id = $1 AND u.is_active = TRUE
                AND EXISTS (SELECT 1 FROM role r LEFT JOIN role_permission p ON p.role_id = r.id
                             WHERE r.id = u.role_id AND (r.code = 'admin' OR p.permission = 'tickets.reply'))
              ORDER BY u.id"
        ),
        args![team],
    )
}
/// What these people have in hand: open tickets that wait for us, by channel.
///
/// Reads the index `ticket_in_hand` alone.
pub fn in_hand(conn: &mut Conn, users: &[Id<User>]) -> Result<Vec<(Id<User>, Channel, i64)>> {
    conn.all(
        sql!(
            "SELECT assignee_id, channel, count(*) AS n FROM ticket
              WHERE assignee_id {in $1} AND is_open = TRUE AND assignee_id <> 0 AND is_snoozed = FALSE
                AND category IN ('new', 'open')
              GROUP BY assignee_id, channel"
        ),
        args![&Id::list(users)],
    )
}

/// The plans of teams in use, by team.
pub fn plans(conn: &mut Conn) -> Result<Vec<TeamPlan>> {
    conn.all(
        sql!(
            "SELECT p.team_id, p.strategy, p.mode, p.prefers_last, p.asks_presence, p.relax_ms, p.take_back_ms
               FROM routing_plan p JOIN team t ON t.id = p.team_id WHERE t.is_archived = FALSE ORDER BY p.team_id"
        ),
        args![],
    )
}
pub fn plan(conn: &mut Conn, team: Id<Team>) -> Result<Option<TeamPlan>> {
    conn.find(
        sql!(
            "SELECT team_id, strategy, mode, prefers_last, asks_presence, relax_ms, take_back_ms FROM routing_plan
              WHERE team_id = $1"
        ),
        args![team],
    )
}
pub(super) fn set_plan(tx: &mut Tx<ManageRouting>, team: Id<Team>, new: &PlanDraft) -> Result<()> {
    let Some(strategy) = new.strategy else {
        return tx.run(sql!("DELETE FROM routing_plan WHERE team_id = $1"), args![team]).map(drop);
    };
    let ms = |minutes: Option<i64>| minutes.map(|minutes| minutes * MINUTE);
    tx.run(
        sql!(
            "INSERT INTO routing_plan (team_id, strategy, mode, prefers_last, asks_presence, relax_ms, take_back_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (team_id) DO UPDATE
                 SET strategy = excluded.strategy, mode = excluded.mode, prefers_last = excluded.prefers_last,
                     asks_presence = excluded.asks_presence, relax_ms = excluded.relax_ms,
                     take_back_ms = excluded.take_back_ms"
        ),
        args![
            team,
            strategy,
            new.mode,
            new.prefers_last,
            new.asks_presence,
            ms(new.relax_minutes),
            ms(new.take_back_minutes)
        ],
    )
    .map(drop)
}
/// Teams in use with their names, by name.
pub fn teams(conn: &mut Conn) -> Result<Vec<(Id<Team>, String)>> {
    conn.all(
        sql!("SELECT id, name FROM team WHERE is_archived = FALSE ORDER BY name_folded, id LIMIT 1000"),
        args![],
    )
}

/// What tickets ask for.
pub fn needs(conn: &mut Conn) -> Result<Vec<NeedRow>> {
    conn.all(sql!("SELECT id, filter, skill_id, level, least FROM skill_need ORDER BY id"), args![])
}
pub(super) fn set_needs(tx: &mut Tx<ManageRouting>, needs: &[NewNeed]) -> Result<()> {
    tx.run(sql!("DELETE FROM skill_need"), args![])?;
    for need in needs {
        tx.run(
            sql!("INSERT INTO skill_need (filter, skill_id, level, least) VALUES ($1, $2, $3, $4)"),
            args![&need.filter, need.skill, need.level, need.least],
        )?;
    }
    Ok(())
}

/// A ticket that nobody has.
#[derive(Clone, Debug, Record)]
pub struct Waiting {
    pub id: Id<Ticket>,
    pub channel: Channel,
    pub priority: Priority,
    pub requester_id: Id<Contact>,
    pub since_ms: Option<Millis>,
    pub content: Option<String>,
}
/// What waits in a team, the most urgent first: by priority, then by deadline, then by age; `limit` at most.
///
/// Uses the partial index `ticket_waiting`.
pub fn waiting(conn: &mut Conn, team: Id<Team>, limit: usize) -> Result<Vec<Waiting>> {
    conn.all(
        sql!(
            "SELECT t.id, t.channel, t.priority, t.requester_id, w.since_ms, w.content
               FROM ticket t LEFT JOIN routing_wait w ON w.ticket_id = t.id
              WHERE t.team_id = $1 AND t.is_open = TRUE AND t.assignee_id = 0 AND t.team_id <> 0
                AND t.is_snoozed = FALSE AND t.category IN ('new', 'open') AND t.merged_into_id IS NULL
              ORDER BY t.priority DESC, coalesce(t.due_at_ms, 9000000000000000), t.id LIMIT $2"
        ),
        args![team, limit],
    )
}
/// Who had the last ticket of this person that was not this one and belonged to somebody.
pub fn last_agent(conn: &mut Conn, contact: Id<Contact>, but: Id<Ticket>) -> Result<Option<Id<User>>> {
    let row = conn.find::<(Id<User>,)>(
        sql!(
            "SELECT assignee_id FROM ticket WHERE requester_id = $1 AND id <> $2 AND assignee_id <> 0
              ORDER BY id DESC LIMIT 1"
        ),
        args![contact, but],
    )?;
    Ok(row.map(|(id,)| id))
}
/// From whom a ticket was taken the last time, if nobody got it since.
pub fn taken_from(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Id<User>>> {
    let row = conn.find::<(String, Id<User>)>(
        sql!("SELECT kind, user_id FROM routing_choice WHERE ticket_id = $1 ORDER BY id DESC LIMIT 1"),
        args![ticket],
    )?;
    Ok(row.filter(|(kind, _)| kind == "taken_back").map(|(_, user)| user))
}

/// A ticket in the hands of somebody.
#[derive(Clone, Debug, Record)]
pub struct Held {
    pub id: Id<Ticket>,
    pub category: Category,
    pub channel: Channel,
    pub assignee_id: Id<User>,
    pub is_active: bool,
    /// When the desk gave it to them, where it did.
    pub given_at_ms: Option<Millis>,
}
/// Tickets of a team that wait for us and lie with somebody, 500 at most; the oldest first.
pub fn held(conn: &mut Conn, team: Id<Team>) -> Result<Vec<Held>> {
    conn.all(
        sql!(
            "SELECT t.id, t.category, t.channel, t.assignee_id, u.is_active,
                    (SELECT max(c.at_ms) FROM routing_choice c
                      WHERE c.ticket_id = t.id AND c.user_id = t.assignee_id AND c.kind = 'given') AS given_at_ms
               FROM ticket t JOIN desk_user u ON u.id = t.assignee_id
              WHERE t.team_id = $1 AND t.is_open = TRUE AND t.assignee_id <> 0 AND t.is_snoozed = FALSE
                AND t.category IN ('new', 'open') AND t.merged_into_id IS NULL
              ORDER BY t.updated_at_ms, t.id LIMIT 500"
        ),
        args![team],
    )
}

/// Writes down a choice.
pub(super) fn record<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    kind: &str,
    user: Id<User>,
    content: &str,
) -> Result<i64> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO routing_choice (ticket_id, at_ms, kind, user_id, content) VALUES ($1, $2, $3, $4, $5)
               RETURNING id"
        ),
        args![ticket, now, kind, user, content],
    )?;
    Ok(id)
}
pub(super) fn wait(conn: &mut Conn, ticket: Id<Ticket>, since: Millis, content: &str) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO routing_wait (ticket_id, since_ms, content) VALUES ($1, $2, $3)
               ON CONFLICT (ticket_id) DO UPDATE SET content = excluded.content"
        ),
        args![ticket, since, content],
    )
    .map(drop)
}
pub(super) fn wait_no_more(conn: &mut Conn, ticket: Id<Ticket>) -> Result<()> {
    conn.run(sql!("DELETE FROM routing_wait WHERE ticket_id = $1"), args![ticket]).map(drop)
}
/// Forgets why tickets waited that wait no longer, and choices from before `before`.
///
/// * returns – how many choices were forgotten, 1,000 at most.
pub(super) fn sweep(conn: &mut Conn, before: Millis) -> Result<u64> {
    conn.run(
        sql!(
            "DELETE FROM routing_wait WHERE ticket_id IN
               (SELECT w.ticket_id FROM routing_wait w JOIN ticket t ON t.id = w.ticket_id
                 WHERE t.is_open = FALSE OR t.assignee_id <> 0 OR t.team_id = 0)"
        ),
        args![],
    )?;
    conn.run(
        sql!(
            "DELETE FROM routing_choice WHERE id IN
               (SELECT id FROM routing_choice WHERE at_ms < $1 ORDER BY at_ms LIMIT 1000)"
        ),
        args![before],
    )
}
/// Waits until no other node gives out tickets.
pub(super) fn take_turn(conn: &mut Conn) -> Result<()> {
    conn.run(sql!("UPDATE routing_turn SET turns = turns + 1 WHERE id = 1"), args![]).map(drop)
}

/// A choice as it is shown.
#[derive(Clone, Debug, Record)]
pub struct ChoiceRow {
    pub id: i64,
    pub at_ms: Millis,
    pub kind: String,
    pub user_id: Id<User>,
    pub user_name: Option<String>,
    pub content: String,
}
/// What was chosen for a ticket that the caller has seen, the newest first, 50 at most.
pub fn choices(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<ChoiceRow>> {
    conn.all(
        sql!(
            "SELECT c.id, c.at_ms, c.kind, c.user_id, u.name AS user_name, c.content
               FROM routing_choice c LEFT JOIN desk_user u ON u.id = c.user_id
              WHERE c.ticket_id = $1 ORDER BY c.id DESC LIMIT 50"
        ),
        args![ticket],
    )
}
/// Why a ticket that the caller has seen waits; `None` where it does not.
pub fn why_waiting(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<(Millis, String)>> {
    conn.find(
        sql!(
            "SELECT w.since_ms, w.content FROM routing_wait w JOIN ticket t ON t.id = w.ticket_id
              WHERE w.ticket_id = $1 AND t.is_open = TRUE AND t.assignee_id = 0"
        ),
        args![ticket],
    )
}

/// A waiting ticket as the page shows it.
#[derive(Clone, Debug, Record)]
pub struct WaitingRow {
    pub id: Id<Ticket>,
    pub subject: String,
    pub priority: Priority,
    pub channel: Channel,
    pub team_name: String,
    pub due_at_ms: Option<Millis>,
    pub since_ms: Millis,
    pub content: String,
}
/// What waits within the caller's sight, the longest first, 200 at most.
pub fn waiting_in_sight<P: Implies<ViewTickets>>(tx: &mut Tx<P>) -> Result<Vec<WaitingRow>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            "SELECT t.id, t.subject, t.priority, t.channel, m.name AS team_name, t.due_at_ms, w.since_ms, w.content
               FROM routing_wait w JOIN ticket t ON t.id = w.ticket_id JOIN team m ON m.id = t.team_id
              WHERE t.is_open = TRUE AND t.assignee_id = 0 AND ",
            visible!(),
            " ORDER BY t.priority DESC, w.since_ms, t.id LIMIT 200"
        )),
        args![sight.scope, sight.person, &sight.ids],
    )
}
/// The names of these people.
pub fn names(conn: &mut Conn, users: &[Id<User>]) -> Result<Vec<(Id<User>, String)>> {
    conn.all(sql!("SELECT id, name FROM desk_user WHERE id {in $1}"), args![&Id::list(users)])
}

/// A mark that changes with what tickets ask for: needs are written anew at every change, with new ids.
pub(super) fn edition(conn: &mut Conn) -> Result<(Option<i64>, Option<i64>)> {
    conn.one(sql!("SELECT min(id) AS first, max(id) AS last FROM skill_need"), args![])
}
