//! HTML to text in one pass over its tokens: no tree, no recursion, linear time.

use super::scan::{Name, Scanner, Tag, Token, decoded};
use crate::text;
use std::ops::Range;

/// The text of an HTML body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Lines end with `\n`; lines inside `<blockquote>` begin with `> `.
    pub text: String,
    /// Byte ranges of `text` that a mail program has marked as quoted.
    pub quoted: Vec<Range<usize>>,
    /// Byte ranges of `text` that a mail program has marked as a signature.
    pub signatures: Vec<Range<usize>>,
}

/// Renders HTML for reading, searching and for finding the reply in it.
pub fn render(html: &str) -> Rendered {
    let mut state = State { out: String::with_capacity(html.len() / 2), ..State::default() };
    for token in Scanner::new(html) {
        match token {
            Token::Text(text) => state.text(text),
            Token::Start(tag) => state.open(&tag),
            Token::End(name) => state.close(name),
        }
    }
    state.finish()
}

/// What an open element means for the text inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Nothing,
    Hidden,
    Preformatted,
    Blockquote,
    Quote,
    Signature,
    Link,
}

#[derive(Default)]
struct State {
    out: String,
    open: Vec<(Name, Role, usize)>,
    /// Line ends owed before the next text: 1 = new line, 2 = empty line between.
    breaks: usize,
    space: bool,
    hidden: usize,
    preformatted: usize,
    blockquotes: usize,
    /// Since which offset everything is quoted, once a mark says "from here to the end".
    quoted_to_end: Option<usize>,
    quoted: Vec<Range<usize>>,
    signatures: Vec<Range<usize>>,
    link: Option<String>,
    lists: Vec<Option<usize>>,
}

/// Elements deeper than this are read as if they were not there.
const DEEPEST: usize = 512;

impl State {
    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        let text = decoded(text, false);
        if self.preformatted > 0 {
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    self.breaks += 1;
                }
                if !line.is_empty() {
                    self.begin();
                    self.out.push_str(line);
                }
            }
            return;
        }
        for (number, word) in text.split([' ', '\t', '\n', '\r', '\u{0c}']).enumerate() {
            self.space |= number > 0;
            if !word.is_empty() {
                self.begin();
                self.out.extend(word.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
            }
        }
    }

    /// Pays the line ends owed and the space before the next word.
    fn begin(&mut self) {
        if self.out.is_empty() {
            self.breaks = 0;
            self.prefix();
        } else if self.breaks > 0 {
            for _ in 0..self.breaks.min(3) {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.prefix();
            }
            self.breaks = 0;
        } else if self.space && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
        self.space = false;
    }

    fn prefix(&mut self) {
        for _ in 0..self.blockquotes.min(20) {
            self.out.push_str("> ");
        }
    }

    fn need_breaks(&mut self, count: usize) {
        self.breaks = self.breaks.max(count);
        self.space = false;
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        match name {
            "br" => {
                self.breaks += 1;
                self.space = false;
                return;
            }
            "hr" => self.need_breaks(2),
            "img" => self.image(tag),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "pre" | "blockquote"
            | "table" => self.need_breaks(2),
            "td" | "th" => self.space = true,
            _ if is_block(name) => self.need_breaks(1),
            _ => {}
        }
        if is_void(name) || tag.is_self_closing || self.open.len() >= DEEPEST {
            return;
        }
        let role = self.role(tag);
        if matches!(role, Role::Quote | Role::Signature | Role::Blockquote) {
            self.need_breaks(1);
        }
        match role {
            Role::Hidden => self.hidden += 1,
            Role::Preformatted => self.preformatted += 1,
            Role::Blockquote => self.blockquotes += 1,
            _ => {}
        }
        match name {
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "li" => self.bullet(),
            _ => {}
        }
        self.open.push((tag.name, role, self.out.len()));
    }

    fn bullet(&mut self) {
        self.need_breaks(1);
        if self.hidden > 0 {
            return;
        }
        self.begin();
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                let label = format!("{number}. ");
                self.out.push_str(&label);
            }
            _ => self.out.push_str("- "),
        }
    }

    fn image(&mut self, tag: &Tag<'_>) {
        let alt = tag.attribute("alt").map(|alt| text::one_line(&alt)).unwrap_or_default();
        if !alt.is_empty() && self.hidden == 0 {
            self.space = true;
            self.begin();
            self.out.push('[');
            self.out.push_str(text::prefix(&alt, 200));
            self.out.push(']');
        }
    }

    fn role(&mut self, tag: &Tag<'_>) -> Role {
        match tag.name.as_str() {
            "script" | "style" | "title" | "noscript" | "template" | "iframe" | "object" | "noembed"
            | "noframes" | "textarea" | "select" => {
                return Role::Hidden;
            }
            "pre" => return Role::Preformatted,
            "a" => {
                let href = tag.attribute("href").map(|href| href.trim().to_owned()).filter(|href| {
                    href.len() <= 300 && (href.starts_with("https://") || href.starts_with("http://"))
                });
                self.link = href;
                return Role::Link;
            }
            _ => {}
        }
        match mark(tag) {
            Some(Mark::Quote) => {
                if tag.name.as_str() == "blockquote" {
                    Role::Blockquote
                } else {
                    Role::Quote
                }
            }
            Some(Mark::QuoteToEnd) => {
                let at = self.out.len();
                self.quoted_to_end.get_or_insert(at);
                self.need_breaks(1);
                Role::Nothing
            }
            Some(Mark::Signature) => Role::Signature,
            None if tag.name.as_str() == "blockquote" => Role::Blockquote,
            None => Role::Nothing,
        }
    }

    fn close(&mut self, name: Name) {
        if name.as_str() == "p" || (is_block(name.as_str()) && !matches!(name.as_str(), "td" | "th" | "li")) {
            let two = matches!(
                name.as_str(),
                "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "pre" | "blockquote" | "table"
            );
            self.need_breaks(if two { 2 } else { 1 });
        }
        // An end tag closes the nearest element of its name and all left open inside it.
        let Some(at) = self.open.iter().rposition(|(open, ..)| *open == name) else { return };
        while self.open.len() > at {
            let Some((closed, role, start)) = self.open.pop() else { return };
            if matches!(closed.as_str(), "ul" | "ol") {
                self.lists.pop();
            }
            match role {
                Role::Hidden => self.hidden -= 1,
                Role::Preformatted => self.preformatted -= 1,
                Role::Blockquote => {
                    self.blockquotes -= 1;
                    self.need_breaks(1);
                    self.quoted.push(start..self.out.len());
                }
                Role::Quote => {
                    self.need_breaks(1);
                    self.quoted.push(start..self.out.len());
                }
                Role::Signature => {
                    self.need_breaks(1);
                    self.signatures.push(start..self.out.len());
                }
                Role::Link => self.link_end(start),
                Role::Nothing => {}
            }
        }
    }

    /// Writes the target behind the words of a link that do not name it.
    fn link_end(&mut self, start: usize) {
        let Some(href) = self.link.take() else { return };
        let shown = self.out.get(start..).unwrap_or_default().trim();
        let bare = href.split_once("//").map_or(href.as_str(), |(_, bare)| bare).trim_end_matches('/');
        if !shown.is_empty() && !shown.contains(bare) && self.hidden == 0 {
            self.out.push_str(" <");
            self.out.push_str(&href);
            self.out.push('>');
        }
    }

    fn finish(mut self) -> Rendered {
        while let Some((name, ..)) = self.open.last().copied() {
            self.close(name);
        }
        self.quoted.extend(self.quoted_to_end.map(|start| start..self.out.len()));
        let start = |range: Range<usize>, text: &str| {
            // The line ends before the quote belong to what stands above it.
            let skipped =
                text[range.clone()].len() - text[range.clone()].trim_start_matches(['\n', ' ']).len();
            range.start + skipped..range.end
        };
        let text = self.out;
        let tidy = |ranges: Vec<Range<usize>>| {
            let mut ranges: Vec<_> =
                ranges.into_iter().map(|range| start(range, &text)).filter(|r| !r.is_empty()).collect();
            ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
            // Inner quotes say nothing new.
            ranges.dedup_by(|inner, outer| inner.end <= outer.end);
            ranges
        };
        let (quoted, signatures) = (tidy(self.quoted), tidy(self.signatures));
        Rendered { text, quoted, signatures }
    }
}

enum Mark {
    Quote,
    QuoteToEnd,
    Signature,
}

/// The marks mail programs leave on quotes and signatures.
fn mark(tag: &Tag<'_>) -> Option<Mark> {
    if tag.attributes.is_empty() {
        return None;
    }
    let class = tag.attribute("class").unwrap_or_default();
    for class in class.split_ascii_whitespace() {
        match class {
            "gmail_quote"
            | "gmail_quote_container"
            | "gmail_attr"
            | "moz-cite-prefix"
            | "moz-forward-container"
            | "yahoo_quoted"
            | "protonmail_quote"
            | "tutanota_quote"
            | "zmail_extra"
            | "cite_prefix"
            | "ms-quote"
            | "freebirdFormviewerView"
            | "ntes_quote"
            | "qmail_quote"
            | "mailbox_quote"
            | "cloudmagic-smart-beacon"
            | "front-blockquote"
            | "front-quote"
            | "hcustomerthread"
            | "missive_quote"
            | "freshdesk_quote"
            | "helpscout-quote" => {
                return Some(Mark::Quote);
            }
            "OutlookMessageHeader" | "zmail_extra_hr" | "x_divRplyFwdMsg" | "helpscout-reply-above" => {
                return Some(Mark::QuoteToEnd);
            }
            "gmail_signature"
            | "moz-signature"
            | "protonmail_signature_block"
            | "ms-outlook-mobile-signature" => {
                return Some(Mark::Signature);
            }
            _ => {}
        }
    }
    let id = tag.attribute("id").unwrap_or_default();
    match &*id {
        "divRplyFwdMsg"
        | "x_divRplyFwdMsg"
        | "appendonsend"
        | "x_appendonsend"
        | "OLK_SRC_BODY_SECTION"
        | "stopSpelling"
        | "mail-editor-reference-message-container"
        | "replySplit"
        | "isReplyContent"
        | "isForwardContent"
        | "reply-intro" => {
            return Some(Mark::QuoteToEnd);
        }
        "Signature" | "x_Signature" | "ms-outlook-mobile-signature" | "AppleMailSignature" | "signature" => {
            return Some(Mark::Signature);
        }
        _ if id.starts_with("yahoo_quoted") || id.starts_with("ymail_android_signature_quote") => {
            return Some(Mark::Quote);
        }
        _ => {}
    }
    match tag.attribute("type") {
        Some(cite) if cite.eq_ignore_ascii_case("cite") && tag.name.as_str() == "blockquote" => {
            return Some(Mark::Quote);
        }
        _ => {}
    }
    if tag.attribute("name").is_some_and(|name| name == "quote") || tag.attribute("data-signature").is_some()
    {
        return Some(if tag.attribute("name").is_some() { Mark::Quote } else { Mark::Signature });
    }
    // Outlook on Windows only draws a line above the header of the quoted mail.
    let style = tag.attribute("style").unwrap_or_default();
    if tag.name.as_str() == "div"
        && style.contains("border-top:")
        && style.contains("border:none")
        && style.contains("padding:3.0pt 0")
    {
        return Some(Mark::QuoteToEnd);
    }
    None
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
            | "blockquote"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_readable_text() {
        for (html, text) in [
            ("<p>a  b\n c</p><p>d<br>e</p>", "a b c\n\nd\ne"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<ul><li>a<li>b</ul><ol><li>c</li></ol>x", "- a\n- b\n\n1. c\n\nx"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<style>p{}</style><script>x</script><title>t</title>y", "y"),
            ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
            ("see <a href='https://shop.example/x'>this</a>", "see this <https://shop.example/x>"),
            ("see <a href='https://shop.example/'>shop.example</a>", "see shop.example"),
            ("&lt;b&gt; &amp;&nbsp;x", "<b> & x"),
            ("<img src=x alt='A cat'>", "[A cat]"),
            ("</p></div>x", "x"),
        ] {
            assert_eq!(render(html).text, text, "{html}");
        }
    }

    #[test]
    fn marked_quotes_are_found() {
        let html = "<div>Yes.</div><div class='gmail_quote'><div>On Monday Bo wrote:</div><blockquote>No?</blockquote></div>";
        let rendered = render(html);
        assert_eq!(&rendered.text[rendered.quoted[0].clone()], "On Monday Bo wrote:\n>\n> No?");
        let rendered = render("<p>Yes.</p><hr><div id=divRplyFwdMsg><b>Von:</b> Bo</div><div>Nein?</div>");
        assert_eq!(&rendered.text[rendered.quoted[0].clone()], "Von: Bo\nNein?");
    }

    #[test]
    fn a_hundred_thousand_open_elements_cost_no_stack() {
        let html = format!("{}x", "<div><blockquote>".repeat(100_000));
        assert!(render(&html).text.ends_with('x'));
    }
}
