use super::{
    OrganisationChanged, OrganisationCreated, OrganisationError,
    policy::{Edit, NewOrganisation},
    store,
};
use crate::{notes, permissions::ManageContacts};
use kernel::id::Id;
use platform::{
    authority::{Organisation, Tx},
    web::beside::Whose,
};

/// Adds an organisation. New contacts at its domains belong to it; those that exist stay as they are.
pub fn create(
    tx: &mut Tx<ManageContacts>,
    new: NewOrganisation,
) -> Result<Id<Organisation>, OrganisationError> {
    let organisation = store::insert(tx, &new)?.ok_or(OrganisationError::NameTaken)?;
    if !store::set_domains(tx, organisation, &new.domains)? {
        return Err(OrganisationError::DomainTaken);
    }
    tx.emit(OrganisationCreated { organisation, name: new.name })?;
    Ok(organisation)
}

/// Changes what is given.
pub fn edit(tx: &mut Tx<ManageContacts>, id: Id<Organisation>, edit: Edit) -> Result<(), OrganisationError> {
    let before = store::by_id(tx, id)?.ok_or(OrganisationError::Unknown)?;
    if edit.is_empty() {
        return Ok(());
    }
    let mut fields = Vec::new();
    fields.extend(edit.name.as_ref().filter(|name| **name != before.name).map(|_| "name"));
    fields.extend(edit.notes.as_ref().filter(|notes| **notes != before.notes).map(|_| "notes"));
    if let Some(notes) = &edit.notes {
        notes::store::keep(tx, Whose::Organisation(id), notes)?;
    }
    let name = edit.name.unwrap_or(before.name);
    if !store::update(tx, id, &name, &edit.notes.unwrap_or(before.notes))? {
        return Err(OrganisationError::NameTaken);
    }
    if let Some(domains) = edit.domains {
        if !store::set_domains(tx, id, &domains)? {
            return Err(OrganisationError::DomainTaken);
        }
        fields.push("domains");
    }
    if !fields.is_empty() {
        tx.emit(OrganisationChanged { organisation: id, fields })?;
    }
    Ok(())
}
