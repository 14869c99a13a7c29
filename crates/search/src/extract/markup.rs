//! What stands between the tags of XML and HTML.

/// Elements whose content nobody reads.
const SILENT: &[&str] = &["script", "style", "instrText", "delText", "template"];
/// Elements in the middle of a word.
const INLINE: &[&str] = &[
    "r",
    "t",
    "rPr",
    "span",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "a",
    "font",
    "lang",
    "rFonts",
    "sz",
    "szCs",
    "color",
    "latin",
    "ea",
    "cs",
    "bookmarkStart",
    "bookmarkEnd",
    "proofErr",
    "lastRenderedPageBreak",
    "noProof",
    "vertAlign",
];

/// The text of a document, with a blank wherever an element other than of letters begins or ends. Takes anything: what
/// is no markup is text.
pub fn text(markup: &str) -> String {
    let mut out = String::with_capacity(markup.len() / 4);
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        decode(&rest[..at], &mut out);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            out.push_str(&data[..end]);
            rest = data.get(end + 3..).unwrap_or("");
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split([' ', '/', '\t', '\n', '\r']).next().unwrap_or("");
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        if !INLINE.contains(&name) && !out.ends_with([' ', '\n']) {
            out.push(if matches!(name, "p" | "br" | "tr" | "row" | "div" | "li") { '\n' } else { ' ' });
        }
        let is_silent = SILENT.iter().any(|silent| silent.eq_ignore_ascii_case(name));
        if is_silent && !is_end && !tag.ends_with('/') {
            rest = skip(rest, name);
        }
    }
    decode(rest, &mut out);
    out
}

/// What follows the end of the element `name`.
fn skip<'t>(text: &'t str, name: &str) -> &'t str {
    let mut at = 0;
    while let Some(found) = text[at..].find("</") {
        at += found + 2;
        let Some(end) = text[at..].find('>') else { break };
        let closes = text[at..at + end].trim();
        let closes = closes.rsplit_once(':').map_or(closes, |(_, name)| name);
        if closes.eq_ignore_ascii_case(name) {
            return &text[at + end + 1..];
        }
    }
    ""
}

fn decode(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let Some(end) = end else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        match entity(&rest[1..end]) {
            Some(c) => out.push(c),
            None => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
}
fn entity(name: &str) -> Option<char> {
    let number = |text: &str, radix| u32::from_str_radix(text, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "auml" => Some('ä'),
        "ouml" => Some('ö'),
        "uuml" => Some('ü'),
        "Auml" => Some('Ä'),
        "Ouml" => Some('Ö'),
        "Uuml" => Some('Ü'),
        "szlig" => Some('ß'),
        "euro" => Some('€'),
        _ => match name.strip_prefix("#x").or(name.strip_prefix("#X")) {
            Some(hex) => number(hex, 16),
            None => number(name.strip_prefix('#')?, 10),
        },
    }
}
