//! What of a ticket's promises people and programs see.
use super::{
    clock::{Interval, Promise, Reason, State},
    log,
    store::{self, Kept},
};
use crate::tickets::{Ticket, ViewTickets};
use kernel::{clock::Millis, id::Id, working_time::Hours};
use platform::{
    authority::{Implies, Tx},
    db,
};

/// A promise with all that explains it.
#[derive(Debug)]
pub struct Explained {
    pub promise: Promise,
    pub state: State,
    pub due_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub target_ms: Option<i64>,
    pub left_ms: Option<i64>,
    pub parts: Vec<Interval>,
}

/// The promises of a ticket that the caller has seen, from the log, with the reason of every part of their time.
pub fn explain<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> db::Result<Vec<Explained>> {
    let mut clock = log::recompute(tx, ticket, &mut log::Known::default(), true)?;
    let now = tx.now();
    clock.settle(now);
    let explained = clock.runs().filter(|run| run.is_promised()).map(|run| {
        // What has run since it last stood still.
        let running =
            run.since.zip(clock.terms()).map_or(0, |(since, terms)| terms.calendar.elapsed(since, now));
        Explained {
            promise: run.promise,
            state: run.state(),
            due_at: run.due_at.or(run.breached_at),
            ended_at: run.ended_at,
            target_ms: run.target_ms,
            left_ms: run.left_ms().map(|left| (left - running).max(0)),
            parts: clock.explain(run.promise, now),
        }
    });
    Ok(explained.collect())
}

/// A promise as the ticket's page shows it, from what is stored.
#[derive(Clone, Debug)]
pub struct Deadline {
    pub promise: Promise,
    pub state: State,
    pub due_at: Option<Millis>,
    pub is_over: bool,
}
/// One statement.
pub fn look<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: &Ticket) -> db::Result<Vec<Deadline>> {
    if ticket.sla_terms_id.is_none() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let mut kept = store::look(tx, ticket.id)?;
    kept.sort_by_key(|kept| kept.promise);
    let deadline = |kept: &Kept| {
        let run = kept.run();
        let due_at = run.due_at.or(run.breached_at);
        let is_late = run.is_active() && due_at.is_some_and(|due| due < now);
        Deadline {
            promise: run.promise,
            state: if is_late { State::Breached } else { run.state() },
            due_at,
            is_over: !run.is_active(),
        }
    };
    Ok(kept.iter().filter(|kept| kept.run().is_promised()).map(deadline).collect())
}

/// A code for each reason, and what it is about: the name of a holiday, a status.
pub fn reason(reason: Reason) -> (&'static str, Option<&'static str>) {
    match reason {
        Reason::Hours(Hours::Open) => ("open", None),
        Reason::Hours(Hours::Closed) => ("closed", None),
        Reason::Hours(Hours::Exception) => ("exception", None),
        Reason::Hours(Hours::Holiday(name)) => ("holiday", Some(name)),
        Reason::Paused(category) => ("paused", Some(category.word())),
        Reason::Solved => ("solved", None),
        Reason::Merged => ("merged", None),
        Reason::NotPromised => ("not_promised", None),
    }
}

/// A row whose stored clock is not what the log says, for `doctor`: ticket and what differs.
pub fn wrong(conn: &mut db::Conn, now: Millis, most: usize) -> db::Result<Vec<(String,)>> {
    let (mut found, mut after, mut known) = (Vec::new(), Id::new(0), log::Known::default());
    loop {
        let tickets = store::promised_after(conn, after, 500)?;
        let Some(last) = tickets.last() else { return Ok(found) };
        after = last.id;
        for about in &tickets {
            let mut computed = log::recompute(conn, about.id, &mut known, false)?;
            computed.settle(now);
            let mut kept = store::look(conn, about.id)?;
            kept.sort_by_key(|kept| kept.promise);
            let terms = computed.terms().cloned();
            let runs = kept.iter().map(Kept::run).collect();
            let mut stored = super::clock::Clock::stored(about.category, terms, runs);
            stored.settle(now);
            let facts =
                |clock: &super::clock::Clock| clock.runs().map(super::clock::Run::facts).collect::<Vec<_>>();
            let is_right = facts(&computed) == facts(&stored)
                && computed.next_due() == about.due_at_ms
                && computed.terms().map(|terms| terms.id) == about.sla_terms_id;
            if !is_right {
                found.push((about.id.to_string(),));
                if found.len() >= most {
                    return Ok(found);
                }
            }
        }
    }
}
