//! Side conversations on the ticket's page, and each on a page of its own.
use super::{AnswerDraft, Draft, SideConversation, actions, store};
use crate::{
    attachments::{self, Attachment},
    conversation::{
        self,
        actions::Signer,
        pages::{Entry, send::keep, thread},
    },
    tickets::{self, ReplyTickets, Ticket, TicketError, ViewTickets, pages::Asked},
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx},
    web::{Failure, Form, InPath, Page, Ui},
};

/// What a form has.
const FIELDS: &[&str] = &["to", "subject", "text", "chosen", "attachment"];
/// Files of the ticket that a form offers, the newest.
const OFFERED: usize = 50;

/// A side conversation with all that was written there.
pub struct Stream {
    pub side: SideConversation,
    pub people: Vec<String>,
    /// Oldest first.
    pub entries: Vec<Entry>,
}
impl Stream {
    pub fn tone(&self) -> &'static str {
        match self.side.state {
            super::State::Waiting => "wait",
            super::State::Answered => "act",
            super::State::Closed => "done",
        }
    }
    pub fn with_whom(&self) -> String {
        self.people.join(", ")
    }
}

/// Those of a ticket that the caller has seen: four statements where there are any, none where there never were.
pub fn beside<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: &Ticket) -> Result<Vec<Stream>, TicketError> {
    match ticket.side_state {
        None => Ok(Vec::new()),
        Some(_) => {
            let sides = store::of_ticket(tx, ticket.id)?;
            streams(tx, ticket.id, sides)
        }
    }
}

fn streams<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    sides: Vec<SideConversation>,
) -> Result<Vec<Stream>, TicketError> {
    let ids: Vec<_> = sides.iter().map(|side| side.id).collect();
    let people = store::people(tx, &ids)?;
    let messages = conversation::store::of_sides(tx, ticket, &ids)?;
    let conversation = conversation::api::around(tx, ticket, messages)?;
    let mut entries = thread(conversation);
    let stream = |side: SideConversation| {
        let is_of = |entry: &mut Entry| entry.message.side_id == Some(side.id);
        Stream {
            people: people.iter().filter(|(of, _)| *of == side.id).map(|(_, email)| email.clone()).collect(),
            entries: entries.extract_if(.., is_of).collect(),
            side,
        }
    };
    Ok(sides.into_iter().map(stream).collect())
}

#[derive(askama::Template)]
#[template(path = "side_conversations/one.html")]
struct OnePage {
    ui: Ui,
    ticket: Ticket,
    /// `None` for a new one.
    stream: Option<Stream>,
    form: Form,
    /// The ticket's files.
    files: Vec<Attachment>,
    waiting: Vec<Attachment>,
    asked: Asked,
}
impl OnePage {
    fn back(&self) -> String {
        self.asked.back(self.ticket.id)
    }
    fn query(&self) -> String {
        self.back().split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"))
    }
    fn is_chosen(&self, file: &Attachment) -> bool {
        let id = file.id.to_string();
        self.form.all("chosen").any(|chosen| chosen == id)
    }
    fn may_reply(&self) -> bool {
        self.ui.may("tickets.reply")
    }
    /// A mistake in one of several addresses stands at the field.
    fn mistake_to(&self) -> Option<&'static str> {
        let is_to = |pointer: &str| pointer == "/to" || pointer.starts_with("/to/");
        self.form.mistakes.iter().find(|field| is_to(&field.pointer)).map(|field| field.code)
    }
}

/// Where a page is about: the ticket, and its side conversation, where there is one.
type Place = (Id<Ticket>, Option<Id<SideConversation>>);

async fn load<P: Implies<ViewTickets> + 'static>(
    grant: &Grant<P>,
    ui: Ui,
    (number, side): Place,
    asked: Asked,
    (form, uploads): (Form, Vec<Id<Attachment>>),
) -> Result<OnePage, Problem> {
    let me = grant.actor().who.to_string();
    let page = grant.read::<_, TicketError>(move |tx| {
        let (ticket, stream) = match side {
            None => (tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?, None),
            Some(side) => {
                let (ticket, side) = actions::see(tx, side)?;
                if ticket.id != number && side.ticket_id != number {
                    return Err(Problem::not_found().into());
                }
                let stream = streams(tx, ticket.id, vec![side])?.pop();
                (ticket, stream)
            }
        };
        let mut files = attachments::store::of_ticket(tx, ticket.id)?;
        files.retain(|file| !file.is_inline);
        files.drain(..files.len().saturating_sub(OFFERED));
        let waiting = match uploads.is_empty() {
            true => Vec::new(),
            false => attachments::store::waiting(tx, &uploads, &me)?,
        };
        Ok(OnePage { ui, ticket: ticket.into_inner(), stream, form, files, waiting, asked })
    });
    page.await.map_err(Problem::from)
}

/// `GET /t/{number}/side-conversations/new`.
pub async fn new(
    ui: Ui,
    grant: Grant<ReplyTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = load(&grant, ui, (number, None), asked, (Form::default(), Vec::new())).await?;
    Ok(Page(page).into_response())
}

/// `GET /t/{number}/side-conversations/{id}`.
pub async fn one(
    ui: Ui,
    grant: Grant<ViewTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<SideConversation>)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = load(&grant, ui, (number, Some(id)), asked, (Form::default(), Vec::new())).await?;
    Ok(Page(page).into_response())
}

fn addresses(form: &Form) -> Vec<String> {
    let parts = form.get("to").split([',', ';', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
fn chosen(form: &Form) -> Result<Vec<Id<Attachment>>, Problem> {
    let read = |id: &str| id.parse().map_err(|_| Problem::field("files", "unknown_id"));
    form.all("chosen").map(read).collect()
}

/// `POST /t/{number}/side-conversations`.
pub async fn open(
    ui: Ui,
    grant: Grant<ReplyTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let uploads = keep(&grant, &form).await?;
    let signer = Signer::of(grant.home());
    let draft = Draft {
        to: addresses(&form),
        subject: form.get("subject").to_owned(),
        text: form.get("text").to_owned(),
        files: chosen(&form)?,
        attachments: uploads.clone(),
    };
    let done = match draft.parse() {
        Ok(new) => {
            let work = grant.change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                actions::open(tx, &ticket, new, &signer)
            });
            work.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&asked.done(number, "asked")).into_response()),
        Err(problem) => refused(&grant, ui, (number, None), asked, (form, uploads), problem).await,
    }
}

/// `POST /t/{number}/side-conversations/{id}`.
pub async fn answer(
    ui: Ui,
    grant: Grant<ReplyTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<SideConversation>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let uploads = keep(&grant, &form).await?;
    let signer = Signer::of(grant.home());
    let draft = AnswerDraft {
        to: addresses(&form),
        text: form.get("text").to_owned(),
        files: chosen(&form)?,
        attachments: uploads.clone(),
    };
    let done = match draft.parse() {
        Ok(letter) => {
            let work = grant.change::<_, TicketError>(move |tx| {
                let (ticket, side) = actions::see(tx, id)?;
                actions::ask(tx, (&ticket, &side), letter, &signer)
            });
            work.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&here(number, id, &asked)).into_response()),
        Err(problem) => refused(&grant, ui, (number, Some(id)), asked, (form, uploads), problem).await,
    }
}

async fn refused(
    grant: &Grant<ReplyTickets>,
    ui: Ui,
    place: Place,
    asked: Asked,
    (form, uploads): (Form, Vec<Id<Attachment>>),
    problem: Problem,
) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    let page = load(grant, ui, place, asked, (form.with_mistakes(&problem), uploads)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}

fn here(number: Id<Ticket>, id: Id<SideConversation>, asked: &Asked) -> String {
    let back = asked.back(number);
    let query = back.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"));
    format!("/t/{number}/side-conversations/{id}{query}")
}

/// `POST /t/{number}/side-conversations/{id}/close`.
pub async fn close(
    grant: Grant<ReplyTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<SideConversation>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let work = move |tx: &mut Tx<ReplyTickets>| {
        let (ticket, side) = actions::see(tx, id)?;
        actions::close(tx, (&ticket, &side))
    };
    grant.change::<_, TicketError>(work).await?;
    Ok(Redirect::to(&asked.back(number)))
}

/// `POST /t/{number}/side-conversations/{id}/reopen`.
pub async fn reopen(
    grant: Grant<ReplyTickets>,
    InPath((number, id)): InPath<(Id<Ticket>, Id<SideConversation>)>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let work = move |tx: &mut Tx<ReplyTickets>| {
        let (ticket, side) = actions::see(tx, id)?;
        actions::reopen(tx, (&ticket, &side))
    };
    grant.change::<_, TicketError>(work).await?;
    Ok(Redirect::to(&here(number, id, &asked)))
}
