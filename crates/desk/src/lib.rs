//! Tickets and everything that acts on them.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
pub mod attachments;
pub mod calendars;
pub mod conversation;
pub mod drafts;
pub mod fields;
pub mod filter;
pub mod history;
pub mod live;
pub mod portal;
pub mod rules;
pub mod sla;
pub mod statuses;
pub mod tickets;
pub mod views;

use platform::web::Routes;

/// All routes of this crate.
pub fn routes() -> Routes {
    Routes::new()
        .merge(attachments::routes())
        .merge(calendars::routes())
        .merge(conversation::routes())
        .merge(drafts::routes())
        .merge(fields::routes())
        .merge(history::routes())
        .merge(live::routes())
        .merge(portal::routes())
        .merge(rules::routes())
        .merge(sla::routes())
        .merge(statuses::routes())
        .merge(tickets::routes())
        .merge(views::routes())
}
