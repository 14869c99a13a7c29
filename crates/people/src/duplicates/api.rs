//! JSON API of duplicates and merges.
use super::{
    actions,
    policy::{Alike, Reason},
};
use crate::{
    contacts::{self, ContactError},
    permissions::{ManageContacts, ViewContacts},
};
use axum::{extract::Query, http::StatusCode};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Grant, Tx},
    idempotency,
    web::{Failure, InPath, Json, Keyed, Listing, Paged, Routes},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// What two contacts have in common.
#[derive(Serialize, ToSchema)]
pub struct InCommon {
    pub reason: Reason,
    /// What the other one has.
    pub value: String,
}
/// Somebody who is perhaps the same person.
#[derive(Serialize, ToSchema)]
pub struct DuplicateBody {
    #[schema(value_type = String)]
    pub id: Id<Contact>,
    pub name: String,
    pub email: Option<String>,
    /// The strongest first.
    pub reasons: Vec<InCommon>,
}

/// List who is perhaps the same person as a contact, by addresses, numbers and names.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/duplicates", tag = "contacts",
    params(("id" = String, Path), Paged), responses((status = 200, body = Listing<DuplicateBody>)))]
pub async fn list(
    grant: Grant<ViewContacts>,
    InPath(id): InPath<Id<Contact>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<DuplicateBody>>, Failure> {
    let read = move |tx: &mut Tx<ViewContacts>| {
        let id = contacts::store::landing(tx, id)?.ok_or(ContactError::Unknown)?;
        let found = actions::alike(tx, id)?;
        let ids: Vec<_> = found.iter().map(|alike| alike.contact).collect();
        Ok::<_, Problem>((found, contacts::store::by_ids(tx, &ids)?))
    };
    let (found, rows) = grant.read(read).await?;
    let body = |alike: Alike| {
        let row = rows.iter().find(|row| row.id == alike.contact);
        let reasons = alike.reasons.into_iter().map(|(reason, value)| InCommon { reason, value });
        DuplicateBody {
            id: alike.contact,
            name: row.map_or_else(String::new, |row| row.name.clone()),
            email: row.and_then(|row| row.email.clone()),
            reasons: reasons.collect(),
        }
    };
    Ok(Json(paged.of_whole(found, |alike| alike.contact.to_string(), body)?))
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactMergeDraft)]
pub struct MergeDraft {
    /// The contact that stays.
    #[schema(value_type = String)]
    into: Id<Contact>,
}

/// Merge a contact into another.
///
/// Its id leads there from then on, and with it addresses, numbers, notes and tickets, as the desk sees them. Nothing is
/// moved: customers' accounts and links open what they opened. Answers with the contact that stays. Refused:
/// `contact_into_itself`, `contact_merged`.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge", tag = "contacts", params(("id" = String, Path)),
    request_body = MergeDraft, responses((status = 200, body = contacts::api::Body)))]
pub async fn merge(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    Keyed(key, draft): Keyed<MergeDraft>,
) -> Result<Json<serde_json::Value>, Failure> {
    let work = move |tx: &mut Tx<ManageContacts>| {
        idempotency::once(tx, key.as_ref(), |tx| {
            actions::merge(tx, id, draft.into)?;
            Ok::<_, Problem>(contacts::api::body(tx, draft.into)?)
        })
    };
    Ok(Json(grant.change(work).await?))
}

/// Take the merge of a contact back, at any time: it stands by itself again.
///
/// The id is that of the contact that was merged. Refused: `contact_not_merged`.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/merge/undo", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = contacts::api::Body)))]
pub async fn undo(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
) -> Result<Json<contacts::api::Body>, Failure> {
    let work = move |tx: &mut Tx<ManageContacts>| {
        actions::undo(tx, id)?;
        Ok::<_, Problem>(contacts::api::body(tx, id)?)
    };
    Ok(Json(grant.change(work).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DistinctContactDraft)]
pub struct DistinctDraft {
    #[schema(value_type = String)]
    other: Id<Contact>,
}

/// Say that two contacts are two people: neither is listed as a duplicate of the other again.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/distinct", tag = "contacts", params(("id" = String, Path)),
    request_body = DistinctDraft, responses((status = 204)))]
pub async fn distinct(
    grant: Grant<ManageContacts>,
    InPath(id): InPath<Id<Contact>>,
    Json(draft): Json<DistinctDraft>,
) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::keep_apart(tx, id, draft.other)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewContacts>(routes!(list))
        .api::<ManageContacts>(routes!(merge))
        .api::<ManageContacts>(routes!(undo))
        .api::<ManageContacts>(routes!(distinct))
}
