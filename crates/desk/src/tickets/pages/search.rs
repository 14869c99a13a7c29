//! What a search finds, as a page.
use crate::tickets::{Ticket, ViewTickets, api};
use axum::extract::Query;
use kernel::text;
use people::contacts::{self, ContactRow};
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
    tickets: Vec<Ticket>,
    people: Vec<ContactRow>,
}

/// `GET /search?q=`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(question): Query<Question>,
) -> Result<Page<SearchPage>, Failure> {
    let asked = text::one_line(&question.q, 200);
    let may_see_people = ui.may("contacts.view");
    let (tickets, mut people) = match asked.clone() {
        words if words.is_empty() => Default::default(),
        words => {
            grant
                .read::<_, db::Error>(move |tx| {
                    let people = contacts::store::search(tx, &words, 10)?;
                    Ok((api::find_tickets(tx, &words, &people)?, people))
                })
                .await?
        }
    };
    people.retain(|_| may_see_people);
    Ok(Page(SearchPage { ui, asked, tickets, people }))
}
