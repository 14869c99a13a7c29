//! `/api/v1/organisations`.
use super::{Changes, Draft, OrganisationError, OrganisationRow, actions, store};
use crate::{
    permissions::{ManageContacts, ViewContacts},
    web::of,
};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::{Grant, Implies, Organisation, Tx},
    db, idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Routes, Tagged},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Where contacts work.
#[derive(Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Organisation>,
    pub name: String,
    pub domains: Vec<String>,
    pub notes: String,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
fn bodies<P: Implies<ViewContacts>>(tx: &mut Tx<P>, rows: Vec<OrganisationRow>) -> db::Result<Vec<Body>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let domains = store::domains(tx, &ids)?;
    let body = |row: OrganisationRow| Body {
        id: row.id,
        name: row.name,
        domains: of(&domains, row.id),
        notes: row.notes,
        created_at: row.created_at_ms,
    };
    Ok(rows.into_iter().map(body).collect())
}
pub(super) fn body<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    id: Id<Organisation>,
) -> Result<Body, OrganisationError> {
    let row = store::by_id(tx, id)?.ok_or(OrganisationError::Unknown)?;
    bodies(tx, vec![row])?.pop().ok_or(OrganisationError::Unknown)
}

/// List organisations by id.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "organisations", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewContacts>,
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

/// Add an organisation.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "organisations", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManageContacts>,
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

/// Get an organisation.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", tag = "organisations", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<ViewContacts>,
    InPath(id): InPath<Id<Organisation>>,
) -> Result<Tagged<Body>, Failure> {
    Ok(Tagged(StatusCode::OK, grant.read(move |tx| body(tx, id)).await?))
}

/// Change an organisation. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/organisations/{id}", tag = "organisations", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Organisation>>,
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
        .api::<ViewContacts>(routes!(list))
        .api::<ManageContacts>(routes!(post))
        .api::<ViewContacts>(routes!(get))
        .api::<ManageContacts>(routes!(patch))
}
