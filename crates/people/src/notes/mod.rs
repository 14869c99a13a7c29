//! Notes about a contact or an organisation: shown and changed wherever somebody reads them, and kept as they were before.
pub mod pages;
pub mod store;
#[cfg(test)]
mod tests;

pub use pages::{Card, card};

platform::translations!();
