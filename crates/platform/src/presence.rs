//! Who looks at a thing this moment, and who writes there. In memory alone: nothing of it is stored, so nobody can be
//! looked up afterwards (works councils: no history of people at work).
//!
//! Somebody is there as long as their page's stream is open; there are no beats to send or to miss.
use kernel::clock::{Millis, SECOND};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::broadcast;

/// Whoever has not typed for so long writes no more.
pub const TYPING_MS: i64 = 8 * SECOND;
/// People of one thing that are told; more are a crowd.
const MOST: usize = 20;

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    pub user: i64,
    pub name: String,
    pub is_typing: bool,
}

struct One {
    user: i64,
    name: String,
    /// Open pages.
    pages: usize,
    typed_at: Millis,
}

struct Parts {
    rooms: Mutex<HashMap<i64, Vec<One>>>,
    told: broadcast::Sender<i64>,
}

/// The rooms of a desk, one for each thing that somebody looks at. Clones share them.
#[derive(Clone)]
pub struct Presence(Arc<Parts>);
impl Default for Presence {
    fn default() -> Self {
        Presence(Arc::new(Parts { rooms: Mutex::default(), told: broadcast::channel(256).0 }))
    }
}

/// Somebody's open page; they leave when it is dropped.
pub struct Stay {
    presence: Presence,
    thing: i64,
    user: i64,
}
impl Drop for Stay {
    fn drop(&mut self) {
        self.presence.leave(self.thing, self.user);
    }
}

impl Presence {
    fn rooms(&self) -> MutexGuard<'_, HashMap<i64, Vec<One>>> {
        self.0.rooms.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
    /// Nobody listening is fine.
    fn tell(&self, thing: i64) {
        let _ = self.0.told.send(thing);
    }
    /// Hears the number of each thing where somebody came, went or began to write.
    pub fn watch(&self) -> broadcast::Receiver<i64> {
        self.0.told.subscribe()
    }
    /// Opens a page.
    pub fn enter(&self, thing: i64, user: i64, name: &str) -> Stay {
        let mut rooms = self.rooms();
        let room = rooms.entry(thing).or_default();
        match room.iter_mut().find(|one| one.user == user) {
            Some(one) => one.pages += 1,
            None => room.push(One { user, name: name.to_owned(), pages: 1, typed_at: Millis(0) }),
        }
        drop(rooms);
        self.tell(thing);
        Stay { presence: self.clone(), thing, user }
    }
    fn leave(&self, thing: i64, user: i64) {
        let mut rooms = self.rooms();
        let Some(room) = rooms.get_mut(&thing) else { return };
        if let Some(one) = room.iter_mut().find(|one| one.user == user) {
            one.pages -= 1;
        }
        room.retain(|one| one.pages > 0);
        if room.is_empty() {
            rooms.remove(&thing);
        }
        drop(rooms);
        self.tell(thing);
    }
    /// Somebody who is there writes; ignored for whoever is not.
    pub fn types(&self, thing: i64, user: i64, now: Millis) {
        let mut rooms = self.rooms();
        let one = rooms.get_mut(&thing).and_then(|room| room.iter_mut().find(|one| one.user == user));
        let Some(one) = one else { return };
        one.typed_at = now;
        drop(rooms);
        self.tell(thing);
    }
    /// Who is there, whoever came first before the others.
    pub fn of(&self, thing: i64, now: Millis) -> Vec<Here> {
        let here = |one: &One| Here {
            user: one.user,
            name: one.name.clone(),
            is_typing: one.typed_at.0 > 0 && now.0 - one.typed_at.0 < TYPING_MS,
        };
        self.rooms().get(&thing).map_or_else(Vec::new, |room| room.iter().take(MOST).map(here).collect())
    }
    /// The things that somebody looks at.
    pub fn things(&self) -> Vec<i64> {
        self.rooms().keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_there_while_a_page_of_theirs_is() {
        let presence = Presence::default();
        let mut told = presence.watch();
        let first = presence.enter(7, 1, "Ada");
        let second = presence.enter(7, 1, "Ada");
        assert_eq!(presence.of(7, Millis(1)).len(), 1, "two pages are one person");
        drop(first);
        assert_eq!(presence.of(7, Millis(1)).len(), 1);
        presence.types(7, 1, Millis(1_000));
        presence.types(7, 2, Millis(1_000));
        assert!(presence.of(7, Millis(2_000))[0].is_typing);
        assert!(!presence.of(7, Millis(1_000 + TYPING_MS))[0].is_typing, "it ends by itself");
        drop(second);
        assert!(presence.of(7, Millis(1)).is_empty() && presence.things().is_empty(), "nothing stays");
        let mut heard = 0;
        while told.try_recv().is_ok() {
            heard += 1;
        }
        assert_eq!(heard, 5, "two came, one went, one wrote, one went");
    }
}
