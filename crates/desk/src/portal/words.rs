//! Plain words of a message as HTML, and names as customers see them.
use mail::html::escape_into;
use platform::web::Html;

/// How the people who work here are called on the customer's side: the setting `portal_agent_names`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentNames {
    #[default]
    First,
    Full,
}
platform::words! { AgentNames { First = "first", Full = "full" } }
impl AgentNames {
    pub fn show(self, name: &str) -> String {
        let is_title = |word: &&str| word.ends_with('.');
        match self {
            AgentNames::Full => name.to_owned(),
            AgentNames::First => {
                name.split_whitespace().find(|word| !is_title(word)).unwrap_or(name).to_owned()
            }
        }
    }
}

/// Paragraphs and line breaks. Everything is escaped; where `has_links`, addresses of web pages can be followed.
pub fn paragraphs(text: &str, has_links: bool) -> Html {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut is_inside = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            if is_inside {
                out.push_str("</p>");
            }
            is_inside = false;
            continue;
        }
        out.push_str(if is_inside { "<br>\n" } else { "<p>" });
        is_inside = true;
        if has_links { with_links(line, &mut out) } else { escape_into(line, &mut out) }
    }
    if is_inside {
        out.push_str("</p>");
    }
    Html(out)
}

/// A long text in one element, as it stands.
pub fn one_block(text: &str) -> Html {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    out.push_str("<pre>");
    escape_into(text, &mut out);
    out.push_str("</pre>");
    Html(out)
}

fn with_links(line: &str, out: &mut String) {
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let start = ["https://", "http://"].iter().filter_map(|scheme| word.find(scheme)).min();
        let Some(start) = start else {
            escape_into(piece, out);
            continue;
        };
        let url = word[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\'']);
        let url = url.split(['<', '>', '"']).next().unwrap_or(url);
        let (before, after) = (&piece[..start], &piece[start + url.len()..]);
        escape_into(before, out);
        out.push_str("<a rel=\"noopener noreferrer nofollow\" href=\"");
        escape_into(url, out);
        out.push_str("\">");
        escape_into(url, out);
        out.push_str("</a>");
        escape_into(after, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(
            paragraphs("<b>x</b>{{7*7}}\n\"a\" & b\n\n\nsecond", true).0,
            "<p>&lt;b&gt;x&lt;/b&gt;{{7*7}}<br>\n&quot;a&quot; &amp; b</p><p>second</p>"
        );
        assert_eq!(paragraphs(" \n\n", false).0, "");
    }
    #[test]
    fn only_addresses_of_web_pages_become_links() {
        assert_eq!(
            paragraphs("see (https://x.org/a?b=1&c=2).", true).0,
            "<p>see (<a rel=\"noopener noreferrer nofollow\" href=\"https://x.org/a?b=1&amp;c=2\">\
             https://x.org/a?b=1&amp;c=2</a>).</p>"
        );
        for bad in ["javascript:alert(1)", "data:text/html,x", "//x.org"] {
            assert!(!paragraphs(bad, true).0.contains("<a"), "{bad}");
        }
        let broken = paragraphs("http://x.org/\"onmouseover=alert(1)>y", true).0;
        assert!(
            broken.contains("href=\"http://x.org/\">") && broken.contains("&quot;onmouseover"),
            "{broken}"
        );
        assert!(!paragraphs("https://x.org", false).0.contains("<a"));
    }
    #[test]
    fn a_first_name_is_no_title() {
        assert_eq!(AgentNames::First.show("Dr. Anna Schmidt"), "Anna");
        assert_eq!(AgentNames::Full.show("Dr. Anna Schmidt"), "Dr. Anna Schmidt");
        assert_eq!(AgentNames::First.show("Prof."), "Prof.");
    }
}
