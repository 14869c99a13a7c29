//! The vocabulary every other crate speaks. Pure: no I/O, no async.
pub mod clock;
pub mod fault;
pub mod id;
pub mod secret;
pub mod text;
