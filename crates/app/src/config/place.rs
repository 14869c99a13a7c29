//! The database's address.
use platform::db::Place;
use std::path::Path;

const EXPECTED: &str = "expected sqlite or postgres://USER:PASSWORD@HOST/NAME, perhaps with ?schema=NAME";

/// The schema of a PostgreSQL desk whose address names none.
const SCHEMA: &str = "firstline";

/// * returns – the place, and how it may be shown: without user and password.
/// * errors – what is wrong, without the text, because it holds a password.
pub fn parse(text: &str, data: &Path) -> Result<(Place, String), String> {
    if text == "sqlite" {
        return Ok((Place::Sqlite(data.join("desk.db")), "sqlite".into()));
    }
    let Some(rest) = text.strip_prefix("postgres://").or(text.strip_prefix("postgresql://")) else {
        return Err(format!("this is no address of a database; {EXPECTED}"));
    };
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut schema = SCHEMA;
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("schema", name)) => schema = name,
            Some(_) => kept.push(pair),
            None => return Err(format!("a part of the address behind ? has no value; {EXPECTED}")),
        }
    }
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if schema.is_empty() || schema.len() > 60 || !schema.chars().all(is_plain) {
        return Err("the schema's name is a-z, 0-9 and _, at most 60".into());
    }
    let mut url = format!("postgres://{address}");
    if !kept.is_empty() {
        url += &format!("?{}", kept.join("&"));
    }
    // A password may hold an @ only in its %40 form, so the last one ends the user's part.
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    let shown = format!("postgres://{host}?schema={schema}");
    Ok((Place::Postgres { url, schema: schema.to_owned() }, shown))
}
