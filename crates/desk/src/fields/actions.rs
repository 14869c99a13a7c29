//! Adding and changing fields, and setting them on a ticket.
use super::{Field, FieldArchived, FieldChanged, FieldCreated, FieldKind, store};
use crate::{
    filter::condition,
    tickets::{Category, Ticket, TicketError},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use people::permissions::ManageDesk;
use platform::{authority::Tx, db};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;

/// Sets values; fields that are not named stay.
///
/// * returns – for each that changed, the value before and after.
/// * errors – 422 naming each field that is unknown or wrong; then nothing changes.
pub fn set<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    values: &BTreeMap<String, Value>,
) -> Result<Vec<(&'static str, [Value; 2])>, TicketError> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let fields = store::all(tx)?;
    let parsed = parse(&fields, values)?;
    let mut before = store::of_tickets(tx, &[ticket])?.remove(&ticket).unwrap_or_default();
    let (mut olds, mut news) = (serde_json::Map::new(), serde_json::Map::new());
    for (field, stored) in parsed {
        let old = before.remove(&field.key).unwrap_or(Value::Null);
        let new = stored.as_deref().map_or(Value::Null, |stored| field.kind.shown(stored));
        if old != new {
            olds.insert(field.key.clone(), old);
            news.insert(field.key.clone(), new);
            store::put(tx, ticket, field.id, stored.as_deref())?;
        }
    }
    if news.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![("fields", [Value::Object(olds), Value::Object(news)])])
}

/// The stored form of each value; `None` empties its field.
///
/// * errors – 422 naming each field that is unknown or wrong.
pub(super) fn parse<'f>(
    fields: &'f [Field],
    values: &BTreeMap<String, Value>,
) -> Result<Vec<(&'f Field, Option<String>)>, Problem> {
    let mut mistakes = Mistakes::default();
    let mut parsed = Vec::new();
    for (key, value) in values {
        match fields.iter().find(|field| field.key == *key) {
            None => mistakes.add(&format!("fields/{key}"), "unknown_field"),
            Some(field) => match field.parse(value) {
                Ok(stored) => parsed.push((field, stored)),
                Err(code) => mistakes.add(&format!("fields/{key}"), code),
            },
        }
    }
    mistakes.check()?;
    Ok(parsed)
}

/// A new field. Untrusted.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDraft {
    /// Small letters, digits and `_`; how programs name it.
    pub key: String,
    pub name: String,
    #[schema(value_type = FieldKind)]
    pub kind: Option<FieldKind>,
    #[serde(default)]
    pub choices: Vec<String>,
    /// A filter: only tickets that match show the field. Empty is all.
    #[serde(default)]
    pub shown_when: String,
    /// A ticket that shows the field does not come to these categories while it is empty.
    #[serde(default)]
    pub needed_for: Vec<Category>,
}

/// Adds a field.
///
/// * errors – 422 naming what is wrong, or `taken` for the key.
pub fn create(tx: &mut Tx<ManageDesk>, draft: FieldDraft) -> Result<Field, TicketError> {
    let mut mistakes = Mistakes::default();
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let key = draft.key.trim();
    mistakes.require(!key.is_empty() && key.len() <= 60 && key.chars().all(is_key), "key", "key");
    let name = text::one_line(&draft.name, 100);
    mistakes.require(!name.is_empty(), "name", "required");
    mistakes.require(draft.kind.is_some(), "kind", "required");
    let choices = choices(&draft.choices);
    let is_choice = draft.kind == Some(FieldKind::Choice);
    mistakes.require(is_choice != choices.is_empty(), "choices", "choices");
    mistakes.check()?;
    let kind = draft.kind.ok_or_else(|| Problem::field("kind", "required"))?;
    let mut field = Field::plain(Id::new(0), key.to_owned(), name, kind, list(&choices));
    field.shown_when = condition::read(tx, "shown_when", &draft.shown_when)?;
    field.needed_for = needed_for(draft.needed_for)?;
    field.id = match store::insert(tx, &field) {
        Err(db::Error::Duplicate { .. }) => return Err(Problem::field("key", "taken").into()),
        inserted => inserted?,
    };
    tx.emit(FieldCreated { field: field.id, key: field.key.clone() })?;
    Ok(field)
}

/// Without empty ones and doubles.
fn choices(given: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let choices = given.iter().map(|choice| text::one_line(choice, 100));
    choices.filter(|choice| !choice.is_empty() && seen.insert(choice.clone())).collect()
}

fn list<T: serde::Serialize>(all: &[T]) -> String {
    serde_json::to_string(all).expect("a list of words")
}

/// * errors – 422 for `new`: a ticket is new before anybody could fill in anything.
fn needed_for(mut categories: Vec<Category>) -> Result<String, Problem> {
    categories.sort();
    categories.dedup();
    if categories.contains(&Category::New) {
        return Err(Problem::field("needed_for", "needed_when_new"));
    }
    Ok(list(&categories))
}

/// What changes of a field; what is left out stays.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChanges {
    pub name: Option<String>,
    /// Replaces all; a ticket keeps a choice that is gone until somebody changes it.
    pub choices: Option<Vec<String>>,
    /// A filter: only tickets that match show the field. Empty is all.
    pub shown_when: Option<String>,
    /// Replaces all categories to which no ticket comes while it shows the field and it is empty.
    pub needed_for: Option<Vec<Category>>,
    /// True: the field is no longer asked for. What tickets have of it stays.
    pub is_archived: Option<bool>,
}

/// Changes a field. Its key and kind never change: programs and stored values depend on them.
///
/// * errors – 404; 422 naming what is wrong.
pub fn edit(tx: &mut Tx<ManageDesk>, id: Id<Field>, changes: FieldChanges) -> Result<Field, TicketError> {
    let mut field = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    let mut mistakes = Mistakes::default();
    if let Some(name) = changes.name {
        field.name = text::one_line(&name, 100);
        mistakes.require(!field.name.is_empty(), "name", "required");
    }
    if let Some(given) = changes.choices {
        let choices = choices(&given);
        mistakes.require((field.kind == FieldKind::Choice) != choices.is_empty(), "choices", "choices");
        field.choices = list(&choices);
    }
    mistakes.check()?;
    if let Some(text) = changes.shown_when {
        field.shown_when = condition::read(tx, "shown_when", &text)?;
    }
    if let Some(categories) = changes.needed_for {
        field.needed_for = needed_for(categories)?;
    }
    let is_archived = changes.is_archived == Some(true);
    store::update(tx, &field, is_archived)?;
    let key = field.key.clone();
    match is_archived {
        true => tx.emit(FieldArchived { field: id, key })?,
        false => tx.emit(FieldChanged { field: id, key })?,
    }
    Ok(field)
}
