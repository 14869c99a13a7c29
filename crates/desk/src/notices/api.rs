//! `/api/v1/notifications`: one's own.
use super::{
    actions::{self, Settings},
    policy::{Notice, What},
    store::{self, Read, View},
};
use crate::{conversation::Message, tickets::Ticket};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    authority::Myself,
    i18n::Language,
    web::{Failure, Json, Listing, Paged},
};
use utoipa::ToSchema;

/// Something that concerns the caller.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Notification)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Notice>,
    #[schema(value_type = String)]
    pub kind: What,
    /// A sentence in the caller's language.
    pub text: String,
    /// The number that the ticket's leads to.
    #[schema(value_type = Option<i64>)]
    pub ticket: Option<i64>,
    pub subject: Option<String>,
    #[schema(value_type = Option<String>)]
    pub message: Option<Id<Message>>,
    /// A mail of the ledger.
    pub inbound: Option<String>,
    /// Who did it; empty where the program did.
    pub by: String,
    /// The colleague in whose place the caller hears of it.
    pub in_place_of: Option<String>,
    /// The page that it is about.
    pub url: String,
    #[schema(value_type = String)]
    pub created_at: Millis,
    #[schema(value_type = Option<String>)]
    pub read_at: Option<Millis>,
}
fn body(notice: Notice, language: Language) -> Body {
    Body {
        text: notice.sentence(language),
        url: notice.address(),
        id: notice.id,
        kind: notice.kind,
        ticket: notice.ticket_id.map(Id::number),
        subject: notice.subject,
        message: notice.message_id,
        inbound: notice.inbound_id.map(|id| id.to_string()),
        by: notice.by_name,
        in_place_of: notice.for_name,
        created_at: notice.created_at_ms,
        read_at: notice.read_at_ms,
    }
}

#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `true`: only what is unread.
    unread: Option<bool>,
}

/// List what concerns you, the newest first. What you may no longer see is left out.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notifications", params(Asked, Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<Myself>,
    Query(asked): Query<Asked>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let language = grant.actor().language;
    let rows = grant
        .read::<_, Problem>(move |tx| {
            let Some(view) = View::of(tx) else { return Ok(Vec::new()) };
            Ok(store::page(tx, &view, asked.unread == Some(true), before, limit + 1)?)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |row| row.id.to_string(), |row| body(row, language))))
}

/// Which notifications were read: one of the three.
#[derive(Clone, Debug, Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadNotifications)]
pub struct ReadBody {
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<Id<Notice>>>,
    /// All until this one.
    #[schema(value_type = Option<String>)]
    pub up_to: Option<Id<Notice>>,
    /// All of this ticket.
    #[schema(value_type = Option<i64>)]
    pub ticket: Option<i64>,
}
impl ReadBody {
    fn parse(self) -> Result<Read, Problem> {
        match (self.ids, self.up_to, self.ticket) {
            (Some(ids), None, None) if ids.len() <= 200 => Ok(Read::These(ids)),
            (Some(_), None, None) => Err(Problem::field("ids", "too_long")),
            (None, Some(id), None) => Ok(Read::UpTo(id)),
            (None, None, Some(ticket)) => Ok(Read::Ticket(Id::<Ticket>::new(ticket))),
            _ => Err(Problem::field("ids", "required")),
        }
    }
}

/// How many became read.
#[derive(serde::Serialize, ToSchema)]
pub struct ReadCount {
    pub read: u64,
}

/// Mark notifications as read: these, all until one, or all of a ticket.
#[utoipa::path(post, path = "/api/v1/notifications/read", tag = "notifications", request_body = ReadBody,
    responses((status = 200, body = ReadCount)))]
pub async fn read(grant: Grant<Myself>, Json(body): Json<ReadBody>) -> Result<Json<ReadCount>, Failure> {
    let which = body.parse()?;
    let read = grant.change::<_, Problem>(move |tx| actions::read(tx, &which)).await?;
    Ok(Json(ReadCount { read }))
}

/// What you want to hear of, where, and when mails go out.
#[utoipa::path(get, path = "/api/v1/notifications/settings", tag = "notifications",
    responses((status = 200, body = Settings)))]
pub async fn settings(grant: Grant<Myself>) -> Result<Json<Settings>, Failure> {
    Ok(Json(grant.read::<_, Problem>(actions::settings).await?))
}

/// Choose what you want to hear of. Events that are left out stay as they are.
#[utoipa::path(put, path = "/api/v1/notifications/settings", tag = "notifications", request_body = Settings,
    responses((status = 200, body = Settings)))]
pub async fn put_settings(
    grant: Grant<Myself>,
    Json(wanted): Json<Settings>,
) -> Result<Json<Settings>, Failure> {
    let settings = grant
        .change::<_, Problem>(move |tx| {
            actions::choose(tx, &wanted)?;
            actions::settings(tx)
        })
        .await?;
    Ok(Json(settings))
}
