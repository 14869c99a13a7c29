//! `/api/v1/jobs`: those that failed for good.
use super::{discard, retry};
use crate::permissions::ManageDesk;
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    jobs::{self, Dead},
    web::{Failure, InPath, Json, Listing, Paged, Routes},
};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// A job that failed for good.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = DeadJob)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Dead>,
    pub kind: String,
    pub reason: Option<String>,
    pub attempts: i64,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
impl From<Dead> for Body {
    fn from(job: Dead) -> Body {
        Body {
            id: job.id,
            kind: job.kind,
            reason: job.last_error,
            attempts: job.attempts,
            created_at: job.created_at_ms,
        }
    }
}

/// List jobs that failed for good, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ManageDesk>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let dead = grant.read::<_, db::Error>(move |tx| jobs::dead(tx, before, limit + 1)).await?;
    Ok(Json(Listing::of(dead, limit, |job| job.id.to_string(), Body::from)))
}

/// Run a job again that failed for good.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs", params(("id" = String, Path)),
    responses((status = 202)))]
pub async fn post_retry(
    grant: Grant<ManageDesk>,
    InPath(id): InPath<Id<Dead>>,
) -> Result<StatusCode, Failure> {
    grant.change::<_, Problem>(move |tx| retry(tx, id)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Let a job go that failed for good.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(grant: Grant<ManageDesk>, InPath(id): InPath<Id<Dead>>) -> Result<StatusCode, Failure> {
    grant.change::<_, Problem>(move |tx| discard(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ManageDesk>(routes!(list))
        .api::<ManageDesk>(routes!(post_retry))
        .api::<ManageDesk>(routes!(delete))
}
