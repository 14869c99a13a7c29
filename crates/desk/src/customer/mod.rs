//! The customer beside the case: what they asked before over all channels, the cases of their organisation, what is known
//! of them, and who else has the same fault now. Read when somebody opens it, never with the ticket's page.
pub mod api;
pub mod pages;
pub mod similar;
pub mod store;

use crate::tickets::ViewTickets;
use axum::routing::get;
use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::timeline))
        .api::<ViewTickets>(routes!(api::similar))
        .get::<ViewTickets>("/t/{number}/customer", get(pages::get))
}
