//! `/api/v1/tickets/{number}/snooze`.
use super::{Draft, NewSnooze, Why, actions, store};
use crate::tickets::{self, EditTickets, Ticket, TicketError};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, InPath, Json},
};
use utoipa::ToSchema;

/// How a ticket rests.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Snooze)]
pub struct Body {
    pub is_snoozed: bool,
    #[schema(value_type = Option<String>)]
    pub until: Option<Millis>,
    pub until_message: bool,
}

/// Snooze a ticket: out of the lists until a time, until the customer writes, or whichever comes first.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/snooze", tag = "tickets", params(("number" = i64, Path)),
    request_body = Draft, responses((status = 200, body = Body)))]
pub async fn put(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Json(draft): Json<Draft>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let new = NewSnooze::new(draft.until, draft.until_message.unwrap_or(true), tx.now())?;
            actions::snooze(tx, &ticket, new)?;
            body(tx, number)
        })
        .await?;
    Ok(Json(body))
}

/// Wake a ticket. One that does not rest stays as it is.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/snooze", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = Body)))]
pub async fn delete(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::wake(tx, &ticket, Why::Person)?;
            body(tx, number)
        })
        .await?;
    Ok(Json(body))
}

fn body(conn: &mut platform::db::Conn, ticket: Id<Ticket>) -> Result<Body, TicketError> {
    let rest = store::of(conn, ticket)?;
    Ok(Body {
        is_snoozed: rest.is_some(),
        until: rest.as_ref().and_then(|rest| rest.until_ms),
        until_message: rest.is_some_and(|rest| rest.wakes_on_message),
    })
}
