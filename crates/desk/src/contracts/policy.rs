//! What a contract is and what may be agreed. No I/O.
use super::terms::{NewTerms, TermsDraft, day, read_day};
use crate::{
    filter::{Condition, Filter, tree::Holder},
    sla::subject::{self, Subject},
    tickets::{Channel, Kind, Priority},
};
use derive::Record;
use jiff::civil::Date;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::{Contact, Inbox, Organisation, User};
use serde::Deserialize;
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_MOST: usize = 120;
/// The most organisations, and the most people, of one contract.
const MANY: usize = 500;
/// Ten years.
const NOTICE_MOST: i64 = 3_660;

/// Whose tickets a contract covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(as = ContractCovers, rename_all = "snake_case")]
pub enum Covers {
    /// Everybody of its organisations.
    #[default]
    Everybody,
    /// The people that it names.
    Named,
}
platform::words! { Covers { Everybody = "everybody", Named = "named" } }

/// A row of `contract` with its owner's name.
#[derive(Clone, Debug, Record)]
pub struct Contract {
    pub id: Id<Contract>,
    pub name: String,
    pub owner_id: Id<User>,
    pub owner_name: String,
    pub begins_on: String,
    pub ends_on: Option<String>,
    pub notice_days: Option<i64>,
    pub covers: Covers,
    pub services: String,
    pub inbox_id: Option<Id<Inbox>>,
    pub is_archived: bool,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
}
impl Contract {
    pub fn begins(&self) -> Date {
        day(&self.begins_on)
    }
    /// Its last day.
    pub fn ends(&self) -> Option<Date> {
        self.ends_on.as_deref().map(day)
    }
    /// The last day on which notice can be given; `None` without an end or a time of notice.
    pub fn notice_by(&self) -> Option<Date> {
        let days = self.notice_days?;
        self.ends()?.checked_sub(jiff::Span::new().try_days(days).ok()?).ok()
    }
    /// Where it stands on a day.
    pub fn state(&self, today: Date) -> State {
        match () {
            () if self.is_archived => State::Archived,
            () if today < self.begins() => State::Ahead,
            () if self.ends().is_some_and(|ends| ends < today) => State::Over,
            () if self.notice_by().is_some_and(|by| by < today) => State::Ending,
            () => State::Running,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = ContractState, rename_all = "snake_case")]
pub enum State {
    Ahead,
    Running,
    /// It runs, and the last day for notice is over.
    Ending,
    Over,
    Archived,
}
platform::words! { State {
    Ahead = "ahead", Running = "running", Ending = "ending", Over = "over", Archived = "archived",
} }

/// A new contract with its first terms. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContract)]
pub struct Draft {
    pub name: String,
    #[schema(value_type = Vec<String>)]
    pub organisations: Vec<Id<Organisation>>,
    /// Who hears of it; left out: who adds it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Id<User>>,
    /// The first day, e.g. `2027-01-01`.
    pub begins_on: String,
    /// The last day; `null`: until further notice.
    #[serde(default)]
    pub ends_on: Option<String>,
    /// So many days before the end notice has to be given.
    #[serde(default)]
    pub notice_days: Option<i64>,
    /// `everybody` of the organisations unless given, or `named`. Where two contracts cover somebody, the one that names
    /// them counts.
    #[serde(default)]
    #[schema(value_type = Option<Covers>)]
    pub covers: Option<Covers>,
    /// People of the organisations, where it covers only those that it names.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub contacts: Vec<Id<Contact>>,
    /// Which tickets: the filter language with the fields `priority`, `type`, `channel` and `team`, e.g.
    /// `type:incident,problem`. Empty is all.
    #[serde(default)]
    pub services: String,
    /// The inbox from which answers to its tickets go out; `null`: from where they would anyway.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub inbox: Option<Id<Inbox>>,
    pub terms: TermsDraft,
}

/// What changes; what is left out stays. Terms change by adding others from a day on.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractChanges)]
pub struct Changes {
    pub name: Option<String>,
    #[schema(value_type = Option<Vec<String>>)]
    pub organisations: Option<Vec<Id<Organisation>>>,
    #[schema(value_type = Option<String>)]
    pub owner: Option<Id<User>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub ends_on: Option<Option<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<i64>)]
    pub notice_days: Option<Option<i64>>,
    #[schema(value_type = Option<Covers>)]
    pub covers: Option<Covers>,
    #[schema(value_type = Option<Vec<String>>)]
    pub contacts: Option<Vec<Id<Contact>>>,
    pub services: Option<String>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub inbox: Option<Option<Id<Inbox>>>,
    /// An archived contract covers nothing more; its statements stay.
    pub is_archived: Option<bool>,
}

/// What a contract covers and until when, checked.
#[derive(Clone, Debug)]
pub struct NewContract {
    pub(super) name: String,
    pub(super) organisations: Vec<Id<Organisation>>,
    pub(super) owner: Option<Id<User>>,
    pub(super) begins: Date,
    pub(super) ends: Option<Date>,
    pub(super) notice_days: Option<i64>,
    pub(super) covers: Covers,
    pub(super) contacts: Vec<Id<Contact>>,
    pub(super) services: Filter,
    pub(super) inbox: Option<Id<Inbox>>,
    pub(super) is_archived: bool,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<(NewContract, NewTerms), Problem> {
        let mut mistakes = Mistakes::default();
        let terms = self.terms.clone();
        let new = self.check(&mut mistakes, false);
        let begins = new.as_ref().map_or(Some(Date::MIN), |new| Some(new.begins));
        let stands_apart = terms.begins_on.as_deref().map(str::trim).filter(|day| !day.is_empty());
        let is_same = stands_apart.is_none() || stands_apart.and_then(read_day) == begins;
        mistakes.require(is_same || new.is_none(), "terms/begins_on", "terms_with_contract");
        match terms.parse(begins, "terms/") {
            Ok(terms) => {
                mistakes.check()?;
                Ok((new.ok_or_else(Problem::internal)?, terms))
            }
            Err(problem) => {
                mistakes.join_all(&problem.fields);
                mistakes.check()?;
                Err(problem)
            }
        }
    }
    /// All but the terms.
    pub(super) fn check(self, mistakes: &mut Mistakes, is_archived: bool) -> Option<NewContract> {
        let before = mistakes.len();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let sorted = |mut ids: Vec<i64>| {
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let organisations = sorted(self.organisations.into_iter().map(Id::number).collect());
        // One that is out of use may have lost its clients since.
        mistakes.require(is_archived || !organisations.is_empty(), "organisations", "required");
        mistakes.require(organisations.len() <= MANY, "organisations", "too_long");
        let begins = read_day(self.begins_on.trim());
        let code = if self.begins_on.trim().is_empty() { "required" } else { "date" };
        mistakes.require(begins.is_some(), "begins_on", code);
        let given = self.ends_on.as_deref().map(str::trim).filter(|day| !day.is_empty());
        let ends = given.and_then(read_day);
        mistakes.require(given.is_none() || ends.is_some(), "ends_on", "date");
        if let (Some(begins), Some(ends)) = (begins, ends) {
            mistakes.require(begins <= ends, "ends_on", "end_before_begin");
        }
        let notice = self.notice_days;
        mistakes.require(notice.is_none_or(|days| days >= 0), "notice_days", "negative");
        mistakes.require(notice.is_none_or(|days| days <= NOTICE_MOST), "notice_days", "too_large_number");
        mistakes.require(notice.is_none() || given.is_some(), "notice_days", "notice_without_end");
        let covers = self.covers.unwrap_or_default();
        let contacts = sorted(self.contacts.into_iter().map(Id::number).collect());
        if covers == Covers::Named {
            mistakes.require(is_archived || !contacts.is_empty(), "contacts", "required");
        }
        mistakes.require(contacts.len() <= MANY, "contacts", "too_long");
        let services = services(&self.services);
        if let Err(code) = services {
            mistakes.add("services", code);
        }
        if mistakes.len() > before {
            return None;
        }
        Some(NewContract {
            name,
            organisations: organisations.into_iter().map(Id::new).collect(),
            owner: self.owner,
            begins: begins?,
            ends,
            notice_days: notice,
            covers,
            contacts: match covers {
                Covers::Named => contacts.into_iter().map(Id::new).collect(),
                Covers::Everybody => Vec::new(),
            },
            services: services.ok()?,
            inbox: self.inbox,
            is_archived,
        })
    }
}
impl Changes {
    /// The whole as it shall be; `organisations` and `contacts` are those that it has.
    pub(super) fn apply(
        self,
        to: &Contract,
        organisations: Vec<Id<Organisation>>,
        contacts: Vec<Id<Contact>>,
    ) -> (Draft, bool) {
        let draft = Draft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            organisations: self.organisations.unwrap_or(organisations),
            owner: Some(self.owner.unwrap_or(to.owner_id)),
            begins_on: to.begins_on.clone(),
            ends_on: self.ends_on.unwrap_or_else(|| to.ends_on.clone()),
            notice_days: self.notice_days.unwrap_or(to.notice_days),
            covers: Some(self.covers.unwrap_or(to.covers)),
            contacts: self.contacts.unwrap_or(contacts),
            services: self.services.unwrap_or_else(|| to.services.clone()),
            inbox: self.inbox.unwrap_or(to.inbox_id),
            terms: TermsDraft::default(),
        };
        (draft, self.is_archived.unwrap_or(to.is_archived))
    }
}

/// Which tickets a contract is for: what can be asked of a promise as well, but for organisations, of which it has its own.
///
/// * errors – the code of the mistake.
pub fn services(text: &str) -> Result<Filter, &'static str> {
    let filter = subject::filter(text).map_err(|_| "services")?;
    let names_organisations =
        filter.conditions().into_iter().any(|condition| matches!(condition, Condition::Organisation(_)));
    if names_organisations { Err("services_organisation") } else { Ok(filter) }
}

/// Whether there is a kind of ticket that both are for.
///
/// What such a filter asks has few values: all are tried, with the teams that one of them names and one that neither does.
pub fn meet(one: &Filter, other: &Filter) -> bool {
    let mut teams: Vec<i64> = vec![0];
    for condition in one.conditions().into_iter().chain(other.conditions()) {
        if let Condition::Team(list) = condition {
            teams.extend(
                list.iter().filter_map(|holder| if let Holder::Id(id) = holder { Some(*id) } else { None }),
            );
        }
    }
    teams.push(teams.iter().max().unwrap_or(&0) + 1);
    let kinds = Kind::ALL.iter().flat_map(|kind| Channel::ALL.iter().map(move |channel| (*kind, *channel)));
    let mut all = kinds.flat_map(|(kind, channel)| Priority::ALL.map(|priority| (kind, channel, priority)));
    all.any(|(kind, channel, priority)| {
        teams.iter().any(|team| {
            let subject = Subject {
                priority,
                kind,
                channel,
                team: Id::new(*team),
                organisation: None,
                requester: Id::new(0),
            };
            subject.matches(one) && subject.matches(other)
        })
    })
}

/// Whether two terms have a day in common. Last days are included.
pub fn share_a_day(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    let ends_before =
        |(_, end): (Date, Option<Date>), (begin, _): (Date, Option<Date>)| end.is_some_and(|end| end < begin);
    !ends_before(one, other) && !ends_before(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn draft() -> Draft {
        Draft {
            name: "Gold".into(),
            organisations: vec![Id::new(1)],
            begins_on: "2026-01-01".into(),
            terms: TermsDraft { currency: "EUR".into(), ..TermsDraft::default() },
            ..Draft::default()
        }
    }
    fn mistakes(draft: Draft) -> Vec<(String, &'static str)> {
        let fields = draft.parse().unwrap_err().fields.into_iter();
        fields.map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn every_mistake_is_named() {
        assert!(draft().parse().is_ok());
        let bad = Draft {
            name: " ".into(),
            organisations: Vec::new(),
            ends_on: Some("2025-12-31".into()),
            notice_days: Some(-1),
            covers: Some(Covers::Named),
            services: "colour:red".into(),
            terms: TermsDraft { tickets: Some(-1), currency: "EURO".into(), ..TermsDraft::default() },
            ..draft()
        };
        let expected = [
            ("/name", "required"),
            ("/organisations", "required"),
            ("/ends_on", "end_before_begin"),
            ("/notice_days", "negative"),
            ("/contacts", "required"),
            ("/services", "services"),
            ("/terms/tickets", "negative"),
            ("/terms/currency", "unknown_currency"),
        ];
        assert_eq!(mistakes(bad), expected.map(|(at, code)| (at.to_owned(), code)));
        let other = Draft { services: "organisation:1".into(), ..draft() };
        assert_eq!(mistakes(other), [("/services".into(), "services_organisation")]);
        let apart = TermsDraft { begins_on: Some("2026-02-01".into()), ..draft().terms };
        assert_eq!(
            mistakes(Draft { terms: apart, ..draft() }),
            [("/terms/begins_on".into(), "terms_with_contract")]
        );
        let notice = Draft { notice_days: Some(30), ..draft() };
        assert_eq!(mistakes(notice), [("/notice_days".into(), "notice_without_end")]);
    }
    #[test]
    fn services_meet_where_one_ticket_fits_both() {
        let meets = |one: &str, other: &str| meet(&services(one).unwrap(), &services(other).unwrap());
        assert!(meets("", "") && meets("", "type:incident") && meets("type:incident", "channel:phone"));
        assert!(!meets("type:incident", "type:order") && !meets("type:incident", "-type:incident"));
        assert!(meets("team:3", "team:3,4") && !meets("team:3", "team:4") && meets("team:3", "-team:4"));
        assert!(!meets("team:none", "team:3") && meets("team:none", "-team:3"));
        assert!(!meets("priority:high type:order", "priority:low or type:incident"));
    }
    #[test]
    fn a_term_is_from_its_first_to_its_last_day() {
        let (a, b, c) = (date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1));
        assert!(share_a_day((a, Some(b)), (b, None)) && share_a_day((a, None), (c, None)));
        assert!(!share_a_day((a, Some(b)), (c, None)) && !share_a_day((c, None), (a, Some(b))));
    }
    #[test]
    fn a_contract_says_where_it_stands() {
        let contract = |ends: Option<&str>, notice_days| Contract {
            id: Id::new(1),
            name: "Gold".into(),
            owner_id: Id::new(1),
            owner_name: "Ada".into(),
            begins_on: "2026-01-01".into(),
            ends_on: ends.map(str::to_owned),
            notice_days,
            covers: Covers::Everybody,
            services: String::new(),
            inbox_id: None,
            is_archived: false,
            created_at_ms: Millis(0),
            updated_at_ms: Millis(0),
        };
        let one = contract(Some("2026-12-31"), Some(90));
        assert_eq!(one.notice_by(), Some(date(2026, 10, 2)));
        let at = |day| one.state(day);
        assert_eq!(at(date(2025, 12, 31)), State::Ahead);
        assert_eq!(at(date(2026, 10, 2)), State::Running, "the last day for notice is one");
        assert_eq!(at(date(2026, 10, 3)), State::Ending);
        assert_eq!(at(date(2026, 12, 31)), State::Ending);
        assert_eq!(at(date(2027, 1, 1)), State::Over);
        assert_eq!(contract(None, None).state(date(2099, 1, 1)), State::Running);
    }
}
