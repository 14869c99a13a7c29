//! How a command ends when it did not do its work.
use std::{fmt, io, net::SocketAddr};

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
    pub fn at(thing: impl fmt::Display) -> impl FnOnce(io::Error) -> Failure {
        move |cause| Failure::Failed(format!("{thing}: {}", plain(&cause)))
    }
    /// Why nobody can be heard at `address`, which `flag` gave, and what helps.
    pub fn listening(flag: &str, address: SocketAddr) -> impl FnOnce(io::Error) -> Failure {
        let thing = format!("{flag} {address}");
        move |cause| {
            let advice = match cause.kind() {
                io::ErrorKind::AddrInUse => {
                    "another program has this port; stop that one, or choose another port"
                }
                io::ErrorKind::AddrNotAvailable => {
                    "this machine does not have this address; expected 127.0.0.1, 0.0.0.0 or one of its own"
                }
                io::ErrorKind::PermissionDenied => {
                    "this user may not have this port; expected one of 1024 or more, or the right \
                     CAP_NET_BIND_SERVICE"
                }
                _ => return Failure::at(thing)(cause),
            };
            Failure::Failed(format!("{thing}: {advice}"))
        }
    }
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Found => 1,
        }
    }
}
/// What the system says, in words alone.
pub fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
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
