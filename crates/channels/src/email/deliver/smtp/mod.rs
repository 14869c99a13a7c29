//! Sending through a relay: SMTP (RFC 5321) with STARTTLS or TLS, and AUTH.
//!
//! Every recipient has an answer of its own. What the server says about a mail is an [`Outcome`]; what keeps us
//! from asking it is a [`Trouble`]. When the message was out and no answer came, nobody knows: the trouble's
//! stage is then [`Acknowledge`](crate::email::peer::Stage::Acknowledge), and a second try may deliver the mail twice (with the same Message-ID).
mod content;
mod dialogue;
#[cfg(test)]
mod tests;

pub use dialogue::Connection;

use crate::email::peer::{Probe, Security, SignIn, Trouble};
use platform::outbound::Outbound;
use serde::{Deserialize, Serialize};

/// The server that takes our mail.
#[derive(Clone, Debug)]
pub struct Route {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub sign_in: Option<SignIn>,
    /// What we call ourselves in EHLO.
    pub helo: String,
}

/// What the server said about a mail, recipient by recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The server has taken responsibility for these.
    pub accepted: Vec<String>,
    pub refused: Vec<(String, Refusal)>,
    /// The server's words to the whole message, often with its queue id.
    pub reply: String,
}

/// A server's no to one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Trying again will not help.
    pub is_permanent: bool,
    /// The reply code, 4xx or 5xx. 0 when we did not ask because it could not work.
    pub code: u16,
    /// `5.1.1` and the like (RFC 3463), where the server gave one.
    pub enhanced: Option<String>,
    /// The server's words on one line.
    pub text: String,
}

/// Sends one mail over a connection of its own.
///
/// * `from` – the return path; `None` for automatic mail that must not be answered.
/// * `raw` – the message. Lines end with CRLF on the wire whatever they end with here.
pub async fn send(
    outbound: &Outbound,
    route: &Route,
    from: Option<&str>,
    recipients: &[String],
    raw: &[u8],
) -> Result<Outcome, Trouble> {
    let mut connection = Connection::open(outbound, route).await?;
    let outcome = connection.send(from, recipients, raw).await?;
    connection.quit().await;
    Ok(outcome)
}

/// Tests a route up to the point where a mail could be sent; sends none.
pub async fn probe(outbound: &Outbound, route: &Route) -> Probe {
    let mut probe = Probe::default();
    match Connection::open_telling(outbound, route, &mut probe).await {
        Ok(connection) => {
            connection.quit().await;
            probe
        }
        Err(trouble) => probe.failed(trouble),
    }
}
