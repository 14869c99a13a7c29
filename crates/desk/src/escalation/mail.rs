//! Mail to and from a supplier: see [`asides`].
use super::{Keeper, Stay, actions, store};
use crate::{
    conversation::{
        Direction, Message, MessageAdded, MessageKind,
        actions::{Incoming, Signer},
        asides::{self, Aside},
    },
    tickets::{Seen, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Writes to the supplier who has a ticket, from the ticket's inbox.
///
/// * errors – 404 where the stay is no supplier's.
pub(super) fn write<P>(
    tx: &mut Tx<P>,
    ticket: &Ticket,
    stay: Id<Stay>,
    words: &str,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    let (email, _) = store::supplier_of(tx, stay)?.ok_or_else(Problem::not_found)?;
    let what = (&[email][..], ticket.subject.as_str(), words);
    let (message, header) = asides::write(tx, ticket, Aside::Supplier(stay), what, signer)?;
    store::remember(tx, stay, &[&header])?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Note, direction: Direction::Out })?;
    Ok(message)
}

/// Adds what came in answer to something that was written to a supplier, as a note. What the supplier's own address says
/// is their acceptance; what a machine or anybody else says is not.
///
/// * `referred` – the Message-IDs of the mail, by which later ones find the way.
/// * returns – the message, and whether the supplier's own address wrote it.
pub fn receive<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    stay: Id<Stay>,
    incoming: &Incoming,
    referred: &[&str],
) -> Result<(Id<Message>, bool), TicketError> {
    let supplier = store::supplier_of(tx, stay)?;
    let is_theirs = supplier.as_ref().is_some_and(|(email, _)| Some(email.as_str()) == incoming.from_email);
    let name = match &supplier {
        Some((_, name)) if is_theirs && incoming.author_name.is_empty() => name,
        _ => incoming.author_name,
    };
    let message = asides::receive(tx, ticket, Aside::Supplier(stay), incoming, (name, is_theirs))?;
    store::remember(tx, stay, referred)?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Note, direction: Direction::In })?;
    if is_theirs && !incoming.is_automatic {
        let now = store::by_id(tx, stay)?.filter(|stay| stay.is_now() && stay.kind == Keeper::Supplier);
        if let Some(now) = now.filter(|stay| !stay.is_accepted()) {
            actions::accepted(tx, &now, name)?;
        }
    }
    Ok((message, is_theirs))
}
