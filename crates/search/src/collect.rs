//! What was found: the best, how many there are, and how they divide.
use crate::source::Key;
use std::{cmp::Ordering, collections::BTreeMap, collections::BinaryHeap};
use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};

/// What somebody chose beside the results. Each counts what the others leave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Narrow {
    pub noun: Option<u8>,
    pub category: Vec<u8>,
    pub kind: Option<u8>,
    pub team: Option<u64>,
    /// Changed at or after.
    pub since_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Relevance,
    /// What changed last comes first.
    Time,
}

/// How what was found divides, before each own choice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    pub nouns: BTreeMap<u8, usize>,
    pub categories: BTreeMap<u8, usize>,
    pub kinds: BTreeMap<u8, usize>,
    pub teams: BTreeMap<u64, usize>,
    /// How many changed within each of the spans that were asked for.
    pub times: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub key: Key,
    pub score: f32,
    pub changed_at_ms: i64,
}

/// The place behind a hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    pub pass: u8,
    pub score: f32,
    pub changed_at_ms: i64,
    pub key: u64,
}
impl Cursor {
    pub fn word(&self) -> String {
        format!("{}-{:x}-{:x}-{:x}", self.pass, self.score.to_bits(), self.changed_at_ms, self.key)
    }
    /// * returns – `None` where it is no cursor of ours.
    pub fn parse(word: &str) -> Option<Cursor> {
        let mut parts = word.split('-');
        let pass = parts.next()?.parse().ok().filter(|pass| *pass < 3)?;
        let mut hex = || u64::from_str_radix(parts.next()?, 16).ok();
        let (score, changed, key) = (hex()?, hex()?, hex()?);
        let score = f32::from_bits(u32::try_from(score).ok()?);
        let is_ours = parts.next().is_none() && score.is_finite();
        is_ours.then_some(Cursor { pass, score, changed_at_ms: changed as i64, key })
    }
}

#[derive(Clone, Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// How many there are, all pages together.
    pub total: usize,
    /// How many there are before anything was chosen beside them.
    pub before_choice: usize,
    pub facets: Facets,
    pub next: Option<Cursor>,
    /// Whether typing errors were forgiven, or words left out, to find anything.
    pub is_forgiven: bool,
}

/// A hit in the order of a list: the greatest comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ranked {
    score: f32,
    changed_at_ms: i64,
    key: u64,
    sort: Sort,
}
impl Eq for Ranked {}
impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Ranked) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Ranked {
    fn cmp(&self, other: &Ranked) -> Ordering {
        let by_time = self.changed_at_ms.cmp(&other.changed_at_ms);
        let by_score = match self.sort {
            Sort::Relevance => self.score.total_cmp(&other.score),
            Sort::Time => Ordering::Equal,
        };
        by_score.then(by_time).then(self.key.cmp(&other.key))
    }
}

pub(crate) struct Best<'a> {
    pub narrow: &'a Narrow,
    pub sort: Sort,
    pub after: Option<Cursor>,
    pub limit: usize,
    /// The spans of [`Facets::times`], each by its beginning.
    pub spans: &'a [i64],
    pub counts: bool,
}

/// Of one segment, and of all.
#[derive(Default)]
pub(crate) struct Heap {
    best: BinaryHeap<std::cmp::Reverse<Ranked>>,
    found: Found,
}

pub(crate) struct OfSegment {
    narrow: Narrow,
    sort: Sort,
    after: Option<Ranked>,
    limit: usize,
    spans: Vec<i64>,
    counts: bool,
    key: Column<u64>,
    noun: Column<u64>,
    category: Column<u64>,
    kind: Column<u64>,
    team: Column<u64>,
    changed: Column<i64>,
    heap: Heap,
    nouns: [usize; 256],
    categories: [usize; 256],
    kinds: [usize; 256],
}

impl Collector for Best<'_> {
    type Fruit = Found;
    type Child = OfSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<OfSegment> {
        let fast = segment.fast_fields();
        let sort = self.sort;
        Ok(OfSegment {
            narrow: self.narrow.clone(),
            sort,
            after: self.after.map(|after| Ranked {
                score: after.score,
                changed_at_ms: after.changed_at_ms,
                key: after.key,
                sort,
            }),
            limit: self.limit,
            spans: self.spans.to_vec(),
            counts: self.counts,
            key: fast.u64("key")?,
            noun: fast.u64("noun")?,
            category: fast.u64("category")?,
            kind: fast.u64("kind")?,
            team: fast.u64("team")?,
            changed: fast.i64("changed")?,
            heap: Heap {
                found: Found {
                    facets: Facets { times: vec![0; self.spans.len()], ..Facets::default() },
                    ..Found::default()
                },
                ..Heap::default()
            },
            nouns: [0; 256],
            categories: [0; 256],
            kinds: [0; 256],
        })
    }
    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }
    fn merge_fruits(&self, segments: Vec<Heap>) -> tantivy::Result<Found> {
        let (mut all, mut found) = (Vec::new(), Found::default());
        found.facets.times = vec![0; self.spans.len()];
        for heap in segments {
            all.extend(heap.best.into_iter().map(|ranked| ranked.0));
            found.total += heap.found.total;
            found.before_choice += heap.found.before_choice;
            let (facets, more) = (&mut found.facets, heap.found.facets);
            for (mine, theirs) in [
                (&mut facets.nouns, more.nouns),
                (&mut facets.categories, more.categories),
                (&mut facets.kinds, more.kinds),
            ] {
                theirs.into_iter().for_each(|(code, count)| *mine.entry(code).or_default() += count);
            }
            more.teams.into_iter().for_each(|(team, count)| *facets.teams.entry(team).or_default() += count);
            facets.times.iter_mut().zip(more.times).for_each(|(mine, count)| *mine += count);
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        let has_more = all.len() > self.limit;
        all.truncate(self.limit);
        found.next = all.last().filter(|_| has_more).map(|last| Cursor {
            pass: 0,
            score: last.score,
            changed_at_ms: last.changed_at_ms,
            key: last.key,
        });
        found.hits = all
            .into_iter()
            .map(|ranked| Hit {
                key: Key::of_number(ranked.key),
                score: ranked.score,
                changed_at_ms: ranked.changed_at_ms,
            })
            .collect();
        Ok(found)
    }
}

impl SegmentCollector for OfSegment {
    type Fruit = Heap;

    fn collect(&mut self, doc: DocId, score: Score) {
        let of = |column: &Column<u64>| column.first(doc).unwrap_or(0);
        let changed = self.changed.first(doc).unwrap_or(0);
        let (noun, category, kind, team) =
            (of(&self.noun) as u8, of(&self.category) as u8, of(&self.kind) as u8, of(&self.team));
        let narrow = &self.narrow;
        let fits = [
            narrow.noun.is_none_or(|wanted| wanted == noun),
            narrow.category.is_empty() || narrow.category.contains(&category),
            narrow.kind.is_none_or(|wanted| wanted == kind),
            narrow.team.is_none_or(|wanted| wanted == team),
            narrow.since_ms.is_none_or(|since| changed >= since),
        ];
        let misses = fits.iter().filter(|fits| !**fits).count();
        let found = &mut self.heap.found;
        found.before_choice += 1;
        if self.counts && misses <= 1 {
            // A choice does not take away what else could be chosen there.
            let others = |own: usize| misses == 0 || !fits[own];
            if others(0) {
                self.nouns[usize::from(noun)] += 1;
            }
            if others(1) {
                self.categories[usize::from(category)] += 1;
            }
            if others(2) {
                self.kinds[usize::from(kind)] += 1;
            }
            if others(3) {
                *found.facets.teams.entry(team).or_default() += 1;
            }
            if others(4) {
                for (count, since) in found.facets.times.iter_mut().zip(&self.spans) {
                    *count += usize::from(changed >= *since);
                }
            }
        }
        if misses > 0 {
            return;
        }
        found.total += 1;
        let ranked = Ranked { score, changed_at_ms: changed, key: of(&self.key), sort: self.sort };
        if self.after.is_some_and(|after| ranked >= after) {
            return;
        }
        let best = &mut self.heap.best;
        if best.len() <= self.limit {
            best.push(std::cmp::Reverse(ranked));
        } else if best.peek().is_some_and(|least| ranked > least.0) {
            best.pop();
            best.push(std::cmp::Reverse(ranked));
        }
    }
    fn harvest(mut self) -> Heap {
        let of = |counts: &[usize; 256]| {
            let some = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            some.map(|(code, count)| (code as u8, *count)).collect()
        };
        let facets = &mut self.heap.found.facets;
        (facets.nouns, facets.categories, facets.kinds) =
            (of(&self.nouns), of(&self.categories), of(&self.kinds));
        self.heap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let cursor = Cursor { pass: 1, score: 3.25, changed_at_ms: -5, key: u64::MAX };
        assert_eq!(Cursor::parse(&cursor.word()), Some(cursor));
        for wrong in ["", "9-0-0-0", "0-zz-0-0", "0-0-0", "0-0-0-0-0", "0-7fc00000-0-0", "t1"] {
            assert_eq!(Cursor::parse(wrong), None, "{wrong}");
        }
    }
}
