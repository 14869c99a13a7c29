//! Reading a text: words, placeholders, and what is wrong with them, each with its place.
use super::names::{Allowed, Term};
use crate::fields::Field;
use jiff::tz::TimeZone;
use platform::i18n::Language;
use std::fmt;

/// What is wrong with a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing has this name.
    UnknownName,
    /// There is no such filter, or it does not fit the name.
    UnknownFilter,
    /// The filter is known, what it is given is not.
    WrongArgument,
    /// `{{` without `}}`.
    Unclosed,
    /// The name is known, but this ticket has nothing for it, and the text has no `default`.
    Nothing,
}
platform::words! { Trouble {
    UnknownName = "unknown_name", UnknownFilter = "unknown_filter", WrongArgument = "wrong_argument",
    Unclosed = "unclosed", Nothing = "nothing",
} }

/// A placeholder that cannot be filled, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub trouble: Trouble,
    /// The placeholder as it was written; the first 80 characters.
    pub written: String,
    /// Both count from 1; columns are characters.
    pub line: usize,
    pub column: usize,
}
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{} {} {}", self.line, self.column, self.trouble.word(), self.written)
    }
}
impl Fault {
    /// A sentence in the language of whoever reads it.
    pub fn told(&self, language: Language) -> String {
        let key = format!("placeholder-{}", self.trouble.word().replace('_', "-"));
        let arguments = [
            ("line", self.line.into()),
            ("column", self.column.into()),
            ("written", self.written.as_str().into()),
        ];
        platform::i18n::format(language, &key, &arguments)
    }
}

/// How a point in time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dated {
    Short,
    Long,
    Full,
    Time,
    DateTime,
    Iso,
}
platform::words! { Dated {
    Short = "short", Long = "long", Full = "full", Time = "time", DateTime = "datetime", Iso = "iso",
} }

/// A name with its filters.
#[derive(Clone, Debug)]
pub(super) struct Placeholder {
    pub(super) name: Term,
    pub(super) default: Option<String>,
    pub(super) dated: Option<Dated>,
    pub(super) zone: Option<TimeZone>,
    pub(super) language: Option<Language>,
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    /// A placeholder, how it was written, and what is said if it cannot be filled.
    Field(Placeholder, String, Fault),
    Wrong(Fault),
}

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Template {
    pub(super) pieces: Vec<Piece>,
}

/// The longest part of a placeholder that a fault repeats, in characters.
const WRITTEN_MOST: usize = 80;

impl Template {
    /// Reads any text; what cannot be read is a fault and stays as it was written.
    pub fn parse(text: &str, allowed: Allowed) -> Template {
        let (mut pieces, mut at) = (Vec::new(), 0);
        while let Some(found) = text[at..].find("{{") {
            let start = at + found;
            pieces.push(Piece::Text(text[at..start].to_owned()));
            let end = end_of(&text[start..]).map(|length| start + length);
            let written = &text[start..end.unwrap_or(text.len())];
            let fault = |trouble| fault(text, start, written, trouble);
            let Some(end) = end else {
                // Only the mark is wrong; what follows it may hold good placeholders.
                pieces.push(Piece::Wrong(fault(Trouble::Unclosed)));
                pieces.push(Piece::Text(written.to_owned()));
                at = text.len();
                break;
            };
            match placeholder(&written[2..written.len() - 2], allowed) {
                Ok(field) => pieces.push(Piece::Field(field, written.to_owned(), fault(Trouble::Nothing))),
                Err(trouble) => {
                    pieces.push(Piece::Wrong(fault(trouble)));
                    pieces.push(Piece::Text(written.to_owned()));
                }
            }
            at = end;
        }
        pieces.push(Piece::Text(text[at..].to_owned()));
        Template { pieces }
    }

    /// What is wrong with the text whatever it is filled with, in its order.
    pub fn faults(&self, fields: &[Field]) -> Vec<Fault> {
        let of = |piece: &Piece| match piece {
            Piece::Text(_) => None,
            Piece::Wrong(fault) => Some(fault.clone()),
            Piece::Field(field, _, fault) => match &field.name {
                Term::Field(key) if !fields.iter().any(|known| known.key == *key) => {
                    Some(Fault { trouble: Trouble::UnknownName, ..fault.clone() })
                }
                _ => None,
            },
        };
        self.pieces.iter().filter_map(of).collect()
    }
}

/// The length of the placeholder that the text begins with: up to `}}` outside of quotes, on a line.
fn end_of(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    for (at, sign) in text.char_indices().skip(2) {
        match sign {
            '"' => is_quoted = !is_quoted,
            '\n' => break,
            '}' if !is_quoted && text[at..].starts_with("}}") => return Some(at + 2),
            _ => {}
        }
    }
    // A quotation mark that nobody closed takes no placeholder along.
    let line = text.lines().next().unwrap_or_default();
    line.find("}}").map(|at| at + 2)
}

fn fault(text: &str, at: usize, written: &str, trouble: Trouble) -> Fault {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let written = written.lines().next().unwrap_or_default();
    Fault {
        trouble,
        written: written.chars().take(WRITTEN_MOST).collect(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// `name | filter: "argument" | filter: "argument"`.
fn placeholder(inside: &str, allowed: Allowed) -> Result<Placeholder, Trouble> {
    let mut parts = outside_quotes(inside, '|');
    let name = parts.next().unwrap_or_default().trim();
    let name = Term::read(name, allowed).ok_or(Trouble::UnknownName)?;
    let mut field = Placeholder { name, default: None, dated: None, zone: None, language: None };
    for part in parts {
        let (filter, argument) = part.split_once(':').unwrap_or((part, ""));
        let argument = argument.trim();
        let quoted = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let argument = quoted.filter(|argument| !argument.contains('"')).ok_or(Trouble::WrongArgument);
        match filter.trim() {
            "default" => field.default = Some(argument?.to_owned()),
            "date" if field.name.may_be_time() => {
                field.dated = Some(Dated::from_word(argument?).ok_or(Trouble::WrongArgument)?);
            }
            "zone" if field.name.may_be_time() => {
                field.zone = Some(TimeZone::get(argument?).map_err(|_| Trouble::WrongArgument)?);
            }
            "language" => {
                field.language = Some(Language::from_word(argument?).ok_or(Trouble::WrongArgument)?);
            }
            _ => return Err(Trouble::UnknownFilter),
        }
    }
    Ok(field)
}

fn outside_quotes(text: &str, sign: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c: char| {
        is_quoted ^= c == '"';
        c == sign && !is_quoted
    })
}
