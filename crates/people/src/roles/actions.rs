use super::{
    Builtin, NewRole, Role, RoleChanged, RoleCreated, RoleError, RoleRemoved, policy::covers, store,
};
use crate::permissions::ManagePeople;
use kernel::id::Id;
use platform::{
    authority::{PERMISSIONS, Scope, Tx},
    db,
};

/// Adds a role that may do no more than the person who adds it.
pub fn create(tx: &mut Tx<ManagePeople>, new: NewRole) -> Result<Id<Role>, RoleError> {
    if !covers(tx.actor(), &new.permissions) {
        return Err(RoleError::BeyondYours);
    }
    let role = store::insert(tx, &new)?;
    tx.emit(RoleCreated { role, name: new.name })?;
    Ok(role)
}

/// Changes name and permissions; built-in roles keep their name. The caller then tells
/// [`crate::sign_in::forget_roles`], after the commit, so that whoever has the role notices with the next request.
pub fn edit(tx: &mut Tx<ManagePeople>, id: Id<Role>, new: NewRole) -> Result<(), RoleError> {
    let before = store::by_id(tx, id)?.ok_or(RoleError::Unknown)?;
    if before.code == Some(Builtin::Admin) {
        return Err(RoleError::BuiltIn);
    }
    if !may_give(tx, id, before.code)? || !covers(tx.actor(), &new.permissions) {
        return Err(RoleError::BeyondYours);
    }
    store::update(tx, id, &new)?;
    tx.emit(RoleChanged { role: id, name: new.name })?;
    Ok(())
}

/// Removes a role that nobody has.
pub fn remove(tx: &mut Tx<ManagePeople>, id: Id<Role>) -> Result<(), RoleError> {
    let before = store::by_id(tx, id)?.ok_or(RoleError::Unknown)?;
    if before.code.is_some() {
        return Err(RoleError::BuiltIn);
    }
    if store::uses(tx, id)? > 0 {
        return Err(RoleError::InUse);
    }
    store::delete(tx, id)?;
    tx.emit(RoleRemoved { role: id, name: before.name })?;
    Ok(())
}

/// Whether the actor may do all that this role allows, so that they may give it and change who has it.
pub fn may_give<P>(tx: &mut Tx<P>, id: Id<Role>, code: Option<Builtin>) -> db::Result<bool> {
    let mut permissions = permissions_of(tx, id, code)?;
    // What the program does not know (any more) allows nothing.
    permissions.retain(|(key, _)| PERMISSIONS.iter().any(|known| known.key == key));
    Ok(covers(tx.actor(), &permissions))
}
/// What somebody with this role may do.
pub fn permissions_of(
    conn: &mut db::Conn,
    id: Id<Role>,
    code: Option<Builtin>,
) -> db::Result<Vec<(String, Scope)>> {
    match code {
        Some(Builtin::Admin) => Ok(super::everything()),
        _ => store::permissions(conn, id),
    }
}
