//! Who can hold a ticket that is handed over: the lines of support in their order, supervisors of teams, suppliers.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

pub use policy::{Line, LineChanges, LineDraft, Supplier, SupplierChanges, SupplierDraft};
