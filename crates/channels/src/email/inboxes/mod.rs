//! Inboxes: the addresses that customers write to, and how mail comes in and goes out there.
pub mod actions;
pub mod api;
pub mod health;
pub mod policy;
pub use desk::conversation::signature;
pub mod store;

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
}
