//! SQL for time spent. Nothing else.
use super::policy::{NewEntry, TimeEntry};
use crate::tickets::{
    Ticket, ViewTickets,
    store::{Sight, visible},
};
use kernel::id::Id;
use platform::{
    args,
    authority::{Implies, Tx, User},
    db::{Conn, Result},
    sql,
};

/// Entries that are shown of one ticket.
pub const SHOWN: usize = 500;

macro_rules! columns {
    () => {
        "SELECT e.id, e.ticket_id, e.user_id, u.name AS user_name, e.minutes, e.day, e.what, e.is_billable,
                e.created_at_ms, e.updated_at_ms
           FROM time_entry e JOIN desk_user u ON u.id = e.user_id "
    };
}

/// What was spent on a ticket that the caller has seen, and on those that were merged into it: the newest day first,
/// [`SHOWN`] at most.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<TimeEntry>> {
    conn.all(
        sql!(concat!(
            columns!(),
            "WHERE e.ticket_id IN (SELECT x.id FROM ticket x WHERE x.id = $1 OR x.lands_at_id = $1)
              ORDER BY e.day DESC, e.id DESC LIMIT $2"
        )),
        args![ticket, SHOWN],
    )
}

/// One about a ticket in sight.
pub fn see<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<TimeEntry>) -> Result<Option<TimeEntry>> {
    let sight = Sight::of(tx);
    tx.find(
        sql!(concat!(columns!(), "JOIN ticket t ON t.id = e.ticket_id WHERE e.id = $4 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, id],
    )
}

pub(super) fn insert<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    by: Id<User>,
    new: &NewEntry,
) -> Result<Id<TimeEntry>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO time_entry (ticket_id, user_id, minutes, day, what, is_billable, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id"
        ),
        args![ticket, by, new.minutes, &new.day, &new.what, new.is_billable, now],
    )?;
    add_up(tx, ticket)?;
    Ok(id)
}
pub(super) fn update<P>(tx: &mut Tx<P>, entry: &TimeEntry, new: &NewEntry) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE time_entry SET minutes = $2, day = $3, what = $4, is_billable = $5, updated_at_ms = $6
              WHERE id = $1"
        ),
        args![entry.id, new.minutes, &new.day, &new.what, new.is_billable, now],
    )?;
    add_up(tx, entry.ticket_id)
}
pub(super) fn delete<P>(tx: &mut Tx<P>, entry: &TimeEntry) -> Result<()> {
    tx.run(sql!("DELETE FROM time_entry WHERE id = $1"), args![entry.id])?;
    add_up(tx, entry.ticket_id)
}
/// The ticket's row has the sum. Its version stays: nobody edited it. Whoever writes holds the ticket: of two who type at
/// once the second one counts what the first one wrote.
fn add_up(conn: &mut Conn, ticket: Id<Ticket>) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE ticket SET spent_minutes =
                    (SELECT coalesce(CAST(sum(e.minutes) AS BIGINT), 0) FROM time_entry e WHERE e.ticket_id = $1)
              WHERE id = $1"
        ),
        args![ticket],
    )
    .map(drop)
}

/// Tickets whose sum is not what their entries add up to, for `doctor`.
pub fn wrong_sums(conn: &mut Conn, most: usize) -> Result<Vec<(String,)>> {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t
               LEFT JOIN (SELECT e.ticket_id, CAST(sum(e.minutes) AS BIGINT) AS minutes
                            FROM time_entry e GROUP BY e.ticket_id) s ON s.ticket_id = t.id
              WHERE t.spent_minutes <> coalesce(s.minutes, 0) ORDER BY t.id LIMIT $1"
        ),
        args![most],
    )
}
