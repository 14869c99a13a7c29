//! Which Message-IDs belong to which tickets, also those that were only referred to ("ghosts").
use crate::tickets::Ticket;
use kernel::id::Id;
use platform::{
    args,
    blobs::Hash,
    db::{Conn, Result},
    sql,
};

/// What is stored of a Message-ID.
pub fn hash(message_id: &str) -> i64 {
    Hash::of(message_id.trim().trim_matches(['<', '>']).as_bytes()).short()
}

/// Adds Message-IDs to a ticket; one that it has already stays.
pub fn remember(conn: &mut Conn, ticket: Id<Ticket>, message_ids: &[&str]) -> Result<()> {
    for id in message_ids.iter().take(50) {
        conn.put(
            sql!(
                "INSERT INTO mail_reference (hash, ticket_id) VALUES ($1, $2)
                   ON CONFLICT (hash, ticket_id) DO NOTHING"
            ),
            args![hash(id), ticket],
        )?;
    }
    Ok(())
}

/// A ticket that something leads to, and the one that it was merged into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub came_by: Id<Ticket>,
    pub lands: Id<Ticket>,
}

/// The tickets that know one of these, the newest first, 20 at most. What answers a message that was moved belongs
/// where that message is.
pub fn find(conn: &mut Conn, message_ids: &[&str]) -> Result<Vec<Place>> {
    if message_ids.is_empty() {
        return Ok(Vec::new());
    }
    let hashes: Vec<_> = message_ids.iter().map(|id| hash(id).to_string()).collect();
    let list = format!("[{}]", hashes.join(","));
    let rows = conn.all::<(Id<Ticket>, Id<Ticket>)>(
        sql!(
            "SELECT DISTINCT t.id, coalesce(t.lands_at_id, t.id) AS lands
               FROM mail_reference r
               LEFT JOIN mail_place p ON p.hash = r.hash
               JOIN ticket t ON t.id = coalesce(p.ticket_id, r.ticket_id)
              WHERE r.hash {in $1} ORDER BY t.id DESC LIMIT 20"
        ),
        args![&list],
    )?;
    Ok(rows.into_iter().map(|(came_by, lands)| Place { came_by, lands }).collect())
}

/// Where a signed mark of a ticket leads to; a Message-ID of a message that was moved, to where that is. `None` where
/// there is no such ticket.
pub fn place(conn: &mut Conn, ticket: Id<Ticket>, message_id: Option<&str>) -> Result<Option<Place>> {
    let hash = message_id.map_or(0, hash);
    let row = conn.find::<(Id<Ticket>, Id<Ticket>)>(
        sql!(
            "SELECT t.id, coalesce(t.lands_at_id, t.id) AS lands FROM ticket t
              WHERE t.id = coalesce((SELECT p.ticket_id FROM mail_place p WHERE p.hash = $2), $1)"
        ),
        args![ticket, hash],
    )?;
    Ok(row.map(|(came_by, lands)| Place { came_by, lands }))
}
