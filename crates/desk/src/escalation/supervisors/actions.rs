//! Saying who leads a team.
use super::store;
use crate::{
    escalation::{ManageEscalation, SupervisorChanged},
    tickets::{self, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::{Team, Tx, User};

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
