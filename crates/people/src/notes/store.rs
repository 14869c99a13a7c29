//! SQL for notes as they were. Nothing else.
use crate::permissions::{ManageContacts, ViewContacts};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Contact, Implies, Organisation, Tx},
    db::Result,
    sql,
    web::beside::Whose,
};

/// Keeps what is replaced by `notes`, if that says something else.
pub fn keep(tx: &mut Tx<ManageContacts>, whose: Whose, notes: &str) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    match whose {
        Whose::Contact(id) => tx.run(
            sql!(
                "INSERT INTO earlier_note (contact_id, notes, replaced_by, replaced_at_ms)
                 SELECT id, notes, $3, $4 FROM contact WHERE id = $1 AND notes <> '' AND notes <> $2"
            ),
            args![id, notes, &by, now],
        ),
        Whose::Organisation(id) => tx.run(
            sql!(
                "INSERT INTO earlier_note (organisation_id, notes, replaced_by, replaced_at_ms)
                 SELECT id, notes, $3, $4 FROM organisation WHERE id = $1 AND notes <> '' AND notes <> $2"
            ),
            args![id, notes, &by, now],
        ),
    }
    .map(drop)
}

/// Notes as they were until somebody replaced them.
#[derive(Clone, Debug, Record)]
pub struct Earlier {
    pub notes: String,
    /// Empty for a program.
    pub replaced_by: String,
    pub replaced_at_ms: Millis,
}
/// The newest first, 20 at most.
pub fn earlier<P: Implies<ViewContacts>>(tx: &mut Tx<P>, whose: Whose) -> Result<Vec<Earlier>> {
    match whose {
        Whose::Contact(id) => tx.all(
            sql!(
                "SELECT n.notes, coalesce(u.name, '') AS replaced_by, n.replaced_at_ms
                   FROM earlier_note n LEFT JOIN desk_user u ON 'user/' || CAST(u.id AS TEXT) = n.replaced_by
                  WHERE n.contact_id = $1 ORDER BY n.id DESC LIMIT 20"
            ),
            args![id],
        ),
        Whose::Organisation(id) => tx.all(
            sql!(
                "SELECT n.notes, coalesce(u.name, '') AS replaced_by, n.replaced_at_ms
                   FROM earlier_note n LEFT JOIN desk_user u ON 'user/' || CAST(u.id AS TEXT) = n.replaced_by
                  WHERE n.organisation_id = $1 ORDER BY n.id DESC LIMIT 20"
            ),
            args![id],
        ),
    }
}
/// The notes as they are; `None` where there is no such contact or organisation.
pub fn current<P: Implies<ViewContacts>>(tx: &mut Tx<P>, whose: Whose) -> Result<Option<String>> {
    let row = match whose {
        Whose::Contact(id) => contact(tx, id)?,
        Whose::Organisation(id) => organisation(tx, id)?,
    };
    Ok(row.map(|(notes,)| notes))
}
fn contact<P>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<Option<(String,)>> {
    tx.find(sql!("SELECT notes FROM contact WHERE id = $1"), args![id])
}
fn organisation<P>(tx: &mut Tx<P>, id: Id<Organisation>) -> Result<Option<(String,)>> {
    tx.find(sql!("SELECT notes FROM organisation WHERE id = $1"), args![id])
}
