//! Which contract covers a ticket.
//!
//! The contract has the ticket's organisation and services and was in force on the day on which the ticket came. One that
//! names who asks comes before one for everybody; of several, which can only come of people that were merged since, the
//! oldest counts. The choice depends on nothing else.
use super::{
    Contract,
    policy::{self, Covers},
    store,
    terms::day,
};
use crate::{filter::Filter, sla::Policy, sla::subject::Subject};
use jiff::{civil::Date, tz::TimeZone};
use kernel::{clock::Millis, id::Id};
use platform::{
    authority::Organisation,
    db::{Conn, Result},
    settings,
};

/// A contract in use, as far as it matters to which tickets it covers and what is promised to them.
#[derive(Clone, Debug)]
pub struct Covering {
    pub id: Id<Contract>,
    pub name: String,
    pub covers: Covers,
    pub services: Filter,
    pub begins: Date,
    pub ends: Option<Date>,
    pub organisations: Vec<Id<Organisation>>,
    /// By their first days.
    pub versions: Vec<Version>,
}
/// What terms say about promises.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    pub begins: Date,
    pub policy: Option<Id<Policy>>,
    pub calendar: Option<Id<crate::calendars::Calendar>>,
}
impl Covering {
    pub fn is_in_force(&self, on: Date) -> bool {
        self.begins <= on && self.ends.is_none_or(|ends| on <= ends)
    }
    /// The terms that hold on a day; before the first, the first.
    pub fn version(&self, on: Date) -> Option<&Version> {
        let begun = self.versions.iter().rev().find(|version| version.begins <= on);
        begun.or(self.versions.first())
    }
}

/// All contracts in use, by id, with three statements.
pub fn load(conn: &mut Conn) -> Result<Vec<Covering>> {
    let contracts = store::in_use(conn)?;
    if contracts.is_empty() {
        return Ok(Vec::new());
    }
    let (organisations, terms) = (store::all_organisations(conn)?, store::all_versions(conn)?);
    let covering = |contract: store::InUse| Covering {
        id: contract.id,
        name: contract.name,
        covers: contract.covers,
        services: policy::services(&contract.services).unwrap_or_else(|_| Filter::not(Filter::default())),
        begins: day(&contract.begins_on),
        ends: contract.ends_on.as_deref().map(day),
        organisations: organisations.iter().filter(|(id, _)| *id == contract.id).map(|(_, of)| *of).collect(),
        versions: terms
            .iter()
            .filter(|version| version.contract_id == contract.id)
            .map(|it| Version { begins: day(&it.begins_on), policy: it.policy_id, calendar: it.calendar_id })
            .collect(),
    };
    Ok(contracts.into_iter().map(covering).collect())
}

/// A ticket's contract, and the day whose terms hold for it.
pub struct Covered<'c> {
    pub contract: &'c Covering,
    pub today: Date,
}
/// The contract that a ticket has from now on.
#[derive(Clone, Debug)]
pub struct Applied {
    pub contract: Id<Contract>,
    pub name: String,
}
impl Covered<'_> {
    pub fn applied(&self) -> Applied {
        Applied { contract: self.contract.id, name: self.contract.name.clone() }
    }
}

/// The zone in which days of contracts begin: the desk's.
pub fn zone(conn: &mut Conn) -> Result<TimeZone> {
    let name = settings::get(conn, "default_zone")?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}
pub fn date(at: Millis, zone: &TimeZone) -> Date {
    at.timestamp().to_zoned(zone.clone()).date()
}
/// The day it is at the desk.
pub fn today<P>(tx: &mut platform::authority::Tx<P>) -> Result<Date> {
    let now = tx.now();
    Ok(date(now, &zone(tx)?))
}

/// The contract of a ticket that came at `came`. No statement where no contract has the organisation; else one, and one
/// more where a contract names people.
pub fn choose<'c, P>(
    tx: &mut platform::authority::Tx<P>,
    all: &'c [Covering],
    subject: &Subject,
    came: Millis,
) -> Result<Option<Covered<'c>>> {
    let Some(organisation) = subject.organisation else { return Ok(None) };
    let fits = |contract: &&Covering| {
        contract.organisations.contains(&organisation) && subject.matches(&contract.services)
    };
    let mut found: Vec<_> = all.iter().filter(fits).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let (zone, now) = (zone(tx)?, tx.now());
    let day = date(came, &zone);
    found.retain(|contract| contract.is_in_force(day));
    let naming: Vec<_> =
        found.iter().filter(|it| it.covers == Covers::Named).map(|contract| contract.id).collect();
    let named = match naming.is_empty() {
        true => Vec::new(),
        false => store::naming(tx, &naming, subject.requester)?,
    };
    let by_name = found.iter().find(|contract| named.contains(&contract.id));
    let chosen = by_name.or_else(|| found.iter().find(|contract| contract.covers == Covers::Everybody));
    Ok(chosen.map(|contract| Covered { contract, today: date(now, &zone) }))
}
