//! SQL for lines, supervisors and suppliers. Nothing else. A desk has a handful of each.
use super::policy::{Line, NewLine, NewSupplier, Promised, Supplier};
use crate::escalation::ManageEscalation;
use kernel::{id::Id, text};
use platform::{
    args,
    authority::{Team, Tx, User},
    db::{Conn, Result},
    sql,
};

/// In their order.
pub fn lines(conn: &mut Conn) -> Result<Vec<Line>> {
    conn.all(
        sql!(
            "SELECT id, name, position, calendar_id, accept_within, solve_within, warn FROM support_line
              ORDER BY position"
        ),
        args![],
    )
}
pub fn line(conn: &mut Conn, id: Id<Line>) -> Result<Option<Line>> {
    conn.find(
        sql!(
            "SELECT id, name, position, calendar_id, accept_within, solve_within, warn FROM support_line
              WHERE id = $1"
        ),
        args![id],
    )
}
/// The line of a team; `None` where it is in none.
pub fn line_of(conn: &mut Conn, team: Id<Team>) -> Result<Option<Line>> {
    conn.find(
        sql!(
            "SELECT l.id, l.name, l.position, l.calendar_id, l.accept_within, l.solve_within, l.warn
               FROM support_line_team q JOIN support_line l ON l.id = q.line_id WHERE q.team_id = $1"
        ),
        args![team],
    )
}
/// The line after this position, or the first.
pub fn line_after(conn: &mut Conn, position: i64) -> Result<Option<Line>> {
    conn.find(
        sql!(
            "SELECT id, name, position, calendar_id, accept_within, solve_within, warn FROM support_line
              WHERE position > $1 ORDER BY position LIMIT 1"
        ),
        args![position],
    )
}
/// Which team is in which line, and what it is called; those in use, in their order.
pub fn teams(conn: &mut Conn) -> Result<Vec<(Id<Line>, Id<Team>, String)>> {
    conn.all(
        sql!(
            "SELECT q.line_id, q.team_id, m.name FROM support_line_team q JOIN team m ON m.id = q.team_id
              WHERE m.is_archived = FALSE ORDER BY q.line_id, q.place"
        ),
        args![],
    )
}
/// The first team in use of a line.
pub fn first_team(conn: &mut Conn, line: Id<Line>) -> Result<Option<(Id<Team>, String)>> {
    conn.find(
        sql!(
            "SELECT q.team_id, m.name FROM support_line_team q JOIN team m ON m.id = q.team_id
              WHERE q.line_id = $1 AND m.is_archived = FALSE ORDER BY q.place LIMIT 1"
        ),
        args![line],
    )
}
/// Whether the team is of this line.
pub fn is_of(conn: &mut Conn, team: Id<Team>, line: Id<Line>) -> Result<bool> {
    let found = conn.find::<(Id<Team>,)>(
        sql!("SELECT team_id FROM support_line_team WHERE team_id = $1 AND line_id = $2"),
        args![team, line],
    )?;
    Ok(found.is_some())
}

/// Whether another line has this name, and whether another one has this position.
pub(super) fn is_line_taken(conn: &mut Conn, new: &NewLine, but: Option<Id<Line>>) -> Result<(bool, bool)> {
    let but = but.unwrap_or(Id::new(0));
    let name = conn.find::<(i64,)>(
        sql!("SELECT id FROM support_line WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(&new.name), but],
    )?;
    let position = conn.find::<(i64,)>(
        sql!("SELECT id FROM support_line WHERE position = $1 AND id <> $2"),
        args![new.position.unwrap_or(0), but],
    )?;
    Ok((name.is_some(), position.is_some()))
}
pub(super) fn last_position(conn: &mut Conn) -> Result<i64> {
    let (last,) =
        conn.one::<(i64,)>(sql!("SELECT coalesce(max(position), 0) AS last FROM support_line"), args![])?;
    Ok(last)
}
/// Spans as people write them.
struct Words {
    accept: Option<String>,
    solve: Option<String>,
    warn: String,
}
impl Words {
    fn of(promised: &Promised) -> Words {
        Words {
            accept: promised.accept.map(|span| span.to_string()),
            solve: promised.solve.map(|span| span.to_string()),
            warn: promised.warn.to_string(),
        }
    }
}
pub(super) fn insert_line(tx: &mut Tx<ManageEscalation>, new: &NewLine, position: i64) -> Result<Id<Line>> {
    let (now, words) = (tx.now(), Words::of(&new.promised));
    let (id,) = tx.one(
        sql!(
            "INSERT INTO support_line (name, name_folded, position, calendar_id, accept_within, solve_within, warn,
                                       created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"
        ),
        args![
            &new.name,
            &text::fold(&new.name),
            position,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn,
            now
        ],
    )?;
    Ok(id)
}
pub(super) fn update_line(tx: &mut Tx<ManageEscalation>, id: Id<Line>, new: &NewLine) -> Result<()> {
    let words = Words::of(&new.promised);
    tx.run(
        sql!(
            "UPDATE support_line SET name = $2, name_folded = $3, position = coalesce($4, position), calendar_id = $5,
                    accept_within = $6, solve_within = $7, warn = $8 WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &text::fold(&new.name),
            new.position,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn
        ],
    )
    .map(drop)
}
/// The line's teams, in this order. A team that was in another line is in this one from now on.
pub(super) fn set_teams(tx: &mut Tx<ManageEscalation>, id: Id<Line>, teams: &[Id<Team>]) -> Result<()> {
    tx.run(sql!("DELETE FROM support_line_team WHERE line_id = $1"), args![id])?;
    for (place, team) in teams.iter().enumerate() {
        tx.run(
            sql!(
                "INSERT INTO support_line_team (team_id, line_id, place) VALUES ($1, $2, $3)
                   ON CONFLICT (team_id) DO UPDATE SET line_id = excluded.line_id, place = excluded.place"
            ),
            args![*team, id, place],
        )?;
    }
    Ok(())
}
pub(super) fn remove_line(tx: &mut Tx<ManageEscalation>, id: Id<Line>) -> Result<bool> {
    tx.run(sql!("DELETE FROM support_line_team WHERE line_id = $1"), args![id])?;
    Ok(tx.run(sql!("DELETE FROM support_line WHERE id = $1"), args![id])? == 1)
}
/// How many tickets were handed to the line and are still there.
pub(super) fn held(conn: &mut Conn, id: Id<Line>) -> Result<i64> {
    let (count,) = conn.one::<(i64,)>(
        sql!("SELECT count(*) AS n FROM stay WHERE kind = 'line' AND line_id = $1 AND ended_at_ms IS NULL"),
        args![id],
    )?;
    Ok(count)
}

/// Who leads which team, by team, and what both are called.
pub fn supervisors(conn: &mut Conn) -> Result<Vec<(Id<Team>, Id<User>, String)>> {
    conn.all(
        sql!(
            "SELECT s.team_id, s.user_id, u.name FROM team_supervisor s JOIN desk_user u ON u.id = s.user_id
              WHERE u.is_active = TRUE ORDER BY s.team_id"
        ),
        args![],
    )
}
/// Who leads the team, where they still work here.
pub fn supervisor(conn: &mut Conn, team: Id<Team>) -> Result<Option<(Id<User>, String)>> {
    conn.find(
        sql!(
            "SELECT s.user_id, u.name FROM team_supervisor s JOIN desk_user u ON u.id = s.user_id
              WHERE s.team_id = $1 AND u.is_active = TRUE"
        ),
        args![team],
    )
}
pub(super) fn set_supervisor(
    tx: &mut Tx<ManageEscalation>,
    team: Id<Team>,
    user: Option<Id<User>>,
) -> Result<()> {
    match user {
        None => tx.run(sql!("DELETE FROM team_supervisor WHERE team_id = $1"), args![team]),
        Some(user) => tx.run(
            sql!(
                "INSERT INTO team_supervisor (team_id, user_id) VALUES ($1, $2)
                   ON CONFLICT (team_id) DO UPDATE SET user_id = excluded.user_id"
            ),
            args![team, user],
        ),
    }
    .map(drop)
}

/// By name.
pub fn suppliers(conn: &mut Conn) -> Result<Vec<Supplier>> {
    conn.all(
        sql!(
            "SELECT id, name, email, calendar_id, accept_within, solve_within, warn, is_archived FROM supplier
              ORDER BY is_archived, name_folded, id LIMIT 1000"
        ),
        args![],
    )
}
pub fn supplier(conn: &mut Conn, id: Id<Supplier>) -> Result<Option<Supplier>> {
    conn.find(
        sql!(
            "SELECT id, name, email, calendar_id, accept_within, solve_within, warn, is_archived FROM supplier
              WHERE id = $1"
        ),
        args![id],
    )
}
pub(super) fn is_supplier_taken(conn: &mut Conn, name: &str, but: Option<Id<Supplier>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM supplier WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}
/// Whether mail to this address comes back to this desk.
pub(super) fn is_own_address(conn: &mut Conn, email: &str) -> Result<bool> {
    let found = conn.find::<(i64,)>(sql!("SELECT id FROM inbox WHERE address = $1 LIMIT 1"), args![email])?;
    Ok(found.is_some())
}
pub(super) fn insert_supplier(tx: &mut Tx<ManageEscalation>, new: &NewSupplier) -> Result<Id<Supplier>> {
    let (now, words) = (tx.now(), Words::of(&new.promised));
    let (id,) = tx.one(
        sql!(
            "INSERT INTO supplier (name, name_folded, email, calendar_id, accept_within, solve_within, warn,
                                   created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"
        ),
        args![
            &new.name,
            &text::fold(&new.name),
            &new.email,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn,
            now
        ],
    )?;
    Ok(id)
}
pub(super) fn update_supplier(
    tx: &mut Tx<ManageEscalation>,
    id: Id<Supplier>,
    new: &NewSupplier,
    is_archived: bool,
) -> Result<()> {
    let words = Words::of(&new.promised);
    tx.run(
        sql!(
            "UPDATE supplier SET name = $2, name_folded = $3, email = $4, calendar_id = $5, accept_within = $6,
                    solve_within = $7, warn = $8, is_archived = $9 WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &text::fold(&new.name),
            &new.email,
            new.promised.calendar,
            words.accept.as_deref(),
            words.solve.as_deref(),
            &words.warn,
            is_archived
        ],
    )
    .map(drop)
}
