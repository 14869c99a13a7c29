//! What a line and a supplier are, and what they promise. No I/O.
use crate::{
    calendars::{Calendar, Plan},
    sla::{span::Span, terms::Snapshot},
};
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text, working_time,
};
use platform::authority::Team;
use serde::Deserialize;
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_MOST: usize = 80;
/// The first line is 1.
pub const POSITIONS: std::ops::RangeInclusive<i64> = 1..=9;
/// The most teams of one line.
const TEAMS_MOST: usize = 50;
/// The warning comes so much working time before a time runs out, unless it is said otherwise.
const WARN: &str = "30m";

/// A row of `support_line`.
#[derive(Clone, Debug, Record)]
pub struct Line {
    pub id: Id<Line>,
    pub name: String,
    pub position: i64,
    pub calendar_id: Option<Id<Calendar>>,
    pub accept_within: Option<String>,
    pub solve_within: Option<String>,
    pub warn: String,
}
/// A row of `supplier`.
#[derive(Clone, Debug, Record)]
pub struct Supplier {
    pub id: Id<Supplier>,
    pub name: String,
    pub email: String,
    pub calendar_id: Option<Id<Calendar>>,
    pub accept_within: Option<String>,
    pub solve_within: Option<String>,
    pub warn: String,
    pub is_archived: bool,
}

/// Working time within which somebody accepts what is handed to them and has it solved.
#[derive(Clone, Debug)]
pub struct Promised {
    pub calendar: Option<Id<Calendar>>,
    pub accept: Option<Span>,
    pub solve: Option<Span>,
    pub warn: Span,
}
impl Promised {
    fn parse(
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
        })
    }
}
/// What is stored was checked before it was.
fn stored(
    calendar: Option<Id<Calendar>>,
    (accept, solve, warn): (Option<&str>, Option<&str>, &str),
) -> Result<Promised, Problem> {
    let mut mistakes = Mistakes::default();
    let promised = Promised::parse(calendar, (accept, solve, Some(warn)), &mut mistakes);
    mistakes.check()?;
    promised.ok_or_else(Problem::internal)
}
impl Line {
    pub fn promised(&self) -> Result<Promised, Problem> {
        stored(self.calendar_id, (self.accept_within.as_deref(), self.solve_within.as_deref(), &self.warn))
    }
}
impl Supplier {
    pub fn promised(&self) -> Result<Promised, Problem> {
        stored(self.calendar_id, (self.accept_within.as_deref(), self.solve_within.as_deref(), &self.warn))
    }
}

/// A new line. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSupportLine)]
pub struct LineDraft {
    pub name: String,
    /// 1 is the first line; a new one is last.
    #[serde(default)]
    pub position: Option<i64>,
    /// Its teams; the first gets what is handed to the line as a whole. A team is in one line at most.
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<Id<Team>>,
    /// `null` is the desk's own calendar; a desk without one is there around the clock.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    /// Working time within which somebody takes what is handed over: `30m`, `4h`, `2d`.
    #[serde(default)]
    pub accept_within: Option<String>,
    /// Working time within which the line has it solved or hands it back.
    #[serde(default)]
    pub solve_within: Option<String>,
    /// So much working time before a time runs out comes the warning; 30 minutes unless given.
    #[serde(default)]
    pub warn: Option<String>,
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportLineChanges)]
pub struct LineChanges {
    pub name: Option<String>,
    pub position: Option<i64>,
    #[schema(value_type = Option<Vec<String>>)]
    pub teams: Option<Vec<Id<Team>>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Option<Id<Calendar>>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub accept_within: Option<Option<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub solve_within: Option<Option<String>>,
    pub warn: Option<String>,
}
impl LineChanges {
    pub fn apply(self, to: &Line, teams: Vec<Id<Team>>) -> LineDraft {
        LineDraft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            position: Some(self.position.unwrap_or(to.position)),
            teams: self.teams.unwrap_or(teams),
            calendar: self.calendar.unwrap_or(to.calendar_id),
            accept_within: self.accept_within.unwrap_or_else(|| to.accept_within.clone()),
            solve_within: self.solve_within.unwrap_or_else(|| to.solve_within.clone()),
            warn: Some(self.warn.unwrap_or_else(|| to.warn.clone())),
        }
    }
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub name: String,
    pub position: Option<i64>,
    pub teams: Vec<Id<Team>>,
    pub promised: Promised,
}
impl LineDraft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewLine, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let is_place = self.position.is_none_or(|position| POSITIONS.contains(&position));
        mistakes.require(is_place, "position", "line_position");
        let mut teams: Vec<Id<Team>> = Vec::new();
        for team in self.teams {
            if !teams.contains(&team) {
                teams.push(team);
            }
        }
        mistakes.require(!teams.is_empty(), "teams", "line_without_team");
        mistakes.require(teams.len() <= TEAMS_MOST, "teams", "too_long");
        let words = (self.accept_within.as_deref(), self.solve_within.as_deref(), self.warn.as_deref());
        let promised = Promised::parse(self.calendar, words, &mut mistakes);
        mistakes.check()?;
        let promised = promised.ok_or_else(Problem::internal)?;
        Ok(NewLine { name, position: self.position, teams, promised })
    }
}

/// A new supplier. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSupplier)]
pub struct SupplierDraft {
    pub name: String,
    /// Where hand-overs are mailed to.
    pub email: String,
    /// When somebody is there at the supplier's; `null` is the desk's own calendar.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    #[serde(default)]
    pub accept_within: Option<String>,
    #[serde(default)]
    pub solve_within: Option<String>,
    #[serde(default)]
    pub warn: Option<String>,
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupplierChanges)]
pub struct SupplierChanges {
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Option<Id<Calendar>>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub accept_within: Option<Option<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub solve_within: Option<Option<String>>,
    pub warn: Option<String>,
    /// An archived supplier keeps what it has and gets nothing new.
    pub is_archived: Option<bool>,
}
impl SupplierChanges {
    pub fn apply(self, to: &Supplier) -> (SupplierDraft, bool) {
        let draft = SupplierDraft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            email: self.email.unwrap_or_else(|| to.email.clone()),
            calendar: self.calendar.unwrap_or(to.calendar_id),
            accept_within: self.accept_within.unwrap_or_else(|| to.accept_within.clone()),
            solve_within: self.solve_within.unwrap_or_else(|| to.solve_within.clone()),
            warn: Some(self.warn.unwrap_or_else(|| to.warn.clone())),
        };
        (draft, self.is_archived.unwrap_or(to.is_archived))
    }
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewSupplier {
    pub name: String,
    pub email: String,
    pub promised: Promised,
}
impl SupplierDraft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewSupplier, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let email = text::email(self.email.trim());
        mistakes.require(email.is_some(), "email", "email");
        let words = (self.accept_within.as_deref(), self.solve_within.as_deref(), self.warn.as_deref());
        let promised = Promised::parse(self.calendar, words, &mut mistakes);
        mistakes.check()?;
        let (Some(email), Some(promised)) = (email, promised) else { return Err(Problem::internal()) };
        Ok(NewSupplier { name, email, promised })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::HOUR;

    fn codes(problem: Problem) -> Vec<(String, &'static str)> {
        problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn every_mistake_of_a_line_is_named() {
        let bad = LineDraft {
            name: " ".into(),
            position: Some(10),
            accept_within: Some("soon".into()),
            warn: Some("x".into()),
            ..LineDraft::default()
        };
        let expected = [
            ("/name", "required"),
            ("/position", "line_position"),
            ("/teams", "line_without_team"),
            ("/accept_within", "duration"),
            ("/warn", "duration"),
        ];
        assert_eq!(codes(bad.parse().unwrap_err()), expected.map(|(at, code)| (at.to_owned(), code)));
        let bad = SupplierDraft { name: "Printers Ltd".into(), email: "nobody".into(), ..Default::default() };
        assert_eq!(codes(bad.parse().unwrap_err()), [("/email".to_owned(), "email")]);
    }
    #[test]
    fn nothing_is_solved_before_it_is_accepted() {
        let draft = |accept: &str, solve: &str| SupplierDraft {
            name: "Printers Ltd".into(),
            email: "help@printers.example".into(),
            accept_within: Some(accept.into()),
            solve_within: Some(solve.into()),
            ..SupplierDraft::default()
        };
        let promised = |accept, solve| draft(accept, solve).parse().unwrap().promised;
        let refused = promised("2d", "8h").snapshot("P", None).unwrap_err();
        assert_eq!(codes(refused), [("/accept_within".to_owned(), "accept_after_solve")]);
        let terms = promised("4h", "2d").snapshot("P", None).unwrap();
        assert_eq!(terms.targets_ms, [Some(4 * HOUR), None, None, Some(48 * HOUR)]);
        assert_eq!(terms.warn_ms, HOUR / 2);
    }
}
