//! Content by its BLAKE3 hash: raw mails, attachments, pictures.
//!
//! Small content is a row of the table `blob` and becomes durable with the transaction that needs it: one flush of
//! the disk for many mails. Large content is a file of the blob folder, flushed before the row that points to it.
use crate::{
    args,
    db::{self, Conn},
    sql,
};
use kernel::clock::{Clock, Millis};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Up to this many bytes content lives in the database.
const IN_ROW: usize = 128 * 1024;

/// The name of content. As text: 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(*blake3::hash(bytes).as_bytes())
    }
    /// * returns – `None` for anything but 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }
    /// * returns – `None` for anything but 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Hash> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Hash(bytes))
    }
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    /// The first 8 bytes, for an index that needs no more.
    pub fn short(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}
impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}
impl<'v> From<&'v Hash> for db::Value<'v> {
    fn from(hash: &'v Hash) -> Self {
        db::Value::Bytes(&hash.0)
    }
}
impl db::Column for Hash {
    fn decode(value: db::Value<'_>) -> Option<Self> {
        match value {
            db::Value::Bytes(bytes) => bytes.try_into().ok().map(Hash),
            _ => None,
        }
    }
}

/// Content on its way into a transaction. If it is large, its file is already there and durable.
#[derive(Clone)]
pub struct Ready {
    pub hash: Hash,
    pub size: usize,
    in_row: Option<Arc<Vec<u8>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The row is there, the file is not.
    #[error("the content {0:?} is missing from the blob folder")]
    Missing(Hash),
    /// The file's bytes do not have the hash that is its name.
    #[error("the content {0:?} was damaged")]
    Damaged(Hash),
    #[error("the blob folder: {0}")]
    Folder(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// The blob folder of a desk. The only place that joins a name to a path, and the name is a hash.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: Arc<PathBuf>,
}

impl Blobs {
    pub fn open(folder: PathBuf) -> io::Result<Blobs> {
        fs::create_dir_all(&folder)?;
        Ok(Blobs { folder: Arc::new(folder) })
    }
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    fn path(&self, hash: &Hash) -> PathBuf {
        let hex = hash.hex();
        self.folder.join(&hex[..2]).join(hex)
    }

    /// Makes content ready for [`insert`]. Large content is written and flushed here; call it outside of transactions.
    ///
    /// * errors – of the file system, e.g. a full disk. Nothing is left but perhaps an unused file.
    pub fn prepare(&self, bytes: Vec<u8>) -> io::Result<Ready> {
        let (hash, size) = (Hash::of(&bytes), bytes.len());
        if size <= IN_ROW {
            return Ok(Ready { hash, size, in_row: Some(Arc::new(bytes)) });
        }
        let path = self.path(&hash);
        // What is there already counts as new from now on, so that a sweeper leaves it.
        if !self.is_renewed(&path) {
            let folder = self.folder.join(&hash.hex()[..2]);
            if !folder.exists() {
                fs::create_dir_all(&folder)?;
                // A new folder survives a power cut only when the one above it was flushed as well.
                fs::File::open(&*self.folder)?.sync_all()?;
            }
            fs::create_dir_all(self.begun())?;
            // A name of its own: two writers of the same content do not meet, and a rename is whole or not at all.
            let part = self.begun().join(crate::keys::base32(&crate::keys::random::<8>()));
            let written = (|| {
                let mut file = fs::File::create_new(&part)?;
                io::Write::write_all(&mut file, &bytes)?;
                file.sync_all()?;
                fs::rename(&part, &path)?;
                fs::File::open(&folder)?.sync_all()
            })();
            if written.is_err() {
                let _ = fs::remove_file(&part);
            }
            written?;
        }
        Ok(Ready { hash, size, in_row: None })
    }

    /// Whether the file is there; it is as young as a new one then. Looked at once more afterwards: a sweeper may have
    /// taken it away between the two.
    fn is_renewed(&self, path: &Path) -> bool {
        let renewed = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(now()));
        renewed.is_ok() && path.exists()
    }
    /// Makes large content as young as if it had just been written, where it is there.
    pub fn touch(&self, hash: &Hash) -> io::Result<()> {
        match fs::File::options().append(true).open(self.path(hash)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            file => file?.set_modified(now()),
        }
    }
    /// The files of one of the 256 folders that were not used for `unused` or longer.
    pub fn files(&self, folder: u8, unused: Duration) -> io::Result<Vec<Hash>> {
        let entries = match fs::read_dir(self.folder.join(format!("{folder:02x}"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let is_old =
                entry.metadata().and_then(|about| about.modified()).is_ok_and(|used| is_old(used, unused));
            let hash = entry.file_name().to_str().and_then(Hash::from_hex);
            found.extend(hash.filter(|_| is_old));
        }
        Ok(found)
    }
    /// Removes a file that was not used for `unused`, and that no row names.
    ///
    /// Somebody may bring the same content at this moment. They renew the file, look whether it is still there, and else
    /// write it anew; here it is put aside first, and put back if it turns out to have been renewed.
    pub fn remove(&self, hash: &Hash, unused: Duration) -> io::Result<()> {
        let path = self.path(hash);
        fs::create_dir_all(self.begun())?;
        let aside = self.begun().join(crate::keys::base32(&crate::keys::random::<8>()));
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            done => done?,
        }
        let used = fs::metadata(&aside)?.modified()?;
        if is_old(used, unused) { fs::remove_file(&aside) } else { fs::rename(&aside, &path) }
    }

    /// Where content lies until all of it is written.
    fn begun(&self) -> PathBuf {
        self.folder.join("begun")
    }
    /// Removes what a process that was killed had begun to write. Nobody may be writing.
    ///
    /// * returns – how many files there were.
    pub fn sweep(&self) -> io::Result<usize> {
        let begun = match fs::read_dir(self.begun()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other?,
        };
        let mut count = 0;
        for file in begun {
            fs::remove_file(file?.path())?;
            count += 1;
        }
        Ok(count)
    }

    /// Large content by its name alone, for a backup. Small content is in its row and not here.
    pub fn read_file(&self, hash: Hash) -> Result<Vec<u8>, BlobError> {
        self.read(Found { hash, bytes: None })
    }
    /// The same as [`Blobs::read`] for an asynchronous caller: a file is read and hashed on a thread that may wait.
    pub async fn read_aside(&self, found: Found) -> Result<Vec<u8>, BlobError> {
        if found.bytes.is_some() {
            return self.read(found);
        }
        let blobs = self.clone();
        let read = tokio::task::spawn_blocking(move || blobs.read(found)).await;
        read.map_err(io::Error::other)?
    }
    /// The content behind a row that [`find`] returned.
    pub fn read(&self, found: Found) -> Result<Vec<u8>, BlobError> {
        if let Some(bytes) = found.bytes {
            return Ok(bytes);
        }
        match fs::read(self.path(&found.hash)) {
            Ok(bytes) if Hash::of(&bytes) == found.hash => Ok(bytes),
            Ok(_) => Err(BlobError::Damaged(found.hash)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BlobError::Missing(found.hash)),
            Err(error) => Err(error.into()),
        }
    }
}

/// By the clock of the machine, whatever the desk's own says: files have no other.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(Clock::System.now().0.unsigned_abs())
}

/// A file of the future is young.
fn is_old(used: SystemTime, unused: Duration) -> bool {
    now().duration_since(used).is_ok_and(|age| age >= unused)
}

/// Points the transaction's rows to content. The same content twice is one row.
pub fn insert(conn: &mut Conn, ready: &Ready, now: Millis) -> db::Result<()> {
    conn.put(
        sql!(
            "INSERT INTO blob (hash, size, bytes, created_at_ms) VALUES ($1, $2, $3, $4)
               ON CONFLICT (hash) DO NOTHING"
        ),
        args![&ready.hash, ready.size, ready.in_row.as_deref(), now],
    )
}

/// A row of the table; [`Blobs::read`] gives the bytes.
pub struct Found {
    hash: Hash,
    bytes: Option<Vec<u8>>,
}

impl Found {
    /// For a statement that reads rows of `blob` together with others.
    pub fn new(hash: Hash, bytes: Option<Vec<u8>>) -> Found {
        Found { hash, bytes }
    }
}

/// * errors – `NoRow` where no such content was ever inserted.
pub fn find(conn: &mut Conn, hash: Hash) -> db::Result<Found> {
    let (bytes,) =
        conn.one::<(Option<Vec<u8>>,)>(sql!("SELECT bytes FROM blob WHERE hash = $1"), args![&hash])?;
    Ok(Found { hash, bytes })
}

/// Rows whose content is missing or damaged, for `doctor`. Reads everything: minutes on a large desk.
pub fn check(conn: &mut Conn, blobs: &Blobs) -> db::Result<Vec<Hash>> {
    let mut bad = Vec::new();
    let mut after: Vec<u8> = Vec::new();
    loop {
        let rows = conn.all::<(Hash, Option<Vec<u8>>)>(
            sql!("SELECT hash, bytes FROM blob WHERE hash > $1 ORDER BY hash LIMIT 200"),
            args![&after],
        )?;
        let Some((last, _)) = rows.last() else { return Ok(bad) };
        after = last.as_bytes().to_vec();
        for (hash, bytes) in rows {
            let is_sound = match &bytes {
                Some(bytes) => Hash::of(bytes) == hash,
                None => blobs.read(Found { hash, bytes: None }).is_ok(),
            };
            if !is_sound {
                bad.push(hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_content_is_a_file_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("blobs")).unwrap();
        let content = vec![1; IN_ROW + 1];
        let ready = blobs.prepare(content.clone()).unwrap();
        blobs.prepare(content.clone()).unwrap();
        let found = || Found { hash: ready.hash, bytes: None };
        assert_eq!(blobs.read(found()).unwrap(), content);
        fs::write(blobs.path(&ready.hash), b"other").unwrap();
        assert!(matches!(blobs.read(found()), Err(BlobError::Damaged(_))));
        fs::remove_file(blobs.path(&ready.hash)).unwrap();
        assert!(matches!(blobs.read(found()), Err(BlobError::Missing(_))));
    }
    #[test]
    fn what_was_begun_and_not_finished_is_swept_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("blobs")).unwrap();
        let ready = blobs.prepare(vec![1; IN_ROW + 1]).unwrap();
        let begun = blobs.begun().join("abc");
        fs::write(&begun, b"half").unwrap();
        assert_eq!(blobs.sweep().unwrap(), 1);
        assert!(!begun.exists());
        assert_eq!(blobs.sweep().unwrap(), 0);
        assert!(blobs.read_file(ready.hash).is_ok());
    }
    #[test]
    fn old_files_go_and_what_is_brought_again_stays() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().join("blobs")).unwrap();
        let content = vec![3; IN_ROW + 1];
        let hash = blobs.prepare(content.clone()).unwrap().hash;
        assert_eq!(Hash::from_hex(&hash.hex()), Some(hash));
        let (day, first) = (Duration::from_secs(86_400), hash.as_bytes()[0]);
        let age = || {
            let file = fs::File::options().append(true).open(blobs.path(&hash)).unwrap();
            file.set_modified(now() - 2 * day).unwrap();
        };
        assert!(blobs.files(first, day).unwrap().is_empty(), "it is young");
        age();
        assert_eq!(blobs.files(first, day).unwrap(), [hash]);
        assert!(blobs.files(first.wrapping_add(1), day).unwrap().is_empty());
        // Between the look and the removal somebody brings the same.
        blobs.prepare(content.clone()).unwrap();
        blobs.remove(&hash, day).unwrap();
        assert!(blobs.read_file(hash).is_ok());
        assert_eq!(blobs.sweep().unwrap(), 0, "nothing is left aside");
        age();
        blobs.remove(&hash, day).unwrap();
        assert!(matches!(blobs.read_file(hash), Err(BlobError::Missing(_))));
        blobs.remove(&hash, day).unwrap();
        blobs.prepare(content).unwrap();
        assert!(blobs.read_file(hash).is_ok());
    }
    #[test]
    fn small_content_needs_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned()).unwrap();
        blobs.prepare(b"small".to_vec()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
