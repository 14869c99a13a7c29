//! Things that are about the same as a text: found by the words that say most in it, with the words that they share.
//!
//! A word says much that stands in few things. It takes two of them: one word in common is chance.
use crate::{
    ask::AskedWord,
    index::{Index, Mistake},
    query::{Builder, Condition, Pass, Reach},
    schema::Area,
    source::Key,
    words::{Word, pieces},
};
use std::collections::BTreeSet;
use tantivy::{
    DocSet, Searcher, SegmentReader, Term,
    collector::TopDocs,
    query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};

/// Words of a text that are looked at, and those of them that are looked for.
const LOOKED: usize = 400;
const WORDS: usize = 12;
/// A word in more than this part of all things says nothing;
const COMMON_PART: f32 = 0.2;
/// in a small desk, in more than so many.
const COMMON_LEAST: f32 = 8.0;
/// What is alike shares at least this part of the weight of the words that say most.
const LEAST_PART: f32 = 0.3;

/// What is asked for.
pub struct Likeness<'a> {
    /// Of the noun whose things are looked for.
    pub title: &'a str,
    pub text: &'a str,
    /// Names of people: who writes says nothing of what it is about.
    pub ignored: &'a [&'a str],
    pub reach: &'a Reach,
    pub conditions: &'a [Condition],
    /// The thing itself.
    pub except: Key,
    pub limit: usize,
}

/// Something about the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    pub key: Key,
    pub score: f32,
    /// What both have, as the text writes it, what says most first.
    pub words: Vec<String>,
}

/// A word that says much.
struct Telling {
    written: String,
    terms: Vec<Term>,
    weight: f32,
}

impl Index {
    /// What is about the same as a text, the most alike first. Only words that customers may read count.
    pub fn similar(&self, asked: &Likeness) -> Result<Vec<Alike>, Mistake> {
        let searcher = self.searcher();
        let telling = self.telling(&searcher, asked)?;
        if telling.len() < 2 {
            return Ok(Vec::new());
        }
        let most: f32 = telling.iter().take(5).map(|word| word.weight).sum();
        let nothing = crate::ask::Asked::default();
        let builder = Builder {
            fields: self.fields(),
            asked: &nothing,
            reach: asked.reach,
            pass: Pass::All,
            nouns: self.nouns(),
        };
        let words = telling.iter().map(|word| -> Box<dyn Query> {
            let ways = word.terms.iter().map(|term| -> Box<dyn Query> {
                Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic))
            });
            Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::union(ways.collect())), word.weight))
        });
        let words = BooleanQuery::union_with_minimum_required_clauses(words.collect(), 2);
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(words) as Box<dyn Query>),
            (Occur::Must, builder.query(asked.conditions)),
        ]);
        let best = TopDocs::with_limit(asked.limit + 1).order_by_score();
        let mut found = Vec::new();
        for (score, at) in searcher.search(&query, &best)? {
            let segment = searcher.segment_reader(at.segment_ord);
            let key = Key::of_number(segment.fast_fields().u64("key")?.first(at.doc_id).unwrap_or(0));
            if key == asked.except || score < LEAST_PART * most {
                continue;
            }
            let mut words = Vec::new();
            for word in &telling {
                if has(segment, at.doc_id, &word.terms)? {
                    words.push(word.written.clone());
                }
            }
            found.push(Alike { key, score, words });
        }
        found.truncate(asked.limit);
        Ok(found)
    }

    /// The words that say most, the first says most.
    fn telling(&self, searcher: &Searcher, asked: &Likeness) -> Result<Vec<Telling>, Mistake> {
        let count = searcher.num_docs() as f32;
        let names: Vec<String> =
            asked.ignored.iter().flat_map(|name| crate::words::words(name)).map(|word| word.plain).collect();
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut all = Vec::new();
        for (text, weight) in [(asked.title, 1.5), (asked.text, 1.0)] {
            for piece in pieces(text).take(LOOKED) {
                let word = Word::of(piece.of(text));
                let is_number = word.plain.chars().all(|c| c.is_ascii_digit());
                let length = word.plain.chars().count();
                let has_digit = word.plain.chars().any(|c| c.is_ascii_digit());
                let says_nothing = match is_number {
                    true => !(4..=9).contains(&length),
                    false => length < if has_digit { 3 } else { 4 },
                };
                if says_nothing || names.contains(&word.plain) || !known.insert(word.plain.clone()) {
                    continue;
                }
                let asked = AskedWord::of(&word);
                if asked.is_common {
                    continue;
                }
                let terms = self.terms(&asked);
                let mut most = 0;
                for term in &terms {
                    most = most.max(searcher.doc_freq(term)?);
                }
                let part = most as f32;
                // What stands here alone is shared with nobody.
                if most < 2 || part > (count * COMMON_PART).max(COMMON_LEAST) {
                    continue;
                }
                let weight = weight * (count.max(2.0) / part).ln().max(0.1);
                all.push(Telling { written: piece.of(text).to_owned(), terms, weight });
            }
        }
        all.sort_by(|a: &Telling, b| b.weight.total_cmp(&a.weight));
        // Two forms of one word are one.
        let mut telling: Vec<Telling> = Vec::new();
        for word in all {
            let is_there = telling.iter().any(|kept| kept.terms.iter().any(|term| word.terms.contains(term)));
            if !is_there {
                telling.push(word);
            }
            if telling.len() == WORDS {
                break;
            }
        }
        Ok(telling)
    }

    /// Where a word stands that customers may read, in any of its forms.
    fn terms(&self, word: &AskedWord) -> Vec<Term> {
        let fields = self.fields();
        let mut terms = Vec::new();
        for area in [Area::Title, Area::Text] {
            for stem in &word.stems {
                terms.push(Term::from_field_text(fields.parts[area as usize], &format!("={stem}")));
            }
        }
        terms
    }
}

fn has(segment: &SegmentReader, doc: u32, terms: &[Term]) -> Result<bool, Mistake> {
    for term in terms {
        let postings = segment.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic);
        let Some(mut postings) = postings.map_err(tantivy::TantivyError::from)? else { continue };
        if postings.doc() <= doc && postings.seek(doc) == doc {
            return Ok(true);
        }
    }
    Ok(false)
}
