use super::{
    ContactChanged, ContactCreated, ContactError,
    policy::{Edit, NewContact},
    store,
};
use crate::{organisations, permissions::ManageContacts, sign_in::store as access};
use kernel::{fault::Problem, id::Id, text};
use platform::authority::{Contact, Customer, Organisation, Scope, Tx};

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
/// An address that is taken away takes along what it opened: the contact's sessions and links end, and so does the
/// password, which whoever had that address could have set.
pub fn edit(tx: &mut Tx<ManageContacts>, id: Id<Contact>, edit: Edit) -> Result<(), ContactError> {
    let before = store::by_id(tx, id)?.ok_or(ContactError::Unknown)?;
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
        let had: Vec<_> = store::emails(tx, &[id])?.into_iter().map(|(_, email)| email).collect();
        let unconfirmed = store::unconfirmed(tx, id)?;
        let confirmed: Vec<_> = had.iter().filter(|had| !unconfirmed.contains(had)).cloned().collect();
        set_emails(tx, id, emails, &confirmed, &unconfirmed)?;
        // Links to an address that is gone must not open the account any more.
        let owner = access::Owner::Contact(id);
        access::revoke_links(tx, owner)?;
        if had.iter().any(|had| !emails.contains(had)) {
            access::end_sessions(tx, owner, None)?;
            access::clear_contact_password(tx, id)?;
        }
        fields.push("emails");
    }
    if let Some(phones) = &edit.phones {
        store::set_phones(tx, id, phones)?;
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
    store::by_id(tx, id)?.ok_or(ContactError::Unknown)?;
    let email = text::email(email).ok_or(Problem::field("email", "email"))?;
    confirmed(tx, id, &email)
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
