//! The event log for programs: everything that happened, in order, as far as the caller may know it.
pub mod api;
pub mod policy;
pub mod store;
#[cfg(test)]
mod tests;

use platform::web::Routes;
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// Read the event log, as far as one may see what it tells about.
    ViewEvents = "events.view";
}

pub fn routes() -> Routes {
    Routes::new().api::<ViewEvents>(routes!(api::list))
}
