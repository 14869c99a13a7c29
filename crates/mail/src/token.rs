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

/// The secret that signs.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    pub fn new(key: [u8; 32]) -> TokenKey {
        TokenKey(key)
    }
}

/// What a Message-ID of ours names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageToken {
    pub ticket: i64,
    pub message: i64,
}

/// What a reply address of ours names: the ticket, and the customer to whom it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyToken {
    pub ticket: i64,
    pub participant: i64,
}

impl MessageToken {
    /// `t.{ticket}.{message}.{signature}@domain`, without `<>`.
    pub fn message_id(self, domain: &str, key: &TokenKey) -> String {
        let signature = signature(key, &self.signed());
        format!("t.{}.{}.{signature}@{domain}", self.ticket, self.message)
    }

    /// Reads a Message-ID (with or without `<>`); `None` if it is not one of ours or was altered.
    pub fn verify(message_id: &str, key: &TokenKey) -> Option<MessageToken> {
        let (local, _) = message_id.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let mut pieces = local.split('.');
        let (Some("t" | "T"), Some(ticket), Some(message), Some(given), None) =
            (pieces.next(), pieces.next(), pieces.next(), pieces.next(), pieces.next())
        else {
            return None;
        };
        let token = MessageToken { ticket: number(ticket)?, message: number(message)? };
        is_signed(&token.signed(), given, key).then_some(token)
    }

    fn signed(self) -> String {
        format!("message\0{}\0{}", self.ticket, self.message)
    }
}

impl ReplyToken {
    /// `local+t{ticket}.c{participant}.{signature}@domain` for an inbox address; `None` if the
    /// inbox address is none or its local part leaves no room (64 bytes in all, RFC 5321).
    pub fn address(self, inbox: &str, key: &TokenKey) -> Option<String> {
        let (local, domain) = inbox.rsplit_once('@')?;
        let signature = signature(key, &self.signed());
        let local = format!("{local}+t{}.c{}.{signature}", self.ticket, self.participant);
        (local.len() <= 64).then(|| format!("{local}@{domain}"))
    }

    /// Reads an address mail arrived at; `None` if it carries no mark or an altered one.
    pub fn verify(address: &str, key: &TokenKey) -> Option<ReplyToken> {
        let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let mark = local.rsplit_once('+')?.1;
        let mark = mark.strip_prefix('t').or_else(|| mark.strip_prefix('T'))?;
        let mut pieces = mark.split('.');
        let (ticket, whom, given) = (pieces.next()?, pieces.next()?, pieces.next()?);
        if pieces.next().is_some() {
            return None;
        }
        let participant = whom.strip_prefix(['c', 'C'])?;
        let token = ReplyToken { ticket: number(ticket)?, participant: number(participant)? };
        is_signed(&token.signed(), given, key).then_some(token)
    }

    /// The inbox address without the mark: `support+t1.c2.x@d` → `support@d`.
    pub fn inbox(address: &str) -> Option<String> {
        let (local, domain) = address.rsplit_once('@')?;
        let (inbox, mark) = local.rsplit_once('+')?;
        let looks_signed = mark.starts_with(['t', 'T', 's', 'S']) && mark.matches('.').count() == 2;
        looks_signed.then(|| format!("{inbox}@{domain}"))
    }

    fn signed(self) -> String {
        format!("reply\0{}\0{}\0c", self.ticket, self.participant)
    }
}

/// With whom a mail of a ticket is exchanged that is never for the customer's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aside {
    /// The number of the stay with a supplier.
    Supplier(i64),
    /// The number of a side conversation.
    Side(i64),
}
impl Aside {
    /// The letter of a Message-ID, that of a reply address, and the word that is signed.
    const fn marks(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Aside::Supplier(_) => ("s", "h", "supplier"),
            Aside::Side(_) => ("d", "d", "side"),
        }
    }
    fn number(self) -> i64 {
        match self {
            Aside::Supplier(number) | Aside::Side(number) => number,
        }
    }
}

/// What names an exchange beside the customer's: the ticket, and with whom. In a Message-ID and in a reply address, both
/// apart from those for customers: whatever carries one is for us alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsideToken {
    pub ticket: i64,
    pub with: Aside,
}

impl AsideToken {
    /// `s.{ticket}.{stay}.{random}.{signature}@domain`, without `<>`; `d.` for a side conversation. `random` makes each
    /// mail's own.
    pub fn message_id(self, random: i64, domain: &str, key: &TokenKey) -> String {
        let signature = signature(key, &self.signed_message(random));
        let (letter, ..) = self.with.marks();
        format!("{letter}.{}.{}.{random}.{signature}@{domain}", self.ticket, self.with.number())
    }
    /// Reads a Message-ID (with or without `<>`); `None` if it is not one of ours or was altered.
    pub fn verify_message(message_id: &str, key: &TokenKey) -> Option<AsideToken> {
        let (local, _) = message_id.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let pieces: Vec<_> = local.split('.').collect();
        let [letter, ticket, of, random, given] = pieces[..] else { return None };
        let of = number(of)?;
        let with = match letter {
            "s" | "S" => Aside::Supplier(of),
            "d" | "D" => Aside::Side(of),
            _ => return None,
        };
        let token = AsideToken { ticket: number(ticket)?, with };
        is_signed(&token.signed_message(number(random)?), given, key).then_some(token)
    }
    /// `local+s{ticket}.h{stay}.{signature}@domain` for an inbox address, `.d` for a side conversation; `None` as
    /// [`ReplyToken::address`].
    pub fn address(self, inbox: &str, key: &TokenKey) -> Option<String> {
        let (local, domain) = inbox.rsplit_once('@')?;
        let signature = signature(key, &self.signed_address());
        let (_, letter, _) = self.with.marks();
        let local = format!("{local}+s{}.{letter}{}.{signature}", self.ticket, self.with.number());
        (local.len() <= 64).then(|| format!("{local}@{domain}"))
    }
    /// Reads an address mail arrived at; `None` if it carries no mark or an altered one.
    pub fn verify_address(address: &str, key: &TokenKey) -> Option<AsideToken> {
        let (local, _) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let mark = local.rsplit_once('+')?.1;
        let pieces: Vec<_> = mark.split('.').collect();
        let [ticket, of, given] = pieces[..] else { return None };
        let with = match of.split_at_checked(1)? {
            ("h" | "H", of) => Aside::Supplier(number(of)?),
            ("d" | "D", of) => Aside::Side(number(of)?),
            _ => return None,
        };
        let token = AsideToken { ticket: number(ticket.strip_prefix(['s', 'S'])?)?, with };
        is_signed(&token.signed_address(), given, key).then_some(token)
    }
    fn signed_message(self, random: i64) -> String {
        format!("{}\0{}\0{}\0{random}", self.with.marks().2, self.ticket, self.with.number())
    }
    fn signed_address(self) -> String {
        format!("{} reply\0{}\0{}", self.with.marks().2, self.ticket, self.with.number())
    }
}

/// A positive number written as we write it: no sign, no leading zero.
fn number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

fn mac(key: &TokenKey, text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

fn signature(key: &TokenKey, text: &str) -> String {
    base32(&mac(key, text).finalize().into_bytes()[..SIGNATURE_BYTES])
}

/// Compares in constant time.
fn is_signed(text: &str, given: &str, key: &TokenKey) -> bool {
    base32_decode(given).is_some_and(|given| mac(key, text).verify_truncated_left(&given).is_ok())
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

    fn key() -> TokenKey {
        TokenKey::new([7; 32])
    }

    #[test]
    fn a_message_id_comes_back_as_what_it_named() {
        let token = MessageToken { ticket: 4711, message: 9 };
        let id = token.message_id("desk.example", &key());
        assert_eq!(MessageToken::verify(&format!("<{}>", id.to_uppercase()), &key()), Some(token));
        let of_another_desk = token.message_id("x.example", &TokenKey::new([6; 32]));
        assert_eq!(MessageToken::verify(&of_another_desk, &key()), None);
    }

    #[test]
    fn an_altered_mark_names_nothing() {
        let id = MessageToken { ticket: 4711, message: 9 }.message_id("desk.example", &key());
        let local_length = id.find('@').expect("an id");
        for at in 0..local_length {
            for new in ["a", "b", "1", "2", "x", "", ".", "7"] {
                let altered = format!("{}{new}{}", &id[..at], &id[at + 1..]);
                if !altered.eq_ignore_ascii_case(&id) {
                    assert_eq!(MessageToken::verify(&altered, &key()), None, "{altered}");
                }
            }
        }
        let reply = ReplyToken { ticket: 1, participant: 2 };
        let address = reply.address("help@desk.example", &key()).expect("room");
        assert_eq!(ReplyToken::verify(&address, &key()), Some(reply));
        for (from, to) in
            [(".c2.", ".a2."), (".c2.", ".c3."), ("+t1.", "+t2."), ("+t1.", "+t01."), ("+t1.", "+t+1.")]
        {
            assert_eq!(ReplyToken::verify(&address.replace(from, to), &key()), None, "{to}");
        }
        assert_eq!(ReplyToken::verify(&address, &TokenKey::new([1; 32])), None);
    }

    #[test]
    fn a_mark_for_one_purpose_is_none_for_the_other() {
        let id = MessageToken { ticket: 1, message: 2 }.message_id("desk.example", &key());
        let signature = id.split(['.', '@']).nth(3).expect("a signature");
        assert_eq!(ReplyToken::verify(&format!("help+t1.c2.{signature}@desk.example"), &key()), None);
    }

    #[test]
    fn the_mark_of_a_mail_beside_comes_back_and_is_nobody_elses() {
        for (with, letter, of) in [(Aside::Supplier(3), "s", "h"), (Aside::Side(3), "d", "d")] {
            let token = AsideToken { ticket: 7, with };
            let id = token.message_id(99, "desk.example", &key());
            assert!(id.starts_with(&format!("{letter}.7.3.99.")), "{id}");
            assert_eq!(AsideToken::verify_message(&format!("<{}>", id.to_uppercase()), &key()), Some(token));
            assert_eq!(MessageToken::verify(&id, &key()), None);
            let address = token.address("help@desk.example", &key()).expect("room");
            assert_eq!(AsideToken::verify_address(&address, &key()), Some(token));
            assert_eq!(ReplyToken::verify(&address, &key()), None);
            assert_eq!(ReplyToken::inbox(&address).as_deref(), Some("help@desk.example"));
            let other = if letter == "s" { "d.7." } else { "s.7." };
            let seven = format!("{letter}.7.");
            for (from, to) in
                [(&*seven, "s.8."), (".3.", ".4."), (".99.", ".98."), (&*seven, "t.7."), (&*seven, other)]
            {
                assert_eq!(AsideToken::verify_message(&id.replacen(from, to, 1), &key()), None, "{to}");
            }
            let (own, next) = (format!(".{of}3."), format!(".{of}4."));
            let strange = if of == "h" { ".d3." } else { ".h3." };
            for (from, to) in
                [("+s7.", "+s8."), (&*own, &*next), ("+s7.", "+t7."), (&*own, ".c3."), (&*own, strange)]
            {
                let altered = address.replace(from, to);
                assert_eq!(AsideToken::verify_address(&altered, &key()), None, "{to}");
                assert_eq!(ReplyToken::verify(&altered, &key()), None, "{to}");
            }
            let message = MessageToken { ticket: 7, message: 3 }.message_id("desk.example", &key());
            assert_eq!(AsideToken::verify_message(&message, &key()), None);
        }
    }

    #[test]
    fn the_inbox_is_found_below_the_mark() {
        let reply = ReplyToken { ticket: 1, participant: 2 };
        let address = reply.address("help+x@desk.example", &key()).expect("room");
        assert_eq!(ReplyToken::inbox(&address).as_deref(), Some("help+x@desk.example"));
        assert_eq!(ReplyToken::inbox("jo+news@x.example"), None);
        assert_eq!(reply.address(&format!("{}@x.example", "l".repeat(40)), &key()), None);
    }
}
