use super::{Changes, Draft, TeamChanged, TeamCreated, TeamError, TeamName, store};
use crate::{permissions::ManagePeople, users};
use kernel::{fault::Problem, id::Id};
use platform::authority::{Scope, Team, Tx, User};

/// A draft that passed.
pub struct NewTeam {
    name: TeamName,
    members: Vec<Id<User>>,
}
impl Draft {
    /// * errors – 422 without a name.
    pub fn parse(self) -> Result<NewTeam, Problem> {
        Ok(NewTeam { name: TeamName::parse(&self.name)?, members: self.members })
    }
}
/// Changes that passed.
pub struct TeamEdit {
    name: Option<TeamName>,
    is_archived: Option<bool>,
    members: Option<Vec<Id<User>>>,
}
impl Changes {
    /// * errors – 422 for an empty name.
    pub fn parse(self) -> Result<TeamEdit, Problem> {
        let name = self.name.as_deref().map(TeamName::parse).transpose()?;
        Ok(TeamEdit { name, is_archived: self.is_archived, members: self.members })
    }
}

/// Adds a team.
pub fn create(tx: &mut Tx<ManagePeople>, new: NewTeam) -> Result<Id<Team>, TeamError> {
    let team = store::insert(tx, &new.name)?.ok_or(TeamError::NameTaken)?;
    set_members(tx, team, new.members)?;
    tx.emit(TeamCreated { team, name: new.name.0 })?;
    Ok(team)
}

/// Changes what is given.
pub fn edit(tx: &mut Tx<ManagePeople>, id: Id<Team>, edit: TeamEdit) -> Result<(), TeamError> {
    let before = store::by_id(tx, id)?.ok_or(TeamError::Unknown)?;
    let mut fields = Vec::new();
    if let Some(name) = edit.name.filter(|name| name.0 != before.name) {
        if !store::rename(tx, id, &name)? {
            return Err(TeamError::NameTaken);
        }
        fields.push("name");
    }
    if let Some(is_archived) = edit.is_archived.filter(|is| *is != before.is_archived) {
        store::set_archived(tx, id, is_archived)?;
        fields.push("is_archived");
    }
    if let Some(members) = edit.members {
        set_members(tx, id, members)?;
        fields.push("members");
    }
    if !fields.is_empty() {
        tx.emit(TeamChanged { team: id, fields })?;
    }
    Ok(())
}

fn set_members(tx: &mut Tx<ManagePeople>, id: Id<Team>, mut members: Vec<Id<User>>) -> Result<(), TeamError> {
    members.sort_unstable();
    members.dedup();
    let me = tx.actor().user();
    let there = users::store::memberships(tx, &members)?;
    for new in members.iter().filter(|user| !there.contains(&(**user, id))) {
        if me == Some(*new) {
            if users::actions::sees_by(tx, *new, Scope::Team)? {
                return Err(TeamError::OwnSight);
            }
        } else if users::actions::would_see_beyond(tx, *new, id)? {
            return Err(TeamError::BeyondYours);
        }
    }
    let known = store::set_members(tx, id, &members)?;
    if known == members.len() as u64 { Ok(()) } else { Err(TeamError::UnknownMember) }
}
