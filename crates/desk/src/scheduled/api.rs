//! JSON API of answers that wait.
use super::{actions, policy::ScheduledReply, store};
use crate::{
    conversation::{Message, actions::Signer},
    tickets::{self, NoteTickets, ReplyTickets, Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, InPath, Json, Listing, Paged},
};
use utoipa::ToSchema;

/// An answer that is not sent yet.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
pub struct ScheduledBody {
    #[schema(value_type = String)]
    pub id: Id<ScheduledReply>,
    pub ticket: i64,
    /// Whose answer it is.
    pub author: String,
    pub text: String,
    /// Null: the customer and those in copy.
    pub to: Option<Vec<String>>,
    pub cc: Option<Vec<String>>,
    pub bcc: Vec<String>,
    /// The ticket's status afterwards.
    pub status: Option<String>,
    #[schema(value_type = String)]
    pub send_at: Millis,
    /// False: its writer can take it back until then.
    pub is_later: bool,
    /// A code: why it was not sent at its time.
    pub held_because: Option<String>,
    #[schema(value_type = String)]
    pub created_at: Millis,
}
impl From<ScheduledReply> for ScheduledBody {
    fn from(waiting: ScheduledReply) -> Self {
        let draft = waiting.draft();
        let (text, _) = crate::conversation::words(draft.text, draft.html);
        ScheduledBody {
            id: waiting.id,
            ticket: waiting.ticket_id.number(),
            author: waiting.user_name,
            text,
            to: draft.to,
            cc: draft.cc,
            bcc: draft.bcc,
            status: draft.status,
            send_at: waiting.send_at_ms,
            is_later: waiting.is_later,
            held_because: waiting.held_because,
            created_at: waiting.created_at_ms,
        }
    }
}

/// List the answers of a ticket that are not sent yet, the next one first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/scheduled", tag = "tickets",
    params(("number" = i64, Path), Paged), responses((status = 200, body = Listing<ScheduledBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<ScheduledBody>>, Failure> {
    let rows = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok(store::of_ticket(tx, number)?)
        })
        .await?;
    Ok(Json(paged.of_whole(rows, |row| row.id.to_string(), ScheduledBody::from)?))
}

/// Take back an answer of one's own that is not sent yet. Its text is gone.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/scheduled/{id}", tag = "tickets",
    params(("number" = i64, Path), ("id" = String, Path)), responses((status = 204)))]
pub async fn delete(
    grant: Grant<NoteTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<ScheduledReply>)>,
) -> Result<StatusCode, Failure> {
    grant.change::<_, TicketError>(move |tx| actions::remove(tx, number, id).map(drop)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What became of it.
#[derive(serde::Serialize, ToSchema)]
pub struct SentBody {
    #[schema(value_type = String)]
    pub message: Id<Message>,
}

/// Send an answer of one's own at once, also one that is held.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/scheduled/{id}/send", tag = "tickets",
    params(("number" = i64, Path), ("id" = String, Path)), responses((status = 200, body = SentBody)))]
pub async fn send(
    grant: Grant<ReplyTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<ScheduledReply>)>,
) -> Result<Json<SentBody>, Failure> {
    let signer = Signer::of(grant.home());
    let message =
        grant.change::<_, TicketError>(move |tx| actions::send_own(tx, number, id, &signer)).await?;
    Ok(Json(SentBody { message }))
}
