//! Whole tables out and in, for backups. The only place where SQL text is built at run time.
//!
//! What is put into the text are names of tables and columns, and they come from the database's own catalogue.
//! Nothing that anybody sent gets there: values are parameters, here as everywhere.
use super::{Conn, Dialect, Error, Result, Row, Value, catalogue, conn::Engine};
use rusqlite::params_from_iter;
use std::collections::BTreeMap;

/// Rows fetched from PostgreSQL at once.
const FETCHED: usize = 500;
/// Values of one statement; both engines take more.
const VALUES: usize = 8_000;

/// What a column holds, the same on both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Integer,
    Real,
    Text,
    Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The last number that the database gave to a row, also to one that is gone. `None` where it gives none.
    pub last_number: Option<i64>,
}

/// The table that says which migrations ran is no content.
const MIGRATIONS: &str = "migration";

/// Takes the time limit off this transaction.
pub fn take_your_time(conn: &mut Conn) -> Result<()> {
    conn.rest();
    match conn.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => {
            conn.script("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        }
    }
}

/// From here to the commit nobody else changes these tables; what runs now is waited for, reading goes on.
///
/// On SQLite the writer is alone anyway.
pub fn hold_still(conn: &mut Conn, tables: &[&'static str]) -> Result<()> {
    match conn.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => {
            conn.script(&format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", tables.join(", ")))
        }
    }
}

/// All tables with content. One that refers to another comes after it.
///
/// * errors – a name or a type that no migration of ours makes; tables that refer to each other in a circle.
pub fn tables(conn: &mut Conn) -> Result<Vec<Table>> {
    let mut open: BTreeMap<String, Table> = BTreeMap::new();
    for row in catalogue::columns(conn)? {
        let [table, column, kind] = row.try_into().map_err(|_| odd("the catalogue"))?;
        if table == MIGRATIONS {
            continue;
        }
        let kind = match kind.as_str() {
            "boolean" => Kind::Bool,
            "bigint" | "integer" => Kind::Integer,
            "double precision" | "real" => Kind::Real,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            _ => return Err(odd(&format!("the type of {table}.{column}"))),
        };
        let is_plain =
            |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_plain(&table) || !is_plain(&column) {
            return Err(odd("the name of a table or column"));
        }
        let new = || Table { name: table.clone(), columns: Vec::new(), last_number: None };
        open.entry(table.clone()).or_insert_with(new).columns.push(Column { name: column, kind });
    }
    for row in catalogue::last_numbers(conn)? {
        let [table, number] = row.try_into().map_err(|_| odd("the catalogue"))?;
        if let Some(table) = open.get_mut(&table) {
            table.last_number = Some(number.parse().map_err(|_| odd("a number of the catalogue"))?);
        }
    }
    let references = catalogue::references(conn)?;
    let mut sorted: Vec<Table> = Vec::new();
    while !open.is_empty() {
        let is_free = |name: &str| {
            let of_it = references.iter().filter(|pair| pair[0] == name && pair[1] != name);
            of_it.into_iter().all(|pair| !open.contains_key(&pair[1]))
        };
        let free: Vec<String> = open.keys().filter(|name| is_free(name)).cloned().collect();
        if free.is_empty() {
            return Err(odd("a circle of references"));
        }
        sorted.extend(free.iter().filter_map(|name| open.remove(name)));
    }
    Ok(sorted)
}

fn odd(what: &str) -> Error {
    Error::Statement { at: "dump", cause: format!("{what} is none of ours").into() }
}

impl Table {
    fn names(&self) -> String {
        let quoted: Vec<_> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        quoted.join(", ")
    }

    /// Hands each row to `each`, without holding more than a few hundred in memory.
    pub fn rows<E: From<Error>>(
        &self,
        conn: &mut Conn,
        mut each: impl FnMut(&[Value]) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = format!("SELECT {} FROM \"{}\"", self.names(), self.name);
        let mut hand = |row: &Row| {
            let values = self.columns.iter().enumerate().map(|(index, column)| {
                let value = row.value(index).ok_or(Error::WrongType { column: index, wanted: "value" })?;
                Ok::<_, Error>(match (column.kind, value) {
                    // SQLite has no booleans of its own.
                    (Kind::Bool, Value::Integer(number)) => Value::Bool(number != 0),
                    (_, value) => value,
                })
            });
            each(&values.collect::<Result<Vec<_>>>()?)
        };
        // What `each` says must not be lost, and must not count as the statement's own failure.
        let mut said: Result<(), E> = Ok(());
        conn.built("dump", |engine| match engine {
            Engine::Sqlite(sqlite) => {
                let mut prepared = sqlite.prepare(&text)?;
                let mut rows = prepared.query([])?;
                while let (Some(row), true) = (rows.next()?, said.is_ok()) {
                    said = hand(&Row::Sqlite(row));
                }
                Ok(())
            }
            Engine::Postgres { client, .. } => {
                client.batch_execute(&format!("DECLARE dump NO SCROLL CURSOR FOR {text}"))?;
                let fetch = client.prepare(&format!("FETCH FORWARD {FETCHED} FROM dump"))?;
                while said.is_ok() {
                    let rows = client.query(&fetch, &[])?;
                    said = rows.iter().try_for_each(|row| hand(&Row::Postgres(row)));
                    if rows.len() < FETCHED {
                        break;
                    }
                }
                client.batch_execute("CLOSE dump")
            }
        })?;
        said
    }

    /// Adds rows; each has a value for every column, in their order.
    pub fn insert(&self, conn: &mut Conn, rows: &[Vec<Value>]) -> Result<()> {
        let width = self.columns.len();
        if rows.iter().any(|row| row.len() != width) {
            return Err(odd(&format!("a row of {}", self.name)));
        }
        for some in rows.chunks(VALUES / width.max(1)) {
            let dialect = conn.dialect();
            let sign = if dialect == Dialect::Sqlite { '?' } else { '$' };
            let places: Vec<String> = (0..some.len())
                .map(|row| {
                    let of_row: Vec<_> =
                        (1..=width).map(|place| format!("{sign}{}", row * width + place)).collect();
                    format!("({})", of_row.join(", "))
                })
                .collect();
            let (names, places) = (self.names(), places.join(", "));
            let text = format!("INSERT INTO \"{}\" ({names}) VALUES {places}", self.name);
            let values: Vec<Value> = some.iter().flatten().copied().collect();
            conn.built("dump", |engine| match engine {
                Engine::Sqlite(sqlite) => {
                    sqlite.prepare_cached(&text)?.execute(params_from_iter(&values))?;
                    Ok(())
                }
                Engine::Postgres { client, .. } => {
                    client.execute(&text, &super::conn::dynamic(&values))?;
                    Ok(())
                }
            })?;
        }
        Ok(())
    }

    /// Removes every row.
    pub fn clear(&self, conn: &mut Conn) -> Result<()> {
        let text = format!("DELETE FROM \"{}\"", self.name);
        conn.built("dump", |engine| match engine {
            Engine::Sqlite(sqlite) => Ok(sqlite.execute_batch(&text)?),
            Engine::Postgres { client, .. } => client.batch_execute(&text),
        })
    }

    /// The next row gets a number after `last_number`, and after every row that is there.
    pub fn number_after(&self, conn: &mut Conn, last_number: i64) -> Result<()> {
        let name = &self.name;
        conn.built("dump", |engine| match engine {
            Engine::Sqlite(sqlite) => {
                let highest = format!("SELECT max(?1, COALESCE((SELECT max(id) FROM \"{name}\"), 0))");
                let last: i64 = sqlite.query_row(&highest, [last_number], |row| row.get(0))?;
                sqlite.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [name])?;
                sqlite.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (name, last))?;
                Ok(())
            }
            Engine::Postgres { client, .. } => {
                let highest = format!("SELECT GREATEST($1, (SELECT max(id) FROM \"{name}\"))");
                let last: i64 = client.query_one(&highest, &[&last_number])?.try_get(0)?;
                if last > 0 {
                    let set = "SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), $2)";
                    client.execute(set, &[name, &last])?;
                }
                Ok(())
            }
        })
    }
}
