//! `/api/v1/calendars`.
use super::{
    Calendar, CalendarError, Changes, Draft, actions,
    policy::{ExceptionDay, Weekly},
    store,
};
use crate::sla::ManageSla;
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    db,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// When somebody is there.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Calendar)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Calendar>,
    pub name: String,
    pub zone: String,
    pub weekly: Weekly,
    pub holidays: Option<String>,
    pub exceptions: Vec<ExceptionDay>,
    pub is_default: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}
impl From<Calendar> for Body {
    fn from(calendar: Calendar) -> Body {
        let plan = calendar.plan();
        Body {
            id: calendar.id,
            name: calendar.name,
            zone: plan.zone,
            weekly: plan.weekly,
            holidays: plan.holidays,
            exceptions: plan.exceptions,
            is_default: calendar.is_default,
            created_at: calendar.created_at_ms,
            updated_at: calendar.updated_at_ms,
        }
    }
}
fn body(tx: &mut Tx<ManageSla>, id: Id<Calendar>) -> Result<Body, CalendarError> {
    Ok(store::by_id(tx, id)?.ok_or(CalendarError::Unknown)?.into())
}

/// List calendars by id.
#[utoipa::path(get, path = "/api/v1/calendars", tag = "sla", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ManageSla>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant.read::<_, db::Error>(move |tx| store::page(tx, after, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Add a calendar.
#[utoipa::path(post, path = "/api/v1/calendars", tag = "sla", request_body = Draft,
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

/// Get a calendar.
#[utoipa::path(get, path = "/api/v1/calendars/{id}", tag = "sla", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ManageSla>, InPath(id): InPath<Id<Calendar>>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a calendar. Running promises go on with the new hours.
#[utoipa::path(patch, path = "/api/v1/calendars/{id}", tag = "sla", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Calendar>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, CalendarError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}
