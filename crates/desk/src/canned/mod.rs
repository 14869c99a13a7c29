//! Canned replies: words that are written once, for one person, a team or the desk, in one text for each language.
pub mod actions;
pub mod api;
pub mod compose;
pub mod error;
pub mod pages;
pub mod policy;
pub mod store;

use crate::{sharing::Share, tickets::NoteTickets};
use axum::routing::{get, post};
pub use error::CannedError;
use kernel::id::Id;
use people::permissions::ManageDesk;
use platform::web::{Routes, roomy};
pub use policy::{CannedReply, Changes, Draft, Texts};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody added a canned reply.
    CannedReplyCreated = "canned_reply.created" about "canned_reply" reply { reply: Id<CannedReply>, share: Share }
    /// A canned reply was changed.
    CannedReplyChanged = "canned_reply.changed" about "canned_reply" reply { reply: Id<CannedReply>, share: Share }
    /// A canned reply is out of use.
    CannedReplyArchived = "canned_reply.archived" about "canned_reply" reply { reply: Id<CannedReply>, share: Share }
    /// Whether the use of canned replies is counted by person.
    CountingChanged = "canned_reply.counting_changed" about "desk" desk { desk: &'static str, is_by_person: bool }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<NoteTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::post))
        .api::<NoteTickets>(routes!(api::get))
        .api::<NoteTickets>(routes!(api::patch))
        .api::<NoteTickets>(routes!(api::preview))
        .api::<NoteTickets>(routes!(api::insert))
        .get::<NoteTickets>("/admin/canned", get(pages::list))
        .post::<NoteTickets>("/admin/canned", post(pages::create))
        .get::<NoteTickets>("/admin/canned/new", get(pages::new))
        .post::<ManageDesk>("/admin/canned/counting", post(pages::counting))
        .get::<NoteTickets>("/admin/canned/{id}", get(pages::show))
        .post::<NoteTickets>("/admin/canned/{id}", post(pages::save))
        .post::<NoteTickets>("/t/{number}/canned", roomy(post(compose::post)))
}
