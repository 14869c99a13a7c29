use crate::tickets::TicketError;
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    #[error("there is no such skill, team or person")]
    Unknown,
    /// Two skills may not share a name.
    #[error("the skill's name is taken")]
    NameTaken,
    /// Tickets ask for the skill; they would wait for ever.
    #[error("tickets ask for the skill")]
    Needed,
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error("refused: {}", .0.code)]
    Problem(Problem),
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<Problem> for RoutingError {
    fn from(problem: Problem) -> Self {
        RoutingError::Problem(problem)
    }
}
impl From<RoutingError> for Problem {
    fn from(error: RoutingError) -> Problem {
        match error {
            RoutingError::Unknown => Problem::not_found(),
            RoutingError::NameTaken => Problem { status: 409, ..Problem::field("name", "taken") },
            RoutingError::Needed => Problem::conflict("skill_needed"),
            RoutingError::Ticket(cause) => cause.into(),
            RoutingError::Problem(problem) => problem,
            RoutingError::Database(cause) => cause.into(),
        }
    }
}
