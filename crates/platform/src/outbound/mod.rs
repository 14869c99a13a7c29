//! The only place that opens sockets outwards.
//!
//! A name is resolved once, every address it has is checked, and the connection goes to a checked address, so
//! that a name which changes its answer between the check and the connection gains nothing. What is not global
//! unicast is refused unless the operator allowed it (`--allow-outbound`).
//!
//! Source: `docs/behaviour/outbound.md`.
#![allow(clippy::disallowed_methods, reason = "the one place that may")]
pub mod guard;
pub mod http;
#[cfg(test)]
mod tests;

pub use guard::{Cidr, Host};
pub use http::{Answer, Target};

use guard::is_global;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use std::{
    collections::BTreeSet,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A name server that does not answer is given up after this.
const RESOLVE: Duration = Duration::from_secs(5);
/// One address is tried this long before the next one.
const CONNECT: Duration = Duration::from_secs(5);
/// All addresses of a host together.
const CONNECT_ALL: Duration = Duration::from_secs(10);
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A silent connection is asked whether it is still there after a minute, and given up five minutes later.
const KEEPALIVE: socket2::TcpKeepalive = socket2::TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(60))
    .with_retries(5);
/// A host with more addresses than this is a trick or a mistake.
const MAX_ADDRESSES: usize = 64;

/// What a connection is for; each purpose has its own ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Webhooks, pictures, OpenID Connect, certificates.
    Web,
    /// A relay that takes our mail.
    MailOut,
    /// A mailbox that we fetch from.
    MailIn,
}

impl Purpose {
    /// The ports that servers of this purpose listen on.
    pub fn ports(self) -> &'static [u16] {
        match self {
            Purpose::Web => &[80, 443, 8080, 8443],
            Purpose::MailOut => &[25, 465, 587, 2525],
            Purpose::MailIn => &[110, 143, 993, 995],
        }
    }
}

/// What the operator decides about outgoing connections.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Ranges that may be reached although they are not public, on every port.
    pub allow: Vec<Cidr>,
    /// Ports that are open besides the usual ones of each purpose.
    pub extra_ports: BTreeSet<u16>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub extra_authorities: Option<PathBuf>,
}

/// Why a connection did not come about. `Display` gives two words that may be shown to anybody; what really
/// happened is for the log, see [`Refused::detail`].
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The text is no address that we would connect to, whatever the network says.
    #[error("bad address")]
    BadAddress(String),
    /// The address or the port is outside what the operator allows.
    #[error("not allowed")]
    NotAllowed(String),
    #[error("unknown host")]
    UnknownHost(String),
    #[error("not reachable")]
    NotReachable(String),
    #[error("too slow")]
    TooSlow(String),
    /// TLS failed: an expired or foreign certificate, no common version.
    #[error("not trusted")]
    NotTrusted(String),
    /// The answer is not what the protocol says, or larger than the limit.
    #[error("bad answer")]
    BadAnswer(String),
}

impl Refused {
    /// For the log: names hosts and addresses, never a secret or content.
    pub fn detail(&self) -> &str {
        match self {
            Refused::BadAddress(detail)
            | Refused::NotAllowed(detail)
            | Refused::UnknownHost(detail)
            | Refused::NotReachable(detail)
            | Refused::TooSlow(detail)
            | Refused::NotTrusted(detail)
            | Refused::BadAnswer(detail) => detail,
        }
    }

    /// Stable, for translations and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::BadAddress(_) => "outbound_bad_address",
            Refused::NotAllowed(_) => "outbound_not_allowed",
            Refused::UnknownHost(_) => "outbound_unknown_host",
            Refused::NotReachable(_) => "outbound_not_reachable",
            Refused::TooSlow(_) => "outbound_too_slow",
            Refused::NotTrusted(_) => "outbound_not_trusted",
            Refused::BadAnswer(_) => "outbound_bad_answer",
        }
    }
}

/// Answers which addresses a name has.
pub type Names =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// Opens connections to other machines within a [`Policy`]. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    inner: Arc<Inner>,
}

struct Inner {
    policy: Policy,
    names: Names,
    /// Reading the system's certificates costs milliseconds: done when first needed.
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Outbound {
    pub fn new(policy: Policy) -> Outbound {
        Outbound::with_names(
            policy,
            Arc::new(|name| {
                Box::pin(async move {
                    let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
                    Ok(found.map(|address| address.ip()).collect())
                })
            }),
        )
    }

    /// With a resolver of one's own; tests give names to addresses that way.
    pub fn with_names(policy: Policy, names: Names) -> Outbound {
        Outbound { inner: Arc::new(Inner { policy, names, tls: OnceLock::new() }) }
    }

    /// Connects to a host that passed all checks, at an address that passed them.
    ///
    /// * errors – [`Refused::NotAllowed`] when any address of the host is neither global nor allowed by the
    ///   operator, or the port is not one of `purpose`; no packet has been sent then.
    #[expect(clippy::disallowed_methods, reason = "the one place that opens connections")]
    pub async fn connect(&self, host: &str, port: u16, purpose: Purpose) -> Result<TcpStream, Refused> {
        let host = Host::parse(host).map_err(|why| Refused::BadAddress(format!("{host:?}: {why}")))?;
        let checked = self.checked(&host, port, purpose).await?;
        let all = async {
            let mut last = Refused::UnknownHost(format!("{host} has no address"));
            for address in checked {
                last = match timeout(CONNECT, TcpStream::connect(address)).await {
                    Ok(Ok(stream)) => {
                        let _ = stream.set_nodelay(true);
                        // A router that forgets a silent connection tells nobody; IMAP would wait for hours.
                        let _ = socket2::SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE);
                        return Ok(stream);
                    }
                    Ok(Err(cause)) => Refused::NotReachable(format!("{host} at {address}: {cause}")),
                    Err(_) => Refused::TooSlow(format!("{host} at {address}: no connection in time")),
                };
            }
            Err(last)
        };
        let slow = || Refused::TooSlow(format!("{host}:{port}: no connection in time"));
        timeout(CONNECT_ALL, all).await.map_err(|_| slow())?
    }

    /// The host's addresses, all of which may be connected to.
    async fn checked(&self, host: &Host, port: u16, purpose: Purpose) -> Result<Vec<SocketAddr>, Refused> {
        let mut addresses = match host {
            Host::Address(address) => vec![*address],
            // Never a question for a name server (RFC 6761), and mostly half of it is allowed.
            Host::Name(name) if name == "localhost" || name.ends_with(".localhost") => {
                let mut local = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                if local.iter().any(|address| self.is_allowed(*address)) {
                    local.retain(|address| self.is_allowed(*address));
                }
                local
            }
            Host::Name(name) => {
                let slow = |_| Refused::TooSlow(format!("{name}: the name server did not answer in time"));
                let unknown = |cause| Refused::UnknownHost(format!("{name}: {cause}"));
                timeout(RESOLVE, (self.inner.names)(name.clone())).await.map_err(slow)?.map_err(unknown)?
            }
        };
        // IPv4 sorts first: a machine without IPv6 would wait in vain.
        addresses.sort();
        addresses.dedup();
        if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
            return Err(Refused::UnknownHost(format!("{host} has {} addresses", addresses.len())));
        }
        for &address in &addresses {
            self.check_address(host, address, port, purpose)?;
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    fn check_address(
        &self,
        host: &Host,
        address: IpAddr,
        port: u16,
        purpose: Purpose,
    ) -> Result<(), Refused> {
        if port == 0 {
            return Err(Refused::BadAddress(format!("{host}: port 0")));
        }
        if self.is_allowed(address) {
            return Ok(());
        }
        if !is_global(address) {
            return Err(Refused::NotAllowed(format!("{host} is {address}, which is not public")));
        }
        if !purpose.ports().contains(&port) && !self.inner.policy.extra_ports.contains(&port) {
            return Err(Refused::NotAllowed(format!("{host}: port {port} is not for {purpose:?}")));
        }
        Ok(())
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        self.inner.policy.allow.iter().any(|range| range.contains(address))
    }

    /// TLS over a connection, checked against the system's certificate authorities and the operator's.
    ///
    /// * `host` – must stand in the server's certificate.
    pub async fn tls(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Refused> {
        let parsed = Host::parse(host).map_err(|why| Refused::BadAddress(format!("{host:?}: {why}")))?;
        let name = match parsed {
            Host::Address(address) => ServerName::IpAddress(address.into()),
            Host::Name(name) => {
                ServerName::try_from(name).map_err(|why| Refused::BadAddress(format!("{host:?}: {why}")))?
            }
        };
        let connector = TlsConnector::from(self.tls_config()?);
        match timeout(HANDSHAKE, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(cause)) => Err(Refused::NotTrusted(format!("{host}: {cause}"))),
            Err(_) => Err(Refused::TooSlow(format!("{host}: no TLS in time"))),
        }
    }

    /// The settings of every TLS connection that goes out: versions 1.2 and 1.3, certificates verified.
    pub fn tls_config(&self) -> Result<Arc<ClientConfig>, Refused> {
        let config = self.inner.tls.get_or_init(|| tls_config(&self.inner.policy));
        config.clone().map_err(Refused::NotTrusted)
    }
}

fn tls_config(policy: &Policy) -> Result<Arc<ClientConfig>, String> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let Some(path) = &policy.extra_authorities else { return Ok(Arc::new(crate::tls::client())) };
    let mut roots = RootCertStore::empty();
    // A broken certificate in the system's store must not take the good ones away.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let refuse = |why: String| format!("certificate authorities in {}: {why}", path.display());
    let found = CertificateDer::pem_file_iter(path).map_err(|why| refuse(why.to_string()))?;
    for authority in found {
        let authority = authority.map_err(|why| refuse(why.to_string()))?;
        roots.add(authority).map_err(|why| refuse(why.to_string()))?;
    }
    Ok(Arc::new(crate::tls::with_roots(roots)))
}
