//! What can be changed of many tickets at once. No I/O.
use crate::tickets::{Kind, Patch, Priority, Ticket, policy};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::authority::{Team, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Tickets of one step. More are a matter of several.
pub const MOST: usize = 10_000;
/// So many are changed while somebody waits; more are an errand.
pub const AT_ONCE: i64 = 100;
/// Tags of one ticket.
const TAGS_MOST: usize = 50;

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = BulkState, rename_all = "snake_case")]
pub enum State {
    Running,
    Done,
    /// A ticket could no longer be changed, and the rest was not asked for.
    Stopped,
    Undoing,
    Undone,
}
platform::words! { State {
    Running = "running", Done = "done", Stopped = "stopped", Undoing = "undoing", Undone = "undone",
} }
impl State {
    /// Whether work is under way.
    pub fn is_under_way(self) -> bool {
        matches!(self, State::Running | State::Undoing)
    }
}

/// What became of one ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Waiting,
    Changed,
    /// It was so already.
    Same,
    Refused,
    Undone,
    /// It could not be taken back.
    Kept,
}
platform::words! { Outcome {
    Waiting = "waiting", Changed = "changed", Same = "same", Refused = "refused", Undone = "undone", Kept = "kept",
} }

/// A step, as it is stored.
#[derive(Clone, Debug, Record)]
pub struct Bulk {
    pub id: Id<Bulk>,
    pub user_id: Id<User>,
    /// JSON of [`Changes`].
    pub changes: String,
    pub is_partial: bool,
    pub total: i64,
    pub state: State,
    pub created_at_ms: Millis,
    pub finished_at_ms: Option<Millis>,
}
impl Bulk {
    pub fn changes(&self) -> Changes {
        serde_json::from_str(&self.changes).unwrap_or_default()
    }
}

/// Which tickets: those that are named, or all of a list. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Selection {
    pub tickets: Vec<Id<Ticket>>,
    pub filter: Option<String>,
    pub view: Option<String>,
}
impl Selection {
    pub fn is_list(&self) -> bool {
        self.filter.is_some() || self.view.is_some()
    }
}

/// What shall become of the tickets. A field that is left out stays; `null` empties it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = BulkChanges)]
pub struct Changes {
    /// A status's id or code, or a category, which means its first status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Priority>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Kind>)]
    pub kind: Option<Kind>,
    #[serde(deserialize_with = "platform::web::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<Id<Team>>>,
    /// A user's id, or null for nobody.
    #[serde(deserialize_with = "platform::web::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Option<Id<User>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}
impl Changes {
    /// Normal form, or every mistake.
    ///
    /// * errors – 422: nothing to change, tags that are none, a tag that is to come and to go.
    pub fn parse(mut self) -> Result<Changes, Problem> {
        let mut mistakes = Mistakes::default();
        for (name, list) in [("add_tags", &mut self.add_tags), ("remove_tags", &mut self.remove_tags)] {
            let mut own = Mistakes::default();
            *list = policy::tags(list, &mut own);
            mistakes.require(own.is_empty(), name, "tag");
        }
        let is_both = self.add_tags.iter().any(|tag| self.remove_tags.contains(tag));
        mistakes.require(!is_both, "remove_tags", "tag_both");
        mistakes.require(self != Changes::default(), "changes", "required");
        mistakes.check()?;
        Ok(self)
    }
    /// The patch for a ticket that has these tags.
    ///
    /// * errors – a code: `too_many_tags`.
    pub fn patch(&self, tags: &[String]) -> Result<Patch, &'static str> {
        let mut after: Vec<String> = tags.iter().chain(&self.add_tags).cloned().collect();
        after.retain(|tag| !self.remove_tags.contains(tag));
        after.sort();
        after.dedup();
        if after.len() > TAGS_MOST && after.len() > tags.len() {
            return Err("too_many_tags");
        }
        let has_tags = !self.add_tags.is_empty() || !self.remove_tags.is_empty();
        Ok(Patch {
            status: self.status.clone(),
            priority: self.priority,
            kind: self.kind,
            team: self.team,
            assignee: self.assignee,
            tags: has_tags.then_some(after),
            ..Patch::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }
    #[test]
    fn tags_come_and_go_and_others_stay() {
        let changes =
            Changes { add_tags: list(&["VIP "]), remove_tags: list(&["old"]), ..Changes::default() };
        let changes = changes.parse().unwrap();
        assert_eq!(changes.patch(&list(&["it", "old"])).unwrap().tags, Some(list(&["it", "vip"])));
        let many: Vec<_> = (0..50).map(|n| format!("t{n}")).collect();
        assert_eq!(changes.patch(&many).unwrap_err(), "too_many_tags");
    }
    #[test]
    fn a_step_changes_something() {
        let problem = Changes::default().parse().unwrap_err();
        assert_eq!(problem.fields[0].pointer, "/changes");
        let both = Changes { add_tags: list(&["a"]), remove_tags: list(&["A"]), ..Changes::default() };
        assert_eq!(both.parse().unwrap_err().fields[0].code, "tag_both");
    }
    #[test]
    fn nobody_is_told_from_nothing_after_a_round_trip() {
        for text in [r#"{"assignee":null}"#, r#"{"team":"3"}"#, r#"{"status":"solved","add_tags":["a"]}"#] {
            let changes: Changes = serde_json::from_str(text).unwrap();
            let again: Changes = serde_json::from_str(&serde_json::to_string(&changes).unwrap()).unwrap();
            assert_eq!(changes, again, "{text}");
        }
        assert!(serde_json::from_str::<Changes>(r#"{"subject":"x"}"#).is_err());
    }
}
