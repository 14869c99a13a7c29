//! Out of office: when somebody is away, and which colleague stands in for them.
//!
//! Source: `docs/behaviour/notifications.md`, "Away".
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;
#[cfg(test)]
mod tests;

pub use policy::{Absence, Draft};

use kernel::{clock::Millis, id::Id};
use platform::authority::User;

platform::translations!();
platform::events! {
    /// Somebody said when they are away, and who stands in for them.
    UserAway = "user.away" about "user" user {
        user: Id<User>, from: Millis, until: Millis, deputy: Option<Id<User>>,
    }
    /// Somebody is not away after all, or no longer.
    UserBack = "user.back" about "user" user { user: Id<User> }
}
