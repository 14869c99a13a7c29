//! A certificate authority that nobody trusts yet, and one server certificate of it.
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::{fs, path::PathBuf, sync::Arc};
use tempfile::TempDir;

/// For `localhost` and `127.0.0.1`. The files are gone when it is dropped.
pub struct Certificates {
    folder: TempDir,
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Certificates {
    pub fn new() -> Certificates {
        Certificates::lasting(4096)
    }

    /// A certificate whose last day was long ago.
    pub fn expired() -> Certificates {
        Certificates::lasting(2001)
    }

    fn lasting(until_year: i32) -> Certificates {
        let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("no names are fine");
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        authority.distinguished_name.push(rcgen::DnType::CommonName, "Test authority");
        let authority_key = rcgen::KeyPair::generate().expect("ring makes keys");
        let authority_certificate = authority.self_signed(&authority_key).expect("it signs itself");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut server = rcgen::CertificateParams::new(names).expect("these are names");
        server.not_before = rcgen::date_time_ymd(2000, 1, 1);
        server.not_after = rcgen::date_time_ymd(until_year, 1, 1);
        let key = rcgen::KeyPair::generate().expect("ring makes keys");
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let certificate = server.signed_by(&key, &issuer).expect("the authority signs");
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let write =
            |name: &str, text: String| fs::write(folder.path().join(name), text).expect("it is writable");
        write("authority.pem", authority_certificate.pem());
        write("server.pem", certificate.pem());
        write("server.key", key.serialize_pem());
        Certificates { folder, chain: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    /// PEM of the authority: who trusts it trusts the server.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }

    pub fn server_config(&self) -> Arc<rustls::ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(self.key.clone()).expect("we made it");
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .expect("certificate and key belong together");
        Arc::new(config)
    }
}

impl Default for Certificates {
    fn default() -> Certificates {
        Certificates::new()
    }
}
