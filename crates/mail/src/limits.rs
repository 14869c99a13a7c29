/// What one message may cost. Every parser of this crate is handed these and stops at them:
/// what lies beyond is not read, and the mail carries a [`Defect`](crate::Defect) that says so.
///
/// Sizes are bytes. Source: `SECURITY.md` S21 and S22.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The whole message as it came over the wire.
    pub message: usize,
    /// The header block of the message, and of each part.
    pub header: usize,
    /// Header fields of the message, and of each part.
    pub header_fields: usize,
    /// Parts of all depths together.
    pub parts: usize,
    /// Multiparts and attached messages inside one another.
    pub depth: usize,
    /// All decoded bodies and attachments together, those of TNEF and uuencode included.
    pub decoded: usize,
    /// Text that is searched for quotes and signatures.
    pub reply_text: usize,
    /// Lines that are searched for quotes and signatures.
    pub reply_lines: usize,
    /// HTML that is cleaned or turned into text; a longer body is shown as text only.
    pub html: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        const MIB: usize = 1024 * 1024;
        Limits {
            message: 50 * MIB,
            header: 256 * 1024,
            header_fields: 1000,
            parts: 500,
            depth: 20,
            decoded: 200 * MIB,
            reply_text: MIB,
            reply_lines: 5000,
            html: 2 * MIB,
        }
    }
}
