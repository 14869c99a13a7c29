use super::TeamName;
use crate::permissions::ManagePeople;
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Team, Tx, User},
    db, sql,
};

#[derive(Clone, Debug, PartialEq, Record)]
pub struct TeamRow {
    pub id: Id<Team>,
    pub name: String,
    pub is_archived: bool,
    pub created_at_ms: Millis,
}

/// All teams by name, those in use first, 1,000 at most. Every page with a ticket shows team names.
pub fn all<P>(tx: &mut Tx<P>) -> db::Result<Vec<TeamRow>> {
    tx.all(
        sql!(
            "SELECT id, name, is_archived, created_at_ms FROM team ORDER BY is_archived, name_folded, id LIMIT 1000"
        ),
        args![],
    )
}
/// Teams after the one with the id `after`, by id.
pub fn page<P>(tx: &mut Tx<P>, after: Option<Id<Team>>, limit: usize) -> db::Result<Vec<TeamRow>> {
    tx.all(
        sql!("SELECT id, name, is_archived, created_at_ms FROM team WHERE id > $1 ORDER BY id LIMIT $2"),
        args![after.unwrap_or(Id::new(0)), limit],
    )
}
pub fn by_id<P>(tx: &mut Tx<P>, id: Id<Team>) -> db::Result<Option<TeamRow>> {
    tx.find(sql!("SELECT id, name, is_archived, created_at_ms FROM team WHERE id = $1"), args![id])
}
/// The members of these teams, each with the team, by name.
pub fn members<P>(tx: &mut Tx<P>, teams: &[Id<Team>]) -> db::Result<Vec<(Id<Team>, Id<User>, String)>> {
    tx.all(
        sql!(
            "SELECT m.team_id, u.id, u.name FROM team_member m JOIN desk_user u ON u.id = m.user_id
              WHERE m.team_id {in $1} AND u.is_active = TRUE ORDER BY m.team_id, u.name_folded, u.id"
        ),
        args![&Id::list(teams)],
    )
}

/// * returns – `None` where the name is taken.
pub(super) fn insert(tx: &mut Tx<ManagePeople>, name: &TeamName) -> db::Result<Option<Id<Team>>> {
    let now = tx.now();
    let row = tx.find::<(Id<Team>,)>(
        sql!(
            "INSERT INTO team (name, name_folded, created_at_ms) VALUES ($1, $2, $3)
               ON CONFLICT (name_folded) DO NOTHING RETURNING id"
        ),
        args![&name.0, &text::fold(&name.0), now],
    )?;
    Ok(row.map(|(id,)| id))
}
/// * returns – whether no other team has this name.
pub(super) fn rename(tx: &mut Tx<ManagePeople>, id: Id<Team>, name: &TeamName) -> db::Result<bool> {
    let changed = tx.run(
        sql!(
            "UPDATE team SET name = $2, name_folded = $3
              WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM team o WHERE o.name_folded = $3 AND o.id <> $1)"
        ),
        args![id, &name.0, &text::fold(&name.0)],
    )?;
    Ok(changed == 1)
}
pub(super) fn set_archived(tx: &mut Tx<ManagePeople>, id: Id<Team>, is_archived: bool) -> db::Result<()> {
    tx.run(sql!("UPDATE team SET is_archived = $2 WHERE id = $1"), args![id, is_archived]).map(drop)
}
/// Replaces the members.
///
/// * returns – how many of them exist.
pub(super) fn set_members(tx: &mut Tx<ManagePeople>, id: Id<Team>, members: &[Id<User>]) -> db::Result<u64> {
    tx.run(sql!("DELETE FROM team_member WHERE team_id = $1"), args![id])?;
    tx.run(
        sql!("INSERT INTO team_member (team_id, user_id) SELECT $1, id FROM desk_user WHERE id {in $2}"),
        args![id, &Id::list(members)],
    )
}
