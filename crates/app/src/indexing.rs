//! The search index of this node: opened for serving, built anew by a command, looked at by the doctor.
use crate::{config::Config, failure::Failure, open};
use kernel::clock::Clock;
use people::sign_in::Doorman;
use platform::{
    Home,
    db::{self, Db},
    events,
};
use search::{Index, extract::Way, follow};
use std::sync::Arc;

/// Opens the index and gives it to the desk. A disk that does not let us is no reason not to serve: the search says
/// that it is not ready.
pub fn open(home: &Home, config: &Config) -> Option<Arc<Index>> {
    // Files of strangers are read by this program in a second process.
    let way = std::env::current_exe().map_or(Way::None, Way::Child);
    let folder = config.search();
    let opened = open::make_folder(&folder).map_err(|failure| failure.to_string());
    match opened.and_then(|()| Index::open(&folder, way).map_err(|cause| cause.to_string())) {
        Ok(index) => {
            let index = Arc::new(index);
            home.extras.put(index.clone());
            Some(index)
        }
        Err(cause) => {
            tracing::error!(folder = %folder.display(), cause, "search: there is no index");
            None
        }
    }
}

/// Builds the index from the beginning, files included. To be called under the guard of the desk.
///
/// * returns – how many things are in it.
pub async fn rebuild(config: &Config, db: Db) -> Result<usize, Failure> {
    forget(config)?;
    let home =
        open::home(config, db, Clock::System, "http://127.0.0.1:8080", Box::new(Doorman::new())).await?;
    let index = open(&home, config)
        .ok_or_else(|| Failure::Failed(format!("{}: the index cannot be made", config.search().display())))?;
    follow::catch_up(&home, &index).await.map_err(|cause| Failure::Failed(cause.to_string()))?;
    Ok(index.count())
}

/// Throws the index away: it comes back from the database.
pub fn forget(config: &Config) -> Result<(), Failure> {
    match std::fs::remove_dir_all(config.search()) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::at(config.search().display())(cause))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the index. No index is fine: the next `serve` makes one.
pub async fn findings(config: &Config, db: &Db) -> db::Result<Vec<String>> {
    let advice = "run `firstline reindex`, or delete the folder";
    let folder = config.search();
    let shown = folder.display();
    let index = match Index::look(&folder) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(index)) => index,
        Err(cause) => return Ok(vec![format!("{shown} cannot be read ({cause}); {advice}")]),
    };
    let mut found = Vec::new();
    match index.damaged() {
        Ok(files) if files.is_empty() => {}
        Ok(files) => {
            let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
            found.push(format!("{shown} has damaged files ({}); {advice}", names.join(", ")));
        }
        Err(cause) => found.push(format!("{shown} cannot be read ({cause}); {advice}")),
    }
    let mark = index.mark();
    let (last, own) = db
        .read::<_, db::Error>(move |conn| {
            let own = events::one(conn, kernel::id::Id::new(mark.position))?;
            Ok((events::last(conn)?, own.map(|event| event.at_ms.0)))
        })
        .await?;
    let mark = index.mark();
    if mark.position > 0 && own != Some(mark.at_ms) {
        found.push(format!("{shown} is of another database; {advice}"));
    } else if mark.is_whole() && last.number() == mark.position {
        // Only an index that has read everything can be compared.
        for source in search::source::all() {
            let wrong = difference(db, &index, source).await?;
            found.extend(wrong.map(|(has, indexed)| {
                format!("{shown} has {indexed} of {has} of the noun {}; {advice}", source.noun)
            }));
        }
    }
    Ok(found)
}

/// How many of a noun there are and how many are indexed, where that differs.
async fn difference(
    db: &Db,
    index: &Index,
    source: &'static search::Source,
) -> db::Result<Option<(usize, usize)>> {
    let has = db
        .read::<_, db::Error>(move |conn| {
            db::dump::take_your_time(conn)?;
            let (mut count, mut after) = (0, 0);
            loop {
                let ids = (source.ids_after)(conn, after, 10_000)?;
                let Some(last) = ids.last() else { return Ok(count) };
                (count, after) = (count + ids.len(), *last);
            }
        })
        .await?;
    let indexed = index.count_of(source.code).unwrap_or(0);
    Ok((has != indexed).then_some((has, indexed)))
}
