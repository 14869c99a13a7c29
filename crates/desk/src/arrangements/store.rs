//! SQL for arrangements. Nothing else.
use super::policy::{Arranged, Arrangement, Before, Kind, Link};
use crate::{
    conversation::{Direction, Message, MessageKind, references},
    statuses::Status,
    tickets::{
        Category, Ticket, ViewTickets,
        store::{Sight, visible},
    },
};
use derive::Record;
use kernel::id::Id;
use platform::{
    args,
    authority::{Contact, Implies, Tx},
    db::{Conn, Result},
    sql,
};

/// Nobody else merges, moves or changes these tickets until the end of the transaction. Whoever reads them afterwards
/// reads what holds.
pub fn hold(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<()> {
    conn.all::<(Id<Ticket>,)>(
        sql!("SELECT id FROM ticket WHERE id {in $1} ORDER BY id {for_update}"),
        args![&Id::list(tickets)],
    )
    .map(drop)
}

/// Whether the ticket is there and within the person's sight, whatever they may change.
pub fn is_in_sight<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<bool> {
    let Some(scope) = tx.actor().reach("tickets.view") else { return Ok(false) };
    let sight = Sight::within(tx.actor(), scope);
    let found = tx.find::<(Id<Ticket>,)>(
        sql!(concat!("SELECT t.id FROM ticket t WHERE t.id = $4 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, ticket],
    )?;
    Ok(found.is_some())
}

pub fn insert<P>(
    tx: &mut Tx<P>,
    kind: Kind,
    (source, target): (Id<Ticket>, Id<Ticket>),
    link: Option<Link>,
    detail: &str,
) -> Result<Id<Arrangement>> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    let (id,) = tx.one(
        sql!(
            "INSERT INTO arrangement (kind, source_id, target_id, link, detail, done_by, done_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id"
        ),
        args![kind, source, target, link, detail, &by, now],
    )?;
    Ok(id)
}

pub fn one(conn: &mut Conn, id: Id<Arrangement>) -> Result<Option<Arranged>> {
    conn.find(
        sql!(
            "SELECT id, kind, source_id, target_id, link, detail, done_by, done_at_ms, undone_at_ms
               FROM arrangement WHERE id = $1"
        ),
        args![id],
    )
}

/// Marks it as taken back.
///
/// * returns – whether it was not before.
pub fn undo<P>(tx: &mut Tx<P>, id: Id<Arrangement>) -> Result<bool> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    let marked = tx.run(
        sql!(
            "UPDATE arrangement SET undone_at_ms = $2, undone_by = $3 WHERE id = $1 AND undone_at_ms IS NULL"
        ),
        args![id, now, &by],
    )?;
    Ok(marked == 1)
}

/// Which of these are still so.
pub fn standing(conn: &mut Conn, ids: &[Id<Arrangement>]) -> Result<Vec<Id<Arrangement>>> {
    let rows = conn.all::<(Id<Arrangement>,)>(
        sql!("SELECT id FROM arrangement WHERE id {in $1} AND undone_at_ms IS NULL"),
        args![&Id::list(ids)],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

// ── merging ─────────────────────────────────────────────────────────────

/// The ticket and all that were merged into it, directly or over others.
pub fn family(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Id<Ticket>>> {
    let rows = conn.all::<(Id<Ticket>,)>(
        sql!(
            "WITH RECURSIVE family (id) AS (
               SELECT id FROM ticket WHERE id = $1
                UNION
               SELECT t.id FROM ticket t JOIN family f ON t.merged_into_id = f.id)
             SELECT id FROM family ORDER BY id"
        ),
        args![ticket],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The number of `ticket` leads to `into` from now on, and the ticket is closed with `status`.
pub fn close_into<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    into: Id<Ticket>,
    status: Id<Status>,
) -> Result<bool> {
    let now = tx.now();
    let closed = tx.run(
        sql!(
            "UPDATE ticket SET merged_into_id = $2, lands_at_id = $2, status_id = $3, category = 'closed',
                    is_open = FALSE, solved_at_ms = coalesce(solved_at_ms, $4), updated_at_ms = $4,
                    version = version + 1
              WHERE id = $1 AND merged_into_id IS NULL"
        ),
        args![ticket, into, status, now],
    )?;
    Ok(closed == 1)
}
/// The numbers of these tickets lead to another one.
pub fn lead(conn: &mut Conn, tickets: &[Id<Ticket>], to: Id<Ticket>) -> Result<()> {
    conn.run(
        sql!("UPDATE ticket SET lands_at_id = $2 WHERE id {in $1} AND merged_into_id IS NOT NULL"),
        args![&Id::list(tickets), to],
    )
    .map(drop)
}
/// The ticket stands by itself again, as it was.
pub fn open_again<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, before: &Before) -> Result<bool> {
    let now = tx.now();
    let opened = tx.run(
        sql!(
            "UPDATE ticket SET merged_into_id = NULL, lands_at_id = NULL, status_id = $2, category = $3, is_open = $4,
                    solved_at_ms = $5, reopened = $6, updated_at_ms = $7, version = version + 1
              WHERE id = $1 AND merged_into_id IS NOT NULL"
        ),
        args![
            ticket,
            before.status,
            before.category,
            before.category.is_open(),
            before.solved_at,
            before.reopened,
            now
        ],
    )?;
    Ok(opened == 1)
}
/// The newest message of the desk.
pub fn newest_message(conn: &mut Conn) -> Result<Id<Message>> {
    let (id,) = conn.one::<(Option<Id<Message>>,)>(sql!("SELECT max(id) AS id FROM message"), args![])?;
    Ok(id.unwrap_or(Id::new(0)))
}

/// All messages of a ticket go to another one, where they are guests.
///
/// * returns – how many.
pub fn carry(conn: &mut Conn, from: Id<Ticket>, to: Id<Ticket>) -> Result<u64> {
    conn.run(
        sql!(
            "UPDATE message SET home_id = coalesce(home_id, ticket_id), base_id = coalesce(base_id, ticket_id),
                    ticket_id = $2
              WHERE ticket_id = $1"
        ),
        args![from, to],
    )
}
/// Guests that belong to one of `family` go from `from` to `to`.
///
/// * returns – how many.
pub fn carry_back(conn: &mut Conn, from: Id<Ticket>, to: Id<Ticket>, family: &[Id<Ticket>]) -> Result<u64> {
    conn.run(
        sql!("UPDATE message SET ticket_id = $2 WHERE ticket_id = $1 AND base_id {in $3}"),
        args![from, to, &Id::list(family)],
    )
}
/// Whether the customer's side wrote to one of `family` after the message `since`, and it is in `ticket` now.
pub fn was_asked_since(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    family: &[Id<Ticket>],
    since: Id<Message>,
) -> Result<bool> {
    let found = conn.find::<(Id<Message>,)>(
        sql!(
            "SELECT id FROM message
              WHERE ticket_id = $1 AND id > $3 AND home_id {in $2} AND kind = 'public' AND direction = 'in'
                AND is_automatic = FALSE AND is_sender_known = TRUE LIMIT 1"
        ),
        args![ticket, &Id::list(family), since],
    )?;
    Ok(found.is_some())
}

// ── people ──────────────────────────────────────────────────────────────

/// Somebody takes part because of a merge.
///
/// * returns – whether they did not before.
pub fn bring(
    conn: &mut Conn,
    arrangement: Id<Arrangement>,
    ticket: Id<Ticket>,
    contact: Id<Contact>,
) -> Result<bool> {
    conn.run(
        sql!("INSERT INTO arrangement_person (arrangement_id, contact_id) VALUES ($1, $2)"),
        args![arrangement, contact],
    )?;
    let added = conn.run(
        sql!(
            "INSERT INTO ticket_participant (ticket_id, contact_id, role, brought_by_id) VALUES ($1, $2, 'cc', $3)
               ON CONFLICT (ticket_id, contact_id) DO NOTHING"
        ),
        args![ticket, contact, arrangement],
    )?;
    Ok(added == 1)
}
/// Whoever takes part in `ticket` only because of this arrangement does so no longer, unless they ask by now or another
/// merge brought them as well.
///
/// * returns – who left.
pub fn take_home(
    conn: &mut Conn,
    arrangement: Id<Arrangement>,
    ticket: Id<Ticket>,
) -> Result<Vec<Id<Contact>>> {
    conn.run(
        sql!(
            "UPDATE ticket_participant
                SET brought_by_id = (SELECT min(a.id) FROM arrangement a
                                       JOIN arrangement_person x ON x.arrangement_id = a.id
                                      WHERE a.target_id = $2 AND a.undone_at_ms IS NULL AND a.id <> $1
                                        AND x.contact_id = ticket_participant.contact_id)
              WHERE ticket_id = $2 AND brought_by_id = $1
                AND EXISTS (SELECT 1 FROM arrangement a
                              JOIN arrangement_person x ON x.arrangement_id = a.id
                             WHERE a.target_id = $2 AND a.undone_at_ms IS NULL AND a.id <> $1
                               AND x.contact_id = ticket_participant.contact_id)"
        ),
        args![arrangement, ticket],
    )?;
    let rows = conn.all::<(Id<Contact>,)>(
        sql!(
            "DELETE FROM ticket_participant WHERE ticket_id = $2 AND brought_by_id = $1 AND role = 'cc'
               RETURNING contact_id"
        ),
        args![arrangement, ticket],
    )?;
    Ok(rows.into_iter().map(|(contact,)| contact).collect())
}

// ── single messages ─────────────────────────────────────────────────────

/// What has to be known of a message that moves.
#[derive(Clone, Debug, Record)]
pub struct Moving {
    pub id: Id<Message>,
    pub ticket_id: Id<Ticket>,
    pub message_id: Option<String>,
}
/// Those of `messages` that are in the ticket, by number. A side conversation stays together, with its ticket.
pub fn moving(conn: &mut Conn, ticket: Id<Ticket>, messages: &[Id<Message>]) -> Result<Vec<Moving>> {
    conn.all(
        sql!(
            "SELECT id, ticket_id, message_id FROM message
              WHERE ticket_id = $1 AND id {in $2} AND side_id IS NULL ORDER BY id"
        ),
        args![ticket, &Id::list(messages)],
    )
}
/// Whether the ticket has another message than these.
pub fn has_more(conn: &mut Conn, ticket: Id<Ticket>, messages: &[Id<Message>]) -> Result<bool> {
    let found = conn.find::<(Id<Message>,)>(
        sql!("SELECT id FROM message WHERE ticket_id = $1 AND NOT (id {in $2}) AND side_id IS NULL LIMIT 1"),
        args![ticket, &Id::list(messages)],
    )?;
    Ok(found.is_some())
}
pub fn note_message(conn: &mut Conn, arrangement: Id<Arrangement>, message: Id<Message>) -> Result<()> {
    conn.put(
        sql!("INSERT INTO arrangement_message (arrangement_id, message_id) VALUES ($1, $2)"),
        args![arrangement, message],
    )
}
/// The messages of an arrangement, wherever they are now, by number.
pub fn messages_of(conn: &mut Conn, arrangement: Id<Arrangement>) -> Result<Vec<Moving>> {
    conn.all(
        sql!(
            "SELECT m.id, m.ticket_id, m.message_id
               FROM arrangement_message x JOIN message m ON m.id = x.message_id
              WHERE x.arrangement_id = $1 ORDER BY m.id"
        ),
        args![arrangement],
    )
}
/// Where a message belongs by itself: where it was moved to last, as far as that still holds, or where it came to; and
/// whether it was moved.
pub fn base_of(conn: &mut Conn, message: Id<Message>) -> Result<(Id<Ticket>, bool)> {
    let (home, moved) = conn.one::<(Id<Ticket>, Option<Id<Ticket>>)>(
        sql!(
            "SELECT coalesce(m.home_id, m.ticket_id) AS home,
                    (SELECT a.target_id FROM arrangement_message x JOIN arrangement a ON a.id = x.arrangement_id
                      WHERE x.message_id = m.id AND a.undone_at_ms IS NULL ORDER BY a.id DESC LIMIT 1) AS moved
               FROM message m WHERE m.id = $1"
        ),
        args![message],
    )?;
    Ok((moved.unwrap_or(home), moved.is_some()))
}
/// Puts a message where it belongs: `base`, whose number leads to `ticket`.
pub fn place(conn: &mut Conn, message: Id<Message>, base: Id<Ticket>, ticket: Id<Ticket>) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE message SET home_id = coalesce(home_id, ticket_id), base_id = $2, ticket_id = $3 WHERE id = $1"
        ),
        args![message, base, ticket],
    )
    .map(drop)
}
/// A message that was written to `home` and has landed where that number leads to.
pub fn set_home(conn: &mut Conn, message: Id<Message>, home: Id<Ticket>) -> Result<()> {
    conn.run(sql!("UPDATE message SET home_id = $2, base_id = $2 WHERE id = $1"), args![message, home])
        .map(drop)
}
/// Answers to a message belong to `base`; `None` where they belong to where it came to.
pub fn place_answers(conn: &mut Conn, message_id: &str, base: Option<Id<Ticket>>) -> Result<()> {
    let hash = references::hash(message_id);
    match base {
        Some(base) => conn.run(
            sql!(
                "INSERT INTO mail_place (hash, ticket_id) VALUES ($1, $2)
                   ON CONFLICT (hash) DO UPDATE SET ticket_id = excluded.ticket_id"
            ),
            args![hash, base],
        ),
        None => conn.run(sql!("DELETE FROM mail_place WHERE hash = $1"), args![hash]),
    }
    .map(drop)
}

/// What a list shows of a ticket's last public message: its words, its author, and whether the customer wrote it.
pub fn last_said(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<(String, String, bool)>> {
    let row = conn.find::<(String, String, Direction)>(
        sql!(
            "SELECT text, author_name, direction FROM message
              WHERE ticket_id = $1 AND kind = 'public' AND is_automatic = FALSE AND is_sender_known = TRUE
              ORDER BY id DESC LIMIT 1"
        ),
        args![ticket],
    )?;
    Ok(row.map(|(text, by, direction)| (text, by, direction == Direction::In)))
}

// ── previews ────────────────────────────────────────────────────────────

/// How much would move.
#[derive(Clone, Copy, Debug, Record)]
pub struct Amount {
    pub messages: i64,
    pub notes: i64,
    pub files: i64,
}
pub fn amount(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Amount> {
    conn.one(
        sql!(
            "SELECT count(CASE WHEN m.kind = 'public' THEN 1 END) AS messages,
                    count(CASE WHEN m.kind = 'note' THEN 1 END) AS notes,
                    CAST(coalesce(sum((SELECT count(*) FROM attachment a WHERE a.message_id = m.id)), 0) AS BIGINT) AS files
               FROM message m WHERE m.ticket_id = $1"
        ),
        args![ticket],
    )
}
/// A message to choose.
#[derive(Clone, Debug, Record)]
pub struct Choosable {
    pub id: Id<Message>,
    pub kind: MessageKind,
    pub author_name: String,
    pub subject: String,
    pub text: String,
    pub created_at_ms: kernel::clock::Millis,
}
impl Choosable {
    /// Whether a form has chosen it.
    pub fn is_chosen(&self, form: &platform::web::Form) -> bool {
        form.all("message").any(|chosen| chosen == self.id.to_string())
    }
    pub fn begins(&self) -> String {
        kernel::text::shorten(&self.text, 100)
    }
}
/// The newest messages of a ticket, oldest first, 200 at most.
pub fn choosable(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Choosable>> {
    let mut found: Vec<Choosable> = conn.all(
        sql!(
            "SELECT id, kind, author_name, subject, text, created_at_ms FROM message
              WHERE ticket_id = $1 AND side_id IS NULL ORDER BY id DESC LIMIT 200"
        ),
        args![ticket],
    )?;
    found.reverse();
    Ok(found)
}

// ── links ───────────────────────────────────────────────────────────────

/// A link of a ticket with the other one.
#[derive(Clone, Debug, Record)]
pub struct Linked {
    pub id: Id<Arrangement>,
    pub link: Link,
    pub is_source: bool,
    pub other_id: Id<Ticket>,
    pub subject: String,
    pub category: Category,
}
/// The links of a ticket that the caller has seen, as far as they see the others, the oldest first.
pub fn links<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Vec<Linked>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            "SELECT a.id, a.link, a.source_id = $4 AS is_source, t.id AS other_id, t.subject, t.category
               FROM arrangement a JOIN ticket t ON t.id = CASE WHEN a.source_id = $4 THEN a.target_id ELSE a.source_id END
              WHERE (a.source_id = $4 OR a.target_id = $4) AND a.kind = 'link' AND a.undone_at_ms IS NULL AND ",
            visible!(),
            " ORDER BY a.id"
        )),
        args![sight.scope, sight.person, &sight.ids, ticket],
    )
}
/// Whether such a link stands between the two, in this direction.
pub fn is_linked(conn: &mut Conn, link: Link, source: Id<Ticket>, target: Id<Ticket>) -> Result<bool> {
    let found = conn.find::<(Id<Arrangement>,)>(
        sql!(
            "SELECT id FROM arrangement
              WHERE source_id = $2 AND target_id = $3 AND kind = 'link' AND link = $1 AND undone_at_ms IS NULL LIMIT 1"
        ),
        args![link, source, target],
    )?;
    Ok(found.is_some())
}
/// The parent of a ticket.
pub fn parent(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Id<Ticket>>> {
    let found = conn.find::<(Id<Ticket>,)>(
        sql!(
            "SELECT target_id FROM arrangement
              WHERE source_id = $1 AND kind = 'link' AND link = 'child' AND undone_at_ms IS NULL LIMIT 1"
        ),
        args![ticket],
    )?;
    Ok(found.map(|(id,)| id))
}
/// Whether a chain of such links leads from one ticket to another.
pub fn leads(conn: &mut Conn, link: Link, from: Id<Ticket>, to: Id<Ticket>) -> Result<bool> {
    let found = conn.find::<(Id<Ticket>,)>(
        sql!(
            "WITH RECURSIVE chain (id) AS (
               SELECT target_id FROM arrangement
                WHERE source_id = $2 AND kind = 'link' AND link = $1 AND undone_at_ms IS NULL
                UNION
               SELECT a.target_id FROM arrangement a JOIN chain c ON a.source_id = c.id
                WHERE a.kind = 'link' AND a.link = $1 AND a.undone_at_ms IS NULL)
             SELECT id FROM chain WHERE id = $3"
        ),
        args![link, from, to],
    )?;
    Ok(found.is_some())
}
