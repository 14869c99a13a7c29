//! What can be done with side conversations: one verb, one transaction, its events.
use super::{
    SideAsked, SideClosed, SideOpened, SideReopened,
    policy::{Letter, NewSide, PEOPLE_MOST, SideConversation, State},
    store,
};
use crate::{
    arrangements, attachments,
    conversation::{
        self, Message,
        actions::Signer,
        asides::{self, Aside},
    },
    tickets::{self, ReplyTickets, Seen, Ticket, TicketError, ViewTickets, actions::unmerged},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{Implies, Tx},
    db::Conn,
};

/// One of a ticket in sight, with the ticket that it is shown in.
///
/// * errors – 404.
pub fn see<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    id: Id<SideConversation>,
) -> Result<(Seen<Ticket>, SideConversation), TicketError> {
    let side = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    let lands = tickets::store::landing(tx, side.ticket_id)?.ok_or_else(Problem::not_found)?;
    let ticket = tickets::store::see(tx, lands)?.ok_or_else(Problem::not_found)?;
    Ok((ticket, side))
}

/// Writes about a ticket to somebody beside its customer.
///
/// * errors – 422 for an address of the customer's side, or of an inbox of ours.
pub fn open(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    new: NewSide,
    signer: &Signer,
) -> Result<Id<SideConversation>, TicketError> {
    unmerged(ticket)?;
    let by = tx.actor().user().ok_or_else(Problem::not_found)?;
    let NewSide { subject, letter } = new;
    tickets::store::hold(tx, ticket.id)?;
    check_people(tx, ticket, &letter.to)?;
    let id = store::insert(tx, ticket.id, &subject, by)?;
    store::add_people(tx, id, &letter.to)?;
    let side = store::by_id(tx, id)?.ok_or_else(Problem::internal)?;
    let to = letter.to.clone();
    write(tx, ticket, &side, letter, signer)?;
    tx.emit(SideOpened { ticket: ticket.id, side: id, subject, to })?;
    Ok(id)
}

/// Writes more to those who take part in it. A closed one is open again.
pub fn ask(
    tx: &mut Tx<ReplyTickets>,
    (ticket, side): (&Seen<Ticket>, &SideConversation),
    letter: Letter,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    tickets::store::hold(tx, ticket.id)?;
    store::add_people(tx, side.id, &letter.to)?;
    let people: Vec<_> = store::people(tx, &[side.id])?.into_iter().map(|(_, email)| email).collect();
    if people.len() > PEOPLE_MOST {
        return Err(Problem::field("to", "too_long").into());
    }
    // Somebody who was asked before may be the customer's by now: put in copy, or come with a merged ticket.
    check_people(tx, ticket, &people)?;
    let message = write(tx, ticket, side, letter, signer)?;
    tx.emit(SideAsked { ticket: ticket.id, side: side.id, message, subject: side.subject.clone() })?;
    Ok(message)
}

/// Nobody who takes part in the ticket, and no inbox of the desk.
fn check_people(conn: &mut Conn, ticket: &Ticket, emails: &[String]) -> Result<(), TicketError> {
    let mut mistakes = Mistakes::default();
    for email in emails {
        let is_ours = conversation::store::is_own_address(conn, email)?
            || conversation::store::is_own_address(conn, &without_tag(email))?;
        mistakes.require(!is_ours, "to", "side_to_inbox");
        let is_theirs = tickets::store::participant_by_email(conn, ticket.id, email)?.is_some()
            || tickets::store::participant_by_email(conn, ticket.id, &without_tag(email))?.is_some();
        mistakes.require(!is_theirs, "to", "side_to_customer");
    }
    Ok(mistakes.check()?)
}

/// `help+x@desk.example` reaches `help@desk.example`.
fn without_tag(email: &str) -> String {
    let parts = email.split_once('@').and_then(|(local, domain)| Some((local.split_once('+')?.0, domain)));
    parts.map_or_else(|| email.to_owned(), |(local, domain)| format!("{local}@{domain}"))
}

fn write(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    side: &SideConversation,
    letter: Letter,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    let people: Vec<_> = store::people(tx, &[side.id])?.into_iter().map(|(_, email)| email).collect();
    let what = (people.as_slice(), side.subject.as_str(), letter.text.as_str());
    let (message, header) = asides::write(tx, ticket, Aside::Side(side.id), what, signer)?;
    attachments::actions::attach(tx, message, &letter.attachments)?;
    let copied = store::copy_files(tx, ticket.id, message, &letter.files)?;
    if copied != letter.files.len() as u64 {
        return Err(Problem::field("files", "unknown_id").into());
    }
    store::remember(tx, side.id, &[&header])?;
    // It goes back with the ticket that it came with, when that is taken out again.
    if side.ticket_id != ticket.id {
        arrangements::store::set_home(tx, message, side.ticket_id)?;
    }
    let by = tx.actor().user();
    store::moved(tx, side.id, State::Waiting, by)?;
    store::mark(tx, &[ticket.id])?;
    Ok(message)
}

/// Closes it. One that is closed stays so.
pub fn close(
    tx: &mut Tx<ReplyTickets>,
    (ticket, side): (&Seen<Ticket>, &SideConversation),
) -> Result<(), TicketError> {
    if !side.state.is_open() {
        return Ok(());
    }
    tickets::store::hold(tx, ticket.id)?;
    store::moved(tx, side.id, State::Closed, None)?;
    store::mark(tx, &[ticket.id])?;
    tx.emit(SideClosed { ticket: ticket.id, side: side.id, subject: side.subject.clone() })?;
    Ok(())
}

/// Opens it again: whose turn it is, the last message says.
pub fn reopen(
    tx: &mut Tx<ReplyTickets>,
    (ticket, side): (&Seen<Ticket>, &SideConversation),
) -> Result<(), TicketError> {
    if side.state.is_open() {
        return Ok(());
    }
    tickets::store::hold(tx, ticket.id)?;
    let state = if store::is_last_ours(tx, side.id)? { State::Waiting } else { State::Answered };
    store::moved(tx, side.id, state, None)?;
    store::mark(tx, &[ticket.id])?;
    tx.emit(SideReopened { ticket: ticket.id, side: side.id, subject: side.subject.clone() })?;
    Ok(())
}
