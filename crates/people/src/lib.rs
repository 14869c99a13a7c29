//! The people: those who work here and those who ask.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

pub mod contacts;
pub mod desk_settings;
pub mod organisations;
pub mod permissions;
pub mod roles;
pub mod setup;
pub mod sign_in;
pub mod teams;
pub mod users;
