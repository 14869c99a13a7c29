//! Snapshots of policies with their calendars, and the book of those that apply now.
use super::{
    ManageSla,
    clock::Terms,
    policy::Policy,
    store,
    subject::{self, Subject},
};
use crate::{calendars::Plan, filter::Filter, tickets::Category};
use kernel::{id::Id, working_time::Calendar};
use platform::{
    authority::Tx,
    db::{Conn, Result},
    settings,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// A policy with its calendar when one of them was saved: the content of a row of `sla_terms`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub name: String,
    pub targets_ms: [Option<i64>; 4],
    pub pause_in: Vec<Category>,
    pub warn_ms: i64,
    /// `None` is around the clock.
    pub plan: Option<Plan>,
}
impl Snapshot {
    pub fn terms(&self, id: i64) -> Terms {
        Terms {
            id,
            targets: self.targets_ms,
            pause_in: self.pause_in.clone(),
            warn_ms: self.warn_ms,
            calendar: self.plan.as_ref().and_then(Plan::calendar).unwrap_or_else(Calendar::always),
        }
    }
}

/// A policy that applies now.
#[derive(Debug)]
pub struct Entry {
    pub policy: Id<Policy>,
    pub name: String,
    pub filter: Filter,
    pub terms: Arc<Terms>,
}

/// All policies that apply now, in order.
#[derive(Debug, Default)]
pub struct Book {
    pub entries: Vec<Entry>,
}
impl Book {
    /// The first policy whose filter matches.
    pub fn choose(&self, subject: &Subject) -> Option<&Entry> {
        self.entries.iter().find(|entry| subject.matches(&entry.filter))
    }
    pub fn terms(&self, id: i64) -> Option<&Arc<Terms>> {
        self.entries.iter().map(|entry| &entry.terms).find(|terms| terms.id == id)
    }
}

/// A random number that changes with every change of the book: it says whether a book in memory is this desk's and
/// still true, for one small read.
const EDITION: &str = "sla_edition";
/// Books of several desks, or of before and after a change.
const KEPT: usize = 16;
static BOOKS: Mutex<Vec<(String, Arc<Book>)>> = Mutex::new(Vec::new());

/// The book of this desk; `None` where there is no policy.
pub fn book(conn: &mut Conn) -> Result<Option<Arc<Book>>> {
    let Some(edition) = settings::get(conn, EDITION)? else { return Ok(None) };
    let kept = || BOOKS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, book)) = kept().iter().find(|(known, _)| *known == edition) {
        return Ok(Some(book.clone()));
    }
    let entry = |row: store::Applying| Entry {
        policy: row.policy_id,
        filter: subject::stored(&row.filter),
        terms: Arc::new(read(row.terms_id, &row.content)),
        name: row.name,
    };
    let book = Arc::new(Book { entries: store::applying(conn)?.into_iter().map(entry).collect() });
    let mut kept = kept();
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((edition, book.clone()));
    Ok(Some(book))
}

/// Forgets the book in the transaction that changes it.
pub fn reissue(tx: &mut Tx<ManageSla>) -> Result<()> {
    let edition = i64::from_be_bytes(platform::keys::random());
    settings::set(tx, EDITION, &edition.to_string())
}

fn read(id: i64, content: &str) -> Terms {
    let nothing = || Snapshot {
        name: String::new(),
        targets_ms: [None; 4],
        pause_in: Vec::new(),
        warn_ms: 0,
        plan: None,
    };
    serde_json::from_str(content).unwrap_or_else(|_| nothing()).terms(id)
}

/// The terms with this id, whether they apply to new tickets or not.
pub fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Arc<Terms>>> {
    if let Some(terms) = book(conn)?.and_then(|book| book.terms(id).cloned()) {
        return Ok(Some(terms));
    }
    Ok(store::content(conn, id)?.map(|content| Arc::new(read(id, &content))))
}
