//! Who did what to a ticket, from the event log.
pub mod pages;

use crate::tickets::{self, Ticket, TicketError, ViewTickets};
use axum::{
    Json,
    extract::{Path, Query},
};
use derive::Record;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    args,
    authority::{Grant, Implies, Tx},
    db,
    events::{self, Recorded},
    sql,
    web::{Failure, Listing, Paged, Routes},
};
use std::collections::HashMap;
use utoipa::ToSchema;
use utoipa_axum::routes;

platform::translations!();

/// One thing that happened.
#[derive(Clone, serde::Serialize, ToSchema)]
pub struct Entry {
    #[schema(value_type = String)]
    pub id: Id<Recorded>,
    #[schema(value_type = String)]
    pub at: Millis,
    /// A name; empty where the program did it by itself.
    pub actor: String,
    pub kind: String,
    /// The payload of the event.
    #[schema(value_type = Object)]
    pub changes: serde_json::Value,
}

#[derive(Record)]
struct Name {
    key: String,
    name: String,
}

/// What happened before an event to a ticket that the caller has seen, newest first.
pub fn of<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    before: Option<Id<Recorded>>,
    limit: usize,
) -> db::Result<Vec<Entry>> {
    let recorded = events::history(tx, &format!("ticket/{ticket}"), before, limit)?;
    let ids = |noun: &str| {
        let numbers = recorded.iter().filter_map(|event| event.actor.strip_prefix(noun)?.parse().ok());
        let mut ids: Vec<Id<()>> = numbers.map(Id::new).collect();
        ids.sort();
        ids.dedup();
        Id::list(&ids)
    };
    let names = tx.all::<Name>(
        sql!(
            "SELECT 'rule/' || CAST(id AS TEXT) AS key, name FROM rule WHERE id {in $3}
              UNION ALL
             SELECT 'user/' || CAST(id AS TEXT) AS key, name FROM desk_user WHERE id {in $1}
              UNION ALL
             SELECT 'contact/' || CAST(id AS TEXT) AS key, name FROM contact WHERE id {in $2}"
        ),
        args![&ids("user/"), &ids("contact/"), &ids("rule/")],
    )?;
    let names: HashMap<_, _> = names.into_iter().map(|name| (name.key, name.name)).collect();
    let entry = |event: Recorded| Entry {
        id: event.id,
        at: event.at_ms,
        actor: names.get(&event.actor).cloned().unwrap_or_default(),
        changes: event.data(),
        kind: event.kind,
    };
    Ok(recorded.into_iter().map(entry).collect())
}

/// The history of a ticket, newest first.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/history", tag = "tickets", params(("number" = i64, Path), Paged),
    responses((status = 200, body = Listing<Entry>)))]
pub async fn get(
    grant: Grant<ViewTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Entry>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let entries = grant
        .read(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(of(tx, number, before, limit + 1)?)
        })
        .await?;
    Ok(Json(Listing::of(entries, limit, |entry| entry.id.to_string(), |entry| entry)))
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(get))
        .get::<ViewTickets>("/t/{number}/history", axum::routing::get(pages::get))
}
