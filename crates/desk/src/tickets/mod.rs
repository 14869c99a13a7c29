//! The ticket: what somebody asked for, who has it, and where it stands.
pub mod actions;
pub mod api;
pub mod counts;
pub mod error;
pub mod followers;
pub mod pages;
pub mod policy;
pub mod store;
pub mod undo;

use axum::routing::{get, post};
pub use error::TicketError;
use platform::web::{Routes, roomy};
pub use policy::{Category, Channel, Draft, Kind, NewTicket, Patch, Priority, Requester, Ticket};
pub use store::Seen;
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// See tickets and their conversation.
    ViewTickets = "tickets.view" [scoped];
    /// Write internal notes.
    NoteTickets = "tickets.note" [scoped] implies ViewTickets;
    /// Answer customers.
    ReplyTickets = "tickets.reply" [scoped] implies ViewTickets, NoteTickets;
    /// Change status, priority, people, tags and fields.
    EditTickets = "tickets.edit" [scoped] implies ViewTickets;
    /// Open tickets for somebody.
    CreateTickets = "tickets.create" [scoped] implies ViewTickets;
}

platform::events! {
    /// A ticket was opened.
    TicketOpened = "ticket.opened" about "ticket" ticket {
        ticket: kernel::id::Id<Ticket>, subject: String, channel: Channel, requester: String,
        team: Option<kernel::id::Id<platform::authority::Team>>,
        assignee: Option<kernel::id::Id<platform::authority::User>>,
    }
    /// Properties of a ticket changed: each field with its old and its new value.
    TicketChanged = "ticket.changed" about "ticket" ticket {
        ticket: kernel::id::Id<Ticket>, changes: std::collections::BTreeMap<&'static str, [serde_json::Value; 2]>,
        #[serde(skip_serializing_if = "Option::is_none")] with: Option<crate::bulk::With>,
    }
    /// A colleague hears of what happens to a ticket from now on; `is_own` where they asked for it themselves.
    FollowerAdded = "ticket.follower_added" about "ticket" ticket {
        ticket: kernel::id::Id<Ticket>, user: kernel::id::Id<platform::authority::User>, is_own: bool,
    }
    /// A colleague no longer hears of a ticket.
    FollowerRemoved = "ticket.follower_removed" about "ticket" ticket {
        ticket: kernel::id::Id<Ticket>, user: kernel::id::Id<platform::authority::User>, is_own: bool,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .roomy_api::<CreateTickets>(routes!(api::post))
        .api::<ViewTickets>(routes!(api::get))
        .api::<EditTickets>(routes!(api::patch))
        .api::<ViewTickets>(routes!(api::tags))
        .api::<EditTickets>(routes!(undo::api))
        .api::<ViewTickets>(routes!(followers::list))
        .api::<ViewTickets>(routes!(followers::follow))
        .api::<EditTickets>(routes!(followers::post))
        .api::<EditTickets>(routes!(followers::delete))
        .get::<CreateTickets>("/tickets/new", get(pages::new::get))
        .post::<CreateTickets>("/tickets/new", roomy(post(pages::new::post)))
        .get::<ViewTickets>("/t/{number}", get(pages::get))
        .post::<EditTickets>("/t/{number}", post(pages::edit::post))
        .post::<EditTickets>("/t/{number}/people", post(pages::edit::add_person))
        .post::<EditTickets>("/t/{number}/people/remove", post(pages::edit::remove_person))
        .post::<EditTickets>("/t/{number}/people/requester", post(pages::edit::make_requester))
        .post::<EditTickets>("/t/{number}/contact", post(pages::edit::contact))
        .post::<EditTickets>("/t/{number}/undo", post(undo::post))
        .post::<ViewTickets>("/t/{number}/follow", post(pages::edit::follow))
}
