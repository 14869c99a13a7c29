//! What is answered to a request, and where.
use super::request::{Request, is_token};
use platform::keys::{self, Keys};
use std::net::{IpAddr, SocketAddr};

/// Where answers go when a request names no port (section 18.2.2).
const PORT: u16 = 5060;
/// What a request may ask for, known to this program though it does not do it: refused with 405, all others with 501.
const KNOWN: &[&str] = &[
    "INVITE",
    "CANCEL",
    "BYE",
    "REGISTER",
    "INFO",
    "PRACK",
    "SUBSCRIBE",
    "NOTIFY",
    "UPDATE",
    "MESSAGE",
    "REFER",
    "PUBLISH",
];

/// The answer to what came from `from`, and its address; `None` for what is not answered.
pub fn to(bytes: &[u8], from: SocketAddr, keys: &Keys) -> Option<(String, SocketAddr)> {
    let request = Request::parse(bytes)?;
    // An acknowledgement is never answered (section 17).
    if request.method == "ACK" {
        return None;
    }
    let (first, to) = route(&request.vias[0], from)?;
    let mut lines = vec![format!("SIP/2.0 {}", status(&request))];
    let others = request.vias[1..].iter().cloned();
    lines.extend(std::iter::once(first).chain(others).map(|via| format!("Via: {via}")));
    lines.push(format!("From: {}", request.from));
    lines.push(format!("To: {}", tagged(&request, keys)));
    lines.push(format!("Call-ID: {}", request.call_id));
    lines.push(format!("CSeq: {}", request.cseq));
    if !request.require.is_empty() {
        lines.push(format!("Unsupported: {}", request.require.join(", ")));
    }
    // Whoever asks with OPTIONS wants to hear these (section 11.2); with 405 the first one has to stand there.
    lines.extend(["Allow: OPTIONS", "Supported:", "Content-Length: 0"].map(str::to_owned));
    Some((lines.join("\r\n") + "\r\n\r\n", to))
}

/// In the order in which a server looks (section 8.2).
fn status(request: &Request) -> &'static str {
    let scheme = request.uri.split(':').next().unwrap_or_default();
    match request.method {
        _ if request.version != "SIP/2.0" => "505 Version Not Supported",
        method if KNOWN.contains(&method) => "405 Method Not Allowed",
        "OPTIONS" if !["sip", "sips"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
            "416 Unsupported URI Scheme"
        }
        "OPTIONS" if !request.require.is_empty() => "420 Bad Extension",
        "OPTIONS" => "200 OK",
        _ => "501 Not Implemented",
    }
}

/// `To` with a tag of ours, the same one for the same question (section 8.2.7).
fn tagged(request: &Request, keys: &Keys) -> String {
    // Outside of <…> a parameter is one of the header.
    let outside = request.to.rsplit('>').next().unwrap_or_default();
    if outside.to_ascii_lowercase().split(';').skip(1).any(|part| part.trim_start().starts_with("tag=")) {
        return request.to.clone();
    }
    let parts =
        [&request.vias[0], &request.call_id, &request.cseq, &request.from].map(|part| part.as_bytes());
    let tag = keys::base32(&keys.sign("sip tag", &parts)[..10]);
    format!("{};tag={tag}", request.to)
}

/// The first `Via` as the answer has it, and where the answer goes: to the address that the request came from, at the
/// port that it names, or at the very port that it came from where it asks for that (`rport`, RFC 3581).
///
/// * returns – `None` where it is none of UDP.
fn route(via: &str, from: SocketAddr) -> Option<(String, SocketAddr)> {
    let (sent, parameters) = via.split_once(';').map_or((via, ""), |(sent, rest)| (sent, rest));
    let (protocol, by) = sent.trim().split_once([' ', '\t'])?;
    let by = by.trim();
    let mut parts = protocol.split('/').map(str::trim);
    let is_udp = parts.next()?.eq_ignore_ascii_case("SIP")
        && parts.next()? == "2.0"
        && parts.next()?.eq_ignore_ascii_case("UDP")
        && parts.next().is_none();
    if !is_udp {
        return None;
    }
    let (host, port) = host_and_port(by)?;
    let source = from.ip().to_canonical();
    let is_named =
        host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical() == source);
    let mut kept: Vec<String> = Vec::new();
    let mut wants_own_port = false;
    for parameter in parameters.split(';').map(str::trim).filter(|parameter| !parameter.is_empty()) {
        match parameter
            .split_once('=')
            .map_or(parameter, |(name, _)| name)
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            // Only we know where it came from.
            "received" => {}
            "rport" => {
                wants_own_port = true;
                kept.push(format!("rport={}", from.port()));
            }
            _ => kept.push(parameter.to_owned()),
        }
    }
    if !is_named || wants_own_port {
        kept.push(format!("received={source}"));
    }
    let answered = std::iter::once(format!("{protocol} {by}")).chain(kept).collect::<Vec<_>>().join(";");
    let port = if wants_own_port { from.port() } else { port.unwrap_or(PORT) };
    Some((answered, SocketAddr::new(from.ip(), port)))
}
/// `sent-by` of a Via: a name or an address, perhaps with a port.
fn host_and_port(by: &str) -> Option<(&str, Option<u16>)> {
    let end = if by.starts_with('[') { by.find(']')? + 1 } else { by.find(':').unwrap_or(by.len()) };
    let (host, rest) = by.split_at(end);
    let is_host = host.starts_with('[') || is_token(host);
    let port = match rest.trim().strip_prefix(':') {
        None if rest.trim().is_empty() => None,
        None => return None,
        Some(port) => Some(port.trim().parse().ok().filter(|port| *port != 0)?),
    };
    is_host.then_some((host, port))
}
