//! Snapshots of policies with their calendars, and the book of those that apply now.
use super::{
    clock::Terms,
    policy::{CalendarOf, Policy},
    store,
    subject::{self, Subject},
};
use crate::{
    calendars::{Calendar as DeskCalendar, Plan},
    contracts::cover::Covering,
    filter::Filter,
    tickets::Category,
};
use jiff::civil::Date;
use kernel::{id::Id, working_time::Calendar};
use platform::{
    authority::{Team, Tx},
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
    /// Whose hours these are; unknown of what was saved before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

/// Whose hours terms count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The calendar that the policy itself chose.
    Policy,
    /// The desk's own.
    Desk,
    Contract,
    Team,
}
platform::words! { Whose { Policy = "policy", Desk = "desk", Contract = "contract", Team = "team" } }

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hours {
    pub whose: Whose,
    /// `None` is around the clock, because the desk has none of its own.
    pub calendar: Option<Id<DeskCalendar>>,
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
    pub calendar_of: CalendarOf,
    /// Only for tickets of contracts that name it.
    pub is_for_contracts: bool,
    pub terms: Arc<Terms>,
    /// The same by the hours of contracts and teams.
    pub variants: Vec<(Whose, Id<DeskCalendar>, Arc<Terms>)>,
}
impl Entry {
    fn variant(&self, whose: Whose, calendar: Option<Id<DeskCalendar>>) -> Option<&Arc<Terms>> {
        let calendar = calendar?;
        let is_it = |known: &&(Whose, Id<DeskCalendar>, Arc<Terms>)| known.0 == whose && known.1 == calendar;
        self.variants.iter().find(is_it).map(|(_, _, terms)| terms)
    }
}

/// All policies that apply now, in order.
#[derive(Debug, Default)]
pub struct Book {
    pub entries: Vec<Entry>,
    /// The contracts that are in use, by id.
    pub covering: Vec<Covering>,
    pub team_calendars: Vec<(Id<Team>, Id<DeskCalendar>)>,
}
impl Book {
    /// The first policy whose filter matches.
    pub fn choose(&self, subject: &Subject) -> Option<&Entry> {
        self.entries.iter().find(|entry| !entry.is_for_contracts && subject.matches(&entry.filter))
    }
    /// What is promised: the policy of the contract, else the first whose filter matches; by the hours of the contract
    /// that named it, else by those that the policy asks for.
    ///
    /// * `contract` – what covers the ticket, and the day whose terms hold.
    pub fn promise(
        &self,
        subject: &Subject,
        contract: Option<(&Covering, Date)>,
    ) -> Option<(&Entry, &Arc<Terms>)> {
        let version = contract.and_then(|(contract, today)| contract.version(today));
        let named = version.and_then(|version| version.policy);
        let named = named.and_then(|policy| self.entries.iter().find(|entry| entry.policy == policy));
        let entry = named.or_else(|| self.choose(subject))?;
        let of_contract = || entry.variant(Whose::Contract, version.and_then(|version| version.calendar));
        let of_team = || {
            let calendar = self.team_calendars.iter().find(|(team, _)| *team == subject.team);
            entry.variant(Whose::Team, calendar.map(|(_, calendar)| *calendar))
        };
        let terms = match entry.calendar_of {
            _ if named.is_some() && of_contract().is_some() => of_contract(),
            CalendarOf::Fixed => None,
            CalendarOf::Contract => of_contract(),
            CalendarOf::Team => of_team(),
        };
        Some((entry, terms.unwrap_or(&entry.terms)))
    }
    pub fn terms(&self, id: i64) -> Option<&Arc<Terms>> {
        let variants = self.entries.iter().flat_map(|entry| entry.variants.iter().map(|(_, _, terms)| terms));
        self.entries.iter().map(|entry| &entry.terms).chain(variants).find(|terms| terms.id == id)
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
    let mut variants = store::variants(conn)?;
    let entry = |row: store::Applying| Entry {
        policy: row.policy_id,
        filter: subject::stored(&row.filter),
        calendar_of: row.calendar_of,
        is_for_contracts: row.is_for_contracts,
        terms: Arc::new(read(row.terms_id, &row.content)),
        variants: variants
            .extract_if(.., |variant| variant.policy_id == row.policy_id)
            .map(|it| (it.whose, it.calendar_id, Arc::new(read(it.terms_id, &it.content))))
            .collect(),
        name: row.name,
    };
    let entries = store::applying(conn)?.into_iter().map(entry).collect();
    let covering = crate::contracts::cover::load(conn)?;
    let book = Arc::new(Book { entries, covering, team_calendars: store::team_calendars(conn)? });
    let mut kept = kept();
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((edition, book.clone()));
    Ok(Some(book))
}

/// Forgets the book in the transaction that changes it.
pub fn reissue<P>(tx: &mut Tx<P>) -> Result<()> {
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
        hours: None,
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
