//! Typed identifiers: `Id<Ticket>` and `Id<Policy>` are different types over one 64-bit number.
use std::{fmt, marker::PhantomData, num::ParseIntError, str::FromStr};

/// The number of one row; in JSON a string. Two kinds never mix:
///
/// ```compile_fail,E0308
/// # use kernel::id::Id;
/// struct Ticket;
/// struct Policy;
/// fn close(ticket: Id<Ticket>) {}
/// close(Id::<Policy>::new(7));
/// ```
pub struct Id<T>(i64, PhantomData<fn() -> T>);

impl<T> Id<T> {
    pub const fn new(number: i64) -> Self {
        Self(number, PhantomData)
    }
    pub const fn number(self) -> i64 {
        self.0
    }
    /// `[1,2,3]`, the value of a `{in $n}` placeholder.
    pub fn list(ids: &[Self]) -> String {
        let numbers: Vec<_> = ids.iter().map(Self::to_string).collect();
        format!("[{}]", numbers.join(","))
    }
}
// By hand, because a derive would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self::new)
    }
}
impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
/// Reads `"7"` and, because scripts do so, `7`.
impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = i64;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an id: a string of digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<i64, E> {
                text.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
            fn visit_i64<E>(self, number: i64) -> Result<i64, E> {
                Ok(number)
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<i64, E> {
                number.try_into().map_err(E::custom)
            }
        }
        input.deserialize_any(Visitor).map(Self::new)
    }
}
