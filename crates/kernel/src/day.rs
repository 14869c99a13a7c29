//! A day of the calendar as a number, so that a walk over days is counting.

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Monday is 0, Sunday 6.
pub type Weekday = usize;

impl Day {
    /// The day with this date; a month or day out of range counts on into its neighbours.
    pub const fn of(year: i32, month: i32, day: i32) -> Day {
        // Years begin in March, so that the leap day is the last one. Source: Hinnant, "chrono-compatible
        // low-level date algorithms".
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let of_era = shifted.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }
    /// Year, month and day.
    pub const fn date(self) -> (i32, i32, i32) {
        let shifted = self.0 + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + (month <= 2) as i32, month, day)
    }
    pub const fn year(self) -> i32 {
        self.date().0
    }
    pub const fn weekday(self) -> Weekday {
        (self.0 + 3).rem_euclid(7) as Weekday
    }
    /// So many days later; earlier where it is negative.
    pub const fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }
    /// Reads `2026-03-29`.
    ///
    /// * returns – `None` for anything else, and for a date that does not exist.
    pub fn from_word(word: &str) -> Option<Day> {
        let mut parts = word.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_shape = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
        let is_digits = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !is_shape || !is_digits {
            return None;
        }
        let date = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        let found = Day::of(date.0, date.1, date.2);
        ((1..=12).contains(&date.1) && found.date() == date).then_some(found)
    }
}
/// `2026-03-29`.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil;

    #[test]
    fn a_day_is_the_date_that_another_calendar_says() {
        let epoch = civil::date(1970, 1, 1);
        for number in (-200_000..200_000).step_by(17) {
            let date = epoch.checked_add(jiff::Span::new().days(number)).unwrap();
            let day = Day::of(date.year().into(), date.month().into(), date.day().into());
            assert_eq!(day, Day(number));
            assert_eq!(day.to_string(), date.to_string());
            assert_eq!(day.weekday(), date.weekday().to_monday_zero_offset() as usize);
        }
    }
    #[test]
    fn a_word_is_a_date_that_exists() {
        assert_eq!(Day::from_word("2026-03-29"), Some(Day::of(2026, 3, 29)));
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "26-01-01",
            "2026-1-1",
            "2026-01-01-",
            "+026-01-01",
            "",
        ] {
            assert_eq!(Day::from_word(bad), None, "{bad}");
        }
        assert!(Day::from_word("2028-02-29").is_some());
    }
}
