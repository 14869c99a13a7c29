//! Macros: several steps at once, the same every time, with a look at what they change before they do.
pub mod actions;
pub mod api;
pub mod error;
pub mod form;
pub mod pages;
pub mod plan;
pub mod policy;
pub mod store;
pub mod use_pages;

use crate::{
    sharing::Share,
    tickets::{NoteTickets, Ticket},
};
use axum::routing::{get, post};
pub use error::MacroError;
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Afterwards, Changes, Draft, Macro, Step};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody added a macro.
    MacroCreated = "macro.created" about "macro" id { id: Id<Macro>, share: Share }
    /// A macro was changed.
    MacroChanged = "macro.changed" about "macro" id { id: Id<Macro>, share: Share }
    /// A macro is out of use.
    MacroArchived = "macro.archived" about "macro" id { id: Id<Macro>, share: Share }
    /// A macro was applied to a ticket; what it changed is told by the events after it.
    MacroApplied = "ticket.macro_applied" about "ticket" ticket {
        ticket: Id<Ticket>, #[serde(rename = "macro")] id: Id<Macro>, name: String, is_snoozing: bool,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<NoteTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::post))
        .api::<NoteTickets>(routes!(api::get))
        .api::<NoteTickets>(routes!(api::patch))
        .api::<NoteTickets>(routes!(api::preview))
        .api::<NoteTickets>(routes!(api::apply))
        .get::<NoteTickets>("/admin/macros", get(pages::list))
        .post::<NoteTickets>("/admin/macros", post(pages::create))
        .get::<NoteTickets>("/admin/macros/new", get(pages::new))
        .get::<NoteTickets>("/admin/macros/{id}", get(pages::show))
        .post::<NoteTickets>("/admin/macros/{id}", post(pages::save))
        .get::<NoteTickets>("/t/{number}/macros", get(use_pages::choose))
        .get::<NoteTickets>("/t/{number}/macros/{id}", get(use_pages::look))
        .post::<NoteTickets>("/t/{number}/macros/{id}", post(use_pages::apply))
}
