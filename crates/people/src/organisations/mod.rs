//! Organisations: where contacts work, found by the domain of their address.
pub mod actions;
pub mod api;
pub mod error;
pub mod pages;
pub mod policy;
pub mod store;

pub use error::OrganisationError;
pub use policy::{Changes, Draft};
pub use store::OrganisationRow;

use kernel::id::Id;
use platform::authority::Organisation;

platform::translations!();
platform::events! {
    /// An organisation was added.
    OrganisationCreated = "organisation.created" about "organisation" organisation
        { organisation: Id<Organisation>, name: String }
    /// An organisation's name, domains or notes changed.
    OrganisationChanged = "organisation.changed" about "organisation" organisation
        { organisation: Id<Organisation>, fields: Vec<&'static str> }
}
