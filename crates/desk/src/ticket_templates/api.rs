//! JSON API of ticket templates.
use super::{Changes, Content, Draft, TicketTemplate, actions, store};
use crate::{
    sharing::Share,
    tickets::{NoteTickets, TicketError},
};
use axum::extract::Query;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A ticket template.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = TicketTemplate)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<TicketTemplate>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub content: Content,
    pub is_archived: bool,
}
impl From<TicketTemplate> for Body {
    fn from(row: TicketTemplate) -> Body {
        Body {
            content: row.content(),
            id: row.id,
            name: row.name,
            folder: row.folder,
            share: row.share,
            team: row.team_id,
            is_archived: row.is_archived,
        }
    }
}
fn body(tx: &mut Tx<NoteTickets>, id: Id<TicketTemplate>) -> Result<Body, TicketError> {
    Ok(store::see(tx, id)?.ok_or_else(Problem::not_found)?.into())
}

/// A word that folder or name have.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// List the ticket templates in use that the caller sees.
#[utoipa::path(get, path = "/api/v1/ticket-templates", tag = "answers", params(Asked, Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<NoteTickets>,
    Query(asked): Query<Asked>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant.read::<_, db::Error>(move |tx| store::page(tx, &asked.q, after, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Add a ticket template.
#[utoipa::path(post, path = "/api/v1/ticket-templates", tag = "answers", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<NoteTickets>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let new = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, new)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Get a ticket template.
#[utoipa::path(get, path = "/api/v1/ticket-templates/{id}", tag = "answers", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<TicketTemplate>>,
) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a ticket template, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/ticket-templates/{id}", tag = "answers", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<TicketTemplate>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            actions::edit(tx, id, changes)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}
