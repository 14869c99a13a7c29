//! "On Monday Bo wrote:" in the languages of the world.

use super::Row;
use regex::{Regex, RegexSet};
use std::sync::LazyLock;

/// Longest attribution, in bytes and lines.
const LONGEST: usize = 500;
const MOST_LINES: usize = 6;

/// The verb at the end, in every language whose programs put it there.
static VERB_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:^|[\s>,;\x22'’”)\]*）])(?:wrote|writes|said|has written|schrieb|schrieb folgendes|geschrieben|schreef|schreef het volgende|",
        r"geschreven|a\s+écrit|a\s+ecrit|écrivait|escribió|escribio|ha\s+scritto|scrisse|ha\s+escrit|va\s+escriure|escreveu|a\s+scris|",
        r"skrev|skrev\s+följande|kirjoitti|skrifaði|napisał(?:a|\(a\))?|pisze|napsala?|napsal\(a\)|napísala?|napísal\(a\)|je\s+napisao(?:/la)?|",
        r"je\s+napisala?|je\s+napisal\(-a\)|napisao|írta|kirjutas|rakstīja|rašė|parašė|написала?|написал\(а\)|пишет|писала?|написав|написала|",
        r"написав\(ла\)|пише|написа|напиша|je\s+написао|şunu\s+yazdı|yazdı|έγραψε|đã\s+viết|viết|menulis|tulis|เขียน(?:ว่า)?|ने\s+लिखा|",
        r"כתבה?|כתב/ה|كتبت?|نوشت|写道|寫道|写到|のメール|さんは書きました|님이\s*작성|작성|wrote\s+the\s+following)",
        r"\s*(?:\([^)]{0,20}\))?\s*[:：]?\s*[-–—_*]{0,8}$",
    ))
    .expect("a fixed pattern")
});

/// The verb in the middle, the name behind it: German, Dutch, Scandinavian.
static VERB_INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^[\s*_-]*(?:am|um|op|den|de|d\.|på|on|le|el|il|em|no|a|w\s+dniu|dnia|dne)?\s?.*\d.*[\s,](?:schrieb|schreef|skrev|escribió|escreveu|a\s+écrit|",
        r"ha\s+scritto|napisał(?:\(a\))?|написал|heeft)[\s:].{1,150}[:：]?[\s*_-]*$",
    ))
    .expect("a fixed pattern")
});

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d\s?[月년年]")
        .expect("a fixed pattern")
});

/// An address in brackets with nothing but a little behind it.
static ADDRESS_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[<(\[]\s*(?:mailto:)?[^\s<>()]+@[^\s<>()]+\s*>?\s*[>)\]][^@]{0,30}$")
        .expect("a fixed pattern")
});

/// `Bo <bo@x.example> schrieb am Fr., 28. Apr. 2017 um 11:53 Uhr:`
static ADDRESS_VERB_DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)@[^\s<>()]+\s*[>)]\s*(?:schrieb|schreef|wrote|skrev|a écrit|escribió|ha scritto|escreveu|napisał(?:\(a\))?)\s.{0,100}[:：]$").expect("a fixed pattern")
});

/// How an attribution that runs over several lines may begin.
static BEGINNING: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        concat!(
            r"(?i)^[\s*_>-]*(?:on|at|am|um|op|le|el|il|em|in|den|de|på|w\s+dniu|dnia|dne|ke|dňa|в|у|vào|pada|στις|în|la|ngày|tarihinde|dana|kl|",
            r"ב|בתאריך|في|ใน|ที่|在|于|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|ma|wo|vr|za|zo|lun|mar|mer|jeu|ven|sam|dim|",
            r"pe|to|ke|ti|su|la|man|tir|ons|tor|fre|lør|søn|lör|sön|pon|wt|śr|czw|pt|sob|nie|пн|вт|ср|чт|пт|сб|вс)\b",
        ),
        r"^[\s*_>-]*\d",
        r"[<(\[]\s*(?:mailto:)?[^\s<>]+@",
        r"<\s*$",
    ])
    .expect("fixed patterns")
});

/// A date of Gmail with a name behind it and no verb: `2016-03-03 17:21 GMT+01:00 Some One`.
static ISO_DATE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} (?:GMT|UTC)[+-]\S+ \S.{0,150}$").expect("a fixed pattern")
});

/// How many rows the attribution at the first row takes, if one begins there.
pub(super) fn length(rows: &[Row<'_>]) -> Option<usize> {
    let first = rows.first()?.raw.trim();
    if first.is_empty() || first.len() > LONGEST || first.starts_with('>') {
        return None;
    }
    if is_complete(first) {
        return Some(1);
    }
    if !may_continue(first) {
        return None;
    }
    let mut joined = first.to_owned();
    for (number, row) in rows.iter().enumerate().take(MOST_LINES).skip(1) {
        let piece = row.raw.trim();
        if row.is_code || joined.len() + piece.len() > LONGEST {
            return None;
        }
        if piece.is_empty() {
            // Only an address in brackets may stand behind an empty line.
            let next = rows.get(number + 1).map_or("", |row| row.raw.trim());
            if next.starts_with('<') && !joined.ends_with(['.', '!', '?']) {
                continue;
            }
            return None;
        }
        // A new attribution begins: the text before it was none.
        let begins_anew = ["On ", "Am ", "Op ", "Le ", "El ", "Il ", "Em ", "Den "]
            .iter()
            .any(|word| piece.starts_with(word));
        if begins_anew && piece.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        joined.push(' ');
        joined.push_str(piece);
        if is_complete(&joined) {
            return Some(number + 1);
        }
    }
    None
}

fn may_continue(first: &str) -> bool {
    let has_digit = first.bytes().any(|b| b.is_ascii_digit());
    (has_digit || first.contains(['@', '<'])) && BEGINNING.is_match(first)
}

fn is_complete(line: &str) -> bool {
    if !line.contains(char::is_alphabetic) {
        return false;
    }
    let bare = line.trim_end_matches(['-', '*', '_', ' ', '–', '—']);
    let ends_with_colon = bare.ends_with([':', '：']);
    let has_address = line.contains('@');
    let may_end_with_verb = ends_with_colon || has_address || bare.len() < line.len();
    if !may_end_with_verb && !line.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let has_date = DATE.is_match(line);
    if VERB_AT_END.is_match(line) {
        let begins = BEGINNING.is_match(line);
        let dashed = bare.len() < line.len() && line.starts_with('-');
        if has_address
            || (ends_with_colon && (has_date || begins && line.len() < 120))
            || (dashed && has_date)
        {
            return true;
        }
    }
    if has_date && ends_with_colon && has_address && ADDRESS_AT_END.is_match(bare) {
        return true;
    }
    if has_date
        && ends_with_colon
        && (VERB_INSIDE.is_match(line) || has_address && ADDRESS_VERB_DATE.is_match(bare))
    {
        return true;
    }
    has_date && ISO_DATE_NAME.is_match(line)
}
