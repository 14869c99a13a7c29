//! JSON API of the outbox. Of account mails only who, when and whether: never what they say (S14).
use super::store;
use crate::email::inboxes::{ManageInboxes, ViewInboxes};
use axum::extract::{Path, Query};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    outbox::{Kind, Outbound, Recipient},
    web::{Failure, Json, Listing, Paged},
};
use utoipa::ToSchema;

/// One of those whom a mail is for.
#[derive(serde::Serialize, ToSchema)]
pub struct RecipientBody {
    pub address: String,
    /// `waiting`, `sending`, `sent`, `failed` or `bounced`.
    pub state: String,
    pub reason: Option<String>,
}
impl From<Recipient> for RecipientBody {
    fn from(one: Recipient) -> Self {
        RecipientBody { address: one.address, state: one.state, reason: one.reason }
    }
}

/// A mail that goes out.
#[derive(serde::Serialize, ToSchema)]
pub struct OutboundBody {
    #[schema(value_type = String)]
    pub id: Id<Outbound>,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub ticket: Option<i64>,
    pub to: String,
    pub recipients: Vec<RecipientBody>,
    pub subject: String,
    /// `waiting`, `sending`, `sent`, `failed` or `bounced`.
    pub state: String,
    pub attempts: i64,
    pub reason: Option<String>,
    pub message_id: String,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = Option<String>)]
    pub sent_at: Option<Millis>,
}
impl From<store::Entry> for OutboundBody {
    fn from(entry: store::Entry) -> Self {
        let recipients = entry.recipients().into_iter().map(RecipientBody::from).collect();
        OutboundBody {
            recipients,
            id: entry.id,
            kind: entry.kind,
            ticket: entry.ticket_id.map(|id| id.number()),
            to: entry.recipients_text,
            subject: entry.subject,
            state: entry.state,
            attempts: entry.attempts,
            reason: entry.reason,
            message_id: entry.header_id,
            created_at: entry.created_at_ms,
            sent_at: entry.sent_at_ms,
        }
    }
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only what did not arrive.
    #[serde(default)]
    failed: bool,
}

/// List what went out, newest first.
#[utoipa::path(get, path = "/api/v1/outbound", tag = "mail", params(Paged, Filter),
    responses((status = 200, body = Listing<OutboundBody>)))]
pub async fn list(
    grant: Grant<ViewInboxes>,
    Query(paged): Query<Paged>,
    Query(filter): Query<Filter>,
) -> Result<Json<Listing<OutboundBody>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let rows =
        grant.read::<_, db::Error>(move |tx| store::list(tx, filter.failed, before, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |entry| entry.id.to_string(), OutboundBody::from)))
}

/// Try a failed mail again.
#[utoipa::path(post, path = "/api/v1/outbound/{id}/retry", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = OutboundBody)))]
pub async fn retry(
    grant: Grant<ManageInboxes>,
    Path(id): Path<Id<Outbound>>,
) -> Result<Json<OutboundBody>, Failure> {
    Ok(Json(again(&grant, id).await?.into()))
}
/// * errors – 404; 409 for a mail that did not fail.
pub async fn again(grant: &Grant<ManageInboxes>, id: Id<Outbound>) -> Result<store::Entry, Problem> {
    grant
        .change::<_, Problem>(move |tx| {
            store::one(tx, id)?.ok_or_else(Problem::not_found)?;
            if !store::retry(tx, id)? {
                return Err(Problem::conflict("outbound_not_failed"));
            }
            store::one(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}
