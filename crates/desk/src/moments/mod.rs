//! Moments ahead that people choose: when a ticket wakes, when somebody is called back.
use jiff::{ToSpan, Zoned, civil::DateTime, tz::TimeZone};
use kernel::{
    clock::{DAY, HOUR, Millis},
    fault::Problem,
};

platform::translations!();

/// Nobody plans further ahead.
pub const LONGEST_MS: i64 = 5 * 366 * DAY;

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

/// * errors – 422 for a time that is over, or further away than anybody plans.
pub fn check_ahead(field: &str, at: Millis, now: Millis) -> Result<(), Problem> {
    match at.0.saturating_sub(now.0) {
        ..=0 => Err(Problem::field(field, "time_is_over")),
        ahead if ahead > LONGEST_MS => Err(Problem::field(field, "time_too_far")),
        _ => Ok(()),
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
}
