//! A step, and the way back.
use super::{
    Bulk, BulkStarted, BulkUndoStarted, Changes, Outcome, State, With,
    plan::{self, Verdict},
    policy::AT_ONCE,
    store,
    work::{Change, TakeBack},
};
use crate::tickets::{self, EditTickets, Ticket, TicketError, undo::reverse};
use kernel::{
    fault::{Field, Problem},
    id::Id,
};
use platform::{authority::Tx, jobs};
use serde_json::json;

/// Tickets of one transaction of an errand.
const CHUNK: usize = AT_ONCE as usize;

/// Begins to change tickets; a few are changed when this returns.
///
/// * `is_partial` – where some cannot be changed, the others are.
/// * `seen` – the mark of the preview that somebody looked at.
/// * errors – 409 `bulk_stale` where that preview is no longer true; 409 `bulk_some_cannot` naming each that cannot, unless the rest was asked for; 422 for what is not there.
pub fn start(
    tx: &mut Tx<EditTickets>,
    ids: &[Id<Ticket>],
    changes: Changes,
    is_partial: bool,
    seen: Option<&str>,
) -> Result<Id<Bulk>, TicketError> {
    let user = tx.actor().user().ok_or(Problem::new(403, "permission_required"))?;
    let json = serde_json::to_string(&changes).map_err(|_| Problem::internal())?;
    let checked = plan::check(tx, changes.clone())?;
    let plan = plan::plan(tx, ids, &checked)?;
    if seen.is_some_and(|seen| seen != plan.mark) {
        return Err(Problem::conflict("bulk_stale").into());
    }
    let refused: Vec<_> = plan.refused().map(|(planned, code)| (planned.id, code)).collect();
    if !refused.is_empty() && !is_partial {
        let fields = refused.into_iter().map(|(id, code)| at(id, code)).collect();
        return Err(Problem { fields, ..Problem::conflict("bulk_some_cannot") }.into());
    }
    let (changing, same) =
        (plan.ids_of(|it| matches!(it, Verdict::Changes(_))), plan.ids_of(|it| *it == Verdict::Same));
    let total = changing.len() as i64;
    let bulk = store::insert(tx, user, &json, is_partial, total)?;
    store::add_all(tx, bulk, &changing, Outcome::Waiting)?;
    store::add_all(tx, bulk, &same, Outcome::Same)?;
    for (ticket, code) in refused {
        store::refuse(tx, bulk, ticket, code)?;
    }
    tx.emit(BulkStarted { bulk, tickets: total, changes })?;
    if total <= AT_ONCE {
        step(tx, bulk)?;
    } else {
        let now = tx.now();
        jobs::enqueue_errand(tx, &Change { bulk }, now, None)?;
    }
    Ok(bulk)
}

fn at(ticket: Id<Ticket>, code: &'static str) -> Field {
    Field { pointer: format!("/tickets/{ticket}"), code }
}

/// Changes the next tickets of a step that runs.
///
/// * returns – whether there are more.
/// * errors – [`TicketError::Changed`] where somebody was quicker; then nothing of this part happened.
pub fn step(tx: &mut Tx<EditTickets>, id: Id<Bulk>) -> Result<bool, TicketError> {
    let Some(bulk) = store::one(tx, id)?.filter(|bulk| bulk.state == State::Running) else {
        return Ok(false);
    };
    let with = With { bulk: id, others: (bulk.total - 1).max(0) };
    let changes = bulk.changes();
    let waiting = store::lines(tx, id, Outcome::Waiting, CHUNK)?;
    let is_last = waiting.len() < CHUNK;
    for line in waiting {
        match change_one(tx, line.ticket_id, &changes, with)? {
            Ok(changed) if changed.is_empty() => {
                store::record(tx, id, line.ticket_id, Outcome::Same, None, None)?;
            }
            Ok(changed) => {
                let changed = json!(changed).to_string();
                store::record(tx, id, line.ticket_id, Outcome::Changed, None, Some(&changed))?;
            }
            Err(code) => {
                store::record(tx, id, line.ticket_id, Outcome::Refused, Some(code), None)?;
                if !bulk.is_partial {
                    store::advance(tx, id, State::Running, State::Stopped)?;
                    return Ok(false);
                }
            }
        }
    }
    if is_last {
        store::advance(tx, id, State::Running, State::Done)?;
    }
    Ok(!is_last)
}

/// One ticket; inside, why it cannot be changed.
fn change_one(
    tx: &mut Tx<EditTickets>,
    id: Id<Ticket>,
    changes: &Changes,
    with: With,
) -> Result<Result<tickets::actions::Changed, &'static str>, TicketError> {
    let Some(ticket) = tickets::store::see(tx, id)? else { return Ok(Err("not_yours_to_change")) };
    let tags: Vec<_> = tickets::store::tags(tx, &[id])?.into_iter().map(|tag| tag.tag).collect();
    let patch = match changes.patch(&tags) {
        Ok(patch) => patch,
        Err(code) => return Ok(Err(code)),
    };
    refused(tickets::actions::edit_with(tx, &ticket, patch, with))
}
/// What is wrong with this ticket alone is no reason to give up.
fn refused<T>(done: Result<T, TicketError>) -> Result<Result<T, &'static str>, TicketError> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(error @ (TicketError::Changed | TicketError::Database(_))) => Err(error),
        Err(error) => {
            let problem = Problem::from(error);
            match problem.status {
                422 => match problem.fields.first() {
                    Some(field) if ["needed", "status_guarded", "checklist_open"].contains(&field.code) => {
                        Ok(Err(field.code))
                    }
                    // A status, a team or a person that went meanwhile.
                    _ => Ok(Err("no_longer_there")),
                },
                status if status >= 500 => Err(problem.into()),
                _ => Ok(Err(problem.code)),
            }
        }
    }
}

/// The step of somebody who made it.
///
/// * errors – 404 for another one's.
pub fn own<P>(tx: &mut Tx<P>, id: Id<Bulk>) -> Result<Bulk, TicketError> {
    let user = tx.actor().user();
    let bulk = store::one(tx, id)?.filter(|bulk| Some(bulk.user_id) == user);
    bulk.ok_or_else(|| Problem::not_found().into())
}

/// Begins to take a step back, at any time. What was changed again since stays, and says so.
///
/// * errors – 404 for another one's; 409 `bulk_under_way`, and `bulk_undone` where that has been done.
pub fn undo(tx: &mut Tx<EditTickets>, id: Id<Bulk>) -> Result<(), TicketError> {
    let bulk = own(tx, id)?;
    match bulk.state {
        State::Done | State::Stopped => {}
        State::Undone => return Err(Problem::conflict("bulk_undone").into()),
        State::Running | State::Undoing => return Err(Problem::conflict("bulk_under_way").into()),
    }
    if !store::advance(tx, id, bulk.state, State::Undoing)? {
        return Err(Problem::conflict("bulk_under_way").into());
    }
    let changed = count(&store::counts(tx, id)?, Outcome::Changed);
    tx.emit(BulkUndoStarted { bulk: id, tickets: changed })?;
    if changed <= AT_ONCE {
        step_back(tx, id)?;
    } else {
        let now = tx.now();
        jobs::enqueue_errand(tx, &TakeBack { bulk: id }, now, None)?;
    }
    Ok(())
}

/// Takes the next tickets back.
///
/// * returns – whether there are more.
/// * errors – as [`step`].
pub fn step_back(tx: &mut Tx<EditTickets>, id: Id<Bulk>) -> Result<bool, TicketError> {
    let Some(bulk) = store::one(tx, id)?.filter(|bulk| bulk.state == State::Undoing) else {
        return Ok(false);
    };
    let with = With { bulk: id, others: (bulk.total - 1).max(0) };
    let changed = store::lines(tx, id, Outcome::Changed, CHUNK)?;
    let is_last = changed.len() < CHUNK;
    for line in changed {
        let (outcome, reason) = match back_one(tx, &line, with)? {
            Ok(()) => (Outcome::Undone, None),
            Err(code) => (Outcome::Kept, Some(code)),
        };
        store::record(tx, id, line.ticket_id, outcome, reason, None)?;
    }
    if is_last {
        store::advance(tx, id, State::Undoing, State::Undone)?;
    }
    Ok(!is_last)
}
fn back_one(
    tx: &mut Tx<EditTickets>,
    line: &store::Line,
    with: With,
) -> Result<Result<(), &'static str>, TicketError> {
    let Some(ticket) = tickets::store::see(tx, line.ticket_id)? else {
        return Ok(Err("not_yours_to_change"));
    };
    let changes: serde_json::Value =
        line.changes.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let Some(patch) = reverse(tx, &ticket, &json!({ "changes": changes }))? else {
        return Ok(Err("changed_since"));
    };
    refused(tickets::actions::put_back_with(tx, &ticket, patch, with))
}

/// How many came to this.
pub fn count(counts: &[(Outcome, i64)], outcome: Outcome) -> i64 {
    counts.iter().find(|(one, _)| *one == outcome).map_or(0, |(_, count)| *count)
}
