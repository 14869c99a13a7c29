//! What is known of how an inbox fares, in one read.
use super::{
    Inbox, ReceiveKind,
    health::{self, Health, Part},
    oauth::{self, App},
    store,
};
use crate::email::{
    ledger::{Outcome, store as ledger},
    outbox::store::{self as outbox, State},
    peer::Kind,
};
use kernel::{
    clock::{DAY, Millis},
    id::Id,
};
use platform::{
    authority::{self, Tx},
    db,
};

/// What came and went in 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub came: i64,
    pub ignored: i64,
    pub quarantined: i64,
    pub went: i64,
    pub failed: i64,
}
impl Day {
    fn plus(self, other: Day) -> Day {
        Day {
            came: self.came + other.came,
            ignored: self.ignored + other.ignored,
            quarantined: self.quarantined + other.quarantined,
            went: self.went + other.went,
            failed: self.failed + other.failed,
        }
    }
}

/// How an inbox is doing, as tone, icon and words.
pub type Mood = (&'static str, &'static str, &'static str);

/// The state of an inbox at a glance.
#[derive(Clone, Debug)]
pub struct Glance {
    pub inbox: Inbox,
    pub receive: Option<Health>,
    pub send: Option<Health>,
    pub app: Option<App>,
    pub last_in: Option<Millis>,
}
impl Glance {
    pub fn last_out(&self) -> Option<Millis> {
        self.send.as_ref().and_then(|half| half.ok_at_ms)
    }
    /// The halves that fail now.
    pub fn failing(&self) -> impl Iterator<Item = &Health> {
        [&self.receive, &self.send].into_iter().flatten().filter(|half| half.is_failing())
    }
    pub fn needs_sign_in(&self) -> bool {
        let app = self.app.as_ref();
        let uses = self.inbox.imap().is_some_and(|imap| imap.is_oauth)
            || self.inbox.relay().is_some_and(|relay| relay.is_oauth);
        uses && app.is_some_and(|app| {
            !app.is_connected() || (app.is_failing() && app.failure == Some(Kind::SignInAgain))
        })
    }
    pub fn mood(&self, now: impl Into<Millis>) -> Mood {
        let now = now.into();
        let needs = self.failing().any(|half| half.needs_somebody(now));
        let is_fetched = self.inbox.receive_kind == ReceiveKind::Imap;
        let has_fetched = self.receive.as_ref().is_some_and(|half| half.ok_at_ms.is_some());
        match () {
            () if !self.inbox.is_active => ("quiet", "lock", "inbox-off"),
            () if self.needs_sign_in() => ("late", "key", "inbox-sign-in"),
            () if needs => ("late", "circle-alert", "inbox-fails"),
            () if self.failing().next().is_some() => ("act", "clock", "inbox-tries"),
            () if is_fetched && !has_fetched => ("quiet", "minus", "inbox-untried"),
            () => ("done", "circle-check", "inbox-works"),
        }
    }
}

/// Of every inbox, by name. A fixed number of queries.
pub fn all<P>(tx: &mut Tx<P>) -> db::Result<Vec<Glance>> {
    let now = tx.now();
    let inboxes = store::all(tx)?;
    let (halves, apps) = (health::all(tx)?, oauth::store::all(tx)?);
    let first = ledger::first_since(tx, now.plus(-30 * DAY))?;
    let last = store::last_in(tx, first.number())?;
    let state = |inbox: Inbox| {
        let half =
            |part: Part| halves.iter().find(|half| half.inbox_id == inbox.id && half.part == part).cloned();
        Glance {
            receive: half(Part::Receive),
            send: half(Part::Send),
            app: apps.iter().find(|app| app.inbox_id == inbox.id).cloned(),
            last_in: last.iter().find(|(id, _)| *id == inbox.id).and_then(|(_, at)| *at),
            inbox,
        }
    };
    Ok(inboxes.into_iter().map(state).collect())
}

/// Everything about one inbox.
#[derive(Clone, Debug)]
pub struct Report {
    pub state: Glance,
    /// The mail that has waited longest to be read, and to be sent.
    pub oldest_in: Option<Millis>,
    pub oldest_out: Option<Millis>,
    /// Seven times 24 hours, the last one first.
    pub days: [Day; 7],
}
impl Report {
    pub fn today(&self) -> Day {
        self.days[0]
    }
    pub fn week(&self) -> Day {
        self.days.iter().fold(Day::default(), |sum, day| sum.plus(*day))
    }
}

pub fn of<P>(tx: &mut Tx<P>, id: Id<authority::Inbox>) -> db::Result<Option<Report>> {
    let now = tx.now();
    let Some(inbox) = store::by_id(tx, id)? else { return Ok(None) };
    let halves = health::of(tx, id)?;
    let half = |part: Part| halves.iter().find(|half| half.part == part).cloned();
    let state = Glance {
        receive: half(Part::Receive),
        send: half(Part::Send),
        app: oauth::store::of(tx, id)?,
        last_in: ledger::last_in(tx, id, now.plus(-30 * DAY))?,
        inbox,
    };
    let mut days = [Day::default(); 7];
    for (ago, outcome, count) in ledger::by_day(tx, id, now)? {
        let Some(day) = usize::try_from(ago).ok().and_then(|ago| days.get_mut(ago)) else { continue };
        day.came += count;
        match outcome {
            Outcome::Ignored => day.ignored += count,
            Outcome::Quarantined => day.quarantined += count,
            Outcome::Pending | Outcome::Created | Outcome::Joined | Outcome::Bounce => {}
        }
    }
    for (ago, sent, count) in outbox::by_day(tx, id, now)? {
        let Some(day) = usize::try_from(ago).ok().and_then(|ago| days.get_mut(ago)) else { continue };
        match sent {
            State::Sent => day.went += count,
            State::Failed | State::Bounced => day.failed += count,
            State::Waiting | State::Sending => {}
        }
    }
    let (oldest_in, oldest_out) = (ledger::oldest_pending(tx, id)?, outbox::oldest_waiting(tx, id)?);
    Ok(Some(Report { state, oldest_in, oldest_out, days }))
}
