//! Merge, split, move, link, solve children: a ticket is chosen, a preview says what will happen, one button does it.
//! All of it works without scripts.
pub mod children;
pub mod link;
pub mod merge;
pub mod shift;
pub mod split;

use super::{
    policy::{Change, Kind, Refusal},
    store,
};
use crate::{
    search::find::{Request, Shown, What, find},
    tickets::{self, EditTickets, Ticket},
};
use axum::http::StatusCode;
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Grant, Implies, Tx},
    db,
    i18n::{self, Arg},
    web::{Ui, address},
};

/// Tickets to choose from.
const CHOICES: usize = 12;

/// What the search has for the words that somebody chooses by; nothing while there is no index.
async fn hits(grant: &Grant<EditTickets>, asked: &str) -> Vec<Ticket> {
    let narrow = search::Narrow { noun: Some(crate::search::TICKET), ..Default::default() };
    let request = Request { text: text::one_line(asked, 200), narrow, limit: CHOICES, ..Request::default() };
    if request.text.is_empty() {
        return Vec::new();
    }
    let answer = find(grant, request).await.unwrap_or_default();
    let ticket = |shown: Shown| match shown.what {
        What::Ticket(ticket) => Some(*ticket),
        What::Contact(_) | What::Organisation(..) => None,
    };
    answer.shown.into_iter().filter_map(ticket).collect()
}

/// Chooses another ticket: by its number, by words, or among those that suggest themselves.
#[derive(Default)]
pub struct Picker {
    /// The page that it leads to, and how that calls the chosen ticket.
    path: String,
    name: &'static str,
    /// A message that was chosen before.
    message: String,
    asked: String,
    found: Vec<Ticket>,
}
impl Picker {
    fn load(
        tx: &mut Tx<EditTickets>,
        ticket: &Ticket,
        (page, name): (&str, &'static str),
        (asked, hits): (&str, Vec<Ticket>),
        message: &str,
    ) -> db::Result<Picker> {
        let asked = text::one_line(asked, 200);
        let mut found = Vec::new();
        if asked.is_empty() {
            if let Some(hint) = ticket.hint_id {
                found.extend(tickets::store::see(tx, hint)?.map(tickets::Seen::into_inner));
            }
            found.extend(tickets::store::of_contact(tx, ticket.customer_id)?);
        } else {
            if let Ok(number) = asked.trim_start_matches('#').parse() {
                found.extend(tickets::store::see(tx, Id::new(number))?.map(tickets::Seen::into_inner));
            }
            found.extend(hits);
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|one| one.id != ticket.id && !one.is_merged() && seen.insert(one.id));
        found.truncate(CHOICES);
        let (path, message) = (format!("/t/{}/{page}", ticket.id), message.to_owned());
        Ok(Picker { path, name, message, asked, found })
    }
    fn href(&self, ticket: &Ticket) -> String {
        let number = ticket.id.to_string();
        address(&self.path, &[("message", &self.message), (self.name, &number)])
    }
}

/// Which ticket was chosen, and what was asked on the way.
#[derive(Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// The chosen ticket; what is no number is nobody's.
    #[serde(default)]
    into: String,
    #[serde(default)]
    message: String,
}
impl Asked {
    fn chosen(&self) -> Option<Id<Ticket>> {
        let word = self.into.trim().trim_start_matches('#');
        (!word.is_empty()).then(|| Id::new(word.parse().unwrap_or(0)))
    }
    /// The chosen ticket as far as the person sees it, and why it was refused: `failed`, or that there is none.
    fn other(
        &self,
        tx: &mut Tx<EditTickets>,
        field: &'static str,
        failed: Option<Problem>,
    ) -> db::Result<(Option<Ticket>, Option<Problem>)> {
        let Some(id) = self.chosen() else { return Ok((None, failed)) };
        let other = tickets::store::see(tx, id)?.map(tickets::Seen::into_inner);
        let is_missing = other.is_none();
        Ok((other, failed.or_else(|| is_missing.then(|| Refusal::Unknown(field).into()))))
    }
}

/// Why it was refused, in words; `None` where that is no matter for the page.
fn refused(ui: &Ui, problem: &Problem) -> Option<&'static str> {
    match (problem.status, problem.fields.first()) {
        (422, Some(field)) => Some(ui.t_of("field", field.code)),
        (403 | 409, _) => Some(ui.t_of("problem", problem.code)),
        _ => None,
    }
}

/// The status of a page's answer, and the words of what was refused. What is no matter for the page fails it.
fn outcome(ui: &Ui, failed: Option<Problem>) -> Result<(StatusCode, Option<&'static str>), Problem> {
    let Some(problem) = failed else { return Ok((StatusCode::OK, None)) };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    match refused(ui, &problem) {
        Some(words) => Ok((status, Some(words))),
        None => Err(problem),
    }
}

/// What is told after an arrangement, on the page of either ticket.
pub fn told<P: Implies<tickets::ViewTickets>>(
    tx: &mut Tx<P>,
    ui: &Ui,
    id: Id<super::Arrangement>,
) -> db::Result<Option<(String, Option<Change>)>> {
    let Some(arranged) = store::one(tx, id)? else { return Ok(None) };
    let (source, target) = (arranged.source_id.to_string(), arranged.target_id.to_string());
    let key = match arranged.kind {
        Kind::Merge => "arranged-merge",
        Kind::Split => "arranged-split",
        Kind::Move => "arranged-move",
        Kind::Link => "arranged-link",
        Kind::Solve => "arranged-solve",
    };
    let arguments = [("source", Arg::from(source.as_str())), ("target", Arg::from(target.as_str()))];
    let change = Some(arranged.change()).filter(|_| !arranged.is_undone());
    Ok(Some((i18n::format(ui.language, key, &arguments), change)))
}
