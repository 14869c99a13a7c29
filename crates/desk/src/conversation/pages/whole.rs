//! All that a message says, as plain text: what is too long for a ticket's page.
use crate::{
    conversation::{self, Message},
    tickets::{self, Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{authority::Grant, web::Failure};

/// `GET /t/{number}/messages/{id}/text`.
pub async fn text(
    grant: Grant<ViewTickets>,
    Path((number, id)): Path<(Id<Ticket>, Id<Message>)>,
) -> Result<Response, Failure> {
    let message = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok(conversation::store::one(tx, number, id)?.ok_or_else(Problem::not_found)?)
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], message.full_text()).into_response())
}
