//! What somebody asked, on the page of whoever it was: open ones first, and where all of them are.
use crate::{
    customer::{
        pages::{Cases, all_of},
        store as customer,
    },
    tickets::{Ticket, ViewTickets, store},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Actor, Grant, Tx},
    db,
    web::{Html, Ui, beside::Whose},
};
use std::sync::Arc;

/// So many are shown.
const SHOWN: usize = 10;

#[derive(askama::Template)]
#[template(path = "tickets/beside.html")]
struct Asked {
    ui: Ui,
    tickets: Vec<Ticket>,
    cases: Cases,
    is_one_person: bool,
}

platform::show_beside!(asked);

async fn asked(home: Home, actor: Arc<Actor>, ui: Ui, whose: Whose) -> Result<Option<Html>, Problem> {
    let Ok(grant) = Grant::<ViewTickets>::check(&home, actor, false) else { return Ok(None) };
    let (nobody, none) = (Id::new(0), Id::new(0));
    let read = move |tx: &mut Tx<ViewTickets>| {
        let shown = match whose {
            Whose::Contact(id) => customer::of_contact(tx, id, none, SHOWN)?,
            Whose::Organisation(id) => customer::of_organisation(tx, id, none, SHOWN, nobody)?,
        };
        let ids: Vec<_> = shown.iter().map(|case| case.id).collect();
        let mut tickets = store::by_ids(tx, &ids)?;
        tickets.sort_by_key(|ticket| ids.iter().position(|id| *id == ticket.id));
        Ok::<_, db::Error>((shown, tickets))
    };
    let (shown, tickets) = grant.read(read).await?;
    let all = match whose {
        Whose::Contact(id) => all_of("requester", id),
        Whose::Organisation(id) => all_of("organisation", id),
    };
    let is_one_person = matches!(whose, Whose::Contact(_));
    let page = Asked { ui, tickets, cases: Cases { shown, all }, is_one_person };
    let html = askama::Template::render(&page).map_err(|_| Problem::internal())?;
    Ok(Some(Html(html)))
}
