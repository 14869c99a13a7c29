//! The ledger: one row for every mail that came in, whatever became of it.
pub mod api;
pub mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod words;

use crate::email::inboxes::{ManageInboxes, ViewInboxes};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A mail was read and has its outcome: see the ledger.
    InboundDecided = "inbound.decided" about "inbound" inbound {
        inbound: Id<Inbound>, outcome: Outcome, ticket: Option<Id<desk::tickets::Ticket>>,
    }
    /// Somebody had a mail of the ledger read again.
    InboundReplayed = "inbound.replayed" about "inbound" inbound { inbound: Id<Inbound> }
    /// Somebody looked at a mail in quarantine and ignored it, with a reason.
    InboundIgnored = "inbound.ignored" about "inbound" inbound { inbound: Id<Inbound>, reason: String }
}

/// A row of the ledger.
pub enum Inbound {}

/// What became of a mail. The reason says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Outcome {
    /// Durable, and not read yet.
    Pending,
    Created,
    Joined,
    Bounce,
    Ignored,
    Quarantined,
}
platform::words! { Outcome {
    Pending = "pending", Created = "created", Joined = "joined", Bounce = "bounce", Ignored = "ignored",
    Quarantined = "quarantined",
} }

/// How a mail came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Smtp,
    Lmtp,
    Imap,
}
platform::words! { Way { Smtp = "smtp", Lmtp = "lmtp", Imap = "imap" } }

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewInboxes>(routes!(api::list))
        .api::<ViewInboxes>(routes!(api::raw))
        .api::<ManageInboxes>(routes!(api::replay))
        .api::<ViewInboxes>(routes!(api::get))
        .api::<ManageInboxes>(routes!(api::ignore))
        .get::<ViewInboxes>("/admin/inbound", get(pages::list))
        .get::<ViewInboxes>("/admin/inbound/{id}", get(pages::one))
        .get::<ViewInboxes>("/admin/inbound/{id}/source", get(pages::source))
        .get::<ViewInboxes>("/admin/inbound/{id}/raw", get(api::raw))
        .post::<ManageInboxes>("/admin/inbound/{id}/replay", post(pages::replay))
        .post::<ManageInboxes>("/admin/inbound/{id}/ignore", post(pages::ignore))
}
