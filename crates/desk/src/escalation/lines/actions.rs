//! What can be done with lines.
use super::{
    policy::{Line, LineChanges, NewLine, POSITIONS},
    store,
};
use crate::{
    escalation::{LineChanged, LineCreated, LineRemoved, ManageEscalation, promised},
    tickets::{self, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Team, Tx},
    db::Conn,
};

/// Adds a line, after the others unless it says where.
pub fn create_line(tx: &mut Tx<ManageEscalation>, new: NewLine) -> Result<Id<Line>, TicketError> {
    check_line(tx, &new, None)?;
    let position = match new.position {
        Some(position) => position,
        None => store::last_position(tx)? + 1,
    };
    if !POSITIONS.contains(&position) {
        return Err(Problem::field("position", "line_position").into());
    }
    let line = store::insert_line(tx, &new, position)?;
    store::set_teams(tx, line, &new.teams)?;
    tx.emit(LineCreated { line, name: new.name })?;
    Ok(line)
}

/// Changes what is given. What a line has already goes on with what was promised when it came.
pub fn edit_line(
    tx: &mut Tx<ManageEscalation>,
    id: Id<Line>,
    changes: LineChanges,
) -> Result<(), TicketError> {
    let before = store::line(tx, id)?.ok_or_else(Problem::not_found)?;
    let given = [
        ("name", changes.name.is_some()),
        ("position", changes.position.is_some()),
        ("teams", changes.teams.is_some()),
        ("calendar", changes.calendar.is_some()),
        ("accept_within", changes.accept_within.is_some()),
        ("solve_within", changes.solve_within.is_some()),
        ("warn", changes.warn.is_some()),
    ];
    let teams = teams_of(tx, id)?;
    let new = changes.apply(&before, teams).parse()?;
    check_line(tx, &new, Some(id))?;
    store::update_line(tx, id, &new)?;
    store::set_teams(tx, id, &new.teams)?;
    let fields: Vec<_> = given.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(LineChanged { line: id, fields })?;
    }
    Ok(())
}

/// The line's teams that are in use, in their order.
pub fn teams_of(conn: &mut Conn, id: Id<Line>) -> platform::db::Result<Vec<Id<Team>>> {
    let all = store::teams(conn)?.into_iter();
    Ok(all.filter(|(line, ..)| *line == id).map(|(_, team, _)| team).collect())
}

/// Removes a line that has nothing.
///
/// * errors – 409 `line_in_use` while tickets that were handed to it are there.
pub fn remove_line(tx: &mut Tx<ManageEscalation>, id: Id<Line>) -> Result<(), TicketError> {
    let line = store::line(tx, id)?.ok_or_else(Problem::not_found)?;
    if store::held(tx, id)? > 0 {
        return Err(Problem::conflict("line_in_use").into());
    }
    if store::remove_line(tx, id)? {
        tx.emit(LineRemoved { line: id, name: line.name })?;
    }
    Ok(())
}

fn check_line(
    tx: &mut Tx<ManageEscalation>,
    new: &NewLine,
    but: Option<Id<Line>>,
) -> Result<(), TicketError> {
    let (is_name, is_position) = store::is_line_taken(tx, new, but)?;
    if is_name {
        return Err(Problem::field("name", "taken").into());
    }
    if is_position {
        return Err(Problem::field("position", "line_position_taken").into());
    }
    for team in &new.teams {
        if !tickets::store::team_exists(tx, *team)? {
            return Err(Problem::field("teams", "unknown_id").into());
        }
    }
    promised::check(tx, &new.name, &new.promised)
}
