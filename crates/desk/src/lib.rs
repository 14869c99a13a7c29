//! Tickets and everything that acts on them.
// A panic in a request is a bug report nobody reads: say what was impossible, or return an error.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]
pub mod arrangements;
pub mod attachments;
pub mod bulk;
pub mod calendars;
pub mod call_backs;
pub mod canned;
pub mod checklists;
pub mod contracts;
pub mod conversation;
pub mod customer;
pub mod drafts;
pub mod escalation;
pub mod fields;
pub mod filter;
pub mod history;
pub mod live;
pub mod macros;
pub mod mentions;
pub mod moments;
pub mod notices;
pub mod offline;
pub mod placeholders;
pub mod portal;
pub mod reminders;
pub mod routing;
pub mod rules;
pub mod scheduled;
pub mod search;
pub mod sharing;
pub mod side_conversations;
pub mod sla;
pub mod snooze;
pub mod statuses;
pub mod ticket_templates;
pub mod tickets;
pub mod time;
pub mod views;
pub mod wallboard;

use platform::web::Routes;

/// All routes of this crate.
pub fn routes() -> Routes {
    Routes::new()
        .merge(arrangements::routes())
        .merge(attachments::routes())
        .merge(bulk::routes())
        .merge(calendars::routes())
        .merge(call_backs::routes())
        .merge(canned::routes())
        .merge(checklists::routes())
        .merge(contracts::routes())
        .merge(conversation::routes())
        .merge(customer::routes())
        .merge(drafts::routes())
        .merge(escalation::routes())
        .merge(fields::routes())
        .merge(history::routes())
        .merge(live::routes())
        .merge(macros::routes())
        .merge(mentions::routes())
        .merge(notices::routes())
        .merge(offline::routes())
        .merge(placeholders::routes())
        .merge(portal::routes())
        .merge(reminders::routes())
        .merge(routing::routes())
        .merge(rules::routes())
        .merge(scheduled::routes())
        .merge(search::routes())
        .merge(side_conversations::routes())
        .merge(sla::routes())
        .merge(snooze::routes())
        .merge(statuses::routes())
        .merge(ticket_templates::routes())
        .merge(tickets::routes())
        .merge(time::routes())
        .merge(views::routes())
        .merge(wallboard::routes())
}
