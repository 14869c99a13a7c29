//! `/t/{number}/split`: which messages become a ticket of their own.
use super::{
    super::{
        actions::{messages, own},
        policy::SplitDraft,
        store::{self, Choosable},
    },
    outcome,
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

#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    message: String,
}

#[derive(askama::Template)]
#[template(path = "arrangements/split.html")]
pub struct SplitPage {
    ui: Ui,
    ticket: Ticket,
    messages: Vec<Choosable>,
    form: Form,
    refused: Option<&'static str>,
}
impl SplitPage {
    /// The subject of the first chosen message.
    fn subject(&self) -> String {
        let given = self.form.some("subject").map(str::to_owned);
        let first = self.messages.iter().find(|message| message.is_chosen(&self.form));
        given.or(first.map(|message| mail::bare_subject(&message.subject))).unwrap_or_default()
    }
}

async fn load(
    grant: &Grant<EditTickets>,
    ui: Ui,
    number: Id<Ticket>,
    form: Form,
    failed: Option<Problem>,
) -> Result<Response, Failure> {
    let work = move |tx: &mut Tx<EditTickets>| {
        let ticket = own(tx, number)?;
        unmerged(&ticket)?;
        let messages = store::choosable(tx, number)?;
        Ok::<_, TicketError>((ticket.into_inner(), messages))
    };
    let (ticket, messages) = grant.read(work).await?;
    let (status, refused) = outcome(&ui, failed)?;
    Ok((status, Page(SplitPage { ui, ticket, messages, form, refused })).into_response())
}

/// `GET /t/{number}/split?message=`.
pub async fn get(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    load(&grant, ui, number, Form::filled([("message", asked.message)]), None).await
}

/// `POST /t/{number}/split`.
pub async fn post(
    grant: Grant<EditTickets>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["message", "subject"])?;
    let messages = form.all("message").filter_map(|id| id.parse().ok()).collect();
    let draft = SplitDraft { messages, subject: form.some("subject").map(str::to_owned) };
    let done = match draft.parse() {
        Ok(split) => grant.change(move |tx| messages::split(tx, number, split)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok((ticket, change)) => Ok(Redirect::to(&format!("/t/{ticket}?done={change}")).into_response()),
        Err(problem) if matches!(problem.status, 403 | 409 | 422) => {
            load(&grant, ui, number, form, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}
