//! `/api/v1/absence`: one's own.
use super::{Draft, actions, policy, store};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Myself, Tx, User},
    web::{Failure, Json, Routes},
};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// When the caller is away. All is `null` where nothing was said.
#[derive(Default, serde::Serialize, ToSchema)]
#[schema(as = Absence)]
pub struct Body {
    /// The first day.
    pub from: Option<String>,
    /// The last day; it is included.
    pub to: Option<String>,
    #[schema(value_type = Option<String>)]
    pub deputy: Option<Id<User>>,
    pub deputy_name: Option<String>,
    /// Whether that is now.
    pub is_away: bool,
}

fn body(tx: &mut Tx<Myself>) -> Result<Body, Problem> {
    let me = tx.actor().user().ok_or(Problem::new(403, "permission_required"))?;
    let (zone, now) = (actions::zone_of(tx.actor()), tx.now());
    let Some(found) = store::of(tx, me)? else { return Ok(Body::default()) };
    Ok(Body {
        from: Some(policy::day(found.from_ms, &zone)),
        to: Some(policy::day(found.last_day(), &zone)),
        deputy: found.deputy_id,
        is_away: found.is_now(now),
        deputy_name: found.deputy_name,
    })
}

/// When the caller is away, and who stands in.
#[utoipa::path(get, path = "/api/v1/absence", tag = "users", responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<Myself>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read::<_, Problem>(body).await?))
}

/// Say when you are away, in place of what you said before.
#[utoipa::path(put, path = "/api/v1/absence", tag = "users", request_body = Draft,
    responses((status = 200, body = Body)))]
pub async fn put(grant: Grant<Myself>, Json(draft): Json<Draft>) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, Problem>(move |tx| {
            actions::say(tx, &draft)?;
            body(tx)
        })
        .await?;
    Ok(Json(body))
}

/// You are there after all.
#[utoipa::path(delete, path = "/api/v1/absence", tag = "users", responses((status = 200, body = Body)))]
pub async fn delete(grant: Grant<Myself>) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, Problem>(|tx| {
            actions::come_back(tx)?;
            body(tx)
        })
        .await?;
    Ok(Json(body))
}

pub fn routes() -> Routes {
    Routes::new().api::<Myself>(routes!(get)).api::<Myself>(routes!(put)).api::<Myself>(routes!(delete))
}
