//! The tickets that match a filter, as far as somebody sees.
use super::{
    Filter, Mistake, Names, Order, Place, Reader, parse,
    sql::{self, Walk},
};
use crate::tickets::{Ticket, TicketError, ViewTickets, store::Sight};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Implies, Tx},
    db::{self, Composed, Conn, Hurry},
};

/// Where an index names no more tickets than this, the list is made from them.
const SEED_MOST: i64 = 5_000;

/// Ids of a page, in its order.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub ids: Vec<Id<Ticket>>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

impl Reader {
    /// The person who reads in this transaction.
    pub fn of<P>(tx: &Tx<P>) -> Reader {
        let actor = tx.actor();
        Reader {
            me: actor.user().map_or(0, Id::number),
            teams: actor.teams.iter().map(|team| team.number()).collect(),
            now: tx.now(),
            zone: actor.time_zone(),
        }
    }
}

/// Reads a text that somebody typed, with the names of this desk.
pub fn read(conn: &mut Conn, text: &str) -> db::Result<Result<Filter, Mistake>> {
    let names = Names::for_text(conn, text)?;
    Ok(parse(text, &names))
}

/// What somebody may know of a database that took too long.
pub(crate) fn too_slow(error: db::Error) -> TicketError {
    match error {
        db::Error::TooLong => Problem::new(422, "filter_too_slow").into(),
        other => other.into(),
    }
}

/// A page of the tickets that match, in `order`.
///
/// * errors – 422 `filter_too_slow` where it takes more than two seconds; nothing more can be asked in this
///   transaction then.
pub fn page<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    filter: &Filter,
    order: Order,
    after: Option<Place>,
    limit: usize,
) -> Result<Found, TicketError> {
    tx.hurry(Hurry::Page)?;
    let reader = Reader::of(tx);
    walk(tx, filter, &reader, order, after, limit).map_err(too_slow)
}

/// The same without a limit of time, for exports.
pub fn walk<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    filter: &Filter,
    reader: &Reader,
    order: Order,
    after: Option<Place>,
    limit: usize,
) -> db::Result<Found> {
    let sight = Sight::of(tx);
    let matching = sql::condition(filter, reader);
    let seed = seed(tx, filter, reader)?;
    let is_about = |walk: &&Walk| walk.is_open.is_none_or(|is_open| filter.allows(is_open));
    let mut rows: Vec<Place> = Vec::new();
    let first = after.map_or(0, |place| place.stage);
    for (stage, walks) in order.stages().iter().enumerate().skip(first) {
        let from = after.filter(|place| place.stage == stage);
        let mut merged = Vec::new();
        for walk in walks.iter().filter(is_about) {
            let more = (limit + 1 - rows.len()) as i64;
            let page = sql::page(walk, seed.as_ref(), &matching, &sight, from, more);
            let found = tx.all_of::<(i64, i64)>("a filter", &page)?;
            merged.extend(found.into_iter().map(|(id, key)| Place { stage, key, id }));
        }
        merged.sort_by_key(|place| (place.key, place.id));
        if !order.is_rising(stage) {
            merged.reverse();
        }
        rows.extend(merged);
        if rows.len() > limit {
            break;
        }
    }
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().copied().filter(|_| has_more);
    Ok(Found { ids: rows.into_iter().map(|place| Id::new(place.id)).collect(), next })
}

/// How many match, `most` at most.
///
/// * errors – as [`page`].
pub fn count<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    filter: &Filter,
    most: i64,
) -> Result<i64, TicketError> {
    tx.hurry(Hurry::Page)?;
    counted(tx, filter, most)
}
/// The same in a fifth of a second, for a number beside a name.
pub fn count_quickly<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    filter: &Filter,
    most: i64,
) -> Result<i64, TicketError> {
    tx.hurry(Hurry::Number)?;
    counted(tx, filter, most)
}
fn counted<P: Implies<ViewTickets>>(tx: &mut Tx<P>, filter: &Filter, most: i64) -> Result<i64, TicketError> {
    let (reader, sight) = (Reader::of(tx), Sight::of(tx));
    let seed = seed(tx, filter, &reader).map_err(too_slow)?;
    let matching = sql::condition(filter, &reader);
    let count = sql::count(seed.as_ref(), sql::half(filter), &matching, &sight, most);
    let found = tx.all_of::<(i64,)>("a filter's count", &count).map_err(too_slow)?;
    Ok(found.first().map_or(0, |(count,)| *count))
}

/// The smallest of the seeds, where one is small.
fn seed(conn: &mut Conn, filter: &Filter, reader: &Reader) -> db::Result<Option<Composed>> {
    let mut best: Option<(i64, Composed)> = None;
    for seed in sql::seeds(filter, reader) {
        let most = best.as_ref().map_or(SEED_MOST, |(size, _)| *size);
        let found = conn.all_of::<(i64,)>("a filter's seed", &sql::size_of(&seed, most + 1))?;
        let size = found.first().map_or(0, |(size,)| *size);
        if size <= most {
            best = Some((size, seed));
        }
    }
    Ok(best.map(|(_, seed)| seed))
}
