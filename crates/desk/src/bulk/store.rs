//! SQL of steps. Nothing else.
use super::policy::{Bulk, Outcome, State};
use crate::tickets::{
    Ticket,
    store::{Sight, visible},
};
use derive::Record;
use kernel::id::Id;
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

/// A step that runs.
pub fn insert<P>(
    tx: &mut Tx<P>,
    user: Id<User>,
    changes: &str,
    is_partial: bool,
    total: i64,
) -> Result<Id<Bulk>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO bulk (user_id, changes, is_partial, total, state, created_at_ms)
               VALUES ($1, $2, $3, $4, 'running', $5) RETURNING id"
        ),
        args![user, changes, is_partial, total, now],
    )?;
    Ok(id)
}
/// A line for each of the tickets, all of them seen.
pub fn add_all(conn: &mut Conn, bulk: Id<Bulk>, tickets: &[Id<Ticket>], outcome: Outcome) -> Result<()> {
    conn.run(
        sql!(
            "INSERT INTO bulk_ticket (bulk_id, ticket_id, outcome)
               SELECT $1, t.id, $2 FROM ticket t WHERE t.id {in $3}"
        ),
        args![bulk, outcome, &Id::list(tickets)],
    )
    .map(drop)
}
/// A line for one ticket that cannot be changed; there need be none.
pub fn refuse(conn: &mut Conn, bulk: Id<Bulk>, ticket: Id<Ticket>, reason: &str) -> Result<()> {
    conn.put(
        sql!("INSERT INTO bulk_ticket (bulk_id, ticket_id, outcome, reason) VALUES ($1, $2, 'refused', $3)"),
        args![bulk, ticket, reason],
    )
}

pub fn one(conn: &mut Conn, id: Id<Bulk>) -> Result<Option<Bulk>> {
    conn.find(
        sql!(
            "SELECT id, user_id, changes, is_partial, total, state, created_at_ms, finished_at_ms
               FROM bulk WHERE id = $1"
        ),
        args![id],
    )
}
/// Moves a step on, if it is where it was thought to be.
///
/// * returns – whether it was.
pub fn advance<P>(tx: &mut Tx<P>, id: Id<Bulk>, from: State, to: State) -> Result<bool> {
    let finished = Some(tx.now()).filter(|_| !to.is_under_way());
    let changed = tx.run(
        sql!("UPDATE bulk SET state = $3, finished_at_ms = $4 WHERE id = $1 AND state = $2"),
        args![id, from, to, finished],
    )?;
    Ok(changed == 1)
}

/// One ticket of a step.
#[derive(Clone, Debug, Record)]
pub struct Line {
    pub ticket_id: Id<Ticket>,
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub changes: Option<String>,
}
/// Those of one outcome, by number.
pub fn lines(conn: &mut Conn, bulk: Id<Bulk>, outcome: Outcome, limit: usize) -> Result<Vec<Line>> {
    conn.all(
        sql!(
            "SELECT ticket_id, outcome, reason, changes FROM bulk_ticket
              WHERE bulk_id = $1 AND outcome = $2 ORDER BY ticket_id LIMIT $3"
        ),
        args![bulk, outcome, limit],
    )
}
pub fn record(
    conn: &mut Conn,
    bulk: Id<Bulk>,
    ticket: Id<Ticket>,
    outcome: Outcome,
    reason: Option<&str>,
    changes: Option<&str>,
) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE bulk_ticket SET outcome = $3, reason = $4, changes = coalesce($5, changes)
              WHERE bulk_id = $1 AND ticket_id = $2"
        ),
        args![bulk, ticket, outcome, reason, changes],
    )
    .map(drop)
}
/// How many have come to what.
pub fn counts(conn: &mut Conn, bulk: Id<Bulk>) -> Result<Vec<(Outcome, i64)>> {
    conn.all(
        sql!("SELECT outcome, count(*) AS n FROM bulk_ticket WHERE bulk_id = $1 GROUP BY outcome"),
        args![bulk],
    )
}

/// Those of the tickets that `sight` reaches.
pub fn within(conn: &mut Conn, tickets: &[Id<Ticket>], sight: &Sight) -> Result<Vec<(Id<Ticket>,)>> {
    conn.all(
        sql!(concat!("SELECT t.id FROM ticket t WHERE t.id {in $4} AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, &Id::list(tickets)],
    )
}
