//! The customer's side: asking, following a request by a signed link or a sign-in, answering, closing. No script.
pub mod acknowledge;
mod ask;
mod follow;
mod limits;
pub mod link;
mod pages;
pub mod policy;
pub mod store;
mod visitor;
mod words;

pub use acknowledge::{Acknowledger, Receipt};

use axum::routing::{get, post};
use platform::{
    authority::Customer,
    web::{Routes, roomy},
};

platform::translations!();
platform::events! {
    /// The form for requests took something for the work of a program and opened no ticket.
    PortalRefused = "portal.refused" about "portal" reason { reason: &'static str, net: String }
}

pub fn routes() -> Routes {
    Routes::new()
        .public_get("/portal", get(ask::get))
        .public_post("/portal", roomy(post(ask::post)))
        .public_get("/p/{token}", get(pages::link))
        .public_post("/p/{token}", roomy(post(pages::link_answer)))
        .public_post("/p/{token}/close", post(pages::link_close))
        .public_post("/p/{token}/reopen", post(pages::link_reopen))
        .public_get("/p/{token}/attachments/{id}", get(pages::link_file))
        .get::<Customer>("/portal/requests", get(pages::requests))
        .get::<Customer>("/portal/requests/{number}", get(pages::request))
        .post::<Customer>("/portal/requests/{number}", roomy(post(pages::answer)))
        .post::<Customer>("/portal/requests/{number}/close", post(pages::close))
        .post::<Customer>("/portal/requests/{number}/reopen", post(pages::reopen))
        .get::<Customer>("/portal/requests/{number}/attachments/{id}", get(pages::file))
}
