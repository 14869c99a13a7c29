use super::{Builtin, NewRole, Role};
use crate::permissions::ViewPeople;
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Implies, Scope, Tx},
    db, sql,
};

#[derive(Clone, Debug, PartialEq, Record)]
pub struct RoleRow {
    pub id: Id<Role>,
    pub code: Option<Builtin>,
    pub name: String,
    pub created_at_ms: Millis,
    /// How many active users have it.
    pub users: i64,
}

/// Adds the built-in roles to a new desk; all their permissions reach everything.
pub fn seed<P>(tx: &mut Tx<P>) -> db::Result<()> {
    let now = tx.now();
    for builtin in Builtin::ALL {
        let (role,) = tx.one::<(Id<Role>,)>(
            sql!(
                "INSERT INTO role (code, name, name_folded, created_at_ms) VALUES ($1, $2, $3, $4) RETURNING id"
            ),
            args![*builtin, builtin.name(), &text::fold(builtin.name()), now],
        )?;
        let permissions: Vec<_> = builtin.permissions().into_iter().map(|key| (key, Scope::All)).collect();
        set_permissions(tx, role, &permissions)?;
    }
    Ok(())
}

/// The id of a built-in role.
pub fn builtin<P>(tx: &mut Tx<P>, code: Builtin) -> db::Result<Id<Role>> {
    tx.one::<(Id<Role>,)>(sql!("SELECT id FROM role WHERE code = $1"), args![code]).map(|(id,)| id)
}

/// All roles, built-in ones first, then by name.
pub fn list<P: Implies<ViewPeople>>(tx: &mut Tx<P>) -> db::Result<Vec<RoleRow>> {
    tx.all(
        sql!(
            "SELECT id, code, name, created_at_ms,
                    (SELECT count(*) FROM desk_user u WHERE u.role_id = role.id AND u.is_active = TRUE) AS users
               FROM role
              ORDER BY CASE WHEN code IS NULL THEN 1 ELSE 0 END, CASE WHEN code IS NULL THEN name_folded END, id"
        ),
        args![],
    )
}

pub fn by_id<P: Implies<ViewPeople>>(tx: &mut Tx<P>, id: Id<Role>) -> db::Result<Option<RoleRow>> {
    tx.find(
        sql!(
            "SELECT id, code, name, created_at_ms,
                    (SELECT count(*) FROM desk_user u WHERE u.role_id = role.id AND u.is_active = TRUE) AS users
               FROM role WHERE id = $1"
        ),
        args![id],
    )
}

/// How many users, active or not, have the role.
pub fn uses<P>(tx: &mut Tx<P>, id: Id<Role>) -> db::Result<i64> {
    tx.one::<(i64,)>(sql!("SELECT count(*) FROM desk_user WHERE role_id = $1"), args![id]).map(|(n,)| n)
}

/// What is stored for one role, by key. Nothing is stored for the administrator.
pub fn permissions(conn: &mut db::Conn, id: Id<Role>) -> db::Result<Vec<(String, Scope)>> {
    conn.all(
        sql!("SELECT permission, scope FROM role_permission WHERE role_id = $1 ORDER BY permission"),
        args![id],
    )
}
/// What is stored for all roles.
pub fn all_permissions<P: Implies<ViewPeople>>(tx: &mut Tx<P>) -> db::Result<Vec<(Id<Role>, String, Scope)>> {
    tx.all(
        sql!("SELECT role_id, permission, scope FROM role_permission ORDER BY role_id, permission"),
        args![],
    )
}

pub(super) fn insert<P>(tx: &mut Tx<P>, new: &NewRole) -> db::Result<Id<Role>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!("INSERT INTO role (name, name_folded, created_at_ms) VALUES ($1, $2, $3) RETURNING id"),
        args![&new.name, &text::fold(&new.name), now],
    )?;
    set_permissions(tx, id, &new.permissions)?;
    Ok(id)
}
/// Built-in roles keep their name.
pub(super) fn update<P>(tx: &mut Tx<P>, id: Id<Role>, new: &NewRole) -> db::Result<()> {
    tx.run(
        sql!("UPDATE role SET name = $2, name_folded = $3 WHERE id = $1 AND code IS NULL"),
        args![id, &new.name, &text::fold(&new.name)],
    )?;
    set_permissions(tx, id, &new.permissions)
}
/// Replaces them.
fn set_permissions<P>(tx: &mut Tx<P>, id: Id<Role>, permissions: &[(&str, Scope)]) -> db::Result<()> {
    tx.run(sql!("DELETE FROM role_permission WHERE role_id = $1"), args![id])?;
    for (key, scope) in permissions {
        tx.run(
            sql!("INSERT INTO role_permission (role_id, permission, scope) VALUES ($1, $2, $3)"),
            args![id, *key, *scope],
        )?;
    }
    Ok(())
}
pub(super) fn delete<P>(tx: &mut Tx<P>, id: Id<Role>) -> db::Result<()> {
    tx.run(sql!("DELETE FROM role WHERE id = $1"), args![id]).map(drop)
}
