//! SQL for messages. Nothing else.
use super::{AuthorKind, Direction, Message, MessageKind};
use crate::{side_conversations::SideConversation, tickets::Ticket};
use kernel::id::Id;
use platform::{
    args,
    authority::{Inbox, Tx, User},
    blobs::{Found, Hash},
    db::{Conn, Result},
    sql,
};

/// A row to be.
pub struct New<'a> {
    pub ticket: Id<Ticket>,
    pub kind: MessageKind,
    pub direction: Direction,
    pub channel: &'a str,
    pub author_kind: AuthorKind,
    pub author_id: Option<i64>,
    pub author_name: &'a str,
    pub from_email: Option<&'a str>,
    pub to: &'a [String],
    pub cc: &'a [String],
    pub bcc: &'a [String],
    pub subject: &'a str,
    pub text: &'a str,
    pub quoted: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub html: Option<&'a str>,
    pub message_id: Option<&'a str>,
    pub inbound_id: Option<i64>,
    pub is_automatic: bool,
    pub is_sender_known: bool,
    pub forwarded: Option<Id<Message>>,
    pub side: Option<Id<SideConversation>>,
    pub remarks: &'a str,
}

/// The rules that HTML is cleaned by today; stored with each message, so that older ones can be cleaned again.
pub const HTML_RULES: i64 = 1;

pub fn insert<P>(tx: &mut Tx<P>, new: &New) -> Result<Id<Message>> {
    let now = tx.now();
    let list = |list: &[String]| serde_json::to_string(list).expect("a list of text");
    let (id,) = tx.one(
        sql!(
            "INSERT INTO message (ticket_id, kind, direction, channel, author_kind, author_id, author_name,
                                  from_email, to_emails, cc_emails, bcc_emails, subject, text, quoted, signature,
                                  html, html_rules, message_id, inbound_id, is_automatic, is_sender_known,
                                  forwarded_id, side_id, remarks, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                       $21, $22, $23, $24, $25)
               RETURNING id"
        ),
        args![
            new.ticket,
            new.kind,
            new.direction,
            new.channel,
            new.author_kind,
            new.author_id,
            new.author_name,
            new.from_email,
            &list(new.to),
            &list(new.cc),
            &list(new.bcc),
            new.subject,
            new.text,
            new.quoted,
            new.signature,
            new.html,
            HTML_RULES,
            new.message_id,
            new.inbound_id,
            new.is_automatic,
            new.is_sender_known,
            new.forwarded,
            new.side,
            new.remarks,
            now
        ],
    )?;
    Ok(id)
}

/// The address that a mail of a ticket leaves from: its inbox's, or that of the first inbox that can send.
pub fn sending_address(conn: &mut Conn, inbox: Option<Id<Inbox>>) -> Result<Option<String>> {
    let row = conn.find::<(String,)>(
        sql!(
            "SELECT address FROM inbox WHERE send IS NOT NULL AND (id = $1 OR is_active = TRUE)
              ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, id LIMIT 1"
        ),
        args![inbox.unwrap_or(Id::new(0))],
    )?;
    Ok(row.map(|(address,)| address))
}

macro_rules! message_columns {
    () => {
        "id, ticket_id, kind, direction, channel, author_kind, author_id, author_name, from_email, to_emails,
         cc_emails, bcc_emails, subject, text, quoted, signature, html, message_id, inbound_id, is_automatic,
         is_sender_known, forwarded_id, side_id, remarks, created_at_ms FROM message"
    };
}

/// The first `limit` messages of a ticket that the caller has seen, oldest first, after the id `after`; those of its side
/// conversations are no part of it.
pub fn of_ticket(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    after: Option<Id<Message>>,
    limit: usize,
) -> Result<Vec<Message>> {
    conn.all(
        sql!(concat!(
            "SELECT ",
            message_columns!(),
            " WHERE ticket_id = $1 AND id > $2 AND side_id IS NULL ORDER BY id LIMIT $3"
        )),
        args![ticket, after.unwrap_or(Id::new(0)), limit],
    )
}

/// The last `limit` messages of a ticket that the caller has seen before the id `before`, oldest first; without those of
/// side conversations as well.
pub fn before(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    before: Id<Message>,
    limit: usize,
) -> Result<Vec<Message>> {
    let mut messages = conn.all(
        sql!(concat!(
            "SELECT ",
            message_columns!(),
            " WHERE ticket_id = $1 AND id < $2 AND side_id IS NULL ORDER BY id DESC LIMIT $3"
        )),
        args![ticket, before, limit],
    )?;
    messages.reverse();
    Ok(messages)
}

/// What the customer may read, oldest first, 500 at most: public messages, without reports of failed deliveries.
pub fn public_of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Message>> {
    conn.all(
        sql!(concat!(
            "SELECT ",
            message_columns!(),
            " WHERE ticket_id = $1 AND kind = 'public' AND is_automatic = FALSE AND is_sender_known = TRUE
              ORDER BY id LIMIT 500"
        )),
        args![ticket],
    )
}

/// One message of a ticket that the caller has seen.
pub fn one(conn: &mut Conn, ticket: Id<Ticket>, id: Id<Message>) -> Result<Option<Message>> {
    conn.find(
        sql!(concat!("SELECT ", message_columns!(), " WHERE id = $1 AND ticket_id = $2")),
        args![id, ticket],
    )
}

/// The Message-IDs of a ticket's public messages before one of them, oldest first, 20 at most: its References. Those of
/// strangers are left out, as on the customer's page.
pub fn header_chain_before(conn: &mut Conn, ticket: Id<Ticket>, before: Id<Message>) -> Result<Vec<String>> {
    let rows = conn.all::<(Id<Message>, String)>(
        sql!(
            "SELECT id, message_id FROM message
              WHERE ticket_id = $1 AND id < $2 AND kind = 'public' AND message_id IS NOT NULL
                AND is_automatic = FALSE AND is_sender_known = TRUE
                AND (home_id IS NULL OR home_id = ticket_id OR author_kind = 'user' OR author_id =
                     (SELECT t.requester_id FROM ticket t WHERE t.id = $1)) ORDER BY id DESC LIMIT 20"
        ),
        args![ticket, before],
    )?;
    Ok(rows.into_iter().rev().map(|(_, header)| header).collect())
}

/// The newest public message from the customer's side before one that answers it. A stranger's words are not quoted to
/// the customer (S07), nor those of somebody else whose ticket was merged into this one.
pub fn last_in_before(conn: &mut Conn, ticket: Id<Ticket>, before: Id<Message>) -> Result<Option<Message>> {
    conn.find(
        sql!(concat!(
            "SELECT ",
            message_columns!(),
            " WHERE ticket_id = $1 AND id < $2 AND kind = 'public' AND direction = 'in' AND is_automatic = FALSE
                AND is_sender_known = TRUE
                AND (home_id IS NULL OR home_id = ticket_id OR author_id =
                     (SELECT t.requester_id FROM ticket t WHERE t.id = $1)) ORDER BY id DESC LIMIT 1"
        )),
        args![ticket, before],
    )
}

/// A picture that the HTML of a message shows, with its content.
#[derive(derive::Record)]
pub struct InlinePicture {
    pub content_id: String,
    hash: Hash,
    bytes: Option<Vec<u8>>,
}
impl InlinePicture {
    pub fn content(&self) -> Found {
        Found::new(self.hash, self.bytes.clone())
    }
}
/// The pictures inside of a message that the caller has seen, 50 at most.
pub fn inline_pictures(conn: &mut Conn, message: Id<Message>) -> Result<Vec<InlinePicture>> {
    conn.all(
        sql!(
            "SELECT a.content_id, b.hash, b.bytes FROM attachment a JOIN blob b ON b.hash = a.blob_hash
              WHERE a.message_id = $1 AND a.content_id IS NOT NULL AND a.type LIKE 'image/%'
              ORDER BY a.id LIMIT 50"
        ),
        args![message],
    )
}

/// Something that counts before an answer is sent; what `a` and `b` are depends on `noun`.
#[derive(derive::Record)]
pub struct Before {
    /// `message`, `sending`, `person`.
    pub noun: String,
    pub id: i64,
    pub a: String,
    pub b: String,
}
/// What counts before `me` answers on a ticket, in one statement: public messages of others after `seen` (machines do not
/// count), answers of colleagues that are on their way, and everybody who takes part with every address.
pub fn before_sending(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    seen: Id<Message>,
    me: Id<User>,
) -> Result<Vec<Before>> {
    conn.all(
        sql!(
            "SELECT 'message' AS noun, id, author_name AS a, '' AS b FROM message
              WHERE ticket_id = $1 AND id > $2 AND kind = 'public' AND is_automatic = FALSE
                AND (author_kind <> 'user' OR author_id <> $3)
             UNION ALL
             SELECT 'sending', s.id, u.name, '' FROM scheduled_reply s JOIN desk_user u ON u.id = s.user_id
              WHERE s.ticket_id = $1 AND s.user_id <> $3 AND s.is_later = FALSE AND s.held_because IS NULL
             UNION ALL
             SELECT 'person', p.contact_id, c.name, COALESCE(e.email, '')
               FROM ticket_participant p
               JOIN contact c ON c.id = p.contact_id
               LEFT JOIN contact_email e ON e.contact_id = c.id
              WHERE p.ticket_id = $1"
        ),
        args![ticket, seen, me],
    )
}

/// The newest messages of side conversations of one ticket, oldest first, 300 at most.
pub fn of_sides(conn: &mut Conn, ticket: Id<Ticket>, sides: &[Id<SideConversation>]) -> Result<Vec<Message>> {
    let mut messages: Vec<Message> = conn.all(
        sql!(concat!(
            "SELECT ",
            message_columns!(),
            " WHERE ticket_id = $1 AND side_id {in $2} ORDER BY id DESC LIMIT 300"
        )),
        args![ticket, &Id::list(sides)],
    )?;
    messages.reverse();
    Ok(messages)
}
/// The first `limit` messages of a side conversation, oldest first, after the id `after`.
pub fn of_side(
    conn: &mut Conn,
    side: Id<SideConversation>,
    after: Option<Id<Message>>,
    limit: usize,
) -> Result<Vec<Message>> {
    conn.all(
        sql!(concat!("SELECT ", message_columns!(), " WHERE side_id = $1 AND id > $2 ORDER BY id LIMIT $3")),
        args![side, after.unwrap_or(Id::new(0)), limit],
    )
}
/// The Message-IDs of a side conversation before one of its messages, oldest first, 20 at most: its References.
pub fn side_chain_before(
    conn: &mut Conn,
    side: Id<SideConversation>,
    before: Id<Message>,
) -> Result<Vec<String>> {
    let rows = conn.all::<(Id<Message>, String)>(
        sql!(
            "SELECT id, message_id FROM message
              WHERE side_id = $1 AND id < $2 AND message_id IS NOT NULL AND is_automatic = FALSE
                AND is_sender_known = TRUE ORDER BY id DESC LIMIT 20"
        ),
        args![side, before],
    )?;
    Ok(rows.into_iter().rev().map(|(_, header)| header).collect())
}
/// The side conversation that a message belongs to.
pub fn side_of(conn: &mut Conn, message: Id<Message>) -> Result<Option<Id<SideConversation>>> {
    let row = conn.find::<(Option<Id<SideConversation>>,)>(
        sql!("SELECT side_id FROM message WHERE id = $1"),
        args![message],
    )?;
    Ok(row.and_then(|(side,)| side))
}
/// Whether mail to this address comes back to this desk.
pub fn is_own_address(conn: &mut Conn, email: &str) -> Result<bool> {
    let found = conn.find::<(i64,)>(sql!("SELECT id FROM inbox WHERE address = $1 LIMIT 1"), args![email])?;
    Ok(found.is_some())
}

/// The newest message of a ticket that is no part of a side conversation.
pub fn newest(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Id<Message>> {
    let (id,) = conn.one::<(Option<Id<Message>>,)>(
        sql!("SELECT max(id) AS id FROM message WHERE ticket_id = $1 AND side_id IS NULL"),
        args![ticket],
    )?;
    Ok(id.unwrap_or(Id::new(0)))
}

/// A public message: who wrote it from and to which addresses, and what came in.
#[derive(derive::Record)]
pub struct Correspondence {
    pub direction: Direction,
    pub author_name: String,
    pub from_email: Option<String>,
    /// JSON lists.
    pub to_emails: String,
    pub cc_emails: String,
    /// Of what came in.
    pub text: String,
}
/// The newest 200 messages of a ticket that went to or came from outside.
pub fn correspondence(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Correspondence>> {
    conn.all(
        sql!(
            "SELECT direction, author_name, from_email, to_emails, cc_emails,
                    CASE WHEN direction = 'in' THEN text || ' ' || COALESCE(signature, '') ELSE '' END AS text
               FROM message WHERE ticket_id = $1 AND (kind = 'public' OR forwarded_id IS NOT NULL)
              ORDER BY id DESC LIMIT 200"
        ),
        args![ticket],
    )
}
