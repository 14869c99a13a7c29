//! What a macro is. Types and rules; no database, no clock.
use crate::{
    canned::{CannedReply, Texts},
    sharing::{FOLDER_MOST, NAME_MOST, Share, Shared},
    tickets::{Kind, Priority},
};
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::{Team, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Nobody reads a longer list before pressing the button.
pub const STEPS_MOST: usize = 50;
/// The longest rest that a macro gives, in minutes: a year.
pub const SNOOZE_MOST: i64 = 366 * 24 * 60;

/// One thing that a macro does. Properties change together, in one change; what is said comes in its order, before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = MacroStep)]
pub enum Step {
    /// `to`: a status's id or code, or a category.
    Status {
        to: String,
    },
    /// `to`: `me`, `nobody` or a user's id.
    Assign {
        to: String,
    },
    /// `to`: a team's id, or null for none.
    Team {
        #[schema(value_type = Option<String>)]
        to: Option<Id<Team>>,
    },
    Priority {
        to: Priority,
    },
    Type {
        to: Kind,
    },
    AddTag {
        tag: String,
    },
    RemoveTag {
        tag: String,
    },
    /// One of the desk's own fields; null empties it.
    Field {
        key: String,
        #[schema(value_type = Object)]
        value: Value,
    },
    Note {
        text: String,
    },
    /// An answer in the customer's language: written here, or a canned reply. With `send` it goes out; without, it
    /// waits in the composer.
    Reply {
        #[serde(default)]
        texts: Texts,
        #[schema(value_type = Option<String>)]
        canned: Option<Id<CannedReply>>,
        #[serde(default)]
        send: bool,
    },
    /// Out of the lists for so long, or until the customer writes, or whichever comes first.
    Snooze {
        minutes: Option<i64>,
        until_message: bool,
    },
}
impl Step {
    /// What may be there only once; tags and fields may be there several times.
    fn noun(&self) -> Option<&'static str> {
        match self {
            Step::Status { .. } => Some("status"),
            Step::Assign { .. } => Some("assign"),
            Step::Team { .. } => Some("team"),
            Step::Priority { .. } => Some("priority"),
            Step::Type { .. } => Some("type"),
            Step::Note { .. } => Some("note"),
            Step::Reply { .. } => Some("reply"),
            Step::Snooze { .. } => Some("snooze"),
            Step::AddTag { .. } | Step::RemoveTag { .. } | Step::Field { .. } => None,
        }
    }
}

/// Where whoever applied it is afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Afterwards {
    /// At the same ticket.
    #[default]
    Stay,
    /// At the next one of the list.
    Next,
    List,
}
platform::words! { Afterwards { Stay = "stay", Next = "next", List = "list" } }

/// A row of the table `macro`.
#[derive(Clone, Debug, Record)]
pub struct Macro {
    pub id: Id<Macro>,
    pub name: String,
    pub folder: String,
    pub share: Share,
    pub owner_id: Option<Id<User>>,
    pub team_id: Option<Id<Team>>,
    pub team_name: Option<String>,
    /// A JSON list of [`Step`].
    pub steps: String,
    pub afterwards: Afterwards,
    pub is_archived: bool,
    pub uses: i64,
    pub last_used_at_ms: Option<Millis>,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
}
impl Macro {
    pub fn shared(&self) -> Shared {
        Shared { share: self.share, owner_id: self.owner_id, team_id: self.team_id }
    }
    pub fn steps(&self) -> Vec<Step> {
        serde_json::from_str(&self.steps).unwrap_or_default()
    }
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMacro)]
pub struct Draft {
    pub name: String,
    #[serde(default)]
    pub folder: String,
    /// `own` where it is left out.
    #[serde(default)]
    pub share: Share,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub steps: Vec<Step>,
    /// `stay` where it is left out.
    #[serde(default)]
    pub afterwards: Afterwards,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MacroChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub folder: Option<String>,
    pub share: Option<Share>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    /// Replaces all.
    pub steps: Option<Vec<Step>>,
    pub afterwards: Option<Afterwards>,
    /// True: nobody is offered it any more. False: it is offered again.
    pub is_archived: Option<bool>,
}

/// A draft that passed, but for what its steps name: that needs the database.
#[derive(Clone, Debug)]
pub struct NewMacro {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) share: Share,
    pub(super) team: Option<Id<Team>>,
    pub(super) steps: Vec<Step>,
    pub(super) afterwards: Afterwards,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewMacro, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        mistakes.require(self.share != Share::Team || self.team.is_some(), "team", "required");
        mistakes.require(!self.steps.is_empty(), "steps", "required");
        mistakes.require(self.steps.len() <= STEPS_MOST, "steps", "too_long");
        let mut steps: Vec<Step> = Vec::new();
        for (at, step) in self.steps.into_iter().enumerate() {
            let place = format!("steps/{at}");
            let is_twice = step.noun().is_some() && steps.iter().any(|other| other.noun() == step.noun());
            mistakes.require(!is_twice, &place, "step_twice");
            steps.push(tidy(step, &place, &mut mistakes));
        }
        mistakes.check()?;
        let folder = text::one_line(&self.folder, FOLDER_MOST);
        Ok(NewMacro { name, folder, share: self.share, team: self.team, steps, afterwards: self.afterwards })
    }
}

/// The normal form of a step.
fn tidy(step: Step, place: &str, mistakes: &mut Mistakes) -> Step {
    let mut tag = |tag: String| {
        let tag = text::one_line(&tag, 61).to_lowercase();
        let is_fine = !tag.is_empty() && tag.chars().count() <= 60 && !tag.contains(',');
        mistakes.require(is_fine, place, "tag");
        tag
    };
    match step {
        Step::AddTag { tag: given } => Step::AddTag { tag: tag(given) },
        Step::RemoveTag { tag: given } => Step::RemoveTag { tag: tag(given) },
        Step::Note { text } => {
            let text = text.replace('\0', "").trim().to_owned();
            mistakes.require(!text.is_empty(), place, "required");
            mistakes.require(text.len() <= crate::canned::policy::TEXT_MOST, place, "too_long");
            Step::Note { text }
        }
        Step::Reply { texts, canned, send } => {
            let texts = texts.parse(place, mistakes);
            mistakes.require(canned.is_some() != texts.each().next().is_some(), place, "step_text");
            Step::Reply { texts, canned, send }
        }
        Step::Snooze { minutes, until_message } => {
            mistakes.require(minutes.is_some() || until_message, place, "required");
            mistakes.require(minutes.is_none_or(|n| (1..=SNOOZE_MOST).contains(&n)), place, "time_too_far");
            Step::Snooze { minutes, until_message }
        }
        other => other,
    }
}

impl Changes {
    /// The whole as it shall be.
    pub fn over(self, row: &Macro) -> Draft {
        let share = self.share.unwrap_or(row.share);
        Draft {
            name: self.name.unwrap_or_else(|| row.name.clone()),
            folder: self.folder.unwrap_or_else(|| row.folder.clone()),
            share,
            team: self.team.or(row.team_id).filter(|_| share == Share::Team),
            steps: self.steps.unwrap_or_else(|| row.steps()),
            afterwards: self.afterwards.unwrap_or(row.afterwards),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_checked_by_itself() {
        let steps = serde_json::from_str(
            r#"[{"do":"status","to":"solved"},{"do":"status","to":"open"},{"do":"add_tag","tag":"a,b"},
                {"do":"note","text":" "},{"do":"reply","send":true},{"do":"snooze","minutes":null,"until_message":false}]"#,
        );
        let problem =
            Draft { name: "x".into(), steps: steps.unwrap(), ..Draft::default() }.parse().unwrap_err();
        let mistakes: Vec<_> = problem.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            mistakes,
            [
                ("/steps/1", "step_twice"),
                ("/steps/2", "tag"),
                ("/steps/3", "required"),
                ("/steps/4", "step_text"),
                ("/steps/5", "required")
            ]
        );
        assert!(serde_json::from_str::<Step>(r#"{"do":"format_disk"}"#).is_err());
        assert!(serde_json::from_str::<Step>(r#"{"do":"assign","to":"me","force":true}"#).is_err());
    }
}
