//! What can be done with macros: one verb, one transaction, its events.
use super::{
    MacroApplied, MacroArchived, MacroChanged, MacroCreated, MacroError,
    plan::{self, Plan, Said, Wrong},
    policy::{Changes, Macro, NewMacro, Step},
    store,
};
use crate::{
    canned, conversation,
    conversation::{MessageKind, ReplyDraft, actions::Signer},
    drafts,
    sharing::{Share, Shared},
    snooze,
    tickets::{self, EditTickets, NoteTickets, ReplyTickets, Seen, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Implies, Tx},
    events::{self, Event, Recorded},
};

/// Adds one.
///
/// * errors – 422 naming each step that names something which is not there; 403 for a team or the desk, without the
///   permission.
pub fn create(tx: &mut Tx<NoteTickets>, new: NewMacro) -> Result<Id<Macro>, MacroError> {
    let shared = Shared::asked(tx, new.share, new.team)?;
    check(tx, &new, shared.share)?;
    let id = store::insert(tx, &new, &shared)?;
    tx.emit(MacroCreated { id, share: shared.share })?;
    Ok(id)
}

/// Changes what is given.
pub fn edit(tx: &mut Tx<NoteTickets>, id: Id<Macro>, changes: Changes) -> Result<(), MacroError> {
    let row = store::see(tx, id)?.ok_or(MacroError::Unknown)?;
    row.shared().check_change(tx.actor())?;
    let is_archived = changes.is_archived.unwrap_or(row.is_archived);
    // Whoever takes one out of use need not repair it first.
    let is_only_archived = is_archived && !row.is_archived;
    let new = changes.over(&row).parse()?;
    let shared = if new.share == row.share && new.team == row.team_id {
        row.shared()
    } else {
        Shared::asked(tx, new.share, new.team)?
    };
    if !is_only_archived {
        check(tx, &new, shared.share)?;
    }
    store::update(tx, id, &new, &shared, is_archived)?;
    match is_only_archived {
        true => tx.emit(MacroArchived { id, share: shared.share })?,
        false => tx.emit(MacroChanged { id, share: shared.share })?,
    }
    Ok(())
}

/// What steps name is there, and is there for everybody who shall use them.
fn check(tx: &mut Tx<NoteTickets>, new: &NewMacro, share: Share) -> Result<(), MacroError> {
    let mut wrong = plan::examine(tx, &new.steps)?;
    for (step, one) in new.steps.iter().enumerate() {
        let Step::Reply { canned: Some(id), .. } = one else { continue };
        let reply = canned::store::see(tx, *id)?;
        if share != Share::Own && reply.is_some_and(|reply| reply.share == Share::Own) {
            wrong.push(Wrong::not_shared(step, *id));
        }
    }
    Ok(plan::refuse(&wrong)?)
}

/// One in use, as it would be for a ticket.
pub fn look(
    tx: &mut Tx<NoteTickets>,
    ticket: &Seen<Ticket>,
    id: Id<Macro>,
) -> Result<(Macro, Plan), MacroError> {
    let row = store::see(tx, id)?.filter(|row| !row.is_archived).ok_or(MacroError::Unknown)?;
    let reader = tx.actor().language;
    let plan = plan::plan(tx, ticket, &row, reader)?;
    Ok((row, plan))
}

/// Does all of it, or nothing.
///
/// What is said comes first, in its order; then the properties change, in one change that can be taken back.
///
/// * returns – the macro that was applied.
/// * errors – 422 where a step names something that is gone or cannot be filled; 403 or 404 where the person may not
///   do a step by hand.
pub fn apply(
    tx: &mut Tx<NoteTickets>,
    number: Id<Ticket>,
    id: Id<Macro>,
    signer: &Signer,
) -> Result<Macro, MacroError> {
    let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
    let (row, plan) = look(tx, &ticket, id)?;
    plan.check()?;
    let is_snoozing = plan.snooze.is_some();
    tx.emit(MacroApplied { ticket: number, id, name: row.name.clone(), is_snoozing })?;
    store::count_use(tx, id)?;
    for reply in &plan.canned {
        canned::actions::count_use(tx, *reply)?;
    }
    for said in plan.said {
        say(tx, number, said, signer)?;
    }
    let (changes, rest) = (!plan.changes.is_empty(), plan.snooze);
    let patch = plan.patch;
    if changes || rest.is_some() {
        tx.with::<EditTickets, _, TicketError>(move |tx| {
            if changes {
                let fresh = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                tickets::actions::edit(tx, &fresh, patch)?;
            }
            if let Some(rest) = rest {
                let fresh = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                snooze::actions::snooze(tx, &fresh, rest)?;
            }
            Ok(())
        })?;
    }
    Ok(row)
}

fn say(tx: &mut Tx<NoteTickets>, number: Id<Ticket>, said: Said, signer: &Signer) -> Result<(), MacroError> {
    let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
    let draft = |kind, text| ReplyDraft { kind, text: Some(text), ..ReplyDraft::default() }.parse();
    match said {
        Said::Note(text) => {
            conversation::actions::note(tx, &ticket, &draft(MessageKind::Note, text)?)?;
        }
        Said::Sent(resolved) => {
            let reply = draft(MessageKind::Public, resolved.text)?;
            tx.with::<ReplyTickets, _, TicketError>(|tx| {
                let fresh = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
                conversation::actions::reply(tx, &fresh, &reply, signer)
            })?;
        }
        Said::Kept(resolved) => {
            let me = tx.actor().user().ok_or_else(Problem::not_found)?;
            drafts::append(tx, me, number, &resolved.text)?;
        }
    }
    Ok(())
}

/// Takes back what a macro changed: the properties, and the rest that it gave. What was said stays said.
///
/// * `event` – a [`MacroApplied`] of whoever asks.
/// * errors – as those of [`tickets::undo::undo`].
pub fn undo(tx: &mut Tx<EditTickets>, event: &Recorded) -> Result<Id<Ticket>, TicketError> {
    let number: Id<Ticket> = Id::new(event.subject_id("ticket").ok_or_else(Problem::not_found)?);
    let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
    let is_snoozing = event.data().get("is_snoozing").and_then(serde_json::Value::as_bool) == Some(true);
    let change = change_of(tx, event)?;
    if change.is_none() && !is_snoozing {
        return Err(Problem::conflict("change_too_old").into());
    }
    if is_snoozing {
        snooze::actions::wake(tx, &ticket, snooze::Why::Person)?;
    }
    match change {
        Some(change) => tickets::undo::undo(tx, change),
        None => Ok(number),
    }
}

/// The change of the properties that a macro made: the last one of its own moment.
fn change_of<P: Implies<tickets::ViewTickets>>(
    tx: &mut Tx<P>,
    event: &Recorded,
) -> platform::db::Result<Option<Id<Recorded>>> {
    let kind = tickets::TicketChanged::KIND;
    let found = events::history(tx, &event.subject, None, 200)?;
    let of_it = found.into_iter().find(|other| {
        other.id > event.id && other.kind == kind && other.at_ms == event.at_ms && other.actor == event.actor
    });
    Ok(of_it.map(|other| other.id))
}
