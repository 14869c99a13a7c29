//! The texts of files, read once and kept beside the index. Deleting them costs reading them again.
use crate::{
    extract::{self, Kind, Way},
    source::File,
};
use platform::blobs::Hash;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// So many bytes of a file's text are searched.
pub const MOST: usize = 400_000;
/// Larger files are not read.
pub const LARGEST: i64 = 25_000_000;

pub struct Texts {
    folder: PathBuf,
    way: Way,
}

impl Texts {
    pub(crate) fn open(folder: PathBuf, way: Way) -> io::Result<Texts> {
        if !matches!(way, Way::None) {
            fs::create_dir_all(&folder)?;
        }
        Ok(Texts { folder, way })
    }
    fn path(&self, hash: Hash) -> PathBuf {
        let name = hash.hex();
        self.folder.join(&name[..2]).join(name)
    }
    /// What kind of file it is, if it is one that has a text we can read.
    pub fn readable(file: &File) -> Option<Kind> {
        Kind::of(&file.name, &file.kind).filter(|_| file.size <= LARGEST)
    }
    /// Its text; empty for files that have none. `None` where it has not been read yet.
    pub fn known(&self, file: &File) -> Option<String> {
        if Self::readable(file).is_none() {
            return Some(String::new());
        }
        let text = fs::read_to_string(self.path(file.hash)).ok()?;
        // The first line says how it went.
        Some(text.split_once('\n').map(|(_, text)| text.to_owned()).unwrap_or_default())
    }
    /// Reads a file's text out of its bytes and keeps it. One that cannot be read is kept as such: it is not tried again.
    pub fn read(&self, file: &File, bytes: Option<Vec<u8>>) -> io::Result<()> {
        let Some(kind) = Self::readable(file) else { return Ok(()) };
        let read = match bytes {
            Some(bytes) => extract::read(&self.way, kind, bytes),
            None => Err("its content is missing".into()),
        };
        let text = match read {
            Ok(text) => format!("ok\n{}", cut(&text)),
            Err(why) => {
                tracing::info!(file = %file.hash.hex(), kind = kind.word(), why, "search: a file has no text for us");
                format!("{}\n", why.replace('\n', " "))
            }
        };
        let path = self.path(file.hash);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        write_whole(&path, text.as_bytes())
    }
    /// Forgets all of them.
    pub fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
            _ => fs::create_dir_all(&self.folder),
        }
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A reader sees all of it or nothing.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(part, path)
}
