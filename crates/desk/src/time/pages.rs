//! Time spent, beside a ticket's page.
use super::{Changes, Draft, TimeEntry, actions, policy::Spent};
use crate::tickets::{self, NoteTickets, Ticket, TicketError, pages::Asked};
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

const FIELDS: [&str; 5] = ["time_spent", "time_day", "time_what", "time_billable", "what"];

/// `POST /t/{number}/time`.
pub async fn add(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    let draft = Draft {
        spent: Spent::Words(form.get("time_spent").to_owned()),
        day: form.some("time_day").map(str::to_owned),
        what: form.get("time_what").to_owned(),
        is_billable: Some(form.is_on("time_billable")),
    };
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::spend(tx, &ticket, draft).map(drop)
        })
        .await;
    answer(&grant, ui, number, asked, form, ("spent", done.map_err(Problem::from))).await
}

/// `POST /t/{number}/time/{entry}`: `what` is `save` or `remove`.
pub async fn change(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath((number, entry)): InPath<(Id<Ticket>, Id<TimeEntry>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    let changes = Changes {
        spent: Some(Spent::Words(form.get("time_spent").to_owned())),
        day: form.some("time_day").map(str::to_owned),
        what: Some(form.get("time_what").to_owned()),
        is_billable: Some(form.is_on("time_billable")),
    };
    let is_removal = form.get("what") == "remove";
    let done = grant
        .change::<_, TicketError>(move |tx| match is_removal {
            true => actions::remove(tx, entry),
            false => actions::correct(tx, entry, changes),
        })
        .await;
    let form = form.with("time_entry", &entry.to_string());
    answer(&grant, ui, number, asked, form, ("time", done.map_err(Problem::from))).await
}

/// Back to the ticket, or its page with what was wrong in the form.
async fn answer(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    number: Id<Ticket>,
    asked: Asked,
    form: Form,
    (said, done): (&str, Result<(), Problem>),
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&asked.done(number, said)).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                field.pointer = format!("/time_{}", field.pointer.trim_start_matches('/'));
            }
            let page = tickets::pages::load(grant, ui, number, asked).await?;
            let page = page.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
