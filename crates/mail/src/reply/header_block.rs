//! "-----Original Message-----" and the From, Sent, To, Subject lines below it.

use super::Row;

/// What a line of the header of a quoted mail tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    From,
    Date,
    To,
    Subject,
    Other,
}

/// Most rows that are searched for one block.
const MOST_ROWS: usize = 16;

/// How many rows the separator or header block at the first row takes, if one begins there.
pub(super) fn length(rows: &[Row<'_>]) -> Option<usize> {
    let first = rows.first()?.raw;
    if is_separator(first) {
        let below = rows[1..].iter().position(|row| !row.raw.trim().is_empty()).map_or(1, |blank| blank + 1);
        return Some(block(&rows[below..]).map_or(1, |length| below + length));
    }
    if is_rule(first) {
        // A line drawn above a header block belongs to it.
        let below = rows[1..].iter().take(4).position(|row| !row.raw.trim().is_empty())? + 1;
        return block(&rows[below..]).map(|length| below + length);
    }
    block(rows)
}

/// The length of a block of header lines: a sender, and at least two other kinds of line.
fn block(rows: &[Row<'_>]) -> Option<usize> {
    let first = role(rows.first()?.raw)?;
    if first == Role::Other {
        return None;
    }
    let mut roles = vec![first];
    let mut has_address = false;
    let (mut length, mut strangers) = (0, 0);
    for (number, row) in rows.iter().take(MOST_ROWS).enumerate() {
        let line = row.raw.trim();
        if line.is_empty() {
            // Outlook for the Mac and rendered HTML put empty lines between the fields.
            let goes_on = rows.get(number + 1).is_some_and(|next| role(next.raw).is_some());
            if goes_on {
                continue;
            }
            break;
        }
        match role(line) {
            Some(found) => {
                strangers = 0;
                length = number + 1;
                has_address |= line.contains('@');
                if !roles.contains(&found) {
                    roles.push(found);
                }
                // Several fields on one line: `À : abc@abc.be Objet : …`.
                roles.extend([Role::Subject].into_iter().filter(|_| has_field_inside(line)));
            }
            // A long subject or list of recipients runs on.
            None if strangers < 3 && roles.len() > 1 => {
                strangers += 1;
                has_address |= line.contains('@');
            }
            None => break,
        }
    }
    let kinds =
        [Role::From, Role::Date, Role::To, Role::Subject].iter().filter(|role| roles.contains(role)).count();
    let is_block =
        roles.contains(&Role::From) && kinds >= 3 && (has_address || roles.contains(&Role::Subject));
    if !is_block {
        return None;
    }
    // Lines that run on below the last field belong to it.
    let run_on = rows[length..].iter().take(3).take_while(|row| !row.raw.trim().is_empty()).count();
    Some(
        length
            + if rows.get(length + run_on).is_none_or(|row| row.raw.trim().is_empty()) && run_on < 3 {
                run_on
            } else {
                0
            },
    )
}

fn has_field_inside(line: &str) -> bool {
    [" Objet :", " Objet:", " Subject:", " Betreff:", " Onderwerp:", " Asunto:", " Oggetto:"]
        .iter()
        .any(|field| line.contains(field))
}

fn role(line: &str) -> Option<Role> {
    let line =
        line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '|' | '>' | '•'));
    let (at, _) = line.char_indices().take(28).find(|(_, c)| matches!(c, ':' | '：'))?;
    let key = line[..at].trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).to_lowercase();
    FIELDS.iter().find(|(words, _)| words.contains(&key.as_str())).map(|(_, role)| *role)
}

/// `-----Original Message-----`, `---------- Forwarded message ---------`, `Begin forwarded message:`.
fn is_separator(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['>', ' ']);
    if line.len() > 120 {
        return false;
    }
    let is_dash = |c: char| matches!(c, '-' | '_' | '*' | '=' | '–' | '—');
    let inner = line.trim_matches(is_dash).trim();
    let dashed = line.len() >= inner.len() + 4 && line.starts_with(is_dash) && !inner.is_empty();
    let lower = inner.to_lowercase();
    if dashed {
        return MESSAGE_WORDS.iter().any(|word| lower.contains(word)) && inner.chars().count() <= 60;
    }
    let bare = lower.trim_end_matches([':', '：', ' ']);
    BEGINNINGS.contains(&bare)
}

/// A drawn line: ten or more dashes or underscores and nothing else.
fn is_rule(line: &str) -> bool {
    let line = line.trim().trim_matches('*');
    line.len() >= 10 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '─' | '—'))
}

/// Words of which one stands between the dashes of a separator.
const MESSAGE_WORDS: &[&str] = &[
    "message",
    "nachricht",
    "bericht",
    "besked",
    "melding",
    "meddelande",
    "mensaje",
    "messaggio",
    "mensagem",
    "missatge",
    "mesaj",
    "mesajı",
    "wiadomość",
    "wiadomo",
    "zpráva",
    "správa",
    "sporočilo",
    "poruka",
    "viesti",
    "üzenet",
    "žinutė",
    "ziņojums",
    "kiri",
    "сообщение",
    "письмо",
    "повідомлення",
    "лист",
    "съобщение",
    "порука",
    "μήνυμα",
    "הודעה",
    "رسالة",
    "الرسالة",
    "پیام",
    "ข้อความ",
    "tin nhắn",
    "thư",
    "pesan",
    "邮件",
    "郵件",
    "メッセージ",
    "메시지",
    "메일",
    "forwarded",
    "weitergeleitet",
    "doorgestuurd",
    "original",
    "inoltrato",
    "réexpédié",
    "transféré",
    "reenviado",
    "encaminhada",
    "vidarebefordrat",
    "videresendt",
    "välitetty",
    "skeyti",
    "mail",
    "e-mail",
    "reply",
];

/// How Apple Mail and others introduce a forwarded mail.
const BEGINNINGS: &[&str] = &[
    "begin forwarded message",
    "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail",
    "begin doorgestuurd bericht",
    "début du message réexpédié",
    "début du message transféré",
    "inizio messaggio inoltrato",
    "inicio del mensaje reenviado",
    "início da mensagem reencaminhada",
    "início da mensagem encaminhada",
    "vidarebefordrat brev",
    "start på videresendt besked",
    "videresendt melding",
    "välitetty viesti alkaa",
    "początek przekazywanej wiadomości",
    "začátek přeposílané zprávy",
    "начало переадресованного сообщения",
    "转发的邮件",
    "転送されたメッセージ",
    "weitergeleitete nachricht",
    "ursprüngliche nachricht",
    "originele bericht",
    "oorspronkelijk bericht",
    "original message",
    "message d'origine",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "reply above this line",
];

/// The names of header lines, by language.
const FIELDS: &[(&[&str], Role)] = &[
    (
        &[
            "from",
            "von",
            "van",
            "de",
            "da",
            "fra",
            "från",
            "lähettäjä",
            "frá",
            "od",
            "odosielateľ",
            "odesílatel",
            "nadawca",
            "feladó",
            "de la",
            "от",
            "від",
            "од",
            "kimden",
            "gönderen",
            "από",
            "מאת",
            "من",
            "از",
            "发件人",
            "發件人",
            "寄件者",
            "寄件人",
            "差出人",
            "送信者",
            "보낸 사람",
            "보낸사람",
            "từ",
            "จาก",
            "dari",
            "saatja",
            "no",
            "nuo",
            "šalje",
            "pošiljatelj",
            "pošiljalec",
            "expéditeur",
            "absender",
            "afzender",
            "remitente",
            "remetente",
            "mittente",
            "avsändare",
            "afsender",
            "desde",
        ],
        Role::From,
    ),
    (
        &[
            "sent",
            "date",
            "sent at",
            "gesendet",
            "gesendet am",
            "datum",
            "verzonden",
            "verstuurd",
            "envoyé",
            "envoyé le",
            "envoyée",
            "date d'envoi",
            "enviado",
            "enviado el",
            "enviado em",
            "enviada em",
            "enviada",
            "fecha",
            "fecha de envío",
            "data",
            "inviato",
            "data invio",
            "sendt",
            "dato",
            "skickat",
            "skickades",
            "lähetetty",
            "päivämäärä",
            "päiväys",
            "sent:",
            "wysłano",
            "wysłane",
            "data wysłania",
            "odesláno",
            "odoslané",
            "dátum",
            "elküldve",
            "küldve",
            "trimis",
            "отправлено",
            "дата",
            "отправлен",
            "надіслано",
            "изпратено",
            "послато",
            "gönderilme",
            "gönderildi",
            "gönderim tarihi",
            "tarih",
            "στάλθηκε",
            "ημερομηνία",
            "απεσταλμένα",
            "נשלח",
            "תאריך",
            "تاريخ الإرسال",
            "أرسلت",
            "التاريخ",
            "تاریخ",
            "发送时间",
            "日期",
            "發送時間",
            "傳送日期",
            "寄件日期",
            "时间",
            "送信日時",
            "日付",
            "日時",
            "보낸 날짜",
            "날짜",
            "보낸날짜",
            "đã gửi",
            "ngày",
            "ส่ง",
            "ส่งเมื่อ",
            "วันที่",
            "dikirim",
            "tanggal",
            "saadetud",
            "kuupäev",
            "nosūtīts",
            "išsiųsta",
            "poslano",
            "poslané",
            "dana",
            "sendt den",
            "sent on",
            "zeit",
        ],
        Role::Date,
    ),
    (
        &[
            "to",
            "an",
            "aan",
            "à",
            "a",
            "para",
            "til",
            "till",
            "vastaanottaja",
            "do",
            "dla",
            "komu",
            "pro",
            "címzett",
            "către",
            "кому",
            "до",
            "kime",
            "kime:",
            "alıcı",
            "προς",
            "אל",
            "ל",
            "إلى",
            "الى",
            "به",
            "收件人",
            "收件者",
            "宛先",
            "받는 사람",
            "받는사람",
            "đến",
            "tới",
            "ถึง",
            "kepada",
            "ke",
            "saaja",
            "kellele",
            "kam",
            "kam:",
            "za",
            "primatelj",
            "prejemnik",
            "destinataire",
            "empfänger",
            "destinatario",
            "destinatário",
            "mottagare",
            "modtager",
            "per",
            "al",
        ],
        Role::To,
    ),
    (
        &[
            "subject",
            "betreff",
            "onderwerp",
            "betreft",
            "objet",
            "sujet",
            "asunto",
            "assunto",
            "oggetto",
            "emne",
            "ämne",
            "aihe",
            "otsikko",
            "temat",
            "předmět",
            "predmet",
            "tárgy",
            "subiect",
            "тема",
            "относно",
            "предмет",
            "konu",
            "θέμα",
            "נושא",
            "הנדון",
            "الموضوع",
            "موضوع",
            "主题",
            "主旨",
            "主題",
            "件名",
            "제목",
            "chủ đề",
            "tiêu đề",
            "เรื่อง",
            "หัวเรื่อง",
            "subjek",
            "perihal",
            "teema",
            "temats",
            "tema",
            "naslov",
            "zadeva",
            "efni",
            "assumpte",
        ],
        Role::Subject,
    ),
    (
        &[
            "cc",
            "bcc",
            "kopie",
            "kopi",
            "kopia",
            "kopio",
            "copie",
            "copia",
            "cópia",
            "másolat",
            "копия",
            "копія",
            "reply-to",
            "reply to",
            "antwort an",
            "antwoord aan",
            "répondre à",
            "responder a",
            "rispondi a",
            "risposta",
            "importance",
            "priority",
            "wichtigkeit",
            "priorität",
            "urgentie",
            "importancia",
            "priorité",
            "attachments",
            "anlagen",
            "bijlagen",
            "pièces jointes",
            "organization",
            "抄送",
            "副本",
            "참조",
        ],
        Role::Other,
    ),
];
