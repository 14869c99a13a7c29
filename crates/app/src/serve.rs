//! `firstline serve`: opens the desk, starts everything that runs in it, and ends all of it well.
use crate::{
    config::Config,
    failure::Failure,
    http::{health, router, server},
    indexing, mail, metrics, open, tidy,
    wizard::Wizard,
};
use channels::voice::sip::Responder;
use kernel::clock::Clock;
use people::sign_in::Doorman;
use platform::{Home, events, jobs};
use std::{io::Write, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// Jobs that run at the same time.
const JOB_WORKERS: usize = 2;
/// Workers that have not ended by themselves so long after a stop are cut off.
const GRACE: Duration = Duration::from_secs(18);

pub async fn run(config: Config) -> Result<(), Failure> {
    open::make_folder(&config.data)?;
    let guard = open::Guard::take(&config)?;
    let (stopper, stop) = watch::channel(false);
    on_signals(stopper.clone())?;

    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(Failure::listening("--listen", config.listen))?;
    let address = listener.local_addr().map_err(Failure::at("listen"))?;
    let front = server::Front::new(health::starting());
    let mut web = tokio::spawn(server::run(listener, front.clone(), stop.clone()));

    let clock = Clock::System;
    let readings = metrics::start();
    let db = open::database(&config)?;
    open::refuse_newer(&config, &db).await?;
    let migrated = open::migrate(&config, &db, &clock).await?;
    if migrated > 0 {
        tracing::info!(migrated, "the database was brought up to date");
    }
    let home = open::home(&config, db, clock, &format!("http://{address}"), Box::new(Doorman::new())).await?;
    home.site.set_node(&open::node(&config)?);
    let swept = home.blobs.sweep().map_err(Failure::at(config.blobs().display()))?;
    if swept > 0 {
        tracing::info!(swept, "contents that were never finished were removed");
    }

    home.listen();
    let mut workers = workers(&home, &config, &stop).await?;
    workers.spawn(until(stop.clone(), metrics::tidy(readings.clone())));
    let wizard = Wizard::start(&home).await?;
    front.open(router::whole(home.clone(), wizard, readings, config.metrics, stop.clone()));
    announce(&format!("listening on http://{address}"))?;

    let ended = watched(&mut web, &mut workers, &stopper).await;
    let finished = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE.saturating_sub(server::GRACE), finished).await.is_err() {
        tracing::warn!("some workers were cut off at the end");
    }
    workers.shutdown().await;
    let _ = tokio::task::spawn_blocking(move || home.db.close()).await;
    tracing::info!("stopped");
    drop(guard);
    ended
}

/// Waits until the web server has ended, by a signal; then everybody finishes what they have begun. No worker ends
/// before: where one does, mails or jobs would wait for ever behind a desk that looks well. Then all of it ends, and
/// whoever started the program sees why and starts it again.
///
/// * errors – a worker or the web server ended by itself.
async fn watched(
    web: &mut JoinHandle<()>,
    workers: &mut JoinSet<()>,
    stopper: &watch::Sender<bool>,
) -> Result<(), Failure> {
    let ended = tokio::select! {
        ended = &mut *web => (ended, "the web server"),
        Some(ended) = workers.join_next() => (ended, "a worker"),
    };
    // Whoever ended after they were told to has done what they should.
    let was_told = stopper.send_replace(true);
    let failure = match ended {
        (Ok(()), _) if was_told => None,
        (Ok(()), who) => Some(format!("{who} ended by itself; nothing of the desk is lost, start it again")),
        (Err(cause), who) => {
            Some(format!("{who} failed inside ({cause}); nothing of the desk is lost, start it again"))
        }
    };
    if let Some(failure) = &failure {
        tracing::error!(failure, "the program ends");
    }
    if !web.is_finished() {
        let _ = web.await;
    }
    failure.map_or(Ok(()), |failure| Err(Failure::Failed(failure)))
}

/// Everything that works without being asked: readers of the log, jobs, mail in and out. Whoever is added here
/// ends by itself soon after `stop` becomes true.
async fn workers(home: &Home, config: &Config, stop: &watch::Receiver<bool>) -> Result<JoinSet<()>, Failure> {
    let mut workers = JoinSet::new();
    workers.spawn(until(stop.clone(), events::follow(home.clone())));
    workers.spawn(until(stop.clone(), tidy::work(home.clone())));
    workers.spawn(channels::webhooks::work(home.clone(), stop.clone()));
    workers.spawn(desk::sla::alarms::work(home.clone(), stop.clone()));
    workers.spawn(desk::escalation::work(home.clone(), stop.clone()));
    workers.spawn(desk::routing::work(home.clone(), stop.clone()));
    workers.spawn(desk::notices::work(home.clone(), stop.clone()));
    workers.spawn(desk::rules::work(home.clone(), stop.clone()));
    for _ in 0..JOB_WORKERS {
        workers.spawn(jobs::work(home.clone(), stop.clone()));
    }
    mail::start(home, config, stop, &mut workers).await?;
    if let Some(address) = config.sip_listen {
        let responder = Responder::bind(address, home.keys.clone()).await;
        let responder = responder.map_err(Failure::listening("--sip-listen", address))?;
        let bound = responder.address().map_err(Failure::at("--sip-listen"))?;
        tracing::info!(address = %bound, by = "sip", "OPTIONS is answered");
        workers.spawn(responder.run(stop.clone()));
    }
    // The last, because it has something to say: whatever is in the way was found before.
    if let Some(index) = indexing::open(home, config) {
        workers.spawn(search::follow::follow(home.clone(), index, stop.clone()));
    }
    Ok(workers)
}

/// Runs what may be cut off anywhere.
async fn until(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
}

/// The first SIGTERM or Ctrl-C asks to stop, the second one stops at once.
fn on_signals(stop: watch::Sender<bool>) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::at("SIGTERM"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::at("SIGINT"))?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if stop.send_replace(true) {
                std::process::exit(1);
            }
            tracing::info!("stopping: what is under way is finished first");
        }
    });
    Ok(())
}

/// One line on stdout, at once.
fn announce(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Failure::at("stdout"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A web server and workers that end when they are told to, and one more worker.
    fn program(
        more: impl Future<Output = ()> + Send + 'static,
    ) -> (JoinHandle<()>, JoinSet<()>, watch::Sender<bool>) {
        let (stopper, stop) = watch::channel(false);
        let told = |mut stop: watch::Receiver<bool>| async move {
            let _ = stop.wait_for(|is_stopped| *is_stopped).await;
        };
        let mut workers = JoinSet::new();
        workers.spawn(told(stop.clone()));
        workers.spawn(more);
        (tokio::spawn(told(stop)), workers, stopper)
    }

    #[tokio::test]
    async fn a_worker_that_fails_ends_the_program_with_an_error_and_the_others_finish() {
        for panics in [true, false] {
            let (mut web, mut workers, stopper) = program(async move {
                tokio::task::yield_now().await;
                assert!(!panics, "the code has a mistake");
            });
            let ended = watched(&mut web, &mut workers, &stopper).await;
            let Err(Failure::Failed(why)) = ended else { panic!("{ended:?}") };
            assert!(why.starts_with("a worker "), "{why}");
            assert!(*stopper.borrow(), "everybody is told to end");
            assert!(web.is_finished());
            assert!(workers.join_next().await.unwrap().is_ok(), "the other one ended well");
        }
    }
    #[tokio::test]
    async fn an_end_that_was_asked_for_is_no_failure() {
        for _ in 0..20 {
            let (mut web, mut workers, stopper) = program(std::future::pending());
            let asking = stopper.clone();
            tokio::spawn(async move { asking.send_replace(true) });
            assert_eq!(watched(&mut web, &mut workers, &stopper).await, Ok(()));
        }
    }
}
