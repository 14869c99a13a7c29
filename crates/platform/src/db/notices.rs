//! Nodes of one desk hear of each other's commits: PostgreSQL's `NOTIFY`, sent after the commit by a thread of its own,
//! so that a commit never waits for it. Many commits in a short time are one notice.
//!
//! A notice may get lost, with its connection or with the node that was to send it. So it only says "look again", and
//! who waits also looks without one, now and then.
use super::{Place, Result, pipeline::Client};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// After a notice, the next one waits so long: a busy node is heard fifty times a second.
const BREATH: Duration = Duration::from_millis(20);
/// How long the listening thread waits for the socket before it looks whether it has to end. It asks nothing.
const LOOK: Duration = Duration::from_millis(250);
/// Between two tries to connect again.
const AGAIN: Duration = Duration::from_secs(1);

enum Ring {
    Tell,
    Stop,
}

pub(super) struct Notices {
    place: Place,
    bell: OnceLock<Sender<Ring>>,
    hears: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Notices {
    pub(super) fn new(place: Place) -> Notices {
        Notices {
            place,
            bell: OnceLock::new(),
            hears: Arc::default(),
            is_over: Arc::default(),
            threads: Mutex::default(),
        }
    }
    pub(super) fn hears(&self) -> bool {
        self.hears.load(Ordering::Relaxed)
    }
    pub(super) fn ring(&self) {
        if let Some(bell) = self.bell.get() {
            // Full: a notice that says the same is on its way.
            let _ = bell.try_send(Ring::Tell);
        }
    }

    /// Once; a second call does nothing.
    pub(super) fn start(&self, heard: impl Fn() + Send + 'static) {
        let (bell, rung) = bounded(1);
        if self.bell.set(bell).is_err() {
            return;
        }
        let Place::Postgres { url, schema } = &self.place else {
            self.hears.store(true, Ordering::Relaxed);
            return;
        };
        let wire = Wire {
            url: url.clone(),
            schema: schema.clone(),
            node: crate::keys::base32(&crate::keys::random::<10>()),
            hears: self.hears.clone(),
            is_over: self.is_over.clone(),
        };
        let telling = wire.clone();
        let mut threads = self.threads.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        threads.push(std::thread::spawn(move || wire.listen(&heard)));
        threads.push(std::thread::spawn(move || telling.tell(&rung)));
    }

    pub(super) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(bell) = self.bell.get() {
            let _ = bell.send_timeout(Ring::Stop, AGAIN);
        }
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

#[derive(Clone)]
struct Wire {
    url: String,
    schema: String,
    /// Tells our own notices from others'.
    node: String,
    hears: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
}

impl Wire {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn listen(&self, heard: &dyn Fn()) {
        while !self.is_over() {
            match listening(&self.url, &self.schema) {
                Ok(client) => {
                    self.hears.store(true, Ordering::Relaxed);
                    // What was told before we listened.
                    heard();
                    self.hear(client, heard);
                    self.hears.store(false, Ordering::Relaxed);
                    // Whoever rests because we listen has to wake and look for themselves.
                    heard();
                }
                Err(cause) => tracing::debug!(%cause, "other nodes cannot be heard; looking instead"),
            }
            if !self.is_over() {
                std::thread::sleep(AGAIN);
            }
        }
    }
    /// Ends with the connection, or with the program.
    fn hear(&self, mut client: Client, heard: &dyn Fn()) {
        while !self.is_over() {
            match client.next_told(LOOK) {
                Some(node) if node != self.node => heard(),
                Some(_) => {}
                None if client.is_closed() => return,
                None => {}
            }
        }
    }

    fn tell(&self, rung: &Receiver<Ring>) {
        let mut client: Option<Client> = None;
        while let Ok(Ring::Tell) = rung.recv() {
            if client.as_ref().is_none_or(Client::is_closed) {
                client = Client::config(&self.url).and_then(|config| Client::open(&config)).ok();
            }
            let told = client.as_mut().map(|client| notify(client, &self.schema, &self.node));
            if !matches!(told, Some(Ok(()))) {
                // Others look once a second while they hear nothing; a node that hears, but not us, looks later.
                client = None;
            }
            if self.is_over() {
                return;
            }
            std::thread::sleep(BREATH);
        }
    }
}

/// A connection that hears what [`notify`] says about the desk in `schema`.
fn listening(url: &str, schema: &str) -> Result<Client> {
    let mut client = Client::open(&Client::config(url)?)?;
    client.batch_execute(&format!("LISTEN firstline_{schema}"))?;
    Ok(client)
}
/// Tells the other nodes of the desk in `schema` that `node` has committed something.
fn notify(client: &mut Client, schema: &str, node: &str) -> Result<()> {
    let channel = format!("firstline_{schema}");
    client.execute("SELECT pg_notify($1, $2)", &[&channel, &node]).map(drop)
}
