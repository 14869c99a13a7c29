//! A message as it goes over the wire, and addresses as they stand in commands.
use super::Refusal;
use memchr::memchr2_iter;

/// The message with CRLF line ends and doubled first dots (RFC 5321, 4.5.2), and the line that ends it.
///
/// A lone CR or LF becomes CRLF: left as it is, some servers would read an end of message into it (S19).
pub fn on_the_wire(raw: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(raw.len() + raw.len() / 50 + 16);
    let mut from = 0;
    let mut line = |text: &[u8]| {
        if text.first() == Some(&b'.') {
            wire.push(b'.');
        }
        wire.extend_from_slice(text);
        wire.extend_from_slice(b"\r\n");
    };
    for at in memchr2_iter(b'\r', b'\n', raw) {
        // The LF of a CRLF that has been dealt with.
        if at < from {
            continue;
        }
        line(&raw[from..at]);
        from = at + if raw[at..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    if from < raw.len() {
        line(&raw[from..]);
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// Whether the header has bytes that only SMTPUTF8 may carry.
pub fn has_utf8_header(raw: &[u8]) -> bool {
    let blank = |marker: &[u8]| memchr::memmem::find(raw, marker);
    let end = [blank(b"\r\n\r\n"), blank(b"\n\n")].into_iter().flatten().min().unwrap_or(raw.len());
    !raw[..end].is_ascii()
}

/// An address for MAIL and RCPT. An international domain is written in ASCII, which every server understands;
/// an international local part needs SMTPUTF8 and has no other spelling.
pub fn on_the_envelope(address: &str, has_utf8: bool) -> Result<String, Refusal> {
    let refuse = |enhanced: &str, text: &str| Refusal {
        is_permanent: true,
        code: 0,
        enhanced: Some(enhanced.into()),
        text: text.into(),
    };
    let (local, domain) = address.rsplit_once('@').ok_or_else(|| refuse("5.1.3", "not an address"))?;
    let is_broken = |sign: char| sign.is_control() || sign.is_whitespace() || sign == '<' || sign == '>';
    if local.is_empty() || domain.is_empty() || address.len() > 254 || domain.contains(is_broken) {
        return Err(refuse("5.1.3", "not an address"));
    }
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    if local.contains(|sign: char| sign.is_control() || (!is_quoted && is_broken(sign))) {
        return Err(refuse("5.1.3", "not an address"));
    }
    if local.is_ascii() && !domain.is_ascii() {
        let ascii = idna::domain_to_ascii(domain).map_err(|_| refuse("5.1.2", "not a domain"))?;
        return Ok(format!("{local}@{ascii}"));
    }
    if !address.is_ascii() && !has_utf8 {
        return Err(refuse("5.6.7", "the server does not take international addresses"));
    }
    Ok(address.to_owned())
}
