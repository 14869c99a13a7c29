//! What can be wrong with a request about a policy.
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum SlaError {
    /// There is no such policy.
    #[error("no such policy")]
    Unknown,
    /// Two policies may not share a name.
    #[error("the policy's name is taken")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for SlaError {
    fn from(problem: Problem) -> Self {
        SlaError::Refused(problem)
    }
}
impl From<SlaError> for Problem {
    fn from(error: SlaError) -> Problem {
        match error {
            SlaError::Unknown => Problem::not_found(),
            SlaError::NameTaken => Problem::field("name", "sla_name_taken"),
            SlaError::Database(cause) => cause.into(),
            SlaError::Refused(problem) => problem,
        }
    }
}
