//! The lines of support, in their order.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

pub use policy::{Line, LineChanges, LineDraft};
