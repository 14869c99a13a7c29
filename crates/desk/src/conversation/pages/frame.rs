//! A message in the formatting of its sender, for the frame in which nothing of it can do harm (S01).
//!
//! The frame has no origin: it sends no cookie and reads nothing of ours. Its pictures therefore come inside of
//! the document: those of the mail itself always, those of other servers when somebody asks for them.
use crate::{
    conversation::{self, Message},
    tickets::{self, Ticket, TicketError, ViewTickets},
};
use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use kernel::{fault::Problem, id::Id};
use mail::Kind;
use platform::{
    Home,
    authority::Grant,
    web::{Failure, Html, Page, Ui},
};
use std::collections::{BTreeSet, HashMap};

/// Nothing runs and nothing loads; links open in a window of their own, which is not sandboxed.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/// Pictures of other servers that one message may show.
const REMOTE_MOST: usize = 40;
/// All pictures of one message together, in bytes; what is beyond stays among the attachments.
const PICTURES_MOST: usize = 16_000_000;

#[derive(askama::Template)]
#[template(path = "conversation/frame.html")]
struct Frame {
    ui: Ui,
    body: Html,
}

#[derive(Default, serde::Deserialize)]
pub struct How {
    /// Any value: pictures of other servers are fetched by this program and shown.
    pictures: Option<String>,
}

/// `GET /t/{number}/messages/{id}/body?pictures=`.
pub async fn body(
    grant: Grant<ViewTickets>,
    ui: Ui,
    Path((number, id)): Path<(Id<Ticket>, Id<Message>)>,
    Query(how): Query<How>,
) -> Result<Response, Failure> {
    let (html, inline) = grant
        .read::<_, TicketError>(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            let message = conversation::store::one(tx, number, id)?.ok_or_else(Problem::not_found)?;
            let html = message.html.ok_or_else(Problem::not_found)?;
            Ok((html, conversation::store::inline_pictures(tx, id)?))
        })
        .await?;
    let mut pictures = HashMap::new();
    if how.pictures.is_some() {
        pictures = fetched(grant.home(), &html).await;
    }
    for picture in inline {
        if let Ok(bytes) = grant.home().blobs.read(picture.content()) {
            pictures.insert(Source::Inline(picture.content_id), bytes);
        }
    }
    let page = Page(Frame { ui, body: Html(with_pictures(&html, &pictures)) });
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_FRAME_OPTIONS, "SAMEORIGIN")];
    Ok((headers, page).into_response())
}

/// The pictures of other servers that are pictures, whatever their servers say they are.
async fn fetched(home: &Home, html: &str) -> HashMap<Source, Vec<u8>> {
    let addresses: BTreeSet<String> = tags(html)
        .filter_map(|tag| match source(&html[tag]) {
            Some((_, Source::Remote(address))) => Some(address),
            _ => None,
        })
        .take(REMOTE_MOST)
        .collect();
    let fetch = async |address: String| {
        let answer = home.outbound.get(&address, &[]).await.ok()?;
        let is_picture = answer.status.is_success() && Kind::sniff(&answer.body).is_image();
        is_picture.then(|| (Source::Remote(address), answer.body.to_vec()))
    };
    join_all(addresses.into_iter().map(fetch)).await.into_iter().flatten().collect()
}

/// Where a picture of a cleaned message comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    /// A part of the mail, by its Content-ID.
    Inline(String),
    Remote(String),
}

/// The message with the bytes of its pictures in their places. A picture that is not there shows its alternative.
fn with_pictures(html: &str, pictures: &HashMap<Source, Vec<u8>>) -> String {
    let mut out = String::with_capacity(html.len());
    let (mut done, mut spent) = (0, 0);
    for tag in tags(html) {
        let Some((attribute, source)) = source(&html[tag.clone()]) else { continue };
        out.push_str(&html[done..tag.start + attribute.start]);
        done = tag.start + attribute.end;
        let bytes = pictures.get(&source).filter(|bytes| spent + bytes.len() <= PICTURES_MOST);
        let kind = bytes.map(|bytes| Kind::sniff(bytes)).filter(|kind| kind.is_image());
        if let (Some(bytes), Some(kind)) = (bytes, kind) {
            spent += bytes.len();
            out.push_str(&format!("src=\"data:{};base64,{}\"", kind.media_type(), STANDARD.encode(bytes)));
        }
    }
    out.push_str(&html[done..]);
    out
}

/// The HTML of a message with its own pictures at the places that `place` gives for their Content-IDs; pictures of
/// other servers are left out.
pub fn with_places(html: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut done = 0;
    for tag in tags(html) {
        let Some((attribute, source)) = source(&html[tag.clone()]) else { continue };
        out.push_str(&html[done..tag.start + attribute.start]);
        done = tag.start + attribute.end;
        if let Source::Inline(id) = source
            && let Some(place) = place(&id)
        {
            out.push_str("src=\"");
            mail::html::escape_into(&place, &mut out);
            out.push('"');
        }
    }
    out.push_str(&html[done..]);
    out
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
    use mail::{RemoteImages, UntrustedHtml};

    const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

    fn cleaned(html: &str) -> String {
        let inline = |id: &str| Some(format!("inline/{}", id.replace('@', "%40")));
        mail::clean(&UntrustedHtml::new(html), RemoteImages::Blocked, &inline).html.into_string()
    }

    #[test]
    fn pictures_of_the_mail_are_put_in_and_others_stay_away() {
        let html = cleaned(r#"<p>a</p><img alt="x" src="cid:b@c"><img src="https://x.example/?a=1&b=2">"#);
        let pictures = HashMap::from([(Source::Inline("b@c".into()), PIXEL.to_vec())]);
        let shown = with_pictures(&html, &pictures);
        assert!(shown.contains("src=\"data:image/gif;base64,R0lG"), "{shown}");
        assert!(!shown.contains("x.example"), "{shown}");
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
        let found: Vec<_> =
            tags(&html).filter_map(|tag| source(&html[tag]).map(|(_, source)| source)).collect();
        assert_eq!(found, [Source::Remote("https://x.example/?a=1&b=2".into())]);
    }
    #[test]
    fn what_is_no_picture_is_not_shown_as_one() {
        let html = r#"<img src="/attachments/a">"#;
        let pictures = HashMap::from([(Source::Inline("a".into()), b"<svg onload=alert(1)>".to_vec())]);
        assert!(!with_pictures(html, &pictures).contains("data:"));
    }
}
