//! Plain text as safe HTML: paragraphs, line breaks and links that may be followed.
use platform::web::Html;

/// What a link may begin with. Everything else stays text (S01).
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Paragraphs of escaped text in which addresses of the web and of mail are links.
///
/// A blank line ends a paragraph; other line breaks stay.
pub fn html(text: &str) -> Html {
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 16);
    let mut is_open = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            if std::mem::take(&mut is_open) {
                out.push_str("</p>");
            }
            continue;
        }
        out.push_str(if is_open { "<br>\n" } else { "<p>" });
        is_open = true;
        line_into(line.trim_end(), &mut out);
    }
    if is_open {
        out.push_str("</p>");
    }
    Html(out)
}

/// A piece of text, escaped, in which addresses are links.
pub fn into(text: &str, out: &mut String) {
    line_into(text, out);
}

fn line_into(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some((at, length)) = next_link(rest) {
        mail::html::escape_into(&rest[..at], out);
        let address = &rest[at..at + length];
        out.push_str("<a href=\"");
        mail::html::escape_into(address, out);
        out.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
        mail::html::escape_into(address.strip_prefix("mailto:").unwrap_or(address), out);
        out.push_str("</a>");
        rest = &rest[at + length..];
    }
    mail::html::escape_into(rest, out);
}

/// Where the next link begins and how long it is, in bytes.
fn next_link(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let (at, scheme) = SCHEMES
            .iter()
            .filter_map(|scheme| find(&text[from..], scheme).map(|at| (from + at, scheme.len())))
            .min()?;
        let is_word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let end = text[at..].find(ends_link).map_or(text.len(), |end| at + end);
        let length = without_sentence_marks(&text[at..end]);
        if !is_word && length > scheme {
            return Some((at, length));
        }
        from = at + scheme;
    }
}
/// Ignores the case of ASCII letters; the schemes are lower case.
fn find(text: &str, scheme: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(scheme.len() - 1))
        .find(|at| bytes[*at..*at + scheme.len()].eq_ignore_ascii_case(scheme.as_bytes()))
}
fn ends_link(c: char) -> bool {
    c.is_whitespace() || c.is_control() || kernel::text::is_invisible(c) || "<>\"`{}|\\^".contains(c)
}
/// A full stop behind an address ends the sentence; a bracket stays where it was opened inside.
fn without_sentence_marks(address: &str) -> usize {
    let mut end = address.len();
    while let Some(last) = address[..end].chars().next_back() {
        let is_unopened =
            last == ')' && address[..end].matches(')').count() > address[..end].matches('(').count();
        if !(is_unopened || ".,;:!?'*_]…“”’»".contains(last)) {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        html(text).0
    }

    #[test]
    fn text_is_escaped_and_its_lines_are_kept() {
        assert_eq!(shown("a <b>\n\"c\"\n\n & d"), "<p>a &lt;b&gt;<br>\n&quot;c&quot;</p><p> &amp; d</p>");
        assert_eq!(shown(""), "");
    }
    #[test]
    fn an_address_is_a_link_without_the_end_of_its_sentence() {
        let link = r#"<a href="https://x.example/a_(b)?c=1&amp;d=2" target="_blank" rel="noopener noreferrer nofollow">https://x.example/a_(b)?c=1&amp;d=2</a>"#;
        assert_eq!(shown("(see https://x.example/a_(b)?c=1&d=2)."), format!("<p>(see {link}).</p>"));
        assert!(shown("HTTPS://X.example").contains("<a href=\"HTTPS://X.example\""));
        assert!(shown("mailto:a@x.example").contains(">a@x.example</a>"));
    }
    #[test]
    fn nothing_else_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt://x.example/%0aalert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "https://",
            "xhttps:// ",
        ] {
            assert!(!shown(text).contains("<a "), "{text}: {}", shown(text));
        }
    }
    #[test]
    fn no_address_leaves_its_attribute() {
        let shown = shown("https://x.example/\" onmouseover=alert(1) https://x.example/'onx='1<script>");
        assert!(!shown.contains("<script") && !shown.contains("/\" onmouseover"), "{shown}");
        assert!(shown.contains("&#39;onx=&#39;1\" target"), "{shown}");
    }
}
