use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum OrganisationError {
    #[error("there is no such organisation")]
    Unknown,
    #[error("the organisation's name is taken")]
    NameTaken,
    /// One domain belongs to one organisation.
    #[error("another organisation has this domain")]
    DomainTaken,
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<OrganisationError> for Problem {
    fn from(error: OrganisationError) -> Problem {
        match error {
            OrganisationError::Unknown => Problem::not_found(),
            OrganisationError::NameTaken => Problem { status: 409, ..Problem::field("name", "taken") },
            OrganisationError::DomainTaken => Problem { status: 409, ..Problem::field("domains", "taken") },
            OrganisationError::Database(cause) => cause.into(),
        }
    }
}
