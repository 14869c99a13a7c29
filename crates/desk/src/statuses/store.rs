//! SQL for changing statuses. Nothing else.
use super::Status;
use crate::tickets::Category;
use kernel::id::Id;
use platform::{
    args,
    db::{Conn, Result},
    sql,
};

/// `None` is the translation of the status's code.
///
/// * returns – whether there is such a status; one without a code keeps needing a name.
pub(super) fn rename(conn: &mut Conn, id: Id<Status>, name: Option<&str>) -> Result<bool> {
    let changed = conn.run(
        sql!(
            "UPDATE ticket_status SET name = CAST($2 AS TEXT)
              WHERE id = $1 AND is_archived = FALSE AND (CAST($2 AS TEXT) IS NOT NULL OR code IS NOT NULL)"
        ),
        args![id, name],
    )?;
    Ok(changed == 1)
}

pub(super) fn guard(conn: &mut Conn, id: Id<Status>, only_from: &str, only_if: &str) -> Result<()> {
    conn.run(
        sql!("UPDATE ticket_status SET only_from = $2, only_if = $3 WHERE id = $1"),
        args![id, only_from, only_if],
    )
    .map(drop)
}

/// * returns – whether there is such a status that is not the first of its category.
pub(super) fn archive(conn: &mut Conn, id: Id<Status>) -> Result<bool> {
    let changed = conn.run(
        sql!(
            "UPDATE ticket_status SET is_archived = TRUE
              WHERE id = $1 AND is_archived = FALSE AND is_default = FALSE"
        ),
        args![id],
    )?;
    Ok(changed == 1)
}

/// A status behind the others of its category.
pub(super) fn insert(conn: &mut Conn, category: Category, name: &str) -> Result<Id<Status>> {
    let (id,) = conn.one(
        sql!(
            "INSERT INTO ticket_status (category, name, position, is_default)
               VALUES ($1, $2, (SELECT coalesce(max(position), 0) FROM ticket_status WHERE category = $1), FALSE)
               RETURNING id"
        ),
        args![category, name],
    )?;
    Ok(id)
}
