//! Mail in and out, started with the desk.
use crate::{config::Config, failure::Failure};
use channels::email::{
    self, alarms, fetching, intake,
    intake::MailDoor,
    ledger::Way,
    outbox,
    receive::smtp::{Protocol, Receiver, Settings},
    verify::Verifier,
};
use platform::Home;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::{sync::watch, task::JoinSet};

/// Starts the receivers that the configuration asks for, the reader of what came, the sender, and the fetchers.
///
/// * errors – an address that cannot be listened on, name servers that cannot be read.
pub async fn start(
    home: &Home,
    config: &Config,
    stop: &watch::Receiver<bool>,
    workers: &mut JoinSet<()>,
) -> Result<(), Failure> {
    email::learn_domain(home).await;
    let verifier = Verifier::new(&config.dns, &config.host_name).map_err(Failure::failed)?;
    let tls = tls(config)?;
    for (address, protocol) in [(config.smtp_listen, Protocol::Smtp), (config.lmtp_listen, Protocol::Lmtp)] {
        let Some(address) = address else { continue };
        let receiver = receiver(home, config, address, protocol, tls.clone()).await?;
        let stop = stop.clone();
        workers.spawn(async move { receiver.run(stop).await });
    }
    workers.spawn(intake::work::work(home.clone(), Arc::new(verifier), stop.clone()));
    workers.spawn(outbox::work::work(home.clone(), stop.clone()));
    workers.spawn(fetching::work(home.clone(), stop.clone()));
    workers.spawn(alarms::work(home.clone(), stop.clone()));
    Ok(())
}

async fn receiver(
    home: &Home,
    config: &Config,
    address: SocketAddr,
    protocol: Protocol,
    tls: Option<Arc<ServerConfig>>,
) -> Result<Receiver<MailDoor>, Failure> {
    let (way, flag) = match protocol {
        Protocol::Smtp => (Way::Smtp, "--smtp-listen"),
        Protocol::Lmtp => (Way::Lmtp, "--lmtp-listen"),
    };
    let mut settings = Settings::new(protocol, &config.host_name, home.clock.clone());
    settings.max_message = home.site.max_message_bytes;
    settings.tls = tls;
    let receiver = Receiver::bind(address, settings, MailDoor::new(home, way)).await;
    let receiver = receiver.map_err(Failure::listening(flag, address))?;
    let bound = receiver.address().map_err(Failure::at(flag))?;
    tracing::info!(address = %bound, by = way.word(), "mail can come in");
    Ok(receiver)
}

/// What STARTTLS shows to senders.
fn tls(config: &Config) -> Result<Option<Arc<ServerConfig>>, Failure> {
    let Some((certificate, key)) = &config.mail_tls else { return Ok(None) };
    let at = |path: &Path, cause: &dyn std::fmt::Display| {
        Failure::Failed(format!("{}: {cause}; expected PEM", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|cause| at(certificate, &cause))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| at(key, &cause))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let made = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private));
    Ok(Some(Arc::new(made.map_err(|cause| at(certificate, &cause))?)))
}
