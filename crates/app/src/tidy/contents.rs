//! Content that nothing names any more: uploads that nobody sent, and what was written before a change that failed.
//!
//! First the rows, by walking through all of them once a day; a day later at the earliest the files that have no row.
//! Between the two a backup that began before can still read them, and whoever brings the same content again keeps it
//! (see `platform::blobs`).
use super::store;
use kernel::clock::{DAY, Millis};
use platform::{
    Home,
    authority::{Grant, System},
    blobs::BlobError,
    db,
};
use std::time::Duration;

/// Rows looked at in one transaction.
const ROWS: usize = 1000;
/// Folders of files looked at in one round.
const FOLDERS: u16 = 8;
/// A pause between walks.
const PAUSE_MS: i64 = DAY;
/// Files whose last use is younger stay.
const YOUNG: Duration = Duration::from_secs(24 * 60 * 60);

/// How far the walk through all content has come.
#[derive(Default)]
pub struct Walk {
    /// Rows up to here are done.
    after: Vec<u8>,
    /// Rows are done, this is the next of the 256 folders.
    folder: Option<u16>,
    /// When the next walk begins.
    next: Millis,
}

impl Walk {
    /// One piece of the walk.
    ///
    /// * returns – whether it has not come to its end.
    pub async fn step(&mut self, home: &Home) -> Result<bool, BlobError> {
        if home.clock.now() < self.next {
            return Ok(false);
        }
        match self.folder {
            None => self.rows(home).await?,
            Some(folder) => self.files(home, folder).await?,
        }
        Ok(home.clock.now() >= self.next)
    }

    async fn rows(&mut self, home: &Home) -> Result<(), db::Error> {
        let system = Grant::<System>::system(home);
        let after = self.after.clone();
        let seen = system.read::<_, db::Error>(move |tx| store::contents(tx, &after, ROWS)).await?;
        let Some(last) = seen.last().copied() else {
            self.folder = Some(0);
            return Ok(());
        };
        let after = std::mem::replace(&mut self.after, last.as_bytes().to_vec());
        let forget = move |tx: &mut platform::authority::Tx<System>| {
            let before = tx.now().plus(-DAY);
            store::forget(tx, &after, last, before)
        };
        let files = system.change::<_, db::Error>(forget).await?;
        let blobs = home.blobs.clone();
        let touched =
            tokio::task::spawn_blocking(move || files.iter().try_for_each(|file| blobs.touch(file)));
        if let Ok(Err(cause)) = touched.await {
            tracing::warn!(%cause, "files that are no longer named may go before a day is over");
        }
        Ok(())
    }

    async fn files(&mut self, home: &Home, folder: u16) -> Result<(), BlobError> {
        let system = Grant::<System>::system(home);
        for folder in folder..(folder + FOLDERS).min(256) {
            let blobs = home.blobs.clone();
            let listed = tokio::task::spawn_blocking(move || blobs.files(folder as u8, YOUNG)).await;
            for file in listed.unwrap_or(Ok(Vec::new()))? {
                let is_known = system.read::<_, db::Error>(move |tx| store::is_known(tx, file)).await?;
                if !is_known {
                    let blobs = home.blobs.clone();
                    let removed = tokio::task::spawn_blocking(move || blobs.remove(&file, YOUNG)).await;
                    removed.unwrap_or(Ok(()))?;
                }
            }
        }
        self.folder = Some(folder + FOLDERS);
        if folder + FOLDERS >= 256 {
            *self = Walk { next: home.clock.now().plus(PAUSE_MS), ..Walk::default() };
        }
        Ok(())
    }
}
