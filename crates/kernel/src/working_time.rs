//! Working time: when somebody is there, how much of it passed, and when so much of it will have passed.
//!
//! An instant counts if the clock on the wall in the calendar's zone shows a time inside a window of its date. So an
//! hour that a clock change repeats counts twice where it is inside, and one that it skips does not count. Windows of
//! a date are its exception's, else none on a public holiday, else those of its weekday.
//!
//! Source: `docs/behaviour/sla.md`, "Counting working time".
use crate::{
    clock::{DAY, MINUTE, Millis},
    day::Day,
    holidays::Region,
};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

/// Opening hours on one day, in minutes of the wall clock: from 0, up to 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: u16,
    /// Not included.
    pub to: u16,
}
impl Window {
    pub const ALL_DAY: Window = Window { from: 0, to: 1440 };

    /// Reads `08:00` and `17:30`; the end may be `24:00`.
    ///
    /// * returns – `None` for anything else, and where it does not end after it begins.
    pub fn from_words(from: &str, to: &str) -> Option<Window> {
        let window = Window { from: minute(from)?, to: minute(to)? };
        (window.from < window.to).then_some(window)
    }
}
fn minute(word: &str) -> Option<u16> {
    let (hour, minute) = word.trim().split_once(':')?;
    let is_digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(hour) || minute.len() != 2 || !is_digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

/// A day with hours of its own; none is closed.
pub type Exceptions = BTreeMap<Day, Vec<Window>>;

/// When somebody is there. Made by [`Calendar::new`] alone, so it is open at some time.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    week: [Vec<Window>; 7],
    exceptions: Exceptions,
    region: Option<&'static Region>,
    is_always_open: bool,
}

/// Why there is no such calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("there is no such time zone")]
    UnknownZone,
    /// Windows of a weekday (Monday is 0) overlap, or are not in order.
    #[error("the hours of weekday {0} overlap")]
    Overlap(usize),
    #[error("the hours of {0} overlap")]
    ExceptionOverlap(Day),
    #[error("it is never open")]
    NeverOpen,
}

/// A calendar without an open minute for a year and a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are not enough opening hours")]
pub struct NeverOpen;

/// Days without an opening after which the search ends.
const PATIENCE_DAYS: u32 = 366;

/// Why a stretch of time counts or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    Open,
    /// Outside of the hours of an ordinary day.
    Closed,
    /// A public holiday, by its name.
    Holiday(&'static str),
    /// Closed hours of a day that has its own.
    Exception,
}

/// A time with one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: Millis,
    /// Not included.
    pub to: Millis,
    pub hours: Hours,
}

impl Calendar {
    /// * `week` – Monday first; windows of a day in any order. 24:00 to 0:00 of the next day is no gap.
    pub fn new(
        zone: &str,
        mut week: [Vec<Window>; 7],
        mut exceptions: Exceptions,
        region: Option<&'static Region>,
    ) -> Result<Calendar, Fault> {
        let zone = TimeZone::get(zone).map_err(|_| Fault::UnknownZone)?;
        for (weekday, windows) in week.iter_mut().enumerate() {
            if !in_order(windows) {
                return Err(Fault::Overlap(weekday));
            }
        }
        for (day, windows) in &mut exceptions {
            if !in_order(windows) {
                return Err(Fault::ExceptionOverlap(*day));
            }
        }
        if week.iter().all(Vec::is_empty) {
            return Err(Fault::NeverOpen);
        }
        let is_whole = |windows: &Vec<Window>| windows[..] == [Window::ALL_DAY];
        let is_always_open =
            week.iter().all(is_whole) && exceptions.values().all(is_whole) && region.is_none();
        Ok(Calendar { zone, week, exceptions, region, is_always_open })
    }

    /// Around the clock, every day of the year.
    pub fn always() -> Calendar {
        Calendar {
            zone: TimeZone::UTC,
            week: std::array::from_fn(|_| vec![Window::ALL_DAY]),
            exceptions: Exceptions::new(),
            region: None,
            is_always_open: true,
        }
    }
    pub fn is_always_open(&self) -> bool {
        self.is_always_open
    }

    /// The windows of a date, and why it has no others.
    pub fn windows(&self, day: Day) -> (&[Window], Hours) {
        if let Some(windows) = self.exceptions.get(&day) {
            return (windows, Hours::Exception);
        }
        match self.region.and_then(|region| region.on(day)) {
            Some(holiday) => (&[], Hours::Holiday(holiday.name)),
            None => (&self.week[day.weekday()], Hours::Closed),
        }
    }

    /// How long a working day is: the opening hours of a week, shared out among the weekdays that have some.
    /// Milliseconds, whole minutes.
    pub fn day_ms(&self) -> i64 {
        let minutes: i64 = self.week.iter().flatten().map(|window| i64::from(window.to - window.from)).sum();
        let days = self.week.iter().filter(|windows| !windows.is_empty()).count();
        minutes / (days.max(1) as i64) * MINUTE
    }

    /// The first instant at which `need_ms` of working time have passed since `start`.
    ///
    /// * `start` – may lie outside of the opening hours.
    /// * returns – `start` itself where nothing is needed; the end of a window rather than the beginning of the next.
    /// * errors – [`NeverOpen`] after 366 days in a row without an opening.
    pub fn due(&self, start: Millis, need_ms: i64) -> Result<Millis, NeverOpen> {
        if need_ms <= 0 {
            return Ok(start);
        }
        if self.is_always_open {
            return Ok(start.plus(need_ms));
        }
        let (mut left, mut closed_since) = (need_ms, start.0);
        for piece in self.pieces(start) {
            for open in self.openings(&piece) {
                let length = open.to.0 - open.from.0;
                if length >= left {
                    return Ok(open.from.plus(left));
                }
                left -= length;
                closed_since = open.to.0;
            }
            if piece.to - closed_since > i64::from(PATIENCE_DAYS) * DAY {
                return Err(NeverOpen);
            }
        }
        Err(NeverOpen)
    }

    /// The working time between two instants, in milliseconds; 0 where `to` is not later.
    pub fn elapsed(&self, from: Millis, to: Millis) -> i64 {
        if self.is_always_open {
            return (to.0 - from.0).max(0);
        }
        let pieces = self.pieces(from).take_while(|piece| piece.from < to.0);
        let within = |open: Opening| (open.to.0.min(to.0) - open.from.0).max(0);
        pieces.map(|piece| self.openings(&piece).map(within).sum::<i64>()).sum()
    }

    /// Everything between two instants with its reason, in order and without gaps; neighbours of one reason are one.
    pub fn stretches(&self, from: Millis, to: Millis) -> Vec<Stretch> {
        let mut found: Vec<Stretch> = Vec::new();
        let mut add = |from: i64, to: i64, hours| match found.last_mut() {
            _ if from >= to => {}
            Some(last) if last.hours == hours => last.to = Millis(to),
            _ => found.push(Stretch { from: Millis(from), to: Millis(to), hours }),
        };
        for piece in self.pieces(from).take_while(|piece| piece.from < to.0) {
            let (_, closed) = self.windows(piece.day);
            let mut at = piece.from;
            for open in self.openings(&piece) {
                add(at, open.from.0.min(to.0), closed);
                add(open.from.0, open.to.0.min(to.0), Hours::Open);
                at = open.to.0;
            }
            add(at, piece.to.min(to.0), closed);
        }
        found
    }

    /// The date that the wall shows at an instant.
    pub fn day_at(&self, at: Millis) -> Day {
        Day((at.0 + self.offset(at.0)).div_euclid(DAY) as i32)
    }

    fn offset(&self, at: i64) -> i64 {
        i64::from(self.zone.to_offset(Millis(at).timestamp()).seconds()) * 1000
    }

    /// Time from `start` on, cut where a date ends and where the clock changes. Ends with the tables of time zones.
    fn pieces(&self, start: Millis) -> impl Iterator<Item = Piece> {
        let (mut at, mut offset, mut until) = (start.0, 0, start.0);
        std::iter::from_fn(move || {
            if at >= until {
                if at >= END {
                    return None;
                }
                (offset, until) = self.segment(at);
            }
            let day = (at + offset).div_euclid(DAY);
            let midnight = (day + 1) * DAY - offset;
            let piece = Piece { from: at, to: midnight.min(until), day: Day(day as i32), offset };
            at = piece.to;
            Some(piece)
        })
    }
    /// How far the zone is ahead of UTC at an instant, and until when that holds.
    fn segment(&self, at: i64) -> (i64, i64) {
        let next = self.zone.following(Millis(at).timestamp()).next();
        let until = next.map_or(END, |transition| millis(transition.timestamp()));
        (self.offset(at), until.max(at + 1))
    }

    /// The opening hours within a piece.
    fn openings(&self, piece: &Piece) -> impl Iterator<Item = Opening> {
        let midnight = i64::from(piece.day.0) * DAY - piece.offset;
        let (from, to) = (piece.from, piece.to);
        let (windows, _) = self.windows(piece.day);
        windows.iter().filter_map(move |window| {
            let opens = (midnight + i64::from(window.from) * MINUTE).max(from);
            let closes = (midnight + i64::from(window.to) * MINUTE).min(to);
            (opens < closes).then_some(Opening { from: Millis(opens), to: Millis(closes) })
        })
    }
}

/// The last instant that is looked at: the beginning of the year 9000.
const END: i64 = 221_845_392_000_000;

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// Part of one date with one distance from UTC.
struct Piece {
    from: i64,
    to: i64,
    day: Day,
    offset: i64,
}
struct Opening {
    from: Millis,
    to: Millis,
}

/// Sorts the windows; says whether none overlaps another.
fn in_order(windows: &mut [Window]) -> bool {
    windows.sort_by_key(|window| window.from);
    let is_fine = windows.iter().all(|window| window.from < window.to && window.to <= 1440);
    is_fine && windows.windows(2).all(|pair| pair[0].to <= pair[1].from)
}
