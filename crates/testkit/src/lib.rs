//! What tests start: databases, servers, people.
#![allow(clippy::disallowed_methods, reason = "tests start real servers and connect to them")]
pub mod certificates;
mod client;
pub mod databases;
pub mod dovecot;
mod homes;
pub mod name_server;
pub mod postfix;
mod process;
pub mod smtp_sink;
pub mod token_server;

pub use client::{Client, Reply};
pub use databases::{Cluster, Desk, cpu_of, on_both};
pub use homes::{Nobody, home, home_allowing, home_at, home_with};
