//! One organisation's desk as the running program holds it. A request reaches one desk and no other.
use crate::{
    alarms::Alarms, authority::Authenticate, blobs::Blobs, db::Db, events::Live, keys::Keys,
    outbound::Outbound, settings::Site,
};
use kernel::clock::{Clock, Millis};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// So long between two looks without a reason, where every commit is heard of.
const HEARING: Duration = Duration::from_secs(30);
/// And where it is not.
const DEAF: Duration = Duration::from_secs(1);

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
        self.hear();
        self.0.db.tell_others();
    }
    fn hear(&self) {
        self.0.woken.send_modify(|count| *count = count.wrapping_add(1));
    }
    /// Listens to the other nodes of the desk: their commits wake our workers as our own do.
    ///
    /// To be called where the desk is served, and there alone: who calls it holds the guard of a SQLite desk.
    pub fn listen(&self) {
        let home = Arc::downgrade(&self.0);
        self.0.db.listen(move || {
            if let Some(parts) = home.upgrade() {
                Home(parts).hear();
            }
        });
    }
    /// How long a worker that has found nothing to do may rest, unless a commit wakes it.
    ///
    /// * `due` – when something waits to be done. What is overdue is in somebody else's hands: we look again in a second.
    pub fn rest(&self, due: Option<Millis>) -> Duration {
        let most = if self.0.db.hears_others() { HEARING } else { DEAF };
        match due.map(|due| due.0 - self.0.clock.now().0) {
            None => most,
            Some(..=0) => DEAF,
            Some(ms) => Duration::from_millis(ms as u64).min(most),
        }
    }
    /// Completes with each commit of this process, and of other nodes where [`Home::listen`] was called (several may
    /// count as one).
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
