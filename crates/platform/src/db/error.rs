//! What a database refuses, in the same words for both engines.
use kernel::fault::Problem;
use std::{any::Any, error::Error as StdError, io, sync::Arc};
use tokio_postgres::error::DbError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The queue is full, or others held for too long what was needed. Nothing happened; try later.
    #[error("the database is busy")]
    Busy,
    /// The desk is closed or shutting down. Nothing happened.
    #[error("the database is closed")]
    Closed,
    /// No connection could be made, or it broke before the commit; the disk cannot be read. Nothing happened.
    #[error("the database cannot be reached: {0}")]
    Unreachable(Arc<str>),
    /// The database's disk is full. Nothing happened.
    #[error("the database's disk is full")]
    Full,
    /// A database in which our statements would not mean what they say.
    #[error("{0}")]
    Unfit(&'static str),
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
    /// Whatever is in the way of a new connection: none could be made.
    pub(super) fn unreachable(self) -> Self {
        match self {
            Error::Unreachable(_) => self,
            other => Error::Unreachable(other.to_string().into()),
        }
    }
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text =
            panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        Error::Panicked(text.unwrap_or("no message").into())
    }
    /// Fills in the place of the statement, which the drivers do not know. A place that is known stays: what was kept
    /// back fails while a later statement runs.
    pub(super) fn at(self, place: &'static str) -> Self {
        match self {
            Error::Statement { at: "", cause } => Error::Statement { at: place, cause },
            Error::Duplicate { at: "" } => Error::Duplicate { at: place },
            other => other,
        }
    }
    /// The commit failed because of `self`.
    pub(super) fn at_commit(self) -> Self {
        match self {
            Error::Full => Error::Full,
            other => Error::NotCommitted(other.to_string().into()),
        }
    }
    /// Whether it says something about the database as it is now, and nothing about what was asked of it. The same may
    /// well succeed later.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Error::Busy
                | Error::Closed
                | Error::Unreachable(_)
                | Error::Full
                | Error::NotCommitted(_)
                | Error::TooLong
        )
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{
            ErrorCode,
            ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE},
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => return Error::Busy,
            Some(ErrorCode::DiskFull) => return Error::Full,
            Some(ErrorCode::SystemIoFailure) => return Error::Unreachable(error.to_string().into()),
            _ => {}
        }
        match error.sqlite_error().map(|e| e.extended_code) {
            Some(SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY) => Error::Duplicate { at: "" },
            Some(rusqlite::ffi::SQLITE_INTERRUPT) => Error::TooLong,
            _ => Error::Statement { at: "", cause: error.to_string().into() },
        }
    }
}
impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(refused) = error.as_db_error() {
            return refused.into();
        }
        // The driver's own message says little; the cause says more.
        let cause: Arc<str> =
            error.source().map_or_else(|| error.to_string(), |cause| cause.to_string()).into();
        let broke = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).is_some_and(|cause| {
            // These are of the driver itself, about what we gave it.
            !matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        });
        if broke || error.is_closed() {
            Error::Unreachable(cause)
        } else {
            Error::Statement { at: "", cause }
        }
    }
}
impl From<&DbError> for Error {
    /// Never the detail: it quotes the row, and so what people wrote and what is secret.
    fn from(error: &DbError) -> Self {
        let code = error.code().code();
        // Here the message itself quotes the value.
        let what = if code.starts_with("22") { "a value does not fit" } else { error.message() };
        let cause = match error.constraint() {
            Some(constraint) => format!("{what} ({code}, {constraint})"),
            None => format!("{what} ({code})"),
        };
        match code {
            "23505" => Error::Duplicate { at: "" },
            "57014" => Error::TooLong,
            // A deadlock, a conflict, a lock that others held.
            "40P01" | "40001" | "55P03" => Error::Busy,
            "53100" => Error::Full,
            // The server goes down or comes up, or hung up on us; it takes no more connections.
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300" => Error::Unreachable(cause.into()),
            _ if code.starts_with("08") => Error::Unreachable(cause.into()),
            _ => Error::Statement { at: "", cause: cause.into() },
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Busy | Error::Closed | Error::Unreachable(_) => Problem::new(503, "busy"),
            Error::Full => {
                tracing::error!("the database's disk is full");
                Problem::new(507, "database_full")
            }
            other => {
                tracing::error!(cause = %other, "a request failed in the database");
                Problem::internal()
            }
        }
    }
}
