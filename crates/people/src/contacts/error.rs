use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    #[error("there is no such contact")]
    Unknown,
    /// One address belongs to one contact.
    #[error("another contact has this address")]
    EmailTaken { index: usize },
    /// Its id leads to another one, and only that is changed.
    #[error("the contact was merged into another")]
    Merged,
    #[error("a contact cannot be merged into itself")]
    IntoItself,
    #[error("the contact is not merged into another")]
    NotMerged,
    #[error("there is no such organisation")]
    UnknownOrganisation,
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Problem {
        match error {
            ContactError::Unknown => Problem::not_found(),
            ContactError::EmailTaken { index } => {
                Problem { status: 409, ..Problem::field(&format!("emails/{index}"), "taken") }
            }
            ContactError::Merged => Problem::conflict("contact_merged"),
            ContactError::IntoItself => Problem::conflict("contact_into_itself"),
            ContactError::NotMerged => Problem::conflict("contact_not_merged"),
            ContactError::UnknownOrganisation => Problem::field("organisation", "unknown_id"),
            ContactError::Database(cause) => cause.into(),
        }
    }
}
