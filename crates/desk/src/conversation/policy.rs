//! What a message is. No I/O.
use crate::attachments::Attachment;
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use mail::UntrustedHtml;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MessageKind {
    /// The customer reads it.
    #[default]
    Public,
    /// Only people who work here read it.
    Note,
}
platform::words! { MessageKind { Public = "public", Note = "note" } }

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}
platform::words! { Direction { In = "in", Out = "out" } }

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorKind {
    User,
    Contact,
    System,
}
platform::words! { AuthorKind { User = "user", Contact = "contact", System = "system" } }

/// A message as it is stored. Its words never change.
#[derive(Clone, Debug, Record)]
pub struct Message {
    pub id: Id<Message>,
    pub ticket_id: Id<crate::tickets::Ticket>,
    pub kind: MessageKind,
    pub direction: Direction,
    pub channel: String,
    pub author_kind: AuthorKind,
    pub author_id: Option<i64>,
    pub author_name: String,
    pub from_email: Option<String>,
    /// JSON lists.
    pub to_emails: String,
    pub cc_emails: String,
    pub bcc_emails: String,
    pub subject: String,
    pub text: String,
    pub quoted: Option<String>,
    pub signature: Option<String>,
    pub html: Option<String>,
    pub message_id: Option<String>,
    pub inbound_id: Option<i64>,
    pub is_automatic: bool,
    pub is_sender_known: bool,
    /// The message that this note sends on to somebody outside; 0 where that was not written down.
    pub forwarded_id: Option<Id<Message>>,
    /// The side conversation that it belongs to: it stands there and not between the customer's words.
    pub side_id: Option<Id<crate::side_conversations::SideConversation>>,
    /// JSON: see [`Remarks`].
    pub remarks: String,
    pub created_at_ms: Millis,
}
impl Message {
    pub fn to(&self) -> Vec<String> {
        serde_json::from_str(&self.to_emails).unwrap_or_default()
    }
    pub fn cc(&self) -> Vec<String> {
        serde_json::from_str(&self.cc_emails).unwrap_or_default()
    }
    pub fn bcc(&self) -> Vec<String> {
        serde_json::from_str(&self.bcc_emails).unwrap_or_default()
    }
    pub fn remarks(&self) -> Remarks {
        serde_json::from_str(&self.remarks).unwrap_or_default()
    }
    /// Words, signature and quotes together, in the order in which the mail has them.
    pub fn full_text(&self) -> String {
        joined(self.parts().into_iter())
    }
    /// The same without the words.
    pub fn rest(&self) -> String {
        joined(self.parts().into_iter().filter(|(part, _)| *part != Part::Words))
    }
    fn parts(&self) -> Vec<(Part, &str)> {
        parts(&self.text, self.quoted.as_deref(), self.signature.as_deref(), &self.remarks)
    }
    pub fn is_note(&self) -> bool {
        self.kind == MessageKind::Note
    }
    /// Whether it sent another message on to somebody outside of the ticket.
    pub fn is_forward(&self) -> bool {
        self.forwarded_id.is_some()
    }
    pub fn is_in(&self) -> bool {
        self.direction == Direction::In
    }
}

/// The parts of a message's text in the order in which the mail has them.
fn parts<'m>(
    words: &'m str,
    quoted: Option<&'m str>,
    signature: Option<&'m str>,
    remarks: &str,
) -> Vec<(Part, &'m str)> {
    let mut order = serde_json::from_str::<Remarks>(remarks).unwrap_or_default().order;
    if order.is_empty() {
        order = [Part::Words, Part::Signature, Part::Quote].map(|part| (part, usize::MAX)).into();
    }
    let mut parts = Vec::with_capacity(order.len());
    // A kind that the order does not name stands in the words already.
    for (part, text) in [(Part::Words, Some(words)), (Part::Signature, signature), (Part::Quote, quoted)] {
        let mut left = text.unwrap_or_default();
        let places: Vec<_> = (0..order.len()).filter(|at| order[*at].0 == part).collect();
        for at in &places {
            // The last one takes all that is left, so that nothing is ever lost.
            let lines = if Some(at) == places.last() { usize::MAX } else { order[*at].1 };
            let end = left.split_inclusive('\n').take(lines).map(str::len).sum();
            let (taken, more) = left.split_at(end);
            parts.push((*at, part, taken));
            left = more;
        }
    }
    parts.sort_by_key(|(at, ..)| *at);
    parts.into_iter().map(|(_, part, text)| (part, text)).collect()
}
fn joined<'m>(parts: impl Iterator<Item = (Part, &'m str)>) -> String {
    let mut all = String::new();
    for (_, text) in parts.filter(|(_, text)| !text.trim().is_empty()) {
        if !all.is_empty() {
            all.push_str("\n\n");
        }
        all.push_str(text.trim_start_matches('\n').trim_end());
    }
    all
}

/// What a piece of a mail's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Words,
    Quote,
    Signature,
}

/// What the mail itself told us beside its words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remarks {
    /// One line: what SPF, DKIM and DMARC said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authentication: String,
    /// Whether the author's domain vouches for the mail; `None` where nothing was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_authentic: Option<bool>,
    /// Codes of what was wrong with the mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<String>,
    /// Why the mail was not delivered, where this message is the report of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<String>,
    /// One line about an invitation in the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<String>,
    /// The same Message-ID came before with other words.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_second_of_its_id: bool,
    /// The parts of the mail's text one after the other, with their lines. Empty: words, signature, quote. Where a part
    /// is not named here, the words have it: nothing but quotes and signatures was written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<(Part, usize)>,
    /// How many remote pictures the mail wanted to load.
    #[serde(skip_serializing_if = "is_zero")]
    pub remote_images: usize,
}
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What somebody wants to say. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyDraft {
    #[serde(default)]
    pub kind: MessageKind,
    pub text: Option<String>,
    /// Cleaned; where it is given without `text`, the text is made from it.
    pub html: Option<String>,
    /// Left out: the customer and those in copy.
    pub to: Option<Vec<String>>,
    pub cc: Option<Vec<String>>,
    #[serde(default)]
    pub bcc: Vec<String>,
    /// The ticket's status afterwards: a status's id or code, or a category.
    pub status: Option<String>,
    /// Ids of uploads.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<Id<Attachment>>,
    /// A message of this ticket to send on to `to`, who do not take part afterwards. What is written here stands
    /// above it. The customer's side sees nothing of it; `kind` does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub forward: Option<Id<Message>>,
    /// The files of that message that go with it; left out: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub forward_attachments: Option<Vec<Id<Attachment>>>,
    /// Of a message that is sent on; left out: its own, marked as forwarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The newest message that the writer has read: the answer is refused (409 `newer_message`) where the customer or a
    /// colleague wrote since. Left out: whatever was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub seen: Option<Id<Message>>,
    /// Asks for a look at what may be wrong: the answer is refused (409 `unconfirmed`) with each doubt that is not named
    /// here, by `CODE` or as `detail` has it. Left out: nothing is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Vec<String>>,
    /// When it is sent; the answer is 202 with what waits. Left out: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub send_at: Option<Millis>,
}

/// A reply or note that passed.
#[derive(Clone, Debug)]
pub struct Reply {
    pub kind: MessageKind,
    pub text: String,
    pub html: Option<String>,
    pub to: Option<Vec<String>>,
    pub cc: Option<Vec<String>>,
    pub bcc: Vec<String>,
    pub status: Option<String>,
    pub attachments: Vec<Id<Attachment>>,
}

impl ReplyDraft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<Reply, Problem> {
        let mut mistakes = Mistakes::default();
        let (text, html) = words(self.text, self.html);
        let says_nothing = text.trim().is_empty() && self.attachments.is_empty() && self.forward.is_none();
        mistakes.require(!says_nothing, "text", "required");
        mistakes.require(text.len() <= crate::tickets::policy::TEXT_MOST, "text", "too_long");
        let mut list = |name: &str, given: Vec<String>| {
            let parsed: Vec<_> = given.iter().map(|address| text::email(address)).collect();
            for (index, address) in parsed.iter().enumerate() {
                mistakes.require(address.is_some(), &format!("{name}/{index}"), "email");
            }
            mistakes.require(parsed.len() <= 100, name, "too_long");
            let mut list: Vec<_> = parsed.into_iter().flatten().collect();
            let mut seen = std::collections::HashSet::new();
            list.retain(|address| seen.insert(address.clone()));
            list
        };
        let to = self.to.map(|given| list("to", given));
        let cc = self.cc.map(|given| list("cc", given));
        let bcc = list("bcc", self.bcc);
        if self.kind == MessageKind::Note && self.forward.is_none() {
            let is_addressed = to.iter().chain(&cc).any(|list| !list.is_empty()) || !bcc.is_empty();
            mistakes.require(!is_addressed, "to", "note_has_no_recipients");
        }
        mistakes.check()?;
        Ok(Reply {
            kind: self.kind,
            text,
            html,
            to,
            cc,
            bcc,
            status: self.status,
            attachments: self.attachments,
        })
    }
}

/// The plain words and the cleaned HTML of what somebody wrote here.
pub fn words(text: Option<String>, html: Option<String>) -> (String, Option<String>) {
    let html = html.filter(|html| !html.trim().is_empty());
    let clean = html.map(|html| mail::clean_composed(&UntrustedHtml::new(html)));
    let text = match (text, &clean) {
        (Some(text), _) if !text.trim().is_empty() => text,
        (_, Some(clean)) => clean.to_text(),
        (text, None) => text.unwrap_or_default(),
    };
    let text = text.replace("\r\n", "\n").replace('\0', "");
    (text.trim_end().to_owned(), clean.map(mail::SafeHtml::into_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_for_nobody_outside() {
        let draft = ReplyDraft {
            kind: MessageKind::Note,
            text: Some("secret".into()),
            bcc: vec!["cy@example.org".into()],
            ..ReplyDraft::default()
        };
        assert_eq!(draft.parse().unwrap_err().fields[0].code, "note_has_no_recipients");
    }
    #[test]
    fn recipients_are_addresses_and_each_counts_once() {
        let draft = |to: &[&str]| ReplyDraft {
            text: Some("hello".into()),
            to: Some(to.iter().map(ToString::to_string).collect()),
            ..ReplyDraft::default()
        };
        assert_eq!(draft(&["a@x.org", "A@X.org"]).parse().unwrap().to.unwrap(), ["a@x.org"]);
        let bad = draft(&["a@x.org\r\nBcc: b@x.org"]).parse().unwrap_err();
        assert_eq!(bad.fields[0].pointer, "/to/0");
    }
    #[test]
    fn the_whole_text_has_the_order_of_the_mail() {
        let (words, quoted, signature) = ("Thanks.\n\nBye", "> Look\n> here.\n> And there.", "-- \nAda");
        let whole = |order: &str| {
            let remarks = format!("{{\"order\":{order}}}");
            let parts = super::parts(words, Some(quoted), Some(signature), &remarks);
            joined(parts.into_iter())
        };
        assert_eq!(whole("[]"), format!("{words}\n\n{signature}\n\n{quoted}"));
        let below = whole(r#"[["quote",3],["words",3],["signature",2]]"#);
        assert_eq!(below, format!("{quoted}\n\n{words}\n\n{signature}"));
        let between = whole(r#"[["quote",2],["words",2],["quote",1],["words",1],["signature",2]]"#);
        assert_eq!(between, "> Look\n> here.\n\nThanks.\n\n> And there.\n\nBye\n\n-- \nAda");
        assert_eq!(whole(r#"[["words",3]]"#), words, "the words have the rest already");
    }
    #[test]
    fn html_that_somebody_wrote_is_cleaned() {
        let (text, html) = words(None, Some("<p>Hi <b>you</b><script>x()</script></p>".into()));
        assert_eq!(text.trim(), "Hi you");
        assert!(!html.unwrap().contains("script"));
    }
}
