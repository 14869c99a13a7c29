//! Those outside who are asked for help by mail.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

pub use policy::{Supplier, SupplierChanges, SupplierDraft};
