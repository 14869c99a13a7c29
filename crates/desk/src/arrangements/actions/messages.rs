//! Single messages go elsewhere: to a new ticket, or to another one.
use super::{
    super::{
        MessagesCame, MessagesLeft,
        policy::{Arranged, Arrangement, Because, Change, Kind, Refusal, Split, each_once},
        store::{self, Moving},
    },
    follow_mails, merge, other, own, refresh,
};
use crate::{
    conversation::{self, AuthorKind, Message},
    tickets::{
        self, Category, Channel, EditTickets, NewTicket, Seen, Ticket, TicketError, actions::unmerged,
    },
};
use kernel::{fault::Problem, id::Id};
use people::contacts::{self, ContactRow};
use platform::authority::Tx;
use std::collections::{BTreeMap, BTreeSet};

/// The chosen messages of a ticket that keeps at least one.
fn chosen(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    messages: &[Id<Message>],
) -> Result<Vec<Moving>, TicketError> {
    if messages.is_empty() {
        return Err(Refusal::NoMessage.into());
    }
    let found = store::moving(tx, ticket.id, messages)?;
    if found.len() != messages.len() {
        return Err(Refusal::NoSuchMessage.into());
    }
    if !store::has_more(tx, ticket.id, messages)? {
        return Err(Refusal::NothingLeft.into());
    }
    Ok(found)
}

/// Messages go to another ticket. Nobody takes part there because of it.
///
/// * errors – see [`Refusal`].
pub fn shift(
    tx: &mut Tx<EditTickets>,
    from: Id<Ticket>,
    messages: Vec<Id<Message>>,
    to: Id<Ticket>,
) -> Result<Change, TicketError> {
    store::hold(tx, &[from, to])?;
    let source = own(tx, from)?;
    unmerged(&source)?;
    if from == to {
        return Err(Refusal::MoveIntoItself.into());
    }
    let target = other(tx, to, "into")?;
    if target.is_merged() {
        return Err(Refusal::IntoMerged.into());
    }
    if target.category == Category::Closed {
        return Err(Refusal::IntoClosed.into());
    }
    let found = chosen(tx, &source, &each_once(messages))?;
    let id = store::insert(tx, Kind::Move, (from, to), None, "{}")?;
    relocate(tx, id, &found, (from, to), Because::Move)
}

/// Messages become a ticket of their own, of whoever wrote the first of them.
///
/// It is new, in the same team and hands; tags and fields stay behind. Its promises begin now.
///
/// * returns – the new ticket.
/// * errors – see [`Refusal`].
pub fn split(
    tx: &mut Tx<EditTickets>,
    from: Id<Ticket>,
    split: Split,
) -> Result<(Id<Ticket>, Change), TicketError> {
    store::hold(tx, &[from])?;
    let source = own(tx, from)?;
    unmerged(&source)?;
    let found = chosen(tx, &source, &split.messages)?;
    let mut messages = Vec::new();
    for moving in &found {
        messages.extend(conversation::store::one(tx, from, moving.id)?);
    }
    let first = messages.first().ok_or(Refusal::NoSuchMessage)?;
    let requester = author(tx, &messages, &source)?;
    let subject = split.subject.unwrap_or_else(|| mail::bare_subject(&first.subject));
    let subject = if subject.is_empty() { source.subject.clone() } else { subject };
    let some = |id: i64| (id != 0).then_some(id);
    let new = NewTicket {
        subject,
        text: first.text.clone(),
        html: None,
        email: requester.email.clone(),
        name: requester.name.clone(),
        phone: None,
        kind: source.kind,
        priority: source.priority,
        channel: Channel::from_word(&first.channel).unwrap_or(source.channel),
        inbox: source.inbox_id,
        team: some(source.team_id.number()).map(Id::new),
        assignee: some(source.assignee_id.number()).map(Id::new),
        tags: Vec::new(),
        fields: BTreeMap::new(),
        attachments: Vec::new(),
    };
    let ticket = tickets::actions::open_empty(tx, &new, &requester)?;
    let id = store::insert(tx, Kind::Split, (from, ticket), None, "{}")?;
    let change = relocate(tx, id, &found, (from, ticket), Because::Split)?;
    Ok((ticket, change))
}

/// Who wrote the first of the messages that is the customer's; else whoever asks in the ticket.
fn author(
    tx: &mut Tx<EditTickets>,
    messages: &[Message],
    source: &Seen<Ticket>,
) -> Result<ContactRow, TicketError> {
    let asked = messages.iter().find(|message| message.author_kind == AuthorKind::Contact);
    let known = asked.and_then(|message| message.author_id).map(Id::new);
    if let Some(contact) = known
        && let Some(found) = contacts::store::by_ids(tx, &[contact])?.pop()
    {
        return Ok(found);
    }
    if let Some(email) = asked.and_then(|message| message.from_email.as_deref()) {
        let name = asked.map(|message| message.author_name.as_str()).unwrap_or_default();
        return Ok(contacts::store::find_or_create(tx, email, name)?);
    }
    let requester = contacts::store::by_ids(tx, &[source.requester_id])?.pop();
    requester.ok_or_else(|| Problem::internal().into())
}

fn relocate(
    tx: &mut Tx<EditTickets>,
    id: Id<Arrangement>,
    found: &[Moving],
    (from, to): (Id<Ticket>, Id<Ticket>),
    because: Because,
) -> Result<Change, TicketError> {
    for moving in found {
        store::note_message(tx, id, moving.id)?;
        store::place(tx, moving.id, to, to)?;
        if let Some(header) = &moving.message_id {
            store::place_answers(tx, header, Some(to))?;
        }
    }
    follow_mails(tx, from)?;
    refresh(tx, from)?;
    refresh(tx, to)?;
    let change = Change::Arrangement(id);
    let messages = found.len() as u64;
    tx.emit(MessagesLeft { ticket: from, to, messages, because, change })?;
    tx.emit(MessagesCame { ticket: to, from, messages, because, change })?;
    Ok(change)
}

/// The messages go where they belong without it. A ticket that a split made goes back into the one it came from, with
/// all that was said there since.
pub(super) fn undo(tx: &mut Tx<EditTickets>, arranged: &Arranged) -> Result<(), TicketError> {
    let change = arranged.change();
    let mut ways: BTreeMap<(Id<Ticket>, Id<Ticket>), u64> = BTreeMap::new();
    for moving in store::messages_of(tx, arranged.id)? {
        let (base, is_moved) = store::base_of(tx, moving.id)?;
        let lands = tickets::store::landing(tx, base)?.unwrap_or(base);
        store::place(tx, moving.id, base, lands)?;
        if let Some(header) = &moving.message_id {
            store::place_answers(tx, header, is_moved.then_some(base))?;
        }
        if lands != moving.ticket_id {
            *ways.entry((moving.ticket_id, lands)).or_default() += 1;
        }
    }
    let touched: BTreeSet<_> = ways.keys().flat_map(|(from, to)| [*from, *to]).collect();
    for ticket in touched {
        follow_mails(tx, ticket)?;
        refresh(tx, ticket)?;
    }
    for ((from, to), messages) in ways {
        let because = Because::Undo;
        tx.emit(MessagesLeft { ticket: from, to, messages, because, change })?;
        tx.emit(MessagesCame { ticket: to, from, messages, because, change })?;
    }
    if arranged.kind == Kind::Split {
        let (source, made) = (arranged.source_id, arranged.target_id);
        let made = tickets::store::see_for_machine(tx, made)?.ok_or_else(Problem::not_found)?;
        let lands = tickets::store::landing(tx, source)?.unwrap_or(source);
        // It may hold the other one by now, or be a part of a third.
        if !made.is_merged() && lands != made.id {
            merge::join(tx, &made, source, lands, (change, Because::Undo))?;
        }
    }
    Ok(())
}
