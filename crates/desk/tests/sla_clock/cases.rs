//! Random tickets: calendars, terms and what happened, the same for the same seed.
use desk::{
    sla::clock::{Step, Terms, What},
    tickets::Category,
};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    day::Day,
    holidays::Region,
    working_time::{Calendar, Exceptions, Window},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// SplitMix64.
pub struct Dice(u64);
impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
    pub fn below(&mut self, most: i64) -> i64 {
        (self.next() % most as u64) as i64
    }
    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as i64) as usize]
    }
    fn is_lucky(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}

const ZONES: [&str; 8] = [
    "Europe/Amsterdam",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Europe/London",
    "UTC",
];
const REGIONS: [Option<&str>; 9] = [
    None,
    None,
    Some("DE-BY"),
    Some("DE-SN"),
    Some("NL"),
    Some("US"),
    Some("CH-GL"),
    Some("GB-SCT"),
    Some("AT"),
];
/// Clock changes and holidays of 2024 to 2027, near which tickets begin.
const TURNS: [(i32, i32, i32); 12] = [
    (2026, 3, 29),
    (2026, 10, 25),
    (2026, 3, 8),
    (2026, 11, 1),
    (2026, 4, 5),
    (2026, 10, 4),
    (2026, 12, 25),
    (2024, 3, 31),
    (2025, 10, 26),
    (2027, 1, 2),
    (2025, 4, 18),
    (2026, 7, 15),
];

#[derive(Clone, Debug)]
struct Plan {
    zone: &'static str,
    week: [Vec<Window>; 7],
    exceptions: Exceptions,
    region: Option<&'static str>,
}
impl Plan {
    fn random(dice: &mut Dice, first: Day) -> Plan {
        let lunch = |dice: &mut Dice| {
            let (opens, noon) = (dice.below(40) as u16 * 15, 660 + dice.below(8) as u16 * 15);
            let after = noon + 15 * (1 + dice.below(6) as u16);
            let closes = after + 60 + dice.below(32) as u16 * 15;
            vec![Window { from: opens, to: noon }, Window { from: after, to: closes.min(1440) }]
        };
        let shape = dice.below(4);
        let usual = lunch(dice);
        let mut week: [Vec<Window>; 7] = std::array::from_fn(|day| match shape {
            0 => vec![Window::ALL_DAY],
            1 if day < 5 => usual.clone(),
            2 if day != 2 => lunch(dice),
            3 => vec![Window { from: 0, to: 150 }, Window { from: 1200, to: 1440 }],
            _ => Vec::new(),
        });
        if shape == 2 && dice.is_lucky(50) {
            week[6] = vec![Window { from: 157, to: 203 }];
        }
        let mut exceptions = Exceptions::new();
        for _ in 0..dice.below(4) {
            let windows = if dice.is_lucky(50) { Vec::new() } else { lunch(dice) };
            exceptions.insert(first.plus(dice.below(20) as i32), windows);
        }
        Plan { zone: dice.pick::<&str>(&ZONES), week, exceptions, region: *dice.pick(&REGIONS) }
    }
    fn calendar(&self) -> Calendar {
        let region = self.region.map(|code| Region::find(code).unwrap());
        Calendar::new(self.zone, self.week.clone(), self.exceptions.clone(), region).unwrap()
    }
    fn json(&self) -> Value {
        let pairs =
            |windows: &Vec<Window>| -> Value { windows.iter().map(|w| json!([w.from, w.to])).collect() };
        let exceptions: serde_json::Map<_, _> =
            self.exceptions.iter().map(|(day, windows)| (day.to_string(), pairs(windows))).collect();
        json!({
            "zone": self.zone,
            "week": self.week.iter().map(pairs).collect::<Value>(),
            "exceptions": exceptions,
            "region": self.region,
        })
    }
}

pub fn terms(targets: [Option<i64>; 4], calendar: Calendar) -> Terms {
    Terms { id: 0, targets, pause_in: vec![Category::WaitingCustomer], warn_ms: HOUR, calendar }
}

#[derive(Clone, Debug)]
enum Happened {
    Opened,
    Asked,
    Answered,
    Status(Category),
    Terms(Option<usize>),
}

#[derive(Clone, Debug)]
pub struct Case {
    plans: Vec<Plan>,
    /// Targets, pause, and the number of a plan.
    terms: Vec<([Option<i64>; 4], Vec<Category>, usize)>,
    happened: Vec<(Millis, Happened)>,
    pub start: Millis,
    pub now: Millis,
}
impl Case {
    fn start(dice: &mut Dice) -> (Day, Millis) {
        let (year, month, day) = *dice.pick(&TURNS);
        let first = Day::of(year, month, day).plus(-4);
        (first, Millis(i64::from(first.0) * DAY + dice.below(6 * DAY)))
    }

    pub fn random(dice: &mut Dice) -> Case {
        let (first, start) = Case::start(dice);
        let plans: Vec<_> = (0..1 + dice.below(2)).map(|_| Plan::random(dice, first)).collect();
        let terms: Vec<_> = (0..1 + dice.below(3))
            .map(|_| {
                let mut target = |most: i64| {
                    let unit = if dice.is_lucky(80) { MINUTE } else { 1 };
                    dice.is_lucky(75).then(|| (dice.below(most * HOUR) / unit).max(1) * unit)
                };
                let targets = [target(12), target(8), target(16), target(45)];
                let pause = match dice.below(3) {
                    0 => Vec::new(),
                    1 => vec![Category::WaitingCustomer],
                    _ => vec![Category::WaitingCustomer, Category::WaitingThirdParty],
                };
                (targets, pause, dice.below(plans.len() as i64) as usize)
            })
            .collect();
        let mut happened = vec![(start, Happened::Opened)];
        if dice.is_lucky(90) {
            happened.push((start, Happened::Terms(Some(0))));
        }
        let mut at = start;
        for _ in 0..dice.below(9) {
            at = at.plus(*dice.pick(&[0, 17 * MINUTE, HOUR, 7 * HOUR, 20 * HOUR, 3 * DAY]));
            at = at.plus(dice.below(4 * HOUR));
            let what = match dice.below(10) {
                0 | 1 => Happened::Asked,
                2..=4 => Happened::Answered,
                5..=7 => Happened::Status(*dice.pick(&[
                    Category::Open,
                    Category::WaitingCustomer,
                    Category::WaitingThirdParty,
                    Category::Open,
                    Category::Solved,
                    Category::Closed,
                ])),
                8 => Happened::Terms(Some(dice.below(terms.len() as i64) as usize)),
                _ => Happened::Terms(dice.is_lucky(70).then(|| dice.below(terms.len() as i64) as usize)),
            };
            happened.push((at, what));
        }
        let now = at.plus(dice.below(5 * DAY));
        Case { plans, terms, happened, start, now }
    }

    /// An open ticket with a promise to solve it.
    pub fn one_promise(dice: &mut Dice) -> Case {
        let (first, start) = Case::start(dice);
        let targets = [None, None, None, Some((1 + dice.below(40)) * HOUR)];
        let terms = vec![(targets, vec![Category::WaitingCustomer], 0)];
        let happened = vec![(start, Happened::Opened), (start, Happened::Terms(Some(0)))];
        Case { plans: vec![Plan::random(dice, first)], terms, happened, start, now: start }
    }

    pub fn steps(&self) -> Vec<Step> {
        let calendars: Vec<_> = self.plans.iter().map(Plan::calendar).collect();
        let terms = self.terms.iter().enumerate().map(|(id, (targets, pause_in, plan))| {
            let calendar = calendars[*plan].clone();
            Arc::new(Terms {
                id: id as i64,
                targets: *targets,
                pause_in: pause_in.clone(),
                warn_ms: 0,
                calendar,
            })
        });
        let terms: Vec<_> = terms.collect();
        let step = |(at, happened): &(Millis, Happened)| {
            let what = match happened {
                Happened::Opened => What::Opened,
                Happened::Asked => What::Asked,
                Happened::Answered => What::Answered,
                Happened::Status(category) => What::Status(*category),
                Happened::Terms(index) => What::Terms(index.map(|index| terms[index].clone())),
            };
            Step { at: *at, what }
        };
        self.happened.iter().map(step).collect()
    }

    pub fn json(&self) -> Value {
        let terms = self.terms.iter().map(|(targets, pause, plan)| {
            let pause: Vec<_> = pause.iter().map(|category| category.word()).collect();
            json!({ "targets": targets, "pause": pause, "calendar": plan })
        });
        let steps = self.happened.iter().map(|(at, happened)| match happened {
            Happened::Opened => json!([at.0, "opened"]),
            Happened::Asked => json!([at.0, "asked"]),
            Happened::Answered => json!([at.0, "answered"]),
            Happened::Status(category) => json!([at.0, "status", category.word()]),
            Happened::Terms(index) => json!([at.0, "terms", index]),
        });
        json!({
            "calendars": self.plans.iter().map(Plan::json).collect::<Value>(),
            "terms": terms.collect::<Value>(),
            "steps": steps.collect::<Value>(),
            "now": self.now.0,
        })
    }
}
