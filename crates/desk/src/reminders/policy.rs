//! What a reminder is. Types and rules.
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
/// Nobody keeps more of them in their head either.
pub const OPEN_MOST: i64 = 500;

/// A row of the table `reminder` with its ticket's subject. The ticket is the one that its number leads to.
#[derive(Clone, Debug, Record)]
pub struct Reminder {
    pub id: Id<Reminder>,
    pub ticket_id: Id<Ticket>,
    pub subject: String,
    pub note: String,
    pub due_at_ms: Millis,
    pub created_at_ms: Millis,
    pub done_at_ms: Option<Millis>,
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReminder)]
pub struct Draft {
    #[serde(default)]
    pub note: String,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderChanges)]
pub struct Changes {
    pub note: Option<String>,
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Millis>,
    pub is_done: Option<bool>,
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewReminder {
    pub(super) note: String,
    pub(super) due_at: Millis,
}
impl Draft {
    /// * errors – 422 with every mistake.
    pub fn parse(self, now: Millis) -> Result<NewReminder, Problem> {
        let mut mistakes = Mistakes::default();
        let note = text::one_line(&self.note, NOTE_MOST + 1);
        mistakes.require(note.chars().count() <= NOTE_MOST, "note", "too_long");
        match self.due_at.map(|due| check_ahead("due_at", due, now)) {
            None => mistakes.add("due_at", "required"),
            Some(Err(problem)) => mistakes.join_all(&problem.fields),
            Some(Ok(())) => {}
        }
        mistakes.check()?;
        Ok(NewReminder { note, due_at: self.due_at.unwrap_or(now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_has_a_time_ahead() {
        let now = Millis(1_795_615_500_000);
        let codes = |due_at: Option<Millis>| -> Vec<_> {
            let problem = Draft { note: "x".repeat(501), due_at }.parse(now).unwrap_err();
            problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
        };
        let note = ("/note".to_owned(), "too_long");
        assert_eq!(codes(None), [note.clone(), ("/due_at".to_owned(), "required")]);
        assert_eq!(codes(Some(now)), [note, ("/due_at".to_owned(), "time_is_over")]);
    }
}
