//! Escalation: a ticket goes on to the next line, a supervisor or a supplier, and comes back.
//!
//! The customer's number, thread and promises stay what they are. A *stay* is the time for which somebody had the
//! ticket because it was handed to them; it has a clock of its own.
//!
//! Source: `docs/behaviour/escalation.md`.
pub mod actions;
pub mod api;
pub mod climb;
pub mod helpers;
pub mod lines;
pub mod mail;
pub mod pages;
pub mod promised;
pub mod settings;
pub mod stay;
pub mod store;
pub mod supervisors;
pub mod suppliers;

use crate::tickets::{EditTickets, Ticket, ViewTickets};
use axum::routing::{get, post};
pub use climb::work;
use kernel::{clock::Millis, id::Id};
use lines::Line;
use platform::{
    authority::{Team, User},
    web::Routes,
};
pub use stay::{How, Keeper, Promise, Stay};
use suppliers::Supplier;
use utoipa_axum::routes;

/// The longest name of a line or a supplier, in characters.
const NAME_MOST: usize = 80;

platform::translations!();
platform::permissions! {
    /// Say which lines there are, who leads a team, and which suppliers help.
    ManageEscalation = "escalation.manage";
}
platform::events! {
    /// A line of support was added.
    LineCreated = "support_line.created" about "support_line" line { line: Id<Line>, name: String }
    /// A line's name, place, teams, calendar or times changed.
    LineChanged = "support_line.changed" about "support_line" line { line: Id<Line>, fields: Vec<&'static str> }
    /// A line of support was removed.
    LineRemoved = "support_line.removed" about "support_line" line { line: Id<Line>, name: String }
    /// Somebody else leads a team, or nobody does.
    SupervisorChanged = "team.supervisor_changed" about "team" team { team: Id<Team>, user: Option<Id<User>> }
    /// A supplier was added.
    SupplierCreated = "supplier.created" about "supplier" supplier { supplier: Id<Supplier>, name: String }
    /// A supplier's name, address, calendar or times changed, or it is out of use.
    SupplierChanged = "supplier.changed" about "supplier" supplier {
        supplier: Id<Supplier>, fields: Vec<&'static str>,
    }
    /// A ticket went on to a line, a supervisor or a supplier: by hand, by a rule, or because nobody had accepted it.
    TicketEscalated = "ticket.escalated" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, to: Keeper, name: String, is_climbed: bool,
    }
    /// Somebody to whom the ticket was handed has taken it.
    EscalationAccepted = "ticket.escalation_accepted" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, name: String, by: String,
    }
    /// Whoever had the ticket gave it back, with a note of what came of it.
    TicketHandedBack = "ticket.handed_back" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, name: String, to: String,
    }
    /// A stay ended otherwise: the ticket was solved, merged, or given to a team of another line.
    StayEnded = "ticket.stay_ended" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, name: String, how: How,
    }
    /// The time in which a line, a supervisor or a supplier has to accept or to solve runs out soon.
    StayWarned = "stay.warned" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, name: String, promise: Promise, due_at: Millis,
    }
    /// That time ran out.
    StayBreached = "stay.breached" about "ticket" ticket {
        ticket: Id<Ticket>, stay: Id<Stay>, name: String, promise: Promise, due_at: Millis,
    }
    /// A colleague works on the case beside the one who has it.
    HelperAdded = "ticket.helper_added" about "ticket" ticket { ticket: Id<Ticket>, user: Id<User> }
    /// A colleague works on the case no longer.
    HelperRemoved = "ticket.helper_removed" about "ticket" ticket { ticket: Id<Ticket>, user: Id<User> }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(lines::api::lines))
        .api::<ManageEscalation>(routes!(lines::api::post_line))
        .api::<ManageEscalation>(routes!(lines::api::patch_line))
        .api::<ManageEscalation>(routes!(lines::api::delete_line))
        .api::<ViewTickets>(routes!(suppliers::api::suppliers))
        .api::<ManageEscalation>(routes!(suppliers::api::post_supplier))
        .api::<ManageEscalation>(routes!(suppliers::api::patch_supplier))
        .api::<ManageEscalation>(routes!(supervisors::api::supervisor))
        .api::<ManageEscalation>(routes!(supervisors::api::put_supervisor))
        .api::<ViewTickets>(routes!(api::stays))
        .api::<EditTickets>(routes!(api::escalate))
        .api::<EditTickets>(routes!(api::accept))
        .api::<EditTickets>(routes!(api::hand_back))
        .api::<ViewTickets>(routes!(helpers::list))
        .api::<EditTickets>(routes!(helpers::post))
        .api::<EditTickets>(routes!(helpers::delete))
        .get::<ManageEscalation>("/admin/escalation", get(settings::list))
        .post::<ManageEscalation>("/admin/escalation/supervisors", post(settings::set_supervisors))
        .get::<ManageEscalation>("/admin/escalation/lines/new", get(lines::pages::new_line))
        .post::<ManageEscalation>("/admin/escalation/lines", post(lines::pages::post_line))
        .get::<ManageEscalation>("/admin/escalation/lines/{id}", get(lines::pages::line))
        .post::<ManageEscalation>("/admin/escalation/lines/{id}", post(lines::pages::save_line))
        .post::<ManageEscalation>("/admin/escalation/lines/{id}/remove", post(lines::pages::remove_line))
        .get::<ManageEscalation>("/admin/escalation/suppliers/new", get(suppliers::pages::new_supplier))
        .post::<ManageEscalation>("/admin/escalation/suppliers", post(suppliers::pages::post_supplier))
        .get::<ManageEscalation>("/admin/escalation/suppliers/{id}", get(suppliers::pages::supplier))
        .post::<ManageEscalation>("/admin/escalation/suppliers/{id}", post(suppliers::pages::save_supplier))
        .get::<ViewTickets>("/t/{number}/stays", get(pages::stays))
        .get::<EditTickets>("/t/{number}/escalate", get(pages::form))
        .post::<EditTickets>("/t/{number}/escalate", post(pages::escalate))
        .post::<EditTickets>("/t/{number}/accept", post(pages::accept))
        .get::<EditTickets>("/t/{number}/hand-back", get(pages::back_form))
        .post::<EditTickets>("/t/{number}/hand-back", post(pages::hand_back))
}
