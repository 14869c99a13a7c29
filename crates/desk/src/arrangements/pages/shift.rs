//! `/t/{number}/move`: to which ticket, and which messages.
use super::{
    super::{
        actions::{messages, own},
        store::{self, Choosable},
    },
    Asked, Picker, outcome,
};
use crate::tickets::{EditTickets, Ticket, TicketError, actions::unmerged};
use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Form, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "arrangements/move.html")]
pub struct MovePage {
    ui: Ui,
    ticket: Ticket,
    picker: Picker,
    /// Where they would go.
    other: Option<Ticket>,
    messages: Vec<Choosable>,
    form: Form,
    refused: Option<&'static str>,
}

async fn load(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
    (form, failed): (Form, Option<Problem>),
) -> Result<Response, Failure> {
    let found = super::hits(grant, &asked.q).await;
    let work = move |tx: &mut Tx<EditTickets>| {
        let ticket = own(tx, number)?;
        unmerged(&ticket)?;
        let (other, failed) = asked.other(tx, "into", failed)?;
        let picker = Picker::load(tx, &ticket, ("move", "into"), (&asked.q, found), &asked.message)?;
        let messages = store::choosable(tx, number)?;
        Ok::<_, TicketError>((ticket.into_inner(), picker, other, messages, failed))
    };
    let (ticket, picker, other, messages, failed) = grant.read(work).await?;
    let (status, refused) = outcome(&ui, failed)?;
    let page = MovePage { ui, ticket, picker, other, messages, form, refused };
    Ok((status, Page(page)).into_response())
}

/// `GET /t/{number}/move?message=&q=&into=`.
pub async fn get(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let form = Form::filled([("message", asked.message.clone())]);
    load(&grant, ui, number, asked, (form, None)).await
}

/// `POST /t/{number}/move`.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["message", "into"])?;
    let into: Id<Ticket> = form.get("into").parse().unwrap_or(Id::new(0));
    let chosen = form.all("message").filter_map(|id| id.parse().ok()).collect();
    match grant.change(move |tx| messages::shift(tx, number, chosen, into)).await.map_err(Problem::from) {
        Ok(change) => Ok(Redirect::to(&format!("/t/{into}?done={change}")).into_response()),
        Err(problem) if matches!(problem.status, 403 | 409 | 422) => {
            let asked = Asked { into: form.get("into").to_owned(), ..Asked::default() };
            load(&grant, ui, number, asked, (form, Some(problem))).await
        }
        Err(problem) => Err(problem.into()),
    }
}
