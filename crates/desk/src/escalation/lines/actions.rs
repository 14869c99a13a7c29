//! What can be done with lines, supervisors and suppliers.
use super::policy::{
    Line, LineChanges, NewLine, NewSupplier, POSITIONS, Promised, Supplier, SupplierChanges,
};
use super::store;
use crate::{
    calendars::{self, Plan},
    escalation::{
        LineChanged, LineCreated, LineRemoved, ManageEscalation, SupervisorChanged, SupplierChanged,
        SupplierCreated,
    },
    tickets::{self, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Team, Tx, User},
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
    check_promised(tx, &new.name, &new.promised)
}
fn check_promised(conn: &mut Conn, name: &str, promised: &Promised) -> Result<(), TicketError> {
    let plan = plan(conn, promised)?;
    if promised.calendar.is_some() && plan.is_none() {
        return Err(Problem::field("calendar", "unknown_id").into());
    }
    promised.snapshot(name, plan)?;
    Ok(())
}
/// The hours by which a promise counts; `None` is around the clock.
pub fn plan(conn: &mut Conn, promised: &Promised) -> platform::db::Result<Option<Plan>> {
    let found = match promised.calendar {
        Some(id) => calendars::store::by_id(conn, id)?,
        None => calendars::store::default(conn)?,
    };
    Ok(found.map(|calendar| calendar.plan()))
}

/// Says who leads a team, or that nobody does.
pub fn set_supervisor(
    tx: &mut Tx<ManageEscalation>,
    team: Id<Team>,
    user: Option<Id<User>>,
) -> Result<(), TicketError> {
    if !tickets::store::team_exists(tx, team)? {
        return Err(Problem::not_found().into());
    }
    if let Some(user) = user
        && !tickets::store::user_exists(tx, user)?
    {
        return Err(Problem::field("user", "unknown_id").into());
    }
    if store::supervisor(tx, team)?.map(|(user, _)| user) == user {
        return Ok(());
    }
    store::set_supervisor(tx, team, user)?;
    tx.emit(SupervisorChanged { team, user })?;
    Ok(())
}

/// Adds a supplier.
pub fn create_supplier(tx: &mut Tx<ManageEscalation>, new: NewSupplier) -> Result<Id<Supplier>, TicketError> {
    check_supplier(tx, &new, None)?;
    let supplier = store::insert_supplier(tx, &new)?;
    tx.emit(SupplierCreated { supplier, name: new.name })?;
    Ok(supplier)
}

/// Changes what is given.
pub fn edit_supplier(
    tx: &mut Tx<ManageEscalation>,
    id: Id<Supplier>,
    changes: SupplierChanges,
) -> Result<(), TicketError> {
    let before = store::supplier(tx, id)?.ok_or_else(Problem::not_found)?;
    let given = [
        ("name", changes.name.is_some()),
        ("email", changes.email.is_some()),
        ("calendar", changes.calendar.is_some()),
        ("accept_within", changes.accept_within.is_some()),
        ("solve_within", changes.solve_within.is_some()),
        ("warn", changes.warn.is_some()),
        ("is_archived", changes.is_archived.is_some()),
    ];
    let (draft, is_archived) = changes.apply(&before);
    let new = draft.parse()?;
    check_supplier(tx, &new, Some(id))?;
    store::update_supplier(tx, id, &new, is_archived)?;
    let fields: Vec<_> = given.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(SupplierChanged { supplier: id, fields })?;
    }
    Ok(())
}

fn check_supplier(
    tx: &mut Tx<ManageEscalation>,
    new: &NewSupplier,
    but: Option<Id<Supplier>>,
) -> Result<(), TicketError> {
    if store::is_supplier_taken(tx, &new.name, but)? {
        return Err(Problem::field("name", "taken").into());
    }
    // A desk that writes to itself would answer itself.
    if store::is_own_address(tx, &new.email)? {
        return Err(Problem::field("email", "supplier_is_inbox").into());
    }
    check_promised(tx, &new.name, &new.promised)
}
