//! Contacts that are one person: found, shown to whoever may manage contacts, merged, and taken apart again at any time.
//!
//! A merge moves nothing: the merged contact's id leads to the other one, and so does all that belongs to it. What a
//! customer's own account, links and mails open stays what it was, so a merge gives nobody access to anything. Source:
//! `docs/behaviour/contacts.md`.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;
#[cfg(test)]
mod tests;

use kernel::id::Id;
use platform::authority::Contact;
pub use policy::{Alike, Reason};

platform::translations!();
platform::events! {
    /// A contact was merged into another: its id leads there from now on.
    ContactMerged = "contact.merged" about "contact" contact { contact: Id<Contact>, into: Id<Contact> }
    /// Another contact was merged into this one.
    ContactJoined = "contact.joined" about "contact" contact { contact: Id<Contact>, from: Id<Contact> }
    /// A merge was taken back: the contact stands by itself again.
    ContactUnmerged = "contact.unmerged" about "contact" contact { contact: Id<Contact>, from: Id<Contact> }
    /// A contact that led to this one stands by itself again.
    ContactParted = "contact.parted" about "contact" contact { contact: Id<Contact>, from: Id<Contact> }
}
