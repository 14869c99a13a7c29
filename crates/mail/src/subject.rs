//! Subjects: what is left without `Re:` and `Fwd:`, and which numbers they name.

use regex::Regex;
use std::sync::LazyLock;

/// What mail programs put before a subject when someone answers, by language.
const REPLY: &[&str] = &[
    "re",
    "aw",
    "antw",
    "antwort",
    "antwoord",
    "sv",
    "svar",
    "vs",
    "vá",
    "odp",
    "ynt",
    "yan",
    "yanıt",
    "cevap",
    "rif",
    "risp",
    "ref",
    "res",
    "resp",
    "rép",
    "rép.",
    "r",
    "ats",
    "atb",
    "at",
    "hl",
    "bls",
    "ad",
    "απ",
    "σχετ",
    "ση",
    "отв",
    "ответ",
    "отг",
    "відп",
    "на",
    "回复",
    "回覆",
    "答复",
    "答覆",
    "回信",
    "返信",
    "回答",
    "答",
    "回",
    "답장",
    "회신",
    "tl",
    "trả lời",
    "re",
    "השב",
    "תגובה",
    "رد",
    "الرد",
    "پاسخ",
    "ตอบ",
    "ตอบกลับ",
    "jwb",
    "bls",
    "balas",
    "vast",
    "vl",
    "atsakymas",
    "odg",
    "одг",
    "odgovor",
    "pd re",
    "re antw",
    "tr re",
    "sva",
    "ré",
    "rv re",
    "réf",
];

/// What they put there when someone forwards.
const FORWARD: &[&str] = &[
    "fw",
    "fwd",
    "wg",
    "doorst",
    "doorgestuurd",
    "vb",
    "vl",
    "vs fwd",
    "i",
    "tr",
    "rv",
    "enc",
    "encaminhado",
    "reenviado",
    "reenv",
    "pd",
    "fyi",
    "tov",
    "továbbítás",
    "vidarebefordrat",
    "vidarebefordrad",
    "videresendt",
    "välitetty",
    "lähetetty edelleen",
    "inoltra",
    "inoltrato",
    "i",
    "weitergeleitet",
    "przekazane",
    "předáno",
    "fvd",
    "trs",
    "πρθ",
    "προωθ",
    "пересл",
    "пересылка",
    "перенапр",
    "препр",
    "прегр",
    "转发",
    "轉寄",
    "轉送",
    "转",
    "転送",
    "전달",
    "הועבר",
    "העבר",
    "إعادة توجيه",
    "إحالة",
    "ส่งต่อ",
    "chuyển tiếp",
    "prosl",
    "prosled",
    "proslijeđeno",
    "persiųsta",
    "pārsūtīts",
    "edasi",
    "ilt",
    "iletildi",
    "trans",
    "terusan",
    "bls fwd",
    "framsent",
    "fs",
    "rdc",
    "ymlaen",
];

/// A subject taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Without prefixes; the words somebody chose.
    pub bare: String,
    pub is_reply: bool,
    pub is_forward: bool,
    /// Numbers in it that may name a ticket: never more than a hint.
    pub hints: Vec<Hint>,
}

/// A number that a system put into a subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// `[#123]`, `#123`, `Ticket #123`: perhaps a number of ours.
    Number(u64),
    /// `[GLPI #0000123]`, `[name #123]`, `[Ticket#123]`: the word and the number of some system.
    Named { system: String, number: u64 },
    /// `INC0012345`, `[JIRA] (KEY-1)`: another system's key as written, upper-cased.
    External(String),
}

impl Subject {
    /// Takes a decoded, cleaned subject apart. Linear in its length.
    pub fn read(subject: &str) -> Subject {
        const MOST_PREFIXES: usize = 50;
        let mut found = Subject { hints: hints(subject), ..Subject::default() };
        let mut rest = subject.trim();
        for _ in 0..MOST_PREFIXES {
            let Some((kind, after)) = prefix(rest) else { break };
            match kind {
                Prefix::Reply => found.is_reply = true,
                Prefix::Forward => found.is_forward = true,
                Prefix::Tag => {}
            }
            rest = after;
        }
        found.bare = rest.trim().to_owned();
        found
    }
}

/// The subject without its prefixes.
pub fn bare(subject: &str) -> String {
    Subject::read(subject).bare
}

#[derive(Clone, Copy)]
enum Prefix {
    Reply,
    Forward,
    /// `[EXTERN]` and its like, which gateways put before everything.
    Tag,
}

/// One prefix at the start, and what follows it.
fn prefix(subject: &str) -> Option<(Prefix, &str)> {
    const LONGEST: usize = 40;
    if let Some(after) = gateway_tag(subject) {
        return Some((Prefix::Tag, after));
    }
    let (at, colon) = subject.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ':' | '：' | '︰'))?;
    let word = subject[..at].trim().trim_end_matches('.');
    // A Turkish capital İ leaves its dot behind.
    let word = without_counter(word).to_lowercase().replace('\u{307}', "");
    let word = word.trim();
    let kind = if REPLY.contains(&word) {
        Prefix::Reply
    } else if FORWARD.contains(&word) {
        Prefix::Forward
    } else {
        return None;
    };
    Some((kind, subject[at + colon.len_utf8()..].trim_start()))
}

/// `Re[2]`, `Re (3)`, `Re^4`, `RE*2` without the counter.
fn without_counter(word: &str) -> &str {
    let trimmed = word.trim_end_matches([']', ')', '）', '】']);
    let number_start = trimmed.trim_end_matches(|c: char| c.is_ascii_digit());
    let opened = number_start.trim_end_matches(['[', '(', '（', '【', '^', '*']);
    if number_start.len() < trimmed.len() && (opened.len() < number_start.len() || opened.len() <= 4) {
        opened.trim_end()
    } else {
        word
    }
}

fn gateway_tag(subject: &str) -> Option<&str> {
    const TAGS: &[&str] = &[
        "extern",
        "external",
        "ext",
        "spam",
        "*spam*",
        "caution",
        "secure",
        "verschlüsselt",
        "extern!",
        "e-mail extern",
    ];
    let inner = subject.strip_prefix('[')?;
    let end = inner.find(']')?;
    TAGS.contains(&inner[..end].trim().to_lowercase().as_str())
        .then(|| inner[end + 1..].trim_start_matches([':', ' ']))
}

static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[\s*(?:([\p{L}\p{N}][\p{L}\p{N} ._\-/]{0,60}?)\s*[:]?\s*)?#\s*:?\s*(\d{1,18})\s*\]")
        .expect("a fixed pattern")
});
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(ticket|case|request|anfrage|vorgang|fall|melding|zaak|aanvraag|demande|dossier|caso|solicitud|zgłoszenie)(?:\s?(?:nr|no|id|number|nummer))?\.?\s*[:#№]?\s*#?\s*(\d{2,18})\b").expect("a fixed pattern")
});
static HASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s(\[:])#(\d{1,18})\b").expect("a fixed pattern"));
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b((?:INC|RITM|REQ|CHG|PRB|TASK|SCTASK|CS)\d{5,12})\b").expect("a fixed pattern")
});
static JIRA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\[jira\].*?\(?\b([A-Z][A-Z0-9_]{1,14}-\d{1,9})\b").expect("a fixed pattern")
});

fn hints(subject: &str) -> Vec<Hint> {
    const MOST: usize = 10;
    let mut hints = Vec::new();
    let mut add = |hint: Hint| {
        let named = |known: &Hint| matches!((known, &hint), (Hint::Named { number: a, .. }, Hint::Number(b)) if a == b);
        if hints.len() < MOST && !hints.contains(&hint) && !hints.iter().any(named) {
            hints.push(hint);
        }
    };
    for found in BRACKETED.captures_iter(subject) {
        let Ok(number) = found[2].parse() else { continue };
        match found.get(1) {
            Some(system) => add(Hint::Named { system: system.as_str().trim().to_owned(), number }),
            None => add(Hint::Number(number)),
        }
    }
    for found in HASH.captures_iter(subject) {
        if let Ok(number) = found[1].parse() {
            add(Hint::Number(number));
        }
    }
    for found in SPOKEN.captures_iter(subject) {
        if let Ok(number) = found[2].parse() {
            add(Hint::Number(number));
        }
    }
    for found in SERVICE.captures_iter(subject).chain(JIRA.captures_iter(subject)) {
        add(Hint::External(found[1].to_uppercase()));
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_many_languages_go() {
        for subject in [
            "Re: Bill",
            "RE: re: RE: Bill",
            "AW: WG: RE: Bill",
            "Re[2]: Bill",
            "Re (3): Bill",
            "Re^2: Bill",
            "Antw: Bill",
            "SV: VS: Bill",
            "Odp: Bill",
            "RIF: Bill",
            "R: I: Bill",
            "TR : Bill",
            "RÉP : Bill",
            "Rép. : Bill",
            "Doorst: Bill",
            "回复：Bill",
            "转发: Bill",
            "返信: Bill",
            "Ynt: Bill",
            "İLT: Bill",
            "Απ: Bill",
            "ΠΡΘ: Bill",
            "Отв: Bill",
            "FW: Fwd: Bill",
            "ENC: RES: Bill",
            "RV: Bill",
            "PD: Bill",
            "VL: Bill",
            "[EXTERN] AW: Bill",
            "답장: Bill",
            "Trả lời: Bill",
            "Vá: Továbbítás: Bill",
            "Ats: Bill",
            "  re :Bill",
            "הועבר: Bill",
            "Re : AW [3]: Bill",
        ] {
            assert_eq!(bare(subject), "Bill", "{subject}");
        }
    }

    #[test]
    fn words_somebody_chose_stay() {
        for subject in [
            "Reply needed: Bill",
            "Question: Re: x",
            "Bill: 12",
            "reinforce",
            "",
            "Re",
            "Note: x",
            "10:30 meeting",
        ] {
            assert_eq!(bare(subject), subject);
        }
    }

    #[test]
    fn replies_and_forwards_are_told_apart() {
        let subject = Subject::read("WG: AW: Rechnung");
        assert!(subject.is_reply && subject.is_forward);
        assert!(!Subject::read("Rechnung").is_reply);
    }

    #[test]
    fn numbers_of_this_and_other_systems_are_hints() {
        let named = |system: &str, number| Hint::Named { system: system.to_owned(), number };
        for (subject, hints) in [
            ("Bill [#123]", vec![Hint::Number(123)]),
            ("[Ticket#1010138] Bill", vec![named("Ticket", 1_010_138)]),
            ("[GLPI #0000123] Bill", vec![named("GLPI", 123)]),
            ("[example.org #77] Bill", vec![named("example.org", 77)]),
            ("Ticket #123: Bill", vec![Hint::Number(123)]),
            ("Your case INC0012345 was", vec![Hint::External("INC0012345".to_owned())]),
            ("[JIRA] (KEY-1) Bill", vec![Hint::External("KEY-1".to_owned())]),
            ("Invoice 2024 for 3 items", vec![]),
            ("C# 12 course", vec![]),
        ] {
            assert_eq!(Subject::read(subject).hints, hints, "{subject}");
        }
    }
}
