//! As much of ZIP as office files need, with an end to everything.
use flate2::read::DeflateDecoder;
use std::io::Read;

/// Files of an archive; more are no document.
const MOST_ENTRIES: usize = 10_000;
/// One file of it, unpacked.
const MOST_OF_ONE: u64 = 30_000_000;
/// All that is unpacked of it.
const MOST_OF_ALL: u64 = 60_000_000;

pub struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
    left: u64,
}
struct Entry {
    name: String,
    method: u16,
    packed: usize,
    at: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}
fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

impl<'a> Archive<'a> {
    /// * returns – `None` where it is no ZIP, or one of more than 4 GB.
    pub fn open(bytes: &'a [u8]) -> Option<Archive<'a>> {
        // The end of the directory: 22 bytes and a comment of 65,535 at most.
        let begin = bytes.len().saturating_sub(22 + 65_535);
        let end = bytes[begin..].windows(4).rposition(|at| at == b"PK\x05\x06")? + begin;
        let (count, mut at) = (u16_at(bytes, end + 10)?, u32_at(bytes, end + 16)?);
        let mut entries = Vec::new();
        for _ in 0..count.min(MOST_ENTRIES) {
            if bytes.get(at..at + 4)? != b"PK\x01\x02" {
                return None;
            }
            let (name, extra, comment) =
                (u16_at(bytes, at + 28)?, u16_at(bytes, at + 30)?, u16_at(bytes, at + 32)?);
            entries.push(Entry {
                name: String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned(),
                method: u16_at(bytes, at + 10)? as u16,
                packed: u32_at(bytes, at + 20)?,
                at: u32_at(bytes, at + 42)?,
            });
            at += 46 + name + extra + comment;
        }
        Some(Archive { bytes, entries, left: MOST_OF_ALL })
    }
    /// The names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.entries.iter().map(|entry| entry.name.clone()).collect();
        names.sort();
        names
    }
    /// A file of it as text, as much as the limits leave. `None` where it is not there or packed in an unknown way.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        let at = entry.at;
        if self.bytes.get(at..at + 4)? != b"PK\x03\x04" {
            return None;
        }
        let begin = at + 30 + u16_at(self.bytes, at + 26)? + u16_at(self.bytes, at + 28)?;
        let packed = self.bytes.get(begin..begin.checked_add(entry.packed)?)?;
        let most = MOST_OF_ONE.min(self.left);
        let mut out = Vec::new();
        match entry.method {
            0 => packed.take(most).read_to_end(&mut out).ok()?,
            // What could be unpacked before the damage still has words.
            8 => DeflateDecoder::new(packed).take(most).read_to_end(&mut out).unwrap_or(out.len()),
            _ => return None,
        };
        self.left -= out.len() as u64;
        Some(String::from_utf8_lossy(&out).into_owned())
    }
}
