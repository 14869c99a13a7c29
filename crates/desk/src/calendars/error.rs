//! What can be wrong with a request about a calendar.
use kernel::fault::Problem;
use platform::db;

#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// There is no such calendar.
    #[error("no such calendar")]
    Unknown,
    /// Two calendars may not share a name.
    #[error("the calendar's name is taken")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What was sent does not fit.
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<Problem> for CalendarError {
    fn from(problem: Problem) -> Self {
        CalendarError::Refused(problem)
    }
}
impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Problem {
        match error {
            CalendarError::Unknown => Problem::not_found(),
            CalendarError::NameTaken => Problem::field("name", "calendar_name_taken"),
            CalendarError::Database(cause) => cause.into(),
            CalendarError::Refused(problem) => problem,
        }
    }
}
