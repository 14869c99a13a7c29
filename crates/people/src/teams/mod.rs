//! Teams: groups of users to whom work is given together.
pub mod actions;
pub mod api;
pub mod error;
pub mod pages;
pub mod policy;
pub mod store;

pub use error::TeamError;
pub use policy::{Changes, Draft, TeamName};
pub use store::TeamRow;

use kernel::id::Id;
use platform::authority::Team;

platform::translations!();
platform::events! {
    /// A team was added.
    TeamCreated = "team.created" about "team" team { team: Id<Team>, name: String }
    /// A team got another name or other members, was archived or taken back.
    TeamChanged = "team.changed" about "team" team { team: Id<Team>, fields: Vec<&'static str> }
}
