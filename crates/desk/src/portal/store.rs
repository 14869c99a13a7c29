//! SQL for the customer's side. Nothing else.
use crate::{
    conversation::{AuthorKind, Direction, Message},
    tickets::{Category, Ticket},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::Contact,
    db::{Conn, Result},
    sql,
};

/// A message as customers read it.
#[derive(Clone, Debug, Record)]
pub struct Word {
    pub id: Id<Message>,
    pub direction: Direction,
    pub author_kind: AuthorKind,
    pub author_id: Option<i64>,
    pub author_name: String,
    /// JSON lists.
    pub to_emails: String,
    pub cc_emails: String,
    pub bcc_emails: String,
    pub text: String,
    pub quoted: Option<String>,
    /// As it was written here; `None` for what came from outside.
    pub html: Option<String>,
    pub created_at_ms: Millis,
    /// It came to another ticket first.
    pub is_guest: bool,
}
impl Word {
    /// To whom it was sent, in whatever field.
    pub fn recipients(&self) -> Vec<String> {
        let lists = [&self.to_emails, &self.cc_emails, &self.bcc_emails];
        let read = |list: &String| serde_json::from_str::<Vec<String>>(list).unwrap_or_default();
        lists.into_iter().flat_map(read).map(|address| address.to_lowercase()).collect()
    }
}

macro_rules! word_columns {
    () => {
        "SELECT id, direction, author_kind, author_id, author_name, to_emails, cc_emails, bcc_emails, text, quoted,
                CASE WHEN author_kind = 'user' THEN html END AS html, created_at_ms, coalesce(home_id <> ticket_id, FALSE) AS is_guest FROM message
          WHERE ticket_id = $1 AND kind = 'public' AND is_automatic = FALSE AND is_sender_known = TRUE"
    };
}

/// The newest public messages before the id `before`, newest first, 300 at most. Not all are for every participant:
/// [`super::policy::Reader`] decides.
pub fn words(conn: &mut Conn, ticket: Id<Ticket>, before: Option<Id<Message>>) -> Result<Vec<Word>> {
    conn.all(
        sql!(concat!(word_columns!(), " AND id < $2 ORDER BY id DESC LIMIT 300")),
        args![ticket, before.unwrap_or(Id::new(i64::MAX))],
    )
}
/// One of them.
pub fn word(conn: &mut Conn, ticket: Id<Ticket>, id: Id<Message>) -> Result<Option<Word>> {
    conn.find(sql!(concat!(word_columns!(), " AND id = $2")), args![ticket, id])
}

/// A line of somebody's own requests.
#[derive(Clone, Debug, Record)]
pub struct Line {
    pub id: Id<Ticket>,
    pub subject: String,
    pub category: Category,
    pub is_open: bool,
    pub updated_at_ms: Millis,
}
/// Where a page of requests begins: after this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub is_open: bool,
    pub updated_at: Millis,
    pub id: Id<Ticket>,
}
impl After {
    pub const NOTHING: After = After { is_open: true, updated_at: Millis(i64::MAX), id: Id::new(i64::MAX) };
}

/// The tickets in which the contact takes part, open ones first, then by the last change; `limit` at most. One that was
/// merged into another is not among them where they take part in that as well; else it stands as that one does.
///
/// Sorts all tickets of the contact, found by the index `ticket_participant_contact`.
pub fn requests(conn: &mut Conn, contact: Id<Contact>, after: After, limit: usize) -> Result<Vec<Line>> {
    conn.all(
        sql!(
            "SELECT x.id, x.subject, t.category, t.is_open, t.updated_at_ms
               FROM ticket_participant p
               JOIN ticket x ON x.id = p.ticket_id
               JOIN ticket t ON t.id = coalesce(x.lands_at_id, x.id)
              WHERE p.contact_id = $1
                AND (x.lands_at_id IS NULL OR NOT EXISTS (SELECT 1 FROM ticket_participant q
                                                           WHERE q.ticket_id = t.id AND q.contact_id = $1))
                AND ((t.is_open = $2 AND (t.updated_at_ms, x.id) < ($3, $4)) OR ($2 = TRUE AND t.is_open = FALSE))
              ORDER BY t.is_open DESC, t.updated_at_ms DESC, x.id DESC LIMIT $5"
        ),
        args![contact, after.is_open, after.updated_at, after.id, limit],
    )
}
