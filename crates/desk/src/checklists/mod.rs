//! Checklists: what is to be done in a ticket, in its order, and lists of that to put on tickets.
//!
//! An item can be needed: then the ticket is not solved by one of us before it is done.
//!
//! Source: `docs/behaviour/checklists.md`.
pub mod actions;
pub mod api;
pub mod items_api;
pub mod pages;
pub mod policy;
pub mod settings;
pub mod store;

use crate::tickets::{EditTickets, Ticket, ViewTickets};
use axum::routing::{get, post};
use kernel::id::Id;
use people::permissions::ManageDesk;
use platform::web::Routes;
pub use policy::{Checklist, Item, Line};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A checklist to put on tickets was added.
    ChecklistCreated = "checklist.created" about "checklist" checklist { checklist: Id<Checklist>, name: String }
    /// A checklist's name or items changed, or it is out of use.
    ChecklistChanged = "checklist.changed" about "checklist" checklist { checklist: Id<Checklist>, name: String }
    /// Something is to be done in a ticket: an item, or a whole checklist.
    ItemsAdded = "ticket.items_added" about "ticket" ticket { ticket: Id<Ticket>, name: String, count: usize }
    /// An item of a ticket's checklist is done.
    ItemDone = "ticket.item_done" about "ticket" ticket { ticket: Id<Ticket>, item: Id<Item>, text: String }
    /// An item of a ticket's checklist is to be done after all.
    ItemOpened = "ticket.item_opened" about "ticket" ticket { ticket: Id<Ticket>, item: Id<Item>, text: String }
    /// An item of a ticket's checklist reads otherwise, or is needed or not.
    ItemChanged = "ticket.item_changed" about "ticket" ticket { ticket: Id<Ticket>, item: Id<Item>, text: String }
    /// An item of a ticket's checklist was taken away.
    ItemRemoved = "ticket.item_removed" about "ticket" ticket { ticket: Id<Ticket>, item: Id<Item>, text: String }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ManageDesk>(routes!(api::post))
        .api::<ManageDesk>(routes!(api::patch))
        .api::<ViewTickets>(routes!(items_api::list))
        .api::<EditTickets>(routes!(items_api::post))
        .api::<EditTickets>(routes!(items_api::patch))
        .api::<EditTickets>(routes!(items_api::delete))
        .get::<ManageDesk>("/admin/checklists", get(settings::list))
        .get::<ManageDesk>("/admin/checklists/new", get(settings::new))
        .post::<ManageDesk>("/admin/checklists", post(settings::add))
        .get::<ManageDesk>("/admin/checklists/{id}", get(settings::one))
        .post::<ManageDesk>("/admin/checklists/{id}", post(settings::save))
        .post::<EditTickets>("/t/{number}/checklist", post(pages::add))
        .post::<EditTickets>("/t/{number}/checklist/{item}", post(pages::change))
}
