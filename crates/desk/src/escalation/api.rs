//! `/api/v1/tickets/{number}/stays` and the steps of an escalation.
use super::{
    How, Keeper, Promise, Stay, actions,
    lines::Line,
    stay::{BackDraft, Cause, Draft},
    store,
    suppliers::Supplier,
};
use crate::{
    conversation::actions::Signer,
    sla::clock::State,
    tickets::{self, EditTickets, Ticket, TicketError, ViewTickets},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing},
};
use utoipa::ToSchema;

/// What is promised for a stay.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = StayDeadline)]
pub struct DeadlineBody {
    pub promise: Promise,
    pub state: State,
    /// `null` once it was kept.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
    /// Working time by the holder's calendar that is promised, in seconds.
    pub target_seconds: i64,
}
/// A time for which somebody had a ticket because it was handed to them.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Stay)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Stay>,
    pub with: Keeper,
    #[schema(value_type = Option<String>)]
    pub line: Option<Id<Line>>,
    #[schema(value_type = Option<String>)]
    pub supplier: Option<Id<Supplier>>,
    /// What the holder was called then.
    pub name: String,
    /// Who had it before.
    pub from: String,
    /// Who handed it over; empty where the desk did by itself.
    pub by: String,
    pub cause: Cause,
    pub tried: String,
    pub expected: String,
    #[schema(value_type = String)]
    pub started_at: Millis,
    #[schema(value_type = Option<String>)]
    pub accepted_at: Option<Millis>,
    pub accepted_by: Option<String>,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Millis>,
    pub ended: Option<How>,
    /// What came of it, where it was handed back.
    pub note: Option<String>,
    /// The time until its end, or until now, in seconds.
    pub seconds: i64,
    /// How much of that was working time by the holder's calendar.
    pub working_seconds: i64,
    pub deadlines: Vec<DeadlineBody>,
}
fn body(stay: Stay, now: Millis) -> Body {
    let deadline = |deadline: super::stay::Deadline| DeadlineBody {
        promise: deadline.promise,
        state: deadline.state,
        due_at: deadline.due_at,
        target_seconds: deadline.target_ms / 1000,
    };
    Body {
        id: stay.id,
        with: stay.kind,
        line: stay.line_id,
        supplier: stay.supplier_id,
        seconds: (stay.ended_at_ms.unwrap_or(now).0 - stay.started_at_ms.0).max(0) / 1000,
        working_seconds: stay.worked_ms(now) / 1000,
        deadlines: stay.deadlines(now).into_iter().map(deadline).collect(),
        name: stay.name,
        from: stay.from_name,
        by: stay.by_name,
        cause: stay.cause,
        tried: stay.tried,
        expected: stay.expected,
        started_at: stay.started_at_ms,
        accepted_at: stay.accepted_at_ms,
        accepted_by: stay.accepted_by,
        ended_at: stay.ended_at_ms,
        ended: stay.ended_how,
        note: stay.back_note,
    }
}
fn all<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Listing<Body>, TicketError> {
    let now = tx.now();
    let stays = store::of_ticket(tx, ticket)?;
    Ok(Listing { items: stays.into_iter().map(|stay| body(stay, now)).collect(), next: None })
}

/// Who had a ticket that was handed on, and how long; the first stay first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/stays", tag = "escalation", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn stays(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let stays = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(stays))
}

/// Hand a ticket on to the next line, a supervisor or a supplier. The customer sees nothing of it.
///
/// It must say what was tried and what is expected. To a supplier it goes as a mail from the ticket's inbox; the answer
/// comes as a note.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/escalate", tag = "escalation", params(("number" = i64, Path)),
    request_body = Draft, responses((status = 201, body = Body)))]
pub async fn escalate(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let hand_over = draft.parse()?;
    let signer = Signer::of(grant.home());
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                let id = actions::escalate(tx, &ticket, &hand_over, &signer)?;
                let stay = store::by_id(tx, id)?.ok_or_else(Problem::internal)?;
                Ok::<_, TicketError>(body(stay, tx.now()))
            })
        })
        .await?;
    Ok(Created(made))
}

/// Accept what was handed over. In a line, the ticket is yours then.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/accept", tag = "escalation", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn accept(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let stays = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::accept(tx, &ticket)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(stays))
}

/// Give a ticket back to whoever handed it on, with a note of what came of it.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/hand-back", tag = "escalation", params(("number" = i64, Path)),
    request_body = BackDraft, responses((status = 200, body = Listing<Body>)))]
pub async fn hand_back(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Json(draft): Json<BackDraft>,
) -> Result<Json<Listing<Body>>, Failure> {
    let words = draft.parse()?;
    let stays = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::hand_back(tx, &ticket, &words)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(stays))
}
