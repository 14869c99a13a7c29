//! A message as people mean it: who, what, which files.

use crate::address::{self, Address};
use crate::attachment::Attachment;
use crate::charset::{self, Found};
use crate::defect::Defect;
use crate::header::{self, Headers, Parameters};
use crate::html::{Rendered, UntrustedHtml, from_text, render};
use crate::invite::Invite;
use crate::limits::Limits;
use crate::mime::{Content, Part, Splitter, text_in_the_deep};
use crate::{text, tnef, uuencode};
use std::borrow::Cow;

/// A read message. Everything in it comes from a stranger; text is cleaned, HTML is not.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Without `<>`.
    pub message_id: Option<String>,
    /// Without `<>`; usually one.
    pub in_reply_to: Vec<String>,
    /// Without `<>`, oldest first, each once.
    pub references: Vec<String>,
    /// More than one address is suspicious: see [`Defect::SeveralSenders`].
    pub from: Vec<Address>,
    pub sender: Option<Address>,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    /// From `Delivered-To`, `X-Original-To`, `Envelope-To` and their like: where it arrived.
    pub delivered_to: Vec<Address>,
    pub return_path: ReturnPath,
    /// One line, decoded and cleaned; empty when there is none.
    pub subject: String,
    /// What the sender's clock said, in Unix milliseconds.
    pub date: Option<i64>,
    /// The whole text with quotes and signature, lines ending with `\n`. Made from the HTML when no text came.
    pub text: String,
    /// Whether `text` was made from `html`.
    pub text_is_from_html: bool,
    /// Where mail programs have marked quotes and signatures in `text`, when it was made from one HTML body.
    /// Its own text is empty.
    pub(crate) marks: Rendered,
    /// The HTML body, pictures from `data:` addresses moved to `attachments`.
    pub html: Option<UntrustedHtml>,
    pub attachments: Vec<Attachment>,
    /// The first meeting request or answer among the parts.
    pub invite: Option<Invite>,
    /// The media types of all parts that hold no others, in order, those of attached messages included.
    pub parts: Vec<String>,
    /// All header fields as they came, not decoded.
    pub headers: Headers,
    pub defects: Vec<Defect>,
}

/// The envelope sender as the last server wrote it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReturnPath {
    /// Nothing is known.
    #[default]
    Absent,
    /// `<>`: a report that must never be answered.
    Null,
    Address(String),
}

impl ReturnPath {
    /// From the argument of `MAIL FROM` or the value of a `Return-Path` field.
    pub fn read(raw: &str) -> ReturnPath {
        let inner = header::without_comments(raw);
        let inner = inner.trim().trim_start_matches('<').trim_end_matches('>').trim();
        match address::normalised(inner) {
            Some(address) => ReturnPath::Address(address),
            None if inner.is_empty() => ReturnPath::Null,
            None => ReturnPath::Absent,
        }
    }
}

impl Mail {
    /// Reads a message. Never fails and never panics: what is wrong stands in `defects`.
    pub fn read(raw: &[u8], limits: &Limits) -> Mail {
        let (raw, too_large) =
            if raw.len() > limits.message { (&raw[..limits.message], true) } else { (raw, false) };
        let converted: Vec<u8>;
        let raw = if has_lone_cr_lines(raw) {
            converted = with_line_feeds(raw);
            converted.as_slice()
        } else {
            raw
        };
        // Our own code and libraries meet every kind of bytes here; a mistake in them must not lose the mail.
        let read = std::panic::catch_unwind(|| Reader::new(limits).read(raw));
        let mut mail = read.unwrap_or_else(|_| {
            let (headers, body_at) = Headers::read(raw, limits);
            let text = text::body(&charset::decode(&raw[body_at..], None).0);
            Mail { headers, text, defects: vec![Defect::Unreadable], ..Mail::default() }
        });
        if too_large {
            mail.defects.insert(0, Defect::TooLarge);
        }
        mail
    }

    /// The first value of a header field, decoded and cleaned for people.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(header::readable)
    }

    /// Who wrote it: the one address of `From`, nobody when there are several or none.
    pub fn author(&self) -> Option<&Address> {
        match self.from.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    pub fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

/// A piece of the body in one or two forms.
#[derive(Default)]
struct Segment {
    plain: Option<String>,
    html: Option<String>,
}

struct Reader<'l> {
    limits: &'l Limits,
    mail: Mail,
    /// Decoded bytes still allowed.
    budget: usize,
}

impl<'l> Reader<'l> {
    fn new(limits: &'l Limits) -> Reader<'l> {
        Reader { limits, mail: Mail::default(), budget: limits.decoded }
    }

    fn read(mut self, raw: &[u8]) -> Mail {
        let mut splitter = Splitter::new(self.limits);
        let root = splitter.message(raw);
        self.mail.defects = splitter.defects;
        self.fields(&root.headers);
        let mut segments = Vec::new();
        self.walk(&root, &mut segments, Place::Root);
        list_parts(&root, &mut self.mail.parts);
        self.body(segments);
        self.data_images();
        self.mail.headers = root.headers;
        self.mail
    }

    fn note(&mut self, defect: Defect) {
        if !self.mail.defects.contains(&defect) {
            self.mail.defects.push(defect);
        }
    }

    fn fields(&mut self, headers: &Headers) {
        let addresses = |name: &str| -> Vec<Address> { headers.all(name).flat_map(address::list).collect() };
        let ids = |name: &str| -> Vec<String> {
            let mut ids: Vec<String> = Vec::new();
            for id in headers.all(name).flat_map(header::message_ids) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            ids
        };
        let mail = &mut self.mail;
        mail.message_id = ids("message-id").into_iter().next();
        mail.in_reply_to = ids("in-reply-to");
        mail.references = ids("references");
        mail.from = addresses("from");
        mail.sender = addresses("sender").into_iter().next();
        mail.reply_to = addresses("reply-to");
        mail.to = addresses("to");
        mail.cc = addresses("cc");
        for name in ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to"] {
            for address in addresses(name) {
                if !mail.delivered_to.contains(&address) {
                    mail.delivered_to.push(address);
                }
            }
        }
        mail.return_path = headers.get("return-path").map(ReturnPath::read).unwrap_or_default();
        mail.subject = headers.get("subject").map(header::readable).unwrap_or_default();
        mail.date = headers.get("date").and_then(header::date);
        let several = mail.from.len() > 1 || headers.all("from").nth(1).is_some();
        let (no_sender, no_date, no_id) =
            (mail.from.is_empty(), mail.date.is_none(), mail.message_id.is_none());
        for (found, defect) in [
            (several, Defect::SeveralSenders),
            (no_sender, Defect::NoSender),
            (no_date, Defect::NoDate),
            (no_id, Defect::NoMessageId),
        ] {
            if found {
                self.note(defect);
            }
        }
    }

    /// Collects the body and the attachments of a part and all below it.
    fn walk(&mut self, part: &Part<'_>, segments: &mut Vec<Segment>, place: Place) {
        match &part.content {
            Content::Multipart(children) => self.multipart(part, children, segments, place),
            Content::Message(inner) => self.attached_message(part, inner),
            Content::Leaf if part.content_type.value.starts_with("multipart/") => self.deep(part, segments),
            Content::Leaf if is_body(part, place) => {
                let text = self.text_of(&part.content_type, part.decoded());
                // A file that is also the text: shown, and kept to be downloaded.
                if part.file_name().is_some() || part.disposition.value == "attachment" {
                    let bytes = part.decoded().into_owned();
                    self.push(Attachment::new(part.file_name(), &part.content_type.value, bytes));
                }
                segments.push(if part.content_type.value == "text/html" {
                    Segment { plain: None, html: Some(text) }
                } else {
                    Segment { plain: Some(self.without_files(text)), html: None }
                });
            }
            Content::Leaf => self.attachment(part, place, segments),
        }
    }

    fn multipart(
        &mut self,
        part: &Part<'_>,
        children: &[Part<'_>],
        segments: &mut Vec<Segment>,
        place: Place,
    ) {
        match part.content_type.value.as_str() {
            "multipart/alternative" => {
                let mut chosen = Segment::default();
                for child in children {
                    let mut forms = Vec::new();
                    self.walk(child, &mut forms, Place::Alternative);
                    if forms.iter().any(|form| form.html.is_some()) {
                        let (plain, html) = joined(forms);
                        chosen.html = html;
                        chosen.plain = chosen.plain.or(plain);
                    } else if !forms.is_empty() {
                        let plain = joined(forms).0.filter(|plain| !plain.trim().is_empty());
                        chosen.plain = chosen.plain.or(plain);
                    }
                }
                if chosen.plain.is_some() || chosen.html.is_some() {
                    segments.push(chosen);
                }
            }
            "multipart/related" => {
                for (number, child) in children.iter().enumerate() {
                    self.walk(child, segments, if number == 0 { place.inside(0) } else { Place::Related });
                }
            }
            _ => {
                for (number, child) in children.iter().enumerate() {
                    self.walk(child, segments, place.inside(number));
                }
            }
        }
    }

    /// Too deep to be split: at least the first text in it.
    fn deep(&mut self, part: &Part<'_>, segments: &mut Vec<Segment>) {
        if let Some((content_type, bytes)) = text_in_the_deep(part.body, self.limits) {
            let text = self.text_of(&content_type, Cow::Owned(bytes));
            let is_html = content_type.value == "text/html";
            segments.push(Segment { html: is_html.then(|| text.clone()), plain: (!is_html).then_some(text) });
        }
    }

    fn text_of(&mut self, content_type: &Parameters, bytes: Cow<'_, [u8]>) -> String {
        let declared = content_type
            .get("charset")
            .map(str::to_owned)
            .or_else(|| (content_type.value == "text/html").then(|| meta_charset(&bytes)).flatten());
        let (text, found) = charset::decode(&bytes, declared.as_deref());
        if found == Found::Guessed {
            self.note(Defect::CharsetGuessed);
        }
        if text.contains('\0') {
            self.note(Defect::NulBytes);
        }
        text::body(&text)
    }

    /// Takes uuencoded files out of a text.
    fn without_files(&mut self, text: String) -> String {
        if !text.contains("begin ") {
            return text;
        }
        let (text, files) = uuencode::extract(&text);
        for (name, bytes) in files {
            self.push(Attachment::new(Some(&name), "application/octet-stream", bytes));
        }
        text
    }

    fn push(&mut self, mut attachment: Attachment) {
        if attachment.bytes.len() > self.budget {
            attachment.bytes = Vec::new();
            self.note(Defect::TooMuchDecoded);
        }
        self.budget -= attachment.bytes.len();
        self.mail.attachments.push(attachment);
    }

    fn attached_message(&mut self, part: &Part<'_>, inner: &Part<'_>) {
        let subject =
            inner.headers.get("subject").map(header::readable).filter(|subject| !subject.is_empty());
        let name = match (part.file_name(), subject) {
            (Some(name), _) => name.to_owned(),
            (None, Some(subject)) => format!("{}.eml", text::prefix(&subject.replace(['/', '\\'], "_"), 200)),
            (None, None) => "message.eml".to_owned(),
        };
        self.push(Attachment::new(Some(&name), &part.content_type.value, part.body.to_vec()));
    }

    fn attachment(&mut self, part: &Part<'_>, place: Place, segments: &mut Vec<Segment>) {
        let declared = part.content_type.value.as_str();
        let bytes = part.decoded();
        if matches!(declared, "application/ms-tnef" | "application/vnd.ms-tnef") || is_winmail(part) {
            return self.tnef(part, &bytes, segments);
        }
        if declared == "text/calendar" || declared == "application/ics" {
            match Invite::read(&charset::decode(&bytes, part.content_type.get("charset")).0, self.limits) {
                Some(invite) => self.mail.invite = self.mail.invite.take().or(Some(invite)),
                None => self.note(Defect::CalendarUnreadable),
            }
        }
        let content_id = part.headers.get("content-id").and_then(|raw| {
            header::message_ids(raw).into_iter().next().or_else(|| {
                let bare = raw.trim().trim_matches(['<', '>']).trim();
                (!bare.is_empty()).then(|| bare.to_owned())
            })
        });
        let is_inline = part.disposition.value != "attachment"
            && (place == Place::Related || part.disposition.value == "inline" || content_id.is_some())
            && declared.starts_with("image/");
        let mut attachment = Attachment::new(part.file_name(), declared, bytes.into_owned());
        attachment.content_id = content_id;
        attachment.is_inline = is_inline;
        self.push(attachment);
    }

    /// What Outlook packs into `winmail.dat` as if it had been sent as parts.
    fn tnef(&mut self, part: &Part<'_>, bytes: &[u8], segments: &mut Vec<Segment>) {
        let Some(unpacked) = tnef::unpack(bytes, self.limits) else {
            self.note(Defect::TnefUnreadable);
            return self.push(Attachment::new(part.file_name(), &part.content_type.value, bytes.to_vec()));
        };
        let has_text = segments
            .iter()
            .any(|s| s.html.is_some() || s.plain.as_deref().is_some_and(|p| !p.trim().is_empty()));
        if !has_text || (unpacked.html.is_some() && segments.iter().all(|s| s.html.is_none())) {
            let plain = unpacked.text.as_deref().map(text::body).filter(|_| !has_text);
            let html = unpacked.html.as_deref().map(text::body);
            match segments.first_mut() {
                Some(first) if has_text => first.html = html,
                _ if plain.is_some() || html.is_some() => segments.push(Segment { plain, html }),
                _ => {}
            }
        }
        for attachment in unpacked.attachments {
            self.push(attachment);
        }
    }

    /// Joins the segments to the text and the HTML of the mail.
    fn body(&mut self, segments: Vec<Segment>) {
        let any_html = segments.iter().any(|segment| segment.html.is_some());
        let mut pieces: Vec<String> = Vec::new();
        let mut html = String::new();
        for segment in segments {
            if any_html {
                if !html.is_empty() {
                    html.push_str("<br>\n");
                }
                match (&segment.html, &segment.plain) {
                    (Some(part), _) => html.push_str(part),
                    (None, Some(plain)) => html.push_str(&from_text(plain)),
                    (None, None) => {}
                }
            }
            match (segment.plain, segment.html) {
                (Some(plain), _) if !plain.trim().is_empty() => pieces.push(plain),
                (_, Some(html)) => {
                    if html.len() > self.limits.html {
                        self.note(Defect::HtmlTooComplex);
                    }
                    self.mail.text_is_from_html = true;
                    let mut rendered = render(text::prefix(&html, self.limits.html));
                    pieces.push(std::mem::take(&mut rendered.text));
                    self.mail.marks = rendered;
                }
                (Some(plain), None) => pieces.push(plain),
                (None, None) => {}
            }
        }
        if pieces.len() != 1 {
            // The marks are places in one text, not in several joined.
            self.mail.marks = Rendered::default();
        }
        self.mail.text = match pieces.len() {
            1 => pieces.pop().unwrap_or_default(),
            _ => pieces
                .iter()
                .filter(|piece| !piece.trim().is_empty())
                .map(|piece| piece.trim_end_matches('\n'))
                .collect::<Vec<_>>()
                .join("\n\n"),
        };
        self.mail.html = any_html.then(|| UntrustedHtml::new(html));
    }

    /// Moves pictures out of `data:` addresses, so that the rest of the house knows one kind of inline picture.
    fn data_images(&mut self) {
        let Some(html) =
            self.mail.html.as_ref().map(UntrustedHtml::as_raw).filter(|html| html.contains("data:image/"))
        else {
            return;
        };
        let mut out = String::with_capacity(html.len() / 2);
        let mut found = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find("data:image/") {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find(['"', '\'', '>', ')', ' ']).unwrap_or(rest.len());
            let image = rest[5..end]
                .split_once(";base64,")
                .filter(|_| found.len() < self.limits.parts)
                .and_then(|(declared, data)| {
                    let bytes = charset::base64(
                        data.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=").as_bytes(),
                    );
                    let image = Attachment::new(None, declared.split(';').next().unwrap_or_default(), bytes);
                    image.kind.is_image().then_some(image)
                });
            match image {
                Some(mut image) => {
                    let id = format!("data-{}@inline.invalid", found.len() + 1);
                    out.push_str("cid:");
                    out.push_str(&id);
                    image.content_id = Some(id);
                    image.is_inline = true;
                    found.push(image);
                }
                None => out.push_str(&rest[..end]),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        self.mail.html = Some(UntrustedHtml::new(out));
        for image in found {
            self.push(image);
        }
    }
}

/// Where in the tree a part stands, as far as it matters for being body or attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The message itself.
    Root,
    /// The first part of the outermost multipart.
    First,
    Alternative,
    /// Behind the first part of a related one: what the HTML shows.
    Related,
    Other,
}

impl Place {
    /// The place of the child of that number.
    fn inside(self, number: usize) -> Place {
        match self {
            Place::Root | Place::First if number == 0 => Place::First,
            Place::Alternative => Place::Alternative,
            _ => Place::Other,
        }
    }
}

/// Old Macintosh programs end lines with a lone CR: whether the first line does.
fn has_lone_cr_lines(raw: &[u8]) -> bool {
    match memchr::memchr2(b'\r', b'\n', raw) {
        Some(at) => raw[at] == b'\r' && raw.get(at + 1).is_some_and(|next| *next != b'\n'),
        None => false,
    }
}

fn with_line_feeds(raw: &[u8]) -> Vec<u8> {
    let lone = |at: usize| raw[at] == b'\r' && raw.get(at + 1) != Some(&b'\n');
    (0..raw.len()).map(|at| if lone(at) { b'\n' } else { raw[at] }).collect()
}

/// Whether a leaf is text of the mail rather than a file.
fn is_body(part: &Part<'_>, place: Place) -> bool {
    let is_text =
        matches!(part.content_type.value.as_str(), "text/plain" | "text/html" | "text" | "text/enriched");
    let attached = part.disposition.value == "attachment";
    match place {
        Place::Root => is_text || part.content_type.value.starts_with("message/") && part.headers.is_empty(),
        Place::First | Place::Alternative => is_text && !attached,
        Place::Related => false,
        Place::Other => is_text && !attached && part.file_name().is_none(),
    }
}

fn is_winmail(part: &Part<'_>) -> bool {
    part.file_name().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
}

fn joined(forms: Vec<Segment>) -> (Option<String>, Option<String>) {
    let plain: Vec<&str> = forms.iter().filter_map(|form| form.plain.as_deref()).collect();
    let any_html = forms.iter().any(|form| form.html.is_some());
    let html = any_html.then(|| {
        let pieces = forms.iter().filter_map(|form| match (&form.html, &form.plain) {
            (Some(html), _) => Some(html.clone()),
            (None, plain) => plain.as_deref().map(from_text),
        });
        pieces.collect::<Vec<_>>().join("<br>\n")
    });
    // Where both kinds stand side by side, the plain pieces alone are not the text.
    let complete = forms.iter().all(|form| form.plain.is_some());
    ((complete && !plain.is_empty()).then(|| plain.join("\n\n")), html)
}

fn list_parts(part: &Part<'_>, types: &mut Vec<String>) {
    match &part.content {
        Content::Leaf => types.push(part.content_type.value.clone()),
        Content::Multipart(children) => children.iter().for_each(|child| list_parts(child, types)),
        Content::Message(inner) => list_parts(inner, types),
    }
}

/// `<meta charset=…>` or its older form, in the first 2 KiB.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let at = start.find("charset=")? + "charset=".len();
    let name: String = start[at..]
        .chars()
        .skip_while(|c| matches!(c, '"' | '\'' | ' '))
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!name.is_empty()).then_some(name)
}
