//! What changes while somebody looks: server-sent events from the log.
use crate::tickets::{self, ViewTickets};
use axum::{
    response::{IntoResponse, Response, Sse, sse},
    routing::get,
};
use futures_util::stream;
use kernel::id::Id;
use platform::{
    authority::{Grant, Scope},
    db,
    events::Recorded,
    web::{Failure, Routes},
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// What a page hears: which ticket, what kind of change, by whom.
#[derive(serde::Serialize)]
struct Heard<'a> {
    ticket: i64,
    kind: &'a str,
    by: &'a str,
}

/// `GET /live`: each change of a ticket that the person may see. After a gap comes `reload`.
async fn follow(grant: Grant<ViewTickets>) -> Result<Response, Failure> {
    let watch = grant.home().live.watch();
    let events = stream::unfold((grant, watch), |(grant, mut watch)| async move {
        let event = next(&grant, &mut watch).await?;
        Some((Ok::<_, Infallible>(event), (grant, watch)))
    });
    let keep_alive = sse::KeepAlive::new().interval(Duration::from_secs(25));
    Ok((
        [("x-accel-buffering", "no"), ("cache-control", "no-store")],
        Sse::new(events).keep_alive(keep_alive),
    )
        .into_response())
}

async fn next(grant: &Grant<ViewTickets>, watch: &mut Receiver<Arc<Recorded>>) -> Option<sse::Event> {
    loop {
        match watch.recv().await {
            Ok(event) => {
                let Some(ticket) = event.subject_id("ticket") else { continue };
                if !is_visible(grant, ticket).await {
                    continue;
                }
                let heard = Heard { ticket, kind: &event.kind, by: &event.actor };
                let data = serde_json::to_string(&heard).unwrap_or_default();
                return Some(sse::Event::default().event("ticket").id(event.id.to_string()).data(data));
            }
            Err(RecvError::Lagged(_)) => return Some(sse::Event::default().event("reload").data("{}")),
            Err(RecvError::Closed) => return None,
        }
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
