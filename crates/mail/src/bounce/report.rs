//! The fields of a delivery report (RFC 3464), one group of lines for each recipient.

use super::{Action, Failed, reason};
use crate::address;
use crate::header::without_comments;
use crate::text;

/// The fields about one recipient.
#[derive(Default)]
pub(super) struct Fields {
    recipient: Option<String>,
    original_recipient: Option<String>,
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
}

/// All groups that name a recipient. A group ends at an empty line, or where the next recipient is named.
pub(super) fn recipients(report: &str) -> Vec<Fields> {
    let mut groups: Vec<Fields> = Vec::new();
    let mut current = Fields::default();
    let mut last: Option<&'static str> = None;
    let mut close = |current: &mut Fields| {
        let done = std::mem::take(current);
        if done.recipient.is_some() || done.original_recipient.is_some() {
            groups.push(done);
        }
    };
    for line in report.lines() {
        if line.trim().is_empty() {
            last = None;
            close(&mut current);
            continue;
        }
        if line.starts_with([' ', '\t']) {
            // A diagnostic runs on.
            if let (Some("diagnostic-code"), Some(diagnostic)) = (last, current.diagnostic.as_mut()) {
                if diagnostic.len() < 4000 {
                    diagnostic.push(' ');
                    diagnostic.push_str(line.trim());
                }
                continue;
            }
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let name = name.trim().to_ascii_lowercase();
        last = None;
        match name.as_str() {
            "final-recipient" | "x-actual-recipient" => {
                if current.recipient.is_some() && name == "final-recipient" {
                    close(&mut current);
                }
                if current.recipient.is_none()
                    || name == "x-actual-recipient" && current.original_recipient.is_none()
                {
                    current.recipient.get_or_insert_with(|| value.to_owned());
                }
            }
            "original-recipient" => {
                if current.recipient.is_some()
                    && current.status.is_some()
                    && current.action.is_some()
                    && current.original_recipient.is_some()
                {
                    close(&mut current);
                }
                current.original_recipient = Some(value.to_owned());
            }
            "action" => current.action = Some(value.to_ascii_lowercase()),
            "status" => current.status = status(value),
            "diagnostic-code" => {
                last = Some("diagnostic-code");
                current.diagnostic = Some(value.to_owned());
            }
            _ => {}
        }
    }
    close(&mut current);
    groups
}

impl Fields {
    /// `text` is what the report says for people; it completes a diagnostic that says nothing.
    pub fn into_failed(self, text: &str) -> Option<Failed> {
        let plain = |raw: &String| {
            let bare = raw.split_once(';').map_or(raw.as_str(), |(_, address)| address);
            address::normalised(&without_comments(bare))
        };
        // An address that only the other system knows is of no use to the sender.
        let is_public =
            |address: &String| address.rsplit('@').next().is_some_and(|domain| domain.contains('.'));
        let final_recipient = self.recipient.as_ref().and_then(plain);
        let original = self.original_recipient.as_ref().and_then(plain);
        let address = final_recipient.clone().filter(is_public).or(original).or(final_recipient)?;
        let action = match self.action.as_deref().map(|action| without_comments(action)).as_deref() {
            Some("delayed") => Action::Delayed,
            Some("delivered" | "deliverable") => Action::Delivered,
            Some("relayed") => Action::Relayed,
            Some("expanded") => Action::Expanded,
            _ => Action::Failed,
        };
        let diagnostic = self.diagnostic.map(|raw| {
            let said = raw
                .split_once(';')
                .filter(|(kind, _)| kind.len() < 20)
                .map_or(raw.as_str(), |(_, said)| said);
            text::prefix(&text::one_line(said), 2000).to_owned()
        });
        let diagnostic = diagnostic.filter(|said| !said.is_empty());
        let reason = reason::of_recipient(&address, diagnostic.as_deref(), self.status.as_deref(), text);
        Some(Failed { address, status: self.status, action, reason, diagnostic })
    }
}

/// `5.1.1` at the start of a value, comments left out.
fn status(value: &str) -> Option<String> {
    let word = value.split(|c: char| !(c.is_ascii_digit() || c == '.')).find(|word| !word.is_empty())?;
    let parts: Vec<&str> = word.split('.').collect();
    let is_status = parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.len() <= 3);
    is_status.then(|| word.to_owned())
}
