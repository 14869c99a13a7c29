//! Taking back what one has just changed: the event that tells of a change knows what was before.
use super::{EditTickets, Kind, Patch, Priority, Seen, Ticket, TicketChanged, TicketError, actions, store};
use crate::{
    arrangements::{self, Change},
    fields,
    macros::MacroApplied,
};
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::Redirect,
};
use kernel::{
    clock::{MINUTE, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::{Grant, Implies, Tx},
    db,
    events::{self, Event, Recorded},
    web::{Failure, Form, InPath},
};
use serde_json::Value;

/// A change can be taken back for so long.
const UNDO_FOR_MS: i64 = 10 * MINUTE;
/// Its notice is shown for so long after it.
const TELL_FOR_MS: i64 = MINUTE;

/// What a change can be taken back in; another requester is a matter of its own.
const UNDOABLE: &[&str] =
    &["subject", "type", "priority", "team", "assignee", "status", "status_id", "tags", "fields"];

/// The newest change that the person who asks made to a ticket within the last minute.
pub fn just_changed<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> db::Result<Option<Recorded>> {
    let since = Millis(tx.now().0 - TELL_FOR_MS);
    let actor = tx.actor().who.to_string();
    events::last_by(tx, &format!("ticket/{ticket}"), &actor, TicketChanged::KIND, since)
}

/// The newest macro that the person who asks applied to a ticket within the last minute.
pub fn just_applied<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> db::Result<Option<Recorded>> {
    let since = Millis(tx.now().0 - TELL_FOR_MS);
    let actor = tx.actor().who.to_string();
    events::last_by(tx, &format!("ticket/{ticket}"), &actor, MacroApplied::KIND, since)
}

/// Whether everything of a change can be taken back.
pub fn is_undoable(event: &Recorded) -> bool {
    let data = event.data();
    let mut fields = data.get("changes").and_then(Value::as_object).into_iter().flatten();
    fields.all(|(field, _)| UNDOABLE.contains(&field.as_str()))
}

/// Takes a change back: every field that it changed is again what it was.
///
/// * `id` – the event of the change, which the caller made within ten minutes.
/// * returns – the ticket.
/// * errors – 404 for a change of somebody else or out of sight; 409 `change_too_old`, and `change_overtaken` where
///   a field was changed again since.
pub fn undo(tx: &mut Tx<EditTickets>, id: Id<Recorded>) -> Result<Id<Ticket>, TicketError> {
    let is_known = |event: &Recorded| matches!(event.kind.as_str(), TicketChanged::KIND | MacroApplied::KIND);
    let event = events::one(tx, id)?.filter(is_known).ok_or_else(Problem::not_found)?;
    if event.actor != tx.actor().who.to_string() {
        return Err(Problem::not_found().into());
    }
    if event.kind == MacroApplied::KIND {
        return crate::macros::actions::undo(tx, &event);
    }
    let number = event.subject_id("ticket").ok_or_else(Problem::not_found)?;
    let ticket = store::see(tx, Id::new(number))?.ok_or_else(Problem::not_found)?;
    if tx.now().0 - event.at_ms.0 > UNDO_FOR_MS || !is_undoable(&event) {
        return Err(Problem::conflict("change_too_old").into());
    }
    let patch = reverse(tx, &ticket, &event.data())?.ok_or_else(|| Problem::conflict("change_overtaken"))?;
    actions::put_back(tx, &ticket, patch)?;
    Ok(ticket.id)
}

/// The patch that takes the changes back; `None` where a field is no longer what the change made of it.
pub(crate) fn reverse<P: Implies<super::ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    data: &Value,
) -> db::Result<Option<Patch>> {
    let mut patch = Patch::default();
    let changes = data.get("changes").and_then(Value::as_object);
    for (field, values) in changes.into_iter().flatten() {
        let (before, after) = (&values[0], &values[1]);
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let is_still = match field.as_str() {
            "subject" => {
                patch.subject = Some(word(before));
                ticket.subject == word(after)
            }
            "type" => {
                patch.kind = Kind::from_word(&word(before));
                patch.kind.is_some() && ticket.kind.word() == word(after)
            }
            "priority" => {
                patch.priority = Priority::from_word(&word(before));
                patch.priority.is_some() && ticket.priority.word() == word(after)
            }
            "team" => {
                patch.team = Some(number(before).map(Id::new));
                ticket.team_id.number() == number(after).unwrap_or(0)
            }
            "assignee" => {
                patch.assignee = Some(number(before).map(Id::new));
                ticket.assignee_id.number() == number(after).unwrap_or(0)
            }
            "status_id" => {
                patch.status = number(before).map(|id| id.to_string());
                number(after) == Some(ticket.status_id.number())
            }
            "status" => true,
            "tags" => {
                patch.tags = serde_json::from_value(before.clone()).ok();
                let now: Vec<_> = store::tags(tx, &[ticket.id])?.into_iter().map(|tag| tag.tag).collect();
                serde_json::from_value(after.clone()).is_ok_and(|mut then: Vec<String>| {
                    then.sort();
                    then == now
                })
            }
            "fields" => {
                let now = fields::of_tickets(tx, &[ticket.id])?.remove(&ticket.id).unwrap_or_default();
                let is_now = |(key, value): (&String, &Value)| now.get(key).unwrap_or(&Value::Null) == value;
                patch.fields = before.as_object().map(|old| old.clone().into_iter().collect());
                after.as_object().is_some_and(|new| new.iter().all(is_now))
            }
            _ => false,
        };
        if !is_still {
            return Ok(None);
        }
    }
    Ok(Some(patch))
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Takes back what is named: a change of properties, or what was arranged with tickets as a whole.
///
/// * returns – the ticket.
/// * errors – those of [`undo`] and of [`arrangements::actions::undo`].
pub fn take_back(tx: &mut Tx<EditTickets>, change: Change) -> Result<Id<Ticket>, TicketError> {
    match change {
        Change::Event(id) => undo(tx, id),
        Change::Arrangement(id) => arrangements::actions::undo(tx, id),
    }
}

/// Undo a change.
///
/// The id is that of the event `ticket.changed` or `ticket.macro_applied`, for ten minutes and for whoever made the
/// change; or the `change` of a merge, split, move, link or of solved children (`a12`), at any time and for everybody who
/// may change the tickets.
#[utoipa::path(post, path = "/api/v1/changes/{id}/undo", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = super::api::TicketBody)))]
pub async fn api(
    grant: Grant<EditTickets>,
    InPath(change): InPath<Change>,
) -> Result<axum::Json<super::api::TicketBody>, Failure> {
    let ticket = grant.change(move |tx| take_back(tx, change)).await?;
    super::api::shown(&grant, ticket).await
}

/// `POST /t/{number}/undo`, the button of the notice and of the history.
pub async fn post(
    grant: Grant<EditTickets>,
    Path(number): Path<Id<Ticket>>,
    Query(asked): Query<super::pages::Asked>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&["change"])?;
    let change: Change = form.get("change").parse()?;
    let work = move |tx: &mut Tx<EditTickets>| match (take_back(tx, change)?, change) {
        // From whichever of the two tickets.
        (_, Change::Arrangement(_)) => Ok::<_, TicketError>(()),
        (ticket, _) if ticket == number => Ok(()),
        // The whole transaction is taken back.
        _ => Err(Problem::not_found().into()),
    };
    match grant.change(work).await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&asked.done(number, "undone"))),
        Err(problem) if problem.code == "change_undone" => Ok(Redirect::to(&asked.done(number, "gone"))),
        Err(problem) if problem.status == StatusCode::CONFLICT.as_u16() => {
            Ok(Redirect::to(&asked.done(number, "overtaken")))
        }
        Err(problem) => Err(problem.into()),
    }
}
