//! `/reminders`, and adding one from a ticket's page.
use super::{Changes, Draft, Reminder, actions, store};
use crate::{
    moments::read_time,
    tickets::{self, Ticket, TicketError, ViewTickets, pages::Asked},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, Form, InPath, Page, Ui},
};

/// Reminders of one page.
const SHOWN: usize = 200;
const HERE: &str = "/reminders";

#[derive(askama::Template)]
#[template(path = "reminders/list.html")]
pub struct List {
    ui: Ui,
    rows: Vec<Reminder>,
}
impl List {
    fn is_due(&self, row: &Reminder) -> bool {
        row.due_at_ms <= self.ui.now
    }
}

/// `GET /reminders`: one's own, the next 200.
pub async fn list(grant: Grant<ViewTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let top = (Millis(i64::MIN), Id::new(0));
    let work = grant.read::<_, TicketError>(move |tx| {
        let me = actions::me(tx)?;
        Ok(store::open(tx, me, top, SHOWN)?)
    });
    let rows = work.await?;
    Ok(Page(List { ui, rows }))
}

/// `POST /reminders/{id}`. `what`: `done`, or `later` with `when`.
pub async fn change(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<Reminder>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["what", "when"])?;
    let (what, when) = (form.get("what").to_owned(), form.get("when").to_owned());
    grant
        .change::<_, TicketError>(move |tx| {
            let (now, zone) = (tx.now(), tx.actor().time_zone());
            let changes = match what.as_str() {
                "done" => Changes { is_done: Some(true), ..Changes::default() },
                "later" => {
                    let due_at = read_time(&when, "", "when", now, &zone)?;
                    let due_at = due_at.ok_or_else(|| Problem::field("when", "required"))?;
                    Changes { due_at: Some(due_at), ..Changes::default() }
                }
                _ => return Err(Problem::field("what", "unknown_word").into()),
            };
            actions::change(tx, id, changes)
        })
        .await?;
    Ok(Redirect::to(HERE))
}

/// `POST /t/{number}/reminders`.
pub async fn add(
    grant: Grant<ViewTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["remind_note", "remind_when", "remind_due_at"])?;
    let sent = form.clone();
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (now, zone) = (tx.now(), tx.actor().time_zone());
            let due_at = read_time(sent.get("remind_when"), sent.get("remind_due_at"), "due_at", now, &zone)?;
            actions::add(tx, &ticket, Draft { note: sent.get("remind_note").to_owned(), due_at })
        })
        .await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&asked.done(number, "reminded")).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                field.pointer = format!("/remind_{}", field.pointer.trim_start_matches('/'));
            }
            let page = tickets::pages::load(&grant, ui, number, asked).await?;
            let page = page.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
