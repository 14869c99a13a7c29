//! Finding tickets, people and organisations by any word of theirs. The engine is the crate `search`; here is what a desk
//! has to be found, who may find it, and the pages.
pub mod api;
pub mod filter;
pub mod find;
pub mod pages;
pub mod store;
#[cfg(test)]
mod tests;

use crate::tickets::ViewTickets;
use axum::routing::get;
use platform::web::Routes;
use search::Source;
use utoipa_axum::routes;

platform::translations!();

/// The codes of the sources, as the index stores them.
pub const TICKET: u8 = 1;
pub const CONTACT: u8 = 2;
pub const ORGANISATION: u8 = 3;

search::searchable! { Source {
    noun: "ticket", code: TICKET, ids_after: store::tickets_after, load: store::tickets, touched: store::touched_tickets,
} }
search::searchable! { Source {
    noun: "contact", code: CONTACT, ids_after: store::contacts_after, load: store::contacts,
    touched: store::touched_contacts,
} }
search::searchable! { Source {
    noun: "organisation", code: ORGANISATION, ids_after: store::organisations_after, load: store::organisations,
    touched: store::touched_organisations,
} }

pub fn routes() -> Routes {
    Routes::new().api::<ViewTickets>(routes!(api::search)).get::<ViewTickets>("/search", get(pages::get))
}
