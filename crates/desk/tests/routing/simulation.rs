//! A simulated day of 50 people, 12 skills, 3 channels and 20,000 items, looked at after every event.
use desk::routing::{
    Strategy,
    decide::{Agent, Item, Need, Plan, Standing, decide, give_out},
};
use kernel::{clock::Millis, id::Id};
use std::collections::BTreeMap;

/// SplitMix64: the same numbers on every machine.
struct Chance(u64);
impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, most: u64) -> i64 {
        (self.next() % most) as i64
    }
    /// Exponential with this mean.
    fn wait(&mut self, mean: f64) -> i64 {
        let even = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        (-even.ln() * mean).ceil() as i64
    }
}

const PEOPLE: i64 = 50;
const SKILLS: u64 = 12;
const ITEMS: i64 = 20_000;
/// Between two items, on average: what is there of people does two thirds of what they could.
const ARRIVAL_MS: f64 = 10_000.0;
/// Call, chat, mail: how much each takes of somebody, and how long on average, in seconds.
const CHANNELS: [(i64, f64); 3] = [(100, 240.0), (33, 480.0), (10, 600.0)];

struct Work {
    who: usize,
    weight: i64,
}

struct Outcome {
    served: Vec<i64>,
    /// What each had in hand, times how long they had it.
    carried: Vec<i64>,
    /// Levels of the chosen, over the levels of the best of the team, added up.
    skill: (i64, i64),
    left: usize,
}

/// * `equals` – everybody has every skill, and is always there: for fairness.
fn day(seed: u64, strategy: Strategy, equals: bool) -> Outcome {
    let mut chance = Chance(seed);
    let mut team: Vec<Agent> = (0..PEOPLE)
        .map(|id| {
            let mut skills = Vec::new();
            for skill in 1..=SKILLS as i64 {
                let level = if equals { 3 } else { chance.below(6) };
                if level > 0 {
                    skills.push((Id::new(skill), level));
                }
            }
            Agent {
                id: Id::new(id + 1),
                standing: Standing::There,
                load: 0,
                limit: if equals { 100 } else { 50 + 10 * chance.below(11) },
                skills,
                given_at: Millis(0),
                busy_at: Millis(0),
            }
        })
        .collect();
    let plan = Plan { strategy, prefers_last: !equals, relax_ms: Some(60_000) };
    let mut waiting: Vec<(Item, i64, f64)> = Vec::new();
    let mut running: BTreeMap<(i64, u64), Work> = BTreeMap::new();
    let (mut came, mut turn) = (0_i64, 0_u64);
    let nothing = vec![0; PEOPLE as usize];
    let mut outcome = Outcome { served: nothing.clone(), carried: nothing, skill: (0, 0), left: 0 };
    let mut before = 0;
    let mut next_arrival = chance.wait(ARRIVAL_MS);
    let mut next_shift = 600_000;
    loop {
        let next_end = running.keys().next().map(|(at, _)| *at).unwrap_or(i64::MAX);
        let arrival = if came < ITEMS { next_arrival } else { i64::MAX };
        // Nothing that is to come would help what is left.
        if arrival == i64::MAX && next_end == i64::MAX {
            break;
        }
        let now = next_end.min(arrival).min(next_shift);
        for (carried, agent) in outcome.carried.iter_mut().zip(&team) {
            *carried += agent.load * (now - before);
        }
        before = now;
        if now == next_shift {
            next_shift += 600_000;
            if !equals {
                let who = chance.below(PEOPLE as u64) as usize;
                team[who].standing = match team[who].standing {
                    Standing::There if chance.below(2) == 0 => Standing::Away,
                    Standing::There => Standing::OffHours,
                    _ => Standing::There,
                };
            }
        } else if now == next_end {
            let (_, work) = running.pop_first().unwrap();
            team[work.who].load -= work.weight;
            team[work.who].busy_at = Millis(now);
        } else {
            came += 1;
            next_arrival = now + chance.wait(ARRIVAL_MS);
            // Loads are the same where the work is: a long call is no fault of whoever gave it out.
            let is_even = equals && strategy == Strategy::LeastLoaded;
            let (weight, length) = if is_even { CHANNELS[2] } else { CHANNELS[chance.below(3) as usize] };
            let mut needs = Vec::new();
            for _ in 0..chance.below(3) {
                let skill = Id::new(1 + chance.below(SKILLS));
                let level = 1 + chance.below(4);
                if !needs.iter().any(|need: &Need| need.skill == skill) {
                    needs.push(Need { skill, level, least: level.min(1 + chance.below(3)) });
                }
            }
            let last = (chance.below(4) == 0).then(|| Id::new(1 + chance.below(PEOPLE as u64)));
            let item = Item { ticket: Id::new(came), weight, needs, waited_ms: 0, last, not: None };
            waiting.push((item, now, length));
        }
        for (item, since, _) in &mut waiting {
            item.waited_ms = now - *since;
        }
        let items: Vec<_> = waiting.iter().map(|(item, ..)| item.clone()).collect();
        let decisions = give_out(&items, &mut team, &plan, Millis(now));
        let mut still = Vec::new();
        for ((item, since, length), decision) in std::mem::take(&mut waiting).into_iter().zip(decisions) {
            let Some((chosen, _)) = decision.chosen else {
                still.push((item, since, length));
                continue;
            };
            let who = (chosen.number() - 1) as usize;
            outcome.served[who] += 1;
            let got = decision.able().find(|(id, _)| *id == chosen).unwrap().1;
            if strategy == Strategy::LeastLoaded && equals {
                let least = decision.able().map(|(_, score)| score.load).min().unwrap();
                assert_eq!(got.load, least, "nobody who could take it has less in hand");
            }
            if !item.needs.is_empty() {
                let best = decision.able().map(|(_, score)| score.skill).max().unwrap();
                outcome.skill = (outcome.skill.0 + got.skill, outcome.skill.1 + best);
            }
            turn += 1;
            running
                .insert((now + chance.wait(length * 1000.0).max(1), turn), Work { who, weight: item.weight });
        }
        waiting = still;
        for agent in &team {
            assert!(agent.load <= agent.limit, "nobody has more than they may have");
            assert!(agent.load >= 0);
        }
        for (item, ..) in &waiting {
            let decision = decide(item, &team, &plan);
            assert_eq!(decision.chosen, None, "nothing waits that somebody free could take");
        }
    }
    outcome.left = waiting.len();
    assert_eq!(outcome.served.iter().sum::<i64>() + outcome.left as i64, ITEMS, "nothing is lost");
    outcome
}

#[test]
fn nobody_is_over_their_limit_and_nothing_waits_that_somebody_could_take() {
    for (seed, strategy) in Strategy::ALL.iter().enumerate() {
        let outcome = day(seed as u64 + 1, *strategy, false);
        assert!(outcome.left < 200, "{strategy:?}: {} of {ITEMS} were never served", outcome.left);
    }
}

/// How far the most and the least are apart, by the mean.
fn spread(of: &[i64]) -> f64 {
    let mean = of.iter().sum::<i64>() as f64 / of.len() as f64;
    (of.iter().max().unwrap() - of.iter().min().unwrap()) as f64 / mean
}

#[test]
fn equals_get_the_same_within_a_tenth() {
    // Whoever takes turns shares out items; whoever looks at the load shares out that.
    for (strategy, by_load) in
        [(Strategy::RoundRobin, false), (Strategy::MostIdle, false), (Strategy::LeastLoaded, true)]
    {
        let outcome = day(7, strategy, true);
        let (items, load) = (spread(&outcome.served), spread(&outcome.carried));
        println!("{strategy:?}: spread of items {:.1} %, of load {:.1} %", items * 100.0, load * 100.0);
        let measured = if by_load { load } else { items };
        assert!(measured <= 0.10, "{strategy:?}: items {items}, load {load}");
    }
}

#[test]
fn best_skill_finds_better_people_than_taking_turns() {
    let share = |strategy| {
        let outcome = day(11, strategy, false);
        outcome.skill.0 as f64 / outcome.skill.1 as f64
    };
    let (best, turns) = (share(Strategy::BestSkill), share(Strategy::RoundRobin));
    println!("share of the best level that was there: best skill {best:.3}, in turn {turns:.3}");
    assert!(best > turns + 0.05, "{best} against {turns}");
}
