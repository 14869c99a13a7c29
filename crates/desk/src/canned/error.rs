//! What can be wrong with a request about canned replies.
use crate::tickets::TicketError;
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum CannedError {
    /// There is no such reply, or it is somebody else's.
    #[error("no such canned reply")]
    Unknown,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for CannedError {
    fn from(problem: Problem) -> Self {
        CannedError::Refused(problem)
    }
}
impl From<TicketError> for CannedError {
    fn from(error: TicketError) -> Self {
        CannedError::Refused(error.into())
    }
}
impl From<CannedError> for Problem {
    fn from(error: CannedError) -> Problem {
        match error {
            CannedError::Unknown => Problem::not_found(),
            CannedError::Database(cause) => cause.into(),
            CannedError::Refused(problem) => problem,
        }
    }
}
