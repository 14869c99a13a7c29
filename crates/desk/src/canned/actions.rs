//! What can be done with canned replies: one verb, one transaction, its events.
use super::{
    CannedError, CannedReplyArchived, CannedReplyChanged, CannedReplyCreated, CountingChanged,
    policy::{CannedReply, Changes, NewCanned, Texts},
    store,
};
use crate::{
    fields,
    placeholders::{self, Allowed, Fault, Template},
    sharing::Shared,
    tickets::{NoteTickets, Seen, Ticket},
};
use kernel::{fault::Problem, id::Id};
use people::{desk_settings, permissions::ManageDesk};
use platform::{
    authority::{Implies, Tx},
    db,
    i18n::Language,
    settings,
};

/// Whether it is counted who uses what. Off on a new desk: it is about people at work.
const BY_PERSON: &str = "canned_use_by_person";

/// Adds one.
///
/// * errors – 422 naming the text and the place of a placeholder that does not exist; 403 for a team or the desk,
///   without the permission.
pub fn create(tx: &mut Tx<NoteTickets>, new: NewCanned) -> Result<Id<CannedReply>, CannedError> {
    let shared = Shared::asked(tx, new.share, new.team)?;
    check(tx, &new.texts)?;
    let reply = store::insert(tx, &new, &shared)?;
    tx.emit(CannedReplyCreated { reply, share: shared.share })?;
    Ok(reply)
}

/// Changes what is given.
pub fn edit(tx: &mut Tx<NoteTickets>, id: Id<CannedReply>, changes: Changes) -> Result<(), CannedError> {
    let row = store::see(tx, id)?.ok_or(CannedError::Unknown)?;
    row.shared().check_change(tx.actor())?;
    let is_archived = changes.is_archived.unwrap_or(row.is_archived);
    let new = changes.over(&row).parse()?;
    let shared = if new.share == row.share && new.team == row.team_id {
        row.shared()
    } else {
        Shared::asked(tx, new.share, new.team)?
    };
    check(tx, &new.texts)?;
    store::update(tx, id, &new, &shared, is_archived)?;
    match is_archived && !row.is_archived {
        true => tx.emit(CannedReplyArchived { reply: id, share: shared.share })?,
        false => tx.emit(CannedReplyChanged { reply: id, share: shared.share })?,
    }
    Ok(())
}

fn check<P>(tx: &mut Tx<P>, texts: &Texts) -> Result<(), Problem> {
    let fields = fields::all(tx)?;
    let named = texts.each().map(|(language, text)| (format!("texts/{}", language.word()), text));
    placeholders::check(named, Allowed::Ticket, &fields)
}

/// A text for one ticket.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub language: Language,
    pub text: String,
    /// What still stands in it as it was written.
    pub faults: Vec<Fault>,
}

/// The texts filled for a ticket, in the language that is wanted; else in the customer's, the desk's, or any.
///
/// * returns – `None` where there is no text at all.
pub fn resolve<P: Implies<NoteTickets> + Implies<crate::tickets::ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    texts: &Texts,
    wanted: Option<Language>,
) -> db::Result<Option<Resolved>> {
    let mut values = placeholders::of_ticket(tx, ticket)?;
    let desk = desk_settings::store::load(tx)?.language;
    let wanted = [wanted.unwrap_or(values.language), values.language, desk];
    let Some((language, text)) = texts.choose(&wanted) else { return Ok(None) };
    // Dates and words stand in the language of the text around them.
    values.language = language;
    let filled = placeholders::fill(&Template::parse(text, Allowed::Ticket), &values);
    Ok(Some(Resolved { language, text: filled.text, faults: filled.faults }))
}

/// Takes a reply for a ticket that the person writes in, and counts the use.
///
/// * errors – 404 for one that is out of use.
pub fn take(
    tx: &mut Tx<NoteTickets>,
    ticket: &Seen<Ticket>,
    id: Id<CannedReply>,
    wanted: Option<Language>,
) -> Result<Resolved, CannedError> {
    let reply = store::see(tx, id)?.filter(|reply| !reply.is_archived).ok_or(CannedError::Unknown)?;
    let resolved = resolve(tx, ticket, &reply.texts(), wanted)?.ok_or(CannedError::Unknown)?;
    count_use(tx, id)?;
    Ok(resolved)
}

/// Counts one use of a reply.
pub(crate) fn count_use<P>(tx: &mut Tx<P>, id: Id<CannedReply>) -> db::Result<()> {
    let by = tx.actor().user();
    let by = if is_counted_by_person(tx)? { by } else { None };
    store::count_use(tx, id, by)
}

pub fn is_counted_by_person<P>(tx: &mut Tx<P>) -> db::Result<bool> {
    Ok(settings::get(tx, BY_PERSON)?.as_deref() == Some("on"))
}

/// Begins or ends counting by person. What was counted so is forgotten at the end.
pub fn set_counting(tx: &mut Tx<ManageDesk>, is_by_person: bool) -> db::Result<()> {
    if is_counted_by_person(tx)? == is_by_person {
        return Ok(());
    }
    settings::set(tx, BY_PERSON, if is_by_person { "on" } else { "off" })?;
    if !is_by_person {
        store::forget_uses(tx)?;
    }
    tx.emit(CountingChanged { desk: "settings", is_by_person })
}
