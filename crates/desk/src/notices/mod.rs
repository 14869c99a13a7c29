//! Notices: what concerns a person, in the app and bundled by mail.
//!
//! A reader of the event log writes them, each once on however many nodes; a person's choice says where they hear of
//! what. Who may see what is asked when a notice is written, when it is shown, and when it is mailed.
//!
//! Source: `docs/behaviour/notifications.md`.
pub mod actions;
pub mod api;
pub mod audience;
pub mod digest;
pub mod pages;
pub mod policy;
pub mod reader;
pub mod settings;
pub mod store;

use axum::routing::{get, post};
use kernel::id::Id;
use platform::{
    authority::{Myself, User},
    web::Routes,
};
pub use policy::{Notice, What};
pub use reader::work;
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// There is something new that concerns these people.
    NoticeMade = "notice.made" about "notice" notice { notice: Id<Notice>, users: Vec<Id<User>> }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<Myself>(routes!(api::list))
        .api::<Myself>(routes!(api::read))
        .api::<Myself>(routes!(api::settings))
        .api::<Myself>(routes!(api::put_settings))
        .get::<Myself>("/notifications", get(pages::list))
        .get::<Myself>("/notifications/count", get(pages::count))
        .post::<Myself>("/notifications/read", post(pages::read))
        .get::<Myself>("/profile/notifications", get(settings::get))
        .post::<Myself>("/profile/notifications", post(settings::post))
}
