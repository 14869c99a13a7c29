//! Who leads a team: to whom its tickets go when they are handed to the supervisor.
pub mod actions;
pub mod api;
pub mod store;
