//! One ticket goes into another.
use super::{
    super::{
        MessagesCame, MessagesLeft, TicketMerged, TicketUnmerged,
        policy::{Arranged, Because, Before, Change, Kind, Refusal},
        store::{self, Amount},
    },
    detail, follow_mails, other, own, refresh,
};
use crate::{
    checklists,
    conversation::{ParticipantAdded, ParticipantRemoved},
    escalation, side_conversations, sla, statuses,
    tickets::{
        self, Category, EditTickets, Seen, Ticket, TicketError,
        actions::unmerged,
        counts::{self, Cell},
        store::Participant,
    },
};
use kernel::{fault::Problem, id::Id};
use platform::authority::{Contact, Tx};

/// Somebody of the merged ticket, as the preview shows them.
pub struct Person {
    pub person: Participant,
    /// They take part in the other ticket as well.
    pub is_already: bool,
}
/// What a merge would do.
pub struct Preview {
    pub source: Ticket,
    pub target: Ticket,
    pub amount: Amount,
    pub people: Vec<Person>,
}

/// The two tickets of a merge, checked; nobody else changes them until the end of the transaction.
fn both(
    tx: &mut Tx<EditTickets>,
    source: Id<Ticket>,
    target: Id<Ticket>,
) -> Result<(Seen<Ticket>, Seen<Ticket>), TicketError> {
    let from = own(tx, source)?;
    unmerged(&from)?;
    if source == target {
        return Err(Refusal::IntoItself.into());
    }
    let into = other(tx, target, "into")?;
    match into.lands_at_id {
        Some(lands) if lands == source => Err(Refusal::Cycle.into()),
        Some(_) => Err(Refusal::IntoMerged.into()),
        None if into.category == Category::Closed => Err(Refusal::IntoClosed.into()),
        None => Ok((from, into)),
    }
}

/// What [`merge`] would do; refused as that would be.
pub fn preview(
    tx: &mut Tx<EditTickets>,
    source: Id<Ticket>,
    target: Id<Ticket>,
) -> Result<Preview, TicketError> {
    let (from, into) = both(tx, source, target)?;
    let there = tickets::store::participants(tx, target)?;
    let is_there = |contact| there.iter().any(|person| person.contact_id == contact);
    let people = tickets::store::participants(tx, source)?;
    let people = people.into_iter().map(|person| Person { is_already: is_there(person.contact_id), person });
    let people = people.collect();
    let amount = store::amount(tx, source)?;
    Ok(Preview { source: from.into_inner(), target: into.into_inner(), amount, people })
}

/// The ticket `source` goes into `target`: its number leads there, its messages are there, and it is closed.
///
/// Nobody of `source` takes part in `target` because of it but `people`, so that nobody is told of a stranger's case.
///
/// * errors – see [`Refusal`]; 422 for somebody who does not take part in `source`.
pub fn merge(
    tx: &mut Tx<EditTickets>,
    source: Id<Ticket>,
    target: Id<Ticket>,
    people: &[Id<Contact>],
) -> Result<Change, TicketError> {
    store::hold(tx, &[source, target])?;
    let (from, into) = both(tx, source, target)?;
    let before = Before {
        status: from.status_id,
        category: from.category,
        solved_at: from.solved_at_ms,
        reopened: from.reopened,
        newest: store::newest_message(tx)?,
    };
    let detail = serde_json::to_string(&before).map_err(|_| Problem::internal())?;
    let id = store::insert(tx, Kind::Merge, (source, target), None, &detail)?;
    let change = Change::Arrangement(id);
    let known = tickets::store::participants(tx, source)?;
    let mut chosen = people.to_vec();
    chosen.sort();
    chosen.dedup();
    for contact in chosen {
        let person = known.iter().find(|person| person.contact_id == contact);
        let person = person.ok_or_else(|| Problem::field("people", "unknown_id"))?;
        if store::bring(tx, id, into.id, contact)? {
            tx.emit(ParticipantAdded { ticket: into.id, contact, name: person.name.clone() })?;
        }
    }
    join(tx, &from, target, target, (change, Because::Merge))?;
    Ok(change)
}

/// The number of `from` leads to `direct` from now on, and with that to `lands`.
pub(super) fn join(
    tx: &mut Tx<EditTickets>,
    from: &Seen<Ticket>,
    direct: Id<Ticket>,
    lands: Id<Ticket>,
    (change, because): (Change, Because),
) -> Result<(), TicketError> {
    let family = store::family(tx, from.id)?;
    let status = statuses::default_of(tx, Category::Closed)?;
    if !store::close_into(tx, from.id, direct, status)? {
        return Err(TicketError::Merged);
    }
    store::lead(tx, &family, lands)?;
    let cell = |category| Cell::of(from.team_id, from.assignee_id, category);
    counts::moved(tx, Some(cell(from.category)), Some(cell(Category::Closed)))?;
    let messages = store::carry(tx, from.id, lands)?;
    follow_mails(tx, from.id)?;
    refresh(tx, lands)?;
    side_conversations::store::mark(tx, &[from.id, lands])?;
    checklists::store::count(tx, from.id)?;
    checklists::store::count(tx, lands)?;
    tx.emit(TicketMerged { ticket: from.id, into: lands, messages, change })?;
    sla::live::merged(tx, from.id, from.category, true)?;
    escalation::actions::merged(tx, from)?;
    tx.emit(MessagesCame { ticket: lands, from: from.id, messages, because, change })?;
    Ok(())
}

/// The ticket stands by itself again, with all that belongs to it: what it had, and what came by its number since.
///
/// It is what it was, but open where the customer wrote by its number and nobody would see that.
pub(super) fn undo(tx: &mut Tx<EditTickets>, arranged: &Arranged) -> Result<(), TicketError> {
    let (ticket, change) = (arranged.source_id, arranged.change());
    let before: Before = detail(arranged)?;
    let merged = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let lands = merged.lands_at_id.ok_or_else(Problem::internal)?;
    let family = store::family(tx, ticket)?;
    if !store::open_again(tx, ticket, &before)? {
        return Err(Problem::internal().into());
    }
    store::lead(tx, &family, ticket)?;
    let cell = |category| Cell::of(merged.team_id, merged.assignee_id, category);
    counts::moved(tx, Some(cell(Category::Closed)), Some(cell(before.category)))?;
    let messages = store::carry_back(tx, lands, ticket, &family)?;
    follow_mails(tx, lands)?;
    for contact in store::take_home(tx, arranged.id, arranged.target_id)? {
        tx.emit(ParticipantRemoved { ticket: arranged.target_id, contact })?;
    }
    refresh(tx, ticket)?;
    refresh(tx, lands)?;
    side_conversations::store::mark(tx, &[ticket, lands])?;
    checklists::store::count(tx, ticket)?;
    checklists::store::count(tx, lands)?;
    tx.emit(TicketUnmerged { ticket, from: lands, messages, change })?;
    sla::live::merged(tx, ticket, before.category, false)?;
    tx.emit(MessagesLeft { ticket: lands, to: ticket, messages, because: Because::Undo, change })?;
    let is_quiet = matches!(before.category, Category::WaitingCustomer | Category::Solved);
    if is_quiet && store::was_asked_since(tx, ticket, &family, before.newest)? {
        let fresh = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
        tickets::actions::set_category(tx, &fresh, Category::Open)?;
    }
    Ok(())
}
