//! Every action that a key can have has words in three languages, a key of its own, and something to press.
use crate::source;
use platform::{
    i18n::{self, Language},
    web::shortcuts::{self, ACTIONS, COMBINATIONS, Does, Place},
};
use regex::Regex;
use std::collections::BTreeSet;

#[test]
fn every_action_has_words_and_no_key_clashes() {
    let words = ACTIONS.iter().map(|action| action.words).chain(COMBINATIONS.iter().map(|(words, _)| *words));
    let words: Vec<&str> = words.chain(Place::ALL.iter().map(|place| place.words())).collect();
    for language in Language::ALL {
        let missing: Vec<_> = words.iter().filter(|key| !i18n::exists(*language, key)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", language.word());
    }
    assert_eq!(shortcuts::clashes(&shortcuts::Own::new()), BTreeSet::new());
    let ids: BTreeSet<_> = ACTIONS.iter().map(|action| action.id).collect();
    assert_eq!(ids.len(), ACTIONS.len(), "an id stands for one action");
    assert!(ACTIONS.iter().all(|action| !action.keys.is_empty()), "an action without a key needs no entry");
}

#[test]
fn keys_of_templates_are_those_of_the_registry() {
    let named = Regex::new(r#"data-key="([^"{]+)""#).unwrap();
    let mut seen = BTreeSet::new();
    let known: BTreeSet<&str> = ACTIONS
        .iter()
        .filter(|action| action.does == Does::Press)
        .flat_map(|action| action.keys.iter().copied())
        .collect();
    for file in source::files(".html") {
        for found in named.captures_iter(&file.text) {
            for key in found[1].split(' ') {
                assert!(
                    known.contains(key),
                    "{}: {key} is in no registry (platform::web::shortcuts)",
                    file.name
                );
                seen.insert(key.to_owned());
            }
        }
    }
    let unpressed: Vec<_> = ACTIONS
        .iter()
        .filter(|action| action.does == Does::Press && !seen.contains(action.keys[0]))
        .collect();
    let ids: Vec<_> = unpressed.iter().map(|action| action.id).collect();
    assert!(ids.is_empty(), "nothing to press for {ids:?}");
}
