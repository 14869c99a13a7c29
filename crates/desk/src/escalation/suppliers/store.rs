//! SQL for suppliers. Nothing else. A desk has a handful.
use super::policy::{NewSupplier, Supplier};
use crate::escalation::ManageEscalation;
use kernel::{id::Id, text};
use platform::{
    args,
    authority::Tx,
    db::{Conn, Result},
    sql,
};

/// By name.
pub fn suppliers(conn: &mut Conn) -> Result<Vec<Supplier>> {
    conn.all(
        sql!(
            "SELECT id, name, email, calendar_id, accept_within, solve_within, warn, is_archived FROM supplier
              ORDER BY is_archived, name_folded, id LIMIT 1000"
        ),
        args![],
    )
}

pub fn supplier(conn: &mut Conn, id: Id<Supplier>) -> Result<Option<Supplier>> {
    conn.find(
        sql!(
            "SELECT id, name, email, calendar_id, accept_within, solve_within, warn, is_archived FROM supplier
              WHERE id = $1"
        ),
        args![id],
    )
}

pub(super) fn is_supplier_taken(conn: &mut Conn, name: &str, but: Option<Id<Supplier>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM supplier WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}

pub(super) fn insert_supplier(tx: &mut Tx<ManageEscalation>, new: &NewSupplier) -> Result<Id<Supplier>> {
    let (now, words) = (tx.now(), new.promised.words());
    let (id,) = tx.one(
        sql!(
            "INSERT INTO supplier (name, name_folded, email, calendar_id, accept_within, solve_within, warn,
                                   created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"
        ),
        args![
            &new.name,
            &text::fold(&new.name),
            &new.email,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn,
            now
        ],
    )?;
    Ok(id)
}

pub(super) fn update_supplier(
    tx: &mut Tx<ManageEscalation>,
    id: Id<Supplier>,
    new: &NewSupplier,
    is_archived: bool,
) -> Result<()> {
    let words = new.promised.words();
    tx.run(
        sql!(
            "UPDATE supplier SET name = $2, name_folded = $3, email = $4, calendar_id = $5, accept_within = $6,
                    solve_within = $7, warn = $8, is_archived = $9 WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &text::fold(&new.name),
            &new.email,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn,
            is_archived
        ],
    )
    .map(drop)
}
