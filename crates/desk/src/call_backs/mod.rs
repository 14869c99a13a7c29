//! Promised call-backs: whom to call, on which number, until when, and what came of it.
pub mod actions;
pub mod api;
pub mod pages;
pub mod policy;
pub mod store;

use crate::tickets::{NoteTickets, Ticket, ViewTickets};
use axum::routing::{get, post};
use kernel::{clock::Millis, id::Id};
use platform::web::Routes;
pub use policy::{Attempt, CallBack, Draft, State};
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// Somebody was promised a call.
    CallBackPromised = "ticket.call_back_promised" about "ticket" ticket {
        ticket: Id<Ticket>, call_back: Id<CallBack>, name: String, due_at: Millis,
    }
    /// Somebody called, and reached whom they promised to call or not.
    CallBackTried = "ticket.call_back_tried" about "ticket" ticket {
        ticket: Id<Ticket>, call_back: Id<CallBack>, name: String, is_reached: bool, due_at: Option<Millis>,
    }
    /// The time of a promised call has come.
    CallBackDue = "ticket.call_back_due" about "ticket" ticket {
        ticket: Id<Ticket>, call_back: Id<CallBack>, name: String, due_at: Millis,
    }
    /// A promised call is no longer wanted.
    CallBackDropped = "ticket.call_back_dropped" about "ticket" ticket {
        ticket: Id<Ticket>, call_back: Id<CallBack>, name: String,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<NoteTickets>(routes!(api::post))
        .api::<NoteTickets>(routes!(api::attempt))
        .api::<NoteTickets>(routes!(api::delete))
        .get::<ViewTickets>("/call-backs", get(pages::list))
        .post::<NoteTickets>("/call-backs/{id}", post(pages::tried))
        .post::<NoteTickets>("/t/{number}/call-backs", post(pages::promise))
}
