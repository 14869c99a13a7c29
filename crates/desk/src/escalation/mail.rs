//! Mail to and from a supplier. Both ways it is a note: the customer sees nothing of it, whoever answers.
//!
//! What we write has a Message-ID of its own kind, and a reply address of its own kind where the inbox has such: both
//! name the stay and are signed. Whatever answers one of them is for us alone, also from a stranger.
use super::{Keeper, Stay, actions, store};
use crate::{
    conversation::{
        self, AuthorKind, Direction, Message, MessageAdded, MessageKind,
        actions::{Incoming, Signer},
        store::New,
    },
    tickets::{self, Seen, Ticket, TicketError, actions::author},
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
    let (author_kind, author_id, author_name) = author(tx.actor());
    let from_email = conversation::store::sending_address(tx, ticket.inbox_id)?;
    let header = signer.supplier_id(ticket.id, stay);
    let to = [email];
    let message = conversation::store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Note,
            direction: Direction::Out,
            channel: "email",
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: from_email.as_deref(),
            to: &to,
            cc: &[],
            bcc: &[],
            subject: &ticket.subject,
            text: words,
            quoted: None,
            signature: None,
            html: None,
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            remarks: "{}",
        },
    )?;
    store::remember(tx, stay, &[&header])?;
    conversation::actions::queue(tx, (ticket.id, ticket.inbox_id), message, &header, &to, &ticket.subject)?;
    tickets::store::touch_time(tx, ticket.id)?;
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
    let message = conversation::store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Note,
            direction: Direction::In,
            channel: incoming.channel,
            author_kind: AuthorKind::System,
            author_id: None,
            author_name: name,
            from_email: incoming.from_email,
            to: incoming.to,
            cc: incoming.cc,
            bcc: &[],
            subject: incoming.subject,
            text: incoming.text,
            quoted: incoming.quoted,
            signature: incoming.signature,
            html: incoming.html,
            message_id: incoming.message_id,
            inbound_id: incoming.inbound_id,
            is_automatic: incoming.is_automatic,
            is_sender_known: is_theirs,
            forwarded: None,
            remarks: incoming.remarks,
        },
    )?;
    store::remember(tx, stay, referred)?;
    tickets::store::touch_time(tx, ticket.id)?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Note, direction: Direction::In })?;
    if is_theirs && !incoming.is_automatic {
        let now = store::by_id(tx, stay)?.filter(|stay| stay.is_now() && stay.kind == Keeper::Supplier);
        if let Some(now) = now.filter(|stay| !stay.is_accepted()) {
            actions::accepted(tx, &now, name)?;
        }
    }
    Ok((message, is_theirs))
}
