//! JSON API of the outbox. Of account mails only who, when and whether: never what they say (S14).
use super::store::{self, State};
use crate::email::{
    inboxes::{ManageInboxes, ViewInboxes},
    sight::Reach,
};
use axum::extract::Query;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{Grant, Inbox},
    db,
    outbox::{Kind, Outbound, Recipient},
    web::{Failure, InPath, Json, Listing, Paged},
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
    #[schema(value_type = String)]
    pub state: State,
    pub attempts: i64,
    pub reason: Option<String>,
    pub message_id: String,
    /// The inbox that sends it; null for the desk's first that can.
    #[schema(value_type = Option<String>)]
    pub inbox: Option<Id<Inbox>>,
    /// When a mail that waits is tried again.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Millis>,
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
            inbox: entry.inbox_id,
            next_at: (entry.state == State::Waiting).then_some(entry.next_at_ms),
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
    /// Only this state; `waiting` has what is being sent too.
    state: Option<String>,
    /// Only this inbox.
    inbox: Option<String>,
}
impl Filter {
    fn parse(self) -> Result<store::Filter, Problem> {
        let mut mistakes = Mistakes::default();
        let state = self.state.map(|word| {
            let state = State::from_word(&word);
            mistakes.require(state.is_some(), "state", "unknown_word");
            state
        });
        let inbox = self.inbox.map(|id| {
            let id = id.parse().ok();
            mistakes.require(id.is_some(), "inbox", "unknown_id");
            id
        });
        mistakes.check()?;
        let (is_failed, reach) = (self.failed, Reach::default());
        Ok(store::Filter { is_failed, state: state.flatten(), inbox: inbox.flatten(), reach })
    }
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
    let mut filter = filter.parse()?;
    let rows = grant
        .read::<_, db::Error>(move |tx| {
            filter.reach = Reach::of(tx);
            store::list(tx, filter, before, limit + 1)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |entry| entry.id.to_string(), OutboundBody::from)))
}

/// Get one mail that goes out.
#[utoipa::path(get, path = "/api/v1/outbound/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = OutboundBody)))]
pub async fn get(
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<Outbound>>,
) -> Result<Json<OutboundBody>, Failure> {
    let entry = grant.read::<_, db::Error>(move |tx| store::seen(tx, id)).await?;
    Ok(Json(entry.ok_or_else(Problem::not_found)?.into()))
}

/// Try a mail that failed or waits, at once.
#[utoipa::path(post, path = "/api/v1/outbound/{id}/retry", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = OutboundBody)))]
pub async fn retry(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Outbound>>,
) -> Result<Json<OutboundBody>, Failure> {
    Ok(Json(again(&grant, id).await?.into()))
}
/// * errors – 404; 409 for a mail that neither failed nor waits.
pub async fn again(grant: &Grant<ManageInboxes>, id: Id<Outbound>) -> Result<store::Entry, Problem> {
    grant
        .change::<_, Problem>(move |tx| {
            store::seen(tx, id)?.ok_or_else(Problem::not_found)?;
            if !store::retry(tx, id)? {
                return Err(Problem::conflict("outbound_not_failed"));
            }
            store::seen(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}

/// Give up a mail that waits. Its ticket shows that it was not delivered.
#[utoipa::path(post, path = "/api/v1/outbound/{id}/give-up", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = OutboundBody)))]
pub async fn give_up(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Outbound>>,
) -> Result<Json<OutboundBody>, Failure> {
    Ok(Json(drop_it(&grant, id).await?.into()))
}
/// * errors – 404; 409 for a mail that does not wait.
pub async fn drop_it(grant: &Grant<ManageInboxes>, id: Id<Outbound>) -> Result<store::Entry, Problem> {
    grant
        .change::<_, Problem>(move |tx| {
            let entry = store::seen(tx, id)?.ok_or_else(Problem::not_found)?;
            let why = match entry.reason.as_deref() {
                Some(before) => format!("given up by hand; before: {before}"),
                None => "given up by hand".to_owned(),
            };
            if !store::give_up(tx, &entry, &why)? {
                return Err(Problem::conflict("outbound_not_waiting"));
            }
            store::seen(tx, id)?.ok_or_else(Problem::not_found)
        })
        .await
}
