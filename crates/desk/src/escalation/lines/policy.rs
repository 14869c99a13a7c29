//! What a line of support is. No I/O.
use crate::{
    calendars::Calendar,
    escalation::{
        NAME_MOST,
        promised::{Promised, stored},
    },
};
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::Team;
use serde::Deserialize;
use utoipa::ToSchema;

/// The first line is 1.
pub const POSITIONS: std::ops::RangeInclusive<i64> = 1..=9;

/// The most teams of one line.
const TEAMS_MOST: usize = 50;

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

impl Line {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
