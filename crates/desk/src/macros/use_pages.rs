//! Using a macro: choose one, look at what it changes, apply it.
use super::{Afterwards, MacroError, actions, api::Preview, policy::Macro, store};
use crate::{
    conversation::actions::Signer,
    tickets::{self, NoteTickets, Ticket, TicketError, pages::Asked},
    views,
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Form, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "macros/choose.html")]
pub struct Choose {
    ui: Ui,
    ticket: Ticket,
    rows: Vec<Macro>,
    asked: Asked,
}
impl Choose {
    fn query(&self) -> String {
        query(&self.asked, self.ticket.id)
    }
}
/// `?view=…` or "".
fn query(asked: &Asked, ticket: Id<Ticket>) -> String {
    asked.back(ticket).split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"))
}

/// `GET /t/{number}/macros`.
pub async fn choose(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Page<Choose>, Failure> {
    let (ticket, rows) = grant
        .read::<_, MacroError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok((ticket.into_inner(), store::all(tx, false)?))
        })
        .await?;
    Ok(Page(Choose { ui, ticket, rows, asked }))
}

#[derive(askama::Template)]
#[template(path = "macros/look.html")]
pub struct Look {
    ui: Ui,
    ticket: Ticket,
    row: Macro,
    preview: Preview,
    asked: Asked,
}
impl Look {
    fn query(&self) -> String {
        query(&self.asked, self.ticket.id)
    }
    fn does_nothing(&self) -> bool {
        self.preview.changes.is_empty() && self.preview.says.is_empty() && !self.preview.is_snoozed
    }
}

async fn looked(
    grant: &Grant<NoteTickets>,
    ui: Ui,
    (number, id): (Id<Ticket>, Id<Macro>),
    asked: Asked,
) -> Result<Look, MacroError> {
    let reader = ui.language;
    let (ticket, row, preview) = grant
        .read::<_, MacroError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let (row, plan) = actions::look(tx, &ticket, id)?;
            let preview = Preview::of(&row, &plan, reader);
            Ok((ticket.into_inner(), row, preview))
        })
        .await?;
    Ok(Look { ui, ticket, row, preview, asked })
}

/// `GET /t/{number}/macros/{id}`: what it would change.
pub async fn look(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath(which): InPath<(Id<Ticket>, Id<Macro>)>,
    Query(asked): Query<Asked>,
) -> Result<Page<Look>, Failure> {
    Ok(Page(looked(&grant, ui, which, asked).await?))
}

/// `POST /t/{number}/macros/{id}`: does it, and goes where the macro says.
pub async fn apply(
    grant: Grant<NoteTickets>,
    ui: Ui,
    InPath((number, id)): InPath<(Id<Ticket>, Id<Macro>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&[])?;
    let signer = Signer::of(grant.home());
    let view = views::Shown::from_word(&asked.view);
    let (words, looked_from) = (ui.clone(), view.clone());
    let work = move |tx: &mut Tx<NoteTickets>| {
        // Looked at before: afterwards the ticket may stand elsewhere in the list, or not in it.
        let next = next_of(tx, &words, looked_from, number)?;
        let row = actions::apply(tx, number, id, &signer)?;
        Ok::<_, MacroError>((row.afterwards, next))
    };
    match grant.change(work).await.map_err(Problem::from) {
        Ok((Afterwards::Stay, _)) => Ok(Redirect::to(&asked.done(number, "macro")).into_response()),
        Ok((Afterwards::Next, Some(next))) => Ok(Redirect::to(&asked.back(next)).into_response()),
        Ok((Afterwards::Next | Afterwards::List, _)) => {
            let to =
                view.map_or_else(|| "/tickets".to_owned(), |view| format!("/tickets?view={}", view.word()));
            Ok(Redirect::to(&to).into_response())
        }
        // What does not fit stands on the page.
        Err(problem) if problem.status == 422 => {
            let page = looked(&grant, ui, (number, id), asked).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The ticket below this one in the list that it was opened from; of one's own tickets where it was opened by itself.
fn next_of(
    tx: &mut Tx<NoteTickets>,
    ui: &Ui,
    view: Option<views::Shown>,
    ticket: Id<Ticket>,
) -> Result<Option<Id<Ticket>>, TicketError> {
    let shown = view.unwrap_or(views::Shown::Standard(views::View::Mine));
    let (_, list) = views::pages::load(tx, ui, &shown, None, Some(ticket))?;
    let at = list.rows.iter().position(|row| row.id == ticket);
    let next = at.map_or(0, |at| at + 1);
    Ok(list.rows.get(next).map(|row| row.id).filter(|next| *next != ticket))
}
