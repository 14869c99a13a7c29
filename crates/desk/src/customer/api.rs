//! JSON API of the customer beside the case.
use super::{
    similar,
    store::{self, Case},
};
use crate::tickets::{self, Category, Channel, Ticket, ViewTickets};
use axum::extract::{Path, Query};
use kernel::{clock::Millis, fault::Problem, id::Id};
use people::{
    contacts::{self, ContactError},
    permissions::ViewContacts,
};
use platform::{
    authority::{Contact, Grant, Tx},
    web::{Failure, InPath, Json, Listing, Paged},
};
use utoipa::ToSchema;

/// Something that a contact asked.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ContactTimelineEntry)]
pub struct EntryBody {
    /// `ticket`.
    pub kind: &'static str,
    pub ticket: i64,
    pub subject: String,
    pub channel: Channel,
    pub category: Category,
    #[schema(value_type = String)]
    pub at: Millis,
    #[schema(value_type = String)]
    pub updated_at: Millis,
}
impl EntryBody {
    fn of(case: Case) -> EntryBody {
        EntryBody {
            kind: "ticket",
            ticket: case.id.number(),
            subject: case.subject,
            channel: case.channel,
            category: case.category,
            at: case.created_at_ms,
            updated_at: case.updated_at_ms,
        }
    }
}

/// List what a contact asked over all channels, the newest first, as far as the caller sees it.
///
/// What those asked who were merged into the contact is among it; the id of one of them is as good.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/timeline", tag = "contacts",
    params(("id" = String, Path), Paged), responses((status = 200, body = Listing<EntryBody>)))]
pub async fn timeline(
    grant: Grant<ViewTickets>,
    contacts: Option<Grant<ViewContacts>>,
    InPath(id): InPath<Id<Contact>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<EntryBody>>, Failure> {
    contacts.ok_or(Problem::new(403, "permission_required"))?;
    let (limit, before) = (paged.limit()?, paged.after::<Ticket>()?.unwrap_or(Id::new(i64::MAX)));
    let read = move |tx: &mut Tx<ViewTickets>| {
        let contact = contacts::store::landing(tx, id)?.ok_or(ContactError::Unknown)?;
        Ok::<_, Problem>(store::timeline(tx, contact, before, limit + 1)?)
    };
    let cases = grant.read(read).await?;
    Ok(Json(Listing::of(cases, limit, |case| case.id.to_string(), EntryBody::of)))
}

/// An open ticket of somebody else about the same.
#[derive(serde::Serialize, ToSchema)]
pub struct SimilarBody {
    pub ticket: i64,
    pub subject: String,
    pub category: Category,
    /// The words that both have, what says most first.
    pub words: Vec<String>,
}

/// List open tickets of others that are about the same as a ticket, the most alike first.
///
/// What the caller may not see is not among them. Empty where this process has no index.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/similar", tag = "tickets",
    params(("number" = i64, Path), Paged), responses((status = 200, body = Listing<SimilarBody>)))]
pub async fn similar(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<SimilarBody>>, Failure> {
    let look = move |tx: &mut Tx<ViewTickets>| {
        tickets::store::see(tx, number)?.ok_or_else(Problem::not_found).map_err(Failure::from)
    };
    grant.read(look).await?;
    let found = similar::similar(&grant, number, 20).await?.unwrap_or_default();
    let body = |similar: similar::Similar| SimilarBody {
        ticket: similar.ticket.id.number(),
        subject: similar.ticket.subject,
        category: similar.ticket.category,
        words: similar.words,
    };
    Ok(Json(paged.of_whole(found, |similar| similar.ticket.id.to_string(), body)?))
}
