//! What an absence is. No I/O.
use derive::Record;
use jiff::{civil::Date, tz::TimeZone};
use kernel::{
    clock::{DAY, Millis},
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::authority::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Nobody is away for longer without saying so anew.
const LONGEST_MS: i64 = 2 * 366 * DAY;

/// A row of the table, with the deputy's name.
#[derive(Clone, Debug, PartialEq, Record)]
pub struct Absence {
    pub user_id: Id<User>,
    pub from_ms: Millis,
    /// Not included: midnight after the last day.
    pub until_ms: Millis,
    pub deputy_id: Option<Id<User>>,
    pub deputy_name: Option<String>,
}
impl Absence {
    pub fn is_now(&self, now: Millis) -> bool {
        self.from_ms <= now && now < self.until_ms
    }
    /// An instant on the last day, to be shown as a date.
    pub fn last_day(&self) -> Millis {
        self.until_ms.plus(-1)
    }
}

/// Untrusted input, from the form or the API alike. Days are those of the person's own time zone.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAbsence)]
pub struct Draft {
    /// The first day, e.g. `2026-12-21`.
    pub from: String,
    /// The last day; it is included.
    pub to: String,
    /// Who stands in; nobody where it is left out.
    #[schema(value_type = Option<String>)]
    pub deputy: Option<Id<User>>,
}

/// A draft that passed. That the deputy is there is for the action to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAbsence {
    pub(super) from: Millis,
    pub(super) until: Millis,
    pub(super) deputy: Option<Id<User>>,
}

/// Midnight at which a day of this zone begins.
fn begin(day: Date, zone: &TimeZone) -> Option<Millis> {
    let at = day.to_zoned(zone.clone()).ok()?;
    Some(Millis(at.timestamp().as_millisecond()))
}
/// The day that the wall shows at an instant, as a form's field has it.
pub fn day(at: Millis, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).date().to_string()
}

impl Draft {
    /// * `me` – nobody is their own deputy.
    /// * errors – 422 with every mistake.
    pub fn parse(&self, me: Id<User>, zone: &TimeZone, now: Millis) -> Result<NewAbsence, Problem> {
        let mut mistakes = Mistakes::default();
        let mut read = |field: &str, text: &str| -> Option<Date> {
            let found = text.trim().parse::<Date>().ok().filter(|day| (2000..3000).contains(&day.year()));
            let code = if text.trim().is_empty() { "required" } else { "date" };
            mistakes.require(found.is_some(), field, code);
            found
        };
        let (from, to) = (read("from", &self.from), read("to", &self.to));
        let from = from.and_then(|day| begin(day, zone));
        let until = to.and_then(|day| day.tomorrow().ok()).and_then(|day| begin(day, zone));
        if let (Some(from), Some(until)) = (from, until) {
            mistakes.require(from < until, "to", "before_from");
            mistakes.require(until > now, "to", "time_is_over");
            mistakes.require(until.0 - from.0 <= LONGEST_MS, "to", "time_too_far");
        }
        mistakes.require(self.deputy != Some(me), "deputy", "own_deputy");
        mistakes.check()?;
        let (Some(from), Some(until)) = (from, until) else { return Err(Problem::internal()) };
        Ok(NewAbsence { from, until, deputy: self.deputy })
    }
}

/// Whether standing in would come back to `me`: who is away at the same time hands over to the next, and so on.
///
/// * `of` – the absence of a deputy, if there is one.
pub fn is_loop<E>(
    me: Id<User>,
    new: &NewAbsence,
    mut of: impl FnMut(Id<User>) -> Result<Option<Absence>, E>,
) -> Result<bool, E> {
    let (mut from, mut until, mut next, mut seen) = (new.from, new.until, new.deputy, vec![me]);
    while let Some(deputy) = next {
        if seen.contains(&deputy) {
            return Ok(true);
        }
        seen.push(deputy);
        let Some(away) = of(deputy)? else { return Ok(false) };
        (from, until) = (from.max(away.from_ms), until.min(away.until_ms));
        if from >= until {
            return Ok(false);
        }
        next = away.deputy_id;
    }
    Ok(false)
}

#[cfg(test)]
mod unit {
    use super::*;

    const NOW: Millis = Millis(1_795_417_200_000);
    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }
    fn draft(from: &str, to: &str) -> Draft {
        Draft { from: from.into(), to: to.into(), deputy: Some(Id::new(2)) }
    }

    #[test]
    fn the_last_day_is_included_and_days_are_those_of_the_person() {
        let new = draft("2026-11-24", "2026-11-25").parse(Id::new(1), &berlin(), NOW).unwrap();
        assert_eq!(new.from.to_string(), "2026-11-23T23:00:00.000Z");
        assert_eq!(new.until.to_string(), "2026-11-25T23:00:00.000Z");
        assert_eq!(day(new.until.plus(-1), &berlin()), "2026-11-25");
    }
    #[test]
    fn every_mistake_is_named() {
        let codes = |draft: Draft| -> Vec<_> {
            let problem = draft.parse(Id::new(1), &berlin(), NOW).unwrap_err();
            problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
        };
        let own = Draft { deputy: Some(Id::new(1)), ..draft("", "x") };
        assert_eq!(
            codes(own),
            [("/from".into(), "required"), ("/to".into(), "date"), ("/deputy".into(), "own_deputy")]
        );
        assert_eq!(codes(draft("2026-12-02", "2026-12-01")), [("/to".into(), "before_from")]);
        assert_eq!(codes(draft("2026-11-01", "2026-11-02")), [("/to".into(), "time_is_over")]);
        assert_eq!(codes(draft("2026-11-24", "2036-11-02")), [("/to".into(), "time_too_far")]);
    }
    #[test]
    fn standing_in_for_each_other_is_a_loop_only_at_the_same_time() {
        let away = |user: i64, from: i64, until: i64, deputy: i64| Absence {
            user_id: Id::new(user),
            from_ms: Millis(from),
            until_ms: Millis(until),
            deputy_id: Some(Id::new(deputy)),
            deputy_name: None,
        };
        let all = [away(2, 10, 20, 3), away(3, 15, 30, 1), away(4, 40, 50, 1)];
        let of = |user: Id<User>| Ok::<_, ()>(all.iter().find(|one| one.user_id == user).cloned());
        let new = |from, until, deputy| NewAbsence {
            from: Millis(from),
            until: Millis(until),
            deputy: Some(Id::new(deputy)),
        };
        let me = Id::new(1);
        assert!(is_loop(me, &new(12, 18, 2), of).unwrap(), "2 hands over to 3, and 3 to 1");
        assert!(!is_loop(me, &new(10, 14, 2), of).unwrap(), "3 is there until 15");
        assert!(!is_loop(me, &new(12, 18, 4), of).unwrap(), "4 is away later");
        assert!(!is_loop(me, &NewAbsence { deputy: None, ..new(0, 99, 2) }, of).unwrap());
    }
}
