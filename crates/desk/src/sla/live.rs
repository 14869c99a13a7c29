//! The clock goes on in the transaction that changes the ticket.
//!
//! A new ticket costs one small read and, where a policy matches, two statements. A later change reads the clocks,
//! takes one step, and writes those that moved.
use super::{
    SlaApplied, SlaBreached,
    clock::{Clock, Promise, Run, Step, What},
    log,
    store::{self, About, Kept, Told},
    subject::Subject,
    terms,
};
use crate::{
    contracts::{
        self, Contract,
        cover::{self, Applied},
    },
    tickets::{Category, Ticket},
};
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::Tx,
    db::{Conn, Result},
};

/// The contract and the clock that a ticket is going to have, before its row is there.
pub struct Foreseen {
    contract: Option<Applied>,
    clock: Option<(Clock, (Id<super::Policy>, String))>,
}
/// What of it stands in the ticket's row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Promised {
    pub due_at: Option<Millis>,
    pub terms: Option<i64>,
    pub contract: Option<Id<Contract>>,
}
impl Foreseen {
    pub fn promised(&self) -> Promised {
        let clock = self.clock.as_ref().map(|(clock, _)| clock);
        Promised {
            due_at: clock.and_then(Clock::next_due),
            terms: clock.and_then(Clock::terms).map(|terms| terms.id),
            contract: self.contract.as_ref().map(|applied| applied.contract),
        }
    }
}

/// What covers a ticket that is opened now, and what is promised to it; `None` without either.
///
/// * `is_asked` – by the customer; else the first words are an answer.
pub fn foresee<P>(
    tx: &mut Tx<P>,
    subject: &Subject,
    category: Category,
    is_asked: bool,
) -> Result<Option<Foreseen>> {
    let Some(book) = terms::book(tx)? else { return Ok(None) };
    let at = tx.now();
    let covered = cover::choose(tx, &book.covering, subject, at)?;
    let contract = covered.as_ref().map(cover::Covered::applied);
    let covered = covered.as_ref().map(|covered| (covered.contract, covered.today));
    let Some((entry, terms)) = book.promise(subject, covered) else {
        return Ok(contract.map(|contract| Foreseen { contract: Some(contract), clock: None }));
    };
    let terms = Some(terms.clone());
    let first = [What::Opened, What::Terms(terms), if is_asked { What::Asked } else { What::Answered }];
    let mut clock = Clock::stored(category, None, Vec::new());
    for what in first {
        clock.step(Step { at, what });
    }
    Ok(Some(Foreseen { contract, clock: Some((clock, (entry.policy, entry.name.clone()))) }))
}

/// Writes the clocks of a ticket whose row is there, and tells which policy it is.
pub fn begin<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, foreseen: Foreseen) -> Result<()> {
    if let Some(applied) = foreseen.contract {
        contracts::actions::applied(tx, ticket, Some(applied))?;
    }
    let Some((clock, (policy, name))) = foreseen.clock else { return Ok(()) };
    let mut kept: Vec<_> = clock.runs().map(|run| keep(&clock, ticket, run, Told::Nothing)).collect();
    let is_at = |kept: &[Kept], promise| kept.iter().position(|kept| kept.promise == promise);
    let first = is_at(&kept, Promise::FirstResponse).map(|at| kept.remove(at));
    let whole = is_at(&kept, Promise::Resolution).map(|at| kept.remove(at));
    if let (Some(first), Some(whole)) = (first, whole) {
        store::begin(tx, ticket, &[first, whole])?;
    }
    for more in kept {
        store::keep(tx, &more)?;
    }
    let terms = clock.terms().map(|terms| terms.id);
    tx.emit(SlaApplied { ticket, policy: Some(policy), name, terms })
}

/// Somebody spoke: the customer (`Asked`), or one of us to them (`Answered`).
pub fn said<P>(tx: &mut Tx<P>, ticket: &Ticket, what: What) -> Result<()> {
    if ticket.sla_terms_id.is_none() {
        return Ok(());
    }
    let Some(about) = store::about(tx, ticket.id)? else { return Ok(()) };
    advance(tx, &about, vec![what])
}

/// The ticket was changed from `before` to what its row says now.
pub fn changed<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, before: (Subject, Category)) -> Result<()> {
    let Some(after) = store::about(tx, ticket)? else { return Ok(()) };
    let category = after.category;
    let mut steps = Vec::new();
    if category != before.1 && after.sla_terms_id.is_some() {
        steps.push(What::Status(category));
    }
    let before_step = About { category: before.1, ..after.clone() };
    if !steps.is_empty() {
        advance(tx, &before_step, steps)?;
    }
    // One that is opened again meets the policies of today.
    if (after.subject() != before.0 || !before.1.is_open()) && category.is_open() {
        let Some(fresh) = store::about(tx, ticket)? else { return Ok(()) };
        apply(tx, &fresh)?;
    }
    Ok(())
}

/// The ticket was merged into another, or taken out of it again: its promises stand still, or go on.
///
/// * `category` – the ticket's own: before it was merged, or after.
pub fn merged<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, category: Category, is_merged: bool) -> Result<()> {
    let Some(row) = store::about(tx, ticket)? else { return Ok(()) };
    // One that is merged does not count, and does again when it comes out.
    if let Some(contract) = row.contract_id {
        contracts::watch::look(tx, contract)?;
    }
    let about = About { category, ..row };
    if about.sla_terms_id.is_some() {
        advance(tx, &about, vec![What::Merged(is_merged)])?;
    }
    // Whoever comes back meets the policies of today.
    if !is_merged && category.is_open() {
        let Some(fresh) = store::about(tx, ticket)? else { return Ok(()) };
        apply(tx, &fresh)?;
    }
    Ok(())
}

/// Finds the contract and the policy for a ticket, and goes on with its terms where they are others than before.
///
/// * returns – whether anything changed.
pub fn apply<P>(tx: &mut Tx<P>, about: &About) -> Result<bool> {
    let Some(book) = terms::book(tx)? else { return Ok(false) };
    let covered = cover::choose(tx, &book.covering, &about.subject(), about.created_at_ms)?;
    let contract = covered.as_ref().map(cover::Covered::applied);
    let is_covered_anew = contract.as_ref().map(|applied| applied.contract) != about.contract_id;
    if is_covered_anew {
        store::mark_contract(tx, about.id, contract.as_ref().map(|applied| applied.contract))?;
        contracts::actions::applied(tx, about.id, contract)?;
    }
    let covered = covered.as_ref().map(|covered| (covered.contract, covered.today));
    let promise = book.promise(&about.subject(), covered);
    let (entry, terms) = (promise.map(|(entry, _)| entry), promise.map(|(_, terms)| terms.clone()));
    if terms.as_ref().map(|terms| terms.id) == about.sla_terms_id {
        return Ok(is_covered_anew);
    }
    let what = What::Terms(terms.clone());
    match about.sla_terms_id {
        Some(_) => advance(tx, about, vec![what])?,
        // It had none: what is stored may be older than what happened since. The log knows.
        None => {
            let mut clock = log::recompute(tx, about.id, &mut log::Known::default(), false)?;
            let old = store::clocks(tx, about.id)?;
            let at = tx.now();
            // A change of this transaction is not in the log yet.
            if clock.is_merged() {
                clock.step(Step { at, what: What::Merged(false) });
            }
            if clock.category() != about.category {
                clock.step(Step { at, what: What::Status(about.category) });
            }
            clock.step(Step { at, what });
            save(tx, at, about, &clock, &old)?;
        }
    }
    let policy = entry.map(|entry| entry.policy);
    let name = entry.map(|entry| entry.name.clone()).unwrap_or_default();
    tx.emit(SlaApplied { ticket: about.id, policy, name, terms: terms.map(|terms| terms.id) })?;
    Ok(true)
}

/// Takes the steps now, from what is stored.
fn advance<P>(tx: &mut Tx<P>, about: &About, steps: Vec<What>) -> Result<()> {
    let mut old = store::clocks(tx, about.id)?;
    let terms = match about.sla_terms_id {
        Some(id) => terms::by_id(tx, id)?,
        None => None,
    };
    let at = tx.now();
    let mut clock = Clock::stored(about.category, terms, old.iter().map(Kept::run).collect());
    // A promise that ran out is announced before the next one takes its place.
    clock.settle(at);
    for kept in &mut old {
        let Some(due) = clock.run(kept.promise).and_then(|run| run.breached_at) else { continue };
        if kept.told < Told::Breach {
            kept.told = Told::Breach;
            tx.emit(SlaBreached { ticket: about.id, promise: kept.promise, due_at: due })?;
        }
    }
    for what in steps {
        clock.step(Step { at, what });
    }
    save(tx, at, about, &clock, &old)
}

/// Writes what is no longer as it was in `old`.
fn save(conn: &mut Conn, now: Millis, about: &About, clock: &Clock, old: &[Kept]) -> Result<()> {
    for run in clock.runs() {
        let before = old.iter().find(|kept| kept.promise == run.promise);
        let told = match before {
            Some(kept) if kept.started_at_ms == run.started_at => still_told(clock, run, kept.told, now),
            _ => Told::Nothing,
        };
        store_run(conn, keep(clock, about.id, run, told), before)?;
    }
    let terms = clock.terms().map(|terms| terms.id);
    let due = clock.next_due();
    if due != about.due_at_ms || terms != about.sla_terms_id {
        store::mark(conn, about.id, due, terms)?;
    }
    Ok(())
}
fn store_run(conn: &mut Conn, kept: Kept, before: Option<&Kept>) -> Result<()> {
    let is_same = before.is_some_and(|before| {
        before.run().facts() == kept.run().facts()
            && (before.told, before.alarm_at_ms) == (kept.told, kept.alarm_at_ms)
    });
    if is_same { Ok(()) } else { store::keep(conn, &kept) }
}

/// A deadline that moved away is warned of once more.
fn still_told(clock: &Clock, run: &Run, told: Told, now: Millis) -> Told {
    match warning(clock, run) {
        Some(at) if told == Told::Warning && at > now => Told::Nothing,
        _ => told,
    }
}

/// When to warn that the promise runs out.
fn warning(clock: &Clock, run: &Run) -> Option<Millis> {
    let (terms, target, since) = (clock.terms()?, run.target_ms?, run.since?);
    // Half of a short promise is soon enough.
    let lead = terms.warn_ms.min(target / 2);
    terms.calendar.due(since, target - run.ran_ms - lead).ok()
}

/// The row of a run.
fn keep(clock: &Clock, ticket: Id<Ticket>, run: &Run, told: Told) -> Kept {
    let is_active = run.is_active();
    let alarm_at_ms = match (told, run.breached_at) {
        (Told::Breach, _) => None,
        (_, Some(breached)) => Some(breached),
        (Told::Warning, None) => run.due_at.filter(|_| is_active),
        (Told::Nothing, None) => warning(clock, run).filter(|_| is_active),
    };
    Kept {
        ticket_id: ticket,
        promise: run.promise,
        started_at_ms: run.started_at,
        told_to_ms: run.told_to,
        target_ms: run.target_ms,
        ran_ms: run.ran_ms,
        since_ms: run.since,
        due_at_ms: run.due_at,
        ended_at_ms: run.ended_at,
        breached_at_ms: run.breached_at,
        told,
        alarm_at_ms,
    }
}

/// Computes the clocks of every ticket anew from the log and writes them, for `firstline reindex`.
///
/// * returns – how many tickets were looked at.
pub fn rebuild(conn: &mut Conn, now: Millis) -> Result<usize> {
    let (mut count, mut after, mut known) = (0, Id::new(0), log::Known::default());
    loop {
        let tickets = store::promised_after(conn, after, 500)?;
        let Some(last) = tickets.last() else { return Ok(count) };
        (after, count) = (last.id, count + tickets.len());
        for about in &tickets {
            let mut clock = log::recompute(conn, about.id, &mut known, false)?;
            clock.settle(now);
            let old = store::look(conn, about.id)?;
            save(conn, now, about, &clock, &old)?;
        }
    }
}
