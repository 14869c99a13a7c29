//! `/api/v1/sla-policies` and the deadlines of a ticket.
use super::{
    Changes, Draft, ManageSla, Policy, SlaError, actions,
    clock::{Promise, State},
    deadlines::{self, Explained},
    policy::{CalendarOf, Targets},
    store,
    what_if::{self, WhatIf},
};
use crate::{
    calendars,
    tickets::{self, Category, Ticket, TicketError, ViewTickets},
};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// What is promised to whom.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = SlaPolicy)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Policy>,
    pub name: String,
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<calendars::Calendar>>,
    pub filter: String,
    pub targets: Targets,
    pub pause_in: Vec<Category>,
    pub warn: String,
    pub position: i64,
    pub is_active: bool,
    pub calendar_of: CalendarOf,
    pub is_for_contracts: bool,
}
impl From<Policy> for Body {
    fn from(policy: Policy) -> Body {
        Body {
            id: policy.id,
            calendar: policy.calendar_id,
            pause_in: policy.pause_in(),
            filter: policy.filter,
            targets: Targets {
                first_response: policy.first_response,
                next_response: policy.next_response,
                update: policy.update_every,
                resolution: policy.resolution,
            },
            warn: policy.warn,
            position: policy.position,
            is_active: policy.is_active,
            calendar_of: policy.calendar_of,
            is_for_contracts: policy.is_for_contracts,
            name: policy.name,
        }
    }
}
fn body(tx: &mut Tx<ManageSla>, id: Id<Policy>) -> Result<Body, SlaError> {
    Ok(store::policy(tx, id)?.ok_or(SlaError::Unknown)?.into())
}

/// List policies in the order in which they are tried.
#[utoipa::path(get, path = "/api/v1/sla-policies", tag = "sla", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ManageSla>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let policies = grant.read::<_, db::Error>(|tx| store::policies(tx)).await?;
    Ok(Json(paged.of_whole(policies, |policy| policy.id.to_string(), Body::from)?))
}

/// Add a policy. Open tickets that it is for go on with it.
#[utoipa::path(post, path = "/api/v1/sla-policies", tag = "sla", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManageSla>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let made = grant
        .change::<_, Problem>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, new)?;
                Ok::<_, Problem>(body(tx, id)?)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Get a policy.
#[utoipa::path(get, path = "/api/v1/sla-policies/{id}", tag = "sla", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ManageSla>, InPath(id): InPath<Id<Policy>>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a policy. What has run of a promise stays.
#[utoipa::path(patch, path = "/api/v1/sla-policies/{id}", tag = "sla", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Policy>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, SlaError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Play the last 90 days with a policy, without saving it.
#[utoipa::path(post, path = "/api/v1/sla-policies/what-if", tag = "sla", request_body = Draft,
    responses((status = 200, body = WhatIf)))]
pub async fn what_if(grant: Grant<ManageSla>, Json(draft): Json<Draft>) -> Result<Json<WhatIf>, Failure> {
    let new = draft.parse()?;
    Ok(Json(grant.read(move |tx| what_if::look(tx, None, &new)).await?))
}

/// A part of a promise's time, and why it counts or not.
#[derive(serde::Serialize, ToSchema)]
pub struct PartBody {
    #[schema(value_type = String)]
    pub from: Millis,
    #[schema(value_type = String)]
    pub to: Millis,
    pub counted: bool,
    /// `open`, `closed`, `holiday`, `exception`, `paused`, `solved` or `not_promised`.
    pub reason: &'static str,
    /// The name of the holiday, or the status.
    pub about: Option<&'static str>,
}
/// A promise to the customer.
#[derive(serde::Serialize, ToSchema)]
pub struct DeadlineBody {
    pub promise: Promise,
    pub state: State,
    /// `null` while it is paused, and once it was kept.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Millis>,
    /// Working time that is promised, in seconds.
    pub target_seconds: Option<i64>,
    /// Working time that is left, in seconds.
    pub left_seconds: Option<i64>,
    pub explain: Vec<PartBody>,
}
impl From<Explained> for DeadlineBody {
    fn from(explained: Explained) -> DeadlineBody {
        let part = |part: super::clock::Interval| {
            let (reason, about) = deadlines::reason(part.reason);
            PartBody { from: part.from, to: part.to, counted: part.is_counted(), reason, about }
        };
        DeadlineBody {
            promise: explained.promise,
            state: explained.state,
            due_at: explained.due_at,
            ended_at: explained.ended_at,
            target_seconds: explained.target_ms.map(|ms| ms / 1000),
            left_seconds: explained.left_ms.map(|ms| ms / 1000),
            explain: explained.parts.into_iter().map(part).collect(),
        }
    }
}

/// The promises of a ticket, each with the reason of every part of its time.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/deadlines", tag = "sla", params(("number" = i64, Path)),
    responses((status = 200, body = Vec<DeadlineBody>)))]
pub async fn deadlines(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Vec<DeadlineBody>>, Failure> {
    let explained = grant
        .read(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(deadlines::explain(tx, number)?)
        })
        .await?;
    Ok(Json(explained.into_iter().map(DeadlineBody::from).collect()))
}

/// Whose hours a team counts by.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TeamHours)]
pub struct TeamHours {
    /// `null`: by no hours of its own.
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<calendars::Calendar>>,
}

/// Get the calendar of a team, by which policies count that ask for the team's hours.
#[utoipa::path(get, path = "/api/v1/teams/{id}/calendar", tag = "sla", params(("id" = String, Path)),
    responses((status = 200, body = TeamHours)))]
pub async fn team_calendar(
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Team>>,
) -> Result<Json<TeamHours>, Failure> {
    let hours = grant.read::<_, SlaError>(move |tx| {
        people::teams::store::by_id(tx, id)?.ok_or(SlaError::Unknown)?;
        let found = store::team_calendars(tx)?.into_iter().find(|(team, _)| *team == id);
        Ok(TeamHours { calendar: found.map(|(_, calendar)| calendar) })
    });
    Ok(Json(hours.await?))
}

/// Choose the calendar of a team. Open tickets of the team go on by it where their policy asks for the team's hours.
#[utoipa::path(put, path = "/api/v1/teams/{id}/calendar", tag = "sla", params(("id" = String, Path)),
    request_body = TeamHours, responses((status = 200, body = TeamHours)))]
pub async fn set_team_calendar(
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Team>>,
    Json(hours): Json<TeamHours>,
) -> Result<Json<TeamHours>, Failure> {
    let calendar = hours.calendar;
    grant.change(move |tx| actions::set_team_calendar(tx, id, calendar)).await?;
    Ok(Json(hours))
}
