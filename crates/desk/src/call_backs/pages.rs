//! `/call-backs`, and promising one from a ticket's page.
use super::{Attempt, CallBack, Draft, actions, store};
use crate::{
    moments::read_time,
    tickets::{self, NoteTickets, Ticket, TicketError, ViewTickets, pages::Asked},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

/// Call-backs of one page.
const SHOWN: usize = 200;
const HERE: &str = "/call-backs";

#[derive(askama::Template)]
#[template(path = "call_backs/list.html")]
pub struct List {
    ui: Ui,
    rows: Vec<CallBack>,
}
impl List {
    fn is_late(&self, row: &CallBack) -> bool {
        row.due_at_ms <= self.ui.now
    }
}

/// `GET /call-backs`: the 200 most urgent.
pub async fn list(grant: Grant<ViewTickets>, ui: Ui) -> Result<Page<List>, Failure> {
    let top = (Millis(i64::MIN), Id::new(0));
    let rows = grant.read::<_, db::Error>(move |tx| store::open(tx, top, SHOWN)).await?;
    Ok(Page(List { ui, rows }))
}

/// `POST /call-backs/{id}`. `what`: `reached`, `missed` (and `when` to try again), or `dropped`.
pub async fn tried(
    grant: Grant<NoteTickets>,
    InPath(id): InPath<Id<CallBack>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["what", "when"])?;
    let (what, when) = (form.get("what").to_owned(), form.get("when").to_owned());
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let (now, zone) = (tx.now(), tx.actor().time_zone());
            match what.as_str() {
                "dropped" => actions::drop(tx, id),
                "reached" => actions::tried(tx, id, Attempt { is_reached: true, ..Attempt::default() }),
                "missed" => {
                    let due_at = read_time(&when, "", "when", now, &zone)?;
                    actions::tried(tx, id, Attempt { due_at, ..Attempt::default() })
                }
                _ => Err(Problem::field("what", "unknown_word").into()),
            }
        })
        .await;
    match done.map_err(Problem::from) {
        // Somebody was quicker: the list says so.
        Err(problem) if problem.status == 409 => Ok(Redirect::to(HERE)),
        Err(problem) => Err(problem.into()),
        Ok(()) => Ok(Redirect::to(HERE)),
    }
}

/// `POST /t/{number}/call-backs`.
pub async fn promise(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["call_phone", "call_note", "call_when", "call_due_at"])?;
    let sent = form.clone();
    let done = grant
        .change::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (now, zone) = (tx.now(), tx.actor().time_zone());
            let due_at = read_time(sent.get("call_when"), sent.get("call_due_at"), "due_at", now, &zone)?;
            let draft = Draft {
                name: String::new(),
                phone: sent.get("call_phone").to_owned(),
                note: sent.get("call_note").to_owned(),
                due_at,
            };
            actions::promise(tx, &ticket, draft)
        })
        .await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&asked.done(number, "promised")).into_response()),
        Err(mut problem) if problem.status == 422 => {
            for field in &mut problem.fields {
                field.pointer = format!("/call_{}", field.pointer.trim_start_matches('/'));
            }
            let page = tickets::pages::load(&grant, ui, number, asked).await?;
            let page = page.with_props(form.with_mistakes(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
