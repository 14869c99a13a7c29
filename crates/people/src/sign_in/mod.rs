//! Ways in: passwords, second factors, sessions, tokens, links that work once.
mod doorman;
pub mod passwords;
pub mod store;
pub mod tokens;

pub use doorman::{Doorman, forget_roles};

use kernel::id::Id;
use platform::authority::User;

platform::events! {
    /// A program may act for a user from now on.
    TokenCreated = "user.token_created" about "user" user { user: Id<User>, name: String }
    /// A token of a user ended.
    TokenRevoked = "user.token_revoked" about "user" user { user: Id<User>, name: String }
}
