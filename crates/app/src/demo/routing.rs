//! What the people of the demo company can do, and how its second line takes its work.
use super::company;
use desk::routing::{
    ManageRouting, RoutingError, Strategy, actions,
    policy::{Abilities, Mode, NeedDraft, NeedsDraft, PlanDraft, SkillDraft},
    store,
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Grant, Tx},
};

const SKILLS: [&str; 4] = ["Deutsch", "Nederlands", "Networks", "Printers"];
/// Levels in the order of the skills; 0 is none.
const LEVELS: [(&str, [i64; 4]); 6] = [
    ("Joris de Vries", [3, 5, 2, 2]),
    ("Amy Clarke", [1, 0, 2, 3]),
    ("Ben Schulz", [5, 0, 3, 1]),
    ("Sanne Bakker", [2, 5, 1, 4]),
    ("Okan Yildiz", [5, 1, 5, 2]),
    ("Tom Weber", [5, 0, 2, 4]),
];
const PULLS: &str = "2nd line";

/// Adds skills, levels, what tickets ask for, and a plan, as an administrator does.
pub async fn fill(home: &Home) -> Result<(), Problem> {
    let manage = Grant::<ManageRouting>::check(home, company::everything(), true)?;
    manage.change(all).await.map_err(Problem::from)
}

fn all(tx: &mut Tx<ManageRouting>) -> Result<(), RoutingError> {
    let mut skills: Vec<Id<_>> = Vec::new();
    for name in SKILLS {
        skills.push(actions::create_skill(tx, SkillDraft { name: name.into() })?);
    }
    let people = store::everybody(tx)?;
    for (name, levels) in LEVELS {
        let Some(person) = people.iter().find(|person| person.name == name) else { continue };
        let known = skills.iter().copied().zip(levels).filter(|(_, level)| *level > 0).collect();
        actions::set_abilities(tx, person.user_id, Abilities { skills: known, ..Abilities::default() })?;
    }
    let need = |filter: &str, at: usize, level, least| NeedDraft {
        filter: filter.into(),
        skill: skills[at],
        level,
        least: Some(least),
    };
    let needs = vec![need("\"VPN\"", 2, 4, 2), need("\"printer\"", 3, 3, 1)];
    actions::set_needs(tx, NeedsDraft { needs, ..NeedsDraft::default() })?;
    let team = store::teams(tx)?.into_iter().find(|(_, name)| name == PULLS);
    if let Some((team, _)) = team {
        let plan = PlanDraft {
            strategy: Some(Strategy::BestSkill),
            mode: Mode::Pull,
            prefers_last: true,
            relax_minutes: Some(30),
            ..PlanDraft::default()
        };
        actions::set_plan(tx, team, plan)?;
    }
    Ok(())
}
