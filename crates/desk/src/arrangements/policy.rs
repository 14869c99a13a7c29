//! What can be arranged and what is refused. No I/O.
use crate::{
    conversation::Message,
    statuses::Status,
    tickets::{Category, Ticket, policy::SUBJECT_MOST},
};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::events::Recorded;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A row of the table `arrangement`.
pub enum Arrangement {}

/// What can be taken back, as people and programs name it: `a12`, or the number of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Arrangement(Id<Arrangement>),
    Event(Id<Recorded>),
}
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Change::Arrangement(id) => write!(f, "a{id}"),
            Change::Event(id) => write!(f, "{id}"),
        }
    }
}
impl FromStr for Change {
    type Err = Problem;
    fn from_str(word: &str) -> Result<Change, Problem> {
        let found = match word.strip_prefix('a') {
            Some(id) => id.parse().map(Change::Arrangement),
            None => word.parse().map(Change::Event),
        };
        found.map_err(|_| Problem::not_found())
    }
}
impl Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let word = String::deserialize(input)?;
        word.parse().map_err(|_| serde::de::Error::custom("no change"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Merge,
    Split,
    Move,
    Link,
    Solve,
}
platform::words! { Kind { Merge = "merge", Split = "split", Move = "move", Link = "link", Solve = "solve" } }

/// Why messages went from one ticket to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    Merge,
    Split,
    Move,
    /// Something of these was taken back.
    Undo,
}
platform::words! { Because { Merge = "merge", Split = "split", Move = "move", Undo = "undo" } }

/// What the source of a link is to its target, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Related,
    Blocks,
    Duplicate,
    Child,
}
platform::words! { Link { Related = "related", Blocks = "blocks", Duplicate = "duplicate", Child = "child" } }
impl Link {
    /// Whether a chain of such links must not come back to its beginning.
    pub const fn has_order(self) -> bool {
        !matches!(self, Link::Related)
    }
}

/// What one ticket is to another, seen from either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum LinkWord {
    Related,
    Blocks,
    BlockedBy,
    DuplicateOf,
    HasDuplicate,
    /// It is a part of the other.
    ChildOf,
    ParentOf,
}
platform::words! { LinkWord {
    Related = "related", Blocks = "blocks", BlockedBy = "blocked_by", DuplicateOf = "duplicate_of",
    HasDuplicate = "has_duplicate", ChildOf = "child_of", ParentOf = "parent_of",
} }
impl LinkWord {
    /// The stored link, and whether the ticket that it is said of is its source.
    pub const fn stored(self) -> (Link, bool) {
        match self {
            LinkWord::Related => (Link::Related, true),
            LinkWord::Blocks => (Link::Blocks, true),
            LinkWord::BlockedBy => (Link::Blocks, false),
            LinkWord::DuplicateOf => (Link::Duplicate, true),
            LinkWord::HasDuplicate => (Link::Duplicate, false),
            LinkWord::ChildOf => (Link::Child, true),
            LinkWord::ParentOf => (Link::Child, false),
        }
    }
    pub const fn of(link: Link, is_source: bool) -> LinkWord {
        match (link, is_source) {
            (Link::Related, _) => LinkWord::Related,
            (Link::Blocks, true) => LinkWord::Blocks,
            (Link::Blocks, false) => LinkWord::BlockedBy,
            (Link::Duplicate, true) => LinkWord::DuplicateOf,
            (Link::Duplicate, false) => LinkWord::HasDuplicate,
            (Link::Child, true) => LinkWord::ChildOf,
            (Link::Child, false) => LinkWord::ParentOf,
        }
    }
}

/// An arrangement as it is stored.
#[derive(Clone, Debug, Record)]
pub struct Arranged {
    pub id: Id<Arrangement>,
    pub kind: Kind,
    pub source_id: Id<Ticket>,
    pub target_id: Id<Ticket>,
    pub link: Option<Link>,
    pub detail: String,
    pub done_by: String,
    pub done_at_ms: Millis,
    pub undone_at_ms: Option<Millis>,
}
impl Arranged {
    pub fn is_undone(&self) -> bool {
        self.undone_at_ms.is_some()
    }
    pub fn change(&self) -> Change {
        Change::Arrangement(self.id)
    }
}

/// What a merged ticket was before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Before {
    pub status: Id<Status>,
    pub category: Category,
    pub solved_at: Option<Millis>,
    pub reopened: i64,
    /// The newest message of the desk at that time.
    pub newest: Id<Message>,
}
/// What a child was before it was solved with its parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChildBefore {
    pub ticket: Id<Ticket>,
    pub status: Id<Status>,
    /// What it was given.
    pub solved: Id<Status>,
}

/// Why something cannot be arranged. Each has words of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not there, or not to be seen.
    Unknown(&'static str),
    /// To be seen, but not to be changed.
    BeyondYours,
    IntoItself,
    /// The other one was merged into this one.
    Cycle,
    IntoMerged,
    IntoClosed,
    MoveIntoItself,
    /// Every message was chosen.
    NothingLeft,
    NoMessage,
    NoSuchMessage,
    LinkToItself,
    LinkExists,
    LinkCycle,
    HasParent,
    NoSuchChild,
    Undone,
}
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Unknown(field) => Problem::field(field, "unknown_ticket"),
            Refusal::BeyondYours => Problem::new(403, "ticket_beyond_yours"),
            Refusal::IntoItself => Problem::conflict("merge_into_itself"),
            Refusal::Cycle => Problem::conflict("merge_cycle"),
            Refusal::IntoMerged => Problem::conflict("into_merged"),
            Refusal::IntoClosed => Problem::conflict("into_closed"),
            Refusal::MoveIntoItself => Problem::conflict("move_into_itself"),
            Refusal::NothingLeft => Problem::conflict("nothing_left"),
            Refusal::NoMessage => Problem::field("messages", "required"),
            Refusal::NoSuchMessage => Problem::field("messages", "unknown_id"),
            Refusal::LinkToItself => Problem::conflict("link_to_itself"),
            Refusal::LinkExists => Problem::conflict("link_exists"),
            Refusal::LinkCycle => Problem::conflict("link_cycle"),
            Refusal::HasParent => Problem::conflict("has_parent"),
            Refusal::NoSuchChild => Problem::field("children", "unknown_ticket"),
            Refusal::Undone => Problem::conflict("change_undone"),
        }
    }
}
impl From<Refusal> for crate::tickets::TicketError {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

/// Messages that become a ticket of their own. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitDraft {
    #[schema(value_type = Vec<String>)]
    pub messages: Vec<Id<Message>>,
    /// Left out: the subject of the first of them.
    pub subject: Option<String>,
}
/// One that passed.
pub struct Split {
    pub messages: Vec<Id<Message>>,
    pub subject: Option<String>,
}
impl SplitDraft {
    pub fn parse(self) -> Result<Split, Problem> {
        let mut mistakes = Mistakes::default();
        let subject = self.subject.as_deref().map(|subject| text::one_line(subject, SUBJECT_MOST + 1));
        let subject = subject.filter(|subject| !subject.is_empty());
        let is_short = subject.as_deref().is_none_or(|subject| subject.chars().count() <= SUBJECT_MOST);
        mistakes.require(is_short, "subject", "too_long");
        mistakes.check()?;
        Ok(Split { messages: each_once(self.messages), subject })
    }
}
/// In the order of their numbers.
pub fn each_once(mut messages: Vec<Id<Message>>) -> Vec<Id<Message>> {
    messages.sort();
    messages.dedup();
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_written_as_it_is_read() {
        for word in ["a12", "7"] {
            assert_eq!(word.parse::<Change>().unwrap().to_string(), word);
        }
        for bad in ["", "a", "b3", "a-", "12a"] {
            assert!(bad.parse::<Change>().is_err(), "{bad}");
        }
    }
    #[test]
    fn a_link_is_the_same_from_both_sides() {
        for word in LinkWord::ALL {
            let (link, is_source) = word.stored();
            assert_eq!(LinkWord::of(link, is_source), *word);
            let (other, is_other_source) = LinkWord::of(link, !is_source).stored();
            assert!(other == link && (link == Link::Related || is_other_source != is_source));
        }
    }
}
