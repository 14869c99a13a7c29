//! `winmail.dat`: what Outlook sends instead of MIME parts (MS-OXTNEF, MS-OXCDATA).

use crate::attachment::Attachment;
use crate::charset;
use crate::limits::Limits;
use crate::rtf;

/// What was inside.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

const SIGNATURE: u32 = 0x223e_9f78;
/// A message inside an attachment is unpacked this deep.
const DEEPEST: usize = 3;

/// Unpacks TNEF; `None` when it is none. What is cut off or damaged gives what stands before the damage.
pub(crate) fn unpack(bytes: &[u8], limits: &Limits) -> Option<Unpacked> {
    unpack_at(bytes, limits, 0)
}

fn unpack_at(bytes: &[u8], limits: &Limits, depth: usize) -> Option<Unpacked> {
    let mut input = Input { bytes };
    if input.u32()? != SIGNATURE {
        return None;
    }
    input.take(2)?;
    let mut state = State { limits, depth, left: limits.decoded, ..State::new(limits) };
    while let Some((level, id, data)) = attribute(&mut input) {
        if level == 2 { state.attachment_attribute(id, data) } else { state.message_attribute(id, data) }
    }
    state.close();
    Some(state.unpacked)
}

/// Level, id and data of the next attribute.
fn attribute<'b>(input: &mut Input<'b>) -> Option<(u8, u16, &'b [u8])> {
    let level = input.take(1)?[0];
    let id = input.u32()? as u16;
    let length = input.u32()? as usize;
    // The last attribute may be cut off; what is there of it counts.
    let data = input.take(length.min(input.bytes.len()))?;
    input.take(2);
    Some((level, id, data))
}

struct State<'l> {
    limits: &'l Limits,
    depth: usize,
    left: usize,
    unpacked: Unpacked,
    codepage: u32,
    rtf: Option<Vec<u8>>,
    current: Option<Pending>,
}

/// An attachment that is being put together.
#[derive(Default)]
struct Pending {
    title: Option<String>,
    long_name: Option<String>,
    media_type: Option<String>,
    content_id: Option<String>,
    bytes: Option<Vec<u8>>,
    is_message: bool,
}

impl<'l> State<'l> {
    fn new(limits: &'l Limits) -> State<'l> {
        State {
            limits,
            depth: 0,
            left: 0,
            unpacked: Unpacked::default(),
            codepage: 1252,
            rtf: None,
            current: None,
        }
    }

    fn message_attribute(&mut self, id: u16, data: &[u8]) {
        match id {
            // attOemCodepage
            0x9007 => self.codepage = Input { bytes: data }.u32().unwrap_or(1252),
            // attBody
            0x800c => {
                let text = self.narrow(data);
                self.unpacked.text.get_or_insert(text);
            }
            // attMsgProps
            0x9003 => {
                for property in properties(data, self.limits) {
                    match property.id {
                        0x3fde => self.codepage = Input { bytes: property.value }.u32().unwrap_or(1252),
                        0x1000 => {
                            let text = self.text(&property);
                            self.unpacked.text = Some(text)
                                .filter(|text| !text.trim().is_empty())
                                .or(self.unpacked.text.take());
                        }
                        0x1013 => {
                            let html = self.text(&property);
                            self.unpacked.html = Some(html).filter(|html| !html.trim().is_empty());
                        }
                        0x1009 => self.rtf = rtf::decompress(property.value, self.left),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn attachment_attribute(&mut self, id: u16, data: &[u8]) {
        match id {
            // attAttachRendData begins an attachment.
            0x9002 => {
                self.close();
                self.current = Some(Pending::default());
            }
            // attAttachTitle
            0x8010 => {
                let title = self.narrow(data);
                self.pending().title = Some(title);
            }
            // attAttachData
            0x800f => {
                let bytes = self.taken(data);
                self.pending().bytes = bytes;
            }
            // attAttachment
            0x9005 => {
                for property in properties(data, self.limits) {
                    self.attachment_property(&property);
                }
            }
            _ => {}
        }
    }

    fn attachment_property(&mut self, property: &Property<'_>) {
        let text = |state: &State<'_>| Some(state.text(property)).filter(|text| !text.trim().is_empty());
        match property.id {
            0x3707 => self.pending().long_name = text(self),
            0x3704 | 0x3001 => {
                let name = text(self);
                let pending = self.pending();
                pending.title = pending.title.take().or(name);
            }
            0x370e => self.pending().media_type = text(self),
            0x3712 => self.pending().content_id = text(self),
            0x3701 => {
                // An object begins with the id of its interface.
                let is_object = property.kind == 0x0d;
                let value =
                    if is_object { property.value.get(16..).unwrap_or_default() } else { property.value };
                let is_message = is_object && property.value.starts_with(&[0x07, 0x03, 0x02, 0x00]);
                let bytes = self.taken(value);
                let pending = self.pending();
                pending.is_message = is_message;
                pending.bytes = pending.bytes.take().or(bytes);
            }
            _ => {}
        }
    }

    fn pending(&mut self) -> &mut Pending {
        self.current.get_or_insert_default()
    }

    /// A copy of bytes, within what may be decoded.
    fn taken(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.left = self.left.checked_sub(bytes.len())?;
        Some(bytes.to_vec())
    }

    /// Finishes the attachment at hand, and at the end the body.
    fn close(&mut self) {
        if let Some(rtf) = self.rtf.take() {
            let read = rtf::read(&rtf);
            if self.unpacked.html.is_none() {
                self.unpacked.html = read.html;
            }
            let text = Some(read.text).filter(|text| !text.trim().is_empty());
            self.unpacked.text = self.unpacked.text.take().filter(|text| !text.trim().is_empty()).or(text);
        }
        let Some(pending) = self.current.take() else { return };
        let Some(bytes) = pending.bytes else { return };
        if self.unpacked.attachments.len() >= self.limits.parts {
            return;
        }
        let limits = || Limits { decoded: self.left, ..self.limits.clone() };
        if pending.is_message
            && self.depth < DEEPEST
            && let Some(inner) = unpack_at(&bytes, &limits(), self.depth + 1)
        {
            let body = inner.text.unwrap_or_default();
            if !body.is_empty() {
                let name = format!(
                    "{}.txt",
                    pending.long_name.or(pending.title).unwrap_or_else(|| "message".to_owned())
                );
                self.unpacked.attachments.push(Attachment::new(Some(&name), "text/plain", body.into_bytes()));
            }
            self.unpacked.attachments.extend(inner.attachments);
            return;
        }
        let name = pending.long_name.or(pending.title);
        let media_type = pending
            .media_type
            .map_or_else(|| "application/octet-stream".to_owned(), |kind| kind.to_ascii_lowercase());
        let mut attachment = Attachment::new(name.as_deref(), &media_type, bytes);
        attachment.content_id = pending.content_id.map(|id| id.trim_matches(['<', '>']).to_owned());
        attachment.is_inline = attachment.content_id.is_some() && attachment.kind.is_image();
        self.unpacked.attachments.push(attachment);
    }

    fn text(&self, property: &Property<'_>) -> String {
        if property.kind == 0x1f {
            let units = property.value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect();
            return text.trim_end_matches('\0').to_owned();
        }
        self.narrow(property.value)
    }

    fn narrow(&self, bytes: &[u8]) -> String {
        let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
        let label = match self.codepage {
            65001 => "utf-8".to_owned(),
            20127 | 0 => "windows-1252".to_owned(),
            page @ 28591..=28606 => format!("iso-8859-{}", page - 28590),
            page => format!("cp{page}"),
        };
        charset::decode(bytes, Some(&label)).0.into_owned()
    }
}

/// A MAPI property with one value.
struct Property<'b> {
    id: u16,
    kind: u16,
    value: &'b [u8],
}

/// The properties of a block, the first value of each; stops where the block is damaged.
fn properties<'b>(data: &'b [u8], limits: &Limits) -> Vec<Property<'b>> {
    let mut input = Input { bytes: data };
    let mut found = Vec::new();
    let count = input.u32().unwrap_or(0) as usize;
    for _ in 0..count.min(limits.header_fields) {
        let Some(property) = property(&mut input) else { break };
        found.push(property);
    }
    found
}

fn property<'b>(input: &mut Input<'b>) -> Option<Property<'b>> {
    let kind = input.u16()?;
    let id = input.u16()?;
    if id >= 0x8000 {
        // A named property: set, and number or name.
        input.take(16)?;
        if input.u32()? == 0 {
            input.take(4)?;
        } else {
            let length = input.u32()? as usize;
            input.take_padded(length)?;
        }
    }
    let is_multiple = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let is_variable = matches!(kind, 0x0d | 0x1e | 0x1f | 0x102);
    let count = if is_multiple || is_variable { input.u32()? } else { 1 };
    let mut first: Option<&[u8]> = None;
    for _ in 0..count.min(10_000) {
        let value = if is_variable {
            let length = input.u32()? as usize;
            input.take_padded(length)?
        } else {
            let length = match kind {
                0x02 | 0x03 | 0x04 | 0x0a | 0x0b => 4,
                0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
                0x48 => 16,
                0x00 | 0x01 => 0,
                _ => return None,
            };
            input.take(length)?
        };
        first.get_or_insert(value);
    }
    Some(Property { id, kind, value: first.unwrap_or_default() })
}

/// Bytes read from the front, little-endian; never beyond their end.
struct Input<'b> {
    bytes: &'b [u8],
}

impl<'b> Input<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Values stand at multiples of four bytes; the last padding may be missing.
    fn take_padded(&mut self, length: usize) -> Option<&'b [u8]> {
        let taken = self.take(length)?;
        let padding = (4 - length % 4) % 4;
        self.take(padding.min(self.bytes.len()));
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![level];
        out.extend(id.to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        out.extend([0, 0]);
        out
    }

    fn tnef(attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut out = SIGNATURE.to_le_bytes().to_vec();
        out.extend([1, 0]);
        attributes.iter().for_each(|attribute| out.extend(attribute));
        out
    }

    #[test]
    fn text_and_files_come_out() {
        let bytes = tnef(&[
            attribute(1, 0x0002_800c, b"Gr\xfc\xdfe\0"),
            attribute(2, 0x0006_9002, &[0; 14]),
            attribute(2, 0x0001_8010, b"..\\evil.txt\0"),
            attribute(2, 0x0006_800f, b"hello"),
        ]);
        let unpacked = unpack(&bytes, &Limits::default()).expect("TNEF");
        assert_eq!(unpacked.text.as_deref(), Some("Grüße"));
        assert_eq!(
            (unpacked.attachments[0].name.as_str(), unpacked.attachments[0].bytes.as_slice()),
            ("evil.txt", &b"hello"[..])
        );
    }

    #[test]
    fn every_cut_is_survived() {
        let mut properties = 2u32.to_le_bytes().to_vec();
        properties.extend([0x1f, 0, 0x00, 0x10, 1, 0, 0, 0, 4, 0, 0, 0, b'H', 0, b'i', 0]);
        properties.extend([0x1f, 0x10, 0x01, 0x80]);
        properties.extend([7; 16]);
        properties.extend([1, 0, 0, 0, 4, 0, 0, 0, b'n', 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, b'x', 0, 0, 0]);
        let bytes = tnef(&[attribute(1, 0x0006_9003, &properties), attribute(2, 0x0006_800f, b"hello")]);
        assert_eq!(unpack(&bytes, &Limits::default()).and_then(|u| u.text).as_deref(), Some("Hi"));
        for end in 0..bytes.len() {
            unpack(&bytes[..end], &Limits::default());
        }
        assert!(unpack(b"no TNEF", &Limits::default()).is_none());
    }
}
