//! How IMAP writes things (RFC 3501, section 9): as much of it as a mail fetcher meets.
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use kernel::clock::Millis;

/// A line from the server with its literals taken out. NUL, which no IMAP line may hold, marks where each was.
#[derive(Debug, Default)]
pub struct Line {
    pub text: Vec<u8>,
    pub literals: Vec<Literal>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Literal {
    Kept(Vec<u8>),
    /// It was larger than we keep; so many bytes were read and forgotten.
    Skipped(usize),
}

/// A piece of a response.
#[derive(Debug, PartialEq, Eq)]
pub enum Token {
    /// A word, a number, NIL or `BODY[HEADER]`.
    Atom(String),
    Text(Vec<u8>),
    Skipped(usize),
    List(Vec<Token>),
}

impl Token {
    pub fn atom(&self) -> Option<&str> {
        if let Token::Atom(atom) = self { Some(atom) } else { None }
    }
    pub fn number(&self) -> Option<u64> {
        self.atom()?.parse().ok()
    }
    pub fn bytes(&self) -> Option<&[u8]> {
        if let Token::Text(text) = self { Some(text) } else { None }
    }
}

/// `25-Nov-2026`, as SEARCH takes it. The day in UTC.
pub fn day(at: Millis) -> String {
    at.timestamp().strftime("%d-%b-%Y").to_string()
}

/// Reads `17-Jul-1996 02:44:25 -0700`, or with a blank for the first digit of the day.
pub fn instant(text: &[u8]) -> Option<Millis> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let read = jiff::Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text);
    read.ok().map(|at| Millis(at.as_millisecond()))
}

/// Nothing that we ask for is nested deeper.
const MAX_DEPTH: usize = 50;

impl Line {
    /// The line as it stands, for words that are meant for people.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// The pieces of the line; `None` when it is not written as IMAP writes.
    pub fn tokens(self) -> Option<Vec<Token>> {
        let mut literals = self.literals.into_iter();
        let mut rest = self.text.as_slice();
        let tokens = list(&mut rest, &mut literals, 0)?;
        rest.is_empty().then_some(tokens)
    }
}

/// Tokens up to a closing parenthesis, which stays, or the end.
fn list(rest: &mut &[u8], literals: &mut impl Iterator<Item = Literal>, depth: usize) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    while let Some(first) = rest.first() {
        match first {
            b' ' => *rest = &rest[1..],
            b')' if depth > 0 => return Some(tokens),
            b'(' if depth < MAX_DEPTH => {
                *rest = &rest[1..];
                let inner = list(rest, literals, depth + 1)?;
                *rest = rest.strip_prefix(b")")?;
                tokens.push(Token::List(inner));
            }
            b'"' => tokens.push(Token::Text(quoted(rest)?)),
            0 => {
                *rest = &rest[1..];
                tokens.push(match literals.next()? {
                    Literal::Kept(bytes) => Token::Text(bytes),
                    Literal::Skipped(size) => Token::Skipped(size),
                });
            }
            b'(' | b')' => return None,
            _ => tokens.push(Token::Atom(atom(rest))),
        }
    }
    Some(tokens)
}

fn quoted(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut bytes = rest[1..].iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                *rest = &rest[at + 2..];
                return Some(text);
            }
            b'\\' => text.push(*bytes.next()?.1),
            byte => text.push(*byte),
        }
    }
    None
}

/// Up to the next space or parenthesis, but brackets and what they hold belong together.
fn atom(rest: &mut &[u8]) -> String {
    let mut depth = 0_usize;
    let end = rest.iter().position(|byte| {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(byte, b' ' | b'(' | b')' | b'"' | 0)
    });
    let (atom, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after;
    String::from_utf8_lossy(atom).into_owned()
}

/// The size that a line announces at its end, `{12}` or `{12+}`.
pub fn announced_literal(line: &[u8]) -> Option<(usize, usize)> {
    let line = line.strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let size = std::str::from_utf8(&line[open + 1..]).ok()?;
    let size = size.bytes().all(|byte| byte.is_ascii_digit()).then(|| size.parse().ok())??;
    // A binary literal has a tilde in front.
    let begin = if open > 0 && line[open - 1] == b'~' { open - 1 } else { open };
    Some((begin, size))
}

/// A string for a command. `None` where only a literal could carry it.
pub fn quote(text: &str) -> Option<String> {
    if text.contains(|sign: char| !sign.is_ascii() || sign.is_ascii_control()) {
        return None;
    }
    Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A folder's name as commands carry it: quoted, in modified UTF-7 (RFC 3501, 5.1.3).
pub fn folder(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut foreign: Vec<u16> = Vec::new();
    let flush = |foreign: &mut Vec<u16>, out: &mut String| {
        if !foreign.is_empty() {
            let bytes: Vec<u8> = foreign.drain(..).flat_map(u16::to_be_bytes).collect();
            out.push('&');
            out.push_str(&BASE64.encode(bytes).replace('/', ","));
            out.push('-');
        }
    };
    for sign in name.chars() {
        if matches!(sign, ' '..='~') {
            flush(&mut foreign, &mut out);
            match sign {
                '&' => out.push_str("&-"),
                '"' | '\\' => out.extend(['\\', sign]),
                sign => out.push(sign),
            }
        } else {
            foreign.extend(sign.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut foreign, &mut out);
    format!("\"{out}\"")
}

/// UIDs as a command lists them, `3:5,9`. They are sorted and unique.
pub fn uid_set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => ranges.push((uid, uid)),
        }
    }
    let range = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}:{last}"),
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str, literals: Vec<Literal>) -> Option<Vec<Token>> {
        Line { text: text.as_bytes().to_vec(), literals }.tokens()
    }
    fn word(text: &str) -> Token {
        Token::Atom(text.into())
    }

    #[test]
    fn a_fetch_response_is_taken_apart() {
        let literal = vec![Literal::Kept(b"Subject: (x)\r\n".to_vec())];
        let found =
            tokens("2 FETCH (UID 7 FLAGS (\\Seen $a) BODY[HEADER.FIELDS (A B)]<0> \0)", literal).unwrap();
        let Token::List(items) = &found[2] else { panic!("{found:?}") };
        assert_eq!(items[1].number(), Some(7));
        assert_eq!(items[3], Token::List(vec![word("\\Seen"), word("$a")]));
        assert_eq!(items[4], word("BODY[HEADER.FIELDS (A B)]<0>"));
        assert_eq!(items[5], Token::Text(b"Subject: (x)\r\n".to_vec()));
        let quoted = tokens(r#"BODY[] "a \"b\" \\" NIL"#, vec![]).unwrap();
        assert_eq!(quoted[1], Token::Text(br#"a "b" \"#.to_vec()));
        for broken in ["(a", "a)", "\"a", "\0", "((((", &"(".repeat(10_000)] {
            assert_eq!(tokens(broken, vec![]), None, "{broken:.9}");
        }
    }

    #[test]
    fn literals_are_announced_at_the_end_of_a_line() {
        assert_eq!(announced_literal(b"* 1 FETCH (BODY[] {310}"), Some((18, 310)));
        assert_eq!(announced_literal(b"BINARY[] ~{5+}"), Some((9, 5)));
        for none in ["", "{}", "{-1}", "{+5}", "{a}", "x", "{99999999999999999999}", "* OK {5} x"] {
            assert_eq!(announced_literal(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn folders_are_named_in_modified_utf_7() {
        for (name, wire) in [
            ("INBOX", "\"INBOX\""),
            ("Entwürfe", "\"Entw&APw-rfe\""),
            ("a&b", "\"a&-b\""),
            ("a \"b\" \\", "\"a \\\"b\\\" \\\\\""),
            ("~peter/mail/台北/日本語", "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""),
            ("x\r\ny", "\"x&AA0ACg-y\""),
        ] {
            assert_eq!(folder(name), wire);
        }
        assert_eq!(quote("pass \"word\"").as_deref(), Some("\"pass \\\"word\\\"\""));
        assert_eq!(quote("ü"), None);
        assert_eq!(quote("a\r\nb"), None);
    }

    #[test]
    fn neighbouring_uids_become_ranges() {
        assert_eq!(uid_set(&[1]), "1");
        assert_eq!(uid_set(&[1, 2, 3, 5, 7, 8, u32::MAX]), "1:3,5,7:8,4294967295");
    }
}
