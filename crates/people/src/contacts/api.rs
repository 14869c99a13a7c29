//! `/api/v1/contacts`.
use super::{Changes, ContactError, ContactRow, Draft, actions, policy::Search, store};
use crate::{
    permissions::{ManageContacts, ViewContacts},
    web::of,
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Implies, Organisation, Tx},
    db,
    i18n::Language,
    idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Routes, Tagged},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// Somebody who asks.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Contact>,
    pub name: String,
    /// The primary address, `null` without one.
    pub email: Option<String>,
    /// All addresses, the primary one first, those of contacts that were merged into this one last.
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    /// The ids that lead here: of contacts that were merged into this one.
    #[schema(value_type = Vec<String>)]
    pub merged: Vec<Id<Contact>>,
    #[schema(value_type = Option<String>)]
    pub organisation: Option<Id<Organisation>>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    pub notes: String,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}

pub(super) fn bodies<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    rows: Vec<ContactRow>,
) -> db::Result<Vec<Body>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let (emails, phones) = (store::reached_at(tx, &ids)?, store::called_at(tx, &ids)?);
    let (notes, merged) = (store::notes(tx, &ids)?, store::merged(tx, &ids)?);
    let body = |row: ContactRow| Body {
        id: row.id,
        name: row.name,
        email: row.email.or_else(|| of(&emails, row.id).into_iter().next()),
        emails: of(&emails, row.id),
        phones: each_once(of(&phones, row.id)),
        merged: of(&merged, row.id),
        organisation: row.organisation_id,
        language: row.language,
        notes: of(&notes, row.id).pop().unwrap_or_default(),
        created_at: row.created_at_ms,
        updated_at: row.updated_at_ms,
    };
    Ok(rows.into_iter().map(body).collect())
}
/// The same number may be of several contacts that are one person.
fn each_once(phones: Vec<String>) -> Vec<String> {
    let mut known: Vec<Option<String>> = Vec::new();
    let mut is_new = |phone: &String| {
        let folded = kernel::text::phone(phone);
        let is_new = !known.contains(&folded);
        known.push(folded);
        is_new
    };
    phones.into_iter().filter(|phone| is_new(phone)).collect()
}
/// * errors – [`ContactError::Merged`] for an id that leads to another contact.
pub(crate) fn body<P: Implies<ViewContacts>>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<Body, ContactError> {
    let row = actions::unmerged(tx, id)?;
    bodies(tx, vec![row])?.pop().ok_or(ContactError::Unknown)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The beginning of a name, of an address (with `@`) or of a phone number.
    q: Option<String>,
}

/// Up to `limit + 1` contacts that `search` finds, in the order of what was looked for, after the one with the id `after`.
///
/// * errors – 422 for a cursor whose contact is gone.
pub(crate) fn find<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    search: &Search,
    after: Option<Id<Contact>>,
    limit: usize,
) -> Result<Vec<ContactRow>, Problem> {
    let gone = || Problem::field("cursor", "unknown_cursor");
    match search {
        Search::Email(prefix) => store::by_email(tx, prefix, after, limit + 1)?.ok_or_else(gone),
        Search::Phone(prefix) => store::by_phone(tx, prefix, after, limit + 1)?.ok_or_else(gone),
        Search::Name(prefix) => {
            let last = match after {
                None => (String::new(), Id::new(0)),
                Some(id) => {
                    let row = store::by_id(tx, id)?.ok_or_else(gone)?;
                    (kernel::text::fold(&row.name), id)
                }
            };
            Ok(store::by_name(tx, prefix, (&last.0, last.1), limit + 1)?)
        }
    }
}

/// List contacts by name, or find them.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Paged, Filter),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewContacts>,
    Query(paged): Query<Paged>,
    Query(filter): Query<Filter>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let search = Search::parse(filter.q.as_deref().unwrap_or_default());
    let (bodies, next) = grant
        .read::<_, Failure>(move |tx| {
            let mut rows = find(tx, &search, after, limit)?;
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| has_more).map(|row| row.id.to_string());
            Ok((bodies(tx, rows)?, next))
        })
        .await?;
    Ok(Json(Listing { items: bodies, next }))
}
/// Add a contact.
#[utoipa::path(post, path = "/api/v1/contacts", tag = "contacts", request_body = Draft,
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

/// Get a contact. The id of one that was merged into another leads there.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = Body), (status = 307, description = "it was merged into another")))]
pub async fn get(grant: Grant<ViewContacts>, InPath(id): InPath<Id<Contact>>) -> Result<Response, Failure> {
    let found = move |tx: &mut Tx<ViewContacts>| match store::landing(tx, id)? {
        None => Err(ContactError::Unknown),
        Some(lands) if lands != id => Ok(Err(lands)),
        Some(_) => body(tx, id).map(Ok),
    };
    Ok(match grant.read(found).await? {
        Ok(body) => Tagged(StatusCode::OK, body).into_response(),
        Err(lands) => Redirect::temporary(&format!("/api/v1/contacts/{lands}")).into_response(),
    })
}

/// Change a contact. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
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

/// An address of a contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    email: String,
}

/// Say that an address which somebody else added is the contact's own: it opens the customers' pages from then on.
/// For people who see all tickets.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/confirm", tag = "contacts", params(("id" = String, Path)),
    request_body = Address, responses((status = 200, body = Body)))]
pub async fn confirm(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    Json(address): Json<Address>,
) -> Result<Tagged<Body>, Failure> {
    let body = grant
        .change::<_, Failure>(move |tx| {
            actions::confirm(tx, id, &address.email)?;
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
        .api::<ManageContacts>(routes!(confirm))
}
