//! How many may come in at once, by address and by bytes.
use super::Settings;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes in transfer are counted in steps of this.
const STEP: usize = 64 * 1024;

#[derive(Clone)]
pub struct Places {
    inner: Arc<Inner>,
}

struct Inner {
    taken: Mutex<Taken>,
    max: usize,
    max_per_address: usize,
    room: Arc<Semaphore>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection's place, given back when dropped.
pub struct Place {
    places: Places,
    key: IpAddr,
}

/// Room for the bytes of one message, given back when dropped.
#[derive(Default)]
pub struct Room {
    permit: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Places {
    pub fn new(settings: &Settings) -> Places {
        let steps = settings.max_in_transfer.div_ceil(STEP).min(Semaphore::MAX_PERMITS);
        Places {
            inner: Arc::new(Inner {
                taken: Mutex::default(),
                max: settings.max_connections,
                max_per_address: settings.max_connections_per_address,
                room: Arc::new(Semaphore::new(steps)),
            }),
        }
    }

    /// `None` when all places, or all of this address, are taken.
    pub fn take(&self, peer: IpAddr) -> Option<Place> {
        let key = network(peer);
        let mut taken = self.inner.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.inner.max {
            return None;
        }
        let here = taken.by_address.entry(key).or_default();
        if *here >= self.inner.max_per_address {
            return None;
        }
        *here += 1;
        taken.all += 1;
        Some(Place { places: self.clone(), key })
    }
}

impl Place {
    /// Makes `room` hold `bytes` at least. False when too much is in transfer already.
    pub fn grow(&self, room: &mut Room, bytes: usize) -> bool {
        if bytes <= room.bytes {
            return true;
        }
        let steps = (bytes - room.bytes).div_ceil(STEP);
        let Ok(count) = u32::try_from(steps) else { return false };
        let Ok(more) = self.places.inner.room.clone().try_acquire_many_owned(count) else { return false };
        match &mut room.permit {
            Some(permit) => permit.merge(more),
            None => room.permit = Some(more),
        }
        room.bytes += steps * STEP;
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.inner.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(here) = taken.by_address.get_mut(&self.key) {
            *here -= 1;
            if *here == 0 {
                taken.by_address.remove(&self.key);
            }
        }
    }
}

/// A customer of an IPv6 provider holds a /64 at least: all of it counts as one.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}
