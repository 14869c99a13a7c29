//! Views that people made: a filter with a name, for oneself, a team or the desk.
pub mod actions;
pub mod api;
pub mod builder;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::ViewTickets;
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Changes, Draft, Reach, Saved};
use utoipa_axum::routes;

platform::permissions! {
    /// Make views for the teams that one is in.
    ShareViews = "views.share";
    /// Make views for the whole desk, and change those of all teams.
    ManageViews = "views.manage" implies ShareViews;
}
platform::events! {
    /// A view was added.
    ViewCreated = "view.created" about "view" view { view: Id<Saved>, name: String, reach: Reach }
    /// A view got another name, filter, order or place, is for others now, was archived or taken back.
    ViewChanged = "view.changed" about "view" view { view: Id<Saved>, fields: Vec<&'static str> }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ViewTickets>(routes!(api::post))
        .api::<ViewTickets>(routes!(api::get))
        .api::<ViewTickets>(routes!(api::patch))
        .api::<ViewTickets>(routes!(api::preview))
        .get::<ViewTickets>("/views/counts", get(pages::counts))
        .get::<ViewTickets>("/views", get(pages::list))
        .get::<ViewTickets>("/views/new", get(pages::new))
        .post::<ViewTickets>("/views/new", post(pages::post))
        .get::<ViewTickets>("/views/{id}", get(pages::get))
        .post::<ViewTickets>("/views/{id}", post(pages::save))
        .post::<ViewTickets>("/views/{id}/move", post(pages::shift))
        .post::<ViewTickets>("/views/{id}/archive", post(pages::archive))
        .post::<ViewTickets>("/views/{id}/restore", post(pages::restore))
}
