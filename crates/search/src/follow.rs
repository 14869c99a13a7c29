//! The reader of the event log that keeps the index: what an event touched is read anew and put in.
use crate::{
    index::{Index, Mark, Mistake},
    source::{self, Document, Key},
};
use kernel::id::Id;
use platform::{
    Home, Work,
    authority::{Grant, System},
    blobs, db,
    events::{self, Recorded},
};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::spawn_blocking};

/// Events that are read at once.
const EVENTS: usize = 500;
/// Things that are read from the database at once.
const CHUNK: usize = 100;
/// Things between two commits while all is built.
const BUILT: usize = 5_000;
/// Commits are not closer together than this: each costs a flush of the disk.
const BREATH: Duration = Duration::from_millis(800);
/// Things whose files are read between two looks at the log.
const FILES: usize = 4;
/// A file of this name in the folder asks whoever follows the log to build all anew; a command leaves it there.
pub const REBUILD: &str = "rebuild";

#[derive(Debug)]
pub enum Trouble {
    Database(db::Error),
    Index(Mistake),
}
impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Trouble::Database(cause) => cause.fmt(f),
            Trouble::Index(cause) => cause.fmt(f),
        }
    }
}
impl From<db::Error> for Trouble {
    fn from(cause: db::Error) -> Trouble {
        Trouble::Database(cause)
    }
}
impl From<Mistake> for Trouble {
    fn from(cause: Mistake) -> Trouble {
        Trouble::Index(cause)
    }
}
type Result<T> = std::result::Result<T, Trouble>;

/// Keeps `index` for as long as the program runs.
pub async fn follow(home: Home, index: Arc<Index>, mut stop: watch::Receiver<bool>) {
    let mut commits = home.waits_for(Work::Events);
    while !*stop.borrow() {
        let began = Instant::now();
        let rest = match step(&home, &index, &stop).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => home.rest(None),
            Err(cause) => {
                tracing::warn!(%cause, "search: the index does not follow for the moment");
                index.rest();
                Duration::from_secs(1)
            }
        };
        if rest.is_zero() {
            continue;
        }
        let is_woken = tokio::select! {
            _ = commits.changed() => true,
            () = tokio::time::sleep(rest) => false,
            () = stopped(&mut stop) => false,
        };
        if is_woken {
            tokio::time::sleep(BREATH.saturating_sub(began.elapsed())).await;
        }
    }
    if let Err(cause) = work(&index, Index::settle).await {
        tracing::warn!(%cause, "search: the index could not be closed");
    }
    index.rest();
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_stopped| *is_stopped).await;
}

/// Brings the index up to date, files included, and returns. For commands and tests.
pub async fn catch_up(home: &Home, index: &Arc<Index>) -> Result<()> {
    let (_keep, stop) = watch::channel(false);
    while step(home, index, &stop).await? {}
    work(index, Index::settle).await
}

/// One piece of work.
///
/// * returns – whether there may be more.
async fn step(home: &Home, index: &Arc<Index>, stop: &watch::Receiver<bool>) -> Result<bool> {
    let grant = Grant::<System>::system(home);
    let is_asked = std::fs::remove_file(index.folder().join(REBUILD)).is_ok();
    if index.takes_rebuild() || is_asked {
        begin(&grant, index).await?;
    }
    let mark = index.mark();
    let look = grant.read::<_, db::Error>(move |tx| {
        if !is_ours(tx, &mark)? {
            return Ok(Look::Foreign);
        }
        if mark.building.is_some() {
            return Ok(Look::Building);
        }
        let new = events::after(tx, Id::new(mark.position), EVENTS)?;
        let Some(last) = new.last() else { return Ok(Look::Nothing) };
        let to = Mark { position: last.id.number(), at_ms: last.at_ms.0, ..mark };
        Ok(Look::Events { to, touched: touched(tx, &new)?, is_all: new.len() < EVENTS })
    });
    match look.await? {
        Look::Foreign => {
            begin(&grant, index).await?;
            Ok(true)
        }
        Look::Building => {
            build(&grant, index, stop).await?;
            Ok(true)
        }
        Look::Events { to, touched, is_all } => {
            take_in(&grant, index, to, touched).await?;
            Ok(!is_all || index.has_waiting())
        }
        Look::Nothing => read_files(home, &grant, index).await,
    }
}

/// What a look at the log came to.
enum Look {
    /// The log is not the one that the index has read.
    Foreign,
    /// The index is built from the beginning.
    Building,
    Nothing,
    Events {
        to: Mark,
        touched: Vec<Key>,
        is_all: bool,
    },
}

/// Whether the log is the one that the index has read: a restored database has another.
fn is_ours(conn: &mut db::Conn, mark: &Mark) -> db::Result<bool> {
    if mark.position == 0 {
        // Nothing was read: what is there is empty, or was begun over an empty log.
        return Ok(mark.building != Some((0, 0)));
    }
    let event = events::one(conn, Id::new(mark.position))?;
    Ok(event.is_some_and(|event| event.at_ms.0 == mark.at_ms))
}

/// Empties the index and remembers where the log ends now: what happens while it is built is read afterwards.
async fn begin(grant: &Grant<System>, index: &Arc<Index>) -> Result<()> {
    let last = grant.read::<_, db::Error>(|tx| {
        let id = events::last(tx)?;
        events::one(tx, id)
    });
    let mark = last.await?.map_or(Mark::begun(0, 0), |event| Mark::begun(event.id.number(), event.at_ms.0));
    // Over an empty log nothing has to be built, and (0, 0) would say that nothing was begun.
    let mark = if mark.position == 0 { Mark { building: Some((0, 1)), ..mark } } else { mark };
    tracing::info!("search: the index is built from the beginning");
    work(index, move |index| {
        index.texts.clear()?;
        index.clear()?;
        index.commit(mark)
    })
    .await
}

async fn work<T: Send + 'static>(
    index: &Arc<Index>,
    work: impl FnOnce(&Index) -> std::result::Result<T, Mistake> + Send + 'static,
) -> Result<T> {
    let index = index.clone();
    match spawn_blocking(move || work(&index)).await {
        Ok(done) => Ok(done?),
        Err(cause) => Err(Mistake::from(std::io::Error::other(cause)).into()),
    }
}

/// Everything that the sources have, noun by noun, with a commit now and then: a killed build goes on where it was.
async fn build(grant: &Grant<System>, index: &Arc<Index>, stop: &watch::Receiver<bool>) -> Result<()> {
    let began = Instant::now();
    let (noun, mut after) = index.mark().building.unwrap_or_default();
    let mut since_commit = 0;
    for source in source::all().into_iter().filter(|source| source.code >= noun) {
        if source.code != noun {
            after = 0;
        }
        loop {
            let ids = grant.read::<_, db::Error>(move |tx| (source.ids_after)(tx, after, CHUNK)).await?;
            let Some(last) = ids.last().copied() else { break };
            let keys: Vec<_> = ids.iter().map(|id| Key { noun: source.code, id: *id }).collect();
            let documents = load(grant, keys.clone()).await?;
            after = last;
            since_commit += keys.len();
            let is_time = since_commit >= BUILT || *stop.borrow();
            let mark = is_time.then(|| Mark { building: Some((source.code, after)), ..index.mark() });
            work(index, move |index| {
                index.put(&keys, &documents)?;
                mark.map_or(Ok(()), |mark| index.commit(mark))
            })
            .await?;
            if is_time {
                since_commit = 0;
            }
            if *stop.borrow() {
                return Ok(());
            }
        }
    }
    let mark = Mark { building: None, ..index.mark() };
    work(index, move |index| index.commit(mark)).await?;
    tracing::info!(things = index.count(), seconds = began.elapsed().as_secs(), "search: the index is whole");
    Ok(())
}

/// The things as they are now.
async fn load(grant: &Grant<System>, keys: Vec<Key>) -> Result<Vec<Document>> {
    let read = grant.read::<_, db::Error>(move |tx| {
        let mut documents = Vec::new();
        for source in source::all() {
            let ids: Vec<_> = keys.iter().filter(|key| key.noun == source.code).map(|key| key.id).collect();
            if !ids.is_empty() {
                documents.extend((source.load)(tx, &ids)?);
            }
        }
        Ok(documents)
    });
    Ok(read.await?)
}

/// Puts in what the log's next events touched, and how far it goes then.
async fn take_in(grant: &Grant<System>, index: &Arc<Index>, mark: Mark, touched: Vec<Key>) -> Result<()> {
    if touched.is_empty() {
        // Nothing to find: the next commit takes the position along. A process that ends before reads them again.
        return work(index, move |index| {
            index.pass(mark);
            Ok(())
        })
        .await;
    }
    for keys in touched.chunks(CHUNK) {
        let keys = keys.to_vec();
        let documents = load(grant, keys.clone()).await?;
        work(index, move |index| index.put(&keys, &documents)).await?;
    }
    work(index, move |index| index.commit(mark)).await
}

/// The things that these events touched, each once. One that touches very many (a big organisation's new name) is taken
/// in pieces; the position moves when all of them are in.
fn touched(conn: &mut db::Conn, new: &[Recorded]) -> db::Result<Vec<Key>> {
    let mut wanted: BTreeSet<Key> = BTreeSet::new();
    for source in source::all() {
        for event in new {
            let mut after = 0;
            loop {
                let ids = (source.touched)(conn, event, after, CHUNK)?;
                let is_last = ids.len() < CHUNK;
                after = ids.last().copied().unwrap_or(after);
                wanted.extend(ids.into_iter().map(|id| Key { noun: source.code, id }));
                if is_last {
                    break;
                }
            }
        }
    }
    Ok(wanted.into_iter().collect())
}

/// Files whose text is not known yet, and then their things once more. The index itself knows who waits.
async fn read_files(home: &Home, grant: &Grant<System>, index: &Arc<Index>) -> Result<bool> {
    if !index.has_waiting() {
        return Ok(false);
    }
    let keys = work(index, |index| index.waiting(FILES)).await?;
    if keys.is_empty() {
        return Ok(false);
    }
    let documents = load(grant, keys.clone()).await?;
    for file in documents.iter().flat_map(|document| &document.files) {
        if index.texts.known(file).is_some() {
            continue;
        }
        let (hash, file, home) = (file.hash, file.clone(), home.clone());
        let content = grant.read::<_, db::Error>(move |tx| blobs::find(tx, hash)).await;
        work(index, move |index| {
            let bytes = content.ok().and_then(|content| home.blobs.read(content).ok());
            Ok(index.texts.read(&file, bytes)?)
        })
        .await?;
    }
    let mark = index.mark();
    work(index, move |index| {
        index.put(&keys, &documents)?;
        index.commit(mark)
    })
    .await?;
    Ok(true)
}
