//! JSON API of side conversations.
use super::{AnswerDraft, Draft, SideConversation, State, actions, policy::Changes, store};
use crate::{
    conversation::{
        self,
        actions::Signer,
        api::{MessageBody, around, body as message_body},
    },
    tickets::{self, ReplyTickets, Ticket, TicketError, ViewTickets},
};
use axum::extract::Query;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx, User},
    db::Conn,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use utoipa::ToSchema;

/// A side conversation.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = SideConversation)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<SideConversation>,
    /// Where it was begun.
    pub ticket: i64,
    pub subject: String,
    /// The addresses that it goes to.
    pub to: Vec<String>,
    pub state: State,
    /// Whoever of us wrote last: they hear of an answer.
    #[schema(value_type = String)]
    pub asked_by: Id<User>,
    #[schema(value_type = String)]
    pub created_at: Millis,
    /// When somebody wrote last, or closed it.
    #[schema(value_type = String)]
    pub last_at: Millis,
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Millis>,
}
fn bodies(conn: &mut Conn, sides: Vec<SideConversation>) -> Result<Vec<Body>, TicketError> {
    let ids: Vec<_> = sides.iter().map(|side| side.id).collect();
    let people = store::people(conn, &ids)?;
    let body = |side: SideConversation| Body {
        to: people.iter().filter(|(of, _)| *of == side.id).map(|(_, email)| email.clone()).collect(),
        id: side.id,
        ticket: side.ticket_id.number(),
        subject: side.subject,
        state: side.state,
        asked_by: side.asked_by,
        created_at: side.created_at_ms,
        last_at: side.last_at_ms,
        closed_at: side.closed_at_ms,
    };
    Ok(sides.into_iter().map(body).collect())
}
fn body<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<SideConversation>) -> Result<Body, TicketError> {
    let (_, side) = actions::see(tx, id)?;
    Ok(bodies(tx, vec![side])?.pop().ok_or_else(Problem::internal)?)
}

/// List the side conversations of a ticket, the oldest first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/side-conversations", tag = "tickets",
    params(("number" = i64, Path)), responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let items = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let sides = store::of_ticket(tx, number)?;
            bodies(tx, sides)
        })
        .await?;
    Ok(Json(Listing { items, next: None }))
}

/// Write about a ticket to somebody beside its customer.
///
/// It is mailed from the ticket's inbox. What they answer comes back into the side conversation; the customer sees
/// nothing of it.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/side-conversations", tag = "tickets",
    params(("number" = i64, Path)), request_body = Draft, responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ReplyTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let signer = Signer::of(grant.home());
    let new = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                let id = actions::open(tx, &ticket, new, &signer)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Get a side conversation.
#[utoipa::path(get, path = "/api/v1/side-conversations/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<SideConversation>>,
) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Close a side conversation, or open it again.
#[utoipa::path(patch, path = "/api/v1/side-conversations/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ReplyTickets>,
    InPath(id): InPath<Id<SideConversation>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            let (ticket, side) = actions::see(tx, id)?;
            match changes.is_closed {
                true => actions::close(tx, (&ticket, &side))?,
                false => actions::reopen(tx, (&ticket, &side))?,
            }
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// List what was written in a side conversation, oldest first.
#[utoipa::path(get, path = "/api/v1/side-conversations/{id}/messages", tag = "tickets",
    params(("id" = String, Path), Paged), responses((status = 200, body = Listing<MessageBody>)))]
pub async fn messages(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<SideConversation>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<MessageBody>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let mut found = grant
        .read::<_, TicketError>(move |tx| {
            let (ticket, side) = actions::see(tx, id)?;
            let messages = conversation::store::of_side(tx, side.id, after, limit + 1)?;
            Ok(around(tx, ticket.id, messages)?)
        })
        .await?;
    let messages = std::mem::take(&mut found.messages);
    let listing = Listing::of(
        messages,
        limit,
        |message| message.id.to_string(),
        |message| message_body(message, &found),
    );
    Ok(Json(listing))
}

/// Write more in a side conversation. A closed one is open again.
#[utoipa::path(post, path = "/api/v1/side-conversations/{id}/messages", tag = "tickets", params(("id" = String, Path)),
    request_body = AnswerDraft, responses((status = 201, body = MessageBody)))]
pub async fn answer(
    grant: Grant<ReplyTickets>,
    InPath(id): InPath<Id<SideConversation>>,
    Keyed(key, draft): Keyed<AnswerDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let signer = Signer::of(grant.home());
    let letter = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let (ticket, side) = actions::see(tx, id)?;
                let message = actions::ask(tx, (&ticket, &side), letter, &signer)?;
                let found = conversation::store::one(tx, ticket.id, message)?;
                let mut found = around(tx, ticket.id, found.into_iter().collect())?;
                let message = found.messages.pop().ok_or_else(Problem::internal)?;
                Ok::<_, TicketError>(message_body(message, &found))
            })
        })
        .await?;
    Ok(Created(made))
}
