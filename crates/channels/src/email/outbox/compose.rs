//! From rows to the bytes of a mail. The same rows always give the same bytes, so a second try is the same mail.
use super::{
    letter,
    store::{self, Claimed},
};
use crate::email::inboxes::{
    Inbox,
    policy::{FromName, Quote},
};
use desk::{
    attachments,
    conversation::{self, Message, actions::token_key},
    placeholders::{self, Allowed, Template, Values},
    portal::link::Links,
    tickets::{self, Ticket},
};
use jiff::tz::TimeZone;
use kernel::{id::Id, text};
use mail::{
    Address, AsideToken, AutoKind, DkimKey, Draft, DraftAttachment, HeaderId, HeaderText, ReplyToken,
    SafeHtml, UntrustedHtml, clean_composed, quote_header, quoted_text,
};
use platform::{
    Home, blobs,
    db::{self, Conn},
    i18n::Language,
    outbox::{Body, Kind},
};

/// Why there are no bytes.
#[derive(Debug, thiserror::Error)]
pub enum NotComposed {
    /// What it would say is gone.
    #[error("the message of this mail is gone")]
    NoMessage,
    #[error("{0}")]
    Content(String),
    /// Something around it, such as a disk that gives nothing: it may pass.
    #[error("{0}")]
    Hindered(String),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<blobs::BlobError> for NotComposed {
    fn from(error: blobs::BlobError) -> NotComposed {
        match error {
            blobs::BlobError::Missing(_) | blobs::BlobError::Damaged(_) => {
                NotComposed::Content(error.to_string())
            }
            blobs::BlobError::Folder(_) => NotComposed::Hindered(error.to_string()),
            blobs::BlobError::Database(cause) => NotComposed::Database(cause),
        }
    }
}

/// Everything that a mail is made of, read in one transaction.
pub enum Loaded {
    Letter(Box<Body>),
    Message(Box<Parts>),
}
pub struct Parts {
    message: Message,
    ticket: Ticket,
    files: Vec<(attachments::store::Outgoing, blobs::Found)>,
    chain: Vec<String>,
    answered: Option<Message>,
    /// The message that this one sends on.
    forwarded: Option<Message>,
    /// The requester's language, where they alone get it: then a link to the request goes with it.
    requester: Option<Option<Language>>,
}

pub fn load(conn: &mut Conn, row: &Claimed) -> Result<Loaded, NotComposed> {
    if let Some(body) = &row.body {
        let body = serde_json::from_str(body).map_err(|error| NotComposed::Content(error.to_string()))?;
        return Ok(Loaded::Letter(Box::new(body)));
    }
    let (Some(ticket), Some(message)) = (row.ticket_id, row.message_id) else {
        return Err(NotComposed::NoMessage);
    };
    let message = conversation::store::one(conn, ticket, message)?.ok_or(NotComposed::NoMessage)?;
    let seen = tickets::store::see_for_machine(conn, ticket)?.ok_or(NotComposed::NoMessage)?;
    let mut files = Vec::new();
    for file in attachments::store::of_message(conn, message.id)? {
        let content = blobs::find(conn, file.blob_hash)?;
        files.push((file, content));
    }
    let forwarded = match message.forwarded_id {
        Some(id) => conversation::store::one(conn, ticket, id)?,
        None => None,
    };
    // Whoever gets a forwarded mail, a supplier, and whoever is asked beside have not seen what was said before: it answers
    // nothing but what was said with them, and nothing of the customer's goes with it.
    if message.is_note() {
        let ticket = seen.into_inner();
        let (answered, requester) = (None, None);
        let chain = match message.side_id {
            Some(side) => conversation::store::side_chain_before(conn, side, message.id)?,
            None => Vec::new(),
        };
        let parts = Parts { message, ticket, files, chain, answered, forwarded, requester };
        return Ok(Loaded::Message(Box::new(parts)));
    }
    // What was there before this message: it never changes, so neither does the mail.
    let mut chain = conversation::store::header_chain_before(conn, ticket, message.id)?;
    chain.retain(|header| Some(header) != message.message_id.as_ref());
    let answered = conversation::store::last_in_before(conn, ticket, message.id)?;
    let ticket = seen.into_inner();
    let requester = match [message.to(), message.cc(), message.bcc()].concat().as_slice() {
        [alone] if !message.to().is_empty() => {
            store::language_of(conn, ticket.requester_id, &alone.to_lowercase())?
        }
        _ => None,
    };
    let parts = Parts { message, ticket, files, chain, answered, forwarded, requester };
    Ok(Loaded::Message(Box::new(parts)))
}

/// The mail as it goes over the wire, signed where the inbox has a key.
pub fn bytes(home: &Home, inbox: &Inbox, row: &Claimed, loaded: Loaded) -> Result<Vec<u8>, NotComposed> {
    let draft = match loaded {
        Loaded::Letter(body) => of_letter(home, inbox, row, *body)?,
        Loaded::Message(parts) => message(home, inbox, row, *parts)?,
    };
    let bytes = draft.to_bytes();
    let (Some(selector), Some(sealed)) = (&inbox.dkim_selector, &inbox.dkim_sealed) else {
        return Ok(bytes);
    };
    let unusable = |why: String| NotComposed::Content(format!("DKIM: {why}"));
    let place = Inbox::seal_place(inbox.id, "dkim");
    let pem = home.keys.open_sealed(&place, sealed).map_err(|error| unusable(error.to_string()))?;
    let key = DkimKey::from_pem(inbox.domain(), selector, pem.reveal())
        .map_err(|error| unusable(error.to_string()))?;
    mail::sign(&bytes, &key).map_err(|error| unusable(error.to_string()))
}

fn header_id(id: &str) -> Result<HeaderId, NotComposed> {
    HeaderId::new(id).map_err(|error| NotComposed::Content(error.to_string()))
}
fn address(name: &str, email: &str) -> Address {
    let name = text::one_line(name, 120);
    Address { name: Some(name).filter(|name| !name.is_empty()), email: email.to_owned() }
}

fn of_letter(home: &Home, inbox: &Inbox, row: &Claimed, body: Body) -> Result<Draft, NotComposed> {
    let automatic = match row.kind {
        Kind::Acknowledgement => AutoKind::Replied,
        Kind::Reply | Kind::Account | Kind::Notice => AutoKind::Generated,
    };
    let answers = body.answers.as_deref().and_then(|id| HeaderId::new(id).ok());
    let desk = home.site.name();
    let html = letter::html(&body.letter.text, body.letter.language, &desk, &home.site.brand());
    Ok(Draft {
        from: address(&desk, &inbox.address),
        to: vec![address(&body.letter.to_name, &body.letter.to)],
        cc: Vec::new(),
        reply_to: None,
        subject: HeaderText::cleaned(&body.letter.subject),
        message_id: header_id(&row.header_id)?,
        in_reply_to: answers.clone(),
        references: answers.into_iter().collect(),
        date_ms: row.created_at_ms.0,
        text: body.letter.text,
        html: Some(html),
        attachments: Vec::new(),
        automatic: Some(automatic),
        ticket: row.ticket_id.map(|id| id.number()),
    })
}

/// The address that brings an answer back to its ticket, where the inbox has such.
fn reply_to(home: &Home, inbox: &Inbox, ticket: Id<Ticket>, participant: i64) -> Option<Address> {
    if !inbox.has_plus_address {
        return None;
    }
    let token = ReplyToken { ticket: ticket.number(), participant };
    let email = token.address(&inbox.address, &token_key(&home.keys))?;
    Some(Address { name: None, email })
}

/// The same for what goes to somebody beside the customer.
fn aside_reply_to(home: &Home, inbox: &Inbox, header_id: &str) -> Option<Address> {
    let key = token_key(&home.keys);
    let token = AsideToken::verify_message(header_id, &key).filter(|_| inbox.has_plus_address)?;
    Some(Address { name: None, email: token.address(&inbox.address, &key)? })
}

fn message(home: &Home, inbox: &Inbox, row: &Claimed, parts: Parts) -> Result<Draft, NotComposed> {
    let Parts { message, ticket, files, chain, answered, forwarded, requester } = parts;
    let desk = home.site.name();
    let from_name = match inbox.from_name {
        FromName::Desk => desk.to_string(),
        FromName::Agent => message.author_name.clone(),
        FromName::AgentAndDesk => format!("{} · {desk}", message.author_name),
    };
    let values = Values::of_signature(&message.author_name, &desk, &inbox.name, ticket.id.number());
    let signature = placeholders::fill(&Template::parse(&inbox.signature, Allowed::Signature), &values).text;
    let mut attached = Vec::new();
    let mut html = message.html.clone();
    let original = forwarded.as_ref().and_then(|original| original.html.as_deref()).map(|html| {
        let copy_of = |id: &str| files.iter().find(|(file, _)| file.content_id.as_deref() == Some(id));
        mail::html::pictures::with_places(html, &|id| {
            copy_of(id).map(|(file, _)| format!("/attachments/{}", file.id))
        })
    });
    if message.is_forward() {
        let words = html.take().unwrap_or_else(|| mail::html::from_text(&message.text));
        html = Some(words + FORWARDED + &forwarded_html(&message, original.as_deref()));
    }
    for (file, content) in files {
        let bytes = home.blobs.read(content)?;
        let shown_at = format!("src=\"/attachments/{}\"", file.id);
        let is_shown = html.as_ref().is_some_and(|html| html.contains(&shown_at));
        let content_id = is_shown.then(|| format!("file-{}@{}", file.id, inbox.domain()));
        if let (Some(html), Some(id)) = (&mut html, &content_id) {
            *html = html.replace(&shown_at, &format!("src=\"cid:{id}\""));
        }
        let content_id = content_id.as_deref().map(header_id).transpose()?;
        attached.push(DraftAttachment { name: file.name, media_type: file.r#type, content_id, bytes });
    }
    let follow = requester.map(|language| {
        let address = message.to().concat().to_lowercase();
        let link = Links::of(home).url(ticket.id, ticket.requester_id, &address);
        letter::follow(&link, language.unwrap_or(inbox.language))
    });
    let (text, html) = words(inbox, &message, html, &signature, follow, answered.as_ref());
    let to: Vec<_> = message.to().iter().map(|email| address("", email)).collect();
    let cc: Vec<_> = message.cc().iter().map(|email| address("", email)).collect();
    let references: Vec<_> = chain.iter().filter_map(|id| HeaderId::new(id).ok()).collect();
    let in_reply_to = answered.as_ref().and_then(|answered| answered.message_id.as_deref());
    let in_reply_to =
        in_reply_to.and_then(|id| HeaderId::new(id).ok()).or_else(|| references.last().cloned());
    Ok(Draft {
        from: address(&from_name, &inbox.address),
        to,
        cc,
        // The customer's own way back is nobody else's.
        reply_to: if message.is_note() {
            aside_reply_to(home, inbox, &row.header_id)
        } else {
            reply_to(home, inbox, ticket.id, ticket.requester_id.number())
        },
        subject: HeaderText::cleaned(&subject(
            inbox,
            &ticket,
            &message,
            answered.is_some() || message.is_note() && in_reply_to.is_some(),
        )),
        message_id: header_id(&row.header_id)?,
        in_reply_to,
        references,
        date_ms: message.created_at_ms.0,
        text,
        html: Some(html),
        attachments: attached,
        automatic: message.is_automatic.then_some(AutoKind::Generated),
        ticket: Some(ticket.id.number()),
    })
}

/// `Re: Printer on fire [#1042]`: the same for every answer, so that programs which group by subject agree.
fn subject(inbox: &Inbox, ticket: &Ticket, message: &Message, is_answer: bool) -> String {
    // A forwarded mail has the mark that its writer saw; a side conversation has a subject of its own.
    let bare = match message.side_id {
        _ if message.is_forward() => message.subject.clone(),
        Some(_) => mail::bare_subject(&message.subject),
        None => mail::bare_subject(&ticket.subject),
    };
    let re = if is_answer { "Re: " } else { "" };
    let tag = format!("[#{}]", ticket.id);
    let tag = if inbox.has_subject_tag && !bare.contains(&tag) { format!(" {tag}") } else { String::new() };
    format!("{re}{bare}{tag}")
}

/// Where the signature goes: between the words and the message that is sent on.
const FORWARDED: &str = "<hr>";

/// The head of a forwarded message, and its words in their own formatting where they have one.
fn forwarded_html(message: &Message, original: Option<&str>) -> String {
    let quoted = message.quoted.as_deref().unwrap_or_default();
    let (head, body) = quoted.split_once("\n\n").unwrap_or((quoted, ""));
    let body = original.map_or_else(|| mail::html::from_text(body), str::to_owned);
    format!("<p>{}</p>{body}", mail::html::from_text(head))
}

fn words(
    inbox: &Inbox,
    message: &Message,
    html: Option<String>,
    signature: &str,
    follow: Option<(String, String)>,
    answered: Option<&Message>,
) -> (String, SafeHtml) {
    let mut text = message.text.trim_end().to_owned();
    let mut marked = html.unwrap_or_else(|| mail::html::from_text(&message.text));
    if !signature.is_empty() {
        text += &format!("\n\n-- \n{signature}");
        let signed = format!("<p>-- <br>{}</p>", mail::html::from_text(signature));
        match marked.find(FORWARDED).filter(|_| message.is_forward()) {
            Some(at) => marked.insert_str(at, &signed),
            None => marked += &signed,
        }
    }
    if message.is_forward() {
        text += &format!("\n\n{}", message.quoted.as_deref().unwrap_or_default());
    }
    if let Some((line, paragraph)) = follow {
        text += &format!("\n\n{line}");
        marked += &paragraph;
    }
    if let (Quote::Last, Some(answered)) = (inbox.quote, answered) {
        let language = match inbox.language {
            Language::En => mail::Language::English,
            Language::De => mail::Language::German,
            Language::Nl => mail::Language::Dutch,
        };
        let header = quote_header(language, &answered.author_name, answered.created_at_ms.0, &TimeZone::UTC);
        text += &format!("\n\n{}", quoted_text(&header, &answered.text));
        let quoted = clean_composed(&UntrustedHtml::new(mail::html::from_text(&answered.text)));
        marked += &mail::quoted_html(&header, &quoted);
    }
    text.push('\n');
    // Cleaned once more on the way out, whatever the row says (S01).
    (text, clean_composed(&UntrustedHtml::new(marked)))
}
