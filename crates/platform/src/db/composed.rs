//! The one way in which a statement is put together while the program runs.
//!
//! A [`Composed`] is made of pieces that were written when the program was compiled, and of values that are bound. There
//! is no way to put in a text that somebody sent: a piece is `&'static str`, a value becomes a placeholder.
use super::{Conn, Dialect, Result, Value, conn::Engine};
use crate::db::Record;
use std::{fmt::Write, time::Duration};

/// A value that a composed statement owns until it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
}
impl Bound {
    fn value(&self) -> Value<'_> {
        match self {
            Bound::Null => Value::Null,
            Bound::Bool(is_so) => Value::Bool(*is_so),
            Bound::Integer(number) => Value::Integer(*number),
            Bound::Real(number) => Value::Real(*number),
            Bound::Text(text) => Value::Text(text),
        }
    }
}
impl From<bool> for Bound {
    fn from(is_so: bool) -> Bound {
        Bound::Bool(is_so)
    }
}
impl From<i64> for Bound {
    fn from(number: i64) -> Bound {
        Bound::Integer(number)
    }
}
impl From<f64> for Bound {
    fn from(number: f64) -> Bound {
        Bound::Real(number)
    }
}
impl From<&str> for Bound {
    fn from(text: &str) -> Bound {
        Bound::Text(text.into())
    }
}
impl From<String> for Bound {
    fn from(text: String) -> Bound {
        Bound::Text(text)
    }
}

/// A statement made of fixed pieces and bound values.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    text: String,
    values: Vec<Bound>,
}
impl Composed {
    pub fn new() -> Composed {
        Composed::default()
    }
    /// Adds a piece that has no values.
    pub fn push(&mut self, piece: &'static str) -> &mut Composed {
        self.bind(piece, [])
    }
    /// Adds a piece whose `$1`, `$2`, … are `values`, in their order, whatever was bound before.
    ///
    /// * panics – where the piece names a value that was not given: a mistake of the program.
    pub fn bind<const N: usize>(&mut self, piece: &'static str, values: [Bound; N]) -> &mut Composed {
        let (before, mut rest) = (self.values.len(), piece);
        while let Some(at) = rest.find('$') {
            self.text.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = rest[..digits].parse().expect("a number behind $");
            assert!((1..=N).contains(&number), "{piece}: ${number} is not given");
            let _ = write!(self.text, "{}", before + number);
            rest = &rest[digits..];
        }
        self.text.push_str(rest);
        self.values.extend(values);
        self
    }
    /// Adds all of another one.
    pub fn append(&mut self, other: &Composed) -> &mut Composed {
        let (before, mut rest) = (self.values.len(), other.text.as_str());
        while let Some(at) = rest.find('$') {
            self.text.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let _ = write!(self.text, "{}", before + rest[..digits].parse::<usize>().unwrap_or_default());
            rest = &rest[digits..];
        }
        self.text.push_str(rest);
        self.values.extend(other.values.iter().cloned());
        self
    }
    /// As it is before its tokens are replaced; for tests and explanations.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// So many composed statements stay prepared on a PostgreSQL connection. SQLite's own cache forgets the oldest.
const KEPT: usize = 200;

impl Conn {
    /// All rows of a composed statement, in its order. A text that ran before on this connection is not planned again.
    ///
    /// * errors – [`super::Error::TooLong`] with [`Conn::hurry`].
    pub fn all_of<R: Record>(&mut self, at: &'static str, composed: &Composed) -> Result<Vec<R>> {
        let values: Vec<_> = composed.values.iter().map(Bound::value).collect();
        self.built(at, |engine| match engine {
            Engine::Sqlite(conn) => {
                let mut prepared = conn.prepare_cached(&Dialect::Sqlite.render(&composed.text))?;
                let mut rows = prepared.query(rusqlite::params_from_iter(&values))?;
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push(R::decode(&super::Row::Sqlite(row))?);
                }
                Ok(all)
            }
            Engine::Postgres { client, composed: kept, .. } => {
                if kept.len() >= KEPT && !kept.contains_key(&composed.text) {
                    kept.clear();
                }
                if !kept.contains_key(&composed.text) {
                    let prepared = client.prepare(&Dialect::Postgres.render(&composed.text))?;
                    kept.insert(composed.text.clone(), prepared);
                }
                let prepared = &kept[&composed.text];
                let rows = client.query(prepared, &super::conn::dynamic(&values))?;
                rows.iter().map(|row| R::decode(&super::Row::Postgres(row))).collect()
            }
        })
    }
    /// Has the engine parse and plan it; for the test that tries every piece.
    pub fn prepare_composed(&mut self, composed: &Composed) -> Result<()> {
        self.built("composed", |engine| match engine {
            Engine::Sqlite(conn) => {
                conn.prepare_cached(&Dialect::Sqlite.render(&composed.text))?;
                Ok(())
            }
            Engine::Postgres { client, .. } => {
                client.prepare(&Dialect::Postgres.render(&composed.text)).map(drop)
            }
        })
    }
    /// From here on the work under way has so much time: for what somebody composed, which may be costly.
    ///
    /// What takes longer fails with [`super::Error::TooLong`], and with it the transaction.
    pub fn hurry(&mut self, hurry: Hurry) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(_) => self.deadline.start_with(hurry.limit()),
            Engine::Postgres { client, .. } => client.script_later(hurry.script()),
        }
        Ok(())
    }
}
/// How long [`Conn::hurry`] lets work go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurry {
    /// Two seconds: somebody waits for a page.
    Page,
    /// A fifth of a second: the page is there already.
    Number,
}
impl Hurry {
    const fn limit(self) -> Duration {
        match self {
            Hurry::Page => Duration::from_secs(2),
            Hurry::Number => Duration::from_millis(200),
        }
    }
    const fn script(self) -> &'static str {
        match self {
            Hurry::Page => "SET LOCAL statement_timeout TO '2s'",
            Hurry::Number => "SET LOCAL statement_timeout TO '200ms'",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through_and_never_become_text() {
        let mut inner = Composed::new();
        inner.bind("t.tag = $1", ["x'; DROP".into()]);
        let mut all = Composed::new();
        all.bind("a = $1 AND b = $2 OR a < $1", [1.into(), 2.into()]).push(" AND (").append(&inner).push(")");
        assert_eq!(all.text(), "a = $1 AND b = $2 OR a < $1 AND (t.tag = $3)");
        assert_eq!(all.values, [Bound::Integer(1), Bound::Integer(2), Bound::Text("x'; DROP".into())]);
    }
}
