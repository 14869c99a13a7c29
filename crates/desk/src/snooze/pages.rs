//! Snoozing from a ticket's page.
use super::{NewSnooze, Why, actions};
use crate::{
    moments::read_time,
    tickets::{
        self, EditTickets, Ticket, TicketError,
        pages::{Asked, TicketPage},
    },
};
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

/// `POST /t/{number}/snooze`. `when` is a moment or `none`; `own` a time of one's own, which counts where it is given.
pub async fn snooze(
    grant: Grant<EditTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["when", "snooze_until", "until_message"])?;
    let (when, own) = (form.get("when").to_owned(), form.get("snooze_until").to_owned());
    let until_message = form.is_on("until_message");
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (now, zone) = (tx.now(), tx.actor().time_zone());
            let until = read_time(&when, &own, "until", now, &zone)?;
            actions::snooze(tx, &ticket, NewSnooze::new(until, until_message, now)?)
        })
        .await;
    match done.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&asked.done(number, "snoozed")).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                field.pointer = "/snooze_until".into();
            }
            let page: TicketPage = tickets::pages::load(&grant, ui, number, asked).await?;
            let page = page.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /t/{number}/wake`.
pub async fn wake(
    grant: Grant<EditTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            actions::wake(tx, &ticket, Why::Person)
        })
        .await?;
    Ok(Redirect::to(&asked.back(number)))
}
