use serde::{Deserialize, Serialize};

/// What was wrong with a message. None of them stops reading; each says what may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// Longer than the limit; the rest was not read.
    TooLarge,
    /// More or longer header fields than the limit.
    HeaderTooLong,
    /// Parts inside parts beyond the limit; inner ones were not read.
    TooDeep,
    /// More parts than the limit; the later ones were not read.
    TooManyParts,
    /// Attachments beyond the limit for decoded bytes are empty.
    TooMuchDecoded,
    /// The HTML body is too long or too deeply nested to be shown as HTML.
    HtmlTooComplex,
    /// No address in `From`.
    NoSender,
    /// More than one address in `From`, or more than one `From`.
    SeveralSenders,
    NoDate,
    NoMessageId,
    /// A multipart that does not declare its boundary.
    NoBoundary,
    /// A multipart whose declared boundary never occurs.
    BoundaryMissing,
    /// Bytes that contradict the declared charset; the text is the likely reading.
    CharsetGuessed,
    /// NUL bytes, removed from what is shown.
    NulBytes,
    /// A `winmail.dat` that cannot be unpacked.
    TnefUnreadable,
    /// A calendar part that cannot be read.
    CalendarUnreadable,
    /// Reading failed inside; only the header and raw text are given.
    Unreadable,
}

impl Defect {
    /// The stable word for interfaces and the database.
    pub fn code(self) -> &'static str {
        match self {
            Defect::TooLarge => "too_large",
            Defect::HeaderTooLong => "header_too_long",
            Defect::TooDeep => "too_deep",
            Defect::TooManyParts => "too_many_parts",
            Defect::TooMuchDecoded => "too_much_decoded",
            Defect::HtmlTooComplex => "html_too_complex",
            Defect::NoSender => "no_sender",
            Defect::SeveralSenders => "several_senders",
            Defect::NoDate => "no_date",
            Defect::NoMessageId => "no_message_id",
            Defect::NoBoundary => "no_boundary",
            Defect::BoundaryMissing => "boundary_missing",
            Defect::CharsetGuessed => "charset_guessed",
            Defect::NulBytes => "nul_bytes",
            Defect::TnefUnreadable => "tnef_unreadable",
            Defect::CalendarUnreadable => "calendar_unreadable",
            Defect::Unreadable => "unreadable",
        }
    }
}
