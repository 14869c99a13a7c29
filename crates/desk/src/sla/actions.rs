//! What can be done with policies.
use super::{
    Changes, ManageSla, Policy, SlaError, SlaPolicyChanged, SlaPolicyCreated, TeamCalendarChanged,
    policy::{CalendarOf, Draft, NewPolicy},
    reapply::Reapply,
    store,
    terms::{self, Whose},
};
use crate::calendars::{self, Calendar, CalendarError, Plan};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Team, Tx},
    db, jobs,
};

/// Adds a policy. Open tickets that it is for go on with it.
pub fn create(tx: &mut Tx<ManageSla>, new: NewPolicy) -> Result<Id<Policy>, SlaError> {
    check(tx, &new, None)?;
    let plan = plan(tx, new.calendar)?;
    let content = content(&new, plan)?;
    let id = store::insert(tx, &new)?;
    store::set_terms(tx, id, &content)?;
    tx.emit(SlaPolicyCreated { policy: id, name: new.name })?;
    go_on(tx)?;
    Ok(id)
}

/// Changes what is given. What ran of a promise stays; the rest is measured anew.
pub fn edit(tx: &mut Tx<ManageSla>, id: Id<Policy>, changes: Changes) -> Result<(), SlaError> {
    let before = store::policy(tx, id)?.ok_or(SlaError::Unknown)?;
    let given = [
        ("name", changes.name.is_some()),
        ("calendar", changes.calendar.is_some()),
        ("filter", changes.filter.is_some()),
        ("targets", changes.targets.is_some()),
        ("pause_in", changes.pause_in.is_some()),
        ("warn", changes.warn.is_some()),
        ("position", changes.position.is_some()),
        ("is_active", changes.is_active.is_some()),
        ("calendar_of", changes.calendar_of.is_some()),
        ("is_for_contracts", changes.is_for_contracts.is_some()),
    ];
    let new = changes.apply(&before).parse()?;
    check(tx, &new, Some(id))?;
    let plan = plan(tx, new.calendar)?;
    let content = content(&new, plan)?;
    store::update(tx, id, &new)?;
    // Terms that stay the same go on; a new snapshot would only fill the log.
    let had = match before.terms_id {
        Some(terms) => store::content(tx, terms)?,
        None => None,
    };
    if had.as_deref() != Some(&content) {
        store::set_terms(tx, id, &content)?;
    }
    let fields: Vec<_> =
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(SlaPolicyChanged { policy: id, fields })?;
    }
    go_on(tx)
}

/// Moves a policy one place up or down.
pub fn shift(tx: &mut Tx<ManageSla>, id: Id<Policy>, is_up: bool) -> Result<(), SlaError> {
    let mut all = store::policies(tx)?;
    let at = all.iter().position(|policy| policy.id == id).ok_or(SlaError::Unknown)?;
    let to = if is_up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < all.len()) };
    let Some(to) = to else { return Ok(()) };
    all.swap(at, to);
    for (position, policy) in all.iter().enumerate() {
        if policy.position != position as i64 + 1 {
            store::place(tx, policy.id, position as i64 + 1)?;
        }
    }
    tx.emit(SlaPolicyChanged { policy: id, fields: vec!["position"] })?;
    go_on(tx)
}

/// A calendar is another one now: whoever counts by it has new terms.
pub(crate) fn calendar_changed(tx: &mut Tx<ManageSla>, calendar: Id<Calendar>) -> Result<(), CalendarError> {
    let mut is_any = false;
    for policy in store::of_calendar(tx, calendar)? {
        let draft: Draft = Changes::default().apply(&policy);
        let new = draft.parse()?;
        let plan = plan(tx, new.calendar)?;
        // Shorter days may turn the order of two promises that are given in days and in hours.
        let content = content(&new, plan)
            .map_err(|_| Problem::field("weekly", "breaks_policy").because(new.name.clone()))?;
        let had = match policy.terms_id {
            Some(terms) => store::content(tx, terms)?,
            None => None,
        };
        if had.as_deref() != Some(&content) {
            store::set_terms(tx, policy.id, &content)?;
            is_any = true;
        }
    }
    let is_varied = refresh_variants(tx, "weekly")?;
    if is_any || is_varied {
        renew(tx)?;
    }
    Ok(())
}

fn go_on(tx: &mut Tx<ManageSla>) -> Result<(), SlaError> {
    refresh_variants(tx, "calendar")?;
    Ok(renew(tx)?)
}

/// What is promised by the book is another thing from now on: open tickets go on with it.
pub(crate) fn renew<P>(tx: &mut Tx<P>) -> db::Result<()> {
    terms::reissue(tx)?;
    let now = tx.now();
    jobs::enqueue(tx, &Reapply::ALL, now, None)
}

/// Sees to it that every policy has terms by the hours of each contract and each team by which it may have to count.
///
/// * `field` – what is named where two promises would contradict each other by such hours.
/// * returns – whether anything changed.
pub(crate) fn refresh_variants<P>(tx: &mut Tx<P>, field: &str) -> Result<bool, Problem> {
    let (agreed, named) = store::agreed(tx)?;
    let mut teams: Vec<_> = store::team_calendars(tx)?.into_iter().map(|(_, calendar)| calendar).collect();
    teams.sort_unstable();
    teams.dedup();
    if agreed.is_empty() && teams.is_empty() {
        return Ok(false);
    }
    let plans: Vec<_> = calendars::store::all(tx)?.into_iter().map(|it| (it.id, it.plan())).collect();
    let kept = store::variants(tx)?;
    let mut is_any = false;
    for policy in store::policies(tx)? {
        let is_agreed = policy.calendar_of == CalendarOf::Contract || named.contains(&policy.id);
        let of_contracts = agreed.iter().filter(|_| is_agreed).map(|calendar| (Whose::Contract, *calendar));
        let is_of_team = policy.calendar_of == CalendarOf::Team;
        let of_teams = teams.iter().filter(|_| is_of_team).map(|calendar| (Whose::Team, *calendar));
        let draft: Draft = Changes::default().apply(&policy);
        let new = draft.parse()?;
        for (whose, calendar) in of_contracts.chain(of_teams) {
            let plan = plans.iter().find(|(id, _)| *id == calendar).map(|(_, plan)| plan.clone());
            let snapshot = new.snapshot_by(plan, whose, Some(calendar));
            let snapshot =
                snapshot.map_err(|_| Problem::field(field, "breaks_policy").because(policy.name.clone()))?;
            let content = serde_json::to_string(&snapshot).expect("a snapshot is plain data");
            let is_it = |known: &&store::Variant| {
                (known.policy_id, known.whose, known.calendar_id) == (policy.id, whose, calendar)
            };
            if kept.iter().find(is_it).map(|known| known.content.as_str()) != Some(&content) {
                store::set_variant(tx, policy.id, (whose, calendar), &content)?;
                is_any = true;
            }
        }
    }
    Ok(is_any)
}

/// A team counts by other hours from now on; `None` by no hours of its own.
///
/// * errors – 404 for a team, 422 for a calendar that is not there, or by which promises would contradict each other.
pub fn set_team_calendar(
    tx: &mut Tx<ManageSla>,
    team: Id<Team>,
    calendar: Option<Id<Calendar>>,
) -> Result<(), SlaError> {
    people::teams::store::by_id(tx, team)?.ok_or(SlaError::Unknown)?;
    if let Some(id) = calendar
        && calendars::store::by_id(tx, id)?.is_none()
    {
        return Err(Problem::field("calendar", "unknown_id").into());
    }
    let before = store::team_calendars(tx)?.into_iter().find(|(known, _)| *known == team).map(|(_, id)| id);
    if before == calendar {
        return Ok(());
    }
    store::set_team_calendar(tx, team, calendar)?;
    tx.emit(TeamCalendarChanged { team, calendar })?;
    go_on(tx)
}

fn check(tx: &mut Tx<ManageSla>, new: &NewPolicy, but: Option<Id<Policy>>) -> Result<(), SlaError> {
    if store::is_taken(tx, &new.name, but)? {
        return Err(SlaError::NameTaken);
    }
    Ok(())
}
/// The hours that the policy counts by; `None` is around the clock.
///
/// * errors – 422 for a calendar that is not there.
pub(super) fn plan(tx: &mut Tx<ManageSla>, chosen: Option<Id<Calendar>>) -> Result<Option<Plan>, db::Error> {
    let found = match chosen {
        Some(id) => calendars::store::by_id(tx, id)?,
        None => calendars::store::default(tx)?,
    };
    Ok(found.map(|calendar| calendar.plan()))
}
fn content(new: &NewPolicy, plan: Option<Plan>) -> Result<String, Problem> {
    if new.calendar.is_some() && plan.is_none() {
        return Err(Problem::field("calendar", "unknown_id"));
    }
    let whose = if new.calendar.is_some() { Whose::Policy } else { Whose::Desk };
    let snapshot = new.snapshot_by(plan, whose, new.calendar)?;
    Ok(serde_json::to_string(&snapshot).expect("a snapshot is plain data"))
}
