//! Webhooks: other programs hear of events, signed, retried, with a log of every delivery.
//!
//! A reader of the event log writes one row for each event and address; a worker sends the rows.
//!
//! Source: <https://www.standardwebhooks.com>, `docs/behaviour/webhooks.md`.
pub mod actions;
pub mod api;
pub mod deliver;
pub mod error;
pub mod pages;
pub mod policy;
pub mod reader;
pub mod signature;
pub mod store;
#[cfg(test)]
mod tests;

use axum::routing::{get, post};
pub use deliver::work;
pub use error::WebhookError;
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Changes, Draft, Kinds, State, Webhook};
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// Tell other programs what happens here.
    ManageWebhooks = "webhooks.manage";
}
platform::events! {
    /// A webhook was added.
    WebhookCreated = "webhook.created" about "webhook" webhook { webhook: Id<Webhook>, name: String }
    /// A webhook's name, address, kinds or secret changed, or it was switched on or off.
    WebhookChanged = "webhook.changed" about "webhook" webhook { webhook: Id<Webhook>, fields: Vec<&'static str> }
    /// A webhook was removed with its deliveries.
    WebhookRemoved = "webhook.removed" about "webhook" webhook { webhook: Id<Webhook>, name: String }
    /// Somebody asked for a test: this event goes to that webhook alone.
    WebhookTested = "webhook.tested" about "webhook" webhook { webhook: Id<Webhook> }
    /// A webhook was switched off because its address answered 410 Gone.
    WebhookGone = "webhook.gone" about "webhook" webhook { webhook: Id<Webhook> }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageWebhooks>(routes!(api::list))
        .api::<ManageWebhooks>(routes!(api::post))
        .api::<ManageWebhooks>(routes!(api::get))
        .api::<ManageWebhooks>(routes!(api::patch))
        .api::<ManageWebhooks>(routes!(api::delete))
        .api::<ManageWebhooks>(routes!(api::post_secret))
        .api::<ManageWebhooks>(routes!(api::post_test))
        .api::<ManageWebhooks>(routes!(api::deliveries))
        .api::<ManageWebhooks>(routes!(api::retry))
        .get::<ManageWebhooks>("/admin/webhooks", get(pages::list))
        .post::<ManageWebhooks>("/admin/webhooks", post(pages::post))
        .get::<ManageWebhooks>("/admin/webhooks/new", get(pages::new))
        .get::<ManageWebhooks>("/admin/webhooks/{id}", get(pages::get))
        .post::<ManageWebhooks>("/admin/webhooks/{id}", post(pages::save))
        .post::<ManageWebhooks>("/admin/webhooks/{id}/switch", post(pages::switch))
        .post::<ManageWebhooks>("/admin/webhooks/{id}/secret", post(pages::secret))
        .post::<ManageWebhooks>("/admin/webhooks/{id}/test", post(pages::test))
        .post::<ManageWebhooks>("/admin/webhooks/{id}/remove", post(pages::remove))
        .post::<ManageWebhooks>("/admin/webhooks/{id}/deliveries/{delivery}/retry", post(pages::retry))
}
