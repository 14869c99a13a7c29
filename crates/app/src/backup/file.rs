//! The file of a backup: frames, and at the end a checksum over all of them.
//!
//! | bytes                     | what                                                    |
//! |---------------------------|---------------------------------------------------------|
//! | `FIRSTLINE-BACKUP-1\n`    | once, at the beginning                                  |
//! | 1 kind, 8 length, content | a frame; the length is little-endian                    |
//! | 32                        | once, at the end: BLAKE3 of everything before           |
//!
//! In their order: one `H`, one `K`, for each table one `T` and its `R`s, the `B`s, one `E`.
use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const MAGIC: &[u8] = b"FIRSTLINE-BACKUP-1\n";
const CHECKSUM: u64 = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON: [`Header`].
    Header,
    /// The desk's key, 32 bytes.
    Key,
    /// JSON: [`Table`].
    Table,
    /// JSON: a list of rows of the last table, each a list of values. Bytes are `{"b": base64}`.
    Rows,
    /// 32 bytes of hash, then the content of a file of the blob folder.
    Blob,
    /// JSON: [`End`].
    End,
}
impl Kind {
    const ALL: [(Kind, u8); 6] = [
        (Kind::Header, b'H'),
        (Kind::Key, b'K'),
        (Kind::Table, b'T'),
        (Kind::Rows, b'R'),
        (Kind::Blob, b'B'),
        (Kind::End, b'E'),
    ];
}

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Header {
    /// The version of the program that wrote it.
    pub program: String,
    /// RFC 3339.
    pub made_at: String,
    /// Name and checksum of each migration that had run.
    pub migrations: Vec<(String, String)>,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    /// The last number the database gave to a row.
    pub last_number: Option<i64>,
}

/// What was written, to be compared with what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct End {
    pub tables: u64,
    pub rows: u64,
    pub files: u64,
}

/// Writes beside the place, under another name, until all of it is there.
pub struct Writer {
    out: BufWriter<File>,
    hasher: blake3::Hasher,
    part: PathBuf,
    whole: PathBuf,
    is_done: bool,
}

impl Writer {
    /// * errors – the file is there already, or cannot be made.
    pub fn create(whole: &Path) -> io::Result<Writer> {
        if whole.exists() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "it is there already; expected a new file",
            ));
        }
        let mut part = whole.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        // What an earlier attempt left.
        match fs::remove_file(&part) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let file = File::options().write(true).create_new(true).mode(0o600).open(&part)?;
        let mut writer = Writer {
            out: BufWriter::with_capacity(1 << 20, file),
            hasher: blake3::Hasher::new(),
            part,
            whole: whole.to_owned(),
            is_done: false,
        };
        writer.write(MAGIC)?;
        Ok(writer)
    }
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.out.write_all(bytes)
    }
    pub fn frame(&mut self, kind: Kind, parts: &[&[u8]]) -> io::Result<()> {
        let letter = Kind::ALL.iter().find(|(known, _)| *known == kind).map_or(0, |(_, letter)| *letter);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.write(&[letter])?;
        self.write(&(length as u64).to_le_bytes())?;
        parts.iter().try_for_each(|part| self.write(part))
    }
    pub fn json(&mut self, kind: Kind, value: &impl serde::Serialize) -> io::Result<()> {
        self.frame(kind, &[&serde_json::to_vec(value)?])
    }
    /// The file appears under its name, whole and durable. Returns its size.
    pub fn finish(mut self) -> io::Result<u64> {
        let checksum = *self.hasher.finalize().as_bytes();
        self.out.write_all(&checksum)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        let size = self.out.get_ref().metadata()?.len();
        fs::rename(&self.part, &self.whole)?;
        self.is_done = true;
        let folder = self.whole.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(size)
    }
}
impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Reads a file whose checksum was found right.
pub struct Reader {
    from: BufReader<File>,
    /// Bytes of frames that are still to come.
    left: u64,
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl Reader {
    /// Reads all of it once, for the checksum.
    ///
    /// * errors – it is no backup, was cut off, or was changed by a single bit.
    pub fn open(path: &Path) -> io::Result<Reader> {
        let mut from = BufReader::with_capacity(1 << 20, File::open(path)?);
        let size = from.get_ref().metadata()?.len();
        let mut magic = [0; MAGIC.len()];
        if from.read_exact(&mut magic).is_err() || magic != *MAGIC {
            return Err(bad("it is no backup; expected a file of `firstline backup`"));
        }
        let left = size.checked_sub(MAGIC.len() as u64 + CHECKSUM);
        let left = left.ok_or_else(|| bad("it was cut off"))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(MAGIC);
        hasher.update_reader((&mut from).take(left))?;
        let mut checksum = [0; CHECKSUM as usize];
        from.read_exact(&mut checksum)?;
        if checksum != *hasher.finalize().as_bytes() {
            return Err(bad("it is damaged: its checksum is wrong; expected it as it was written"));
        }
        from.seek(io::SeekFrom::Start(MAGIC.len() as u64))?;
        Ok(Reader { from, left })
    }
    /// The next frame; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<(Kind, Vec<u8>)>> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut head = [0; 9];
        self.from.read_exact(&mut head)?;
        let [letter, length @ ..] = head;
        let length = u64::from_le_bytes(length);
        let kind = Kind::ALL.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind);
        let kind = kind.ok_or_else(|| bad("it has a part that this program does not know"))?;
        self.left = self.left.checked_sub(9 + length).ok_or_else(|| bad("a part is longer than the file"))?;
        let mut content = Vec::new();
        (&mut self.from).take(length).read_to_end(&mut content)?;
        Ok(Some((kind, content)))
    }
    /// The next frame has to be of this kind.
    pub fn expect(&mut self, kind: Kind) -> io::Result<Vec<u8>> {
        match self.next()? {
            Some((found, content)) if found == kind => Ok(content),
            _ => Err(bad("its parts are not in their order")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path) {
        let mut writer = Writer::create(path).unwrap();
        writer.frame(Kind::Key, &[&[7; 20], &[7; 12]]).unwrap();
        writer.json(Kind::End, &End::default()).unwrap();
        writer.finish().unwrap();
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.flb");
        write(&path);
        let mut reader = Reader::open(&path).unwrap();
        assert_eq!(reader.expect(Kind::Key).unwrap(), [7; 32]);
        assert_eq!(reader.next().unwrap().unwrap().0, Kind::End);
        assert!(reader.next().unwrap().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
    #[test]
    fn a_single_changed_bit_and_every_cut_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("desk.flb"), folder.path().join("other.flb"));
        write(&path);
        let whole = fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(&other, &bytes).unwrap();
            assert!(Reader::open(&other).is_err(), "bit of byte {place}");
            fs::write(&other, &whole[..place]).unwrap();
            assert!(Reader::open(&other).is_err(), "cut at {place}");
        }
    }
    #[test]
    fn an_unfinished_file_leaves_nothing_and_a_finished_one_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.flb");
        drop(Writer::create(&path).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        write(&path);
        assert!(Writer::create(&path).is_err());
        Reader::open(&path).unwrap();
    }
}
