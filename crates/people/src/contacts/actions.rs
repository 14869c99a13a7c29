use super::{
    ContactChanged, ContactCreated, ContactError,
    policy::{Edit, NewContact},
    store,
};
use crate::{organisations, permissions::ManageContacts, sign_in::store as access};
use kernel::id::Id;
use platform::authority::{Contact, Organisation, Tx};

/// Adds a contact. Without an organisation the domain of the first address decides.
pub fn create(tx: &mut Tx<ManageContacts>, mut new: NewContact) -> Result<Id<Contact>, ContactError> {
    check_organisation(tx, new.organisation)?;
    if let (None, Some(email)) = (new.organisation, new.emails.first()) {
        new.organisation = organisations::store::of_address(tx, email)?;
    }
    let contact = store::insert(tx, &new)?;
    set_emails(tx, contact, &new.emails)?;
    store::set_phones(tx, contact, &new.phones)?;
    tx.emit(ContactCreated { contact, name: new.name })?;
    Ok(contact)
}

/// Changes what is given.
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
        set_emails(tx, id, emails)?;
        // Links to an address that is gone must not open the account any more.
        access::revoke_links(tx, access::Owner::Contact(id))?;
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

fn set_emails(tx: &mut Tx<ManageContacts>, id: Id<Contact>, emails: &[String]) -> Result<(), ContactError> {
    store::set_emails(tx, id, emails)?.map_or(Ok(()), |index| Err(ContactError::EmailTaken { index }))
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
