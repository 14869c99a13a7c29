//! Filters as conditions of the desk: kept with what they guard, held against one ticket at a time.
use super::{Facts, Names, Reader, find, parse, print, store, stored};
use crate::tickets::Ticket;
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::Tx,
    db::{self, Conn},
};

/// The longest condition, in characters.
const MOST: usize = 1_000;

/// What somebody typed, as it is stored; empty stays empty.
///
/// * `field` – the name of the field in which it was typed.
/// * errors – 422 for a text that is no filter, or one that asks who reads: a condition holds for everybody alike.
pub fn read<P>(tx: &mut Tx<P>, field: &str, typed: &str) -> Result<String, Problem> {
    let typed = text::one_line(typed, MOST + 1);
    if typed.chars().count() > MOST {
        return Err(Problem::field(field, "too_long"));
    }
    let language = tx.actor().language;
    match find::read(tx, &typed)? {
        Ok(filter) if filter.names_a_reader() => Err(Problem::field(field, "condition_reader")),
        Ok(filter) if filter.is_everything() => Ok(String::new()),
        Ok(filter) => Ok(stored(&filter)),
        Err(mistake) => {
            let mut problem = mistake.problem_in(language);
            for wrong in &mut problem.fields {
                wrong.pointer = format!("/{field}");
            }
            Err(problem)
        }
    }
}

/// The names that stored conditions need, to be read by people or held against tickets.
pub fn names<'c>(conn: &mut Conn, conditions: impl IntoIterator<Item = &'c str>) -> db::Result<Names> {
    Names::for_text(conn, &conditions.into_iter().collect::<Vec<_>>().join(" "))
}

/// A stored condition as people read and type it. One that names what is gone comes as it is stored.
pub fn typed(condition: &str, names: &Names) -> String {
    match parse(condition, names) {
        Ok(filter) => print(&filter, names),
        Err(_) => condition.to_owned(),
    }
}

/// A ticket against which conditions are held.
pub struct Held {
    pub facts: Facts,
    names: Names,
    reader: Reader,
}
impl Held {
    /// With at most seven statements.
    ///
    /// * returns – `None` for a ticket that is not there.
    pub fn of<'c, P>(
        tx: &mut Tx<P>,
        ticket: Id<Ticket>,
        conditions: impl IntoIterator<Item = &'c str>,
    ) -> db::Result<Option<Held>> {
        let names = names(tx, conditions)?;
        let reader = Reader { me: 0, teams: Vec::new(), now: tx.now(), zone: tx.actor().time_zone() };
        Ok(store::facts(tx, ticket)?.map(|facts| Held { facts, names, reader }))
    }
    /// An empty condition holds, and one that can no longer be read: it must not lock a desk out of its tickets.
    pub fn meets(&self, condition: &str) -> bool {
        parse(condition, &self.names).map_or(true, |filter| filter.matches(&self.facts, &self.reader))
    }
    /// As people read it.
    pub fn typed(&self, condition: &str) -> String {
        typed(condition, &self.names)
    }
}
