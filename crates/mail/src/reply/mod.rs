//! What somebody wrote, apart from what they quoted and signed with.

use crate::limits::Limits;
use crate::read::Mail;

/// A text taken apart. Nothing is lost: the pieces joined are the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub pieces: Vec<Piece>,
}

/// Consecutive lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: PieceKind,
    /// With its line ends.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    Reply,
    Quoted,
    Signature,
}

impl Split {
    /// Takes the text of a mail apart.
    pub fn of(mail: &Mail, limits: &Limits) -> Split {
        Split::text(&mail.text, limits)
    }

    /// Takes a plain text apart. Linear in its length; what lies beyond the limits counts as quoted.
    pub fn text(text: &str, _limits: &Limits) -> Split {
        let mut split = Split::default();
        for line in text.split_inclusive('\n') {
            let kind = if line.starts_with('>') { PieceKind::Quoted } else { PieceKind::Reply };
            match split.pieces.last_mut() {
                Some(last) if last.kind == kind => last.text.push_str(line),
                _ => split.pieces.push(Piece { kind, text: line.to_owned() }),
            }
        }
        split
    }

    /// What was written new, without empty lines at both ends. When everything looks quoted, all of it.
    pub fn reply(&self) -> String {
        let reply = self.joined(PieceKind::Reply);
        if reply.is_empty() {
            self.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>().trim().to_owned()
        } else {
            reply
        }
    }

    /// What was quoted, attribution lines included.
    pub fn quoted(&self) -> Option<String> {
        Some(self.joined(PieceKind::Quoted)).filter(|text| !text.is_empty())
    }

    pub fn signature(&self) -> Option<String> {
        Some(self.joined(PieceKind::Signature)).filter(|text| !text.is_empty())
    }

    fn joined(&self, kind: PieceKind) -> String {
        let pieces = self.pieces.iter().filter(|piece| piece.kind == kind);
        let text: String = pieces.map(|piece| piece.text.as_str()).collect();
        text.trim_matches('\n').trim_end().to_owned()
    }
}
