//! Where the pictures of a cleaned message come from, and putting others in their places.
use super::escape_into;

/// Where a picture of a cleaned message comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A part of the mail, by its Content-ID.
    Inline(String),
    Remote(String),
}

/// The sources of all pictures, in their order.
pub fn sources(html: &str) -> impl Iterator<Item = Source> {
    tags(html).filter_map(|tag| source(&html[tag]).map(|(_, source)| source))
}

/// The message with its pictures from where `place` says. A picture without a place shows its alternative.
pub fn with_sources(html: &str, place: &mut dyn FnMut(&Source) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut done = 0;
    for tag in tags(html) {
        let Some((attribute, source)) = source(&html[tag.clone()]) else { continue };
        out.push_str(&html[done..tag.start + attribute.start]);
        done = tag.start + attribute.end;
        if let Some(place) = place(&source) {
            out.push_str("src=\"");
            escape_into(&place, &mut out);
            out.push('"');
        }
    }
    out.push_str(&html[done..]);
    out
}

/// The message with its own pictures at the places that `place` gives for their Content-IDs; pictures of other servers
/// are left out.
pub fn with_places(html: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    with_sources(html, &mut |source| match source {
        Source::Inline(id) => place(id),
        Source::Remote(_) => None,
    })
}

/// The `<img …>` tags. The cleaner wrote them: quoted values, and every `<` of the text escaped.
fn tags(html: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + html[from..].find('<')?;
            let mut is_quoted = false;
            let length = html[start..].bytes().position(|byte| {
                is_quoted ^= byte == b'"';
                byte == b'>' && !is_quoted
            });
            let end = length.map_or(html.len(), |length| start + length + 1);
            from = end;
            if html[start..].starts_with("<img ") {
                return Some(start..end);
            }
        }
    })
}

/// The attribute of an `<img>` tag that says where its picture is, and what it says.
fn source(tag: &str) -> Option<(std::ops::Range<usize>, Source)> {
    let (at, name) = ["data-remote-src=\"", "data-cid=\"", "src=\""]
        .into_iter()
        .filter_map(|name| attribute(tag, name).map(|at| (at, name)))
        .min()?;
    let start = at + name.len();
    let end = start + tag[start..].find('"')?;
    let value = unescaped(&tag[start..end]);
    let source = match name {
        "data-remote-src=\"" => Source::Remote(value),
        "data-cid=\"" => Source::Inline(value),
        _ => match value.strip_prefix("inline/") {
            Some(path) => Source::Inline(percent_decoded(path)),
            // A picture that an agent pasted: its own number is its Content-ID.
            None => Source::Inline(value.strip_prefix("/attachments/").unwrap_or_default().to_owned()),
        },
    };
    Some((at..end + 1, source))
}
/// Where the attribute begins, outside of the values of others.
fn attribute(tag: &str, name: &str) -> Option<usize> {
    let places = tag.match_indices(name).map(|(at, _)| at);
    let is_outside =
        |at: &usize| tag[..*at].matches('"').count().is_multiple_of(2) && tag[..*at].ends_with(' ');
    places.into_iter().find(is_outside)
}
fn unescaped(value: &str) -> String {
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code =
            (*first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UntrustedHtml;

    fn cleaned(html: &str) -> String {
        let inline = |id: &str| Some(format!("inline/{}", id.replace('@', "%40")));
        crate::clean(&UntrustedHtml::new(html), &inline).html.into_string()
    }

    #[test]
    fn pictures_of_a_mail_move_to_where_its_copies_are() {
        let html =
            cleaned(r#"<img alt="x" src="cid:b@c"><img src="https://x.example/p.gif"><img src="cid:gone">"#);
        let moved = with_places(&html, &|id| (id == "b@c").then(|| "/attachments/9".into()));
        assert!(moved.contains("src=\"/attachments/9\""), "{moved}");
        assert!(!moved.contains("x.example") && !moved.contains("gone"), "{moved}");
    }
    #[test]
    fn only_addresses_of_this_message_are_remote_pictures() {
        let html = cleaned(
            r#"<img alt='data-remote-src="https://evil.example/"' src="https://x.example/?a=1&b=2"> data-remote-src="https://evil.example/""#,
        );
        let found: Vec<_> = sources(&html).collect();
        assert_eq!(found, [Source::Remote("https://x.example/?a=1&b=2".into())]);
    }
}
