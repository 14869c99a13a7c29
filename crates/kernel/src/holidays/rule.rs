//! How a holiday finds its day in a year.
use crate::day::{Day, Weekday};

pub const MON: Weekday = 0;
pub const THU: Weekday = 3;
pub const SAT: Weekday = 5;
pub const SUN: Weekday = 6;

/// Where a holiday lies in a year, before anything moves it.
#[derive(Clone, Copy, Debug)]
pub enum On {
    /// Month and day.
    Fixed(i32, i32),
    /// So many days after Easter Sunday.
    Easter(i32),
    /// Month, weekday, the how manieth (-1 is the last), and so many days after it.
    Nth(i32, Weekday, i32, i32),
    /// Month and weekday: the first one that is no Maundy Thursday.
    FirstButMaundy(i32, Weekday),
}

/// When it is kept at all.
#[derive(Clone, Copy, Debug)]
pub enum If {
    Always,
    /// Not on a Sunday: then it is not made up for nationally.
    NotSunday,
    OnlyMonday,
    /// Where two holidays in a row would make three free days: not on a Tuesday or Saturday.
    NoThirdDay,
    /// In years that this number divides.
    EveryYears(i32),
}

/// A holiday of a region.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The Fluent message is `holiday-NAME`.
    pub name: &'static str,
    pub on: On,
    pub when: If,
    /// First and last year.
    pub years: (i32, i32),
    /// By the weekday on which it falls, Monday first: so many days later it is kept instead.
    pub instead: [i8; 7],
    /// The same, kept besides the day itself; 0 is nothing.
    pub besides: [i8; 7],
}

const NEVER_MOVED: [i8; 7] = [0; 7];
/// Saturday and Sunday: the Monday after.
pub const TO_MONDAY: [i8; 7] = [0, 0, 0, 0, 0, 2, 1];
/// Saturday and Sunday: two days later, because the Monday is taken already.
pub const BY_TWO: [i8; 7] = [0, 0, 0, 0, 0, 2, 2];
/// The second of January in Scotland: it gives way to a New Year that is made up for.
pub const AFTER_NEW_YEAR: [i8; 7] = [1, 0, 0, 0, 0, 2, 2];
/// Saturday: the Friday before. Sunday: the Monday after.
pub const TO_NEAREST: [i8; 7] = [0, 0, 0, 0, 0, -1, 1];

impl Rule {
    const fn new(name: &'static str, on: On) -> Rule {
        Rule { name, on, when: If::Always, years: (0, 9999), instead: NEVER_MOVED, besides: NEVER_MOVED }
    }
    pub const fn since(self, year: i32) -> Rule {
        Rule { years: (year, self.years.1), ..self }
    }
    pub const fn until(self, year: i32) -> Rule {
        Rule { years: (self.years.0, year), ..self }
    }
    pub const fn when(self, when: If) -> Rule {
        Rule { when, ..self }
    }
    pub const fn instead(self, instead: [i8; 7]) -> Rule {
        Rule { instead, ..self }
    }
    pub const fn besides(self, besides: [i8; 7]) -> Rule {
        Rule { besides, ..self }
    }

    /// The days of one year's holiday, which a move may put into a neighbouring year; the second is a substitute.
    pub fn days(&self, year: i32) -> [Option<Day>; 2] {
        if year < self.years.0 || year > self.years.1 {
            return [None, None];
        }
        let day = self.on.day(year);
        let is_kept = match self.when {
            If::Always => true,
            If::NotSunday => day.weekday() != SUN,
            If::OnlyMonday => day.weekday() == MON,
            If::NoThirdDay => !matches!(day.weekday(), 1 | SAT),
            If::EveryYears(n) => year % n == 0,
        };
        if !is_kept {
            return [None, None];
        }
        let besides = self.besides[day.weekday()];
        let instead = day.plus(self.instead[day.weekday()].into());
        [Some(instead), (besides != 0).then(|| day.plus(besides.into()))]
    }
}

pub const fn fixed(name: &'static str, month: i32, day: i32) -> Rule {
    Rule::new(name, On::Fixed(month, day))
}
pub const fn easter(name: &'static str, days_after: i32) -> Rule {
    Rule::new(name, On::Easter(days_after))
}
pub const fn nth(name: &'static str, month: i32, weekday: Weekday, nth: i32) -> Rule {
    Rule::new(name, On::Nth(month, weekday, nth, 0))
}
/// So many days after the nth weekday of a month.
pub const fn after(name: &'static str, month: i32, weekday: Weekday, nth: i32, days: i32) -> Rule {
    Rule::new(name, On::Nth(month, weekday, nth, days))
}
pub const fn first_but_maundy(name: &'static str, month: i32, weekday: Weekday) -> Rule {
    Rule::new(name, On::FirstButMaundy(month, weekday))
}
/// In one year alone.
pub const fn once(name: &'static str, year: i32, month: i32, day: i32) -> Rule {
    fixed(name, month, day).since(year).until(year)
}

impl On {
    fn day(self, year: i32) -> Day {
        match self {
            On::Fixed(month, day) => Day::of(year, month, day),
            On::Easter(days) => easter_sunday(year).plus(days),
            On::Nth(month, weekday, nth, days) => nth_weekday(year, month, weekday, nth).plus(days),
            On::FirstButMaundy(month, weekday) => {
                let first = nth_weekday(year, month, weekday, 1);
                if first == easter_sunday(year).plus(-3) { first.plus(7) } else { first }
            }
        }
    }
}

/// `nth` from 1, or -1 for the last.
fn nth_weekday(year: i32, month: i32, weekday: Weekday, nth: i32) -> Day {
    if nth < 0 {
        let next = if month == 12 { Day::of(year + 1, 1, 1) } else { Day::of(year, month + 1, 1) };
        let last = next.plus(-1);
        return last.plus(-((last.weekday() + 7 - weekday) as i32 % 7));
    }
    let first = Day::of(year, month, 1);
    first.plus((weekday + 7 - first.weekday()) as i32 % 7 + (nth - 1) * 7)
}

/// Western Easter. Source: the anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", chapter 8).
pub fn easter_sunday(year: i32) -> Day {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let f = (century + 8) / 25;
    let g = (century - f + 1) / 3;
    let h = (19 * golden + century - century / 4 - g + 15) % 30;
    let l = (32 + 2 * (century % 4) + 2 * (of_century / 4) - h - of_century % 4) % 7;
    let m = (golden + 11 * h + 22 * l) / 451;
    let month_and_day = h + l - 7 * m + 114;
    Day::of(year, month_and_day / 31, month_and_day % 31 + 1)
}
