//! From raw bytes to a ticket: a mail is stored first, then read, and reading can be repeated.
pub mod content;
pub mod decide;
pub mod door;
mod store;
pub mod threading;
pub mod work;

pub use door::MailDoor;
platform::translations!();
