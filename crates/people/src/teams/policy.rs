//! What a team is.
use kernel::{fault::Problem, id::Id, text};
use platform::authority::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Untrusted input, from the form or the API alike.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTeam)]
pub struct Draft {
    pub name: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub members: Vec<Id<User>>,
}

/// What changes; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TeamChanges)]
pub struct Changes {
    pub name: Option<String>,
    /// An archived team keeps its tickets and gets no new ones.
    pub is_archived: Option<bool>,
    #[schema(value_type = Option<Vec<String>>)]
    pub members: Option<Vec<Id<User>>>,
}

/// A name of 1 to 80 characters in one line.
pub struct TeamName(pub(super) String);
impl TeamName {
    /// * errors – 422 for an empty one.
    pub fn parse(name: &str) -> Result<TeamName, Problem> {
        let name = text::one_line(name, 80);
        if name.is_empty() { Err(Problem::field("name", "required")) } else { Ok(TeamName(name)) }
    }
}
