//! JSON API of the ledger.
use super::{Inbound, InboundReplayed, Outcome, store};
use crate::email::inboxes::{ManageInboxes, ViewInboxes};
use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{self, Grant},
    blobs, db,
    web::{Failure, Json, Listing, Paged, file_name_header},
};
use utoipa::ToSchema;

/// A mail that came in.
#[derive(serde::Serialize, ToSchema)]
pub struct InboundBody {
    #[schema(value_type = String)]
    pub id: Id<Inbound>,
    #[schema(value_type = String)]
    pub inbox: Id<authority::Inbox>,
    #[schema(value_type = String)]
    pub received_at: Millis,
    pub from: Option<String>,
    pub subject: String,
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub ticket: Option<i64>,
    pub size: i64,
}
impl From<store::Entry> for InboundBody {
    fn from(entry: store::Entry) -> Self {
        InboundBody {
            id: entry.id,
            inbox: entry.inbox_id,
            received_at: entry.received_at_ms,
            from: entry.from_email,
            subject: entry.subject,
            outcome: entry.outcome,
            reason: entry.reason,
            ticket: entry.ticket_id.map(|id| id.number()),
            size: entry.size,
        }
    }
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this outcome.
    outcome: Option<String>,
}

/// List what came in, newest first.
#[utoipa::path(get, path = "/api/v1/inbound", tag = "mail", params(Paged, Filter),
    responses((status = 200, body = Listing<InboundBody>)))]
pub async fn list(
    grant: Grant<ViewInboxes>,
    Query(paged): Query<Paged>,
    Query(filter): Query<Filter>,
) -> Result<Json<Listing<InboundBody>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let outcome = match filter.outcome.as_deref() {
        None => None,
        Some(word) => {
            Some(Outcome::from_word(word).ok_or_else(|| Problem::field("outcome", "unknown_word"))?)
        }
    };
    let rows = grant.read::<_, db::Error>(move |tx| store::list(tx, outcome, before, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |entry| entry.id.to_string(), InboundBody::from)))
}

/// Download a mail as it came.
#[utoipa::path(get, path = "/api/v1/inbound/{id}/raw", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, description = "The mail", content_type = "message/rfc822")))]
pub async fn raw(grant: Grant<ViewInboxes>, Path(id): Path<Id<Inbound>>) -> Result<Response, Failure> {
    let found = grant
        .read::<_, db::Error>(move |tx| {
            let Some(entry) = store::one(tx, id)? else { return Ok(None) };
            blobs::find(tx, entry.blob_hash).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    let bytes = grant.home().blobs.read(found).map_err(|error| {
        tracing::error!(%error, "a raw mail cannot be read");
        Problem::internal()
    })?;
    let name = file_name_header(false, &format!("mail-{id}.eml"));
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

/// Read a mail again.
///
/// For mail that was ignored, quarantined or taken for a bounce. One that is in a ticket stays there (409).
#[utoipa::path(post, path = "/api/v1/inbound/{id}/replay", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = InboundBody)))]
pub async fn replay(
    grant: Grant<ManageInboxes>,
    Path(id): Path<Id<Inbound>>,
) -> Result<Json<InboundBody>, Failure> {
    Ok(Json(again(&grant, id).await?.into()))
}
/// * errors – 404; 409 for a mail that is in a ticket or not read yet.
pub async fn again(grant: &Grant<ManageInboxes>, id: Id<Inbound>) -> Result<store::Entry, Problem> {
    grant
        .change::<_, Problem>(move |tx| {
            store::one(tx, id)?.ok_or_else(Problem::not_found)?;
            if !store::replay(tx, id)? {
                return Err(Problem::conflict("inbound_in_use"));
            }
            tx.emit(InboundReplayed { inbound: id })?;
            store::one(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}
