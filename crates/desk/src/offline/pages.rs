//! `/offline`, which shows what this device keeps, and `/offline/kept`, which tells the worker what to keep.
use super::policy::{self, Kept, MOST};
use crate::{
    tickets::{TicketError, ViewTickets},
    views::{
        Shown,
        store::{self, Place},
    },
};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::fault::Problem;
use platform::{
    authority::{Grant, Tx},
    db, settings,
    web::{Failure, Json, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "offline/page.html")]
struct OfflinePage {
    ui: Ui,
    most: usize,
    is_never: bool,
}

/// `GET /offline`: what stands here is filled in by the browser, because nobody else knows what it keeps.
pub async fn page(grant: Grant<ViewTickets>, ui: Ui) -> Result<Page<impl askama::Template>, Failure> {
    let is_never = grant.read::<_, db::Error>(|tx| settings::is_never_offline(tx)).await?;
    Ok(Page(OfflinePage { ui, most: MOST, is_never }))
}

/// A list that is kept.
#[derive(serde::Serialize)]
struct KeptList {
    view: String,
    name: String,
    /// Another one where anything in it changed.
    at: i64,
}
#[derive(serde::Serialize)]
struct ToKeep {
    /// Whose it is, e.g. `user/3`.
    who: String,
    /// Seals what is kept, base64 of 32 bytes; the same for this person on every device, and nobody else gets it.
    key: String,
    lists: Vec<KeptList>,
    tickets: Vec<Kept>,
}

/// `GET /offline/kept`: for the service worker of somebody who is signed in.
pub async fn kept(grant: Grant<ViewTickets>, ui: Ui) -> Result<Response, Failure> {
    let actor = grant.actor();
    // The key is for a browser that somebody is signed in with, not for a program with a token of theirs.
    actor.session.as_ref().ok_or(Problem::new(403, "session_needed"))?;
    let who = actor.user().map(|_| actor.who.to_string()).ok_or_else(Problem::not_found)?;
    let shown = policy::lists(&actor.teams);
    let work = move |tx: &mut Tx<ViewTickets>| {
        let teams = store::teams(tx)?;
        let mut lists = Vec::new();
        // Then a device keeps the key alone, for what its reader writes.
        let shown = if settings::is_never_offline(tx)? { Vec::new() } else { shown };
        for shown in shown {
            let rows = store::page(tx, &shown, Place::top(&shown), MOST)?;
            let rows: Vec<_> = rows.into_iter().map(|row| (row.id, row.updated_at_ms)).collect();
            lists.push((shown, rows));
        }
        Ok::<_, TicketError>((teams, lists))
    };
    let (teams, lists) = grant.read(work).await?;
    let name = |shown: &Shown| match shown {
        Shown::Team(id) => teams.iter().find(|team| team.id == *id).map(|team| team.name.clone()),
        other => Some(ui.t_of("view", &other.word()).to_owned()),
    };
    let list = |(shown, rows): &(Shown, Vec<_>)| {
        Some(KeptList { view: shown.word(), name: name(shown)?, at: policy::mark(rows) })
    };
    let named = lists.iter().filter_map(list);
    let key = grant.home().keys.sign("offline", &[who.as_bytes()]);
    let body =
        ToKeep { lists: named.collect(), tickets: policy::tickets(&lists), key: STANDARD.encode(key), who };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
