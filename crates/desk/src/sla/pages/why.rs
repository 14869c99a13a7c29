//! Why a deadline is when it is: every part of a promise's time with its reason.
use crate::{
    calendars,
    sla::{
        clock::{Interval, State},
        deadlines::{self, Explained},
        store,
        terms::{Snapshot, Whose},
    },
    tickets::{self, Ticket, TicketError, ViewTickets},
};
use axum::response::{IntoResponse, Response};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis, SECOND},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::{Grant, Tx},
    db, i18n,
    web::{Failure, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "sla/why.html")]
struct Why {
    ui: Ui,
    ticket: Ticket,
    promises: Vec<Explained>,
    hours: Option<By>,
}
/// By whose hours is counted, and which calendar that is.
struct By {
    whose: Whose,
    /// `None` is around the clock.
    calendar: Option<String>,
}
impl Why {
    /// `By the hours “Office”: those of the contract “Gold”.`
    fn by(&self, by: &By) -> String {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let whose = match by.whose {
            Whose::Contract => self.ui.t1("sla-whose-contract", "name", &name(&self.ticket.contract_name)),
            Whose::Team => self.ui.t1("sla-whose-team", "name", &name(&self.ticket.team_name)),
            Whose::Policy => self.ui.t("sla-whose-policy").into(),
            Whose::Desk => self.ui.t("sla-whose-desk").into(),
        };
        match &by.calendar {
            Some(calendar) => {
                self.ui.t2("sla-by-hours", "calendar", calendar.as_str(), "whose", whose.as_str())
            }
            None => self.ui.t("sla-by-always").into(),
        }
    }
    /// As tone, icon and words.
    fn mood(&self, promise: &Explained) -> (&'static str, &'static str, &'static str) {
        mood(&promise.state)
    }
    /// The parts that a clock on a wall would show.
    fn parts<'p>(&self, promise: &'p Explained) -> impl Iterator<Item = &'p Interval> {
        promise.parts.iter().filter(|part| part.to.0 - part.from.0 >= SECOND)
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

/// Whose hours the terms count by; `None` of terms from before that was kept.
fn by<P>(tx: &mut Tx<P>, terms: i64) -> db::Result<Option<By>> {
    let Some(content) = store::content(tx, terms)? else { return Ok(None) };
    let Some(hours) = serde_json::from_str::<Snapshot>(&content).ok().and_then(|it| it.hours) else {
        return Ok(None);
    };
    let calendar = match (hours.calendar, hours.whose) {
        (Some(id), _) => calendars::store::by_id(tx, id)?,
        (None, Whose::Desk) => calendars::store::default(tx)?,
        (None, _) => None,
    };
    Ok(Some(By { whose: hours.whose, calendar: calendar.map(|calendar| calendar.name) }))
}

/// `GET /t/{number}/deadlines`.
pub async fn get(
    ui: Ui,
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
) -> Result<Response, Failure> {
    let (ticket, promises, hours) = grant
        .read(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?.into_inner();
            let hours = match ticket.sla_terms_id {
                Some(terms) => by(tx, terms)?,
                None => None,
            };
            Ok::<_, TicketError>((ticket, deadlines::explain(tx, number)?, hours))
        })
        .await?;
    Ok(Page(Why { ui, ticket, promises, hours }).into_response())
}
