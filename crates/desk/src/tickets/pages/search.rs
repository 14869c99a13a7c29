//! What a search finds, as a page.
use crate::tickets::{
    ViewTickets,
    api::{self, Found},
};
use axum::extract::Query;
use kernel::text;
use platform::{
    authority::Grant,
    db,
    web::{Failure, Page, Ui},
};

#[derive(serde::Deserialize)]
pub struct Question {
    #[serde(default)]
    q: String,
}

#[derive(askama::Template)]
#[template(path = "tickets/search.html")]
pub struct SearchPage {
    ui: Ui,
    asked: String,
    tickets: Vec<Found>,
    people: Vec<Found>,
}

/// `GET /search?q=`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(question): Query<Question>,
) -> Result<Page<SearchPage>, Failure> {
    let asked = text::one_line(&question.q, 200);
    let may_see_people = ui.may("contacts.view");
    let found = match asked.clone() {
        words if words.is_empty() => Vec::new(),
        words => grant.read::<_, db::Error>(move |tx| api::find(tx, &words, true, may_see_people)).await?,
    };
    let (tickets, people) = found.into_iter().partition(|found| found.kind == "ticket");
    Ok(Page(SearchPage { ui, asked, tickets, people }))
}
