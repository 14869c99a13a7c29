//! `/api/v1/lines`.
use super::{Line, LineChanges, LineDraft, actions, store};
use crate::{
    calendars::Calendar,
    escalation::ManageEscalation,
    tickets::{TicketError, ViewTickets},
};
use axum::{extract::Query, http::StatusCode};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team},
    db::Conn,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A line of support.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = SupportLine)]
pub struct LineBody {
    #[schema(value_type = String)]
    pub id: Id<Line>,
    pub name: String,
    /// 1 is the first line.
    pub position: i64,
    /// Its teams in use, in their order.
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<Id<Team>>,
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    pub accept_within: Option<String>,
    pub solve_within: Option<String>,
    pub warn: String,
}

fn line_body(line: Line, teams: Vec<Id<Team>>) -> LineBody {
    LineBody {
        id: line.id,
        name: line.name,
        position: line.position,
        teams,
        calendar: line.calendar_id,
        accept_within: line.accept_within,
        solve_within: line.solve_within,
        warn: line.warn,
    }
}

fn one_line(conn: &mut Conn, id: Id<Line>) -> Result<LineBody, TicketError> {
    let line = store::line(conn, id)?.ok_or_else(Problem::not_found)?;
    Ok(line_body(line, actions::teams_of(conn, id)?))
}

/// List the lines of support, the first one first.
#[utoipa::path(get, path = "/api/v1/lines", tag = "escalation", params(Paged),
    responses((status = 200, body = Listing<LineBody>)))]
pub async fn lines(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<LineBody>>, Failure> {
    let (lines, teams) =
        grant.read::<_, TicketError>(|tx| Ok((store::lines(tx)?, store::teams(tx)?))).await?;
    let body = |line: Line| {
        let own = teams.iter().filter(|(of, ..)| *of == line.id).map(|(_, team, _)| *team).collect();
        line_body(line, own)
    };
    Ok(Json(paged.of_whole(lines, |line| line.id.to_string(), body)?))
}

/// Add a line of support.
#[utoipa::path(post, path = "/api/v1/lines", tag = "escalation", request_body = LineDraft,
    responses((status = 201, body = LineBody)))]
pub async fn post_line(
    grant: Grant<ManageEscalation>,
    Keyed(key, draft): Keyed<LineDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create_line(tx, new)?;
                one_line(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Change a line of support. What it has already goes on with what was promised when it came.
#[utoipa::path(patch, path = "/api/v1/lines/{id}", tag = "escalation", params(("id" = String, Path)),
    request_body = LineChanges, responses((status = 200, body = LineBody)))]
pub async fn patch_line(
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Line>>,
    Json(changes): Json<LineChanges>,
) -> Result<Json<LineBody>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::edit_line(tx, id, changes)?;
            one_line(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Remove a line of support that has nothing.
#[utoipa::path(delete, path = "/api/v1/lines/{id}", tag = "escalation", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete_line(
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Line>>,
) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::remove_line(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
