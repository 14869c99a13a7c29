//! What people change about routing. One function, one transaction, its events.
use super::{
    AgentChanged, ManageRouting, NeedsChanged, RoutingChanged, RoutingError, SkillChanged, SkillCreated,
    StandingChanged, give,
    policy::{Abilities, NeedsDraft, PlanDraft, Skill, SkillChanges, SkillDraft, Weights},
    store,
};
use crate::{calendars, filter::Names, tickets};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    Work,
    authority::{Myself, Team, Tx, User},
};
use std::collections::BTreeMap;

/// Adds a skill.
pub fn create_skill(tx: &mut Tx<ManageRouting>, draft: SkillDraft) -> Result<Id<Skill>, RoutingError> {
    let name = draft.parse()?;
    let skill = store::insert_skill(tx, &name)?.ok_or(RoutingError::NameTaken)?;
    tx.emit(SkillCreated { skill, name })?;
    Ok(skill)
}

/// Changes what is given.
///
/// * errors – [`RoutingError::Needed`] for one that tickets ask for and that is to go out of use.
pub fn edit_skill(
    tx: &mut Tx<ManageRouting>,
    id: Id<Skill>,
    changes: SkillChanges,
) -> Result<(), RoutingError> {
    let before = store::skill(tx, id)?.ok_or(RoutingError::Unknown)?;
    let mut after = before.clone();
    if let Some(name) = changes.name {
        after.name = SkillDraft { name }.parse()?;
    }
    after.is_archived = changes.is_archived.unwrap_or(before.is_archived);
    if store::is_taken(tx, &after.name, id)? {
        return Err(RoutingError::NameTaken);
    }
    if after.is_archived && !before.is_archived && store::is_needed(tx, id)? {
        return Err(RoutingError::Needed);
    }
    let changed =
        [("name", after.name != before.name), ("is_archived", after.is_archived != before.is_archived)];
    let fields: Vec<_> = changed.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if fields.is_empty() {
        return Ok(());
    }
    store::update_skill(tx, &after)?;
    tx.emit(SkillChanged { skill: id, fields })?;
    tx.leave(Work::Routing);
    Ok(())
}

/// What somebody can do, as it is stored.
pub fn abilities(tx: &mut Tx<ManageRouting>, user: Id<User>) -> Result<Abilities, RoutingError> {
    let row = store::agent(tx, user)?.ok_or(RoutingError::Unknown)?;
    let skills = store::levels(tx, &[user])?.into_iter().map(|(_, skill, level)| (skill, level)).collect();
    Ok(Abilities { skills, limit: row.work_limit, calendar: row.calendar_id })
}

/// Says anew what somebody can do, how much of it and when.
///
/// * errors – 422 naming a skill or calendar that is not there.
pub fn set_abilities(tx: &mut Tx<ManageRouting>, user: Id<User>, new: Abilities) -> Result<(), RoutingError> {
    let new = new.parse()?;
    let before = abilities(tx, user)?;
    let known = store::skills(tx)?;
    for skill in new.skills.keys() {
        if !known.iter().any(|known| known.id == *skill && !known.is_archived) {
            return Err(Problem::field(&format!("skills/{skill}"), "unknown_id").into());
        }
    }
    if let Some(calendar) = new.calendar
        && calendars::store::by_id(tx, calendar)?.is_none()
    {
        return Err(Problem::field("calendar", "unknown_id").into());
    }
    let changed = [
        ("skills", new.skills != before.skills),
        ("limit", new.limit != before.limit),
        ("calendar", new.calendar != before.calendar),
    ];
    let fields: Vec<_> = changed.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if fields.is_empty() {
        return Ok(());
    }
    store::set_abilities(tx, user, &new)?;
    tx.emit(AgentChanged { user, fields })?;
    tx.leave(Work::Routing);
    Ok(())
}

/// Says how a team's work is given out.
pub fn set_plan(tx: &mut Tx<ManageRouting>, team: Id<Team>, draft: PlanDraft) -> Result<(), RoutingError> {
    let new = draft.parse()?;
    if !tickets::store::team_exists(tx, team)? {
        return Err(RoutingError::Unknown);
    }
    let before = store::plan(tx, team)?.map(|plan| plan.draft());
    if before == Some(new.clone()) || (before.is_none() && new.strategy.is_none()) {
        return Ok(());
    }
    store::set_plan(tx, team, &new)?;
    tx.emit(RoutingChanged { team, strategy: new.strategy })?;
    tx.leave(Work::Routing);
    Ok(())
}

/// Says what tickets ask for, and what the channels take of somebody. Weights that are left out are the usual ones.
pub fn set_needs(tx: &mut Tx<ManageRouting>, draft: NeedsDraft) -> Result<(), RoutingError> {
    let (names, skills) = (Names::load(tx)?, store::skills(tx)?);
    let language = tx.actor().language;
    let (needs, weights) = draft.parse(&names, &skills, language)?;
    store::set_needs(tx, &needs)?;
    write_weights(tx, &weights)
}

/// Says what the channels take of somebody. Channels that are left out take what is usual.
///
/// * errors – 422 naming the channel.
pub fn set_weights(tx: &mut Tx<ManageRouting>, given: BTreeMap<String, i64>) -> Result<(), RoutingError> {
    let mut mistakes = Mistakes::default();
    let weights = Weights::parse(&given, &mut mistakes);
    mistakes.check()?;
    write_weights(tx, &weights)
}
fn write_weights(tx: &mut Tx<ManageRouting>, weights: &Weights) -> Result<(), RoutingError> {
    give::set_weights(tx, weights)?;
    tx.emit(NeedsChanged { desk: "routing" })?;
    tx.leave(Work::Routing);
    Ok(())
}

/// Somebody takes work again, or takes none for now.
pub fn stand(tx: &mut Tx<Myself>, is_there: bool) -> Result<(), RoutingError> {
    let Some(user) = tx.actor().user() else { return Err(RoutingError::Unknown) };
    let before = store::agent(tx, user)?.and_then(|row| row.is_there);
    if before == Some(is_there) {
        return Ok(());
    }
    store::set_standing(tx, user, is_there)?;
    tx.emit(StandingChanged { user, is_there })?;
    tx.leave(Work::Routing);
    Ok(())
}
