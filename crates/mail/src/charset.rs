//! Bytes to text: what the label says, unless the bytes say otherwise.

use encoding_rs::{Encoding, KOI8_R, UTF_8, WINDOWS_1251, WINDOWS_1252};
use std::borrow::Cow;

/// How the text was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// As declared, or plain ASCII.
    Declared,
    /// The label was missing, unknown or wrong; this is the likely reading.
    Guessed,
}

/// The text of a body, readable in every case.
///
/// UTF-8 that is valid and not ASCII wins over any label of one byte per character: nobody writes
/// "Ã¼" on purpose. Bytes that are no valid text of the declared charset are read as Windows-1252.
pub fn decode<'b>(bytes: &'b [u8], label: Option<&str>) -> (Cow<'b, str>, Found) {
    let declared = label.and_then(encoding);
    let stateful = declared.is_some_and(|e| !e.is_ascii_compatible())
        || label.is_some_and(|l| l.trim().to_ascii_lowercase().starts_with("utf-7"));
    if !stateful && bytes.is_ascii() && !bytes.contains(&0x1b) {
        return (String::from_utf8_lossy(bytes), Found::Declared);
    }
    if label.is_some_and(|l| l.trim().eq_ignore_ascii_case("utf-7")) {
        return (Cow::Owned(utf7(bytes)), Found::Declared);
    }
    if let Some(bom) = Encoding::for_bom(bytes).map(|(e, _)| e) {
        let (text, _, _) = bom.decode(bytes);
        return (text, if declared == Some(bom) { Found::Declared } else { Found::Guessed });
    }
    if let Some(declared) = declared {
        if declared != UTF_8 && declared.is_single_byte() && looks_like_utf8(bytes) {
            return (String::from_utf8_lossy(bytes), Found::Guessed);
        }
        if let Some(text) = declared.decode_without_bom_handling_and_without_replacement(bytes) {
            return (text, Found::Declared);
        }
        if stateful {
            return (declared.decode_without_bom_handling(bytes).0, Found::Guessed);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Found::Guessed);
    }
    match declared {
        // Mostly right with a few broken bytes: keep the declared reading.
        Some(declared) if broken_share(declared, bytes) < 5 => {
            (declared.decode_without_bom_handling(bytes).0, Found::Guessed)
        }
        _ => (likely(bytes).decode_without_bom_handling(bytes).0, Found::Guessed),
    }
}

/// The charset of undeclared text of one byte per character: Cyrillic when most of it lies above ASCII, else
/// Western European.
fn likely(bytes: &[u8]) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(4096)];
    let high = sample.iter().filter(|b| **b >= 0xc0).count();
    let letters = high + sample.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if letters < 8 || high * 2 < letters {
        return WINDOWS_1252;
    }
    // Most letters are small: they lie in the upper half of Windows-1251, in the lower one of KOI8-R.
    let upper_half = sample.iter().filter(|b| **b >= 0xe0).count();
    if upper_half * 2 > high { WINDOWS_1251 } else { KOI8_R }
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']).trim();
    Encoding::for_label_no_replacement(label.as_bytes()).or_else(|| {
        // Names the web does not know, but mail does.
        let lower = label.to_ascii_lowercase().replace('_', "-");
        let known = match lower.as_str() {
            "ansi-x3.4-1968" | "unknown-8bit" | "x-unknown" | "default" | "ascii" | "646" => "windows-1252",
            "utf8mb4" | "unicode-1-1-utf-8" | "utf-8-mac" | "x-utf-8" => "utf-8",
            "cp932" | "ms932" | "x-ms-cp932" | "cp943" => "shift_jis",
            "cp936" | "x-gbk" | "ms936" => "gbk",
            "cp949" | "ms949" | "x-windows-949" => "euc-kr",
            "cp950" | "ms950" => "big5",
            "iso-8859-8-i" => "iso-8859-8-i",
            "iso-8859-1-windows-3.1-latin-1" | "latin-1" | "iso8859-1" => "windows-1252",
            "cp874" => "windows-874",
            _ => {
                return lower
                    .strip_prefix("cp")
                    .and_then(|n| Encoding::for_label(format!("windows-{n}").as_bytes()));
            }
        };
        Encoding::for_label(known.as_bytes())
    })
}

fn looks_like_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
}

/// Replacement characters per thousand characters of the text.
fn broken_share(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let sample = &bytes[..bytes.len().min(64 * 1024)];
    let text = encoding.decode_without_bom_handling(sample).0;
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    broken * 1000 / text.chars().count().max(1)
}

/// UTF-7 (RFC 2152), which the web has dropped and old mail has not.
fn utf7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'+' {
            out.push(if first < 0x80 { first as char } else { '\u{fffd}' });
            continue;
        }
        if rest.first() == Some(&b'-') {
            out.push('+');
            rest = &rest[1..];
            continue;
        }
        let (mut bits, mut held, mut units) = (0u32, 0u32, Vec::new());
        while let Some(value) = rest.first().and_then(|b| base64_value(*b)) {
            bits = bits << 6 | u32::from(value);
            held += 6;
            if held >= 16 {
                held -= 16;
                units.push((bits >> held) as u16);
                bits &= (1 << held) - 1;
            }
            rest = &rest[1..];
        }
        if rest.first() == Some(&b'-') {
            rest = &rest[1..];
        }
        out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')));
    }
    out
}

/// The six bits of a base64 character.
pub(crate) fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Base64 as it arrives: characters that do not belong there are skipped, a missing end is forgiven.
pub fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for &byte in bytes {
        if byte == b'=' {
            // The end of one piece; some programs glue several together.
            held = 0;
            bits = 0;
            continue;
        }
        let Some(value) = base64_value(byte) else { continue };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// Quoted-printable as it arrives: an escape that is none stays as it is written.
pub fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let text_end = line.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |last| last + 1);
        let (text, end) = if line.last() == Some(&b'\n') { (&line[..text_end], true) } else { (line, false) };
        let (text, soft) = match text.split_last() {
            Some((b'=', before)) if end || text.len() == line.len() => (before, true),
            _ => (text, false),
        };
        let mut rest = text;
        while let Some(at) = rest.iter().position(|b| *b == b'=') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            match (rest.get(1).and_then(|b| hex(*b)), rest.get(2).and_then(|b| hex(*b))) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = &rest[3..];
                }
                _ => {
                    out.push(b'=');
                    rest = &rest[1..];
                }
            }
        }
        out.extend_from_slice(rest);
        if end && !soft {
            out.extend_from_slice(if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" });
        }
    }
    out
}

/// The value of a hexadecimal digit.
pub(crate) fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_whatever_the_label_says() {
        for (bytes, label, text) in [
            (&b"Gr\xfc\xdfe"[..], None, "Grüße"),
            (b"Gr\xfc\xdfe", Some("utf-8"), "Grüße"),
            (b"Gr\xc3\xbc\xc3\x9fe", Some("iso-8859-1"), "Grüße"),
            (b"Gr\xc3\xbc\xc3\x9fe", None, "Grüße"),
            (b"Gr\xfc\xdfe", Some("no-such-charset"), "Grüße"),
            (b"\x83n\x83\x8d\x81[", Some("cp932"), "ハロー"),
            (b"\x1b$B%O%m!<\x1b(B", Some("iso-2022-jp"), "ハロー"),
            (b"+ZYeB9FH6ckh5Pg-, 1980.", Some("utf-7"), "文致出版社, 1980."),
            (b"\xff\xfeh\0i\0", None, "hi"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0", None, "Привет, мир"),
            (b"\x1b$B%O\x1b(B\x1b$B%m\x1b(B", Some("iso-2022-jp"), "ハ\u{fffd}ロ"),
        ] {
            assert_eq!(decode(bytes, label).0, text, "{label:?}");
        }
    }

    #[test]
    fn broken_quoted_printable_stays_readable() {
        assert_eq!(
            quoted_printable(b"100=25 =zz 1=2 soft=\r\nend  \r\nx=F6\n"),
            b"100% =zz 1=2 softend\r\nx\xf6\n"
        );
    }

    #[test]
    fn broken_base64_gives_what_it_can() {
        assert_eq!(base64(b"aGVs\r\nbG8*gd29y bGQ"), b"hello world");
        assert_eq!(base64(b"aGk=aGk="), b"hihi");
    }
}
