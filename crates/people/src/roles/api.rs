//! `/api/v1/roles`.
use super::{Allowance, Builtin, Changes, Draft, Role, RoleError, RoleRow, actions, everything, store};
use crate::{
    permissions::{ManagePeople, ViewPeople},
    sign_in,
};
use axum::{extract::Query, http::StatusCode};
use kernel::id::Id;
use platform::{
    authority::{Grant, Implies, Scope, Tx},
    db, idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Routes, Tagged},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// A set of permissions.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Role>,
    /// `admin`, `lead`, `agent` or `light_agent` for the roles that every desk has.
    #[schema(value_type = Option<String>)]
    pub code: Option<Builtin>,
    pub name: String,
    pub permissions: Vec<Allowance>,
    /// How many active users have it.
    pub users: i64,
}
fn describe(row: RoleRow, stored: Vec<(String, Scope)>) -> Body {
    let permissions = if row.code == Some(Builtin::Admin) { everything() } else { stored };
    Body {
        id: row.id,
        code: row.code,
        name: row.name,
        permissions: permissions
            .into_iter()
            .map(|(permission, scope)| Allowance { permission, scope })
            .collect(),
        users: row.users,
    }
}
/// All roles with their permissions.
pub(super) fn bodies<P: Implies<ViewPeople>>(tx: &mut Tx<P>) -> db::Result<Vec<Body>> {
    let (rows, stored) = (store::list(tx)?, store::all_permissions(tx)?);
    let of = |role: Id<Role>| {
        let own = stored.iter().filter(move |(of, ..)| *of == role);
        own.map(|(_, key, scope)| (key.clone(), *scope)).collect()
    };
    Ok(rows.into_iter().map(|row| (of(row.id), row)).map(|(stored, row)| describe(row, stored)).collect())
}
pub(super) fn body<P: Implies<ViewPeople>>(tx: &mut Tx<P>, id: Id<Role>) -> Result<Body, RoleError> {
    let row = store::by_id(tx, id)?.ok_or(RoleError::Unknown)?;
    let stored = store::permissions(tx, id)?;
    Ok(describe(row, stored))
}

/// List all roles.
#[utoipa::path(get, path = "/api/v1/roles", tag = "roles", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewPeople>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let items = grant.read::<_, db::Error>(move |tx| bodies(tx)).await?;
    Ok(Json(paged.of_whole(items, |role| role.id.to_string(), |role| role)?))
}

/// Add a role. It may do no more than you may.
#[utoipa::path(post, path = "/api/v1/roles", tag = "roles", request_body = Draft,
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

/// Get a role.
#[utoipa::path(get, path = "/api/v1/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ViewPeople>, InPath(id): InPath<Id<Role>>) -> Result<Tagged<Body>, Failure> {
    Ok(Tagged(StatusCode::OK, grant.read(move |tx| body(tx, id)).await?))
}

/// Change a role. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/roles/{id}", tag = "roles", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManagePeople>,
    InPath(id): InPath<Id<Role>>,
    if_match: IfMatch,
    Json(changes): Json<Changes>,
) -> Result<Tagged<Body>, Failure> {
    let body = grant
        .change::<_, Failure>(move |tx| {
            let before = body(tx, id)?;
            if_match.check(&before)?;
            let draft = Draft {
                name: changes.name.unwrap_or(before.name),
                permissions: changes.permissions.unwrap_or(before.permissions),
            };
            actions::edit(tx, id, draft.parse()?)?;
            Ok(body(tx, id)?)
        })
        .await?;
    sign_in::forget_roles();
    Ok(Tagged(StatusCode::OK, body))
}

/// Remove a role that nobody has.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(grant: Grant<ManagePeople>, InPath(id): InPath<Id<Role>>) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    sign_in::forget_roles();
    Ok(StatusCode::NO_CONTENT)
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewPeople>(routes!(list))
        .api::<ManagePeople>(routes!(post))
        .api::<ViewPeople>(routes!(get))
        .api::<ManagePeople>(routes!(patch))
        .api::<ManagePeople>(routes!(delete))
}
