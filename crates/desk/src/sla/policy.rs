//! What a policy is and what it may promise. No I/O.
use super::{
    clock::Promise,
    span::Span,
    subject,
    terms::{Hours, Snapshot, Whose},
};
use crate::{
    calendars::{self, Plan},
    filter::Filter,
    tickets::Category,
};
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
    working_time::Calendar,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_MOST: usize = 80;
/// The warning comes so much working time before a deadline, unless the policy says otherwise.
const WARN: &str = "1h";

/// By whose hours a policy counts. A contract or a team without any leaves it to the policy's own calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(as = SlaCalendarOf, rename_all = "snake_case")]
pub enum CalendarOf {
    /// The policy's own calendar, or the desk's.
    #[default]
    Fixed,
    /// Of the contract that covers the ticket.
    Contract,
    /// Of the team that has the ticket.
    Team,
}
platform::words! { CalendarOf { Fixed = "fixed", Contract = "contract", Team = "team" } }

/// A row of the table.
#[derive(Clone, Debug, Record)]
pub struct Policy {
    pub id: Id<Policy>,
    pub name: String,
    pub position: i64,
    pub is_active: bool,
    pub calendar_id: Option<Id<calendars::Calendar>>,
    pub filter: String,
    pub first_response: Option<String>,
    pub next_response: Option<String>,
    pub update_every: Option<String>,
    pub resolution: Option<String>,
    pub warn: String,
    pub pause_in: String,
    pub terms_id: Option<i64>,
    pub calendar_of: CalendarOf,
    pub is_for_contracts: bool,
}
impl Policy {
    pub fn pause_in(&self) -> Vec<Category> {
        serde_json::from_str(&self.pause_in).unwrap_or_default()
    }
    pub fn filter(&self) -> Filter {
        subject::stored(&self.filter)
    }
    pub fn target(&self, promise: Promise) -> Option<&str> {
        match promise {
            Promise::FirstResponse => self.first_response.as_deref(),
            Promise::NextResponse => self.next_response.as_deref(),
            Promise::Update => self.update_every.as_deref(),
            Promise::Resolution => self.resolution.as_deref(),
        }
    }
}

/// Working time for each promise: `4h`, `90m`, `2d` (working days), `1h 30m`. `null` promises nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Targets {
    pub first_response: Option<String>,
    pub next_response: Option<String>,
    /// How often the customer hears something while it is open.
    pub update: Option<String>,
    pub resolution: Option<String>,
}
impl Targets {
    fn get(&self, promise: Promise) -> Option<&str> {
        let text = match promise {
            Promise::FirstResponse => &self.first_response,
            Promise::NextResponse => &self.next_response,
            Promise::Update => &self.update,
            Promise::Resolution => &self.resolution,
        };
        text.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// A new policy. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSlaPolicy)]
pub struct Draft {
    pub name: String,
    /// `null` is the desk's own calendar; a desk without one is there around the clock.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<calendars::Calendar>>,
    /// Which tickets it is for, e.g. `priority:high,urgent -channel:phone (team:ID or organisation:ID)`: the filter
    /// language with the fields `priority`, `type`, `channel`, `team` and `organisation`.
    #[serde(default)]
    pub filter: Option<String>,
    pub targets: Targets,
    /// Status categories in which the clocks stand still: `waiting_customer`, `waiting_third_party`.
    #[serde(default)]
    pub pause_in: Option<Vec<String>>,
    /// So much working time before a deadline comes the warning; one hour unless given.
    #[serde(default)]
    pub warn: Option<String>,
    /// The first policy in order whose filter matches applies; a new one is last.
    #[serde(default)]
    pub position: Option<i64>,
    #[serde(default)]
    pub is_active: Option<bool>,
    /// By whose hours it counts: `fixed` (the calendar above) unless given, or `contract` or `team`. The calendar of a
    /// contract that names the policy counts in any case.
    #[serde(default)]
    #[schema(value_type = Option<CalendarOf>)]
    pub calendar_of: Option<CalendarOf>,
    /// Only for tickets of contracts that name it, whatever its filter says.
    #[serde(default)]
    pub is_for_contracts: Option<bool>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlaPolicyChanges)]
pub struct Changes {
    pub name: Option<String>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Option<Id<calendars::Calendar>>>,
    pub filter: Option<String>,
    pub targets: Option<Targets>,
    pub pause_in: Option<Vec<String>>,
    pub warn: Option<String>,
    pub position: Option<i64>,
    pub is_active: Option<bool>,
    #[schema(value_type = Option<CalendarOf>)]
    pub calendar_of: Option<CalendarOf>,
    pub is_for_contracts: Option<bool>,
}
impl Changes {
    pub fn apply(self, to: &Policy) -> Draft {
        let targets = || Targets {
            first_response: to.first_response.clone(),
            next_response: to.next_response.clone(),
            update: to.update_every.clone(),
            resolution: to.resolution.clone(),
        };
        let pause_in = || to.pause_in().into_iter().map(|category| category.word().to_owned()).collect();
        Draft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            calendar: self.calendar.unwrap_or(to.calendar_id),
            filter: Some(self.filter.unwrap_or_else(|| to.filter.clone())),
            targets: self.targets.unwrap_or_else(targets),
            pause_in: Some(self.pause_in.unwrap_or_else(pause_in)),
            warn: Some(self.warn.unwrap_or_else(|| to.warn.clone())),
            position: Some(self.position.unwrap_or(to.position)),
            is_active: Some(self.is_active.unwrap_or(to.is_active)),
            calendar_of: Some(self.calendar_of.unwrap_or(to.calendar_of)),
            is_for_contracts: Some(self.is_for_contracts.unwrap_or(to.is_for_contracts)),
        }
    }
}

/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    pub name: String,
    pub calendar: Option<Id<calendars::Calendar>>,
    pub filter: Filter,
    pub targets: [Option<Span>; 4],
    pub pause_in: Vec<Category>,
    pub warn: Span,
    pub position: Option<i64>,
    pub is_active: bool,
    pub calendar_of: CalendarOf,
    pub is_for_contracts: bool,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewPolicy, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let filter = subject::filter(self.filter.as_deref().unwrap_or_default()).map_err(Problem::from);
        if let Err(problem) = &filter {
            mistakes.join_all(&problem.fields);
        }
        let mut targets = [None; 4];
        for promise in Promise::ALL {
            let Some(text) = self.targets.get(*promise) else { continue };
            let span = text.parse();
            mistakes.require(span.is_ok(), &format!("targets/{}", promise.word()), "duration");
            targets[promise.at()] = span.ok();
        }
        let has_any = Promise::ALL.iter().any(|promise| self.targets.get(*promise).is_some());
        mistakes.require(has_any, "targets", "no_promise");
        let waiting = |word: &String| match Category::from_word(word) {
            Some(category @ (Category::WaitingCustomer | Category::WaitingThirdParty)) => Some(category),
            _ => None,
        };
        let words = self.pause_in.unwrap_or_else(|| vec![Category::WaitingCustomer.word().to_owned()]);
        let pause: Vec<_> = words.iter().map(waiting).collect();
        mistakes.require(pause.iter().all(Option::is_some), "pause_in", "unknown_word");
        let mut pause_in: Vec<_> = pause.into_iter().flatten().collect();
        pause_in.sort();
        pause_in.dedup();
        let warn = self.warn.as_deref().filter(|text| !text.trim().is_empty()).unwrap_or(WARN).parse();
        mistakes.require(warn.is_ok(), "warn", "duration");
        // One mistake of the filter has words of its own, about which word it is.
        if let (Err(problem), 1) = (&filter, mistakes.len()) {
            return Err(problem.clone());
        }
        mistakes.check()?;
        Ok(NewPolicy {
            name,
            calendar: self.calendar,
            filter: filter?,
            targets,
            pause_in,
            warn: warn.map_err(|_| Problem::internal())?,
            position: self.position,
            is_active: self.is_active.unwrap_or(true),
            calendar_of: self.calendar_of.unwrap_or_default(),
            is_for_contracts: self.is_for_contracts.unwrap_or(false),
        })
    }
}

impl NewPolicy {
    /// The terms with a calendar; `plan` is `None` around the clock.
    ///
    /// * errors – 422 where the first answer may come after the solution.
    pub fn snapshot(&self, plan: Option<Plan>) -> Result<Snapshot, Problem> {
        let calendar = plan.as_ref().and_then(Plan::calendar).unwrap_or_else(Calendar::always);
        let targets_ms = self.targets.map(|span| span.map(|span| span.in_ms(&calendar)));
        let of = |promise: Promise| targets_ms[promise.at()];
        let (first, whole) = (of(Promise::FirstResponse), of(Promise::Resolution));
        if let (Some(first), Some(whole)) = (first, whole)
            && first > whole
        {
            return Err(Problem::field("targets/first_response", "after_resolution"));
        }
        let pause_in = self.pause_in.clone();
        Ok(Snapshot {
            name: self.name.clone(),
            targets_ms,
            pause_in,
            warn_ms: self.warn.in_ms(&calendar),
            plan,
            hours: None,
        })
    }
    /// The same, remembering whose hours they are.
    pub fn snapshot_by(
        &self,
        plan: Option<Plan>,
        whose: Whose,
        calendar: Option<Id<calendars::Calendar>>,
    ) -> Result<Snapshot, Problem> {
        let hours = Some(Hours { whose, calendar });
        Ok(Snapshot { hours, ..self.snapshot(plan)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(first: &str, whole: &str) -> Draft {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let targets = Targets { first_response: some(first), resolution: some(whole), ..Targets::default() };
        Draft { name: "Gold".into(), targets, ..Draft::default() }
    }
    fn codes(problem: Problem) -> Vec<(String, &'static str)> {
        problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn every_mistake_is_named() {
        let bad = Draft {
            name: " ".into(),
            filter: Some("colour:red".into()),
            pause_in: Some(vec!["open".into()]),
            warn: Some("soon".into()),
            ..draft("4 hours", "")
        };
        let expected = [
            ("/name", "required"),
            ("/filter", "filter_field"),
            ("/targets/first_response", "duration"),
            ("/pause_in", "unknown_word"),
            ("/warn", "duration"),
        ];
        assert_eq!(codes(bad.parse().unwrap_err()), expected.map(|(at, code)| (at.to_owned(), code)));
        assert_eq!(codes(draft("", "").parse().unwrap_err()), [("/targets".to_owned(), "no_promise")]);
    }
    #[test]
    fn an_answer_after_the_solution_is_no_promise() {
        let refused = draft("2d", "8h").parse().unwrap().snapshot(None).unwrap_err();
        assert_eq!(codes(refused), [("/targets/first_response".to_owned(), "after_resolution")]);
        assert!(draft("4h", "2d").parse().unwrap().snapshot(None).is_ok());
    }
}
