//! What tickets are to each other.
use super::{
    super::{
        ChildrenReopened, ChildrenSolved, TicketLinked, TicketUnlinked,
        policy::{Arranged, Change, ChildBefore, Kind, Link, LinkWord, Refusal},
        store,
    },
    detail, other, own,
};
use crate::{
    statuses,
    tickets::{self, Category, EditTickets, Patch, Ticket, TicketError, actions::unmerged},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Links two tickets: `ticket` is `word` to `with`.
///
/// * errors – see [`Refusal`].
pub fn link(
    tx: &mut Tx<EditTickets>,
    ticket: Id<Ticket>,
    word: LinkWord,
    with: Id<Ticket>,
) -> Result<Change, TicketError> {
    store::hold(tx, &[ticket, with])?;
    unmerged(&*own(tx, ticket)?)?;
    if ticket == with {
        return Err(Refusal::LinkToItself.into());
    }
    if other(tx, with, "ticket")?.is_merged() {
        return Err(Refusal::IntoMerged.into());
    }
    let (link, is_source) = word.stored();
    let (source, target) = if is_source { (ticket, with) } else { (with, ticket) };
    let is_there = store::is_linked(tx, link, source, target)?;
    if is_there || !link.has_order() && store::is_linked(tx, link, target, source)? {
        return Err(Refusal::LinkExists.into());
    }
    if link.has_order() && store::leads(tx, link, target, source)? {
        return Err(Refusal::LinkCycle.into());
    }
    if link == Link::Child && store::parent(tx, source)?.is_some() {
        return Err(Refusal::HasParent.into());
    }
    let id = store::insert(tx, Kind::Link, (source, target), Some(link), "{}")?;
    let change = Change::Arrangement(id);
    tx.emit(TicketLinked { ticket: source, other: target, link: LinkWord::of(link, true), change })?;
    tx.emit(TicketLinked { ticket: target, other: source, link: LinkWord::of(link, false), change })?;
    Ok(change)
}

pub(super) fn undo(tx: &mut Tx<EditTickets>, arranged: &Arranged) -> Result<(), TicketError> {
    let link = arranged.link.ok_or_else(Problem::internal)?;
    let (source, target, change) = (arranged.source_id, arranged.target_id, arranged.change());
    tx.emit(TicketUnlinked { ticket: source, other: target, link: LinkWord::of(link, true), change })?;
    tx.emit(TicketUnlinked { ticket: target, other: source, link: LinkWord::of(link, false), change })?;
    Ok(())
}

/// The children of a ticket that are not done, as far as the person sees them.
pub fn open_children(
    tx: &mut Tx<EditTickets>,
    parent: Id<Ticket>,
) -> Result<Vec<store::Linked>, TicketError> {
    let mut links = store::links(tx, parent)?;
    links.retain(|link| link.link == Link::Child && !link.is_source && link.category.is_open());
    Ok(links)
}

/// Solves children of a ticket, those that were chosen.
///
/// * errors – 422 for one that is no open child of it; nothing is changed then.
pub fn solve_children(
    tx: &mut Tx<EditTickets>,
    parent: Id<Ticket>,
    chosen: &[Id<Ticket>],
) -> Result<Change, TicketError> {
    unmerged(&*own(tx, parent)?)?;
    let open = open_children(tx, parent)?;
    let solved = statuses::named(tx, Category::Solved.word())?.ok_or_else(Problem::internal)?;
    let mut chosen = chosen.to_vec();
    chosen.sort();
    chosen.dedup();
    let mut before = Vec::new();
    for id in &chosen {
        if !open.iter().any(|link| link.other_id == *id) {
            return Err(Refusal::NoSuchChild.into());
        }
        let child = other(tx, *id, "children")?;
        before.push(ChildBefore { ticket: *id, status: child.status_id, solved: solved.id });
        tickets::actions::set_status(tx, &child, &solved)?;
    }
    if before.is_empty() {
        return Err(Problem::field("children", "required").into());
    }
    let detail = serde_json::to_string(&before).map_err(|_| Problem::internal())?;
    let id = store::insert(tx, Kind::Solve, (parent, parent), None, &detail)?;
    let change = Change::Arrangement(id);
    tx.emit(ChildrenSolved { ticket: parent, children: chosen, change })?;
    Ok(change)
}

/// Those that are still as they were left get the status back that they had.
pub(super) fn undo_solve(tx: &mut Tx<EditTickets>, arranged: &Arranged) -> Result<(), TicketError> {
    let before: Vec<ChildBefore> = detail(arranged)?;
    let mut children = Vec::new();
    for child in before {
        let Some(seen) = tickets::store::see(tx, child.ticket)? else { continue };
        if seen.status_id != child.solved || seen.is_merged() {
            continue;
        }
        // A status that is no longer used has its category's first one in its place.
        let word = child.status.to_string();
        let known = statuses::named(tx, &word)?.is_some();
        let status = Some(if known { word } else { Category::Open.word().to_owned() });
        tickets::actions::put_back(tx, &seen, Patch { status, ..Patch::default() })?;
        children.push(child.ticket);
    }
    tx.emit(ChildrenReopened { ticket: arranged.source_id, children, change: arranged.change() })?;
    Ok(())
}
