//! `/api/v1/call-backs`.
use super::{Attempt, CallBack, Draft, State, actions, store};
use crate::tickets::{self, NoteTickets, Ticket, TicketError, ViewTickets};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A promised call.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CallBack)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<CallBack>,
    #[schema(value_type = i64)]
    pub ticket: i64,
    pub subject: String,
    pub name: String,
    pub phone: String,
    pub note: String,
    #[schema(value_type = String)]
    pub due_at: Millis,
    pub state: State,
    /// How often nobody was reached.
    pub attempts: i64,
    pub promised_by: String,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Millis>,
}
impl From<CallBack> for Body {
    fn from(row: CallBack) -> Body {
        Body {
            id: row.id,
            ticket: row.ticket_id.number(),
            subject: row.subject,
            name: row.name,
            phone: row.phone,
            note: row.note,
            due_at: row.due_at_ms,
            state: row.state,
            attempts: row.attempts,
            promised_by: row.promised_by_name,
            created_at: row.created_at_ms,
            ended_at: row.ended_at_ms,
        }
    }
}
fn body(tx: &mut Tx<NoteTickets>, id: Id<CallBack>) -> Result<Body, TicketError> {
    Ok(store::see(tx, id)?.ok_or_else(Problem::not_found)?.into())
}

/// List the open call-backs about tickets that the caller sees, the most urgent first.
#[utoipa::path(get, path = "/api/v1/call-backs", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after::<CallBack>()?);
    let rows = grant
        .read::<_, TicketError>(move |tx| {
            let place = match after {
                Some(id) => {
                    store::place(tx, id)?.ok_or_else(|| Problem::field("cursor", "unknown_cursor"))?
                }
                None => (Millis(i64::MIN), Id::new(0)),
            };
            Ok(store::open(tx, place, limit + 1)?)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Promise somebody of a ticket a call.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/call-backs", tag = "tickets", params(("number" = i64, Path)),
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
                let id = actions::promise(tx, &ticket, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Tell what came of a call.
#[utoipa::path(post, path = "/api/v1/call-backs/{id}/attempts", tag = "tickets", params(("id" = String, Path)),
    request_body = Attempt, responses((status = 200, body = Body)))]
pub async fn attempt(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<CallBack>>,
    Keyed(key, attempt): Keyed<Attempt>,
) -> Result<Json<serde_json::Value>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                actions::tried(tx, id, attempt)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Json(body))
}

/// Drop a promised call that nobody wants any more.
#[utoipa::path(delete, path = "/api/v1/call-backs/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn delete(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<CallBack>>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::drop(tx, id)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}
