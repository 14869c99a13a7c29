//! The runtime: database, authority, events, jobs, web, words, files, keys, and the way out to the network.
extern crate self as platform;

pub mod assets;
pub mod authority;
pub mod blobs;
pub mod db;
pub mod events;
pub mod home;
pub mod i18n;
pub mod jobs;
pub mod keys;
pub mod outbound;
pub mod rate;
pub mod settings;
pub mod tls;
pub mod web;

pub use home::Home;
#[doc(hidden)]
pub use linkme;
