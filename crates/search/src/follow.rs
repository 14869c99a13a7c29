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
const BREATH: Duration = Duration::from_millis(300);
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
    if index.takes_rebuild() || is_asked || !is_ours(&grant, index.mark()).await? {
        begin(&grant, index).await?;
    }
    if index.mark().building.is_some() {
        build(&grant, index, stop).await?;
        return Ok(true);
    }
    if read_events(&grant, index).await? {
        return Ok(true);
    }
    read_files(home, &grant, index).await
}

/// Whether the log is the one that the index has read: a restored database has another.
async fn is_ours(grant: &Grant<System>, mark: Mark) -> Result<bool> {
    if mark.position == 0 {
        // Nothing was read: what is there is empty, or was begun over an empty log.
        return Ok(mark.building != Some((0, 0)));
    }
    let id = Id::new(mark.position);
    let event = grant.read::<_, db::Error>(move |tx| events::one(tx, id)).await?;
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

/// What the next events touched.
async fn read_events(grant: &Grant<System>, index: &Arc<Index>) -> Result<bool> {
    let from = Id::<Recorded>::new(index.mark().position);
    let new = grant.read::<_, db::Error>(move |tx| events::after(tx, from, EVENTS)).await?;
    let Some(last) = new.last() else { return Ok(false) };
    let mark = Mark { position: last.id.number(), at_ms: last.at_ms.0, ..index.mark() };
    let new = Arc::new(new);
    let mut wanted: BTreeSet<Key> = BTreeSet::new();
    // An event that touches very many things (a big organisation's new name) is taken in pieces. The position moves
    // when all of them are in.
    for source in source::all() {
        for at in 0..new.len() {
            let mut after = 0;
            loop {
                let new = new.clone();
                let ids = grant
                    .read::<_, db::Error>(move |tx| (source.touched)(tx, &new[at], after, CHUNK))
                    .await?;
                let Some(last) = ids.last().copied() else { break };
                let is_last = ids.len() < CHUNK;
                wanted.extend(ids.into_iter().map(|id| Key { noun: source.code, id }));
                after = last;
                if is_last {
                    break;
                }
            }
        }
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    if wanted.is_empty() {
        // Nothing to find: the next commit takes the position along. A process that ends before reads them again.
        work(index, move |index| {
            index.pass(mark);
            Ok(())
        })
        .await?;
        return Ok(true);
    }
    for keys in wanted.chunks(CHUNK) {
        let keys = keys.to_vec();
        let documents = load(grant, keys.clone()).await?;
        work(index, move |index| index.put(&keys, &documents)).await?;
    }
    work(index, move |index| index.commit(mark)).await?;
    Ok(true)
}

/// Files whose text is not known yet, and then their things once more. The index itself knows who waits.
async fn read_files(home: &Home, grant: &Grant<System>, index: &Arc<Index>) -> Result<bool> {
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
