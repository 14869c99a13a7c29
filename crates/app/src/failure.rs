//! How a command ends when it did not do its work.
use std::fmt;

/// One line says what was wrong, where, and what was expected. It never holds a secret.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The command or the configuration is wrong: exit code 2.
    Usage(String),
    /// The work could not be done: exit code 1.
    Failed(String),
    /// The work was done, and what it found is already on stdout: exit code 1.
    Found,
}

impl Failure {
    pub fn failed(what: impl fmt::Display) -> Failure {
        Failure::Failed(what.to_string())
    }
    /// The reason with the thing it happened to in front, e.g. a file.
    pub fn at(thing: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Failure {
        move |cause| Failure::Failed(format!("{thing}: {cause}"))
    }
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Found => 1,
        }
    }
}
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::Failed(text) => f.write_str(text),
            Failure::Found => Ok(()),
        }
    }
}
impl From<platform::db::Error> for Failure {
    fn from(error: platform::db::Error) -> Failure {
        Failure::failed(error)
    }
}
