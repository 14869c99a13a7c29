//! Side conversations: mail with a colleague, a supplier or anybody else about a ticket, which its customer never sees.
//!
//! Its messages are notes of the ticket that belong to the side conversation and stand there. A mail of it has a mark of
//! its own (see [`crate::conversation::asides`]): whatever answers it comes back here and nowhere else.
//!
//! Source: `docs/behaviour/side-conversations.md`.
pub mod actions;
pub mod api;
pub mod mail;
pub mod pages;
pub mod policy;
pub mod store;

use crate::{
    conversation::Message,
    tickets::{ReplyTickets, Ticket, ViewTickets},
};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::{Routes, roomy};
pub use policy::{AnswerDraft, Draft, SideConversation, State};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody of us wrote about a ticket to somebody beside its customer.
    SideOpened = "ticket.side_opened" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, subject: String, to: Vec<String>,
    }
    /// Somebody of us wrote more in a side conversation.
    SideAsked = "ticket.side_asked" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, message: Id<Message>, subject: String,
    }
    /// An answer came in a side conversation; a machine's changes nothing else.
    SideAnswered = "ticket.side_answered" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, message: Id<Message>, subject: String, name: String,
        is_automatic: bool,
    }
    /// A mail of a side conversation was not delivered.
    SideBounced = "ticket.side_bounced" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, message: Id<Message>, subject: String,
    }
    /// A side conversation was closed.
    SideClosed = "ticket.side_closed" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, subject: String,
    }
    /// A side conversation is open again.
    SideReopened = "ticket.side_reopened" about "ticket" ticket {
        ticket: Id<Ticket>, side: Id<SideConversation>, subject: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ReplyTickets>(routes!(api::post))
        .api::<ViewTickets>(routes!(api::get))
        .api::<ReplyTickets>(routes!(api::patch))
        .api::<ViewTickets>(routes!(api::messages))
        .api::<ReplyTickets>(routes!(api::answer))
        .get::<ReplyTickets>("/t/{number}/side-conversations/new", get(pages::new))
        .post::<ReplyTickets>("/t/{number}/side-conversations", roomy(post(pages::open)))
        .get::<ViewTickets>("/t/{number}/side-conversations/{id}", get(pages::one))
        .post::<ReplyTickets>("/t/{number}/side-conversations/{id}", roomy(post(pages::answer)))
        .post::<ReplyTickets>("/t/{number}/side-conversations/{id}/close", post(pages::close))
        .post::<ReplyTickets>("/t/{number}/side-conversations/{id}/reopen", post(pages::reopen))
}
