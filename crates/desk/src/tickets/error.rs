//! What can be wrong with a request about a ticket, and how the caller sees it.
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// Somebody else changed it since the caller read it.
    #[error("the ticket is no longer the one that was read")]
    Changed,
    /// It was merged into another: nothing is written to it any more.
    #[error("the ticket was merged into another")]
    Merged,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for TicketError {
    fn from(problem: Problem) -> Self {
        TicketError::Refused(problem)
    }
}
impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Problem {
        match error {
            TicketError::Changed => Problem::new(412, "ticket_changed"),
            TicketError::Merged => Problem::conflict("ticket_merged"),
            TicketError::Database(cause) => cause.into(),
            TicketError::Refused(problem) => problem,
        }
    }
}
