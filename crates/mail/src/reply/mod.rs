//! What somebody wrote, apart from what they quoted and signed with.
//!
//! Everything is decided line by line, each line looked at a bounded number of times, so the time
//! grows with the length of the text and nothing else.

mod attribution;
mod header_block;
mod signature;

use crate::html::render;
use crate::limits::Limits;
use crate::read::Mail;
use crate::text;

/// A text taken apart. Nothing is lost: the pieces joined are the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub pieces: Vec<Piece>,
}

/// Consecutive lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: PieceKind,
    /// With its line ends.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    Reply,
    Quoted,
    Signature,
}

impl Split {
    /// Takes the text of a mail apart. Where the text was made from HTML, the marks of mail programs count too.
    pub fn of(mail: &Mail, limits: &Limits) -> Split {
        split(&mail.text, &mail.marks.quoted, &mail.marks.signatures, limits)
    }

    /// Takes an HTML text apart.
    pub fn html(html: &str, limits: &Limits) -> Split {
        let rendered = render(text::prefix(html, limits.html));
        split(&rendered.text, &rendered.quoted, &rendered.signatures, limits)
    }

    /// Takes a plain text apart. Linear in its length; what lies beyond the limits counts as quoted.
    pub fn text(text: &str, limits: &Limits) -> Split {
        split(text, &[], &[], limits)
    }

    /// What was written new, without empty lines at both ends; empty when everything is quoted.
    pub fn written(&self) -> String {
        self.joined(PieceKind::Reply)
    }

    /// What to show: what was written new, or everything when that is nothing.
    pub fn reply(&self) -> String {
        let written = self.written();
        if !written.is_empty() {
            return written;
        }
        self.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>().trim().to_owned()
    }

    /// What was quoted, attribution lines included.
    pub fn quoted(&self) -> Option<String> {
        Some(self.joined(PieceKind::Quoted)).filter(|text| !text.is_empty())
    }

    pub fn signature(&self) -> Option<String> {
        Some(self.joined(PieceKind::Signature)).filter(|text| !text.is_empty())
    }

    fn joined(&self, kind: PieceKind) -> String {
        let pieces = self.pieces.iter().filter(|piece| piece.kind == kind);
        let text: String = pieces.map(|piece| piece.text.as_str()).collect();
        // Spaces before the first word are formatting; empty lines are not.
        let start = text.len() - text.trim_start().len();
        let start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        text[start..].trim_end().to_owned()
    }
}

/// What a line is, before the whole is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Blank,
    Text,
    /// Behind `>`.
    Quote,
    /// "On Monday Bo wrote:", a separator, a header of the quoted mail.
    Attribution,
    /// Below a mark after which everything is quoted.
    Embedded,
    Signature,
}

/// A line of the text without its line end.
struct Row<'t> {
    /// As it stands.
    raw: &'t str,
    /// Inside ``` fences: code, never a quote or a signature.
    is_code: bool,
}

fn split(
    whole: &str,
    quoted: &[std::ops::Range<usize>],
    signed: &[std::ops::Range<usize>],
    limits: &Limits,
) -> Split {
    let searched = text::prefix(whole, limits.reply_text);
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in searched.split_inclusive('\n').take(limits.reply_lines) {
        at += line.len();
        ends.push(at);
        rows.push(Row { raw: line.trim_end_matches(['\n', '\r']), is_code: false });
    }
    mark_code(&mut rows);
    let marks = Marks::new(&ends, quoted, signed);
    let mut lines = classify(&rows, &marks);
    settle(&mut lines);
    let mut split = Split::default();
    let mut start = 0;
    for (line, &end) in kinds(&lines).into_iter().zip(&ends) {
        split.push(line, &whole[start..end]);
        start = end;
    }
    if start < whole.len() {
        split.push(PieceKind::Quoted, &whole[start..]);
    }
    split
}

impl Split {
    fn push(&mut self, kind: PieceKind, text: &str) {
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.pieces.push(Piece { kind, text: text.to_owned() }),
        }
    }
}

/// Lines that a mail program has marked in its HTML.
struct Marks {
    quoted: Vec<bool>,
    signed: Vec<bool>,
}

impl Marks {
    fn new(ends: &[usize], quoted: &[std::ops::Range<usize>], signed: &[std::ops::Range<usize>]) -> Marks {
        let inside = |ranges: &[std::ops::Range<usize>]| -> Vec<bool> {
            let mut marked = vec![false; ends.len()];
            for range in ranges {
                // A line belongs to a mark when it ends inside it.
                let first = ends.partition_point(|end| *end <= range.start);
                let last = ends.partition_point(|end| *end <= range.end);
                for mark in &mut marked[first..last.max(first).min(ends.len())] {
                    *mark = true;
                }
                if let Some(mark) = marked
                    .get_mut(last)
                    .filter(|_| range.end + 1 >= ends.get(last).copied().unwrap_or(usize::MAX))
                {
                    *mark = true;
                }
            }
            marked
        };
        Marks { quoted: inside(quoted), signed: inside(signed) }
    }
}

/// Marks what stands between two lines of three backticks.
fn mark_code(rows: &mut [Row<'_>]) {
    let fences: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.raw.trim_start().starts_with("```"))
        .map(|(number, _)| number)
        .collect();
    for pair in fences.chunks_exact(2) {
        for row in &mut rows[pair[0]..=pair[1]] {
            row.is_code = true;
        }
    }
}

fn is_quote(raw: &str) -> bool {
    raw.trim_start().starts_with('>') || raw.starts_with('|') && raw.starts_with("| ")
}

fn classify(rows: &[Row<'_>], marks: &Marks) -> Vec<Line> {
    let mut lines = Vec::with_capacity(rows.len());
    let mut seen_text = false;
    while lines.len() < rows.len() {
        let at = lines.len();
        let row = &rows[at];
        if row.raw.trim().is_empty() {
            lines.push(Line::Blank);
            continue;
        }
        if row.is_code {
            seen_text = true;
            lines.push(Line::Text);
            continue;
        }
        if marks.signed[at] {
            lines.push(Line::Signature);
            continue;
        }
        if let Some(length) = attribution::length(&rows[at..]) {
            let next = rows[at + length..].iter().find(|row| !row.raw.trim().is_empty());
            let quote_follows = next.is_some_and(|row| is_quote(row.raw));
            let ends_here = seen_text && !quote_follows;
            lines.extend(std::iter::repeat_n(Line::Attribution, length));
            if ends_here {
                lines.resize(rows.len(), Line::Embedded);
            }
            continue;
        }
        if let Some(length) = header_block::length(&rows[at..]) {
            lines.extend(std::iter::repeat_n(Line::Attribution, length));
            if seen_text {
                lines.resize(rows.len(), Line::Embedded);
            }
            continue;
        }
        if is_quote(row.raw) || marks.quoted[at] {
            lines.push(Line::Quote);
            continue;
        }
        if let Some(length) = signature::length(&rows[at..], seen_text) {
            lines.extend(std::iter::repeat_n(Line::Signature, length));
            continue;
        }
        seen_text = true;
        lines.push(Line::Text);
    }
    lines
}

/// Quotes that somebody answers line by line belong to the answer, when nothing was written above them.
fn settle(lines: &mut [Line]) {
    let first_text = lines.iter().position(|line| *line == Line::Text);
    let first_quote = lines.iter().position(|line| matches!(line, Line::Quote | Line::Attribution));
    let (Some(first_text), Some(first_quote)) = (first_text, first_quote) else { return };
    if first_text < first_quote {
        return;
    }
    let last_text = lines.iter().rposition(|line| *line == Line::Text).unwrap_or(first_text);
    let starts_with_attribution = lines[first_quote] == Line::Attribution;
    let is_interleaved = lines[first_text..last_text].contains(&Line::Quote);
    if starts_with_attribution && !is_interleaved {
        return;
    }
    for line in &mut lines[..last_text] {
        if *line == Line::Quote {
            *line = Line::Text;
        }
    }
}

/// The kind of each line; empty lines go with the line before them.
fn kinds(lines: &[Line]) -> Vec<PieceKind> {
    let mut last = PieceKind::Reply;
    lines
        .iter()
        .map(|line| {
            last = match line {
                Line::Blank => last,
                Line::Text => PieceKind::Reply,
                Line::Quote | Line::Attribution | Line::Embedded => PieceKind::Quoted,
                Line::Signature => PieceKind::Signature,
            };
            last
        })
        .collect()
}

#[cfg(test)]
mod tests;
