//! Time is an input, never ambient.
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Milliseconds since the Unix epoch, UTC. The only form in which time is stored.
///
/// In JSON it is an RFC 3339 string in UTC with milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Millis {
    /// `by_ms` later; earlier where it is negative. Saturates at the ends of the range.
    pub const fn plus(self, by_ms: i64) -> Self {
        Self(self.0.saturating_add(by_ms))
    }
    /// The instant, or the epoch where the number lies outside of what a calendar can show.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
/// Templates hand over references.
impl From<&Millis> for Millis {
    fn from(at: &Millis) -> Self {
        *at
    }
}
/// `2026-11-21T09:05:00.000Z`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}
impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        let parsed: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(parsed.as_millisecond()))
    }
}

#[derive(Clone)]
pub enum Clock {
    System,
    /// Stands still until a test moves it.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn fixed(at: Millis) -> Self {
        Clock::Fixed(Arc::new(AtomicI64::new(at.0)))
    }
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn now(&self) -> Millis {
        match self {
            Clock::System => Millis(Timestamp::now().as_millisecond()),
            Clock::Fixed(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }
    /// Moves a fixed clock; the system's clock moves by itself.
    pub fn advance(&self, by_ms: i64) {
        if let Clock::Fixed(at) = self {
            at.fetch_add(by_ms, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_travels_as_rfc_3339_and_returns() {
        let at = Millis(1_795_251_900_007);
        assert_eq!(at.to_string(), "2026-11-21T09:05:00.007Z");
        let text = serde_json::to_string(&at).unwrap();
        assert_eq!(serde_json::from_str::<Millis>(&text).unwrap(), at);
        assert!(serde_json::from_str::<Millis>("\"yesterday\"").is_err());
    }
}
