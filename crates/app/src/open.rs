//! Opening a desk: its folder, its guard, its database brought up to date, its keys and files.
use crate::{
    backup,
    config::Config,
    failure::{Failure, plain},
};
use kernel::clock::Clock;
use platform::{
    Home,
    authority::Authenticate,
    blobs::Blobs,
    brand::Brand,
    db::{self, Db, MIGRATIONS, Size},
    i18n::Language,
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
    made.map_err(|cause| {
        let why = match folder.is_file() {
            true => "it is a file".to_owned(),
            false => plain(&cause),
        };
        Failure::Failed(format!("{}: {why}; expected a folder that this user may write", folder.display()))
    })
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
    let db = Db::open(&config.place, Size::default()).map_err(at_place(config))?;
    if db::pending(&db, MIGRATIONS).await.map_err(at_place(config))?.is_new {
        db.close();
        return Err(none());
    }
    Ok(db)
}

/// A desk that this program knows well enough to read and write.
///
/// * errors – it is older or newer than the program, or there is none.
pub async fn current(config: &Config) -> Result<Db, Failure> {
    let db = existing(config).await?;
    refuse_newer(config, &db).await?;
    if db::pending(&db, MIGRATIONS).await?.names.is_empty() {
        return Ok(db);
    }
    db.close();
    Err(Failure::Failed(format!(
        "{}: this desk is older than this program; run `firstline migrate`, or start `firstline serve`",
        shown(config)
    )))
}

/// A newer program has tables that this one does not know: nothing is touched.
pub async fn refuse_newer(config: &Config, db: &Db) -> Result<(), Failure> {
    let done = db.read(db::migrations_done).await.map_err(at_place(config))?;
    let of_newer = done.iter().find(|(name, _)| MIGRATIONS.iter().all(|known| known.name != name));
    let Some((name, _)) = of_newer else { return Ok(()) };
    Err(Failure::Failed(format!(
        "{}: this desk was used by a newer firstline (it has {name}); expected that program or a newer one, not {}. \
         Nothing was changed",
        shown(config),
        env!("CARGO_PKG_VERSION")
    )))
}

/// The database's file, or its address without user and password.
fn shown(config: &Config) -> String {
    config.file().map_or_else(|| config.place_shown.clone(), |file| file.display().to_string())
}
/// Says of which database something is said.
fn at_place(config: &Config) -> impl FnOnce(db::Error) -> Failure {
    let thing = shown(config);
    let advice = match config.file() {
        Some(_) => "expected the database of a desk; if it is damaged, restore a backup into an empty folder",
        None => "expected a PostgreSQL that answers there and lets this user in",
    };
    move |cause| match cause {
        // It brings its own advice.
        db::Error::Unfit(why) => Failure::Failed(format!("{thing}: {why}")),
        cause => Failure::Failed(format!("{thing}: {cause}; {advice}")),
    }
}

/// The database, made if it is not there. Not migrated.
pub fn database(config: &Config) -> Result<Db, Failure> {
    make_folder(&config.data)?;
    if let Some(file) = config.file() {
        // Rows hold what people wrote: SQLite's own files get the same mode as this one.
        let made = File::options().create(true).append(true).mode(0o600).open(file);
        made.map_err(Failure::at(file.display()))?;
    }
    config.place.create().map_err(at_place(config))?;
    Db::open(&config.place, Size::default()).map_err(at_place(config))
}

/// A database that is there and up to date, made if need be. A served desk is up to date already.
pub async fn ready(config: &Config) -> Result<Db, Failure> {
    let db = database(config)?;
    refuse_newer(config, &db).await?;
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
    let key = config.data.join(platform::keys::FILE);
    if !key.exists() && db.read(|conn| backup::has_content(conn)).await? {
        // A new key would open none of the passwords and make every link in a mail wrong.
        db.close();
        return Err(Failure::Failed(format!(
            "{}: it is missing; expected the key with which this desk was made. Take it from the old data folder, \
             or restore a backup into an empty one",
            key.display()
        )));
    }
    let keys = Keys::open(&config.data).map_err(Failure::at(config.data.join("secret.key").display()))?;
    make_folder(&config.blobs())?;
    let blobs = Blobs::open(config.blobs()).map_err(Failure::at(config.blobs().display()))?;
    let site = Site::new(config.public_url.as_deref().unwrap_or(public_url), config.max_message_bytes)
        .behind(config.trusted_proxies.clone());
    let (name, language, brand) = db
        .read::<_, db::Error>(|conn| {
            let language = settings::get(conn, "default_language")?;
            Ok((settings::get(conn, "desk_name")?, language, Brand::load(conn)?))
        })
        .await?;
    if let Some(language) = language.as_deref().and_then(Language::from_word) {
        site.set_language(language);
    }
    if let Some(name) = name {
        site.rename(&name);
    }
    site.set_brand(brand);
    let outbound = Outbound::new(Policy {
        allow: config.allow_outbound.clone(),
        extra_authorities: config.extra_authorities.clone(),
        ..Policy::default()
    });
    Ok(Home::new(db, clock, keys, blobs, site, outbound, authenticate))
}
