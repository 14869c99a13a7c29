//! Changing many tickets in one step, and taking that back in one step.
//!
//! A step is a row with one line for each ticket: what became of it and what was before. A few tickets are changed while
//! somebody waits; many by an errand, in their name and with what they may do by then.
pub mod actions;
pub mod api;
pub mod pages;
pub mod plan;
pub mod policy;
pub mod store;
mod work;

use crate::tickets::EditTickets;
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Bulk, Changes, Outcome, Selection, State};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody began to change several tickets in one step.
    BulkStarted = "bulk.started" about "bulk" bulk { bulk: Id<Bulk>, tickets: i64, changes: Changes }
    /// Somebody began to take such a step back.
    BulkUndoStarted = "bulk.undo_started" about "bulk" bulk { bulk: Id<Bulk>, tickets: i64 }
}

/// The step that a change of one ticket belongs to.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct With {
    pub bulk: Id<Bulk>,
    /// How many more tickets were to be changed by it.
    pub others: i64,
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<EditTickets>("/bulk", get(pages::get))
        .post::<EditTickets>("/bulk", post(pages::post))
        .post::<EditTickets>("/bulk/move", post(pages::shift))
        .get::<EditTickets>("/bulk/{id}", get(pages::one))
        .post::<EditTickets>("/bulk/{id}/undo", post(pages::undo))
        .api::<EditTickets>(routes!(api::post))
        .api::<EditTickets>(routes!(api::get))
        .api::<EditTickets>(routes!(api::undo))
}
