//! One function, one transaction, its events.
use super::{
    ContactJoined, ContactMerged, ContactParted, ContactUnmerged,
    policy::{Alike, gather},
    store,
};
use crate::{
    contacts::{self, ContactError, actions::unmerged, likeness},
    permissions::{ManageContacts, ViewContacts},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Contact, Implies, System, Tx},
    db,
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Who is perhaps the same person, those with the most in common first.
pub fn alike<P: Implies<ViewContacts>>(tx: &mut Tx<P>, id: Id<Contact>) -> db::Result<Vec<Alike>> {
    let found = store::alike(tx, id)?;
    let distinct = if found.is_empty() { Vec::new() } else { store::distinct_from(tx, id)? };
    Ok(gather(found, &distinct))
}

/// The contact `source` goes into `target`: its id leads there, and with it all that belongs to it. Nothing is moved.
///
/// * errors – 404 for `source`, 422 for `target` where there is none; [`ContactError::IntoItself`],
///   [`ContactError::Merged`] where either was merged already.
pub fn merge(tx: &mut Tx<ManageContacts>, source: Id<Contact>, target: Id<Contact>) -> Result<(), Problem> {
    store::hold(tx, &[source, target])?;
    unmerged(tx, source)?;
    if source == target {
        return Err(ContactError::IntoItself.into());
    }
    match unmerged(tx, target) {
        Err(ContactError::Unknown) => return Err(Problem::field("into", "unknown_id")),
        other => other?,
    };
    if !store::merge(tx, source, target)? {
        return Err(ContactError::Merged.into());
    }
    tx.emit(ContactMerged { contact: source, into: target })?;
    tx.emit(ContactJoined { contact: target, from: source })?;
    Ok(())
}
/// Takes the merge of a contact back, whenever it was made and by whomever: it stands by itself again, with what was
/// merged into it before.
///
/// * errors – 404; [`ContactError::NotMerged`].
pub fn undo(tx: &mut Tx<ManageContacts>, source: Id<Contact>) -> Result<(), Problem> {
    let landing = |tx: &mut Tx<ManageContacts>| contacts::store::landing(tx, source);
    let root = landing(tx)?.ok_or(ContactError::Unknown)?;
    store::hold(tx, &[source, root])?;
    // Somebody may have merged that one meanwhile.
    let root = landing(tx)?.ok_or(ContactError::Unknown)?;
    if !store::undo(tx, source, root)? {
        return Err(ContactError::NotMerged.into());
    }
    tx.emit(ContactUnmerged { contact: source, from: root })?;
    tx.emit(ContactParted { contact: root, from: source })?;
    Ok(())
}
/// Says that two are two: neither is shown as a duplicate of the other again.
///
/// * errors – 404, 422 for the other one; [`ContactError::IntoItself`].
pub fn keep_apart(tx: &mut Tx<ManageContacts>, one: Id<Contact>, other: Id<Contact>) -> Result<(), Problem> {
    let one = contacts::store::landing(tx, one)?.ok_or(ContactError::Unknown)?;
    let other = contacts::store::landing(tx, other)?.ok_or(Problem::field("other", "unknown_id"))?;
    if one == other {
        return Err(ContactError::IntoItself.into());
    }
    Ok(store::set_distinct(tx, one, other)?)
}

/// Rows that are looked at in one transaction.
const AT_ONCE: usize = 500;
/// Writes by what addresses and numbers are alike, for those that were there before the program compared them.
#[derive(Serialize, Deserialize)]
pub struct WriteLikeness {
    /// Numbers of contacts up to this one are done.
    after: Id<Contact>,
    /// Addresses up to this one are done.
    after_email: String,
}
impl Job for WriteLikeness {
    const KIND: &'static str = "contacts.likeness";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let emails = store::emails_without(tx, &self.after_email, AT_ONCE)?;
        for (email,) in &emails {
            store::set_likeness(tx, email, &likeness::of_email(email).unwrap_or_default())?;
        }
        let phones = store::phones_after(tx, self.after, AT_ONCE)?;
        for (contact, folded) in &phones {
            store::set_tail(tx, *contact, folded, likeness::tail(folded))?;
        }
        let is_full = phones.len() == AT_ONCE;
        if emails.len() == AT_ONCE || is_full {
            let last = phones.last().map_or(self.after, |(contact, _)| *contact);
            // The numbers of the last contact may not all have been among them.
            let after = if is_full { Id::new(last.number() - 1) } else { last };
            let now = tx.now();
            let after_email = emails.into_iter().last().map_or(self.after_email, |(email,)| email);
            jobs::enqueue(tx, &WriteLikeness { after, after_email }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(WriteLikeness);
