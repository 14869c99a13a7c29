//! The wallboard: how the desk stands now and what it did in the last 24 hours, by team and line.
//!
//! Persons are counted one by one only where the works-council mode is off, and for those who may; everybody sees their own figures.
//! Source: `docs/behaviour/wallboard.md`.
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::ViewTickets;
use axum::routing::get;
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// See figures of single persons, where the works-council mode is off.
    SeePeopleFigures = "figures.people";
}

pub fn routes() -> Routes {
    Routes::new().api::<ViewTickets>(routes!(api::get)).get::<ViewTickets>("/wallboard", get(pages::get))
}
