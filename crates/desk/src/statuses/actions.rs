//! Statuses of one's own, in the fixed categories.
use super::{Status, StatusArchived, StatusCreated, StatusRenamed, store};
use crate::tickets::{Category, TicketError};
use kernel::{fault::Problem, id::Id, text};
use people::permissions::ManageDesk;
use platform::authority::Tx;

/// The longest name, in characters.
const NAME_MOST: usize = 60;

/// Gives a status another name; an empty one is the translation again.
///
/// * errors – 404; 422 for a status that has no translation to fall back on.
pub fn rename(tx: &mut Tx<ManageDesk>, id: Id<Status>, name: &str) -> Result<(), TicketError> {
    let name = text::one_line(name, NAME_MOST);
    let given = Some(name.as_str()).filter(|name| !name.is_empty());
    if !store::rename(tx, id, given)? {
        return Err(
            if given.is_some() { Problem::not_found() } else { Problem::field("name", "required") }.into()
        );
    }
    Ok(tx.emit(StatusRenamed { status: id, name })?)
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
