//! What is left of a word without its endings, and the parts of a compound.
//!
//! Nobody knows in which language a word is written, and desks mix three: a word has the stem of each.
use crate::words::Word;
use frostem::{Algorithm, Stemmer};
use kernel::text;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// Words shorter than this are no compounds.
const COMPOUND_LEAST: usize = 8;
/// The first part of a compound has at least so many letters,
const HEAD_LEAST: usize = 3;
/// and its last part so many.
pub const TAIL_LEAST: usize = 4;
/// Words whose parts are remembered; most words come again.
const REMEMBERED: usize = 20_000;

/// The distinct stems of a word, folded.
pub fn stems(word: &Word) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(3);
    if word.plain.chars().any(|c| c.is_ascii_digit()) {
        return vec![word.plain.clone()];
    }
    let mut add = |stem: &str| {
        let stem = text::fold(stem);
        if !stem.is_empty() && !found.contains(&stem) {
            found.push(stem);
        }
    };
    for algorithm in [Algorithm::English, Algorithm::German, Algorithm::Dutch] {
        add(&Stemmer::new(algorithm).stem(&word.lower));
    }
    if let Some(spelled) = &word.spelled {
        add(&Stemmer::new(Algorithm::German).stem(spelled));
    }
    found
}

/// Each end of a word that could be a word: `Netzwerkdrucker` has `drucker` among them.
fn tails(plain: &str) -> impl Iterator<Item = &str> {
    let count = plain.chars().count();
    let is_compound = count >= COMPOUND_LEAST && plain.chars().all(char::is_alphabetic);
    let last = if is_compound { count - TAIL_LEAST } else { 0 };
    plain
        .char_indices()
        .enumerate()
        .filter(move |(index, _)| is_compound && *index >= HEAD_LEAST && *index <= last)
        .map(|(_, (at, _))| &plain[at..])
}

/// The terms of a word besides itself: its stems, marked by `=`, and its tails.
pub fn parts(piece: &str) -> Rc<[Box<str>]> {
    thread_local!(static KNOWN: RefCell<HashMap<Box<str>, Rc<[Box<str>]>>> = RefCell::default());
    if let Some(known) = KNOWN.with_borrow(|known| known.get(piece).cloned()) {
        return known;
    }
    let word = Word::of(piece);
    let mut terms: Vec<Box<str>> =
        stems(&word).into_iter().map(|stem| format!("={stem}").into_boxed_str()).collect();
    for form in word.forms() {
        terms.extend(tails(form).map(Box::from));
    }
    terms.dedup();
    let terms: Rc<[Box<str>]> = terms.into();
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(piece.into(), terms.clone());
    });
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(a: &str, b: &str) -> bool {
        let (a, b) = (stems(&Word::of(a)), stems(&Word::of(b)));
        a.iter().any(|stem| b.contains(stem))
    }
    #[test]
    fn endings_of_three_languages_are_taken_off() {
        for (a, b) in [
            ("printers", "printer"),
            ("invoices", "invoice"),
            ("Rechnungen", "Rechnung"),
            ("Häuser", "Haus"),
            ("Druckern", "Drucker"),
            ("facturen", "factuur"),
            ("wachtwoorden", "wachtwoord"),
        ] {
            assert!(share(a, b), "{a} {b}: {:?} {:?}", stems(&Word::of(a)), stems(&Word::of(b)));
        }
        assert!(!share("printer", "Rechnung"));
    }
    #[test]
    fn a_compound_has_its_last_part_as_a_tail() {
        assert!(tails("netzwerkdrucker").any(|tail| tail == "drucker"));
        assert!(tails("bildschirm").any(|tail| tail == "schirm"));
        assert_eq!(tails("drucker").count(), 0, "it is too short to be made of two");
        assert_eq!(tails("12345678").count(), 0);
    }
}
