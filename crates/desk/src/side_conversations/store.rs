//! SQL for side conversations. Nothing else.
use super::policy::{SideConversation, State};
use crate::{attachments::Attachment, conversation::Message, conversation::references, tickets::Ticket};
use kernel::id::Id;
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT s.id, s.ticket_id, s.subject, s.state, s.asked_by, u.name AS asked_by_name, s.created_at_ms,
                    s.last_at_ms, s.closed_at_ms
               FROM side_conversation s JOIN desk_user u ON u.id = s.asked_by ",
            $rest
        ))
    };
}

/// Those of a ticket that the caller has seen, with those of tickets that were merged into it, the oldest first, 100 at
/// most.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<SideConversation>> {
    conn.all(
        select!(
            "WHERE s.ticket_id = $1 OR s.ticket_id IN (SELECT x.id FROM ticket x WHERE x.lands_at_id = $1)
             ORDER BY s.id LIMIT 100"
        ),
        args![ticket],
    )
}
pub fn by_id(conn: &mut Conn, id: Id<SideConversation>) -> Result<Option<SideConversation>> {
    conn.find(select!("WHERE s.id = $1"), args![id])
}
/// The addresses of these, by side conversation and in order.
pub fn people(
    conn: &mut Conn,
    sides: &[Id<SideConversation>],
) -> Result<Vec<(Id<SideConversation>, String)>> {
    conn.all(
        sql!("SELECT side_id, email FROM side_person WHERE side_id {in $1} ORDER BY side_id, email"),
        args![&Id::list(sides)],
    )
}

pub(super) fn insert<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    subject: &str,
    by: Id<User>,
) -> Result<Id<SideConversation>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO side_conversation (ticket_id, subject, state, asked_by, created_at_ms, last_at_ms)
               VALUES ($1, $2, 'waiting', $3, $4, $4) RETURNING id"
        ),
        args![ticket, subject, by, now],
    )?;
    Ok(id)
}
pub(super) fn add_people(conn: &mut Conn, side: Id<SideConversation>, emails: &[String]) -> Result<()> {
    for email in emails {
        conn.run(
            sql!(
                "INSERT INTO side_person (side_id, email) VALUES ($1, $2) ON CONFLICT (side_id, email) DO NOTHING"
            ),
            args![side, email],
        )?;
    }
    Ok(())
}
/// Somebody wrote, closed it or opened it again. Whoever of us wrote last is who asks.
pub(super) fn moved<P>(
    tx: &mut Tx<P>,
    side: Id<SideConversation>,
    state: State,
    by: Option<Id<User>>,
) -> Result<()> {
    let now = tx.now();
    let closed = (state == State::Closed).then_some(now);
    tx.run(
        sql!(
            "UPDATE side_conversation
                SET state = $2, last_at_ms = $3, closed_at_ms = $4, asked_by = coalesce($5, asked_by) WHERE id = $1"
        ),
        args![side, state, now, closed, by],
    )
    .map(drop)
}
/// Whether the last who wrote was one of us; machines do not count.
pub(super) fn is_last_ours(conn: &mut Conn, side: Id<SideConversation>) -> Result<bool> {
    let row = conn.find::<(bool,)>(
        sql!(
            "SELECT direction = 'out' AS is_ours FROM message
              WHERE side_id = $1 AND is_automatic = FALSE ORDER BY id DESC LIMIT 1"
        ),
        args![side],
    )?;
    Ok(row.is_none_or(|(is_ours,)| is_ours))
}
/// Writes on the tickets where their side conversations stand. A merged one has none of its own.
pub fn mark(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE ticket SET side_state =
                (SELECT CASE WHEN ticket.lands_at_id IS NOT NULL OR count(*) = 0 THEN NULL
                             WHEN count(CASE WHEN s.state = 'answered' THEN 1 END) > 0 THEN 'answered'
                             WHEN count(CASE WHEN s.state = 'waiting' THEN 1 END) > 0 THEN 'waiting'
                             ELSE 'closed' END
                   FROM side_conversation s
                  WHERE s.ticket_id = ticket.id
                     OR s.ticket_id IN (SELECT x.id FROM ticket x WHERE x.lands_at_id = ticket.id))
              WHERE id {in $1}"
        ),
        args![&Id::list(tickets)],
    )
    .map(drop)
}

/// Files of a ticket's messages go with another one as well; pictures within a text become files.
///
/// * returns – how many there were.
pub(super) fn copy_files<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    to: Id<Message>,
    chosen: &[Id<Attachment>],
) -> Result<u64> {
    let (now, uploader) = (tx.now(), tx.actor().who.to_string());
    tx.run(
        sql!(
            "INSERT INTO attachment (message_id, uploader, name, type, size, blob_hash, content_id, is_inline,
                                     created_at_ms)
               SELECT CAST($2 AS BIGINT), CAST($3 AS TEXT), a.name, a.type, a.size, a.blob_hash, NULL, FALSE,
                      CAST($4 AS BIGINT)
                 FROM attachment a JOIN message m ON m.id = a.message_id
                WHERE m.ticket_id = $1 AND a.id {in $5} ORDER BY a.id"
        ),
        args![ticket, to, &uploader, now, &Id::list(chosen)],
    )
}

/// Remembers Message-IDs of what was written there.
pub(super) fn remember(conn: &mut Conn, side: Id<SideConversation>, message_ids: &[&str]) -> Result<()> {
    for id in message_ids.iter().take(50) {
        conn.put(
            sql!(
                "INSERT INTO side_mail (hash, side_id) VALUES ($1, $2) ON CONFLICT (hash, side_id) DO NOTHING"
            ),
            args![references::hash(id), side],
        )?;
    }
    Ok(())
}
/// The newest one with this address in which one of these was written, and its ticket.
pub fn answered(
    conn: &mut Conn,
    message_ids: &[&str],
    email: &str,
) -> Result<Option<(Id<SideConversation>, Id<Ticket>)>> {
    if message_ids.is_empty() {
        return Ok(None);
    }
    let hashes: Vec<_> = message_ids.iter().map(|id| references::hash(id).to_string()).collect();
    conn.find(
        sql!(
            "SELECT s.id, s.ticket_id FROM side_mail m JOIN side_conversation s ON s.id = m.side_id
               JOIN side_person p ON p.side_id = s.id
              WHERE m.hash {in $1} AND p.email = $2 ORDER BY s.id DESC LIMIT 1"
        ),
        args![&format!("[{}]", hashes.join(",")), email],
    )
}
/// The newest open one of a ticket with this address.
pub fn with(conn: &mut Conn, ticket: Id<Ticket>, email: &str) -> Result<Option<Id<SideConversation>>> {
    let row = conn.find::<(Id<SideConversation>,)>(
        sql!(
            "SELECT s.id FROM side_conversation s JOIN side_person p ON p.side_id = s.id
              WHERE s.ticket_id = $1 AND p.email = $2 AND s.state <> 'closed' ORDER BY s.id DESC LIMIT 1"
        ),
        args![ticket, email],
    )?;
    Ok(row.map(|(id,)| id))
}
