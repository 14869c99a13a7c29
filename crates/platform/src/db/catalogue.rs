//! What a database says about its own tables. The only queries that differ between the engines as a whole.
use super::{Conn, Dialect, Place, Result, conn::Engine};

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

/// Whether texts compare as their bytes in UTF-8 do. Asked by comparing some: what a locale is called says little.
pub(super) fn is_in_byte_order(conn: &mut Conn) -> Result<bool> {
    let answer = texts(
        conn,
        match conn.dialect() {
            Dialect::Sqlite => return Ok(true),
            Dialect::Postgres => {
                "SELECT CASE WHEN current_setting('server_encoding') = 'UTF8'
                              AND string_agg(v, ' ' ORDER BY v) = string_agg(v, ' ' ORDER BY v COLLATE \"C\")
                             THEN 'yes' ELSE 'no' END
                   FROM (VALUES ('B'), ('Z'), ('a'), ('a b'), ('a-'), ('aB'), ('ab'), ('b'), ('é'), ('z')) AS t (v)"
            }
        },
    )?;
    Ok(answer.iter().flatten().any(|text| text == "yes"))
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
            let row =
                |row: &tokio_postgres::Row| (0..row.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>();
            Ok(rows.iter().map(row).collect::<Result<_, tokio_postgres::Error>>()?)
        }
    }
}

/// Table, column and declared type of every column, by table and then in the columns' order.
pub(super) fn columns(conn: &mut Conn) -> Result<Vec<Vec<String>>> {
    texts(
        conn,
        match conn.dialect() {
            Dialect::Sqlite => {
                "SELECT t.name, c.name, lower(c.type) FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid"
            }
            Dialect::Postgres => {
                "SELECT t.relname::text, c.attname::text, format_type(c.atttypid, c.atttypmod)
                   FROM pg_attribute c JOIN pg_class t ON t.oid = c.attrelid
                   JOIN pg_namespace n ON n.oid = t.relnamespace
                  WHERE c.attnum > 0 AND NOT c.attisdropped AND c.attgenerated = '' AND t.relkind = 'r'
                    AND n.nspname = current_schema()
                  ORDER BY t.relname, c.attnum"
            }
        },
    )
}

/// Pairs of a table and one that it refers to.
pub(super) fn references(conn: &mut Conn) -> Result<Vec<Vec<String>>> {
    texts(
        conn,
        match conn.dialect() {
            Dialect::Sqlite => {
                "SELECT DISTINCT t.name, r.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) r
                  WHERE t.type = 'table'"
            }
            Dialect::Postgres => {
                "SELECT DISTINCT t.relname::text, r.relname::text FROM pg_constraint k
                   JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
                   JOIN pg_namespace n ON n.oid = t.relnamespace
                  WHERE k.contype = 'f' AND n.nspname = current_schema()"
            }
        },
    )
}

/// The tables whose `id` is a number of the database, and the last number given out; 0 before the first.
pub(super) fn last_numbers(conn: &mut Conn) -> Result<Vec<Vec<String>>> {
    texts(
        conn,
        match conn.dialect() {
            Dialect::Sqlite => {
                "SELECT t.name, CAST(COALESCE(s.seq, 0) AS TEXT) FROM sqlite_schema t
                   LEFT JOIN sqlite_sequence s ON s.name = t.name
                  WHERE t.type = 'table' AND t.sql LIKE '%AUTOINCREMENT%'"
            }
            Dialect::Postgres => {
                "SELECT t.relname::text, COALESCE(pg_sequence_last_value(s.oid), 0)::text FROM pg_class s
                   JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
                   JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace
                  WHERE s.relkind = 'S' AND n.nspname = current_schema()"
            }
        },
    )
}

/// Whether the database is on another machine and this connection to it in clear text, though nobody decided so.
pub fn is_in_clear(conn: &mut Conn, place: &Place) -> Result<bool> {
    let Place::Postgres { url, .. } = place else { return Ok(false) };
    if !super::pipeline::wants_encryption(url) {
        return Ok(false);
    }
    let rows = texts(conn, "SELECT CAST(ssl AS TEXT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()")?;
    Ok(rows.iter().flatten().any(|ssl| ssl == "false"))
}

/// What the engine itself finds wrong with its files: damaged pages, rows that refer to nothing. Reads everything on
/// SQLite; PostgreSQL checks its pages when it reads them, and never lets such a reference in.
pub fn damage(conn: &mut Conn) -> Result<Vec<String>> {
    if conn.dialect() == Dialect::Postgres {
        return Ok(Vec::new());
    }
    let pages = texts(conn, "SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok' LIMIT 21")?;
    let references = texts(
        conn,
        "SELECT \"table\" || ' row ' || COALESCE(rowid, 0) || ' refers to nothing in ' || parent
           FROM pragma_foreign_key_check LIMIT 21",
    )?;
    Ok(pages.into_iter().chain(references).flatten().collect())
}
