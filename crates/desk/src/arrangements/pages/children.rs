//! `/t/{number}/children`: which children are solved together.
use super::{
    super::{
        actions::{links, own},
        store::Linked,
    },
    outcome,
};
use crate::tickets::{EditTickets, Ticket, TicketError};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Form, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "arrangements/children.html")]
pub struct ChildrenPage {
    ui: Ui,
    ticket: Ticket,
    children: Vec<Linked>,
    refused: Option<&'static str>,
}

async fn load(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    failed: Option<Problem>,
) -> Result<Response, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        let ticket = own(tx, number)?;
        Ok::<_, TicketError>((ticket.into_inner(), links::open_children(tx, number)?))
    };
    let (ticket, children) = grant.read(work).await?;
    let (status, refused) = outcome(&ui, failed)?;
    Ok((status, Page(ChildrenPage { ui, ticket, children, refused })).into_response())
}

/// `GET /t/{number}/children`.
pub async fn get(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
) -> Result<Response, Failure> {
    load(&grant, ui, number, None).await
}

/// `POST /t/{number}/children`.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["child"])?;
    let chosen: Vec<_> = form.all("child").filter_map(|id| id.parse().ok()).collect();
    let work = move |tx: &mut Tx<EditTickets>| links::solve_children(tx, number, &chosen);
    match grant.change(work).await.map_err(Problem::from) {
        Ok(change) => Ok(Redirect::to(&format!("/t/{number}?done={change}")).into_response()),
        Err(problem) if matches!(problem.status, 403 | 409 | 422) => {
            load(&grant, ui, number, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
