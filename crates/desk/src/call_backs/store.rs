//! SQL for call-backs. Nothing else.
use super::policy::{CallBack, NewCallBack, State};
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
        "SELECT b.id, b.ticket_id, t.subject, b.name, b.phone, b.note, b.due_at_ms, b.state, b.attempts,
                u.name AS promised_by_name, b.created_at_ms, b.ended_at_ms
           FROM call_back b JOIN ticket t ON t.id = b.ticket_id JOIN desk_user u ON u.id = b.promised_by WHERE "
    };
}

/// Open ones about tickets in sight, the most urgent first, after that place. Walks the index `call_back_open`.
pub fn open<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    (due, id): (Millis, Id<CallBack>),
    limit: usize,
) -> Result<Vec<CallBack>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            columns!(),
            "b.state = 'open' AND (b.due_at_ms, b.id) > ($4, $5) AND ",
            visible!(),
            " ORDER BY b.due_at_ms, b.id LIMIT $6"
        )),
        args![sight.scope, sight.person, &sight.ids, due, id, limit],
    )
}

/// Where one stands in the list.
pub fn place(conn: &mut Conn, id: Id<CallBack>) -> Result<Option<(Millis, Id<CallBack>)>> {
    conn.find(sql!("SELECT due_at_ms, id FROM call_back WHERE id = $1"), args![id])
}

/// The open ones of a ticket that the caller has seen, the most urgent first, 20 at most.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<CallBack>> {
    conn.all(
        sql!(concat!(
            columns!(),
            "b.ticket_id = $1 AND b.state = 'open' ORDER BY b.due_at_ms, b.id LIMIT 20"
        )),
        args![ticket],
    )
}

/// One about a ticket in sight.
pub fn see<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<CallBack>) -> Result<Option<CallBack>> {
    let sight = Sight::of(tx);
    tx.find(
        sql!(concat!(columns!(), "b.id = $4 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, id],
    )
}

pub(super) fn insert<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    new: &NewCallBack,
    by: Id<User>,
) -> Result<Id<CallBack>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO call_back (ticket_id, name, phone, note, due_at_ms, state, promised_by, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, 'open', $6, $7) RETURNING id"
        ),
        args![ticket, &new.name, &new.phone, &new.note, new.due_at, by, now],
    )?;
    Ok(id)
}

/// Ends an open one; says whether it was open.
pub(super) fn end<P>(tx: &mut Tx<P>, id: Id<CallBack>, state: State) -> Result<bool> {
    let now = tx.now();
    let ended = tx.run(
        sql!("UPDATE call_back SET state = $2, ended_at_ms = $3 WHERE id = $1 AND state = 'open'"),
        args![id, state, now],
    )?;
    Ok(ended == 1)
}

/// Nobody was reached: one attempt more, perhaps until another time. Says whether it was open.
pub(super) fn missed(conn: &mut Conn, id: Id<CallBack>, due_at: Millis) -> Result<bool> {
    let missed = conn.run(
        sql!("UPDATE call_back SET attempts = attempts + 1, due_at_ms = $2 WHERE id = $1 AND state = 'open'"),
        args![id, due_at],
    )?;
    Ok(missed == 1)
}

pub(super) fn note_attempt<P>(
    tx: &mut Tx<P>,
    id: Id<CallBack>,
    by: Id<User>,
    is_reached: bool,
    note: &str,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO call_attempt (call_back_id, by_user, is_reached, note, at_ms) VALUES ($1, $2, $3, $4, $5)"
        ),
        args![id, by, is_reached, note, now],
    )
    .map(drop)
}
