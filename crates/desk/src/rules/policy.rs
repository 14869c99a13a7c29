//! What a rule is and what it may say. No I/O.
use super::{act::Action, signal::Signal};
use crate::{
    filter::{self, Filter, Names},
    sla::span::Span,
};
use derive::Record;
use jiff::{civil::Date, tz::TimeZone};
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
    working_time::Calendar,
};
use platform::{authority, i18n::Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_MOST: usize = 80;
/// The most actions of one rule.
pub const ACTIONS_MOST: usize = 20;
/// The most rules of a desk.
pub const RULES_MOST: i64 = 500;

/// A row of the table.
#[derive(Clone, Debug, Record)]
pub struct Row {
    pub id: Id<authority::Rule>,
    pub name: String,
    pub position: i64,
    pub is_active: bool,
    /// A [`Content`] as JSON.
    pub content: String,
    pub version: i64,
    pub since_id: i64,
    pub since_ms: Millis,
    pub reached_ms: Millis,
    pub reached_id: i64,
    pub runs: i64,
    pub ran_at_ms: Option<Millis>,
    pub limited_at_ms: Option<Millis>,
    pub failed_at_ms: Option<Millis>,
}
impl Row {
    pub fn content(&self) -> Content {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
}

/// A moment to wait for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleWait)]
pub struct WaitDraft {
    /// `4h`, `90m`, `2d`.
    pub span: String,
    /// `created`, `updated`, `status` or `due`. All but `status` look at open tickets alone.
    pub since: String,
    /// Count the hours of the desk's own calendar alone.
    #[serde(default)]
    pub working_time: bool,
}

/// One thing to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleAction)]
pub struct Step {
    /// `set_status`, `set_priority`, `set_type`, `set_team`, `assign`, `add_tag`, `remove_tag`, `set_field`, `note`,
    /// `notify`, `mail`, `webhook`, `escalate` or `checklist`.
    #[serde(rename = "do")]
    pub kind: String,
    /// A word or an id; `none` for nobody; `user/ID` or `team/ID` to notify; the id of a webhook; `next`, `supervisor`,
    /// `line/ID` or `supplier/ID` to escalate; the id of a checklist.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The key of a field of the desk's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Words of a note, a notice, a mail or a hand-over (what is expected), with `{number}`, `{subject}`, `{name}` and `{desk}`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What a rule says: everything but its name, place and whether it is on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RuleContent)]
pub struct Content {
    /// `ticket_opened`, `customer_wrote`, `agent_replied`, `note`, `status_changed`, `priority_changed`,
    /// `assignee_changed`, `team_changed`, `tags_changed`, `sla_warned`, `sla_breached`.
    pub on: Vec<String>,
    /// Instead of `on`: so long after a moment.
    pub after: Option<WaitDraft>,
    /// Which tickets, as in views; without any it is every ticket.
    pub filter: String,
    pub actions: Vec<Step>,
    /// Rules that follow do not look at what this one matched.
    pub stop_after: bool,
    /// It may go in circles: the limits end them. Without this a rule that would is refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accepts_loop: bool,
    /// The first and the last day on which it works, in the desk's zone: `2026-12-01`.
    pub from: Option<String>,
    pub until: Option<String>,
}

/// A rule as a program or a form asks for it. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRule)]
pub struct Draft {
    pub name: String,
    #[serde(default)]
    pub on: Vec<String>,
    #[serde(default)]
    pub after: Option<WaitDraft>,
    #[serde(default)]
    pub filter: String,
    #[serde(default)]
    pub actions: Vec<Step>,
    #[serde(default)]
    pub stop_after: bool,
    /// It may go in circles: the limits end them. Without this a rule that would is refused.
    #[serde(default)]
    pub accepts_loop: bool,
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub until: Option<String>,
    /// Its place in the order; a new one is last.
    #[serde(default)]
    pub position: Option<i64>,
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub on: Option<Vec<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub after: Option<Option<WaitDraft>>,
    pub filter: Option<String>,
    pub actions: Option<Vec<Step>>,
    pub stop_after: Option<bool>,
    pub accepts_loop: Option<bool>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub from: Option<Option<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub until: Option<Option<String>>,
    pub position: Option<i64>,
    pub is_active: Option<bool>,
}
impl Changes {
    pub fn apply(self, to: &Row) -> Draft {
        let old = to.content();
        Draft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            on: self.on.unwrap_or(old.on),
            after: self.after.unwrap_or(old.after),
            filter: self.filter.unwrap_or(old.filter),
            actions: self.actions.unwrap_or(old.actions),
            stop_after: self.stop_after.unwrap_or(old.stop_after),
            accepts_loop: self.accepts_loop.unwrap_or(old.accepts_loop),
            from: self.from.unwrap_or(old.from),
            until: self.until.unwrap_or(old.until),
            position: self.position,
            is_active: Some(self.is_active.unwrap_or(to.is_active)),
        }
    }
}
impl Content {
    /// The same as somebody who writes it.
    pub fn draft(self, name: &str) -> Draft {
        Draft {
            name: name.to_owned(),
            on: self.on,
            after: self.after,
            filter: self.filter,
            actions: self.actions,
            stop_after: self.stop_after,
            accepts_loop: self.accepts_loop,
            from: self.from,
            until: self.until,
            position: None,
            is_active: None,
        }
    }
}

/// From which moment a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Created,
    Updated,
    Status,
    Due,
}
platform::words! { Since { Created = "created", Updated = "updated", Status = "status", Due = "due" } }

/// So long after a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub span: Span,
    pub since: Since,
    pub is_working_time: bool,
}
impl Wait {
    /// So much time at least lies between the moment and the rule's turn.
    pub fn least_ms(&self, hours: &Calendar) -> i64 {
        match self.is_working_time {
            true => self.span.in_ms(hours),
            false => self.span.in_ms(&Calendar::always()),
        }
    }
    /// When it is the rule's turn. `None` where nobody is ever there.
    pub fn turn(&self, moment: Millis, hours: &Calendar) -> Option<Millis> {
        let need = self.least_ms(hours);
        if self.is_working_time { hours.due(moment, need).ok() } else { Some(moment.plus(need)) }
    }
}

/// What has a rule look.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    On(Vec<Signal>),
    After(Wait),
}

/// A rule that can work. [`Draft::parse`] is the only way to get one.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub name: String,
    pub trigger: Trigger,
    pub filter: Filter,
    pub actions: Vec<Action>,
    pub stop_after: bool,
    pub accepts_loop: bool,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub position: Option<i64>,
    pub is_active: bool,
}

/// What a rule may name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub names: Names,
    /// Webhooks: id and name.
    pub webhooks: Vec<(i64, String)>,
    /// Lines of support, the first one first.
    pub lines: Vec<(i64, String)>,
    /// Suppliers that can be asked.
    pub suppliers: Vec<(i64, String)>,
    /// Checklists in use.
    pub checklists: Vec<(i64, String)>,
}

impl Draft {
    /// Reports every mistake at once, by field, and what contradicts itself.
    pub fn parse(self, known: &Known, language: Language) -> Result<Rule, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST + 1);
        mistakes.require(!name.is_empty(), "name", "required");
        mistakes.require(name.chars().count() <= NAME_MOST, "name", "too_long");
        let signals = signals(&self.on, &mut mistakes);
        let wait = self.after.as_ref().map(|wait| parse_wait(wait, &mut mistakes));
        mistakes.require(!(signals.is_empty() && wait.is_none()), "on", "rule_trigger");
        mistakes.require(signals.is_empty() || wait.is_none(), "after", "rule_two_triggers");
        let read = filter::parse(&self.filter, &known.names);
        let actions = actions(&self.actions, known, &mut mistakes);
        let from = date("from", self.from.as_deref(), &mut mistakes);
        let until = date("until", self.until.as_deref(), &mut mistakes);
        if let (Some(from), Some(until)) = (from, until) {
            mistakes.require(from <= until, "until", "rule_ends_first");
        }
        let filter = match read {
            Ok(filter) => filter,
            Err(mistake) => {
                let mut problem = mistake.problem_in(language);
                problem.fields.extend(mistakes.check().err().into_iter().flat_map(|other| other.fields));
                return Err(problem);
            }
        };
        // A rule is nobody: what asks for the reader can never hold.
        mistakes.require(!filter.names_a_reader(), "filter", "rule_reader");
        mistakes.check()?;
        let trigger = match wait.flatten() {
            Some(wait) => Trigger::After(wait),
            None => Trigger::On(signals),
        };
        Ok(Rule {
            name,
            trigger,
            filter,
            actions,
            stop_after: self.stop_after,
            accepts_loop: self.accepts_loop,
            from,
            until,
            position: self.position,
            is_active: self.is_active.unwrap_or(true),
        })
    }
}

fn signals(words: &[String], mistakes: &mut Mistakes) -> Vec<Signal> {
    let mut signals = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match Signal::from_word(word.trim()) {
            Some(signal) if !signals.contains(&signal) => signals.push(signal),
            Some(_) => {}
            None => mistakes.add(&format!("on/{at}"), "unknown_word"),
        }
    }
    signals
}
fn parse_wait(wait: &WaitDraft, mistakes: &mut Mistakes) -> Option<Wait> {
    let span = wait.span.parse::<Span>();
    if let Err(code) = &span {
        mistakes.add("after/span", code);
    }
    let since = Since::from_word(&wait.since);
    mistakes.require(since.is_some(), "after/since", "unknown_word");
    Some(Wait { span: span.ok()?, since: since?, is_working_time: wait.working_time })
}
fn actions(steps: &[Step], known: &Known, mistakes: &mut Mistakes) -> Vec<Action> {
    mistakes.require(!steps.is_empty(), "actions", "required");
    mistakes.require(steps.len() <= ACTIONS_MOST, "actions", "too_long");
    let mut actions: Vec<Action> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match Action::parse(step, known) {
            Err((part, code)) => mistakes.add(&format!("actions/{at}/{part}"), code),
            Ok(action) => {
                let is_again = actions.iter().any(|other| other.meets(&action));
                mistakes.require(!is_again, &format!("actions/{at}/do"), "rule_set_twice");
                actions.push(action);
            }
        }
    }
    actions
}
fn date(field: &str, text: Option<&str>, mistakes: &mut Mistakes) -> Option<Date> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let date = text.parse::<Date>().ok();
    mistakes.require(date.is_some(), field, "date");
    date
}
impl Rule {
    /// In the form in which it is stored: with ids, so that a new name changes nothing.
    pub fn content(&self) -> Content {
        let (on, after) = match &self.trigger {
            Trigger::On(signals) => (signals.iter().map(|signal| signal.word().to_owned()).collect(), None),
            Trigger::After(wait) => {
                let draft = WaitDraft {
                    span: wait.span.to_string(),
                    since: wait.since.word().into(),
                    working_time: wait.is_working_time,
                };
                (Vec::new(), Some(draft))
            }
        };
        Content {
            on,
            after,
            filter: filter::stored(&self.filter),
            actions: self.actions.iter().map(Action::step).collect(),
            stop_after: self.stop_after,
            accepts_loop: self.accepts_loop,
            from: self.from.map(|date| date.to_string()),
            until: self.until.map(|date| date.to_string()),
        }
    }
    /// Whether it works on the day of `now`.
    pub fn works_at(&self, now: Millis, zone: &TimeZone) -> bool {
        let today = now.timestamp().to_zoned(zone.clone()).date();
        self.from.is_none_or(|from| from <= today) && self.until.is_none_or(|until| today <= until)
    }
    pub fn hears(&self, signals: &[Signal]) -> bool {
        matches!(&self.trigger, Trigger::On(own) if own.iter().any(|signal| signals.contains(signal)))
    }
    pub fn wait(&self) -> Option<&Wait> {
        if let Trigger::After(wait) = &self.trigger { Some(wait) } else { None }
    }
}
