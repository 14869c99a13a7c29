//! How often whom is answered.
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};
use tokio::time::Instant;

/// Answers at once, and then in a second, to one network.
const OF_ONE: f64 = 20.0;
/// The same for all together.
const OF_ALL: f64 = 500.0;
/// Networks that are remembered.
const MOST: usize = 4096;

/// A bucket that fills by itself.
#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}
impl Bucket {
    fn take(&mut self, most: f64, now: Instant) -> bool {
        self.left = (self.left + now.duration_since(self.at).as_secs_f64() * most).min(most);
        self.at = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

/// Who has been answered lately.
#[derive(Default)]
pub struct Turns {
    all: Option<Bucket>,
    by_network: HashMap<IpAddr, Bucket>,
}
impl Turns {
    /// Whether this address may be answered now.
    pub fn take(&mut self, address: IpAddr, now: Instant) -> bool {
        let full = |most: f64| Bucket { left: most, at: now };
        if self.by_network.len() >= MOST {
            // Whoever has not asked for a second has a full bucket again, as if they had never asked.
            self.by_network.retain(|_, bucket| now.duration_since(bucket.at).as_secs_f64() < 1.0);
            if self.by_network.len() >= MOST {
                return false;
            }
        }
        let own = self.by_network.entry(network(address)).or_insert(full(OF_ONE));
        own.take(OF_ONE, now) && self.all.get_or_insert(full(OF_ALL)).take(OF_ALL, now)
    }
}

/// A /64 of IPv6 is one customer's.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_network_is_answered_so_often_and_others_still_are() {
        let (mut turns, start) = (Turns::default(), Instant::now());
        let mut count = |address: &str, at: u64| {
            let (address, now) = (address.parse().unwrap(), start + Duration::from_millis(at));
            (0..1000).filter(|_| turns.take(address, now)).count()
        };
        assert_eq!(count("192.0.2.1", 0), 20);
        assert_eq!(count("192.0.2.1", 500), 10);
        assert_eq!(count("192.0.2.2", 500), 20);
        assert_eq!(count("2001:db8::1", 500), 20);
        assert_eq!(count("2001:db8::2", 500), 0, "one customer");
        assert_eq!(count("192.0.2.1", 60_000), 20, "no more than that, however long one waited");
    }
    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut turns, start) = (Turns::default(), Instant::now());
        let ask = |turns: &mut Turns, from: u32, at: Duration| {
            (from..from + 10_000).filter(|n| turns.take(IpAddr::V4((*n).into()), start + at)).count()
        };
        assert_eq!(ask(&mut turns, 0, Duration::ZERO), 500);
        assert!(turns.by_network.len() <= MOST);
        assert_eq!(ask(&mut turns, 1 << 20, Duration::from_secs(2)), 500);
        assert!(turns.by_network.len() <= MOST);
    }
}
