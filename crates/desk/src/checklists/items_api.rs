//! JSON API of what is to be done in a ticket.
use super::{
    Item, actions,
    policy::{ItemChanges, ItemsDraft},
    store,
};
use crate::tickets::{self, EditTickets, Ticket, TicketError, ViewTickets};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing},
};
use utoipa::ToSchema;

/// Something to do in a ticket.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = ChecklistItem)]
pub struct ItemBody {
    #[schema(value_type = String)]
    pub id: Id<Item>,
    pub text: String,
    /// The ticket is not solved before it is done.
    pub is_needed: bool,
    pub is_done: bool,
    #[schema(value_type = Option<String>)]
    pub done_at: Option<Millis>,
    /// Who did it, as they were called then.
    pub done_by: Option<String>,
}
impl From<Item> for ItemBody {
    fn from(item: Item) -> ItemBody {
        ItemBody {
            is_done: item.is_done(),
            id: item.id,
            text: item.text,
            is_needed: item.is_needed,
            done_at: item.done_at_ms,
            done_by: item.done_by,
        }
    }
}
fn items<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
) -> Result<Listing<ItemBody>, TicketError> {
    tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let items = store::of_ticket(tx, ticket)?.into_iter().map(ItemBody::from).collect();
    Ok(Listing { items, next: None })
}

/// List what is to be done in a ticket, in its order.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/checklist", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<ItemBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<ItemBody>>, Failure> {
    Ok(Json(grant.read(move |tx| items(tx, number)).await?))
}

/// Put items, or a whole checklist, on a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/checklist", tag = "tickets", params(("number" = i64, Path)),
    request_body = ItemsDraft, responses((status = 201, body = Listing<ItemBody>)))]
pub async fn post(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Keyed(key, draft): Keyed<ItemsDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let added = draft.parse()?;
    let made = grant
        .change::<_, TicketError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                actions::add(tx, &ticket, added)?;
                items(tx, number)
            })
        })
        .await?;
    Ok(Created(made))
}

/// Tick an item off or not, rewrite it, or put it elsewhere in the order.
#[utoipa::path(patch, path = "/api/v1/checklist-items/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = ItemChanges, responses((status = 200, body = ItemBody)))]
pub async fn patch(
    grant: Grant<EditTickets>,
    InPath(id): InPath<Id<Item>>,
    Json(changes): Json<ItemChanges>,
) -> Result<Json<ItemBody>, Failure> {
    let item = grant
        .change::<_, TicketError>(move |tx| {
            let (ticket, item) = actions::see(tx, id)?;
            actions::change(tx, (&ticket, &item), changes)?;
            Ok(store::item(tx, id)?.ok_or_else(Problem::not_found)?)
        })
        .await?;
    Ok(Json(item.into()))
}

/// Take an item away.
#[utoipa::path(delete, path = "/api/v1/checklist-items/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(
    grant: Grant<EditTickets>,
    InPath(id): InPath<Id<Item>>,
) -> Result<axum::http::StatusCode, Failure> {
    grant
        .change::<_, TicketError>(move |tx| {
            let (ticket, item) = actions::see(tx, id)?;
            actions::remove(tx, (&ticket, &item))
        })
        .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}
