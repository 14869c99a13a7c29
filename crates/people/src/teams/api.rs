//! `/api/v1/teams`.
use super::{Changes, Draft, TeamError, TeamRow, actions, store};
use crate::permissions::{ManagePeople, ViewPeople};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::{Grant, Team, Tx, User},
    db, idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Routes, Tagged},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// A group of users to whom work is given together.
#[derive(Serialize, ToSchema)]
#[schema(as = Team)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Team>,
    pub name: String,
    pub is_archived: bool,
    /// Active users in it, by name.
    #[schema(value_type = Vec<String>)]
    pub members: Vec<Id<User>>,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
fn bodies<P>(tx: &mut Tx<P>, rows: Vec<TeamRow>) -> db::Result<Vec<Body>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let members = store::members(tx, &ids)?;
    let body = |row: TeamRow| Body {
        id: row.id,
        name: row.name,
        is_archived: row.is_archived,
        members: members.iter().filter(|(team, ..)| *team == row.id).map(|(_, user, _)| *user).collect(),
        created_at: row.created_at_ms,
    };
    Ok(rows.into_iter().map(body).collect())
}
fn body<P>(tx: &mut Tx<P>, id: Id<Team>) -> Result<Body, TeamError> {
    let row = store::by_id(tx, id)?.ok_or(TeamError::Unknown)?;
    bodies(tx, vec![row])?.pop().ok_or(TeamError::Unknown)
}

/// List teams by id.
#[utoipa::path(get, path = "/api/v1/teams", tag = "teams", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewPeople>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant
        .read::<_, db::Error>(move |tx| {
            let rows = store::page(tx, after, limit + 1)?;
            bodies(tx, rows)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |body| body.id.to_string(), |body| body)))
}

/// Add a team.
#[utoipa::path(post, path = "/api/v1/teams", tag = "teams", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManagePeople>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Tagged<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let body = grant
        .change::<_, Failure>(move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, new)?;
                Ok::<_, Failure>(body(tx, id)?)
            })
        })
        .await?;
    Ok(Tagged(StatusCode::CREATED, body))
}

/// Get a team.
#[utoipa::path(get, path = "/api/v1/teams/{id}", tag = "teams", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ViewPeople>, InPath(id): InPath<Id<Team>>) -> Result<Tagged<Body>, Failure> {
    Ok(Tagged(StatusCode::OK, grant.read(move |tx| body(tx, id)).await?))
}

/// Change a team. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/teams/{id}", tag = "teams", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManagePeople>,
    InPath(id): InPath<Id<Team>>,
    if_match: IfMatch,
    Json(changes): Json<Changes>,
) -> Result<Tagged<Body>, Failure> {
    let edit = changes.parse()?;
    let body = grant
        .change::<_, Failure>(move |tx| {
            if_match.check(&body(tx, id)?)?;
            actions::edit(tx, id, edit)?;
            Ok(body(tx, id)?)
        })
        .await?;
    Ok(Tagged(StatusCode::OK, body))
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewPeople>(routes!(list))
        .api::<ManagePeople>(routes!(post))
        .api::<ViewPeople>(routes!(get))
        .api::<ManagePeople>(routes!(patch))
}
