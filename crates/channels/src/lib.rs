//! Adapters in and out.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
pub mod email;
pub mod events_api;
#[cfg(test)]
mod testing;
pub mod voice;
pub mod webhooks;

use platform::web::Routes;

/// All routes of this crate.
pub fn routes() -> Routes {
    Routes::new().merge(email::routes()).merge(events_api::routes()).merge(webhooks::routes())
}
