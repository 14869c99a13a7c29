//! The ticket: what somebody asked for, who has it, and where it stands.
pub mod actions;
pub mod api;
pub mod counts;
pub mod error;
pub mod policy;
pub mod store;

pub use error::TicketError;
use platform::web::Routes;
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
    }
    /// Properties of a ticket changed: each field with its old and its new value.
    TicketChanged = "ticket.changed" about "ticket" ticket {
        ticket: kernel::id::Id<Ticket>, changes: std::collections::BTreeMap<&'static str, [serde_json::Value; 2]>,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<CreateTickets>(routes!(api::post))
        .api::<ViewTickets>(routes!(api::get))
        .api::<EditTickets>(routes!(api::patch))
        .api::<ViewTickets>(routes!(api::search))
}
