//! What can be wrong with a request about macros.
use crate::tickets::TicketError;
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum MacroError {
    /// There is no such macro, or it is somebody else's.
    #[error("no such macro")]
    Unknown,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for MacroError {
    fn from(problem: Problem) -> Self {
        MacroError::Refused(problem)
    }
}
impl From<crate::canned::CannedError> for MacroError {
    fn from(error: crate::canned::CannedError) -> Self {
        MacroError::Refused(error.into())
    }
}
impl From<TicketError> for MacroError {
    fn from(error: TicketError) -> Self {
        MacroError::Refused(error.into())
    }
}
impl From<MacroError> for Problem {
    fn from(error: MacroError) -> Problem {
        match error {
            MacroError::Unknown => Problem::not_found(),
            MacroError::Database(cause) => cause.into(),
            MacroError::Refused(problem) => problem,
        }
    }
}
