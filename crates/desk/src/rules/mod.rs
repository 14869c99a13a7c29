//! Rules: what the desk does by itself when something happens, or when time has passed.
//!
//! Source: `docs/behaviour/rules.md`.
pub mod act;
pub mod actions;
pub mod api;
pub mod engine;
pub mod error;
pub mod pages;
pub mod perform;
pub mod policy;
pub mod reader;
pub mod rewind;
pub mod signal;
pub mod simulate;
pub mod store;
pub mod timed;
pub mod trace;
pub mod warn;

use crate::tickets::{Ticket, ViewTickets};
use axum::routing::{get, post};
pub use error::RuleError;
use kernel::id::Id;
use platform::{authority::Rule, web::Routes};
pub use policy::{Changes, Draft};
pub use reader::work;
use utoipa_axum::routes;

platform::translations!();
platform::permissions! {
    /// Say what the desk does by itself.
    ManageRules = "rules.manage" [whole];
}
platform::events! {
    /// A rule was added.
    RuleCreated = "rule.created" about "rule" rule { rule: Id<Rule>, name: String }
    /// What a rule says, its name or its place changed, an older version was taken back, or it was switched on or off.
    RuleChanged = "rule.changed" about "rule" rule { rule: Id<Rule>, fields: Vec<&'static str>, version: i64 }
    /// A rule was removed with its versions.
    RuleRemoved = "rule.removed" about "rule" rule { rule: Id<Rule>, name: String }
    /// A rule matched, and a limit stopped it.
    RuleLimited = "rule.limited" about "rule" rule { rule: Id<Rule>, ticket: Id<Ticket>, limit: &'static str }
    /// A rule matched, and something it names is gone: nothing of it was done.
    RuleFailed = "rule.failed" about "rule" rule { rule: Id<Rule>, ticket: Id<Ticket>, code: String }
    /// A rule tells one webhook of a ticket.
    RuleCalled = "rule.called" about "ticket" ticket {
        ticket: Id<Ticket>, rule: Id<Rule>, name: String, webhook: i64, text: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageRules>(routes!(api::list))
        .api::<ManageRules>(routes!(api::post))
        .api::<ManageRules>(routes!(api::get))
        .api::<ManageRules>(routes!(api::patch))
        .api::<ManageRules>(routes!(api::delete))
        .api::<ManageRules>(routes!(api::simulate))
        .api::<ManageRules>(routes!(api::versions))
        .api::<ManageRules>(routes!(api::restore))
        .api::<ViewTickets>(routes!(api::trace))
        .get::<ViewTickets>("/t/{number}/rules", get(pages::trace::get))
        .get::<ManageRules>("/admin/rules", get(pages::list))
        .post::<ManageRules>("/admin/rules", post(pages::post))
        .get::<ManageRules>("/admin/rules/new", get(pages::new))
        .get::<ManageRules>("/admin/rules/{id}", get(pages::get))
        .post::<ManageRules>("/admin/rules/{id}", post(pages::save))
        .post::<ManageRules>("/admin/rules/{id}/move", post(pages::shift))
        .post::<ManageRules>("/admin/rules/{id}/switch", post(pages::switch))
        .post::<ManageRules>("/admin/rules/{id}/remove", post(pages::remove))
        .post::<ManageRules>("/admin/rules/{id}/versions/{version}/restore", post(pages::restore))
}
