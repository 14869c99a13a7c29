//! What rules do: words that become actions, and what an action means for others.
use super::{
    policy::{Known, Step},
    signal::Signal,
};
use crate::{
    escalation::stay::To,
    filter::{
        Condition, Filter,
        tree::{Holder, StatusIs},
    },
    tickets::{Category, Kind, Priority},
};
use kernel::text;

/// The longest text, in characters.
const TEXT_MOST: usize = 10_000;
/// What a text may name in braces.
pub const PLACEHOLDERS: [&str; 4] = ["number", "subject", "name", "desk"];

/// What an action is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    SetStatus,
    SetPriority,
    SetType,
    SetTeam,
    Assign,
    AddTag,
    RemoveTag,
    SetField,
    Note,
    Notify,
    Mail,
    Webhook,
    Escalate,
    Checklist,
}
platform::words! { Verb {
    SetStatus = "set_status", SetPriority = "set_priority", SetType = "set_type", SetTeam = "set_team",
    Assign = "assign", AddTag = "add_tag", RemoveTag = "remove_tag", SetField = "set_field", Note = "note",
    Notify = "notify", Mail = "mail", Webhook = "webhook", Escalate = "escalate",
    Checklist = "checklist",
} }

/// Who hears of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ear {
    User(i64),
    Team(i64),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A status's id, its code, or a category.
    SetStatus(String),
    SetPriority(Priority),
    SetType(Kind),
    /// 0 is none.
    SetTeam(i64),
    /// 0 is nobody.
    Assign(i64),
    AddTag(String),
    RemoveTag(String),
    /// By the field's key; empty takes the value away.
    SetField(String, String),
    Note(String),
    Notify(Ear, String),
    Mail(String),
    Webhook(i64, String),
    /// To whom, and what is expected there.
    Escalate(To, String),
    /// Puts a checklist on the ticket, unless it has it.
    Checklist(i64),
}

/// Which part of a step is wrong, and why.
type Wrong = (&'static str, &'static str);

impl Action {
    pub fn parse(step: &Step, known: &Known) -> Result<Action, Wrong> {
        let verb = Verb::from_word(step.kind.trim()).ok_or(("do", "unknown_word"))?;
        let value = step.value.trim();
        let names = &known.names;
        let is_needed = !matches!(verb, Verb::SetField | Verb::Note | Verb::Mail);
        if is_needed && value.is_empty() {
            return Err(("value", "required"));
        }
        let one = |list: &[crate::filter::names::Named]| {
            if value == "none" {
                return Ok(0);
            }
            let folded = text::fold(value);
            let by_id = value.parse::<i64>().ok().filter(|id| list.iter().any(|named| named.id == *id));
            let by_name =
                || list.iter().find(|named| text::fold(&named.name) == folded).map(|named| named.id);
            by_id.or_else(by_name).ok_or(("value", "unknown_id"))
        };
        Ok(match verb {
            Verb::SetStatus => {
                let is_known = Category::from_word(value).is_some()
                    || names
                        .statuses
                        .iter()
                        .any(|status| status.id.to_string() == value || status.is_called(value));
                let by_name = names.statuses.iter().find(|status| status.is_called(value));
                if !is_known {
                    return Err(("value", "unknown_word"));
                }
                Action::SetStatus(by_name.map_or_else(|| value.to_owned(), |status| status.id.to_string()))
            }
            Verb::SetPriority => {
                Action::SetPriority(Priority::from_word(value).ok_or(("value", "unknown_word"))?)
            }
            Verb::SetType => Action::SetType(Kind::from_word(value).ok_or(("value", "unknown_word"))?),
            Verb::SetTeam => Action::SetTeam(one(&names.teams)?),
            Verb::Assign => Action::Assign(one(&names.users)?),
            Verb::AddTag => Action::AddTag(tag(value)?),
            Verb::RemoveTag => Action::RemoveTag(tag(value)?),
            Verb::SetField => {
                let key = step.field.trim();
                if key.is_empty() {
                    return Err(("field", "required"));
                }
                let field =
                    names.fields.iter().find(|field| field.key == key).ok_or(("field", "unknown_field"))?;
                field.parse(&value.into()).map_err(|code| ("value", code))?;
                Action::SetField(key.to_owned(), value.to_owned())
            }
            Verb::Note => Action::Note(words(&step.text, true)?),
            Verb::Mail => Action::Mail(words(&step.text, true)?),
            Verb::Notify => Action::Notify(ear(value, known)?, words(&step.text, true)?),
            Verb::Webhook => {
                let id = value.parse::<i64>().map_err(|_| ("value", "unknown_id"))?;
                if !known.webhooks.iter().any(|(known, _)| *known == id) {
                    return Err(("value", "unknown_id"));
                }
                Action::Webhook(id, words(&step.text, false)?)
            }
            Verb::Checklist => {
                let id = value.parse::<i64>().map_err(|_| ("value", "unknown_id"))?;
                if !known.checklists.iter().any(|(known, _)| *known == id) {
                    return Err(("value", "unknown_id"));
                }
                Action::Checklist(id)
            }
            Verb::Escalate => {
                let to = To::from_word(value).ok_or(("value", "unknown_word"))?;
                let is_known = match to {
                    To::Next | To::Supervisor => true,
                    To::Line(id) => known.lines.iter().any(|(known, _)| *known == id.number()),
                    To::Supplier(id) => known.suppliers.iter().any(|(known, _)| *known == id.number()),
                };
                if !is_known {
                    return Err(("value", "unknown_id"));
                }
                Action::Escalate(to, words(&step.text, true)?)
            }
        })
    }
    pub fn verb(&self) -> Verb {
        match self {
            Action::SetStatus(_) => Verb::SetStatus,
            Action::SetPriority(_) => Verb::SetPriority,
            Action::SetType(_) => Verb::SetType,
            Action::SetTeam(_) => Verb::SetTeam,
            Action::Assign(_) => Verb::Assign,
            Action::AddTag(_) => Verb::AddTag,
            Action::RemoveTag(_) => Verb::RemoveTag,
            Action::SetField(..) => Verb::SetField,
            Action::Note(_) => Verb::Note,
            Action::Notify(..) => Verb::Notify,
            Action::Mail(_) => Verb::Mail,
            Action::Webhook(..) => Verb::Webhook,
            Action::Escalate(..) => Verb::Escalate,
            Action::Checklist(_) => Verb::Checklist,
        }
    }
    /// As it is stored and as programs see it.
    pub fn step(&self) -> Step {
        let none = |id: &i64| if *id == 0 { "none".to_owned() } else { id.to_string() };
        let (value, field, text) = match self {
            Action::SetStatus(word) => (word.clone(), "", ""),
            Action::SetPriority(priority) => (priority.word().to_owned(), "", ""),
            Action::SetType(kind) => (kind.word().to_owned(), "", ""),
            Action::SetTeam(id) | Action::Assign(id) => (none(id), "", ""),
            Action::AddTag(tag) | Action::RemoveTag(tag) => (tag.clone(), "", ""),
            Action::SetField(key, value) => (value.clone(), key.as_str(), ""),
            Action::Note(text) | Action::Mail(text) => (String::new(), "", text.as_str()),
            Action::Notify(Ear::User(id), text) => (format!("user/{id}"), "", text.as_str()),
            Action::Notify(Ear::Team(id), text) => (format!("team/{id}"), "", text.as_str()),
            Action::Webhook(id, text) => (id.to_string(), "", text.as_str()),
            Action::Escalate(to, text) => (to.word(), "", text.as_str()),
            Action::Checklist(id) => (id.to_string(), "", ""),
        };
        Step { kind: self.verb().word().into(), value, field: field.into(), text: text.into() }
    }
    /// What it sets: two actions with one place contradict each other, or one of them is for nothing.
    pub fn place(&self) -> Option<String> {
        match self {
            Action::AddTag(tag) | Action::RemoveTag(tag) => Some(format!("tag/{tag}")),
            Action::SetField(key, _) => Some(format!("field/{key}")),
            Action::Checklist(id) => Some(format!("checklist/{id}")),
            Action::Note(_) | Action::Notify(..) | Action::Mail(_) | Action::Webhook(..) => None,
            _ => Some(self.verb().word().to_owned()),
        }
    }
    pub fn meets(&self, other: &Action) -> bool {
        self.place().is_some_and(|place| other.place() == Some(place))
    }
    /// What a rule may hear of it, where it changes something.
    pub fn heard_as(&self) -> Option<Signal> {
        match self {
            Action::SetStatus(_) => Some(Signal::StatusChanged),
            Action::SetPriority(_) => Some(Signal::PriorityChanged),
            Action::SetTeam(_) | Action::Escalate(To::Next | To::Line(_), _) => Some(Signal::TeamChanged),
            Action::Assign(_) => Some(Signal::AssigneeChanged),
            Action::AddTag(_) | Action::RemoveTag(_) => Some(Signal::TagsChanged),
            Action::Note(_) | Action::Escalate(..) => Some(Signal::Note),
            _ => None,
        }
    }
    /// What holds for the ticket afterwards, as far as a filter can say it.
    pub fn leaves(&self) -> Option<Filter> {
        let holder = |id: i64| if id == 0 { Holder::Nobody } else { Holder::Id(id) };
        Some(match self {
            Action::SetStatus(word) => {
                let status = match (Category::from_word(word), word.parse()) {
                    (Some(category), _) => StatusIs::Category(category),
                    (None, Ok(id)) => StatusIs::Id(id),
                    _ => return None,
                };
                Condition::Status(vec![status]).into()
            }
            Action::SetPriority(priority) => Condition::Priority(vec![*priority]).into(),
            Action::SetType(kind) => Condition::Kind(vec![*kind]).into(),
            Action::SetTeam(id) => Condition::Team(vec![holder(*id)]).into(),
            Action::Assign(id) => Condition::Assignee(vec![holder(*id)]).into(),
            Action::AddTag(tag) => Condition::Tag(vec![Some(tag.clone())]).into(),
            Action::RemoveTag(tag) => Filter::not(Condition::Tag(vec![Some(tag.clone())]).into()),
            _ => return None,
        })
    }
}

fn tag(value: &str) -> Result<String, Wrong> {
    let tag = text::one_line(value, 61).to_lowercase();
    let is_fine = !tag.is_empty() && tag.chars().count() <= 60 && !tag.contains(',');
    if is_fine { Ok(tag) } else { Err(("value", "tag")) }
}
fn ear(value: &str, known: &Known) -> Result<Ear, Wrong> {
    let unknown = ("value", "unknown_id");
    let (kind, id) = value.split_once('/').ok_or(unknown)?;
    let id = id.parse::<i64>().map_err(|_| unknown)?;
    match kind {
        "user" if known.names.users.iter().any(|user| user.id == id) => Ok(Ear::User(id)),
        "team" if known.names.teams.iter().any(|team| team.id == id) => Ok(Ear::Team(id)),
        _ => Err(unknown),
    }
}
/// * errors – a word in braces that means nothing: it would be sent as it stands.
fn words(text: &str, is_required: bool) -> Result<String, Wrong> {
    let text = text.trim().replace('\0', "");
    if is_required && text.is_empty() {
        return Err(("text", "required"));
    }
    if text.chars().count() > TEXT_MOST {
        return Err(("text", "too_long"));
    }
    check_braces(&text).map_err(|code| ("text", code))?;
    Ok(text)
}
fn check_braces(text: &str) -> Result<(), &'static str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (word, following) = after.split_once('}').ok_or("rule_placeholder")?;
        if !PLACEHOLDERS.contains(&word) {
            return Err("rule_placeholder");
        }
        rest = following;
    }
    Ok(())
}

/// What stands for the words in braces.
pub struct Words<'a> {
    pub number: &'a str,
    pub subject: &'a str,
    pub name: &'a str,
    pub desk: &'a str,
}
impl Words<'_> {
    /// One pass: what a value holds is never read again.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((word, following)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                continue;
            };
            filled.push_str(match word {
                "number" => self.number,
                "subject" => self.subject,
                "name" => self.name,
                "desk" => self.desk,
                _ => "",
            });
            rest = following;
        }
        filled.push_str(rest);
        filled
    }
}
