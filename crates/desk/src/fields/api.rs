//! Fields in the API.
use super::{
    Field, FieldKind,
    actions::{self, FieldChanges, FieldDraft},
    store,
};
use crate::{
    filter::{Names, condition},
    tickets::{Category, TicketError, ViewTickets},
};
use axum::{
    Json,
    extract::{Path, Query},
};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::{Grant, Tx},
    db::{self, Conn},
    idempotency::once,
    web::{Created, Failure, Json as Body, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

#[derive(serde::Serialize, ToSchema)]
pub struct FieldBody {
    #[schema(value_type = String)]
    pub id: Id<Field>,
    pub key: String,
    pub name: String,
    pub kind: FieldKind,
    pub choices: Vec<String>,
    /// A filter: only tickets that match show the field. Empty is all.
    pub shown_when: String,
    /// A ticket that shows the field does not come to these categories while it is empty.
    pub needed_for: Vec<Category>,
}
impl FieldBody {
    /// * `names` – of what the condition names.
    fn new(field: Field, names: &Names) -> Self {
        FieldBody {
            shown_when: condition::typed(&field.shown_when, names),
            needed_for: field.needed_for(),
            choices: field.choices(),
            id: field.id,
            key: field.key,
            name: field.name,
            kind: field.kind,
        }
    }
    fn of(conn: &mut Conn, field: Field) -> db::Result<Self> {
        let names = condition::names(conn, [field.shown_when.as_str()])?;
        Ok(FieldBody::new(field, &names))
    }
}

/// List the desk's own fields.
#[utoipa::path(get, path = "/api/v1/fields", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<FieldBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<FieldBody>>, Failure> {
    let work = |tx: &mut Tx<ViewTickets>| {
        let fields = store::all(tx)?;
        let names = condition::names(tx, fields.iter().map(|field| field.shown_when.as_str()))?;
        Ok::<_, db::Error>((fields, names))
    };
    let (fields, names) = grant.read(work).await?;
    Ok(Json(paged.of_whole(fields, |field| field.id.to_string(), |field| FieldBody::new(field, &names))?))
}

/// Add a field.
#[utoipa::path(post, path = "/api/v1/fields", tag = "tickets", request_body = FieldDraft,
    responses((status = 201, body = FieldBody)))]
pub async fn post(
    grant: Grant<ManageDesk>,
    Keyed(key, draft): Keyed<FieldDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let work = move |tx: &mut Tx<ManageDesk>| {
        once(tx, key.as_ref(), |tx| {
            let field = actions::create(tx, draft)?;
            Ok::<_, Problem>(FieldBody::of(tx, field)?)
        })
    };
    Ok(Created(grant.change(work).await?))
}

/// Change a field, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/fields/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = FieldChanges, responses((status = 200, body = FieldBody)))]
pub async fn patch(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Field>>,
    Body(changes): Body<FieldChanges>,
) -> Result<Json<FieldBody>, Failure> {
    let work = move |tx: &mut Tx<ManageDesk>| {
        let field = actions::edit(tx, id, changes)?;
        Ok::<_, TicketError>(FieldBody::of(tx, field)?)
    };
    Ok(Json(grant.change(work).await?))
}
