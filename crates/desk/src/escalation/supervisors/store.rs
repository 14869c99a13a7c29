//! SQL for who leads a team. Nothing else.
use crate::escalation::ManageEscalation;
use kernel::id::Id;
use platform::{
    args,
    authority::{Team, Tx, User},
    db::{Conn, Result},
    sql,
};

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
