//! Contacts: the people who ask.
pub mod actions;
pub mod api;
pub mod error;
pub mod likeness;
pub mod pages;
pub mod policy;
pub mod store;
#[cfg(test)]
mod tests;

pub use error::ContactError;
pub use policy::{Changes, Draft};
pub use store::ContactRow;

use kernel::id::Id;
use platform::authority::Contact;

platform::translations!();
platform::events! {
    /// Somebody wrote for the first time, or was added by hand.
    ContactCreated = "contact.created" about "contact" contact { contact: Id<Contact>, name: String }
    /// A contact's name, addresses, numbers, organisation, language or notes changed.
    ContactChanged = "contact.changed" about "contact" contact { contact: Id<Contact>, fields: Vec<&'static str> }
}
