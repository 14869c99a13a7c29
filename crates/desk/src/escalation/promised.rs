//! What a line and a supplier promise: within which working time something is accepted and solved.
use crate::{
    calendars::{self, Calendar, Plan},
    sla::{span::Span, terms::Snapshot},
    tickets::TicketError,
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    working_time,
};
use platform::db::Conn;

/// The warning comes so much working time before a time runs out, unless it is said otherwise.
const WARN: &str = "30m";

/// Working time within which somebody accepts what is handed to them and has it solved.
#[derive(Clone, Debug)]
pub struct Promised {
    pub calendar: Option<Id<Calendar>>,
    pub accept: Option<Span>,
    pub solve: Option<Span>,
    pub warn: Span,
}

impl Promised {
    /// As people write it.
    pub(super) fn words(&self) -> Words {
        Words {
            accept: self.accept.map(|span| span.to_string()),
            solve: self.solve.map(|span| span.to_string()),
            warn: self.warn.to_string(),
        }
    }
    pub(super) fn parse(
        calendar: Option<Id<Calendar>>,
        (accept, solve, warn): (Option<&str>, Option<&str>, Option<&str>),
        mistakes: &mut Mistakes,
    ) -> Option<Promised> {
        let mut read = |text: Option<&str>, field: &str| {
            let span = text.map(str::trim).filter(|text| !text.is_empty())?.parse();
            mistakes.require(span.is_ok(), field, "duration");
            span.ok()
        };
        let (accept, solve) = (read(accept, "accept_within"), read(solve, "solve_within"));
        let warn = read(Some(warn.filter(|text| !text.trim().is_empty()).unwrap_or(WARN)), "warn")?;
        Some(Promised { calendar, accept, solve, warn })
    }
    /// The same by the hours that count now.
    pub(super) fn terms(&self, conn: &mut Conn, name: &str) -> Result<Snapshot, TicketError> {
        let plan = plan(conn, self)?;
        Ok(self.snapshot(name, plan)?)
    }
    /// What holds from now on for somebody who gets a ticket; `plan` is `None` around the clock.
    ///
    /// * errors – 422 where it would have to be solved before it is accepted.
    pub fn snapshot(&self, name: &str, plan: Option<Plan>) -> Result<Snapshot, Problem> {
        let calendar = plan.as_ref().and_then(Plan::calendar);
        let calendar = calendar.unwrap_or_else(working_time::Calendar::always);
        let [accept, solve] = [self.accept, self.solve].map(|span| span.map(|span| span.in_ms(&calendar)));
        if let (Some(accept), Some(solve)) = (accept, solve)
            && accept > solve
        {
            return Err(Problem::field("accept_within", "accept_after_solve"));
        }
        Ok(Snapshot {
            name: name.to_owned(),
            targets_ms: [accept, None, None, solve],
            pause_in: Vec::new(),
            warn_ms: self.warn.in_ms(&calendar),
            plan,
            hours: None,
        })
    }
}

/// What is stored was checked before it was.
pub(super) fn stored(
    calendar: Option<Id<Calendar>>,
    (accept, solve, warn): (Option<&str>, Option<&str>, &str),
) -> Result<Promised, Problem> {
    let mut mistakes = Mistakes::default();
    let promised = Promised::parse(calendar, (accept, solve, Some(warn)), &mut mistakes);
    mistakes.check()?;
    promised.ok_or_else(Problem::internal)
}

/// Spans as people write them.
pub(super) struct Words {
    pub accept: Option<String>,
    pub solve: Option<String>,
    pub warn: String,
}

/// * errors – 422 for a calendar that is not there, and for times that contradict each other.
pub(super) fn check(conn: &mut Conn, name: &str, promised: &Promised) -> Result<(), TicketError> {
    let plan = plan(conn, promised)?;
    if promised.calendar.is_some() && plan.is_none() {
        return Err(Problem::field("calendar", "unknown_id").into());
    }
    promised.snapshot(name, plan)?;
    Ok(())
}

/// The hours by which a promise counts; `None` is around the clock.
pub fn plan(conn: &mut Conn, promised: &Promised) -> platform::db::Result<Option<Plan>> {
    let found = match promised.calendar {
        Some(id) => calendars::store::by_id(conn, id)?,
        None => calendars::store::default(conn)?,
    };
    Ok(found.map(|calendar| calendar.plan()))
}
