//! What an entry is, and how people write a length of time. No I/O.
use crate::tickets::Ticket;
use derive::Record;
use jiff::civil::Date;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A day has no more.
pub const MINUTES_MOST: i64 = 24 * 60;
/// The longest note, in characters.
const WHAT_MOST: usize = 500;
/// Nobody remembers longer than that what they spent.
const DAYS_BACK: i64 = 366;

/// A row of `time_entry` with the person's name.
#[derive(Clone, Debug, Record)]
pub struct TimeEntry {
    pub id: Id<TimeEntry>,
    pub ticket_id: Id<Ticket>,
    pub user_id: Id<User>,
    pub user_name: String,
    pub minutes: i64,
    /// `2026-11-26`.
    pub day: String,
    pub what: String,
    pub is_billable: bool,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
}

/// A length of time: `90`, `1:30`, `1h30`, `1h 30m`, `45m`.
///
/// * returns – minutes, 1 to 1,440; `None` for anything else.
pub fn minutes(text: &str) -> Option<i64> {
    length(text).filter(|minutes| (1..=MINUTES_MOST).contains(minutes))
}
/// The same for sums, which may be nothing or many days.
pub fn length(text: &str) -> Option<i64> {
    let text: String = text.trim().to_lowercase().chars().filter(|c| *c != ' ').collect();
    let number = |digits: &str| -> Option<i64> {
        let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number)
    };
    // Minutes behind hours are fewer than sixty; `:5` would leave open whether it is five or fifty.
    let behind = |digits: &str| number(digits).filter(|minutes| *minutes < 60);
    Some(if let Some((hours, rest)) = text.split_once(':') {
        number(hours)? * 60 + behind(rest).filter(|_| rest.len() == 2)?
    } else if let Some((hours, rest)) = text.split_once('h') {
        let rest = rest.strip_suffix("min").or_else(|| rest.strip_suffix('m')).unwrap_or(rest);
        number(hours)? * 60 + if rest.is_empty() { 0 } else { behind(rest)? }
    } else {
        number(text.strip_suffix("min").or_else(|| text.strip_suffix('m')).unwrap_or(&text))?
    })
}
/// As it is read again and shown: `1:30`.
pub fn shown(minutes: i64) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// Minutes as a program gives them, or as people write them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Spent {
    Minutes(i64),
    Words(String),
}
impl Spent {
    fn minutes(&self) -> Option<i64> {
        match self {
            Spent::Minutes(given) => Some(*given).filter(|given| (1..=MINUTES_MOST).contains(given)),
            Spent::Words(words) => minutes(words),
        }
    }
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTimeEntry)]
pub struct Draft {
    /// Minutes, or `90`, `1:30`, `1h30`.
    pub spent: Spent,
    /// Left out: today, where the caller is.
    #[schema(value_type = Option<String>)]
    pub day: Option<String>,
    #[serde(default)]
    pub what: String,
    /// Left out: it is billed.
    pub is_billable: Option<bool>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimeEntryChanges)]
pub struct Changes {
    pub spent: Option<Spent>,
    #[schema(value_type = Option<String>)]
    pub day: Option<String>,
    pub what: Option<String>,
    pub is_billable: Option<bool>,
}
impl Changes {
    pub fn apply(self, to: &TimeEntry) -> Draft {
        Draft {
            spent: self.spent.unwrap_or(Spent::Minutes(to.minutes)),
            day: Some(self.day.unwrap_or_else(|| to.day.clone())),
            what: self.what.unwrap_or_else(|| to.what.clone()),
            is_billable: Some(self.is_billable.unwrap_or(to.is_billable)),
        }
    }
}

/// A draft that passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewEntry {
    pub(super) minutes: i64,
    pub(super) day: String,
    pub(super) what: String,
    pub(super) is_billable: bool,
}
impl Draft {
    /// Reports every mistake at once, by field. `today` is where the caller is.
    pub fn parse(self, today: Date) -> Result<NewEntry, Problem> {
        let mut mistakes = Mistakes::default();
        let minutes = self.spent.minutes();
        mistakes.require(minutes.is_some(), "spent", "spent");
        let given = self.day.as_deref().map(str::trim).filter(|day| !day.is_empty());
        let day = given.map_or(Some(today), |day| day.parse::<Date>().ok().filter(|_| day.len() == 10));
        mistakes.require(day.is_some(), "day", "date");
        let day = day.unwrap_or(today);
        mistakes.require(day <= today, "day", "day_ahead");
        let ago = (today - day).get_days();
        mistakes.require(i64::from(ago) <= DAYS_BACK, "day", "day_long_ago");
        let what = text::one_line(&self.what, WHAT_MOST + 1);
        mistakes.require(what.chars().count() <= WHAT_MOST, "what", "too_long");
        mistakes.check()?;
        Ok(NewEntry {
            minutes: minutes.unwrap_or(1),
            day: day.to_string(),
            what,
            is_billable: self.is_billable.unwrap_or(true),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_length_of_time_is_read_as_people_write_it() {
        for (text, expected) in [
            ("90", 90),
            ("1:30", 90),
            ("1h30", 90),
            ("1h 30m", 90),
            (" 1H30min ", 90),
            ("2h", 120),
            ("45m", 45),
            ("0:05", 5),
            ("24:00", 1440),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
        for bad in
            ["", "0", "-5", "1:5", "1:60", "1h90", "1.5h", "h30", "24:01", "1500", "soon", "1:30:00", "٣"]
        {
            assert_eq!(minutes(bad), None, "{bad}");
        }
        for length in 1..=MINUTES_MOST {
            assert_eq!(minutes(&shown(length)), Some(length));
        }
    }
    #[test]
    fn every_mistake_is_named() {
        let today = date(2026, 11, 26);
        let draft = |spent: &str, day: &str| Draft {
            spent: Spent::Words(spent.into()),
            day: Some(day.into()),
            what: String::new(),
            is_billable: None,
        };
        let mistakes = |draft: Draft| -> Vec<_> {
            let fields = draft.parse(today).unwrap_err().fields.into_iter();
            fields.map(|field| (field.pointer, field.code)).collect()
        };
        assert_eq!(mistakes(draft("long", "soon")), [("/spent".into(), "spent"), ("/day".into(), "date")]);
        assert_eq!(mistakes(draft("5", "2026-11-27")), [("/day".into(), "day_ahead")]);
        assert_eq!(mistakes(draft("5", "2025-11-01")), [("/day".into(), "day_long_ago")]);
        let entry = draft("1:30", "").parse(today).unwrap();
        assert_eq!((entry.minutes, entry.day.as_str(), entry.is_billable), (90, "2026-11-26", true));
        let many = Draft { spent: Spent::Minutes(0), ..draft("", "") };
        assert_eq!(mistakes(many), [("/spent".into(), "spent")]);
    }
}
