//! Working time against a brute force that looks at every minute's wall clock.
use jiff::{Timestamp, tz::TimeZone};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    day::Day,
    holidays::Region,
    working_time::{Calendar, Exceptions, Fault, Hours, Window},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ZONES: [&str; 9] = [
    "Europe/Berlin",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/Havana",
    "Africa/Casablanca",
    "UTC",
];

fn at(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}
fn window(from: u16, to: u16) -> Window {
    Window { from, to }
}
/// Monday to Friday.
fn weekdays(windows: &[Window]) -> [Vec<Window>; 7] {
    std::array::from_fn(|day| if day < 5 { windows.to_vec() } else { Vec::new() })
}
fn office(zone: &str, region: Option<&str>) -> Calendar {
    let region = region.map(|code| Region::find(code).unwrap());
    Calendar::new(zone, weekdays(&[window(480, 720), window(780, 1020)]), Exceptions::new(), region).unwrap()
}

/// What is asked of a calendar, in plain values.
#[derive(Clone, Debug)]
struct Case {
    zone: &'static str,
    week: [Vec<Window>; 7],
    exceptions: Exceptions,
    region: Option<&'static str>,
    start: Millis,
    need_minutes: i64,
}
impl Case {
    fn calendar(&self) -> Calendar {
        let region = self.region.map(|code| Region::find(code).unwrap());
        Calendar::new(self.zone, self.week.clone(), self.exceptions.clone(), region).unwrap()
    }
    /// The holidays that the ten days from `start` on may meet.
    fn holidays(&self) -> BTreeSet<Day> {
        let region = self.region.map(|code| Region::find(code).unwrap());
        let years = [2025, 2026, 2027];
        region
            .into_iter()
            .flat_map(|region| years.map(|year| region.year(year)))
            .flatten()
            .map(|h| h.day)
            .collect()
    }
    /// Whether the minute that begins here counts, from the wall clock alone.
    fn counts(&self, zone: &TimeZone, holidays: &BTreeSet<Day>, minute: i64) -> bool {
        let wall = Millis(minute).timestamp().to_zoned(zone.clone()).datetime();
        let day = Day::of(wall.year().into(), wall.month().into(), wall.day().into());
        let of_day = wall.hour() as u16 * 60 + wall.minute() as u16;
        let windows = match self.exceptions.get(&day) {
            Some(windows) => windows,
            None if holidays.contains(&day) => return false,
            None => &self.week[day.weekday()],
        };
        windows.iter().any(|window| (window.from..window.to).contains(&of_day))
    }
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    prop::collection::btree_set(0u16..=96, 0..=6).prop_map(|quarters| {
        let edges: Vec<_> = quarters.into_iter().map(|quarter| quarter * 15).collect();
        edges.chunks_exact(2).map(|pair| window(pair[0], pair[1])).collect()
    })
}
/// Around the clock changes of 2026, where mistakes live.
fn start() -> impl Strategy<Value = Millis> {
    let turns = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-04-04T15:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-12-24T10:00:00Z",
    ];
    (prop::sample::select(turns.to_vec()), -5 * 1440i64..1440)
        .prop_map(|(turn, minutes)| Millis((at(turn).0 / MINUTE + minutes) * MINUTE))
}
fn case() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(ZONES.to_vec()),
        prop::array::uniform7(windows()),
        prop::collection::btree_map(0i32..12, windows(), 0..3),
        prop::sample::select(vec![None, Some("DE-BY"), Some("US"), Some("NL")]),
        start(),
        0i64..3000,
    )
        .prop_map(|(zone, mut week, exceptions, region, start, need_minutes)| {
            if week.iter().all(Vec::is_empty) {
                week[0] = vec![window(480, 720)];
            }
            let first = (start.0 / DAY) as i32;
            let exceptions =
                exceptions.into_iter().map(|(day, windows)| (Day(first + day), windows)).collect();
            Case { zone, week, exceptions, region, start, need_minutes }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn due_and_elapsed_are_what_counting_minutes_gives(case in case()) {
        let (calendar, zone, holidays) = (case.calendar(), TimeZone::get(case.zone).unwrap(), case.holidays());
        let due = calendar.due(case.start, case.need_minutes * MINUTE).unwrap();
        // Ten days of minutes are enough to check, however far the deadline is.
        let end = case.start.plus(10 * DAY);
        let (mut counted, mut found) = (0, (case.need_minutes == 0).then_some(case.start));
        let mut minute = case.start.0;
        while minute < end.0 {
            counted += i64::from(case.counts(&zone, &holidays, minute));
            minute += MINUTE;
            if counted == case.need_minutes && found.is_none() {
                found = Some(Millis(minute));
            }
        }
        prop_assert_eq!(calendar.elapsed(case.start, end), counted * MINUTE);
        match found {
            Some(found) => prop_assert_eq!(due, found),
            None => prop_assert!(due > end || case.need_minutes > counted),
        }
    }

    #[test]
    fn what_is_due_has_elapsed_and_the_stretches_say_the_same(case in case(), extra in 0i64..MINUTE) {
        let calendar = case.calendar();
        let need = case.need_minutes * MINUTE + extra;
        let start = case.start.plus(extra / 2);
        let due = calendar.due(start, need).unwrap();
        prop_assert_eq!(calendar.elapsed(start, due), need);
        let stretches = calendar.stretches(start, due);
        let open = |stretch: &&kernel::working_time::Stretch| stretch.hours == Hours::Open;
        let counted: i64 = stretches.iter().filter(open).map(|stretch| stretch.to.0 - stretch.from.0).sum();
        prop_assert_eq!(counted, need);
        prop_assert!(stretches.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].hours != pair[1].hours));
        let whole: i64 = stretches.iter().map(|stretch| stretch.to.0 - stretch.from.0).sum();
        prop_assert_eq!(whole, due.0 - start.0);
    }

    #[test]
    fn a_closed_hour_moves_a_deadline_by_that_hour(start in start(), need in 60i64..600) {
        let open = Calendar::new("UTC", std::array::from_fn(|_| vec![Window::ALL_DAY]), Exceptions::new(), None).unwrap();
        let day = open.day_at(start.plus(DAY));
        let shut = Exceptions::from([(day, vec![window(0, 540), window(600, 1440)])]);
        let shut = Calendar::new("UTC", std::array::from_fn(|_| vec![Window::ALL_DAY]), shut, None).unwrap();
        let need = (need + 2 * 1440) * MINUTE;
        prop_assert_eq!(shut.due(start, need).unwrap(), open.due(start, need).unwrap().plus(HOUR));
    }
}

#[test]
fn a_lunch_break_and_a_weekend_do_not_count() {
    let calendar = office("Europe/Berlin", None);
    let friday = at("2026-11-20T11:30:00Z");
    assert_eq!(
        calendar.due(friday, HOUR),
        Ok(at("2026-11-20T13:00:00Z")),
        "lunch is 12 to 13, Berlin is UTC+1"
    );
    assert_eq!(calendar.due(friday, 5 * HOUR), Ok(at("2026-11-23T08:00:00Z")));
    assert_eq!(
        calendar.due(friday, 4 * HOUR),
        Ok(at("2026-11-20T16:00:00Z")),
        "the end of a day, not the next one"
    );
}
#[test]
fn a_holiday_counts_only_where_it_is_one() {
    let epiphany_eve = at("2027-01-05T15:00:00Z");
    assert_eq!(
        office("Europe/Berlin", Some("DE-BY")).due(epiphany_eve, 2 * HOUR),
        Ok(at("2027-01-07T08:00:00Z"))
    );
    assert_eq!(
        office("Europe/Berlin", Some("DE-HH")).due(epiphany_eve, 2 * HOUR),
        Ok(at("2027-01-06T08:00:00Z"))
    );
}
#[test]
fn a_night_shift_counts_the_hour_that_is_there_twice_and_not_the_one_that_is_missing() {
    let night = std::array::from_fn(|_| vec![window(0, 360)]);
    let calendar = Calendar::new("Europe/Amsterdam", night, Exceptions::new(), None).unwrap();
    let day = |from: &str| calendar.elapsed(at(from), at(from).plus(DAY));
    assert_eq!(day("2026-03-28T12:00:00Z"), 5 * HOUR);
    assert_eq!(day("2026-10-24T12:00:00Z"), 7 * HOUR);
    assert_eq!(day("2026-06-01T12:00:00Z"), 6 * HOUR);
}
#[test]
fn a_calendar_that_cannot_be_is_refused() {
    let week = |windows: &[Window]| weekdays(windows);
    let make = |zone: &str, week| Calendar::new(zone, week, Exceptions::new(), None).map(drop);
    assert_eq!(make("Europe/Atlantis", week(&[window(0, 60)])), Err(Fault::UnknownZone));
    assert_eq!(make("UTC", week(&[])), Err(Fault::NeverOpen));
    assert_eq!(make("UTC", week(&[window(0, 60), window(59, 90)])), Err(Fault::Overlap(0)));
    let day = Day::of(2026, 1, 1);
    let clash = Exceptions::from([(day, vec![window(10, 20), window(15, 30)])]);
    assert_eq!(
        Calendar::new("UTC", week(&[window(0, 60)]), clash, None).map(drop),
        Err(Fault::ExceptionOverlap(day))
    );
    let shut = (0..1000).map(|n| (day.plus(n), Vec::new())).collect();
    let calendar = Calendar::new("UTC", week(&[window(0, 60)]), shut, None).unwrap();
    assert!(calendar.due(at("2026-01-01T00:00:00Z"), HOUR).is_err(), "a year of exceptions ends the search");
}
#[test]
fn words_of_a_clock_are_read_strictly() {
    assert_eq!(Window::from_words("08:00", "24:00"), Some(window(480, 1440)));
    for (from, to) in [
        ("8", "9"),
        ("08:00", "08:00"),
        ("10:00", "09:00"),
        ("08:60", "09:00"),
        ("08:00", "24:01"),
        ("-1:00", "2:00"),
    ] {
        assert_eq!(Window::from_words(from, to), None, "{from} {to}");
    }
}
#[test]
fn a_working_day_is_a_share_of_the_week() {
    assert_eq!(office("UTC", None).day_ms(), 8 * HOUR);
    assert_eq!(Calendar::always().day_ms(), 24 * HOUR);
}
