//! The index of one node: a folder that can be thrown away.
use crate::{
    ask::Asked,
    collect::{Best, Cursor, Found, Narrow, Sort},
    extract::Way,
    query::{Builder, Condition, Pass, Reach},
    schema::{Fact, Fields, VERSION},
    source::{self, Document, Key},
    texts::Texts,
    tokens,
};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tantivy::{
    IndexReader, IndexSettings, IndexWriter, ReloadPolicy,
    collector::{Count, TopDocs},
    directory::MmapDirectory,
    indexer::{IndexWriterOptions, LogMergePolicy},
    query::TermQuery,
    schema::IndexRecordOption,
};

/// What the writer holds in memory before it writes a piece; the engine takes no less.
const HEAP: usize = 15_000_000;
/// Fewer hits than this are worth a second look that forgives typing errors.
const ENOUGH: usize = 3;

#[derive(Debug)]
pub enum Mistake {
    Engine(tantivy::TantivyError),
    Disk(io::Error),
}
impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Mistake::Engine(cause) => write!(f, "the search index: {cause}"),
            Mistake::Disk(cause) => write!(f, "the search index: {cause}"),
        }
    }
}
impl std::error::Error for Mistake {}
impl From<tantivy::TantivyError> for Mistake {
    fn from(cause: tantivy::TantivyError) -> Mistake {
        Mistake::Engine(cause)
    }
}
impl From<io::Error> for Mistake {
    fn from(cause: io::Error) -> Mistake {
        Mistake::Disk(cause)
    }
}

/// How far an index has come, kept in each of its commits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub(crate) version: u32,
    /// The last event of the log that is in it.
    pub position: i64,
    /// When that event happened: an index of another database is known by it.
    pub at_ms: i64,
    /// While it is built from the beginning: the noun and the id that are done.
    pub building: Option<(u8, i64)>,
}
impl Mark {
    /// An index that is begun while the log ends at `position`.
    pub fn begun(position: i64, at_ms: i64) -> Mark {
        Mark { version: VERSION, position, at_ms, building: Some((0, 0)) }
    }
    pub fn is_whole(&self) -> bool {
        self.version == VERSION && self.building.is_none()
    }
}

pub struct Index {
    folder: PathBuf,
    fields: Fields,
    engine: tantivy::Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    mark: Mutex<Mark>,
    pub texts: Texts,
    nouns: Vec<u8>,
    wants_rebuild: AtomicBool,
    /// Whether `mark` is further than the last commit.
    is_ahead: AtomicBool,
    /// Whether a thing may wait for the text of a file.
    has_waiting: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is asked of the index.
pub struct Question<'a> {
    pub asked: &'a Asked,
    pub reach: &'a Reach,
    pub conditions: &'a [Condition],
    pub narrow: &'a Narrow,
    pub sort: Sort,
    pub after: Option<Cursor>,
    pub limit: usize,
    /// The spans of time that are counted.
    pub spans: &'a [i64],
    /// Whether facets are wanted.
    pub counts: bool,
}

/// Which pieces become one. A desk commits a few things at a time: the engine's own policy would write up to 10,000 of
/// them anew with every eighth commit. Here a thing is written about once for each sixfold of what is in the index, and
/// a million things lie in some thirty pieces at most.
fn merges() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(6);
    policy.set_min_layer_size(64);
    policy.set_level_log_size(2.6);
    policy.set_del_docs_ratio_before_merge(0.5);
    policy
}

impl Index {
    /// The index in this folder, made if it is not there. One that cannot be read, or that another program made, is
    /// thrown away: it is built anew.
    ///
    /// * `way` – how the texts of files are read.
    pub fn open(folder: &Path, way: Way) -> Result<Index, Mistake> {
        let inside = folder.join("index");
        match Self::over(folder, &inside, way.clone()) {
            Ok(index) if index.mark().version == VERSION => return Ok(index),
            Ok(_) => {}
            Err(cause) => tracing::warn!(%cause, "search: the index cannot be read and is made anew"),
        }
        fs::remove_dir_all(&inside)?;
        Self::over(folder, &inside, way)
    }
    /// The same without making anything. `None` where there is none.
    pub fn look(folder: &Path) -> Result<Option<Index>, Mistake> {
        let inside = folder.join("index");
        if !inside.join("meta.json").exists() {
            return Ok(None);
        }
        Self::over(folder, &inside, Way::None).map(Some)
    }

    fn over(folder: &Path, inside: &Path, way: Way) -> Result<Index, Mistake> {
        let fields = Fields::new();
        let is_new = !inside.join("meta.json").exists();
        let engine = if is_new {
            fs::create_dir_all(inside)?;
            let settings =
                IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
            let directory = MmapDirectory::open(inside).map_err(tantivy::TantivyError::from)?;
            tantivy::Index::create(directory, fields.schema.clone(), settings)?
        } else {
            tantivy::Index::open_in_dir(inside)?
        };
        tokens::register(engine.tokenizers());
        let payload = engine.load_metas()?.payload;
        let known: Mark = payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let fits = engine.schema() == fields.schema;
        let mark = match (is_new, fits) {
            // Nothing is in it yet: its position is before the first event, and all is to be built.
            (true, _) => Mark { building: Some((0, 0)), version: VERSION, ..Mark::default() },
            (false, true) if known.version == 0 => {
                Mark { building: Some((0, 0)), version: VERSION, ..Mark::default() }
            }
            (false, true) => known,
            (false, false) => Mark::default(),
        };
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Index {
            folder: folder.to_owned(),
            fields,
            engine,
            reader,
            writer: Mutex::new(None),
            mark: Mutex::new(mark),
            texts: Texts::open(folder.join("texts"), way)?,
            nouns: source::all().iter().map(|source| source.code).collect(),
            wants_rebuild: AtomicBool::new(false),
            is_ahead: AtomicBool::new(false),
            has_waiting: AtomicBool::new(true),
        })
    }

    pub(crate) fn searcher(&self) -> tantivy::Searcher {
        self.reader.searcher()
    }
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }
    pub(crate) fn nouns(&self) -> &[u8] {
        &self.nouns
    }
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    pub fn mark(&self) -> Mark {
        lock(&self.mark).clone()
    }
    /// Asks whoever follows the log to build it from the beginning.
    pub fn ask_for_rebuild(&self) {
        self.wants_rebuild.store(true, Ordering::Relaxed);
    }
    pub(crate) fn takes_rebuild(&self) -> bool {
        self.wants_rebuild.swap(false, Ordering::Relaxed)
    }

    fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>,
    ) -> Result<T, Mistake> {
        let mut held = lock(&self.writer);
        if held.is_none() {
            let options = IndexWriterOptions::builder()
                .num_worker_threads(1)
                .num_merge_threads(1)
                .memory_budget_per_thread(HEAP)
                .build();
            let writer: IndexWriter = self.engine.writer_with_options(options)?;
            writer.set_merge_policy(Box::new(merges()));
            *held = Some(writer);
        }
        let done = work(held.as_mut().expect("it was just made"));
        if done.is_err() {
            // What it had in hand is lost with it; the log still has all of it.
            *held = None;
        }
        Ok(done?)
    }
    /// Lets go of the writer; what was not committed is forgotten.
    pub fn rest(&self) {
        *lock(&self.writer) = None;
    }

    /// Forgets everything. Takes effect with the next commit.
    pub fn clear(&self) -> Result<(), Mistake> {
        self.with_writer(|writer| writer.delete_all_documents().map(drop))
    }
    /// Puts these things in as they are now, in place of what was there, and takes the others of `keys` out. Takes
    /// effect with the next commit.
    pub fn put(&self, keys: &[Key], documents: &[Document]) -> Result<(), Mistake> {
        self.with_writer(|writer| {
            for key in keys {
                writer.delete_term(self.fields.key_term(*key));
            }
            for document in documents {
                let texts: Vec<_> = document.files.iter().map(|file| self.texts.known(file)).collect();
                if texts.iter().any(Option::is_none) {
                    self.has_waiting.store(true, Ordering::Relaxed);
                }
                writer.add_document(self.fields.document(document, &texts))?;
            }
            Ok(())
        })
    }
    /// Makes durable and visible what was put, and how far it goes, both or neither.
    pub fn commit(&self, mark: Mark) -> Result<(), Mistake> {
        let payload = serde_json::to_string(&mark).unwrap_or_default();
        self.with_writer(|writer| {
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&payload);
            commit.commit().map(drop)
        })?;
        self.reader.reload()?;
        *lock(&self.mark) = mark;
        self.is_ahead.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Remembers how far the log was read, until the next commit.
    pub(crate) fn pass(&self, mark: Mark) {
        *lock(&self.mark) = mark;
        self.is_ahead.store(true, Ordering::Relaxed);
    }
    /// Writes down what was only remembered, so that the next start does not read it again.
    pub(crate) fn settle(&self) -> Result<(), Mistake> {
        if self.is_ahead.load(Ordering::Relaxed) { self.commit(self.mark()) } else { Ok(()) }
    }

    /// How many things are in it.
    pub fn count(&self) -> usize {
        self.reader.searcher().num_docs() as usize
    }
    /// How many of a noun are in it.
    pub fn count_of(&self, noun: u8) -> Result<usize, Mistake> {
        let term = self.fields.term(Fact::Noun, noun.into());
        Ok(self.reader.searcher().search(&TermQuery::new(term, IndexRecordOption::Basic), &Count)?)
    }
    /// Whether it is worth a look for things with a file whose text is not known yet.
    pub(crate) fn has_waiting(&self) -> bool {
        self.has_waiting.load(Ordering::Relaxed)
    }
    /// Things with a file whose text is not known yet, `limit` at most.
    pub fn waiting(&self, limit: usize) -> Result<Vec<Key>, Mistake> {
        let term = self.fields.term(Fact::Waits, 1);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let searcher = self.reader.searcher();
        let mut keys = Vec::new();
        for (_, at) in searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())? {
            let reader = searcher.segment_reader(at.segment_ord);
            let key = reader.fast_fields().u64("key")?.first(at.doc_id).unwrap_or(0);
            keys.push(Key::of_number(key));
        }
        self.has_waiting.store(!keys.is_empty(), Ordering::Relaxed);
        Ok(keys)
    }
    /// The files of the engine that are not what they were when they were written.
    pub fn damaged(&self) -> Result<Vec<PathBuf>, Mistake> {
        Ok(self.engine.validate_checksum()?.into_iter().collect())
    }

    /// What `question` finds, the best first.
    ///
    /// Where little has all the words, typing errors are forgiven; where nothing has, half of the words are enough.
    pub fn search(&self, question: &Question) -> Result<Found, Mistake> {
        let searcher = self.reader.searcher();
        let run = |pass: Pass| -> Result<Found, Mistake> {
            let builder = Builder {
                fields: &self.fields,
                asked: question.asked,
                reach: question.reach,
                pass,
                nouns: &self.nouns,
            };
            let best = Best {
                narrow: question.narrow,
                sort: if question.asked.has_words() { question.sort } else { Sort::Time },
                after: question.after,
                limit: question.limit,
                spans: question.spans,
                counts: question.counts,
            };
            let mut found = searcher.search(&builder.query(question.conditions), &best)?;
            if let Some(next) = &mut found.next {
                next.pass = pass as u8;
            }
            found.is_forgiven = pass != Pass::All;
            Ok(found)
        };
        if let Some(after) = question.after {
            return run(Pass::ALL[usize::from(after.pass).min(2)]);
        }
        let strict = run(Pass::All)?;
        if strict.before_choice >= ENOUGH || !question.asked.has_words() {
            return Ok(strict);
        }
        let forgiving = run(Pass::Forgiving)?;
        if forgiving.before_choice > strict.before_choice {
            return Ok(forgiving);
        }
        if strict.before_choice == 0 && question.asked.clauses.len() > 1 {
            return run(Pass::Some);
        }
        Ok(strict)
    }
}
