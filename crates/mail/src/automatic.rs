//! Mail that no person wrote, and that must therefore never get an automatic answer.

use crate::bounce::Bounce;
use crate::read::{Mail, ReturnPath};
use crate::{address, subject};

/// Why a mail counts as automatic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Automatic {
    pub kind: AutomaticKind,
    pub sign: Sign,
}

/// What sort of automatic mail it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutomaticKind {
    /// A report that a mail could not be delivered, or not yet.
    Bounce,
    /// A report of another kind: delivered, read, a complaint about spam (RFC 5965), DMARC.
    Report,
    /// An out-of-office notice, an acknowledgement by a machine, a challenge.
    AutoReply,
    /// A machine wrote it by itself, or a program that answers no machines: an alert, another help desk's mail.
    Generated,
    /// A mailing list.
    List,
    /// A newsletter or other mass mail, or a sender that reads no answers.
    Bulk,
    /// Our own mail come back.
    OwnLoop,
}

/// The first sign that gave it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    OwnAddress,
    OwnMessageId,
    DeliveryReport,
    ReportType,
    NullReturnPath,
    AutoSubmitted,
    Precedence,
    ListHeader,
    ResponseSuppressed,
    AutoReplyHeader,
    FeedbackId,
    VacationSubject,
    Challenge,
    SystemSender,
    NoReplySender,
}

impl Sign {
    /// The stable word for interfaces and the ledger.
    pub fn code(self) -> &'static str {
        match self {
            Sign::OwnAddress => "own_address",
            Sign::OwnMessageId => "own_message_id",
            Sign::DeliveryReport => "delivery_report",
            Sign::ReportType => "report_type",
            Sign::NullReturnPath => "null_return_path",
            Sign::AutoSubmitted => "auto_submitted",
            Sign::Precedence => "precedence",
            Sign::ListHeader => "list_header",
            Sign::ResponseSuppressed => "response_suppressed",
            Sign::AutoReplyHeader => "auto_reply_header",
            Sign::FeedbackId => "feedback_id",
            Sign::VacationSubject => "vacation_subject",
            Sign::Challenge => "challenge",
            Sign::SystemSender => "system_sender",
            Sign::NoReplySender => "no_reply_sender",
        }
    }
}

/// The addresses and Message-ID domains of this desk, as [`address::normalised`] writes them.
#[derive(Clone, Debug, Default)]
pub struct OwnAddresses {
    pub addresses: Vec<String>,
    pub message_id_domains: Vec<String>,
}

impl OwnAddresses {
    fn has(&self, email: &str) -> bool {
        let plain = crate::token::ReplyToken::inbox(email);
        self.addresses.iter().any(|own| own == email || Some(own) == plain.as_ref())
    }
}

impl Automatic {
    /// Judges a mail. `None`: a person may have written it, and may be answered.
    ///
    /// Errs on the side of silence: a person whose mail looks automatic still gets a ticket, only no
    /// acknowledgement. Source: RFC 3834, `SECURITY.md` S20.
    pub fn classify(mail: &Mail, own: &OwnAddresses) -> Option<Automatic> {
        let checks: [&dyn Fn() -> Option<(AutomaticKind, Sign)>; 6] = [
            &|| own_loop(mail, own),
            &|| report(mail),
            &|| Bounce::read(mail).map(|bounce| (bounce_kind(&bounce), Sign::DeliveryReport)),
            &|| declared(mail),
            &|| list(mail),
            &|| looks(mail),
        ];
        checks.iter().find_map(|check| check()).map(|(kind, sign)| Automatic { kind, sign })
    }
    /// Whether it is about something that was there before, or our own: by itself it is no request. What only has
    /// the subject of an absence notice may be a person's, so that is one.
    pub fn asks_nothing(&self) -> bool {
        match self.kind {
            AutomaticKind::Bounce | AutomaticKind::Report | AutomaticKind::OwnLoop => true,
            AutomaticKind::AutoReply => self.sign != Sign::VacationSubject,
            AutomaticKind::Generated | AutomaticKind::List | AutomaticKind::Bulk => false,
        }
    }
}

fn own_loop(mail: &Mail, own: &OwnAddresses) -> Option<(AutomaticKind, Sign)> {
    let authors = mail.from.iter().chain(&mail.sender);
    if authors.map(|author| author.email.as_str()).any(|email| own.has(email)) {
        return Some((AutomaticKind::OwnLoop, Sign::OwnAddress));
    }
    let is_ours =
        mail.message_id.as_deref().and_then(|id| id.rsplit_once('@')).is_some_and(|(local, domain)| {
            local.starts_with("t.")
                && own.message_id_domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
        });
    is_ours.then_some((AutomaticKind::OwnLoop, Sign::OwnMessageId))
}

/// `multipart/report` with the kind it declares (RFC 6522), and bare feedback reports.
fn report(mail: &Mail) -> Option<(AutomaticKind, Sign)> {
    let content_type = crate::header::Parameters::read(mail.headers.get("content-type")?);
    // Not those inside of a mail that somebody attached.
    let has_part = |wanted: &str| mail.attachments.iter().any(|part| part.declared_type == wanted);
    if content_type.value != "multipart/report"
        && !has_part("message/feedback-report")
        && !has_part("message/disposition-notification")
    {
        return None;
    }
    let kind = content_type.get("report-type").unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "delivery-status" => Bounce::read(mail)
            .map_or(Some((AutomaticKind::Report, Sign::ReportType)), |_| {
                Some((AutomaticKind::Bounce, Sign::DeliveryReport))
            }),
        "" if Bounce::read(mail).is_some() => Some((AutomaticKind::Bounce, Sign::DeliveryReport)),
        _ => Some((AutomaticKind::Report, Sign::ReportType)),
    }
}

/// What may be a person's is not answered, but it opens a ticket.
fn bounce_kind(bounce: &Bounce) -> AutomaticKind {
    if bounce.is_doubtful { AutomaticKind::Generated } else { AutomaticKind::Bounce }
}

/// What the mail says of itself.
fn declared(mail: &Mail) -> Option<(AutomaticKind, Sign)> {
    let value = |name: &str| mail.headers.get(name).map(|value| value.trim().to_ascii_lowercase());
    let submitted = value("auto-submitted").or_else(|| value("autosubmitted")).unwrap_or_default();
    let submitted = crate::header::without_comments(&submitted);
    match submitted.split(';').next().unwrap_or_default().trim() {
        "" | "no" => {}
        "auto-generated" | "auto-notified" => return Some((AutomaticKind::Generated, Sign::AutoSubmitted)),
        _ => return Some((AutomaticKind::AutoReply, Sign::AutoSubmitted)),
    }
    // Other help desks mark what their people write like what they write by themselves: answered by no machine.
    const GENERATED_HEADERS: &[&str] = &[
        "x-autogenerated",
        "x-facebook-notify",
        "x-cron-env",
        "x-ms-exchange-inbox-rules-loop",
        "x-ms-exchange-generated-message-source",
        "autoforwarded",
        "x-loop",
        "x-rt-loop-prevention",
        "x-libredesk-loop-prevention",
        "x-zammad-ticket-loop",
        "x-jira-fingerprint",
    ];
    const REPLY_HEADERS: &[&str] = &[
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-reply",
        "x-autoreply-from",
        "x-auto-replied",
        "x-mail-autoreply",
        "x-away-message",
        "x-vacation",
        "x-amz-auto-reply",
        "x-autoresponse",
        // Firstline's automatic mails alone; X-Firstline-Ticket is also on what its people write.
        "x-firstline-automatic",
    ];
    let has = |name: &&str| value(name).is_some_and(|value| value != "no" && value != "false");
    if REPLY_HEADERS.iter().any(has) {
        return Some((AutomaticKind::AutoReply, Sign::AutoReplyHeader));
    }
    if value("delivered-to").is_some_and(|to| to.contains("autoresponder")) {
        return Some((AutomaticKind::AutoReply, Sign::AutoReplyHeader));
    }
    if mail.return_path == ReturnPath::Null {
        return Some((AutomaticKind::AutoReply, Sign::NullReturnPath));
    }
    match value("precedence").as_deref() {
        Some("auto_reply" | "auto-reply" | "autoreply") => {
            return Some((AutomaticKind::AutoReply, Sign::Precedence));
        }
        Some("list") => return Some((AutomaticKind::List, Sign::Precedence)),
        Some("bulk" | "junk") => return Some((AutomaticKind::Bulk, Sign::Precedence)),
        _ => {}
    }
    let is_bulk = |word: &str| matches!(word, "auto_reply" | "auto-reply" | "bulk" | "junk" | "list");
    if value("x-precedence").as_deref().is_some_and(is_bulk) {
        return Some((AutomaticKind::Bulk, Sign::Precedence));
    }
    if GENERATED_HEADERS.iter().any(has) {
        return Some((AutomaticKind::Generated, Sign::AutoReplyHeader));
    }
    let suppressed =
        value("x-auto-response-suppress").is_some_and(|value| !value.is_empty() && value != "none");
    let kind = if is_vacation(mail) { AutomaticKind::AutoReply } else { AutomaticKind::Generated };
    suppressed.then_some((kind, Sign::ResponseSuppressed))
}

fn list(mail: &Mail) -> Option<(AutomaticKind, Sign)> {
    let has = |name: &str| mail.headers.get(name).is_some_and(|value| !value.trim().is_empty());
    if has("list-id")
        || has("list-post")
        || has("x-mailing-list")
        || has("x-beenthere")
        || has("mailing-list")
        || has("x-mailman-version")
        || has("x-ml-name")
        || has("x-mlserver")
    {
        return Some((AutomaticKind::List, Sign::ListHeader));
    }
    if has("list-unsubscribe")
        || has("x-mailer-recptid")
        || has("x-campaign")
        || has("x-campaignid")
        || has("x-mc-user")
    {
        return Some((AutomaticKind::Bulk, Sign::ListHeader));
    }
    has("feedback-id").then_some((AutomaticKind::Bulk, Sign::FeedbackId))
}

/// The subject without its marks, lower-cased.
fn bare_subject(mail: &Mail) -> String {
    let bare = subject::bare(&mail.subject).to_lowercase();
    bare.trim_start_matches(['[', '*', '"', '„', '(']).trim_start().to_owned()
}

/// Whether the subject is that of an absence notice.
fn is_vacation(mail: &Mail) -> bool {
    let bare = bare_subject(mail);
    VACATION.iter().any(|start| bare.starts_with(start))
        || bare.contains("out of office")
        || bare.contains("out of the office")
}

/// What only looks automatic: subjects and senders.
fn looks(mail: &Mail) -> Option<(AutomaticKind, Sign)> {
    let bare = bare_subject(mail);
    if is_vacation(mail) {
        return Some((AutomaticKind::AutoReply, Sign::VacationSubject));
    }
    const CHALLENGE_HEADERS: &[&str] = &[
        "x-tmda-confirm",
        "x-spamarrest",
        "x-choicemail-registration-request",
        "x-challenge",
        "x-boxtrapper",
    ];
    const CHALLENGES: &[&str] = &[
        "please confirm your message",
        "your email requires verification",
        "please verify your email to",
        "confirm your email to",
        "your message to",
        "bitte bestätigen sie ihre e-mail an",
    ];
    let challenged = CHALLENGE_HEADERS.iter().any(|name| mail.headers.get(name).is_some())
        || CHALLENGES.iter().any(|start| bare.starts_with(start))
            && (bare.contains("confirm") || bare.contains("verif") || bare.contains("bestätig"));
    if challenged {
        return Some((AutomaticKind::AutoReply, Sign::Challenge));
    }
    let author = mail.from.first().or(mail.sender.as_ref())?;
    let local = author.local_part().split('+').next().unwrap_or_default();
    if address::is_system_sender(local) {
        return Some((AutomaticKind::AutoReply, Sign::SystemSender));
    }
    // A contact form writes as no-reply@ for somebody: Reply-To says for whom.
    let answers_go_elsewhere = mail.reply_to.iter().any(|address| address.email != author.email);
    let reads_no_answers = !answers_go_elsewhere && address::is_no_reply_sender(local);
    reads_no_answers.then_some((AutomaticKind::Bulk, Sign::NoReplySender))
}

/// How subjects of absence notices begin, lower-cased.
const VACATION: &[&str] = &[
    // English
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "automated reply",
    "automated response",
    "vacation reply",
    "vacation response",
    "vacation:",
    "on vacation",
    "away from my mail",
    "away from the office",
    "ooo:",
    "ooo -",
    "i am away",
    "i'm away",
    "not in the office",
    "absence notice",
    "automatic response",
    "auto:",
    // German
    "automatische antwort",
    "automatische rückmeldung",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "abwesenheitsmeldung",
    "abwesenheit:",
    "abwesenheitsassistent",
    "ich bin nicht im büro",
    "nicht im büro",
    "automatische eingangsbestätigung",
    "eingangsbestätigung",
    "urlaubsnotiz",
    "außer haus",
    // Dutch
    "automatisch antwoord",
    "automatische beantwoording",
    "automatisch bericht",
    "afwezigheidsbericht",
    "afwezigheidsassistent",
    "afwezig:",
    "afwezig",
    "niet aanwezig",
    "ontvangstbevestiging",
    // French, Spanish, Italian, Portuguese, Catalan, Romanian
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "accusé de réception",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "contestación automática",
    "risposta automatica",
    "risponditore automatico",
    "fuori sede",
    "fuori ufficio",
    "assenza dall'ufficio",
    "resposta automática",
    "resposta automàtica",
    "ausência temporária",
    "fora do escritório",
    "răspuns automat",
    "raspuns automat",
    // Danish, Norwegian, Swedish, Finnish, Icelandic
    "autosvar",
    "automatisk svar",
    "automatiskt svar",
    "fraværsmelding",
    "fravær",
    "frånvaro",
    "frånvaromeddelande",
    "ikke til stede",
    "automaattinen vastaus",
    "poissaoloilmoitus",
    "poissa",
    "sjálfvirkt svar",
    // Slavic, Baltic, Hungarian
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "autoodpowiedz",
    "nieobecność",
    "automatická odpověď",
    "automatická odpoveď",
    "mimo kancelář",
    "samodejni odgovor",
    "automatski odgovor",
    "автоматический ответ",
    "автоответ",
    "автоматична відповідь",
    "автовідповідь",
    "автоматичен отговор",
    "аутоматски одговор",
    "automātiskā atbilde",
    "automatinis atsakymas",
    "automaatvastus",
    "automatikus válasz",
    "házon kívül",
    // Greek, Turkish, Hebrew, Arabic
    "αυτόματη απάντηση",
    "εκτός γραφείου",
    "otomatik yanıt",
    "otomatik cevap",
    "ofis dışında",
    "תשובה אוטומטית",
    "מענה אוטומטי",
    "رد تلقائي",
    // Asian
    "自動応答",
    "自動返信",
    "不在通知",
    "不在連絡",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動回复",
    "외출중",
    "부재중",
    "자동 회신",
    "자동 응답",
    "trả lời tự động",
    "ตอบกลับอัตโนมัติ",
    "balasan otomatis",
    "jawapan automatik",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn classify(header: &str) -> Option<Automatic> {
        let raw = format!("{header}\r\n\r\nHello\r\n");
        let own = OwnAddresses {
            addresses: vec!["help@desk.example".to_owned()],
            message_id_domains: vec!["desk.example".to_owned()],
        };
        Automatic::classify(&Mail::read(raw.as_bytes(), &Limits::default()), &own)
    }

    #[test]
    fn automatic_mail_is_recognised_by_what_it_says_and_how_it_looks() {
        for (header, kind) in [
            ("From: a@x.example\r\nAuto-Submitted: auto-generated", AutomaticKind::Generated),
            ("From: a@x.example\r\nAuto-Submitted: auto-replied (vacation)", AutomaticKind::AutoReply),
            ("From: a@x.example\r\nPrecedence: bulk", AutomaticKind::Bulk),
            ("From: a@x.example\r\nPrecedence: list", AutomaticKind::List),
            ("From: a@x.example\r\nX-Auto-Response-Suppress: All", AutomaticKind::Generated),
            (
                "From: a@x.example\r\nSubject: Automatic reply: x\r\nX-Auto-Response-Suppress: OOF",
                AutomaticKind::AutoReply,
            ),
            ("From: a@x.example\r\nX-RT-Loop-Prevention: x.example", AutomaticKind::Generated),
            ("From: a@x.example\r\nX-Firstline-Automatic: yes", AutomaticKind::AutoReply),
            ("From: a@x.example\r\nReturn-Path: <>", AutomaticKind::AutoReply),
            ("From: a@x.example\r\nList-Id: <x.example>", AutomaticKind::List),
            ("From: a@x.example\r\nList-Unsubscribe: <https://x.example>", AutomaticKind::Bulk),
            ("From: a@x.example\r\nFeedback-ID: 1:2:3", AutomaticKind::Bulk),
            ("From: a@x.example\r\nSubject: AW: Abwesenheitsnotiz: Urlaub", AutomaticKind::AutoReply),
            ("From: a@x.example\r\nSubject: Automatisch antwoord: x", AutomaticKind::AutoReply),
            ("From: help@desk.example", AutomaticKind::OwnLoop),
            ("From: help+t1.c2.aaaa@desk.example", AutomaticKind::OwnLoop),
            ("From: a@x.example\r\nMessage-ID: <t.1.2.abc@desk.example>", AutomaticKind::OwnLoop),
            ("From: noreply@x.example", AutomaticKind::Bulk),
            ("From: MAILER-DAEMON@x.example", AutomaticKind::AutoReply),
        ] {
            assert_eq!(classify(header).map(|a| a.kind), Some(kind), "{header}");
        }
    }

    #[test]
    fn only_what_surely_answers_something_asks_nothing() {
        for (header, asks_nothing) in [
            ("From: a@x.example\r\nAuto-Submitted: auto-replied", true),
            ("From: a@x.example\r\nReturn-Path: <>", true),
            ("From: help@desk.example", true),
            ("From: a@x.example\r\nAuto-Submitted: auto-generated", false),
            ("From: a@x.example\r\nSubject: Afwezig: maandag", false),
            ("From: a@x.example\r\nX-Loop: x", false),
        ] {
            assert_eq!(classify(header).map(|a| a.asks_nothing()), Some(asks_nothing), "{header}");
        }
    }

    #[test]
    fn people_are_not_taken_for_machines() {
        for header in [
            "From: a@x.example\r\nSubject: Question about your automatic reply",
            "From: a@x.example\r\nAuto-Submitted: no\r\nReturn-Path: <a@x.example>",
            "From: noreply@x.example\r\nReply-To: jo@y.example",
            "From: Jo <norep@x.example>\r\nSubject: Re: Urlaub",
            "From: a@x.example\r\nMessage-ID: <123@desk.example>",
            "From: a@x.example\r\nX-Auto-Response-Suppress: None",
            "From: help@other.example\r\nX-Firstline-Ticket: 7\r\nMessage-ID: <t.1.2.abc@other.example>",
        ] {
            assert_eq!(classify(header), None, "{header}");
        }
    }
}
