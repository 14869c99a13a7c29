//! Roles: sets of permissions, each with how far it reaches.
pub mod actions;
pub mod api;
pub mod error;
pub mod pages;
pub mod policy;
pub mod store;

pub use error::RoleError;
pub use policy::{Allowance, Builtin, Changes, Draft, NewRole, Role, everything, without_blind};
pub use store::{RoleRow, seed};

platform::translations!();
platform::events! {
    /// A role was added.
    RoleCreated = "role.created" about "role" role { role: kernel::id::Id<Role>, name: String }
    /// A role got another name or other permissions.
    RoleChanged = "role.changed" about "role" role { role: kernel::id::Id<Role>, name: String }
    /// A role was removed.
    RoleRemoved = "role.removed" about "role" role { role: kernel::id::Id<Role>, name: String }
}
