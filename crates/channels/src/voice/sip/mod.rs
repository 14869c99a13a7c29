//! A SIP user agent (RFC 3261) over UDP that answers `OPTIONS`, and politely refuses the rest.
//!
//! Telephone systems and their monitors ask with `OPTIONS` whether a peer is alive. No call is taken: a stateless user
//! agent server (section 8.2.7) needs no memory of what it was asked. Answers go to the address that asked and to no
//! other (`maddr` is not followed), are hardly longer than the question, and their number is limited, so that nobody
//! is flooded in somebody else's name.
mod request;
mod respond;
mod turns;

#[cfg(test)]
mod tests;

use platform::keys::Keys;
use std::{io, net::SocketAddr};
use tokio::{net::UdpSocket, sync::watch, time::Instant};
use turns::Turns;

/// More is no request that anybody sends by UDP: they must not be longer than a packet (section 18.1.1).
const MOST: usize = 8 * 1024;

/// Listens for SIP.
pub struct Responder {
    socket: UdpSocket,
    keys: Keys,
    turns: Turns,
}

impl Responder {
    /// * `keys` – for the tags of answers: the same question gets the same tag.
    pub async fn bind(address: SocketAddr, keys: Keys) -> io::Result<Responder> {
        Ok(Responder { socket: UdpSocket::bind(address).await?, keys, turns: Turns::default() })
    }
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
    /// Answers until `stop` becomes true.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut buffer = vec![0; MOST + 1];
        loop {
            let received = tokio::select! {
                received = self.socket.recv_from(&mut buffer) => received,
                _ = stop.wait_for(|is_stopped| *is_stopped) => return,
            };
            let (length, from) = match received {
                Ok(received) => received,
                // e.g. the one before could not be delivered: that is the peer's affair.
                Err(cause) => {
                    tracing::debug!(%cause, "SIP: nothing was received");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            };
            if length > MOST || !self.turns.take(from.ip(), Instant::now()) {
                continue;
            }
            let Some((answer, to)) = respond::to(&buffer[..length], from, &self.keys) else { continue };
            if let Err(cause) = self.socket.send_to(answer.as_bytes(), to).await {
                tracing::debug!(%cause, "SIP: an answer could not be sent");
            }
        }
    }
}
