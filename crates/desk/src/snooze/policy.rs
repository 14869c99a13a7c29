//! Until when a ticket rests. Types and rules.
use crate::tickets::Ticket;
use derive::Record;
use jiff::{ToSpan, Zoned, civil::DateTime, tz::TimeZone};
use kernel::{
    clock::{DAY, HOUR, Millis},
    fault::Problem,
    id::Id,
};
use platform::authority::User;
use serde::Deserialize;
use utoipa::ToSchema;

/// Nobody plans further ahead.
pub const LONGEST_MS: i64 = 5 * 366 * DAY;

/// What brought a ticket back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Time,
    /// The customer wrote.
    Message,
    /// Somebody here wanted it back.
    Person,
    /// It is solved or closed.
    Done,
}
platform::words! { Why { Time = "time", Message = "message", Person = "person", Done = "done" } }

/// A row of the table `ticket_snooze`.
#[derive(Clone, Debug, Record)]
pub struct Snooze {
    pub ticket_id: Id<Ticket>,
    pub until_ms: Option<Millis>,
    pub wakes_on_message: bool,
    pub by_user: Id<User>,
    pub since_ms: Millis,
}

/// Untrusted input of the API.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSnooze)]
pub struct Draft {
    /// Left out: until the customer writes.
    #[schema(value_type = Option<String>)]
    pub until: Option<Millis>,
    /// Whether a message of the customer wakes it before. True where it is left out.
    pub until_message: Option<bool>,
}

/// A draft that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSnooze {
    pub(super) until: Option<Millis>,
    pub(super) wakes_on_message: bool,
}
impl NewSnooze {
    /// * errors – 422 for a time that is over or too far away, and for a ticket that nothing would wake.
    pub fn new(until: Option<Millis>, wakes_on_message: bool, now: Millis) -> Result<NewSnooze, Problem> {
        if let Some(until) = until {
            check_ahead("until", until, now)?;
        }
        if until.is_none() && !wakes_on_message {
            return Err(Problem::field("until", "required"));
        }
        Ok(NewSnooze { until, wakes_on_message })
    }
}
/// * errors – 422 for a time that is over, or further away than anybody plans.
pub fn check_ahead(field: &str, at: Millis, now: Millis) -> Result<(), Problem> {
    match at.0.saturating_sub(now.0) {
        ..=0 => Err(Problem::field(field, "time_is_over")),
        ahead if ahead > LONGEST_MS => Err(Problem::field(field, "time_too_far")),
        _ => Ok(()),
    }
}

/// What a form offers: moments that people think in, in their own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Hour,
    ThreeHours,
    /// At nine.
    Tomorrow,
    InTwoDays,
    /// The next one, at nine.
    Monday,
    InAWeek,
}
platform::words! { When {
    Hour = "hour", ThreeHours = "three_hours", Tomorrow = "tomorrow", InTwoDays = "in_two_days", Monday = "monday",
    InAWeek = "in_a_week",
} }
impl When {
    /// The instant that is meant at `now` where people live by `zone`. Nine o'clock that a clock change skips is ten.
    pub fn at(self, now: Millis, zone: &TimeZone) -> Millis {
        let here = now.timestamp().to_zoned(zone.clone());
        let morning = |days: i64| {
            let day = here.date().checked_add(days.days()).unwrap_or(here.date());
            let at = day.at(9, 0, 0, 0).to_zoned(zone.clone());
            at.map_or(now.plus(days * DAY), |at| Millis(at.timestamp().as_millisecond()))
        };
        match self {
            When::Hour => now.plus(HOUR),
            When::ThreeHours => now.plus(3 * HOUR),
            When::Tomorrow => morning(1),
            When::InTwoDays => morning(2),
            When::Monday => morning(8 - i64::from(here.weekday().to_monday_one_offset())),
            When::InAWeek => morning(7),
        }
    }
}

/// What a form sent: a moment of [`When`], or a time of its own in the person's zone (`2026-11-25T14:30`).
///
/// * returns – `None` where both are empty.
/// * errors – 422 for what is neither.
pub fn read_time(
    when: &str,
    own: &str,
    field: &str,
    now: Millis,
    zone: &TimeZone,
) -> Result<Option<Millis>, Problem> {
    if !own.is_empty() {
        let local: DateTime = own.parse().map_err(|_| Problem::field(field, "date"))?;
        let at: Zoned = local.to_zoned(zone.clone()).map_err(|_| Problem::field(field, "date"))?;
        return Ok(Some(Millis(at.timestamp().as_millisecond())));
    }
    match when {
        "" | "none" => Ok(None),
        word => {
            let when = When::from_word(word).ok_or_else(|| Problem::field(field, "unknown_word"))?;
            Ok(Some(when.at(now, zone)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday 2026-11-25, 14:05 UTC.
    const NOW: Millis = Millis(1_795_615_500_000);

    #[test]
    fn people_mean_their_own_morning() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |when: When| when.at(NOW, &berlin).to_string();
        assert_eq!(at(When::Tomorrow), "2026-11-26T08:00:00.000Z");
        assert_eq!(at(When::Monday), "2026-11-30T08:00:00.000Z");
        assert_eq!(at(When::InAWeek), "2026-12-02T08:00:00.000Z");
        assert_eq!(at(When::Hour), "2026-11-25T15:05:00.000Z");
        // On a Monday it is the next one.
        let monday = Millis(NOW.0 + 5 * DAY);
        assert_eq!(When::Monday.at(monday, &berlin).to_string(), "2026-12-07T08:00:00.000Z");
        // Night in Berlin is still yesterday in New York.
        let new_york = TimeZone::get("America/New_York").unwrap();
        let night = Millis(NOW.0 + 12 * HOUR);
        assert_eq!(When::Tomorrow.at(night, &new_york).to_string(), "2026-11-26T14:00:00.000Z");
    }
    #[test]
    fn a_form_has_a_moment_or_a_time_of_its_own() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let read = |when: &str, own: &str| read_time(when, own, "until", NOW, &berlin);
        assert_eq!(read("", "").unwrap(), None);
        assert_eq!(
            read("hour", "2026-12-24T09:30").unwrap().unwrap().to_string(),
            "2026-12-24T08:30:00.000Z"
        );
        assert!(read("someday", "").is_err() && read("", "24.12.").is_err());
    }
    #[test]
    fn something_wakes_it_and_not_in_the_past() {
        assert!(NewSnooze::new(None, true, NOW).is_ok());
        assert!(NewSnooze::new(Some(NOW.plus(1)), false, NOW).is_ok());
        for (until, wakes) in [(None, false), (Some(NOW), true), (Some(NOW.plus(LONGEST_MS + 1)), true)] {
            assert!(NewSnooze::new(until, wakes, NOW).is_err(), "{until:?}");
        }
    }
}
