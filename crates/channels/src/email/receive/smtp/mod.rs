//! A receiver for SMTP (RFC 5321) and LMTP (RFC 2033).
//!
//! It speaks the protocol and knows nothing else: a [`Door`] says which recipients exist and stores messages.
//! 250 is said only after the door has said that the message is stored, so a message is either acknowledged
//! and durable or still with the sender.
//!
//! Source: `docs/behaviour/mail-transport.md`, "Receiving".
mod data;
mod places;
mod session;
#[cfg(test)]
mod tests;

use kernel::clock::{Clock, Millis};
use places::Places;
use std::{future::Future, io, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};

/// What stands behind the receiver. Called by many sessions at once.
pub trait Door: Clone + Send + Sync + 'static {
    /// Whether mail for `address` has a place here. Asked for every RCPT; case is as the sender wrote it.
    fn recipient(&self, address: &str) -> impl Future<Output = Recipient> + Send;

    /// Stores a message. Everything promised to the sender hangs on [`Accepted::Stored`] meaning durable.
    ///
    /// * `raw` – the message with CRLF lines, dots unstuffed, headed by our `Return-Path` and `Received`.
    fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> impl Future<Output = Accepted> + Send;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    Known,
    /// The sender gets 550 and tells its author.
    Unknown,
    /// The sender gets 451 and tries again later.
    Busy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is durable. The text is shown to the sender, as the id under which to find it.
    Stored(String),
    /// The sender gets 451 and tries again later.
    Busy,
    /// The sender gets 552.
    TooLarge,
    /// `code` is a 4xx or 5xx reply code, `text` begins with the enhanced code, `5.7.1 …`.
    Refused { code: u16, text: String },
}

/// What the sender said about a message, outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who connected; an IPv4 address is never written as IPv6.
    pub peer: IpAddr,
    /// The name the peer gave itself, printable ASCII. Nothing vouches for it.
    pub helo: String,
    /// `None` is the null path of bounces.
    pub mail_from: Option<String>,
    /// At least one; with LMTP exactly one, since every recipient has an answer of its own.
    pub recipients: Vec<String>,
    pub received_at: Millis,
    pub is_encrypted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Smtp,
    Lmtp,
}

/// How the receiver behaves. `new` gives the values for the open internet.
#[derive(Clone)]
pub struct Settings {
    pub protocol: Protocol,
    /// Named in the greeting and in `Received`.
    pub host_name: String,
    pub clock: Clock,
    /// A message may have so many bytes; announced as SIZE.
    pub max_message: usize,
    /// All messages in transfer together, in bytes; further ones are asked to come later.
    pub max_in_transfer: usize,
    pub max_recipients: usize,
    pub max_connections: usize,
    /// From one IPv4 address or one IPv6 /64.
    pub max_connections_per_address: usize,
    /// Wrong commands and unknown recipients in one session, after which it is closed.
    pub max_mistakes: usize,
    /// For a whole command line, and for the next bytes of a message.
    pub patience: Duration,
    /// For a whole message.
    pub message_patience: Duration,
    /// For the door to store a message.
    pub store_patience: Duration,
    /// STARTTLS is offered where this is set.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl Settings {
    pub fn new(protocol: Protocol, host_name: &str, clock: Clock) -> Settings {
        Settings {
            protocol,
            host_name: host_name.to_owned(),
            clock,
            max_message: 50 * 1024 * 1024,
            max_in_transfer: 128 * 1024 * 1024,
            max_recipients: 100,
            max_connections: 500,
            max_connections_per_address: 50,
            max_mistakes: 20,
            patience: Duration::from_secs(60),
            message_patience: Duration::from_secs(600),
            store_patience: Duration::from_secs(120),
            tls: None,
        }
    }
}

/// After a stop, messages in transfer may still take this long.
const GRACE: Duration = Duration::from_secs(20);

/// A receiver that holds its address and does not answer before [`Receiver::run`].
pub struct Receiver<D> {
    listener: TcpListener,
    settings: Arc<Settings>,
    door: D,
}

impl<D: Door> Receiver<D> {
    pub async fn bind(address: SocketAddr, settings: Settings, door: D) -> io::Result<Receiver<D>> {
        let listener = TcpListener::bind(address).await?;
        Ok(Receiver { listener, settings: Arc::new(settings), door })
    }

    /// Where it listens; the port is a real one when 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` becomes true or its sender is gone. Messages in transfer are then finished, everyone
    /// else is told 421, and 20 seconds later the rest is cut off, unacknowledged.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let Receiver { listener, settings, door } = self;
        let places = Places::new(&settings);
        let for_sessions = stop.clone();
        let stopped = async move { drop(stop.wait_for(|is_stopped| *is_stopped).await) };
        tokio::pin!(stopped);
        let mut sessions = JoinSet::new();
        loop {
            tokio::select! {
                () = &mut stopped => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let peer = peer.ip().to_canonical();
                        match places.take(peer) {
                            Some(place) => {
                                let session = session::run(
                                    stream, peer, place, settings.clone(), door.clone(), for_sessions.clone(),
                                );
                                sessions.spawn(session);
                            }
                            None => refuse(&stream, &settings.host_name, peer),
                        }
                    }
                    Err(cause) => {
                        // Out of file handles: waiting helps, spinning does not.
                        tracing::warn!(%cause, "the mail receiver cannot take a connection");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = sessions.join_next() => {}
            }
        }
        drop(listener);
        let finished = async { while sessions.join_next().await.is_some() {} };
        let _ = timeout(GRACE, finished).await;
    }
}

/// A reply fits the empty buffer of a new socket, so no task is needed for somebody who is refused.
fn refuse(stream: &tokio::net::TcpStream, host_name: &str, peer: IpAddr) {
    tracing::info!(%peer, "the mail receiver is full for this address");
    let _ = stream.try_write(format!("421 4.7.0 {host_name} has too many connections\r\n").as_bytes());
}
