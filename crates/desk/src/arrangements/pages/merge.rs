//! `/t/{number}/merge`: into which ticket, and what that does.
use super::{
    super::actions::merge::{self, Preview},
    Asked, Picker, outcome,
};
use crate::tickets::{EditTickets, Ticket, TicketError};
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
#[template(path = "arrangements/merge.html")]
pub struct MergePage {
    ui: Ui,
    ticket: Ticket,
    picker: Picker,
    preview: Option<Preview>,
    refused: Option<&'static str>,
}

/// The page, and the status of its answer.
async fn load(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
    failed: Option<Problem>,
) -> Result<Response, Failure> {
    let found = super::hits(grant, &asked.q).await;
    let work = move |tx: &mut Tx<EditTickets>| {
        let ticket = super::super::actions::own(tx, number)?;
        crate::tickets::actions::unmerged(&ticket)?;
        let (preview, failed) = match (failed, asked.chosen()) {
            (Some(problem), _) => (None, Some(problem)),
            (None, None) => (None, None),
            (None, Some(into)) => match merge::preview(tx, number, into) {
                Ok(preview) => (Some(preview), None),
                Err(TicketError::Refused(problem)) => (None, Some(problem)),
                Err(other) => return Err(other),
            },
        };
        let picker = Picker::load(tx, &ticket, ("merge", "into"), (&asked.q, found), "")?;
        Ok::<_, TicketError>((ticket.into_inner(), picker, preview, failed))
    };
    let (ticket, picker, preview, failed) = grant.read(work).await?;
    let (status, refused) = outcome(&ui, failed)?;
    Ok((status, Page(MergePage { ui, ticket, picker, preview, refused })).into_response())
}

/// `GET /t/{number}/merge?q=&into=`.
pub async fn get(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    load(&grant, ui, number, asked, None).await
}

/// `POST /t/{number}/merge`.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["into", "person"])?;
    let into: Id<Ticket> = form.get("into").parse().unwrap_or(Id::new(0));
    let people: Vec<_> = form.all("person").filter_map(|id| id.parse().ok()).collect();
    match grant.change(move |tx| merge::merge(tx, number, into, &people)).await.map_err(Problem::from) {
        Ok(change) => Ok(Redirect::to(&format!("/t/{into}?done={change}")).into_response()),
        Err(problem) if matches!(problem.status, 403 | 409 | 422) => {
            load(&grant, ui, number, Asked::default(), Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
