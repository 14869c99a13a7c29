//! One organisation's desk as the running program holds it. A request reaches one desk and no other.
use crate::{
    alarms::Alarms, authority::Authenticate, blobs::Blobs, db::Db, events::Live, keys::Keys,
    outbound::Outbound, presence::Presence, settings::Site,
};
use kernel::clock::{Clock, Millis};
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
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
    /// Who looks at what, on this node.
    pub presence: Presence,
    /// What somebody should look at.
    pub alarms: Alarms,
    /// What crates above this one keep for the desk: the search index.
    pub extras: Extras,
    committed: watch::Sender<u64>,
    left: [watch::Sender<u64>; Work::ALL.len()],
}

/// Things that a desk holds and this crate does not know, one of each type.
#[derive(Default)]
pub struct Extras(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);
impl Extras {
    pub fn put<T: Send + Sync + 'static>(&self, thing: Arc<T>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), thing);
    }
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        held.and_then(|thing| thing.downcast().ok())
    }
}

/// What a transaction leaves for others to do once it is committed. Whoever waits for work is woken for its own
/// kind alone: with everybody woken by everything, a desk would spend more on looking than on changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The log has new events.
    Events,
    /// A job is due.
    Jobs,
    /// A mail that came waits to be read.
    Inbound,
    /// A mail waits to be sent.
    Outbound,
    /// An event waits to be told to a webhook.
    Deliveries,
}
impl Work {
    const ALL: [Work; 5] = [Work::Events, Work::Jobs, Work::Inbound, Work::Outbound, Work::Deliveries];
}

/// The kinds of work that one transaction leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left(u8);
impl Left {
    pub(crate) const EVERYTHING: Left = Left(u8::MAX);
    pub(crate) fn add(&mut self, work: Work) {
        self.0 |= 1 << work as u8;
    }
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
        Home(Arc::new(Parts {
            db,
            clock,
            keys,
            blobs,
            site,
            outbound,
            authenticate,
            live: Live::new(),
            presence: Presence::default(),
            alarms: Alarms::default(),
            extras: Extras::default(),
            committed: watch::Sender::new(0),
            left: Work::ALL.map(|_| watch::Sender::new(0)),
        }))
    }
    /// Something was committed, and this is what it left.
    pub(crate) fn wake(&self, left: Left) {
        self.hear(left);
        self.0.db.tell_others();
    }
    fn hear(&self, left: Left) {
        let count = |told: &watch::Sender<u64>| told.send_modify(|count| *count = count.wrapping_add(1));
        count(&self.0.committed);
        for work in Work::ALL {
            if left.0 & 1 << work as u8 != 0 {
                count(&self.0.left[work as usize]);
            }
        }
    }
    /// Listens to the other nodes of the desk: their commits wake our workers as our own do.
    ///
    /// To be called where the desk is served, and there alone: who calls it holds the guard of a SQLite desk.
    pub fn listen(&self) {
        let home = Arc::downgrade(&self.0);
        self.0.db.listen(move || {
            if let Some(parts) = home.upgrade() {
                // A notice does not say what for.
                Home(parts).hear(Left::EVERYTHING);
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
        self.0.committed.subscribe()
    }
    /// Completes with each commit of this process that leaves such work, and with every commit of other nodes where
    /// [`Home::listen`] was called. Work whose time comes later tells nobody: see [`Home::rest`].
    pub fn waits_for(&self, work: Work) -> watch::Receiver<u64> {
        self.0.left[work as usize].subscribe()
    }
}
impl std::ops::Deref for Home {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
