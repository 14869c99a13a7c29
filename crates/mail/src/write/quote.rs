//! The mail that is answered, quoted below the answer.

use crate::html::{SafeHtml, escape_into, render};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The language of the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
    Dutch,
}

/// `On 1 July 2026 at 10:00, Ann wrote:` in the words of the reader. `date_ms` is Unix milliseconds,
/// shown in `zone`.
pub fn quote_header(language: Language, author: &str, date_ms: i64, zone: &TimeZone) -> String {
    let author = crate::text::one_line(author);
    let Ok(instant) = Timestamp::from_millisecond(date_ms) else {
        return match language {
            Language::English => format!("{author} wrote:"),
            Language::German => format!("{author} schrieb:"),
            Language::Dutch => format!("{author} schreef:"),
        };
    };
    let local = instant.to_zoned(zone.clone());
    let month = usize::try_from(local.month()).unwrap_or(1) - 1;
    let (day, year, hour, minute) = (local.day(), local.year(), local.hour(), local.minute());
    match language {
        Language::English => {
            format!("On {day} {} {year} at {hour:02}:{minute:02}, {author} wrote:", ENGLISH[month])
        }
        Language::German => {
            format!("Am {day}. {} {year} um {hour:02}:{minute:02} schrieb {author}:", GERMAN[month])
        }
        Language::Dutch => {
            format!("Op {day} {} {year} om {hour:02}:{minute:02} schreef {author}:", DUTCH[month])
        }
    }
}

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const DUTCH: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

/// The quoted mail as text: the header line, then every line behind `> `.
pub fn quoted_text(header: &str, text: &str) -> String {
    let mut out = format!("{header}\n");
    for line in text.trim_end().lines() {
        out.push('>');
        if !line.is_empty() && !line.starts_with('>') {
            out.push(' ');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The quoted mail as HTML in the form other programs recognise and fold.
pub fn quoted_html(header: &str, html: &SafeHtml) -> String {
    let mut out = String::from("<div class=\"gmail_quote\"><div>");
    escape_into(header, &mut out);
    out.push_str("</div><blockquote type=\"cite\" style=\"margin:0 0 0 0.8ex;border-left:1px solid #ccc;padding-left:1ex\">");
    // A wrong end tag in the quoted mail must not end the quote: the cleaner has balanced it.
    out.push_str(html.as_str());
    out.push_str("</blockquote></div>");
    debug_assert!(!render(&out).quoted.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_line_is_in_the_language_and_the_zone_of_the_reader() {
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let line = |language| quote_header(language, "Ann", 1_782_892_800_000, &zone);
        assert_eq!(line(Language::English), "On 1 July 2026 at 10:00, Ann wrote:");
        assert_eq!(line(Language::German), "Am 1. Juli 2026 um 10:00 schrieb Ann:");
        assert_eq!(line(Language::Dutch), "Op 1 juli 2026 om 10:00 schreef Ann:");
    }

    #[test]
    fn quoted_lines_stand_behind_a_mark() {
        assert_eq!(quoted_text("A wrote:", "x\n\n> y\n"), "A wrote:\n> x\n>\n>> y\n");
    }
}
