//! SQL for attachments. Nothing else.
use super::Attachment;
use crate::{conversation::Message, tickets::Ticket};
use kernel::id::Id;
use platform::{
    args,
    authority::Tx,
    blobs::{self, Hash, Ready},
    db::{Conn, Result},
    sql,
};

/// A file with its content.
pub struct New<'a> {
    pub message: Option<Id<Message>>,
    pub name: &'a str,
    pub r#type: &'a str,
    pub content_id: Option<&'a str>,
    pub is_inline: bool,
    pub content: &'a Ready,
}

pub fn insert<P>(tx: &mut Tx<P>, new: &New) -> Result<Id<Attachment>> {
    let (now, uploader) = (tx.now(), tx.actor().who.to_string());
    blobs::insert(tx, new.content, now)?;
    let (id,) = tx.one(
        sql!(
            "INSERT INTO attachment (message_id, uploader, name, type, size, blob_hash, content_id, is_inline,
                                     created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id"
        ),
        args![
            new.message,
            &uploader,
            new.name,
            new.r#type,
            new.content.size,
            &new.content.hash,
            new.content_id,
            new.is_inline,
            now
        ],
    )?;
    Ok(id)
}

/// Gives uploads to a message: those of the same uploader that wait.
///
/// * returns – how many there were.
pub fn attach<P>(tx: &mut Tx<P>, message: Id<Message>, ids: &[Id<Attachment>]) -> Result<u64> {
    let uploader = tx.actor().who.to_string();
    tx.run(
        sql!(
            "UPDATE attachment SET message_id = $1
              WHERE id {in $2} AND uploader = $3 AND message_id IS NULL AND scheduled_id IS NULL"
        ),
        args![message, &Id::list(ids), &uploader],
    )
}

/// The files of the messages `first` to `last` of a ticket, by message.
pub fn of_messages(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    first: Id<Message>,
    last: Id<Message>,
) -> Result<Vec<Attachment>> {
    conn.all(
        sql!(
            "SELECT a.id, a.message_id, a.name, a.type, a.size, a.content_id, a.is_inline, a.created_at_ms
               FROM message m JOIN attachment a ON a.message_id = m.id
              WHERE m.ticket_id = $1 AND m.id >= $2 AND m.id <= $3 ORDER BY a.message_id, a.id"
        ),
        args![ticket, first, last],
    )
}

/// The files of a ticket's messages, by message.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Attachment>> {
    conn.all(
        sql!(
            "SELECT a.id, a.message_id, a.name, a.type, a.size, a.content_id, a.is_inline, a.created_at_ms
               FROM message m JOIN attachment a ON a.message_id = m.id
              WHERE m.ticket_id = $1 ORDER BY a.message_id, a.id"
        ),
        args![ticket],
    )
}

/// A file and what is behind it.
#[derive(derive::Record)]
pub struct Located {
    pub id: Id<Attachment>,
    pub name: String,
    pub r#type: String,
    pub blob_hash: Hash,
    pub ticket_id: Option<Id<Ticket>>,
    pub kind: Option<String>,
    pub uploader: String,
}
/// Whoever calls this checks the sight of its ticket.
pub fn locate(conn: &mut Conn, id: Id<Attachment>) -> Result<Option<Located>> {
    conn.find(
        sql!(
            "SELECT a.id, a.name, a.type, a.blob_hash, m.ticket_id, m.kind, a.uploader
               FROM attachment a LEFT JOIN message m ON m.id = a.message_id WHERE a.id = $1"
        ),
        args![id],
    )
}
/// The picture inside of a message that its HTML names.
pub fn locate_inline(conn: &mut Conn, message: Id<Message>, content_id: &str) -> Result<Option<Located>> {
    conn.find(
        sql!(
            "SELECT a.id, a.name, a.type, a.blob_hash, m.ticket_id, m.kind, a.uploader
               FROM attachment a JOIN message m ON m.id = a.message_id
              WHERE a.message_id = $1 AND a.content_id = $2 ORDER BY a.id LIMIT 1"
        ),
        args![message, content_id],
    )
}

/// The uploads among `ids` that wait for their message, of the same uploader.
pub fn waiting(conn: &mut Conn, ids: &[Id<Attachment>], uploader: &str) -> Result<Vec<Attachment>> {
    conn.all(
        sql!(
            "SELECT id, message_id, name, type, size, content_id, is_inline, created_at_ms
               FROM attachment
              WHERE id {in $1} AND uploader = $2 AND message_id IS NULL AND scheduled_id IS NULL ORDER BY id"
        ),
        args![&Id::list(ids), uploader],
    )
}

/// Gives files of one message to another as well; their Content-ID stays, so that the words of the first still find
/// their pictures.
///
/// * returns – how many there were.
pub fn copy<P>(tx: &mut Tx<P>, from: Id<Message>, to: Id<Message>, chosen: &[Id<Attachment>]) -> Result<u64> {
    let (now, uploader) = (tx.now(), tx.actor().who.to_string());
    tx.run(
        sql!(
            "INSERT INTO attachment (message_id, uploader, name, type, size, blob_hash, content_id, is_inline,
                                     created_at_ms)
               SELECT CAST($2 AS BIGINT), CAST($3 AS TEXT), name, type, size, blob_hash, content_id, FALSE,
                      CAST($4 AS BIGINT)
                 FROM attachment WHERE message_id = $1 AND id {in $5} ORDER BY id"
        ),
        args![from, to, &uploader, now, &Id::list(chosen)],
    )
}

/// Pictures of a message that its HTML shows, by their own number as Content-ID.
pub fn mark_inline(conn: &mut Conn, message: Id<Message>, ids: &[Id<Attachment>]) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE attachment SET content_id = CAST(id AS TEXT), is_inline = TRUE
              WHERE message_id = $1 AND id {in $2} AND type LIKE 'image/%'"
        ),
        args![message, &Id::list(ids)],
    )
    .map(drop)
}

/// What an outgoing mail carries.
#[derive(derive::Record)]
pub struct Outgoing {
    pub id: Id<Attachment>,
    pub name: String,
    pub r#type: String,
    pub content_id: Option<String>,
    pub is_inline: bool,
    pub blob_hash: Hash,
}
pub fn of_message(conn: &mut Conn, message: Id<Message>) -> Result<Vec<Outgoing>> {
    conn.all(
        sql!(
            "SELECT id, name, type, content_id, is_inline, blob_hash FROM attachment
              WHERE message_id = $1 ORDER BY id"
        ),
        args![message],
    )
}

/// Removes uploads that nobody sent within a day, 500 at most; those of an answer that waits for its time stay. Their content stays until it is swept.
pub fn sweep(conn: &mut Conn, before: kernel::clock::Millis) -> Result<u64> {
    conn.run(
        sql!(
            "DELETE FROM attachment WHERE id IN
               (SELECT id FROM attachment
                 WHERE message_id IS NULL AND scheduled_id IS NULL AND created_at_ms < $1 LIMIT 500)"
        ),
        args![before],
    )
}
