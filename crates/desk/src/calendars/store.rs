//! SQL for calendars. Nothing else.
use super::policy::{Calendar, NewCalendar};
use kernel::{id::Id, text};
use platform::{
    args,
    authority::Tx,
    db::{Conn, Result},
    sql,
};

/// All, by name; a desk has a handful.
pub fn all(conn: &mut Conn) -> Result<Vec<Calendar>> {
    conn.all(
        sql!(
            "SELECT id, name, content, is_default, created_at_ms, updated_at_ms FROM calendar
              ORDER BY name_folded, id LIMIT 1000"
        ),
        args![],
    )
}
/// The calendars after the id `after`, in the order of their ids, `limit` at most.
pub fn page(conn: &mut Conn, after: Option<Id<Calendar>>, limit: usize) -> Result<Vec<Calendar>> {
    conn.all(
        sql!(
            "SELECT id, name, content, is_default, created_at_ms, updated_at_ms FROM calendar
              WHERE id > $1 ORDER BY id LIMIT $2"
        ),
        args![after.unwrap_or(Id::new(0)), limit],
    )
}
pub fn by_id(conn: &mut Conn, id: Id<Calendar>) -> Result<Option<Calendar>> {
    conn.find(
        sql!(
            "SELECT id, name, content, is_default, created_at_ms, updated_at_ms FROM calendar WHERE id = $1"
        ),
        args![id],
    )
}
/// The desk's own.
pub fn default(conn: &mut Conn) -> Result<Option<Calendar>> {
    conn.find(
        sql!(
            "SELECT id, name, content, is_default, created_at_ms, updated_at_ms FROM calendar
              WHERE is_default = TRUE"
        ),
        args![],
    )
}
/// Whether another calendar has this name.
pub fn is_taken(conn: &mut Conn, name: &str, but: Option<Id<Calendar>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM calendar WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}

pub(super) fn insert<P>(tx: &mut Tx<P>, new: &NewCalendar) -> Result<Id<Calendar>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO calendar (name, name_folded, content, is_default, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $5) RETURNING id"
        ),
        args![&new.name, &text::fold(&new.name), &json(new), new.is_default, now],
    )?;
    Ok(id)
}
pub(super) fn update<P>(tx: &mut Tx<P>, id: Id<Calendar>, new: &NewCalendar) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE calendar SET name = $2, name_folded = $3, content = $4, is_default = $5, updated_at_ms = $6
              WHERE id = $1"
        ),
        args![id, &new.name, &text::fold(&new.name), &json(new), new.is_default, now],
    )
    .map(drop)
}
/// No calendar is the desk's own any more.
pub(super) fn clear_default(conn: &mut Conn) -> Result<()> {
    conn.run(sql!("UPDATE calendar SET is_default = FALSE WHERE is_default = TRUE"), args![]).map(drop)
}

fn json(new: &NewCalendar) -> String {
    serde_json::to_string(&new.plan).expect("a plan is plain data")
}
