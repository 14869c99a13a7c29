//! Reminders: somebody wants to hear of a ticket at a time, with a note of their own. Nobody else sees it, and the ticket
//! stays where it is.
//!
//! Source: `docs/behaviour/reminders.md`.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::{Ticket, ViewTickets};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::{authority::User, web::Routes};
pub use policy::{Changes, Draft, Reminder};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// The time has come at which somebody wanted to be reminded of a ticket.
    ReminderDue = "reminder.due" about "reminder" reminder {
        reminder: Id<Reminder>, user: Id<User>, ticket: Id<Ticket>,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ViewTickets>(routes!(api::post))
        .api::<ViewTickets>(routes!(api::patch))
        .api::<ViewTickets>(routes!(api::delete))
        .get::<ViewTickets>("/reminders", get(pages::list))
        .post::<ViewTickets>("/reminders/{id}", post(pages::change))
        .post::<ViewTickets>("/t/{number}/reminders", post(pages::add))
}
