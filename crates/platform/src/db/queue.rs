//! Where work waits for the threads of a database.
//!
//! Whoever has just worked is asked first: its connection has its pages in memory, the others have to read them again.
//! A thread without work sleeps at once instead of turning in a circle for a while.
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, Thread},
};

/// Clones share it.
pub(super) struct Queue<T>(Arc<(Mutex<State<T>>, usize)>);
struct State<T> {
    items: VecDeque<T>,
    /// Threads that sleep; the last one was the last to work.
    resting: Vec<Thread>,
    is_closed: bool,
}

/// Why an item was not taken.
pub(super) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    /// * `most` – items that may wait.
    pub(super) fn new(most: usize) -> Queue<T> {
        let state = State { items: VecDeque::new(), resting: Vec::new(), is_closed: false };
        Queue(Arc::new((Mutex::new(state), most)))
    }
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
    /// Adds an item behind the others, if there is room.
    pub(super) fn send(&self, item: T) -> Result<(), Refused> {
        let mut state = self.state();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.0.1 {
            return Err(Refused::Full);
        }
        state.items.push_back(item);
        let next = state.resting.pop();
        drop(state);
        if let Some(thread) = next {
            thread.unpark();
        }
        Ok(())
    }
    /// Takes nothing more from now on; what waits is still given out, and then nothing.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.resting.drain(..).for_each(|thread| thread.unpark());
    }
    /// The next item, when there is one; `None` after the end.
    pub(super) fn next(&self) -> Option<T> {
        let me = thread::current();
        loop {
            let mut state = self.state();
            // It may have woken by itself.
            state.resting.retain(|thread| thread.id() != me.id());
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if state.is_closed {
                return None;
            }
            state.resting.push(me.clone());
            drop(state);
            thread::park();
        }
    }
    /// The next item, if there is one now.
    pub(super) fn next_now(&self) -> Option<T> {
        self.state().items.pop_front()
    }
    pub(super) fn len(&self) -> usize {
        self.state().items.len()
    }
}
impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Queue(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_given_out_once_in_order_and_then_nothing() {
        let queue = Queue::new(1000);
        let taken: Vec<_> = (0..4)
            .map(|_| {
                let queue = queue.clone();
                thread::spawn(move || std::iter::from_fn(|| queue.next()).collect::<Vec<i32>>())
            })
            .collect();
        for number in 0..1000 {
            while queue.send(number).is_err() {
                thread::yield_now();
            }
        }
        queue.close();
        let taken: Vec<_> = taken.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(taken.iter().all(|of_one| of_one.is_sorted()), "each sees them in order");
        let mut all = taken.concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert!(matches!(queue.send(1), Err(Refused::Closed)));
    }
    #[test]
    fn a_full_queue_refuses() {
        let queue = Queue::new(1);
        assert!(queue.send(1).is_ok());
        assert!(matches!(queue.send(2), Err(Refused::Full)));
        assert_eq!((queue.len(), queue.next_now(), queue.next_now()), (1, Some(1), None));
    }
}
