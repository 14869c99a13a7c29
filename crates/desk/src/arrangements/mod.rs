//! What is arranged with tickets as a whole: merge, split out, move, link, solve children. Each can be taken back at
//! any time, in any order.
//!
//! A message belongs where it came to, or where it was moved to last (its base). A merge moves nothing by itself: the
//! merged ticket's number leads to the other one, and so does all that belongs to it. So taking one thing back leaves
//! all others as they are. Source: `docs/behaviour/arrangements.md`.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::{EditTickets, Ticket, ViewTickets};
use axum::routing::{get, post};
use kernel::id::Id;
use platform::web::Routes;
pub use policy::{Arrangement, Change, Link, LinkWord};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A ticket was merged into another: its number leads there from now on.
    TicketMerged = "ticket.merged" about "ticket" ticket {
        ticket: Id<Ticket>, into: Id<Ticket>, messages: u64, change: Change,
    }
    /// A merge was taken back: the ticket stands by itself again.
    TicketUnmerged = "ticket.unmerged" about "ticket" ticket {
        ticket: Id<Ticket>, from: Id<Ticket>, messages: u64, change: Change,
    }
    /// Messages came to a ticket from another one: by a merge, split or move, or because one was taken back.
    MessagesCame = "ticket.messages_came" about "ticket" ticket {
        ticket: Id<Ticket>, from: Id<Ticket>, messages: u64, because: policy::Because, change: Change,
    }
    /// Messages left a ticket for another one.
    MessagesLeft = "ticket.messages_left" about "ticket" ticket {
        ticket: Id<Ticket>, to: Id<Ticket>, messages: u64, because: policy::Because, change: Change,
    }
    /// A ticket was linked with another. `link` is what this one is to the other.
    TicketLinked = "ticket.linked" about "ticket" ticket {
        ticket: Id<Ticket>, other: Id<Ticket>, link: LinkWord, change: Change,
    }
    /// A link was taken away.
    TicketUnlinked = "ticket.unlinked" about "ticket" ticket {
        ticket: Id<Ticket>, other: Id<Ticket>, link: LinkWord, change: Change,
    }
    /// Children of a ticket were solved together with it.
    ChildrenSolved = "ticket.children_solved" about "ticket" ticket {
        ticket: Id<Ticket>, children: Vec<Id<Ticket>>, change: Change,
    }
    /// That was taken back for those that were still as it left them.
    ChildrenReopened = "ticket.children_reopened" about "ticket" ticket {
        ticket: Id<Ticket>, children: Vec<Id<Ticket>>, change: Change,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<EditTickets>(routes!(api::preview))
        .api::<EditTickets>(routes!(api::merge))
        .api::<EditTickets>(routes!(api::split))
        .api::<EditTickets>(routes!(api::shift))
        .api::<ViewTickets>(routes!(api::links))
        .api::<EditTickets>(routes!(api::link))
        .api::<EditTickets>(routes!(api::solve_children))
        .get::<EditTickets>("/t/{number}/merge", get(pages::merge::get))
        .post::<EditTickets>("/t/{number}/merge", post(pages::merge::post))
        .get::<EditTickets>("/t/{number}/split", get(pages::split::get))
        .post::<EditTickets>("/t/{number}/split", post(pages::split::post))
        .get::<EditTickets>("/t/{number}/move", get(pages::shift::get))
        .post::<EditTickets>("/t/{number}/move", post(pages::shift::post))
        .get::<EditTickets>("/t/{number}/link", get(pages::link::get))
        .post::<EditTickets>("/t/{number}/link", post(pages::link::post))
        .get::<EditTickets>("/t/{number}/children", get(pages::children::get))
        .post::<EditTickets>("/t/{number}/children", post(pages::children::post))
}
