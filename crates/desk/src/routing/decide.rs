//! Who gets what: one pure function of what waits, who is there, and the plan. No I/O, no clock.
//!
//! Every candidate gets a verdict, so that a decision can be read afterwards (`docs/behaviour/routing.md`).
use super::policy::{Skill, Strategy};
use crate::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
use platform::authority::User;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// A skill that a ticket asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    pub skill: Id<Skill>,
    /// 1 to 5.
    pub level: i64,
    /// Waiting lowers the level down to this one; the same as `level` never gives way.
    pub least: i64,
}
impl Need {
    /// The level asked for after so many steps of waiting.
    pub fn after(self, steps: i64) -> i64 {
        (self.level - steps).max(self.least)
    }
}

/// A ticket that waits for somebody.
#[derive(Clone, Debug)]
pub struct Item {
    pub ticket: Id<Ticket>,
    /// What it takes of somebody, in hundredths of a whole person's work.
    pub weight: i64,
    pub needs: Vec<Need>,
    pub waited_ms: i64,
    /// Who dealt with this customer the last time.
    pub last: Option<Id<User>>,
    /// From whom it was just taken: it does not go back there.
    pub not: Option<Id<User>>,
}

/// Whether somebody takes work now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    There,
    /// They said so.
    Away,
    /// Outside of their working hours.
    OffHours,
}

/// Somebody of the team.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: Id<User>,
    pub standing: Standing,
    /// What they have in hand, and how much they may have, in hundredths of a whole person's work.
    pub load: i64,
    pub limit: i64,
    /// By skill.
    pub skills: Vec<(Id<Skill>, i64)>,
    /// When they were given something the last time; 0 for never.
    pub given_at: Millis,
    /// When they were given or finished something the last time; 0 for never.
    pub busy_at: Millis,
}
impl Agent {
    fn level(&self, skill: Id<Skill>) -> i64 {
        self.skills.iter().find(|(id, _)| *id == skill).map_or(0, |(_, level)| *level)
    }
}

/// How a team's work is given out.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub strategy: Strategy,
    /// Whoever dealt with the customer the last time comes first, if they are able and free.
    pub prefers_last: bool,
    /// After so long the levels asked for are lowered by one, and again after the same time.
    pub relax_ms: Option<i64>,
}

/// Why somebody does not get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum No {
    Away,
    OffHours,
    Skill {
        skill: Id<Skill>,
        has: i64,
        needs: i64,
    },
    Full {
        load: i64,
        limit: i64,
    },
    /// It was taken from them a moment ago.
    HadIt,
}

/// What speaks for somebody who could take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub load: i64,
    pub limit: i64,
    pub given_at: Millis,
    pub busy_at: Millis,
    /// Their levels in the skills asked for, added up.
    pub skill: i64,
}

/// Somebody who was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: Id<User>,
    #[serde(flatten)]
    pub verdict: Verdict,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Able(Score),
    No(No),
}

/// What made the choice among those who could take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    LastAgent,
    Strategy(Strategy),
    /// The only one who could.
    OnlyOne,
    /// They asked for the next one themselves.
    Pull,
}

/// Who gets it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Nobody: it waits.
    pub chosen: Option<(Id<User>, By)>,
    /// Steps by which the levels were lowered because it waited.
    pub relaxed: i64,
    pub needs: Vec<Need>,
    /// The able ones first, the best in front; then the others in the order of the team.
    pub candidates: Vec<Candidate>,
}
impl Decision {
    pub fn able(&self) -> impl Iterator<Item = (Id<User>, Score)> {
        self.candidates.iter().filter_map(|candidate| match candidate.verdict {
            Verdict::Able(score) => Some((candidate.agent, score)),
            Verdict::No(_) => None,
        })
    }
    pub fn refused(&self) -> impl Iterator<Item = (Id<User>, No)> {
        self.candidates.iter().filter_map(|candidate| match candidate.verdict {
            Verdict::No(no) => Some((candidate.agent, no)),
            Verdict::Able(_) => None,
        })
    }
}

/// Decides who of `team` gets the ticket.
///
/// Nobody gets more than their limit, or what asks for more than they can; whoever is free and able is chosen.
pub fn decide(item: &Item, team: &[Agent], plan: &Plan) -> Decision {
    let relaxed = steps(item, plan);
    let judged = team.iter().map(|agent| Candidate { agent: agent.id, verdict: judge(item, agent, relaxed) });
    let mut candidates: Vec<_> = judged.collect();
    candidates.sort_by_key(|candidate| match candidate.verdict {
        Verdict::Able(score) => (false, rank(plan.strategy, &score), candidate.agent),
        Verdict::No(_) => (true, Rank::default(), candidate.agent),
    });
    let able = candidates.iter().take_while(|it| matches!(it.verdict, Verdict::Able(_)));
    let able: Vec<_> = able.map(|candidate| candidate.agent).collect();
    let last = item.last.filter(|last| plan.prefers_last && able.contains(last));
    let chosen = match (last, &able[..]) {
        (_, []) => None,
        (_, [only]) => Some((*only, By::OnlyOne)),
        (Some(last), _) => Some((last, By::LastAgent)),
        (None, [best, ..]) => Some((*best, By::Strategy(plan.strategy))),
    };
    Decision { chosen, relaxed, needs: item.needs.clone(), candidates }
}

/// Decides about everything that waits, in its order: what one gets is no longer free for the next.
///
/// A ticket that nobody can take does not hold up those behind it.
pub fn give_out(items: &[Item], team: &mut [Agent], plan: &Plan, now: Millis) -> Vec<Decision> {
    let decide = |item: &Item| {
        let decision = decide(item, team, plan);
        if let Some((chosen, _)) = decision.chosen
            && let Some(agent) = team.iter_mut().find(|agent| agent.id == chosen)
        {
            agent.load += item.weight;
            (agent.given_at, agent.busy_at) = (now, now);
        }
        decision
    };
    items.iter().map(decide).collect()
}

fn steps(item: &Item, plan: &Plan) -> i64 {
    match plan.relax_ms {
        Some(every) if every > 0 && !item.needs.is_empty() => (item.waited_ms / every).clamp(0, 5),
        _ => 0,
    }
}

fn judge(item: &Item, agent: &Agent, relaxed: i64) -> Verdict {
    match agent.standing {
        Standing::Away => return Verdict::No(No::Away),
        Standing::OffHours => return Verdict::No(No::OffHours),
        Standing::There => {}
    }
    if item.not == Some(agent.id) {
        return Verdict::No(No::HadIt);
    }
    for need in &item.needs {
        let (has, needs) = (agent.level(need.skill), need.after(relaxed));
        if has < needs {
            return Verdict::No(No::Skill { skill: need.skill, has, needs });
        }
    }
    if agent.load + item.weight > agent.limit {
        return Verdict::No(No::Full { load: agent.load, limit: agent.limit });
    }
    Verdict::Able(Score {
        load: agent.load,
        limit: agent.limit,
        given_at: agent.given_at,
        busy_at: agent.busy_at,
        skill: item.needs.iter().map(|need| agent.level(need.skill)).sum(),
    })
}

/// The smaller, the better.
type Rank = (Reverse<i64>, i64, Millis);

fn rank(strategy: Strategy, score: &Score) -> Rank {
    // A share of the limit in millionths, so that half of a small limit is as much as half of a large one.
    let share = score.load.saturating_mul(1_000_000) / score.limit.max(1);
    match strategy {
        Strategy::RoundRobin => (Reverse(0), 0, score.given_at),
        Strategy::LeastLoaded => (Reverse(0), share, score.given_at),
        Strategy::MostIdle => (Reverse(0), 0, score.busy_at),
        Strategy::BestSkill => (Reverse(score.skill), share, score.given_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(id: i64) -> Agent {
        Agent {
            id: Id::new(id),
            standing: Standing::There,
            load: 0,
            limit: 100,
            skills: Vec::new(),
            given_at: Millis(0),
            busy_at: Millis(0),
        }
    }
    fn item(needs: &[(i64, i64, i64)]) -> Item {
        let need = |&(skill, level, least): &(i64, i64, i64)| Need { skill: Id::new(skill), level, least };
        Item {
            ticket: Id::new(1),
            weight: 10,
            needs: needs.iter().map(need).collect(),
            waited_ms: 0,
            last: None,
            not: None,
        }
    }
    fn plan(strategy: Strategy) -> Plan {
        Plan { strategy, prefers_last: false, relax_ms: None }
    }
    fn chosen(decision: &Decision) -> Option<i64> {
        decision.chosen.map(|(id, _)| id.number())
    }

    #[test]
    fn each_strategy_prefers_what_it_says() {
        let mut team = [agent(1), agent(2), agent(3)];
        (team[0].load, team[0].given_at, team[0].busy_at) = (50, Millis(10), Millis(40));
        (team[1].load, team[1].given_at, team[1].busy_at) = (20, Millis(30), Millis(30));
        (team[2].load, team[2].given_at, team[2].busy_at) = (60, Millis(20), Millis(20));
        team[2].limit = 600;
        team[0].skills = vec![(Id::new(7), 4)];
        team[1].skills = vec![(Id::new(7), 3)];
        team[2].skills = vec![(Id::new(7), 3)];
        let got = |strategy| chosen(&decide(&item(&[(7, 2, 2)]), &team, &plan(strategy)));
        assert_eq!(got(Strategy::RoundRobin), Some(1), "whoever waits for something the longest");
        assert_eq!(got(Strategy::LeastLoaded), Some(3), "a tenth of a large limit is less than a fifth");
        assert_eq!(got(Strategy::MostIdle), Some(3));
        assert_eq!(got(Strategy::BestSkill), Some(1));
    }

    #[test]
    fn every_refusal_has_its_reason() {
        let mut team = [agent(1), agent(2), agent(3), agent(4), agent(5)];
        team[0].standing = Standing::Away;
        team[1].standing = Standing::OffHours;
        team[2].skills = vec![(Id::new(7), 1)];
        (team[3].skills, team[3].load) = (vec![(Id::new(7), 3)], 91);
        team[4].skills = vec![(Id::new(7), 3)];
        let item = Item { not: Some(Id::new(5)), ..item(&[(7, 3, 3)]) };
        let decision = decide(&item, &team, &plan(Strategy::RoundRobin));
        assert_eq!(decision.chosen, None);
        let refused: Vec<_> = decision.refused().map(|(_, no)| no).collect();
        let skill = No::Skill { skill: Id::new(7), has: 1, needs: 3 };
        assert_eq!(
            refused,
            [No::Away, No::OffHours, skill, No::Full { load: 91, limit: 100 }, No::HadIt],
            "in the order of the team"
        );
    }

    #[test]
    fn waiting_lowers_what_is_asked_for_and_no_further_than_allowed() {
        let mut team = [agent(1)];
        team[0].skills = vec![(Id::new(7), 2), (Id::new(8), 4)];
        let plan = Plan { relax_ms: Some(60_000), ..plan(Strategy::BestSkill) };
        let after = |waited_ms, least| {
            let item = Item { waited_ms, ..item(&[(7, 4, least), (8, 4, 4)]) };
            chosen(&decide(&item, &team, &plan))
        };
        assert_eq!(after(0, 1), None);
        assert_eq!(after(119_999, 1), None);
        assert_eq!(after(120_000, 1), Some(1), "two steps: 4 is 2");
        assert_eq!(after(10_000_000, 3), None, "it never asks for less than 3");
    }

    #[test]
    fn the_last_agent_comes_first_unless_they_cannot() {
        let mut team = [agent(1), agent(2)];
        let plan = Plan { prefers_last: true, ..plan(Strategy::RoundRobin) };
        team[1].given_at = Millis(99);
        let item = Item { last: Some(Id::new(2)), ..item(&[]) };
        assert_eq!(decide(&item, &team, &plan).chosen, Some((Id::new(2), By::LastAgent)));
        team[1].standing = Standing::Away;
        assert_eq!(decide(&item, &team, &plan).chosen, Some((Id::new(1), By::OnlyOne)));
    }

    #[test]
    fn what_one_gets_is_no_longer_free_for_the_next_and_nothing_holds_up_the_others() {
        let mut team = [agent(1)];
        team[0].limit = 20;
        let impossible = item(&[(9, 1, 1)]);
        let items = [impossible, item(&[]), item(&[]), item(&[])];
        let made = give_out(&items, &mut team, &plan(Strategy::LeastLoaded), Millis(5));
        assert_eq!(made.iter().map(chosen).collect::<Vec<_>>(), [None, Some(1), Some(1), None]);
        assert_eq!((team[0].load, team[0].given_at), (20, Millis(5)));
    }
}
