//! The one place where HTML of strangers becomes HTML that may be shown.
//!
//! Nothing of the input is passed on: its tokens are read, and HTML is written anew. What can be written is
//! fixed here: start tags of known elements with known attributes whose values are quoted and escaped, their
//! end tags in the right order, and text with every `<`, `>` and `&` escaped. No element is among them whose
//! content a browser reads in another way (script, style, title, svg …), so a browser sees exactly the
//! elements that were written, however broken the input was.

use super::render::render;
use super::scan::{Name, Scanner, Tag, Token, decoded};
use super::{escape_into, from_text, style};
use std::fmt;

/// HTML as it came. It cannot be printed: [`clean`] is the only way to a page.
#[derive(Clone, PartialEq, Eq)]
pub struct UntrustedHtml(String);

impl UntrustedHtml {
    pub fn new(html: impl Into<String>) -> UntrustedHtml {
        UntrustedHtml(html.into())
    }

    /// The raw text, to store it. Never to show it.
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for UntrustedHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UntrustedHtml({} bytes)", self.0.len())
    }
}

/// HTML of the allow-list: no script, no style sheet, no form, no frame, no address but links, mail
/// and telephone, no picture from elsewhere unless asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(String);

impl SafeHtml {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    /// The text of it, for searching and for the plain part of a mail.
    pub fn to_text(&self) -> String {
        render(&self.0).text
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The result of [`clean`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanedHtml {
    pub html: SafeHtml,
    /// Pictures on foreign servers, shown or not.
    pub remote_images: usize,
    /// Too long for HTML: `html` is its text.
    pub is_simplified: bool,
}

/// Longest HTML that is cleaned; beyond it only the text is shown.
const LONGEST: usize = 2 * 1024 * 1024;
/// Elements inside one another; deeper ones are left out, their text stays. Browsers stop at 512.
const DEEPEST: usize = 200;

/// Cleans HTML of a stranger. The address of a picture on a foreign server moves to `data-remote-src`: nothing is loaded.
/// `inline` says where the picture of a `cid:` address can be had, if it can.
pub fn clean(html: &UntrustedHtml, inline: &dyn Fn(&str) -> Option<String>) -> CleanedHtml {
    if html.0.len() > LONGEST {
        let text = render(crate::text::prefix(&html.0, LONGEST)).text;
        return CleanedHtml { html: SafeHtml(from_text(&text)), remote_images: 0, is_simplified: true };
    }
    let mut writer = Writer::new(&html.0, Pictures::Received { inline });
    writer.write_all(&html.0);
    CleanedHtml { html: SafeHtml(writer.out), remote_images: writer.remote_images, is_simplified: false }
}

/// Cleans what an agent wrote in the composer: the same allow-list; pictures stay where they are, our own
/// (`/attachments/7`), inline ones (`cid:`) and those of the web.
pub fn clean_composed(html: &UntrustedHtml) -> SafeHtml {
    let mut writer = Writer::new(&html.0, Pictures::Composed);
    writer.write_all(&html.0);
    SafeHtml(writer.out)
}

/// Whose pictures they are.
enum Pictures<'p> {
    Received { inline: &'p dyn Fn(&str) -> Option<String> },
    Composed,
}

/// Writes HTML anew.
struct Writer<'p> {
    out: String,
    pictures: Pictures<'p>,
    remote_images: usize,
    /// Elements written and not yet closed.
    open: Vec<Name>,
    /// Inside an element whose content is no text: its name, and how many of the same name are open.
    hidden: Option<(Name, usize)>,
}

impl<'p> Writer<'p> {
    fn new(html: &str, pictures: Pictures<'p>) -> Writer<'p> {
        Writer {
            out: String::with_capacity(html.len() + 64),
            pictures,
            remote_images: 0,
            open: Vec::new(),
            hidden: None,
        }
    }

    fn write_all(&mut self, html: &str) {
        for token in Scanner::new(html) {
            match (token, &mut self.hidden) {
                (Token::Text(_), Some(_)) => {}
                (Token::Start(tag), Some((name, depth))) => {
                    *depth += usize::from(tag.name == *name && !tag.is_self_closing)
                }
                (Token::End(ended), Some((name, depth))) => {
                    if ended == *name {
                        *depth -= 1;
                        if *depth == 0 {
                            self.hidden = None;
                        }
                    }
                }
                (Token::Text(text), None) => escape_text(&decoded(text, false), &mut self.out),
                (Token::Start(tag), None) => self.start(&tag),
                (Token::End(name), None) => self.end(name),
            }
        }
        self.close_to(0);
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        match element(name) {
            None => {}
            Some(Element::Emptied) if tag.is_self_closing => {}
            Some(Element::Emptied) => self.hidden = Some((tag.name, 1)),
            Some(Element::Void) => self.write_start(tag),
            Some(Element::Container(content)) => {
                self.make_room(name, content);
                if self.open.len() < DEEPEST && self.has_place(content) {
                    self.write_start(tag);
                    self.open.push(tag.name);
                }
            }
        }
    }

    /// Closes what a browser would close when this element begins.
    fn make_room(&mut self, name: &str, content: Content) {
        let closed_by: &[&str] = match content {
            Content::Cell => &["td", "th"],
            Content::Row => &["tr", "caption", "colgroup"],
            Content::RowGroup => &["tbody", "thead", "tfoot", "caption", "colgroup"],
            Content::Item => &["li"],
            Content::Definition => &["dt", "dd"],
            Content::Block => &["p"],
            Content::Link => &["a"],
            Content::Inline | Content::Table | Content::List => &[],
        };
        let closed_by =
            if matches!(content, Content::Table | Content::List) { &["p"][..] } else { closed_by };
        let barrier: &[&str] = match content {
            Content::Cell | Content::Row | Content::RowGroup => &["table"],
            Content::Item => &["ul", "ol", "table", "td", "th"],
            Content::Definition => &["dl", "table", "td", "th"],
            _ => &["table", "td", "th", "caption", "div", "blockquote", "li"],
        };
        let mut lowest = None;
        for (at, open) in self.open.iter().enumerate().rev() {
            let open = open.as_str();
            if closed_by.contains(&open) {
                lowest = Some(at);
                break;
            }
            if barrier.contains(&open) && open != name {
                break;
            }
        }
        if let Some(at) = lowest {
            self.close_to(at);
        }
    }

    /// Parts of a table or list are written only inside one: elsewhere a browser would close with them what
    /// lies around the mail.
    fn has_place(&self, content: Content) -> bool {
        let nearest = |wanted: &[&str], barrier: &[&str]| {
            let found = self
                .open
                .iter()
                .rev()
                .map(Name::as_str)
                .find(|open| wanted.contains(open) || barrier.contains(open));
            found.is_some_and(|open| wanted.contains(&open))
        };
        match content {
            Content::Cell | Content::Row | Content::RowGroup => nearest(&["table"], &[]),
            Content::Item => nearest(&["ul", "ol"], &["td", "th"]),
            Content::Definition => nearest(&["dl"], &["td", "th"]),
            _ => true,
        }
    }

    fn end(&mut self, name: Name) {
        // An end tag closes the nearest element of its name, but reaches out of no table cell.
        let is_cell_part =
            matches!(name.as_str(), "table" | "tr" | "td" | "th" | "tbody" | "thead" | "tfoot");
        for at in (0..self.open.len()).rev() {
            if self.open[at] == name {
                return self.close_to(at);
            }
            if !is_cell_part && matches!(self.open[at].as_str(), "td" | "th") {
                return;
            }
        }
    }

    fn close_to(&mut self, at: usize) {
        while self.open.len() > at {
            let Some(name) = self.open.pop() else { return };
            self.out.push_str("</");
            self.out.push_str(name.as_str());
            self.out.push('>');
        }
    }

    fn write_start(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        self.out.push('<');
        self.out.push_str(name);
        let mut written: Vec<&'static str> = Vec::new();
        for attribute in &tag.attributes {
            let Some(key) = attribute_name(name, attribute.raw_name()) else { continue };
            // The first of two attributes counts; a second one would be dropped by the browser.
            if written.contains(&key) {
                continue;
            }
            written.push(key);
            let value = attribute.decoded();
            match key {
                "style" => {
                    if let Some(style) = style::allowed(&value) {
                        self.attribute("style", &style);
                    }
                }
                "href" => {
                    if is_link(&value) {
                        self.attribute("href", value.trim());
                    }
                }
                "src" => self.picture(value.trim()),
                "width" | "height" | "border" | "cellpadding" | "cellspacing" | "colspan" | "rowspan"
                | "span" | "start" | "size" => {
                    let value = value.trim();
                    if value.len() <= 6
                        && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'%' | b'.' | b'+' | b'-'))
                    {
                        self.attribute(key, value);
                    }
                }
                _ => self.attribute(key, &value),
            }
        }
        if name == "a" {
            self.out.push_str(" target=\"_blank\" rel=\"noopener noreferrer nofollow\"");
        }
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_value(value, &mut self.out);
        self.out.push('"');
    }

    fn picture(&mut self, address: &str) {
        let scheme = scheme(address);
        let content_id = address.get(4..).unwrap_or_default();
        match (&self.pictures, scheme) {
            (Pictures::Composed, Scheme::Web | Scheme::ContentId) => self.attribute("src", address),
            // Only pictures of our own may be named without a host.
            (Pictures::Composed, Scheme::None)
                if address.starts_with('/') && !address[1..].starts_with(['/', '\\']) =>
            {
                self.attribute("src", address);
            }
            (Pictures::Composed, _) => {}
            (Pictures::Received { inline }, Scheme::ContentId) => match inline(content_id) {
                Some(place) => self.attribute("src", &place),
                None => self.attribute("data-cid", content_id),
            },
            (Pictures::Received { .. }, Scheme::Web) => {
                self.remote_images += 1;
                self.attribute("data-remote-src", address);
            }
            (Pictures::Received { .. }, Scheme::None | Scheme::Mail | Scheme::Other) => {}
        }
    }
}

/// What an element of the allow-list is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// Has no content: `<br>`.
    Void,
    Container(Content),
    /// Left out with everything in it.
    Emptied,
}

/// How an element stands among others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Inline,
    Link,
    Block,
    List,
    Item,
    Definition,
    Table,
    RowGroup,
    Row,
    Cell,
}

/// The allow-list. An element that is not in it is left out, its text stays.
fn element(name: &str) -> Option<Element> {
    use Content::{Block, Cell, Definition, Inline, Item, Link, List, Row, RowGroup, Table};
    Some(match name {
        "br" | "hr" | "img" | "wbr" => Element::Void,
        "a" => Element::Container(Link),
        "abbr" | "b" | "bdi" | "bdo" | "big" | "cite" | "code" | "del" | "dfn" | "em" | "font" | "i"
        | "ins" | "kbd" | "mark" | "q" | "s" | "samp" | "small" | "span" | "strike" | "strong" | "sub"
        | "sup" | "tt" | "u" | "var" => Element::Container(Inline),
        "address" | "article" | "aside" | "blockquote" | "center" | "div" | "figcaption" | "figure"
        | "footer" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "p" | "pre" | "section" => {
            Element::Container(Block)
        }
        "ul" | "ol" | "dl" => Element::Container(List),
        "li" => Element::Container(Item),
        "dt" | "dd" => Element::Container(Definition),
        "table" => Element::Container(Table),
        "tbody" | "thead" | "tfoot" | "caption" => Element::Container(RowGroup),
        "tr" => Element::Container(Row),
        "td" | "th" => Element::Container(Cell),
        "script" | "style" | "title" | "template" | "noscript" | "svg" | "math" | "object" | "applet"
        | "iframe" | "frameset" | "textarea" | "select" | "noembed" | "noframes" | "xmp" | "audio"
        | "video" | "canvas" | "map" => Element::Emptied,
        _ => return None,
    })
}

/// The allowed attributes, by element.
fn attribute_name(element: &str, raw: &str) -> Option<&'static str> {
    const EVERYWHERE: &[&str] = &["style", "align", "dir", "lang", "title"];
    let own: &[&'static str] = match element {
        "a" => &["href"],
        "img" => &["src", "alt", "width", "height", "border"],
        "font" => &["color", "face", "size"],
        "ol" => &["start", "type"],
        "ul" => &["type"],
        "table" => &["border", "cellpadding", "cellspacing", "width", "bgcolor"],
        "td" | "th" => &["colspan", "rowspan", "width", "height", "bgcolor", "valign"],
        "tr" => &["bgcolor", "valign"],
        _ => &[],
    };
    EVERYWHERE.iter().chain(own).copied().find(|known| known.eq_ignore_ascii_case(raw))
}

enum Scheme {
    Web,
    Mail,
    ContentId,
    None,
    Other,
}

/// The scheme of an address as a browser finds it: white space and control characters inside do not count.
fn scheme(address: &str) -> Scheme {
    let mut name = String::new();
    for c in address.chars() {
        match c {
            ':' => {
                return match name.as_str() {
                    "http" | "https" => Scheme::Web,
                    "mailto" | "tel" => Scheme::Mail,
                    "cid" => Scheme::ContentId,
                    _ => Scheme::Other,
                };
            }
            '/' | '?' | '#' | '\\' => return Scheme::None,
            _ if c.is_whitespace() || c.is_control() => {}
            _ if name.len() < 16 => name.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    Scheme::None
}

pub(super) fn is_link(address: &str) -> bool {
    let address = address.trim();
    // Written without anything a browser would skip in the scheme.
    let is_plain = address.bytes().take(12).all(|b| b.is_ascii_graphic() || b >= 0x80 || b == b' ');
    is_plain && matches!(scheme(address), Scheme::Web | Scheme::Mail)
}

/// Escapes text; control characters that no page has are left out.
fn escape_text(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\n' | b'\t' | b'\r' => continue,
            0..=0x1f | 0x7f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

fn escape_value(value: &str, out: &mut String) {
    if value.bytes().all(|b| b >= 0x20 && !matches!(b, b'&' | b'<' | b'>' | b'"' | b'\'' | 0x7f)) {
        return out.push_str(value);
    }
    let kept: String = value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    escape_into(&kept, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(html: &str) -> CleanedHtml {
        clean(&UntrustedHtml::new(html), &|cid| (cid == "a@b").then(|| "/attachments/7".to_owned()))
    }

    #[test]
    fn what_runs_goes_and_the_text_stays() {
        let html = "<script>alert(1)</script><style>p{}</style><iframe src=x></iframe><object data=x></object>\
            <form action=x><input><b onclick=alert(1)>a</b></form><meta http-equiv=refresh content=0><base href=//x>\
            <a href='javascript:alert(1)'>b</a><a href='data:text/html,x'>c</a><p style='background:url(x);color:red'>d</p>";
        assert_eq!(
            blocked(html).html.as_str(),
            "<b>a</b><a target=\"_blank\" rel=\"noopener noreferrer nofollow\">b</a>\
             <a target=\"_blank\" rel=\"noopener noreferrer nofollow\">c</a><p style=\"color:red\">d</p>"
        );
    }

    #[test]
    fn links_keep_their_address_and_tricks_lose_it() {
        for (href, kept) in [
            ("https://x.example/?a=1&amp;b=2", Some("https://x.example/?a=1&amp;b=2")),
            (" MAILTO:a@x.example", Some("MAILTO:a@x.example")),
            ("tel:+49123", Some("tel:+49123")),
            ("java&#9;script:x", None),
            ("java&Tab;script&colon;x", None),
            ("jav\u{1}ascript:x", None),
            ("&#106avascript:x", None),
            ("vbscript:x", None),
            ("//x.example", None),
            ("/admin", None),
            ("h\nttps://x.example", None),
            ("cid:a@b", None),
        ] {
            let html = format!("<a href=\"{href}\">x</a>");
            let found = blocked(&html).html;
            let expected = kept.map_or_else(String::new, |kept| format!(" href=\"{kept}\""));
            assert_eq!(
                found.as_str(),
                format!("<a{expected} target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>"),
                "{href}"
            );
        }
    }

    #[test]
    fn what_is_written_is_balanced_and_stays_inside() {
        for (html, clean) in [
            ("<b>a<i>b</b>c", "<b>a<i>b</i></b>c"),
            ("</div></td></table>a", "a"),
            ("<li>a</li><td>b</td>", "ab"),
            ("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>"),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>",
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            ),
            ("<table><tr><td><div>a</table></div>b", "<table><tr><td><div>a</div></td></tr></table>b"),
            (
                "<a href='https://x.example/'>a<a>b",
                "<a href=\"https://x.example/\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">a</a><a target=\"_blank\" rel=\"noopener noreferrer nofollow\">b</a>",
            ),
            ("<svg><p>x</p><svg></svg></svg>y", "y"),
            ("1 < 2 & 3 &amp; &lt;b&gt;", "1 &lt; 2 &amp; 3 &amp; &lt;b&gt;"),
            ("<b title='\"><script>x'>a</b>", "<b title=\"&quot;&gt;&lt;script&gt;x\">a</b>"),
            ("<td", ""),
        ] {
            assert_eq!(blocked(html).html.as_str(), clean, "{html}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for html in [
            "<p>a<p>b<table><tr><td>c<ul><li>d",
            "a &amp;lt; <b title='&quot;'>x",
            "<font size=+1 color=\"#f00\">x</font>",
        ] {
            let once = blocked(html).html;
            assert_eq!(blocked(once.as_str()).html, once);
        }
    }

    #[test]
    fn pictures_from_elsewhere_wait_until_asked_for() {
        let html = "<img alt='<img src=\"https://y.example\">' src='https://x.example/a?b=1&amp;c=2' width=5><img src='CID:a@b'><img src='cid:?'>";
        let cleaned = blocked(html);
        assert_eq!(cleaned.remote_images, 1);
        let shown = cleaned.html.as_str();
        assert!(shown.contains(" data-remote-src=\"https://x.example/a?b=1&amp;c=2\""), "{shown}");
        assert!(shown.contains("<img src=\"/attachments/7\">"), "{shown}");
        assert!(shown.contains("<img data-cid=\"?\">"), "{shown}");
        assert!(!shown.contains(" src=\"http"), "{shown}");
    }

    #[test]
    fn html_that_is_too_deep_loses_elements_and_no_text() {
        let cleaned = blocked(&format!("{}deep <b>", "<div>".repeat(100_000)));
        assert_eq!(cleaned.html.as_str().matches("<div>").count(), DEEPEST);
        assert!(cleaned.html.as_str().contains("deep "));
        assert!(blocked(&"<p>long".repeat(400_000)).is_simplified);
    }

    #[test]
    fn the_composer_keeps_our_own_pictures() {
        let html = UntrustedHtml::new(
            "<p>Hi<script>x</script> <img src=\"/attachments/7\"><img src='data:x'><img src='//x.example/'></p>",
        );
        assert_eq!(clean_composed(&html).as_str(), "<p>Hi <img src=\"/attachments/7\"><img><img></p>");
    }

    #[test]
    fn unsafe_html_does_not_print() {
        assert_eq!(format!("{:?}", UntrustedHtml::new("<b>")), "UntrustedHtml(3 bytes)");
    }
}
