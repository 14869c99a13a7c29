//! `/admin/inbound`.
use super::{Inbound, Outcome, api, store, words};
use crate::email::{
    inboxes::{self, Inbox, ManageInboxes, ViewInboxes},
    intake::door::Said,
    sight::Reach,
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    clock::{DAY, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::Grant,
    db,
    web::{Failure, Form, InPath, Page, Ui, address},
};
use std::time::Duration;

/// Rows of a page.
const ROWS: usize = 50;
/// More of a source is not shown; it can be downloaded.
const SHOWN: usize = 256 * 1024;
/// How long a page waits for what a replay leads to.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far back the list looks, by the word in its address.
const PERIODS: [(&str, Option<i64>); 4] =
    [("day", Some(DAY)), ("week", Some(7 * DAY)), ("month", Some(30 * DAY)), ("all", None)];

/// What the address of the list says.
#[derive(Clone, Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    inbox: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
}
impl Asked {
    fn filter(&self, now: Millis) -> store::Filter {
        let period = PERIODS.iter().find(|(word, _)| *word == self.period());
        let since = period.and_then(|(_, span)| *span).map(|span| now.plus(-span));
        let text = self.q.trim();
        store::Filter {
            outcome: Outcome::from_word(&self.outcome),
            inbox: self.inbox.parse().ok(),
            // What waits in quarantine is shown however old it is.
            since: since.filter(|_| self.outcome != "quarantined"),
            text: Some(text.to_owned()).filter(|text| !text.is_empty()),
            reach: Reach::default(),
        }
    }
    fn period(&self) -> &str {
        if PERIODS.iter().any(|(word, _)| *word == self.period) { &self.period } else { "month" }
    }
    fn is_period(&self, word: &str) -> bool {
        self.period() == word
    }
    fn is_outcome(&self, word: &str) -> bool {
        self.outcome == word
    }
    /// The list's address with another outcome, from its first page on.
    fn with_outcome(&self, outcome: &str) -> String {
        self.page(outcome, "")
    }
    fn older(&self, last: Id<Inbound>) -> String {
        self.page(&self.outcome, &last.to_string())
    }
    fn page(&self, outcome: &str, cursor: &str) -> String {
        let (inbox, period, q) = (self.inbox.as_str(), self.period.as_str(), self.q.as_str());
        let query =
            [("outcome", outcome), ("inbox", inbox), ("period", period), ("q", q), ("cursor", cursor)];
        address("/admin/inbound", &query)
    }
}

#[derive(askama::Template)]
#[template(path = "email/ledger/list.html")]
struct List {
    ui: Ui,
    asked: Asked,
    rows: Vec<store::Entry>,
    inboxes: Vec<Inbox>,
    quarantined: i64,
    first: String,
    older: String,
}
impl List {
    fn reason(&self, entry: &store::Entry) -> String {
        words::reason(self.ui.language, entry)
    }
    fn has_filter(&self) -> bool {
        !(self.asked.q.trim().is_empty() && self.asked.inbox.is_empty() && self.asked.outcome.is_empty())
    }
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
    let mut filter = asked.filter(ui.now);
    let (mut rows, inboxes, quarantined) = grant
        .read::<_, db::Error>(move |tx| {
            filter.reach = Reach::of(tx);
            let rows = store::list(tx, &filter, before, ROWS + 1)?;
            Ok((rows, inboxes::store::all(tx)?, store::quarantined_seen(tx)?))
        })
        .await?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| has_more).map_or(String::new(), |last| asked.older(last.id));
    let first = if before.is_some() { asked.with_outcome(&asked.outcome) } else { String::new() };
    Ok(Page(List { ui, asked, rows, inboxes, quarantined, first, older }).into_response())
}

#[derive(askama::Template)]
#[template(path = "email/ledger/one.html")]
struct One {
    ui: Ui,
    entry: store::Entry,
    said: Said,
    reason: String,
    form: Form,
    done: &'static str,
}
impl One {
    /// Whether it can be read again: it is in no ticket.
    fn may_replay(&self) -> bool {
        let fits = matches!(self.entry.outcome, Outcome::Ignored | Outcome::Quarantined | Outcome::Bounce);
        fits && self.entry.message_id.is_none() && self.ui.may("inboxes.manage")
    }
    /// Whether a ticket can be made of it, though the program made none.
    fn may_want(&self) -> bool {
        let fits = matches!(self.entry.outcome, Outcome::Ignored | Outcome::Bounce);
        fits && self.entry.ticket_id.is_none() && self.ui.may("inboxes.manage")
    }
    fn may_ignore(&self) -> bool {
        self.entry.outcome == Outcome::Quarantined && self.ui.may("inboxes.manage")
    }
    fn is_partial(&self) -> bool {
        self.entry.envelope == store::PARTIAL
    }
    /// `SPF pass`, `DKIM pass (example.org)`, `DMARC pass`, each with its tone.
    fn verdicts(&self) -> Vec<(&str, &'static str, &'static str)> {
        let line = self.entry.authentication.as_deref().unwrap_or_default();
        let mood = |part: &str| match part.split(' ').nth(1) {
            Some("pass") => ("done", "shield-check"),
            Some("fail") => ("late", "shield-alert"),
            _ => ("quiet", "minus"),
        };
        let parts = line.split(" · ").filter(|part| !part.is_empty());
        parts.map(|part| (part, mood(part).0, mood(part).1)).collect()
    }
}

async fn load(grant: &Grant<ViewInboxes>, id: Id<Inbound>) -> Result<store::Entry, Problem> {
    grant.read::<_, db::Error>(move |tx| store::seen(tx, id)).await?.ok_or_else(Problem::not_found)
}

fn shown(ui: Ui, entry: store::Entry, form: Form, done: &'static str) -> One {
    let said = serde_json::from_str(&entry.envelope).unwrap_or_default();
    let reason = words::reason(ui.language, &entry);
    One { ui, said, reason, entry, form, done }
}

#[derive(Default, serde::Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

pub async fn one(
    ui: Ui,
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<Inbound>>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let entry = load(&grant, id).await?;
    let done = match done.done.as_str() {
        "replayed" => "inbound-done-replayed",
        "ignored" => "inbound-done-ignored",
        _ => "",
    };
    Ok(Page(shown(ui, entry, Form::default(), done)).into_response())
}

#[derive(askama::Template)]
#[template(path = "email/ledger/source.html")]
struct Source {
    ui: Ui,
    entry: store::Entry,
    text: String,
    is_cut: bool,
}

impl Source {
    fn up(&self) -> String {
        format!("/admin/inbound/{}", self.entry.id)
    }
}

/// A mail's source as text: what a browser could act on is only letters here.
pub async fn source(
    ui: Ui,
    grant: Grant<ViewInboxes>,
    InPath(id): InPath<Id<Inbound>>,
) -> Result<Response, Failure> {
    let entry = load(&grant, id).await?;
    let bytes = api::source(&grant, id).await?;
    let is_cut = bytes.len() > SHOWN;
    let text = plain(&bytes[..bytes.len().min(SHOWN)]);
    Ok(Page(Source { ui, entry, text, is_cut }).into_response())
}

/// Bytes as text without signs that move, hide or turn round what follows.
fn plain(bytes: &[u8]) -> String {
    let is_odd = |sign: char| {
        (sign.is_control() && !matches!(sign, '\n' | '\t'))
            || matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    text.chars().map(|sign| if is_odd(sign) { '\u{fffd}' } else { sign }).collect()
}

/// Has a mail read again and waits a moment for what comes of it.
pub async fn replay(
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Inbound>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["ticket"])?;
    api::again(&grant, id, form.is_on("ticket")).await?;
    let read = async {
        loop {
            let entry = grant.read::<_, db::Error>(move |tx| store::seen(tx, id)).await;
            if !matches!(entry, Ok(Some(entry)) if entry.outcome == Outcome::Pending) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, read).await;
    Ok(Redirect::to(&format!("/admin/inbound/{id}?done=replayed")).into_response())
}

pub async fn ignore(
    ui: Ui,
    grant: Grant<ManageInboxes>,
    InPath(id): InPath<Id<Inbound>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["reason"])?;
    match api::dismiss(&grant, id, form.get("reason")).await {
        Ok(_) => Ok(Redirect::to(&format!("/admin/inbound/{id}?done=ignored")).into_response()),
        Err(problem) if problem.status == 422 => {
            let entry = grant.read::<_, db::Error>(move |tx| store::seen(tx, id)).await?;
            let entry = entry.ok_or_else(Problem::not_found)?;
            let page = shown(ui, entry, form.with_mistakes(&problem), "");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_cannot_move_what_is_read() {
        let text = plain(b"From: a\r\nSubject: \x1b[2J\xe2\x80\xaegnp.exe\xff\x00\tx");
        assert_eq!(text, "From: a\nSubject: \u{fffd}[2J\u{fffd}gnp.exe\u{fffd}\u{fffd}\tx");
    }
    #[test]
    fn an_address_keeps_its_filter() {
        let asked = Asked { inbox: "3".into(), q: "a&b=c".into(), ..Asked::default() };
        assert_eq!(asked.with_outcome("ignored"), "/admin/inbound?outcome=ignored&inbox=3&q=a%26b%3Dc");
        assert_eq!(Asked::default().older(Id::new(7)), "/admin/inbound?cursor=7");
    }
}
