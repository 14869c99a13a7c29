//! What a database says about its own tables. The only queries that differ between the engines as a whole.
use super::{Conn, Dialect, Result, conn::Engine};

/// Whether this desk has the table.
pub fn has_table(conn: &mut Conn, name: &str) -> Result<bool> {
    Ok(tables(conn)?.iter().any(|table| table == name))
}

/// The names of the desk's tables, in alphabetical order.
pub fn tables(conn: &mut Conn) -> Result<Vec<String>> {
    texts(
        conn,
        match conn.dialect() {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            }
            Dialect::Postgres => {
                "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 1"
            }
        },
    )
    .map(|rows| rows.into_iter().flatten().collect())
}

/// Rows of texts of a fixed query without values.
pub(super) fn texts(conn: &mut Conn, query: &'static str) -> Result<Vec<Vec<String>>> {
    match &mut conn.engine {
        Engine::Sqlite(sqlite) => {
            let mut prepared = sqlite.prepare(query)?;
            let width = prepared.column_count();
            let mut rows = prepared.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push((0..width).map(|i| row.get(i)).collect::<Result<_, _>>()?);
            }
            Ok(all)
        }
        Engine::Postgres { client, .. } => {
            let rows = client.query(query, &[])?;
            let row = |row: &postgres::Row| (0..row.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>();
            Ok(rows.iter().map(row).collect::<Result<_, postgres::Error>>()?)
        }
    }
}
