//! What comes back to a side conversation.
use super::{
    SideAnswered, SideBounced,
    policy::{SideConversation, State},
    store,
};
use crate::{
    arrangements,
    conversation::{
        Message,
        actions::Incoming,
        asides::{self, Aside},
    },
    tickets::{self, Seen, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Adds what came in answer. It moves nothing of the ticket but its mark; a machine's answer does not even that.
///
/// * `referred` – the Message-IDs of the mail, by which later ones find the way.
/// * returns – the message, and whether one of those wrote it who were asked.
pub fn receive<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    side: Id<SideConversation>,
    incoming: &Incoming,
    referred: &[&str],
) -> Result<(Id<Message>, bool), TicketError> {
    let side = store::by_id(tx, side)?.ok_or_else(Problem::not_found)?;
    let from = incoming.from_email.unwrap_or_default();
    let is_theirs = store::people(tx, &[side.id])?.iter().any(|(_, email)| email == from);
    let name = incoming.author_name;
    let message = asides::receive(tx, ticket, Aside::Side(side.id), incoming, (name, is_theirs))?;
    store::remember(tx, side.id, referred)?;
    tickets::store::hold(tx, ticket.id)?;
    if !incoming.is_automatic {
        store::moved(tx, side.id, State::Answered, None)?;
        store::mark(tx, &[ticket.id])?;
    }
    tx.emit(SideAnswered {
        ticket: ticket.id,
        side: side.id,
        message,
        subject: side.subject,
        name: name.to_owned(),
        is_automatic: incoming.is_automatic,
    })?;
    Ok((message, is_theirs))
}

/// Adds the report that a mail of it was not delivered.
pub fn bounced<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    side: Id<SideConversation>,
    incoming: &Incoming,
) -> Result<Id<Message>, TicketError> {
    let side = store::by_id(tx, side)?.ok_or_else(Problem::not_found)?;
    let message = asides::receive(tx, ticket, Aside::Side(side.id), incoming, (incoming.author_name, false))?;
    // It goes back with the ticket that it came with, when that is taken out again.
    if side.ticket_id != ticket.id {
        arrangements::store::set_home(tx, message, side.ticket_id)?;
    }
    tx.emit(SideBounced { ticket: ticket.id, side: side.id, message, subject: side.subject })?;
    Ok(message)
}
