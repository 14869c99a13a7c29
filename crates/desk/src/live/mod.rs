//! What changes while somebody looks: server-sent events from the log, and who else looks.
use crate::{
    notices,
    tickets::{self, NoteTickets, Ticket, ViewTickets},
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response, Sse, sse},
    routing::{get, post},
};
use futures_util::stream;
use kernel::{
    clock::{Millis, SECOND},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::{Grant, Scope},
    db,
    events::Recorded,
    presence::Stay,
    web::{Failure, Request, Routes},
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Who listens is looked up again after so long, before anything is told. With the three seconds for which a role is
/// remembered, what ended is heard of no more within five (S16).
const LOOK_MS: i64 = 2 * SECOND;
/// And so often where nothing happens, so that nobody's stream stays for ever.
const QUIET: Duration = Duration::from_secs(60);

/// What a page hears: which ticket, what kind of change, by whom.
#[derive(serde::Serialize)]
struct Heard<'a> {
    ticket: i64,
    kind: &'a str,
    by: &'a str,
}

/// Who looks at a ticket, as a page hears it.
#[derive(serde::Serialize)]
struct Looking {
    ticket: i64,
    people: Vec<Looker>,
}
#[derive(serde::Serialize)]
struct Looker {
    /// As the log names people, so that a page knows its own reader.
    who: String,
    name: String,
    typing: bool,
}

/// `?ticket=`: the page shows this ticket, and its reader is there as long as the stream is open.
#[derive(Default, serde::Deserialize)]
struct Page {
    ticket: Option<Id<Ticket>>,
}

/// `GET /live`: each change of a ticket that the person may see, and who looks at one: on the page of a ticket at that
/// one alone. `notices` says how many unread ones the person has. After a gap comes `reload`.
///
/// It ends with the session; then the browser asks anew and hears why.
async fn follow(
    grant: Grant<ViewTickets>,
    request: Request,
    Query(page): Query<Page>,
) -> Result<Response, Failure> {
    let home = grant.home().clone();
    let (watch, looks, looked_at) = (home.live.watch(), home.presence.watch(), home.clock.now());
    let ticket = page.ticket.map(Id::number);
    let stay = match (ticket, grant.actor().user()) {
        (Some(ticket), Some(me)) if is_visible(&grant, ticket).await => {
            Some(home.presence.enter(ticket, me.number(), &grant.actor().name))
        }
        _ => None,
    };
    // Whoever opens a list sees who is where; a ticket's page hears of itself by entering.
    let untold = if ticket.is_none() { home.presence.things() } else { Vec::new() };
    let listener = Listener { grant, request, looked_at, watch, looks, ticket, untold, _stay: stay };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let keep_alive = sse::KeepAlive::new().interval(Duration::from_secs(25));
    Ok((
        [("x-accel-buffering", "no"), ("cache-control", "no-store")],
        Sse::new(events).keep_alive(keep_alive),
    )
        .into_response())
}

/// A page that listens, and what it showed at the door.
struct Listener {
    grant: Grant<ViewTickets>,
    request: Request,
    looked_at: Millis,
    watch: Receiver<Arc<Recorded>>,
    looks: Receiver<i64>,
    /// The ticket of its page.
    ticket: Option<i64>,
    /// Tickets whose people it has not told yet.
    untold: Vec<i64>,
    _stay: Option<Stay>,
}
impl Listener {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            while let Some(ticket) = self.untold.pop() {
                self.look_again().await?;
                if let Some(event) = self.lookers(ticket).await {
                    return Some(event);
                }
            }
            let heard = tokio::select! {
                heard = self.watch.recv() => heard,
                looked = self.looks.recv() => {
                    self.hear_of(looked);
                    continue;
                }
                () = tokio::time::sleep(QUIET) => {
                    self.look_again().await?;
                    continue;
                }
            };
            match heard {
                Ok(event) if event.kind == <notices::NoticeMade as platform::events::Event>::KIND => {
                    if let Some(event) = self.notices(&event).await? {
                        return Some(event);
                    }
                }
                Ok(event) => {
                    let Some(ticket) = event.subject_id("ticket") else { continue };
                    self.look_again().await?;
                    if !is_visible(&self.grant, ticket).await {
                        continue;
                    }
                    let heard = Heard { ticket, kind: &event.kind, by: &event.actor };
                    let data = serde_json::to_string(&heard).unwrap_or_default();
                    return Some(sse::Event::default().event("ticket").id(event.id.to_string()).data(data));
                }
                Err(RecvError::Lagged(_)) => {
                    self.look_again().await?;
                    return Some(sse::Event::default().event("reload").data("{}"));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
    /// Notes where somebody came or went. What is told is who is there then, so several are one, and of a gap all is told.
    fn hear_of(&mut self, looked: Result<i64, RecvError>) {
        let first = match looked {
            Ok(ticket) => vec![ticket],
            Err(_) => self.grant.home().presence.things(),
        };
        let more = std::iter::from_fn(|| self.looks.try_recv().ok());
        for ticket in first.into_iter().chain(more) {
            if self.ticket.is_none_or(|own| own == ticket) && !self.untold.contains(&ticket) {
                self.untold.push(ticket);
            }
        }
    }
    /// How many unread notices the listener has, where there are new ones for them.
    ///
    /// * returns – `None` outside where they may not listen any more.
    async fn notices(&mut self, event: &Recorded) -> Option<Option<sse::Event>> {
        let me = self.grant.actor().user().map(|me| me.to_string());
        let data = event.data();
        let mut users = data.get("users").and_then(serde_json::Value::as_array).into_iter().flatten();
        if me.is_none() || !users.any(|user| user.as_str() == me.as_deref()) {
            return Some(None);
        }
        self.look_again().await?;
        let unread = self.grant.read::<_, db::Error>(|tx| match notices::store::View::of(tx) {
            Some(view) => notices::store::unread(tx, &view, notices::pages::COUNTED),
            None => Ok(0),
        });
        let data = serde_json::json!({ "unread": unread.await.ok()? }).to_string();
        Some(Some(sse::Event::default().event("notices").data(data)))
    }
    /// Who looks at a ticket; `None` where the listener may not see it.
    async fn lookers(&self, ticket: i64) -> Option<sse::Event> {
        if !is_visible(&self.grant, ticket).await {
            return None;
        }
        let home = self.grant.home();
        let people = home.presence.of(ticket, home.clock.now()).into_iter().map(|here| Looker {
            who: format!("user/{}", here.user),
            name: here.name,
            typing: here.is_typing,
        });
        let data = serde_json::to_string(&Looking { ticket, people: people.collect() }).ok()?;
        Some(sse::Event::default().event("presence").data(data))
    }
    /// Who listens may be signed out, switched off or allowed less by now: what holds now counts from here on.
    ///
    /// * returns – `None` where they may not listen any more.
    async fn look_again(&mut self) -> Option<()> {
        let home = self.grant.home().clone();
        let now = home.clock.now();
        if (0..LOOK_MS).contains(&(now.0 - self.looked_at.0)) {
            return Some(());
        }
        let actor = home.authenticate.actor(&home, &self.request).await.ok()??;
        self.grant = Grant::check(&home, Arc::new(actor), false).ok()?;
        self.looked_at = now;
        Some(())
    }
}

/// Asked for each event, so that a right that is gone is gone at once.
async fn is_visible(grant: &Grant<ViewTickets>, ticket: i64) -> bool {
    if grant.actor().reach("tickets.view") == Some(Scope::All) {
        return true;
    }
    let seen = grant.read::<_, db::Error>(move |tx| tickets::store::see(tx, Id::new(ticket))).await;
    seen.is_ok_and(|seen| seen.is_some())
}

/// `POST /t/{number}/typing`: the reader writes on a ticket whose page they have open.
async fn typing(grant: Grant<NoteTickets>, Path(number): Path<Id<Ticket>>) -> Result<StatusCode, Failure> {
    let seen = grant.read::<_, db::Error>(move |tx| tickets::store::see(tx, number)).await?;
    seen.ok_or_else(Problem::not_found)?;
    if let Some(me) = grant.actor().user() {
        let home = grant.home();
        home.presence.types(number.number(), me.number(), home.clock.now());
    }
    Ok(StatusCode::NO_CONTENT)
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewTickets>("/live", get(follow))
        .post::<NoteTickets>("/t/{number}/typing", post(typing))
}
