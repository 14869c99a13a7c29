//! JSON API of inboxes.
use super::{
    Draft, Inbox, ManageInboxes, Patch, ReceiveKind, ViewInboxes, actions,
    policy::{FromName, Imap, Quote, Relay},
    store,
};
use axum::extract::Path;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{self, Grant, Team},
    db,
    i18n::Language,
    web::{Created, Failure, Json, Listing},
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
}
impl From<Inbox> for InboxBody {
    fn from(inbox: Inbox) -> Self {
        InboxBody {
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
#[utoipa::path(get, path = "/api/v1/inboxes", tag = "mail", responses((status = 200, body = Listing<InboxBody>)))]
pub async fn list(grant: Grant<ViewInboxes>) -> Result<Json<Listing<InboxBody>>, Failure> {
    let inboxes = grant.read::<_, db::Error>(|tx| store::all(tx)).await?;
    Ok(Json(Listing { items: inboxes.into_iter().map(InboxBody::from).collect(), next: None }))
}

/// Add an inbox.
#[utoipa::path(post, path = "/api/v1/inboxes", tag = "mail", request_body = Draft,
    responses((status = 201, body = InboxBody)))]
pub async fn post(
    grant: Grant<ManageInboxes>,
    Json(draft): Json<Draft>,
) -> Result<Created<InboxBody>, Failure> {
    Ok(Created(create(&grant, draft).await?.into()))
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
    Path(id): Path<Id<authority::Inbox>>,
) -> Result<Json<InboxBody>, Failure> {
    let inbox = grant.read::<_, db::Error>(move |tx| store::by_id(tx, id)).await?;
    Ok(Json(inbox.ok_or_else(Problem::not_found)?.into()))
}

/// Change an inbox.
#[utoipa::path(patch, path = "/api/v1/inboxes/{id}", tag = "mail", params(("id" = String, Path)),
    request_body = Patch, responses((status = 200, body = InboxBody)))]
pub async fn patch(
    grant: Grant<ManageInboxes>,
    Path(id): Path<Id<authority::Inbox>>,
    Json(patch): Json<Patch>,
) -> Result<Json<InboxBody>, Failure> {
    Ok(Json(change(&grant, id, patch).await?.into()))
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
