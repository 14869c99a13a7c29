//! `/api/v1/tickets/{number}/time` and `/api/v1/time`.
use super::{Changes, Draft, TimeEntry, actions, store};
use crate::tickets::{self, NoteTickets, Ticket, TicketError, ViewTickets};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx, User},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing},
};
use utoipa::ToSchema;

/// Time that somebody spent on a ticket.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = TimeEntry)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<TimeEntry>,
    pub ticket: i64,
    #[schema(value_type = String)]
    pub user: Id<User>,
    pub minutes: i64,
    pub day: String,
    pub what: String,
    pub is_billable: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}
impl From<TimeEntry> for Body {
    fn from(row: TimeEntry) -> Body {
        Body {
            id: row.id,
            ticket: row.ticket_id.number(),
            user: row.user_id,
            minutes: row.minutes,
            day: row.day,
            what: row.what,
            is_billable: row.is_billable,
            created_at: row.created_at_ms,
            updated_at: row.updated_at_ms,
        }
    }
}
fn body(tx: &mut Tx<NoteTickets>, id: Id<TimeEntry>) -> Result<Body, TicketError> {
    Ok(store::see(tx, id)?.ok_or_else(Problem::not_found)?.into())
}

/// List what was spent on a ticket and on those that were merged into it: the newest day first, 500 at most.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/time", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let rows = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok(store::of_ticket(tx, number)?)
        })
        .await?;
    Ok(Json(Listing::of(rows, store::SHOWN, |row| row.id.to_string(), Body::from)))
}

/// Say what one spent on a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/time", tag = "tickets", params(("number" = i64, Path)),
    request_body = Draft, responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<NoteTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                let id = actions::spend(tx, &ticket, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Correct what one spent; what others spent with the permission `time.manage`.
#[utoipa::path(patch, path = "/api/v1/time/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<TimeEntry>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::correct(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Remove what one spent; what others spent with the permission `time.manage`.
#[utoipa::path(delete, path = "/api/v1/time/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn delete(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<TimeEntry>>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            let gone = body(tx, id)?;
            actions::remove(tx, id)?;
            Ok(gone)
        })
        .await?;
    Ok(Json(body))
}
