//! SQL for reminders. Nothing else. Each statement is about one person's own.
use super::policy::{NewReminder, Reminder};
use crate::tickets::{
    Ticket, ViewTickets,
    store::{Sight, visible},
};
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Implies, Tx, User},
    db::{Conn, Result},
    sql,
};

macro_rules! columns {
    () => {
        "SELECT r.id, t.id AS ticket_id, t.subject, r.note, r.due_at_ms, r.created_at_ms, r.done_at_ms
           FROM reminder r JOIN ticket x ON x.id = r.ticket_id JOIN ticket t ON t.id = coalesce(x.lands_at_id, x.id)
          WHERE r.user_id = $4 AND "
    };
}

/// A person's open ones about tickets that they see, the next one first, after that place. Walks `reminder_open`.
pub fn open<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    user: Id<User>,
    (due, id): (Millis, Id<Reminder>),
    limit: usize,
) -> Result<Vec<Reminder>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            columns!(),
            "r.done_at_ms IS NULL AND (r.due_at_ms, r.id) > ($5, $6) AND ",
            visible!(),
            " ORDER BY r.due_at_ms, r.id LIMIT $7"
        )),
        args![sight.scope, sight.person, &sight.ids, user, due, id, limit],
    )
}
/// One of the person's own, about a ticket that they see.
pub fn see<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    user: Id<User>,
    id: Id<Reminder>,
) -> Result<Option<Reminder>> {
    let sight = Sight::of(tx);
    tx.find(
        sql!(concat!(columns!(), "r.id = $5 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, user, id],
    )
}
pub(super) fn count(conn: &mut Conn, user: Id<User>) -> Result<i64> {
    let (count,) = conn.one::<(i64,)>(
        sql!("SELECT count(*) AS n FROM reminder WHERE user_id = $1 AND done_at_ms IS NULL"),
        args![user],
    )?;
    Ok(count)
}
pub(super) fn insert<P>(
    tx: &mut Tx<P>,
    user: Id<User>,
    ticket: Id<Ticket>,
    new: &NewReminder,
) -> Result<Id<Reminder>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO reminder (user_id, ticket_id, note, due_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, $5) RETURNING id"
        ),
        args![user, ticket, &new.note, new.due_at, now],
    )?;
    Ok(id)
}
pub(super) fn update(
    conn: &mut Conn,
    id: Id<Reminder>,
    note: &str,
    due_at: Millis,
    done_at: Option<Millis>,
) -> Result<()> {
    conn.run(
        sql!("UPDATE reminder SET note = $2, due_at_ms = $3, done_at_ms = $4 WHERE id = $1"),
        args![id, note, due_at, done_at],
    )
    .map(drop)
}
pub(super) fn remove(conn: &mut Conn, id: Id<Reminder>) -> Result<()> {
    conn.run(sql!("DELETE FROM reminder WHERE id = $1"), args![id]).map(drop)
}

/// A reminder whose time has come.
#[derive(derive::Record)]
pub struct Due {
    pub id: Id<Reminder>,
    pub user_id: Id<User>,
    pub ticket_id: Id<Ticket>,
    pub due_at_ms: Millis,
}
/// Those that are due and of which nobody was told, the oldest first. Walks `reminder_untold`.
pub fn due(conn: &mut Conn, now: Millis, limit: usize) -> Result<Vec<Due>> {
    conn.all(
        sql!(
            "SELECT id, user_id, ticket_id, due_at_ms FROM reminder
              WHERE done_at_ms IS NULL AND (told_due_ms IS NULL OR told_due_ms <> due_at_ms) AND due_at_ms <= $1
              ORDER BY due_at_ms LIMIT $2"
        ),
        args![now, limit],
    )
}
pub fn told(conn: &mut Conn, due: &Due) -> Result<()> {
    conn.run(sql!("UPDATE reminder SET told_due_ms = $2 WHERE id = $1"), args![due.id, due.due_at_ms])
        .map(drop)
}
/// Whose it is, about which ticket, and the note; `None` where it is done by now.
pub fn whose(conn: &mut Conn, id: Id<Reminder>) -> Result<Option<(Id<User>, Id<Ticket>, String)>> {
    conn.find(
        sql!("SELECT user_id, ticket_id, note FROM reminder WHERE id = $1 AND done_at_ms IS NULL"),
        args![id],
    )
}
