//! The words in a file: PDF, Office, plain text.
//!
//! Files come from strangers. Whatever is more than plain text is read in a process of its own (this program again),
//! with little memory and little time: a file that makes it end takes nothing else with it.
mod archive;
mod child;
mod markup;
mod office;
mod pdf;
mod plain;

pub use child::{COMMAND, run as run_as_child};
use std::path::PathBuf;

/// A kind of file whose words can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Html,
    Pdf,
    /// docx, xlsx, pptx
    OpenXml,
    /// odt, ods, odp
    OpenDocument,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Plain, Kind::Html, Kind::Pdf, Kind::OpenXml, Kind::OpenDocument];
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::Html => "html",
            Kind::Pdf => "pdf",
            Kind::OpenXml => "open-xml",
            Kind::OpenDocument => "open-document",
        }
    }
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
    /// By the end of its name, else by its type.
    pub fn of(name: &str, media_type: &str) -> Option<Kind> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        match ending.as_deref() {
            Some("pdf") => return Some(Kind::Pdf),
            Some("docx" | "docm" | "xlsx" | "xlsm" | "pptx" | "pptm") => return Some(Kind::OpenXml),
            Some("odt" | "ods" | "odp" | "ott") => return Some(Kind::OpenDocument),
            Some("html" | "htm") => return Some(Kind::Html),
            Some(
                "txt" | "log" | "csv" | "tsv" | "md" | "json" | "xml" | "ini" | "conf" | "yaml" | "yml"
                | "ics",
            ) => {
                return Some(Kind::Plain);
            }
            _ => {}
        }
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        match media_type {
            "application/pdf" => Some(Kind::Pdf),
            "text/html" => Some(Kind::Html),
            t if t.starts_with("application/vnd.openxmlformats-officedocument.") => Some(Kind::OpenXml),
            t if t.starts_with("application/vnd.oasis.opendocument.") => Some(Kind::OpenDocument),
            t if t.starts_with("text/") => Some(Kind::Plain),
            _ => None,
        }
    }
}

/// Where files are read.
#[derive(Clone, Debug)]
pub enum Way {
    /// In a process of its own: this program, called with [`COMMAND`].
    Child(PathBuf),
    /// Here. For tests, and for files that one trusts.
    Here,
    /// Nowhere.
    None,
}

/// The text of a file.
///
/// * errors – why there is none, for the log: never anything out of the file.
pub fn read(way: &Way, kind: Kind, bytes: Vec<u8>) -> Result<String, String> {
    match (way, kind) {
        (Way::None, _) => Err("files are not read here".into()),
        (_, Kind::Plain) => Ok(plain::text(&bytes)),
        (Way::Child(program), kind) => child::read(program, kind, bytes),
        (Way::Here, kind) => here(kind, &bytes),
    }
}

fn here(kind: Kind, bytes: &[u8]) -> Result<String, String> {
    match kind {
        Kind::Plain => Ok(plain::text(bytes)),
        Kind::Html => Ok(markup::text(&plain::text(bytes))),
        Kind::Pdf => pdf::text(bytes),
        Kind::OpenXml => office::open_xml(bytes),
        Kind::OpenDocument => office::open_document(bytes),
    }
}

/// A text that stops growing when there is enough.
#[derive(Default)]
struct Growing {
    text: String,
}
impl Growing {
    fn is_full(&self) -> bool {
        self.text.len() >= crate::texts::MOST
    }
    fn add(&mut self, text: &str) {
        if !self.is_full() {
            self.text.push_str(text);
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests;
