use super::{
    ContactChanged, ContactCreated, likeness,
    policy::{NewContact, Phone, end_of},
};
use crate::{
    organisations,
    permissions::{ManageContacts, ViewContacts},
};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Contact, Implies, Organisation, Tx},
    db,
    i18n::Language,
    sql,
    web::beside::Whose,
};

#[derive(Clone, Debug, PartialEq, Record)]
pub struct ContactRow {
    pub id: Id<Contact>,
    pub name: String,
    /// The primary address.
    pub email: Option<String>,
    pub organisation_id: Option<Id<Organisation>>,
    pub language: Option<Language>,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
    /// Where its id leads to, for one that was merged into another.
    pub lands_at_id: Option<Id<Contact>>,
}
impl ContactRow {
    /// Who this is by now.
    pub fn landing(&self) -> Id<Contact> {
        self.lands_at_id.unwrap_or(self.id)
    }
}

macro_rules! select_contact {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT c.id, c.name, e.email, c.organisation_id, c.language, c.created_at_ms, c.updated_at_ms, c.lands_at_id
               FROM contact c LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE ",
            $rest
        ))
    };
}

/// Contacts whose folded name begins with `prefix`, after (`name`, `id`), in the order of name and id.
pub fn by_name<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    prefix: &str,
    (name, id): (&str, Id<Contact>),
    limit: usize,
) -> db::Result<Vec<ContactRow>> {
    let name = name.max(prefix);
    tx.all(
        select_contact!(
            "WHERE (c.name_folded, c.id) > ($1, $2) AND c.name_folded < $3 AND c.lands_at_id IS NULL
             ORDER BY c.name_folded, c.id LIMIT $4"
        ),
        args![name, id, &end_of(prefix), limit],
    )
}
/// Contacts with an address that begins with `prefix`, in the order of the first of these, after that of `after`.
///
/// Walks the primary key of `contact_email` from where the page begins.
///
/// * returns – `None` where `after` has no such address (any more).
pub fn by_email<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    prefix: &str,
    after: Option<Id<Contact>>,
    limit: usize,
) -> db::Result<Option<Vec<ContactRow>>> {
    let end = end_of(prefix);
    let after = match after {
        None => String::new(),
        Some(id) => {
            let (first,) = tx.one::<(Option<String>,)>(
                sql!(
                    "SELECT min(f.email) AS first FROM contact x JOIN contact_email f ON f.contact_id = x.id
                      WHERE (x.id = $1 OR x.lands_at_id = $1) AND f.email >= $2 AND f.email < $3"
                ),
                args![id, prefix, &end],
            )?;
            let Some(first) = first else { return Ok(None) };
            first
        }
    };
    tx.all(
        sql!(
            "SELECT c.id, c.name, e.email, c.organisation_id, c.language, c.created_at_ms, c.updated_at_ms, c.lands_at_id
               FROM contact_email f
               JOIN contact x ON x.id = f.contact_id
               JOIN contact c ON c.id = coalesce(x.lands_at_id, x.id)
               LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
              WHERE f.email >= $1 AND f.email < $2 AND f.email > $3
                AND NOT EXISTS (SELECT 1 FROM contact h JOIN contact_email g ON g.contact_id = h.id
                                 WHERE (h.id = c.id OR h.lands_at_id = c.id) AND g.email >= $1 AND g.email < f.email)
              ORDER BY f.email LIMIT $4"
        ),
        args![prefix, &end, &after, limit],
    )
    .map(Some)
}
/// Contacts with a number that begins with `prefix`, in the order of the first of these and their id, after `after`.
///
/// * returns – `None` where `after` has no such number (any more).
pub fn by_phone<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    prefix: &str,
    after: Option<Id<Contact>>,
    limit: usize,
) -> db::Result<Option<Vec<ContactRow>>> {
    let end = end_of(prefix);
    let (after, id) = match after {
        None => (String::new(), Id::new(0)),
        Some(id) => {
            let (first,) = tx.one::<(Option<String>,)>(
                sql!(
                    "SELECT min(f.folded) AS first FROM contact x JOIN contact_phone f ON f.contact_id = x.id
                      WHERE (x.id = $1 OR x.lands_at_id = $1) AND f.folded >= $2 AND f.folded < $3"
                ),
                args![id, prefix, &end],
            )?;
            let Some(first) = first else { return Ok(None) };
            (first, id)
        }
    };
    tx.all(
        sql!(
            "SELECT c.id, c.name, e.email, c.organisation_id, c.language, c.created_at_ms, c.updated_at_ms, c.lands_at_id
               FROM contact_phone f
               JOIN contact x ON x.id = f.contact_id
               JOIN contact c ON c.id = coalesce(x.lands_at_id, x.id)
               LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
              WHERE f.folded >= $1 AND f.folded < $2 AND (f.folded, c.id) > ($3, $4)
                AND NOT EXISTS (SELECT 1 FROM contact h JOIN contact_phone g ON g.contact_id = h.id
                                 WHERE (h.id = c.id OR h.lands_at_id = c.id) AND g.folded >= $1
                                   AND (g.folded < f.folded OR (g.folded = f.folded AND h.id < x.id)))
              ORDER BY f.folded, c.id LIMIT $5"
        ),
        args![prefix, &end, &after, id, limit],
    )
    .map(Some)
}
/// The contacts of an organisation, by id, 200 at most.
pub fn of_organisation<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    organisation: Id<Organisation>,
) -> db::Result<Vec<ContactRow>> {
    tx.all(
        select_contact!("WHERE c.organisation_id = $1 AND c.lands_at_id IS NULL ORDER BY c.id LIMIT 200"),
        args![organisation],
    )
}
/// One contact. Whoever may see a ticket may see who asks.
pub fn by_id<P>(tx: &mut Tx<P>, id: Id<Contact>) -> db::Result<Option<ContactRow>> {
    tx.find(select_contact!("WHERE c.id = $1"), args![id])
}
/// These contacts, in no order.
pub fn by_ids<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<ContactRow>> {
    tx.all(select_contact!("WHERE c.id {in $1}"), args![&Id::list(ids)])
}
/// Whose address this is, primary or not.
///
/// * `email` – as `kernel::text::email` returns it.
pub fn find_by_email<P>(tx: &mut Tx<P>, email: &str) -> db::Result<Option<ContactRow>> {
    tx.find(
        select_contact!("WHERE c.id = (SELECT f.contact_id FROM contact_email f WHERE f.email = $1)"),
        args![email],
    )
}

/// Who a contact is by now: itself, or the one that it was merged into. `None` where there is none of this id.
pub fn landing<P>(tx: &mut Tx<P>, id: Id<Contact>) -> db::Result<Option<Id<Contact>>> {
    let row = tx.find::<(Id<Contact>,)>(
        sql!("SELECT coalesce(lands_at_id, id) AS id FROM contact WHERE id = $1"),
        args![id],
    )?;
    Ok(row.map(|(id,)| id))
}
/// The contact and all whose ids lead to it, itself first.
pub fn family<P>(tx: &mut Tx<P>, id: Id<Contact>) -> db::Result<Vec<Id<Contact>>> {
    let rows: Vec<(Id<Contact>,)> = tx.all(
        sql!("SELECT id FROM contact WHERE id = $1 OR lands_at_id = $1 ORDER BY lands_at_id IS NOT NULL, id"),
        args![id],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
/// Whose ids lead to these contacts.
pub fn merged<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<(Id<Contact>, Id<Contact>)>> {
    tx.all(
        sql!("SELECT lands_at_id, id FROM contact WHERE lands_at_id {in $1} ORDER BY id"),
        args![&Id::list(ids)],
    )
}
/// All addresses by which these people are reached, those of contacts that were merged into them included: their own
/// primary one first.
pub fn reached_at<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!(
            "SELECT coalesce(x.lands_at_id, x.id) AS contact_id, e.email
               FROM contact x JOIN contact_email e ON e.contact_id = x.id
              WHERE x.id {in $1} OR x.lands_at_id {in $1}
              ORDER BY coalesce(x.lands_at_id, x.id), x.lands_at_id IS NOT NULL, e.is_primary DESC, e.email"
        ),
        args![&Id::list(ids)],
    )
}
/// All numbers of these people in the same sense, as they were written.
pub fn called_at<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!(
            "SELECT coalesce(x.lands_at_id, x.id) AS contact_id, f.phone
               FROM contact x JOIN contact_phone f ON f.contact_id = x.id
              WHERE x.id {in $1} OR x.lands_at_id {in $1}
              ORDER BY coalesce(x.lands_at_id, x.id), x.lands_at_id IS NOT NULL, f.folded"
        ),
        args![&Id::list(ids)],
    )
}
/// The numbers of these contacts as they are compared.
pub(super) fn folded_phones<P>(
    tx: &mut Tx<P>,
    ids: &[Id<Contact>],
) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!("SELECT contact_id, folded FROM contact_phone WHERE contact_id {in $1}"),
        args![&Id::list(ids)],
    )
}

/// All addresses of these contacts, the primary one first.
pub fn emails<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!(
            "SELECT contact_id, email FROM contact_email WHERE contact_id {in $1}
              ORDER BY contact_id, is_primary DESC, email"
        ),
        args![&Id::list(ids)],
    )
}
/// All numbers of these contacts, as they were written.
pub fn phones<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!(
            "SELECT contact_id, phone FROM contact_phone WHERE contact_id {in $1} ORDER BY contact_id, folded"
        ),
        args![&Id::list(ids)],
    )
}
/// The notes of these contacts that have some.
pub fn notes<P: Implies<ViewContacts>>(
    tx: &mut Tx<P>,
    ids: &[Id<Contact>],
) -> db::Result<Vec<(Id<Contact>, String)>> {
    tx.all(sql!("SELECT id, notes FROM contact WHERE id {in $1} AND notes <> ''"), args![&Id::list(ids)])
}

/// The contact with this address, added where there is none. Two at once get the same one.
///
/// A contact that is known by its address alone takes `name`. The organisation is found by the domain.
///
/// * `email` – as `kernel::text::email` returns it.
/// * `name` – may be empty.
pub fn find_or_create<P>(tx: &mut Tx<P>, email: &str, name: &str) -> db::Result<ContactRow> {
    let name = text::one_line(name, 120);
    if let Some(mut known) = find_by_email(tx, email)? {
        if !name.is_empty() && known.name == email && name != known.name {
            let now = tx.now();
            tx.run(
                sql!("UPDATE contact SET name = $2, name_folded = $3, updated_at_ms = $4 WHERE id = $1"),
                args![known.id, &name, &text::fold(&name), now],
            )?;
            tx.emit(ContactChanged { contact: known.id, fields: vec!["name"] })?;
            known.name = name;
        }
        return Ok(known);
    }
    let name = if name.is_empty() { email.to_owned() } else { name };
    let organisation = organisations::store::of_address(tx, email)?;
    let id = insert_row(tx, &name, organisation, None, "")?;
    if add_email(tx, id, email, true, true)? {
        tx.emit(ContactCreated { contact: id, name: name.clone() })?;
        let now = tx.now();
        return Ok(ContactRow {
            id,
            name,
            email: Some(email.to_owned()),
            organisation_id: organisation,
            language: None,
            created_at_ms: now,
            updated_at_ms: now,
            lands_at_id: None,
        });
    }
    // Somebody else added it since we looked.
    tx.run(sql!("DELETE FROM contact WHERE id = $1"), args![id])?;
    find_by_email(tx, email)?.ok_or(db::Error::NoRow { at: "contacts::find_or_create" })
}

fn insert_row<P>(
    tx: &mut Tx<P>,
    name: &str,
    organisation: Option<Id<Organisation>>,
    language: Option<Language>,
    notes: &str,
) -> db::Result<Id<Contact>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO contact (name, name_folded, organisation_id, language, notes, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id"
        ),
        args![name, &text::fold(name), organisation, language, notes, now],
    )?;
    Ok(id)
}
/// * `is_confirmed` – whether it opens the customers' pages.
/// * returns – whether nobody has the address.
fn add_email<P>(
    tx: &mut Tx<P>,
    id: Id<Contact>,
    email: &str,
    is_primary: bool,
    is_confirmed: bool,
) -> db::Result<bool> {
    let added = tx.run(
        sql!(
            "INSERT INTO contact_email (email, contact_id, is_primary, is_confirmed, likeness)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING"
        ),
        args![email, id, is_primary, is_confirmed, likeness::of_email(email).as_deref()],
    )?;
    Ok(added == 1)
}
/// The addresses of these contacts that open nothing yet, in the order of the alphabet.
pub fn unconfirmed<P>(tx: &mut Tx<P>, ids: &[Id<Contact>]) -> db::Result<Vec<String>> {
    let rows: Vec<(String,)> = tx.all(
        sql!(
            "SELECT email FROM contact_email WHERE contact_id {in $1} AND is_confirmed = FALSE ORDER BY email"
        ),
        args![&Id::list(ids)],
    )?;
    Ok(rows.into_iter().map(|(email,)| email).collect())
}
/// From now on the address opens the customers' pages.
///
/// * returns – whether it is one of the contact's that did not.
pub(crate) fn confirm_email<P>(tx: &mut Tx<P>, id: Id<Contact>, email: &str) -> db::Result<bool> {
    let confirmed = tx.run(
        sql!(
            "UPDATE contact_email SET is_confirmed = TRUE
              WHERE contact_id = $1 AND email = $2 AND is_confirmed = FALSE"
        ),
        args![id, email],
    )?;
    Ok(confirmed == 1)
}

pub(super) fn insert(tx: &mut Tx<ManageContacts>, new: &NewContact) -> db::Result<Id<Contact>> {
    insert_row(tx, &new.name, new.organisation, new.language, &new.notes)
}
pub(super) fn update(
    tx: &mut Tx<ManageContacts>,
    id: Id<Contact>,
    name: &str,
    organisation: Option<Id<Organisation>>,
    language: Option<Language>,
) -> db::Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE contact SET name = $2, name_folded = $3, organisation_id = $4, language = $5, updated_at_ms = $6
              WHERE id = $1"
        ),
        args![id, name, &text::fold(name), organisation, language, now],
    )
    .map(drop)
}
/// Replaces the notes; what stood there is kept.
pub(super) fn set_notes(tx: &mut Tx<ManageContacts>, id: Id<Contact>, notes: &str) -> db::Result<()> {
    crate::notes::store::keep(tx, Whose::Contact(id), notes)?;
    tx.run(sql!("UPDATE contact SET notes = $2 WHERE id = $1"), args![id, notes]).map(drop)
}
/// Replaces the addresses. The first becomes the primary one; one that is not confirmed does so only where none is.
///
/// * `emails` – with whether each is confirmed.
/// * returns – the place of the first that another contact has.
pub(super) fn set_emails(
    tx: &mut Tx<ManageContacts>,
    id: Id<Contact>,
    emails: &[(&str, bool)],
) -> db::Result<Option<usize>> {
    tx.run(sql!("DELETE FROM contact_email WHERE contact_id = $1"), args![id])?;
    let primary = emails.iter().position(|(_, is_confirmed)| *is_confirmed).unwrap_or(0);
    for (index, (email, is_confirmed)) in emails.iter().enumerate() {
        if !add_email(tx, id, email, index == primary, *is_confirmed)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}
pub(super) fn set_phones(tx: &mut Tx<ManageContacts>, id: Id<Contact>, phones: &[Phone]) -> db::Result<()> {
    tx.run(sql!("DELETE FROM contact_phone WHERE contact_id = $1"), args![id])?;
    for phone in phones {
        tx.run(
            sql!("INSERT INTO contact_phone (contact_id, phone, folded, tail) VALUES ($1, $2, $3, $4)"),
            args![id, &phone.written, &phone.folded, likeness::tail(&phone.folded)],
        )?;
    }
    Ok(())
}

/// Contacts by name, address or number, `limit` at most.
pub fn search<P>(tx: &mut Tx<P>, asked: &str, limit: usize) -> db::Result<Vec<ContactRow>> {
    let folded = text::fold(asked);
    let phone = text::phone(asked).unwrap_or_else(|| "-".into());
    let email = asked.to_lowercase();
    tx.all(
        select_contact!(
            "WHERE c.id IN (SELECT n.id FROM contact n WHERE n.name_folded >= $1 AND n.name_folded < $2 LIMIT 50)
                OR c.id IN (SELECT f.contact_id FROM contact_email f WHERE f.email >= $3 AND f.email < $4 LIMIT 50)
                OR c.id IN (SELECT f.contact_id FROM contact_phone f WHERE f.folded = $5 LIMIT 50)
             ORDER BY c.name_folded, c.id LIMIT $6"
        ),
        args![&folded, &end_of(&folded), &email, &end_of(&email), &phone, limit],
    )
}

/// Somebody without an address: the contact with this number, else a new one of this name.
pub fn find_or_create_by_phone<P>(tx: &mut Tx<P>, phone: Option<&str>, name: &str) -> db::Result<ContactRow> {
    let folded = phone.and_then(text::phone);
    if let Some(folded) = &folded {
        let known = tx.find(
            select_contact!(
                "WHERE c.id = (SELECT min(f.contact_id) FROM contact_phone f WHERE f.folded = $1)"
            ),
            args![folded],
        )?;
        if let Some(known) = known {
            return Ok(known);
        }
    }
    let name = text::one_line(name, 120);
    let name = if name.is_empty() { phone.unwrap_or("?").to_owned() } else { name };
    let id = insert_row(tx, &name, None, None, "")?;
    if let (Some(folded), Some(phone)) = (&folded, phone) {
        tx.run(
            sql!("INSERT INTO contact_phone (contact_id, phone, folded, tail) VALUES ($1, $2, $3, $4)"),
            args![id, phone, folded, likeness::tail(folded)],
        )?;
    }
    tx.emit(ContactCreated { contact: id, name: name.clone() })?;
    by_id(tx, id)?.ok_or(db::Error::NoRow { at: "contacts::find_or_create_by_phone" })
}

/// Remembers in which language a contact reads, where nobody knows it yet.
pub fn learn_language<P>(tx: &mut Tx<P>, id: Id<Contact>, language: Language) -> db::Result<()> {
    tx.run(
        sql!("UPDATE contact SET language = $2 WHERE id = $1 AND language IS NULL"),
        args![id, language.word()],
    )
    .map(drop)
}
