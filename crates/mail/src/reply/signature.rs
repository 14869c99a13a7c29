//! Signatures, and the lines telephones add.

use super::{Row, attribution, header_block, is_quote};
use regex::RegexSet;
use std::sync::LazyLock;

/// Lines below `-- ` that still are a signature.
const MOST_BELOW_DASHES: usize = 40;
/// Lines below a drawn line, or below a closing phrase, that still look like one.
const MOST_BELOW_RULE: usize = 15;
const MOST_BELOW_CLOSING: usize = 12;

/// How many rows the signature at the first row takes, if one begins there. `seen_text`: something stands above.
pub(super) fn length(rows: &[Row<'_>], seen_text: bool) -> Option<usize> {
    let line = rows.first()?.raw.trim();
    if is_device_line(line) || line == "ᐧ" {
        return Some(1);
    }
    if !seen_text {
        return None;
    }
    let (most, widest) = if line == "--" {
        (MOST_BELOW_DASHES, usize::MAX)
    } else if is_rule(line) {
        (MOST_BELOW_RULE, 200)
    } else if is_closing(line) {
        (MOST_BELOW_CLOSING, 90)
    } else {
        return None;
    };
    let length = end(rows);
    let below: Vec<&str> =
        rows[1..length].iter().map(|row| row.raw.trim()).filter(|line| !line.is_empty()).collect();
    let least = if is_closing(line) { 2 } else { 0 };
    let fits =
        (least..=most).contains(&below.len()) && below.iter().all(|line| line.chars().count() <= widest);
    fits.then_some(length)
}

/// A signature ends where a quote begins. Looks at a bounded number of rows.
fn end(rows: &[Row<'_>]) -> usize {
    const FARTHEST: usize = 120;
    let stop = (1..rows.len().min(FARTHEST)).find(|at| {
        let row = &rows[*at];
        !row.raw.trim().is_empty()
            && (is_quote(row.raw)
                || row.is_code
                || attribution::length(&rows[*at..]).is_some()
                || header_block::length(&rows[*at..]).is_some())
    });
    // A text that goes on for longer than any signature makes `fits` fail: count all of it.
    stop.unwrap_or(rows.len())
}

/// Two or more dashes or underscores and nothing else.
fn is_rule(line: &str) -> bool {
    line.len() >= 2
        && line.len() <= 120
        && (line.bytes().all(|b| b == b'-') || line.bytes().all(|b| b == b'_'))
}

/// "Best regards," alone on its line.
fn is_closing(line: &str) -> bool {
    if line.chars().count() > 60 {
        return false;
    }
    let lower = line.to_lowercase();
    let bare = lower.trim_end_matches([',', '.', '!', ' ', ':']);
    CLOSINGS.contains(&bare)
}

const CLOSINGS: &[&str] = &[
    "regards",
    "best regards",
    "kind regards",
    "kindest regards",
    "warm regards",
    "with kind regards",
    "with best regards",
    "many regards",
    "best wishes",
    "sincerely",
    "yours sincerely",
    "yours faithfully",
    "yours truly",
    "sincerely yours",
    "cordially",
    "respectfully",
    "mit freundlichen grüßen",
    "mit freundlichen grüssen",
    "mit freundlichem gruß",
    "mit freundlichem gruss",
    "freundliche grüße",
    "freundliche grüsse",
    "viele grüße",
    "viele grüsse",
    "beste grüße",
    "liebe grüße",
    "schöne grüße",
    "herzliche grüße",
    "mit besten grüßen",
    "mit bestem gruß",
    "hochachtungsvoll",
    "mfg",
    "vg",
    "lg",
    "gruß",
    "met vriendelijke groet",
    "met vriendelijke groeten",
    "vriendelijke groet",
    "vriendelijke groeten",
    "met hartelijke groet",
    "hartelijke groet",
    "hartelijke groeten",
    "hoogachtend",
    "mvg",
    "groeten",
    "groet",
    "cordialement",
    "bien cordialement",
    "bien à vous",
    "sincères salutations",
    "salutations",
    "meilleures salutations",
    "saludos",
    "saludos cordiales",
    "un saludo",
    "atentamente",
    "cordiali saluti",
    "distinti saluti",
    "saluti",
    "atenciosamente",
    "cumprimentos",
    "com os melhores cumprimentos",
    "med venlig hilsen",
    "venlig hilsen",
    "med vennlig hilsen",
    "vennlig hilsen",
    "mvh",
    "med vänliga hälsningar",
    "vänliga hälsningar",
    "ystävällisin terveisin",
    "pozdrawiam",
    "z poważaniem",
    "s pozdravem",
    "s pozdravom",
    "üdvözlettel",
    "с уважением",
    "з повагою",
    "saygılarımla",
    "lep pozdrav",
    "srdačan pozdrav",
    "με εκτίμηση",
    "cu stimă",
];

/// The lines that telephones and programs add, whole lines only.
static DEVICE_LINES: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)^[<(\[*_\s-]*sent\s+(?:from|via|with|by|using)\s+\S.{0,150}$",
        r"(?i)^[<(\[*_\s-]*from\s+my\s+\S.{0,40}$",
        r"(?i)^\S+(?:\s+\S+){0,2}\s+(?:from|via)\s+mobile\.?$",
        r"(?i)^[\[(]?get\s+\[?outlook\s+(?:for|pour|für|voor|para|per)\b.{0,150}$",
        r"(?i)^(?:hol(?:en)?\s+sie\s+sich|téléchargez|télécharger|obtenez|download|obtener|scarica|obter|hämta|hent|pobierz)\s+\[?outlook\s.{0,150}$",
        r"(?i)^(?:outlook\s+(?:for|für|voor|pour|per|para)\s+(?:ios|android)).{0,150}$",
        // German
        r"(?i)^(?:von|aus)\s+(?:meinem|meiner|unterwegs|mobil).{0,80}(?:gesendet|gesandt|geschickt|verschickt)?\.?$",
        r"(?i)^(?:gesendet|gesandt|geschickt|verschickt)\s+(?:von|mit|aus|über|via)\s+.{1,100}$",
        r"(?i)^diese\s+(?:nachricht|e-?mail|mail)\s+wurde\s+(?:von|mit)\s+.{1,100}(?:gesendet|verschickt|geschrieben)\.?.{0,60}$",
        // Dutch
        r"(?i)^(?:verzonden|verstuurd|verstuurt|gestuurd|verzend)\s+(?:vanaf|van|met|via|vanuit|door)\s+.{1,100}$",
        r"(?i)^(?:vanaf|van)\s+mijn\s+.{1,60}(?:verzonden|verstuurd)\.?$",
        // French, Spanish, Italian, Portuguese, Catalan, Romanian
        r"(?i)^(?:envoyé|envoyée|expédié|enviado|enviada|enviat|inviato|inviata|trimis)\s+(?:depuis|de|du|à\s+partir|desde|a\s+partir|através|dal|dalla|da|do|din|de\s+la|des\s+de|via|avec|con|com)\b.{1,100}$",
        // Danish, Norwegian, Swedish, Finnish
        r"(?i)^(?:sendt|skickat|skickad|skickades|lähetetty)\s+(?:fra|från|via|med|iphonesta|laitteesta)?\s*\S.{0,80}$",
        // Slavic, Baltic, Hungarian, Turkish, Greek
        r"(?i)^(?:wysłan[eoya]|wysłano|odesl[aá]no|odoslan[eé]|poslano|poslato|отправлено|надіслано|изпратено|послато)\s+(?:z|ze|zo|s|iz|sa|из|с|со|з|із|от|од)\s+.{1,80}$",
        r"(?i)^.{1,40}(?:cihazımdan|telefonumdan|iphone[’']?umdan|ipad[’']?imden)\s+gönderildi\.?$",
        r"(?i)^(?:στάλθηκε|εστάλη)\s+από\s+.{1,60}$",
        // Asian, Hebrew, Arabic
        r"^(?:從我的|从我的|发自我的|發自我的|寄自我的).{1,40}$",
        r"^.{1,40}から送信.{0,10}$",
        r"^나의\s.{1,40}에서\s보냄$",
        r"^(?:נשלח מה|أرسلت من|أُرسلت من).{1,40}$",
        r"(?i)^(?:gửi từ|đã gửi từ|dikirim dari|ส่งจาก)\s?.{1,60}$",
    ])
    .expect("fixed patterns")
});

fn is_device_line(line: &str) -> bool {
    line.len() <= 300 && DEVICE_LINES.is_match(line)
}
