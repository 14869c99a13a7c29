//! What tests start: databases, servers, people.
#![allow(clippy::disallowed_methods, reason = "tests start real servers and connect to them")]
pub mod databases;
mod homes;

pub use databases::{Cluster, Desk, cpu_of, on_both};
pub use homes::{Nobody, home};
