//! Small rules about text that several nouns share.
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The form in which two spellings of a name compare equal: no case, no accents, one blank between words.
/// `ß` is `ss`; `ä` is `a`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            out.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            let plain = word.nfkd().filter(|c| !is_combining_mark(*c));
            for c in plain.flat_map(char::to_lowercase) {
                match c {
                    'ß' => out.push_str("ss"),
                    'ø' => out.push('o'),
                    'ł' => out.push('l'),
                    'æ' => out.push_str("ae"),
                    c => out.push(c),
                }
            }
        }
    }
    out
}

/// One line for people: control characters, line breaks and direction overrides are gone, blanks are single,
/// and it has at most `most` characters.
pub fn one_line(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most * 4));
    let clean = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c });
    let mut count = 0;
    for c in clean.filter(|c| !is_invisible(*c)) {
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if count == most {
            break;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Marks that change how others read a text without being seen: direction overrides, zero-width blanks, BOM.
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first `most` characters, whole words where that is possible, with `…` where something is missing.
pub fn shorten(text: &str, most: usize) -> String {
    let line = one_line(text, most + 1);
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    let at = cut.rfind(' ').filter(|at| *at > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut[..at].trim_end())
}

/// The beginning of a long text: whole lines, unless the last one alone is too long.
///
/// * `most` – characters; `lines` – lines.
/// * returns – `None` where the text is no longer than that.
pub fn beginning(text: &str, most: usize, lines: usize) -> Option<&str> {
    let (mut end, mut left) = (0, most);
    for (count, line) in text.split_inclusive('\n').enumerate() {
        if count == lines {
            return Some(&text[..end]);
        }
        if let Some((at, _)) = line.char_indices().nth(left) {
            return Some(&text[..end + at]);
        }
        left -= line.chars().count();
        end += line.len();
    }
    None
}

/// A domain as it is compared and stored: lower case, letters beyond ASCII as IDNA writes them (`xn--mller-kva.de`).
///
/// * returns – `None` where IDNA knows no such name.
pub fn domain(name: &str) -> Option<String> {
    if name.is_ascii() { Some(name.to_ascii_lowercase()) } else { idna::domain_to_ascii(name).ok() }
}

/// An address as people read it: `info@müller.example` for `info@xn--mller-kva.example`.
pub fn shown_email(email: &str) -> String {
    let Some((local, domain)) = email.rsplit_once('@') else { return email.to_owned() };
    match idna::domain_to_unicode(domain) {
        (domain, Ok(())) => format!("{local}@{}", one_line(&domain, 253)),
        _ => email.to_owned(),
    }
}

/// An address as it is compared and stored: no blanks around it, lower case, its domain as [`domain`] writes it.
///
/// * returns – `None` where it has no one `@` with something before it and a plausible domain behind it.
///
/// Whether mail arrives there is only known by sending.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let is_local = !local.is_empty()
        && local.len() <= 64
        && !local.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c));
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let domain = self::domain(domain)?;
    let is_domain = domain.len() <= 253 && domain.split('.').all(is_label);
    (is_local && is_domain).then(|| format!("{}@{domain}", local.to_lowercase()))
}

/// A phone number as it is compared: `+` and digits, or digits alone where no country is known.
///
/// * returns – `None` below 3 or above 18 digits, or with letters in it.
pub fn phone(text: &str) -> Option<String> {
    let text = text.trim().replace("(0)", "");
    let international = text.starts_with('+') || text.starts_with("00");
    if text.contains(|c: char| !c.is_ascii_digit() && !" +-/().\u{a0}".contains(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = if text.starts_with("00") { digits[2..].to_owned() } else { digits };
    let plus = if international { "+" } else { "" };
    (3..=18).contains(&digits.len()).then(|| format!("{plus}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_has_a_beginning() {
        assert_eq!(beginning("a\nb\n", 4, 2), None, "all of it fits");
        assert_eq!(beginning("a\nb\nc", 9, 2), Some("a\nb\n"));
        assert_eq!(beginning("äöü\nx", 2, 9), Some("äö"));
        assert_eq!(beginning("äöü\nx", 4, 9), Some("äöü\n"));
        assert_eq!(beginning("", 0, 0), None);
    }
    #[test]
    fn folding_forgets_case_and_accents() {
        assert_eq!(fold("  Jürgen   GROSS "), fold("jurgen groß"));
        assert_ne!(fold("Muller"), fold("Miller"));
    }
    #[test]
    fn a_line_has_no_break_and_no_override() {
        assert_eq!(one_line("a\r\nBcc: b\u{202e}c\0  d ", 100), "a Bcc: bc d");
        assert_eq!(one_line("ääää", 3), "äää");
    }
    #[test]
    fn a_domain_has_one_form_and_is_shown_in_its_own_letters() {
        for text in [
            "Info@MÜLLER.example",
            "info@müller.example",
            "info@mu\u{308}ller.example",
            "INFO@XN--MLLER-KVA.example",
        ] {
            let email = email(text).unwrap();
            assert_eq!(email, "info@xn--mller-kva.example", "{text}");
            assert_eq!(shown_email(&email), "info@müller.example");
        }
        assert_eq!(shown_email("ada@example.org"), "ada@example.org");
        assert_eq!(email("a@\u{202e}x.org"), None);
    }
    #[test]
    fn an_address_needs_both_sides() {
        assert_eq!(email(" Ada@Example.ORG "), Some("ada@example.org".into()));
        for bad in ["ada", "@x.org", "a@", "a b@x.org", "a@x..org", "a\r\n@x.org", "<a@x.org>"] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }
    #[test]
    fn a_phone_number_is_the_same_in_any_notation() {
        for text in ["+49 (0)30 123-456", "0049 30 123456", "+4930123456"] {
            assert_eq!(phone(text).as_deref(), Some("+4930123456"), "{text}");
        }
        assert_eq!(phone("extension 12"), None);
    }
    #[test]
    fn shortening_keeps_words() {
        assert_eq!(shorten("the printer prints pages", 14), "the printer…");
        assert_eq!(shorten("short", 14), "short");
    }
}
