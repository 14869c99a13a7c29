//! The clock against a reference in another language, and properties that any clock of promises has.
mod cases;

use cases::{Case, Dice};
use desk::{
    sla::clock::{Clock, Promise, Reason, Run, Step, What},
    tickets::Category,
};
use kernel::{
    clock::{HOUR, MINUTE, Millis},
    working_time::{Calendar, Exceptions, Hours, Window},
};
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
};

const CASES: usize = 10_000;

/// What the reference says of a case's promises.
#[expect(clippy::disallowed_methods, reason = "a test runs the reference")]
fn ask_reference(cases: &[Case]) -> Vec<Value> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sla_clock/reference.py");
    let holidays = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernel/tests/data/holidays.tsv");
    let mut python = Command::new("python3")
        .args([here, holidays])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed (script/setup)");
    let mut input = python.stdin.take().unwrap();
    let lines: String = cases.iter().map(|case| case.json().to_string() + "\n").collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the reference failed");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn answer(clock: &Clock, run: &Run, now: Millis) -> Value {
    let counted = clock.explain(run.promise, now).into_iter().filter(|interval| interval.is_counted());
    let counted: Vec<_> = counted.map(|interval| [interval.from.0, interval.to.0]).collect();
    json!({
        "state": run.state(),
        "due": run.due_at.map(|at| at.0),
        "ended": run.ended_at.map(|at| at.0),
        "breached": run.breached_at.map(|at| at.0),
        "counted": counted,
    })
}
fn answers(case: &Case) -> Value {
    let mut clock = Clock::of(case.steps(), true);
    clock.settle(case.now);
    let of = |promise: &Promise| {
        let run = clock.run(*promise).filter(|run| run.is_promised());
        run.map_or(Value::Null, |run| answer(&clock, run, case.now))
    };
    Promise::ALL.iter().map(of).collect()
}

#[test]
fn ten_thousand_random_tickets_have_the_deadlines_of_the_reference() {
    let cases: Vec<_> = (0..CASES).map(|seed| Case::random(&mut Dice::new(seed as u64))).collect();
    let expected = ask_reference(&cases);
    assert_eq!(expected.len(), CASES);
    let mut wrong = Vec::new();
    let mut states = std::collections::BTreeMap::<String, usize>::new();
    for (case, expected) in cases.iter().zip(&expected) {
        let found = answers(case);
        for run in found.as_array().unwrap() {
            *states.entry(run["state"].as_str().unwrap_or("none").to_owned()).or_default() += 1;
        }
        if found != *expected {
            wrong.push((case, found, expected));
        }
    }
    if let Some((case, found, expected)) = wrong.first() {
        panic!(
            "{} of {CASES} differ, e.g.\n{}\nfound    {found}\nexpected {expected}",
            wrong.len(),
            case.json()
        );
    }
    // Every outcome is really among the cases.
    for state in ["running", "paused", "met", "breached", "none"] {
        assert!(states.get(state).is_some_and(|count| *count > CASES / 20), "{states:?}");
    }
    println!("{CASES} of {CASES} equal, to the millisecond: {states:?}");
}

#[test]
fn a_clock_goes_on_from_what_is_stored_as_if_it_had_never_stopped() {
    for seed in 0..2_000 {
        let case = Case::random(&mut Dice::new(1_000_000 + seed));
        let whole = Clock::of(case.steps(), false);
        let mut live = Clock::new(false);
        for step in case.steps() {
            // What `sla_clock` keeps, and nothing else, is carried to the next step.
            let runs = live.runs().map(|run| {
                let times = (run.started_at, run.told_to);
                let work = (run.target_ms, run.ran_ms);
                Run::stored(
                    run.promise,
                    times,
                    work,
                    (run.since, run.due_at),
                    (run.ended_at, run.breached_at),
                )
            });
            let runs = runs.collect();
            live = Clock::stored(live.category(), live.terms().cloned(), runs);
            live.step(step);
        }
        let facts = |clock: &Clock| clock.runs().map(Run::facts).collect::<Vec<_>>();
        assert_eq!(facts(&live), facts(&whole), "seed {seed}");
    }
}

#[test]
fn what_counted_until_a_deadline_is_what_was_promised() {
    let mut checked = 0;
    for seed in 0..2_000 {
        let case = Case::random(&mut Dice::new(2_000_000 + seed));
        let mut clock = Clock::of(case.steps(), true);
        clock.settle(case.now);
        for run in clock.runs() {
            let is_open_ended = run.due_at.is_some() || run.breached_at.is_some();
            let Some(target) = run.target_ms.filter(|_| is_open_ended) else { continue };
            let parts = clock.explain(run.promise, case.now);
            assert!(parts.windows(2).all(|pair| pair[0].to == pair[1].from), "seed {seed}: no gaps");
            let counted: i64 =
                parts.iter().filter(|part| part.is_counted()).map(|part| part.to.0 - part.from.0).sum();
            // Terms that became stricter than what had run already end at once.
            assert!(counted == target || run.ran_ms > target, "seed {seed} {:?}", run.promise);
            checked += 1;
        }
    }
    assert!(checked > 1_000);
}

#[test]
fn a_pause_never_makes_a_deadline_earlier() {
    let mut later = 0;
    for seed in 0..2_000 {
        let dice = &mut Dice::new(3_000_000 + seed);
        let case = Case::one_promise(dice);
        let free = due(&case.steps());
        let pause = case.start.plus(dice.below(72) * HOUR);
        let resume = pause.plus((1 + dice.below(48)) * HOUR);
        let mut steps = case.steps();
        steps.push(Step { at: pause, what: What::Status(Category::WaitingCustomer) });
        steps.push(Step { at: resume, what: What::Status(Category::Open) });
        let paused = due(&steps);
        assert!(paused >= free, "seed {seed}: {paused:?} is before {free:?}");
        later += usize::from(paused > free);
    }
    assert!(later > 200, "{later}");
}
/// The deadline of the solution, passed or not.
fn due(steps: &[Step]) -> Millis {
    let clock = Clock::of(steps.iter().cloned(), false);
    let run = clock.run(Promise::Resolution).unwrap();
    run.due_at.or(run.breached_at).unwrap()
}

#[test]
fn a_longer_promise_is_never_due_earlier_and_other_terms_keep_what_ran() {
    let calendar = Calendar::new(
        "Europe/Berlin",
        std::array::from_fn(|day| if day < 5 { vec![Window { from: 480, to: 1020 }] } else { Vec::new() }),
        Exceptions::new(),
        None,
    )
    .unwrap();
    let terms = |hours: i64, calendar: &Calendar| {
        Arc::new(cases::terms([None, None, None, Some(hours * HOUR)], calendar.clone()))
    };
    // Monday 2026-11-23, 8:00 in Berlin.
    let monday = Millis(1_795_417_200_000);
    let opened = |hours| {
        vec![
            Step { at: monday, what: What::Opened },
            Step { at: monday, what: What::Terms(Some(terms(hours, &calendar))) },
        ]
    };
    assert_eq!(due(&opened(4)), monday.plus(4 * HOUR));
    for hours in 1..60 {
        assert!(due(&opened(hours)) < due(&opened(hours + 1)));
    }
    // Two of eight hours ran; four are promised from then on, two of which are left.
    let mut steps = opened(8);
    steps.push(Step { at: monday.plus(2 * HOUR), what: What::Terms(Some(terms(4, &calendar))) });
    assert_eq!(due(&steps), monday.plus(4 * HOUR));
    // In between nothing is promised for an hour: it does not count.
    let mut steps = opened(8);
    steps.push(Step { at: monday.plus(HOUR), what: What::Terms(None) });
    steps.push(Step { at: monday.plus(2 * HOUR), what: What::Terms(Some(terms(8, &calendar))) });
    assert_eq!(due(&steps), monday.plus(9 * HOUR));
    let clock = Clock::of(steps, true);
    let reasons: Vec<_> = clock.explain(Promise::Resolution, monday).iter().map(|part| part.reason).collect();
    assert_eq!(reasons, [Reason::Hours(Hours::Open), Reason::NotPromised, Reason::Hours(Hours::Open)]);
}

#[test]
fn a_clock_that_is_set_back_counts_nothing_twice() {
    let terms = Arc::new(cases::terms([Some(10 * HOUR), None, None, Some(10 * HOUR)], Calendar::always()));
    let start = Millis(1_795_417_200_000);
    let steps = [
        (0, What::Opened),
        (0, What::Terms(Some(terms))),
        (4 * HOUR, What::Status(Category::Open)),
        // Ten minutes back, as a time server may do.
        (4 * HOUR - 10 * MINUTE, What::Status(Category::WaitingThirdParty)),
        (4 * HOUR - 5 * MINUTE, What::Status(Category::Open)),
    ];
    let clock = Clock::of(steps.map(|(by, what)| Step { at: start.plus(by), what }), false);
    assert_eq!(clock.run(Promise::Resolution).unwrap().due_at, Some(start.plus(10 * HOUR)));
}

#[test]
fn an_announced_breach_stays_one_where_the_clock_was_wrong() {
    let terms = Arc::new(cases::terms([Some(HOUR), None, None, Some(10 * HOUR)], Calendar::always()));
    let start = Millis(1_795_417_200_000);
    let steps = [
        (0, What::Opened),
        (0, What::Terms(Some(terms))),
        // The machine thought that it was tomorrow.
        (25 * HOUR, What::Late(Promise::FirstResponse, start.plus(HOUR))),
        (30 * MINUTE, What::Answered),
    ];
    let clock = Clock::of(steps.map(|(by, what)| Step { at: start.plus(by), what }), false);
    assert_eq!(clock.run(Promise::FirstResponse).unwrap().breached_at, Some(start.plus(HOUR)));
    assert_eq!(clock.run(Promise::Resolution).unwrap().breached_at, None);
}
