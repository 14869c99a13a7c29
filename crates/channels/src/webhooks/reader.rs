//! A reader of the event log: which event goes to which webhook.
use super::{
    policy::{Webhook, hears},
    store,
};
use kernel::id::Id;
use platform::{
    Home, Work,
    authority::{Grant, System},
    db::{Error, Result},
    events::{self, Recorded},
};
use std::time::Duration;
use tokio::{sync::watch, time::Instant};

/// The reader's name in the table `event_reader`.
pub const NAME: &str = "webhooks";
/// Events that are read at once.
const CHUNK: usize = 500;
/// On a busy desk the reader looks so often, not after every commit.
const BREATH: Duration = Duration::from_millis(25);
/// Events that go nowhere move the stored position only so often: most desks have no webhook, and their changes
/// must not cost a second write.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// How far this process has read.
pub struct Reader {
    at: Option<Id<Recorded>>,
    stored: Option<Id<Recorded>>,
    kept: Instant,
}

/// What the next events of the log mean.
struct Found {
    from: Id<Recorded>,
    to: Id<Recorded>,
    has_more: bool,
    going: Vec<(Id<Webhook>, Vec<Id<Recorded>>)>,
}

impl Default for Reader {
    fn default() -> Self {
        Reader { at: None, stored: None, kept: Instant::now() }
    }
}

impl Reader {
    /// Turns the next events into deliveries, in one transaction with the reader's position.
    ///
    /// * returns – whether there may be more to read.
    pub async fn step(&mut self, home: &Home) -> Result<bool> {
        let grant = Grant::<System>::system(home);
        let known = self.at;
        let found = grant
            .read::<_, Error>(move |tx| {
                let from = match known {
                    Some(known) => known,
                    None => events::position(tx, NAME)?.unwrap_or(Id::new(0)),
                };
                // Asked for before the webhooks: one that is added meanwhile must not miss what follows.
                let last = events::last(tx)?;
                let webhooks = store::active(tx)?;
                if webhooks.is_empty() {
                    return Ok(Found { from, to: last.max(from), has_more: false, going: Vec::new() });
                }
                let new = events::after(tx, from, CHUNK)?;
                let heard_by = |webhook: &Webhook| {
                    let ids: Vec<_> = new.iter().filter(|e| hears(webhook, e)).map(|e| e.id).collect();
                    (!ids.is_empty()).then_some((webhook.id, ids))
                };
                Ok(Found {
                    from,
                    to: new.last().map_or(from, |event| event.id),
                    has_more: new.len() == CHUNK,
                    going: webhooks.iter().filter_map(heard_by).collect(),
                })
            })
            .await?;
        self.stored.get_or_insert(found.from);
        let is_time = self.stored != Some(found.to) && self.kept.elapsed() >= KEEP_EVERY;
        if !found.going.is_empty() || is_time {
            let to = found.to;
            grant
                .change::<_, Error>(move |tx| {
                    for (webhook, events) in &found.going {
                        store::queue(tx, *webhook, events)?;
                    }
                    events::advance(tx, NAME, to)
                })
                .await?;
            (self.stored, self.kept) = (Some(to), Instant::now());
        }
        self.at = Some(found.to);
        Ok(found.has_more)
    }
}

/// Reads for as long as the program runs.
pub async fn follow(home: Home, mut stop: watch::Receiver<bool>) {
    let (mut reader, mut commits) = (Reader::default(), home.waits_for(Work::Events));
    while !*stop.borrow() {
        let rest = match reader.step(&home).await {
            Ok(true) => continue,
            Ok(false) => home.rest(None),
            Err(cause) => {
                tracing::warn!(%cause, "webhooks: the event log could not be read");
                reader = Reader::default();
                Duration::from_secs(1)
            }
        };
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}
