//! The people who work here: who they are, what they may do, and their own profile.
pub mod actions;
pub mod api;
pub mod error;
pub mod habits;
pub mod pages;
pub mod policy;
pub mod profile;
pub mod store;
#[cfg(test)]
mod tests;

pub use error::UserError;
pub use policy::{Changes, Draft, NewUser, Places, Theme};
pub use store::UserRow;

use kernel::id::Id;
use platform::authority::User;

platform::translations!();
platform::events! {
    /// Somebody was asked to work here.
    UserCreated = "user.created" about "user" user { user: Id<User>, name: String }
    /// A user's name, role, teams or reach changed.
    UserChanged = "user.changed" about "user" user { user: Id<User>, fields: Vec<&'static str> }
    /// A user may not sign in any more.
    UserDeactivated = "user.deactivated" about "user" user { user: Id<User> }
    /// A deactivated user may sign in again.
    UserActivated = "user.activated" about "user" user { user: Id<User> }
}
