//! The newest tickets, on the page of whoever asks.
use crate::tickets::{Ticket, ViewTickets, store};
use kernel::fault::Problem;
use platform::{
    Home,
    authority::{Actor, Grant},
    db,
    web::{Html, Ui, beside::Whose},
};
use std::sync::Arc;

/// So many are shown.
const SHOWN: usize = 10;

#[derive(askama::Template)]
#[template(path = "tickets/beside.html")]
struct Newest {
    ui: Ui,
    tickets: Vec<Ticket>,
    /// Where all of them are, if there are more.
    all: Option<String>,
    is_one_person: bool,
}

platform::show_beside!(newest);

async fn newest(home: Home, actor: Arc<Actor>, ui: Ui, whose: Whose) -> Result<Option<Html>, Problem> {
    let Ok(grant) = Grant::<ViewTickets>::check(&home, actor, false) else { return Ok(None) };
    let mut tickets = grant
        .read::<_, db::Error>(move |tx| match whose {
            Whose::Contact(id) => store::of_contact(tx, id),
            Whose::Organisation(id) => store::of_organisation(tx, id),
        })
        .await?;
    let is_one_person = matches!(whose, Whose::Contact(_));
    // The search finds people by their address, and lists what they asked.
    let email = tickets.first().and_then(|ticket| ticket.requester_email.clone());
    let has_more = is_one_person && tickets.len() > SHOWN;
    let all = email
        .filter(|_| has_more)
        .map(|email| format!("/search?q={}", email.replace('+', "%2B").replace('&', "%26")));
    tickets.truncate(SHOWN);
    let page = Newest { ui, tickets, all, is_one_person };
    let html = askama::Template::render(&page).map_err(|_| Problem::internal())?;
    Ok(Some(Html(html)))
}
