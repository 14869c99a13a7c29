//! `/waiting`: what waits for somebody and why, the next one for oneself, and whether one takes work.
use crate::{
    routing::{
        RoutingError, actions,
        choices::{Names, Summary},
        give,
        standing::{self, Hourbook},
        store::{self, WaitingRow},
    },
    tickets::{EditTickets, ViewTickets},
};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem};
use platform::{
    authority::{Grant, Myself},
    web::{Failure, Form, Page, Ui},
};
use serde::Deserialize;

const HERE: &str = "/waiting";

#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    said: String,
}

#[derive(askama::Template)]
#[template(path = "routing/waiting.html")]
pub struct List {
    ui: Ui,
    rows: Vec<WaitingRow>,
    names: Names,
    me: Me,
    said: String,
}
/// How the reader stands.
#[derive(Default)]
struct Me {
    is_there: Option<bool>,
    /// When their working hours begin again, where they are over.
    opens_at: Option<Millis>,
}
impl List {
    fn why(&self, row: &WaitingRow) -> String {
        Summary::read(&row.content).sentence(&self.names, self.ui.language)
    }
    /// Words about what was asked before, or nothing.
    fn told(&self) -> &'static str {
        match self.said.as_str() {
            "none" => "routing-next-none",
            "full" => "routing-next-full",
            _ => "",
        }
    }
}

/// `GET /waiting`.
pub async fn list(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Query(Said { said }): Query<Said>,
) -> Result<Page<List>, Failure> {
    let (rows, names, me) = grant
        .read::<_, RoutingError>(|tx| {
            let now = tx.now();
            let mut me = Me::default();
            if let Some(user) = tx.actor().user()
                && let Some(row) = store::agent(tx, user)?
            {
                me.is_there = row.is_there;
                let mut hourbook = Hourbook::default();
                let hours = hourbook.of(tx, row.calendar_id)?;
                me.opens_at = hours.and_then(|hours| standing::opens_at(hours, now));
            }
            Ok((store::waiting_in_sight(tx)?, Names::load(tx, &[])?, me))
        })
        .await?;
    Ok(Page(List { ui, rows, names, me, said }))
}

/// `POST /next`: the most urgent ticket that the person can take becomes theirs.
pub async fn next(grant: Grant<EditTickets>, form: Form) -> Result<Response, Failure> {
    form.only(&[])?;
    let (ticket, is_full) = grant
        .change::<_, RoutingError>(|tx| {
            let ticket = give::next(tx)?;
            Ok((ticket, ticket.is_none() && give::is_full(tx)?))
        })
        .await?;
    let to = match (ticket, is_full) {
        (Some(ticket), _) => format!("/t/{ticket}"),
        (None, true) => format!("{HERE}?said=full"),
        (None, false) => format!("{HERE}?said=none"),
    };
    Ok(Redirect::to(&to).into_response())
}

/// `POST /profile/standing`. `is_there`: `on` or `off`.
pub async fn stand(grant: Grant<Myself>, form: Form) -> Result<Redirect, Failure> {
    form.only(&["is_there"])?;
    let is_there = match form.get("is_there") {
        "on" => true,
        "off" => false,
        _ => return Err(Problem::field("is_there", "unknown_word").into()),
    };
    grant.change(move |tx| actions::stand(tx, is_there)).await?;
    Ok(Redirect::to(HERE))
}
