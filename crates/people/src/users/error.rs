use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("there is no such user")]
    Unknown,
    #[error("another user has this address")]
    EmailTaken,
    /// A desk without an administrator could not be repaired from within.
    #[error("this is the last active administrator")]
    LastAdmin,
    /// Nobody gives a role that may do more than they may, or changes somebody who has one.
    #[error("the role may do more than you")]
    BeyondYours,
    /// Nobody joins a team, inbox or organisation by themselves where that widens what they see.
    #[error("it would widen what you see yourself")]
    OwnSight,
    /// A field holds the id of nothing.
    #[error("{0}: there is none with this id")]
    UnknownId(&'static str),
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<UserError> for Problem {
    fn from(error: UserError) -> Problem {
        match error {
            UserError::Unknown => Problem::not_found(),
            UserError::EmailTaken => Problem { status: 409, ..Problem::field("email", "taken") },
            UserError::LastAdmin => Problem::conflict("last_admin"),
            UserError::BeyondYours => Problem::new(403, "role_beyond_yours"),
            UserError::OwnSight => Problem::new(403, "own_sight"),
            UserError::UnknownId(field) => Problem::field(field, "unknown_id"),
            UserError::Database(cause) => cause.into(),
        }
    }
}
