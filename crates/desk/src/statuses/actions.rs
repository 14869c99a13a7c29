//! Statuses of one's own, in the fixed categories.
use super::{Status, StatusArchived, StatusCreated, StatusGuarded, StatusRenamed, store};
use crate::{
    filter::condition,
    tickets::{Category, TicketError},
};
use kernel::{fault::Problem, id::Id, text};
use people::permissions::ManageDesk;
use platform::authority::Tx;

/// The longest name, in characters.
const NAME_MOST: usize = 60;

/// Gives a status another name; an empty one is the translation again, and the one that it has changes nothing.
///
/// * errors – 404; 422 for a status that has no translation to fall back on.
pub fn rename(tx: &mut Tx<ManageDesk>, id: Id<Status>, name: &str) -> Result<(), TicketError> {
    let name = text::one_line(name, NAME_MOST);
    let language = tx.actor().language;
    let before = super::all(tx)?.into_iter().find(|status| status.id == id).ok_or_else(Problem::not_found)?;
    // The usual word of somebody's language is no name of the desk's own.
    if before.name_in(language) == name {
        return Ok(());
    }
    let given = Some(name.as_str()).filter(|name| !name.is_empty());
    if !store::rename(tx, id, given)? {
        return Err(
            if given.is_some() { Problem::not_found() } else { Problem::field("name", "required") }.into()
        );
    }
    Ok(tx.emit(StatusRenamed { status: id, name })?)
}

/// Says what a ticket must be before it comes to a status; what is `None` stays.
///
/// * `only_from` – the statuses from which alone it comes; none is all.
/// * `only_if` – a filter that it must match, as people type it; empty is all.
/// * errors – 404; 422 for a status that is not there or is this one, or for a filter that cannot be read.
pub fn guard(
    tx: &mut Tx<ManageDesk>,
    id: Id<Status>,
    only_from: Option<&[Id<Status>]>,
    only_if: Option<&str>,
) -> Result<(), TicketError> {
    let all = super::all(tx)?;
    let status = all.iter().find(|status| status.id == id).ok_or_else(Problem::not_found)?;
    let mut from = status.only_from();
    if let Some(given) = only_from {
        let is_other = |from: &Id<Status>| *from != id && all.iter().any(|status| status.id == *from);
        if !given.iter().all(is_other) {
            return Err(Problem::field("only_from", "unknown_id").into());
        }
        from = given.to_vec();
        from.sort();
        from.dedup();
    }
    let condition = match only_if {
        Some(typed) => condition::read(tx, "only_if", typed)?,
        None => status.only_if.clone(),
    };
    let from = serde_json::to_string(&from).expect("a list of numbers");
    if from != status.only_from || condition != status.only_if {
        store::guard(tx, id, &from, &condition)?;
        tx.emit(StatusGuarded { status: id })?;
    }
    Ok(())
}

/// Takes a status out of use; tickets that have it keep it.
///
/// * errors – 404; also for the first status of a category, which the program itself needs.
pub fn archive(tx: &mut Tx<ManageDesk>, id: Id<Status>) -> Result<(), TicketError> {
    if !store::archive(tx, id)? {
        return Err(Problem::not_found().into());
    }
    Ok(tx.emit(StatusArchived { status: id })?)
}

/// Adds a status to a category.
///
/// * errors – 422 without a name.
pub fn create(tx: &mut Tx<ManageDesk>, category: Category, name: &str) -> Result<Id<Status>, TicketError> {
    let name = text::one_line(name, NAME_MOST);
    if name.is_empty() {
        return Err(Problem::field("status_name", "required").into());
    }
    let status = store::insert(tx, category, &name)?;
    tx.emit(StatusCreated { status, name, category })?;
    Ok(status)
}
