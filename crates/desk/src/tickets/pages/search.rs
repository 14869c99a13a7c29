//! What a search finds, as a page.
use crate::tickets::{
    Ticket, ViewTickets,
    api::{self, Place},
};
use axum::extract::Query;
use kernel::{fault::Problem, text};
use people::contacts::{self, ContactRow};
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

#[derive(askama::Template)]
#[template(path = "tickets/search.html")]
pub struct SearchPage {
    ui: Ui,
    asked: String,
    /// Whether no page came before.
    is_top: bool,
    tickets: Vec<Ticket>,
    /// The place of the tickets that follow.
    older: Option<String>,
    people: Vec<ContactRow>,
    has_more_people: bool,
}
impl SearchPage {
    /// What was asked, for an address.
    fn escaped(&self) -> String {
        people::web::escape(&self.asked)
    }
    /// `7`, or `50+` where there are more than are shown.
    fn ticket_count(&self) -> String {
        count(self.tickets.len(), self.older.is_some())
    }
    fn people_count(&self) -> String {
        count(self.people.len(), self.has_more_people)
    }
}
fn count(shown: usize, has_more: bool) -> String {
    format!("{shown}{}", if has_more { "+" } else { "" })
}

/// `GET /search?q=&after=`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(question): Query<Question>,
) -> Result<Page<SearchPage>, Failure> {
    let asked = text::one_line(&question.q, 200);
    let before = match question.after.as_deref().map_or(Ok(Place::TOP), Place::parse)? {
        Place::Tickets(before) => before,
        Place::People(_) => return Err(Problem::field("after", "unknown_cursor").into()),
    };
    let is_top = question.after.is_none();
    let (may_see_people, words) = (is_top && ui.may("contacts.view"), asked.clone());
    let ((tickets, older), mut people) = if words.is_empty() {
        Default::default()
    } else {
        let find = move |tx: &mut platform::authority::Tx<ViewTickets>| {
            let people = contacts::store::search(tx, &words, PEOPLE + 1)?;
            Ok((api::find_tickets(tx, &words, &people, before, TICKETS)?, people))
        };
        grant.read::<_, db::Error>(find).await?
    };
    people.retain(|_| may_see_people);
    let has_more_people = people.len() > PEOPLE;
    people.truncate(PEOPLE);
    let older = older.map(Place::word);
    Ok(Page(SearchPage { ui, asked, is_top, tickets, older, people, has_more_people }))
}
