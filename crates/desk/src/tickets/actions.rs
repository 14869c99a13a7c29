//! What people and machines do to tickets. One function, one transaction, its events.
use super::{
    Category, CreateTickets, EditTickets, NewTicket, Patch, Requester, Seen, Ticket, TicketChanged,
    TicketError, TicketOpened, ViewTickets,
    counts::{self, Cell},
    store,
};
use crate::{
    attachments,
    bulk::With,
    conversation::{self, AuthorKind, Direction, MessageAdded, MessageKind, actions::Signer, store::New},
    escalation, fields, routing,
    sla::{self, clock::What, live::Foreseen, subject::Subject},
    statuses,
};
use kernel::{fault::Problem, id::Id, text};
use people::contacts::{self, ContactRow};
use platform::{
    Work,
    authority::{Actor, Implies, Tx, Who},
};
use std::collections::BTreeMap;

/// What a new ticket begins with.
pub struct First<'a> {
    pub direction: Direction,
    pub from_email: Option<&'a str>,
    pub to: &'a [String],
    pub cc: &'a [String],
    pub quoted: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub message_id: Option<&'a str>,
    pub inbound_id: Option<i64>,
    pub is_automatic: bool,
    pub remarks: &'a str,
}
impl Default for First<'_> {
    fn default() -> Self {
        First {
            direction: Direction::In,
            from_email: None,
            to: &[],
            cc: &[],
            quoted: None,
            signature: None,
            message_id: None,
            inbound_id: None,
            is_automatic: false,
            remarks: "{}",
        }
    }
}

/// Opens a ticket for somebody, as a person or program with the permission.
pub fn create(tx: &mut Tx<CreateTickets>, new: NewTicket) -> Result<Id<Ticket>, TicketError> {
    check_people(tx, new.team, new.assignee)?;
    let requester = match (&new.email, &new.phone) {
        (None, None) => known_by_name(tx, &new.name)?,
        _ => None,
    };
    let requester = match requester {
        Some(requester) => requester,
        None => self::requester(tx, new.email.as_deref(), &new.name, new.phone.as_deref())?,
    };
    let email = new.email.clone();
    let (ticket, _) = open(tx, &new, &requester, First { from_email: email.as_deref(), ..First::default() })?;
    Ok(ticket)
}

/// The one contact that is called exactly so; two of a name are nobody.
fn known_by_name<P>(tx: &mut Tx<P>, name: &str) -> Result<Option<ContactRow>, TicketError> {
    let mut found = contacts::store::search(tx, name, 10)?;
    found.retain(|contact| text::fold(&contact.name) == text::fold(name));
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// Opens a ticket with the agent's own words, which are mailed to the customer.
///
/// * errors – 422 without an address.
pub fn start(tx: &mut Tx<CreateTickets>, new: NewTicket, signer: &Signer) -> Result<Id<Ticket>, TicketError> {
    check_people(tx, new.team, new.assignee)?;
    let email = new.email.clone().ok_or_else(|| Problem::field("requester/email", "required"))?;
    let requester = requester(tx, Some(&email), &new.name, new.phone.as_deref())?;
    let (author_kind, author_id, author_name) = author(tx.actor());
    let (ticket, foreseen) = begin(tx, &new, &requester, Category::Open, (&author_name, false))?;
    let sender = crate::contracts::store::sender_of(tx, ticket)?.or(new.inbox);
    let from_email = conversation::store::sending_address(tx, sender)?;
    let header = signer.message_id(ticket);
    // The address that somebody chose, not the first one of its owner.
    let to = [email];
    let message = conversation::store::insert(
        tx,
        &New {
            ticket,
            kind: MessageKind::Public,
            direction: Direction::Out,
            channel: new.channel.word(),
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: from_email.as_deref(),
            to: &to,
            cc: &[],
            bcc: &[],
            subject: &new.subject,
            text: &new.text,
            quoted: None,
            signature: None,
            html: new.html.as_deref(),
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: "{}",
        },
    )?;
    attachments::actions::attach(tx, message, &new.attachments)?;
    conversation::actions::queue(tx, (ticket, sender), message, &header, &to, &new.subject)?;
    announce(tx, (ticket, foreseen), message, &new, &requester, Direction::Out)?;
    Ok(ticket)
}

/// The contact with this address; without one, the contact with this number; else a new one.
pub fn requester<P>(
    tx: &mut Tx<P>,
    email: Option<&str>,
    name: &str,
    phone: Option<&str>,
) -> Result<ContactRow, TicketError> {
    let contact = match email {
        Some(email) => contacts::store::find_or_create(tx, email, name)?,
        None => contacts::store::find_or_create_by_phone(tx, phone, name)?,
    };
    Ok(contact)
}

/// Opens a ticket with its first message. Whoever calls it has checked what is in `new`.
///
/// * returns – the ticket and its first message.
pub fn open<P>(
    tx: &mut Tx<P>,
    new: &NewTicket,
    requester: &ContactRow,
    first: First,
) -> Result<(Id<Ticket>, Id<crate::conversation::Message>), TicketError> {
    let is_in = first.direction == Direction::In;
    let (ticket, foreseen) = begin(tx, new, requester, Category::New, (&requester.name, is_in))?;
    let message = conversation::store::insert(
        tx,
        &New {
            ticket,
            kind: MessageKind::Public,
            direction: first.direction,
            channel: new.channel.word(),
            author_kind: AuthorKind::Contact,
            author_id: Some(requester.id.number()),
            author_name: &requester.name,
            from_email: first.from_email,
            to: first.to,
            cc: first.cc,
            bcc: &[],
            subject: &new.subject,
            text: &new.text,
            quoted: first.quoted,
            signature: first.signature,
            html: new.html.as_deref(),
            message_id: first.message_id,
            inbound_id: first.inbound_id,
            is_automatic: first.is_automatic,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: first.remarks,
        },
    )?;
    attachments::actions::attach(tx, message, &new.attachments)?;
    announce(tx, (ticket, foreseen), message, new, requester, first.direction)?;
    Ok((ticket, message))
}

/// Opens a ticket whose messages are about to come to it from another one.
pub(crate) fn open_empty<P>(
    tx: &mut Tx<P>,
    new: &NewTicket,
    requester: &ContactRow,
) -> Result<Id<Ticket>, TicketError> {
    let (ticket, foreseen) = begin(tx, new, requester, Category::New, (&requester.name, true))?;
    opened(tx, (ticket, foreseen), new, requester)?;
    Ok(ticket)
}

/// The row with its tags and fields, counted. `last` is who speaks first, and whether that is the customer.
fn begin<P>(
    tx: &mut Tx<P>,
    new: &NewTicket,
    requester: &ContactRow,
    category: Category,
    (by, is_in): (&str, bool),
) -> Result<(Id<Ticket>, Option<Foreseen>), TicketError> {
    let status = statuses::default_of(tx, category)?;
    let subject = Subject {
        priority: new.priority,
        kind: new.kind,
        channel: new.channel,
        team: new.team.unwrap_or(Id::new(0)),
        organisation: requester.organisation_id,
        requester: requester.id,
    };
    // Only a person who signs is an answer; what a customer or a machine writes first is a question.
    let is_asked = is_in || tx.actor().user().is_none();
    let foreseen = sla::live::foresee(tx, &subject, category, is_asked)?;
    let promised = foreseen.as_ref().map_or_else(Default::default, Foreseen::promised);
    let last = (&*text::shorten(&new.text, 140), by, is_in);
    let organisation = requester.organisation_id;
    let ticket = store::insert(tx, new, (status, category), requester.id, organisation, last, promised)?;
    store::add_requester(tx, ticket, requester.id)?;
    if !new.tags.is_empty() {
        store::set_tags(tx, ticket, &new.tags)?;
    }
    if !new.fields.is_empty() {
        fields::set(tx, ticket, &new.fields)?;
    }
    let cell = Cell::of(new.team.unwrap_or(Id::new(0)), new.assignee.unwrap_or(Id::new(0)), category);
    counts::moved(tx, None, Some(cell))?;
    if new.assignee.is_none() && new.team.is_some() {
        tx.leave(Work::Routing);
    }
    Ok((ticket, foreseen))
}

fn announce<P>(
    tx: &mut Tx<P>,
    (ticket, foreseen): (Id<Ticket>, Option<Foreseen>),
    message: Id<conversation::Message>,
    new: &NewTicket,
    requester: &ContactRow,
    direction: Direction,
) -> Result<(), TicketError> {
    opened(tx, (ticket, foreseen), new, requester)?;
    tx.emit(MessageAdded { ticket, message, kind: MessageKind::Public, direction })?;
    Ok(())
}

fn opened<P>(
    tx: &mut Tx<P>,
    (ticket, foreseen): (Id<Ticket>, Option<Foreseen>),
    new: &NewTicket,
    requester: &ContactRow,
) -> Result<(), TicketError> {
    tx.emit(TicketOpened {
        ticket,
        subject: new.subject.clone(),
        channel: new.channel,
        requester: requester.name.clone(),
        team: new.team,
        assignee: new.assignee,
    })?;
    if let Some(foreseen) = foreseen {
        sla::live::begin(tx, ticket, foreseen)?;
    }
    Ok(())
}

/// * errors – 422 for a team that is gone or a person who no longer works here.
pub(crate) fn check_people<P>(
    tx: &mut Tx<P>,
    team: Option<Id<platform::authority::Team>>,
    assignee: Option<Id<platform::authority::User>>,
) -> Result<(), TicketError> {
    if let Some(team) = team
        && !store::team_exists(tx, team)?
    {
        return Err(Problem::field("team", "unknown_id").into());
    }
    if let Some(user) = assignee
        && !store::user_exists(tx, user)?
    {
        return Err(Problem::field("assignee", "unknown_id").into());
    }
    Ok(())
}

/// Changes properties. Nothing happens, and no event tells of it, where everything is so already.
///
/// * errors – [`TicketError::Changed`] where somebody was quicker; 422 naming the field.
pub fn edit<P: Implies<EditTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    patch: Patch,
) -> Result<(), TicketError> {
    apply(tx, ticket, patch, Manner::Change, None).map(drop)
}

/// The same for one of several tickets that are changed in one step.
///
/// * returns – what really changed.
pub fn edit_with(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    patch: Patch,
    with: With,
) -> Result<Changed, TicketError> {
    apply(tx, ticket, patch, Manner::Change, Some(with))
}
/// As [`put_back`], for one of several.
pub fn put_back_with(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    patch: Patch,
    with: With,
) -> Result<(), TicketError> {
    apply(tx, ticket, patch, Manner::TakeBack, Some(with)).map(drop)
}

/// Takes a change back with the patch that reverses it: a ticket that is opened again by it was not reopened.
pub fn put_back(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, patch: Patch) -> Result<(), TicketError> {
    apply(tx, ticket, patch, Manner::TakeBack, None).map(drop)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Change,
    TakeBack,
}

fn apply<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    patch: Patch,
    manner: Manner,
    with: Option<With>,
) -> Result<Changed, TicketError> {
    unmerged(ticket)?;
    check_people(tx, patch.team.flatten(), patch.assignee.flatten())?;
    let mut changes = Changes { with, ..Changes::default() };
    let mut row = as_row(ticket);
    if let Some(subject) = &patch.subject {
        changes.note("subject", &row.subject, subject);
        row.subject.clone_from(subject);
    }
    if let Some(kind) = patch.kind {
        changes.note("type", &row.kind, &kind);
        row.kind = kind;
    }
    if let Some(priority) = patch.priority {
        changes.note("priority", &row.priority, &priority);
        row.priority = priority;
    }
    if let Some(team) = patch.team {
        let team = team.unwrap_or(Id::new(0));
        changes.note("team", &nonzero(row.team_id), &nonzero(team));
        row.team_id = team;
    }
    if let Some(assignee) = patch.assignee {
        let assignee = assignee.unwrap_or(Id::new(0));
        changes.note("assignee", &nonzero(row.assignee_id), &nonzero(assignee));
        row.assignee_id = assignee;
    }
    let mut wanted = None;
    if let Some(word) = &patch.status {
        let status = statuses::named(tx, word)?.ok_or_else(|| Problem::field("status", "unknown_word"))?;
        changes.status(tx, &mut row, status.id, status.category);
        if manner == Manner::TakeBack {
            let was_reopening = ticket.category.is_open() && !status.category.is_open();
            row.reopened = ticket.reopened - i64::from(was_reopening && ticket.reopened > 0);
        }
        wanted = Some(status).filter(|_| manner == Manner::Change);
    }
    if let Some(Requester { email: Some(email), name, .. }) = &patch.requester {
        let contact = contacts::store::find_or_create(tx, email, name)?;
        changes.note("requester", &row.requester_id, &contact.id);
        if contact.id != row.requester_id {
            store::set_requester(tx, ticket.id, contact.id)?;
        }
        row.requester_id = contact.id;
        row.organisation_id = contact.organisation_id;
    }
    if let Some(status) = wanted {
        let values = patch.fields.as_ref().unwrap_or(const { &BTreeMap::new() });
        statuses::guard::check(tx, ticket, &row, &status, patch.tags.as_deref(), values)?;
    }
    if let Some(tags) = &patch.tags {
        let before: Vec<_> = store::tags(tx, &[ticket.id])?.into_iter().map(|tag| tag.tag).collect();
        changes.note("tags", &before, tags);
        if before != *tags {
            store::set_tags(tx, ticket.id, tags)?;
        }
    }
    if let Some(values) = &patch.fields {
        for (key, [before, after]) in fields::set(tx, ticket.id, values)? {
            changes.note(key, &before, &after);
        }
    }
    let changed = changes.fields.clone();
    write(tx, ticket, &row, changes)?;
    Ok(changed)
}

/// Moves a ticket to the first status of `category` unless it is in one of it already, whatever the status asks for: that
/// a customer wrote, or that two tickets became one, is so.
pub fn set_category<P>(tx: &mut Tx<P>, ticket: &Seen<Ticket>, category: Category) -> Result<(), TicketError> {
    if ticket.category == category {
        return Ok(());
    }
    let status = statuses::default_of(tx, category)?;
    let (mut row, mut changes) = (as_row(ticket), Changes::default());
    changes.status(tx, &mut row, status, category);
    write(tx, ticket, &row, changes)
}

/// Moves a ticket to a status that one of us chose.
///
/// * errors – 422 where the ticket is not yet what the status asks for.
pub fn set_status<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    status: &statuses::Status,
) -> Result<(), TicketError> {
    let (mut row, mut changes) = (as_row(ticket), Changes::default());
    changes.status(tx, &mut row, status.id, status.category);
    statuses::guard::check(tx, ticket, &row, status, None, &BTreeMap::new())?;
    write(tx, ticket, &row, changes)
}

/// Puts a ticket into the hands of somebody, or of nobody. The caller has seen to it that they may have it.
pub(crate) fn assign<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    assignee: Option<Id<platform::authority::User>>,
) -> Result<(), TicketError> {
    let mut row = as_row(ticket);
    let mut changes = Changes::default();
    row.assignee_id = assignee.unwrap_or(Id::new(0));
    changes.note("assignee", &nonzero(ticket.assignee_id), &assignee);
    write(tx, ticket, &row, changes)
}

fn as_row(ticket: &Ticket) -> store::Row {
    store::Row {
        subject: ticket.subject.clone(),
        kind: ticket.kind,
        status_id: ticket.status_id,
        category: ticket.category,
        priority: ticket.priority,
        team_id: ticket.team_id,
        assignee_id: ticket.assignee_id,
        requester_id: ticket.requester_id,
        organisation_id: ticket.organisation_id,
        solved_at_ms: ticket.solved_at_ms,
        reopened: ticket.reopened,
    }
}

fn write<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    row: &store::Row,
    changes: Changes,
) -> Result<(), TicketError> {
    if changes.fields.is_empty() {
        return Ok(());
    }
    unmerged(ticket)?;
    if !store::update(tx, ticket.id, ticket.version, row)? {
        return Err(TicketError::Changed);
    }
    // What is done rests no longer.
    let is_snoozed = ticket.is_snoozed && row.category.is_open();
    let from = Cell::of(ticket.team_id, ticket.assignee_id, ticket.category).snoozed(ticket.is_snoozed);
    let to = Cell::of(row.team_id, row.assignee_id, row.category).snoozed(is_snoozed);
    counts::moved(tx, Some(from), Some(to))?;
    tx.emit(TicketChanged { ticket: ticket.id, changes: changes.fields, with: changes.with })?;
    if ticket.is_snoozed && !is_snoozed {
        crate::snooze::actions::ended(tx, ticket.id)?;
    }
    hands_changed(tx, ticket, row)?;
    escalation::actions::changed(tx, ticket, row)?;
    let subject = |kind, priority, team, (requester, organisation)| Subject {
        priority,
        kind,
        channel: ticket.channel,
        team,
        organisation,
        requester,
    };
    let asks = (ticket.requester_id, ticket.organisation_id);
    let before = subject(ticket.kind, ticket.priority, ticket.team_id, asks);
    let after = subject(row.kind, row.priority, row.team_id, (row.requester_id, row.organisation_id));
    if before != after || ticket.category != row.category {
        sla::live::changed(tx, ticket.id, (before, ticket.category))?;
    }
    Ok(())
}

/// Tells routing that somebody has one ticket less in hand, or that one waits for somebody.
fn hands_changed<P>(tx: &mut Tx<P>, before: &Ticket, after: &store::Row) -> Result<(), TicketError> {
    let is_ours = |category| matches!(category, Category::New | Category::Open);
    let had = before.assignee_id.number() != 0 && is_ours(before.category);
    let has_still = before.assignee_id == after.assignee_id && is_ours(after.category);
    if had && !has_still {
        routing::store::done(tx, before.assignee_id)?;
        tx.leave(Work::Routing);
    }
    if after.assignee_id.number() == 0 && after.team_id.number() != 0 && is_ours(after.category) {
        tx.leave(Work::Routing);
    }
    Ok(())
}

/// Nothing is written to a ticket that was merged into another.
///
/// * errors – [`TicketError::Merged`].
pub fn unmerged(ticket: &Ticket) -> Result<(), TicketError> {
    if ticket.is_merged() { Err(TicketError::Merged) } else { Ok(()) }
}

/// The clocks hear that one of us wrote to the customer, or the customer to us.
pub fn spoke<P>(tx: &mut Tx<P>, ticket: &Ticket, by: AuthorKind) -> Result<(), TicketError> {
    let what = match by {
        AuthorKind::User => What::Answered,
        AuthorKind::Contact => What::Asked,
        AuthorKind::System => return Ok(()),
    };
    Ok(sla::live::said(tx, ticket, what)?)
}

fn nonzero<T>(id: Id<T>) -> Option<Id<T>> {
    (id.number() != 0).then_some(id)
}

/// What really changed: field → old and new value.
pub type Changed = BTreeMap<&'static str, [serde_json::Value; 2]>;
#[derive(Default)]
struct Changes {
    fields: Changed,
    with: Option<With>,
}
impl Changes {
    fn note<T: serde::Serialize>(&mut self, field: &'static str, before: &T, after: &T) {
        let json = |value: &T| serde_json::to_value(value).unwrap_or_default();
        let (before, after) = (json(before), json(after));
        if before != after {
            self.fields.insert(field, [before, after]);
        }
    }
    fn status<P>(
        &mut self,
        tx: &Tx<P>,
        row: &mut store::Row,
        status: Id<statuses::Status>,
        category: Category,
    ) {
        if row.status_id == status {
            return;
        }
        self.note("status", &row.category, &category);
        // Two statuses of one category differ in their id alone.
        self.fields
            .entry("status")
            .or_insert_with(|| [row.status_id, status].map(|id| id.to_string().into()));
        self.note("status_id", &row.status_id, &status);
        if !row.category.is_open() && category.is_open() {
            row.reopened += 1;
            row.solved_at_ms = None;
        }
        if row.category.is_open() && !category.is_open() {
            row.solved_at_ms = Some(tx.now());
        }
        row.status_id = status;
        row.category = category;
    }
}

/// Somebody of the customer's side in copy of what follows.
pub fn add_cc<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    email: &str,
    name: &str,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let contact = contacts::store::find_or_create(tx, email, name)?;
    if store::add_participant(tx, ticket.id, contact.id, "cc")? {
        tx.emit(conversation::ParticipantAdded {
            ticket: ticket.id,
            contact: contact.id,
            name: contact.name,
        })?;
    }
    Ok(())
}

/// Somebody who takes part asks from now on; whoever asked stays in copy.
///
/// * errors – 404 for somebody who does not take part.
pub fn make_requester(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    contact: Id<platform::authority::Contact>,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let people = store::participants(tx, ticket.id)?;
    if !people.iter().any(|person| person.contact_id == contact) {
        return Err(Problem::not_found().into());
    }
    if contact == ticket.requester_id {
        return Ok(());
    }
    let found = contacts::store::by_ids(tx, &[contact])?.pop().ok_or_else(Problem::not_found)?;
    let mut row = as_row(ticket);
    let mut changes = Changes::default();
    changes.note("requester", &row.requester_id, &contact);
    store::set_requester(tx, ticket.id, contact)?;
    row.requester_id = contact;
    row.organisation_id = found.organisation_id;
    write(tx, ticket, &row, changes)
}

/// A colleague hears of what happens to the ticket.
///
/// * errors – 422 for an address of nobody who works here.
pub fn add_follower(tx: &mut Tx<EditTickets>, ticket: &Seen<Ticket>, email: &str) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let user = store::user_by_email(tx, email)?;
    let user = user.ok_or_else(|| Problem::field("email", "unknown_colleague"))?;
    Ok(set_following(tx, ticket.id, user, true)?)
}
pub fn remove_follower(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    user: Id<platform::authority::User>,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    Ok(set_following(tx, ticket.id, user, false)?)
}

/// * errors – 404 where the contact is not in copy.
pub fn remove_cc(
    tx: &mut Tx<EditTickets>,
    ticket: &Seen<Ticket>,
    contact: Id<platform::authority::Contact>,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    if !store::remove_participant(tx, ticket.id, contact)? {
        return Err(Problem::not_found().into());
    }
    tx.emit(conversation::ParticipantRemoved { ticket: ticket.id, contact })?;
    Ok(())
}

/// The person who acts hears of what happens to the ticket, or no longer.
pub fn follow<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    is_following: bool,
) -> Result<(), TicketError> {
    unmerged(ticket)?;
    let Who::User(user) = tx.actor().who else { return Err(Problem::not_found().into()) };
    Ok(set_following(tx, ticket.id, user, is_following)?)
}

/// Somebody who works here hears of the ticket, or no longer; the history tells it where that is new.
pub(crate) fn set_following<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    user: Id<platform::authority::User>,
    is_following: bool,
) -> platform::db::Result<()> {
    let is_own = tx.actor().user() == Some(user);
    match is_following {
        true if store::follow(tx, ticket, user)? => tx.emit(super::FollowerAdded { ticket, user, is_own }),
        false if store::unfollow(tx, ticket, user)? => {
            tx.emit(super::FollowerRemoved { ticket, user, is_own })
        }
        _ => Ok(()),
    }
}

/// How the actor signs: kind, id, name.
pub fn author(actor: &Actor) -> (AuthorKind, Option<i64>, String) {
    match actor.who {
        Who::User(id) => (AuthorKind::User, Some(id.number()), actor.name.clone()),
        Who::Contact(id) => (AuthorKind::Contact, Some(id.number()), actor.name.clone()),
        Who::Rule(_) => (AuthorKind::System, None, actor.name.clone()),
        Who::System => (AuthorKind::System, None, String::new()),
    }
}
