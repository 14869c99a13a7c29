//! JSON API of the ledger.
use super::{Inbound, InboundIgnored, InboundReplayed, Outcome, store};
use crate::email::{
    inboxes::{ManageInboxes, ViewInboxes},
    sight::Reach,
};
use axum::{
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{
    authority::{self, Grant},
    blobs, db,
    web::{Failure, InPath, Json, Listing, Paged, file_name_header},
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
    /// `smtp`, `lmtp` or `imap`.
    #[schema(value_type = String)]
    pub way: super::Way,
    pub attempts: i64,
    /// What SPF, DKIM and DMARC said.
    pub authentication: Option<String>,
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
            way: entry.way,
            attempts: entry.attempts,
            authentication: entry.authentication,
        }
    }
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this outcome.
    outcome: Option<String>,
    /// Only this inbox.
    inbox: Option<String>,
    /// Only what came at this time or later.
    since: Option<String>,
    /// A part of the author's address or of the subject.
    q: Option<String>,
}
impl Filter {
    fn parse(self) -> Result<store::Filter, Problem> {
        let mut mistakes = Mistakes::default();
        let outcome = self.outcome.map(|word| {
            let outcome = Outcome::from_word(&word);
            mistakes.require(outcome.is_some(), "outcome", "unknown_word");
            outcome
        });
        let inbox = self.inbox.map(|id| {
            let id = id.parse().ok();
            mistakes.require(id.is_some(), "inbox", "unknown_id");
            id
        });
        let since = self.since.map(|at| {
            let at = serde_json::from_value::<Millis>(serde_json::Value::String(at)).ok();
            mistakes.require(at.is_some(), "since", "wrong_type");
            at
        });
        mistakes.check()?;
        let text = self.q.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let reach = Default::default();
        Ok(store::Filter {
            outcome: outcome.flatten(),
            inbox: inbox.flatten(),
            since: since.flatten(),
            text,
            reach,
        })
    }
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
    let mut filter = filter.parse()?;
    let rows = grant
        .read::<_, db::Error>(move |tx| {
            filter.reach = Reach::of(tx);
            store::list(tx, &filter, before, limit + 1)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |entry| entry.id.to_string(), InboundBody::from)))
}

/// Get one mail that came in.
#[utoipa::path(get, path = "/api/v1/inbound/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = InboundBody)))]
pub async fn get(
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<Inbound>>,
) -> Result<Json<InboundBody>, Failure> {
    let entry = grant.read::<_, db::Error>(move |tx| store::seen(tx, id)).await?;
    Ok(Json(entry.ok_or_else(Problem::not_found)?.into()))
}

/// Download a mail as it came.
#[utoipa::path(get, path = "/api/v1/inbound/{id}/raw", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, description = "The mail", content_type = "message/rfc822")))]
pub async fn raw(grant: Grant<ViewInboxes>, InPath(id): InPath<Id<Inbound>>) -> Result<Response, Failure> {
    let bytes = source(&grant, id).await?;
    let name = file_name_header(false, &format!("mail-{id}.eml"));
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}
/// The bytes of a mail as it came.
pub async fn source(grant: &Grant<ViewInboxes>, id: Id<Inbound>) -> Result<Vec<u8>, Problem> {
    let found = grant
        .read::<_, db::Error>(move |tx| {
            let Some(entry) = store::seen(tx, id)? else { return Ok(None) };
            blobs::find(tx, entry.blob_hash).map(Some)
        })
        .await?
        .ok_or_else(Problem::not_found)?;
    grant.home().blobs.read_aside(found).await.map_err(|error| {
        tracing::error!(%error, "a raw mail cannot be read");
        Problem::internal()
    })
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Replay {
    /// Make a ticket of it, whatever it was taken for: for mail that was ignored or reports about a mail not ours.
    #[serde(default)]
    ticket: bool,
}

/// Read a mail again.
///
/// For mail that was ignored, quarantined or taken for a bounce. One that is in a ticket stays there (409).
#[utoipa::path(post, path = "/api/v1/inbound/{id}/replay", tag = "mail", params(("id" = String, Path), Replay),
    responses((status = 200, body = InboundBody)))]
pub async fn replay(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Inbound>>,
    Query(asked): Query<Replay>,
) -> Result<Json<InboundBody>, Failure> {
    Ok(Json(again(&grant, id, asked.ticket).await?.into()))
}
/// * `as_ticket` – a ticket is made of it, whatever it was taken for.
/// * errors – 404; 409 for a mail that is in a ticket or not read yet.
pub async fn again(
    grant: &Grant<ManageInboxes>,
    id: Id<Inbound>,
    as_ticket: bool,
) -> Result<store::Entry, Problem> {
    grant
        .change::<_, Problem>(move |tx| {
            store::seen(tx, id)?.ok_or_else(Problem::not_found)?;
            let is_read = if as_ticket { store::want(tx, id)? } else { store::replay(tx, id)? };
            if !is_read {
                return Err(Problem::conflict("inbound_in_use"));
            }
            tx.emit(InboundReplayed { inbound: id })?;
            store::seen(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}

/// Why somebody ignores a mail.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    pub reason: String,
}

/// Ignore a mail that is in quarantine. It stays in the ledger with the reason.
#[utoipa::path(post, path = "/api/v1/inbound/{id}/ignore", tag = "mail", params(("id" = String, Path)),
    request_body = Ignore, responses((status = 200, body = InboundBody)))]
pub async fn ignore(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Inbound>>,
    Json(body): Json<Ignore>,
) -> Result<Json<InboundBody>, Failure> {
    Ok(Json(dismiss(&grant, id, &body.reason).await?.into()))
}
/// * errors – 404; 409 for a mail that is not in quarantine; 422 without a reason.
pub async fn dismiss(
    grant: &Grant<ManageInboxes>,
    id: Id<Inbound>,
    reason: &str,
) -> Result<store::Entry, Problem> {
    let reason = text::one_line(reason, 300);
    if reason.is_empty() {
        return Err(Problem::field("reason", "required"));
    }
    let why = format!("by hand: {reason}");
    grant
        .change::<_, Problem>(move |tx| {
            store::seen(tx, id)?.ok_or_else(Problem::not_found)?;
            if !store::ignore(tx, id, &why)? {
                return Err(Problem::conflict("inbound_not_quarantined"));
            }
            tx.emit(InboundIgnored { inbound: id, reason })?;
            store::seen(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}
