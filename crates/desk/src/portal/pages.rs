//! Routes of one's own requests: by link under `/p/{token}`, signed in under `/portal/requests`.
use super::{
    follow::{self, Door, Shown, by_link},
    store::{self, After, Line},
    visitor::{OurForm, Visitor},
};
use crate::tickets::Ticket;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Contact, Customer, Grant},
    db, settings,
    web::{Failure, Form, InPath, Ui},
};

type Answer = Result<Response, Failure>;

// ── by link ─────────────────────────────────────────────────────────────

/// `GET /p/{token}`.
pub async fn link(
    State(home): State<Home>,
    Path(token): Path<String>,
    Query(shown): Query<Shown>,
    mut visitor: Visitor,
) -> Answer {
    let Some((door, language)) = by_link(&home, &token).await? else { return Ok(follow::gone(&visitor)) };
    visitor.speak(language);
    door.show(visitor, shown).await
}
/// `POST /p/{token}`.
pub async fn link_answer(
    State(home): State<Home>,
    Path(token): Path<String>,
    mut visitor: Visitor,
    ours: OurForm,
    form: Form,
) -> Answer {
    let Some((door, language)) = by_link(&home, &token).await? else { return Ok(follow::gone(&visitor)) };
    visitor.speak(language);
    door.answer(visitor, ours, form).await
}
/// `POST /p/{token}/close`.
pub async fn link_close(
    State(home): State<Home>,
    Path(token): Path<String>,
    mut visitor: Visitor,
    ours: OurForm,
) -> Answer {
    let Some((door, language)) = by_link(&home, &token).await? else { return Ok(follow::gone(&visitor)) };
    visitor.speak(language);
    door.close(visitor, ours).await
}
/// `POST /p/{token}/reopen`.
pub async fn link_reopen(
    State(home): State<Home>,
    Path(token): Path<String>,
    mut visitor: Visitor,
    ours: OurForm,
) -> Answer {
    let Some((door, language)) = by_link(&home, &token).await? else { return Ok(follow::gone(&visitor)) };
    visitor.speak(language);
    door.reopen(visitor, ours).await
}
/// `GET /p/{token}/attachments/{id}`.
pub async fn link_file(
    State(home): State<Home>,
    Path((token, id)): Path<(String, String)>,
    visitor: Visitor,
) -> Answer {
    let Some((door, _)) = by_link(&home, &token).await? else { return Ok(follow::gone(&visitor)) };
    door.file(id.parse().map_err(|_| Problem::not_found())?).await
}

// ── signed in ───────────────────────────────────────────────────────────

fn contact(grant: &Grant<Customer>) -> Result<Id<Contact>, Problem> {
    grant.actor().contact().ok_or_else(Problem::not_found)
}
fn door(grant: Grant<Customer>, ticket: Id<Ticket>) -> Result<Door<Customer>, Problem> {
    let contact = contact(&grant)?;
    Ok(Door { grant, ticket, contact, base: format!("/portal/requests/{ticket}") })
}

/// `GET /portal/requests/{number}`.
pub async fn request(
    grant: Grant<Customer>,
    InPath(number): InPath<Id<Ticket>>,
    Query(shown): Query<Shown>,
    visitor: Visitor,
) -> Answer {
    door(grant, number)?.show(visitor, shown).await
}
/// `POST /portal/requests/{number}`.
pub async fn answer(
    grant: Grant<Customer>,
    InPath(number): InPath<Id<Ticket>>,
    visitor: Visitor,
    ours: OurForm,
    form: Form,
) -> Answer {
    door(grant, number)?.answer(visitor, ours, form).await
}
/// `POST /portal/requests/{number}/close`.
pub async fn close(
    grant: Grant<Customer>,
    InPath(number): InPath<Id<Ticket>>,
    visitor: Visitor,
    ours: OurForm,
) -> Answer {
    door(grant, number)?.close(visitor, ours).await
}
/// `POST /portal/requests/{number}/reopen`.
pub async fn reopen(
    grant: Grant<Customer>,
    InPath(number): InPath<Id<Ticket>>,
    visitor: Visitor,
    ours: OurForm,
) -> Answer {
    door(grant, number)?.reopen(visitor, ours).await
}
/// `GET /portal/requests/{number}/attachments/{id}`.
pub async fn file(grant: Grant<Customer>, Path((number, id)): Path<(String, String)>) -> Answer {
    let number = number.parse().map_err(|_| Problem::not_found())?;
    door(grant, number)?.file(id.parse().map_err(|_| Problem::not_found())?).await
}

/// Requests on one page.
const ON_A_PAGE: usize = 25;

#[derive(askama::Template)]
#[template(path = "portal/requests.html")]
struct RequestsPage {
    ui: Ui,
    lines: Vec<Line>,
    is_first: bool,
    older: Option<String>,
}

#[derive(serde::Deserialize)]
pub struct Paging {
    after: Option<String>,
}
impl Paging {
    /// * errors – 422 where it is no place of ours.
    fn after(&self) -> Result<After, Problem> {
        let Some(text) = &self.after else { return Ok(After::NOTHING) };
        let read = || {
            let mut parts = text.split('-');
            let is_open = parts.next().filter(|part| matches!(*part, "0" | "1"))? == "1";
            let updated_at = Millis(parts.next()?.parse().ok()?);
            let id = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(After { is_open, updated_at, id })
        };
        read().ok_or_else(|| Problem::field("after", "unknown_cursor"))
    }
}
fn place(line: &Line) -> String {
    format!("{}-{}-{}", u8::from(line.is_open), line.updated_at_ms.0, line.id)
}

/// `GET /portal/requests`.
pub async fn requests(grant: Grant<Customer>, Query(paging): Query<Paging>, mut visitor: Visitor) -> Answer {
    let (contact, after) = (contact(&grant)?, paging.after()?);
    let (mut lines, zone) = grant
        .read::<_, db::Error>(move |tx| {
            let lines = store::requests(tx, contact, after, ON_A_PAGE + 1)?;
            Ok((lines, settings::get(tx, "default_zone")?))
        })
        .await?;
    visitor.ui.set_zone(zone.as_deref().unwrap_or("UTC"));
    let has_more = lines.len() > ON_A_PAGE;
    lines.truncate(ON_A_PAGE);
    let older = lines.last().filter(|_| has_more).map(place);
    let page = RequestsPage { ui: visitor.ui.clone(), lines, is_first: paging.after.is_none(), older };
    Ok(visitor.show(StatusCode::OK, page))
}
