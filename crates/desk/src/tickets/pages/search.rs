//! What a search finds, as a page.
use crate::tickets::{
    ViewTickets,
    api::{self, Found, Place},
};
use axum::extract::Query;
use kernel::text;
use platform::{
    authority::Grant,
    db,
    web::{Failure, Page, Ui},
};

/// Tickets of one page.
const TICKETS: usize = 50;
/// People beside the first page of tickets.
const PEOPLE: usize = 20;

#[derive(serde::Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
    /// Where the page begins, as the page before says it.
    after: Option<String>,
}

/// What was found of one kind, and the place of what follows.
#[derive(Default)]
struct Part {
    found: Vec<Found>,
    next: Option<String>,
}
impl Part {
    /// `7`, or `50+` where there is more than is shown.
    fn count(&self) -> String {
        format!("{}{}", self.found.len(), if self.next.is_some() { "+" } else { "" })
    }
}
impl From<(Vec<Found>, Option<String>)> for Part {
    fn from((found, next): (Vec<Found>, Option<String>)) -> Part {
        Part { found, next }
    }
}

#[derive(askama::Template)]
#[template(path = "tickets/search.html")]
pub struct SearchPage {
    ui: Ui,
    asked: String,
    /// Whether no page came before.
    is_top: bool,
    tickets: Part,
    people: Part,
}
impl SearchPage {
    /// What was asked, for an address.
    fn escaped(&self) -> String {
        people::web::escape(&self.asked)
    }
}

/// `GET /search?q=&after=`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(question): Query<Question>,
) -> Result<Page<SearchPage>, Failure> {
    let asked = text::one_line(&question.q, 200);
    let from = question.after.as_deref().map_or(Ok(Place::TOP), Place::parse)?;
    let is_top = question.after.is_none();
    let may_see_people = is_top && ui.may("contacts.view");
    let (tickets, people) = match asked.clone() {
        words if words.is_empty() => Default::default(),
        words => {
            let find = move |tx: &mut platform::authority::Tx<ViewTickets>| {
                let tickets = api::find(tx, &words, true, false, from, TICKETS)?.into();
                let people = match may_see_people {
                    true => api::find(tx, &words, false, true, Place::People(0), PEOPLE)?.into(),
                    false => Part::default(),
                };
                Ok((tickets, people))
            };
            grant.read::<_, db::Error>(find).await?
        }
    };
    Ok(Page(SearchPage { ui, asked, is_top, tickets, people }))
}
