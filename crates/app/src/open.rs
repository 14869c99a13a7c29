//! Opening a desk: its folder, its guard, its database brought up to date, its keys and files.
use crate::{config::Config, failure::Failure};
use kernel::clock::Clock;
use platform::{
    Home,
    authority::Authenticate,
    blobs::Blobs,
    db::{self, Db, MIGRATIONS, Size},
    keys::{self, Keys},
    outbound::{Outbound, Policy},
    settings::{self, Site},
};
use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// How many snapshots from before migrations stay.
const SNAPSHOTS: usize = 3;

/// Held while the desk is served or replaced: nobody else does either. Let go when dropped, also by a kill.
pub struct Guard(#[expect(dead_code, reason = "its lock lives as long as it")] File);

impl Guard {
    /// * errors – another process of this machine has it.
    pub fn take(config: &Config) -> Result<Guard, Failure> {
        let path = config.data.join("serve.lock");
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(Failure::at(path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Guard(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::Failed(format!(
                "{}: another firstline serves this desk; expected to be the only one. Stop it first",
                config.data.display()
            ))),
            Err(TryLockError::Error(cause)) => Err(Failure::at(path.display())(cause)),
        }
    }
}

/// The name of the node that this folder belongs to, made at the first start. Ask only under the [`Guard`]: then no two
/// processes have one name, unless somebody copied the folder to a second machine.
pub fn node(config: &Config) -> Result<String, Failure> {
    let path = config.data.join("node");
    let read = match fs::read_to_string(&path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        other => other.map_err(Failure::at(path.display()))?,
    };
    let known = read.trim();
    if !known.is_empty() {
        return Ok(known.to_owned());
    }
    // Empty after a power cut in the wrong moment: nobody remembers that name any more.
    let _ = fs::remove_file(&path);
    let made = keys::base32(&keys::random::<10>());
    keys::write_private(&path, made.as_bytes()).map_err(Failure::at(path.display()))?;
    Ok(made)
}

/// Makes the data folder, for its owner alone, if it is not there.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(Failure::at(format!("--data {}", folder.display())))
}

/// * errors – there is no desk at the place, so a command that needs one would only make an empty one.
pub async fn existing(config: &Config) -> Result<Db, Failure> {
    let none = || {
        Failure::Failed(format!(
            "there is no desk in {} ({}); expected one made by `firstline setup` or `firstline serve`",
            config.data.display(),
            config.place_shown
        ))
    };
    if config.file().is_some_and(|file| !file.exists()) {
        return Err(none());
    }
    let db = Db::open(&config.place, Size::default())?;
    if db::pending(&db, MIGRATIONS).await?.is_new {
        db.close();
        return Err(none());
    }
    Ok(db)
}

/// The database, made if it is not there. Not migrated.
pub fn database(config: &Config) -> Result<Db, Failure> {
    make_folder(&config.data)?;
    if let Some(file) = config.file() {
        // Rows hold what people wrote: SQLite's own files get the same mode as this one.
        let made = File::options().create(true).append(true).mode(0o600).open(file);
        made.map_err(Failure::at(file.display()))?;
    }
    config.place.create()?;
    Ok(Db::open(&config.place, Size::default())?)
}

/// A database that is there and up to date, made if need be. A served desk is up to date already.
pub async fn ready(config: &Config) -> Result<Db, Failure> {
    let db = database(config)?;
    if !db::pending(&db, MIGRATIONS).await?.names.is_empty() {
        let _guard = Guard::take(config)?;
        migrate(config, &db, &Clock::System).await?;
    }
    Ok(db)
}

/// Brings the database up to date; a SQLite desk that has something in it is copied first.
///
/// * returns – how many migrations ran.
pub async fn migrate(config: &Config, db: &Db, clock: &Clock) -> Result<usize, Failure> {
    let pending = db::pending(db, MIGRATIONS).await?;
    if let (Some(first), false) = (pending.names.first(), pending.is_new) {
        snapshot(config, db, first).await?;
    }
    Ok(db::migrate(db, clock, MIGRATIONS).await?)
}

async fn snapshot(config: &Config, db: &Db, before: &str) -> Result<(), Failure> {
    if config.file().is_none() {
        return Ok(());
    }
    let folder = config.snapshots();
    make_folder(&folder)?;
    let (part, file) = (folder.join("snapshot.part"), folder.join(format!("before-{before}.db")));
    let at = |path: &Path| Failure::at(path.display().to_string());
    match fs::remove_file(&part) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(at(&part)(cause)),
        _ => {}
    }
    File::options().create_new(true).write(true).mode(0o600).open(&part).map_err(at(&part))?;
    db.snapshot(part.clone()).await?;
    File::open(&part).and_then(|file| file.sync_all()).map_err(at(&part))?;
    fs::rename(&part, &file).map_err(at(&file))?;
    tracing::info!(file = %file.display(), "the desk was copied before its migration");
    let mut old: Vec<_> = fs::read_dir(&folder).map_err(at(&folder))?.flatten().map(|e| e.path()).collect();
    old.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("before-")));
    // Migrations are numbered, so the order of the names is that of time.
    old.sort();
    for path in old.iter().rev().skip(SNAPSHOTS) {
        fs::remove_file(path).map_err(at(path))?;
    }
    Ok(())
}

/// The desk as the program holds it, over a database that is up to date.
pub async fn home(
    config: &Config,
    db: Db,
    clock: Clock,
    public_url: &str,
    authenticate: Box<dyn Authenticate>,
) -> Result<Home, Failure> {
    let keys = Keys::open(&config.data).map_err(Failure::at(config.data.join("secret.key").display()))?;
    make_folder(&config.blobs())?;
    let blobs = Blobs::open(config.blobs()).map_err(Failure::at(config.blobs().display()))?;
    let site = Site::new(config.public_url.as_deref().unwrap_or(public_url), config.max_message_bytes);
    let name = db.read(|conn| settings::get(conn, "desk_name")).await?;
    if let Some(name) = name {
        site.rename(&name);
    }
    let outbound = Outbound::new(Policy {
        allow: config.allow_outbound.clone(),
        extra_authorities: config.extra_authorities.clone(),
        ..Policy::default()
    });
    Ok(Home::new(db, clock, keys, blobs, site, outbound, authenticate))
}
