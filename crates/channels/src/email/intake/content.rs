//! What a mail says, taken apart once, outside of any transaction.
use super::door::Said;
use desk::conversation::policy::Part;
use kernel::text;
use mail::{
    Automatic, AutomaticKind, Bounce, Limits, Mail, OwnAddresses, PieceKind, ReturnPath, Split, Subject,
    clean,
};
use platform::blobs::Hash;

/// A read mail with everything that deciding needs.
pub struct Content {
    pub mail: Mail,
    pub said: Said,
    pub subject: Subject,
    pub reply: String,
    pub quoted: Option<String>,
    pub signature: Option<String>,
    /// How these stand in the mail; empty for the usual order.
    pub order: Vec<(Part, usize)>,
    pub html: Option<String>,
    pub remote_images: usize,
    pub automatic: Option<Automatic>,
    pub bounce: Option<Bounce>,
    /// Of what people see: the same words sent again have the same.
    pub hash: Hash,
}

/// Reads the raw bytes. Neither fails nor panics; costs are bounded by `Limits`.
///
/// * `max_message` – the largest mail that this desk takes in, in bytes: nothing of one that was accepted is cut off.
pub fn read(raw: &[u8], said: Said, own: &OwnAddresses, max_message: usize) -> Content {
    let limits = limits(max_message);
    let mut mail = Mail::read(raw, &limits);
    // A forwarder puts his own name on the envelope; what a server before him wrote down about a null path stays true.
    let was_null = mail.headers.all("return-path").any(|path| ReturnPath::read(path) == ReturnPath::Null);
    if let (Some(path), false) = (&said.mail_from, was_null) {
        mail.return_path = ReturnPath::read(path);
    } else if was_null {
        mail.return_path = ReturnPath::Null;
    }
    let split = Split::of(&mail, &limits);
    let bounce = Bounce::read(&mail);
    let automatic = Automatic::classify(&mail, own);
    let cleaned = mail.html.as_ref().map(|html| clean(html, &|id| Some(format!("inline/{}", escape(id)))));
    Content {
        reply: words(&split),
        quoted: split.quoted(),
        signature: split.signature(),
        order: order(&split),
        remote_images: cleaned.as_ref().map_or(0, |cleaned| cleaned.remote_images),
        html: cleaned.map(|cleaned| cleaned.html.into_string()),
        subject: Subject::read(&mail.subject),
        hash: hash(&mail),
        automatic,
        bounce,
        mail,
        said,
    }
}

fn limits(max_message: usize) -> Limits {
    let usual = Limits::default();
    let message = usual.message.max(max_message);
    // Bytes of attachments get fewer by decoding; the rest is for what is packed.
    Limits { message, decoded: usual.decoded.max(message.saturating_add(message)), ..usual }
}

fn words(split: &Split) -> String {
    let reply = split.reply();
    // A mail of which everything looks quoted still says something: all of it (abuse 16).
    let is_empty = reply.trim().is_empty() && split.pieces.iter().any(|piece| piece.kind != PieceKind::Reply);
    if is_empty { split.pieces.iter().map(|piece| piece.text.as_str()).collect() } else { reply }
}

/// Parts of a mail that are told apart; with more, each kind stands where it first stood.
const ORDER_MOST: usize = 50;

/// The parts of the text one after the other, with their lines as [`Split`] joins them; empty for words, signature,
/// quote.
fn order(split: &Split) -> Vec<(Part, usize)> {
    if split.written().is_empty() {
        let lines = split.pieces.iter().map(|piece| piece.text.lines().count()).sum();
        return if split.pieces.is_empty() { Vec::new() } else { vec![(Part::Words, lines)] };
    }
    let mut order: Vec<(Part, usize)> = Vec::new();
    for piece in &split.pieces {
        let part = match piece.kind {
            PieceKind::Reply => Part::Words,
            PieceKind::Quoted => Part::Quote,
            PieceKind::Signature => Part::Signature,
        };
        // Empty lines at the beginning of a kind are left out when its pieces are joined.
        let is_first = order.iter().all(|(known, _)| *known != part);
        let blank = piece.text.lines().take_while(|line| is_first && line.trim().is_empty()).count();
        let lines = piece.text.lines().count() - blank;
        if lines > 0 {
            order.push((part, lines));
        }
    }
    let usual = [Part::Words, Part::Signature, Part::Quote];
    let places: Vec<_> = order.iter().map(|(part, _)| usual.iter().position(|known| known == part)).collect();
    if places.windows(2).all(|two| two[0] < two[1]) {
        return Vec::new();
    }
    if order.len() > ORDER_MOST {
        let mut merged: Vec<(Part, usize)> = Vec::new();
        for (part, lines) in order {
            match merged.iter_mut().find(|(known, _)| *known == part) {
                Some((_, sum)) => *sum += lines,
                None => merged.push((part, lines)),
            }
        }
        return merged;
    }
    order
}

/// The part of a path that names an inline picture.
fn escape(content_id: &str) -> String {
    let mut out = String::new();
    for byte in content_id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Headers that servers add on the way are not part of it, so a mail that came by two ways is the same mail.
fn hash(mail: &Mail) -> Hash {
    let mut all = String::new();
    for address in &mail.from {
        all += &address.email;
        all.push('\n');
    }
    all += &mail.subject;
    all += &format!("\n{:?}\n", mail.date);
    all += &mail.text;
    for file in &mail.attachments {
        all += &format!("\n{} {}", file.name, Hash::of(&file.bytes).hex());
    }
    Hash::of(all.as_bytes())
}

impl Content {
    /// The author; with several or none, the first one named, or the return path.
    pub fn from(&self) -> Option<(String, String)> {
        let named = self.mail.author().or(self.mail.from.first()).or(self.mail.sender.as_ref());
        if let Some(address) = named {
            return Some((address.email.clone(), address.name.clone().unwrap_or_default()));
        }
        match &self.mail.return_path {
            ReturnPath::Address(email) => Some((email.clone(), String::new())),
            ReturnPath::Absent | ReturnPath::Null => None,
        }
    }
    /// Whether a machine's answer may follow: only to what a person seems to have written (RFC 3834).
    pub fn may_be_answered(&self) -> bool {
        self.automatic.is_none() && self.mail.return_path != ReturnPath::Null
    }
    /// An out-of-office notice or a report: it moves nothing, and joins its ticket however old that is.
    pub fn is_machine_reply(&self) -> bool {
        let kind = self.automatic.map(|automatic| automatic.kind);
        matches!(kind, Some(AutomaticKind::AutoReply | AutomaticKind::Report | AutomaticKind::Bounce))
    }
    /// Whether it opens no ticket of its own; in doubt it does.
    pub fn asks_nothing(&self) -> bool {
        self.automatic.is_some_and(|automatic| automatic.asks_nothing())
    }
    pub fn is_own_loop(&self) -> bool {
        self.automatic.is_some_and(|automatic| automatic.kind == AutomaticKind::OwnLoop)
    }
    /// One line for the list; never empty.
    pub fn title(&self) -> String {
        let subject = text::one_line(&self.mail.subject, desk::tickets::policy::SUBJECT_MOST);
        if subject.is_empty() { text::shorten(&self.reply, 60) } else { subject }
    }
    /// One line about an invitation.
    pub fn invitation(&self) -> Option<String> {
        let invite = self.mail.invite.as_ref()?;
        let place = invite.location.as_deref().map(|place| format!(" · {place}")).unwrap_or_default();
        let start = match invite.start {
            Some(mail::When::Instant(at)) => format!(" · {}", kernel::clock::Millis(at)),
            Some(mail::When::Day(day)) => format!(" · {day}"),
            None => String::new(),
        };
        Some(text::one_line(&format!("{}{start}{place}", invite.summary), 300))
    }
    /// Everybody the mail was addressed to.
    pub fn addressed(&self) -> (Vec<String>, Vec<String>) {
        let emails = |list: &[mail::Address]| list.iter().take(100).map(|a| a.email.clone()).collect();
        (emails(&self.mail.to), emails(&self.mail.cc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_mail_is_kept() {
        let of = |text: &str| order(&Split::text(text, &Limits::default()));
        assert_eq!(of("Thanks.\n\n-- \nAda\n\nOn Monday Bo wrote:\n> Look here.\n"), [], "the usual order");
        let below = of("On Monday Bo wrote:\n> Look\n> here.\n\nThanks.\n\n-- \nAda\n");
        assert_eq!(below, [(Part::Quote, 4), (Part::Words, 2), (Part::Signature, 2)]);
        let all = of("> Look\n> here.\n");
        assert_eq!(all, [(Part::Words, 2)], "what is nothing but a quote is the words");
    }
    #[test]
    fn nothing_of_a_mail_that_was_accepted_is_cut_off() {
        let usual = Limits::default().message;
        let mut raw = b"From: a@c.example\r\nContent-Type: application/zip\r\n\r\n".to_vec();
        raw.resize(usual + 1_000_000, b'x');
        let mail = |most| read(&raw, Said::default(), &OwnAddresses::default(), most).mail;
        assert!(mail(1_000).has(mail::Defect::TooLarge), "or it proves nothing");
        let whole = mail(usual + 2_000_000);
        assert!(!whole.has(mail::Defect::TooLarge) && whole.attachments[0].bytes.len() > usual);
    }
}
