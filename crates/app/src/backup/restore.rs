//! `firstline restore`: fills an empty desk from a file, all of it or nothing.
use super::{
    file::{End, Header, Kind, Reader, Table},
    store,
};
use crate::{
    config::Config,
    failure::{Failure, plain},
    indexing, open,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::clock::{Clock, Millis};
use platform::{
    blobs::{Blobs, Hash},
    db::{self, Conn, MIGRATIONS, Migration, Value, dump, migrations_done},
    keys, settings,
};
use serde_json::Value as Json;
use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

pub async fn run(config: &Config, from: &str, resend: bool) -> Result<(), Failure> {
    let at = {
        let from = from.to_owned();
        move |cause: io::Error| Failure::Failed(format!("--from {from}: {}", plain(&cause)))
    };
    // The whole file is read and found right before anything is touched.
    let mut reader = Reader::open(Path::new(from)).map_err(&at)?;
    let header: Header =
        reader.expect(Kind::Header).and_then(|content| Ok(serde_json::from_slice(&content)?)).map_err(&at)?;
    let migrations = known_migrations(&header)?;
    open::make_folder(&config.data)?;
    let _guard = open::Guard::take(config)?;
    // An index of what was here before; the next start builds one.
    indexing::forget(config)?;
    let db = open::database(config)?;
    let done = restore(config, &db, reader, migrations, resend).await;
    db.close();
    let (end, waiting) = match done {
        Ok(done) => done,
        Err(Trouble::File(cause)) => return Err(at(cause)),
        Err(Trouble::Other(failure)) => return Err(failure),
        Err(Trouble::NotEmpty) => {
            return Err(Failure::Failed(format!(
                "there is a desk in {} ({}) already; expected an empty place",
                config.data.display(),
                config.place_shown
            )));
        }
    };
    println!("{} rows and {} files of {} were restored", end.rows, end.files, header.made_at);
    if waiting.mails > 0 {
        let what = if resend { "will be sent now" } else { "are marked as failed: restored, not sent" };
        println!("{} mails that were waiting {what}", waiting.mails);
    }
    if waiting.answers > 0 {
        println!("{} answers that were to be sent later are held for their writers", waiting.answers);
    }
    Ok(())
}

/// The migrations that the backup has: the first ones of this program.
fn known_migrations(header: &Header) -> Result<&'static [Migration], Failure> {
    let of_file = header.migrations.iter().map(|(name, checksum)| (name.as_str(), checksum.clone()));
    let ours = MIGRATIONS.iter().map(|migration| (migration.name, migration.checksum()));
    match MIGRATIONS.get(..header.migrations.len()) {
        Some(migrations) if of_file.zip(ours).all(|(theirs, ours)| theirs == ours) => Ok(migrations),
        _ => Err(Failure::Failed(format!(
            "the backup was made by firstline {}, which this one ({}) does not know; expected the same or a newer program",
            header.program,
            env!("CARGO_PKG_VERSION")
        ))),
    }
}

enum Trouble {
    /// There is a desk already.
    NotEmpty,
    File(io::Error),
    Other(Failure),
}
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::File(error)
    }
}
impl From<db::Error> for Trouble {
    fn from(error: db::Error) -> Trouble {
        Trouble::Other(error.into())
    }
}
impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Other(failure)
    }
}

/// What was about to leave when the backup was made.
#[derive(Default)]
struct Waiting {
    mails: u64,
    /// Answers that waited for their time and are held now.
    answers: u64,
}

/// * returns – what was restored, and what had been waiting.
async fn restore(
    config: &Config,
    db: &db::Db,
    reader: Reader,
    migrations: &'static [Migration],
    resend: bool,
) -> Result<(End, Waiting), Trouble> {
    let clock = Clock::System;
    let (there, has_content) = db
        .read::<_, db::Error>(|conn| {
            let there = migrations_done(conn)?;
            let has_content = there.len() >= MIGRATIONS.len() && store::has_content(conn)?;
            Ok((there, has_content))
        })
        .await?;
    if has_content || (!there.is_empty() && there.len() != migrations.len()) {
        return Err(Trouble::NotEmpty);
    }
    db::migrate(db, &clock, migrations).await?;
    open::make_folder(&config.blobs())?;
    let blobs = Blobs::open(config.blobs()).map_err(Failure::at(config.blobs().display()))?;
    let (data, now) = (config.data.clone(), clock.now());
    let done = db.write(move |conn| fill(conn, reader, &data, &blobs, resend, now)).await?;
    db::migrate(db, &clock, MIGRATIONS).await?;
    db.write::<_, db::Error>(store::let_go).await?;
    Ok(done)
}

fn fill(
    conn: &mut Conn,
    mut reader: Reader,
    data: &Path,
    blobs: &Blobs,
    resend: bool,
    now: Millis,
) -> Result<(End, Waiting), Trouble> {
    // Asked again, now that nobody else can write.
    if store::has_content(conn)? {
        return Err(Trouble::NotEmpty);
    }
    dump::take_your_time(conn)?;
    replace_key(data, &reader.expect(Kind::Key)?)?;
    let tables = dump::tables(conn)?;
    // What migrations put there comes back with the file.
    for table in tables.iter().rev() {
        table.clear(conn)?;
    }
    let mut end = End::default();
    let mut current: Option<(&dump::Table, Table)> = None;
    let finish = |conn: &mut Conn, current: &mut Option<(&dump::Table, Table)>| match current.take() {
        Some((table, Table { last_number: Some(last), .. })) => table.number_after(conn, last),
        _ => Ok(()),
    };
    while let Some((kind, content)) = reader.next()? {
        match kind {
            Kind::Table => {
                finish(conn, &mut current)?;
                let head: Table = serde_json::from_slice(&content).map_err(io::Error::from)?;
                let table = tables.iter().find(|table| table.name == head.name);
                let table = table.filter(|table| table.columns.iter().map(|c| &c.name).eq(&head.columns));
                let table =
                    table.ok_or_else(|| bad(&format!("the table {} is not as expected", head.name)))?;
                current = Some((table, head));
                end.tables += 1;
            }
            Kind::Rows => {
                let (table, _) = current.as_ref().ok_or_else(|| bad("rows without a table"))?;
                end.rows += insert(conn, table, &content)?;
            }
            Kind::Blob => {
                let (hash, content) =
                    content.split_at_checked(32).ok_or_else(|| bad("a content without a hash"))?;
                if Hash::from_bytes(hash) != Some(Hash::of(content)) {
                    return Err(bad("a content does not have its hash").into());
                }
                blobs.prepare(content.to_vec())?;
                end.files += 1;
            }
            Kind::End => {
                finish(conn, &mut current)?;
                let said: End = serde_json::from_slice(&content).map_err(io::Error::from)?;
                if said != end {
                    return Err(bad("it does not hold what it says").into());
                }
                if resend {
                    return Ok((end, Waiting { mails: store::resend_mails(conn, now)?, answers: 0 }));
                }
                // In the transaction that fills it: there is no moment at which the desk would go on by itself.
                let has_answers = tables.iter().any(|table| table.name == "scheduled_reply");
                let answers = if has_answers { store::hold_answers(conn)? } else { 0 };
                store::drop_links(conn)?;
                settings::set_restored_at(conn, now)?;
                return Ok((end, Waiting { mails: store::hold_mails(conn)?, answers }));
            }
            Kind::Header | Kind::Key => return Err(bad("its parts are not in their order").into()),
        }
    }
    Err(bad("its end is missing").into())
}

fn bad(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.to_owned())
}

/// The key of the empty desk has locked nothing yet.
fn replace_key(data: &Path, key: &[u8]) -> io::Result<()> {
    if key.len() != 32 {
        return Err(bad("its key is not 32 bytes long"));
    }
    let (file, part) = (data.join(keys::FILE), data.join("secret.key.part"));
    match fs::remove_file(&part) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    keys::write_private(&part, key)?;
    fs::rename(&part, &file)?;
    fs::File::open(data)?.sync_all()
}

fn insert(conn: &mut Conn, table: &dump::Table, content: &[u8]) -> Result<u64, Trouble> {
    let rows: Vec<Vec<Json>> = serde_json::from_slice(content).map_err(io::Error::from)?;
    let bytes =
        |json: &Json| json.get("b").and_then(Json::as_str).and_then(|text| STANDARD.decode(text).ok());
    // Bytes have to live somewhere while values point to them.
    let decoded: Vec<Vec<Option<Vec<u8>>>> = rows.iter().map(|row| row.iter().map(bytes).collect()).collect();
    let wrong = || bad(&format!("a row of {} is not as expected", table.name));
    let all: Vec<Vec<Value>> = (rows.iter().zip(&decoded))
        .map(|(row, bytes)| values(table, row, bytes).ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    table.insert(conn, &all)?;
    Ok(all.len() as u64)
}

fn values<'v>(table: &dump::Table, row: &'v [Json], bytes: &'v [Option<Vec<u8>>]) -> Option<Vec<Value<'v>>> {
    if row.len() != table.columns.len() {
        return None;
    }
    let of = |((column, json), bytes): ((&dump::Column, &'v Json), &'v Option<Vec<u8>>)| {
        Some(match (column.kind, json) {
            (_, Json::Null) => Value::Null,
            (dump::Kind::Bool, Json::Bool(value)) => Value::Bool(*value),
            (dump::Kind::Integer, Json::Number(number)) => Value::Integer(number.as_i64()?),
            (dump::Kind::Real, Json::Number(number)) => Value::Real(number.as_f64()?),
            (dump::Kind::Text, Json::String(text)) => Value::Text(text),
            (dump::Kind::Bytes, Json::Object(_)) => Value::Bytes(bytes.as_ref()?),
            _ => return None,
        })
    };
    table.columns.iter().zip(row).zip(bytes).map(of).collect()
}
