//! The structure of a message: which part begins and ends where, within limits.
//!
//! Nothing is decoded here. Depth and number of parts are counted while splitting, so a hostile
//! message costs at most `depth` passes over its bytes and never more stack than that.

use crate::charset;
use crate::defect::Defect;
use crate::header::{Headers, Parameters};
use crate::limits::Limits;
use memchr::memmem;
use std::borrow::Cow;

/// One node of the tree.
pub(crate) struct Part<'r> {
    pub headers: Headers,
    pub content_type: Parameters,
    pub disposition: Parameters,
    /// The bytes behind the header, still encoded.
    pub body: &'r [u8],
    pub content: Content<'r>,
}

pub(crate) enum Content<'r> {
    Leaf,
    Multipart(Vec<Part<'r>>),
    Message(Box<Part<'r>>),
}

/// Splits messages; collects what was wrong.
pub(crate) struct Splitter<'l> {
    pub limits: &'l Limits,
    pub defects: Vec<Defect>,
    parts: usize,
}

impl<'l> Splitter<'l> {
    pub fn new(limits: &'l Limits) -> Splitter<'l> {
        Splitter { limits, defects: Vec::new(), parts: 0 }
    }

    /// The tree of a whole message.
    pub fn message<'r>(&mut self, raw: &'r [u8]) -> Part<'r> {
        self.part(raw, 0, "text/plain")
    }

    fn part<'r>(&mut self, raw: &'r [u8], depth: usize, default_type: &str) -> Part<'r> {
        self.parts += 1;
        let (headers, body_at) = Headers::read(raw, self.limits);
        if headers.cut {
            self.note(Defect::HeaderTooLong);
        }
        let mut content_type = headers.get("content-type").map(Parameters::read).unwrap_or_default();
        if content_type.value.matches('/').count() != 1 || content_type.value.ends_with('/') {
            content_type.value = default_type.to_owned();
        }
        let disposition = headers.get("content-disposition").map(Parameters::read).unwrap_or_default();
        let mut part =
            Part { headers, content_type, disposition, body: &raw[body_at..], content: Content::Leaf };
        let nests = part.content_type.value.starts_with("multipart/") || part.is_message();
        if nests && depth >= self.limits.depth {
            self.note(Defect::TooDeep);
        } else if part.is_message() {
            if !part.is_encoded() {
                part.content = Content::Message(Box::new(self.part(part.body, depth + 1, "text/plain")));
            }
        } else if nests {
            self.split(&mut part, depth);
        }
        part
    }

    fn split(&mut self, part: &mut Part<'_>, depth: usize) {
        let default_type =
            if part.content_type.value == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        let declared =
            part.content_type.get("boundary").map(|b| b.trim_end().to_owned()).filter(|b| !b.is_empty());
        if declared.is_none() {
            self.note(Defect::NoBoundary);
        }
        let Some(boundary) = declared.or_else(|| guess_boundary(part.body)) else {
            return self.unsplit(part);
        };
        let bodies = match split_at(part.body, &boundary, self.limits.parts) {
            bodies if bodies.is_empty() => {
                self.note(Defect::BoundaryMissing);
                // The declared boundary never occurs: perhaps another one does.
                match guess_boundary(part.body).map(|guess| split_at(part.body, &guess, self.limits.parts)) {
                    Some(bodies) if !bodies.is_empty() => bodies,
                    _ => return self.unsplit(part),
                }
            }
            bodies => bodies,
        };
        let mut children = Vec::with_capacity(bodies.len());
        for body in bodies {
            if self.parts >= self.limits.parts {
                self.note(Defect::TooManyParts);
                break;
            }
            children.push(self.part(body, depth + 1, default_type));
        }
        part.content = Content::Multipart(children);
    }

    /// A multipart that cannot be split is read as the text it probably is.
    fn unsplit(&mut self, part: &mut Part<'_>) {
        part.content_type = Parameters::read("text/plain");
    }

    pub fn note(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }
}

impl<'r> Part<'r> {
    pub fn is_message(&self) -> bool {
        matches!(self.content_type.value.as_str(), "message/rfc822" | "message/global" | "message/news")
    }

    fn encoding(&self) -> String {
        let raw = self.headers.get("content-transfer-encoding").unwrap_or_default();
        crate::header::without_comments(raw).trim_matches(['"', ';', ' ', '\'']).to_ascii_lowercase()
    }

    fn is_encoded(&self) -> bool {
        matches!(self.encoding().as_str(), "base64" | "quoted-printable")
    }

    /// The body with its transfer encoding undone; broken encodings give what they can.
    pub fn decoded(&self) -> Cow<'r, [u8]> {
        match self.encoding().as_str() {
            "base64" => Cow::Owned(
                mail_parser::decoders::base64::base64_decode(self.body)
                    .unwrap_or_else(|| charset::base64(self.body)),
            ),
            "quoted-printable" => Cow::Owned(charset::quoted_printable(self.body)),
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => match crate::uuencode::first(self.body) {
                Some((_, bytes)) => Cow::Owned(bytes),
                None => Cow::Borrowed(self.body),
            },
            _ => Cow::Borrowed(self.body),
        }
    }

    /// The name the sender gave, not yet made safe.
    pub fn file_name(&self) -> Option<&str> {
        let given = self.disposition.get("filename").or_else(|| self.content_type.get("name"));
        given.filter(|name| !name.trim().is_empty())
    }
}

/// The bodies between the delimiter lines of `boundary`, at most `most` + 1 of them.
fn split_at<'r>(body: &'r [u8], boundary: &str, most: usize) -> Vec<&'r [u8]> {
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut bodies = Vec::new();
    let mut open: Option<usize> = None;
    for at in memmem::find_iter(body, &delimiter) {
        if at > 0 && body[at - 1] != b'\n' {
            continue;
        }
        let rest = &body[at + delimiter.len()..];
        let (closes, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
        let line_length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        if !rest[..line_length].iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // Two delimiter lines in a row enclose nothing.
        if let Some(start) = open.take().filter(|start| *start < at) {
            bodies.push(&body[start..before_line_end(body, at).max(start)]);
        }
        if closes || bodies.len() > most {
            return bodies;
        }
        open = Some(body.len() - rest.len() + line_length);
    }
    // The closing line is missing: the last part runs to the end.
    bodies.extend(open.map(|start| &body[start..]));
    bodies
}

/// The line end before a delimiter belongs to the delimiter.
fn before_line_end(body: &[u8], at: usize) -> usize {
    match &body[..at] {
        [.., b'\r', b'\n'] => at - 2,
        [.., b'\n'] => at - 1,
        _ => at,
    }
}

/// A boundary nobody declared: the first line that begins with `--` and is closed further down.
fn guess_boundary(body: &[u8]) -> Option<String> {
    let window = &body[..body.len().min(64 * 1024)];
    for line in window.split(|b| *b == b'\n').take(200) {
        let line = line.trim_ascii_end();
        let Some(candidate) = line.strip_prefix(b"--") else { continue };
        if (1..=70).contains(&candidate.len()) && candidate.iter().all(|b| b.is_ascii_graphic()) {
            let closing = [b"\n", line, b"--"].concat();
            if memmem::find(body, &closing).is_some() {
                return String::from_utf8(candidate.to_vec()).ok();
            }
        }
    }
    None
}

/// What text there is in a part that lies too deep to be split: the first readable text part found by
/// looking for its `Content-Type`, up to the next delimiter line. One pass over at most 1 MiB.
pub(crate) fn text_in_the_deep(body: &[u8], limits: &Limits) -> Option<(Parameters, Vec<u8>)> {
    let window = &body[..body.len().min(1024 * 1024)];
    let at = memmem::find_iter(window, b":").find_map(|colon| {
        let name_at = colon.checked_sub(12)?;
        let is_type = window[name_at..colon].eq_ignore_ascii_case(b"content-type")
            && (name_at == 0 || window[name_at - 1] == b'\n')
            && window[colon + 1..].trim_ascii_start().get(..5)?.eq_ignore_ascii_case(b"text/");
        is_type.then_some(name_at)
    })?;
    // Fields before it belong to the same header.
    let start = memmem::rfind(&window[..at], b"\n--")
        .and_then(|line| memchr::memchr(b'\n', &window[line + 1..at]).map(|end| line + end + 2))
        .unwrap_or(at);
    let mut splitter = Splitter::new(limits);
    let end = memmem::find(&window[at..], b"\n--").map_or(window.len(), |end| at + end);
    let part = splitter.part(&window[start..end], limits.depth, "text/plain");
    part.content_type
        .value
        .starts_with("text/")
        .then(|| (part.content_type.clone(), part.decoded().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(part: &Part<'_>) -> Vec<String> {
        match &part.content {
            Content::Leaf => vec![String::from_utf8_lossy(part.body).into_owned()],
            Content::Multipart(parts) => parts.iter().flat_map(leaves).collect(),
            Content::Message(inner) => leaves(inner),
        }
    }

    fn read(raw: &str) -> (Vec<String>, Vec<Defect>) {
        let limits = Limits::default();
        let mut splitter = Splitter::new(&limits);
        let part = splitter.message(raw.as_bytes());
        (leaves(&part), splitter.defects)
    }

    #[test]
    fn parts_end_before_the_line_end_of_the_delimiter() {
        let raw = "Content-Type: multipart/mixed; boundary=\"x\"\r\n\r\npre\r\n--x\r\n\r\na\r\n--xy\r\n--x \r\n\r\nb\r\n--x--\r\npost";
        assert_eq!(read(raw), (vec!["a\r\n--xy".to_owned(), "b".to_owned()], vec![]));
    }

    #[test]
    fn a_missing_end_and_a_missing_boundary_lose_no_text() {
        assert_eq!(read("Content-Type: multipart/mixed; boundary=x\n\n--x\n\na").0, ["a"]);
        let (leaves, defects) = read("Content-Type: multipart/mixed\n\n--x\n\na\n--x--\n");
        assert_eq!((leaves, defects), (vec!["a".to_owned()], vec![Defect::NoBoundary]));
        let (leaves, defects) = read("Content-Type: multipart/mixed; boundary=y\n\nonly text");
        assert_eq!((leaves, defects), (vec!["only text".to_owned()], vec![Defect::BoundaryMissing]));
    }
}
