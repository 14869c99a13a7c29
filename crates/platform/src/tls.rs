//! The one TLS configuration for connections that we open.
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

static CLIENT: OnceLock<ClientConfig> = OnceLock::new();

/// Certificates are checked against the machine's trusted roots. The first call reads them.
pub fn client() -> ClientConfig {
    CLIENT
        .get_or_init(|| {
            let mut roots = RootCertStore::empty();
            for cert in rustls_native_certs::load_native_certs().certs {
                // A root that does not parse trusts nobody; the others still count.
                let _ = roots.add(cert);
            }
            with_roots(roots)
        })
        .clone()
}

/// The same configuration with other roots, e.g. a company's own.
pub fn with_roots(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
