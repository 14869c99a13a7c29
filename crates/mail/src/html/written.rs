//! HTML that somebody wrote in our own composer, for a place inside of our own page.
//!
//! The page has no frame around it, so this is a second wall of another make than the cleaner. Nothing of the
//! text is copied but words: tags come from a closed set of constants, without any attribute but a checked link,
//! the beginning of a list, and the number of one of our own pictures. Whatever slips through the cleaner is text
//! here, or gone.
use super::{
    clean::is_link,
    escape_into,
    scan::{Name, Scanner, Tag, Token, decoded},
};

/// Elements inside one another; deeper ones lose their tag and keep their words.
const DEEPEST: usize = 40;

/// Rewrites composed HTML with the few elements that the composer knows.
///
/// * `words` – writes a piece of plain text outside of links and code, escaped; here addresses become links.
pub fn written(html: &str, words: &dyn Fn(&str, &mut String)) -> String {
    let mut writer = Writer { out: String::with_capacity(html.len() + 64), open: Vec::new(), words };
    let mut hidden: Option<(Name, usize)> = None;
    for token in Scanner::new(html) {
        match (token, &mut hidden) {
            (Token::Text(_), Some(_)) => {}
            (Token::Start(tag), Some((name, depth))) => *depth += usize::from(tag.name == *name),
            (Token::End(name), Some((ended, depth))) => {
                *depth -= usize::from(name == *ended);
                if *depth == 0 {
                    hidden = None;
                }
            }
            (Token::Text(text), None) => writer.text(&decoded(text, false)),
            (Token::Start(tag), None) if is_emptied(tag.name.as_str()) => {
                if !tag.is_self_closing {
                    hidden = Some((tag.name, 1));
                }
            }
            (Token::Start(tag), None) => writer.start(&tag),
            (Token::End(name), None) => writer.end(name.as_str()),
        }
    }
    writer.close_to(0);
    writer.out
}

/// Elements whose content is no text.
fn is_emptied(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "title"
            | "template"
            | "noscript"
            | "svg"
            | "math"
            | "object"
            | "iframe"
            | "textarea"
            | "select"
            | "audio"
            | "video"
            | "canvas"
    )
}

/// The element of ours that stands for one of the text; `None` where only the words stay.
fn ours(name: &str) -> Option<&'static str> {
    Some(match name {
        "p" | "div" => "p",
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "h4",
        "strong" | "b" => "strong",
        "em" | "i" => "em",
        "u" | "ins" => "u",
        "s" | "del" | "strike" => "s",
        "code" | "tt" | "kbd" => "code",
        "pre" => "pre",
        "blockquote" => "blockquote",
        "ul" => "ul",
        "ol" => "ol",
        "li" => "li",
        "a" => "a",
        _ => return None,
    })
}
/// Whether a paragraph ends where the element begins.
fn is_block(name: &str) -> bool {
    matches!(name, "p" | "h4" | "pre" | "blockquote" | "ul" | "ol" | "li")
}

struct Writer<'w> {
    out: String,
    open: Vec<&'static str>,
    words: &'w dyn Fn(&str, &mut String),
}
impl Writer<'_> {
    fn text(&mut self, text: &str) {
        match self.open.iter().any(|name| matches!(*name, "a" | "pre" | "code")) {
            true => escape_into(text, &mut self.out),
            false => (self.words)(text, &mut self.out),
        }
    }
    fn start(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => return self.out.push_str("<br>"),
            "hr" => return self.out.push_str("<br>"),
            "img" => return self.picture(tag),
            _ => {}
        }
        let Some(name) = ours(tag.name.as_str()).filter(|_| self.open.len() < DEEPEST) else { return };
        if is_block(name) {
            // A browser ends a paragraph here by itself; so that our end tags agree, we do it first.
            if let Some(at) = self.open.iter().rposition(|open| matches!(*open, "p" | "h4")) {
                self.close_to(at);
            }
        }
        let in_list = self.open.iter().rev().find(|open| matches!(**open, "ul" | "ol" | "li"));
        match (name, in_list) {
            ("li", None) => return,
            ("li", Some(&"li")) => {
                let at = self.open.iter().rposition(|open| *open == "li").unwrap_or(0);
                self.close_to(at);
            }
            ("a", _) if self.open.contains(&"a") => return,
            _ => {}
        }
        self.out.push('<');
        self.out.push_str(name);
        match name {
            "a" => self.link(tag),
            "ol" => {
                if let Some(start) = tag.attribute("start").and_then(|start| start.trim().parse::<u16>().ok())
                {
                    self.out.push_str(&format!(" start=\"{start}\""));
                }
            }
            _ => {}
        }
        self.out.push('>');
        self.open.push(name);
    }
    fn link(&mut self, tag: &Tag<'_>) {
        if let Some(address) = tag.attribute("href").filter(|address| is_link(address)) {
            self.out.push_str(" href=\"");
            escape_into(address.trim(), &mut self.out);
            self.out.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\"");
        }
    }
    /// One of our own files, by its number; any other picture is its alternative.
    fn picture(&mut self, tag: &Tag<'_>) {
        let source = tag.attribute("src").unwrap_or_default();
        let number =
            source.trim().strip_prefix("/attachments/").and_then(|number| number.parse::<u64>().ok());
        let alternative = tag.attribute("alt").unwrap_or_default();
        match number {
            Some(number) => {
                self.out.push_str(&format!("<img src=\"/attachments/{number}\" loading=\"lazy\" alt=\""));
                escape_into(&alternative, &mut self.out);
                self.out.push_str("\">");
            }
            None => escape_into(&alternative, &mut self.out),
        }
    }
    fn end(&mut self, name: &str) {
        let Some(name) = ours(name) else { return };
        if let Some(at) = self.open.iter().rposition(|open| *open == name) {
            self.close_to(at);
        }
    }
    fn close_to(&mut self, at: usize) {
        while self.open.len() > at {
            let Some(name) = self.open.pop() else { return };
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(html: &str) -> String {
        written(html, &|text, out| escape_into(text, out))
    }

    #[test]
    fn what_the_composer_writes_stays_as_it_is() {
        let html = "<p>Dear <strong>Ada</strong>, <em>now</em><br>see <code>x &lt; 1</code></p><ul><li><p>a</p></li>\
                    <li><p>b</p></li></ul><blockquote><p>q</p></blockquote><pre><code>l1\nl2</code></pre>";
        assert_eq!(plain(html), html);
    }
    #[test]
    fn attributes_come_from_us_alone() {
        let html = "<p class=x style='color:red' onclick=alert(1)>a</p><a href='javascript:alert(1)' id=y>b</a>\
                    <a href=\"https://x.example/?a=1&amp;b='\">c</a><ol start=3 onfocus=x><li>d</li></ol>";
        assert_eq!(
            plain(html),
            "<p>a</p><a>b</a><a href=\"https://x.example/?a=1&amp;b=&#39;\" target=\"_blank\" \
             rel=\"noopener noreferrer nofollow\">c</a><ol start=\"3\"><li>d</li></ol>"
        );
    }
    #[test]
    fn pictures_are_our_own_or_words() {
        let html = "<img src='/attachments/7' alt='a \"b\"'><img src='https://x.example/p.gif' alt=spy>\
                    <img src='/attachments/../x' alt=no><img src=//x.example/attachments/7>";
        assert_eq!(plain(html), "<img src=\"/attachments/7\" loading=\"lazy\" alt=\"a &quot;b&quot;\">spyno");
    }
    #[test]
    fn what_runs_is_gone_and_what_is_left_open_is_closed() {
        assert_eq!(
            plain("<script>x()</script><svg><p>y</svg><p>a<p>b<ul><li>c<li>d"),
            "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>"
        );
        assert_eq!(
            plain("</p></div><li>x</li><iframe src=x>gone</iframe>&lt;b onload=x&gt;"),
            "x&lt;b onload=x&gt;"
        );
        assert_eq!(plain(&"<blockquote>".repeat(500)).matches("<blockquote>").count(), DEEPEST);
    }
}
