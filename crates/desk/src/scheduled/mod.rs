//! Answers that are not sent yet: those that can be taken back for some seconds, and those with a time of their own.
//!
//! They are rows of their own, no messages: until they are sent nothing has happened for anybody else. What sends them
//! does so in their writer's name, with what their writer may do by then.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;
mod work;

use crate::tickets::{NoteTickets, ReplyTickets, Ticket, ViewTickets};
use axum::routing::post;
use kernel::{clock::Millis, id::Id};
use platform::web::Routes;
pub use policy::{ScheduledReply, When};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// An answer is to be sent at a later time.
    ReplyScheduled = "ticket.reply_scheduled" about "ticket" ticket {
        ticket: Id<Ticket>, reply: Id<ScheduledReply>, send_at: Millis,
    }
    /// An answer that had a time of its own was taken back by its writer.
    ReplyTakenBack = "ticket.reply_taken_back" about "ticket" ticket {
        ticket: Id<Ticket>, reply: Id<ScheduledReply>,
    }
    /// An answer was not sent at its time: somebody wrote before, or its writer may not answer any more.
    ReplyHeld = "ticket.reply_held" about "ticket" ticket {
        ticket: Id<Ticket>, reply: Id<ScheduledReply>, reason: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::delete))
        .api::<ReplyTickets>(routes!(api::send))
        .post::<NoteTickets>("/t/{number}/scheduled/{id}/undo", post(pages::undo))
        .post::<ReplyTickets>("/t/{number}/scheduled/{id}/send", post(pages::send))
}
