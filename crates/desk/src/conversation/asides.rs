//! Mail beside the customer's conversation: to a supplier who has the ticket, and in a side conversation. Both ways it is
//! a note: the customer sees nothing of it, whoever answers.
//!
//! What we write has a Message-ID of its own kind, and a reply address of its own kind where the inbox has such: both
//! name with whom it is and are signed. Whatever answers one of them is for us alone, also from a stranger.
use super::{
    AuthorKind, Direction, Message, MessageKind,
    actions::{self, Incoming, Signer},
    store::{self, New},
};
use crate::{
    escalation::Stay,
    side_conversations::SideConversation,
    tickets::{self, Seen, Ticket, TicketError, actions::author},
};
use kernel::id::Id;
use platform::authority::Tx;

/// With whom a mail of a ticket is exchanged that is for us alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// The supplier who has the ticket for this time.
    Supplier(Id<Stay>),
    Side(Id<SideConversation>),
}
impl Aside {
    fn side(self) -> Option<Id<SideConversation>> {
        match self {
            Aside::Supplier(_) => None,
            Aside::Side(side) => Some(side),
        }
    }
}
impl From<Aside> for mail::Aside {
    fn from(aside: Aside) -> mail::Aside {
        match aside {
            Aside::Supplier(stay) => mail::Aside::Supplier(stay.number()),
            Aside::Side(side) => mail::Aside::Side(side.number()),
        }
    }
}
impl From<mail::Aside> for Aside {
    fn from(aside: mail::Aside) -> Aside {
        match aside {
            mail::Aside::Supplier(stay) => Aside::Supplier(Id::new(stay)),
            mail::Aside::Side(side) => Aside::Side(Id::new(side)),
        }
    }
}

/// Writes to somebody beside the customer, from the ticket's inbox. The caller remembers the Message-ID, and tells of it.
///
/// * returns – the message and its Message-ID.
pub fn write<P>(
    tx: &mut Tx<P>,
    ticket: &Ticket,
    aside: Aside,
    (to, subject, words): (&[String], &str, &str),
    signer: &Signer,
) -> Result<(Id<Message>, String), TicketError> {
    let (author_kind, author_id, author_name) = author(tx.actor());
    let from_email = store::sending_address(tx, ticket.inbox_id)?;
    let header = signer.aside_id(ticket.id, aside);
    let message = store::insert(
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
            to,
            cc: &[],
            bcc: &[],
            subject,
            text: words,
            quoted: None,
            signature: None,
            html: None,
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            side: aside.side(),
            remarks: "{}",
        },
    )?;
    actions::queue(tx, (ticket.id, ticket.inbox_id), message, &header, to, subject)?;
    tickets::store::touch_time(tx, ticket.id)?;
    Ok((message, header))
}

/// Keeps what came in answer to such a mail, as a note. Nobody takes part because of it.
///
/// * `is_theirs` – whether one of those wrote it who were written to.
pub fn receive<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    aside: Aside,
    incoming: &Incoming,
    (name, is_theirs): (&str, bool),
) -> Result<Id<Message>, TicketError> {
    let message = store::insert(
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
            side: aside.side(),
            remarks: incoming.remarks,
        },
    )?;
    tickets::store::touch_time(tx, ticket.id)?;
    Ok(message)
}
