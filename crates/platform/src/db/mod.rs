//! One SQL text, two engines. Nothing outside this folder names a driver or asks which engine it is on.
//!
//! Work is a synchronous closure over a [`Conn`] that is already inside a transaction. It runs on a thread
//! that owns the connection; the caller awaits the answer, which arrives after the commit.
pub mod catalogue;
mod composed;
mod conn;
mod dialect;
pub mod dump;
mod error;
mod migrate;
mod notices;
pub mod pipeline;
mod postgres;
mod queue;
mod sqlite;
mod value;

pub use composed::{Bound, Composed, Hurry};
pub use conn::{Conn, Row, statements_run};
use conn::{Deadline, Turns};
use dialect::Dialect;
pub use error::{Error, Result};
pub use migrate::{MIGRATIONS, Migration, Pending, done as migrations_done, migrate, pending};
use notices::Notices;
use queue::{Queue, Refused};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, mpsc},
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::oneshot;
pub use value::{Column, Record, Value};

/// A SQL text known at compile time, listed in [`STATEMENTS`].
pub struct Statement {
    pub text: &'static str,
    /// Where it is written, for errors.
    pub at: &'static str,
    rendered: [OnceLock<String>; 2],
}
impl Statement {
    pub const fn new(text: &'static str, at: &'static str) -> Self {
        Self { text, at, rendered: [const { OnceLock::new() }; 2] }
    }
    fn on(&'static self, dialect: Dialect) -> &'static str {
        self.rendered[dialect as usize].get_or_init(|| dialect.render(self.text))
    }
}

/// Every statement of the program; one test prepares them all on both engines.
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static STATEMENTS: [Statement];

/// Declares a statement, with `$1…` placeholders and the tokens of [`dialect`].
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        #[allow(unsafe_code)] // linkme's link section; the only exception there is
        #[$crate::linkme::distributed_slice($crate::db::STATEMENTS)]
        #[linkme(crate = $crate::linkme)]
        static STATEMENT: $crate::db::Statement =
            $crate::db::Statement::new($text, concat!(file!(), ":", line!()));
        &STATEMENT
    }};
}

/// Where a desk lives.
#[derive(Clone)]
pub enum Place {
    Sqlite(PathBuf),
    /// `schema` is letters, digits and `_`.
    Postgres {
        url: String,
        schema: String,
    },
}

impl Place {
    /// Makes an empty desk: a schema, or nothing, because SQLite makes its file. Blocks.
    pub fn create(&self) -> Result<()> {
        let Place::Postgres { url, schema } = self else { return Ok(()) };
        let create = || {
            postgres::Slot::connect(url, schema, Turns::new(), (0, Size::default().limit))?.create_schema()
        };
        std::thread::scope(|scope| scope.spawn(create).join().unwrap_or(Err(Error::Closed)))
    }
}

#[derive(Clone, Copy)]
pub struct Size {
    /// Reader threads on SQLite; connections on PostgreSQL.
    pub threads: usize,
    /// Closures that may wait. One more is refused with [`Error::Busy`].
    pub queue: usize,
    /// How long the statements of one closure may take together; then it fails with [`Error::TooLong`].
    pub limit: Duration,
}
impl Default for Size {
    fn default() -> Self {
        Self { threads: 4, queue: 1024, limit: Duration::from_secs(20) }
    }
}

/// A desk's database. Clones share the threads.
#[derive(Clone)]
pub struct Db {
    reads: Queue<Message>,
    /// On PostgreSQL the same queue as `reads`.
    writes: Queue<Message>,
    threads: Arc<Threads>,
    notices: Arc<Notices>,
}

/// The threads, and the queues that they take work from. Without anybody who could send some they end.
#[derive(Default)]
struct Threads(Mutex<Vec<(Queue<Message>, JoinHandle<()>)>>);
impl Threads {
    fn all(&self) -> MutexGuard<'_, Vec<(Queue<Message>, JoinHandle<()>)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
impl Drop for Threads {
    fn drop(&mut self) {
        self.all().iter().for_each(|(queue, _)| queue.close());
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Read,
    Write,
}
type Message = (Mode, Work);
/// Runs on a connection, or hears why there is none.
type Work = Box<dyn FnOnce(Result<&mut Conn>) -> Ran + Send>;
/// Work that ran and now waits for the commit.
struct Ran {
    keep: bool,
    answer: Box<dyn FnOnce(Result<()>) + Send>,
}

impl Db {
    /// Starts one thread for each connection; errors if one of them cannot open. Blocks.
    pub fn open(place: &Place, size: Size) -> Result<Db> {
        let writes = Queue::new(size.queue);
        let notices = Arc::new(Notices::new(place.clone()));
        let mut db = Db { reads: writes.clone(), writes, threads: Arc::default(), notices };
        match place.clone() {
            Place::Sqlite(file) => {
                db.reads = Queue::new(size.queue);
                let (path, to_write) = (file.clone(), db.writes.clone());
                let open = move || sqlite::open(&path, Mode::Write, size.limit);
                db.start(&db.writes, open, move |conn| sqlite::write_loop(conn, &to_write))?;
                for _ in 0..size.threads {
                    let (path, queue) = (file.clone(), db.reads.clone());
                    let open = move || sqlite::open(&path, Mode::Read, size.limit);
                    db.start(&db.reads, open, move |conn| sqlite::read_loop(conn, &queue))?;
                }
            }
            Place::Postgres { url, schema } => {
                let turns = Turns::new();
                for lane in 0..size.threads {
                    let (url, schema, turns) = (url.clone(), schema.clone(), turns.clone());
                    let queue = db.writes.clone();
                    let open = move || postgres::Slot::connect(&url, &schema, turns, (lane, size.limit));
                    db.start(&db.writes, open, move |slot| slot.serve(&queue))?;
                }
            }
        }
        Ok(db)
    }

    /// A connection is opened, used and dropped on its own thread: the PostgreSQL client must not meet a runtime.
    fn start<C>(
        &self,
        queue: &Queue<Message>,
        open: impl FnOnce() -> Result<C> + Send + 'static,
        serve: impl FnOnce(C) + Send + 'static,
    ) -> Result<()> {
        let (report, opened) = mpsc::channel();
        let thread = std::thread::spawn(move || match open() {
            Ok(conn) => {
                let _ = report.send(Ok(()));
                serve(conn);
            }
            Err(error) => drop(report.send(Err(error))),
        });
        self.threads.all().push((queue.clone(), thread));
        opened.recv().unwrap_or(Err(Error::Closed))
    }

    /// Runs `work` on one snapshot of the data; it cannot write.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        queue(&self.reads, Mode::Read, work, |_| ()).await
    }

    /// Runs `work` in a transaction: kept on `Ok`, undone on `Err` and on a panic.
    ///
    /// Returns when the commit is on disk. A caller that stops waiting does not stop the work.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_then(work, |_| ()).await
    }
    /// The same, and then `after` with what came of it, once the commit is on disk. A caller that stops waiting does not
    /// stop this either. It runs on the thread of the connection and has to be quick.
    pub(crate) async fn write_then<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        after: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        queue(&self.writes, Mode::Write, work, after).await
    }

    /// How many closures wait for a connection now: to read, and to write. On PostgreSQL it is one queue.
    pub fn waiting(&self) -> (usize, usize) {
        (self.reads.len(), self.writes.len())
    }

    /// A snapshot of a SQLite desk in one new file, while others read and write; PostgreSQL keeps its own.
    ///
    /// * returns – whether there was anything to do.
    pub async fn snapshot(&self, to: PathBuf) -> Result<bool> {
        self.read(move |conn| conn.snapshot(&to)).await
    }

    /// From now on `heard` is called soon after a commit of another node on the same desk.
    ///
    /// A SQLite desk has no other nodes. On PostgreSQL two connections of their own listen and tell; while they are
    /// broken, [`Db::hears_others`] is false and whoever waits has to look now and then.
    pub fn listen(&self, heard: impl Fn() + Send + 'static) {
        self.notices.start(heard);
    }
    /// Tells other nodes that something was committed. Costs nothing here: another thread does it.
    pub fn tell_others(&self) {
        self.notices.ring();
    }
    /// Whether a commit of another node would be heard of now.
    pub fn hears_others(&self) -> bool {
        self.notices.hears()
    }

    /// Finishes what is queued, refuses what comes later, and ends the threads. Blocks.
    pub fn close(&self) {
        self.notices.stop();
        let threads = std::mem::take(&mut *self.threads.all());
        for (queue, _) in &threads {
            queue.close();
        }
        for (_, thread) in threads {
            let _ = thread.join();
        }
    }
}

async fn queue<T, E>(
    queue: &Queue<Message>,
    mode: Mode,
    work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    after: impl FnOnce(&T) + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (answer, answered) = oneshot::channel::<Result<T, E>>();
    let run = move |conn: Result<&mut Conn>| {
        let conn = conn?;
        conn.begin_work();
        let value = work(conn)?;
        conn.end_work()?;
        Ok(value)
    };
    let work: Work = Box::new(move |conn| {
        let result = catch_unwind(AssertUnwindSafe(|| run(conn)))
            .unwrap_or_else(|panic| Err(Error::panicked(panic.as_ref()).into()));
        Ran {
            keep: result.is_ok(),
            answer: Box::new(move |held| {
                // A result seen inside a transaction that did not hold is no result, not even an `Err`.
                let result = held.map_err(E::from).and(result);
                if let Ok(value) = &result {
                    after(value);
                }
                let _ = answer.send(result);
            }),
        }
    });
    queue.send((mode, work)).map_err(|refused| match refused {
        Refused::Full => Error::Busy,
        Refused::Closed => Error::Closed,
    })?;
    answered.await.map_err(|_| Error::Closed)?
}
