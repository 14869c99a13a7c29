//! Contracts with client organisations: what is agreed, what it covers, what of it is used, what is owed.
//!
//! Source: `docs/behaviour/contracts.md`.
pub mod actions;
pub mod api;
pub mod cover;
pub mod money;
pub mod pages;
pub mod pdf;
pub mod period;
pub mod policy;
pub mod statement;
pub mod store;
pub mod terms;
pub mod usage;
pub mod watch;

use crate::tickets::{Ticket, ViewTickets};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Changes, Contract, Draft};
pub use terms::{Terms, TermsDraft, Unit};
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// See contracts, what of them is used, and their statements.
    ViewContracts = "contracts.view" [scoped];
    /// Add and change contracts.
    ManageContracts = "contracts.manage" [whole] implies ViewContracts;
}
platform::events! {
    /// A contract was added.
    ContractCreated = "contract.created" about "contract" contract { contract: Id<Contract>, name: String }
    /// What a contract covers, its term, its owner or its name changed.
    ContractChanged = "contract.changed" about "contract" contract {
        contract: Id<Contract>, fields: Vec<&'static str>,
    }
    /// Other terms hold for a contract from a day on.
    ContractTermsAdded = "contract.terms_added" about "contract" contract { contract: Id<Contract>, begins_on: String }
    /// Terms that had not begun are taken back.
    ContractTermsRemoved = "contract.terms_removed" about "contract" contract {
        contract: Id<Contract>, begins_on: String,
    }
    /// So much of what is included in a period is used.
    ContractVolumeReached = "contract.volume_reached" about "contract" contract {
        contract: Id<Contract>, name: String, unit: Unit, percent: i64, period: String,
    }
    /// From here on this contract covers a ticket; without a name, none does.
    ContractApplied = "ticket.contract_applied" about "ticket" ticket {
        ticket: Id<Ticket>, contract: Option<Id<Contract>>, name: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewContracts>(routes!(api::list))
        .api::<ManageContracts>(routes!(api::post))
        .api::<ViewContracts>(routes!(api::get))
        .api::<ManageContracts>(routes!(api::patch))
        .api::<ManageContracts>(routes!(api::add_terms))
        .api::<ManageContracts>(routes!(api::remove_terms))
        .api::<ViewContracts>(routes!(api::usage))
        .api::<ViewContracts>(routes!(api::statement))
        .api::<ViewTickets>(routes!(api::of_ticket))
        .get::<ViewContracts>("/admin/contracts", get(pages::list))
        .post::<ManageContracts>("/admin/contracts", post(pages::form::post))
        .get::<ManageContracts>("/admin/contracts/new", get(pages::form::new))
        .get::<ViewContracts>("/admin/contracts/{id}", get(pages::one::get))
        .get::<ManageContracts>("/admin/contracts/{id}/edit", get(pages::form::edit))
        .post::<ManageContracts>("/admin/contracts/{id}", post(pages::form::save))
        .get::<ManageContracts>("/admin/contracts/{id}/terms", get(pages::form::new_terms))
        .post::<ManageContracts>("/admin/contracts/{id}/terms", post(pages::form::add_terms))
        .post::<ManageContracts>(
            "/admin/contracts/{id}/terms/{terms}/remove",
            post(pages::form::remove_terms),
        )
        .get::<ViewContracts>("/admin/contracts/{id}/statements/{from}", get(pages::statement::get))
}
