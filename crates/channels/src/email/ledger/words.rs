//! The reason of a row in words. The row keeps a short English text that programs may read.
use super::{
    Outcome,
    store::{self, Entry},
};
use platform::i18n::{self, Language};

/// How an outcome looks: tone and icon.
impl Outcome {
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Pending => ("wait", "clock"),
            Outcome::Created => ("done", "plus"),
            Outcome::Joined => ("done", "corner-up-left"),
            Outcome::Bounce => ("act", "mail-warning"),
            Outcome::Ignored => ("quiet", "minus"),
            Outcome::Quarantined => ("late", "shield-alert"),
        }
    }
}

/// The reason of `entry` for a person; empty where there is none. What servers said stays as they said it.
pub fn reason(language: Language, entry: &Entry) -> String {
    let Some(reason) = entry.reason.as_deref() else { return String::new() };
    let with = |key: &str, name: &str, value: &str| i18n::format(language, key, &[(name, value.into())]);
    let plain = |key: &str| i18n::text(language, key).to_owned();
    if let Some(number) = reason.strip_prefix("duplicate of ") {
        return with("inbound-duplicate", "number", number);
    }
    if let Some(sign) = reason.strip_prefix("automatic: ") {
        let key = format!("inbound-sign-{}", sign.replace('_', "-"));
        let known = i18n::exists(language, &key);
        let sign = if known { i18n::text(language, &key).to_owned() } else { sign.replace('_', " ") };
        return with("inbound-automatic", "sign", &sign);
    }
    if let Some(why) = reason.strip_prefix("by hand: ") {
        return with("inbound-by-hand", "why", why);
    }
    if let Some(number) = reason.strip_prefix("perhaps belongs to #") {
        return with("inbound-perhaps", "number", number);
    }
    if let Some(why) = reason.strip_prefix("about a mail that this desk did not send: ") {
        return with("inbound-not-ours", "why", &bounce(language, why));
    }
    if let Some(rest) = reason.strip_prefix("too large: ") {
        let bytes = rest.split(' ').next().unwrap_or_default();
        return with("inbound-too-large", "bytes", bytes);
    }
    if let Some(said) = reason.strip_prefix("its server could not give it: ") {
        return with("inbound-not-given", "said", said);
    }
    let deaths = reason.strip_prefix("the program ended ");
    if let Some((times, _)) = deaths.and_then(|rest| rest.split_once(" times while it read")) {
        return with("inbound-deaths", "times", times);
    }
    match reason {
        "reading it failed inside" => plain("inbound-failed-inside"),
        store::WANTED => plain("inbound-wanted"),
        "own mail" => plain("inbound-own"),
        "the sender does not take part" => plain("inbound-no-part"),
        "the database was away" => plain("inbound-database-away"),
        _ if entry.outcome == Outcome::Bounce => bounce(language, reason),
        _ => reason.to_owned(),
    }
}

/// `unknown_address ada@example.org: 550 …`: the code in words.
fn bounce(language: Language, why: &str) -> String {
    let (code, rest) = why.split_once(' ').unwrap_or((why, ""));
    let key = format!("bounce-{}", code.replace('_', "-"));
    if !i18n::exists(language, &key) {
        return why.to_owned();
    }
    let words = i18n::text(language, &key);
    if rest.is_empty() { words.to_owned() } else { format!("{words} ({rest})") }
}
