//! JSON API of inboxes.
use super::{
    Draft, Inbox, ManageInboxes, Patch, ReceiveKind, ViewInboxes, actions,
    health::Health,
    oauth::{self, App, Provider},
    policy::{FromName, Imap, Parsed, Quote, Relay},
    probe, report, store,
};
use crate::email::peer::{Kind, Stage};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{self, Grant, Team},
    db,
    i18n::Language,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// How mail comes in. No password is ever shown.
#[derive(serde::Serialize, ToSchema)]
pub struct ReceiveBody {
    pub kind: ReceiveKind,
    #[serde(flatten)]
    pub imap: Option<Imap>,
    pub has_password: bool,
}
/// How mail goes out.
#[derive(serde::Serialize, ToSchema)]
pub struct SendBody {
    #[serde(flatten)]
    pub relay: Relay,
    pub has_password: bool,
}
/// The application that an inbox signs in with. No secret is ever shown.
#[derive(serde::Serialize, ToSchema)]
pub struct OauthBody {
    pub provider: Provider,
    pub client_id: String,
    pub authorize_url: String,
    pub token_url: String,
    pub scope: String,
    pub has_client_secret: bool,
    /// Whether somebody has agreed at the provider.
    pub is_connected: bool,
    /// A code of why the last attempt to get an access token failed.
    #[schema(value_type = Option<String>)]
    pub failure: Option<Kind>,
}
impl From<App> for OauthBody {
    fn from(app: App) -> Self {
        OauthBody {
            has_client_secret: app.client_secret_sealed.is_some(),
            is_connected: app.is_connected(),
            failure: app.failure.filter(|_| app.is_failing()),
            provider: app.provider,
            client_id: app.client_id,
            authorize_url: app.authorize_url,
            token_url: app.token_url,
            scope: app.scope,
        }
    }
}

/// An inbox.
#[derive(serde::Serialize, ToSchema)]
pub struct InboxBody {
    #[schema(value_type = String)]
    pub id: Id<authority::Inbox>,
    pub name: String,
    pub address: String,
    pub active: bool,
    pub receive: ReceiveBody,
    pub send: Option<SendBody>,
    pub acknowledge: bool,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    #[schema(value_type = String)]
    pub language: Language,
    pub signature: String,
    pub quote: Quote,
    pub from_name: FromName,
    pub plus_address: bool,
    pub subject_tag: bool,
    pub dkim_selector: Option<String>,
    pub oauth: Option<OauthBody>,
}
impl From<(Inbox, Option<App>)> for InboxBody {
    fn from((inbox, app): (Inbox, Option<App>)) -> Self {
        InboxBody {
            oauth: app.map(OauthBody::from),
            receive: ReceiveBody {
                kind: inbox.receive_kind,
                imap: inbox.imap(),
                has_password: inbox.receive_sealed.is_some(),
            },
            send: inbox.relay().map(|relay| SendBody { relay, has_password: inbox.send_sealed.is_some() }),
            id: inbox.id,
            name: inbox.name,
            address: inbox.address,
            active: inbox.is_active,
            acknowledge: inbox.acknowledge,
            team: (inbox.team_id.number() != 0).then_some(inbox.team_id),
            language: inbox.language,
            signature: inbox.signature,
            quote: inbox.quote,
            from_name: inbox.from_name,
            plus_address: inbox.has_plus_address,
            subject_tag: inbox.has_subject_tag,
            dkim_selector: inbox.dkim_selector,
        }
    }
}

/// List inboxes.
#[utoipa::path(get, path = "/api/v1/inboxes", tag = "mail", params(Paged),
    responses((status = 200, body = Listing<InboxBody>)))]
pub async fn list(
    grant: Grant<ViewInboxes>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<InboxBody>>, Failure> {
    let (inboxes, mut apps) =
        grant.read::<_, db::Error>(|tx| Ok((store::all(tx)?, oauth::store::all(tx)?))).await?;
    let body = |inbox: Inbox| {
        let at = apps.iter().position(|app| app.inbox_id == inbox.id);
        InboxBody::from((inbox, at.map(|at| apps.swap_remove(at))))
    };
    Ok(Json(paged.of_whole(inboxes, |inbox| inbox.id.to_string(), body)?))
}

/// Add an inbox.
#[utoipa::path(post, path = "/api/v1/inboxes", tag = "mail", request_body = Draft,
    responses((status = 201, body = InboxBody)))]
pub async fn post(
    grant: Grant<ManageInboxes>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let keys = grant.home().keys.clone();
    let made = grant
        .change::<_, Problem>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let inbox = actions::create(tx, draft, &keys)?;
                let app = oauth::store::of(tx, inbox.id)?;
                Ok::<_, Problem>(InboxBody::from((inbox, app)))
            })
        })
        .await?;
    super::super::learn_domain(grant.home()).await;
    Ok(Created(made))
}
async fn with_app<P: 'static>(grant: &Grant<P>, inbox: Inbox) -> Result<InboxBody, Problem> {
    let id = inbox.id;
    let app = grant.read::<_, db::Error>(move |tx| oauth::store::of(tx, id)).await?;
    Ok((inbox, app).into())
}
/// Adds an inbox; the desk's first one names the domain of our Message-IDs.
pub async fn create(grant: &Grant<ManageInboxes>, draft: Draft) -> Result<Inbox, Problem> {
    let keys = grant.home().keys.clone();
    let inbox = grant.change::<_, Problem>(move |tx| actions::create(tx, draft, &keys)).await?;
    super::super::learn_domain(grant.home()).await;
    Ok(inbox)
}

/// Get an inbox.
#[utoipa::path(get, path = "/api/v1/inboxes/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = InboxBody)))]
pub async fn get(
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<authority::Inbox>>,
) -> Result<Json<InboxBody>, Failure> {
    let inbox = grant.read::<_, db::Error>(move |tx| store::by_id(tx, id)).await?;
    Ok(Json(with_app(&grant, inbox.ok_or_else(Problem::not_found)?).await?))
}

/// Change an inbox.
#[utoipa::path(patch, path = "/api/v1/inboxes/{id}", tag = "mail", params(("id" = String, Path)),
    request_body = Patch, responses((status = 200, body = InboxBody)))]
pub async fn patch(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<authority::Inbox>>,
    Json(patch): Json<Patch>,
) -> Result<Json<InboxBody>, Failure> {
    let inbox = change(&grant, id, patch).await?;
    Ok(Json(with_app(&grant, inbox).await?))
}
pub async fn change(
    grant: &Grant<ManageInboxes>,
    id: Id<authority::Inbox>,
    patch: Patch,
) -> Result<Inbox, Problem> {
    let keys = grant.home().keys.clone();
    let inbox = grant.change::<_, Problem>(move |tx| actions::change(tx, id, patch, &keys)).await?;
    super::super::learn_domain(grant.home()).await;
    Ok(inbox)
}

/// The same from parts that passed, e.g. of a form.
pub async fn add(grant: &Grant<ManageInboxes>, parsed: Parsed) -> Result<Inbox, Problem> {
    let keys = grant.home().keys.clone();
    let inbox = grant.change::<_, Problem>(move |tx| actions::add(tx, parsed, &keys)).await?;
    super::super::learn_domain(grant.home()).await;
    Ok(inbox)
}

/// Test the connections of an inbox before it is added. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/inboxes/test", tag = "mail", request_body = Draft,
    responses((status = 200, body = probe::Report)))]
pub async fn test_draft(
    grant: Grant<ManageInboxes>,
    Json(draft): Json<Draft>,
) -> Result<Json<probe::Report>, Failure> {
    let parsed = draft.parse()?;
    Ok(Json(probe::run(&grant, &parsed).await?))
}

/// Test the connections of an inbox as it would be after this change; `{}` tests it as it is. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/inboxes/{id}/test", tag = "mail", params(("id" = String, Path)),
    request_body = Patch, responses((status = 200, body = probe::Report)))]
pub async fn test(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<authority::Inbox>>,
    Json(patch): Json<Patch>,
) -> Result<Json<probe::Report>, Failure> {
    let inbox = grant.read::<_, db::Error>(move |tx| store::by_id(tx, id)).await?;
    let parsed = patch.apply(inbox.ok_or_else(Problem::not_found)?)?;
    Ok(Json(probe::run(&grant, &parsed).await?))
}

/// One half of an inbox: how it fares.
#[derive(serde::Serialize, ToSchema)]
pub struct HalfBody {
    pub is_failing: bool,
    #[schema(value_type = Option<String>)]
    pub ok_at: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub failed_at: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub failing_since: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub next_try_at: Option<Millis>,
    /// Where and why it last failed, as codes and in the server's words.
    #[schema(value_type = Option<String>)]
    pub stage: Option<Stage>,
    #[schema(value_type = Option<String>)]
    pub cause: Option<Kind>,
    pub failure: Option<String>,
}
impl From<Health> for HalfBody {
    fn from(half: Health) -> Self {
        HalfBody {
            is_failing: half.is_failing(),
            ok_at: half.ok_at_ms,
            failed_at: half.failed_at_ms,
            failing_since: half.failing_since_ms,
            next_try_at: half.next_try_at_ms,
            stage: half.stage,
            cause: half.cause,
            failure: half.failure,
        }
    }
}

/// What came and went.
#[derive(serde::Serialize, ToSchema)]
pub struct CountsBody {
    pub came: i64,
    pub ignored: i64,
    pub quarantined: i64,
    pub went: i64,
    pub failed: i64,
}
impl From<report::Day> for CountsBody {
    fn from(day: report::Day) -> Self {
        let report::Day { came, ignored, quarantined, went, failed } = day;
        CountsBody { came, ignored, quarantined, went, failed }
    }
}

/// How an inbox fares.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = InboxHealth)]
pub struct HealthBody {
    pub receive: Option<HalfBody>,
    pub send: Option<HalfBody>,
    #[schema(value_type = Option<String>)]
    pub oldest_unread_at: Option<Millis>,
    #[schema(value_type = Option<String>)]
    pub oldest_unsent_at: Option<Millis>,
    pub last_24_hours: CountsBody,
    pub last_7_days: CountsBody,
}

/// How an inbox fares.
#[utoipa::path(get, path = "/api/v1/inboxes/{id}/health", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = HealthBody)))]
pub async fn health(
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<authority::Inbox>>,
) -> Result<Json<HealthBody>, Failure> {
    let found = grant.read::<_, db::Error>(move |tx| report::of(tx, id)).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Json(HealthBody {
        last_24_hours: found.today().into(),
        last_7_days: found.week().into(),
        oldest_unread_at: found.oldest_in,
        oldest_unsent_at: found.oldest_out,
        receive: found.state.receive.map(HalfBody::from),
        send: found.state.send.map(HalfBody::from),
    }))
}
