//! One function, one transaction, its events.
pub mod links;
pub mod merge;
pub mod messages;

use super::{
    policy::{Arranged, Arrangement, Kind, Refusal},
    store,
};
use crate::tickets::{self, EditTickets, Seen, Ticket, TicketError};
use kernel::{fault::Problem, id::Id, text};
use platform::{authority::Tx, outbox};

/// The ticket of the request, if the person may change it.
///
/// * errors – 404 out of sight, 403 `ticket_beyond_yours` where it may only be read.
pub fn own(tx: &mut Tx<EditTickets>, id: Id<Ticket>) -> Result<Seen<Ticket>, TicketError> {
    match tickets::store::see(tx, id)? {
        Some(seen) => Ok(seen),
        None if store::is_in_sight(tx, id)? => Err(Refusal::BeyondYours.into()),
        None => Err(Problem::not_found().into()),
    }
}
/// The other ticket, if the person may change it: named in `field`.
///
/// * errors – 422 `unknown_ticket` out of sight, 403 `ticket_beyond_yours` where it may only be read.
pub fn other(
    tx: &mut Tx<EditTickets>,
    id: Id<Ticket>,
    field: &'static str,
) -> Result<Seen<Ticket>, TicketError> {
    match tickets::store::see(tx, id)? {
        Some(seen) => Ok(seen),
        None if store::is_in_sight(tx, id)? => Err(Refusal::BeyondYours.into()),
        None => Err(Refusal::Unknown(field).into()),
    }
}

/// What a list shows of a ticket whose messages changed.
fn refresh<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<(), TicketError> {
    match store::last_said(tx, ticket)? {
        Some((words, by, is_in)) => {
            tickets::store::touch(tx, ticket, &text::shorten(&words, 140), &by, is_in)
        }
        None => tickets::store::touch_time(tx, ticket),
    }
}

/// What became of the mails of messages that left a ticket is shown where the messages are.
fn follow_mails<P>(tx: &mut Tx<P>, from: Id<Ticket>) -> Result<(), TicketError> {
    Ok(outbox::follow_messages(tx, from.number())?)
}

/// Takes an arrangement back, whenever it was made and by whomever.
///
/// * returns – the ticket that it began with.
/// * errors – 404 out of sight; 409 `change_undone`.
pub fn undo(tx: &mut Tx<EditTickets>, id: Id<Arrangement>) -> Result<Id<Ticket>, TicketError> {
    let arranged = store::one(tx, id)?.ok_or_else(Problem::not_found)?;
    let (source, target) = (arranged.source_id, arranged.target_id);
    let lands = tickets::store::landing(tx, target)?.unwrap_or(target);
    store::hold(tx, &[source, target, lands])?;
    own(tx, source)?;
    other(tx, target, "into")?;
    other(tx, lands, "into")?;
    if !store::undo(tx, id)? {
        return Err(Refusal::Undone.into());
    }
    match arranged.kind {
        Kind::Merge => merge::undo(tx, &arranged)?,
        Kind::Split | Kind::Move => messages::undo(tx, &arranged)?,
        Kind::Link => links::undo(tx, &arranged)?,
        Kind::Solve => links::undo_solve(tx, &arranged)?,
    }
    Ok(source)
}

/// What was written down to take it back.
fn detail<T: serde::de::DeserializeOwned>(arranged: &Arranged) -> Result<T, Problem> {
    serde_json::from_str(&arranged.detail).map_err(|_| Problem::internal())
}
