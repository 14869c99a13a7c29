//! `/api/v1/tickets/{number}/followers`: colleagues who hear of what happens to a ticket.
use super::{EditTickets, Ticket, TicketError, ViewTickets, actions, store};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx, User},
    web::{Failure, InPath, Json, Listing},
};
use utoipa::ToSchema;

/// A colleague who follows.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Follower)]
pub struct Body {
    #[schema(value_type = String)]
    pub user: Id<User>,
    pub name: String,
}

fn all<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Listing<Body>, TicketError> {
    let followers = store::followers(tx, ticket)?;
    let body = |one: store::Follower| Body { user: one.user_id, name: one.name };
    Ok(Listing { items: followers.into_iter().map(body).collect(), next: None })
}

/// List the colleagues who follow a ticket.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/followers", tag = "tickets", params(("number" = i64, Path)),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Json<Listing<Body>>, Failure> {
    let followers = grant
        .read::<_, TicketError>(move |tx| {
            store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(followers))
}

/// Whether you follow a ticket yourself.
#[derive(Clone, Copy, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowBody {
    pub is_following: bool,
}

/// Follow a ticket yourself, or no longer.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/follow", tag = "tickets", params(("number" = i64, Path)),
    request_body = FollowBody, responses((status = 200, body = Listing<Body>)))]
pub async fn follow(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Json(wanted): Json<FollowBody>,
) -> Result<Json<Listing<Body>>, Failure> {
    let followers = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::follow(tx, &ticket, wanted.is_following)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(followers))
}

/// A colleague by their address.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFollower)]
pub struct NewFollower {
    pub email: String,
}

/// Have a colleague follow a ticket.
#[utoipa::path(post, path = "/api/v1/tickets/{number}/followers", tag = "tickets", params(("number" = i64, Path)),
    request_body = NewFollower, responses((status = 200, body = Listing<Body>)))]
pub async fn post(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Json(new): Json<NewFollower>,
) -> Result<Json<Listing<Body>>, Failure> {
    let followers = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::add_follower(tx, &ticket, new.email.trim())?;
            all(tx, number)
        })
        .await?;
    Ok(Json(followers))
}

/// A colleague follows a ticket no longer.
#[utoipa::path(delete, path = "/api/v1/tickets/{number}/followers/{user}", tag = "tickets",
    params(("number" = i64, Path), ("user" = String, Path)), responses((status = 200, body = Listing<Body>)))]
pub async fn delete(
    grant: Grant<EditTickets>,
    InPath((number, user)): InPath<(Id<Ticket>, Id<User>)>,
) -> Result<Json<Listing<Body>>, Failure> {
    let followers = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::remove_follower(tx, &ticket, user)?;
            all(tx, number)
        })
        .await?;
    Ok(Json(followers))
}
