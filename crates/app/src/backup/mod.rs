//! `firstline backup`: the whole desk in one file, from one snapshot, also while it is served.
mod file;
pub mod restore;
mod store;

pub use store::has_content;

use crate::{
    config::Config,
    failure::{Failure, plain},
    open,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use file::{End, Header, Kind, Table, Writer};
use kernel::clock::Clock;
use platform::{
    blobs::{Blobs, Hash},
    db::{self, Value, dump, migrations_done},
};
use serde_json::{Value as Json, json};
use std::{io, path::Path};

/// Rows are collected up to about this many bytes before they are written.
const BATCH: usize = 256 * 1024;

pub async fn run(config: &Config, to: &str) -> Result<(), Failure> {
    let db = open::existing(config).await?;
    open::refuse_newer(config, &db).await?;
    let to = Path::new(to);
    let at = |cause: io::Error| Failure::Failed(format!("--to {}: {}", to.display(), plain(&cause)));
    let key_file = config.data.join(platform::keys::FILE);
    let key = std::fs::read(&key_file).map_err(Failure::at(key_file.display()))?;
    let writer = Writer::create(to).map_err(at)?;
    let blobs = Blobs::open(config.blobs()).map_err(Failure::at(config.blobs().display()))?;
    let made_at = Clock::System.now().to_string();
    let written = db.read(move |conn| write(conn, writer, &key, made_at)).await;
    db.close();
    let Written { mut writer, mut end, files } = match written {
        Ok(written) => written,
        Err(Trouble::Database(cause)) => return Err(cause.into()),
        Err(Trouble::File(cause)) => return Err(at(cause)),
    };
    let mut missing = Vec::new();
    for hash in files {
        match blobs.read_file(hash) {
            Ok(content) => {
                writer.frame(Kind::Blob, &[hash.as_bytes(), &content]).map_err(at)?;
                end.files += 1;
            }
            Err(_) => missing.push(hash.hex()),
        }
    }
    writer.json(Kind::End, &end).map_err(at)?;
    let size = writer.finish().map_err(at)?;
    println!("{}: {} rows, {} files, {} bytes", to.display(), end.rows, end.files, size);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "the backup was written without {} contents that are missing or damaged; `firstline doctor` lists them",
        missing.len()
    )))
}

enum Trouble {
    Database(db::Error),
    File(io::Error),
}
impl From<db::Error> for Trouble {
    fn from(error: db::Error) -> Trouble {
        Trouble::Database(error)
    }
}
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::File(error)
    }
}

struct Written {
    writer: Writer,
    end: End,
    /// Contents that are files of the blob folder.
    files: Vec<Hash>,
}

fn write(conn: &mut db::Conn, mut writer: Writer, key: &[u8], made_at: String) -> Result<Written, Trouble> {
    dump::take_your_time(conn)?;
    let migrations = migrations_done(conn)?;
    let program = env!("CARGO_PKG_VERSION").to_owned();
    writer.json(Kind::Header, &Header { program, made_at, migrations })?;
    writer.frame(Kind::Key, &[key])?;
    let (mut end, mut files) = (End::default(), Vec::new());
    for table in dump::tables(conn)? {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        let head = Table { name: table.name.clone(), columns, last_number: table.last_number };
        writer.json(Kind::Table, &head)?;
        end.tables += 1;
        let mut batch = vec![b'['];
        table.rows::<Trouble>(conn, |values| {
            if batch.len() > 1 {
                batch.push(b',');
            }
            let row: Vec<Json> = values.iter().map(json_of).collect();
            serde_json::to_writer(&mut batch, &row).map_err(io::Error::from)?;
            end.rows += 1;
            if table.name == "blob" {
                files.extend(file_of(&table, values));
            }
            if batch.len() > BATCH {
                batch.push(b']');
                writer.frame(Kind::Rows, &[&batch])?;
                batch.truncate(1);
            }
            Ok(())
        })?;
        if batch.len() > 1 {
            batch.push(b']');
            writer.frame(Kind::Rows, &[&batch])?;
        }
    }
    Ok(Written { writer, end, files })
}

fn json_of(value: &Value) -> Json {
    match *value {
        Value::Null => Json::Null,
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Real(value) => value.into(),
        Value::Text(value) => value.into(),
        Value::Bytes(value) => json!({ "b": STANDARD.encode(value) }),
    }
}

/// The content's hash, where a row of `blob` has no bytes of its own.
fn file_of(table: &dump::Table, values: &[Value]) -> Option<Hash> {
    let of = |name: &str| table.columns.iter().zip(values).find(|(column, _)| column.name == name);
    match (of("hash"), of("bytes")) {
        (Some((_, Value::Bytes(hash))), Some((_, Value::Null))) => Hash::from_bytes(hash),
        _ => None,
    }
}
