//! The message itself: from DATA to the line with one dot.
use super::{Envelope, Protocol};
use memchr::{memchr2_iter, memmem};
use std::fmt::Write;

/// The only thing that ends a message. What other servers take for an end (`LF . LF` and the like) is what
/// smuggling is made of (CVE-2023-51764 and its kin).
const END: &[u8] = b"\r\n.\r\n";
/// More `Received` fields than this is a loop (RFC 5321, 6.3).
const MAX_HOPS: usize = 100;

/// A message that is being received, behind the trace fields that we put in front of it.
pub struct Incoming {
    bytes: Vec<u8>,
    /// Where the sender's bytes begin. The two bytes before are the CRLF that a first dot needs before it.
    begin: usize,
    /// Bytes before this hold no end of the message.
    scanned: usize,
    max: usize,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is kept.
    Kept,
    /// It has more bytes than a message may have.
    TooLarge,
    /// There is no room for it now.
    NoRoom,
}

/// Why a message that came in whole is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A carriage return or line feed without its partner: the sender smuggles or is broken.
    BareLineEnd,
    TooLarge,
    NoRoom,
    Loop,
}

impl Incoming {
    /// * `max` – bytes that a message may have.
    pub fn new(trace: String, max: usize) -> Incoming {
        let mut bytes = trace.into_bytes();
        bytes.reserve(8 * 1024);
        let begin = bytes.len();
        Incoming { bytes, begin, scanned: begin - 2, max, fate: Fate::Kept }
    }

    /// Takes bytes from the wire. Returns how many belong to the message when its end is among them.
    pub fn feed(&mut self, chunk: &[u8]) -> Option<usize> {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(chunk);
        let found = memmem::find(&self.bytes[self.scanned..], END);
        if let Some(at) = found {
            let end = self.scanned + at + END.len();
            self.bytes.truncate(end);
            return Some(end - before);
        }
        self.scanned = self.scanned.max((self.bytes.len() + 1).saturating_sub(END.len()));
        if self.fate == Fate::Kept && self.bytes.len() - self.begin > self.max + END.len() {
            self.discard(Fate::TooLarge);
        }
        if self.fate != Fate::Kept {
            self.forget();
        }
        None
    }

    /// From now on bytes are read and forgotten, up to the end of the message.
    pub fn discard(&mut self, fate: Fate) {
        self.fate = fate;
        self.forget();
    }

    fn forget(&mut self) {
        let keep = self.bytes.len() - self.scanned;
        self.bytes.copy_within(self.scanned.., 0);
        self.bytes.truncate(keep);
        self.bytes.shrink_to(64 * 1024);
        (self.begin, self.scanned) = (0, 0);
    }

    /// Bytes held in memory.
    pub fn held(&self) -> usize {
        self.bytes.len()
    }

    /// The whole message, once [`Incoming::feed`] has seen its end.
    pub fn finish(mut self) -> Result<Vec<u8>, Unfit> {
        match self.fate {
            Fate::TooLarge => return Err(Unfit::TooLarge),
            Fate::NoRoom => return Err(Unfit::NoRoom),
            Fate::Kept => {}
        }
        // The end begins with the CRLF of the last line, which stays.
        self.bytes.truncate(self.bytes.len() - b".\r\n".len());
        if self.bytes.len() - self.begin > self.max {
            return Err(Unfit::TooLarge);
        }
        if has_bare_line_end(&self.bytes[self.begin..]) {
            return Err(Unfit::BareLineEnd);
        }
        if hops(&self.bytes[self.begin..]) > MAX_HOPS {
            return Err(Unfit::Loop);
        }
        unstuff(&mut self.bytes, self.begin);
        Ok(self.bytes)
    }
}

/// Every CR must be followed by LF, every LF preceded by CR. `message` ends with CRLF or is empty.
fn has_bare_line_end(message: &[u8]) -> bool {
    let mut expected_lf = None;
    for at in memchr2_iter(b'\r', b'\n', message) {
        match (message[at], expected_lf) {
            (b'\r', None) => expected_lf = Some(at + 1),
            (b'\n', Some(expected)) if expected == at => expected_lf = None,
            _ => return true,
        }
    }
    expected_lf.is_some()
}

fn hops(message: &[u8]) -> usize {
    let header = memmem::find(message, b"\r\n\r\n").map_or(message, |at| &message[..at]);
    let is_hop =
        |at: &usize| header[*at..].get(..9).is_some_and(|name| name.eq_ignore_ascii_case(b"received:"));
    usize::from(is_hop(&0)) + memmem::find_iter(header, b"\r\n").filter(|at| is_hop(&(at + 2))).count()
}

/// Takes the first dot off every line that begins with one (RFC 5321, 4.5.2), in place.
fn unstuff(bytes: &mut Vec<u8>, begin: usize) {
    let Some(first) = memmem::find(&bytes[begin - 2..], b"\r\n.").map(|at| begin + at) else { return };
    let (mut read, mut write) = (first + 1, first);
    while read < bytes.len() {
        let next = memmem::find(&bytes[read..], b"\r\n.").map_or(bytes.len(), |at| read + at + 2);
        bytes.copy_within(read..next, write);
        write += next - read;
        read = next + 1;
    }
    bytes.truncate(write);
}

/// `Return-Path` and `Received` for a message that is about to come in (RFC 5321, 4.4).
pub fn trace(envelope: &Envelope, protocol: Protocol, is_extended: bool, host_name: &str) -> String {
    let with = match (protocol, is_extended, envelope.is_encrypted) {
        (Protocol::Lmtp, _, false) => "LMTP",
        (Protocol::Lmtp, _, true) => "LMTPS",
        (Protocol::Smtp, true, true) => "ESMTPS",
        (Protocol::Smtp, true, false) => "ESMTP",
        (Protocol::Smtp, false, _) => "SMTP",
    };
    let mut out = String::with_capacity(256);
    let sender = envelope.mail_from.as_deref().map(path).unwrap_or_default();
    let literal = match envelope.peer {
        std::net::IpAddr::V4(address) => format!("[{address}]"),
        std::net::IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    let date = envelope.received_at.timestamp().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let _ = write!(
        out,
        "Return-Path: <{sender}>\r\nReceived: from {} ({literal})\r\n\tby {host_name} with {with}",
        envelope.helo
    );
    // Several recipients may not know of each other.
    if let [only] = envelope.recipients.as_slice() {
        let _ = write!(out, "\r\n\tfor <{}>", path(only));
    }
    let _ = write!(out, ";\r\n\t{date}\r\n");
    out
}

/// An address as it stands between angle brackets: a local part that is no dot-atom is quoted again.
fn path(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return address.to_owned() };
    let is_atom = |sign: char| {
        sign.is_ascii_alphanumeric() || !sign.is_ascii() || "!#$%&'*+-/=?^_`{|}~.".contains(sign)
    };
    if local.chars().all(is_atom) {
        return address.to_owned();
    }
    format!("\"{}\"@{domain}", local.replace('\\', "\\\\").replace('"', "\\\""))
}
