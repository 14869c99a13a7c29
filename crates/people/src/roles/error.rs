use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("there is no such role")]
    Unknown,
    /// Two roles may not share a name.
    #[error("the role's name is taken")]
    NameTaken,
    /// The administrator's role is what it is; built-in roles stay.
    #[error("a built-in role stays as it is")]
    BuiltIn,
    #[error("users have this role")]
    InUse,
    /// Whoever changes roles cannot give what they do not have.
    #[error("the role may do more than you")]
    BeyondYours,
    #[error(transparent)]
    Database(db::Error),
}
impl From<db::Error> for RoleError {
    fn from(error: db::Error) -> RoleError {
        match error {
            db::Error::Duplicate { .. } => RoleError::NameTaken,
            error => RoleError::Database(error),
        }
    }
}
impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Problem {
        match error {
            RoleError::Unknown => Problem::not_found(),
            RoleError::NameTaken => Problem { status: 409, ..Problem::field("name", "taken") },
            RoleError::BuiltIn => Problem::conflict("role_built_in"),
            RoleError::InUse => Problem::conflict("role_in_use"),
            RoleError::BeyondYours => Problem::new(403, "role_beyond_yours"),
            RoleError::Database(cause) => cause.into(),
        }
    }
}
