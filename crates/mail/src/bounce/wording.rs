//! How mail servers word their reports when they do not write RFC 3464.

use super::{Action, Failed, reason};
use crate::address::{self, normalised};
use crate::read::Mail;
use crate::text;
use regex::{Regex, RegexSet};
use std::sync::LazyLock;

static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)undeliver|non-?deliver|not (?:be |been )?deliver|(?:could|can|was|were|has|have|did|is)(?:n'?t| ?not)(?: \S+){0,4} (?:be |been )?(?:deliver|sent|reach|accept)|",
        r"fail(?:ed|ure)|returned (?:mail|to sender|message)|delivery (?:status|has|error|problem|report|delay|to the following|notification|attempt)|bounce|unable to (?:deliver|send|relay)|",
        r"user unknown|unknown user|no such user|mailbox (?:full|unavailable)|rejected|permanent (?:fatal )?error|fatal error|didn'?t (?:reach|work)|problem(?:s)? (?:delivering|with)|error (?:occurred|delivering|while)|",
        r"unzustellbar|konnte(?:n)? nicht (?:zugestellt|übermittelt)|nicht zugestellt|zustellung|onbestelbaar|niet (?:worden )?(?:bezorgd|afgeleverd)|non (?:remis|distribu)|n'a pas (?:pu|été)|no se (?:pudo|ha podido)|",
        r"mancata consegna|non (?:è stato|recapitat)|não (?:pôde|foi)|не (?:доставлен|может быть)|недоставлен|配信|送信でき|エラー|届け|配送|退信|无法",
    ))
    .expect("a fixed pattern")
});

static SUBJECTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\W*(?:undeliver(?:ed|able)|permanent delivery|.*\bnon remis\b|.*\(delivery failed\)|mail delivery|delivery (?:status|failure|failed|notification|error|report|problem|has)|returned mail|failure notice|message (?:undeliver|delivery|you sent|not deliver|status)|",
        r"non-?deliver|mail (?:could not|failure|system error|not deliver|status|returned)|warning: (?:could not|message|mail)|unable to deliver|failed (?:mail|delivery|to deliver)|bounce|nondeliverable|undelivered|",
        r"error sending|your (?:mail|message|email).{0,30}(?:not deliver|could not|failed|undeliver|was rejected)|unzustellbar|mail ?fehler|nicht zugestellt|onbestelbaar|niet bezorgd|",
        r"rejected:|message rejected|email error|smtp error|user unknown|postmaster notify|notice: mail delivery|delayed mail|considered unsolicited|mail undeliverable|delivery final failure|メールエラー)",
    ))
    .expect("a fixed pattern")
});

static DELAY: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)\bdelay(?:ed)?\b.{0,60}(?:mail|message|delivery|notif|status|\(|$)",
        r"(?i)(?:not yet been|still (?:being )?(?:trying|queued|undelivered|in the queue)|will (?:be retried|keep trying|continue to|try again|be retried)|continue (?:to try|trying))",
        r"(?i)warning:? .{0,60}(?:not (?:yet )?(?:been )?sent|still|delayed|could not (?:be )?(?:send|sent) .{0,30}(?:past|for))",
        r"(?i)do not need to resend|no action is required|this is a warning message only",
    ])
    .expect("fixed patterns")
});

/// Whether words of a failed delivery occur.
pub(super) fn is_failure(text: &str) -> bool {
    FAILURE.is_match(text)
}

/// How a report ends the sentence above the addresses that it is about: `… could not be delivered to:`.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:(?:could|can|was|were|is|has|have|did|would)(?: ?not|n'?t)(?: \S+){0,2} (?:deliver\w*|sent|receive\w*|reach\w*|accept\w*)|undeliver\w*|failed|failure|unable to deliver|rejected|returned|",
        r"nicht (?:zugestellt|übermittelt)|unzustellbar|niet (?:worden )?(?:bezorgd|afgeleverd)|onbestelbaar|n'a pas pu|no se (?:pudo|ha podido))",
        r".*(?::|\b(?:to|for|an|a|à|aan|recipients?|addresse?e?s?|users?))\s*$",
    ))
    .expect("a fixed pattern")
});

static ADDRESS_ALONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r#"^[\s>*]*(?:"[^"]*"\s*)?<?({})>?\s*[.,;:]?\s*$"#, ADDRESS.as_str()))
        .expect("a fixed pattern")
});

/// Whether a text has the form of a report in plain words: a sentence about a failure that ends with *to* or a colon,
/// and below it, with nothing in between, an address of somebody who is neither author nor reader of the mail.
pub(super) fn is_report(mail: &Mail, said: &str) -> bool {
    const MOST_LINES: usize = 400;
    let own = || mail.to.iter().chain(&mail.from).chain(&mail.cc).chain(&mail.reply_to);
    let mut is_below_a_sentence = false;
    for line in said.lines().take(MOST_LINES).map(|line| text::prefix(line, 1000)) {
        if line.trim().is_empty() {
            continue;
        }
        let alone = ADDRESS_ALONE.captures(line).and_then(|found| normalised(found.get(1)?.as_str()));
        if let Some(address) = alone
            && is_below_a_sentence
            && own().all(|own| own.email != address)
        {
            return true;
        }
        is_below_a_sentence = SENTENCE.is_match(line);
    }
    false
}

pub(super) fn is_bounce_subject(subject: &str) -> bool {
    SUBJECTS.is_match(subject)
}

/// Whether the server says that it goes on trying.
pub(super) fn is_delay(subject: &str, text: &str) -> bool {
    const GIVEN_UP: &[&str] = &[
        "permanent",
        "gave up",
        "given up",
        "giving up",
        "fatal",
        "has been returned",
        "could not be delivered for",
    ];
    let lower = text.to_lowercase();
    (DELAY.is_match(subject) || DELAY.is_match(text)) && !GIVEN_UP.iter().any(|words| lower.contains(words))
}

static RETURNED: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)^(?:[-=_* ]{2,})\s*(?:this is a copy of|below this line is|original (?:message|header|mail)|the (?:original )?message|returned message|unsent message|undelivered message|message (?:header|text|body|follows|copy)|start of (?:returned|forwarded)|forwarded message|copy of|transcript of original|included is|enclosed|the header|your (?:original )?message|body of message|headers? of|returned mail)",
        r"(?i)^\s*(?:original message (?:follows|headers)|message headers? follow|the original message (?:follows|was received)?:?$|your (?:original )?message (?:follows|reads|begins|was):|received: (?:from|by) |return-path: )",
        r"(?i)^(?:received|return-path|x-original-to|dkim-signature|mime-version):\s",
        r"(?i)^message-id:\s*<",
    ])
    .expect("fixed patterns")
});

/// Whether the mail that is returned begins at this line.
pub(super) fn is_returned_mail(line: &str) -> bool {
    let line = line.trim_end();
    line.len() < 400 && !line.is_empty() && RETURNED.is_match(line)
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})\.)+[A-Za-z0-9-]{2,24}",
    )
    .expect("a fixed pattern")
});

/// How the place of an address in a report says that it is the one that failed, the surest first.
static PLACES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // qmail, Postfix, Sendmail: `<a@x>: host …`, `<a@x>... User unknown`, `550 5.1.1 <a@x>…`
        r"^\s*<ADDR>\s*(?:\.\.\.|:|\(|$|\s+\S)",
        r"^\s*(?:>>> )?RCPT TO:\s*<ADDR>",
        r"(?i)^\s*(?:<<< )?5\d\d[ -](?:5\.\d+\.\d+ )?\s*<?ADDR>?",
        // Exim, Exchange, Gmail: alone on an indented line
        r"^[\s>*]+<?ADDR>?\s*(?:\(.*\))?\s*$",
        r"(?i)(?:recipients?|addressees?|to|for|address|user|mailbox|account|rcpt|destinataire|empfänger|ontvanger)(?:\(s\)|s)?\s*(?:is|was|=|->)?[\s:<\x22'\[(]+(?:smtp:)?ADDR",
        r"^\s*<?ADDR>?\s*(?:$|[:;,-])",
        r"<ADDR>",
        r"ADDR",
    ]
    .iter()
    .map(|place| Regex::new(&place.replace("ADDR", &format!("({})", ADDRESS.as_str()))).expect("a fixed pattern"))
    .collect()
});

/// The recipients a report in plain words is about.
pub(super) fn recipients(mail: &Mail, said: &str) -> Vec<Failed> {
    const MOST_LINES: usize = 400;
    if let Some(listed) = mail.headers.get("x-failed-recipients") {
        return listed.split(',').filter_map(normalised).map(|address| failed(address, said)).collect();
    }
    let is_other = |found: &str| {
        let own = mail.to.iter().chain(&mail.from).chain(&mail.sender).chain(&mail.reply_to);
        let local = found.split('@').next().unwrap_or_default();
        own.into_iter().all(|address| address.email != found)
            && !address::is_system_sender(local)
            && !local.starts_with("abuse")
    };
    if let Some(address) = mail.to.iter().find_map(|to| verp(&to.email)) {
        return vec![failed(address, said)];
    }
    for place in PLACES.iter() {
        let mut found: Vec<String> = Vec::new();
        for line in said.lines().take(MOST_LINES).map(|line| text::prefix(line, 1000)) {
            if is_about_others(line) {
                continue;
            }
            for capture in place.captures_iter(line) {
                let address = capture.get(1).and_then(|found| normalised(without_system(found.as_str())));
                found.extend(address.filter(|address| is_other(address) && !found.contains(address)));
            }
        }
        if !found.is_empty() {
            return found.into_iter().map(|address| failed(address, said)).collect();
        }
    }
    Vec::new()
}

/// Whether a line tells of the mail that was sent, or of whom to ask.
fn is_about_others(line: &str) -> bool {
    const FIELDS: &[&str] = &["from:", "to:", "cc:", "reply-to:", "sent:", "subject:", "sender:"];
    let lower = line.to_ascii_lowercase();
    let start = lower.trim_start();
    FIELDS.iter().any(|name| start.starts_with(name))
        || ["mail from", "contact ", "message-id"].iter().any(|words| lower.contains(words))
}

/// `news-bounces+jo=y.example@lists.example`: the recipient is written into the address that reports come to.
fn verp(to: &str) -> Option<String> {
    let local = to.rsplit_once('@')?.0;
    let (list, recipient) = local.split_once('+')?;
    let (name, domain) = recipient.rsplit_once('=')?;
    list.contains("bounce").then(|| normalised(&format!("{name}@{domain}")))?
}

/// X.400 gateways put the kind of address before it: `SMTP=jo@y.example`.
fn without_system(found: &str) -> &str {
    match found.to_ascii_lowercase().find("smtp=") {
        Some(at) => &found[at + "smtp=".len()..],
        None => found,
    }
}

fn failed(address: String, said: &str) -> Failed {
    let near = reason::near(&address, said);
    let diagnostic =
        diagnostic(&near).or_else(|| diagnostic(said)).or_else(|| near.lines().next().map(text::one_line));
    let status = diagnostic.as_deref().and_then(reason::status_in).or_else(|| reason::status_in(&near));
    let reason = reason::of_recipient(&address, None, status.as_deref(), said);
    Failed { address, status, action: Action::Failed, reason, diagnostic }
}

/// The line with the reply of the other server.
fn diagnostic(said: &str) -> Option<String> {
    static REPLY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[\s:<])[45]\d\d[ -](?:[45]\.\d+\.\d+|[A-Za-z<#])").expect("a fixed pattern")
    });
    let line = said.lines().find(|line| REPLY.is_match(line))?;
    Some(text::prefix(&text::one_line(line), 500).to_owned())
}
