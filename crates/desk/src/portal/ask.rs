//! The form by which anybody asks.
use super::{
    Acknowledger, PortalRefused, Receipt, limits, policy,
    visitor::{OurForm, Visitor},
};
use crate::{
    attachments::{self, Attachment},
    tickets::{self, NewTicket, Ticket, TicketError, actions::First},
};
use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{fault::Problem, id::Id};
use people::contacts;
use platform::{
    Home,
    authority::{Contact, Customer, Grant, System, Tx},
    db,
    i18n::Language,
    idempotency::{self, Key},
    web::{Failure, Form, Ui, Upload},
};

/// So many files a message.
const FILES: usize = 20;
/// All fields of the form; `website` is for programs, people do not see it.
const FIELDS: [&str; 7] = ["name", "email", "subject", "text", "type", "website", "form"];

/// From above to below.
const ON_PAGE: [&str; 7] = ["form", "name", "email", "subject", "text", "type", "file"];

#[derive(askama::Template)]
#[template(path = "portal/ask.html")]
struct AskPage {
    ui: Ui,
    form: Form,
    /// Files were chosen in a form that came back: browsers forget them.
    has_lost_files: bool,
    most_bytes: i64,
}

#[derive(askama::Template)]
#[template(path = "portal/received.html")]
struct ReceivedPage {
    ui: Ui,
    /// `None` for a program that fell for the hidden field: there is no request.
    number: Option<Id<Ticket>>,
    /// Where somebody who is signed in follows it; strangers get the link by mail alone.
    is_signed_in: bool,
}

/// `GET /portal`.
pub async fn get(State(home): State<Home>, visitor: Visitor) -> Response {
    let form = Form::filled([("form", policy::shown_at(&home.keys, home.clock.now()))]);
    page(&home, visitor, form, StatusCode::OK)
}
fn page(home: &Home, visitor: Visitor, form: Form, status: StatusCode) -> Response {
    let most_bytes = home.site.max_message_bytes as i64;
    let page = AskPage { ui: visitor.ui.clone(), has_lost_files: !form.files.is_empty(), form, most_bytes };
    visitor.show(status, page)
}

/// `POST /portal`.
pub async fn post(
    State(home): State<Home>,
    visitor: Visitor,
    OurForm(request): OurForm,
    grant: Option<Grant<Customer>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    match grant {
        Some(grant) => take(&home, &grant, visitor, request.net(), form).await,
        // Nobody has proven who they are: the program opens the ticket, and the log says so.
        None => take(&home, &Grant::<System>::system(&home), visitor, request.net(), form).await,
    }
}

async fn take<P: 'static>(
    home: &Home,
    grant: &Grant<P>,
    visitor: Visitor,
    net: String,
    form: Form,
) -> Result<Response, Failure> {
    let known = grant.actor().contact();
    if form.some("website").is_some() {
        let limited = grant.change::<_, db::Error>(move |tx| refuse(tx, &net)).await?;
        return Ok(match limited {
            Some(until) => limits::later(visitor, until, form.get("text")),
            None => received(visitor, None, false),
        });
    }
    let who = known.map(|_| (grant.actor().name.as_str(), grant.actor().email.as_str()));
    let mut problem = policy::read_request(&form, who);
    let mut shown = form.get("form").to_owned();
    if let Err(wrong) = policy::check_shown(&home.keys, &shown, home.clock.now()) {
        if wrong.fields.iter().any(|field| field.code == "form_expired") {
            shown = policy::shown_at(&home.keys, home.clock.now());
        }
        // Whoever has something to correct takes longer than that anyway.
        problem = match problem {
            Err(other) if wrong.fields.iter().all(|field| field.code == "form_too_quick") => Err(other),
            problem => Err(both(wrong, problem.err())),
        };
    }
    if let Err(wrong) = check_files(&form.files, home.site.max_message_bytes) {
        problem = Err(both(wrong, problem.err()));
    }
    let new = match problem {
        Ok(new) => new,
        Err(mut problem) => {
            // As the fields stand on the page.
            let place =
                |pointer: &str| ON_PAGE.iter().position(|name| pointer.strip_prefix('/') == Some(*name));
            problem.fields.sort_by_key(|field| place(&field.pointer));
            let form = again(form, &shown).with_mistakes(&problem);
            return Ok(page(home, visitor, form, StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    let address = new.email.clone().unwrap_or_default();
    let limited = grant.change::<_, db::Error>(move |tx| limits::spend_request(tx, &net, &address)).await?;
    if let Some(until) = limited {
        return Ok(limits::later(visitor, until, &new.text));
    }
    let key = Key::of_form(&shown, &(&new.subject, &new.text, &new.email));
    let attachments = keep(grant, form.files).await?;
    let asked = Asked {
        new: NewTicket { attachments, ..new },
        known,
        language: visitor.ui.language,
        acknowledger: Acknowledger::of(home),
        key,
    };
    let number = submit(grant, asked).await?;
    Ok(received(visitor, Some(number), known.is_some()))
}

fn received(visitor: Visitor, number: Option<Id<Ticket>>, is_signed_in: bool) -> Response {
    let page = ReceivedPage { ui: visitor.ui.clone(), number, is_signed_in };
    visitor.show(StatusCode::OK, page)
}
fn both(mut problem: Problem, other: Option<Problem>) -> Problem {
    problem.fields.extend(other.map(|other| other.fields).unwrap_or_default());
    problem
}
/// The form as it came, with the time of `shown`.
fn again(form: Form, shown: &str) -> Form {
    let field = |name: &'static str| (name, form.get(name).to_owned());
    let values = [field("name"), field("email"), field("subject"), field("text"), field("type")];
    let [name, email, subject, text, kind] = values;
    let mut filled = Form::filled([name, email, subject, text, kind, ("form", shown.to_owned())]);
    filled.files = form.files;
    filled
}

/// * errors – 422 `too_many_files` or `files_too_large`.
pub(super) fn check_files(files: &[Upload], most_bytes: usize) -> Result<(), Problem> {
    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    match (files.len() > FILES, size > most_bytes) {
        (true, _) => Err(Problem::field("file", "too_many_files")),
        (_, true) => Err(Problem::field("file", "files_too_large")),
        _ => Ok(()),
    }
}
/// Takes the files of a form in; they wait for their message.
pub(super) async fn keep<P: 'static>(
    grant: &Grant<P>,
    files: Vec<Upload>,
) -> Result<Vec<Id<Attachment>>, Problem> {
    let mut ids = Vec::new();
    for file in files {
        ids.push(attachments::api::keep(grant, file).await?.id);
    }
    Ok(ids)
}

/// Writes down that a program fell for the hidden field.
fn refuse<P>(tx: &mut Tx<P>, net: &str) -> db::Result<Option<kernel::clock::Millis>> {
    let now = tx.now();
    let limited = platform::rate::spend(tx, &format!("portal/net/{net}"), limits::PER_NET, now)?;
    if limited.is_none() {
        tx.emit(PortalRefused { reason: "hidden_field", net: net.to_owned() })?;
    }
    Ok(limited)
}

struct Asked {
    new: NewTicket,
    /// Somebody who is signed in.
    known: Option<Id<Contact>>,
    language: Language,
    acknowledger: Acknowledger,
    key: Key,
}

/// Opens the ticket; the same form sent twice opens one.
async fn submit<P: 'static>(grant: &Grant<P>, asked: Asked) -> Result<Id<Ticket>, Problem> {
    grant.change(move |tx| open(tx, &asked)).await.map_err(Problem::from)
}

fn open<P>(tx: &mut Tx<P>, asked: &Asked) -> Result<Id<Ticket>, TicketError> {
    let number = idempotency::once(tx, Some(&asked.key), |tx| {
        let new = &asked.new;
        let contact = match asked.known {
            Some(id) => contacts::store::by_id(tx, id)?.ok_or_else(Problem::not_found)?,
            None => tickets::actions::requester(tx, new.email.as_deref(), &new.name, None)?,
        };
        if contact.language.is_none() {
            contacts::store::learn_language(tx, contact.id, asked.language)?;
        }
        let first = First { from_email: new.email.as_deref(), ..First::default() };
        let (ticket, _) = tickets::actions::open(tx, new, &contact, first)?;
        if let Some(address) = &new.email {
            let receipt = Receipt {
                ticket,
                inbox: new.inbox,
                contact: contact.id,
                address,
                language: contact.language.unwrap_or(asked.language),
                answers: None,
                is_proven: asked.known.is_some(),
            };
            asked.acknowledger.acknowledge(tx, &receipt)?;
        }
        Ok::<_, TicketError>(ticket.number())
    })?;
    number.as_i64().map(Id::new).ok_or_else(|| Problem::internal().into())
}
