//! What can be done with reminders. They are one's own, so nobody else is told but by the notice at their time.
use super::{
    policy::{Changes, Draft, OPEN_MOST, Reminder},
    store,
};
use crate::tickets::{Seen, Ticket, TicketError, ViewTickets};
use kernel::{fault::Problem, id::Id};
use platform::{
    Work,
    authority::{Tx, User},
};

/// Whose reminders these are.
///
/// * errors – 404 for whoever is no user.
pub fn me<P>(tx: &Tx<P>) -> Result<Id<User>, Problem> {
    tx.actor().user().ok_or_else(Problem::not_found)
}

/// Remembers a ticket until a time.
pub fn add(
    tx: &mut Tx<ViewTickets>,
    ticket: &Seen<Ticket>,
    draft: Draft,
) -> Result<Id<Reminder>, TicketError> {
    let me = me(tx)?;
    let new = draft.parse(tx.now())?;
    if store::count(tx, me)? >= OPEN_MOST {
        return Err(Problem::field("due_at", "reminders_too_many").into());
    }
    let id = store::insert(tx, me, ticket.id, &new)?;
    // The notices' clock looks when its next time is.
    tx.leave(Work::Events);
    Ok(id)
}

/// Puts one off, rewrites it, or ticks it off.
pub fn change(tx: &mut Tx<ViewTickets>, id: Id<Reminder>, changes: Changes) -> Result<(), TicketError> {
    let me = me(tx)?;
    let known = store::see(tx, me, id)?.ok_or_else(Problem::not_found)?;
    let (now, is_later) = (tx.now(), changes.due_at.is_some());
    let note = changes.note.unwrap_or_else(|| known.note.clone());
    let draft = Draft { note, due_at: changes.due_at };
    // A time that is over already stays as it is, unless it is chosen anew.
    let draft = if is_later { draft } else { Draft { due_at: Some(now.plus(1)), ..draft } };
    let new = draft.parse(now)?;
    let due_at = if is_later { new.due_at } else { known.due_at_ms };
    let done_at = match changes.is_done {
        Some(true) => known.done_at_ms.or(Some(now)),
        Some(false) => None,
        // What is put off is not done.
        None => known.done_at_ms.filter(|_| !is_later),
    };
    store::update(tx, id, &new.note, due_at, done_at)?;
    tx.leave(Work::Events);
    Ok(())
}

pub fn remove(tx: &mut Tx<ViewTickets>, id: Id<Reminder>) -> Result<(), TicketError> {
    let me = me(tx)?;
    store::see(tx, me, id)?.ok_or_else(Problem::not_found)?;
    Ok(store::remove(tx, id)?)
}
