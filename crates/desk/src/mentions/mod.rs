//! Mentions: a note calls colleagues and teams by name, and they hear of it.
//!
//! Source: `docs/behaviour/notifications.md`, "Mentions".
pub mod actions;
pub mod api;
pub mod policy;
pub mod store;

use crate::tickets::NoteTickets;
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();

pub fn routes() -> Routes {
    Routes::new().api::<NoteTickets>(routes!(api::list))
}
