//! What is to be done in a ticket, on its page: small forms that redirect.
use super::{
    Item, Line, actions,
    policy::{Added, ItemChanges, ItemsDraft},
};
use crate::tickets::{self, EditTickets, Ticket, TicketError, pages::Asked};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, Form, InPath, Page, Ui},
};

/// `POST /t/{number}/checklist`: `items`, one a line, or a `checklist`.
pub async fn add(
    ui: Ui,
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["items", "checklist"])?;
    let added = match form.some("checklist").map(str::parse) {
        Some(Ok(list)) => Ok(Added::List(list)),
        Some(Err(_)) => Err(Problem::field("checklist", "unknown_id")),
        None => ItemsDraft { items: Line::read(form.get("items")), checklist: None }.parse(),
    };
    let done = match added {
        Ok(added) => {
            let work = grant.change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                actions::add(tx, &ticket, added)
            });
            work.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&asked.back(number)).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                if field.pointer.starts_with("/items/") {
                    field.pointer = "/items".into();
                }
            }
            let page = tickets::pages::load(&grant, ui, number, asked).await?;
            let page = page.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /t/{number}/checklist/{item}`. `what`: `done`, `open`, `needed`, `optional`, `up`, or `remove`.
pub async fn change(
    grant: Grant<EditTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<Item>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["what"])?;
    let what = form.get("what").to_owned();
    grant
        .change::<_, TicketError>(move |tx| {
            let (ticket, item) = actions::see(tx, id)?;
            let changes = match what.as_str() {
                "done" => ItemChanges { is_done: Some(true), ..ItemChanges::default() },
                "open" => ItemChanges { is_done: Some(false), ..ItemChanges::default() },
                "needed" => ItemChanges { is_needed: Some(true), ..ItemChanges::default() },
                "optional" => ItemChanges { is_needed: Some(false), ..ItemChanges::default() },
                "up" => {
                    let all = super::store::of_ticket(tx, ticket.id)?;
                    let at = all.iter().position(|one| one.id == id).unwrap_or(0);
                    ItemChanges { place: i64::try_from(at).ok(), ..ItemChanges::default() }
                }
                "remove" => return actions::remove(tx, (&ticket, &item)),
                _ => return Err(Problem::field("what", "unknown_word").into()),
            };
            actions::change(tx, (&ticket, &item), changes)
        })
        .await?;
    Ok(Redirect::to(&asked.back(number)))
}
