//! SQL for mentions, and for who of several people sees a ticket. Nothing else.
use super::policy::{Callable, Called};
use crate::{conversation::Message, tickets::Ticket};
use derive::Record;
use kernel::id::Id;
use platform::{
    args,
    authority::{Team, User},
    db::{Conn, Result},
    sql,
};

#[derive(Record)]
struct Row {
    is_team: bool,
    id: i64,
    name: String,
    email: Option<String>,
}

/// Everybody who works here and every team in use, by name, 2,000 at most.
pub fn callable(conn: &mut Conn) -> Result<Vec<Callable>> {
    let rows = conn.all::<Row>(
        sql!(
            "SELECT is_team, id, name, email FROM (
               SELECT FALSE AS is_team, id, name, email, name_folded FROM desk_user WHERE is_active = TRUE
                UNION ALL
               SELECT TRUE, id, name, CAST(NULL AS TEXT), name_folded FROM team WHERE is_archived = FALSE) x
              ORDER BY is_team, name_folded, id LIMIT 2000"
        ),
        args![],
    )?;
    let called = |row: &Row| match row.is_team {
        true => Called::Team(Id::new(row.id)),
        false => Called::User(Id::new(row.id)),
    };
    Ok(rows.into_iter().map(|row| Callable { who: called(&row), name: row.name, email: row.email }).collect())
}

/// Who of these people works here and may see the ticket: the same as `tickets::store::see` says to each of them.
pub fn in_sight(conn: &mut Conn, ticket: Id<Ticket>, users: &[Id<User>]) -> Result<Vec<Id<User>>> {
    let rows = conn.all::<(Id<User>,)>(
        sql!(
            "SELECT u.id
               FROM desk_user u
               JOIN role r ON r.id = u.role_id
               JOIN ticket t ON t.id = $1
               LEFT JOIN role_permission p ON p.role_id = u.role_id AND p.permission = 'tickets.view'
              WHERE u.id {in $2} AND u.is_active = TRUE
                AND (r.code = 'admin' OR (p.role_id IS NOT NULL AND (p.scope = 'all' OR t.assignee_id = u.id
                  OR EXISTS (SELECT 1 FROM ticket_helper h WHERE h.ticket_id = t.id AND h.user_id = u.id)
                  OR (p.scope = 'team' AND EXISTS
                       (SELECT 1 FROM team_member m WHERE m.user_id = u.id AND m.team_id = t.team_id))
                  OR (p.scope IN ('inbox', 'organisation') AND EXISTS
                       (SELECT 1 FROM user_scope s WHERE s.user_id = u.id AND s.kind = p.scope
                           AND s.target_id = CASE p.scope WHEN 'inbox' THEN t.inbox_id ELSE t.organisation_id END)))))
              ORDER BY u.id"
        ),
        args![ticket, &Id::list(users)],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn insert(conn: &mut Conn, message: Id<Message>, who: Called) -> Result<()> {
    let (user, team) = match who {
        Called::User(id) => (id.number(), 0),
        Called::Team(id) => (0, id.number()),
    };
    conn.run(
        sql!("INSERT INTO mention (message_id, user_id, team_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
        args![message, user, team],
    )
    .map(drop)
}

/// Whom a message calls.
pub fn of_message(conn: &mut Conn, message: Id<Message>) -> Result<(Vec<Id<User>>, Vec<Id<Team>>)> {
    let rows = conn.all::<(i64, i64)>(
        sql!("SELECT user_id, team_id FROM mention WHERE message_id = $1 ORDER BY user_id, team_id"),
        args![message],
    )?;
    let users = rows.iter().filter(|(user, _)| *user != 0).map(|(user, _)| Id::new(*user)).collect();
    let teams = rows.iter().filter(|(_, team)| *team != 0).map(|(_, team)| Id::new(*team)).collect();
    Ok((users, teams))
}

/// The members of these teams who work here, each once.
pub fn members(conn: &mut Conn, teams: &[Id<Team>]) -> Result<Vec<Id<User>>> {
    let rows = conn.all::<(Id<User>,)>(
        sql!(
            "SELECT DISTINCT m.user_id FROM team_member m JOIN desk_user u ON u.id = m.user_id
              WHERE m.team_id {in $1} AND u.is_active = TRUE ORDER BY m.user_id"
        ),
        args![&Id::list(teams)],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
