//! How often the customer's side takes something (S08), counted in the database for all nodes.
use super::visitor::Visitor;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use kernel::clock::{HOUR, MINUTE, Millis, SECOND};
use platform::{
    authority::Tx,
    db,
    rate::{self, Limit},
    web::Ui,
};

/// Forms from one network.
pub const PER_NET: Limit = Limit { most: 20, window_ms: MINUTE };
/// Requests in the name of one address.
pub const PER_ADDRESS: Limit = Limit { most: 5, window_ms: HOUR };
/// Requests by form on the whole desk.
pub const PER_DESK: Limit = Limit { most: 200, window_ms: MINUTE };
/// Answers of one person.
pub const PER_CONTACT: Limit = Limit { most: 30, window_ms: HOUR };

/// Spends what a request by form costs; the narrowest limit first, so that one network does not use up the others'.
///
/// * returns – until when nothing more is taken; `None` where it is allowed.
pub fn spend_request<P>(tx: &mut Tx<P>, net: &str, address: &str) -> db::Result<Option<Millis>> {
    let (by_net, by_address) = (format!("portal/net/{net}"), format!("portal/to/{address}"));
    spend(tx, &[(&by_net, PER_NET), (&by_address, PER_ADDRESS), ("portal/desk", PER_DESK)])
}
/// What an answer, or a change of the ticket, costs.
pub fn spend_answer<P>(tx: &mut Tx<P>, net: &str, contact: i64) -> db::Result<Option<Millis>> {
    let (by_net, by_contact) = (format!("portal/net/{net}"), format!("portal/by/{contact}"));
    spend(tx, &[(&by_net, PER_NET), (&by_contact, PER_CONTACT)])
}
fn spend<P>(tx: &mut Tx<P>, limits: &[(&str, Limit)]) -> db::Result<Option<Millis>> {
    let now = tx.now();
    for (key, limit) in limits {
        if let Some(end) = rate::spend(tx, key, *limit, now)? {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

#[derive(askama::Template)]
#[template(path = "portal/later.html")]
struct LaterPage {
    ui: Ui,
    minutes: i64,
    /// Comes back with what was typed, to be kept by hand.
    text: String,
}
/// 429: when to try again, and the text that was not taken.
pub fn later(visitor: Visitor, until: Millis, text: &str) -> Response {
    let left = (until.0 - visitor.ui.now.0).max(SECOND);
    let page =
        LaterPage { ui: visitor.ui.clone(), minutes: (left + MINUTE - 1) / MINUTE, text: text.to_owned() };
    let mut response = visitor.show(StatusCode::TOO_MANY_REQUESTS, page);
    let seconds = (left + SECOND - 1) / SECOND;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
