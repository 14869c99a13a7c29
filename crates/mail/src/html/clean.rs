//! The one place where HTML of strangers becomes HTML that may be shown.

use super::render::render;
use super::{escape_into, from_text, style};
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

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

/// What happens to pictures that lie on foreign servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteImages<'p> {
    /// The address moves to `data-remote-src`; nothing is loaded.
    Blocked,
    /// The address becomes `prefix` + the percent-encoded address.
    Proxied { prefix: &'p str },
}

/// The result of [`clean`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CleanedHtml {
    pub html: SafeHtml,
    /// Pictures on foreign servers, shown or not.
    pub remote_images: usize,
    /// Too long or too deep for HTML: `html` is its text.
    pub is_simplified: bool,
}

/// Longest HTML that is cleaned, and deepest nesting; beyond it only the text is shown. Browsers stop at
/// a depth of 512 themselves.
const LONGEST: usize = 2 * 1024 * 1024;
const DEEPEST: usize = 400;

/// Cleans HTML of a stranger. `inline` says where the picture of a `cid:` address can be had, if it can.
pub fn clean(
    html: &UntrustedHtml,
    images: RemoteImages<'_>,
    inline: &dyn Fn(&str) -> Option<String>,
) -> CleanedHtml {
    clean_with(&RECEIVED, html, images, inline)
}

/// Cleans what an agent wrote in the composer: the same allow-list, relative addresses of our own
/// attachments kept in pictures.
pub fn clean_composed(html: &UntrustedHtml) -> SafeHtml {
    let keep = |_: &str| None;
    clean_with(&COMPOSED, html, RemoteImages::Blocked, &keep).html
}

fn clean_with(
    builder: &Builder<'static>,
    html: &UntrustedHtml,
    images: RemoteImages<'_>,
    inline: &dyn Fn(&str) -> Option<String>,
) -> CleanedHtml {
    if html.0.len() > LONGEST || depth_bound(&html.0) > DEEPEST {
        let text = from_text(&render(&html.0).text);
        return CleanedHtml { html: SafeHtml(text), remote_images: 0, is_simplified: true };
    }
    let allowed = builder.clean(&html.0).to_string();
    let is_composed = std::ptr::eq(builder, &*COMPOSED);
    let (html, remote_images) = place_images(allowed, images, inline, is_composed);
    CleanedHtml { html: SafeHtml(html), remote_images, is_simplified: false }
}

/// More open elements than this the HTML never has: opening tags minus closing ones of the same name, at
/// their highest. Void elements, and those that close one another, do not count.
fn depth_bound(html: &str) -> usize {
    const NAMES: usize = 64;
    let bytes = html.as_bytes();
    let mut open: Vec<(Vec<u8>, usize)> = Vec::new();
    let (mut depth, mut highest) = (0usize, 0usize);
    for at in memchr::memchr_iter(b'<', bytes) {
        let closes = bytes.get(at + 1) == Some(&b'/');
        let name_at = at + 1 + usize::from(closes);
        let rest = &bytes[name_at.min(bytes.len())..bytes.len().min(name_at + 12)];
        let end = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let counts = !matches!(
            name.as_slice(),
            b"" | b"br"
                | b"img"
                | b"hr"
                | b"meta"
                | b"link"
                | b"input"
                | b"col"
                | b"wbr"
                | b"base"
                | b"area"
                | b"p"
                | b"li"
                | b"td"
                | b"tr"
                | b"th"
                | b"option"
        );
        if !counts {
            continue;
        }
        match (open.iter_mut().find(|(known, _)| *known == name), closes) {
            (Some((_, count)), true) if *count > 0 => {
                *count -= 1;
                depth -= 1;
            }
            (_, true) => {}
            (Some((_, count)), false) => {
                *count += 1;
                depth += 1;
            }
            (None, false) => {
                if open.len() < NAMES {
                    open.push((name, 1));
                }
                depth += 1;
            }
        }
        highest = highest.max(depth);
    }
    highest
}

static RECEIVED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = allow_list();
    builder.url_relative(UrlRelative::Deny);
    builder
});

static COMPOSED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = allow_list();
    builder.url_relative(UrlRelative::PassThrough);
    builder
});

/// The allow-list. Everything that is not in it is taken out; the text stays.
fn allow_list() -> Builder<'static> {
    const TAGS: &[&str] = &[
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ];
    // Their content is not text.
    const EMPTIED: &[&str] = &[
        "script", "style", "title", "template", "noscript", "svg", "math", "object", "applet", "iframe",
        "frameset", "textarea", "select",
    ];
    let attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("img", HashSet::from(["src", "alt", "width", "height", "border"])),
        ("font", HashSet::from(["color", "face", "size"])),
        ("ol", HashSet::from(["start", "type"])),
        ("ul", HashSet::from(["type"])),
        ("col", HashSet::from(["span", "width"])),
        ("colgroup", HashSet::from(["span", "width"])),
        ("table", HashSet::from(["border", "cellpadding", "cellspacing", "width", "bgcolor"])),
        ("td", HashSet::from(["colspan", "rowspan", "width", "height", "bgcolor", "valign"])),
        ("th", HashSet::from(["colspan", "rowspan", "width", "height", "bgcolor", "valign"])),
        ("tr", HashSet::from(["bgcolor", "valign"])),
    ]);
    let mut builder = Builder::default();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(EMPTIED.iter().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["style", "align", "dir", "lang", "title"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            (_, "style") => style::allowed(value).map(Cow::Owned),
            ("a", "href") if scheme(value) == "cid" => None,
            ("img", "src") if matches!(scheme(value), "mailto" | "tel") => None,
            // Only pictures of our own may be named without a host.
            ("a", "href") if scheme(value).is_empty() => None,
            ("img", "src")
                if scheme(value).is_empty() && (!value.starts_with('/') || value.starts_with("//")) =>
            {
                None
            }
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

fn scheme(address: &str) -> &str {
    address.trim_start().split_once(':').map_or("", |(scheme, _)| match scheme {
        _ if scheme.eq_ignore_ascii_case("cid") => "cid",
        _ if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => "http",
        _ if scheme.eq_ignore_ascii_case("mailto") => "mailto",
        _ if scheme.eq_ignore_ascii_case("tel") => "tel",
        _ => "",
    })
}

/// Rewrites the addresses of pictures in HTML that the cleaner has written: every attribute there
/// stands as ` name="value"` with quotes escaped, every `<` of the text is escaped.
fn place_images(
    html: String,
    images: RemoteImages<'_>,
    inline: &dyn Fn(&str) -> Option<String>,
    is_composed: bool,
) -> (String, usize) {
    if is_composed || !html.contains("<img") {
        return (html, 0);
    }
    let mut out = String::with_capacity(html.len() + 256);
    let mut remote = 0;
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        let tag_length = tag_end(&rest[at..]);
        let tag = &rest[at..at + tag_length];
        out.push_str(&rest[..at]);
        rest = &rest[at + tag_length..];
        match tag.strip_prefix("<img").and_then(source) {
            Some(range) => {
                let shift = "<img".len();
                let (start, end) = (range.start + shift, range.end + shift);
                let address = unescape(&tag[start..end]);
                let (attribute, value) = match scheme(&address) {
                    "cid" => match inline(address.trim().get(4..).unwrap_or_default()) {
                        Some(place) => ("src", place),
                        None => ("data-cid", address.trim().get(4..).unwrap_or_default().to_owned()),
                    },
                    _ => {
                        remote += 1;
                        match images {
                            RemoteImages::Blocked => ("data-remote-src", address),
                            RemoteImages::Proxied { prefix } => {
                                ("src", format!("{prefix}{}", percent_encoded(&address)))
                            }
                        }
                    }
                };
                out.push_str(&tag[..start - "src=\"".len()]);
                out.push_str(attribute);
                out.push_str("=\"");
                escape_into(&value, &mut out);
                out.push_str(&tag[end..]);
            }
            None => out.push_str(tag),
        }
    }
    out.push_str(rest);
    (out, remote)
}

/// The length of the tag at the start of `text`, its quoted values skipped.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the value of `src` stands in the attributes of a tag.
fn source(attributes: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    while let Some(equals) = attributes[at..].find("=\"").map(|found| at + found) {
        let start = equals + 2;
        let end = start + attributes[start..].find('"')?;
        if attributes[at..equals].trim_start() == "src" {
            return Some(start..end);
        }
        at = end + 1;
    }
    None
}

fn unescape(value: &str) -> String {
    value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

fn percent_encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len() * 3 / 2);
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(html: &str) -> CleanedHtml {
        clean(&UntrustedHtml::new(html), RemoteImages::Blocked, &|cid| {
            (cid == "a@b").then(|| "/attachments/7".to_owned())
        })
    }

    #[test]
    fn what_runs_goes_and_the_text_stays() {
        let html = "<script>alert(1)</script><style>p{}</style><iframe src=x></iframe><object data=x></object>\
            <form action=x><input><b onclick=alert(1)>a</b></form><meta http-equiv=refresh content=0><base href=//x>\
            <a href='javascript:alert(1)'>b</a><a href='data:text/html,x'>c</a><p style='background:url(x);color:red'>d</p>";
        let clean = blocked(html).html;
        assert_eq!(
            clean.as_str(),
            "<b>a</b><a target=\"_blank\" rel=\"noopener noreferrer nofollow\">b</a>\
             <a target=\"_blank\" rel=\"noopener noreferrer nofollow\">c</a><p style=\"color:red\">d</p>"
        );
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
    fn pictures_asked_for_come_through_the_proxy() {
        let images = RemoteImages::Proxied { prefix: "/proxy?u=" };
        let cleaned = clean(&UntrustedHtml::new("<img src='http://x.example/a b'>"), images, &|_| None);
        assert_eq!(cleaned.html.as_str(), "<img src=\"/proxy?u=http%3A%2F%2Fx.example%2Fa%20b\">");
    }

    #[test]
    fn html_that_is_too_deep_is_shown_as_text() {
        let cleaned = blocked(&format!("{}deep <b>", "<div>".repeat(100_000)));
        assert!(cleaned.is_simplified);
        assert_eq!(cleaned.html.as_str(), "deep");
    }

    #[test]
    fn the_composer_keeps_our_own_pictures() {
        let html =
            UntrustedHtml::new("<p>Hi<script>x</script> <img src=\"/attachments/7\"><img src='data:x'></p>");
        assert_eq!(clean_composed(&html).as_str(), "<p>Hi <img src=\"/attachments/7\"><img></p>");
    }

    #[test]
    fn unsafe_html_does_not_print() {
        assert_eq!(format!("{:?}", UntrustedHtml::new("<b>")), "UntrustedHtml(3 bytes)");
    }
}
