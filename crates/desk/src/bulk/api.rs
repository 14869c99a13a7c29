//! `/api/v1/bulk`.
use super::{
    Bulk, Changes, Outcome, Selection, State,
    actions::{self, count},
    plan, store,
};
use crate::tickets::{EditTickets, Ticket, TicketError, ViewTickets};
use axum::http::StatusCode;
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::{Grant, Tx},
    idempotency,
    web::{Failure, InPath, Json, Keyed, Tagged},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Tickets that are named in one answer.
const NAMED: usize = 1_000;

/// Which tickets shall become what. Untrusted.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBulk)]
pub struct Draft {
    /// Numbers of tickets; or all that a filter or a view holds.
    #[serde(default)]
    pub tickets: Vec<i64>,
    pub filter: Option<String>,
    pub view: Option<String>,
    pub changes: Changes,
    /// Where some cannot be changed: change the others. Without it nothing happens then.
    #[serde(default)]
    pub others: bool,
    /// Say what would happen, and change nothing.
    #[serde(default)]
    pub preview: bool,
    /// The `mark` of a preview: nothing happens, 409 `bulk_stale`, where the preview would say something else by now.
    pub seen: Option<String>,
}
impl Draft {
    fn selection(&self) -> Selection {
        Selection {
            tickets: self.tickets.iter().copied().map(Id::new).collect(),
            filter: self.filter.clone(),
            view: self.view.clone(),
        }
    }
}

/// A ticket and why it was not changed, or not changed back.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkTicket)]
pub struct Named {
    pub ticket: i64,
    pub reason: String,
}
/// Many tickets changed in one step.
#[derive(Serialize, ToSchema)]
#[schema(as = Bulk)]
pub struct Body {
    /// `null` for a preview.
    #[schema(value_type = Option<String>)]
    pub id: Option<Id<Bulk>>,
    #[schema(value_type = Option<State>)]
    pub state: Option<State>,
    /// Of a preview: send it as `seen`, and what happens is what was seen or nothing.
    pub mark: Option<String>,
    /// Tickets that wait for their turn; of a preview those that would change.
    pub waiting: i64,
    pub changed: i64,
    /// Tickets that are so already.
    pub same: i64,
    pub undone: i64,
    /// Tickets that cannot be changed, the first 1,000.
    pub refused: Vec<Named>,
    /// Tickets that were changed again since and were not taken back, the first 1,000.
    pub kept: Vec<Named>,
    #[schema(value_type = Option<String>)]
    pub created_at: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Millis>,
}

fn named(lines: Vec<store::Line>) -> Vec<Named> {
    let named = |line: store::Line| Named {
        ticket: line.ticket_id.number(),
        reason: line.reason.unwrap_or_default(),
    };
    lines.into_iter().map(named).collect()
}
fn body(tx: &mut Tx<EditTickets>, id: Id<Bulk>) -> Result<Body, TicketError> {
    let bulk = actions::own(tx, id)?;
    let counts = store::counts(tx, id)?;
    Ok(Body {
        id: Some(id),
        state: Some(bulk.state),
        mark: None,
        waiting: count(&counts, Outcome::Waiting),
        changed: count(&counts, Outcome::Changed),
        same: count(&counts, Outcome::Same),
        undone: count(&counts, Outcome::Undone),
        refused: named(store::lines(tx, id, Outcome::Refused, NAMED)?),
        kept: named(store::lines(tx, id, Outcome::Kept, NAMED)?),
        created_at: Some(bulk.created_at_ms),
        finished_at: bulk.finished_at_ms,
    })
}
fn foreseen(plan: &plan::Plan) -> Body {
    let refused = plan.refused().take(NAMED);
    Body {
        id: None,
        state: None,
        mark: Some(plan.mark.clone()),
        waiting: plan.changing().count() as i64,
        changed: 0,
        same: plan.same() as i64,
        undone: 0,
        refused: refused
            .map(|(planned, code)| Named { ticket: planned.id.number(), reason: code.into() })
            .collect(),
        kept: Vec::new(),
        created_at: None,
        finished_at: None,
    }
}

/// Change many tickets in one step.
///
/// Up to 100 are changed when the answer comes; more are changed one after the other, and `GET /api/v1/bulk/{id}` says how
/// far it is. 10,000 at most. Where some cannot be changed, 409 `bulk_some_cannot` names each, unless `others` is asked for.
#[utoipa::path(post, path = "/api/v1/bulk", tag = "tickets", request_body = Draft,
    responses((status = 200, body = Body), (status = 201, body = Body)))]
pub async fn post(
    viewing: Grant<ViewTickets>,
    grant: Grant<EditTickets>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Tagged<serde_json::Value>, Failure> {
    let (selection, changes) = (draft.selection(), draft.changes.clone().parse()?);
    let ids: Vec<Id<Ticket>> = viewing.read(move |tx| plan::selected(tx, &selection)).await?;
    if draft.preview {
        let body = grant
            .read::<_, TicketError>(move |tx| {
                let checked = plan::check(tx, changes)?;
                Ok(foreseen(&plan::plan(tx, &ids, &checked)?))
            })
            .await?;
        let body = serde_json::to_value(body).map_err(|_| kernel::fault::Problem::internal())?;
        return Ok(Tagged(StatusCode::OK, body));
    }
    let body = grant
        .change::<_, TicketError>(move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let id = actions::start(tx, &ids, changes, draft.others, draft.seen.as_deref())?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Tagged(StatusCode::CREATED, body))
}

/// Get what became of a step that one made.
#[utoipa::path(get, path = "/api/v1/bulk/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<EditTickets>, InPath(id): InPath<Id<Bulk>>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Undo a step that one made.
///
/// At any time. Tickets of which something was changed again since stay, and are named.
#[utoipa::path(post, path = "/api/v1/bulk/{id}/undo", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn undo(grant: Grant<EditTickets>, InPath(id): InPath<Id<Bulk>>) -> Result<Json<Body>, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        actions::undo(tx, id)?;
        body(tx, id)
    };
    Ok(Json(grant.change(work).await?))
}
