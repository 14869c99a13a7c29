//! Every word that people read exists in three languages, is used, and has the same placeholders.
use crate::{catalogue, source};
use platform::i18n::{self, FOLDERS};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

const LANGUAGES: [&str; 3] = ["en", "de", "nl"];

/// Messages by key: where it stands, and its text with all its branches.
fn messages(language: &str) -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    for folder in FOLDERS {
        let text = match language {
            "en" => folder.en,
            "de" => folder.de,
            _ => folder.nl,
        };
        let keys = i18n::keys(text);
        let mut lines = text.lines().peekable();
        for key in keys {
            let begins = |line: &str| line.split_once('=').is_some_and(|(name, _)| name.trim_end() == key);
            while lines.next_if(|line| !begins(line)).is_some() {}
            let mut body = lines.next().unwrap_or_default().to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t', '}'])) {
                body += "\n";
                body += more;
            }
            let at = format!("{} ({language})", folder.at);
            if let Some((other, _)) = all.insert(key.clone(), (at.clone(), body)) {
                panic!("{key} stands in {other} and in {at}: only the first would count");
            }
        }
    }
    assert!(all.len() > 100, "{language}");
    all
}

#[test]
fn every_message_is_there_in_three_languages() {
    let [en, de, nl] = LANGUAGES.map(messages);
    let keys = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<BTreeSet<_>>();
    let en = keys(&en);
    for (language, other) in [("de", keys(&de)), ("nl", keys(&nl))] {
        let missing: Vec<_> = en.difference(&other).collect();
        let extra: Vec<_> = other.difference(&en).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{language} lacks {missing:?} and has more {extra:?}"
        );
    }
}

#[test]
fn every_message_can_be_read() {
    for language in platform::i18n::Language::ALL {
        for key in messages(language.word()).keys() {
            assert!(i18n::exists(*language, key), "{key} cannot be parsed in {}", language.word());
        }
    }
}

#[test]
fn no_message_is_empty() {
    for language in LANGUAGES {
        for (key, (at, body)) in messages(language) {
            let (_, text) = body.split_once('=').unwrap();
            assert!(!text.trim().is_empty(), "{key} in {at}");
        }
    }
}

#[test]
fn the_placeholders_of_a_message_are_the_same_in_all_languages() {
    let placeholder = Regex::new(r"\$([a-zA-Z_-]+)").unwrap();
    let of = |body: &str| -> BTreeSet<String> {
        placeholder.captures_iter(body).map(|found| found[1].to_owned()).collect()
    };
    let [en, de, nl] = LANGUAGES.map(messages);
    for (key, (_, body)) in &en {
        for (language, other) in [("de", &de), ("nl", &nl)] {
            let Some((_, translated)) = other.get(key) else { continue };
            assert_eq!(of(body), of(translated), "{key} in {language}");
        }
    }
}

#[test]
fn german_says_sie() {
    // Words of address in the familiar form; "du" as a part of other words is fine.
    let familiar = Regex::new(r"(?i)\b(du|dich|dir|dein|deine|deinen|deinem|deiner|euch|euer)\b").unwrap();
    for (key, (at, body)) in messages("de") {
        assert!(!familiar.is_match(&body), "{key} in {at}: {body}");
    }
    let familiar = Regex::new(r"(?i)\b(jij|jou|jouw|je|jullie)\b").unwrap();
    for (key, (at, body)) in messages("nl") {
        assert!(!familiar.is_match(&body), "{key} in {at}: {body}");
    }
}

/// The text of all code and templates.
fn sources() -> Vec<source::File> {
    let mut all = source::files(".rs");
    all.extend(source::files(".html"));
    all
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let direct = Regex::new(r#"\b(?:t|t1|t2)\(\s*"([a-z0-9-]+)""#).unwrap();
    let with_language = Regex::new(r#"i18n::(?:text|format)\(\s*[a-z_.()]+,\s*"([a-z0-9-]+)""#).unwrap();
    let family = Regex::new(r#"\bt_of\(\s*"([a-z0-9-]+)""#).unwrap();
    let en = messages("en");
    let mut missing = Vec::new();
    for file in sources() {
        for pattern in [&direct, &with_language] {
            for found in pattern.captures_iter(&file.text) {
                if !en.contains_key(&found[1]) {
                    missing.push(format!("{}: {}", file.name, &found[1]));
                }
            }
        }
        for found in family.captures_iter(&file.text) {
            if !en.keys().any(|key| key.starts_with(&format!("{}-", &found[1]))) {
                missing.push(format!("{}: {}-…", file.name, &found[1]));
            }
        }
    }
    assert!(missing.is_empty(), "no words:\n{}", missing.join("\n"));
}

/// Words whose pages are not there yet. This list ends with the first release.
const WAITING: &[&str] = &[];

#[test]
fn every_message_is_used() {
    let literal = Regex::new(r#""([a-z0-9-]+)""#).unwrap();
    // `t_of("channel", …)` and `format!("webhook-reason-{}", …)` use a family of messages.
    let family = Regex::new(r#"t_of\(\s*"([a-z0-9-]+)"|"([a-z0-9-]+-)\{"#).unwrap();
    let (mut used, mut families) = (BTreeSet::new(), BTreeSet::new());
    for file in sources() {
        used.extend(literal.captures_iter(&file.text).map(|found| found[1].to_owned()));
        for found in family.captures_iter(&file.text) {
            let name = found.get(1).map(|m| format!("{}-", m.as_str()));
            families.insert(name.unwrap_or_else(|| found[2].to_owned()));
        }
    }
    let (problems, fields) = catalogue::codes();
    let known = |family: &str, codes: BTreeSet<String>| -> BTreeSet<String> {
        codes.into_iter().map(|code| format!("{family}-{}", code.replace(['_', '.'], "-"))).collect()
    };
    used.extend(known("problem", problems.into_keys().collect()));
    used.extend(known("field", fields));
    // `myself` is no permission of a role; a token may have it.
    let permissions = platform::authority::PERMISSIONS.iter().map(|known| known.key.to_owned());
    let permissions = permissions.chain(["myself".to_owned()]).collect();
    used.extend(known("permission", permissions));
    // These families are used by code, so each of their members has to be there for one.
    families.retain(|name| !matches!(name.as_str(), "problem-" | "field-" | "permission-"));
    let is_waiting = |key: &str| WAITING.iter().any(|begin| key.starts_with(begin));
    let unused: Vec<_> = messages("en")
        .into_iter()
        .filter(|(key, _)| {
            !used.contains(key) && !is_waiting(key) && !families.iter().any(|family| key.starts_with(family))
        })
        .map(|(key, (at, _))| format!("{key} in {at}"))
        .collect();
    assert!(unused.is_empty(), "nobody uses:\n{}", unused.join("\n"));
}
