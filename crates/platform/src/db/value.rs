//! The values that cross the border: a closed set, the same on both engines.
use super::{Error, Result, Row};
use kernel::{clock::Millis, id::Id};

/// One value on its way in (a parameter) or out (a column).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'v> {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(&'v str),
    Bytes(&'v [u8]),
}

impl Value<'_> {
    /// What it is, without what it says.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth",
            Value::Integer(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "a text",
            Value::Bytes(_) => "bytes",
        }
    }
}

/// `args![a, b]`: the values of `$1`, `$2`.
#[macro_export]
macro_rules! args { ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] }; }

macro_rules! value_from { ($($type:ty: |$v:ident| $value:expr;)*) => {$(
    impl<'v> From<$type> for Value<'v> { fn from($v: $type) -> Self { $value } }
)*}; }
value_from! {
    bool: |v| Value::Bool(v);
    i64: |v| Value::Integer(v);
    f64: |v| Value::Real(v);
    Millis: |v| Value::Integer(v.0);
    usize: |v| Value::Integer(v as i64);
    u32: |v| Value::Integer(v.into());
    &'v str: |v| Value::Text(v);
    &'v std::borrow::Cow<'_, str>: |v| Value::Text(v);
    &'v std::sync::Arc<str>: |v| Value::Text(v);
    &'v String: |v| Value::Text(v);
    &'v [u8]: |v| Value::Bytes(v);
    &'v Vec<u8>: |v| Value::Bytes(v);
}
impl<T> From<Id<T>> for Value<'_> {
    fn from(id: Id<T>) -> Self {
        Value::Integer(id.number())
    }
}
impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}

/// A type that one column decodes to. `None` says that the value is of another type.
pub trait Column: Sized {
    fn decode(value: Value<'_>) -> Option<Self>;
}
macro_rules! column { ($($type:ty: $($pattern:pat => $value:expr),+;)*) => {$(
    impl Column for $type {
        fn decode(value: Value<'_>) -> Option<Self> {
            match value { $($pattern => Some($value),)+ _ => None }
        }
    }
)*}; }
column! {
    // SQLite has no boolean of its own.
    bool: Value::Bool(v) => v, Value::Integer(v @ 0..=1) => v == 1;
    i64: Value::Integer(v) => v;
    f64: Value::Real(v) => v;
    Millis: Value::Integer(v) => Millis(v);
    String: Value::Text(v) => v.to_owned();
    Vec<u8>: Value::Bytes(v) => v.to_owned();
}
impl<T> Column for Id<T> {
    fn decode(value: Value<'_>) -> Option<Self> {
        i64::decode(value).map(Id::new)
    }
}
impl<T: Column> Column for Option<T> {
    fn decode(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::decode(value).map(Some) }
    }
}

/// An enum stored as its word: `words! { Pause { Never = "never", … } }`.
#[macro_export]
macro_rules! words { ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
    impl $type {
        /// All, in the order in which people see them.
        pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        /// The spelling in the database and the API.
        pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
        /// The value with this spelling.
        pub fn from_word(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)+ _ => None } }
    }
    impl serde::Serialize for $type {
        fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> { out.serialize_str(self.word()) }
    }
    impl<'de> serde::Deserialize<'de> for $type {
        fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
            let word = <std::borrow::Cow<'de, str>>::deserialize(input)?;
            Self::from_word(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word),+]))
        }
    }
    impl From<$type> for $crate::db::Value<'_> {
        fn from(v: $type) -> Self { $crate::db::Value::Text(v.word()) }
    }
    impl $crate::db::Column for $type {
        fn decode(value: $crate::db::Value<'_>) -> Option<Self> {
            match value { $($crate::db::Value::Text($word) => Some(Self::$variant),)+ _ => None }
        }
    }
}; }

/// A row as a Rust value. Fields are columns by position; debug builds also compare the names.
pub trait Record: Sized {
    /// Empty where the type has no names for its columns.
    const COLUMNS: &'static [&'static str];
    fn decode(row: &Row<'_>) -> Result<Self>;
}
macro_rules! tuple { ($($type:ident $index:literal),+) => {
    impl<$($type: Column),+> Record for ($($type,)+) {
        const COLUMNS: &'static [&'static str] = &[];
        fn decode(row: &Row<'_>) -> Result<Self> {
            Ok(($(row.get($index)?,)+))
        }
    }
}; }
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);

impl Row<'_> {
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        self.value(index)
            .and_then(T::decode)
            .ok_or(Error::WrongType { column: index, wanted: std::any::type_name::<T>() })
    }
}
