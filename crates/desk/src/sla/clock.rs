//! The clock of a ticket's promises: one pure function of what happened, the terms, and their calendars.
//!
//! A [`Clock`] is folded over [`Step`]s in the order of the event log. The live value is the same fold, one step at a
//! time; so what `doctor` computes from the log is what the pages show. Nothing here asks for the time: it is given.
//!
//! Source: `docs/behaviour/sla.md`.
use crate::tickets::Category;
use kernel::{
    clock::Millis,
    working_time::{Calendar, Hours},
};
use std::sync::Arc;
use utoipa::ToSchema;

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Promise {
    /// From the opening to the first answer.
    FirstResponse,
    /// From what the customer wrote after an answer to the next answer.
    NextResponse,
    /// From one answer to the next, whether the customer writes or not.
    Update,
    /// From the opening until it is solved.
    Resolution,
}
platform::words! { Promise {
    FirstResponse = "first_response", NextResponse = "next_response", Update = "update", Resolution = "resolution",
} }
impl Promise {
    pub(super) const fn at(self) -> usize {
        self as usize
    }
}

/// Where a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum State {
    Running,
    /// Its time stands still: there is no deadline until it goes on.
    Paused,
    Met,
    /// Its time ran out first, whatever came later.
    Breached,
}
platform::words! { State { Running = "running", Paused = "paused", Met = "met", Breached = "breached" } }

/// What a policy and its calendar say, as they were when they were saved.
#[derive(Clone, Debug)]
pub struct Terms {
    pub id: i64,
    /// Working time for each of [`Promise::ALL`], in milliseconds.
    pub targets: [Option<i64>; 4],
    /// Status categories in which all clocks stand still.
    pub pause_in: Vec<Category>,
    /// So much working time before a deadline comes the warning.
    pub warn_ms: i64,
    pub calendar: Calendar,
}

/// Something that the clock hears of.
#[derive(Clone, Debug)]
pub enum What {
    Opened,
    /// The customer wrote; no machine, nobody unknown.
    Asked,
    /// One of the people who work here wrote to the customer.
    Answered,
    Status(Category),
    /// The ticket was merged into another, or taken out of it again.
    Merged(bool),
    /// A breach was announced. It stays one, even where the machine's clock was wrong and has been put right.
    Late(Promise, Millis),
    /// Other terms hold from now on, or none.
    Terms(Option<Arc<Terms>>),
}
#[derive(Clone, Debug)]
pub struct Step {
    pub at: Millis,
    pub what: What,
}

/// Why time counts or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Hours(Hours),
    /// The status is one in which the policy pauses.
    Paused(Category),
    /// It was solved and has been opened again.
    Solved,
    /// It was merged into another ticket.
    Merged,
    /// No policy, or one that does not promise this.
    NotPromised,
}

/// A part of a promise's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: Millis,
    /// Not included.
    pub to: Millis,
    pub reason: Reason,
}
impl Interval {
    pub fn is_counted(&self) -> bool {
        self.reason == Reason::Hours(Hours::Open)
    }
}

/// One promise from its beginning to its end; the newest of its kind.
#[derive(Clone, Debug)]
pub struct Run {
    pub promise: Promise,
    pub started_at: Millis,
    /// What is promised now; what was promised when it ended.
    pub target_ms: Option<i64>,
    /// What ran before `since`.
    pub ran_ms: i64,
    /// It counts from here on; `None` while it stands still.
    pub since: Option<Millis>,
    pub due_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    /// The deadline that passed.
    pub breached_at: Option<Millis>,
    /// Until here its story is told; nothing before it counts again, even where the machine's clock was set back.
    pub told_to: Millis,
    story: Vec<Chapter>,
}
/// Part of a run under one state of things.
#[derive(Clone, Debug)]
struct Chapter {
    from: Millis,
    to: Millis,
    why: Why,
}
#[derive(Clone, Debug)]
enum Why {
    Counting(Arc<Terms>),
    Not(Reason),
}

impl Run {
    fn start(promise: Promise, at: Millis) -> Run {
        Run {
            promise,
            started_at: at,
            target_ms: None,
            ran_ms: 0,
            since: None,
            due_at: None,
            ended_at: None,
            breached_at: None,
            told_to: at,
            story: Vec::new(),
        }
    }
    /// A run as it is stored.
    pub fn stored(
        promise: Promise,
        (started_at, told_to): (Millis, Millis),
        (target_ms, ran_ms): (Option<i64>, i64),
        (since, due_at): (Option<Millis>, Option<Millis>),
        (ended_at, breached_at): (Option<Millis>, Option<Millis>),
    ) -> Run {
        Run {
            target_ms,
            ran_ms,
            since,
            due_at,
            ended_at,
            breached_at,
            told_to,
            ..Run::start(promise, started_at)
        }
    }
    pub fn is_active(&self) -> bool {
        self.ended_at.is_none()
    }
    /// Whether anything is or was promised.
    pub fn is_promised(&self) -> bool {
        self.target_ms.is_some() || self.breached_at.is_some()
    }
    pub fn state(&self) -> State {
        match (self.breached_at, self.ended_at, self.since) {
            (Some(_), ..) => State::Breached,
            (None, Some(_), _) => State::Met,
            (None, None, Some(_)) => State::Running,
            (None, None, None) => State::Paused,
        }
    }
    /// All that is stored of it.
    pub fn facts(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let times = (self.started_at, self.told_to, self.since, self.due_at, self.ended_at, self.breached_at);
        (self.promise, times, self.target_ms, self.ran_ms)
    }
    /// The working time that is left; `None` where the promise is over.
    pub fn left_ms(&self) -> Option<i64> {
        let is_over = self.breached_at.is_some() || self.ended_at.is_some();
        self.target_ms.filter(|_| !is_over).map(|target| (target - self.ran_ms).max(0))
    }
}

/// All promises of a ticket.
#[derive(Clone, Debug)]
pub struct Clock {
    category: Category,
    terms: Option<Arc<Terms>>,
    runs: [Option<Run>; 4],
    /// The ticket was merged into another: all stands still until it is taken out again.
    is_merged: bool,
    /// Whether the story is kept for an explanation.
    is_told: bool,
}

impl Clock {
    /// Nothing has happened yet. With `is_told` it can be explained afterwards.
    pub fn new(is_told: bool) -> Clock {
        Clock {
            category: Category::New,
            terms: None,
            runs: [None, None, None, None],
            is_merged: false,
            is_told,
        }
    }
    /// A clock that goes on from what is stored.
    pub fn stored(category: Category, terms: Option<Arc<Terms>>, runs: Vec<Run>) -> Clock {
        let mut clock = Clock { category, terms, ..Clock::new(false) };
        for run in runs {
            let at = run.promise.at();
            clock.runs[at] = Some(run);
        }
        clock
    }
    /// The whole story, in order.
    pub fn of(steps: impl IntoIterator<Item = Step>, is_told: bool) -> Clock {
        let mut clock = Clock::new(is_told);
        for step in steps {
            clock.step(step);
        }
        clock
    }

    pub fn is_merged(&self) -> bool {
        self.is_merged
    }
    pub fn category(&self) -> Category {
        self.category
    }
    pub fn terms(&self) -> Option<&Arc<Terms>> {
        self.terms.as_ref()
    }
    pub fn run(&self, promise: Promise) -> Option<&Run> {
        self.runs[promise.at()].as_ref()
    }
    /// In the order of [`Promise::ALL`].
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().flatten()
    }
    /// The deadline that a list shows: the earliest of those that are still to be kept or are late.
    pub fn next_due(&self) -> Option<Millis> {
        let open = self.runs().filter(|run| run.is_active() && run.is_promised());
        open.filter_map(|run| run.breached_at.or(run.due_at)).min()
    }

    /// Takes in what happened.
    pub fn step(&mut self, Step { at, what }: Step) {
        if !matches!(what, What::Late(..)) {
            self.settle(at);
        }
        match what {
            What::Opened => {
                self.begin(Promise::FirstResponse, at);
                self.begin(Promise::Resolution, at);
            }
            What::Asked => {
                let is_answered = self.run(Promise::FirstResponse).is_some_and(|run| !run.is_active());
                if is_answered && !self.is_active(Promise::NextResponse) {
                    self.begin(Promise::NextResponse, at);
                }
            }
            What::Answered => {
                self.end(Promise::FirstResponse, at);
                self.end(Promise::NextResponse, at);
                self.end(Promise::Update, at);
                if self.category.is_open() {
                    self.begin(Promise::Update, at);
                }
            }
            What::Late(promise, due) => {
                if self.run(promise).is_some_and(|run| run.is_active() && run.due_at == Some(due)) {
                    self.runs_out(promise, due);
                }
            }
            What::Merged(is_merged) => {
                self.stop_all(at);
                self.is_merged = is_merged;
                for promise in Promise::ALL {
                    self.go_on(*promise, at);
                }
            }
            What::Status(category) => self.becomes(category, at),
            What::Terms(terms) => {
                self.stop_all(at);
                self.terms = terms;
                for promise in Promise::ALL {
                    self.go_on(*promise, at);
                }
            }
        }
    }

    fn becomes(&mut self, category: Category, at: Millis) {
        let was_open = self.category.is_open();
        if !category.is_open() {
            for promise in Promise::ALL {
                self.end(*promise, at);
            }
            self.category = category;
            return;
        }
        self.stop_all(at);
        if !was_open {
            // What ran of the solution's time stays.
            self.tell(Promise::Resolution, at);
            if let Some(run) = &mut self.runs[Promise::Resolution.at()] {
                run.ended_at = None;
            }
        }
        self.category = category;
        // Whoever was answered before hears of it again within the interval.
        if !was_open && self.run(Promise::Update).is_some() {
            self.begin(Promise::Update, at);
        }
        for promise in Promise::ALL {
            self.go_on(*promise, at);
        }
    }

    /// Notes every deadline that passed before `now`.
    pub fn settle(&mut self, now: Millis) {
        for promise in Promise::ALL {
            let Some(run) = &self.runs[promise.at()] else { continue };
            if let Some(due) = run.due_at.filter(|due| *due < now && run.is_active()) {
                self.runs_out(*promise, due);
            }
        }
    }
    fn runs_out(&mut self, promise: Promise, due: Millis) {
        self.tell(promise, due);
        let Some(run) = &mut self.runs[promise.at()] else { return };
        run.ran_ms = run.target_ms.unwrap_or(run.ran_ms).max(run.ran_ms);
        (run.since, run.due_at, run.breached_at) = (None, None, Some(due));
    }

    fn is_active(&self, promise: Promise) -> bool {
        self.run(promise).is_some_and(Run::is_active)
    }

    fn begin(&mut self, promise: Promise, at: Millis) {
        self.runs[promise.at()] = Some(Run::start(promise, at));
        self.go_on(promise, at);
    }
    fn end(&mut self, promise: Promise, at: Millis) {
        self.stop(promise, at);
        if let Some(run) = self.runs[promise.at()].as_mut().filter(|run| run.is_active()) {
            run.ended_at = Some(at);
        }
    }
    fn stop_all(&mut self, at: Millis) {
        for promise in Promise::ALL {
            self.stop(*promise, at);
        }
    }

    /// Counts what ran until now, and stands still.
    fn stop(&mut self, promise: Promise, at: Millis) {
        if !self.is_active(promise) {
            return;
        }
        self.tell(promise, at);
        let Some(run) = &mut self.runs[promise.at()] else { return };
        if let (Some(since), Some(terms)) = (run.since.take(), &self.terms) {
            run.ran_ms += terms.calendar.elapsed(since, at);
        }
        run.due_at = None;
    }

    /// Counts from now on, unless there is a reason not to.
    fn go_on(&mut self, promise: Promise, at: Millis) {
        let is_still = self.why_still().is_some();
        let Some(run) = self.runs[promise.at()].as_mut().filter(|run| run.is_active()) else { return };
        if run.breached_at.is_some() {
            return;
        }
        let terms = self.terms.as_ref();
        run.target_ms = terms.and_then(|terms| terms.targets[promise.at()]);
        let (Some(terms), Some(target), false) = (terms, run.target_ms, is_still) else { return };
        // A clock that was set back does not count the same time twice.
        let at = at.max(run.told_to);
        run.since = Some(at);
        // A calendar that is shut for years has no deadline to show.
        run.due_at = terms.calendar.due(at, target - run.ran_ms).ok();
    }

    fn why_still(&self) -> Option<Reason> {
        match &self.terms {
            _ if self.is_merged => Some(Reason::Merged),
            _ if !self.category.is_open() => Some(Reason::Solved),
            Some(terms) if terms.pause_in.contains(&self.category) => Some(Reason::Paused(self.category)),
            _ => None,
        }
    }

    /// Writes down why the time until `to` counted or not.
    fn tell(&mut self, promise: Promise, to: Millis) {
        let is_told = self.is_told;
        let still = self.why_still();
        let terms = self.terms.clone();
        let Some(run) = &mut self.runs[promise.at()] else { return };
        if run.breached_at.is_some() || to <= run.told_to {
            return;
        }
        let from = std::mem::replace(&mut run.told_to, to);
        if !is_told {
            return;
        }
        let why = match (still, terms, run.since) {
            (None, Some(terms), Some(_)) => Why::Counting(terms),
            (Some(reason), ..) => Why::Not(reason),
            _ => Why::Not(Reason::NotPromised),
        };
        run.story.push(Chapter { from, to, why });
    }

    /// Every part of the promise's time with its reason: until its end, its deadline, or `now` while it stands still.
    /// Needs a clock that is told.
    pub fn explain(&self, promise: Promise, now: Millis) -> Vec<Interval> {
        let mut clock = self.clone();
        let Some(run) = clock.run(promise) else { return Vec::new() };
        if run.is_active() {
            let until = run.due_at.unwrap_or(now);
            clock.tell(promise, until);
        }
        let mut found: Vec<Interval> = Vec::new();
        let mut add = |interval: Interval| match found.last_mut() {
            Some(last) if last.reason == interval.reason && last.to == interval.from => last.to = interval.to,
            _ => found.push(interval),
        };
        for chapter in clock.run(promise).into_iter().flat_map(|run| &run.story) {
            match &chapter.why {
                Why::Not(reason) => add(Interval { from: chapter.from, to: chapter.to, reason: *reason }),
                Why::Counting(terms) => {
                    for stretch in terms.calendar.stretches(chapter.from, chapter.to) {
                        add(Interval {
                            from: stretch.from,
                            to: stretch.to,
                            reason: Reason::Hours(stretch.hours),
                        });
                    }
                }
            }
        }
        found
    }
}
