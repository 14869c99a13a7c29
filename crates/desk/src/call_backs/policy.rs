//! What a promised call-back is. Types and rules.
use crate::{moments::check_ahead, tickets::Ticket};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

pub const NOTE_MOST: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = CallBackState, rename_all = "snake_case")]
pub enum State {
    /// Somebody has to call.
    Open,
    Reached,
    /// Nobody wants it any more.
    Dropped,
}
platform::words! { State { Open = "open", Reached = "reached", Dropped = "dropped" } }

/// A row of the table `call_back` with its ticket's subject and who promised it.
#[derive(Clone, Debug, Record)]
pub struct CallBack {
    pub id: Id<CallBack>,
    pub ticket_id: Id<Ticket>,
    pub subject: String,
    pub name: String,
    pub phone: String,
    pub note: String,
    pub due_at_ms: Millis,
    pub state: State,
    pub attempts: i64,
    pub promised_by_name: String,
    pub created_at_ms: Millis,
    pub ended_at_ms: Option<Millis>,
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCallBack)]
pub struct Draft {
    /// Left out: the requester.
    #[serde(default)]
    pub name: String,
    /// Left out: the requester's first number.
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub note: String,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
}

/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewCallBack {
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) note: String,
    pub(super) due_at: Millis,
}
impl Draft {
    /// `requester` and `number` stand for what was left out.
    ///
    /// * errors – 422 with every mistake.
    pub fn parse(self, requester: &str, number: Option<&str>, now: Millis) -> Result<NewCallBack, Problem> {
        let mut mistakes = Mistakes::default();
        let or =
            |text: &str, other: &str| if text.trim().is_empty() { other.to_owned() } else { text.to_owned() };
        let name = text::one_line(&or(&self.name, requester), 120);
        let phone = text::one_line(&or(&self.phone, number.unwrap_or_default()), 40);
        mistakes.require(!phone.is_empty(), "phone", "required");
        mistakes.require(phone.is_empty() || text::phone(&phone).is_some(), "phone", "phone");
        match self.due_at.map(|due| check_ahead("due_at", due, now)) {
            None => mistakes.add("due_at", "required"),
            Some(Err(problem)) => {
                for field in problem.fields {
                    mistakes.add("due_at", field.code);
                }
            }
            Some(Ok(())) => {}
        }
        mistakes.check()?;
        let note = text::one_line(&self.note, NOTE_MOST);
        Ok(NewCallBack { name, phone, note, due_at: self.due_at.unwrap_or(now) })
    }
}

/// What came of a call. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCallAttempt)]
pub struct Attempt {
    pub is_reached: bool,
    #[serde(default)]
    pub note: String,
    /// When to try again, where nobody was reached; left out: as promised.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_615_500_000);

    #[test]
    fn a_call_needs_a_number_and_a_time_ahead() {
        let due_at = Some(NOW.plus(60_000));
        let new = Draft { due_at, ..Draft::default() }.parse("Cy", Some("030 123456"), NOW).unwrap();
        assert_eq!((new.name.as_str(), new.phone.as_str()), ("Cy", "030 123456"));
        let mistakes = |draft: Draft| -> Vec<_> {
            let problem = draft.parse("Cy", None, NOW).unwrap_err();
            problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
        };
        assert_eq!(
            mistakes(Draft::default()),
            [("/phone".into(), "required"), ("/due_at".into(), "required")]
        );
        let bad = Draft { phone: "extension".into(), due_at: Some(NOW), ..Draft::default() };
        assert_eq!(mistakes(bad), [("/phone".into(), "phone"), ("/due_at".into(), "time_is_over")]);
    }
}
