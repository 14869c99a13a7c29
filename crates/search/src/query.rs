//! A question as a query of the index, with what the person may see in it.
use crate::{
    ask::{Asked, AskedWord, Clause, What},
    schema::{Area, Fact, Fields},
    source::Key,
};
use tantivy::{
    BitSet, DocId, Score, SegmentReader, TantivyError, Term,
    postings::{BlockSegmentPostings, TermInfo},
    query::{
        AllQuery, BitSetDocSet, BooleanQuery, BoostQuery, ConstScoreQuery, ConstScorer, EmptyQuery,
        EnableScoring, Explanation, FuzzyTermQuery, Occur, PhraseQuery, Query, Scorer, TermQuery,
        TermSetQuery, Weight,
    },
    schema::{Field, IndexRecordOption},
};

/// A fact that lets somebody see a thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Because {
    Assignee(u64),
    Team(u64),
    Inbox(u64),
    Organisation(u64),
}

/// Which things of a noun somebody sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    All,
    /// Those for which one of these holds.
    Any(Vec<Because>),
}

/// What somebody may see. It is part of every query.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// By the code of the source; what is not here is not seen.
    pub nouns: Vec<(u8, Sight)>,
    /// Whether notes may be read.
    pub is_internal: bool,
}

/// What a fact of a thing must be, from a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Must {
    Noun(Vec<u8>),
    Kind(Vec<u8>),
    Category(Vec<u8>),
    Team(Vec<u64>),
    Inbox(Vec<u64>),
    Organisation(Vec<u64>),
    Assignee(Vec<u64>),
    Tag(Vec<String>),
    HasFile,
}
/// A condition, or that it does not hold.
pub type Condition = (bool, Must);

/// How much is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// All words, in any form.
    All,
    /// All words, each with one typing error.
    Forgiving,
    /// At least half of the words.
    Some,
}
impl Pass {
    pub const ALL: [Pass; 3] = [Pass::All, Pass::Forgiving, Pass::Some];
}

/// Words from this length on may have a typing error.
const FORGIVEN_FROM: usize = 5;

pub(crate) struct Builder<'a> {
    pub fields: &'a Fields,
    pub asked: &'a Asked,
    pub reach: &'a Reach,
    pub pass: Pass,
    /// The codes of all sources.
    pub nouns: &'a [u8],
}

type Box1 = Box<dyn Query>;
fn term(term: Term) -> Box1 {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}
fn boosted(query: Box1, by: f32) -> Box1 {
    Box::new(BoostQuery::new(query, by))
}
/// A condition has no say in the order.
fn silent(query: Box1) -> Box1 {
    Box::new(ConstScoreQuery::new(query, 0.0))
}
fn any(mut queries: Vec<Box1>) -> Box1 {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

impl Builder<'_> {
    pub fn query(&self, conditions: &[Condition]) -> Box1 {
        let mut all: Vec<(Occur, Box1)> = Vec::new();
        let (mut must, mut nice) = (Vec::new(), Vec::new());
        let last = self.asked.clauses.len().saturating_sub(1);
        for (index, clause) in self.asked.clauses.iter().enumerate() {
            if clause.is_not {
                all.push((Occur::MustNot, self.exclusion(clause)));
                continue;
            }
            let query = self.clause(clause, self.asked.is_typing && index == last);
            if clause.is_common() { nice.push(query) } else { must.push(query) }
        }
        let count = must.len();
        if self.pass == Pass::Some && count > 1 {
            let least = count.div_ceil(2);
            all.push((Occur::Must, Box::new(BooleanQuery::union_with_minimum_required_clauses(must, least))));
        } else {
            all.extend(must.into_iter().map(|query| (Occur::Must, query)));
        }
        if count == 0 {
            all.push((Occur::Must, silent(Box::new(AllQuery))));
        }
        all.extend(nice.into_iter().map(|query| (Occur::Should, boosted(query, 0.2))));
        all.extend(self.sight().map(|query| (Occur::Must, silent(query))));
        for (is_not, condition) in conditions {
            let query = self.condition(condition);
            all.push(if *is_not { (Occur::MustNot, query) } else { (Occur::Must, silent(query)) });
        }
        Box::new(BooleanQuery::new(all))
    }

    /// Who sees what. `None` where everything may be seen.
    fn sight(&self) -> Option<Box1> {
        let is_everything = self
            .nouns
            .iter()
            .all(|noun| self.reach.nouns.iter().any(|(seen, sight)| seen == noun && *sight == Sight::All));
        if is_everything {
            return None;
        }
        let of = |(noun, sight): &(u8, Sight)| -> Box1 {
            let noun = term(self.fields.term(Fact::Noun, (*noun).into()));
            let Sight::Any(reasons) = sight else { return noun };
            let reasons = reasons.iter().map(|reason| {
                let (fact, id) = match reason {
                    Because::Assignee(id) => (Fact::Assignee, *id),
                    Because::Team(id) => (Fact::Team, *id),
                    Because::Inbox(id) => (Fact::Inbox, *id),
                    Because::Organisation(id) => (Fact::Organisation, *id),
                };
                term(self.fields.term(fact, id))
            });
            Box::new(BooleanQuery::intersection(vec![noun, any(reasons.collect())]))
        };
        Some(any(self.reach.nouns.iter().map(of).collect()))
    }

    fn condition(&self, must: &Must) -> Box1 {
        let f = self.fields;
        let numbers = |fact: Fact, all: Vec<u64>| -> Box1 {
            Box::new(TermSetQuery::new(all.into_iter().map(|number| f.term(fact, number))))
        };
        let small = |all: &[u8]| all.iter().map(|number| (*number).into()).collect();
        match must {
            Must::Noun(all) => numbers(Fact::Noun, small(all)),
            Must::Kind(all) => numbers(Fact::Kind, small(all)),
            Must::Category(all) => numbers(Fact::Category, small(all)),
            Must::Team(all) => numbers(Fact::Team, all.clone()),
            Must::Inbox(all) => numbers(Fact::Inbox, all.clone()),
            Must::Organisation(all) => numbers(Fact::Organisation, all.clone()),
            Must::Assignee(all) => numbers(Fact::Assignee, all.clone()),
            Must::Tag(all) => Box::new(TermSetQuery::new(all.iter().map(|tag| f.tag(tag)))),
            Must::HasFile => numbers(Fact::HasFile, vec![1]),
        }
    }

    /// Where a clause may look: notes only for those who may read them.
    fn areas(&self, clause: &Clause) -> Vec<Area> {
        let wanted = |area: &Area| match clause.area {
            Some(only) => *area == only,
            None => self.asked.areas.is_empty() || self.asked.areas.contains(area),
        };
        Area::ALL
            .into_iter()
            .filter(wanted)
            .filter(|area| self.reach.is_internal || *area != Area::Note)
            .collect()
    }

    fn clause(&self, clause: &Clause, is_typing: bool) -> Box1 {
        let areas = self.areas(clause);
        match &clause.what {
            What::Phrase(words) => self.phrase(words, &areas, 2.0),
            What::Word { pieces, joined, number } => {
                let mut ways = Vec::new();
                if pieces.len() == 1 {
                    ways.extend(self.word(&pieces[0], &areas, is_typing));
                } else {
                    ways.push(self.phrase(pieces, &areas, 1.5));
                }
                if let Some(joined) = joined {
                    ways.extend(self.word(joined, &areas, is_typing));
                    ways.push(boosted(self.together(pieces, &areas), 0.4));
                }
                if joined.is_none() && pieces.len() > 1 && is_typing {
                    ways.push(boosted(self.together(pieces, &areas), 0.2));
                }
                ways.extend(number.filter(|_| clause.area.is_none()).map(|number| self.number(number)));
                any(ways)
            }
            What::Phone { digits, pieces, number } => {
                let fields: Vec<Field> = areas.iter().map(|area| self.fields.parts[*area as usize]).collect();
                let mut ways: Vec<Box1> = digits
                    .iter()
                    .map(|digits| boosted(Box::new(Beginning::new(&fields, &format!("#{digits}"))), 8.0))
                    .collect();
                if pieces.len() == 1 {
                    ways.extend(self.word(&pieces[0], &areas, is_typing));
                } else {
                    ways.push(self.phrase(pieces, &areas, 1.5));
                    ways.push(self.together(pieces, &areas));
                }
                ways.extend(number.filter(|_| clause.area.is_none()).map(|number| self.number(number)));
                any(ways)
            }
        }
    }

    /// The thing with this number, before all others.
    fn number(&self, number: i64) -> Box1 {
        let keys =
            self.nouns.iter().take(1).map(|noun| self.fields.key_term(Key { noun: *noun, id: number }));
        Box::new(ConstScoreQuery::new(any(keys.map(term).collect()), 10_000.0))
    }

    /// All of these words, wherever.
    fn together(&self, words: &[AskedWord], areas: &[Area]) -> Box1 {
        let each = words.iter().map(|word| any(self.word(word, areas, false)));
        Box::new(BooleanQuery::intersection(each.collect()))
    }

    fn phrase(&self, words: &[AskedWord], areas: &[Area], weight: f32) -> Box1 {
        let forms =
            |index: usize| words.iter().map(move |word| word.forms.get(index).unwrap_or(&word.forms[0]));
        let count = if words.iter().any(|word| word.forms.len() > 1) { 2 } else { 1 };
        let mut ways: Vec<Box1> = Vec::new();
        for area in areas {
            let field = self.fields.words[*area as usize];
            for index in 0..count {
                let mut terms: Vec<_> = forms(index).map(|form| Term::from_field_text(field, form)).collect();
                let query: Box1 = match terms.len() {
                    1 => term(terms.remove(0)),
                    _ => Box::new(PhraseQuery::new(terms)),
                };
                ways.push(boosted(query, weight * area.weight()));
            }
        }
        any(ways)
    }

    /// Every way in which a word may be there.
    fn word(&self, word: &AskedWord, areas: &[Area], is_typing: bool) -> Vec<Box1> {
        let mut ways: Vec<Box1> = Vec::new();
        let length = word.length();
        for area in areas {
            let (field, parts) = (self.fields.words[*area as usize], self.fields.parts[*area as usize]);
            for form in &word.forms {
                ways.push(boosted(term(Term::from_field_text(field, form)), area.weight()));
            }
            if !word.has_digit() {
                for stem in &word.stems {
                    let stem = Term::from_field_text(parts, &format!("={stem}"));
                    ways.push(boosted(term(stem), 0.5 * area.weight()));
                }
            }
            if self.pass >= Pass::Forgiving && length >= FORGIVEN_FROM && !word.has_digit() {
                for form in &word.forms {
                    let almost = |field| -> Box1 {
                        let form = Term::from_field_text(field, form);
                        Box::new(FuzzyTermQuery::new(form, 1, true))
                    };
                    ways.push(boosted(almost(field), 1.5 * area.weight()));
                    ways.push(boosted(almost(parts), 0.5 * area.weight()));
                }
            }
        }
        let (mut titles, mut rest) = (Vec::new(), Vec::new());
        for area in areas {
            let side = if *area == Area::Title { &mut titles } else { &mut rest };
            side.push(*area as usize);
        }
        for (side, weight) in [(titles, 1.0), (rest, 0.35)] {
            if side.is_empty() {
                continue;
            }
            let words: Vec<Field> = side.iter().map(|at| self.fields.words[*at]).collect();
            let parts: Vec<Field> = side.iter().map(|at| self.fields.parts[*at]).collect();
            // Letters that are not typed yet, and first parts of compounds.
            if (is_typing && length >= 2) || (length >= 4 && !word.has_digit()) {
                for form in &word.forms {
                    ways.push(boosted(Box::new(Beginning::new(&words, form)), weight));
                }
            }
            if word.has_digit() {
                continue;
            }
            for form in &word.forms {
                match length {
                    4 => ways.extend(
                        parts
                            .iter()
                            .map(|field| boosted(term(Term::from_field_text(*field, form)), 0.3 * weight)),
                    ),
                    5.. => ways.push(boosted(Box::new(Beginning::new(&parts, form)), 0.8 * weight)),
                    _ => {}
                }
            }
            if let Some(shorter) = &word.shorter {
                ways.push(boosted(Box::new(Beginning::new(&parts, shorter)), 0.4 * weight));
                ways.push(boosted(Box::new(Beginning::new(&words, shorter)), 0.4 * weight));
            }
        }
        ways
    }

    /// What must not be there: the word in any of its forms, not what only begins like it.
    fn exclusion(&self, clause: &Clause) -> Box1 {
        let areas = self.areas(clause);
        let words = match &clause.what {
            What::Word { pieces, .. } if pieces.len() == 1 => pieces,
            What::Phrase(pieces) | What::Word { pieces, .. } => return self.phrase(pieces, &areas, 1.0),
            What::Phone { .. } => return self.clause(clause, false),
        };
        let mut ways: Vec<Box1> = Vec::new();
        for area in areas {
            for form in &words[0].forms {
                ways.push(term(Term::from_field_text(self.fields.words[area as usize], form)));
            }
            for stem in &words[0].stems {
                ways.push(term(Term::from_field_text(self.fields.parts[area as usize], &format!("={stem}"))));
            }
        }
        any(ways)
    }
}

/// Whatever has a term that begins so, in one of these fields.
#[derive(Clone, Debug)]
struct Beginning {
    fields: Vec<Field>,
    begin: String,
}
impl Beginning {
    fn new(fields: &[Field], begin: &str) -> Beginning {
        Beginning { fields: fields.to_vec(), begin: begin.to_owned() }
    }
}
impl Query for Beginning {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}
impl Weight for Beginning {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        let mut is_any = false;
        for field in &self.fields {
            let inverted = reader.inverted_index(*field)?;
            let mut end = self.begin.clone().into_bytes();
            // No term has this byte: it is no UTF-8.
            end.push(0xff);
            let mut terms = inverted.terms().range().ge(self.begin.as_bytes()).lt(&end).into_stream()?;
            while terms.advance() {
                is_any = true;
                let info: &TermInfo = terms.value();
                let mut postings: BlockSegmentPostings =
                    inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    for doc in postings.docs() {
                        found.insert(*doc);
                    }
                    postings.advance();
                }
            }
        }
        if !is_any {
            return Ok(Box::new(tantivy::query::EmptyScorer));
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), boost)))
    }
    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        match self.scorer(reader, 1.0)?.seek(doc) == doc {
            true => Ok(Explanation::new("it begins so", 1.0)),
            false => Err(TantivyError::InvalidArgument("it does not match".into())),
        }
    }
}
