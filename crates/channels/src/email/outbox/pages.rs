//! `/admin/outbox`. Of every mail only who, when and whether: what a mail of a ticket says is in the ticket, and what
//! an account mail says is for nobody else (S14).
use super::{
    api,
    store::{self, Entry, Filter, State},
};
use crate::email::{
    inboxes::{self, Inbox, ManageInboxes, ViewInboxes},
    sight::Reach,
};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    db,
    outbox::Outbound,
    web::{Failure, InPath, Page, Ui, address},
};

/// Rows of a page.
const ROWS: usize = 50;

/// What the address of the list says.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Asked {
    /// A state, or `undelivered` for what failed and what bounced.
    #[serde(default)]
    state: String,
    #[serde(default)]
    inbox: String,
    #[serde(default)]
    cursor: String,
}
impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            is_failed: self.state == "undelivered",
            state: State::from_word(&self.state),
            inbox: self.inbox.parse().ok(),
            reach: Reach::default(),
        }
    }
    fn with_state(&self, state: &str) -> String {
        address("/admin/outbox", &[("state", state), ("inbox", &self.inbox)])
    }
    fn older(&self, last: Id<Outbound>) -> String {
        let last = last.to_string();
        address("/admin/outbox", &[("state", &self.state), ("inbox", &self.inbox), ("cursor", &last)])
    }
}

impl State {
    /// How it looks: tone and icon.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            State::Waiting => ("wait", "clock"),
            State::Sending => ("wait", "send"),
            State::Sent => ("done", "check"),
            State::Failed => ("late", "circle-alert"),
            State::Bounced => ("late", "mail-warning"),
        }
    }
}
impl Entry {
    /// A mail that waits and has not been tried yet is no reason for worry; one that was refused before is.
    fn look(&self) -> (&'static str, &'static str) {
        if self.state == State::Waiting && self.reason.is_some() {
            ("act", "clock")
        } else {
            self.state.look()
        }
    }
    fn may_retry(&self) -> bool {
        self.state == State::Waiting
            || self.state == State::Failed && self.kind != platform::outbox::Kind::Account
    }
}

#[derive(askama::Template)]
#[template(path = "email/outbox/list.html")]
struct List {
    ui: Ui,
    asked: Asked,
    rows: Vec<Entry>,
    inboxes: Vec<Inbox>,
    waiting: i64,
    failed: i64,
    first: String,
    older: String,
}

pub async fn list(
    ui: Ui,
    grant: Grant<ViewInboxes>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let before = match asked.cursor.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::field("cursor", "unknown_cursor"))?),
    };
    let mut filter = asked.filter();
    let (mut rows, inboxes, (waiting, failed)) = grant
        .read::<_, db::Error>(move |tx| {
            filter.reach = Reach::of(tx);
            let rows = store::list(tx, filter, before, ROWS + 1)?;
            Ok((rows, inboxes::store::all(tx)?, store::counts(tx)?))
        })
        .await?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| has_more).map_or(String::new(), |last| asked.older(last.id));
    let first = if before.is_some() { asked.with_state(&asked.state) } else { String::new() };
    Ok(Page(List { ui, asked, rows, inboxes, waiting, failed, first, older }).into_response())
}

#[derive(askama::Template)]
#[template(path = "email/outbox/one.html")]
struct One {
    ui: Ui,
    entry: Entry,
    inbox: Option<Inbox>,
    done: &'static str,
}

#[derive(Default, serde::Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

pub async fn one(
    ui: Ui,
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<Outbound>>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let found = grant
        .read::<_, db::Error>(move |tx| {
            let Some(entry) = store::seen(tx, id)? else { return Ok(None) };
            let inbox = match entry.inbox_id {
                Some(inbox) => inboxes::store::by_id(tx, inbox)?,
                None => None,
            };
            Ok(Some((entry, inbox)))
        })
        .await?;
    let (entry, inbox) = found.ok_or_else(Problem::not_found)?;
    let done = match done.done.as_str() {
        "retried" => "outbound-done-retried",
        "given-up" => "outbound-done-given-up",
        _ => "",
    };
    Ok(Page(One { ui, entry, inbox, done }).into_response())
}

pub async fn retry(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Outbound>>,
) -> Result<Response, Failure> {
    api::again(&grant, id).await?;
    Ok(Redirect::to(&format!("/admin/outbox/{id}?done=retried")).into_response())
}

pub async fn give_up(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Outbound>>,
) -> Result<Response, Failure> {
    api::drop_it(&grant, id).await?;
    Ok(Redirect::to(&format!("/admin/outbox/{id}?done=given-up")).into_response())
}
