//! What can be done with checklists: one verb, one transaction, its events.
use super::{
    ChecklistChanged, ChecklistCreated, ItemChanged, ItemDone, ItemOpened, ItemRemoved, ItemsAdded,
    policy::{Added, Changes, Checklist, Draft, ITEMS_MOST, Item, ItemChanges, NewChecklist},
    store,
};
use crate::tickets::{
    self, EditTickets, Seen, Ticket, TicketError,
    actions::{author, unmerged},
};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{authority::Tx, i18n};

/// Adds a checklist.
///
/// * errors – 422 for a name that another one has.
pub fn create(tx: &mut Tx<ManageDesk>, new: NewChecklist) -> Result<Id<Checklist>, TicketError> {
    if store::is_taken(tx, &new.name, None)? {
        return Err(Problem::field("name", "checklist_name_taken").into());
    }
    let checklist = store::insert(tx, &new)?;
    tx.emit(ChecklistCreated { checklist, name: new.name })?;
    Ok(checklist)
}
/// Changes a checklist. Tickets keep what they have of it.
pub fn edit(tx: &mut Tx<ManageDesk>, id: Id<Checklist>, changes: Changes) -> Result<(), TicketError> {
    let known = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    let is_archived = changes.is_archived.unwrap_or(known.is_archived);
    let items = changes.items.unwrap_or_else(|| known.lines());
    let new = Draft { name: changes.name.unwrap_or_else(|| known.name.clone()), items }.parse()?;
    if store::is_taken(tx, &new.name, Some(id))? {
        return Err(Problem::field("name", "checklist_name_taken").into());
    }
    store::update(tx, id, &new, is_archived)?;
    tx.emit(ChecklistChanged { checklist: id, name: new.name })?;
    Ok(())
}

/// Puts items or a whole checklist on a ticket, behind what is there.
///
/// * errors – 422 for a checklist that is gone, or too many items.
pub fn add<P>(tx: &mut Tx<P>, ticket: &Seen<Ticket>, added: Added) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let (lines, name, list) = match added {
        Added::Lines(lines) => {
            let name = lines.first().map(|line| line.text.clone()).unwrap_or_default();
            (lines, name, None)
        }
        Added::List(id) => {
            let list = store::by_id(tx, id)?.filter(|list| !list.is_archived);
            let list = list.ok_or_else(|| Problem::field("checklist", "unknown_id"))?;
            (list.lines(), list.name, Some(id))
        }
    };
    tickets::store::hold(tx, ticket.id)?;
    if store::of_ticket(tx, ticket.id)?.len() + lines.len() > ITEMS_MOST {
        return Err(Problem::field("items", "too_long").into());
    }
    store::add(tx, ticket.id, &lines, list)?;
    changed(tx, ticket)?;
    tx.emit(ItemsAdded { ticket: ticket.id, name, count: lines.len() })?;
    Ok(())
}

/// An item of a ticket in sight, with the ticket that it is shown in.
///
/// * errors – 404.
pub fn see(tx: &mut Tx<EditTickets>, id: Id<Item>) -> Result<(Seen<Ticket>, Item), TicketError> {
    let item = store::item(tx, id)?.ok_or_else(Problem::not_found)?;
    let lands = tickets::store::landing(tx, item.ticket_id)?.ok_or_else(Problem::not_found)?;
    let ticket = tickets::store::see(tx, lands)?.ok_or_else(Problem::not_found)?;
    Ok((ticket, item))
}

/// Ticks an item off or not, rewrites it, or puts it elsewhere in the order.
pub fn change(
    tx: &mut Tx<EditTickets>,
    (ticket, item): (&Seen<Ticket>, &Item),
    changes: ItemChanges,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let line = changes.line(item)?;
    tickets::store::hold(tx, ticket.id)?;
    if line.text != item.text || line.is_needed != item.is_needed {
        store::rewrite(tx, item.id, &line)?;
        tx.emit(ItemChanged { ticket: ticket.id, item: item.id, text: line.text.clone() })?;
    }
    if changes.is_done == Some(true) {
        let (.., by) = author(tx.actor());
        if store::tick(tx, item.id, &by)? {
            tx.emit(ItemDone { ticket: ticket.id, item: item.id, text: line.text })?;
        }
    } else if changes.is_done == Some(false) && store::untick(tx, item.id)? {
        tx.emit(ItemOpened { ticket: ticket.id, item: item.id, text: line.text })?;
    }
    if let Some(place) = changes.place {
        let mut all: Vec<_> = store::of_ticket(tx, ticket.id)?.into_iter().map(|item| item.id).collect();
        all.retain(|id| *id != item.id);
        let place = usize::try_from(place.saturating_sub(1)).unwrap_or(0).min(all.len());
        all.insert(place, item.id);
        for (at, id) in all.into_iter().enumerate() {
            store::put(tx, id, at + 1)?;
        }
    }
    changed(tx, ticket)
}

pub fn remove(tx: &mut Tx<EditTickets>, (ticket, item): (&Seen<Ticket>, &Item)) -> Result<(), TicketError> {
    unmerged(ticket)?;
    tickets::store::hold(tx, ticket.id)?;
    store::remove(tx, item.id)?;
    changed(tx, ticket)?;
    tx.emit(ItemRemoved { ticket: ticket.id, item: item.id, text: item.text.clone() })?;
    Ok(())
}

fn changed<P>(tx: &mut Tx<P>, ticket: &Seen<Ticket>) -> Result<(), TicketError> {
    store::count(tx, ticket.id)?;
    tickets::store::touch_time(tx, ticket.id)
}

/// Sees to it that nothing is left that is needed before the ticket is solved.
///
/// * errors – 422 `checklist_open` naming the items.
pub(crate) fn guard<P>(tx: &mut Tx<P>, ticket: &Ticket) -> Result<(), TicketError> {
    if ticket.items_needed == 0 {
        return Ok(());
    }
    let items = store::of_ticket(tx, ticket.id)?.into_iter();
    let open: Vec<_> = items.filter(|item| item.is_needed && !item.is_done()).map(|item| item.text).collect();
    let items = open.join(", ");
    let sentence = i18n::format(tx.actor().language, "checklist-first", &[("items", items.as_str().into())]);
    let fields = Problem::field("status", "checklist_open").fields;
    Err(Problem { fields, ..Problem::new(422, "checklist_open") }.because(sentence).into())
}
