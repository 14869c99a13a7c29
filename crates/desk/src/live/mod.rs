//! What changes while somebody looks: server-sent events from the log.
use crate::tickets::{self, ViewTickets};
use axum::{
    response::{IntoResponse, Response, Sse, sse},
    routing::get,
};
use futures_util::stream;
use kernel::{
    clock::{Millis, SECOND},
    id::Id,
};
use platform::{
    authority::{Grant, Scope},
    db,
    events::Recorded,
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

/// `GET /live`: each change of a ticket that the person may see. After a gap comes `reload`.
///
/// It ends with the session; then the browser asks anew and hears why.
async fn follow(grant: Grant<ViewTickets>, request: Request) -> Result<Response, Failure> {
    let (watch, looked_at) = (grant.home().live.watch(), grant.home().clock.now());
    let listener = Listener { grant, request, looked_at, watch };
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
}
impl Listener {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            let Ok(heard) = tokio::time::timeout(QUIET, self.watch.recv()).await else {
                self.look_again().await?;
                continue;
            };
            match heard {
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

pub fn routes() -> Routes {
    Routes::new().get::<ViewTickets>("/live", get(follow))
}
