//! What may be reached: addresses, host names as people write them, and ranges.
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A range of addresses, `10.0.0.0/8` or `fd00::/8`. A bare address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    network: IpAddr,
    prefix: u8,
}

/// Why a text is not a [`Cidr`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadCidr {
    #[error("{0:?} is not an address range; expected one like 10.0.0.0/8 or fd00::/8")]
    Syntax(String),
    #[error("{given:?} has bits behind its prefix; the range is {meant}")]
    HostBits { given: String, meant: Cidr },
}

impl Cidr {
    /// Whether `address` lies in the range. An IPv4 range never contains an IPv6 address, not even a mapped one.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                address.to_bits() & v4_mask(self.prefix) == network.to_bits()
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                address.to_bits() & v6_mask(self.prefix) == network.to_bits()
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = BadCidr;
    fn from_str(text: &str) -> Result<Cidr, BadCidr> {
        let syntax = || BadCidr::Syntax(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => {
                let is_plain = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
                (
                    address,
                    Some(prefix).filter(|_| is_plain).ok_or_else(syntax)?.parse().map_err(|_| syntax())?,
                )
            }
            None => (text, u8::MAX),
        };
        let address: IpAddr = address.parse().map_err(|_| syntax())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            u8::MAX if !text.contains('/') => longest,
            prefix if prefix > longest => return Err(syntax()),
            prefix => prefix,
        };
        let network = match address {
            IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & v4_mask(prefix))),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & v6_mask(prefix))),
        };
        let meant = Cidr { network, prefix };
        if network != address {
            return Err(BadCidr::HostBits { given: text.to_owned(), meant });
        }
        Ok(meant)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.network, self.prefix)
    }
}

fn v4_mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn v6_mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

/// Whether an address belongs to one host on the public internet.
///
/// IPv6 is global only inside 2000::/3 and outside the blocks reserved there; that refuses mapped, NAT64, ULA,
/// link-local, multicast, Teredo and 6to4 addresses, behind all of which an internal IPv4 address may hide.
///
/// Source: IANA special-purpose address registries for IPv4 and IPv6.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !matches!(
            address.octets(),
            [0 | 10 | 127 | 224..=255, ..]
                | [100, 64..=127, ..]
                | [169, 254, ..]
                | [172, 16..=31, ..]
                | [192, 0, 0 | 2, _]
                | [192, 88, 99, _]
                | [192, 168, ..]
                | [198, 18 | 19, ..]
                | [198, 51, 100, _]
                | [203, 0, 113, _]
        ),
        IpAddr::V6(address) => {
            let parts = address.segments();
            let is_protocol_block = parts[0] == 0x2001 && parts[1] < 0x0200;
            let is_documentation = (parts[0] == 0x2001 && parts[1] == 0x0db8) || parts[0] == 0x3fff;
            let is_6to4 = parts[0] == 0x2002;
            parts[0] & 0xe000 == 0x2000 && !is_protocol_block && !is_documentation && !is_6to4
        }
    }
}

/// A host as it stands in a URL or a mail server's settings, with one reading only.
///
/// Notations that programs read differently (`0x7f.1`, `2130706433`, `0177.0.0.1`, a trailing dot, an IPv6
/// zone) are refused rather than interpreted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    Address(IpAddr),
    /// Lower case, in ASCII; international names as `xn--…`.
    Name(String),
}

impl Host {
    /// Reads a host; an IPv6 address may stand in brackets. Returns what is wrong, in words for a log.
    pub fn parse(text: &str) -> Result<Host, &'static str> {
        if let Some(inner) = text.strip_prefix('[') {
            let inner = inner.strip_suffix(']').ok_or("an unclosed bracket")?;
            return parse_v6(inner);
        }
        if text.contains(':') {
            return parse_v6(text);
        }
        let name = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_strict(text).map_err(|_| "not an international domain name")?
        };
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return Ok(Host::Address(IpAddr::V4(address)));
        }
        parse_name(name)
    }
}

fn parse_v6(text: &str) -> Result<Host, &'static str> {
    match text.parse::<Ipv6Addr>() {
        Ok(address) => Ok(Host::Address(IpAddr::V6(address))),
        Err(_) if text.contains('%') => Err("an IPv6 zone"),
        Err(_) => Err("not an IPv6 address"),
    }
}

fn parse_name(name: String) -> Result<Host, &'static str> {
    if name.is_empty() || name.len() > 253 {
        return Err("a host name has 1 to 253 characters");
    }
    if name.ends_with('.') {
        return Err("a trailing dot");
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !name.split('.').all(is_label) {
        return Err("not a host name");
    }
    // A last label that a libc may read as a number makes the whole name an address.
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_number { Err("an IP address in an odd notation") } else { Ok(Host::Name(name)) }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Address(IpAddr::V6(address)) => write!(out, "[{address}]"),
            Host::Address(address) => write!(out, "{address}"),
            Host::Name(name) => out.write_str(name),
        }
    }
}
