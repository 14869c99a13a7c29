//! The vocabulary every other crate speaks. Pure: no I/O, no async.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
pub mod clock;
pub mod day;
pub mod fault;
pub mod holidays;
pub mod id;
pub mod money;
pub mod secret;
pub mod text;
pub mod working_time;
