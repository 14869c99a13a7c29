//! Fetching mail from an IMAP mailbox (RFC 3501) with IDLE (RFC 2177) and MOVE (RFC 6851).
//!
//! It speaks the protocol and knows nothing else: a [`Mailbox`] says which messages are durable already and
//! stores new ones. Nothing in the mailbox is flagged, moved or deleted before the message has been stored.
//!
//! Source: `docs/behaviour/mail-transport.md`, "Fetching from a mailbox".
mod client;
mod session;
#[cfg(test)]
mod tests;
mod wording;

use crate::email::peer::{Kind, Probe, Security, SignIn, Stage, Trouble};
use client::Client;
use kernel::{clock::Millis, secret::Secret};
use platform::outbound::Outbound;
use session::Session;
use std::{future::Future, time::Duration};
use tokio::sync::watch;

/// A mailbox on a server, and what becomes of the mail in it.
#[derive(Clone, Debug)]
pub struct Account {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: String,
    /// `None`: the [`Mailbox`] has a token (XOAUTH2).
    pub password: Option<Secret<String>>,
    pub folder: String,
    pub after: After,
    /// Larger messages are reported with their header only and stay where they are.
    pub max_message: usize,
    /// Between two looks at a server without IDLE.
    pub poll_every: Duration,
    /// IDLE is begun anew after this; servers end it after 30 minutes (RFC 2177).
    pub idle_for: Duration,
}

impl Account {
    /// With the values that suit most servers.
    pub fn new(host: &str, port: u16, security: Security, user: &str) -> Account {
        Account {
            host: host.to_owned(),
            port,
            security,
            user: user.to_owned(),
            password: None,
            folder: "INBOX".to_owned(),
            after: After::Seen,
            max_message: 50 * 1024 * 1024,
            poll_every: Duration::from_secs(60),
            idle_for: Duration::from_secs(25 * 60),
        }
    }
}

/// What is done in the mailbox to a message that has been stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// It is marked as read.
    Seen,
    /// It is moved to this folder, which is made when it is missing.
    Move(String),
    Delete,
}

/// How we sign in this time.
#[derive(Clone, Debug)]
enum Login {
    Password { user: String, password: Secret<String> },
    Token { user: String, token: Secret<String> },
}

/// One message of the mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// With the UID the identity of the message. Another validity means that all UIDs are new, and then the same
    /// message may come again.
    pub uid_validity: u32,
    pub uid: u32,
    /// When it came into its mailbox, as the server says (INTERNALDATE).
    pub arrived_at: Option<Millis>,
    pub content: Content,
}

/// How far a folder has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The highest UID that was stored under this UIDVALIDITY; 0 when there is none.
    pub last_uid: u32,
    /// What was in it before.
    pub before: Option<Before>,
}

/// Messages that were in a folder when it was read for the first time, or for the first time under another
/// UIDVALIDITY: most of them are the past, and nobody waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// Their UIDs are below this one.
    pub uid: u32,
    /// Only what arrived on this day (UTC) or later is fetched.
    pub since: Millis,
    /// And of it only what nobody has read.
    pub is_unread: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes as the server has them.
    Whole(Vec<u8>),
    /// Larger than the limit: the header (256 kB at most) and the size in bytes.
    TooLarge { header: Vec<u8>, size: u64 },
    /// The server could not give it, three times; what it said.
    Unreadable { text: String },
}

/// The message is not durable: the database is down, the disk is full.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not stored: {0}")]
pub struct NotStored(pub String);

/// What stands behind the fetcher.
pub trait Mailbox: Send + Sync {
    /// How far the folder has been read under this UIDVALIDITY. What it says is durable: the next session hears the same.
    ///
    /// * `uid_next` – every message that is there now has a smaller UID.
    fn place(
        &self,
        uid_validity: u32,
        uid_next: u32,
    ) -> impl Future<Output = Result<Place, NotStored>> + Send;

    /// Which of these were stored as [`Content::Whole`]. Asked after a reconnect, to finish what a crash
    /// interrupted: they will be flagged, moved or deleted. Never name one that was only reported.
    fn stored(
        &self,
        uid_validity: u32,
        uids: &[u32],
    ) -> impl Future<Output = Result<Vec<u32>, NotStored>> + Send;

    /// Stores a message. `Ok` means durable. May come twice for the same message; UIDs come in ascending order.
    fn store(&self, item: Item) -> impl Future<Output = Result<(), NotStored>> + Send;

    /// An access token that is valid now, for accounts without a password.
    fn token(&self) -> impl Future<Output = Result<Secret<String>, Trouble>> + Send;

    /// Told whenever something changes, for the inbox's health page.
    fn noted(&self, note: Note);
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Everything in the folder has been fetched.
    CaughtUp { has_idle: bool },
    /// A stored message could not be flagged, moved or deleted; it is safe, the mailbox fills up.
    NotFinished(Trouble),
    /// The connection ended; the next try is made after so long.
    Trouble { trouble: Trouble, next_try: Duration },
}

/// The first wait after a trouble; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// A refused sign-in is not repeated quickly: servers lock accounts.
const SIGN_IN_WAIT: Duration = Duration::from_secs(120);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Fetches mail until `stop` becomes true, over as many connections as it takes.
pub async fn run(
    outbound: &Outbound,
    account: &Account,
    mailbox: &impl Mailbox,
    mut stop: watch::Receiver<bool>,
) {
    let mut wait = FIRST_WAIT;
    // Messages that the server could not give, and how often we asked, across connections.
    let mut attempts = session::Attempts::default();
    while !*stop.borrow() {
        let mut was_caught_up = false;
        let ended = connection(outbound, account, mailbox, &mut attempts, &mut was_caught_up, &stop).await;
        let Err(trouble) = ended else { return };
        if was_caught_up {
            wait = FIRST_WAIT;
        }
        if matches!(trouble.kind, Kind::SignInRefused | Kind::SignInAgain) {
            wait = wait.max(SIGN_IN_WAIT);
        }
        tracing::info!(host = account.host, %trouble, ?wait, "fetching mail was interrupted");
        mailbox.noted(Note::Trouble { trouble, next_try: wait });
        let _ = tokio::time::timeout(wait, stop.wait_for(|is_stopped| *is_stopped)).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// One connection, until it breaks (an error) or everything is to stop.
async fn connection(
    outbound: &Outbound,
    account: &Account,
    mailbox: &impl Mailbox,
    attempts: &mut session::Attempts,
    was_caught_up: &mut bool,
    stop: &watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let login = login(account, mailbox).await?;
    let client = Client::open(outbound, account, &login, &mut Probe::default()).await?;
    let mut session = Session::open(client, account, mailbox, attempts).await?;
    session.finish_interrupted().await?;
    loop {
        session.fetch_new(stop).await?;
        if *stop.borrow() {
            break;
        }
        *was_caught_up = true;
        session.wait_for_news(stop).await?;
    }
    session.close().await;
    Ok(())
}

async fn login(account: &Account, mailbox: &impl Mailbox) -> Result<Login, Trouble> {
    let user = account.user.clone();
    Ok(match account.password.clone() {
        Some(password) => Login::Password { user, password },
        None => Login::Token { user, token: mailbox.token().await? },
    })
}

/// Tests an account up to the number of messages in its folder. Changes nothing in the mailbox.
///
/// * `sign_in` – instead of the account's, since the test comes before saving.
pub async fn probe(outbound: &Outbound, account: &Account, sign_in: &SignIn) -> Probe {
    let mut probe = Probe::default();
    let login = match sign_in.clone() {
        SignIn::Password { user, password } => Login::Password { user, password },
        SignIn::Token { user, token } => Login::Token { user, token },
    };
    match Client::open(outbound, account, &login, &mut probe).await {
        Ok(client) => probe_folder(client, account, probe).await,
        Err(trouble) => probe.failed(trouble),
    }
}

async fn probe_folder(mut client: Client, account: &Account, mut probe: Probe) -> Probe {
    match client.select(&account.folder).await {
        Ok(selected) if selected.is_read_only => {
            let text = "the folder is read-only: mail could not be marked as read";
            probe.failed(Trouble::new(Stage::Folder, Kind::NoFolder, text))
        }
        Ok(selected) => {
            probe.passed(Stage::Folder, selected.messages.to_string());
            client.logout().await;
            probe
        }
        Err(trouble) => probe.failed(trouble),
    }
}
