//! Mail without a network: reading what comes in, cleaning it, judging it, and writing what goes out.
//!
//! Pure functions over bytes. No I/O, no clock, no database. Everything that is read comes from a
//! stranger and stays within [`Limits`].

mod address;
mod attachment;
mod automatic;
mod bounce;
mod charset;
mod defect;
mod header;
pub mod html;
mod invite;
mod limits;
mod mime;
mod read;
mod reply;
mod rtf;
mod subject;
pub mod text;
mod tnef;
mod token;
mod uuencode;
mod write;

pub use address::{Address, list as read_addresses, normalised as normalised_address};
pub use attachment::{Attachment, Kind};
pub use automatic::{Automatic, AutomaticKind, OwnAddresses, Sign};
pub use bounce::{Action, Bounce, Failed, ReasonClass};
pub use defect::Defect;
pub use header::{Field, Headers, date as read_date, message_ids, readable as readable_header};
pub use html::{CleanedHtml, SafeHtml, UntrustedHtml, clean, clean_composed};
pub use invite::{Invite, Method, When};
pub use limits::Limits;
pub use read::{Mail, ReturnPath};
pub use reply::{Piece, PieceKind, Split};
pub use subject::{Hint, Subject, bare as bare_subject};
pub use token::{Aside, AsideToken, MessageToken, ReplyToken, TokenKey};
pub use write::{
    AutoKind, DkimError, DkimKey, Draft, DraftAttachment, HeaderError, HeaderId, HeaderText, Language,
    quote_header, quoted_html, quoted_text, sign,
};
