//! Why a deadline is when it is: every part of a promise's time with its reason.
use crate::{
    sla::{
        clock::{Interval, State},
        deadlines::{self, Explained},
    },
    tickets::{self, Ticket, TicketError, ViewTickets},
};
use axum::response::{IntoResponse, Response};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::Grant,
    i18n,
    web::{Failure, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "sla/why.html")]
struct Why {
    ui: Ui,
    ticket: Ticket,
    promises: Vec<Explained>,
}
impl Why {
    /// As tone, icon and words.
    fn mood(&self, promise: &Explained) -> (&'static str, &'static str, &'static str) {
        mood(&promise.state)
    }
    fn reason(&self, part: &Interval) -> String {
        let (code, about) = deadlines::reason(part.reason);
        let words = self.ui.t_of("sla-reason", code);
        match (code, about) {
            ("holiday", Some(name)) => format!("{words}: {}", self.ui.t_of("holiday", name)),
            ("paused", Some(status)) => format!("{words}: {}", self.ui.t_of("status", status)),
            _ => words.to_owned(),
        }
    }
    fn length(&self, part: &Interval) -> String {
        span(&self.ui, part.to.0 - part.from.0)
    }
    fn sum(&self, promise: &Explained) -> String {
        let counted = promise.parts.iter().filter(|part| part.is_counted());
        work(&self.ui, counted.map(|part| part.to.0 - part.from.0).sum())
    }
    fn work(&self, ms: &i64) -> String {
        work(&self.ui, *ms)
    }
    /// Whether the part has not begun yet.
    fn is_ahead(&self, part: &Interval) -> bool {
        part.from >= self.ui.now
    }
    /// `Mon 23 Nov, 9:05`.
    fn moment(&self, at: &Millis) -> String {
        self.ui.full_time(*at)
    }
}

/// A state as tone, icon and words.
pub fn mood(state: &State) -> (&'static str, &'static str, &'static str) {
    match state {
        State::Running => ("act", "clock", "sla-state-running"),
        State::Paused => ("wait", "state-waiting_customer", "sla-state-paused"),
        State::Met => ("done", "circle-check", "sla-state-met"),
        State::Breached => ("late", "state-late", "sla-state-breached"),
    }
}

/// A length of time: `2 d 4 h`, `1 h 30 min`, `12 min`. Below a minute it is seconds.
pub fn span(ui: &Ui, ms: i64) -> String {
    let part =
        |number: i64, unit: &str| (number > 0).then(|| format!("{number}\u{a0}{}", ui.t_of("unit", unit)));
    let parts = match ms {
        DAY.. => [part(ms / DAY, "day"), part(ms % DAY / HOUR, "hour")],
        MINUTE..DAY => [part(ms / HOUR, "hour"), part(ms % HOUR / MINUTE, "minute")],
        _ => [Some(format!("{}\u{a0}{}", ms / 1000, ui.t_of("unit", "second"))), None],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Working time: hours and minutes, because a day of it is no day of 24 hours.
fn work(ui: &Ui, ms: i64) -> String {
    if ms < DAY {
        return span(ui, ms);
    }
    let hours = format!("{}\u{a0}{}", ms / HOUR, ui.t_of("unit", "hour"));
    let rest = ms % HOUR;
    if rest < MINUTE { hours } else { format!("{hours} {}", span(ui, rest)) }
}

/// Time left until a deadline, as a list shows it: tone, words, and the whole sentence.
pub struct Left {
    pub tone: &'static str,
    pub icon: &'static str,
    pub short: String,
    pub long: String,
}
/// How much is left by the wall clock; a deadline that passed says since when.
pub fn left(ui: &Ui, due: Millis) -> Left {
    let by = due.0 - ui.now.0;
    let (key, tone, icon) = match by {
        ..0 => ("sla-late-by", "late", "state-late"),
        0..HOUR => ("sla-due-in", "act", "clock"),
        _ => ("sla-due-in", "quiet", "clock"),
    };
    let short = span(ui, by.abs().max(MINUTE));
    let time = ui.full_time(due);
    let long =
        i18n::format(ui.language, key, &[("span", short.as_str().into()), ("time", time.as_str().into())]);
    Left { tone, icon, short: if by < 0 { format!("−{short}") } else { short }, long }
}

/// `GET /t/{number}/deadlines`.
pub async fn get(
    ui: Ui,
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Response, Failure> {
    let (ticket, promises) = grant
        .read(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>((ticket.into_inner(), deadlines::explain(tx, number)?))
        })
        .await?;
    Ok(Page(Why { ui, ticket, promises }).into_response())
}
