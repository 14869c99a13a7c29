//! What can be done with time spent: one verb, one transaction, its event.
use super::{
    TimeCorrected, TimeRemoved, TimeSpent,
    policy::{Changes, Draft, TimeEntry},
    store,
};
use crate::{
    contracts::watch,
    tickets::{self, NoteTickets, Seen, Ticket, TicketError, actions::unmerged},
};
use jiff::civil::Date;
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// The day it is where somebody is.
pub fn today<P>(tx: &Tx<P>) -> Date {
    tx.now().timestamp().to_zoned(tx.actor().time_zone()).date()
}

/// The person who acts says what they spent on a ticket.
///
/// * errors – 422 with every mistake; [`TicketError::Merged`].
pub fn spend(
    tx: &mut Tx<NoteTickets>,
    ticket: &Seen<Ticket>,
    draft: Draft,
) -> Result<Id<TimeEntry>, TicketError> {
    let by = tx.actor().user().ok_or_else(Problem::not_found)?;
    unmerged(ticket)?;
    let new = draft.parse(today(tx))?;
    tickets::store::hold(tx, ticket.id)?;
    let entry = store::insert(tx, ticket.id, by, &new)?;
    let (minutes, day, is_billable) = (new.minutes, new.day, new.is_billable);
    tx.emit(TimeSpent { ticket: ticket.id, entry, minutes, day, is_billable })?;
    watch::look_for(tx, ticket.id)?;
    Ok(entry)
}

/// Changes what is given of one's own entry; of another's with the permission `time.manage`.
pub fn correct(tx: &mut Tx<NoteTickets>, id: Id<TimeEntry>, changes: Changes) -> Result<(), TicketError> {
    let before = mine(tx, id)?;
    let today = today(tx);
    let mut draft = changes.apply(&before);
    // A day that was fine when it was typed stays so, however long ago it is by now.
    let kept = draft.day.take_if(|day| *day == before.day);
    let mut new = draft.parse(today)?;
    if let Some(day) = kept {
        new.day = day;
    }
    tickets::store::hold(tx, before.ticket_id)?;
    store::update(tx, &before, &new)?;
    tx.emit(TimeCorrected {
        ticket: before.ticket_id,
        entry: id,
        was_minutes: before.minutes,
        minutes: new.minutes,
        day: new.day,
        is_billable: new.is_billable,
    })?;
    watch::look_for(tx, before.ticket_id)?;
    Ok(())
}

/// Removes one's own entry; another's with the permission `time.manage`.
pub fn remove(tx: &mut Tx<NoteTickets>, id: Id<TimeEntry>) -> Result<(), TicketError> {
    let entry = mine(tx, id)?;
    tickets::store::hold(tx, entry.ticket_id)?;
    store::delete(tx, &entry)?;
    let (ticket, minutes, day) = (entry.ticket_id, entry.minutes, entry.day);
    tx.emit(TimeRemoved { ticket, entry: id, minutes, day })?;
    watch::look_for(tx, ticket)?;
    Ok(())
}

/// An entry that the person who acts may change.
///
/// * errors – 404 out of sight; 403 for another's without `time.manage`.
fn mine(tx: &mut Tx<NoteTickets>, id: Id<TimeEntry>) -> Result<TimeEntry, TicketError> {
    let entry = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let ticket = tickets::store::see(tx, entry.ticket_id)?.ok_or_else(Problem::not_found)?;
    unmerged(&ticket)?;
    let is_mine = tx.actor().user() == Some(entry.user_id);
    if !is_mine && tx.actor().reach("time.manage").is_none() {
        return Err(Problem::new(403, "time_of_another").into());
    }
    Ok(entry)
}
