//! Calendars: when somebody is there. Promises count their time alone.
pub mod actions;
pub mod api;
pub mod error;
mod ical;
pub mod pages;
pub mod policy;
pub mod store;

use axum::routing::{get, post};
pub use error::CalendarError;
use kernel::id::Id;
use platform::web::{Routes, roomy};
pub use policy::{Calendar, Changes, Draft, Plan};
use utoipa_axum::routes;

use crate::sla::ManageSla;

platform::translations!();
platform::events! {
    /// A calendar was added.
    CalendarCreated = "calendar.created" about "calendar" calendar { calendar: Id<Calendar>, name: String }
    /// A calendar's hours, holidays, days of its own or name changed.
    CalendarChanged = "calendar.changed" about "calendar" calendar { calendar: Id<Calendar>, fields: Vec<&'static str> }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageSla>(routes!(api::list))
        .api::<ManageSla>(routes!(api::post))
        .api::<ManageSla>(routes!(api::get))
        .api::<ManageSla>(routes!(api::patch))
        .get::<ManageSla>("/admin/calendars", get(pages::list))
        .post::<ManageSla>("/admin/calendars", post(pages::post))
        .get::<ManageSla>("/admin/calendars/new", get(pages::new))
        .post::<ManageSla>("/admin/calendars/teams", post(pages::set_teams))
        .get::<ManageSla>("/admin/calendars/{id}", get(pages::get))
        .post::<ManageSla>("/admin/calendars/{id}", post(pages::save))
        .post::<ManageSla>("/admin/calendars/{id}/import", roomy(post(pages::import)))
}
