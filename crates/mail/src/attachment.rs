//! Attachments: bytes with a harmless name and a type found by looking.

use crate::text;

/// A file that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Safe to show and to offer for download; see [`text::file_name`]. Never a path.
    pub name: String,
    /// What the sender says it is, lower-cased: `application/pdf`. Never to be believed.
    pub declared_type: String,
    /// What the bytes are.
    pub kind: Kind,
    /// The id that `cid:` addresses in the HTML name, without `<>`.
    pub content_id: Option<String>,
    /// Part of the text rather than a file of its own.
    pub is_inline: bool,
    pub bytes: Vec<u8>,
}

/// The types a browser may be shown; everything else is only ever downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Png,
    Jpeg,
    Gif,
    Webp,
    Pdf,
    Plain,
    Other,
}

impl Kind {
    /// Decides by the first bytes alone. SVG, HTML and XML are never one of the shown types.
    pub fn sniff(bytes: &[u8]) -> Kind {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Kind::Png,
            [0xff, 0xd8, 0xff, ..] => Kind::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Kind::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::Webp,
            [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Pdf,
            _ if is_plain(bytes) => Kind::Plain,
            _ => Kind::Other,
        }
    }

    /// The only type this may be served as. Without parameters: text is always UTF-8.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Png => "image/png",
            Kind::Jpeg => "image/jpeg",
            Kind::Gif => "image/gif",
            Kind::Webp => "image/webp",
            Kind::Pdf => "application/pdf",
            Kind::Plain => "text/plain",
            Kind::Other => "application/octet-stream",
        }
    }

    pub fn is_image(self) -> bool {
        matches!(self, Kind::Png | Kind::Jpeg | Kind::Gif | Kind::Webp)
    }

    fn extension(self) -> &'static str {
        match self {
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Gif => "gif",
            Kind::Webp => "webp",
            Kind::Pdf => "pdf",
            Kind::Plain => "txt",
            Kind::Other => "bin",
        }
    }
}

/// UTF-8 without control characters that nowhere looks like markup.
fn is_plain(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 8192;
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The cut may go through a character.
        Err(error) if bytes.len() > LOOKED_AT && error.valid_up_to() + 4 > LOOKED_AT => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let markup = |text: &str| {
        text.char_indices().any(|(at, c)| {
            c == '<'
                && text[at + 1..]
                    .starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '!' | '?' | '/'))
        })
    };
    !text.is_empty() && !text.contains(is_control) && !markup(text)
}

impl Attachment {
    /// An attachment from bytes: safe name, sniffed kind. `declared_name` may be absent.
    pub fn new(declared_name: Option<&str>, declared_type: &str, bytes: Vec<u8>) -> Attachment {
        let kind = Kind::sniff(&bytes);
        let fallback = format!(
            "{}.{}",
            if kind.is_image() { "image" } else { "attachment" },
            extension(declared_type, kind)
        );
        Attachment {
            name: text::file_name(declared_name.unwrap_or_default(), &fallback),
            declared_type: declared_type.to_owned(),
            kind,
            content_id: None,
            is_inline: false,
            bytes,
        }
    }
}

fn extension(declared_type: &str, kind: Kind) -> &'static str {
    match declared_type {
        "text/calendar" => "ics",
        "text/html" => "html",
        "text/csv" => "csv",
        "text/vcard" | "text/x-vcard" => "vcf",
        "message/rfc822" | "message/global" | "message/news" => "eml",
        "message/delivery-status" | "text/rfc822-headers" | "message/disposition-notification" => "txt",
        "application/pgp-signature" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/zip" => "zip",
        _ => kind.extension(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_decide_what_a_browser_is_shown() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n..."[..], Kind::Png),
            (b"GIF89a<script>alert(1)</script>", Kind::Gif),
            (b"%PDF-1.7", Kind::Pdf),
            (b"just words, 1 < 2", Kind::Plain),
            (b"<svg onload=alert(1)>", Kind::Other),
            (b"words <html>", Kind::Other),
            (b"<?xml", Kind::Other),
            (b"\x00\x01", Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(Kind::sniff(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(Kind::Other.media_type(), "application/octet-stream");
    }

    #[test]
    fn an_attachment_without_a_name_gets_one() {
        assert_eq!(Attachment::new(None, "text/calendar", b"x".to_vec()).name, "attachment.ics");
        assert_eq!(Attachment::new(Some("../.."), "image/png", b"\xff\xd8\xff".to_vec()).name, "image.jpg");
    }
}
