//! Ways in: passwords, second factors, sessions, tokens, links that work once.
pub mod actions;
mod common;
mod doorman;
pub mod letters;
pub mod pages;
pub mod passwords;
pub mod portal;
pub mod second_factor;
pub mod store;
#[cfg(test)]
mod tests;
pub mod throttle;
pub mod tokens;

pub use doorman::{Doorman, actor_in, actor_of, forget_roles};

use kernel::id::Id;
use platform::authority::User;

platform::translations!();
platform::events! {
    /// Somebody signed in.
    SignedIn = "user.signed_in" about "user" user { user: Id<User>, device: String }
    /// A user has another password.
    PasswordChanged = "user.password_changed" about "user" user { user: Id<User> }
    /// A user switched the second factor on or off.
    SecondFactorChanged = "user.second_factor_changed" about "user" user { user: Id<User>, is_on: bool }
    /// A program may act for a user from now on.
    TokenCreated = "user.token_created" about "user" user { user: Id<User>, name: String }
    /// A token of a user ended.
    TokenRevoked = "user.token_revoked" about "user" user { user: Id<User>, name: String }
}
