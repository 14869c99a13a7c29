//! `/api/v1/users`.
use super::{Changes, Draft, UserError, UserRow, actions, store};
use crate::{
    permissions::{ManagePeople, ViewPeople},
    roles::Role,
    web::of,
};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::{Grant, Implies, Inbox, Organisation, Team, Tx, User},
    db,
    i18n::Language,
    idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Routes, Tagged},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Somebody who works here.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<User>,
    pub name: String,
    pub email: String,
    #[schema(value_type = String)]
    pub role: Id<Role>,
    #[schema(value_type = String)]
    pub language: Language,
    pub zone: String,
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<Id<Team>>,
    #[schema(value_type = Vec<String>)]
    pub inboxes: Vec<Id<Inbox>>,
    #[schema(value_type = Vec<String>)]
    pub organisations: Vec<Id<Organisation>>,
    pub is_active: bool,
    /// `false` while an invitation is open.
    pub has_password: bool,
    pub has_second_factor: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
fn bodies<P: Implies<ViewPeople>>(tx: &mut Tx<P>, rows: Vec<UserRow>) -> db::Result<Vec<Body>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let (teams, targets) = (store::memberships(tx, &ids)?, store::targets(tx, &ids)?);
    let those = |user: Id<User>, kind: &str| -> Vec<i64> {
        targets.iter().filter(|(of, what, _)| *of == user && what == kind).map(|(.., id)| *id).collect()
    };
    let body = |row: UserRow| Body {
        teams: of(&teams, row.id),
        inboxes: those(row.id, "inbox").into_iter().map(Id::new).collect(),
        organisations: those(row.id, "organisation").into_iter().map(Id::new).collect(),
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role_id,
        language: row.language,
        zone: row.zone,
        is_active: row.is_active,
        has_password: row.has_password,
        has_second_factor: row.has_second_factor,
        created_at: row.created_at_ms,
    };
    Ok(rows.into_iter().map(body).collect())
}
pub(super) fn body<P: Implies<ViewPeople>>(tx: &mut Tx<P>, id: Id<User>) -> Result<Body, UserError> {
    let row = store::by_id(tx, id)?.ok_or(UserError::Unknown)?;
    bodies(tx, vec![row])?.pop().ok_or(UserError::Unknown)
}

/// List users by id, active or not.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Paged),
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

/// Add a user. Without a password they get an invitation by mail.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManagePeople>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Tagged<serde_json::Value>, Failure> {
    let new = actions::with_hash(draft.parse()?).await?;
    let site = grant.home().site.clone();
    let body = grant
        .change::<_, Failure>(move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let id = actions::add(tx, &site, new)?;
                Ok::<_, Failure>(body(tx, id)?)
            })
        })
        .await?;
    Ok(Tagged(StatusCode::CREATED, body))
}

/// Get a user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ViewPeople>, InPath(id): InPath<Id<User>>) -> Result<Tagged<Body>, Failure> {
    Ok(Tagged(StatusCode::OK, grant.read(move |tx| body(tx, id)).await?))
}

/// Change a user. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManagePeople>,
    InPath(id): InPath<Id<User>>,
    if_match: IfMatch,
    Json(changes): Json<Changes>,
) -> Result<Tagged<Body>, Failure> {
    let changes = changes.parse()?;
    let body = grant
        .change::<_, Failure>(move |tx| {
            if_match.check(&body(tx, id)?)?;
            actions::edit(tx, id, changes)?;
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
