//! Which Message-IDs belong to which tickets, also those that were only referred to ("ghosts").
use crate::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
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

/// The tickets that know one of these, the newest first, 20 at most.
pub fn find(conn: &mut Conn, message_ids: &[&str]) -> Result<Vec<Id<Ticket>>> {
    if message_ids.is_empty() {
        return Ok(Vec::new());
    }
    let hashes: Vec<_> = message_ids.iter().map(|id| hash(id).to_string()).collect();
    let list = format!("[{}]", hashes.join(","));
    let rows = conn.all::<(Id<Ticket>, Millis)>(
        sql!(
            "SELECT DISTINCT r.ticket_id, t.created_at_ms FROM mail_reference r JOIN ticket t ON t.id = r.ticket_id
              WHERE r.hash {in $1} ORDER BY r.ticket_id DESC LIMIT 20"
        ),
        args![&list],
    )?;
    Ok(rows.into_iter().map(|(ticket, _)| ticket).collect())
}
