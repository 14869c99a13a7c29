//! What can be done with call-backs: one verb, one transaction, its events.
use super::{
    CallBackDropped, CallBackPromised, CallBackTried,
    policy::{Attempt, CallBack, Draft, NOTE_MOST, State},
    store,
};
use crate::{
    moments::check_ahead,
    tickets::{NoteTickets, Seen, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id, text};
use people::contacts;
use platform::authority::Tx;

/// Promises a call to somebody of a ticket.
pub fn promise(
    tx: &mut Tx<NoteTickets>,
    ticket: &Seen<Ticket>,
    draft: Draft,
) -> Result<Id<CallBack>, TicketError> {
    let by = tx.actor().user().ok_or_else(Problem::not_found)?;
    let number = contacts::store::phones(tx, &[ticket.requester_id])?.into_iter().next();
    let number = number.as_ref().map(|(_, phone)| phone.as_str());
    let new = draft.parse(&ticket.requester_name, number, tx.now())?;
    let call_back = store::insert(tx, ticket.id, &new, by)?;
    tx.emit(CallBackPromised { ticket: ticket.id, call_back, name: new.name, due_at: new.due_at })?;
    Ok(call_back)
}

/// Somebody called. Who was reached is done; else it is tried again.
///
/// * errors – 409 `call_back_ended` where somebody was quicker.
pub fn tried(tx: &mut Tx<NoteTickets>, id: Id<CallBack>, attempt: Attempt) -> Result<(), TicketError> {
    let by = tx.actor().user().ok_or_else(Problem::not_found)?;
    let call = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    if let Some(due) = attempt.due_at {
        check_ahead("due_at", due, tx.now())?;
    }
    let due_at = attempt.due_at.unwrap_or(call.due_at_ms);
    let is_open = match attempt.is_reached {
        true => store::end(tx, id, State::Reached)?,
        false => store::missed(tx, id, due_at)?,
    };
    if !is_open {
        return Err(Problem::conflict("call_back_ended").into());
    }
    store::note_attempt(tx, id, by, attempt.is_reached, &text::one_line(&attempt.note, NOTE_MOST))?;
    let due_at = (!attempt.is_reached).then_some(due_at);
    tx.emit(CallBackTried {
        ticket: call.ticket_id,
        call_back: id,
        name: call.name,
        is_reached: attempt.is_reached,
        due_at,
    })?;
    Ok(())
}

/// Nobody wants the call any more.
///
/// * errors – 409 `call_back_ended` where it is over already.
pub fn drop(tx: &mut Tx<NoteTickets>, id: Id<CallBack>) -> Result<(), TicketError> {
    let call = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    if !store::end(tx, id, State::Dropped)? {
        return Err(Problem::conflict("call_back_ended").into());
    }
    tx.emit(CallBackDropped { ticket: call.ticket_id, call_back: id, name: call.name })?;
    Ok(())
}
