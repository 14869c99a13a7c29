//! SQL for snoozed tickets. Nothing else.
use super::policy::{NewSnooze, Snooze};
use crate::tickets::Ticket;
use kernel::id::Id;
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

/// How a ticket rests that the caller has seen.
pub fn of(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Snooze>> {
    conn.find(
        sql!(
            "SELECT ticket_id, until_ms, wakes_on_message, by_user, since_ms FROM ticket_snooze WHERE ticket_id = $1"
        ),
        args![ticket],
    )
}

pub(super) fn put<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, new: &NewSnooze, by: Id<User>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO ticket_snooze (ticket_id, until_ms, wakes_on_message, by_user, since_ms)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (ticket_id) DO UPDATE
                 SET until_ms = excluded.until_ms, wakes_on_message = excluded.wakes_on_message,
                     by_user = excluded.by_user, since_ms = excluded.since_ms"
        ),
        args![ticket, new.until, new.wakes_on_message, by, now],
    )
    .map(drop)
}
/// The lists hear that a ticket rests, or no longer; one that is back stands at their top.
pub(super) fn mark<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, is_snoozed: bool) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE ticket SET is_snoozed = $2, updated_at_ms = $3, version = version + 1 WHERE id = $1"),
        args![ticket, is_snoozed, now],
    )
    .map(drop)
}
/// Forgets that it rested; says whether it did.
pub(super) fn remove(conn: &mut Conn, ticket: Id<Ticket>) -> Result<bool> {
    Ok(conn.run(sql!("DELETE FROM ticket_snooze WHERE ticket_id = $1"), args![ticket])? == 1)
}
