//! `/api/v1/webhooks`.
use super::{
    Changes, Draft, ManageWebhooks, WebhookError, actions,
    policy::{Delivery, State, Webhook},
    store,
};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    db,
    events::Recorded,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// An address that hears of events.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Webhook>,
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
    pub is_active: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
impl From<Webhook> for Body {
    fn from(webhook: Webhook) -> Body {
        let kinds = webhook.kinds().words();
        Body {
            id: webhook.id,
            name: webhook.name,
            url: webhook.url,
            kinds,
            is_active: webhook.is_active,
            created_at: webhook.created_at_ms,
        }
    }
}
fn body(tx: &mut Tx<ManageWebhooks>, id: Id<Webhook>) -> Result<Body, WebhookError> {
    Ok(store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?.into())
}

/// A new webhook with its secret.
#[derive(serde::Serialize, ToSchema)]
pub struct WithSecret {
    #[serde(flatten)]
    pub webhook: Body,
    /// `whsec_…`; it is never shown again.
    pub secret: String,
}

/// The new secret.
#[derive(serde::Serialize, ToSchema)]
pub struct WebhookSecret {
    /// `whsec_…`; it is never shown again.
    pub secret: String,
}

/// An event on its way to a webhook.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryBody {
    #[schema(value_type = String)]
    pub id: Id<Delivery>,
    #[schema(value_type = String)]
    pub event: Id<Recorded>,
    pub kind: Option<String>,
    pub subject: Option<String>,
    #[schema(value_type = String)]
    pub state: State,
    pub attempts: i64,
    /// When it is tried again.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Millis>,
    /// HTTP status of the last answer.
    pub status: Option<i64>,
    /// A code of why it failed.
    pub reason: Option<String>,
    /// The beginning of a failed answer.
    pub answer: Option<String>,
    pub took_ms: Option<i64>,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> DeliveryBody {
        DeliveryBody {
            id: delivery.id,
            event: delivery.event_id,
            kind: delivery.kind,
            subject: delivery.subject,
            state: delivery.state,
            attempts: delivery.attempts,
            next_at: (delivery.state == State::Waiting).then_some(delivery.next_at_ms),
            status: delivery.status,
            reason: delivery.reason,
            answer: delivery.answer,
            took_ms: delivery.took_ms,
            created_at: delivery.created_at_ms,
        }
    }
}

/// List webhooks by id.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ManageWebhooks>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant.read::<_, db::Error>(move |tx| store::page(tx, after, limit + 1)).await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), Body::from)))
}

/// Add a webhook. The answer holds its secret, once.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = Draft,
    responses((status = 201, body = WithSecret)))]
pub async fn post(
    grant: Grant<ManageWebhooks>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<WithSecret>, Failure> {
    let new = draft.parse(grant.actor(), &grant.home().outbound).await?;
    let keys = grant.home().keys.clone();
    let made = grant
        .change::<_, Problem>(move |tx| {
            // What is kept for a second request is the number alone: the secret lies sealed in its own row.
            let id = once(tx, key.as_ref(), |tx| Ok::<_, Problem>(actions::create(tx, &keys, new)?.0))?;
            let id = serde_json::from_value(id).map_err(|_| Problem::internal())?;
            let secret = actions::secret(tx, &keys, id)?;
            Ok(WithSecret { webhook: body(tx, id)?, secret: secret.reveal().clone() })
        })
        .await?;
    Ok(Created(made))
}

/// Get a webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a webhook.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let edit = changes.parse(grant.actor(), &grant.home().outbound).await?;
    let body = grant
        .change::<_, WebhookError>(move |tx| {
            actions::edit(tx, id, edit)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Remove a webhook and its deliveries.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make another secret. The old one signs beside it for a day.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 201, body = WebhookSecret)))]
pub async fn post_secret(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<Created<WebhookSecret>, Failure> {
    let keys = grant.home().keys.clone();
    let secret = grant.change(move |tx| actions::rotate(tx, &keys, id)).await?;
    Ok(Created(WebhookSecret { secret: secret.reveal().clone() }))
}

/// Send a test. It appears among the deliveries.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 202)))]
pub async fn post_test(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::test(tx, id)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// List the deliveries of a webhook, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path), Paged), responses((status = 200, body = Listing<DeliveryBody>)))]
pub async fn deliveries(
    grant: Grant<ManageWebhooks>,
    InPath(id): InPath<Id<Webhook>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<DeliveryBody>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let rows = grant
        .read::<_, WebhookError>(move |tx| {
            store::by_id(tx, id)?.ok_or(WebhookError::Unknown)?;
            Ok(store::deliveries(tx, id, before, limit + 1)?)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), DeliveryBody::from)))
}

/// Send a delivery again, at once.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/retry", tag = "webhooks",
    params(("id" = String, Path), ("delivery" = String, Path)), responses((status = 200, body = DeliveryBody)))]
pub async fn retry(
    grant: Grant<ManageWebhooks>,
    InPath((id, delivery)): InPath<(Id<Webhook>, Id<Delivery>)>,
) -> Result<Json<DeliveryBody>, Failure> {
    let delivery = grant.change(move |tx| actions::retry(tx, id, delivery)).await?;
    Ok(Json(delivery.into()))
}
