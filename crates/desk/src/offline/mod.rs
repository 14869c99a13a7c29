//! What a browser keeps for the time without a connection: the person's lists, the tickets in them, and what they wrote.
//!
//! The keeping itself is done by the service worker (`ui/src/worker.ts`); here is what it may keep, and the key it seals
//! that with. See `docs/behaviour/offline.md`.
mod pages;
mod policy;

use crate::tickets::ViewTickets;
use axum::routing::get;
use platform::web::Routes;
pub use policy::MOST;

platform::translations!();

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewTickets>("/offline", get(pages::page))
        .get::<ViewTickets>("/offline/kept", get(pages::kept))
}
