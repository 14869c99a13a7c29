//! What a view is. No I/O.
use crate::filter::Order;
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::authority::{Actor, Team, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_MOST: usize = 60;

/// Who has it in the side bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Reach {
    #[default]
    Personal,
    Team,
    Desk,
}
platform::words! { Reach { Personal = "personal", Team = "team", Desk = "desk" } }

/// A row of the table `view`.
#[derive(Clone, Debug, Record)]
pub struct Saved {
    pub id: Id<Saved>,
    pub name: String,
    /// As it is stored, with numbers for what has a name.
    pub filter: String,
    pub sort: Order,
    pub reach: Reach,
    pub owner_id: Option<Id<User>>,
    pub team_id: Option<Id<Team>>,
    pub position: i64,
    pub is_archived: bool,
}
impl Saved {
    /// Whether `actor`, who sees it, may change it.
    pub fn may_change(&self, actor: &Actor) -> bool {
        let may = |key: &str| actor.reach(key).is_some();
        match self.reach {
            Reach::Personal => self.owner_id.is_some() && self.owner_id == actor.user(),
            Reach::Team => {
                may("views.manage")
                    || may("views.share") && self.team_id.is_some_and(|team| actor.teams.contains(&team))
            }
            Reach::Desk => may("views.manage"),
        }
    }
}

/// A new view. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewView)]
pub struct Draft {
    pub name: String,
    /// e.g. `is:open tag:vip`; what has a name may stand there by its name.
    pub filter: String,
    /// `updated`, `oldest`, `created` or `due`; `updated` unless given.
    #[serde(default)]
    pub sort: Option<String>,
    /// `personal` unless given.
    #[serde(default)]
    #[schema(value_type = Option<Reach>)]
    pub reach: Option<Reach>,
    /// The team of a team's view.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub filter: Option<String>,
    pub sort: Option<String>,
    #[schema(value_type = Option<Reach>)]
    pub reach: Option<Reach>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    /// Its place among the views of the same people, from 1.
    pub position: Option<i64>,
    /// Archived, nobody has it in the side bar; it can be taken back.
    pub is_archived: Option<bool>,
}
impl Changes {
    pub fn apply(&self, to: &Saved) -> Draft {
        Draft {
            name: self.name.clone().unwrap_or_else(|| to.name.clone()),
            filter: self.filter.clone().unwrap_or_else(|| to.filter.clone()),
            sort: Some(self.sort.clone().unwrap_or_else(|| to.sort.word().to_owned())),
            reach: Some(self.reach.unwrap_or(to.reach)),
            team: self.team.or(to.team_id),
        }
    }
}

/// A draft that passed, but for its filter, which needs the desk's names.
#[derive(Clone, Debug)]
pub struct NewView {
    pub name: String,
    pub filter: String,
    pub sort: Order,
    pub reach: Reach,
    pub team: Option<Id<Team>>,
}
impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewView, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let sort = self
            .sort
            .as_deref()
            .filter(|word| !word.is_empty())
            .map_or(Some(Order::default()), Order::from_word);
        mistakes.require(sort.is_some(), "sort", "unknown_word");
        let reach = self.reach.unwrap_or_default();
        mistakes.require(reach != Reach::Team || self.team.is_some(), "team", "required");
        mistakes.check()?;
        let team = self.team.filter(|_| reach == Reach::Team);
        Ok(NewView { name, filter: self.filter, sort: sort.unwrap_or_default(), reach, team })
    }
}
