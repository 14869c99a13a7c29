//! What the names stand for in one ticket.
use super::names::Term;
use crate::fields::FieldKind;
use jiff::tz::TimeZone;
use kernel::{clock::Millis, text};
use platform::i18n::{self, Language};
use std::collections::BTreeMap;

/// Somebody.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
}

/// A word that each language has its own for: the Fluent message `FAMILY-WORD`, unless the desk gave a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) family: &'static str,
    pub(super) word: String,
    pub(super) own: Option<String>,
}

/// The values of one text. Made by [`super::of_ticket`], for a signature by [`Values::of_signature`], and for a
/// preview by [`Values::sample`].
#[derive(Clone, Debug)]
pub struct Values {
    /// In which words and dates stand where the text says nothing else: the customer's.
    pub language: Language,
    pub(super) zone: TimeZone,
    pub(super) now: Millis,
    pub(super) customer: Person,
    pub(super) organisation: String,
    pub(super) agent: Person,
    pub(super) desk: String,
    pub(super) inbox: String,
    pub(super) number: i64,
    pub(super) subject: String,
    pub(super) status: Word,
    pub(super) priority: Word,
    pub(super) kind: Word,
    pub(super) team: String,
    pub(super) tags: Vec<String>,
    pub(super) created: Option<Millis>,
    pub(super) updated: Option<Millis>,
    pub(super) due: Option<Millis>,
    /// By key: the kind and what is stored. A field that is not here does not exist.
    pub(super) fields: BTreeMap<String, (FieldKind, Option<String>)>,
}

/// The value of one name.
pub(super) enum Value<'v> {
    Text(std::borrow::Cow<'v, str>),
    At(Millis),
    Day(jiff::civil::Date),
    Word(&'v Word),
    YesNo(bool),
    /// There is such a name, but nothing for it.
    Nothing,
    /// There is no such field any more.
    Gone,
}

impl Values {
    /// For the line below a mail.
    pub fn of_signature(agent: &str, desk: &str, inbox: &str, number: i64) -> Values {
        Values {
            language: Language::En,
            zone: TimeZone::UTC,
            now: Millis(0),
            customer: Person::default(),
            organisation: String::new(),
            agent: Person { name: agent.to_owned(), ..Person::default() },
            desk: desk.to_owned(),
            inbox: inbox.to_owned(),
            number,
            subject: String::new(),
            status: Word::default(),
            priority: Word::default(),
            kind: Word::default(),
            team: String::new(),
            tags: Vec::new(),
            created: None,
            updated: None,
            due: None,
            fields: BTreeMap::new(),
        }
    }
    /// A ticket that does not exist, for looking at a text before it is used.
    pub fn sample(
        language: Language,
        agent: &str,
        desk: &str,
        now: Millis,
        fields: &[crate::fields::Field],
    ) -> Values {
        let word = |family, word: &str| Word { family, word: word.to_owned(), own: None };
        let samples = fields.iter().map(|field| (field.key.clone(), (field.kind, Some(sample_of(field)))));
        Values {
            language,
            now,
            customer: Person {
                name: "Ada Peters".into(),
                email: "ada@example.org".into(),
                phone: "+49 30 123456".into(),
            },
            organisation: "ACME GmbH".into(),
            subject: i18n::text(language, "placeholder-sample-subject").into(),
            status: word("status", "open"),
            priority: word("priority", "normal"),
            kind: word("ticket-kind", "question"),
            team: i18n::text(language, "placeholder-sample-team").into(),
            tags: vec!["vip".into()],
            created: Some(now.plus(-kernel::clock::DAY)),
            updated: Some(now),
            due: Some(now.plus(kernel::clock::DAY)),
            fields: samples.collect(),
            ..Values::of_signature(agent, desk, desk, 1042)
        }
    }

    pub(super) fn of(&self, name: &Term) -> Value<'_> {
        let text = |text: &'_ str| Value::Text(text.to_owned().into());
        let at = |at: Option<Millis>| at.map_or(Value::Nothing, Value::At);
        match name {
            Term::CustomerName => text(spoken_name(&self.customer.name)),
            Term::CustomerFirstName => text(first_name(spoken_name(&self.customer.name))),
            Term::CustomerLastName => text(&last_name(spoken_name(&self.customer.name))),
            Term::CustomerEmail => text(&self.customer.email),
            Term::CustomerPhone => text(&self.customer.phone),
            Term::OrganisationName => text(&self.organisation),
            Term::AgentName => text(&self.agent.name),
            Term::AgentFirstName => text(first_name(&self.agent.name)),
            Term::AgentEmail => text(&self.agent.email),
            Term::DeskName => text(&self.desk),
            Term::InboxName => text(&self.inbox),
            Term::TicketNumber => text(&self.number.to_string()),
            Term::TicketSubject => text(&self.subject),
            Term::TicketStatus => Value::Word(&self.status),
            Term::TicketPriority => Value::Word(&self.priority),
            Term::TicketType => Value::Word(&self.kind),
            Term::TicketTeam => text(&self.team),
            Term::TicketTags => text(&self.tags.join(", ")),
            Term::TicketCreated => at(self.created),
            Term::TicketUpdated => at(self.updated),
            Term::TicketDue => at(self.due),
            Term::Today => Value::At(self.now),
            Term::Field(key) => match self.fields.get(key) {
                None => Value::Gone,
                Some((_, None)) => Value::Nothing,
                Some((FieldKind::Date, Some(stored))) => stored.parse().map_or(Value::Nothing, Value::Day),
                Some((FieldKind::Checkbox, Some(stored))) => Value::YesNo(stored == "true"),
                Some((FieldKind::Text, Some(stored))) => Value::Text(stored.as_str().into()),
                Some((FieldKind::Number | FieldKind::Choice, Some(stored))) => text(stored),
            },
        }
    }
}

fn sample_of(field: &crate::fields::Field) -> String {
    match field.kind {
        FieldKind::Text => field.name.clone(),
        FieldKind::Number => "42".into(),
        FieldKind::Date => "2026-11-25".into(),
        FieldKind::Choice => field.choices().into_iter().next().unwrap_or_default(),
        FieldKind::Checkbox => "true".into(),
    }
}

/// A contact without a name is called as its address or number; that is no name to greet somebody by.
fn spoken_name(name: &str) -> &str {
    if text::email(name).is_some() || text::phone(name).is_some() { "" } else { name.trim() }
}

/// `Dr. Anna Schmidt`, `Schmidt, Anna`: Anna.
pub(super) fn first_name(name: &str) -> &str {
    let given = name.split_once(',').map_or(name, |(_, given)| given);
    let is_title = |word: &&str| word.ends_with('.');
    given.split_whitespace().find(|word| !is_title(word)).unwrap_or_default()
}

/// `Sanne de Wit`, `de Wit, Sanne`: de Wit. Somebody with one name has no last one.
pub(super) fn last_name(name: &str) -> String {
    if let Some((family, _)) = name.split_once(',') {
        return family.trim().to_owned();
    }
    let words: Vec<_> = name.split_whitespace().filter(|word| !word.ends_with('.')).collect();
    if words.len() < 2 {
        return String::new();
    }
    let mut from = words.len() - 1;
    while from > 1 && words[from - 1].starts_with(char::is_lowercase) {
        from -= 1;
    }
    words[from..].join(" ")
}
