//! The people: those who work here and those who ask.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

pub mod absences;
pub mod contacts;
pub mod desk_settings;
pub mod duplicates;
pub mod jobs;
pub mod notes;
pub mod organisations;
pub mod permissions;
pub mod roles;
pub mod setup;
pub mod sign_in;
pub mod teams;
#[cfg(test)]
mod tests;
pub mod users;
pub mod web;
#[cfg(test)]
mod world;

use platform::web::Routes;

/// Every page and operation of this crate.
pub fn routes() -> Routes {
    [
        absences::api::routes,
        absences::pages::routes,
        contacts::api::routes,
        organisations::api::routes,
        teams::api::routes,
        roles::api::routes,
        users::api::routes,
        users::habits::routes,
        users::profile::routes,
        users::pages::routes,
        teams::pages::routes,
        roles::pages::routes,
        desk_settings::pages::routes,
        jobs::pages::routes,
        jobs::api::routes,
        contacts::pages::routes,
        duplicates::api::routes,
        duplicates::pages::routes,
        notes::pages::routes,
        organisations::pages::routes,
        sign_in::pages::routes,
        sign_in::portal::routes,
    ]
    .into_iter()
    .fold(Routes::new(), |all, of| all.merge(of()))
}
