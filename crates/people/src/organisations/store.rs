use super::policy::{Edit, NewOrganisation, is_mail_provider};
use crate::permissions::{ManageContacts, ViewContacts};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Implies, Organisation, Tx},
    db, sql,
};

#[derive(Clone, Debug, PartialEq, Record)]
pub struct OrganisationRow {
    pub id: Id<Organisation>,
    pub name: String,
    pub notes: String,
    pub created_at_ms: Millis,
}

/// Organisations after the one with the id `after`, by id.
pub fn page<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    after: Option<Id<Organisation>>,
    limit: usize,
) -> db::Result<Vec<OrganisationRow>> {
    tx.all(
        sql!("SELECT id, name, notes, created_at_ms FROM organisation WHERE id > $1 ORDER BY id LIMIT $2"),
        args![after.unwrap_or(Id::new(0)), limit],
    )
}
/// By name, beginning after `after` (a folded name), those whose name begins with `prefix`.
pub fn by_name<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    prefix: &str,
    after: &str,
    limit: usize,
) -> db::Result<Vec<OrganisationRow>> {
    let low = text::fold(prefix);
    let high = format!("{low}\u{10ffff}");
    tx.all(
        sql!(
            "SELECT id, name, notes, created_at_ms FROM organisation
              WHERE name_folded >= $1 AND name_folded < $2 AND name_folded > $3 ORDER BY name_folded LIMIT $4"
        ),
        args![&low, &high, after, limit],
    )
}
pub fn by_id<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    id: Id<Organisation>,
) -> db::Result<Option<OrganisationRow>> {
    tx.find(sql!("SELECT id, name, notes, created_at_ms FROM organisation WHERE id = $1"), args![id])
}
/// The names of these organisations: whoever sees a ticket sees whose it is.
pub fn names<P>(tx: &mut Tx<P>, ids: &[Id<Organisation>]) -> db::Result<Vec<(Id<Organisation>, String)>> {
    tx.all(sql!("SELECT id, name FROM organisation WHERE id {in $1}"), args![&Id::list(ids)])
}
/// The domains of these organisations, sorted.
pub fn domains<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    ids: &[Id<Organisation>],
) -> db::Result<Vec<(Id<Organisation>, String)>> {
    tx.all(
        sql!(
            "SELECT organisation_id, domain FROM organisation_domain WHERE organisation_id {in $1} ORDER BY domain"
        ),
        args![&Id::list(ids)],
    )
}
/// Whose domain `email` is at.
pub fn of_address<P>(tx: &mut Tx<P>, email: &str) -> db::Result<Option<Id<Organisation>>> {
    let Some((_, domain)) = email.rsplit_once('@') else { return Ok(None) };
    if is_mail_provider(domain) {
        return Ok(None);
    }
    let row = tx.find::<(Id<Organisation>,)>(
        sql!("SELECT organisation_id FROM organisation_domain WHERE domain = $1"),
        args![domain],
    )?;
    Ok(row.map(|(id,)| id))
}
/// Organisations to choose from, by name, 500 at most.
pub(crate) fn first_names<P>(tx: &mut Tx<P>) -> db::Result<Vec<(Id<Organisation>, String)>> {
    tx.all(sql!("SELECT id, name FROM organisation ORDER BY name_folded LIMIT 500"), args![])
}
/// The organisation with this name, in any spelling of it.
pub(crate) fn by_exact_name<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    name: &str,
) -> db::Result<Option<Id<Organisation>>> {
    let row = tx.find::<(Id<Organisation>,)>(
        sql!("SELECT id FROM organisation WHERE name_folded = $1"),
        args![&text::fold(name)],
    )?;
    Ok(row.map(|(id,)| id))
}
pub(crate) fn exists<P>(tx: &mut Tx<P>, id: Id<Organisation>) -> db::Result<bool> {
    let row = tx.find::<(i64,)>(sql!("SELECT id FROM organisation WHERE id = $1"), args![id])?;
    Ok(row.is_some())
}

/// * returns – `None` where the name is taken.
pub(super) fn insert(
    tx: &mut Tx<ManageContacts>,
    new: &NewOrganisation,
) -> db::Result<Option<Id<Organisation>>> {
    let now = tx.now();
    let row = tx.find::<(Id<Organisation>,)>(
        sql!(
            "INSERT INTO organisation (name, name_folded, notes, created_at_ms) VALUES ($1, $2, $3, $4)
               ON CONFLICT (name_folded) DO NOTHING RETURNING id"
        ),
        args![&new.name, &text::fold(&new.name), &new.notes, now],
    )?;
    Ok(row.map(|(id,)| id))
}
/// * returns – whether no other organisation has the name.
pub(super) fn update(
    tx: &mut Tx<ManageContacts>,
    id: Id<Organisation>,
    name: &str,
    notes: &str,
) -> db::Result<bool> {
    let changed = tx.run(
        sql!(
            "UPDATE organisation SET name = $2, name_folded = $3, notes = $4
              WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.name_folded = $3 AND o.id <> $1)"
        ),
        args![id, name, &text::fold(name), notes],
    )?;
    Ok(changed == 1)
}
/// Replaces the domains. Contacts that exist already stay where they are.
///
/// * returns – whether all were free.
pub(super) fn set_domains(
    tx: &mut Tx<ManageContacts>,
    id: Id<Organisation>,
    domains: &[String],
) -> db::Result<bool> {
    tx.run(sql!("DELETE FROM organisation_domain WHERE organisation_id = $1"), args![id])?;
    for domain in domains {
        let added = tx.run(
            sql!(
                "INSERT INTO organisation_domain (domain, organisation_id) VALUES ($1, $2)
                   ON CONFLICT (domain) DO NOTHING"
            ),
            args![domain, id],
        )?;
        if added == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Edit {
    pub(super) fn is_empty(&self) -> bool {
        self.name.is_none() && self.domains.is_none() && self.notes.is_none()
    }
}
