//! What can be done with snoozed tickets.
use super::{
    TicketSnoozed, TicketWoke,
    policy::{NewSnooze, Why},
    store,
};
use crate::tickets::{
    self, EditTickets, Seen, Ticket, TicketError,
    counts::{self, Cell},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{System, Tx},
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Puts a ticket out of the lists; one that rests already rests otherwise.
///
/// * errors – 409 `ticket_not_open` for one that is solved.
pub fn snooze(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, new: NewSnooze) -> Result<(), TicketError> {
    let by = tx.actor().user().ok_or_else(Problem::not_found)?;
    if !ticket.category.is_open() {
        return Err(Problem::conflict("ticket_not_open").into());
    }
    store::put(tx, ticket.id, &new, by)?;
    store::mark(tx, ticket.id, true)?;
    let cell = Cell::of(ticket.team_id, ticket.assignee_id, ticket.category);
    counts::moved(tx, Some(cell.snoozed(ticket.is_snoozed)), Some(cell.snoozed(true)))?;
    tx.emit(TicketSnoozed { ticket: ticket.id, until: new.until, wakes_on_message: new.wakes_on_message })?;
    if let Some(until) = new.until {
        jobs::enqueue(tx, &WakeUp { ticket: ticket.id.number(), until: until.0 }, until, None)?;
    }
    Ok(())
}

/// Brings a ticket back into the lists. One that does not rest stays as it is.
pub fn wake<P>(tx: &mut Tx<P>, ticket: &Seen<Ticket>, why: Why) -> Result<(), TicketError> {
    if !ticket.is_snoozed || !store::remove(tx, ticket.id)? {
        return Ok(());
    }
    store::mark(tx, ticket.id, false)?;
    let cell = Cell::of(ticket.team_id, ticket.assignee_id, ticket.category);
    counts::moved(tx, Some(cell.snoozed(true)), Some(cell.snoozed(false)))?;
    Ok(tx.emit(TicketWoke { ticket: ticket.id, why })?)
}

/// The customer wrote: whoever waited for that hears of it.
pub(crate) fn heard<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<(), TicketError> {
    let Some(rest) = store::of(tx, ticket)?.filter(|rest| rest.wakes_on_message) else { return Ok(()) };
    match tickets::store::see_for_machine(tx, rest.ticket_id)? {
        Some(fresh) => wake(tx, &fresh, Why::Message),
        None => Ok(()),
    }
}

/// The ticket is done: it rests no longer. The caller counts it and writes its row.
pub(crate) fn ended<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<(), TicketError> {
    if store::remove(tx, ticket)? {
        tx.emit(TicketWoke { ticket, why: Why::Done })?;
    }
    Ok(())
}

/// Wakes a ticket at its time, or as soon as the program runs again after it.
#[derive(Serialize, Deserialize)]
pub struct WakeUp {
    ticket: i64,
    /// A ticket that rests until another time by now is not woken.
    until: i64,
}
platform::register_job!(WakeUp);
impl Job for WakeUp {
    const KIND: &'static str = "ticket.wake_up";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let ticket = Id::new(self.ticket);
        let rest = store::of(tx, ticket)?;
        if rest.is_none_or(|rest| rest.until_ms != Some(Millis(self.until))) {
            return Ok(());
        }
        let Some(seen) = tickets::store::see_for_machine(tx, ticket)? else { return Ok(()) };
        wake(tx, &seen, Why::Time).map_err(|error| match error {
            TicketError::Database(cause) => cause.into(),
            other => Trouble::GiveUp(other.into()),
        })
    }
}
