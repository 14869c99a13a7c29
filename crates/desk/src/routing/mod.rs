//! Routing: which of a team gets what waits, by skill, working hours, load and the team's plan.
//!
//! Source: `docs/behaviour/routing.md`.
pub mod actions;
pub mod api;
pub mod choices;
pub mod decide;
pub mod error;
pub mod give;
pub mod pages;
pub mod policy;
pub mod standing;
pub mod store;
pub mod work;

use crate::tickets::{EditTickets, Ticket, ViewTickets};
use axum::routing::{get, post};
pub use error::RoutingError;
use kernel::id::Id;
use platform::{
    authority::{Myself, Team, User},
    web::Routes,
};
pub use policy::{Skill, Strategy};
use utoipa_axum::routes;
pub use work::work;

platform::translations!();
platform::permissions! {
    /// Say how work is given out, who can do what, and how much.
    ManageRouting = "routing.manage";
}
platform::events! {
    /// A skill was added.
    SkillCreated = "skill.created" about "skill" skill { skill: Id<Skill>, name: String }
    /// A skill got another name, or is out of use.
    SkillChanged = "skill.changed" about "skill" skill { skill: Id<Skill>, fields: Vec<&'static str> }
    /// What somebody can do, how much at a time, or when, was said anew.
    AgentChanged = "routing.agent_changed" about "user" user { user: Id<User>, fields: Vec<&'static str> }
    /// How a team's work is given out changed; without a strategy it is given out by hand.
    RoutingChanged = "routing.changed" about "team" team { team: Id<Team>, strategy: Option<Strategy> }
    /// What tickets ask for, or what a channel takes of somebody, changed.
    NeedsChanged = "routing.needs_changed" about "desk" desk { desk: &'static str }
    /// Somebody takes work again, or takes none for now.
    StandingChanged = "routing.standing_changed" about "user" user { user: Id<User>, is_there: bool }
    /// A ticket was given to somebody by the desk, or by themselves as their next one.
    TicketRouted = "ticket.routed" about "ticket" ticket { ticket: Id<Ticket>, user: Id<User>, choice: i64 }
    /// A ticket was taken from somebody who is not there to work on it.
    TicketTakenBack = "ticket.taken_back" about "ticket" ticket { ticket: Id<Ticket>, user: Id<User>, choice: i64 }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageRouting>(routes!(api::skills))
        .api::<ManageRouting>(routes!(api::post_skill))
        .api::<ManageRouting>(routes!(api::patch_skill))
        .api::<ManageRouting>(routes!(api::agent))
        .api::<ManageRouting>(routes!(api::put_agent))
        .api::<ManageRouting>(routes!(api::plan))
        .api::<ManageRouting>(routes!(api::put_plan))
        .api::<ManageRouting>(routes!(api::needs))
        .api::<ManageRouting>(routes!(api::put_needs))
        .api::<ViewTickets>(routes!(api::waiting))
        .api::<ViewTickets>(routes!(api::choices))
        .api::<EditTickets>(routes!(api::next))
        .get::<ManageRouting>("/admin/routing", get(pages::plans::list))
        .get::<ManageRouting>("/admin/routing/teams/{id}", get(pages::plans::show))
        .post::<ManageRouting>("/admin/routing/teams/{id}", post(pages::plans::save))
        .post::<ManageRouting>("/admin/routing/weights", post(pages::plans::weights))
        .get::<ManageRouting>("/admin/skills", get(pages::skills::list))
        .post::<ManageRouting>("/admin/skills", post(pages::skills::create))
        .post::<ManageRouting>("/admin/skills/{id}", post(pages::skills::save))
        .get::<ManageRouting>("/admin/skills/people/{id}", get(pages::skills::person))
        .post::<ManageRouting>("/admin/skills/people/{id}", post(pages::skills::save_person))
        .get::<ManageRouting>("/admin/routing/needs", get(pages::needs::list))
        .post::<ManageRouting>("/admin/routing/needs", post(pages::needs::save))
        .get::<ViewTickets>("/waiting", get(pages::waiting::list))
        .get::<ViewTickets>("/t/{number}/routing", get(pages::why::get))
        .post::<EditTickets>("/next", post(pages::waiting::next))
        .post::<Myself>("/profile/standing", post(pages::waiting::stand))
}
