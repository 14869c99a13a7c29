//! Header fields: where they begin and end, unfolding, encoded words, parameters.

use crate::charset::{self, hex};
use crate::limits::Limits;
use crate::text;
use std::borrow::Cow;

/// One header field. The value is unfolded and is text, but nothing in it is decoded yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As written: `Message-Id`.
    pub name: String,
    pub value: String,
}

/// The header fields of a message or part, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Field>,
    /// More fields or bytes than the limits allow: what lies beyond is missing here.
    pub cut: bool,
}

impl Headers {
    /// Reads the header block at the start of `raw` and says where the body begins.
    ///
    /// Lenient as real mail needs it: a line without a colon joins the field before it, or ends the
    /// header when it is the first; a leading mbox `From ` line is skipped; every line end counts.
    pub fn read(raw: &[u8], limits: &Limits) -> (Headers, usize) {
        let mut headers = Headers::default();
        let mut at = 0;
        while at < raw.len() {
            let line_end = memchr::memchr(b'\n', &raw[at..]).map_or(raw.len(), |found| at + found + 1);
            let line = trim_end(&raw[at..line_end]);
            if line.is_empty() {
                return (headers, line_end);
            }
            let folded = matches!(line[0], b' ' | b'\t');
            let name_end = if folded { None } else { field_name(line) };
            if at > limits.header {
                headers.cut = true;
            }
            match name_end {
                _ if headers.cut => {}
                Some(colon) if headers.fields.len() < limits.header_fields => headers.fields.push(Field {
                    name: String::from_utf8_lossy(&line[..colon]).trim_end().to_owned(),
                    value: lenient(line[colon + 1..].trim_ascii_start()),
                }),
                Some(_) => headers.cut = true,
                None if folded => {
                    if let Some(last) = headers.fields.last_mut() {
                        last.value.push(' ');
                        last.value.push_str(&lenient(line.trim_ascii_start()));
                    }
                }
                None if line.starts_with(b"From ") || line.starts_with(b">From ") => {}
                // Not a header at all: the body begins here, without an empty line.
                None => return (headers, at),
            }
            at = line_end;
        }
        (headers, raw.len())
    }

    /// The first value of a field, by name without regard to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }

    /// All values of a field, in order.
    pub fn all<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h str> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }

    /// Every field in order.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Where the colon stands, if the line begins a field: printable ASCII without space before it.
fn field_name(line: &[u8]) -> Option<usize> {
    let colon = line.iter().take(200).position(|b| *b == b':')?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| b.is_ascii_graphic())).then_some(colon)
}

/// Header bytes as text: UTF-8, else Windows-1252.
fn lenient(bytes: &[u8]) -> String {
    charset::decode(bytes, None).0.into_owned()
}

/// Decodes encoded words (RFC 2047) wherever they stand, also where they should not.
///
/// White space between two encoded words goes; bytes of neighbours in one charset are joined
/// before decoding, because programs split characters between words.
pub fn decode_words(raw: &str) -> Cow<'_, str> {
    if !raw.contains("=?") {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = raw;
    while let Some(at) = rest.find("=?") {
        let before = &rest[..at];
        match encoded_word(&rest[at..]) {
            Some((label, bytes, length)) => {
                let between_words = pending.is_some() && before.trim().is_empty();
                if !between_words {
                    flush(&mut out, &mut pending);
                    out.push_str(before);
                }
                match &mut pending {
                    // Words of ISO-2022 begin anew each time, and may not be joined.
                    Some((held, held_bytes)) if held.eq_ignore_ascii_case(label) && !is_stateful(label) => {
                        held_bytes.extend(bytes);
                    }
                    _ => {
                        flush(&mut out, &mut pending);
                        pending = Some((label.to_owned(), bytes));
                    }
                }
                rest = &rest[at + length..];
            }
            None => {
                flush(&mut out, &mut pending);
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    flush(&mut out, &mut pending);
    out.push_str(rest);
    Cow::Owned(out)
}

fn is_stateful(label: &str) -> bool {
    label.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("iso-2022"))
}

fn flush(out: &mut String, pending: &mut Option<(String, Vec<u8>)>) {
    if let Some((label, bytes)) = pending.take() {
        out.push_str(&charset::decode(&bytes, Some(&label)).0);
    }
}

/// One encoded word at the start of `text`: charset, bytes, length of the word.
fn encoded_word(text: &str) -> Option<(&str, Vec<u8>, usize)> {
    const LONGEST: usize = 4096;
    let inner = text.strip_prefix("=?")?;
    let label_end = inner.bytes().take(64).position(|b| b == b'?')?;
    // RFC 2231 puts a language behind the charset: `us-ascii*en`.
    let label = inner[..label_end].split('*').next().unwrap_or_default();
    let after = &inner[label_end + 1..];
    let kind = after.as_bytes().first()?.to_ascii_lowercase();
    let body = after.get(1..)?.strip_prefix('?')?;
    let window = text::prefix(body, LONGEST);
    // A body in Q may itself begin with "=": the end is the first "?=" that closes a word.
    let end = window.find("?=")?;
    let encoded = &body[..end];
    let bytes = match kind {
        b'b' => charset::base64(encoded.as_bytes()),
        b'q' => q_decode(encoded.as_bytes()),
        _ => return None,
    };
    Some((label, bytes, 2 + label_end + 1 + 2 + end + 2))
}

fn q_decode(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(&byte) = encoded.get(at) {
        let escaped = (byte == b'=')
            .then(|| Some((hex(*encoded.get(at + 1)?)?, hex(*encoded.get(at + 2)?)?)))
            .flatten();
        match (byte, escaped) {
            (_, Some((high, low))) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'_', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    out
}

/// A value with parameters: `Content-Type` and `Content-Disposition`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Before the first semicolon, lower-cased: `text/plain`, `attachment`.
    pub value: String,
    parameters: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a value with its parameters, continued and encoded ones (RFC 2231) put together.
    pub fn read(raw: &str) -> Parameters {
        let mut pieces = split_outside_quotes(raw, b';').into_iter();
        let value = without_comments(pieces.next().unwrap_or_default());
        // `text/plain charset=x`: the semicolon is missing.
        let (value, forgotten) = match value.find(char::is_whitespace) {
            Some(at) if value[..at].contains('/') && value[at..].contains('=') => {
                (value[..at].to_owned(), value[at..].to_owned())
            }
            _ => (value, String::new()),
        };
        let value: String =
            value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        let mut plain: Vec<(String, String)> = Vec::new();
        let mut sections: Vec<Section> = Vec::new();
        for piece in std::iter::once(forgotten.as_str()).chain(pieces.take(100)) {
            let Some((name, value)) = piece.split_once('=') else { continue };
            let name = name.trim().to_ascii_lowercase();
            let value = unquote(value.trim());
            match Section::of(&name, &value) {
                Some(section) => sections.push(section),
                None => plain.push((name, decode_words(&value).into_owned())),
            }
        }
        sections.sort_by(|a, b| (&a.name, a.index).cmp(&(&b.name, b.index)));
        for group in sections.chunk_by(|a, b| a.name == b.name) {
            // The encoded form wins over a plain one of the same name.
            plain.retain(|(name, _)| *name != group[0].name);
            plain.push((group[0].name.clone(), Section::join(group)));
        }
        Parameters { value, parameters: plain }
    }

    /// The parameter of that (lower-case) name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One piece of an RFC 2231 parameter: `filename*1*=…`.
struct Section {
    name: String,
    index: u32,
    is_encoded: bool,
    value: String,
}

impl Section {
    fn of(name: &str, value: &str) -> Option<Section> {
        let (base, mark) = name.split_once('*')?;
        let (index, is_encoded) = match mark.strip_suffix('*') {
            Some(index) => (index, true),
            None if mark.is_empty() => ("", true),
            None => (mark, false),
        };
        let index = if index.is_empty() { 0 } else { index.parse().ok()? };
        Some(Section { name: base.to_owned(), index, is_encoded, value: value.to_owned() })
    }

    fn join(group: &[Section]) -> String {
        let mut label = None;
        let mut bytes = Vec::new();
        for (position, section) in group.iter().enumerate() {
            let mut value = section.value.as_str();
            if position == 0 && section.is_encoded {
                let mut quotes = value.splitn(3, '\'');
                if let (Some(charset), Some(_), Some(text)) = (quotes.next(), quotes.next(), quotes.next()) {
                    label = Some(charset.to_owned()).filter(|charset| !charset.is_empty());
                    value = text;
                }
            }
            if section.is_encoded {
                percent_decode(value, &mut bytes);
            } else {
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        let text = charset::decode(&bytes, label.as_deref()).0.into_owned();
        decode_words(&text).into_owned()
    }
}

fn percent_decode(value: &str, out: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| Some((hex(*bytes.get(at + 1)?)?, hex(*bytes.get(at + 2)?)?)))
            .flatten();
        if let Some((high, low)) = escaped {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
}

/// Splits at `separator` where it stands outside quotes.
fn split_outside_quotes(raw: &str, separator: u8) -> Vec<&str> {
    let (mut pieces, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in raw.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if byte == separator && !quoted => {
                pieces.push(&raw[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&raw[start..]);
    pieces
}

/// The content of a quoted string with its escapes resolved; other text as it is.
pub fn unquote(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix('"') else {
        return raw.split_whitespace().next().map_or_else(String::new, |first| {
            // Unquoted names with spaces are wrong, but meant.
            if raw.contains(' ') { raw.to_owned() } else { first.to_owned() }
        });
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some(next @ ('"' | '\\')) => out.push(next),
                // `C:\x`: a path, not an escape.
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    out
}

/// Text without its (nested) comments.
pub fn without_comments(raw: &str) -> String {
    if !raw.contains('(') {
        return raw.trim().to_owned();
    }
    let (mut out, mut depth, mut escaped) = (String::with_capacity(raw.len()), 0usize, false);
    for c in raw.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// A text field for people: encoded words decoded, one line, cleaned.
pub fn readable(raw: &str) -> String {
    text::one_line(&decode_words(raw))
}

/// The ids of `Message-ID`, `In-Reply-To` or `References`, without `<>`, in order, each once.
pub fn message_ids(raw: &str) -> Vec<String> {
    const MOST: usize = 200;
    let mut ids: Vec<String> = Vec::new();
    let mut add = |candidate: &str| {
        let id: String = candidate.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let id = id.trim_matches(['<', '>', ',', ';', '"']).to_owned();
        if !id.is_empty() && id.len() <= 998 && ids.len() < MOST && !ids.contains(&id) {
            ids.push(id);
        }
    };
    if raw.contains('<') {
        for piece in raw.split('<').skip(1) {
            add(piece.split('>').next().unwrap_or_default());
        }
    } else {
        raw.split_whitespace().filter(|word| word.contains('@')).for_each(&mut add);
    }
    ids
}

/// The instant of a `Date` field in Unix milliseconds; `None` if it says none between 1970 and 9999.
pub fn date(raw: &str) -> Option<i64> {
    let parse =
        |line: String| mail_parser::parsers::MessageStream::new(line.as_bytes()).parse_date().into_datetime();
    let raw = text::prefix(raw, 200).trim();
    // Without a zone it is read as UTC.
    let parsed = parse(format!("{raw}\n"))
        .filter(|date| date.is_valid())
        .or_else(|| parse(format!("{raw} +0000\n")))?;
    if !parsed.is_valid() || parsed.year < 1970 || parsed.year > 9999 || parsed.tz_hour > 23 {
        return None;
    }
    parsed.to_timestamp().checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (Headers, usize) {
        Headers::read(raw.as_bytes(), &Limits::default())
    }

    #[test]
    fn a_header_is_read_with_every_line_end_and_folding() {
        let raw = "From x\nSubject: a\r\n b\n\tc\nX-Empty:\nto : me\n\nbody";
        let (headers, body) = read(raw);
        assert_eq!(headers.get("subject"), Some("a b c"));
        assert_eq!(headers.get("X-EMPTY"), Some(""));
        assert_eq!(headers.get("To"), Some("me"));
        assert_eq!(&raw[body..], "body");
    }

    #[test]
    fn a_line_that_is_no_header_begins_the_body() {
        let (headers, body) = read("Subject: a\nHello you\nB: c\n");
        assert_eq!((headers.len(), body), (1, 11));
    }

    #[test]
    fn a_header_beyond_the_limits_is_cut_and_says_so() {
        let limits = Limits { header_fields: 3, ..Limits::default() };
        let (headers, body) = Headers::read(b"A: 1\nB: 2\nC: 3\nD: 4\n\nbody", &limits);
        assert_eq!((headers.len(), headers.cut, body), (3, true, 21));
    }

    #[test]
    fn encoded_words_are_joined_before_decoding() {
        for (raw, text) in [
            ("=?utf-8?B?R3LDvA==?= =?utf-8?Q?=C3?= =?utf-8?Q?=9Fe?= x", "Grüße x"),
            ("=?ISO-8859-1?q?a?= b", "a b"),
            ("=?us-ascii*en?q?a_b?=", "a b"),
            ("=?utf-8?q?no end", "=?utf-8?q?no end"),
            ("x=?x?z?a?=", "x=?x?z?a?="),
        ] {
            assert_eq!(decode_words(raw), text);
        }
    }

    #[test]
    fn parameters_are_put_together() {
        let p = Parameters::read(
            "Application/PDF (a comment); name=\"a;b\"; filename*1*=%BCr.pdf; filename*0*=utf-8'de'f%C3; x=y z",
        );
        assert_eq!(p.value, "application/pdf");
        assert_eq!(p.get("name"), Some("a;b"));
        assert_eq!(p.get("filename"), Some("für.pdf"));
        assert_eq!(p.get("x"), Some("y z"));
        assert_eq!(Parameters::read("attachment; filename=\"C:\\x\"").get("filename"), Some("C:\\x"));
    }

    #[test]
    fn message_ids_come_without_brackets_in_order_and_once() {
        assert_eq!(message_ids("<a@b> <c@d>\t<a@b>"), ["a@b", "c@d"]);
        assert_eq!(message_ids("a@b"), ["a@b"]);
        assert!(message_ids("Your message of Monday").is_empty());
    }

    #[test]
    fn a_date_is_milliseconds_of_utc() {
        assert_eq!(date("Mon, 02 Apr 2012 18:22:10 +0400"), Some(1_333_376_530_000));
        assert_eq!(date("yesterday"), None);
    }
}
