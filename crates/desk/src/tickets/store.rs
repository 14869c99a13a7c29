//! SQL for tickets. Nothing else.
//!
//! Whoever reads a ticket for somebody adds [`visible!`]: what a person may not see is not found.
use super::{Category, NewTicket, Priority, Ticket, TicketError, ViewTickets};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Actor, Contact, Implies, Organisation, Scope, Team, Tx, User, Who},
    db::{Conn, Result},
    sql,
};
use std::ops::Deref;

/// The condition that the ticket `t` is within a person's sight: by their scope, or because they have it or help with it. Uses `$1` (scope), `$2` (person), `$3` (the ids
/// that the scope means).
#[macro_export]
macro_rules! visible {
    () => {
        "($1 = 'all' OR t.assignee_id = $2
           OR EXISTS (SELECT 1 FROM ticket_helper sh WHERE sh.ticket_id = t.id AND sh.user_id = $2)
           OR ($1 = 'team' AND t.team_id {in $3})
           OR ($1 = 'inbox' AND t.inbox_id {in $3})
           OR ($1 = 'organisation' AND t.organisation_id {in $3}))"
    };
}
pub(crate) use visible;

/// Condition of the address `e` at which a participant `p` gets what is said on the ticket: the one that they wrote from
/// last, else the one that we wrote to, else their first. It is always one that is theirs by now.
macro_rules! current_address {
    () => {
        "e.email = coalesce(
            (SELECT m.from_email FROM message m JOIN contact_email o ON o.email = m.from_email AND o.contact_id = p.contact_id
              WHERE m.ticket_id = p.ticket_id AND m.direction = 'in' AND m.author_kind = 'contact'
                AND m.author_id = p.contact_id ORDER BY m.id DESC LIMIT 1),
            (SELECT o.email FROM message m JOIN contact_email o ON m.to_emails = '[\"' || o.email || '\"]'
              WHERE m.ticket_id = p.ticket_id AND m.direction = 'out' AND m.kind = 'public'
                AND o.contact_id = p.contact_id ORDER BY m.id DESC LIMIT 1),
            (SELECT o.email FROM contact_email o WHERE o.contact_id = p.contact_id AND o.is_primary = TRUE))"
    };
}
pub(crate) use current_address;

/// How far a person sees: the values of `$1`, `$2`, `$3` of [`visible!`].
pub struct Sight {
    pub scope: Scope,
    pub person: i64,
    pub ids: String,
}
impl Sight {
    pub fn of<P>(tx: &Tx<P>) -> Sight {
        Sight::within(tx.actor(), tx.scope())
    }
    /// What `actor` sees where their permission reaches `scope`.
    pub fn within(actor: &Actor, scope: Scope) -> Sight {
        let ids = match scope {
            Scope::Team => Id::list(&actor.teams),
            Scope::Inbox => Id::list(&actor.inboxes),
            Scope::Organisation => Id::list(&actor.organisations),
            Scope::All | Scope::Own => "[]".into(),
        };
        // Nobody is assignee -1; 0 would be every ticket without one.
        let person = if let Who::User(id) = actor.who { id.number() } else { -1 };
        Sight { scope, person, ids }
    }
}

macro_rules! ticket_columns {
    () => {
        "t.id, t.subject, t.kind, t.status_id, s.code AS status_code, s.name AS status_name, t.category, t.priority,
         t.channel, t.requester_id, coalesce(l.id, c.id) AS customer_id, coalesce(l.name, c.name) AS requester_name,
         e.email AS requester_email, t.organisation_id,
         o.name AS organisation_name, t.inbox_id, t.team_id, m.name AS team_name, t.assignee_id,
         u.name AS assignee_name, t.created_at_ms, t.updated_at_ms, t.due_at_ms, t.sla_terms_id, t.solved_at_ms, t.hint_id,
         t.reopened, t.version, t.is_snoozed, z.until_ms AS snoozed_until_ms, z.wakes_on_message, t.merged_into_id, t.lands_at_id,
         t.stay_id, n.position AS line, t.side_state,
         t.items_done, t.items_all, t.items_needed, t.spent_minutes, t.contract_id,
         k.name AS contract_name
         FROM ticket t
         JOIN ticket_status s ON s.id = t.status_id
         JOIN contact c ON c.id = t.requester_id
         LEFT JOIN contact l ON l.id = c.lands_at_id
         LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
         LEFT JOIN organisation o ON o.id = t.organisation_id
         LEFT JOIN team m ON m.id = t.team_id
         LEFT JOIN desk_user u ON u.id = t.assignee_id
         LEFT JOIN ticket_snooze z ON z.ticket_id = t.id
         LEFT JOIN support_line_team q ON q.team_id = t.team_id
         LEFT JOIN support_line n ON n.id = q.line_id
         LEFT JOIN contract k ON k.id = t.contract_id"
    };
}

/// Something that its holder was allowed to see when this transaction looked.
#[derive(Debug)]
pub struct Seen<T>(T);
impl<T> Deref for Seen<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T> Seen<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// The ticket, if the actor may see it. Jobs see all.
pub fn see<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Ticket>) -> Result<Option<Seen<Ticket>>> {
    let sight = Sight::of(tx);
    let found = tx.find(
        sql!(concat!("SELECT ", ticket_columns!(), " WHERE t.id = $4 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, id],
    )?;
    Ok(found.map(Seen))
}

/// Whether the actor may change the ticket: `tickets.edit` can reach less than the permission that opened `tx`.
pub fn may_edit<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: &Seen<Ticket>) -> Result<bool> {
    is_in_reach(tx, ticket, "tickets.edit")
}
/// Whether the actor's permission with this key reaches the ticket.
pub fn is_in_reach<P>(tx: &mut Tx<P>, ticket: &Seen<Ticket>, key: &str) -> Result<bool> {
    let scope = match tx.actor().reach(key) {
        None => return Ok(false),
        Some(Scope::All) => return Ok(true),
        Some(scope) => scope,
    };
    let sight = Sight::within(tx.actor(), scope);
    let found = tx.find::<(Id<Ticket>,)>(
        sql!(concat!("SELECT t.id FROM ticket t WHERE t.id = $4 AND ", visible!())),
        args![sight.scope, sight.person, &sight.ids, ticket.id],
    )?;
    Ok(found.is_some())
}

/// The ticket that the number leads to, if `contact` takes part in it or in the one of this number.
pub fn see_as_participant<P>(
    tx: &mut Tx<P>,
    id: Id<Ticket>,
    contact: Id<Contact>,
) -> Result<Option<Seen<Ticket>>> {
    let found = tx.find(
        sql!(concat!(
            "SELECT ",
            ticket_columns!(),
            " WHERE t.id = (SELECT coalesce(x.lands_at_id, x.id) FROM ticket x WHERE x.id = $1)
                AND EXISTS (SELECT 1 FROM ticket_participant p
                             WHERE p.contact_id = $2 AND (p.ticket_id = t.id OR p.ticket_id = $1))"
        )),
        args![id, contact],
    )?;
    Ok(found.map(Seen))
}

/// Several tickets by id, in that order's number; those out of sight are left out.
pub fn by_ids<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ids: &[Id<Ticket>]) -> Result<Vec<Ticket>> {
    let sight = Sight::of(tx);
    by_ids_within(tx, ids, &sight)
}
/// Those of them that `sight` reaches.
pub fn by_ids_within(conn: &mut Conn, ids: &[Id<Ticket>], sight: &Sight) -> Result<Vec<Ticket>> {
    conn.all(
        sql!(concat!("SELECT ", ticket_columns!(), " WHERE t.id {in $4} AND ", visible!(), " ORDER BY t.id")),
        args![sight.scope, sight.person, &sight.ids, &Id::list(ids)],
    )
}

/// The newest tickets of a contact and of those that were merged into it, 20 at most.
pub fn of_contact<P: Implies<ViewTickets>>(tx: &mut Tx<P>, contact: Id<Contact>) -> Result<Vec<Ticket>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            "SELECT ",
            ticket_columns!(),
            " WHERE t.requester_id IN (SELECT x.id FROM contact x WHERE x.id = $4 OR x.lands_at_id = $4) AND ",
            visible!(),
            " ORDER BY t.id DESC LIMIT 20"
        )),
        args![sight.scope, sight.person, &sight.ids, contact],
    )
}

/// A new row. The caller sees to participants, message, counts and events.
pub fn insert<P>(
    tx: &mut Tx<P>,
    new: &NewTicket,
    (status, category): (Id<crate::statuses::Status>, Category),
    requester: Id<Contact>,
    organisation: Option<Id<Organisation>>,
    last: (&str, &str, bool),
    promised: crate::sla::live::Promised,
) -> Result<Id<Ticket>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO ticket (subject, subject_folded, kind, status_id, category, is_open, priority, channel,
                                 requester_id, organisation_id, inbox_id, team_id, assignee_id, created_at_ms,
                                 updated_at_ms, last_text, last_by, is_last_in, due_at_ms, sla_terms_id, contract_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17, $18, $19, $20)
               RETURNING id"
        ),
        args![
            &new.subject,
            &text::fold(&new.subject),
            new.kind,
            status,
            category,
            category.is_open(),
            new.priority,
            new.channel,
            requester,
            organisation,
            new.inbox,
            new.team.unwrap_or(Id::new(0)),
            new.assignee.unwrap_or(Id::new(0)),
            now,
            last.0,
            last.1,
            last.2,
            promised.due_at,
            promised.terms,
            promised.contract
        ],
    )?;
    Ok(id)
}

/// All that [`super::actions::edit`] can change, as it shall be.
pub struct Row {
    pub subject: String,
    pub kind: super::Kind,
    pub status_id: Id<crate::statuses::Status>,
    pub category: Category,
    pub priority: Priority,
    pub team_id: Id<Team>,
    pub assignee_id: Id<User>,
    pub requester_id: Id<Contact>,
    pub organisation_id: Option<Id<Organisation>>,
    pub solved_at_ms: Option<Millis>,
    pub reopened: i64,
}

/// Writes the row unless somebody changed it since `version` was read.
///
/// * returns – whether it was written.
pub fn update<P>(tx: &mut Tx<P>, id: Id<Ticket>, version: i64, row: &Row) -> Result<bool> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE ticket SET subject = $3, subject_folded = $4, kind = $5, status_id = $6, category = $7,
                    is_open = $8, priority = $9, team_id = $10, assignee_id = $11, requester_id = $12,
                    organisation_id = $13, solved_at_ms = $14, reopened = $15, updated_at_ms = $16,
                    status_at_ms = CASE WHEN status_id = $6 THEN status_at_ms ELSE $16 END,
                    is_snoozed = (is_snoozed = TRUE AND $8 = TRUE), version = version + 1
              WHERE id = $1 AND version = $2 AND merged_into_id IS NULL"
        ),
        args![
            id,
            version,
            &row.subject,
            &text::fold(&row.subject),
            row.kind,
            row.status_id,
            row.category,
            row.category.is_open(),
            row.priority,
            row.team_id,
            row.assignee_id,
            row.requester_id,
            row.organisation_id,
            row.solved_at_ms,
            row.reopened,
            now
        ],
    )?;
    Ok(written == 1)
}

/// What the list shows of the last public message.
///
/// Every message passes here or through [`touch_time`]. Nothing is written to a ticket that was merged into another,
/// also where that happened a moment ago on another node.
///
/// * errors – [`TicketError::Merged`].
pub fn touch<P>(
    tx: &mut Tx<P>,
    id: Id<Ticket>,
    text: &str,
    by: &str,
    is_in: bool,
) -> Result<(), TicketError> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE ticket SET last_text = $2, last_by = $3, is_last_in = $4, updated_at_ms = $5,
                    version = version + 1 WHERE id = $1 AND merged_into_id IS NULL"
        ),
        args![id, text, by, is_in, now],
    )?;
    if written == 1 { Ok(()) } else { Err(TicketError::Merged) }
}

/// A note changes nothing that the customer's side of the list shows.
///
/// * errors – [`TicketError::Merged`].
pub fn touch_time<P>(tx: &mut Tx<P>, id: Id<Ticket>) -> Result<(), TicketError> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE ticket SET updated_at_ms = $2, version = version + 1 WHERE id = $1 AND merged_into_id IS NULL"
        ),
        args![id, now],
    )?;
    if written == 1 { Ok(()) } else { Err(TicketError::Merged) }
}

/// Remembers that something without proof pointed at another ticket.
pub fn set_hint<P>(tx: &mut Tx<P>, id: Id<Ticket>, hint: Id<Ticket>) -> Result<()> {
    tx.run(sql!("UPDATE ticket SET hint_id = $2 WHERE id = $1"), args![id, hint]).map(drop)
}

/// The ticket that a number leads to: its own, or the one that it was merged into; `None` for a number that is not.
pub fn landing(conn: &mut Conn, id: Id<Ticket>) -> Result<Option<Id<Ticket>>> {
    let row = conn.find::<(Id<Ticket>,)>(
        sql!("SELECT coalesce(lands_at_id, id) AS id FROM ticket WHERE id = $1"),
        args![id],
    )?;
    Ok(row.map(|(id,)| id))
}

/// Somebody of the customer's side who takes part.
#[derive(Clone, Debug, Record)]
pub struct Participant {
    pub ticket_id: Id<Ticket>,
    pub contact_id: Id<Contact>,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
}

/// The requester first.
pub fn participants(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Participant>> {
    conn.all(
        sql!(
            "SELECT p.ticket_id, p.contact_id, p.role, c.name, e.email
               FROM ticket_participant p
               JOIN contact c ON c.id = p.contact_id
               LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
              WHERE p.ticket_id = $1 ORDER BY p.role DESC, p.contact_id"
        ),
        args![ticket],
    )
}

/// The addresses at which those who take part get an answer, each with whether it is the requester's.
pub fn reached_at(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<(String, bool)>> {
    conn.all(
        sql!(concat!(
            "SELECT e.email, p.role = 'requester' AS is_requester
               FROM ticket_participant p
               JOIN contact_email e ON e.contact_id = p.contact_id AND ",
            current_address!(),
            " WHERE p.ticket_id = $1 ORDER BY p.role DESC, p.contact_id"
        )),
        args![ticket],
    )
}

/// Whether the owner of this address takes part, and who it is.
pub fn participant_by_email(conn: &mut Conn, ticket: Id<Ticket>, email: &str) -> Result<Option<Id<Contact>>> {
    let row = conn.find::<(Id<Contact>,)>(
        sql!(
            "SELECT p.contact_id FROM ticket_participant p JOIN contact_email e ON e.contact_id = p.contact_id
              WHERE p.ticket_id = $1 AND e.email = $2"
        ),
        args![ticket, email],
    )?;
    Ok(row.map(|(id,)| id))
}

/// Whether an address is one of this contact's.
pub fn is_address_of(conn: &mut Conn, email: &str, contact: Id<Contact>) -> Result<bool> {
    let row = conn.find::<(i64,)>(
        sql!("SELECT 1 AS one FROM contact_email WHERE email = $1 AND contact_id = $2"),
        args![email, contact],
    )?;
    Ok(row.is_some())
}

/// * returns – whether the contact is new there.
pub fn add_participant(
    conn: &mut Conn,
    ticket: Id<Ticket>,
    contact: Id<Contact>,
    role: &str,
) -> Result<bool> {
    let added = conn.run(
        sql!(
            "INSERT INTO ticket_participant (ticket_id, contact_id, role) VALUES ($1, $2, $3)
               ON CONFLICT (ticket_id, contact_id) DO NOTHING"
        ),
        args![ticket, contact, role],
    )?;
    Ok(added == 1)
}
/// The first to take part in a new ticket.
pub fn add_requester(conn: &mut Conn, ticket: Id<Ticket>, contact: Id<Contact>) -> Result<()> {
    conn.put(
        sql!("INSERT INTO ticket_participant (ticket_id, contact_id, role) VALUES ($1, $2, 'requester')"),
        args![ticket, contact],
    )
}
pub fn set_requester(conn: &mut Conn, ticket: Id<Ticket>, contact: Id<Contact>) -> Result<()> {
    conn.run(
        sql!("UPDATE ticket_participant SET role = 'cc' WHERE ticket_id = $1 AND role = 'requester'"),
        args![ticket],
    )?;
    conn.run(
        sql!(
            "INSERT INTO ticket_participant (ticket_id, contact_id, role) VALUES ($1, $2, 'requester')
               ON CONFLICT (ticket_id, contact_id) DO UPDATE SET role = 'requester'"
        ),
        args![ticket, contact],
    )
    .map(drop)
}
/// The requester stays.
pub fn remove_participant(conn: &mut Conn, ticket: Id<Ticket>, contact: Id<Contact>) -> Result<bool> {
    let removed = conn.run(
        sql!("DELETE FROM ticket_participant WHERE ticket_id = $1 AND contact_id = $2 AND role = 'cc'"),
        args![ticket, contact],
    )?;
    Ok(removed == 1)
}

/// Until the end of the transaction nobody else answers on this ticket: of two who send at once the second one sees the
/// first.
pub fn hold<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<()> {
    tx.run(sql!("UPDATE ticket SET is_open = is_open WHERE id = $1"), args![ticket]).map(drop)
}

/// Colleagues who want to hear of a ticket.
#[derive(Clone, Debug, Record)]
pub struct Follower {
    pub user_id: Id<User>,
    pub name: String,
}
pub fn followers(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Follower>> {
    conn.all(
        sql!(
            "SELECT f.user_id, u.name FROM ticket_follower f JOIN desk_user u ON u.id = f.user_id
              WHERE f.ticket_id = $1 ORDER BY u.name_folded"
        ),
        args![ticket],
    )
}
/// Whether that changed anything.
pub fn follow(conn: &mut Conn, ticket: Id<Ticket>, user: Id<User>) -> Result<bool> {
    let added = conn.run(
        sql!(
            "INSERT INTO ticket_follower (ticket_id, user_id) VALUES ($1, $2)
               ON CONFLICT (ticket_id, user_id) DO NOTHING"
        ),
        args![ticket, user],
    )?;
    Ok(added == 1)
}
/// Whether that changed anything.
pub fn unfollow(conn: &mut Conn, ticket: Id<Ticket>, user: Id<User>) -> Result<bool> {
    let removed = conn.run(
        sql!("DELETE FROM ticket_follower WHERE ticket_id = $1 AND user_id = $2"),
        args![ticket, user],
    )?;
    Ok(removed == 1)
}

/// A tag of a ticket.
#[derive(Clone, Debug, Record)]
pub struct Tag {
    pub ticket_id: Id<Ticket>,
    pub tag: String,
}
/// Of several tickets at once, by ticket and word.
pub fn tags(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<Vec<Tag>> {
    conn.all(
        sql!("SELECT ticket_id, tag FROM ticket_tag WHERE ticket_id {in $1} ORDER BY ticket_id, tag"),
        args![&Id::list(tickets)],
    )
}
pub fn set_tags(conn: &mut Conn, ticket: Id<Ticket>, tags: &[String]) -> Result<()> {
    conn.run(sql!("DELETE FROM ticket_tag WHERE ticket_id = $1"), args![ticket])?;
    for tag in tags {
        conn.run(sql!("INSERT INTO ticket_tag (ticket_id, tag) VALUES ($1, $2)"), args![ticket, tag])?;
    }
    Ok(())
}

/// Whether there is such a team that is not archived.
pub fn team_exists(conn: &mut Conn, team: Id<Team>) -> Result<bool> {
    let row =
        conn.find::<(i64,)>(sql!("SELECT id FROM team WHERE id = $1 AND is_archived = FALSE"), args![team])?;
    Ok(row.is_some())
}
/// Whether there is such a person who still works here.
pub fn user_exists(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    let row = conn
        .find::<(i64,)>(sql!("SELECT id FROM desk_user WHERE id = $1 AND is_active = TRUE"), args![user])?;
    Ok(row.is_some())
}

/// The ticket, for what a machine does in nobody's name: mail intake, a signed link that was checked.
pub fn see_for_machine(conn: &mut Conn, id: Id<Ticket>) -> Result<Option<Seen<Ticket>>> {
    let found = conn.find(sql!(concat!("SELECT ", ticket_columns!(), " WHERE t.id = $1")), args![id])?;
    Ok(found.map(Seen))
}

/// Somebody who works here, by their address.
pub fn user_by_email(conn: &mut Conn, email: &str) -> Result<Option<Id<User>>> {
    let row = conn.find::<(Id<User>,)>(
        sql!("SELECT id FROM desk_user WHERE email = $1 AND is_active = TRUE"),
        args![email],
    )?;
    Ok(row.map(|(id,)| id))
}

/// Tags in use that begin so, by name, 8 at most, as far as a person sees: whoever sees part of the tickets is told the
/// tags of the newest 1,000 of them.
pub fn tags_in_sight<P: Implies<ViewTickets>>(tx: &mut Tx<P>, begin: &str) -> Result<Vec<String>> {
    let sight = Sight::of(tx);
    if sight.scope == Scope::All {
        return tags_beginning(tx, begin);
    }
    let rows = tx.all::<TagName>(
        sql!(concat!(
            "SELECT DISTINCT g.tag FROM ticket_tag g
              WHERE g.tag >= $4 AND g.tag < $5 AND g.ticket_id IN (SELECT t.id FROM ticket t WHERE ",
            visible!(),
            " ORDER BY t.id DESC LIMIT 1000)
              ORDER BY g.tag LIMIT 8"
        )),
        args![sight.scope, sight.person, &sight.ids, begin, &people::contacts::policy::end_of(begin)],
    )?;
    Ok(rows.into_iter().filter_map(|row| row.tag).collect())
}

#[derive(derive::Record)]
struct TagName {
    tag: Option<String>,
}
/// Tags in use that begin with `begin`, in their order, 8 at most. Jumps from tag to tag in the index
/// `ticket_tag_name`, however many tickets have one.
fn tags_beginning(conn: &mut Conn, begin: &str) -> Result<Vec<String>> {
    let end = people::contacts::policy::end_of(begin);
    let rows = conn.all::<TagName>(
        sql!(
            "WITH RECURSIVE known (tag, n) AS (
               SELECT min(tag), 1 FROM ticket_tag WHERE tag >= $1 AND tag < $2
                UNION ALL
               SELECT (SELECT min(g.tag) FROM ticket_tag g WHERE g.tag > known.tag AND g.tag < $2), n + 1
                 FROM known WHERE known.tag IS NOT NULL AND n < 8)
             SELECT tag FROM known ORDER BY n"
        ),
        args![begin, &end],
    )?;
    Ok(rows.into_iter().filter_map(|row| row.tag).collect())
}
