//! What can be done with ticket templates: one verb, one transaction, its events.
use super::{
    TicketTemplateChanged, TicketTemplateCreated,
    policy::{Changes, Content, NewTemplate, TicketTemplate},
    store,
};
use crate::{
    checklists::{self, policy::Added},
    fields,
    sharing::Shared,
    tickets::{self, CreateTickets, Draft, NoteTickets, Ticket, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::Tx;

/// Adds one.
///
/// * errors – 422 for what it names and is not there; 403 for a team or the desk, without the permission.
pub fn create(tx: &mut Tx<NoteTickets>, new: NewTemplate) -> Result<Id<TicketTemplate>, TicketError> {
    let shared = Shared::asked(tx, new.share, new.team)?;
    check(tx, &new.content)?;
    let template = store::insert(tx, &new, &shared)?;
    tx.emit(TicketTemplateCreated { template, share: shared.share })?;
    Ok(template)
}
/// Changes what is given.
pub fn edit(tx: &mut Tx<NoteTickets>, id: Id<TicketTemplate>, changes: Changes) -> Result<(), TicketError> {
    let row = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    row.shared().check_change(tx.actor())?;
    let is_archived = changes.is_archived.unwrap_or(row.is_archived);
    // Whoever takes one out of use need not repair it first.
    let is_only_archived = is_archived && !row.is_archived;
    let new = changes.over(&row).parse()?;
    let shared = match new.share == row.share && new.team == row.team_id {
        true => row.shared(),
        false => Shared::asked(tx, new.share, new.team)?,
    };
    if !is_only_archived {
        check(tx, &new.content)?;
    }
    store::update(tx, id, &new, &shared, is_archived)?;
    tx.emit(TicketTemplateChanged { template: id, share: shared.share })?;
    Ok(())
}

/// What it names is there.
fn check(tx: &mut Tx<NoteTickets>, content: &Content) -> Result<(), TicketError> {
    tickets::actions::check_people(tx, content.team, content.assignee(None))?;
    let known = fields::all(tx)?;
    for (key, value) in &content.fields {
        let field = known.iter().find(|field| field.key == *key);
        let field = field.ok_or_else(|| Problem::field(&format!("fields/{key}"), "unknown_field"))?;
        field.parse(value).map_err(|code| Problem::field(&format!("fields/{key}"), code))?;
    }
    for list in &content.checklists {
        if checklists::store::by_id(tx, *list)?.is_none_or(|list| list.is_archived) {
            return Err(Problem::field("checklists", "unknown_id").into());
        }
    }
    Ok(())
}

/// One in use that the person sees.
///
/// * errors – 422 at `template`.
pub fn known(tx: &mut Tx<CreateTickets>, id: Id<TicketTemplate>) -> Result<TicketTemplate, TicketError> {
    Ok(store::one_to_open(tx, id)?.ok_or_else(|| Problem::field("template", "unknown_id"))?)
}

/// Fills in what a draft leaves out. What it says counts.
pub fn fill(draft: &mut Draft, content: &Content, me: Option<Id<platform::authority::User>>) {
    if draft.subject.trim().is_empty() {
        draft.subject.clone_from(&content.subject);
    }
    let says_something = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    if !says_something(&draft.text) && !says_something(&draft.html) {
        draft.text = Some(content.text.clone());
    }
    draft.kind = draft.kind.or(content.kind);
    draft.priority = draft.priority.or(content.priority);
    draft.team = draft.team.or(content.team);
    draft.assignee = draft.assignee.or_else(|| content.assignee(me));
    if draft.tags.is_empty() {
        draft.tags.clone_from(&content.tags);
    }
    for (key, value) in &content.fields {
        draft.fields.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// Puts its checklists on a new ticket; one that is out of use by now is left out.
pub fn put_lists(
    tx: &mut Tx<CreateTickets>,
    ticket: Id<Ticket>,
    content: &Content,
) -> Result<(), TicketError> {
    for list in &content.checklists {
        let is_used = checklists::store::by_id(tx, *list)?.is_some_and(|list| !list.is_archived);
        if is_used {
            let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
            checklists::actions::add(tx, &seen, Added::List(*list))?;
        }
    }
    Ok(())
}
