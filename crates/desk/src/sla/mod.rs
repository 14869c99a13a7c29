//! Promises to customers: policies, their clocks, warnings and breaches.
//!
//! Source: `docs/behaviour/sla.md`; why it is built so: `docs/adr/sla-clock.md`.
pub mod actions;
pub mod alarms;
pub mod api;
pub mod clock;
pub mod deadlines;
pub mod error;
pub mod live;
pub mod log;
pub mod pages;
pub mod policy;
pub mod reapply;
pub mod span;
pub mod store;
pub mod subject;
pub mod terms;
pub mod what_if;

use crate::tickets::{Ticket, ViewTickets};
use axum::routing::{get, post};
use clock::Promise;
pub use error::SlaError;
use kernel::{clock::Millis, id::Id};
use platform::web::Routes;
pub use policy::{Changes, Draft, Policy};
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// Say when somebody is there, and what is promised to whom.
    ManageSla = "sla.manage" [whole];
}
platform::events! {
    /// A policy was added.
    SlaPolicyCreated = "sla_policy.created" about "sla_policy" policy { policy: Id<Policy>, name: String }
    /// A policy's promises, filter, calendar, order or name changed, or it was switched on or off.
    SlaPolicyChanged = "sla_policy.changed" about "sla_policy" policy { policy: Id<Policy>, fields: Vec<&'static str> }
    /// A team counts by other hours, or by none of its own.
    TeamCalendarChanged = "team.calendar_changed" about "team" team {
        team: Id<platform::authority::Team>, calendar: Option<Id<crate::calendars::Calendar>>,
    }
    /// From here on these terms hold for a ticket; without any, nothing is promised.
    SlaApplied = "sla.applied" about "ticket" ticket {
        ticket: Id<Ticket>, policy: Option<Id<Policy>>, name: String, terms: Option<i64>,
    }
    /// A promise runs out soon.
    SlaWarned = "sla.warned" about "ticket" ticket { ticket: Id<Ticket>, promise: Promise, due_at: Millis }
    /// The time of a promise ran out before it was kept.
    SlaBreached = "sla.breached" about "ticket" ticket { ticket: Id<Ticket>, promise: Promise, due_at: Millis }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageSla>(routes!(api::list))
        .api::<ManageSla>(routes!(api::post))
        .api::<ManageSla>(routes!(api::get))
        .api::<ManageSla>(routes!(api::patch))
        .api::<ManageSla>(routes!(api::what_if))
        .api::<ManageSla>(routes!(api::team_calendar))
        .api::<ManageSla>(routes!(api::set_team_calendar))
        .api::<ViewTickets>(routes!(api::deadlines))
        .get::<ViewTickets>("/t/{number}/deadlines", get(pages::why::get))
        .get::<ManageSla>("/admin/sla", get(pages::list))
        .post::<ManageSla>("/admin/sla", post(pages::post))
        .get::<ManageSla>("/admin/sla/new", get(pages::new))
        .get::<ManageSla>("/admin/sla/{id}", get(pages::get))
        .post::<ManageSla>("/admin/sla/{id}", post(pages::save))
        .post::<ManageSla>("/admin/sla/{id}/move", post(pages::shift))
}
