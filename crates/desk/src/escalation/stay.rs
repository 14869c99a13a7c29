//! A stay: who had a ticket that was handed to them, from when to when, and its clock. No I/O.
use super::{lines::Line, suppliers::Supplier};
use crate::{
    sla::{
        clock::{self, Clock, State, Step, Terms, What},
        store::Told,
        terms::Snapshot,
    },
    tickets::{Category, Ticket},
};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::authority::{Team, User};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The longest of the two texts of a hand-over, in characters.
const TEXT_MOST: usize = 10_000;

/// Who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = EscalatedTo, rename_all = "snake_case")]
pub enum Keeper {
    Line,
    Supervisor,
    Supplier,
}
platform::words! { Keeper { Line = "line", Supervisor = "supervisor", Supplier = "supplier" } }
impl Keeper {
    pub fn icon(self) -> &'static str {
        match self {
            Keeper::Line => "users",
            Keeper::Supervisor => "user-check",
            Keeper::Supplier => "building-2",
        }
    }
}

/// How a stay came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = StayCause, rename_all = "snake_case")]
pub enum Cause {
    /// Somebody, or a rule, handed it over.
    Handed,
    /// Nobody had accepted it before.
    Climbed,
    /// It was handed back to whoever had handed it on.
    Back,
}
platform::words! { Cause { Handed = "handed", Climbed = "climbed", Back = "back" } }

/// How a stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = StayEnd, rename_all = "snake_case")]
pub enum How {
    Back,
    PassedOn,
    /// Nobody accepted it in time.
    Climbed,
    Solved,
    /// It was given to a team of another line without a hand-over.
    Moved,
    Merged,
}
platform::words! { How {
    Back = "back", PassedOn = "passed_on", Climbed = "climbed", Solved = "solved", Moved = "moved", Merged = "merged",
} }

/// What is promised for a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(as = StayPromise, rename_all = "snake_case")]
pub enum Promise {
    /// Somebody takes it.
    Accept,
    /// It is solved or handed back.
    Solve,
}
platform::words! { Promise { Accept = "accept", Solve = "solve" } }
impl Promise {
    /// Which of the clock's runs it is.
    const fn run(self) -> clock::Promise {
        match self {
            Promise::Accept => clock::Promise::FirstResponse,
            Promise::Solve => clock::Promise::Resolution,
        }
    }
}

/// A row of the table.
#[derive(Clone, Debug, Record)]
pub struct Stay {
    pub id: Id<Stay>,
    pub ticket_id: Id<Ticket>,
    pub kind: Keeper,
    pub line_id: Option<Id<Line>>,
    pub supplier_id: Option<Id<Supplier>>,
    /// 0 is none.
    pub team_id: Id<Team>,
    /// 0 is nobody.
    pub user_id: Id<User>,
    pub name: String,
    pub from_name: String,
    pub from_team_id: Id<Team>,
    pub from_user_id: Id<User>,
    pub from_stay_id: Option<Id<Stay>>,
    pub by_name: String,
    pub tried: String,
    pub expected: String,
    pub cause: Cause,
    /// A [`Snapshot`] as JSON.
    pub terms: String,
    pub started_at_ms: Millis,
    pub accepted_at_ms: Option<Millis>,
    pub accepted_by: Option<String>,
    pub ended_at_ms: Option<Millis>,
    pub ended_how: Option<How>,
    pub back_note: Option<String>,
    pub accept_told: Told,
    pub solve_told: Told,
}

/// Something of a stay that has to be told, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    pub at: Millis,
    pub promise: Promise,
    pub told: Told,
    /// When the time itself runs out.
    pub due: Millis,
}

/// A promise of a stay as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub promise: Promise,
    pub state: State,
    pub due_at: Option<Millis>,
    pub target_ms: i64,
    pub is_over: bool,
}

impl Stay {
    pub fn is_now(&self) -> bool {
        self.ended_at_ms.is_none()
    }
    pub fn is_accepted(&self) -> bool {
        self.accepted_at_ms.is_some()
    }
    pub fn snapshot(&self) -> Snapshot {
        serde_json::from_str(&self.terms).unwrap_or_default()
    }
    /// Computed from the row by the clock of the promises to customers: accepting is its first response, the end of the
    /// stay its solution.
    pub fn clock(&self) -> Clock {
        let terms: Arc<Terms> = Arc::new(self.snapshot().terms(self.id.number()));
        let step = |at, what| Some(Step { at, what });
        let steps = [
            step(self.started_at_ms, What::Opened),
            step(self.started_at_ms, What::Terms(Some(terms))),
            self.accepted_at_ms.and_then(|at| step(at, What::Answered)),
            self.ended_at_ms.and_then(|at| step(at, What::Status(Category::Solved))),
        ];
        Clock::of(steps.into_iter().flatten(), false)
    }
    /// What is promised, as it stands at `now`; without what a stay that was passed on, climbed, moved or merged left open.
    pub fn deadlines(&self, now: impl Into<Millis>) -> Vec<Deadline> {
        let mut clock = self.clock();
        if self.is_now() {
            clock.settle(now.into());
        }
        let one = |promise: &Promise| {
            let run = clock.run(promise.run())?;
            let target_ms = run.target_ms?;
            // What ended otherwise was neither kept nor missed.
            let is_kept = match promise {
                Promise::Accept => self.is_accepted(),
                Promise::Solve => matches!(self.ended_how, Some(How::Back | How::Solved)),
            };
            if run.state() == State::Met && !is_kept {
                return None;
            }
            Some(Deadline {
                promise: *promise,
                state: run.state(),
                due_at: run.due_at.or(run.breached_at),
                target_ms,
                is_over: !run.is_active(),
            })
        };
        Promise::ALL.iter().filter_map(one).collect()
    }
    /// The working time by the holder's calendar that the stay has taken so far.
    pub fn worked_ms(&self, now: Millis) -> i64 {
        let calendar = self.snapshot().terms(0).calendar;
        calendar.elapsed(self.started_at_ms, self.ended_at_ms.unwrap_or(now))
    }
    pub fn told(&self, promise: Promise) -> Told {
        match promise {
            Promise::Accept => self.accept_told,
            Promise::Solve => self.solve_told,
        }
    }
    /// What was told counts as told.
    pub fn has_told(&mut self, promise: Promise, told: Told) {
        match promise {
            Promise::Accept => self.accept_told = told,
            Promise::Solve => self.solve_told = told,
        }
    }
    /// What is left of the promises of a stay that ended, for another one that goes on with it. What was kept or missed
    /// is over.
    pub fn left(&self) -> Snapshot {
        let clock = self.clock();
        let mut snapshot = self.snapshot();
        for promise in Promise::ALL {
            let run = clock.run(promise.run()).filter(|run| run.breached_at.is_none());
            let is_open = *promise == Promise::Solve || !self.is_accepted();
            let left = run.and_then(|run| run.target_ms.map(|target| (target - run.ran_ms).max(1)));
            snapshot.targets_ms[promise.run() as usize] = left.filter(|_| is_open);
        }
        snapshot
    }
    /// All that has not been told yet, the earliest first. What was kept in time, or has ended, tells no more.
    pub fn alarms(&self) -> Vec<Alarm> {
        let clock = self.clock();
        let terms = self.snapshot().terms(0);
        let mut alarms: Vec<Alarm> = Vec::new();
        for promise in Promise::ALL.iter().copied() {
            let Some(run) = clock.run(promise.run()) else { continue };
            let told = self.told(promise);
            let mut add = |at: Option<Millis>, what: Told, due: Millis| {
                alarms.extend(at.filter(|_| told < what).map(|at| Alarm { at, promise, told: what, due }));
            };
            match (run.breached_at, run.due_at, run.since, run.target_ms) {
                (Some(due), ..) => add(Some(due), Told::Breach, due),
                (None, Some(due), Some(since), Some(target)) if run.is_active() => {
                    // Half of a short time is soon enough, as for customers.
                    let lead = terms.warn_ms.min(target / 2);
                    let warn = terms.calendar.due(since, target - run.ran_ms - lead).ok();
                    add(warn, Told::Warning, due);
                    add(Some(due), Told::Breach, due);
                }
                _ => {}
            }
        }
        alarms.sort();
        alarms
    }
    /// When there is something to tell the next time.
    pub fn alarm_at(&self) -> Option<Millis> {
        self.alarms().first().map(|alarm| alarm.at)
    }
}

/// To whom a ticket goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The line after the one that has it.
    Next,
    Line(Id<Line>),
    /// Whoever leads the team that has it.
    Supervisor,
    Supplier(Id<Supplier>),
}
impl To {
    /// `next`, `supervisor`, `line/ID`, `supplier/ID`.
    pub fn from_word(word: &str) -> Option<To> {
        match (word.trim(), word.trim().split_once('/')) {
            ("next", _) => Some(To::Next),
            ("supervisor", _) => Some(To::Supervisor),
            (_, Some(("line", id))) => Some(To::Line(id.parse().ok()?)),
            (_, Some(("supplier", id))) => Some(To::Supplier(id.parse().ok()?)),
            _ => None,
        }
    }
    pub fn word(self) -> String {
        match self {
            To::Next => "next".into(),
            To::Supervisor => "supervisor".into(),
            To::Line(id) => format!("line/{id}"),
            To::Supplier(id) => format!("supplier/{id}"),
        }
    }
}

/// A hand-over. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEscalation)]
pub struct Draft {
    /// `next` (line), `supervisor`, `line/ID` or `supplier/ID`.
    pub to: String,
    /// What was tried already. A supplier reads it.
    #[serde(default)]
    pub tried: String,
    /// What is expected of whoever gets it. A supplier reads it.
    #[serde(default)]
    pub expected: String,
}
/// A hand-over that passed.
#[derive(Clone, Debug)]
pub struct HandOver {
    pub to: To,
    pub tried: String,
    pub expected: String,
}
impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<HandOver, Problem> {
        let mut mistakes = Mistakes::default();
        let to = To::from_word(&self.to);
        mistakes.require(
            to.is_some(),
            "to",
            if self.to.trim().is_empty() { "required" } else { "unknown_word" },
        );
        let tried = words(&self.tried, "tried", &mut mistakes);
        let expected = words(&self.expected, "expected", &mut mistakes);
        mistakes.check()?;
        Ok(HandOver { to: to.ok_or_else(Problem::internal)?, tried, expected })
    }
}
fn words(text: &str, field: &str, mistakes: &mut Mistakes) -> String {
    let words = text.trim().replace('\0', "");
    mistakes.require(!words.is_empty(), field, "required");
    mistakes.require(words.chars().count() <= TEXT_MOST, field, "too_long");
    words
}

/// What came of it. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHandBack)]
pub struct BackDraft {
    /// What was found or done.
    #[serde(default)]
    pub note: String,
}
impl BackDraft {
    /// * errors – 422 without a note.
    pub fn parse(self) -> Result<String, Problem> {
        let mut mistakes = Mistakes::default();
        let note = words(&self.note, "note", &mut mistakes);
        mistakes.check()?;
        Ok(note)
    }
}

/// Where a ticket stands, as its page and the API show it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = TicketStands)]
pub struct Stands {
    /// `line`, `supervisor` or `supplier`.
    pub with: Keeper,
    pub name: String,
    #[schema(value_type = String)]
    pub since: Millis,
    pub is_accepted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::HOUR;

    const START: Millis = Millis(1_795_417_200_000);

    fn stay() -> Stay {
        let terms = Snapshot {
            hours: None,
            name: "2nd".into(),
            targets_ms: [Some(HOUR), None, None, Some(8 * HOUR)],
            pause_in: Vec::new(),
            warn_ms: HOUR / 4,
            plan: None,
        };
        Stay {
            id: Id::new(1),
            ticket_id: Id::new(7),
            kind: Keeper::Line,
            line_id: Some(Id::new(2)),
            supplier_id: None,
            team_id: Id::new(2),
            user_id: Id::new(0),
            name: "2nd".into(),
            from_name: "1st".into(),
            from_team_id: Id::new(1),
            from_user_id: Id::new(0),
            from_stay_id: None,
            by_name: String::new(),
            tried: "all".into(),
            expected: "more".into(),
            cause: Cause::Handed,
            terms: serde_json::to_string(&terms).unwrap(),
            started_at_ms: START,
            accepted_at_ms: None,
            accepted_by: None,
            ended_at_ms: None,
            ended_how: None,
            back_note: None,
            accept_told: Told::Nothing,
            solve_told: Told::Nothing,
        }
    }
    fn told(stay: &Stay) -> Vec<(i64, Promise, Told)> {
        stay.alarms()
            .iter()
            .map(|alarm| ((alarm.at.0 - START.0) / 60_000, alarm.promise, alarm.told))
            .collect()
    }

    #[test]
    fn a_stay_warns_and_breaches_until_it_is_accepted_and_ends() {
        let mut stay = stay();
        let all = [
            (45, Promise::Accept, Told::Warning),
            (60, Promise::Accept, Told::Breach),
            (465, Promise::Solve, Told::Warning),
            (480, Promise::Solve, Told::Breach),
        ];
        assert_eq!(told(&stay), all);
        stay.accept_told = Told::Warning;
        assert_eq!(told(&stay), all[1..]);
        stay.accepted_at_ms = Some(START.plus(HOUR / 2));
        assert_eq!(told(&stay), all[2..], "what was accepted in time tells no more of it");
        // Too late is too late, whoever takes it then.
        stay.accepted_at_ms = Some(START.plus(2 * HOUR));
        assert_eq!(told(&stay)[0], all[1]);
        stay.accept_told = Told::Breach;
        stay.ended_at_ms = Some(START.plus(3 * HOUR));
        stay.ended_how = Some(How::Back);
        assert_eq!(told(&stay), []);
        let deadlines = stay.deadlines(START.plus(9 * HOUR));
        let states: Vec<_> = deadlines.iter().map(|deadline| (deadline.promise, deadline.state)).collect();
        assert_eq!(states, [(Promise::Accept, State::Breached), (Promise::Solve, State::Met)]);
        stay.ended_how = Some(How::PassedOn);
        assert_eq!(stay.deadlines(START.plus(9 * HOUR)).len(), 1, "what was passed on was not kept");
    }
    #[test]
    fn a_hand_over_must_say_what_was_tried_and_what_is_expected() {
        let problem =
            Draft { to: "next".into(), tried: " \n".into(), ..Draft::default() }.parse().unwrap_err();
        let fields: Vec<_> =
            problem.fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
        assert_eq!(fields, [("/tried", "required"), ("/expected", "required")]);
        let problem =
            Draft { to: "moon".into(), tried: "a".into(), expected: "b".into() }.parse().unwrap_err();
        assert_eq!(problem.fields[0].pointer, "/to");
        for word in ["next", "supervisor", "line/3", "supplier/12"] {
            assert_eq!(To::from_word(word).unwrap().word(), word);
        }
        assert!(BackDraft::default().parse().is_err());
    }
}
