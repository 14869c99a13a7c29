//! What a database refuses, in the same words for both engines.
use kernel::fault::Problem;
use std::{any::Any, error::Error as StdError, sync::Arc};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The queue is full. Nothing happened; try later.
    #[error("the database is busy")]
    Busy,
    /// The desk is closed or shutting down. Nothing happened.
    #[error("the database is closed")]
    Closed,
    /// No connection could be made. Nothing happened.
    #[error("the database cannot be reached: {0}")]
    Unreachable(Arc<str>),
    /// The commit failed. Where the connection broke during it, the outcome is unknown.
    #[error("the commit failed: {0}")]
    NotCommitted(Arc<str>),
    /// A statement failed earlier in this transaction: the engines allow nothing after that but an end.
    #[error("an earlier statement of this transaction failed")]
    Spoiled,
    /// A uniqueness rule refused the row.
    #[error("{at}: not unique")]
    Duplicate { at: &'static str },
    #[error("{}{cause}", place(at))]
    Statement { at: &'static str, cause: Arc<str> },
    #[error("column {column} is no {wanted}")]
    WrongType { column: usize, wanted: &'static str },
    #[error("{at}: no row")]
    NoRow { at: &'static str },
    #[error("migration {name}: {cause}")]
    Migration { name: &'static str, cause: &'static str },
    /// The closure ran longer than [`super::Size::limit`]; it is undone.
    #[error("the transaction took too long")]
    TooLong,
    /// A request that must not change anything (GET) tried to.
    #[error("this request may only read")]
    ReadOnly,
    #[error("the code in the transaction panicked: {0}")]
    Panicked(Arc<str>),
}

/// Where there is no statement yet, e.g. while a database is opened, there is no place to name.
fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("{at}: ") }
}

impl Error {
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text =
            panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        Error::Panicked(text.unwrap_or("no message").into())
    }
    /// Fills in the place of the statement, which the drivers do not know.
    pub(super) fn at(self, place: &'static str) -> Self {
        match self {
            Error::Statement { cause, .. } => Error::Statement { at: place, cause },
            Error::Duplicate { .. } => Error::Duplicate { at: place },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
        match error.sqlite_error().map(|e| e.extended_code) {
            Some(SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY) => Error::Duplicate { at: "" },
            Some(rusqlite::ffi::SQLITE_INTERRUPT) => Error::TooLong,
            _ => Error::Statement { at: "", cause: error.to_string().into() },
        }
    }
}
impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION) {
            return Error::Duplicate { at: "" };
        }
        if error.code() == Some(&tokio_postgres::error::SqlState::QUERY_CANCELED) {
            return Error::TooLong;
        }
        // The driver's own message is "db error"; the cause says which.
        let cause = error.source().map_or_else(|| error.to_string(), |cause| cause.to_string());
        Error::Statement { at: "", cause: cause.into() }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Busy | Error::Closed | Error::Unreachable(_) => Problem::new(503, "busy"),
            other => {
                tracing::error!(cause = %other, "a request failed in the database");
                Problem::internal()
            }
        }
    }
}
