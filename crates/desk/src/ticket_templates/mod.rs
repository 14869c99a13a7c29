//! Ticket templates: what a ticket begins with that is opened again and again; one person's, a team's, or the desk's.
//!
//! Source: `docs/behaviour/ticket-templates.md`.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::{
    sharing::Share,
    tickets::{CreateTickets, NoteTickets},
};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Changes, Content, Draft, TicketTemplate};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody added a ticket template.
    TicketTemplateCreated = "ticket_template.created" about "ticket_template" template {
        template: Id<TicketTemplate>, share: Share,
    }
    /// A ticket template was changed, or is out of use.
    TicketTemplateChanged = "ticket_template.changed" about "ticket_template" template {
        template: Id<TicketTemplate>, share: Share,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<NoteTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::post))
        .api::<NoteTickets>(routes!(api::get))
        .api::<NoteTickets>(routes!(api::patch))
        .get::<NoteTickets>("/admin/ticket-templates", get(pages::list))
        .get::<NoteTickets>("/admin/ticket-templates/new", get(pages::new))
        .post::<NoteTickets>("/admin/ticket-templates", post(pages::create))
        .get::<NoteTickets>("/admin/ticket-templates/{id}", get(pages::one))
        .post::<NoteTickets>("/admin/ticket-templates/{id}", post(pages::save))
        .get::<CreateTickets>("/tickets/templates", get(pages::choose))
}
