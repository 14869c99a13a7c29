//! `/t/{number}/link`: with which ticket, and what this one is to it.
use super::{
    super::{
        actions::{links, own},
        policy::LinkWord,
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
#[template(path = "arrangements/link.html")]
pub struct LinkPage {
    ui: Ui,
    ticket: Ticket,
    picker: Picker,
    other: Option<Ticket>,
    form: Form,
    refused: Option<&'static str>,
}
impl LinkPage {
    fn words(&self) -> &'static [LinkWord] {
        LinkWord::ALL
    }
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
        let (other, failed) = asked.other(tx, "ticket", failed)?;
        let picker = Picker::load(tx, &ticket, ("link", "into"), (&asked.q, found), "")?;
        Ok::<_, TicketError>((ticket.into_inner(), picker, other, failed))
    };
    let (ticket, picker, other, failed) = grant.read(work).await?;
    let (status, refused) = outcome(&ui, failed)?;
    Ok((status, Page(LinkPage { ui, ticket, picker, other, form, refused })).into_response())
}

/// `GET /t/{number}/link?q=&into=`.
pub async fn get(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    load(&grant, ui, number, asked, (Form::default(), None)).await
}

/// `POST /t/{number}/link`.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["link", "ticket"])?;
    let with: Id<Ticket> = form.get("ticket").parse().unwrap_or(Id::new(0));
    let word = LinkWord::from_word(form.get("link"));
    let work = move |tx: &mut Tx<EditTickets>| {
        own(tx, number)?;
        let word = word.ok_or_else(|| Problem::field("link", "unknown_word"))?;
        links::link(tx, number, word, with)
    };
    match grant.change(work).await.map_err(Problem::from) {
        Ok(change) => Ok(Redirect::to(&format!("/t/{number}?done={change}")).into_response()),
        Err(problem) if matches!(problem.status, 403 | 409 | 422) => {
            let asked = Asked { into: form.get("ticket").to_owned(), ..Asked::default() };
            load(&grant, ui, number, asked, (form, Some(problem))).await
        }
        Err(problem) => Err(problem.into()),
    }
}
