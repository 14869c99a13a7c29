//! What a ticket template is. Types and rules.
use crate::{
    checklists::Checklist,
    sharing::{FOLDER_MOST, NAME_MOST, Share, Shared},
    tickets::{
        Kind, Priority,
        policy::{SUBJECT_MOST, TEXT_MOST, tags},
    },
};
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::{Team, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a ticket begins with; what is left out is as ever.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = TicketTemplateContent)]
pub struct Content {
    pub subject: String,
    pub text: String,
    #[serde(rename = "type")]
    #[schema(value_type = Option<Kind>)]
    pub kind: Option<Kind>,
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Priority>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    /// `me` is whoever opens the ticket; a user's id; nobody in particular where it is left out.
    pub assignee: Option<String>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Value>,
    /// Checklists that are put on the ticket.
    #[schema(value_type = Vec<String>)]
    pub checklists: Vec<Id<Checklist>>,
}
impl Content {
    /// Who has the ticket at first, where `me` opens it.
    pub fn assignee(&self, me: Option<Id<User>>) -> Option<Id<User>> {
        match self.assignee.as_deref()? {
            "me" => me,
            id => id.parse().ok(),
        }
    }
    fn check(mut self, mistakes: &mut Mistakes) -> Content {
        self.subject = text::one_line(&self.subject, SUBJECT_MOST + 1);
        mistakes.require(self.subject.chars().count() <= SUBJECT_MOST, "subject", "too_long");
        self.text = self.text.replace("\r\n", "\n").replace('\0', "").trim_end().to_owned();
        mistakes.require(self.text.len() <= TEXT_MOST, "text", "too_long");
        self.assignee = self.assignee.filter(|word| !word.is_empty());
        let is_known =
            self.assignee.as_deref().is_none_or(|word| word == "me" || word.parse::<Id<User>>().is_ok());
        mistakes.require(is_known, "assignee", "unknown_word");
        self.tags = tags(&self.tags, mistakes);
        self.checklists.sort();
        self.checklists.dedup();
        mistakes.require(self.checklists.len() <= 10, "checklists", "too_long");
        self
    }
}

/// A row of the table `ticket_template`.
#[derive(Clone, Debug, Record)]
pub struct TicketTemplate {
    pub id: Id<TicketTemplate>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    pub owner_id: Option<Id<User>>,
    pub team_id: Option<Id<Team>>,
    pub team_name: Option<String>,
    /// JSON: a [`Content`].
    pub content: String,
    pub is_archived: bool,
}
impl TicketTemplate {
    pub fn shared(&self) -> Shared {
        Shared { share: self.share, owner_id: self.owner_id, team_id: self.team_id }
    }
    pub fn content(&self) -> Content {
        serde_json::from_str(&self.content).unwrap_or_default()
    }
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicketTemplate)]
pub struct Draft {
    pub name: String,
    #[serde(default)]
    pub folder: String,
    /// `own` where it is left out.
    #[serde(default)]
    pub share: Share,
    /// With whom it is shared.
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    #[serde(default)]
    pub content: Content,
}
/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketTemplateChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub folder: Option<String>,
    pub share: Option<Share>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub content: Option<Content>,
    pub is_archived: Option<bool>,
}
impl Changes {
    pub(super) fn over(self, row: &TicketTemplate) -> Draft {
        let share = self.share.unwrap_or(row.share);
        Draft {
            name: self.name.unwrap_or_else(|| row.name.clone()),
            folder: self.folder.unwrap_or_else(|| row.folder.clone()),
            share,
            team: self.team.or(row.team_id).filter(|_| share == Share::Team),
            content: self.content.unwrap_or_else(|| row.content()),
        }
    }
}
/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewTemplate {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) share: Share,
    pub(super) team: Option<Id<Team>>,
    pub(super) content: Content,
}
impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewTemplate, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST + 1);
        mistakes.require(!name.is_empty(), "name", "required");
        mistakes.require(name.chars().count() <= NAME_MOST, "name", "too_long");
        let folder = text::one_line(&self.folder, FOLDER_MOST + 1);
        mistakes.require(folder.chars().count() <= FOLDER_MOST, "folder", "too_long");
        let content = self.content.check(&mut mistakes);
        mistakes.check()?;
        Ok(NewTemplate { name, folder, share: self.share, team: self.team, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_who_has_the_ticket() {
        let content = |word: &str| Content { assignee: Some(word.into()), ..Content::default() };
        assert_eq!(content("me").assignee(Some(Id::new(7))), Some(Id::new(7)));
        assert_eq!(content("12").assignee(Some(Id::new(7))), Some(Id::new(12)));
        let draft = Draft { name: "Move".into(), content: content("somebody"), ..Draft::default() };
        assert_eq!(draft.parse().unwrap_err().fields[0].pointer, "/assignee");
        let empty = Draft { name: " ".into(), ..Draft::default() };
        assert_eq!(empty.parse().unwrap_err().fields[0].pointer, "/name");
    }
}
