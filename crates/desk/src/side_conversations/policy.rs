//! What a side conversation is. Types and rules.
use crate::{
    attachments::Attachment,
    tickets::{
        Ticket,
        policy::{SUBJECT_MOST, TEXT_MOST},
    },
};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::User;
use serde::Deserialize;
use utoipa::ToSchema;

/// To so many people one side conversation goes at most.
pub const PEOPLE_MOST: usize = 20;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = SideConversationState, rename_all = "snake_case")]
pub enum State {
    /// The others have to answer.
    Waiting,
    /// They have, and nobody of us has written since.
    Answered,
    Closed,
}
platform::words! { State { Waiting = "waiting", Answered = "answered", Closed = "closed" } }
impl State {
    pub fn is_open(&self) -> bool {
        *self != State::Closed
    }
}

/// A row of the table `side_conversation`, with who asked.
#[derive(Clone, Debug, Record)]
pub struct SideConversation {
    pub id: Id<SideConversation>,
    pub ticket_id: Id<Ticket>,
    pub subject: String,
    pub state: State,
    pub asked_by: Id<User>,
    pub asked_by_name: String,
    pub created_at_ms: Millis,
    pub last_at_ms: Millis,
    pub closed_at_ms: Option<Millis>,
}

/// A new side conversation. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSideConversation)]
pub struct Draft {
    /// Addresses. Nobody who takes part in the ticket can be one of them.
    pub to: Vec<String>,
    pub subject: String,
    #[serde(default)]
    pub text: String,
    /// Files of the ticket that go along.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub files: Vec<Id<Attachment>>,
    /// Ids of uploads.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<Id<Attachment>>,
}
/// What one of us writes in a side conversation. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSideMessage)]
pub struct AnswerDraft {
    #[serde(default)]
    pub text: String,
    /// Addresses that are written to as well from now on.
    #[serde(default)]
    pub to: Vec<String>,
    /// Files of the ticket that go along.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub files: Vec<Id<Attachment>>,
    /// Ids of uploads.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<Id<Attachment>>,
}
/// Closes a side conversation, or opens it again. Untrusted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SideConversationChanges)]
pub struct Changes {
    pub is_closed: bool,
}

/// Words and files that passed.
#[derive(Clone, Debug)]
pub struct Letter {
    pub(super) to: Vec<String>,
    pub(super) text: String,
    pub(super) files: Vec<Id<Attachment>>,
    pub(super) attachments: Vec<Id<Attachment>>,
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewSide {
    pub(super) subject: String,
    pub(super) letter: Letter,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewSide, Problem> {
        let mut mistakes = Mistakes::default();
        let subject = text::one_line(&self.subject, SUBJECT_MOST + 1);
        mistakes.require(!subject.is_empty(), "subject", "required");
        mistakes.require(subject.chars().count() <= SUBJECT_MOST, "subject", "too_long");
        mistakes.require(!self.to.is_empty(), "to", "required");
        let draft =
            AnswerDraft { text: self.text, to: self.to, files: self.files, attachments: self.attachments };
        let letter = draft.check(&mut mistakes);
        mistakes.check()?;
        Ok(NewSide { subject, letter })
    }
}
impl AnswerDraft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<Letter, Problem> {
        let mut mistakes = Mistakes::default();
        let letter = self.check(&mut mistakes);
        mistakes.check()?;
        Ok(letter)
    }
    fn check(self, mistakes: &mut Mistakes) -> Letter {
        let text = self.text.replace("\r\n", "\n").replace('\0', "").trim_end().to_owned();
        mistakes.require(!text.trim().is_empty(), "text", "required");
        mistakes.require(text.len() <= TEXT_MOST, "text", "too_long");
        let given: Vec<_> = self.to.iter().map(|address| text::email(address)).collect();
        for (index, address) in given.iter().enumerate() {
            mistakes.require(address.is_some(), &format!("to/{index}"), "email");
        }
        let mut to: Vec<_> = given.into_iter().flatten().collect();
        to.sort();
        to.dedup();
        mistakes.require(to.len() <= PEOPLE_MOST, "to", "too_long");
        let sorted = |mut ids: Vec<Id<Attachment>>| {
            ids.sort();
            ids.dedup();
            ids
        };
        Letter { to, text, files: sorted(self.files), attachments: sorted(self.attachments) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_conversation_has_a_subject_words_and_somebody_to_write_to() {
        let wrong = |draft: Draft| -> Vec<_> {
            let problem = draft.parse().unwrap_err();
            problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
        };
        let nothing = [("/subject", "required"), ("/to", "required"), ("/text", "required")];
        assert_eq!(wrong(Draft::default()), nothing.map(|(pointer, code)| (pointer.to_owned(), code)));
        let draft = |to: &[&str]| Draft {
            subject: "Spare part".into(),
            text: "Do you have one?".into(),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            ..Draft::default()
        };
        assert_eq!(wrong(draft(&["parts@x.org", "nobody"])), [("/to/1".to_owned(), "email")]);
        let new = draft(&["B@x.org", "a@x.org", "b@x.org"]).parse().unwrap();
        assert_eq!(new.letter.to, ["a@x.org", "b@x.org"], "each counts once");
    }
}
