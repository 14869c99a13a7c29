//! Counts what somebody should look at, for the navigation.
use super::{inboxes::health, ledger};
use platform::{
    Home,
    authority::{Grant, System},
    db, jobs,
};
use std::time::Duration;
use tokio::sync::watch;

/// Between two counts.
const EVERY: Duration = Duration::from_secs(10);

/// Counts for as long as the program runs.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = count(&home).await {
            tracing::debug!(%error, "what waits for people could not be counted");
        }
        let _ = tokio::time::timeout(EVERY, stop.changed()).await;
    }
}

/// Counts once.
pub async fn count(home: &Home) -> db::Result<()> {
    let (inboxes, mails, dead) = Grant::<System>::system(home)
        .read::<_, db::Error>(|tx| {
            Ok((health::troubled(tx)?, ledger::store::quarantined(tx)?, jobs::dead_count(tx)?))
        })
        .await?;
    home.alarms.set("/admin/inboxes", inboxes);
    home.alarms.set("/admin/inbound", mails);
    home.alarms.set("/admin/jobs", dead);
    Ok(())
}
