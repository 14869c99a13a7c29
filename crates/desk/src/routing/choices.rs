//! What is kept of a decision, and how it reads.
use super::{
    decide::{By, Candidate, Decision, Need, No, Score, Verdict},
    policy::{Skill, Strategy},
    store::{self, ChoiceRow},
};
use kernel::id::Id;
use platform::{
    authority::User,
    db::{Conn, Result},
    i18n::{self, Language},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Candidates that are kept of one decision.
const KEPT: usize = 60;

/// A decision as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub by: Option<By>,
    pub relaxed: i64,
    pub needs: Vec<Need>,
    pub candidates: Vec<Candidate>,
    /// Candidates that are not kept.
    pub more: usize,
    /// Why it was taken from somebody.
    pub taken: Option<Taken>,
}

/// Why a ticket was taken from somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// They no longer work here.
    Left,
    /// They said that they are away.
    Away,
    OffHours,
    /// They have more than they may have, and had not begun with it.
    OverLimit,
}
platform::words! { Taken { Left = "left", Away = "away", OffHours = "off_hours", OverLimit = "over_limit" } }

impl Kept {
    pub fn of(decision: &Decision) -> Kept {
        Kept {
            by: decision.chosen.map(|(_, by)| by),
            relaxed: decision.relaxed,
            needs: decision.needs.clone(),
            candidates: decision.candidates.iter().take(KEPT).copied().collect(),
            more: decision.candidates.len().saturating_sub(KEPT),
            taken: None,
        }
    }
    pub fn taken(why: Taken) -> Kept {
        Kept { by: None, relaxed: 0, needs: Vec::new(), candidates: Vec::new(), more: 0, taken: Some(why) }
    }
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a decision is plain data")
    }
}

/// Why a ticket waits, in numbers: it changes only when that does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// It waits until somebody asks for the next one.
    #[serde(default)]
    pub is_pull: bool,
    pub away: usize,
    pub off_hours: usize,
    pub full: usize,
    pub had_it: usize,
    /// People who lack a skill, by skill and level.
    pub lacking: Vec<(Id<Skill>, i64, usize)>,
}
impl Summary {
    pub fn of(decision: &Decision) -> Summary {
        let mut summary = Summary::default();
        let mut lacking: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        for (_, no) in decision.refused() {
            match no {
                No::Away => summary.away += 1,
                No::OffHours => summary.off_hours += 1,
                No::Full { .. } => summary.full += 1,
                No::HadIt => summary.had_it += 1,
                No::Skill { skill, needs, .. } => *lacking.entry((skill.number(), needs)).or_default() += 1,
            }
        }
        summary.lacking =
            lacking.into_iter().map(|((skill, level), count)| (Id::new(skill), level, count)).collect();
        summary
    }
    pub fn pull() -> Summary {
        Summary { is_pull: true, ..Summary::default() }
    }
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a summary is plain data")
    }
    pub fn read(content: &str) -> Summary {
        serde_json::from_str(content).unwrap_or_default()
    }
    /// One sentence: `Nobody can take it: 2 have enough in hand, 1 is away.`
    pub fn sentence(&self, names: &Names, language: Language) -> String {
        if self.is_pull {
            return i18n::text(language, "routing-wait-pull").to_owned();
        }
        let count =
            |key, count: usize| (count > 0).then(|| i18n::format(language, key, &[("count", count.into())]));
        let mut parts: Vec<_> = [
            count("routing-wait-full", self.full),
            count("routing-wait-away", self.away),
            count("routing-wait-off", self.off_hours),
            count("routing-wait-had", self.had_it),
        ]
        .into_iter()
        .flatten()
        .collect();
        for (skill, level, count) in &self.lacking {
            let args = [
                ("count", (*count).into()),
                ("skill", names.skill(*skill).into()),
                ("level", (*level).into()),
            ];
            parts.push(i18n::format(language, "routing-wait-skill", &args));
        }
        if parts.is_empty() {
            return i18n::text(language, "routing-wait-nobody").to_owned();
        }
        i18n::format(language, "routing-wait", &[("why", parts.join(", ").as_str().into())])
    }
}

/// What people and skills are called.
#[derive(Default)]
pub struct Names {
    people: BTreeMap<i64, String>,
    skills: BTreeMap<i64, String>,
}
impl Names {
    pub fn load(conn: &mut Conn, people: &[Id<User>]) -> Result<Names> {
        let people = store::names(conn, people)?;
        Ok(Names {
            people: people.into_iter().map(|(id, name)| (id.number(), name)).collect(),
            skills: store::skills(conn)?.into_iter().map(|skill| (skill.id.number(), skill.name)).collect(),
        })
    }
    pub fn person(&self, id: Id<User>) -> &str {
        self.people.get(&id.number()).map_or("?", String::as_str)
    }
    pub fn skill(&self, id: Id<Skill>) -> &str {
        self.skills.get(&id.number()).map_or("?", String::as_str)
    }
}

/// A choice with its content read.
#[derive(Clone, Debug)]
pub struct Choice {
    pub row: ChoiceRow,
    pub kept: Kept,
}

/// What was chosen for a ticket, the newest first, with the names of everybody in it.
pub fn of(conn: &mut Conn, ticket: Id<crate::tickets::Ticket>) -> Result<(Vec<Choice>, Names)> {
    let rows = store::choices(conn, ticket)?;
    let read = |row: ChoiceRow| {
        let kept = serde_json::from_str(&row.content).ok()?;
        Some(Choice { row, kept })
    };
    let choices: Vec<Choice> = rows.into_iter().filter_map(read).collect();
    let mut people: Vec<_> =
        choices.iter().flat_map(|choice| choice.kept.candidates.iter().map(|it| it.agent)).collect();
    people.sort_by_key(|id| id.number());
    people.dedup();
    Ok((choices, Names::load(conn, &people)?))
}

/// Why somebody got it, in words.
pub fn because(by: &By, score: Option<&Score>, language: Language) -> String {
    let word = match by {
        By::LastAgent => "last_agent",
        By::OnlyOne => "only_one",
        By::Pull => "pull",
        By::Strategy(strategy) => strategy.word(),
    };
    let said = i18n::text(language, &format!("routing-by-{}", word.replace('_', "-"))).to_owned();
    match (by, score) {
        (By::Strategy(Strategy::LeastLoaded), Some(score)) => {
            format!("{said} ({})", share(score.load, score.limit))
        }
        _ => said,
    }
}

/// Why somebody did not get it, in words.
pub fn refusal(no: &No, names: &Names, language: Language) -> String {
    match no {
        No::Away => i18n::text(language, "routing-no-away").to_owned(),
        No::OffHours => i18n::text(language, "routing-no-off-hours").to_owned(),
        No::HadIt => i18n::text(language, "routing-no-had-it").to_owned(),
        No::Full { load, limit } => {
            i18n::format(language, "routing-no-full", &[("share", share(*load, *limit).as_str().into())])
        }
        No::Skill { skill, has, needs } => i18n::format(
            language,
            "routing-no-skill",
            &[("skill", names.skill(*skill).into()), ("has", (*has).into()), ("needs", (*needs).into())],
        ),
    }
}

/// `40 of 100`, without words.
pub fn share(load: i64, limit: i64) -> String {
    format!("{load}\u{a0}/\u{a0}{limit}")
}

impl Candidate {
    pub fn score(&self) -> Option<&Score> {
        match &self.verdict {
            Verdict::Able(score) => Some(score),
            Verdict::No(_) => None,
        }
    }
    pub fn no(&self) -> Option<&No> {
        match &self.verdict {
            Verdict::No(no) => Some(no),
            Verdict::Able(_) => None,
        }
    }
}

/// Why a ticket was given to somebody or taken from them, in words.
pub fn reason(kept: &Kept, user: Id<User>, language: Language) -> String {
    match (&kept.taken, &kept.by) {
        (Some(taken), _) => {
            i18n::text(language, &format!("routing-taken-{}", taken.word().replace('_', "-"))).to_owned()
        }
        (None, Some(by)) => {
            let chosen = kept.candidates.iter().find(|candidate| candidate.agent == user);
            because(by, chosen.and_then(Candidate::score), language)
        }
        (None, None) => String::new(),
    }
}
