//! SQL for absences. Nothing else.
use super::policy::{Absence, NewAbsence};
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

/// What somebody said, also where it is over.
pub fn of(conn: &mut Conn, user: Id<User>) -> Result<Option<Absence>> {
    conn.find(
        sql!(
            "SELECT a.user_id, a.from_ms, a.until_ms, a.deputy_id, d.name AS deputy_name
               FROM absence a LEFT JOIN desk_user d ON d.id = a.deputy_id WHERE a.user_id = $1"
        ),
        args![user],
    )
}
/// Who of these people is away at `now`.
pub fn away(conn: &mut Conn, users: &[Id<User>], now: Millis) -> Result<Vec<Absence>> {
    conn.all(
        sql!(
            "SELECT a.user_id, a.from_ms, a.until_ms, a.deputy_id, d.name AS deputy_name
               FROM absence a LEFT JOIN desk_user d ON d.id = a.deputy_id
              WHERE a.user_id {in $1} AND a.from_ms <= $2 AND a.until_ms > $2 ORDER BY a.user_id"
        ),
        args![&Id::list(users), now],
    )
}
/// Everybody who is away at `now`, 500 at most: for where work is given.
pub fn all_away(conn: &mut Conn, now: Millis) -> Result<Vec<Absence>> {
    conn.all(
        sql!(
            "SELECT a.user_id, a.from_ms, a.until_ms, a.deputy_id, d.name AS deputy_name
               FROM absence a LEFT JOIN desk_user d ON d.id = a.deputy_id
              WHERE a.from_ms <= $1 AND a.until_ms > $1 ORDER BY a.user_id LIMIT 500"
        ),
        args![now],
    )
}
/// Whether somebody works here.
pub(super) fn is_active(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    let row = conn.find::<(Id<User>,)>(
        sql!("SELECT id FROM desk_user WHERE id = $1 AND is_active = TRUE"),
        args![user],
    )?;
    Ok(row.is_some())
}

/// Replaces what somebody said before.
pub(super) fn put<P>(tx: &mut Tx<P>, user: Id<User>, new: &NewAbsence) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO absence (user_id, from_ms, until_ms, deputy_id) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id) DO UPDATE SET from_ms = excluded.from_ms, until_ms = excluded.until_ms,
                    deputy_id = excluded.deputy_id"
        ),
        args![user, new.from, new.until, new.deputy],
    )
    .map(drop)
}
/// * returns – whether there was one.
pub(super) fn remove<P>(tx: &mut Tx<P>, user: Id<User>) -> Result<bool> {
    Ok(tx.run(sql!("DELETE FROM absence WHERE user_id = $1"), args![user])? == 1)
}
