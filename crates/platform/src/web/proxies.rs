//! Who is at the other end, where a reverse proxy stands between (S28).
use crate::outbound::Cidr;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use std::net::{IpAddr, SocketAddr};

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// A longer chain of proxies is nobody's.
const HOPS: usize = 32;

/// From here on the other end of a connection is the client, not the operator's proxy. Limits and the list of sessions
/// go by it.
pub async fn client_address(State(home): State<crate::Home>, mut request: Request, next: Next) -> Response {
    let proxies = &home.site.trusted_proxies;
    if !proxies.is_empty()
        && let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied()
    {
        let client = client(peer.ip().to_canonical(), request.headers(), proxies);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
    }
    next.run(request).await
}

/// The last address of the chain that no trusted proxy has.
///
/// Each proxy appends whom it heard from, so the chain is read from its end, and what a client wrote before its own
/// address is never reached. An entry that is no address ends it: the proxy that passed it on is then the client.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Cidr]) -> IpAddr {
    let is_trusted = |address: IpAddr| proxies.iter().any(|range| range.contains(address));
    // As bytes: what a client wrote in front may be anything, and must not hide what the proxies wrote behind it.
    let lines: Vec<_> = headers.get_all(&FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')).take(HOPS);
    let mut client = peer;
    while is_trusted(client) {
        let Some(address) = hops.next().and_then(|hop| address(std::str::from_utf8(hop).ok()?)) else {
            break;
        };
        client = address;
    }
    client
}

/// `192.0.2.7`, `192.0.2.7:41000`, `2001:db8::7`, `[2001:db8::7]:41000`.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = || entry.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = entry.parse().ok().or_else(with_port).or_else(bare)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, chain: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in chain {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let proxies = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"].map(|range| range.parse().unwrap());
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_trusted_proxy_says_who_the_client_is() {
        assert_eq!(seen("127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("10.1.1.1", &["192.0.2.7, 10.2.2.2"]), "192.0.2.7");
        assert_eq!(seen("10.1.1.1", &["192.0.2.7", "10.2.2.2"]), "192.0.2.7");
        assert_eq!(seen("fd00::1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(seen("127.0.0.1", &["192.0.2.7:4100"]), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["[2001:db8::7]:4100"]), "2001:db8::7");
        assert_eq!(seen("127.0.0.1", &["::ffff:192.0.2.7"]), "192.0.2.7");
    }
    #[test]
    fn nobody_else_says_anything() {
        assert_eq!(seen("192.0.2.9", &["192.0.2.7"]), "192.0.2.9");
        assert_eq!(seen("192.0.2.9", &["127.0.0.1"]), "192.0.2.9");
        assert_eq!(seen("11.0.0.1", &["10.0.0.1", "192.0.2.7"]), "11.0.0.1");
    }
    #[test]
    fn what_a_client_writes_in_front_is_never_reached() {
        assert_eq!(seen("127.0.0.1", &["8.8.8.8, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["10.9.9.9, 192.0.2.7, 10.2.2.2"]), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["8.8.8.8", "192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["caf\u{e9}, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["caf\u{e9}", "192.0.2.7"]), "192.0.2.7");
    }
    #[test]
    fn what_is_no_address_ends_the_chain() {
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["192.0.2.7, unknown"]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["192.0.2.7, _hidden, 10.2.2.2"]), "10.2.2.2");
        assert_eq!(seen("127.0.0.1", &[""]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["192.0.2.7, caf\u{e9}, 10.2.2.2"]), "10.2.2.2");
        assert_eq!(seen("10.1.1.1", &["10.2.2.2, 10.3.3.3"]), "10.2.2.2");
    }
}
