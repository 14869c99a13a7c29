//! SQL for answers that wait. Nothing else.
use super::policy::ScheduledReply;
use crate::{attachments::Attachment, conversation::Message, tickets::Ticket};
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

pub struct New<'a> {
    pub ticket: Id<Ticket>,
    pub user: Id<User>,
    pub draft: &'a str,
    pub composer: &'a str,
    pub seen: Id<Message>,
    pub is_later: bool,
    pub send_at: Millis,
}

pub(super) fn insert<P>(tx: &mut Tx<P>, new: &New) -> Result<Id<ScheduledReply>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO scheduled_reply (ticket_id, user_id, draft, composer, seen_id, is_later, send_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"
        ),
        args![new.ticket, new.user, new.draft, new.composer, new.seen, new.is_later, new.send_at, now],
    )?;
    Ok(id)
}

/// Uploads of the actor wait with an answer.
///
/// * returns – how many there were.
pub(super) fn keep_files<P>(tx: &mut Tx<P>, id: Id<ScheduledReply>, files: &[Id<Attachment>]) -> Result<u64> {
    let uploader = tx.actor().who.to_string();
    tx.run(
        sql!(
            "UPDATE attachment SET scheduled_id = $1
              WHERE id {in $2} AND uploader = $3 AND message_id IS NULL AND scheduled_id IS NULL"
        ),
        args![id, &Id::list(files), &uploader],
    )
}
/// The files of an answer wait for a message again, for another day.
pub(super) fn free_files<P>(tx: &mut Tx<P>, id: Id<ScheduledReply>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE attachment SET scheduled_id = NULL, created_at_ms = $2 WHERE scheduled_id = $1"),
        args![id, now],
    )
    .map(drop)
}

pub fn one(conn: &mut Conn, id: Id<ScheduledReply>) -> Result<Option<ScheduledReply>> {
    conn.find(
        sql!(
            "SELECT s.id, s.ticket_id, s.user_id, u.name AS user_name, s.draft, s.composer, s.seen_id, s.is_later,
                    s.send_at_ms, s.held_because, s.created_at_ms
               FROM scheduled_reply s JOIN desk_user u ON u.id = s.user_id WHERE s.id = $1"
        ),
        args![id],
    )
}

/// What waits on a ticket that the caller has seen, in the order of its times, 100 at most.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<ScheduledReply>> {
    conn.all(
        sql!(
            "SELECT s.id, s.ticket_id, s.user_id, u.name AS user_name, s.draft, s.composer, s.seen_id, s.is_later,
                    s.send_at_ms, s.held_because, s.created_at_ms
               FROM scheduled_reply s JOIN desk_user u ON u.id = s.user_id
              WHERE s.ticket_id = $1 ORDER BY s.send_at_ms, s.id LIMIT 100"
        ),
        args![ticket],
    )
}

/// Takes it out; of two who do so at once, one does.
pub(super) fn take<P>(tx: &mut Tx<P>, id: Id<ScheduledReply>) -> Result<bool> {
    Ok(tx.run(sql!("DELETE FROM scheduled_reply WHERE id = $1"), args![id])? == 1)
}

/// It is not sent at its time; says whether it was still there and not held yet.
pub(super) fn hold<P>(tx: &mut Tx<P>, id: Id<ScheduledReply>, why: &str) -> Result<bool> {
    let held = sql!("UPDATE scheduled_reply SET held_because = $2 WHERE id = $1 AND held_because IS NULL");
    Ok(tx.run(held, args![id, why])? == 1)
}
