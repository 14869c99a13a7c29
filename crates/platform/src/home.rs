//! One organisation's desk as the running program holds it. A request reaches one desk and no other.
use crate::{
    alarms::Alarms, authority::Authenticate, blobs::Blobs, db::Db, events::Live, keys::Keys,
    outbound::Outbound, settings::Site,
};
use kernel::clock::Clock;
use std::sync::Arc;
use tokio::sync::watch;

/// A desk's database, files, keys and settings. Clones share them.
#[derive(Clone)]
pub struct Home(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub keys: Keys,
    pub blobs: Blobs,
    pub site: Site,
    /// The only way to other machines.
    pub outbound: Outbound,
    /// Who is asking: people know sessions and tokens, this crate does not.
    pub authenticate: Box<dyn Authenticate>,
    /// New events for those who watch now.
    pub live: Live,
    /// What somebody should look at.
    pub alarms: Alarms,
    woken: watch::Sender<u64>,
}

impl Home {
    pub fn new(
        db: Db,
        clock: Clock,
        keys: Keys,
        blobs: Blobs,
        site: Site,
        outbound: Outbound,
        authenticate: Box<dyn Authenticate>,
    ) -> Home {
        let (woken, _) = watch::channel(0);
        Home(Arc::new(Parts {
            db,
            clock,
            keys,
            blobs,
            site,
            outbound,
            authenticate,
            live: Live::new(),
            alarms: Alarms::default(),
            woken,
        }))
    }
    /// Something was committed: whoever waits for work looks again.
    pub fn wake(&self) {
        self.0.woken.send_modify(|count| *count = count.wrapping_add(1));
    }
    /// Completes with each commit of this process (several may count as one).
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.woken.subscribe()
    }
}
impl std::ops::Deref for Home {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
