//! `/api/v1/reminders`: the caller's own.
use super::{Changes, Draft, Reminder, actions, store};
use crate::tickets::{self, Ticket, TicketError, ViewTickets};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A reminder.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Reminder)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Reminder>,
    pub ticket: i64,
    pub subject: String,
    pub note: String,
    #[schema(value_type = String)]
    pub due_at: Millis,
    pub is_done: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
impl From<Reminder> for Body {
    fn from(row: Reminder) -> Body {
        Body {
            id: row.id,
            ticket: row.ticket_id.number(),
            subject: row.subject,
            note: row.note,
            due_at: row.due_at_ms,
            is_done: row.done_at_ms.is_some(),
            created_at: row.created_at_ms,
        }
    }
}
fn body(tx: &mut Tx<ViewTickets>, id: Id<Reminder>) -> Result<Body, TicketError> {
    let me = actions::me(tx)?;
    Ok(store::see(tx, me, id)?.ok_or_else(Problem::not_found)?.into())
}

/// List the caller's own open reminders, the next one first.
#[utoipa::path(get, path = "/api/v1/reminders", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after::<Reminder>()?);
    let rows = grant
        .read::<_, TicketError>(move |tx| {
            let me = actions::me(tx)?;
            let place = match after {
                Some(id) => {
                    let row = store::see(tx, me, id)?;
                    let row = row.ok_or_else(|| Problem::field("cursor", "unknown_cursor"))?;
                    (row.due_at_ms, row.id)
                }
                None => (Millis(i64::MIN), Id::new(0)),
            };
            Ok(store::open(tx, me, place, limit + 1)?)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Be reminded of a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/reminders", tag = "tickets", params(("number" = i64, Path)),
    request_body = Draft, responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                let id = actions::add(tx, &ticket, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Put a reminder off, rewrite it, or tick it off.
#[utoipa::path(patch, path = "/api/v1/reminders/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<Reminder>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::change(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Take a reminder away.
#[utoipa::path(delete, path = "/api/v1/reminders/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<Reminder>>,
) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
