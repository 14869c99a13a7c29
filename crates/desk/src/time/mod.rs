//! Time spent on tickets, as people say it: how long, on which day, what for, and whether it is billed.
//!
//! Source: `docs/behaviour/time.md`. Nothing here measures anybody.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::{NoteTickets, Ticket, ViewTickets};
use axum::routing::post;
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Changes, Draft, TimeEntry};
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// Change and remove the time that others spent.
    ManageTime = "time.manage";
}
platform::events! {
    /// Somebody says what they spent on a ticket.
    TimeSpent = "ticket.time_spent" about "ticket" ticket {
        ticket: Id<Ticket>, entry: Id<TimeEntry>, minutes: i64, day: String, is_billable: bool,
    }
    /// What somebody said that was spent is another time now, another day, or billed or not.
    TimeCorrected = "ticket.time_corrected" about "ticket" ticket {
        ticket: Id<Ticket>, entry: Id<TimeEntry>, was_minutes: i64, minutes: i64, day: String, is_billable: bool,
    }
    /// Time that was spent is removed.
    TimeRemoved = "ticket.time_removed" about "ticket" ticket {
        ticket: Id<Ticket>, entry: Id<TimeEntry>, minutes: i64, day: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::post))
        .api::<NoteTickets>(routes!(api::patch))
        .api::<NoteTickets>(routes!(api::delete))
        .post::<NoteTickets>("/t/{number}/time", post(pages::add))
        .post::<NoteTickets>("/t/{number}/time/{entry}", post(pages::change))
}
