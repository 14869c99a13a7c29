//! Adapters in and out.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
pub mod email;

/// All routes of this crate.
pub fn routes() -> platform::web::Routes {
    platform::web::Routes::new().merge(email::routes())
}
