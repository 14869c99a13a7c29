//! The customer's side: asking, following a request by a signed link or a sign-in, answering, closing. No script.
pub mod acknowledge;
pub mod link;

pub use acknowledge::{Acknowledger, Receipt};

platform::translations!();
