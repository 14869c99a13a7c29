//! The conversation as the agent's pages show it.
pub mod frame;
pub mod send;
pub mod whole;

use super::{AuthorKind, Message, MessageKind, api::Conversation, linkify, policy::Remarks};
use crate::attachments::Attachment;
use kernel::clock::Millis;
use platform::{
    outbox::Delivery,
    web::{Html, Ui},
};

/// A picture inside of a mail that is smaller is a logo: the text view leaves it out.
const LOGO_MOST: i64 = 10_000;

/// What a ticket's page shows of one message, in characters and lines; the rest has a page of its own.
pub(crate) const WORDS_MOST: (usize, usize) = (20_000, 1_000);
/// The same of its quotes and signature.
pub(crate) const QUOTE_MOST: (usize, usize) = (20_000, 200);
/// The same beside the composer, of a message to send on.
const BESIDE_MOST: (usize, usize) = (2_000, 40);
/// Formatting that our own composer wrote is shown up to here, in bytes; beyond, its plain words are.
pub(crate) const WRITTEN_MOST: usize = 100_000;

/// The beginning of a text with at most so many characters and lines, and whether something is missing.
fn beginning(text: &str, (most, lines): (usize, usize)) -> (Html, bool) {
    match kernel::text::beginning(text, most, lines) {
        Some(beginning) => (linkify::html(beginning), true),
        None => (linkify::html(text), false),
    }
}

/// What a message looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    In,
    Out,
    Note,
    /// Sent on to somebody outside; the customer does not see it.
    Forward,
    /// Written by a machine.
    Auto,
    /// The report that a mail was not delivered.
    Bounce,
}
impl Look {
    /// The class of the message, as the style sheet knows it.
    pub fn class(self) -> &'static str {
        match self {
            Look::In => "in",
            Look::Out => "out",
            Look::Note | Look::Forward => "note",
            Look::Auto => "auto",
            Look::Bounce => "bounce",
        }
    }
}

/// A message with all that its page shows.
pub struct Entry {
    pub message: Message,
    pub look: Look,
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub text: Html,
    /// Signature and quotes, folded.
    pub folded: Option<Html>,
    /// Whether something of the words, or of what is folded, is missing here.
    pub is_cut: bool,
    pub is_fold_cut: bool,
    pub files: Vec<Attachment>,
    pub delivery: Option<Delivery>,
    pub remarks: Remarks,
}

impl Entry {
    fn of(message: Message, files: Vec<Attachment>, delivery: Option<Delivery>) -> Entry {
        let remarks = message.remarks();
        let to = message.to().join(", ");
        let look = match (message.kind, message.is_in()) {
            (MessageKind::Note, _) if message.is_forward() => Look::Forward,
            (MessageKind::Note, is_in) if message.side_id.is_some() => match is_in {
                _ if remarks.bounce.is_some() => Look::Bounce,
                _ if message.is_automatic => Look::Auto,
                true => Look::In,
                false => Look::Out,
            },
            (MessageKind::Note, _) => Look::Note,
            (MessageKind::Public, _) if remarks.bounce.is_some() => Look::Bounce,
            (MessageKind::Public, _) if message.is_automatic => Look::Auto,
            (MessageKind::Public, true) => Look::In,
            (MessageKind::Public, false) => Look::Out,
        };
        let rest = message.rest();
        let (folded, is_fold_cut) = beginning(&rest, QUOTE_MOST);
        let is_written = message.author_kind == AuthorKind::User;
        let written = message.html.as_deref().filter(|html| is_written && html.len() <= WRITTEN_MOST);
        let (text, is_cut) = match written {
            // Written in our own composer: its formatting stands in the page, rewritten from scratch.
            Some(html) => (Html(mail::html::written(html, &linkify::into)), false),
            None => beginning(&message.text, WORDS_MOST),
        };
        let is_shown = |file: &Attachment| !file.is_inline || (file.is_image() && file.size >= LOGO_MOST);
        Entry {
            look,
            cc: message.cc().join(", "),
            bcc: message.bcc().join(", "),
            text,
            is_cut,
            folded: (!rest.is_empty()).then_some(folded),
            is_fold_cut,
            files: files.into_iter().filter(is_shown).collect(),
            to,
            delivery,
            remarks,
            message,
        }
    }
    /// The beginning of all that it says, for beside the composer.
    pub fn beginning(&self) -> Html {
        beginning(&self.message.full_text(), BESIDE_MOST).0
    }
    /// How large its whole text is, in bytes.
    pub fn size(&self) -> i64 {
        let more = [&self.message.signature, &self.message.quoted];
        let lengths = more.into_iter().flatten().map(String::len);
        (self.message.text.len() + lengths.sum::<usize>()).try_into().unwrap_or(i64::MAX)
    }
    /// The beginning of its words, in one line.
    pub fn excerpt(&self) -> String {
        kernel::text::shorten(&self.message.text, 140)
    }
    pub fn message(&self) -> &Message {
        &self.message
    }
    /// The author, or what stands for one.
    pub fn from(&self, ui: &Ui) -> String {
        match self.look {
            Look::Bounce => ui.t("message-not-delivered").into(),
            _ if self.message.author_name.is_empty() => ui.t("message-from-program").into(),
            _ => self.message.author_name.clone(),
        }
    }
    /// One line: to whom, and who else got it.
    pub fn addressed(&self, ui: &Ui) -> String {
        let mut line = String::new();
        if !self.to.is_empty() {
            line = ui.t1("message-to", "whom", &self.to);
        }
        if !self.cc.is_empty() {
            line.push_str(&ui.t1("message-cc", "whom", &self.cc));
        }
        line
    }
    /// Why a mail was not delivered: the class in words, and what the other server said.
    pub fn bounce(&self, ui: &Ui) -> String {
        self.remarks.bounce.as_deref().map_or_else(String::new, |reason| because(ui, reason))
    }
    /// What became of the mail: once, or for each recipient where it is not the same for all.
    pub fn delivered(&self, ui: &Ui) -> Vec<Delivered> {
        let Some(delivery) = &self.delivery else { return Vec::new() };
        let all = delivery.recipients();
        let of = |to: String, state: &str, reason: Option<&str>| {
            Delivered::of(ui, to, state, reason, delivery.next_at_ms)
        };
        let is_same =
            all.windows(2).all(|two| (&two[0].state, &two[0].reason) == (&two[1].state, &two[1].reason));
        if is_same {
            return vec![of(String::new(), &delivery.state, delivery.reason.as_deref())];
        }
        all.into_iter().map(|one| of(one.address, &one.state, one.reason.as_deref())).collect()
    }
    /// Whether the message has more than plain words: then its own formatting can be shown.
    pub fn has_formatting(&self) -> bool {
        let is_strange = self.message.author_kind != AuthorKind::User;
        is_strange && self.message.html.as_deref().is_some_and(shows_something)
    }
    /// Whether it went to a supplier or came from there: a note that is a mail.
    pub fn is_with_supplier(&self) -> bool {
        self.look == Look::Note && self.message.message_id.is_some()
    }
    /// Whether the author's own domain disowns the mail.
    pub fn is_doubtful(&self) -> bool {
        self.message.is_in() && self.remarks.is_authentic == Some(false)
    }
}

/// The state of a mail, to show: tone, icon, words.
pub struct Delivered {
    /// Empty where it is the same for all.
    pub to: String,
    pub tone: &'static str,
    pub icon: &'static str,
    pub words: &'static str,
    pub because: String,
    /// What to do, or "".
    pub advice: String,
    /// Nothing will happen by itself any more.
    pub is_lost: bool,
}
impl Delivered {
    fn of(ui: &Ui, to: String, state: &str, reason: Option<&str>, next: Millis) -> Delivered {
        let reason = reason.filter(|reason| !reason.is_empty());
        let (tone, icon) = match state {
            "sent" => ("done", "check"),
            "failed" | "bounced" => ("late", "circle-alert"),
            _ if reason.is_some() => ("act", "clock"),
            _ => ("wait", "clock"),
        };
        let because = reason.map(|reason| because(ui, reason)).unwrap_or_default();
        let advice = advice(ui, state, reason.unwrap_or_default(), next);
        let is_lost = matches!(state, "failed" | "bounced");
        Delivered { to, tone, icon, words: ui.t_of("delivery", state), because, advice, is_lost }
    }
}

/// Whether cleaned HTML leaves anything to look at: words or a picture.
fn shows_something(html: &str) -> bool {
    let mut is_tag = false;
    let words: String = html
        .chars()
        .filter(|sign| {
            let was_tag = is_tag;
            is_tag = *sign == '<' || (is_tag && *sign != '>');
            !was_tag && !is_tag
        })
        .collect();
    let words = words.replace("&nbsp;", "").replace("&#160;", "");
    html.contains("<img")
        || words.chars().any(|sign| !sign.is_whitespace() && !"\u{200b}\u{feff}".contains(sign))
}

/// What to do about a mail that did not arrive.
fn advice(ui: &Ui, state: &str, reason: &str, next: Millis) -> String {
    match (state, reason.split(' ').next().unwrap_or_default()) {
        ("bounced" | "failed", "unknown_address" | "unknown_domain" | "disabled") => {
            ui.t("delivery-advice-address").into()
        }
        ("bounced" | "failed", "mailbox_full") => ui.t("delivery-advice-later").into(),
        ("bounced" | "failed", "too_large") => ui.t("delivery-advice-smaller").into(),
        ("bounced" | "failed", _) => ui.t("delivery-advice-other").into(),
        ("waiting", _) if !reason.is_empty() => {
            ui.t1("delivery-advice-waiting", "time", &ui.clock_time(next))
        }
        _ => String::new(),
    }
}

/// `mailbox_full ada@x.org: 552 5.2.2 full` in words; a reason without a class we know stays as it is.
pub fn because(ui: &Ui, reason: &str) -> String {
    let (code, rest) = reason.split_once(' ').unwrap_or((reason, ""));
    let is_code = !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let key = format!("bounce-{}", code.replace('_', "-"));
    if !is_code || !platform::i18n::exists(ui.language, &key) {
        return reason.to_owned();
    }
    let words = ui.t(&key);
    if rest.is_empty() { words.to_owned() } else { format!("{words} ({rest})") }
}

/// The whole conversation, oldest first.
pub fn thread(conversation: Conversation) -> Vec<Entry> {
    let Conversation { messages, mut files, mut deliveries } = conversation;
    let entry = |message: Message| {
        let files = files.remove(&message.id).unwrap_or_default();
        let delivery = deliveries.remove(&message.id.number());
        Entry::of(message, files, delivery)
    };
    messages.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::shows_something;

    #[test]
    fn html_that_was_cleaned_to_nothing_is_not_offered() {
        for nothing in ["", "<p></p>", "<div style=\"color: red\"> \u{a0}&nbsp;<br></div>"] {
            assert!(!shows_something(nothing), "{nothing}");
        }
        for something in ["<p>x</p>", "<p><img src=\"/a\"></p>", "a &lt; b"] {
            assert!(shows_something(something), "{something}");
        }
    }
}
