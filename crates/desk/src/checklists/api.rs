//! JSON API of checklists to put on tickets.
use super::{
    Checklist, Line, actions,
    policy::{Changes, Draft},
    store,
};
use crate::tickets::{TicketError, ViewTickets};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::Grant,
    db::{self, Conn},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing},
};
use utoipa::ToSchema;

/// A checklist.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Checklist)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Checklist>,
    pub name: String,
    pub items: Vec<Line>,
    pub is_archived: bool,
}
impl From<Checklist> for Body {
    fn from(list: Checklist) -> Body {
        Body { items: list.lines(), id: list.id, name: list.name, is_archived: list.is_archived }
    }
}
fn body(conn: &mut Conn, id: Id<Checklist>) -> Result<Body, TicketError> {
    Ok(store::by_id(conn, id)?.ok_or_else(Problem::not_found)?.into())
}

/// List the checklists, by name; those out of use at the end.
#[utoipa::path(get, path = "/api/v1/checklists", tag = "tickets", responses((status = 200, body = Listing<Body>)))]
pub async fn list(grant: Grant<ViewTickets>) -> Result<Json<Listing<Body>>, Failure> {
    let lists = grant.read::<_, db::Error>(|tx| store::all(tx)).await?;
    Ok(Json(Listing { items: lists.into_iter().map(Body::from).collect(), next: None }))
}

/// Add a checklist.
#[utoipa::path(post, path = "/api/v1/checklists", tag = "tickets", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ManageDesk>,
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

/// Change a checklist. Tickets keep what they have of it.
#[utoipa::path(patch, path = "/api/v1/checklists/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageDesk>,
    InPath(id): InPath<Id<Checklist>>,
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
