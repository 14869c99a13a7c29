//! Reports that a mail could not be delivered: those of RFC 3464, and what real servers write instead.

mod reason;
mod report;
mod wording;

pub use reason::ReasonClass;

use crate::address;
use crate::header::{self, Headers};
use crate::limits::Limits;
use crate::read::{Mail, ReturnPath};
use crate::subject;

/// A delivery report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Whom it is about, each address once. May be empty when the report names nobody.
    pub recipients: Vec<Failed>,
    /// The Message-ID of the mail it is about, without `<>`.
    pub original_message_id: Option<String>,
    /// The server goes on trying.
    pub is_temporary: bool,
    /// What the report says in whole, when it names no recipient.
    pub reason: ReasonClass,
    /// Only its words say so: it is no RFC 3464 report, and its author is not known as a mail system. A person may have
    /// written it.
    pub is_doubtful: bool,
}

/// One recipient that did not get the mail, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// As [`address::normalised`] writes it.
    pub address: String,
    /// `5.1.1` (RFC 3463).
    pub status: Option<String>,
    pub action: Action,
    pub reason: ReasonClass,
    /// What the other server said, one line, for people.
    pub diagnostic: Option<String>,
}

/// What the reporting server did (RFC 3464, 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
}

/// The types of a part with the fields of RFC 3464, and what some servers call it.
const STATUS: [&str; 4] = [
    "message/delivery-status",
    "text/delivery-status",
    "message/global-delivery-status",
    "message/xdelivery-status",
];

/// The longest text that is searched for the words of servers.
const LONGEST_TEXT: usize = 64 * 1024;

impl Bounce {
    /// Reads a delivery report; `None` when the mail is none, or reports a success.
    pub fn read(mail: &Mail) -> Option<Bounce> {
        if is_of_a_person(mail) {
            return None;
        }
        let reports: Vec<&[u8]> = mail
            .attachments
            .iter()
            .filter(|part| STATUS.contains(&part.declared_type.as_str()))
            .map(|part| part.bytes.as_slice())
            .collect();
        if reports.is_empty() && !is_suspect(mail) {
            return None;
        }
        let text = said(mail);
        let mut recipients: Vec<Failed> = Vec::new();
        for fields in reports
            .iter()
            .flat_map(|report| report::recipients(&crate::text::body(&String::from_utf8_lossy(report))))
        {
            add(&mut recipients, fields.into_failed(&text));
        }
        if recipients.is_empty() {
            for fields in report::recipients(&mail.text) {
                add(&mut recipients, fields.into_failed(&text));
            }
        }
        let reported = recipients.len();
        recipients.retain(|recipient| matches!(recipient.action, Action::Failed | Action::Delayed));
        if recipients.is_empty() && reported > 0 {
            // A report that all went well.
            return None;
        }
        let has_bounce_words = wording::is_failure(&text) || wording::is_failure(&mail.subject);
        if recipients.is_empty() {
            if reports.is_empty() && !has_bounce_words {
                return None;
            }
            if let Some(inner) = wrapped(mail) {
                return Some(inner);
            }
            for found in wording::recipients(mail, &text) {
                add(&mut recipients, Some(found));
            }
        }
        let is_delay = wording::is_delay(&mail.subject, &text);
        let is_temporary = match recipients.as_slice() {
            [] => is_delay,
            some if reported > 0 => some.iter().all(|recipient| recipient.action == Action::Delayed),
            _ => is_delay,
        };
        if is_temporary {
            recipients.iter_mut().for_each(|recipient| recipient.action = Action::Delayed);
        }
        Some(Bounce {
            recipients,
            original_message_id: original_id(mail),
            is_temporary,
            reason: reason::classify(&text),
            is_doubtful: reports.is_empty() && !is_of_a_system(mail),
        })
    }
}

/// A report that a gateway has wrapped into another one that says less.
fn wrapped(mail: &Mail) -> Option<Bounce> {
    let attached = mail.attachments.iter().find(|part| part.declared_type == "message/rfc822")?;
    let inner = Mail::read(&attached.bytes, &Limits { depth: 4, parts: 20, ..Limits::default() });
    // Only a mail of a mail system is a report; the returned mail itself is not.
    let is_report = inner.parts.iter().any(|part| part == "message/delivery-status")
        && inner.from.iter().any(|author| address::is_system_sender(author.local_part()));
    is_report.then(|| Bounce::read(&inner)).flatten()
}

fn add(recipients: &mut Vec<Failed>, failed: Option<Failed>) {
    const MOST: usize = 200;
    let Some(failed) = failed else { return };
    if recipients.len() < MOST && !recipients.iter().any(|known| known.address == failed.address) {
        recipients.push(failed);
    }
}

/// Whether a mail may be a report at all. People write about failed deliveries too, so the subject counts only where
/// the text has the very form of a report.
fn is_suspect(mail: &Mail) -> bool {
    is_of_a_system(mail)
        || wording::is_bounce_subject(&subject::bare(&mail.subject))
            && (returns_a_mail(mail) || wording::is_report(mail, &said(mail)))
}

/// Whether an address that nobody reads sends a whole mail back.
fn returns_a_mail(mail: &Mail) -> bool {
    mail.from.iter().any(|author| address::is_no_reply_sender(author.local_part()))
        && mail.attachments.iter().any(|part| part.declared_type == "message/rfc822")
}

/// Whether the author or the return path is that of a mail system.
fn is_of_a_system(mail: &Mail) -> bool {
    if mail.return_path == ReturnPath::Null || mail.headers.get("x-failed-recipients").is_some() {
        return true;
    }
    let is_returned_to_a_system =
        mail.headers.get("return-path").is_some_and(|raw| raw.to_ascii_lowercase().contains("mailer-daemon"));
    let raw_from = mail.headers.get("from").unwrap_or_default().to_ascii_lowercase();
    // Who hands mail over for others (`Sender`) says something only where no author is named: senders of newsletters
    // have addresses of this kind.
    let sender = mail.sender.iter().filter(|_| mail.from.is_empty());
    let mut authors = mail.from.iter().chain(sender);
    is_returned_to_a_system
        || authors.any(|author| address::is_system_sender(author.local_part()))
        || [
            "mail delivery",
            "mailer-daemon",
            "mail.delivery",
            "postmaster",
            "mail administrator",
            "system administrator",
            "delivery subsystem",
        ]
        .iter()
        .any(|name| raw_from.contains(name))
}

/// A person answers or forwards a report: then it is theirs, also with the whole report in it.
fn is_of_a_person(mail: &Mail) -> bool {
    let is_named = mail.from.first().is_some_and(|author| !address::is_system_sender(author.local_part()));
    if !is_named {
        return false;
    }
    let subject = subject::Subject::read(&mail.subject);
    if subject.is_reply && !mail.in_reply_to.is_empty() {
        return true;
    }
    let is_report = mail
        .headers
        .get("content-type")
        .is_some_and(|raw| header::Parameters::read(raw).value == "multipart/report");
    // A report that was put into another mail by hand; a system makes `multipart/report` of it.
    let is_carried = !is_report && (subject.is_forward || mail.parts.iter().any(|part| part == STATUS[0]));
    is_carried && mail.return_path != ReturnPath::Null
}

/// What the server says, without the mail it returns.
fn said(mail: &Mail) -> String {
    let mut kept = String::new();
    for line in crate::text::prefix(&mail.text, LONGEST_TEXT).lines() {
        if wording::is_returned_mail(line) {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    // A text that begins with the returned mail: better all of it than nothing.
    if kept.trim().is_empty() { crate::text::prefix(&mail.text, LONGEST_TEXT).to_owned() } else { kept }
}

/// The Message-ID of the returned mail: from its header, attached or in the text.
fn original_id(mail: &Mail) -> Option<String> {
    let limits = Limits::default();
    let attached = mail.attachments.iter().filter(|part| {
        matches!(
            part.declared_type.as_str(),
            "message/rfc822"
                | "text/rfc822-headers"
                | "message/rfc822-headers"
                | "message/global"
                | "message/global-headers"
                | "text/plain"
        )
    });
    for part in attached {
        let (headers, _) = Headers::read(&part.bytes, &limits);
        if let Some(id) =
            headers.get("message-id").map(header::message_ids).and_then(|ids| ids.into_iter().next())
        {
            return Some(id);
        }
    }
    let own = mail.message_id.as_deref();
    let in_text = mail.text.lines().filter_map(|line| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>' || c == '|');
        line.get(..11).filter(|name| name.eq_ignore_ascii_case("message-id:"))?;
        header::message_ids(&line[11..]).into_iter().next()
    });
    in_text.into_iter().find(|id| Some(id.as_str()) != own).or_else(|| mail.in_reply_to.first().cloned())
}

#[cfg(test)]
mod tests;
