//! What of a contract is used: from its tickets and the time spent on them, each time anew.
use super::{
    Contract, Terms, Unit, cover,
    period::{Account, Period, accounts, periods},
    store,
};
use jiff::{civil::Date, tz::TimeZone};
use kernel::clock::Millis;
use platform::db::{Conn, Result};
use std::collections::BTreeMap;

/// One period with its accounts.
#[derive(Clone, Debug)]
pub struct Used {
    pub from: Date,
    /// Not included.
    pub until: Date,
    pub currency: String,
    pub accounts: Vec<Account>,
}
impl Used {
    /// Its last day.
    pub fn last(&self) -> Date {
        self.until.yesterday().unwrap_or(self.until)
    }
    /// What all overage together costs; `None` where nothing has a price.
    pub fn amount(&self) -> Option<i64> {
        let priced: Vec<_> = self.accounts.iter().filter_map(Account::amount).collect();
        (!priced.is_empty()).then(|| priced.into_iter().sum())
    }
}

/// The first moment of a day.
pub fn start(day: Date, zone: &TimeZone) -> Millis {
    let zoned = day.to_zoned(zone.clone());
    Millis(zoned.map_or(i64::MAX, |at| at.timestamp().as_millisecond()))
}

/// All periods that began on `last` or before, oldest first; with two statements.
///
/// * `since` – only those that end later; `None` for all. Where terms let something go over, all are computed.
pub fn of(
    conn: &mut Conn,
    contract: &Contract,
    terms: &[Terms],
    since: Option<Date>,
    last: Date,
) -> Result<Vec<Used>> {
    let zone = cover::zone(conn)?;
    let mut found = periods(terms, contract.ends(), last);
    let goes_over = |period: &Period| Unit::ALL.iter().any(|unit| period.terms.rollover(*unit) > 0);
    if let Some(since) = since
        && !found.iter().any(goes_over)
    {
        found.retain(|period| since < period.until);
    }
    let (Some(first), Some(end)) = (found.first().map(|it| it.from), found.last().map(|it| it.until)) else {
        return Ok(Vec::new());
    };
    // Which period a day is in: the one that began last.
    let at = |day: Date| found.partition_point(|period| period.from <= day).checked_sub(1);
    let mut used: BTreeMap<(usize, Unit), i64> = BTreeMap::new();
    for (came, is_call) in store::came(conn, contract.id, (start(first, &zone), start(end, &zone)))? {
        let Some(period) = at(cover::date(came, &zone)) else { continue };
        if let Some(unit) = found[period].terms.counts_as(is_call) {
            *used.entry((period, unit)).or_default() += 1;
        }
    }
    for (day, minutes) in store::spent(conn, contract.id, (&first.to_string(), &end.to_string()))? {
        let Some(period) = at(super::terms::day(&day)) else { continue };
        *used.entry((period, Unit::Time)).or_default() += minutes;
    }
    let of =
        |period: &Period, unit| at(period.from).and_then(|at| used.get(&(at, unit))).copied().unwrap_or(0);
    let all = accounts(&found, of);
    let each = found.iter().zip(all).map(|(period, accounts)| Used {
        from: period.from,
        until: period.until,
        currency: period.terms.currency.clone(),
        accounts,
    });
    Ok(each.filter(|used| since.is_none_or(|since| since < used.until)).collect())
}

/// The period that a day is in.
pub fn on(conn: &mut Conn, contract: &Contract, terms: &[Terms], day: Date) -> Result<Option<Used>> {
    let found = of(conn, contract, terms, Some(day), day)?;
    Ok(found.into_iter().next_back().filter(|used| used.from <= day && day < used.until))
}
