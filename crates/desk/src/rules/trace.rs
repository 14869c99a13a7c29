//! Which rules looked at a ticket, what they found, and what they did.
use super::{
    act::Action,
    policy::{Rule, Step},
    store::{self, Look},
};
use crate::{
    escalation::stay::To,
    filter::{self, Condition, Facts, Filter, Names, Reader, tree::With},
    tickets::Ticket,
};
use kernel::{clock::DAY, id::Id};
use platform::db::{Conn, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What rules made of a ticket is kept for so long.
pub const KEPT_MS: i64 = 30 * DAY;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = RuleOutcome, rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it says.
    Matched,
    Unmatched,
    /// Today is none of its days.
    OffPeriod,
    /// It matched, and a limit stopped it.
    Limited,
    /// It matched, and something it names is gone. Nothing of it was done.
    Failed,
}
platform::words! { Outcome {
    Matched = "matched", Unmatched = "unmatched", OffPeriod = "off_period", Limited = "limited", Failed = "failed",
} }

/// Something that was done, or why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleDeed)]
pub struct Deed {
    #[serde(flatten)]
    pub step: Step,
    /// `done`, `was_so`, `no_address`, `automatic` (nothing is sent in answer to a machine), `too_many`, `nowhere` (there
    /// is nobody to escalate to), or `would` of a try.
    pub how: String,
}

/// What one rule made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleVerdict)]
pub struct Verdict {
    #[schema(value_type = String)]
    pub rule: Id<platform::authority::Rule>,
    pub version: i64,
    pub name: String,
    pub outcome: Outcome,
    /// The first condition that does not hold, as a filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
    /// Which limit, or a code of why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<Deed>,
    /// The rules that follow did not look.
    #[serde(default)]
    pub stopped: bool,
}

/// The part of a filter that is to blame: the first of several that must all hold; of alternatives all together.
pub fn failing<'f>(filter: &'f Filter, facts: &Facts, reader: &Reader) -> Option<&'f Filter> {
    if filter.matches(facts, reader) {
        return None;
    }
    match filter {
        Filter::All(parts) => parts.iter().find_map(|part| failing(part, facts, reader)),
        other => Some(other),
    }
}

impl Verdict {
    pub fn new(id: Id<platform::authority::Rule>, version: i64, rule: &Rule, outcome: Outcome) -> Verdict {
        Verdict {
            rule: id,
            version,
            name: rule.name.clone(),
            outcome,
            failing: None,
            code: None,
            did: Vec::new(),
            stopped: false,
        }
    }
    pub fn unmatched(self, part: &Filter) -> Verdict {
        Verdict { outcome: Outcome::Unmatched, failing: Some(filter::stored(part)), ..self }
    }
}
/// What an action would do to a ticket: nothing where everything is so already.
pub fn is_so(action: &Action, facts: &Facts, names: &Names) -> bool {
    match action {
        Action::SetStatus(word) => match word.parse::<i64>() {
            Ok(id) => facts.status == id,
            Err(_) => facts.category.word() == word,
        },
        Action::SetPriority(priority) => facts.priority == *priority,
        Action::SetType(kind) => facts.kind == *kind,
        Action::SetTeam(id) => facts.team == *id,
        Action::Assign(id) => facts.assignee == *id,
        Action::AddTag(tag) => facts.tags.contains(tag),
        Action::RemoveTag(tag) => !facts.tags.contains(tag),
        Action::SetField(key, value) => {
            let field = names.fields.iter().find(|field| field.key == *key);
            let stored = field.map(|field| (field.id.number(), field.parse(&value.as_str().into())));
            match stored {
                Some((id, Ok(Some(value)))) => facts.fields.get(&id) == Some(&value),
                Some((id, Ok(None))) => !facts.fields.contains_key(&id),
                _ => false,
            }
        }
        Action::Escalate(To::Supplier(_), _) => false,
        Action::Escalate(To::Supervisor, _) => facts.with == With::Supervisor,
        Action::Escalate(..)
        | Action::Checklist(_)
        | Action::Note(_)
        | Action::Notify(..)
        | Action::Mail(_)
        | Action::Webhook(..) => false,
    }
}

/// The words of a stored condition as people read it, and what the desk calls its field.
pub fn field_of(stored: &str, names: &Names) -> Option<&'static str> {
    match filter::parse(stored, names).ok()? {
        Filter::One(condition) => Some(word(&condition)),
        Filter::Not(inner) => match *inner {
            Filter::One(condition) => Some(word(&condition)),
            _ => None,
        },
        _ => None,
    }
}
fn word(condition: &Condition) -> &'static str {
    condition.field().word()
}

/// One occasion on which rules looked, newest first.
pub struct Looked {
    pub id: Id<Look>,
    pub occasion: String,
    pub depth: i64,
    pub at: kernel::clock::Millis,
    pub verdicts: Vec<Verdict>,
}
pub fn of(conn: &mut Conn, ticket: Id<Ticket>, before: Id<Look>, limit: usize) -> Result<Vec<Looked>> {
    let looks = store::looks(conn, ticket, before, limit)?;
    let looked = |look: Look| Looked {
        id: look.id,
        verdicts: serde_json::from_str(&look.verdicts).unwrap_or_default(),
        occasion: look.occasion,
        depth: look.depth,
        at: look.at_ms,
    };
    Ok(looks.into_iter().map(looked).collect())
}
