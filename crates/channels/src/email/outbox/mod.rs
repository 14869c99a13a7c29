//! Mail out: rows that were written with what they say, sent until they are delivered or shown as failed.
pub mod api;
pub mod compose;
mod letter;
pub mod pages;
pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

use crate::email::inboxes::{ManageInboxes, ViewInboxes};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A mail of a ticket was taken by the mail server of the other side, or by the relay.
    MailSent = "mail.sent" about "ticket" ticket { ticket: Id<desk::tickets::Ticket>, outbound: i64, message: Option<i64> }
    /// A mail of a ticket was not delivered; the reason says why.
    MailFailed = "mail.failed" about "ticket" ticket {
        ticket: Id<desk::tickets::Ticket>, outbound: i64, message: Option<i64>, reason: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewInboxes>(routes!(api::list))
        .api::<ViewInboxes>(routes!(api::get))
        .api::<ManageInboxes>(routes!(api::retry))
        .api::<ManageInboxes>(routes!(api::give_up))
        .get::<ViewInboxes>("/admin/outbox", get(pages::list))
        .get::<ViewInboxes>("/admin/outbox/{id}", get(pages::one))
        .post::<ManageInboxes>("/admin/outbox/{id}/retry", post(pages::retry))
        .post::<ManageInboxes>("/admin/outbox/{id}/give-up", post(pages::give_up))
}
