//! Signed marks by which a reply finds its ticket, checked without a database.
//!
//! The key belongs to one desk, so a mark of another desk never verifies. A mark that verifies proves
//! that this desk once wrote it to somebody, not who sends it back: see `SECURITY.md` S06.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// 128 bits are enough for a mark that cannot be tried offline.
const SIGNATURE_BYTES: usize = 16;
/// Base32 of 16 bytes.
const SIGNATURE_LENGTH: usize = 26;

/// The secret that signs, and older ones that still verify.
#[derive(Clone)]
pub struct TokenKeys {
    current: [u8; 32],
    older: Vec<[u8; 32]>,
}

impl TokenKeys {
    pub fn new(current: [u8; 32], older: Vec<[u8; 32]>) -> TokenKeys {
        TokenKeys { current, older }
    }

    fn all(&self) -> impl Iterator<Item = &[u8; 32]> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

/// What a Message-ID of ours names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageToken {
    pub ticket: i64,
    pub message: i64,
}

/// What a reply address of ours names: the ticket, and to whom it was written as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyToken {
    pub ticket: i64,
    pub participant: i64,
    pub role: TokenRole,
}

/// As whom somebody may write to the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenRole {
    /// The requester and those in copy.
    Customer,
    /// Somebody who works here and answers by mail.
    Agent,
}

impl TokenRole {
    fn letter(self) -> char {
        match self {
            TokenRole::Customer => 'c',
            TokenRole::Agent => 'a',
        }
    }
}

impl MessageToken {
    /// `t.{ticket}.{message}.{signature}@domain`, without `<>`.
    pub fn message_id(self, domain: &str, keys: &TokenKeys) -> String {
        let signature = signature(&keys.current, &self.signed());
        format!("t.{}.{}.{signature}@{domain}", self.ticket, self.message)
    }

    /// Reads a Message-ID (with or without `<>`); `None` if it is not one of ours or was altered.
    pub fn verify(message_id: &str, keys: &TokenKeys) -> Option<MessageToken> {
        let (local, _) = message_id.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let mut pieces = local.split('.');
        let (Some("t" | "T"), Some(ticket), Some(message), Some(given), None) =
            (pieces.next(), pieces.next(), pieces.next(), pieces.next(), pieces.next())
        else {
            return None;
        };
        let token = MessageToken { ticket: number(ticket)?, message: number(message)? };
        is_signed(&token.signed(), given, keys).then_some(token)
    }

    fn signed(self) -> String {
        format!("message\0{}\0{}", self.ticket, self.message)
    }
}

impl ReplyToken {
    /// `local+t{ticket}.{c|a}{participant}.{signature}@domain` for an inbox address; `None` if the
    /// inbox address is none or its local part leaves no room (64 bytes in all, RFC 5321).
    pub fn address(self, inbox: &str, keys: &TokenKeys) -> Option<String> {
        let (local, domain) = inbox.rsplit_once('@')?;
        let signature = signature(&keys.current, &self.signed());
        let local =
            format!("{local}+t{}.{}{}.{signature}", self.ticket, self.role.letter(), self.participant);
        (local.len() <= 64).then(|| format!("{local}@{domain}"))
    }

    /// Reads an address mail arrived at; `None` if it carries no mark or an altered one.
    pub fn verify(address: &str, keys: &TokenKeys) -> Option<ReplyToken> {
        let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let mark = local.rsplit_once('+')?.1;
        let mark = mark.strip_prefix('t').or_else(|| mark.strip_prefix('T'))?;
        let mut pieces = mark.split('.');
        let (ticket, whom, given) = (pieces.next()?, pieces.next()?, pieces.next()?);
        if pieces.next().is_some() {
            return None;
        }
        let role = match whom.chars().next()? {
            'c' | 'C' => TokenRole::Customer,
            'a' | 'A' => TokenRole::Agent,
            _ => return None,
        };
        let token = ReplyToken { ticket: number(ticket)?, participant: number(&whom[1..])?, role };
        is_signed(&token.signed(), given, keys).then_some(token)
    }

    /// The inbox address without the mark: `support+t1.c2.x@d` → `support@d`.
    pub fn inbox(address: &str) -> Option<String> {
        let (local, domain) = address.rsplit_once('@')?;
        let (inbox, mark) = local.rsplit_once('+')?;
        let looks_signed = mark.starts_with(['t', 'T']) && mark.matches('.').count() == 2;
        looks_signed.then(|| format!("{inbox}@{domain}"))
    }

    fn signed(self) -> String {
        format!("reply\0{}\0{}\0{}", self.ticket, self.participant, self.role.letter())
    }
}

/// A positive number written as we write it: no sign, no leading zero.
fn number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

fn mac(key: &[u8; 32], text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

fn signature(key: &[u8; 32], text: &str) -> String {
    base32(&mac(key, text).finalize().into_bytes()[..SIGNATURE_BYTES])
}

/// Compares in constant time, with every key, whatever matched before.
#[expect(clippy::unnecessary_fold, reason = "`any` would stop at the first key that matches")]
fn is_signed(text: &str, given: &str, keys: &TokenKeys) -> bool {
    let Some(given) = base32_decode(given) else { return false };
    keys.all().fold(false, |matched, key| mac(key, text).verify_truncated_left(&given).is_ok() || matched)
}

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// RFC 4648 base32, lower case, without padding: survives programs that change the case of addresses.
fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(SIGNATURE_LENGTH);
    let (mut bits, mut held) = (0u32, 0u32);
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(ALPHABET[(bits >> held & 31) as usize] as char);
        }
    }
    if held > 0 {
        out.push(ALPHABET[(bits << (5 - held) & 31) as usize] as char);
    }
    out
}

/// The only text that decodes to these bytes is the one [`base32`] writes, in either case.
fn base32_decode(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    if text.len() != SIGNATURE_LENGTH {
        return None;
    }
    let mut out = [0u8; SIGNATURE_BYTES];
    let (mut bits, mut held, mut at) = (0u32, 0u32, 0);
    for byte in text.bytes() {
        let value = match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            *out.get_mut(at)? = (bits >> held) as u8;
            at += 1;
        }
    }
    // Bits left over must be zero, or a last character could be altered without being noticed.
    (at == SIGNATURE_BYTES && bits & ((1 << held) - 1) == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TokenKeys {
        TokenKeys::new([7; 32], vec![[6; 32]])
    }

    #[test]
    fn a_message_id_comes_back_as_what_it_named() {
        let token = MessageToken { ticket: 4711, message: 9 };
        let id = token.message_id("desk.example", &keys());
        assert_eq!(MessageToken::verify(&format!("<{}>", id.to_uppercase()), &keys()), Some(token));
        assert_eq!(
            MessageToken::verify(&token.message_id("x.example", &TokenKeys::new([6; 32], vec![])), &keys()),
            Some(token)
        );
    }

    #[test]
    fn an_altered_mark_names_nothing() {
        let id = MessageToken { ticket: 4711, message: 9 }.message_id("desk.example", &keys());
        let local_length = id.find('@').expect("an id");
        for at in 0..local_length {
            for new in ["a", "b", "1", "2", "x", "", ".", "7"] {
                let altered = format!("{}{new}{}", &id[..at], &id[at + 1..]);
                if !altered.eq_ignore_ascii_case(&id) {
                    assert_eq!(MessageToken::verify(&altered, &keys()), None, "{altered}");
                }
            }
        }
        let reply = ReplyToken { ticket: 1, participant: 2, role: TokenRole::Customer };
        let address = reply.address("help@desk.example", &keys()).expect("room");
        assert_eq!(ReplyToken::verify(&address, &keys()), Some(reply));
        for (from, to) in
            [(".c2.", ".a2."), (".c2.", ".c3."), ("+t1.", "+t2."), ("+t1.", "+t01."), ("+t1.", "+t+1.")]
        {
            assert_eq!(ReplyToken::verify(&address.replace(from, to), &keys()), None, "{to}");
        }
        assert_eq!(ReplyToken::verify(&address, &TokenKeys::new([1; 32], vec![])), None);
    }

    #[test]
    fn a_mark_for_one_purpose_is_none_for_the_other() {
        let id = MessageToken { ticket: 1, message: 2 }.message_id("desk.example", &keys());
        let signature = id.split(['.', '@']).nth(3).expect("a signature");
        assert_eq!(ReplyToken::verify(&format!("help+t1.c2.{signature}@desk.example"), &keys()), None);
    }

    #[test]
    fn the_inbox_is_found_below_the_mark() {
        let reply = ReplyToken { ticket: 1, participant: 2, role: TokenRole::Agent };
        let address = reply.address("help+x@desk.example", &keys()).expect("room");
        assert_eq!(ReplyToken::inbox(&address).as_deref(), Some("help+x@desk.example"));
        assert_eq!(ReplyToken::inbox("jo+news@x.example"), None);
        assert_eq!(reply.address(&format!("{}@x.example", "l".repeat(40)), &keys()), None);
    }
}
