//! Who hands over what is indexed.
use platform::{
    blobs::Hash,
    db::{self, Conn},
    events::Recorded,
};

/// One thing that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The source's [`Source::code`].
    pub noun: u8,
    pub id: i64,
}
impl Key {
    /// One number for both; orders by noun, then by id.
    pub const fn number(self) -> u64 {
        ((self.noun as u64) << 56) | (self.id as u64 & 0x00ff_ffff_ffff_ffff)
    }
    pub const fn of_number(number: u64) -> Key {
        Key { noun: (number >> 56) as u8, id: (number & 0x00ff_ffff_ffff_ffff) as i64 }
    }
}

/// What somebody's sight depends on, and what a list is narrowed by. 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    /// Which kind of such a thing.
    pub kind: u8,
    pub category: u8,
    pub team: u64,
    pub inbox: u64,
    pub organisation: u64,
    pub assignee: u64,
    /// When it last changed.
    pub changed_at_ms: i64,
}

/// A file whose text is part of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub hash: Hash,
    pub name: String,
    pub kind: String,
    pub size: i64,
    /// Whether it hangs on something internal.
    pub is_internal: bool,
}

/// A thing as the index takes it.
#[derive(Clone, Debug)]
pub struct Document {
    pub key: Key,
    pub facts: Facts,
    /// Its name or subject.
    pub title: String,
    /// Names, addresses and numbers of those it is about.
    pub people: Vec<String>,
    /// What customers may read.
    pub texts: Vec<String>,
    /// What they may not.
    pub notes: Vec<String>,
    pub files: Vec<File>,
    pub tags: Vec<String>,
}

/// Hands over the things of one noun.
pub struct Source {
    /// e.g. `ticket`
    pub noun: &'static str,
    /// Stored in the index; never reused.
    pub code: u8,
    /// The ids of the next `limit` things after an id, in order.
    pub ids_after: fn(&mut Conn, i64, usize) -> db::Result<Vec<i64>>,
    /// These things as they are now; those that are gone are missing.
    pub load: fn(&mut Conn, &[i64]) -> db::Result<Vec<Document>>,
    /// The things of this noun that an event changed, `limit` at most, after an id.
    pub touched: fn(&mut Conn, &Recorded, i64, usize) -> db::Result<Vec<i64>>,
}

/// Every source of the program.
#[allow(unsafe_code)]
#[platform::linkme::distributed_slice]
#[linkme(crate = platform::linkme)]
pub static SOURCES: [Source];

/// Registers a [`Source`].
#[macro_export]
macro_rules! searchable {
    ($source:expr) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[platform::linkme::distributed_slice($crate::source::SOURCES)]
            #[linkme(crate = platform::linkme)]
            static SOURCE: $crate::source::Source = $source;
        };
    };
}

/// All sources, by their code.
pub fn all() -> Vec<&'static Source> {
    let mut all: Vec<_> = SOURCES.iter().collect();
    all.sort_by_key(|source| source.code);
    all
}
