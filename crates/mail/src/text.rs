//! Text of strangers, made fit to show and to store.

use unicode_normalization::UnicodeNormalization;

/// Marks that turn the reading direction round: `annexe\u{202e}gpj.exe` reads "annexeexe.jpg".
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a shape: zero-width, soft hyphen, byte-order mark, tags, interlinear notes.
pub fn is_invisible(c: char) -> bool {
    is_bidi_control(c)
        || matches!(c, '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line for people: no control characters, no line break, no direction override, trimmed,
/// runs of white space as one space. Zero-width joiners stay, as emoji and Persian need them.
pub fn one_line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut gap = false;
    for c in raw.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = gap || c != '\0';
        } else if !is_bidi_control(c) && c != '\u{feff}' && c != '\u{200b}' {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// Body text: line ends as `\n`, no NUL, no other control character but tab, no direction override.
pub fn body(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            '\u{0c}' => out.push('\n'),
            _ if c.is_control() || is_bidi_control(c) || c == '\u{feff}' => {}
            _ => out.push(c),
        }
    }
    out
}

/// A file name to show and to offer for download, never to open a file with.
///
/// NFC, without control, format and direction characters, without path and drive, without the
/// characters and names Windows forbids, no leading dot, at most 255 bytes with the extension
/// kept, never empty (`fallback` then). Source: `SECURITY.md` S03.
pub fn file_name(raw: &str, fallback: &str) -> String {
    let flat: String = raw.nfc().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let last =
        flat.rsplit(['/', '\\']).find(|piece| !piece.trim_matches(['.', ' ']).is_empty()).unwrap_or_default();
    let shown: String = last
        .chars()
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = shown.trim_start_matches('.').trim_matches(['.', ' ']);
    if shown.is_empty() || shown.chars().all(|c| c == '_') {
        return fallback.to_owned();
    }
    let stem = shown.split('.').next().unwrap_or(shown).trim_end();
    let reserved = ["con", "prn", "aux", "nul"].iter().any(|name| stem.eq_ignore_ascii_case(name))
        || (stem.len() == 4
            && stem.is_char_boundary(3)
            && ["com", "lpt"].iter().any(|name| stem[..3].eq_ignore_ascii_case(name))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    let shown = if reserved { format!("_{shown}") } else { shown.to_owned() };
    shorten(&shown, 255)
}

/// Cuts a file name to `max` bytes and keeps its extension.
fn shorten(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let extension = name.rfind('.').map(|dot| &name[dot..]).filter(|end| end.len() <= 20).unwrap_or("");
    let stem = &name[..name.len() - extension.len()];
    format!("{}{extension}", prefix(stem, max - extension.len()).trim_end())
}

/// The longest start of `text` with at most `max` bytes that ends between two characters.
pub fn prefix(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_no_path_no_device_and_no_hidden_direction() {
        for (raw, safe) in [
            ("../../x", "x"),
            ("C:\\x", "x"),
            ("C:\\", "C_"),
            (".htaccess", "htaccess"),
            ("a<b>.txt", "a_b_.txt"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            ("", "attachment"),
            ("..", "attachment"),
            ("???", "attachment"),
            ("annexe\u{202e}gpj.exe", "annexegpj.exe"),
            ("zero\u{200b}width.pdf", "zerowidth.pdf"),
            ("line\r\nbreak.txt", "linebreak.txt"),
            ("nul\0.txt", "_nul.txt"),
            ("Cafe\u{301}.pdf", "Caf\u{e9}.pdf"),
            ("Rechnung Mai.pdf", "Rechnung Mai.pdf"),
            ("comäx.txt", "comäx.txt"),
        ] {
            assert_eq!(file_name(raw, "attachment"), safe, "{raw:?}");
        }
    }

    #[test]
    fn a_long_file_name_keeps_its_extension() {
        let name = file_name(&format!("{}.pdf", "ä".repeat(300)), "attachment");
        assert!(name.len() <= 255 && name.ends_with("ä.pdf"));
        assert_eq!(file_name(&"x".repeat(300), "a").len(), 255);
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(one_line(" x\r\nBcc: a@b.example\0\u{202e} y "), "x Bcc: a@b.example y");
    }

    #[test]
    fn a_body_keeps_its_lines_and_loses_its_traps() {
        assert_eq!(body("a\r\nb\rc\0\u{1b}[2J\u{202e}\td"), "a\nb\nc[2J\td");
    }
}
