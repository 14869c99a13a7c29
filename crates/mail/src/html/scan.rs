//! HTML as a row of tokens. Never fails, looks at every byte a bounded number of times, keeps nothing.
//!
//! What the tokens mean is decided by those who read them: [`render`](super::render()) for text,
//! [`clean`](super::clean()) for HTML that may be shown. The latter writes everything anew, so no
//! disagreement with a browser about the reading of broken HTML can let something through.

use html5ever::data::NAMED_ENTITIES;
use std::borrow::Cow;

/// One token; its pieces are still escaped.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'h> {
    Text(&'h str),
    Start(Tag<'h>),
    End(Name),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'h> {
    pub name: Name,
    pub attributes: Vec<Attribute<'h>>,
    pub is_self_closing: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute<'h> {
    name: &'h str,
    value: &'h str,
}

impl Attribute<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl<'h> Tag<'h> {
    /// The first attribute of a name, its value decoded.
    pub fn attribute(&self, name: &str) -> Option<Cow<'h, str>> {
        self.attributes
            .iter()
            .find(|attribute| attribute.is(name))
            .map(|attribute| decoded(attribute.value, true))
    }
}

impl<'h> Attribute<'h> {
    pub fn decoded(&self) -> Cow<'h, str> {
        decoded(self.value, true)
    }

    pub fn raw_name(&self) -> &'h str {
        self.name
    }
}

/// A lower-cased element name; longer ones than any we know are cut, and mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    bytes: [u8; 16],
    length: u8,
}

impl Name {
    fn new(raw: &str) -> Name {
        let mut bytes = [0; 16];
        let mut length = 0;
        for (place, byte) in bytes.iter_mut().zip(raw.bytes()) {
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
        // A name that is cut must not become one that is known.
        if raw.len() > 16 || !raw.is_ascii() {
            bytes[0] = b'?';
        }
        Name { bytes, length }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or("?")
    }
}

/// The tokens of an HTML text.
pub(super) struct Scanner<'h> {
    html: &'h str,
    at: usize,
    /// Inside `<script>` and its like everything up to the end tag is no markup.
    raw_until: Option<Name>,
}

impl<'h> Scanner<'h> {
    pub fn new(html: &'h str) -> Scanner<'h> {
        Scanner { html, at: 0, raw_until: None }
    }

    fn rest(&self) -> &'h [u8] {
        &self.html.as_bytes()[self.at..]
    }

    /// Moves behind the next `end`, or to the end of everything.
    fn skip_past(&mut self, end: &[u8]) {
        let found = memchr::memmem::find(self.rest(), end);
        self.at = found.map_or(self.html.len(), |at| self.at + at + end.len());
    }

    /// Text up to the end tag of the raw element, which is left to be read.
    fn raw_text(&mut self, name: Name) -> Option<Token<'h>> {
        let start = self.at;
        let rest = self.rest();
        let end = memchr::memmem::find_iter(rest, b"</").find(|at| {
            let tail = &rest[at + 2..];
            let length = name.as_str().len();
            tail.len() >= length
                && tail[..length].eq_ignore_ascii_case(name.as_str().as_bytes())
                && tail.get(length).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
        });
        self.at = end.map_or(self.html.len(), |at| start + at);
        (self.at > start).then(|| Token::Text(&self.html[start..self.at]))
    }

    fn end_tag(&mut self) -> Option<Token<'h>> {
        let name_start = self.at + 2;
        let name_end = self.name_end(name_start);
        self.at = name_end;
        self.skip_past(b">");
        Some(Token::End(Name::new(&self.html[name_start..name_end])))
    }

    fn name_end(&self, start: usize) -> usize {
        let bytes = &self.html.as_bytes()[start..];
        let length = bytes
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
            .unwrap_or(bytes.len());
        start + length
    }

    /// A start tag; `None` when it never ends, and then nothing is left.
    fn start_tag(&mut self) -> Option<Token<'h>> {
        let bytes = self.html.as_bytes();
        let name_start = self.at + 1;
        let name_end = self.name_end(name_start);
        let name = Name::new(&self.html[name_start..name_end]);
        let mut attributes = Vec::new();
        let mut is_self_closing = false;
        self.at = name_end;
        loop {
            match bytes.get(self.at) {
                None => return None,
                Some(b'>') => {
                    self.at += 1;
                    break;
                }
                Some(b'/') => {
                    is_self_closing = bytes.get(self.at + 1) == Some(&b'>');
                    self.at += 1;
                }
                Some(b) if b.is_ascii_whitespace() => self.at += 1,
                Some(_) => attributes.push(self.attribute()?),
            }
        }
        if matches!(
            name.as_str(),
            "script"
                | "style"
                | "xmp"
                | "iframe"
                | "noembed"
                | "noframes"
                | "textarea"
                | "title"
                | "noscript"
        ) {
            self.raw_until = Some(name);
        }
        Some(Token::Start(Tag { name, attributes, is_self_closing }))
    }

    fn attribute(&mut self) -> Option<Attribute<'h>> {
        let bytes = self.html.as_bytes();
        let name_start = self.at;
        // A name may begin with `=`.
        let length = bytes[name_start + 1..]
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'='))?;
        let name_end = name_start + 1 + length;
        // The first byte may open a longer character; its other bytes are no delimiters.
        let name = self.html.get(name_start..name_end).unwrap_or_default();
        let mut at = name_end + bytes[name_end..].iter().position(|b| !b.is_ascii_whitespace())?;
        if bytes[at] != b'=' {
            self.at = at;
            return Some(Attribute { name, value: "" });
        }
        at += 1;
        at += bytes[at..].iter().position(|b| !b.is_ascii_whitespace())?;
        let (start, end) = match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let end = at + 1 + memchr::memchr(quote, &bytes[at + 1..])?;
                self.at = end + 1;
                (at + 1, end)
            }
            _ => {
                let end = at + bytes[at..].iter().position(|b| b.is_ascii_whitespace() || *b == b'>')?;
                self.at = end;
                (at, end)
            }
        };
        Some(Attribute { name, value: self.html.get(start..end).unwrap_or_default() })
    }
}

impl<'h> Iterator for Scanner<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            if let Some(name) = self.raw_until.take()
                && let Some(text) = self.raw_text(name)
            {
                return Some(text);
            }
            let rest = self.rest();
            let first = *rest.first()?;
            if first != b'<' || !opens_markup(rest) {
                let start = self.at;
                let mut from = 1;
                let length = loop {
                    match memchr::memchr(b'<', &rest[from..]) {
                        Some(at) if opens_markup(&rest[from + at..]) => break from + at,
                        Some(at) => from += at + 1,
                        None => break rest.len(),
                    }
                };
                self.at += length;
                return Some(Token::Text(&self.html[start..self.at]));
            }
            match rest[1] {
                b'!' if rest.starts_with(b"<!--") => {
                    self.at += 4;
                    // `<!-->` and `<!--->` are whole comments.
                    match self.rest() {
                        [b'>', ..] => self.at += 1,
                        [b'-', b'>', ..] => self.at += 2,
                        _ => self.skip_past(b"-->"),
                    }
                }
                b'/' if rest[2].is_ascii_alphabetic() => return self.end_tag(),
                b'!' | b'?' | b'/' => self.skip_past(b">"),
                _ => {
                    let tag = self.start_tag();
                    if tag.is_none() {
                        self.at = self.html.len();
                    }
                    return tag;
                }
            }
        }
    }
}

/// Whether a `<` begins a tag, a comment or something like them.
fn opens_markup(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'!' | b'?') => true,
        Some(b'/') => rest.get(2).is_some(),
        Some(b) => b.is_ascii_alphabetic(),
        None => false,
    }
}

/// Text with its character references resolved.
pub(super) fn decoded(raw: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', raw.as_bytes()) else { return Cow::Borrowed(raw) };
    let mut out = String::with_capacity(raw.len());
    out.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = reference(rest, in_attribute, &mut out);
        if length == 0 {
            out.push('&');
        }
        rest = &rest[length.max(1)..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Writes the characters of the reference at the start of `text`; returns its length, 0 if there is none.
fn reference(text: &str, in_attribute: bool, out: &mut String) -> usize {
    const LONGEST: usize = 34;
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let is_hex = matches!(bytes.get(2), Some(b'x' | b'X'));
        let start = if is_hex { 3 } else { 2 };
        let digits = bytes[start..]
            .iter()
            .take_while(|b| if is_hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() })
            .count();
        if digits == 0 {
            return 0;
        }
        let number = u32::from_str_radix(&text[start..start + digits], if is_hex { 16 } else { 10 })
            .unwrap_or(u32::MAX);
        out.push(numbered(number));
        let end = start + digits;
        return end + usize::from(bytes.get(end) == Some(&b';'));
    }
    let letters = bytes[1..].iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    let ends = bytes.get(1 + letters) == Some(&b';');
    // Without a semicolon, `&copy=` in an address is no copyright sign.
    if letters == 0 || (!ends && in_attribute && bytes.get(1 + letters) == Some(&b'=')) {
        return 0;
    }
    let length = 1 + letters + usize::from(ends);
    match NAMED_ENTITIES.get(&text[1..length]) {
        Some(&(first, second)) if first != 0 => {
            out.extend(char::from_u32(first));
            out.extend(char::from_u32(second).filter(|c| *c != '\0'));
            length
        }
        _ => 0,
    }
}

/// The character of a number, read as Windows-1252 between 128 and 159.
fn numbered(number: u32) -> char {
    match number {
        0x80..=0x9f => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&[number as u8])
            .0
            .chars()
            .next()
            .unwrap_or('\u{fffd}'),
        0 => '\u{fffd}',
        _ => char::from_u32(number).unwrap_or('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `t:` text, `+` start with attributes, `-` end.
    fn tokens(html: &str) -> Vec<String> {
        Scanner::new(html)
            .map(|token| match token {
                Token::Text(text) => format!("t:{}", decoded(text, false)),
                Token::End(name) => format!("-{}", name.as_str()),
                Token::Start(tag) => {
                    let attributes: String =
                        tag.attributes.iter().map(|a| format!(" {}={}", a.name, a.decoded())).collect();
                    format!("+{}{attributes}", tag.name.as_str())
                }
            })
            .collect()
    }

    #[test]
    fn broken_markup_is_read_as_browsers_read_it() {
        for (html, expected) in [
            ("a < b <3 <", &["t:a < b <3 <"][..]),
            ("<P Class=x>y</p >", &["+p Class=x", "t:y", "-p"]),
            ("<a href='x>y' b=\"c\" d>", &["+a href=x>y b=c d="]),
            ("<a href=x/>y", &["+a href=x/", "t:y"]),
            ("<br/>", &["+br"]),
            ("<!-- <b> -->x<!-->y<!--->z", &["t:x", "t:y", "t:z"]),
            ("<![if !mso]>x<![endif]><?xml y?>", &["t:x"]),
            ("<script>a<b></scriptx></SCRIPT >c", &["+script", "t:a<b></scriptx>", "-script", "t:c"]),
            ("<style><!-- </style>x", &["+style", "t:<!-- ", "-style", "t:x"]),
            ("<img src=\"x", &[]),
            ("</>x</ y>z", &["t:x", "t:z"]),
            ("&lt;b&gt; &amp;amp; &#x41;&#66 &nope; &copy", &["t:<b> &amp; AB &nope; ©"]),
            ("<a href='?a=1&copy=2&amp;lt=3'>", &["+a href=?a=1&copy=2&lt=3"]),
            ("<averyveryverylongname>", &["+?veryveryverylon"]),
            ("<ä>", &["t:<ä>"]),
            ("<p ä=ö ü>", &["+p ä=ö ü="]),
        ] {
            assert_eq!(tokens(html), expected, "{html}");
        }
    }

    #[test]
    fn every_cut_is_survived() {
        let html = "<p ä='ö&ouml;' x=y>t&#x1F600;<!-- c --><script>s</script></p><a b=\"";
        for end in (0..=html.len()).filter(|end| html.is_char_boundary(*end)) {
            tokens(&html[..end]);
        }
    }
}
