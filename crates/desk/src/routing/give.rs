//! Giving out: what waits in a team goes to those who are free for it, in one transaction.
use super::{
    RoutingError, TicketRouted, TicketTakenBack,
    choices::{Kept, Summary, Taken},
    decide::{self, Agent, By, Decision, Item, Need, Standing},
    policy::{self, Mode, NeedRow, TeamPlan, WHOLE, Weights},
    standing::{self, Known},
    store,
};
use crate::{
    filter::{self, Filter, Reader},
    tickets::{self, Category, EditTickets, Seen, Ticket},
};
use jiff::tz::TimeZone;
use kernel::{
    clock::{MINUTE, Millis},
    id::Id,
};
use platform::{
    authority::{System, Team, Tx, User},
    db::{self, Conn},
    settings,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Waiting tickets that one turn looks at.
const LOOKED_AT: usize = 200;
/// What a ticket asks for is read again after so long: filters may ask what time it is.
const NEEDS_KEPT_MS: i64 = MINUTE;
/// The setting that holds [`Weights`] as JSON.
const WEIGHTS: &str = "routing_weights";

/// What the channels take of somebody.
pub fn weights(conn: &mut Conn) -> db::Result<Weights> {
    let stored = settings::get(conn, WEIGHTS)?;
    Ok(stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}
pub(super) fn set_weights(conn: &mut Conn, weights: &Weights) -> db::Result<()> {
    settings::set(conn, WEIGHTS, &serde_json::to_string(weights).expect("weights are plain data"))
}

/// What the desk's tickets ask for.
pub struct Needs(Vec<(Filter, Need)>);
impl Needs {
    pub fn load(conn: &mut Conn) -> db::Result<Needs> {
        let read = |row: NeedRow| {
            let filter = policy::read_filter(&row.filter)?;
            Some((filter, Need { skill: row.skill_id, level: row.level, least: row.least }))
        };
        Ok(Needs(store::needs(conn)?.into_iter().filter_map(read).collect()))
    }
    /// What one ticket asks for; of two needs of one skill the higher counts.
    pub fn of(&self, conn: &mut Conn, ticket: Id<Ticket>, now: Millis) -> db::Result<Vec<Need>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let Some(facts) = filter::store::facts(conn, ticket)? else { return Ok(Vec::new()) };
        let reader = Reader { me: 0, teams: Vec::new(), now, zone: TimeZone::UTC };
        let mut needs: Vec<Need> = Vec::new();
        for (filter, need) in &self.0 {
            if !filter.matches(&facts, &reader) {
                continue;
            }
            match needs.iter_mut().find(|known| known.skill == need.skill) {
                Some(known) if known.level >= need.level => {}
                Some(known) => *known = *need,
                None => needs.push(*need),
            }
        }
        Ok(needs)
    }
}

/// What tickets asked for when they were looked at the last time, between two turns.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<HashMap<i64, (Millis, Vec<Need>)>>>);
impl Memory {
    fn needs(
        &self,
        conn: &mut Conn,
        needs: &Needs,
        ticket: Id<Ticket>,
        now: Millis,
    ) -> db::Result<Vec<Need>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, known)) = lock().get(&ticket.number())
            && now.0 - at.0 < NEEDS_KEPT_MS
        {
            return Ok(known.clone());
        }
        let found = needs.of(conn, ticket, now)?;
        let mut lock = lock();
        if lock.len() > 10_000 {
            lock.clear();
        }
        lock.insert(ticket.number(), (now, found.clone()));
        Ok(found)
    }
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What a look at a team came to: nothing is written yet.
pub struct Looked {
    waiting: Vec<(store::Waiting, Outcome)>,
    moves: Vec<Move>,
}
enum Outcome {
    Given(Id<User>, Decision),
    Waits(Summary),
}
/// A ticket that is taken from somebody, and who gets it instead.
struct Move {
    held: store::Held,
    why: Taken,
    decision: Decision,
}
impl Looked {
    /// Whether everything stays as it is, the reasons of what waits included.
    pub fn is_settled(&self) -> bool {
        let stays = |(row, outcome): &(store::Waiting, Outcome)| match outcome {
            Outcome::Given(..) => false,
            Outcome::Waits(summary) => row.content.as_deref() == Some(&summary.json()),
        };
        self.moves.is_empty() && self.waiting.iter().all(stays)
    }
}

/// Decides about what waits in a team, and about what lies with people who are not there.
pub fn look(tx: &mut Tx<System>, plan: &TeamPlan, memory: &Memory) -> Result<Looked, RoutingError> {
    let now = tx.now();
    let waiting = store::waiting(tx, plan.team_id, LOOKED_AT)?;
    if plan.mode == Mode::Pull {
        let waiting = waiting.into_iter().map(|row| (row, Outcome::Waits(Summary::pull()))).collect();
        return Ok(Looked { waiting, moves: Vec::new() });
    }
    let held = store::held(tx, plan.team_id)?;
    if waiting.is_empty() && held.is_empty() {
        return Ok(Looked { waiting: Vec::new(), moves: Vec::new() });
    }
    let weights = weights(tx)?;
    let needs = Needs::load(tx)?;
    let rows = store::team(tx, plan.team_id)?;
    let known = standing::agents(tx, &rows, plan.asks_presence, &weights, now)?;
    let since: HashMap<i64, Millis> =
        known.iter().map(|known| (known.agent.id.number(), known.since)).collect();
    let mut team: Vec<Agent> = known.into_iter().map(|Known { agent, .. }| agent).collect();

    let mut items = Vec::with_capacity(waiting.len());
    for row in &waiting {
        let last = match plan.prefers_last {
            true => store::last_agent(tx, row.requester_id, row.id)?,
            false => None,
        };
        items.push(Item {
            ticket: row.id,
            weight: weights.of(row.channel),
            needs: memory.needs(tx, &needs, row.id, now)?,
            waited_ms: row.since_ms.map_or(0, |since| now.0 - since.0),
            last,
            not: store::taken_from(tx, row.id)?,
        });
    }
    let decisions = decide::give_out(&items, &mut team, &plan.rules(), now);
    let outcome = |decision: Decision| match decision.chosen {
        Some((user, _)) => Outcome::Given(user, decision),
        None => Outcome::Waits(Summary::of(&decision)),
    };
    let waiting = waiting.into_iter().zip(decisions.into_iter().map(outcome)).collect();
    let mut moves = Vec::new();
    for held in held {
        let holder = team.iter().position(|agent| agent.id == held.assignee_id);
        let Some(why) = why_taken(plan, &held, holder.map(|at| &team[at]), &since, now) else { continue };
        let item = Item {
            ticket: held.id,
            weight: weights.of(held.channel),
            needs: memory.needs(tx, &needs, held.id, now)?,
            waited_ms: 0,
            last: None,
            not: Some(held.assignee_id),
        };
        let decision = decide::give_out(std::slice::from_ref(&item), &mut team, &plan.rules(), now).remove(0);
        // Where nobody else can take it, it stays where it is, except with those who left.
        if decision.chosen.is_none() && why != Taken::Left {
            continue;
        }
        if let Some(at) = holder {
            team[at].load -= item.weight;
        }
        moves.push(Move { held, why, decision });
    }
    Ok(Looked { waiting, moves })
}

/// Gives out what waits in a team, and takes back what lies with people who are not there.
///
/// * returns – how many tickets found somebody.
pub fn turn(tx: &mut Tx<System>, plan: &TeamPlan, memory: &Memory) -> Result<usize, RoutingError> {
    store::take_turn(tx)?;
    let now = tx.now();
    let looked = look(tx, plan, memory)?;
    let mut given = 0;
    for (row, outcome) in looked.waiting {
        match outcome {
            Outcome::Given(user, decision) => {
                let Some(seen) = tickets::store::see_for_machine(tx, row.id)? else { continue };
                give(tx, &seen, user, &decision)?;
                given += 1;
            }
            Outcome::Waits(summary) => {
                let summary = summary.json();
                if row.content.as_deref() != Some(&summary) {
                    store::wait(tx, row.id, row.since_ms.unwrap_or(now), &summary)?;
                }
            }
        }
    }
    for Move { held, why, decision } in looked.moves {
        let Some(seen) = tickets::store::see_for_machine(tx, held.id)? else { continue };
        let choice = store::record(tx, held.id, "taken_back", held.assignee_id, &Kept::taken(why).json())?;
        tx.emit(TicketTakenBack { ticket: held.id, user: held.assignee_id, choice })?;
        match decision.chosen {
            Some((user, _)) => {
                give(tx, &seen, user, &decision)?;
                given += 1;
            }
            None => tickets::actions::assign(tx, &seen, None)?,
        }
    }
    Ok(given)
}

fn give<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    user: Id<User>,
    decision: &Decision,
) -> Result<(), RoutingError> {
    tickets::actions::assign(tx, ticket, Some(user))?;
    let choice = store::record(tx, ticket.id, "given", user, &Kept::of(decision).json())?;
    store::given(tx, user)?;
    store::wait_no_more(tx, ticket.id)?;
    tx.emit(TicketRouted { ticket: ticket.id, user, choice })?;
    Ok(())
}

fn why_taken(
    plan: &TeamPlan,
    held: &store::Held,
    holder: Option<&Agent>,
    since: &HashMap<i64, Millis>,
    now: Millis,
) -> Option<Taken> {
    if !held.is_active {
        return Some(Taken::Left);
    }
    // Somebody of another team has it because a person wanted it so.
    let holder = holder?;
    let is_of_the_desk = held.given_at_ms.is_some();
    let gone =
        since.get(&holder.id.number()).copied().unwrap_or(now).max(held.given_at_ms.unwrap_or(Millis(0)));
    let is_long = plan.take_back_ms.is_some_and(|ms| now.0 - gone.0 >= ms);
    match holder.standing {
        Standing::Away if is_long => Some(Taken::Away),
        Standing::OffHours if is_long => Some(Taken::OffHours),
        // Whoever has begun with it keeps it, however much they have.
        _ if is_of_the_desk && holder.load > holder.limit && held.category == Category::New => {
            Some(Taken::OverLimit)
        }
        _ => None,
    }
}

/// Gives the caller the most urgent ticket of their teams that they can take.
///
/// * returns – the ticket, or `None` where nothing waits that they could take.
pub fn next(tx: &mut Tx<EditTickets>) -> Result<Option<Id<Ticket>>, RoutingError> {
    let Some(me) = tx.actor().user() else { return Err(RoutingError::Unknown) };
    let teams: Vec<Id<Team>> = tx.actor().teams.clone();
    let now = tx.now();
    let plans: Vec<_> = store::plans(tx)?.into_iter().filter(|plan| teams.contains(&plan.team_id)).collect();
    if plans.is_empty() {
        return Ok(None);
    }
    store::take_turn(tx)?;
    let (weights, needs) = (weights(tx)?, Needs::load(tx)?);
    let Some(row) = store::agent(tx, me)? else { return Err(RoutingError::Unknown) };
    let agent = standing::agents(tx, &[row], false, &weights, now)?.pop();
    let Some(Known { mut agent, .. }) = agent else { return Err(RoutingError::Unknown) };
    // Whoever asks is there.
    agent.standing = Standing::There;
    let mut waiting = Vec::new();
    for plan in &plans {
        let rows = store::waiting(tx, plan.team_id, LOOKED_AT)?;
        waiting.extend(rows.into_iter().map(|row| (plan, row)));
    }
    waiting.sort_by_key(|(_, row)| {
        (std::cmp::Reverse(row.priority), row.since_ms.unwrap_or(now), row.id.number())
    });
    for (plan, row) in waiting {
        let item = Item {
            ticket: row.id,
            weight: weights.of(row.channel),
            needs: needs.of(tx, row.id, now)?,
            waited_ms: row.since_ms.map_or(0, |since| now.0 - since.0),
            last: None,
            not: None,
        };
        let mut decision = decide::decide(&item, std::slice::from_ref(&agent), &plan.rules());
        if decision.chosen.is_none() {
            continue;
        }
        // Their own permission says whether they may.
        let Some(seen) = tickets::store::see(tx, row.id)? else { continue };
        decision.chosen = Some((me, By::Pull));
        give(tx, &seen, me, &decision)?;
        return Ok(Some(row.id));
    }
    Ok(None)
}

/// Whether somebody has all that they may have: why there is no next one for them.
pub fn is_full(tx: &mut Tx<EditTickets>) -> Result<bool, RoutingError> {
    let Some(me) = tx.actor().user() else { return Ok(false) };
    let (weights, now) = (weights(tx)?, tx.now());
    let Some(row) = store::agent(tx, me)? else { return Ok(false) };
    let limit = row.work_limit.unwrap_or(WHOLE);
    let least = weights.all().values().copied().min().unwrap_or(0);
    let agent = standing::agents(tx, &[row], false, &weights, now)?.pop();
    Ok(agent.is_some_and(|known| known.agent.load + least > limit))
}
