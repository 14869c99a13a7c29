//! SQL of fields and their values. Nothing else.
use super::{Field, FieldKind, folded};
use crate::tickets::Ticket;
use derive::Record;
use kernel::id::Id;
use platform::{
    args,
    authority::Tx,
    db::{Conn, Result},
    sql,
};
use serde_json::Value;
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT id, key, name, kind, choices, shown_when, needed_for FROM field WHERE is_archived = FALSE"
    };
}

/// All that are in use, in their order.
pub fn all(conn: &mut Conn) -> Result<Vec<Field>> {
    conn.all(sql!(concat!(columns!(), " ORDER BY position, id")), args![])
}

/// A field in use.
pub fn by_id(conn: &mut Conn, id: Id<Field>) -> Result<Option<Field>> {
    conn.find(sql!(concat!(columns!(), " AND id = $1")), args![id])
}

/// The new field, behind the others. Its number is not looked at.
///
/// * errors – `Duplicate` for a key that is taken.
pub(super) fn insert<P>(tx: &mut Tx<P>, field: &Field) -> Result<Id<Field>> {
    let (id,) = tx.one::<(Id<Field>,)>(
        sql!(
            "INSERT INTO field (key, name, kind, choices, shown_when, needed_for, position)
               VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(position), 0) + 1 FROM field)) RETURNING id"
        ),
        args![&field.key, &field.name, field.kind, &field.choices, &field.shown_when, &field.needed_for],
    )?;
    Ok(id)
}

pub(super) fn update<P>(tx: &mut Tx<P>, field: &Field, is_archived: bool) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE field SET name = $2, choices = $3, is_archived = $4, shown_when = $5, needed_for = $6 WHERE id = $1"
        ),
        args![field.id, &field.name, &field.choices, is_archived, &field.shown_when, &field.needed_for],
    )
    .map(drop)
}

#[derive(Record)]
struct Stored {
    ticket_id: Id<Ticket>,
    key: String,
    kind: FieldKind,
    value: String,
}
/// The values of several tickets, with one statement.
pub fn of_tickets(
    conn: &mut Conn,
    tickets: &[Id<Ticket>],
) -> Result<BTreeMap<Id<Ticket>, BTreeMap<String, Value>>> {
    let rows = conn.all::<Stored>(
        sql!(
            "SELECT v.ticket_id, f.key, f.kind, v.value FROM ticket_field v JOIN field f ON f.id = v.field_id
              WHERE v.ticket_id {in $1}"
        ),
        args![&Id::list(tickets)],
    )?;
    let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in rows {
        let shown = row.kind.shown(&row.value);
        all.entry(row.ticket_id).or_default().insert(row.key, shown);
    }
    Ok(all)
}

/// `None` empties the field.
pub(super) fn put<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    field: Id<Field>,
    value: Option<&str>,
) -> Result<()> {
    match value {
        Some(value) => tx.run(
            sql!(
                "INSERT INTO ticket_field (ticket_id, field_id, value, folded) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (ticket_id, field_id)
                   DO UPDATE SET value = excluded.value, folded = excluded.folded"
            ),
            args![ticket, field, value, &folded(value)],
        ),
        None => tx.run(
            sql!("DELETE FROM ticket_field WHERE ticket_id = $1 AND field_id = $2"),
            args![ticket, field],
        ),
    }
    .map(drop)
}
