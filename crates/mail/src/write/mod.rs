//! Mail that goes out.

mod dkim;
mod quote;

pub use dkim::{DkimError, DkimKey, sign};
pub use quote::{Language, quote_header, quoted_html, quoted_text};

use crate::address::Address;
use crate::html::SafeHtml;
use crate::text;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

/// A mail to be written. Everything in it has passed the types: nothing here can add a header.
#[derive(Clone, Debug)]
pub struct Draft {
    pub from: Address,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub reply_to: Option<Address>,
    pub subject: HeaderText,
    /// Without `<>`.
    pub message_id: HeaderId,
    pub in_reply_to: Option<HeaderId>,
    /// Oldest first; long chains keep the first and the last ones.
    pub references: Vec<HeaderId>,
    /// Unix milliseconds.
    pub date_ms: i64,
    pub text: String,
    pub html: Option<SafeHtml>,
    pub attachments: Vec<DraftAttachment>,
    pub automatic: Option<AutoKind>,
    /// The number people know, for their filters: `X-Firstline-Ticket`.
    pub ticket: Option<i64>,
}

/// A file that goes out.
#[derive(Clone, Debug)]
pub struct DraftAttachment {
    /// Made safe with [`text::file_name`] when written.
    pub name: String,
    /// `image/png`; anything that is no media type becomes `application/octet-stream`.
    pub media_type: String,
    /// The id that `cid:` in the HTML names; such a file is part of the text.
    pub content_id: Option<HeaderId>,
    pub bytes: Vec<u8>,
}

/// Mail that no person sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoKind {
    /// An answer to a mail: an acknowledgement.
    Replied,
    /// Not an answer: a notice to somebody who asked for notices.
    Generated,
}

/// One line of text for a header: no CR, LF, NUL or other control character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderText(String);

/// A header value that would begin a new line, or end the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("a header value may not contain line breaks or control characters (byte {at})")]
    ControlCharacter { at: usize },
    #[error("a message id is one word with one @ and no angle brackets")]
    NotAnId,
}

impl HeaderText {
    /// Refuses line breaks and control characters, naming the first.
    pub fn new(value: impl Into<String>) -> Result<HeaderText, HeaderError> {
        let value = value.into();
        match value.char_indices().find(|(_, c)| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            Some((at, _)) => Err(HeaderError::ControlCharacter { at }),
            None => Ok(HeaderText(value)),
        }
    }

    /// Makes any text fit for a header: line breaks and control characters become spaces.
    pub fn cleaned(value: &str) -> HeaderText {
        HeaderText(text::one_line(value))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Message-ID or Content-ID without `<>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderId(String);

impl HeaderId {
    pub fn new(id: impl Into<String>) -> Result<HeaderId, HeaderError> {
        let id = id.into();
        let plain = id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'));
        if plain && !id.is_empty() && id.len() <= 500 { Ok(HeaderId(id)) } else { Err(HeaderError::NotAnId) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Draft {
    /// The bytes of the message. The same draft always gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut message = MessageBuilder::new()
            .date(Date::new(self.date_ms.div_euclid(1000)))
            .message_id(MessageId::new(self.message_id.as_str()))
            .from(written(&self.from))
            .subject(Text::new(self.subject.as_str()));
        for (name, list) in [("To", &self.to), ("Cc", &self.cc)] {
            if !list.is_empty() {
                message = message.header(name, Written::new_list(list.iter().map(written).collect()));
            }
        }
        if self.to.is_empty() && self.cc.is_empty() {
            message = message.header("To", Raw::new("undisclosed-recipients:;"));
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(written(reply_to));
        }
        if let Some(id) = &self.in_reply_to {
            message = message.in_reply_to(MessageId::new(id.as_str()));
        }
        let references = self.chain();
        if !references.is_empty() {
            message = message.references(MessageId::new_list(references.into_iter()));
        }
        if let Some(kind) = self.automatic {
            let submitted = match kind {
                AutoKind::Replied => "auto-replied",
                AutoKind::Generated => "auto-generated",
            };
            message = message
                .header("Auto-Submitted", Raw::new(submitted))
                .header("X-Auto-Response-Suppress", Raw::new("All"))
                .header("Precedence", Raw::new("bulk"))
                // Left where a gateway takes the usual marks away: two desks must not answer each other.
                .header("X-Firstline-Automatic", Raw::new("yes"));
        }
        if let Some(ticket) = self.ticket {
            message = message.header("X-Firstline-Ticket", Raw::new(ticket.to_string()));
        }
        message = message.body(self.body());
        let mut bytes = Vec::new();
        message.serialize(&mut bytes);
        bytes
    }

    /// The references that are written: the first and the last twenty, as long headers get lost.
    fn chain(&self) -> Vec<&str> {
        const KEPT: usize = 21;
        let all: Vec<&str> = self.references.iter().map(HeaderId::as_str).collect();
        match all.as_slice() {
            [first, ..] if all.len() > KEPT => {
                std::iter::once(*first).chain(all[all.len() - (KEPT - 1)..].iter().copied()).collect()
            }
            _ => all,
        }
    }

    fn body(&self) -> MimePart<'_> {
        let (inline, files): (Vec<_>, Vec<_>) =
            self.attachments.iter().partition(|file| file.content_id.is_some() && self.html.is_some());
        let plain = MimePart::new("text/plain", BodyPart::Text(self.text.as_str().into()));
        let mut body = match &self.html {
            None => plain,
            Some(html) => {
                let mut shown = MimePart::new("text/html", BodyPart::Text(html.as_str().into()));
                if !inline.is_empty() {
                    let mut parts = vec![shown];
                    parts.extend(inline.into_iter().map(DraftAttachment::part));
                    shown = self.multipart("related", parts);
                }
                self.multipart("alternative", vec![plain, shown])
            }
        };
        if !files.is_empty() {
            let mut parts = vec![body];
            parts.extend(files.into_iter().map(DraftAttachment::part));
            body = self.multipart("mixed", parts);
        }
        body
    }

    fn multipart<'d>(&'d self, kind: &'static str, parts: Vec<MimePart<'d>>) -> MimePart<'d> {
        // From the Message-ID, so that writing twice gives the same bytes; no line of a body begins so.
        let id: String =
            self.message_id.as_str().chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let boundary = format!("=_{kind}_{id}");
        MimePart::new(
            ContentType::new(format!("multipart/{kind}")).attribute("boundary", boundary),
            BodyPart::Multipart(parts),
        )
    }
}

impl DraftAttachment {
    fn part(&self) -> MimePart<'_> {
        let name = text::file_name(&self.name, "attachment.bin");
        let is_type = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-+._".contains(&b))
        };
        let known = self.media_type.split_once('/').is_some_and(|(kind, sub)| {
            is_type(kind) && is_type(sub) && kind != "multipart" && kind != "message"
        });
        let media_type = if known { self.media_type.as_str() } else { "application/octet-stream" };
        let part = MimePart::new(
            ContentType::new(media_type.to_owned()).attribute("name", name.clone()),
            BodyPart::Binary(self.bytes.as_slice().into()),
        );
        match &self.content_id {
            Some(id) => part
                .header("Content-Disposition", ContentType::new("inline").attribute("filename", name))
                .header("Content-ID", MessageId::new(id.as_str())),
            None => part.attachment(name),
        }
    }
}

fn written(address: &Address) -> Written<'static> {
    let name = address.name.as_deref().map(text::one_line).filter(|name| !name.is_empty());
    // The type of the address is public: whoever built it, no line break goes out.
    let email: String = address
        .email
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | ','))
        .collect();
    Written::new_address(name, email)
}

#[cfg(test)]
mod tests;
