//! Periods of a contract, and what of each is used, goes over and costs more. No I/O.
use super::{Terms, Unit};
use jiff::{ToSpan, civil::Date};

/// A period: from its first day until the day after its last.
#[derive(Clone, Copy, Debug)]
pub struct Period<'t> {
    pub from: Date,
    /// Not included.
    pub until: Date,
    pub terms: &'t Terms,
}

/// The periods that begin on `last` or before, oldest first.
///
/// A period is so many whole months from the first day of its terms: from the 31st, the last day of a shorter month.
/// Where other terms begin, or the contract ends, the period that runs ends as well.
///
/// * `terms` – by their first days.
/// * `ends` – the last day of the contract.
pub fn periods(terms: &[Terms], ends: Option<Date>, last: Date) -> Vec<Period<'_>> {
    let mut found = Vec::new();
    let day_after = |day: Date| day.tomorrow().unwrap_or(Date::MAX);
    let end = ends.map_or(Date::MAX, day_after);
    for (at, version) in terms.iter().enumerate() {
        let until = terms.get(at + 1).map_or(end, |next| next.begins().min(end));
        let begins = version.begins();
        // From the first day each time: a short month must not make all later ones begin earlier.
        let start = |n: i64| begins.checked_add((n * version.period.months()).months()).unwrap_or(Date::MAX);
        for n in 0.. {
            let (from, next) = (start(n), start(n + 1).min(until));
            if from >= until || from > last || from == Date::MAX {
                break;
            }
            found.push(Period { from, until: next, terms: version });
        }
    }
    found
}

/// The first and the last day of so many whole months, from the first of a month `from` months after `day`.
pub fn whole_months(day: Date, from: i64, length: i64) -> Option<(Date, Date)> {
    let begins = day.first_of_month().checked_add(from.months()).ok()?;
    let ends = begins.checked_add(length.months()).ok()?.yesterday().ok()?;
    Some((begins, ends))
}

/// What of one thing a period has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub unit: Unit,
    pub included: i64,
    /// What the period before left over.
    pub carried: i64,
    pub used: i64,
    /// What is left of this period's own; it goes over up to the limit of its terms.
    pub unused: i64,
    /// Of one more; of time, of an hour.
    pub price: Option<i64>,
}
impl Account {
    pub fn available(&self) -> i64 {
        self.included + self.carried
    }
    pub fn over(&self) -> i64 {
        (self.used - self.available()).max(0)
    }
    pub fn left(&self) -> i64 {
        (self.available() - self.used).max(0)
    }
    /// What the overage costs, in minor units: of time by the minute, half a unit is one more.
    pub fn amount(&self) -> Option<i64> {
        let price = self.price?;
        Some(match self.unit {
            Unit::Time => (self.over() * price + 30) / 60,
            Unit::Tickets | Unit::Calls => self.over() * price,
        })
    }
    /// How much is used, in percent, cut off; 100 of nothing.
    pub fn percent(&self) -> i64 {
        match self.available() {
            0 if self.used == 0 => 0,
            0 => 100,
            available => self.used * 100 / available,
        }
    }
}

/// The accounts of each period, in the order of the periods.
///
/// What is left over goes over up to the limit of the terms under which it was left. It is used before what is new, and lapses with the end of the period into which it went over.
///
/// * `used` – how much of it in a period.
pub fn accounts(periods: &[Period], used: impl Fn(&Period, Unit) -> i64) -> Vec<Vec<Account>> {
    let mut goes_over: [i64; 3] = [0; 3];
    let mut all = Vec::with_capacity(periods.len());
    for period in periods {
        let mut of_period = Vec::new();
        for unit in Unit::ALL {
            let before = &mut goes_over[*unit as usize];
            let Some(included) = period.terms.included(*unit) else {
                *before = 0;
                continue;
            };
            let carried = *before;
            let used = used(period, *unit);
            let unused = (included - (used - carried).max(0)).max(0);
            *before = unused.min(period.terms.rollover(*unit));
            let price = period.terms.price(*unit);
            of_period.push(Account { unit: *unit, included, carried, used, unused, price });
        }
        all.push(of_period);
    }
    all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::contracts::terms::Length;
    use jiff::civil::date;
    use kernel::{clock::Millis, id::Id};
    use proptest::prelude::*;

    pub fn terms(begins: &str, tickets: Option<i64>, minutes: Option<i64>, calls: Option<i64>) -> Terms {
        Terms {
            id: Id::new(1),
            contract_id: Id::new(1),
            begins_on: begins.into(),
            policy_id: None,
            calendar_id: None,
            period: Length::Month,
            tickets,
            minutes,
            calls,
            rollover_tickets: 0,
            rollover_minutes: 0,
            rollover_calls: 0,
            price_ticket: Some(1_250),
            price_hour: Some(9_000),
            price_call: None,
            currency: "EUR".into(),
            created_at_ms: Millis(0),
        }
    }
    fn spans(periods: &[Period]) -> Vec<(String, String)> {
        periods.iter().map(|period| (period.from.to_string(), period.until.to_string())).collect()
    }
    fn pair(from: &str, until: &str) -> (String, String) {
        (from.into(), until.into())
    }

    #[test]
    fn periods_are_whole_months_from_the_first_day() {
        let all = [terms("2026-01-31", Some(1), None, None)];
        let found = periods(&all, None, date(2026, 4, 30));
        assert_eq!(
            spans(&found),
            [
                pair("2026-01-31", "2026-02-28"),
                pair("2026-02-28", "2026-03-31"),
                pair("2026-03-31", "2026-04-30"),
                pair("2026-04-30", "2026-05-31")
            ]
        );
        let year = [Terms { period: Length::Year, ..terms("2024-02-29", Some(1), None, None) }];
        assert_eq!(
            spans(&periods(&year, None, date(2025, 3, 1))),
            [pair("2024-02-29", "2025-02-28"), pair("2025-02-28", "2026-02-28")]
        );
    }
    #[test]
    fn other_terms_and_the_end_cut_a_period_off() {
        let all = [terms("2026-01-01", Some(1), None, None), terms("2026-02-10", Some(5), None, None)];
        let found = periods(&all, Some(date(2026, 3, 31)), date(2027, 1, 1));
        assert_eq!(
            spans(&found),
            [
                pair("2026-01-01", "2026-02-01"),
                pair("2026-02-01", "2026-02-10"),
                pair("2026-02-10", "2026-03-10"),
                pair("2026-03-10", "2026-04-01")
            ]
        );
        assert_eq!((found[1].terms.tickets, found[2].terms.tickets), (Some(1), Some(5)));
        assert!(periods(&all, None, date(2025, 12, 31)).is_empty());
    }
    #[test]
    fn what_is_left_goes_over_once_up_to_its_limit() {
        let all = [Terms { rollover_tickets: 4, ..terms("2026-01-01", Some(10), None, None) }];
        let found = periods(&all, None, date(2026, 4, 1));
        let used = [3, 12, 13, 20];
        let of = accounts(&found, |period, _| used[(period.from.month() - 1) as usize]);
        let told: Vec<_> =
            of.iter().map(|it| (it[0].carried, it[0].over(), it[0].left(), it[0].unused)).collect();
        // Seven were left, four go over; of February's own two are left (12 used, 4 of them from January).
        assert_eq!(told, [(0, 0, 7, 7), (4, 0, 2, 2), (2, 1, 0, 0), (0, 10, 0, 0)]);
        assert_eq!((of[2][0].amount(), of[3][0].amount()), (Some(1_250), Some(12_500)));
        assert_eq!(of[1][0].percent(), 85);
    }
    #[test]
    fn other_terms_take_over_what_went_over_under_those_before() {
        let with =
            |begins, rollover| Terms { rollover_tickets: rollover, ..terms(begins, Some(10), None, None) };
        let carried = |before, after| {
            let all = [with("2026-01-01", before), with("2026-02-01", after)];
            let found = periods(&all, None, date(2026, 3, 1));
            accounts(&found, |_, _| 0).iter().map(|of| of[0].carried).collect::<Vec<_>>()
        };
        assert_eq!(carried(4, 0), [0, 4, 0], "what went over is not taken away by terms without rollover");
        assert_eq!(carried(0, 4), [0, 0, 4], "what had lapsed does not come back by terms with rollover");
    }
    #[test]
    fn time_is_charged_by_the_minute() {
        let account =
            |used, price| Account { unit: Unit::Time, included: 60, carried: 0, used, unused: 0, price };
        assert_eq!(account(61, Some(9_000)).amount(), Some(150));
        assert_eq!(account(61, Some(9_010)).amount(), Some(150), "150.17 is 150");
        assert_eq!(account(61, Some(9_030)).amount(), Some(151), "150.50 is 151");
        assert_eq!((account(60, Some(9_000)).amount(), account(99, None).amount()), (Some(0), None));
        let without = |used| Account { included: 0, ..account(used, None) }.percent();
        assert_eq!((without(0), without(1)), (0, 100), "nothing of nothing is no reason to tell anybody");
    }

    proptest! {
        /// Whatever is used: nothing is made or lost, and no more goes over than the limit.
        #[test]
        fn what_is_included_is_used_left_or_lapsed(
            included in 0..50i64, rollover in 0..60i64, used in prop::collection::vec(0..120i64, 1..20),
        ) {
            let all = [Terms { rollover_tickets: rollover, ..terms("2026-01-01", Some(included), None, None) }];
            let last = date(2026, 1, 1).checked_add(((used.len() - 1) as i64).months()).unwrap();
            let found = periods(&all, None, last);
            prop_assert_eq!(found.len(), used.len());
            let at = |period: &Period| {
                ((period.from.year() - 2026) as usize) * 12 + (period.from.month() - 1) as usize
            };
            let of = accounts(&found, |period, _| used[at(period)]);
            let mut before = 0;
            for (n, account) in of.iter().map(|it| it[0]).enumerate() {
                prop_assert_eq!(account.used, used[n]);
                prop_assert!(account.carried <= rollover && account.carried <= before && account.carried <= included);
                prop_assert_eq!(account.available() + account.over(), account.used + account.left());
                prop_assert!(account.over() == 0 || account.left() == 0);
                prop_assert!(account.unused <= included && account.unused <= account.left());
                before = account.unused;
            }
        }
    }
}
