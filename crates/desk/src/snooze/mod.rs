//! Snoozed tickets: out of the lists until a time, until the customer writes, or whichever comes first.
//!
//! A snoozed ticket is open as before and its promises run on: the lists of what is due show it all the same.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::{EditTickets, Ticket};
use axum::routing::post;
use kernel::{clock::Millis, id::Id};
use platform::web::Routes;
pub use policy::{Draft, NewSnooze, Snooze, Why};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A ticket is out of the lists until a time, until the customer writes, or both.
    TicketSnoozed = "ticket.snoozed" about "ticket" ticket {
        ticket: Id<Ticket>, until: Option<Millis>, wakes_on_message: bool,
    }
    /// A snoozed ticket is back in the lists.
    TicketWoke = "ticket.woke" about "ticket" ticket { ticket: Id<Ticket>, why: Why }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<EditTickets>(routes!(api::put))
        .api::<EditTickets>(routes!(api::delete))
        .post::<EditTickets>("/t/{number}/snooze", post(pages::snooze))
        .post::<EditTickets>("/t/{number}/wake", post(pages::wake))
}
