//! SQL for stays, helpers and what suppliers write. Nothing else.
use super::stay::{Cause, How, Keeper, Stands, Stay};
use crate::{
    conversation::references,
    escalation::{lines::Line, suppliers::Supplier},
    tickets::{Ticket, ViewTickets},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Implies, System, Team, Tx, User},
    db::{Conn, Result},
    sql,
};

macro_rules! select_stay {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT y.id, y.ticket_id, y.kind, y.line_id, y.supplier_id, y.team_id, y.user_id, y.name, y.from_name,
                    y.from_team_id, y.from_user_id, y.from_stay_id, y.by_name, y.tried, y.expected, y.cause, y.terms,
                    y.started_at_ms, y.accepted_at_ms, y.accepted_by, y.ended_at_ms, y.ended_how, y.back_note,
                    y.accept_told, y.solve_told
               FROM stay y ",
            $rest
        ))
    };
}

/// All stays of a ticket that the caller has seen, the first one first, 500 at most.
pub fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Stay>> {
    conn.all(select_stay!("WHERE y.ticket_id = $1 ORDER BY y.id LIMIT 500"), args![ticket])
}
pub fn by_id(conn: &mut Conn, id: Id<Stay>) -> Result<Option<Stay>> {
    conn.find(select_stay!("WHERE y.id = $1"), args![id])
}
/// The one that has not ended; whoever reads it to end it has it alone until the end of the transaction.
pub fn now<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Option<Stay>> {
    tx.find(select_stay!("WHERE y.ticket_id = $1 AND y.ended_at_ms IS NULL {for_update}"), args![ticket])
}

/// Where those of the tickets stand that were handed on.
pub fn standing(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<Vec<(Id<Ticket>, Stands)>> {
    let rows = conn.all::<(Id<Ticket>, Keeper, String, Millis, bool)>(
        sql!(
            "SELECT ticket_id, kind, name, started_at_ms, accepted_at_ms IS NOT NULL AS is_accepted FROM stay
              WHERE ticket_id {in $1} AND ended_at_ms IS NULL"
        ),
        args![&Id::list(tickets)],
    )?;
    let stands =
        |(ticket, with, name, since, is_accepted)| (ticket, Stands { with, name, since, is_accepted });
    Ok(rows.into_iter().map(stands).collect())
}

/// A row to be.
pub struct New<'a> {
    pub ticket: Id<Ticket>,
    pub kind: Keeper,
    pub line: Option<Id<Line>>,
    pub supplier: Option<Id<Supplier>>,
    pub team: Id<Team>,
    pub user: Id<User>,
    pub name: &'a str,
    pub from: From<'a>,
    pub by_name: &'a str,
    pub tried: &'a str,
    pub expected: &'a str,
    pub cause: Cause,
    pub terms: &'a str,
    pub accepted: Option<&'a str>,
}
/// Who had it before, and to whom it goes back.
#[derive(Clone, Copy)]
pub struct From<'a> {
    pub name: &'a str,
    pub team: Id<Team>,
    pub user: Id<User>,
    pub stay: Option<Id<Stay>>,
}

/// Begins a stay, and says so on its ticket. [`keep_alarm`] follows.
pub fn insert<P>(tx: &mut Tx<P>, new: &New) -> Result<Id<Stay>> {
    let now = tx.now();
    let (id,) = tx.one::<(Id<Stay>,)>(
        sql!(
            "INSERT INTO stay (ticket_id, kind, line_id, supplier_id, team_id, user_id, name, from_name, from_team_id,
                               from_user_id, from_stay_id, by_name, tried, expected, cause, terms, started_at_ms,
                               accepted_at_ms, accepted_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
               RETURNING id"
        ),
        args![
            new.ticket,
            new.kind,
            new.line,
            new.supplier,
            new.team,
            new.user,
            new.name,
            new.from.name,
            new.from.team,
            new.from.user,
            new.from.stay,
            new.by_name,
            new.tried,
            new.expected,
            new.cause,
            new.terms,
            now,
            new.accepted.map(|_| now),
            new.accepted
        ],
    )?;
    tx.run(sql!("UPDATE ticket SET stay_id = $2 WHERE id = $1"), args![new.ticket, id])?;
    Ok(id)
}
/// Writes what has been told and when there is something more.
pub fn keep_alarm(conn: &mut Conn, stay: &Stay) -> Result<()> {
    conn.run(
        sql!("UPDATE stay SET accept_told = $2, solve_told = $3, alarm_at_ms = $4 WHERE id = $1"),
        args![stay.id, stay.accept_told, stay.solve_told, stay.alarm_at()],
    )
    .map(drop)
}
/// * returns – whether nobody had accepted it.
pub fn accept<P>(tx: &mut Tx<P>, id: Id<Stay>, by: &str) -> Result<bool> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE stay SET accepted_at_ms = $2, accepted_by = $3
              WHERE id = $1 AND accepted_at_ms IS NULL AND ended_at_ms IS NULL"
        ),
        args![id, now, by],
    )?;
    Ok(written == 1)
}
/// Ends a stay, and says so on its ticket.
///
/// * returns – whether it had not ended.
pub fn end<P>(tx: &mut Tx<P>, stay: &Stay, how: How, note: Option<&str>) -> Result<bool> {
    let now = tx.now();
    let written = tx.run(
        sql!(
            "UPDATE stay SET ended_at_ms = $2, ended_how = $3, back_note = $4 WHERE id = $1 AND ended_at_ms IS NULL"
        ),
        args![stay.id, now, how, note],
    )?;
    tx.run(
        sql!("UPDATE ticket SET stay_id = NULL WHERE id = $1 AND stay_id = $2"),
        args![stay.ticket_id, stay.id],
    )?;
    Ok(written == 1)
}

/// The stay that has the most urgent thing to tell until `now`, and its ticket. Uses the partial index `stay_alarm`.
pub fn next_alarm(tx: &mut Tx<System>, now: Millis) -> Result<Option<(Id<Stay>, Id<Ticket>)>> {
    tx.find(
        sql!("SELECT id, ticket_id FROM stay WHERE alarm_at_ms <= $1 ORDER BY alarm_at_ms, id LIMIT 1"),
        args![now],
    )
}
pub fn has_alarm(conn: &mut Conn, now: Millis) -> Result<bool> {
    let found = conn.find::<(Id<Stay>,)>(
        sql!("SELECT id FROM stay WHERE alarm_at_ms <= $1 ORDER BY alarm_at_ms LIMIT 1"),
        args![now],
    )?;
    Ok(found.is_some())
}

/// Whom the time of a stay concerns: whoever has the ticket, or the team where nobody does; the supervisor who was
/// asked; and who leads the team.
pub fn concerned(conn: &mut Conn, stay: Id<Stay>) -> Result<Vec<Id<User>>> {
    let rows = conn.all::<(Id<User>,)>(
        sql!(
            "SELECT u.id FROM desk_user u
              WHERE u.is_active = TRUE AND u.id IN (
                SELECT t.assignee_id FROM stay y JOIN ticket t ON t.id = y.ticket_id WHERE y.id = $1 AND y.user_id = 0
                UNION
                SELECT m.user_id FROM stay y JOIN ticket t ON t.id = y.ticket_id JOIN team_member m ON m.team_id = y.team_id
                 WHERE y.id = $1 AND y.kind = 'line' AND t.assignee_id = 0
                UNION
                SELECT y.user_id FROM stay y WHERE y.id = $1
                UNION
                SELECT s.user_id FROM stay y JOIN ticket t ON t.id = y.ticket_id
                  JOIN team_supervisor s ON s.team_id = CASE WHEN y.kind = 'line' THEN y.team_id ELSE t.team_id END
                 WHERE y.id = $1)
              ORDER BY u.id"
        ),
        args![stay],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Stays that have not ended and whose ticket does not say so, and tickets that name one that has, by the stay.
pub fn beside_their_tickets(conn: &mut Conn, most: usize) -> Result<Vec<(String,)>> {
    conn.all(
        sql!(
            "SELECT CAST(y.id AS TEXT) AS id FROM stay y JOIN ticket t ON t.id = y.ticket_id
              WHERE (y.ended_at_ms IS NULL AND coalesce(t.stay_id, 0) <> y.id)
                 OR (y.ended_at_ms IS NOT NULL AND t.stay_id = y.id)
              ORDER BY y.id LIMIT $1"
        ),
        args![most],
    )
}
/// Says on every ticket which stay it has now.
pub fn tell_tickets(conn: &mut Conn) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE ticket SET stay_id = (SELECT y.id FROM stay y WHERE y.ticket_id = ticket.id AND y.ended_at_ms IS NULL)
              WHERE id IN (SELECT ticket_id FROM stay)"
        ),
        args![],
    )
    .map(drop)
}
/// The stays after an id, each with its stored alarm, by id.
pub fn alarms_kept(
    conn: &mut Conn,
    after: Id<Stay>,
    limit: usize,
) -> Result<Vec<(Id<Stay>, Option<Millis>)>> {
    conn.all(sql!("SELECT id, alarm_at_ms FROM stay WHERE id > $1 ORDER BY id LIMIT $2"), args![after, limit])
}

/// A colleague who works on the case beside the one who has it.
#[derive(Clone, Debug, Record)]
pub struct Helper {
    pub user_id: Id<User>,
    pub name: String,
    pub email: String,
}
/// By name; those who work here.
pub fn helpers<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> Result<Vec<Helper>> {
    tx.all(
        sql!(
            "SELECT h.user_id, u.name, u.email FROM ticket_helper h JOIN desk_user u ON u.id = h.user_id
              WHERE h.ticket_id = $1 AND u.is_active = TRUE ORDER BY u.name_folded, u.id"
        ),
        args![ticket],
    )
}
/// * returns – whether they are new there.
pub(super) fn add_helper<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, user: Id<User>) -> Result<bool> {
    let now = tx.now();
    let added = tx.run(
        sql!(
            "INSERT INTO ticket_helper (ticket_id, user_id, added_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (ticket_id, user_id) DO NOTHING"
        ),
        args![ticket, user, now],
    )?;
    Ok(added == 1)
}
/// * returns – whether they were one.
pub(super) fn remove_helper(conn: &mut Conn, ticket: Id<Ticket>, user: Id<User>) -> Result<bool> {
    let gone = conn
        .run(sql!("DELETE FROM ticket_helper WHERE ticket_id = $1 AND user_id = $2"), args![ticket, user])?;
    Ok(gone == 1)
}

/// Remembers Message-IDs of what was written with a supplier.
pub fn remember(conn: &mut Conn, stay: Id<Stay>, message_ids: &[&str]) -> Result<()> {
    for id in message_ids.iter().take(50) {
        conn.put(
            sql!(
                "INSERT INTO supplier_mail (hash, stay_id) VALUES ($1, $2) ON CONFLICT (hash, stay_id) DO NOTHING"
            ),
            args![references::hash(id), stay],
        )?;
    }
    Ok(())
}
/// The newest stay at the supplier with this address in which one of these was written.
pub fn answered(conn: &mut Conn, message_ids: &[&str], email: &str) -> Result<Option<Id<Stay>>> {
    if message_ids.is_empty() {
        return Ok(None);
    }
    let hashes: Vec<_> = message_ids.iter().map(|id| references::hash(id).to_string()).collect();
    let row = conn.find::<(Id<Stay>,)>(
        sql!(
            "SELECT y.id FROM supplier_mail m JOIN stay y ON y.id = m.stay_id JOIN supplier s ON s.id = y.supplier_id
              WHERE m.hash {in $1} AND s.email = $2 ORDER BY y.id DESC LIMIT 1"
        ),
        args![&format!("[{}]", hashes.join(",")), email],
    )?;
    Ok(row.map(|(id,)| id))
}
/// The newest stay of a ticket at the supplier with this address.
pub fn stay_at(conn: &mut Conn, ticket: Id<Ticket>, email: &str) -> Result<Option<Id<Stay>>> {
    let row = conn.find::<(Id<Stay>,)>(
        sql!(
            "SELECT y.id FROM stay y JOIN supplier s ON s.id = y.supplier_id
              WHERE y.ticket_id = $1 AND s.email = $2 ORDER BY y.id DESC LIMIT 1"
        ),
        args![ticket, email],
    )?;
    Ok(row.map(|(id,)| id))
}
/// The address of the supplier of a stay, and what it is called.
pub fn supplier_of(conn: &mut Conn, stay: Id<Stay>) -> Result<Option<(String, String)>> {
    conn.find(
        sql!("SELECT s.email, s.name FROM stay y JOIN supplier s ON s.id = y.supplier_id WHERE y.id = $1"),
        args![stay],
    )
}
