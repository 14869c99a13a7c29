//! What was said about a ticket, over every channel, to the customer and among colleagues.
pub mod actions;
pub mod api;
pub mod asides;
pub mod doubt;
pub mod guard;
pub(crate) mod linkify;
pub mod pages;
pub mod policy;
pub mod references;
pub mod store;

use crate::tickets::{NoteTickets, ViewTickets};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::{Routes, roomy};
pub use policy::{AuthorKind, Direction, Message, MessageKind, Reply, ReplyDraft, words};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A message or a note was added to a ticket.
    MessageAdded = "ticket.message_added" about "ticket" ticket {
        ticket: Id<crate::tickets::Ticket>, message: Id<Message>, kind: MessageKind, direction: Direction,
    }
    /// A message was sent on to somebody who does not take part; what was written above it is a note.
    MessageForwarded = "ticket.message_forwarded" about "ticket" ticket {
        ticket: Id<crate::tickets::Ticket>, message: Id<Message>, original: Id<Message>, to: Vec<String>,
    }
    /// Somebody of the customer's side takes part in a ticket from now on, in copy.
    ParticipantAdded = "ticket.participant_added" about "ticket" ticket {
        ticket: Id<crate::tickets::Ticket>, contact: Id<platform::authority::Contact>, name: String,
    }
    /// Somebody no longer takes part in a ticket.
    ParticipantRemoved = "ticket.participant_removed" about "ticket" ticket {
        ticket: Id<crate::tickets::Ticket>, contact: Id<platform::authority::Contact>,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .roomy_api::<NoteTickets>(routes!(api::post))
        .post::<NoteTickets>("/t/{number}/messages", roomy(post(pages::send::post)))
        .post::<NoteTickets>("/t/{number}/draft", roomy(post(pages::send::put_back)))
        .get::<ViewTickets>("/t/{number}/messages/{id}/body", get(pages::frame::body))
        .get::<ViewTickets>("/t/{number}/messages/{id}/text", get(pages::whole::text))
}
