//! What a plan, a skill and a need are, and which words are allowed. No I/O.
use crate::{
    calendars::Calendar,
    filter::{self, Filter, Names},
    tickets::Channel,
};
use derive::Record;
use kernel::{
    clock::{DAY, MINUTE, Millis},
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::{Team, User};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Levels of a skill: 1 knows a little, 5 knows it best.
pub const LEVELS: std::ops::RangeInclusive<i64> = 1..=5;
/// What a whole person does at a time, in hundredths.
pub const WHOLE: i64 = 100;
/// The most that somebody may have in hand, in hundredths of a whole person's work.
const LIMIT_MOST: i64 = 1_000;
const NAME_MOST: usize = 60;
/// The most needs of a desk.
pub const NEEDS_MOST: usize = 200;

/// Which of those who could take a ticket gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Strategy {
    /// Whoever was given something the longest ago.
    RoundRobin,
    /// Whoever has the least in hand, measured by what they may have.
    LeastLoaded,
    /// Whoever was given or finished something the longest ago.
    MostIdle,
    /// Whoever knows best what is asked for.
    BestSkill,
}
platform::words! { Strategy {
    RoundRobin = "round_robin", LeastLoaded = "least_loaded", MostIdle = "most_idle", BestSkill = "best_skill",
} }

/// How a ticket comes to somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Mode {
    /// The desk gives it to them.
    #[default]
    Push,
    /// They ask for the next one.
    Pull,
}
platform::words! { Mode { Push = "push", Pull = "pull" } }

/// Something that one has to know to help.
#[derive(Clone, Debug, Record)]
pub struct Skill {
    pub id: Id<Skill>,
    pub name: String,
    pub is_archived: bool,
    /// How many people have it.
    pub people: i64,
}

/// Untrusted input.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSkill)]
pub struct SkillDraft {
    pub name: String,
}
impl SkillDraft {
    /// * errors – 422 naming the field.
    pub fn parse(self) -> Result<String, Problem> {
        let name = text::one_line(&self.name, NAME_MOST + 1);
        let mut mistakes = Mistakes::default();
        mistakes.require(!name.is_empty(), "name", "required");
        mistakes.require(name.chars().count() <= NAME_MOST, "name", "too_long");
        mistakes.check()?;
        Ok(name)
    }
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SkillChanges)]
pub struct SkillChanges {
    pub name: Option<String>,
    pub is_archived: Option<bool>,
}

/// What somebody can do, how much of it at a time, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RoutingAgent)]
pub struct Abilities {
    /// Level 1 to 5 by the skill's id.
    #[schema(value_type = BTreeMap<String, i64>)]
    pub skills: BTreeMap<Id<Skill>, i64>,
    /// In hundredths of a whole person's work; the desk's 100 where it is left out.
    pub limit: Option<i64>,
    /// Their working hours; always where it is left out.
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
}
impl Abilities {
    /// * errors – 422 for a level or a limit that cannot be.
    pub fn parse(self) -> Result<Abilities, Problem> {
        let mut mistakes = Mistakes::default();
        for (skill, level) in &self.skills {
            mistakes.require(LEVELS.contains(level), &format!("skills/{skill}"), "level");
        }
        let is_fine = self.limit.is_none_or(|limit| (0..=LIMIT_MOST).contains(&limit));
        mistakes.require(is_fine, "limit", "work_limit");
        mistakes.check()?;
        Ok(self)
    }
}

/// How a team's work is given out, as a program or a form asks for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingPlan)]
pub struct PlanDraft {
    /// Left out or null: by hand.
    #[schema(value_type = Option<Strategy>)]
    pub strategy: Option<Strategy>,
    #[serde(default)]
    #[schema(value_type = Mode)]
    pub mode: Mode,
    /// Whoever dealt with the customer the last time comes first.
    #[serde(default)]
    pub prefers_last: bool,
    /// Only people who have said that they are there get something; else everybody within their working hours.
    #[serde(default)]
    pub asks_presence: bool,
    /// After so many minutes of waiting the levels asked for fall by one, and so on.
    pub relax_minutes: Option<i64>,
    /// What somebody does not work on, because they are not there, is given to another one after so many minutes.
    pub take_back_minutes: Option<i64>,
}
impl PlanDraft {
    /// * errors – 422 for times that cannot be.
    pub fn parse(self) -> Result<PlanDraft, Problem> {
        let mut mistakes = Mistakes::default();
        let is_time = |minutes: Option<i64>| minutes.is_none_or(|it| (1..=30 * DAY / MINUTE).contains(&it));
        mistakes.require(is_time(self.relax_minutes), "relax_minutes", "minutes");
        mistakes.require(is_time(self.take_back_minutes), "take_back_minutes", "minutes");
        mistakes.check()?;
        Ok(self)
    }
}

/// A team that has a plan.
#[derive(Clone, Debug, Record)]
pub struct TeamPlan {
    pub team_id: Id<Team>,
    pub strategy: Strategy,
    pub mode: Mode,
    pub prefers_last: bool,
    pub asks_presence: bool,
    pub relax_ms: Option<i64>,
    pub take_back_ms: Option<i64>,
}
impl TeamPlan {
    pub fn rules(&self) -> super::decide::Plan {
        super::decide::Plan {
            strategy: self.strategy,
            prefers_last: self.prefers_last,
            relax_ms: self.relax_ms,
        }
    }
    pub fn draft(&self) -> PlanDraft {
        PlanDraft {
            strategy: Some(self.strategy),
            mode: self.mode,
            prefers_last: self.prefers_last,
            asks_presence: self.asks_presence,
            relax_minutes: self.relax_ms.map(|ms| ms / MINUTE),
            take_back_minutes: self.take_back_ms.map(|ms| ms / MINUTE),
        }
    }
}

/// Tickets that match ask for a skill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingNeed)]
pub struct NeedDraft {
    /// The typed filter, e.g. `inbox:sales type:order`.
    pub filter: String,
    #[schema(value_type = String)]
    pub skill: Id<Skill>,
    /// 1 to 5.
    pub level: i64,
    /// Waiting lowers the level down to this one; `level` where it is left out: it never gives way.
    pub least: Option<i64>,
}

/// A need that passed, with the filter as it is stored.
#[derive(Clone, Debug)]
pub struct NewNeed {
    pub filter: String,
    pub skill: Id<Skill>,
    pub level: i64,
    pub least: i64,
}

/// What tickets ask for, and what the channels take of somebody.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingNeeds)]
pub struct NeedsDraft {
    pub needs: Vec<NeedDraft>,
    /// By channel, in hundredths of a whole person's work: 100 fills somebody, 10 leaves room for nine more.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, i64>)]
    pub weights: BTreeMap<String, i64>,
}
impl NeedsDraft {
    /// * errors – 422 naming the need and the field; a filter says where it cannot be read.
    pub fn parse(
        self,
        names: &Names,
        skills: &[Skill],
        language: platform::i18n::Language,
    ) -> Result<(Vec<NewNeed>, Weights), Problem> {
        let mut mistakes = Mistakes::default();
        let (mut needs, mut detail) = (Vec::new(), None);
        mistakes.require(self.needs.len() <= NEEDS_MOST, "needs", "too_long");
        for (at, need) in self.needs.iter().enumerate().take(NEEDS_MOST) {
            let of = |field: &str| format!("needs/{at}/{field}");
            let least = need.least.unwrap_or(need.level);
            let known = skills.iter().find(|skill| skill.id == need.skill && !skill.is_archived);
            mistakes.require(known.is_some(), &of("skill"), "unknown_id");
            // Whoever asks for what nobody can do makes tickets wait for ever.
            let has_people = known.is_none_or(|skill| skill.people > 0);
            mistakes.require(has_people, &of("skill"), "skill_of_nobody");
            mistakes.require(LEVELS.contains(&need.level), &of("level"), "level");
            mistakes.require((0..=need.level).contains(&least), &of("least"), "least_level");
            match filter::parse(&need.filter, names) {
                Err(mistake) => {
                    for field in mistake.problem().fields {
                        mistakes.add(&of("filter"), field.code);
                    }
                    detail.get_or_insert_with(|| mistake.sentence(language));
                }
                Ok(tree) => {
                    let filter = filter::stored(&tree);
                    needs.push(NewNeed { filter, skill: need.skill, level: need.level, least });
                }
            }
        }
        let weights = Weights::parse(&self.weights, &mut mistakes);
        match (mistakes.check(), detail) {
            (Ok(()), _) => Ok((needs, weights)),
            (Err(problem), Some(detail)) => Err(problem.because(detail)),
            (Err(problem), None) => Err(problem),
        }
    }
}

/// A need as it is stored.
#[derive(Clone, Debug, Record)]
pub struct NeedRow {
    pub id: Id<NeedRow>,
    pub filter: String,
    pub skill_id: Id<Skill>,
    pub level: i64,
    pub least: i64,
}
/// A need with its filter read; `None` for one that names something gone.
pub fn read_filter(stored: &str) -> Option<Filter> {
    filter::parse(stored, &Names::default()).ok()
}

/// What a ticket of each channel takes of somebody, in hundredths of a whole person's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights(BTreeMap<String, i64>);
impl Default for Weights {
    /// Ten mails, three chats, or one call at a time.
    fn default() -> Weights {
        let usual = |channel: Channel| match channel {
            Channel::Phone | Channel::WalkIn => WHOLE,
            Channel::Chat => 33,
            Channel::Messaging => 20,
            Channel::Email | Channel::Web | Channel::Api | Channel::Letter => 10,
        };
        Weights(Channel::ALL.iter().map(|&channel| (channel.word().to_owned(), usual(channel))).collect())
    }
}
impl Weights {
    /// Channels that are left out take what is usual.
    pub fn parse(given: &BTreeMap<String, i64>, mistakes: &mut Mistakes) -> Weights {
        let mut weights = Weights::default();
        for (word, weight) in given {
            let field = format!("weights/{word}");
            match Channel::from_word(word) {
                None => mistakes.add(&field, "unknown_word"),
                Some(_) if !(0..=WHOLE).contains(weight) => mistakes.add(&field, "weight"),
                Some(channel) => weights.set(channel, *weight),
            }
        }
        weights
    }
    pub fn of(&self, channel: Channel) -> i64 {
        self.0.get(channel.word()).copied().unwrap_or(10)
    }
    fn set(&mut self, channel: Channel, weight: i64) {
        self.0.insert(channel.word().to_owned(), weight);
    }
    pub fn all(&self) -> &BTreeMap<String, i64> {
        &self.0
    }
}

/// Somebody of a team as the table has them.
#[derive(Clone, Debug, Record)]
pub struct AgentRow {
    pub user_id: Id<User>,
    pub name: String,
    pub work_limit: Option<i64>,
    pub calendar_id: Option<Id<Calendar>>,
    /// What they said themselves; `None` where they never did.
    pub is_there: Option<bool>,
    pub since_ms: Option<Millis>,
    pub given_at_ms: Option<Millis>,
    pub done_at_ms: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::i18n::Language;

    fn skill(id: i64, people: i64) -> Skill {
        Skill { id: Id::new(id), name: "SAP".into(), is_archived: false, people }
    }
    fn pointers(problem: Problem) -> Vec<(String, String)> {
        problem.fields.into_iter().map(|field| (field.pointer, field.code.to_string())).collect()
    }

    #[test]
    fn every_mistake_of_the_needs_is_named() {
        let need = |filter: &str, skill, level, least| NeedDraft {
            filter: filter.into(),
            skill: Id::new(skill),
            level,
            least,
        };
        let draft = NeedsDraft {
            needs: vec![
                need("type:order", 1, 3, Some(1)),
                need("priority:nonsense", 1, 3, None),
                need("is:open", 2, 6, Some(9)),
                need("is:open", 3, 1, None),
            ],
            weights: [("email".to_owned(), 101), ("pigeon".to_owned(), 1)].into(),
        };
        let problem = draft.parse(&Names::default(), &[skill(1, 1), skill(2, 0)], Language::En).unwrap_err();
        let expected = [
            ("/needs/1/filter", "filter_value"),
            ("/needs/2/skill", "skill_of_nobody"),
            ("/needs/2/level", "level"),
            ("/needs/2/least", "least_level"),
            ("/needs/3/skill", "unknown_id"),
            ("/weights/email", "weight"),
            ("/weights/pigeon", "unknown_word"),
        ];
        let expected: Vec<_> = expected.map(|(at, code)| (at.to_owned(), code.to_owned())).into();
        assert_eq!(pointers(problem), expected);
    }

    #[test]
    fn a_need_without_a_least_level_never_gives_way() {
        let need = NeedDraft { filter: "type:order".into(), skill: Id::new(1), level: 3, least: None };
        let draft = NeedsDraft { needs: vec![need], ..NeedsDraft::default() };
        let (needs, weights) = draft.parse(&Names::default(), &[skill(1, 1)], Language::En).unwrap();
        assert_eq!((needs[0].least, weights.of(Channel::Phone)), (3, WHOLE));
    }
}
