//! The catalogues of `docs/reference` say what the program does, and the program says it in words.
use crate::source;
use platform::{authority::PERMISSIONS, events::EVENT_KINDS, i18n, i18n::Language};
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Codes of problems with their statuses, and codes of fields, as they stand in the source.
pub fn codes() -> (BTreeMap<String, BTreeSet<u16>>, BTreeSet<String>) {
    let (mut problems, mut fields) = (BTreeMap::<String, BTreeSet<u16>>::new(), BTreeSet::new());
    let new = Regex::new(r"Problem::new\(").unwrap();
    let conflict = Regex::new(r"Problem::conflict\(").unwrap();
    let field = Regex::new(r"Problem::field\(|\b\w*mistakes\w*\s*\.(?:add|require)\(").unwrap();
    let named = Regex::new(r#"\bcode:\s*"([a-z_]+)""#).unwrap();
    let code = Regex::new(r#""([a-z][a-z0-9_]+)""#).unwrap();
    let status = Regex::new(r"^\s*(\d{3})\b").unwrap();
    // Rules that answer with a code, which their caller ties to a field. Only what has words is one.
    let ruled = Regex::new(r#"(?:Err|ok_or)\("([a-z_]+)"\)|map_err\(\|_\| "([a-z_]+)"\)"#).unwrap();
    let is_field_struct = Regex::new(r"\bField\s*\{").unwrap();
    for file in source::files(".rs") {
        for at in new.find_iter(&file.text) {
            let arguments = arguments(&file.text[at.end()..]);
            let Some(status) = status.captures(&arguments[0]) else { continue };
            let status = status[1].parse().unwrap();
            for found in code.captures_iter(arguments.last().unwrap()) {
                problems.entry(found[1].to_owned()).or_default().insert(status);
            }
        }
        for at in conflict.find_iter(&file.text) {
            for found in code.captures_iter(&arguments(&file.text[at.end()..])[0]) {
                problems.entry(found[1].to_owned()).or_default().insert(409);
            }
        }
        for at in field.find_iter(&file.text) {
            let arguments = arguments(&file.text[at.end()..]);
            if arguments.len() > 1 {
                fields.extend(code.captures_iter(arguments.last().unwrap()).map(|found| found[1].to_owned()));
            }
        }
        for found in ruled.captures_iter(&file.text) {
            let code = found.get(1).or(found.get(2)).unwrap().as_str();
            if i18n::exists(Language::En, &format!("field-{}", code.replace('_', "-"))) {
                fields.insert(code.to_owned());
            }
        }
        if is_field_struct.is_match(&file.text) {
            fields.extend(named.captures_iter(&file.text).map(|found| found[1].to_owned()));
        }
    }
    // Made by constants in the kernel, and what a refused address can say when it is saved.
    for (status, code) in [(404, "not_found"), (422, "invalid"), (500, "internal")] {
        problems.entry(code.into()).or_default().insert(status);
    }
    fields.extend(
        ["required", "repeated_field", "unknown_field", "unknown_word", "wrong_type"].map(str::to_owned),
    );
    fields.extend(["outbound_bad_address", "outbound_not_allowed"].map(str::to_owned));
    (problems, fields)
}

/// The arguments of a call, from behind its opening bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut all, mut one, mut in_text, mut was_escape) =
        (0, Vec::new(), String::new(), false, false);
    for c in text.chars() {
        if in_text {
            in_text = c != '"' || was_escape;
            was_escape = c == '\\' && !was_escape;
            one.push(c);
            continue;
        }
        match c {
            '"' => in_text = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    if !one.trim().is_empty() {
        all.push(one);
    }
    all
}

#[test]
fn every_problem_and_field_code_has_words() {
    let (problems, fields) = codes();
    assert!(problems.len() > 20 && fields.len() > 10, "{problems:?} {fields:?}");
    let key = |family: &str, code: &str| format!("{family}-{}", code.replace('_', "-"));
    let all =
        problems.keys().map(|code| key("problem", code)).chain(fields.iter().map(|code| key("field", code)));
    let missing: Vec<_> = all.filter(|key| !i18n::exists(Language::En, key)).collect();
    assert!(missing.is_empty(), "no words for {missing:#?}");
}

#[test]
fn every_permission_has_words() {
    let key = |key: &str| format!("permission-{}", key.replace(['.', '_'], "-"));
    let missing: Vec<_> = PERMISSIONS
        .iter()
        .map(|known| key(known.key))
        .filter(|key| !i18n::exists(Language::En, key))
        .collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
}

#[test]
fn every_kind_of_event_has_words_for_a_webhooks_form() {
    let key = |family: &str, word: &str| format!("{family}-{}", word.replace(['.', '_'], "-"));
    let all = EVENT_KINDS
        .iter()
        .flat_map(|known| [key("webhook-about", known.noun), key("webhook-hears", known.kind)]);
    let missing: BTreeSet<_> = all.filter(|key| !i18n::exists(Language::En, key)).collect();
    assert!(missing.is_empty(), "no words for {missing:#?}");
}

#[test]
fn kinds_of_events_and_permissions_are_unique() {
    let mut seen = BTreeSet::new();
    for known in EVENT_KINDS {
        assert!(seen.insert(known.kind), "{} is there twice", known.kind);
        assert!(known.about.trim().ends_with('.'), "{} says what it is in a sentence", known.kind);
    }
    let mut keys: Vec<_> = PERMISSIONS.iter().map(|known| known.key).collect();
    keys.sort();
    assert!(keys.windows(2).all(|two| two[0] != two[1]), "{keys:?}");
}

const MADE: &str =
    "<!-- Made by `UPDATE_DOCS=1 cargo nextest run -p app --test registries`; do not edit. -->\n";

/// Compares a generated page with the committed one, or writes it.
fn reference(name: &str, text: String) {
    let path = source::root().join("docs/reference").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let news: Vec<_> = text.lines().filter(|line| !written.contains(line)).take(5).collect();
    assert!(written == text, "docs/reference/{name} is stale; run with UPDATE_DOCS=1. New: {news:#?}");
}

fn words(family: &str, code: &str) -> &'static str {
    i18n::text(Language::En, &format!("{family}-{}", code.replace(['_', '.'], "-")))
}

#[test]
fn the_catalogue_of_errors_is_up_to_date() {
    let (problems, fields) = codes();
    let mut text = format!(
        "{MADE}# Errors\n\nEvery refusal is `application/problem+json` with `status`, `code`, `title`, `detail` and \
         `errors[]`. Codes are stable for ever; words are in the language of the caller.\n\n\
         | Code | Status | Title |\n|---|---|---|\n"
    );
    for (code, statuses) in problems {
        let statuses: Vec<_> = statuses.iter().map(u16::to_string).collect();
        text += &format!("| `{code}` | {} | {} |\n", statuses.join(", "), words("problem", &code));
    }
    text += "\n## What is wrong with a field\n\n`errors[].code` beside `errors[].pointer`, a JSON pointer.\n\n\
             | Code | Words |\n|---|---|\n";
    for code in fields {
        text += &format!("| `{code}` | {} |\n", words("field", &code));
    }
    reference("errors.md", text);
}

#[test]
fn the_catalogue_of_permissions_is_up_to_date() {
    let mut known: Vec<_> = PERMISSIONS.iter().collect();
    known.sort_by_key(|known| known.key);
    let mut text = format!(
        "{MADE}# Permissions\n\nA role is a set of these. Those with a scope reach all, or a team's, an inbox's, a \
         client organisation's or one's own tickets. A token has its user's, or some of them.\n\n\
         | Permission | Allows | Scope | Includes |\n|---|---|---|---|\n"
    );
    for known in known {
        let implies: Vec<_> = known.implies.iter().map(|key| format!("`{key}`")).collect();
        let scope = if known.has_scope { "yes" } else { "" };
        text += &format!(
            "| `{}` | {} | {scope} | {} |\n",
            known.key,
            words("permission", known.key),
            implies.join(" ")
        );
    }
    reference("permissions.md", text);
}

#[test]
fn the_catalogue_of_events_is_up_to_date() {
    let mut known: Vec<_> = EVENT_KINDS.iter().collect();
    known.sort_by_key(|known| known.kind);
    let mut text = format!(
        "{MADE}# Events\n\nWhat `GET /api/v1/events`, webhooks and a ticket's history tell. A kind is never renamed \
         and never means something else; fields may be added.\n\n\
         | Kind | When | Subject | Data |\n|---|---|---|---|\n"
    );
    for known in known {
        let fields: Vec<_> = known.fields.iter().map(|field| format!("`{field}`")).collect();
        text += &format!(
            "| `{}` | {} | `{}/…` | {} |\n",
            known.kind,
            known.about.trim(),
            known.noun,
            fields.join(" ")
        );
    }
    reference("events.md", text);
}
