//! Until when a ticket rests. Types and rules.
use crate::{moments::check_ahead, tickets::Ticket};
use derive::Record;
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::authority::User;
use serde::Deserialize;
use utoipa::ToSchema;

/// What brought a ticket back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Time,
    /// The customer wrote.
    Message,
    /// Somebody here wanted it back.
    Person,
    /// It is solved or closed.
    Done,
}
platform::words! { Why { Time = "time", Message = "message", Person = "person", Done = "done" } }

/// A row of the table `ticket_snooze`.
#[derive(Clone, Debug, Record)]
pub struct Snooze {
    pub ticket_id: Id<Ticket>,
    pub until_ms: Option<Millis>,
    pub wakes_on_message: bool,
    pub by_user: Id<User>,
    pub since_ms: Millis,
}

/// Untrusted input of the API.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSnooze)]
pub struct Draft {
    /// Left out: until the customer writes.
    #[schema(value_type = Option<String>)]
    pub until: Option<Millis>,
    /// Whether a message of the customer wakes it before. True where it is left out.
    pub until_message: Option<bool>,
}

/// A draft that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSnooze {
    pub(super) until: Option<Millis>,
    pub(super) wakes_on_message: bool,
}
impl NewSnooze {
    /// * errors – 422 for a time that is over or too far away, and for a ticket that nothing would wake.
    pub fn new(until: Option<Millis>, wakes_on_message: bool, now: Millis) -> Result<NewSnooze, Problem> {
        if let Some(until) = until {
            check_ahead("until", until, now)?;
        }
        if until.is_none() && !wakes_on_message {
            return Err(Problem::field("until", "required"));
        }
        Ok(NewSnooze { until, wakes_on_message })
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::LONGEST_MS;

    /// Wednesday 2026-11-25, 14:05 UTC.
    const NOW: Millis = Millis(1_795_615_500_000);

    #[test]
    fn something_wakes_it_and_not_in_the_past() {
        assert!(NewSnooze::new(None, true, NOW).is_ok());
        assert!(NewSnooze::new(Some(NOW.plus(1)), false, NOW).is_ok());
        for (until, wakes) in [(None, false), (Some(NOW), true), (Some(NOW.plus(LONGEST_MS + 1)), true)] {
            assert!(NewSnooze::new(until, wakes, NOW).is_err(), "{until:?}");
        }
    }
}
