//! `/api/v1/tickets/{number}/helpers`: colleagues who work on a case beside the one who has it. They see it, and follow it.
use super::{HelperAdded, HelperRemoved, store};
use crate::tickets::{self, EditTickets, Seen, Ticket, TicketError, ViewTickets, actions::unmerged};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx, User},
    web::{Failure, InPath, Json, Listing},
};
use utoipa::ToSchema;

/// Somebody helps from now on, and hears of what happens.
pub(super) fn join<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, user: Id<User>) -> Result<(), TicketError> {
    tickets::store::follow(tx, ticket, user)?;
    if store::add_helper(tx, ticket, user)? {
        tx.emit(HelperAdded { ticket, user })?;
    }
    Ok(())
}

/// Has a colleague help.
///
/// * errors – 422 for an address of nobody who works here.
pub fn add(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, email: &str) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let user = tickets::store::user_by_email(tx, email)?;
    let user = user.ok_or_else(|| Problem::field("email", "unknown_colleague"))?;
    join(tx, ticket.id, user)
}

/// A colleague helps no longer; whether they go on following is theirs to say.
///
/// * errors – 404 for somebody who does not help.
pub fn remove(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, user: Id<User>) -> Result<(), TicketError> {
    unmerged(ticket)?;
    if !store::remove_helper(tx, ticket.id, user)? {
        return Err(Problem::not_found().into());
    }
    tx.emit(HelperRemoved { ticket: ticket.id, user })?;
    Ok(())
}

/// A colleague who helps.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Helper)]
pub struct Body {
    #[schema(value_type = String)]
    pub user: Id<User>,
    pub name: String,
}
fn all<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Listing<Body>, TicketError> {
    let body = |helper: store::Helper| Body { user: helper.user_id, name: helper.name };
    Ok(Listing { items: store::helpers(tx, ticket)?.into_iter().map(body).collect(), next: None })
}

/// List the colleagues who work on a case beside the one who has it.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/helpers", tag = "escalation", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let helpers = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(helpers))
}

/// A colleague by their address.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHelper)]
pub struct NewHelper {
    pub email: String,
}

/// Have a colleague work on a case. They see it from then on, whatever their role lets them see.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/helpers", tag = "escalation", params(("number" = i64, Path)),
    request_body = NewHelper, responses((status = 200, body = Listing<Body>)))]
pub async fn post(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Json(new): Json<NewHelper>,
) -> Result<Json<Listing<Body>>, Failure> {
    let helpers = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            add(tx, &ticket, new.email.trim())?;
            all(tx, number)
        })
        .await?;
    Ok(Json(helpers))
}

/// A colleague works on a case no longer.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/helpers/{user}", tag = "escalation",
    params(("number" = i64, Path), ("user" = String, Path)), responses((status = 200, body = Listing<Body>)))]
pub async fn delete(
    grant: Grant<EditTickets>,
    InPath((number, user)): InPath<(Id<Ticket>, Id<User>)>,
) -> Result<Json<Listing<Body>>, Failure> {
    let helpers = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            remove(tx, &ticket, user)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(helpers))
}
