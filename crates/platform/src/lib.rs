//! The runtime: database, authority, events, jobs, web, words, files, keys, and the way out to the network.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
extern crate self as platform;

pub mod alarms;
pub mod assets;
pub mod authority;
pub mod blobs;
pub mod brand;
pub mod db;
pub mod events;
pub mod home;
pub mod i18n;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod outbound;
pub mod outbox;
pub mod presence;
pub mod rate;
pub mod settings;
pub mod tls;
pub mod web;

pub use home::{Home, Work};
#[doc(hidden)]
pub use linkme;
