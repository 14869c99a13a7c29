//! Inboxes: the addresses that customers write to, and how mail comes in and goes out there.
pub mod actions;
pub mod api;
mod form;
pub mod health;
pub mod oauth;
pub mod pages;
pub mod policy;
pub mod probe;
pub mod report;
pub mod store;
#[cfg(test)]
mod tests;

use axum::routing::{get, post};
use platform::web::Routes;
pub use policy::{Draft, Inbox, Patch, ReceiveKind};
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// See inboxes, their health, the ledger of what came in and what went out.
    ViewInboxes = "inboxes.view";
    /// Add and change inboxes, and replay mail.
    ManageInboxes = "inboxes.manage" implies ViewInboxes;
}
platform::events! {
    /// An inbox was added.
    InboxCreated = "inbox.created" about "inbox" inbox {
        inbox: kernel::id::Id<platform::authority::Inbox>, address: String,
    }
    /// An inbox was changed: the names of the fields.
    InboxChanged = "inbox.changed" about "inbox" inbox {
        inbox: kernel::id::Id<platform::authority::Inbox>, fields: Vec<&'static str>,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewInboxes>(routes!(api::list))
        .api::<ManageInboxes>(routes!(api::post))
        .api::<ViewInboxes>(routes!(api::get))
        .api::<ManageInboxes>(routes!(api::patch))
        .api::<ManageInboxes>(routes!(api::test_draft))
        .api::<ManageInboxes>(routes!(api::test))
        .api::<ViewInboxes>(routes!(api::health))
        .get::<ViewInboxes>("/admin/inboxes", get(pages::list))
        .post::<ManageInboxes>("/admin/inboxes", post(pages::post))
        .get::<ManageInboxes>("/admin/inboxes/new", get(pages::new))
        .get::<ManageInboxes>("/admin/inboxes/connected", get(oauth::connect::back))
        .post::<ManageInboxes>("/admin/inboxes/connected", post(oauth::connect::finish))
        .get::<ManageInboxes>("/admin/inboxes/{id}", get(pages::edit))
        .post::<ManageInboxes>("/admin/inboxes/{id}", post(pages::save))
        .post::<ManageInboxes>("/admin/inboxes/{id}/switch", post(pages::switch))
        .get::<ManageInboxes>("/admin/inboxes/{id}/connect", get(oauth::connect::begin))
        .get::<ViewInboxes>("/admin/inboxes/{id}/health", get(pages::health))
        .post::<ManageInboxes>("/admin/inboxes/{id}/try", post(pages::try_now))
}
