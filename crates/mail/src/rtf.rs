//! The rich text of Outlook: decompression (MS-OXRTFCP), its text, and the HTML hidden in it (MS-OXRTFEX).

use crate::charset;
use crate::html::escape_into;

/// What the window of the compression holds before the first byte.
const PRELOADED: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

const COMPRESSED: &[u8] = b"LZFu";
const STORED: &[u8] = b"MELA";

/// The rich text of a compressed property, at most `most` bytes; `None` when it is none.
pub(crate) fn decompress(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let (header, input) = bytes.split_at_checked(16)?;
    let raw_size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
    match &header[8..12] {
        STORED => Some(input[..input.len().min(raw_size).min(most)].to_vec()),
        COMPRESSED => Some(inflate(input, raw_size.min(most))),
        _ => None,
    }
}

/// Eight items follow each control byte: a literal, or a place and length in the window of 4096 bytes.
fn inflate(input: &[u8], most: usize) -> Vec<u8> {
    const WINDOW: usize = 4096;
    let mut window = [0u8; WINDOW];
    window[..PRELOADED.len()].copy_from_slice(PRELOADED);
    let mut at = PRELOADED.len();
    // The size in the header is a stranger's: memory grows with what is really there.
    let mut out = Vec::new();
    let mut bytes = input.iter().copied();
    while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if out.len() >= most {
                return out;
            }
            if control >> bit & 1 == 0 {
                let Some(literal) = bytes.next() else { return out };
                out.push(literal);
                window[at] = literal;
                at = (at + 1) % WINDOW;
            } else {
                let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { return out };
                let reference = u16::from_be_bytes([high, low]);
                let place = usize::from(reference >> 4);
                if place == at {
                    return out;
                }
                for offset in 0..usize::from(reference & 0xf) + 2 {
                    let byte = window[(place + offset) % WINDOW];
                    out.push(byte);
                    window[at] = byte;
                    at = (at + 1) % WINDOW;
                }
            }
        }
    }
    out
}

/// What a rich text says.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub text: String,
    /// When the rich text was made from HTML, that HTML.
    pub html: Option<String>,
}

#[derive(Clone, Copy)]
struct Group {
    is_hidden: bool,
    /// Between `\htmlrtf` and `\htmlrtf0`: only for programs that cannot read the HTML.
    is_rtf_only: bool,
    is_html_tag: bool,
    /// Characters that stand in for one `\u` character.
    fallback: usize,
}

/// Reads rich text. One pass, no recursion; what is no rich text gives what it has.
pub(crate) fn read(rtf: &[u8]) -> Read {
    const DEEPEST: usize = 200;
    let mut text = String::new();
    let mut html = String::new();
    let mut is_from_html = false;
    let mut codepage = "windows-1252".to_owned();
    let mut group = Group { is_hidden: false, is_rtf_only: false, is_html_tag: false, fallback: 1 };
    let mut outer: Vec<Group> = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut skip = 0usize;
    let mut ignorable = false;
    let mut high: Option<u16> = None;
    let mut at = 0;
    while at < rtf.len() {
        let byte = rtf[at];
        let piece = match byte {
            b'{' => {
                if outer.len() < DEEPEST {
                    outer.push(group);
                }
                at += 1;
                Piece::Nothing
            }
            b'}' => {
                at += 1;
                flush(&mut pending, &codepage, group, &mut text, &mut html);
                group = outer.pop().unwrap_or(group);
                Piece::Nothing
            }
            b'\\' => control(rtf, &mut at),
            b'\r' | b'\n' => {
                at += 1;
                Piece::Nothing
            }
            _ => {
                at += 1;
                Piece::Byte(byte)
            }
        };
        if skip > 0 && matches!(piece, Piece::Byte(_)) {
            skip -= 1;
            continue;
        }
        if !matches!(piece, Piece::Byte(_)) {
            flush(&mut pending, &codepage, group, &mut text, &mut html);
        }
        match piece {
            Piece::Byte(byte) => pending.push(byte),
            Piece::Unit(unit) => {
                // Emoji come as two units, one after the other.
                let first = high.take().filter(|_| (0xdc00..0xe000).contains(&unit));
                if (0xd800..0xdc00).contains(&unit) {
                    high = Some(unit);
                } else {
                    let units = first.into_iter().chain([unit]);
                    let decoded: String =
                        char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
                    write(&decoded, group, &mut text, &mut html);
                }
                skip = group.fallback;
            }
            Piece::Ignorable => ignorable = true,
            Piece::Word(word, number) => {
                let starred = std::mem::take(&mut ignorable);
                match word.as_str() {
                    "par" | "line" | "row" => write("\n", group, &mut text, &mut html),
                    "tab" => write("\t", group, &mut text, &mut html),
                    "emdash" => write("—", group, &mut text, &mut html),
                    "endash" => write("–", group, &mut text, &mut html),
                    "lquote" => write("‘", group, &mut text, &mut html),
                    "rquote" => write("’", group, &mut text, &mut html),
                    "ldblquote" => write("“", group, &mut text, &mut html),
                    "rdblquote" => write("”", group, &mut text, &mut html),
                    "bullet" => write("•", group, &mut text, &mut html),
                    "fromhtml" => is_from_html = true,
                    "htmltag" => group.is_html_tag = true,
                    "htmlrtf" => group.is_rtf_only = number != Some(0),
                    "uc" => group.fallback = number.unwrap_or(1).clamp(0, 8) as usize,
                    "ansicpg" => codepage = format!("cp{}", number.unwrap_or(1252)),
                    "fonttbl" | "colortbl" | "stylesheet" | "info" | "pict" | "header" | "footer"
                    | "themedata" | "listtable" => group.is_hidden = true,
                    "bin" => {
                        at += usize::try_from(number.unwrap_or(0))
                            .unwrap_or(0)
                            .min(rtf.len() - at.min(rtf.len()))
                    }
                    _ if starred => group.is_hidden = true,
                    _ => {}
                }
            }
            Piece::Nothing => {}
        }
    }
    flush(&mut pending, &codepage, group, &mut text, &mut html);
    let html = Some(html).filter(|html| is_from_html && !html.trim().is_empty());
    let text = if html.is_some() { String::new() } else { text };
    Read { text, html }
}

enum Piece {
    Nothing,
    Byte(u8),
    /// One unit of UTF-16.
    Unit(u16),
    /// `\*`: the next word begins something that may be skipped.
    Ignorable,
    Word(String, Option<i32>),
}

/// Reads what a backslash begins, and moves behind it.
fn control(rtf: &[u8], at: &mut usize) -> Piece {
    *at += 1;
    let Some(&first) = rtf.get(*at) else { return Piece::Nothing };
    if !first.is_ascii_alphabetic() {
        *at += 1;
        return match first {
            b'\'' => {
                let digit = |offset: usize| rtf.get(*at + offset).and_then(|b| charset::hex(*b));
                match (digit(0), digit(1)) {
                    (Some(high), Some(low)) => {
                        *at += 2;
                        Piece::Byte(high << 4 | low)
                    }
                    _ => Piece::Nothing,
                }
            }
            b'*' => Piece::Ignorable,
            b'~' => Piece::Byte(b' '),
            b'\\' | b'{' | b'}' => Piece::Byte(first),
            b'\r' | b'\n' => Piece::Word("par".to_owned(), None),
            _ => Piece::Nothing,
        };
    }
    let rest = &rtf[*at..];
    let letters = rest.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = String::from_utf8_lossy(&rest[..letters]).into_owned();
    let rest = &rest[letters..];
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest[sign..].iter().take(10).take_while(|b| b.is_ascii_digit()).count();
    let number =
        std::str::from_utf8(&rest[..sign + digits]).ok().and_then(|digits| digits.parse::<i32>().ok());
    *at += letters + if digits > 0 { sign + digits } else { 0 };
    if rtf.get(*at) == Some(&b' ') {
        *at += 1;
    }
    match (word.as_str(), number) {
        // Negative numbers are those above 32767.
        ("u", Some(number)) => Piece::Unit((number & 0xffff) as u16),
        _ => Piece::Word(word, number),
    }
}

fn flush(pending: &mut Vec<u8>, codepage: &str, group: Group, text: &mut String, html: &mut String) {
    if !pending.is_empty() {
        let bytes = std::mem::take(pending);
        write(&charset::decode(&bytes, Some(codepage)).0, group, text, html);
    }
}

fn write(piece: &str, group: Group, text: &mut String, html: &mut String) {
    if group.is_hidden {
        return;
    }
    if group.is_html_tag {
        html.push_str(piece);
        return;
    }
    if !group.is_rtf_only {
        escape_into(piece, html);
    }
    text.push_str(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_becomes_text() {
        let read = read(br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Gr\'fc\'dfe\par \u8364? 5\u-10179?\u-8704?{\*\secret x}\{x\}}");
        assert_eq!(read.text, "Grüße\n€ 5😀{x}");
    }

    #[test]
    fn html_inside_rich_text_comes_out() {
        let read = read(br"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 a < b\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}}");
        assert_eq!(read.html.as_deref(), Some("<p>a &lt; b</p>"));
    }

    #[test]
    fn compressed_rich_text_is_decompressed() {
        // The example of MS-OXRTFCP 3.1.1.
        let compressed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a,
            0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c,
            0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(
            decompress(&compressed, 1000).as_deref(),
            Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..])
        );
        for end in 0..compressed.len() {
            decompress(&compressed[..end], 1000);
        }
    }
}
