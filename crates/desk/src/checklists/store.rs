//! SQL for checklists. Nothing else.
use super::policy::{Checklist, Item, Line, NewChecklist};
use crate::tickets::Ticket;
use kernel::{id::Id, text};
use people::permissions::ManageDesk;
use platform::{
    args,
    authority::Tx,
    db::{Conn, Result},
    sql,
};

/// By name, those out of use at the end. A desk has a few dozen.
pub fn all(conn: &mut Conn) -> Result<Vec<Checklist>> {
    conn.all(
        sql!("SELECT id, name, items, is_archived FROM checklist ORDER BY is_archived, name_folded, id LIMIT 500"),
        args![],
    )
}
/// Those in use, by name: id and name.
pub fn names(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    conn.all(
        sql!("SELECT id, name FROM checklist WHERE is_archived = FALSE ORDER BY name_folded, id LIMIT 500"),
        args![],
    )
}
pub fn by_id(conn: &mut Conn, id: Id<Checklist>) -> Result<Option<Checklist>> {
    conn.find(sql!("SELECT id, name, items, is_archived FROM checklist WHERE id = $1"), args![id])
}
pub(super) fn is_taken(conn: &mut Conn, name: &str, but: Option<Id<Checklist>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM checklist WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}
fn json(items: &[Line]) -> String {
    serde_json::to_string(items).expect("plain data")
}
pub(super) fn insert(tx: &mut Tx<ManageDesk>, new: &NewChecklist) -> Result<Id<Checklist>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO checklist (name, name_folded, items, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $4) RETURNING id"
        ),
        args![&new.name, &text::fold(&new.name), &json(&new.items), now],
    )?;
    Ok(id)
}
pub(super) fn update(
    tx: &mut Tx<ManageDesk>,
    id: Id<Checklist>,
    new: &NewChecklist,
    is_archived: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE checklist SET name = $2, name_folded = $3, items = $4, is_archived = $5, updated_at_ms = $6
              WHERE id = $1"
        ),
        args![id, &new.name, &text::fold(&new.name), &json(&new.items), is_archived, now],
    )
    .map(drop)
}

/// The items of a ticket that the caller has seen, in their order.
/// With what is on tickets that were merged into it, behind its own.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Item>> {
    conn.all(
        sql!(
            "SELECT id, ticket_id, place, text, is_needed, done_at_ms, done_by FROM checklist_item
              WHERE ticket_id IN (SELECT x.id FROM ticket x WHERE x.id = $1 OR x.lands_at_id = $1)
              ORDER BY CASE WHEN ticket_id = $1 THEN 0 ELSE 1 END, ticket_id, place, id"
        ),
        args![ticket],
    )
}
pub fn item(conn: &mut Conn, id: Id<Item>) -> Result<Option<Item>> {
    conn.find(
        sql!(
            "SELECT id, ticket_id, place, text, is_needed, done_at_ms, done_by FROM checklist_item WHERE id = $1"
        ),
        args![id],
    )
}
/// Whether a ticket has items of a checklist.
pub fn has(conn: &mut Conn, ticket: Id<Ticket>, list: Id<Checklist>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM checklist_item WHERE ticket_id = $1 AND checklist_id = $2 LIMIT 1"),
        args![ticket, list],
    )?;
    Ok(found.is_some())
}
/// Adds items behind those that are there.
pub(super) fn add<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    lines: &[Line],
    list: Option<Id<Checklist>>,
) -> Result<()> {
    let now = tx.now();
    for line in lines {
        tx.run(
            sql!(
                "INSERT INTO checklist_item (ticket_id, place, text, is_needed, checklist_id, created_at_ms)
                   VALUES ($1, (SELECT coalesce(max(place), 0) + 1 FROM checklist_item WHERE ticket_id = $1), $2, $3, $4,
                           $5)"
            ),
            args![ticket, &line.text, line.is_needed, list, now],
        )?;
    }
    Ok(())
}
pub(super) fn rewrite(conn: &mut Conn, id: Id<Item>, line: &Line) -> Result<()> {
    conn.run(
        sql!("UPDATE checklist_item SET text = $2, is_needed = $3 WHERE id = $1"),
        args![id, &line.text, line.is_needed],
    )
    .map(drop)
}
/// * returns – whether that is new.
pub(super) fn tick<P>(tx: &mut Tx<P>, id: Id<Item>, by: &str) -> Result<bool> {
    let now = tx.now();
    let ticked = tx.run(
        sql!("UPDATE checklist_item SET done_at_ms = $2, done_by = $3 WHERE id = $1 AND done_at_ms IS NULL"),
        args![id, now, by],
    )?;
    Ok(ticked == 1)
}
/// * returns – whether that is new.
pub(super) fn untick(conn: &mut Conn, id: Id<Item>) -> Result<bool> {
    let opened = conn.run(
        sql!(
            "UPDATE checklist_item SET done_at_ms = NULL, done_by = NULL WHERE id = $1 AND done_at_ms IS NOT NULL"
        ),
        args![id],
    )?;
    Ok(opened == 1)
}
pub(super) fn put(conn: &mut Conn, id: Id<Item>, place: usize) -> Result<()> {
    conn.run(sql!("UPDATE checklist_item SET place = $2 WHERE id = $1"), args![id, place]).map(drop)
}
pub(super) fn remove(conn: &mut Conn, id: Id<Item>) -> Result<()> {
    conn.run(sql!("DELETE FROM checklist_item WHERE id = $1"), args![id]).map(drop)
}
/// Writes on the ticket how far its list is, with what is on tickets that were merged into it. A merged one has none.
pub(crate) fn count(conn: &mut Conn, ticket: Id<Ticket>) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE ticket SET (items_done, items_all, items_needed) =
                (SELECT count(i.done_at_ms), count(*),
                        count(CASE WHEN i.is_needed = TRUE AND i.done_at_ms IS NULL THEN 1 END)
                   FROM checklist_item i
                  WHERE ticket.lands_at_id IS NULL
                    AND i.ticket_id IN (SELECT y.id FROM ticket y WHERE y.id = $1 OR y.lands_at_id = $1))
              WHERE id = $1"
        ),
        args![ticket],
    )
    .map(drop)
}

/// Tickets that say something else of their list than the list does, for `doctor`.
pub fn wrong_counts(conn: &mut Conn, most: usize) -> Result<Vec<(String,)>> {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t
               LEFT JOIN (SELECT coalesce(x.lands_at_id, x.id) AS ticket_id, count(*) AS n, count(i.done_at_ms) AS done,
                                 count(CASE WHEN i.is_needed = TRUE AND i.done_at_ms IS NULL THEN 1 END) AS needed
                            FROM checklist_item i JOIN ticket x ON x.id = i.ticket_id
                           GROUP BY coalesce(x.lands_at_id, x.id)) s ON s.ticket_id = t.id
              WHERE t.items_all <> coalesce(s.n, 0) OR t.items_done <> coalesce(s.done, 0)
                 OR t.items_needed <> coalesce(s.needed, 0)
              ORDER BY t.id LIMIT $1"
        ),
        args![most],
    )
}
