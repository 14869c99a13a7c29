//! A ticket as it was: what is known of it now, with every change since taken back.
use crate::{
    filter::{Facts, Names},
    tickets::{Category, Kind, Priority},
};
use kernel::{clock::Millis, text};
use platform::events::Recorded;
use serde_json::Value;

/// The ticket right after what happened at `at`: a rule looks when all that happened together is done.
///
/// Subject, type, priority, status, team, assignee, tags and fields are what they were; so are the times of creation,
/// of the last change and of the solution, reopenings, and whether there was a note. Requester, organisation, deadline,
/// promise, followers and files are what they are now: the log does not tell what they were.
///
/// * `history` – all events of the ticket, newest first.
pub fn facts_at(now: &Facts, history: &[Recorded], at: Millis, names: &Names) -> Facts {
    let mut facts = now.clone();
    for event in history.iter().take_while(|event| event.at_ms > at) {
        if event.kind == "ticket.changed" {
            let data = event.data();
            for (field, values) in data.get("changes").and_then(Value::as_object).into_iter().flatten() {
                let (before, after) = (values.get(0).cloned(), values.get(1).cloned());
                put_back(&mut facts, field, &before.unwrap_or_default(), &after.unwrap_or_default(), names);
            }
        }
    }
    facts.updated = at;
    let is_note = |event: &Recorded| {
        event.kind == "ticket.message_added" && event.data().get("kind") == Some(&Value::from("note"))
    };
    if history.iter().any(is_note) {
        facts.has_note = history.iter().any(|event| event.at_ms <= at && is_note(event));
    }
    if facts.category.is_open() {
        facts.solved = None;
    }
    facts
}

fn put_back(facts: &mut Facts, field: &str, before: &Value, after: &Value, names: &Names) {
    let word = before.as_str().unwrap_or_default();
    let number = || before.as_i64().or_else(|| word.parse().ok()).unwrap_or(0);
    match field {
        "subject" => facts.subject_folded = text::fold(word),
        "type" => facts.kind = Kind::from_word(word).unwrap_or(facts.kind),
        "priority" => facts.priority = Priority::from_word(word).unwrap_or(facts.priority),
        "status" => {
            let is = |value: &Value| value.as_str().and_then(Category::from_word);
            if let Some(category) = is(before) {
                let was_reopening = !category.is_open() && is(after).is_some_and(Category::is_open);
                facts.reopened -= i64::from(was_reopening && facts.reopened > 0);
                facts.category = category;
            }
        }
        "status_id" => facts.status = number(),
        "team" => facts.team = number(),
        "assignee" => facts.assignee = number(),
        "requester" => facts.requester = vec![number()],
        "tags" => {
            let tags = before.as_array().into_iter().flatten().filter_map(Value::as_str);
            facts.tags = tags.map(str::to_owned).collect();
        }
        "fields" => {
            for (key, value) in before.as_object().into_iter().flatten() {
                let Some(field) = names.fields.iter().find(|field| field.key == *key) else { continue };
                match field.parse(value) {
                    Ok(Some(value)) => facts.fields.insert(field.id.number(), value),
                    _ => facts.fields.remove(&field.id.number()),
                };
            }
        }
        _ => {}
    }
}
