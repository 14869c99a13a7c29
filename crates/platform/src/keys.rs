//! The desk's master key and what is derived from it. The key file lives outside of the database.
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use kernel::secret::Secret;
use sha2::{Digest, Sha256};
use std::{io, path::Path};

/// The name of the key file in the data folder.
pub const FILE: &str = "secret.key";

/// Seals credentials and signs links. Whoever has it can forge both: back it up, show it to nobody.
#[derive(Clone, Debug)]
pub struct Keys(Secret<[u8; 32]>);

/// Sealed bytes were altered, belong to another row, or were sealed with another key.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value cannot be opened: it was altered, or secret.key is another one")]
pub struct Unsealable;

impl Keys {
    /// Reads the key of the data folder, or makes one that only its owner may read.
    pub fn open(folder: &Path) -> io::Result<Keys> {
        let file = folder.join(FILE);
        match std::fs::read(&file) {
            Ok(bytes) => Keys::from_bytes(&bytes)
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "secret.key is not 32 bytes long")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes: [u8; 32] = random();
                write_private(&file, &bytes)?;
                Ok(Keys(Secret::new(bytes)))
            }
            Err(error) => Err(error),
        }
    }
    pub fn from_bytes(bytes: &[u8]) -> Option<Keys> {
        bytes.try_into().ok().map(|bytes| Keys(Secret::new(bytes)))
    }
    /// For a backup; nothing else needs the bytes.
    pub fn to_bytes(&self) -> &[u8; 32] {
        self.0.reveal()
    }

    /// A key for one purpose; `purpose` is a fixed text of the program.
    pub fn derive(&self, purpose: &str) -> Secret<[u8; 32]> {
        Secret::new(blake3::derive_key(&format!("firstline 2026 {purpose}"), self.0.reveal()))
    }

    /// HMAC-SHA-256 of `parts` for one purpose. The lengths are signed too, so parts cannot be shifted.
    pub fn sign(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = self.derive(purpose);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal()).expect("any length is a key");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Encrypts `plain` for the row that `place` names, e.g. `inbox/7/receive`. It opens only there.
    pub fn seal(&self, place: &str, plain: &Secret<String>) -> Vec<u8> {
        let nonce: [u8; 12] = random();
        let payload = Payload { msg: plain.reveal().as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).expect("it fits into memory");
        [&nonce[..], &sealed].concat()
    }
    pub fn open_sealed(&self, place: &str, sealed: &[u8]) -> Result<Secret<String>, Unsealable> {
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or(Unsealable)?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| Unsealable)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let plain = self.cipher().decrypt(&nonce.into(), payload).map_err(|_| Unsealable)?;
        String::from_utf8(plain).map(Secret::new).map_err(|_| Unsealable)
    }
    fn cipher(&self) -> Aes256Gcm {
        let key = self.derive("seal");
        Aes256Gcm::new_from_slice(key.reveal()).expect("32 bytes are a key")
    }
}

/// Writes a file that only its owner may read, durably.
pub fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut open = std::fs::OpenOptions::new();
    let mut out = open.write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(bytes)?;
    out.sync_all()
}

/// Unpredictable bytes of the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A 256-bit token for a link, cookie or API client: 52 letters and digits without look-alikes.
pub fn new_token() -> Secret<String> {
    Secret::new(base32(&random::<32>()))
}

/// What is stored of a token: whoever reads the database cannot use it.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// RFC 4648 base32 in lower case, without padding: survives mail addresses, which forget case.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut count) = (0u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(ALPHABET[(bits >> count & 31) as usize].into());
        }
    }
    if count > 0 {
        out.push(ALPHABET[(bits << (5 - count) & 31) as usize].into());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_unaltered() {
        let secret = Secret::new("hunter2".to_owned());
        let mut sealed = keys().seal("inbox/7", &secret);
        assert_eq!(keys().open_sealed("inbox/7", &sealed).unwrap(), secret);
        assert!(keys().open_sealed("inbox/8", &sealed).is_err());
        sealed[15] ^= 1;
        assert!(keys().open_sealed("inbox/7", &sealed).is_err());
        assert!(keys().open_sealed("inbox/7", b"short").is_err());
    }
    #[test]
    fn signatures_depend_on_purpose_and_on_where_a_part_ends() {
        assert_ne!(keys().sign("a", &[b"x"]), keys().sign("b", &[b"x"]));
        assert_ne!(keys().sign("a", &[b"ab", b"c"]), keys().sign("a", &[b"a", b"bc"]));
    }
    #[test]
    fn base32_is_that_of_the_rfc() {
        assert_eq!(base32(b"foobar"), "mzxw6ytboi");
        assert_eq!(new_token().reveal().len(), 52);
    }
    #[test]
    fn the_key_file_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(folder.path()).unwrap();
        assert_eq!(Keys::open(folder.path()).unwrap().to_bytes(), first.to_bytes());
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
