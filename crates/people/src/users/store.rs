use super::{NewUser, Theme};
use crate::{
    permissions::{ManagePeople, ViewPeople},
    roles::{Builtin, Role},
};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Implies, Team, Tx, User},
    db,
    i18n::Language,
    sql,
};

/// A user as colleagues see them.
#[derive(Clone, Debug, PartialEq, Record)]
pub struct UserRow {
    pub id: Id<User>,
    pub email: String,
    pub name: String,
    pub role_id: Id<Role>,
    pub role_code: Option<Builtin>,
    pub role_name: String,
    pub language: Language,
    pub zone: String,
    pub is_active: bool,
    pub has_password: bool,
    pub has_second_factor: bool,
    pub created_at_ms: Millis,
}

macro_rules! select_user {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT u.id, u.email, u.name, u.role_id, r.code AS role_code, r.name AS role_name, u.language, u.zone,
                    u.is_active, u.password_hash IS NOT NULL AS has_password,
                    u.totp_sealed IS NOT NULL AS has_second_factor, u.created_at_ms
               FROM desk_user u JOIN role r ON r.id = u.role_id ",
            $rest
        ))
    };
}

/// Users after the one with the id `after`, by id, `limit` at most.
pub fn page<P: Implies<ViewPeople>>(
    tx: &mut Tx<P>,
    after: Option<Id<User>>,
    limit: usize,
) -> db::Result<Vec<UserRow>> {
    tx.all(select_user!("WHERE u.id > $1 ORDER BY u.id LIMIT $2"), args![after.unwrap_or(Id::new(0)), limit])
}
/// For the page: active ones first, then by name, whose name or address contains `needle`, 500 at most.
pub fn search<P: Implies<ViewPeople>>(tx: &mut Tx<P>, needle: &str) -> db::Result<Vec<UserRow>> {
    let needle = text::fold(needle);
    tx.all(
        select_user!(
            "WHERE CAST($1 AS TEXT) = '' OR u.name_folded LIKE '%' || $1 || '%' OR u.email LIKE '%' || $1 || '%'
             ORDER BY u.is_active DESC, u.name_folded, u.id LIMIT 500"
        ),
        args![&needle],
    )
}
pub fn by_id<P: Implies<ViewPeople>>(tx: &mut Tx<P>, id: Id<User>) -> db::Result<Option<UserRow>> {
    tx.find(select_user!("WHERE u.id = $1"), args![id])
}
/// Active or not. For the command line and sign-in.
pub fn by_email<P>(tx: &mut Tx<P>, email: &str) -> db::Result<Option<UserRow>> {
    tx.find(select_user!("WHERE u.email = $1"), args![email])
}
/// Oneself.
pub fn own<P>(tx: &mut Tx<P>, id: Id<User>) -> db::Result<UserRow> {
    tx.one(select_user!("WHERE u.id = $1"), args![id])
}

/// What others show of a user.
#[derive(Clone, Debug, PartialEq, Record)]
pub struct UserName {
    pub id: Id<User>,
    pub name: String,
    pub email: String,
    pub is_active: bool,
}
/// The names of these users, in no order. Whoever sees a ticket sees who works on it.
pub fn names<P>(tx: &mut Tx<P>, ids: &[Id<User>]) -> db::Result<Vec<UserName>> {
    tx.all(sql!("SELECT id, name, email, is_active FROM desk_user WHERE id {in $1}"), args![&Id::list(ids)])
}
/// Active users by name, 500 at most: to whom work can be given.
pub fn assignable<P>(tx: &mut Tx<P>) -> db::Result<Vec<UserName>> {
    tx.all(
        sql!(
            "SELECT id, name, email, is_active FROM desk_user
              WHERE is_active = TRUE ORDER BY name_folded, id LIMIT 500"
        ),
        args![],
    )
}

/// Which of these users are in which teams.
pub fn memberships<P>(tx: &mut Tx<P>, users: &[Id<User>]) -> db::Result<Vec<(Id<User>, Id<Team>)>> {
    tx.all(
        sql!("SELECT user_id, team_id FROM team_member WHERE user_id {in $1} ORDER BY user_id, team_id"),
        args![&Id::list(users)],
    )
}
/// What the limited scopes of one user mean.
pub fn places<P: Implies<ViewPeople>>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<super::Places> {
    let teams = memberships(tx, &[user])?.into_iter().map(|(_, team)| team).collect();
    let mut places = super::Places { teams, ..Default::default() };
    for (_, kind, target) in targets(tx, &[user])? {
        match kind.as_str() {
            "inbox" => places.inboxes.push(Id::new(target)),
            _ => places.organisations.push(Id::new(target)),
        }
    }
    Ok(places)
}
/// The inboxes (`kind` is `inbox`) and organisations that the limited scopes mean for these users.
pub fn targets<P: Implies<ViewPeople>>(
    tx: &mut Tx<P>,
    users: &[Id<User>],
) -> db::Result<Vec<(Id<User>, String, i64)>> {
    tx.all(
        sql!(
            "SELECT user_id, kind, target_id FROM user_scope WHERE user_id {in $1}
              ORDER BY user_id, kind, target_id"
        ),
        args![&Id::list(users)],
    )
}

pub(crate) fn insert<P>(
    tx: &mut Tx<P>,
    new: &NewUser,
    language: Language,
    zone: &str,
    password_hash: Option<&str>,
) -> db::Result<Option<Id<User>>> {
    let now = tx.now();
    let row = tx.find::<(Id<User>,)>(
        sql!(
            "INSERT INTO desk_user (email, name, name_folded, role_id, language, zone, password_hash, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING RETURNING id"
        ),
        args![&new.email, &new.name, &text::fold(&new.name), new.role, language, zone, password_hash, now],
    )?;
    Ok(row.map(|(id,)| id))
}
pub(super) fn set_name<P>(tx: &mut Tx<P>, id: Id<User>, name: &str) -> db::Result<()> {
    tx.run(
        sql!("UPDATE desk_user SET name = $2, name_folded = $3 WHERE id = $1"),
        args![id, name, &text::fold(name)],
    )
    .map(drop)
}
/// * returns – whether nobody else has this address.
pub(super) fn set_email(tx: &mut Tx<ManagePeople>, id: Id<User>, email: &str) -> db::Result<bool> {
    let changed = tx.run(
        sql!(
            "UPDATE desk_user SET email = $2
              WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM desk_user o WHERE o.email = $2 AND o.id <> $1)"
        ),
        args![id, email],
    )?;
    Ok(changed == 1)
}
pub(super) fn set_role(tx: &mut Tx<ManagePeople>, id: Id<User>, role: Id<Role>) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET role_id = $2 WHERE id = $1"), args![id, role]).map(drop)
}
pub(super) fn set_language<P>(tx: &mut Tx<P>, id: Id<User>, language: Language) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET language = $2 WHERE id = $1"), args![id, language]).map(drop)
}
pub(super) fn set_zone<P>(tx: &mut Tx<P>, id: Id<User>, zone: &str) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET zone = $2 WHERE id = $1"), args![id, zone]).map(drop)
}
pub(super) fn set_look<P>(tx: &mut Tx<P>, id: Id<User>, theme: Theme, single_keys: bool) -> db::Result<()> {
    tx.run(
        sql!("UPDATE desk_user SET theme = $2, has_single_keys = $3 WHERE id = $1"),
        args![id, theme, single_keys],
    )
    .map(drop)
}
/// The status that somebody chose with their last answer.
pub fn set_then_status<P>(tx: &mut Tx<P>, id: Id<User>, status: &str) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET then_status = $2 WHERE id = $1"), args![id, status]).map(drop)
}
pub(super) fn set_sending<P>(
    tx: &mut Tx<P>,
    id: Id<User>,
    undo_seconds: i64,
    remembers: bool,
) -> db::Result<()> {
    tx.run(
        sql!("UPDATE desk_user SET undo_seconds = $2, remembers_status = $3 WHERE id = $1"),
        args![id, undo_seconds, remembers],
    )
    .map(drop)
}
pub(super) fn set_shortcuts<P>(tx: &mut Tx<P>, id: Id<User>, shortcuts: &str) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET shortcuts = $2 WHERE id = $1"), args![id, shortcuts]).map(drop)
}
pub(super) fn set_theme<P>(tx: &mut Tx<P>, id: Id<User>, theme: Theme) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET theme = $2 WHERE id = $1"), args![id, theme]).map(drop)
}
pub(super) fn set_active(tx: &mut Tx<ManagePeople>, id: Id<User>, is_active: bool) -> db::Result<()> {
    tx.run(sql!("UPDATE desk_user SET is_active = $2 WHERE id = $1"), args![id, is_active]).map(drop)
}

/// Replaces the teams of a user. Teams that do not exist are ignored; the caller has checked them.
pub(super) fn set_teams<P>(tx: &mut Tx<P>, id: Id<User>, teams: &[Id<Team>]) -> db::Result<()> {
    tx.run(sql!("DELETE FROM team_member WHERE user_id = $1"), args![id])?;
    tx.run(
        sql!("INSERT INTO team_member (team_id, user_id) SELECT id, $1 FROM team WHERE id {in $2}"),
        args![id, &Id::list(teams)],
    )
    .map(drop)
}
/// Replaces the inboxes that the scope `inbox` means.
pub(super) fn set_inboxes<P, T>(tx: &mut Tx<P>, id: Id<User>, inboxes: &[Id<T>]) -> db::Result<()> {
    tx.run(sql!("DELETE FROM user_scope WHERE user_id = $1 AND kind = 'inbox'"), args![id])?;
    tx.run(
        sql!(
            "INSERT INTO user_scope (user_id, kind, target_id) SELECT $1, 'inbox', id FROM inbox WHERE id {in $2}"
        ),
        args![id, &Id::list(inboxes)],
    )
    .map(drop)
}
/// Replaces the organisations that the scope `organisation` means.
pub(super) fn set_organisations<P, T>(tx: &mut Tx<P>, id: Id<User>, targets: &[Id<T>]) -> db::Result<()> {
    tx.run(sql!("DELETE FROM user_scope WHERE user_id = $1 AND kind = 'organisation'"), args![id])?;
    tx.run(
        sql!(
            "INSERT INTO user_scope (user_id, kind, target_id)
               SELECT $1, 'organisation', id FROM organisation WHERE id {in $2}"
        ),
        args![id, &Id::list(targets)],
    )
    .map(drop)
}
/// Inboxes to choose from, by name, 500 at most.
pub(super) fn inbox_names<P: Implies<ViewPeople>>(tx: &mut Tx<P>) -> db::Result<Vec<(i64, String)>> {
    tx.all(sql!("SELECT id, name FROM inbox ORDER BY name, id LIMIT 500"), args![])
}
/// How many of these ids exist.
pub(super) fn count_teams<P>(tx: &mut Tx<P>, ids: &[Id<Team>]) -> db::Result<i64> {
    tx.one::<(i64,)>(sql!("SELECT count(*) FROM team WHERE id {in $1}"), args![&Id::list(ids)]).map(|(n,)| n)
}
pub(super) fn count_inboxes<P, T>(tx: &mut Tx<P>, ids: &[Id<T>]) -> db::Result<i64> {
    tx.one::<(i64,)>(sql!("SELECT count(*) FROM inbox WHERE id {in $1}"), args![&Id::list(ids)]).map(|(n,)| n)
}
pub(super) fn count_organisations<P, T>(tx: &mut Tx<P>, ids: &[Id<T>]) -> db::Result<i64> {
    tx.one::<(i64,)>(sql!("SELECT count(*) FROM organisation WHERE id {in $1}"), args![&Id::list(ids)])
        .map(|(n,)| n)
}

/// How many active administrators there are besides this user. Locks them, so that two who leave at the same
/// time see each other.
pub(super) fn other_admins(tx: &mut Tx<ManagePeople>, id: Id<User>) -> db::Result<i64> {
    // A statement that changes nothing still takes the rows' locks on PostgreSQL.
    tx.run(
        sql!(
            "UPDATE desk_user SET is_active = TRUE
              WHERE is_active = TRUE AND role_id IN (SELECT id FROM role WHERE code = 'admin')"
        ),
        args![],
    )?;
    tx.one::<(i64,)>(
        sql!(
            "SELECT count(*) FROM desk_user u JOIN role r ON r.id = u.role_id
              WHERE u.is_active = TRUE AND r.code = 'admin' AND u.id <> $1"
        ),
        args![id],
    )
    .map(|(n,)| n)
}
