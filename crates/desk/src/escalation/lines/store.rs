//! SQL for lines and their teams. Nothing else. A desk has a handful.
use super::policy::{Line, NewLine};
use crate::escalation::ManageEscalation;
use kernel::{id::Id, text};
use platform::{
    args,
    authority::{Team, Tx},
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

pub(super) fn insert_line(tx: &mut Tx<ManageEscalation>, new: &NewLine, position: i64) -> Result<Id<Line>> {
    let (now, words) = (tx.now(), new.promised.words());
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
    let words = new.promised.words();
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
