use super::{
    ContactChanged, ContactCreated, ContactError, ContactRow,
    policy::{Edit, NewContact, Phone},
    store,
};
use crate::{organisations, permissions::ManageContacts, sign_in::store as access, web::of};
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Contact, Customer, Organisation, Scope, Tx},
    db,
};

/// Adds a contact. Without an organisation the domain of the first address decides.
pub fn create(tx: &mut Tx<ManageContacts>, mut new: NewContact) -> Result<Id<Contact>, ContactError> {
    check_organisation(tx, new.organisation)?;
    if let (None, Some(email)) = (new.organisation, new.emails.first()) {
        new.organisation = organisations::store::of_address(tx, email)?;
    }
    let contact = store::insert(tx, &new)?;
    // Nothing was written to or by this person yet, so the first address opens nothing of anybody else's.
    let known: Vec<_> = new.emails.iter().take(1).cloned().collect();
    set_emails(tx, contact, &new.emails, &known, &[])?;
    store::set_phones(tx, contact, &new.phones)?;
    tx.emit(ContactCreated { contact, name: new.name })?;
    Ok(contact)
}

/// Changes what is given.
///
/// An address that is taken away takes along what it opened: the sessions and links of the contact that had it end, and
/// so does the password, which whoever had that address could have set. What belongs to contacts that were merged into
/// this one stays theirs, as far as it is among what is given; the primary address is always one of its own.
///
/// * errors – [`ContactError::Merged`] for one that was merged into another.
pub fn edit(tx: &mut Tx<ManageContacts>, id: Id<Contact>, edit: Edit) -> Result<(), ContactError> {
    let before = unmerged(tx, id)?;
    let mut fields = Vec::new();
    let name = edit.name.unwrap_or_else(|| before.name.clone());
    let organisation = edit.organisation.unwrap_or(before.organisation_id);
    let language = edit.language.unwrap_or(before.language);
    fields.extend((name != before.name).then_some("name"));
    fields.extend((organisation != before.organisation_id).then_some("organisation"));
    fields.extend((language != before.language).then_some("language"));
    if organisation != before.organisation_id {
        check_organisation(tx, organisation)?;
    }
    if let Some(emails) = &edit.emails {
        change_emails(tx, id, emails)?;
        fields.push("emails");
    }
    if let Some(phones) = &edit.phones {
        change_phones(tx, id, phones)?;
        fields.push("phones");
    }
    if let Some(notes) = &edit.notes {
        store::set_notes(tx, id, notes)?;
        fields.push("notes");
    }
    if !fields.is_empty() {
        store::update(tx, id, &name, organisation, language)?;
        tx.emit(ContactChanged { contact: id, fields })?;
    }
    Ok(())
}
/// The contact, if its id does not lead to another one.
pub fn unmerged<P>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<ContactRow, ContactError> {
    let row = store::by_id(tx, id)?.ok_or(ContactError::Unknown)?;
    if row.lands_at_id.is_some() { Err(ContactError::Merged) } else { Ok(row) }
}

/// Each address stays with the contact that has it; those that nobody of `id`'s has become its own.
fn change_emails(
    tx: &mut Tx<ManageContacts>,
    id: Id<Contact>,
    emails: &[String],
) -> Result<(), ContactError> {
    let family = store::family(tx, id)?;
    let all = store::emails(tx, &family)?;
    let holder = |email: &String| all.iter().find(|(_, had)| had == email).map_or(id, |(of, _)| *of);
    for member in family {
        let had = of(&all, member);
        let kept: Vec<_> = emails.iter().filter(|email| holder(email) == member).cloned().collect();
        let has_lost = had.iter().any(|had| !kept.contains(had));
        if member != id && !has_lost {
            continue;
        }
        let unconfirmed = store::unconfirmed(tx, &[member])?;
        let confirmed: Vec<_> = had.iter().filter(|had| !unconfirmed.contains(had)).cloned().collect();
        set_emails(tx, member, &kept, &confirmed, &unconfirmed)
            .map_err(|error| in_list(error, &kept, emails))?;
        // Links to an address that is gone must not open the account any more.
        let owner = access::Owner::Contact(member);
        access::revoke_links(tx, owner)?;
        if has_lost {
            access::end_sessions(tx, owner, None)?;
            access::clear_contact_password(tx, member)?;
        }
    }
    Ok(())
}
/// A mistake in a part of a list, by its place in the whole.
fn in_list(error: ContactError, part: &[String], whole: &[String]) -> ContactError {
    match error {
        ContactError::EmailTaken { index } => {
            let place = part.get(index).and_then(|email| whole.iter().position(|other| other == email));
            ContactError::EmailTaken { index: place.unwrap_or(index) }
        }
        other => other,
    }
}
fn change_phones(tx: &mut Tx<ManageContacts>, id: Id<Contact>, phones: &[Phone]) -> db::Result<()> {
    let family = store::family(tx, id)?;
    let all = store::folded_phones(tx, &family)?;
    // One number may be of several: each keeps it.
    let is_of =
        |phone: &Phone, member| all.iter().any(|(of, folded)| *of == member && *folded == phone.folded);
    let is_known = |phone: &Phone| all.iter().any(|(_, folded)| *folded == phone.folded);
    for member in family {
        let mine = |phone: &&Phone| is_of(phone, member) || (member == id && !is_known(phone));
        let kept: Vec<_> = phones.iter().filter(mine).cloned().collect();
        if member == id || kept.len() < of(&all, member).len() {
            store::set_phones(tx, member, &kept)?;
        }
    }
    Ok(())
}

/// Whether this person sees every ticket: an address that they add shows its owner nothing that they could not pass on
/// already. Somebody who sees less would widen their sight by an address of their own.
pub fn sees_all<P>(tx: &Tx<P>) -> bool {
    tx.actor().reach("tickets.view") == Some(Scope::All)
}

/// * `confirmed` – those that open the customers' pages already.
/// * `unconfirmed` – those that the contact has and that do not; they stay so.
fn set_emails(
    tx: &mut Tx<ManageContacts>,
    id: Id<Contact>,
    emails: &[String],
    confirmed: &[String],
    unconfirmed: &[String],
) -> Result<(), ContactError> {
    let may_confirm = sees_all(tx);
    let is_open = |email: &String| confirmed.contains(email) || (may_confirm && !unconfirmed.contains(email));
    let emails: Vec<_> = emails.iter().map(|email| (email.as_str(), is_open(email))).collect();
    store::set_emails(tx, id, &emails)?.map_or(Ok(()), |index| Err(ContactError::EmailTaken { index }))
}

/// Says that an address is the contact's own: it opens the customers' pages from now on.
///
/// * errors – 403 for somebody who does not see all tickets, 422 for an address that waits for no such word.
pub fn confirm(tx: &mut Tx<ManageContacts>, id: Id<Contact>, email: &str) -> Result<(), Problem> {
    if !sees_all(tx) {
        return Err(Problem::new(403, "permission_required"));
    }
    unmerged(tx, id)?;
    let email = text::email(email).ok_or(Problem::field("email", "email"))?;
    // Of a contact that was merged into this one it opens what is that one's.
    let holder = store::find_by_email(tx, &email)?.filter(|row| row.landing() == id);
    confirmed(tx, holder.map_or(id, |row| row.id), &email)
}
/// The contact's own word, from somebody who signed in with an address that is confirmed.
pub fn confirm_own(tx: &mut Tx<Customer>, id: Id<Contact>, email: &str) -> Result<(), Problem> {
    confirmed(tx, id, email)
}
fn confirmed<P>(tx: &mut Tx<P>, id: Id<Contact>, email: &str) -> Result<(), Problem> {
    if !store::confirm_email(tx, id, email)? {
        return Err(Problem::field("email", "nothing_to_confirm"));
    }
    tx.emit(ContactChanged { contact: id, fields: vec!["confirmed"] })?;
    Ok(())
}
fn check_organisation(
    tx: &mut Tx<ManageContacts>,
    organisation: Option<Id<Organisation>>,
) -> Result<(), ContactError> {
    match organisation {
        Some(id) if !organisations::store::exists(tx, id)? => Err(ContactError::UnknownOrganisation),
        _ => Ok(()),
    }
}
