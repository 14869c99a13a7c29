//! PostgreSQL over TLS, with servers that can and that cannot.
use platform::db::pipeline::Client;

#[test]
fn a_server_that_can_is_spoken_to_with_tls_also_where_nobody_knows_its_certificate() {
    let certificates = testkit::certificates::Certificates::new();
    let can = testkit::Cluster::with_tls(&certificates);
    let config = Client::config(&can.url).unwrap();
    assert!(Client::preferring(&config).unwrap().is_encrypted().unwrap());
    // Whoever asks for more than that gets it: this certificate is nobody's.
    let strict = Client::config(&format!("{} sslmode=require", can.url)).unwrap();
    assert!(Client::open(&strict).is_err());
    // On the same machine nothing is gained, and nothing is asked.
    assert!(!Client::open(&config).unwrap().is_encrypted().unwrap());

    let cannot = testkit::Cluster::start(false);
    let config = Client::config(&cannot.url).unwrap();
    assert!(
        !Client::preferring(&config).unwrap().is_encrypted().unwrap(),
        "it is no error: this is `prefer`"
    );
}
