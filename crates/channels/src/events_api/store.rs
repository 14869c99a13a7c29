//! SQL for the event log as a person reads it. Nothing else.
use super::policy::{Reach, noun, reach};
use desk::tickets::{Ticket, store::Sight};
use kernel::id::Id;
use platform::{
    args,
    authority::{Implies, Tx},
    db::Result,
    events::{self, Recorded},
    sql,
};
use std::collections::HashSet;

/// Rows of the log that are read at once.
const CHUNK: usize = 500;
/// Rows of the log that one request looks at, whether the caller may know them or not.
const MOST: usize = 5_000;

/// A part of the log.
pub struct Part {
    pub events: Vec<Recorded>,
    /// Up to where the log was looked through.
    pub to: Id<Recorded>,
    /// Whether something stands behind `to`.
    pub has_more: bool,
}

/// The events after `since` that the actor may know, oldest first, `limit` at most; of these kinds where `kinds`
/// is not empty. Looks at 5,000 rows at most.
pub fn visible<P: Implies<super::ViewEvents>>(
    tx: &mut Tx<P>,
    since: Id<Recorded>,
    limit: usize,
    kinds: &[String],
) -> Result<Part> {
    let mut part = Part { events: Vec::new(), to: since, has_more: true };
    let mut looked_at = 0;
    while looked_at < MOST {
        let chunk = events::after(tx, part.to, CHUNK)?;
        looked_at += CHUNK;
        let is_last = chunk.len() < CHUNK;
        let seen = tickets_in_sight(tx, &chunk)?;
        for event in chunk {
            if part.events.len() == limit {
                return Ok(part);
            }
            part.to = event.id;
            let is_wanted = kinds.is_empty() || kinds.contains(&event.kind);
            if is_wanted && may_know(tx, &event, seen.as_ref()) {
                part.events.push(event);
            }
        }
        if is_last {
            part.has_more = false;
            return Ok(part);
        }
    }
    Ok(part)
}

fn may_know<P>(tx: &Tx<P>, event: &Recorded, seen: Option<&HashSet<i64>>) -> bool {
    match reach(tx.actor(), noun(&event.subject)) {
        Reach::Nothing => false,
        Reach::Everything => true,
        Reach::Tickets(_) => {
            let ticket = event.subject_id("ticket");
            seen.is_some_and(|seen| ticket.is_some_and(|ticket| seen.contains(&ticket)))
        }
    }
}

/// Of the tickets that the events are about, those that the actor may see now; `None` where the question does not
/// arise. One statement for all of them.
fn tickets_in_sight<P>(tx: &mut Tx<P>, chunk: &[Recorded]) -> Result<Option<HashSet<i64>>> {
    let Reach::Tickets(scope) = reach(tx.actor(), "ticket") else { return Ok(None) };
    let mut ids: Vec<Id<Ticket>> = chunk.iter().filter_map(|e| e.subject_id("ticket")).map(Id::new).collect();
    ids.sort();
    ids.dedup();
    let sight = Sight::within(tx.actor(), scope);
    let rows = tx.all::<(i64,)>(
        sql!(concat!("SELECT t.id FROM ticket t WHERE t.id {in $4} AND ", desk::visible!())),
        args![sight.scope, sight.person, &sight.ids, &Id::list(&ids)],
    )?;
    Ok(Some(rows.into_iter().map(|(id,)| id).collect()))
}
