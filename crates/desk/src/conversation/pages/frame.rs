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
use mail::{
    Kind,
    html::pictures::{self, Source},
};
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
    let addresses: BTreeSet<String> = pictures::sources(html)
        .filter_map(|source| if let Source::Remote(address) = source { Some(address) } else { None })
        .take(REMOTE_MOST)
        .collect();
    let fetch = async |address: String| {
        let answer = home.outbound.get(&address, &[]).await.ok()?;
        let is_picture = answer.status.is_success() && Kind::sniff(&answer.body).is_image();
        is_picture.then(|| (Source::Remote(address), answer.body.to_vec()))
    };
    join_all(addresses.into_iter().map(fetch)).await.into_iter().flatten().collect()
}

/// The message with the bytes of its pictures in their places. A picture that is not there shows its alternative.
fn with_pictures(html: &str, pictures: &HashMap<Source, Vec<u8>>) -> String {
    let mut spent = 0;
    pictures::with_sources(html, &mut |source| {
        let bytes = pictures.get(source).filter(|bytes| spent + bytes.len() <= PICTURES_MOST)?;
        let kind = Kind::sniff(bytes);
        if !kind.is_image() {
            return None;
        }
        spent += bytes.len();
        Some(format!("data:{};base64,{}", kind.media_type(), STANDARD.encode(bytes)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail::UntrustedHtml;

    const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

    fn cleaned(html: &str) -> String {
        let inline = |id: &str| Some(format!("inline/{}", id.replace('@', "%40")));
        mail::clean(&UntrustedHtml::new(html), &inline).html.into_string()
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
    fn what_is_no_picture_is_not_shown_as_one() {
        let html = r#"<img src="/attachments/a">"#;
        let pictures = HashMap::from([(Source::Inline("a".into()), b"<svg onload=alert(1)>".to_vec())]);
        assert!(!with_pictures(html, &pictures).contains("data:"));
    }
}
