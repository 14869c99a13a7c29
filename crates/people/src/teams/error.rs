use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    #[error("there is no such team")]
    Unknown,
    /// Two teams may not share a name, archived or not.
    #[error("the team's name is taken")]
    NameTaken,
    /// Nobody joins a team by themselves where that widens what they see.
    #[error("it would widen what you see yourself")]
    OwnSight,
    /// Nobody places an account that they can change where it sees more than they do.
    #[error("the member would see more than you")]
    BeyondYours,
    #[error("there is no user with one of these ids")]
    UnknownMember,
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<TeamError> for Problem {
    fn from(error: TeamError) -> Problem {
        match error {
            TeamError::Unknown => Problem::not_found(),
            TeamError::NameTaken => Problem { status: 409, ..Problem::field("name", "taken") },
            TeamError::OwnSight => Problem::new(403, "own_sight"),
            TeamError::BeyondYours => Problem::new(403, "role_beyond_yours"),
            TeamError::UnknownMember => Problem::field("members", "unknown_id"),
            TeamError::Database(cause) => cause.into(),
        }
    }
}
