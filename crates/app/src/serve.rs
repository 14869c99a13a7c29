//! `firstline serve`: opens the desk, starts everything that runs in it, and ends all of it well.
use crate::{
    config::Config,
    failure::Failure,
    http::{health, router, server},
    indexing, mail, metrics, open, tidy,
    wizard::Wizard,
};
use kernel::clock::Clock;
use people::sign_in::Doorman;
use platform::{Home, events, jobs};
use std::{io::Write, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
};

/// Jobs that run at the same time.
const JOB_WORKERS: usize = 2;
/// Workers that have not ended by themselves so long after a stop are cut off.
const GRACE: Duration = Duration::from_secs(18);

pub async fn run(config: Config) -> Result<(), Failure> {
    open::make_folder(&config.data)?;
    let guard = open::Guard::take(&config)?;
    let (stopper, stop) = watch::channel(false);
    on_signals(stopper)?;

    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(Failure::listening("--listen", config.listen))?;
    let address = listener.local_addr().map_err(Failure::at("listen"))?;
    let front = server::Front::new(health::starting());
    let web = tokio::spawn(server::run(listener, front.clone(), stop.clone()));

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

    // It ends by a signal; then everybody finishes what they have begun.
    let _ = web.await;
    let finished = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE.saturating_sub(server::GRACE), finished).await.is_err() {
        tracing::warn!("some workers were cut off at the end");
    }
    workers.shutdown().await;
    let _ = tokio::task::spawn_blocking(move || home.db.close()).await;
    tracing::info!("stopped");
    drop(guard);
    Ok(())
}

/// Everything that works without being asked: readers of the log, jobs, mail in and out. Whoever is added here
/// ends by itself soon after `stop` becomes true.
async fn workers(home: &Home, config: &Config, stop: &watch::Receiver<bool>) -> Result<JoinSet<()>, Failure> {
    let mut workers = JoinSet::new();
    workers.spawn(until(stop.clone(), events::follow(home.clone())));
    workers.spawn(until(stop.clone(), tidy::work(home.clone())));
    workers.spawn(channels::webhooks::work(home.clone(), stop.clone()));
    workers.spawn(desk::sla::alarms::work(home.clone(), stop.clone()));
    workers.spawn(desk::routing::work(home.clone(), stop.clone()));
    workers.spawn(desk::notices::work(home.clone(), stop.clone()));
    workers.spawn(desk::rules::work(home.clone(), stop.clone()));
    for _ in 0..JOB_WORKERS {
        workers.spawn(jobs::work(home.clone(), stop.clone()));
    }
    mail::start(home, config, stop, &mut workers).await?;
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
