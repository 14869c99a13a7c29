//! DKIM signatures (RFC 6376, 8463).

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{Canonicalization, DkimSigner, Done};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

/// A private key with the name under which its public half stands in the DNS.
pub struct DkimKey {
    signer: Signer,
}

enum Signer {
    Rsa(Box<DkimSigner<RsaKey<Sha256>, Done>>),
    Ed25519(Box<DkimSigner<Ed25519Key, Done>>),
}

#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    #[error("the private key is not PEM with a PKCS#8 or PKCS#1 key")]
    NotAKey,
    #[error("the selector or domain contains characters that no DNS name has")]
    NotAName,
    #[error("the message could not be signed: {0}")]
    Failed(String),
}

/// The headers that are signed where present. `From` twice, so that a second one cannot be added later.
const SIGNED: &[&str] = &[
    "From",
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "Sender",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

impl DkimKey {
    /// Reads a PEM private key: RSA (`PRIVATE KEY` or `RSA PRIVATE KEY`, 2048 bits or more) or Ed25519.
    pub fn from_pem(domain: &str, selector: &str, pem: &str) -> Result<DkimKey, DkimError> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        };
        if !is_name(domain) || !is_name(selector) {
            return Err(DkimError::NotAName);
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimError::NotAKey)?;
        let pkcs8 = match &der {
            PrivateKeyDer::Pkcs8(der) => der.secret_pkcs8_der().to_vec(),
            _ => Vec::new(),
        };
        if let Ok(key) = RsaKey::<Sha256>::from_key_der(der) {
            let signer =
                DkimSigner::from_key(key).domain(domain).selector(selector).headers(SIGNED.iter().copied());
            return Ok(DkimKey { signer: Signer::Rsa(Box::new(prepared(signer))) });
        }
        let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(&pkcs8).map_err(|_| DkimError::NotAKey)?;
        let signer =
            DkimSigner::from_key(key).domain(domain).selector(selector).headers(SIGNED.iter().copied());
        Ok(DkimKey { signer: Signer::Ed25519(Box::new(prepared(signer))) })
    }
}

fn prepared<K: mail_auth::common::crypto::SigningKey>(signer: DkimSigner<K, Done>) -> DkimSigner<K, Done> {
    signer.header_canonicalization(Canonicalization::Relaxed).body_canonicalization(Canonicalization::Relaxed)
}

/// The message with a `DKIM-Signature` before it. Signs with the present time of the machine.
pub fn sign(message: &[u8], key: &DkimKey) -> Result<Vec<u8>, DkimError> {
    let failed = |error: mail_auth::Error| DkimError::Failed(error.to_string());
    let header = match &key.signer {
        Signer::Rsa(signer) => signer.sign(message).map_err(failed)?.to_header(),
        Signer::Ed25519(signer) => signer.sign(message).map_err(failed)?.to_header(),
    };
    let mut signed = Vec::with_capacity(header.len() + message.len());
    signed.extend_from_slice(header.as_bytes());
    signed.extend_from_slice(message);
    Ok(signed)
}
