//! What a policy would have meant for the last 90 days, before it is saved.
use super::{
    ManageSla, SlaError,
    clock::{Clock, Promise, State, Step, What},
    log,
    policy::NewPolicy,
    store, terms,
};
use crate::contracts::cover;
use kernel::{
    clock::{DAY, Millis},
    id::Id,
};
use platform::authority::Tx;
use std::sync::Arc;
use utoipa::ToSchema;

const LOOK_BACK_MS: i64 = 90 * DAY;
/// The newest so many tickets are looked at; more would take long.
pub const MOST: usize = 2_000;

/// How a promise would have been kept, and how it is.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
pub struct Effect {
    pub promise: Promise,
    /// Tickets to which it would be promised.
    pub tickets: usize,
    pub met: usize,
    pub breached: usize,
    /// Still running or paused.
    pub open: usize,
    /// Breached by what holds today, of the same tickets.
    pub breached_now: usize,
}
/// What would be different.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
pub struct WhatIf {
    /// Tickets of the last 90 days that were looked at, the newest 2,000 at most.
    pub looked_at: usize,
    /// Those to which the policy would apply.
    pub applies_to: usize,
    pub promises: Vec<Effect>,
}

/// Plays the last 90 days with the policy as if it had always been so. Nothing is changed.
///
/// * `id` – the policy that is about to be changed; `None` for a new one.
pub fn look(
    tx: &mut Tx<ManageSla>,
    id: Option<Id<super::Policy>>,
    new: &NewPolicy,
) -> Result<WhatIf, SlaError> {
    let now = tx.now();
    let plan = super::actions::plan(tx, new.calendar)?;
    let terms = Arc::new(new.snapshot(plan)?.terms(0));
    let book = terms::book(tx)?.unwrap_or_default();
    let earlier = before(tx, id, new.position)?;
    let tickets = store::recent(tx, now.plus(-LOOK_BACK_MS), MOST)?;
    let mut known = log::Known::default();
    let mut effects: Vec<_> = Promise::ALL
        .iter()
        .map(|promise| Effect {
            promise: *promise,
            tickets: 0,
            met: 0,
            breached: 0,
            open: 0,
            breached_now: 0,
        })
        .collect();
    let mut applies_to = 0;
    for about in &tickets {
        let subject = about.subject();
        // What a contract names comes before all that is found by a filter.
        let covered = cover::choose(tx, &book.covering, &subject, about.created_at_ms)?;
        let named = covered.and_then(|it| it.contract.version(it.today)?.policy);
        let named =
            named.filter(|it| Some(*it) == id || book.entries.iter().any(|known| known.policy == *it));
        let is_taken = || {
            let mut before = book.entries.iter().filter(|entry| earlier.contains(&entry.policy));
            before.any(|entry| !entry.is_for_contracts && subject.matches(&entry.filter))
        };
        let applies = match named {
            Some(policy) => Some(policy) == id,
            None => !new.is_for_contracts && !is_taken() && subject.matches(&new.filter),
        };
        if !applies {
            continue;
        }
        applies_to += 1;
        let steps = log::steps(tx, about.id, &mut known)?;
        let is_now = ended(Clock::of(steps.iter().cloned(), false), now);
        let would = ended(Clock::of(with(steps, &terms), false), now);
        for effect in &mut effects {
            let at = effect.promise as usize;
            let Some(state) = would[at] else { continue };
            effect.tickets += 1;
            match state {
                State::Met => effect.met += 1,
                State::Breached => effect.breached += 1,
                State::Running | State::Paused => effect.open += 1,
            }
            effect.breached_now += usize::from(is_now[at] == Some(State::Breached));
        }
    }
    effects.retain(|effect| terms.targets[effect.promise as usize].is_some());
    Ok(WhatIf { looked_at: tickets.len(), applies_to, promises: effects })
}

/// The policies that stand before it.
fn before(
    tx: &mut Tx<ManageSla>,
    id: Option<Id<super::Policy>>,
    position: Option<i64>,
) -> Result<Vec<Id<super::Policy>>, SlaError> {
    let all = store::policies(tx)?;
    let own = all.iter().find(|policy| Some(policy.id) == id).map(|policy| policy.position);
    let place = position.or(own).unwrap_or(i64::MAX);
    let is_before =
        |policy: &&super::Policy| policy.is_active && Some(policy.id) != id && policy.position < place;
    Ok(all.iter().filter(is_before).map(|policy| policy.id).collect())
}

/// The same story with these terms from the beginning, whatever was announced.
fn with(steps: Vec<Step>, terms: &Arc<super::clock::Terms>) -> Vec<Step> {
    let mut played = Vec::with_capacity(steps.len() + 1);
    for step in steps {
        let at = step.at;
        match step.what {
            What::Terms(_) | What::Late(..) => {}
            What::Opened => {
                played.push(step);
                played.push(Step { at, what: What::Terms(Some(terms.clone())) });
            }
            _ => played.push(step),
        }
    }
    played
}

fn ended(mut clock: Clock, now: Millis) -> [Option<State>; 4] {
    clock.settle(now);
    let state =
        |promise: Promise| clock.run(promise).filter(|run| run.is_promised()).map(super::clock::Run::state);
    [Promise::FirstResponse, Promise::NextResponse, Promise::Update, Promise::Resolution].map(state)
}
