//! Mail addresses as people and programs write them.

use crate::header::{decode_words, unquote};
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The display name, cleaned, if there is one that is not the address itself.
    pub name: Option<String>,
    /// Lower-cased, the domain in ASCII (IDNA): the form to compare, store and send to.
    pub email: String,
}

impl Address {
    /// A mailbox from an address alone; `None` when it is none.
    pub fn parse(raw: &str) -> Option<Address> {
        list(raw).into_iter().next()
    }

    /// The part after the last `@`, in ASCII.
    pub fn domain(&self) -> &str {
        self.email.rsplit('@').next().unwrap_or_default()
    }

    /// The part before the last `@`.
    pub fn local_part(&self) -> &str {
        self.email.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The address as people read it: `info@müller.example`.
    pub fn shown(&self) -> String {
        kernel::text::shown_email(&self.email)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.shown()),
            None => f.write_str(&self.shown()),
        }
    }
}

/// The form to compare an address in, or `None` if it cannot be one: one `@` outside quotes with
/// something on both sides, no space or control character, at most 320 bytes, a domain IDNA accepts.
pub fn normalised(raw: &str) -> Option<String> {
    let raw = raw.trim().trim_matches(['<', '>', '\'', '`']).trim();
    let raw = raw.strip_prefix("mailto:").or_else(|| raw.strip_prefix("MAILTO:")).unwrap_or(raw);
    let (local, domain) = raw.rsplit_once('@')?;
    // A source route, `@relay:user@host`.
    let local = local.rsplit_once(':').map_or(local, |(_, local)| local);
    let local: String = local.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let domain: String = domain.chars().filter(|c| !c.is_whitespace()).collect();
    let domain = domain.trim_end_matches(['.', '>', ',', ';']);
    let bad = |c: char| c.is_control() || matches!(c, '<' | '>' | '(' | ')' | ',') || text::is_invisible(c);
    if local.is_empty() || domain.is_empty() || local.contains(bad) || domain.contains(bad) {
        return None;
    }
    // The same form as what people type into a form has.
    let domain = kernel::text::domain(domain)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    if domain.is_empty() || !domain.chars().all(plain) || domain.starts_with('.') || domain.contains("..") {
        return None;
    }
    let local = match local.strip_prefix('"').and_then(|local| local.strip_suffix('"')) {
        // Quotes that nothing needs are no part of the address.
        Some(inner)
            if !inner.is_empty()
                && inner.chars().all(|c| c.is_alphanumeric() || "._-+!#$%&'*/=?^`{|}~".contains(c)) =>
        {
            inner.to_owned()
        }
        _ => local,
    };
    let email = format!("{local}@{domain}");
    (email.len() <= 320).then_some(email)
}

/// The mailboxes of an address field, groups opened. What has no address is left out.
///
/// Lenient: semicolons separate too, a comma in an unquoted name does not (`Doe, Jo <jo@x.example>`).
pub fn list(raw: &str) -> Vec<Address> {
    const MOST: usize = 1000;
    let mut found: Vec<Address> = Vec::new();
    let mut held_name = String::new();
    for piece in pieces(raw) {
        if found.len() == MOST {
            break;
        }
        let mailbox = mailbox(piece);
        match mailbox {
            Mailbox::Address(name, email) => {
                let name = match (held_name.is_empty(), name) {
                    (true, name) => name,
                    (false, Some(name)) => Some(format!("{held_name}, {name}")),
                    (false, None) => None,
                };
                held_name.clear();
                let name = name.filter(|name| !name.eq_ignore_ascii_case(&email));
                found.push(Address { name, email });
            }
            Mailbox::Name(name) => {
                if held_name.len() < 200 {
                    if !held_name.is_empty() {
                        held_name.push_str(", ");
                    }
                    held_name.push_str(&name);
                }
            }
            Mailbox::Nothing => {}
        }
    }
    found
}

/// Whether a local part belongs to a mail system rather than to somebody.
pub(crate) fn is_system_sender(local: &str) -> bool {
    let local = local.to_ascii_lowercase();
    matches!(
        local.as_str(),
        "mailer-daemon"
            | "mailer_daemon"
            | "mailerdaemon"
            | "postmaster"
            | "post_master"
            | "mail-daemon"
            | "maildaemon"
            | "autoresponder"
    ) || local.starts_with("mailer-daemon")
        || local.starts_with("bounce-")
        || local == "bounces"
}

/// Whether a local part says that nobody reads what is sent there.
pub(crate) fn is_no_reply_sender(local: &str) -> bool {
    const NO_REPLY: &[&str] = &[
        "no-reply",
        "noreply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
        "nicht-antworten",
        "nepasrepondre",
        "ne-pas-repondre",
        "noresponder",
        "geen-antwoord",
    ];
    NO_REPLY
        .iter()
        .any(|name| local.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

enum Mailbox {
    Address(Option<String>, String),
    Name(String),
    Nothing,
}

fn mailbox(piece: Piece<'_>) -> Mailbox {
    let raw = piece.text.trim();
    if raw.is_empty() {
        return Mailbox::Nothing;
    }
    let comment = piece.comment.map(|comment| display(&comment)).filter(|comment| !comment.is_empty());
    if let Some(open) = piece.open {
        let inside = &piece.text[open + 1..];
        let inside = &inside[..inside.rfind('>').unwrap_or(inside.len())];
        let name = display(&piece.text[..open]);
        let name = Some(name).filter(|name| !name.is_empty()).or(comment);
        // Twice bracketed, or the address in the name and the brackets empty.
        return match normalised(inside).or_else(|| words_with_at(&piece.text[..open])) {
            Some(email) => Mailbox::Address(name, email),
            None => Mailbox::Nothing,
        };
    }
    // RFC 822 allowed spaces around the dots of a domain.
    let joined = raw.contains(" .").then(|| raw.split_whitespace().collect::<String>());
    if let Some(email) = joined.and_then(|raw| normalised(&raw)) {
        return Mailbox::Address(comment, email);
    }
    if let Some(email) =
        normalised(raw).filter(|_| !raw.trim().contains(char::is_whitespace) || raw.contains('"'))
    {
        return Mailbox::Address(comment, email);
    }
    match words_with_at(raw) {
        Some(email) => {
            let rest: Vec<&str> =
                raw.split_whitespace().filter(|word| normalised(word).as_deref() != Some(&email)).collect();
            let name = display(&rest.join(" "));
            Mailbox::Address(Some(name).filter(|name| !name.is_empty()).or(comment), email)
        }
        None if piece.is_group_name => Mailbox::Nothing,
        None => Mailbox::Name(display(raw)),
    }
}

fn words_with_at(raw: &str) -> Option<String> {
    if !raw.contains('@') {
        return None;
    }
    raw.split_whitespace().find_map(normalised).or_else(|| normalised(raw))
}

/// A display name: unquoted, decoded, cleaned.
fn display(raw: &str) -> String {
    let raw = raw.trim();
    let unquoted = if raw.contains('"') { unquote_all(raw) } else { raw.to_owned() };
    let shown = text::one_line(&decode_words(&unquoted));
    let shown = shown.trim_matches(|c: char| matches!(c, '\'' | '"') || c.is_whitespace());
    text::prefix(shown, 500).to_owned()
}

fn unquote_all(raw: &str) -> String {
    if raw.starts_with('"') && raw.ends_with('"') && raw.matches('"').count() == 2 {
        return unquote(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut escaped = false;
    for c in raw.chars() {
        match c {
            _ if escaped => {
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => {}
            _ => out.push(c),
        }
    }
    out
}

/// One element of an address list, its comments taken out.
struct Piece<'r> {
    text: std::borrow::Cow<'r, str>,
    comment: Option<String>,
    /// Where `<` stands in `text`, outside quotes.
    open: Option<usize>,
    is_group_name: bool,
}

/// Splits a list at commas and semicolons outside quotes, comments, brackets and encoded words.
fn pieces(raw: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut piece = String::new();
    let (mut comment, mut depth) = (String::new(), 0usize);
    let (mut quoted, mut open): (bool, Option<usize>) = (false, None);
    let mut in_angle = false;
    let mut skip_until = 0;
    let mut chars = raw.char_indices().peekable();
    let mut close =
        |piece: &mut String, comment: &mut String, open: &mut Option<usize>, is_group_name: bool| {
            found.push(Piece {
                text: std::mem::take(piece).into(),
                comment: Some(std::mem::take(comment)).filter(|comment| !comment.is_empty()),
                open: open.take(),
                is_group_name,
            });
        };
    while let Some((at, c)) = chars.next() {
        if at < skip_until {
            piece.push(c);
            continue;
        }
        match c {
            '\\' if quoted || depth > 0 => {
                let target = if depth > 0 { &mut comment } else { &mut piece };
                target.push(c);
                target.extend(chars.next().map(|(_, next)| next));
            }
            '"' if depth == 0 => {
                // A quote that never ends must not swallow the rest of the list.
                quoted = !quoted && raw[at + 1..].contains('"');
                piece.push(c);
            }
            _ if quoted => piece.push(c),
            '(' => {
                depth += 1;
                if depth > 1 {
                    comment.push(c);
                }
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth > 0 {
                    comment.push(c);
                }
            }
            _ if depth > 0 => comment.push(c),
            '=' if raw[at..].starts_with("=?") => {
                if let Some(end) = text::prefix(&raw[at..], 512).find("?=").filter(|end| *end > 2) {
                    // `=?x?Q?=41?=`: the first "?=" may open the text of the word.
                    let end = if raw[at..at + end].matches('?').count() < 3 {
                        text::prefix(&raw[at + end + 2..], 512).find("?=").map_or(end, |more| end + 2 + more)
                    } else {
                        end
                    };
                    skip_until = at + end + 2;
                }
                piece.push(c);
            }
            '<' => {
                open = Some(piece.len());
                in_angle = true;
                piece.push(c);
            }
            '>' => {
                in_angle = false;
                piece.push(c);
            }
            ',' | ';' if !in_angle => close(&mut piece, &mut comment, &mut open, false),
            ':' if !in_angle
                && open.is_none()
                && !piece.contains('@')
                && !piece.trim().eq_ignore_ascii_case("mailto") =>
            {
                close(&mut piece, &mut comment, &mut open, true);
            }
            _ => piece.push(c),
        }
    }
    close(&mut piece, &mut comment, &mut open, false);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> Vec<String> {
        list(raw).iter().map(|a| format!("{}|{}", a.name.as_deref().unwrap_or("-"), a.email)).collect()
    }

    #[test]
    fn addresses_are_found_as_people_write_them() {
        for (raw, expected) in [
            ("Ann <Ann@Shop.Example>", &["Ann|ann@shop.example"][..]),
            ("ann@shop.example (Ann Lee)", &["Ann Lee|ann@shop.example"]),
            ("\"Lee, Ann\" <a@x.example>, b@x.example", &["Lee, Ann|a@x.example", "-|b@x.example"]),
            ("Lee, Ann <a@x.example>; b@x.example", &["Lee, Ann|a@x.example", "-|b@x.example"]),
            ("Team: a@x.example, Bo <b@x.example>;", &["-|a@x.example", "Bo|b@x.example"]),
            ("undisclosed-recipients:;", &[]),
            ("=?utf-8?Q?M=C3=BCller,_Jo?= <jo@x.example>", &["Müller, Jo|jo@x.example"]),
            ("=?utf-8?Q?=4Do?= <jo@x.example>", &["Mo|jo@x.example"]),
            ("<a@x.example>", &["-|a@x.example"]),
            ("a@x.example <a@x.example>", &["-|a@x.example"]),
            ("'Jo' <jo@x.example>", &["Jo|jo@x.example"]),
            ("jo@müller.example", &["-|jo@xn--mller-kva.example"]),
            ("\"never ends <a@x.example>, b@x.example", &["never ends|a@x.example", "-|b@x.example"]),
            ("Jo jo@x.example", &["Jo|jo@x.example"]),
            ("\"jo.x\"@x.example", &["-|jo.x@x.example"]),
            ("<mailto:a@x.example>", &["-|a@x.example"]),
            ("Jo", &[]),
            ("a@b@", &[]),
            ("", &[]),
        ] {
            assert_eq!(shown(raw), expected, "{raw}");
        }
    }

    #[test]
    fn nothing_in_an_address_can_break_a_header() {
        for raw in ["a\r\nBcc: c@x.example@x.example", "a@x.example\0", "<a@x .example\u{202e}>"] {
            assert!(
                list(raw).iter().all(|a| !a.email.contains(|c: char| c.is_control() || c.is_whitespace())),
                "{raw:?}"
            );
        }
        assert_eq!(shown("\"x\r\nBcc: y\" <a@x.example>"), ["x Bcc: y|a@x.example"]);
    }

    #[test]
    fn a_domain_is_shown_in_its_own_letters() {
        assert_eq!(
            Address::parse("jo@müller.example").map(|a| a.shown()).as_deref(),
            Some("jo@müller.example")
        );
    }
}
