//! Mail in and out, started with the desk.
use crate::{config::Config, failure::Failure};
use channels::email::{
    self, fetching, intake,
    intake::MailDoor,
    ledger::Way,
    outbox,
    receive::smtp::{Protocol, Receiver, Settings},
    verify::Verifier,
};
use platform::Home;
use std::{net::SocketAddr, sync::Arc};
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
    let name = host_name(home);
    let verifier = Verifier::new(&config.dns, &name).map_err(Failure::failed)?;
    for (address, protocol) in [(config.smtp_listen, Protocol::Smtp), (config.lmtp_listen, Protocol::Lmtp)] {
        let Some(address) = address else { continue };
        let receiver = receiver(home, address, protocol, &name).await?;
        let stop = stop.clone();
        workers.spawn(async move { receiver.run(stop).await });
    }
    workers.spawn(intake::work::work(home.clone(), Arc::new(verifier), stop.clone()));
    workers.spawn(outbox::work::work(home.clone(), stop.clone()));
    workers.spawn(fetching::work(home.clone(), stop.clone()));
    Ok(())
}

async fn receiver(
    home: &Home,
    address: SocketAddr,
    protocol: Protocol,
    name: &str,
) -> Result<Receiver<MailDoor>, Failure> {
    let (way, key) = match protocol {
        Protocol::Smtp => (Way::Smtp, "smtp_listen"),
        Protocol::Lmtp => (Way::Lmtp, "lmtp_listen"),
    };
    let mut settings = Settings::new(protocol, name, home.clock.clone());
    settings.max_message = home.site.max_message_bytes;
    let receiver = Receiver::bind(address, settings, MailDoor::new(home, way)).await;
    let receiver = receiver.map_err(Failure::at(format!("{key} {address}")))?;
    let bound = receiver.address().map_err(Failure::at(key))?;
    tracing::info!(%bound, "mail is received");
    Ok(receiver)
}

/// What we call ourselves to other mail servers: the host of the public address.
fn host_name(home: &Home) -> String {
    let url = &home.site.public_url;
    let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    if host.is_empty() { "localhost".into() } else { host.to_owned() }
}
