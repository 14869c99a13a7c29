//! JSON API of a ticket's conversation.
use super::{
    AuthorKind, Direction, Message, MessageKind, ReplyDraft, actions,
    actions::Signer,
    guard::{self, Intended},
    store,
};
use crate::{
    attachments::{self, Attachment, api::AttachmentBody},
    mentions,
    scheduled::{self, actions::Waiting, api::ScheduledBody},
    tickets::{self, NoteTickets, ReplyTickets, Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    db, idempotency,
    outbox::{self, Delivery},
    web::{Failure, Json, Keyed, Listing, Paged},
};
use std::collections::HashMap;
use utoipa::ToSchema;

#[derive(serde::Serialize, ToSchema)]
pub struct AuthorBody {
    #[schema(value_type = String)]
    pub kind: AuthorKind,
    pub id: Option<String>,
    pub name: String,
}
#[derive(serde::Serialize, ToSchema)]
pub struct DeliveryBody {
    /// `waiting`, `sending`, `sent`, `failed` or `bounced`: of several recipients, the worst.
    pub state: String,
    pub reason: Option<String>,
    /// What became of each.
    pub recipients: Vec<RecipientBody>,
}
#[derive(serde::Serialize, ToSchema)]
#[schema(as = DeliveryRecipientBody)]
pub struct RecipientBody {
    pub address: String,
    pub state: String,
    pub reason: Option<String>,
}
impl From<&Delivery> for DeliveryBody {
    fn from(delivery: &Delivery) -> Self {
        let one = |one: outbox::Recipient| RecipientBody {
            address: one.address,
            state: one.state,
            reason: one.reason,
        };
        DeliveryBody {
            state: delivery.state.clone(),
            reason: delivery.reason.clone(),
            recipients: delivery.recipients().into_iter().map(one).collect(),
        }
    }
}
/// A message or a note.
#[derive(serde::Serialize, ToSchema)]
pub struct MessageBody {
    #[schema(value_type = String)]
    pub id: Id<Message>,
    pub kind: MessageKind,
    pub direction: Direction,
    pub channel: String,
    pub author: AuthorBody,
    /// The address it came from; of an answer, the inbox's address that its mail leaves from.
    pub from: Option<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub subject: String,
    /// The words themselves, without quotes and signature.
    pub text: String,
    /// Words, quotes and signature, in the order in which the mail has them.
    pub full_text: String,
    /// Cleaned. Remote pictures are not loaded: their address is in `data-remote-src`.
    pub html: Option<String>,
    pub attachments: Vec<AttachmentBody>,
    pub delivery: Option<DeliveryBody>,
    /// Written by a machine.
    pub is_automatic: bool,
    /// It sent another message of the ticket on to `to`, who do not take part.
    pub is_forward: bool,
    /// That message, where it is known.
    #[schema(value_type = Option<String>)]
    pub forwarded: Option<Id<Message>>,
    /// False: the mail came from an address that does not take part in the ticket.
    pub is_sender_known: bool,
    #[schema(value_type = String)]
    pub created_at: Millis,
}

/// Everything of a page of messages, with three statements.
pub struct Conversation {
    /// Oldest first.
    pub messages: Vec<Message>,
    pub files: HashMap<Id<Message>, Vec<Attachment>>,
    pub deliveries: HashMap<i64, Delivery>,
}

/// The conversation of a ticket that the caller has seen.
pub fn load<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    after: Option<Id<Message>>,
    limit: usize,
) -> db::Result<Conversation> {
    let messages = store::of_ticket(tx, ticket, after, limit)?;
    around(tx, ticket, messages)
}

/// What belongs to these messages of one ticket.
pub fn around<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    messages: Vec<Message>,
) -> db::Result<Conversation> {
    let none = Id::new(0);
    let first = messages.first().map_or(none, |message| message.id);
    let last = messages.last().map_or(none, |message| message.id);
    let mut files: HashMap<_, Vec<_>> = HashMap::new();
    for file in attachments::store::of_messages(tx, ticket, first, last)? {
        if let Some(message) = file.message_id {
            files.entry(message).or_default().push(file);
        }
    }
    let deliveries = outbox::deliveries(tx, ticket.number(), first.number(), last.number())?;
    let deliveries = deliveries.into_iter().map(|delivery| (delivery.message_id, delivery)).collect();
    Ok(Conversation { messages, files, deliveries })
}

pub(crate) fn body(message: Message, conversation: &Conversation) -> MessageBody {
    let files = conversation.files.get(&message.id);
    let delivery = conversation.deliveries.get(&message.id.number());
    MessageBody {
        id: message.id,
        is_forward: message.is_forward(),
        forwarded: message.forwarded_id.filter(|id| id.number() != 0),
        kind: message.kind,
        direction: message.direction,
        author: AuthorBody {
            kind: message.author_kind,
            id: message.author_id.map(|id| id.to_string()),
            name: message.author_name.clone(),
        },
        to: message.to(),
        cc: message.cc(),
        full_text: message.full_text(),
        attachments: files.into_iter().flatten().map(AttachmentBody::from).collect(),
        delivery: delivery.map(DeliveryBody::from),
        channel: message.channel,
        from: message.from_email,
        subject: message.subject,
        text: message.text,
        html: message.html,
        is_automatic: message.is_automatic,
        is_sender_known: message.is_sender_known,
        created_at: message.created_at_ms,
    }
}

/// List the messages and notes of a ticket, oldest first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/messages", tag = "tickets",
    params(("number" = i64, Path), Paged), responses((status = 200, body = Listing<MessageBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<MessageBody>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let mut conversation = grant
        .read(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(load(tx, number, after, limit + 1)?)
        })
        .await?;
    let messages = std::mem::take(&mut conversation.messages);
    let listing = Listing::of(
        messages,
        limit,
        |message| message.id.to_string(),
        |message| body(message, &conversation),
    );
    Ok(Json(listing))
}

/// Add an answer or an internal note.
///
/// An answer (`public`) is mailed to the customer and those in copy unless `to` and `cc` say otherwise. A note
/// needs less permission and reaches nobody outside; to set the `status` with it takes `tickets.edit`. With `forward`
/// a message is sent on. With `seen` and `confirm` an answer is looked at before; with `send_at` it waits. A note calls
/// colleagues and teams with `@name`; one that calls somebody who may not see the ticket is refused (409 `unconfirmed`)
/// until `confirm` says so.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/messages", tag = "tickets",
    params(("number" = i64, Path)), request_body = ReplyDraft,
    responses((status = 201, body = MessageBody), (status = 202, body = ScheduledBody)))]
pub async fn post(
    grant: Grant<NoteTickets>,
    replying: Option<Grant<ReplyTickets>>,
    Path(number): Path<Id<Ticket>>,
    Keyed(key, draft): Keyed<ReplyDraft>,
) -> Result<Response, Failure> {
    let is_sent = draft.forward.is_some() || draft.kind == MessageKind::Public;
    if let Some(send_at) = draft.send_at.filter(|_| is_sent) {
        let grant = replying.ok_or(Problem::new(403, "permission_required"))?;
        let work = move |tx: &mut Tx<ReplyTickets>| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                looked_at(tx, &ticket, &draft)?;
                let seen = match draft.seen {
                    Some(seen) => seen,
                    None => store::newest(tx, number)?,
                };
                let composer = scheduled::actions::composer_of(&draft);
                let waiting = Waiting { draft: draft.clone(), composer, seen, is_later: true, send_at };
                let id = scheduled::actions::schedule(tx, &ticket, waiting)?;
                let row = scheduled::store::one(tx, id)?.ok_or_else(Problem::not_found)?;
                Ok::<_, TicketError>(ScheduledBody::from(row))
            })
        };
        return Ok((StatusCode::ACCEPTED, Json(grant.change(work).await?)).into_response());
    }
    if draft.forward.is_some() {
        let grant = replying.ok_or(Problem::new(403, "permission_required"))?;
        let signer = Signer::of(grant.home());
        let work = move |tx: &mut Tx<ReplyTickets>| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                looked_at(tx, &ticket, &draft)?;
                let id = scheduled::actions::send_now(tx, &ticket, draft.clone(), &signer)?;
                shown(tx, number, id)
            })
        };
        return Ok((StatusCode::CREATED, Json(grant.change(work).await?)).into_response());
    }
    let reply = draft.clone().parse()?;
    let body = match reply.kind {
        MessageKind::Note => {
            let work = move |tx: &mut Tx<NoteTickets>| {
                idempotency::once(tx, key.as_ref(), |tx| {
                    let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                    if reply.status.is_some() && !tickets::store::may_edit(tx, &ticket)? {
                        return Err(Problem::new(403, "status_beyond_yours").into());
                    }
                    let confirmed = draft.confirm.as_deref().unwrap_or_default();
                    let looked = mentions::actions::look(tx, &ticket, &reply.text, confirmed);
                    looked.map_err(|stopped| TicketError::from(Problem::from(stopped)))?;
                    let id = actions::note(tx, &ticket, &reply)?;
                    actions::set_status_after(tx, &ticket, reply.status.as_deref())?;
                    shown(tx, number, id)
                })
            };
            grant.change(work).await?
        }
        MessageKind::Public => {
            let grant = replying.ok_or(Problem::new(403, "permission_required"))?;
            let signer = Signer::of(grant.home());
            let work = move |tx: &mut Tx<ReplyTickets>| {
                idempotency::once(tx, key.as_ref(), |tx| {
                    let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                    looked_at(tx, &ticket, &draft)?;
                    let id = actions::reply(tx, &ticket, &reply, &signer)?;
                    shown(tx, number, id)
                })
            };
            grant.change(work).await?
        }
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Refuses past unread words and where something may be wrong, as far as the caller asked for it.
fn looked_at<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &tickets::Seen<Ticket>,
    draft: &ReplyDraft,
) -> Result<(), TicketError> {
    let (text, _) = super::words(draft.text.clone(), draft.html.clone());
    let named = draft.to.iter().chain(&draft.cc).flatten().chain(&draft.bcc);
    let intended = Intended {
        text: &text,
        addresses: named.map(String::as_str).collect(),
        has_files: !draft.attachments.is_empty() || draft.forward.is_some(),
        is_forward: draft.forward.is_some(),
    };
    let looked = guard::look(tx, ticket, &intended, draft.seen, draft.confirm.as_deref());
    looked.map_err(|stopped| Problem::from(stopped).into())
}

fn shown<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    message: Id<Message>,
) -> Result<MessageBody, TicketError> {
    let just_before = Id::new(message.number() - 1);
    let mut conversation = load(tx, ticket, Some(just_before), 1)?;
    let message = conversation.messages.pop().ok_or_else(Problem::not_found)?;
    Ok(body(message, &conversation))
}
