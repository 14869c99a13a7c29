//! What a macro would do to one ticket: looked at before, and done exactly so.
use super::{
    MacroError,
    policy::{Macro, Step},
};
use crate::{
    canned::{self, Texts, actions::Resolved},
    fields,
    placeholders::{Allowed, Fault, Template},
    snooze::NewSnooze,
    statuses,
    tickets::{self, NoteTickets, Patch, Seen, Ticket},
};
use kernel::{
    clock::{MINUTE, Millis},
    fault::{Mistakes, Problem},
    id::Id,
};
use people::{teams, users};
use platform::{
    authority::{Tx, User},
    db,
    i18n::{self, Language},
};
use serde_json::Value;

/// Something that a step names and that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which step, from 0.
    pub step: usize,
    /// The code of a field.
    pub code: &'static str,
    /// What exactly: a word, or the place of a placeholder.
    pub what: String,
}

impl Wrong {
    /// A canned reply of one person alone, in a macro for others.
    pub fn not_shared(step: usize, id: Id<canned::CannedReply>) -> Wrong {
        Wrong { step, code: "not_shared", what: id.to_string() }
    }
}

/// A property before and after, in words of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The Fluent message that names it; the name itself of one of the desk's own fields.
    pub field: String,
    pub from: String,
    pub to: String,
}

/// What is said.
#[derive(Clone, Debug)]
pub enum Said {
    Note(String),
    /// Goes out to the customer.
    Sent(Resolved),
    /// Waits in the composer.
    Kept(Resolved),
}

/// All that a macro would do.
#[derive(Debug, Default)]
pub struct Plan {
    pub patch: Patch,
    pub changes: Vec<Change>,
    pub said: Vec<Said>,
    pub snooze: Option<NewSnooze>,
    pub snooze_until: Option<Millis>,
    /// The replies whose use is counted.
    pub canned: Vec<Id<canned::CannedReply>>,
    /// Where there is one, nothing is done.
    pub wrong: Vec<Wrong>,
}
impl Plan {
    pub fn does_something(&self) -> bool {
        !self.changes.is_empty() || !self.said.is_empty() || self.snooze.is_some()
    }
    /// * errors – 422 naming each step that cannot be done.
    pub fn check(&self) -> Result<(), Problem> {
        refuse(&self.wrong)
    }
}

/// * errors – 422 naming each step, and in `detail` what it names.
pub fn refuse(wrong: &[Wrong]) -> Result<(), Problem> {
    let mut mistakes = Mistakes::default();
    for one in wrong {
        mistakes.add(&format!("steps/{}", one.step), one.code);
    }
    let told: Vec<_> = wrong.iter().map(|one| format!("steps/{} {}", one.step, one.what)).collect();
    mistakes.check().map_err(|problem| problem.because(told.join("; ")))
}

/// What steps can name on this desk.
struct Known {
    statuses: Vec<statuses::Status>,
    fields: Vec<fields::Field>,
    teams: Vec<teams::TeamRow>,
}
impl Known {
    fn load(tx: &mut Tx<NoteTickets>) -> db::Result<Known> {
        Ok(Known { statuses: statuses::all(tx)?, fields: fields::all(tx)?, teams: teams::store::all(tx)? })
    }
    fn team(&self, id: Id<platform::authority::Team>) -> Option<&teams::TeamRow> {
        self.teams.iter().find(|team| team.id == id && !team.is_archived)
    }
    /// What the step names and is not there; placeholders too.
    fn wrong(&self, tx: &mut Tx<NoteTickets>, at: usize, step: &Step) -> db::Result<Vec<Wrong>> {
        let gone = |what: String| vec![Wrong { step: at, code: "gone", what }];
        Ok(match step {
            Step::Status { to } if statuses::named(tx, to)?.is_none() => gone(to.clone()),
            Step::Assign { to } => match assignee(tx, to) {
                Some(None) => Vec::new(),
                Some(Some(user)) if tickets::store::user_exists(tx, user)? => Vec::new(),
                _ => gone(to.clone()),
            },
            Step::Team { to: Some(team) } if self.team(*team).is_none() => gone(team.to_string()),
            Step::Field { key, value } => match self.fields.iter().find(|field| field.key == *key) {
                None => gone(key.clone()),
                Some(field) => match field.parse(value) {
                    Ok(_) => Vec::new(),
                    Err(code) => vec![Wrong { step: at, code, what: key.clone() }],
                },
            },
            Step::Note { text } => self.faults(at, text),
            Step::Reply { canned: Some(id), .. } => {
                match canned::store::see(tx, *id)?.filter(|reply| !reply.is_archived) {
                    None => gone(format!("canned reply {id}")),
                    Some(reply) => reply.texts().each().flat_map(|(_, text)| self.faults(at, text)).collect(),
                }
            }
            Step::Reply { texts, .. } => texts.each().flat_map(|(_, text)| self.faults(at, text)).collect(),
            _ => Vec::new(),
        })
    }
    fn faults(&self, at: usize, text: &str) -> Vec<Wrong> {
        wrong_of(at, &Template::parse(text, Allowed::Ticket).faults(&self.fields))
    }
}
fn wrong_of(at: usize, faults: &[Fault]) -> Vec<Wrong> {
    faults.iter().map(|fault| Wrong { step: at, code: "placeholder", what: fault.to_string() }).collect()
}

/// `me`, `nobody` or an id; `None` for a word that is none of them.
fn assignee(tx: &Tx<NoteTickets>, to: &str) -> Option<Option<Id<User>>> {
    match to {
        "nobody" => Some(None),
        "me" => tx.actor().user().map(Some),
        id => id.parse().ok().map(Some),
    }
}

/// What steps name that is not there: before they are saved.
pub fn examine(tx: &mut Tx<NoteTickets>, steps: &[Step]) -> db::Result<Vec<Wrong>> {
    let known = Known::load(tx)?;
    let mut wrong = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        wrong.extend(known.wrong(tx, at, step)?);
    }
    Ok(wrong)
}

/// What a macro would do to a ticket now. Writes nothing.
pub fn plan(
    tx: &mut Tx<NoteTickets>,
    ticket: &Seen<Ticket>,
    row: &Macro,
    reader: Language,
) -> Result<Plan, MacroError> {
    let known = Known::load(tx)?;
    let (mut plan, now) = (Plan::default(), tx.now());
    let before: Vec<_> = tickets::store::tags(tx, &[ticket.id])?.into_iter().map(|tag| tag.tag).collect();
    let mut tags = before.clone();
    let values = fields::of_tickets(tx, &[ticket.id])?.remove(&ticket.id).unwrap_or_default();
    let words = |family: &str, word: &str| {
        i18n::text(reader, &format!("{family}-{}", word.replace('_', "-"))).to_owned()
    };
    for (at, step) in row.steps().into_iter().enumerate() {
        let wrong = known.wrong(tx, at, &step)?;
        if !wrong.is_empty() {
            plan.wrong.extend(wrong);
            continue;
        }
        match step {
            Step::Status { to } => {
                let Some(statuses::Status { id, .. }) = statuses::named(tx, &to)? else { continue };
                let from = statuses::name_in(
                    reader,
                    ticket.status_name.as_deref(),
                    ticket.status_code.as_deref(),
                    ticket.category,
                );
                let to = known.statuses.iter().find(|status| status.id == id);
                plan.note("ticket-status", from, to.map(|status| status.name_in(reader)).unwrap_or_default());
                plan.patch.status = Some(id.to_string());
            }
            Step::Assign { to } => {
                let user = assignee(tx, &to).flatten();
                let name = match user {
                    Some(user) => users::store::names(tx, &[user])?.pop().map(|user| user.name),
                    None => None,
                };
                plan.note(
                    "ticket-assignee",
                    ticket.assignee_name.clone().unwrap_or_default(),
                    name.unwrap_or_default(),
                );
                plan.patch.assignee = Some(user);
            }
            Step::Team { to } => {
                let name = to.and_then(|team| known.team(team)).map(|team| team.name.clone());
                plan.note(
                    "ticket-team",
                    ticket.team_name.clone().unwrap_or_default(),
                    name.unwrap_or_default(),
                );
                plan.patch.team = Some(to);
            }
            Step::Priority { to } => {
                plan.note(
                    "ticket-priority",
                    words("priority", ticket.priority.word()),
                    words("priority", to.word()),
                );
                plan.patch.priority = Some(to);
            }
            Step::Type { to } => {
                plan.note(
                    "ticket-type",
                    words("ticket-kind", ticket.kind.word()),
                    words("ticket-kind", to.word()),
                );
                plan.patch.kind = Some(to);
            }
            Step::AddTag { tag } => tags.push(tag),
            Step::RemoveTag { tag } => tags.retain(|known| *known != tag),
            Step::Field { key, value } => {
                let Some(field) = known.fields.iter().find(|field| field.key == key) else { continue };
                let stored = field.parse(&value).ok().flatten();
                let shown = stored.as_deref().map_or(Value::Null, |stored| field.kind.shown(stored));
                let from = values.get(&key).map(plain).unwrap_or_default();
                plan.note(&field.name, from, plain(&shown));
                plan.patch.fields.get_or_insert_default().insert(key, value);
            }
            Step::Note { text } => {
                let texts = Texts { en: text.clone(), de: text.clone(), nl: text };
                // A note is for colleagues: in the language of whoever writes it.
                if let Some(resolved) = canned::actions::resolve(tx, ticket, &texts, Some(reader))? {
                    plan.wrong.extend(wrong_of(at, &resolved.faults));
                    plan.said.push(Said::Note(resolved.text));
                }
            }
            Step::Reply { texts, canned, send } => {
                let texts = match canned {
                    Some(id) => canned::store::see(tx, id)?.map(|reply| reply.texts()).unwrap_or_default(),
                    None => texts,
                };
                let Some(resolved) = canned::actions::resolve(tx, ticket, &texts, None)? else { continue };
                plan.canned.extend(canned);
                if send {
                    plan.wrong.extend(wrong_of(at, &resolved.faults));
                    plan.said.push(Said::Sent(resolved));
                } else {
                    plan.said.push(Said::Kept(resolved));
                }
            }
            Step::Snooze { minutes, until_message } => {
                let until = minutes.map(|minutes| now.plus(minutes * MINUTE));
                match NewSnooze::new(until, until_message, now) {
                    Ok(new) => (plan.snooze, plan.snooze_until) = (Some(new), until),
                    Err(_) => plan.wrong.push(Wrong { step: at, code: "time_too_far", what: String::new() }),
                }
            }
        }
    }
    tags.sort();
    tags.dedup();
    if tags != before {
        plan.note("ticket-tags", before.join(", "), tags.join(", "));
        plan.patch.tags = Some(tags);
    }
    Ok(plan)
}

impl Plan {
    fn note(&mut self, field: &str, from: String, to: String) {
        if from != to {
            self.changes.push(Change { field: field.to_owned(), from, to });
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
