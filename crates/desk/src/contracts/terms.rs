//! What holds from a day on: volume, prices, service level, hours. No I/O.
use super::Contract;
use crate::{calendars::Calendar, sla::Policy};
use derive::Record;
use jiff::civil::Date;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    money::Currency,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// More is a mistake: a million tickets, or as many minutes as 500 years have.
const VOLUME_MOST: i64 = 1_000_000;
const MINUTES_MOST: i64 = 60 * VOLUME_MOST;
/// The highest price, in minor units.
const PRICE_MOST: i64 = 1_000_000_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(as = ContractUnit, rename_all = "snake_case")]
pub enum Unit {
    Tickets,
    /// In minutes.
    Time,
    /// Tickets that came by phone.
    Calls,
}
platform::words! { Unit { Tickets = "tickets", Time = "time", Calls = "calls" } }

/// For how long a volume lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(as = ContractPeriod, rename_all = "snake_case")]
pub enum Length {
    #[default]
    Month,
    Quarter,
    Year,
}
platform::words! { Length { Month = "month", Quarter = "quarter", Year = "year" } }
impl Length {
    pub fn months(self) -> i64 {
        match self {
            Length::Month => 1,
            Length::Quarter => 3,
            Length::Year => 12,
        }
    }
}

/// A row of `contract_terms`.
#[derive(Clone, Debug, Record)]
pub struct Terms {
    pub id: Id<Terms>,
    pub contract_id: Id<Contract>,
    pub begins_on: String,
    pub policy_id: Option<Id<Policy>>,
    pub calendar_id: Option<Id<Calendar>>,
    pub period: Length,
    pub tickets: Option<i64>,
    pub minutes: Option<i64>,
    pub calls: Option<i64>,
    pub rollover_tickets: i64,
    pub rollover_minutes: i64,
    pub rollover_calls: i64,
    pub price_ticket: Option<i64>,
    pub price_hour: Option<i64>,
    pub price_call: Option<i64>,
    pub currency: String,
    pub created_at_ms: Millis,
}
impl Terms {
    pub fn begins(&self) -> Date {
        day(&self.begins_on)
    }
    /// What is included in a period; `None` is not counted.
    pub fn included(&self, unit: Unit) -> Option<i64> {
        match unit {
            Unit::Tickets => self.tickets,
            Unit::Time => self.minutes,
            Unit::Calls => self.calls,
        }
    }
    /// So much goes over at most.
    pub fn rollover(&self, unit: Unit) -> i64 {
        match unit {
            Unit::Tickets => self.rollover_tickets,
            Unit::Time => self.rollover_minutes,
            Unit::Calls => self.rollover_calls,
        }
    }
    /// Of one more; of time, of one more hour.
    pub fn price(&self, unit: Unit) -> Option<i64> {
        match unit {
            Unit::Tickets => self.price_ticket,
            Unit::Time => self.price_hour,
            Unit::Calls => self.price_call,
        }
    }
    /// As what a ticket counts: one that came by phone is a call where calls are counted.
    pub fn counts_as(&self, is_call: bool) -> Option<Unit> {
        match (is_call, self.calls, self.tickets) {
            (true, Some(_), _) => Some(Unit::Calls),
            (_, _, Some(_)) => Some(Unit::Tickets),
            _ => None,
        }
    }
    pub fn has_volume(&self) -> bool {
        Unit::ALL.iter().any(|unit| self.included(*unit).is_some())
    }
    pub fn draft(&self) -> TermsDraft {
        TermsDraft {
            begins_on: Some(self.begins_on.clone()),
            policy: self.policy_id,
            calendar: self.calendar_id,
            period: Some(self.period),
            tickets: self.tickets,
            minutes: self.minutes,
            calls: self.calls,
            rollover_tickets: Some(self.rollover_tickets),
            rollover_minutes: Some(self.rollover_minutes),
            rollover_calls: Some(self.rollover_calls),
            price_ticket: self.price_ticket,
            price_hour: self.price_hour,
            price_call: self.price_call,
            currency: self.currency.clone(),
        }
    }
}
/// A day that was stored.
pub fn day(text: &str) -> Date {
    text.parse().unwrap_or(Date::MIN)
}
/// A day as people give it: `2026-11-26`.
pub fn read_day(text: &str) -> Option<Date> {
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10)?;
    (1970..3000).contains(&day.year()).then_some(day)
}

/// What shall hold from a day on. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContractTerms)]
pub struct TermsDraft {
    /// The first day, e.g. `2027-01-01`; of the first terms it is the first day of the contract.
    #[serde(default)]
    pub begins_on: Option<String>,
    /// The SLA policy of the contract's tickets; `null`: the first whose filter matches, as for others.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub policy: Option<Id<Policy>>,
    /// By whose hours its promises count.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    /// `month` unless given, or `quarter`, `year`: counted from the first day of these terms.
    #[serde(default)]
    #[schema(value_type = Option<Length>)]
    pub period: Option<Length>,
    /// Included in each period; `null` is not counted.
    #[serde(default)]
    pub tickets: Option<i64>,
    #[serde(default)]
    pub minutes: Option<i64>,
    /// Tickets that came by phone. Where they are counted they are no tickets.
    #[serde(default)]
    pub calls: Option<i64>,
    /// So much of what was not used goes over into the next period at most; nothing unless given.
    #[serde(default)]
    pub rollover_tickets: Option<i64>,
    #[serde(default)]
    pub rollover_minutes: Option<i64>,
    #[serde(default)]
    pub rollover_calls: Option<i64>,
    /// The price of one more, in minor units of the currency.
    #[serde(default)]
    pub price_ticket: Option<i64>,
    #[serde(default)]
    pub price_hour: Option<i64>,
    #[serde(default)]
    pub price_call: Option<i64>,
    /// ISO 4217, e.g. `EUR`.
    #[serde(default)]
    pub currency: String,
}

/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewTerms {
    pub(super) begins: Date,
    pub(super) policy: Option<Id<Policy>>,
    pub(super) calendar: Option<Id<Calendar>>,
    pub(super) period: Length,
    pub(super) tickets: Option<i64>,
    pub(super) minutes: Option<i64>,
    pub(super) calls: Option<i64>,
    pub(super) rollover: [i64; 3],
    pub(super) prices: [Option<i64>; 3],
    pub(super) currency: &'static str,
}

impl TermsDraft {
    /// Reports every mistake at once.
    ///
    /// * `begins` – the first day where the draft does not say it.
    /// * `at` – stands before the names of the fields: `terms/` within a contract.
    pub fn parse(self, begins: Option<Date>, at: &str) -> Result<NewTerms, Problem> {
        let mut mistakes = Mistakes::default();
        let given = self.begins_on.as_deref().map(str::trim).filter(|day| !day.is_empty());
        let read = given.map_or(begins, read_day);
        let code = if given.is_none() { "required" } else { "date" };
        mistakes.require(read.is_some(), &format!("{at}begins_on"), code);
        let mut number = |given: Option<i64>, most: i64, field: &str| {
            let Some(given) = given else { return };
            mistakes.require(given >= 0, &format!("{at}{field}"), "negative");
            mistakes.require(given <= most, &format!("{at}{field}"), "too_large_number");
        };
        for (value, most, field) in [
            (self.tickets, VOLUME_MOST, "tickets"),
            (self.minutes, MINUTES_MOST, "minutes"),
            (self.calls, VOLUME_MOST, "calls"),
            (self.rollover_tickets, VOLUME_MOST, "rollover_tickets"),
            (self.rollover_minutes, MINUTES_MOST, "rollover_minutes"),
            (self.rollover_calls, VOLUME_MOST, "rollover_calls"),
            (self.price_ticket, PRICE_MOST, "price_ticket"),
            (self.price_hour, PRICE_MOST, "price_hour"),
            (self.price_call, PRICE_MOST, "price_call"),
        ] {
            number(value, most, field);
        }
        // What is not included at all can neither go over nor be exceeded.
        for (volume, rollover, price, name) in [
            (self.tickets, self.rollover_tickets, self.price_ticket, ("rollover_tickets", "price_ticket")),
            (self.minutes, self.rollover_minutes, self.price_hour, ("rollover_minutes", "price_hour")),
            (self.calls, self.rollover_calls, self.price_call, ("rollover_calls", "price_call")),
        ] {
            let is_idle = volume.is_some() || rollover.unwrap_or(0) == 0;
            mistakes.require(is_idle, &format!("{at}{}", name.0), "without_volume");
            mistakes.require(
                volume.is_some() || price.is_none(),
                &format!("{at}{}", name.1),
                "without_volume",
            );
        }
        let currency = Currency::find(&self.currency);
        let code = self.currency.trim();
        mistakes.require(
            currency.is_some(),
            &format!("{at}currency"),
            if code.is_empty() { "required" } else { "unknown_currency" },
        );
        mistakes.check()?;
        let (Some(begins), Some(currency)) = (read, currency) else { return Err(Problem::internal()) };
        let rollover = [self.rollover_tickets, self.rollover_minutes, self.rollover_calls];
        Ok(NewTerms {
            begins,
            policy: self.policy,
            calendar: self.calendar,
            period: self.period.unwrap_or_default(),
            tickets: self.tickets,
            minutes: self.minutes,
            calls: self.calls,
            rollover: rollover.map(|given| given.unwrap_or(0)),
            prices: [self.price_ticket, self.price_hour, self.price_call],
            currency: currency.code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_mistake_is_named() {
        let bad = TermsDraft {
            begins_on: Some("soon".into()),
            tickets: Some(-1),
            rollover_minutes: Some(60),
            price_call: Some(5),
            price_ticket: Some(-5),
            currency: "EURO".into(),
            ..TermsDraft::default()
        };
        let fields = bad.parse(None, "terms/").unwrap_err().fields;
        let found: Vec<_> = fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
        assert_eq!(
            found,
            [
                ("/terms/begins_on", "date"),
                ("/terms/tickets", "negative"),
                ("/terms/price_ticket", "negative"),
                ("/terms/rollover_minutes", "without_volume"),
                ("/terms/price_call", "without_volume"),
                ("/terms/currency", "unknown_currency"),
            ]
        );
    }
    #[test]
    fn a_call_is_no_ticket_where_calls_are_counted() {
        let draft =
            |tickets, calls| TermsDraft { tickets, calls, currency: "eur".into(), ..TermsDraft::default() };
        let new = draft(Some(1), None).parse(Some(date(2026, 1, 1)), "").unwrap();
        assert_eq!((new.currency, new.period, new.begins), ("EUR", Length::Month, date(2026, 1, 1)));
        let counts = |tickets, calls, is_call| {
            let terms = super::super::period::tests::terms("2026-01-01", tickets, None, calls);
            terms.counts_as(is_call)
        };
        assert_eq!(counts(Some(1), Some(1), true), Some(Unit::Calls));
        assert_eq!(counts(Some(1), Some(1), false), Some(Unit::Tickets));
        assert_eq!(counts(Some(1), None, true), Some(Unit::Tickets));
        assert_eq!((counts(None, Some(1), false), counts(None, None, true)), (None, None));
    }
}
