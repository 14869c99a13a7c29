//! What the operator decided: a flag wins over a variable, a variable over the file, the file over the default.
//!
//! The file is `firstline.toml` in the data folder, or the one that `--config` names. A key or a variable with
//! our prefix that we do not know is a mistake, never ignored: it is most often a misspelled one.
mod given;
mod place;
#[cfg(test)]
mod tests;

use crate::failure::{Failure, plain};
use channels::email::verify::Names;
pub use given::{Flags, Given};
use platform::{db::Place, outbound::Cidr};
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// Every key. In the file it is written like this, as a flag with dashes, as a variable `FIRSTLINE_` and capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::enum_variant_names, reason = "`mail_key` is the file of a private key")]
pub enum Key {
    Data,
    Database,
    Listen,
    SmtpListen,
    LmtpListen,
    SipListen,
    PublicUrl,
    AllowOutbound,
    Dns,
    MaxMessageBytes,
    Metrics,
    LogFormat,
    LogFilter,
    HostName,
    MailCertificate,
    MailKey,
    ExtraAuthorities,
    TrustedProxies,
}

impl Key {
    pub const ALL: &'static [Key] = &[
        Key::Data,
        Key::Database,
        Key::Listen,
        Key::SmtpListen,
        Key::LmtpListen,
        Key::SipListen,
        Key::PublicUrl,
        Key::AllowOutbound,
        Key::Dns,
        Key::MaxMessageBytes,
        Key::Metrics,
        Key::LogFormat,
        Key::LogFilter,
        Key::HostName,
        Key::MailCertificate,
        Key::MailKey,
        Key::ExtraAuthorities,
        Key::TrustedProxies,
    ];
    pub const fn word(self) -> &'static str {
        match self {
            Key::Data => "data",
            Key::Database => "database",
            Key::Listen => "listen",
            Key::SmtpListen => "smtp_listen",
            Key::LmtpListen => "lmtp_listen",
            Key::SipListen => "sip_listen",
            Key::PublicUrl => "public_url",
            Key::AllowOutbound => "allow_outbound",
            Key::Dns => "dns",
            Key::MaxMessageBytes => "max_message_bytes",
            Key::Metrics => "metrics",
            Key::LogFormat => "log_format",
            Key::LogFilter => "log_filter",
            Key::HostName => "host_name",
            Key::MailCertificate => "mail_certificate",
            Key::MailKey => "mail_key",
            Key::ExtraAuthorities => "extra_authorities",
            Key::TrustedProxies => "trusted_proxies",
        }
    }
    pub fn from_word(word: &str) -> Option<Key> {
        Key::ALL.iter().copied().find(|key| key.word() == word)
    }
    /// `FIRSTLINE_SMTP_LISTEN`.
    pub fn variable(self) -> String {
        format!("FIRSTLINE_{}", self.word().to_ascii_uppercase())
    }
    /// Whether it is a list of ranges.
    pub const fn is_list(self) -> bool {
        matches!(self, Key::AllowOutbound | Key::TrustedProxies)
    }
    /// `--smtp-listen`.
    pub fn flag(self) -> String {
        match self {
            Key::LogFormat => "--log".into(),
            Key::TrustedProxies => "--trusted-proxy".into(),
            _ => format!("--{}", self.word().replace('_', "-")),
        }
    }
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsFor {
    /// Programs on this machine.
    Loopback,
    /// Whoever reaches the address.
    Public,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The configuration, checked.
#[derive(Clone)]
pub struct Config {
    /// The folder of the desk: database, blobs, key, snapshots.
    pub data: PathBuf,
    pub place: Place,
    /// The database as it may be shown: no user, no password.
    pub place_shown: String,
    pub listen: SocketAddr,
    pub smtp_listen: Option<SocketAddr>,
    pub lmtp_listen: Option<SocketAddr>,
    /// Where `OPTIONS` of SIP is answered, by UDP.
    pub sip_listen: Option<SocketAddr>,
    /// `None`: the address that is listened on.
    pub public_url: Option<String>,
    pub allow_outbound: Vec<Cidr>,
    /// Whose word on the address of the client is believed.
    pub trusted_proxies: Vec<Cidr>,
    /// Who is asked about the domains of senders.
    pub dns: Names,
    pub max_message_bytes: usize,
    pub metrics: MetricsFor,
    pub log_format: LogFormat,
    /// In the words of `tracing_subscriber::EnvFilter`.
    pub log_filter: String,
    /// How this machine names itself to other mail servers.
    pub host_name: String,
    /// PEM files of a certificate and its key, shown to mail servers that want TLS.
    pub mail_tls: Option<(PathBuf, PathBuf)>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub extra_authorities: Option<PathBuf>,
}

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

impl Config {
    /// Reads the variables of this process and the file, under `flags`.
    ///
    /// * errors – the first mistake, with the key, where it was given, and what is expected.
    pub fn read(flags: Flags) -> Result<Config, Failure> {
        Config::of(flags, std::env::vars_os())
    }

    fn of(
        flags: Flags,
        variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Config, Failure> {
        let mut given = Given::default();
        let mut file = flags.config.clone().map(PathBuf::from);
        given.flags(flags);
        let named = given.variables(variables)?;
        file = file.or(named);
        // The data folder says where the file is, so it is settled first, without the file.
        let data = given.one(Key::Data).map_or(PathBuf::from("data"), |value| PathBuf::from(&value.text));
        match &file {
            Some(file) => given.file(file, None)?,
            None => {
                let file = data.join("firstline.toml");
                if file.exists() {
                    given.file(&file, Some(Key::Data))?;
                }
            }
        }
        Config::checked(&given)
    }

    fn checked(given: &Given) -> Result<Config, Failure> {
        let data = match given.one(Key::Data) {
            Some(value) if value.text.trim().is_empty() => {
                return Err(value.mistake("it is empty; expected a folder"));
            }
            value => PathBuf::from(value.map_or("data", |value| value.text.as_str())),
        };
        let (place, place_shown) = match given.one(Key::Database) {
            None => (Place::Sqlite(data.join("desk.db")), "sqlite".to_owned()),
            Some(value) => place::parse(&value.text, &data).map_err(|cause| value.mistake(cause))?,
        };
        let word = |key: Key, words: &[&str]| match given.one(key) {
            None => Ok(0),
            Some(value) => words.iter().position(|word| *word == value.text).ok_or_else(|| {
                value.mistake(format!(
                    "{:?} is none of the words; expected {}",
                    value.text,
                    words.join(" or ")
                ))
            }),
        };
        Ok(Config {
            place,
            place_shown,
            listen: address(given, Key::Listen)?.unwrap_or(DEFAULT_LISTEN),
            smtp_listen: address(given, Key::SmtpListen)?,
            lmtp_listen: address(given, Key::LmtpListen)?,
            sip_listen: address(given, Key::SipListen)?,
            public_url: public_url(given)?,
            allow_outbound: ranges(given, Key::AllowOutbound)?,
            trusted_proxies: ranges(given, Key::TrustedProxies)?,
            dns: match given.one(Key::Dns) {
                None => Names::System,
                Some(value) => value.text.parse().map_err(|cause| value.mistake(cause))?,
            },
            max_message_bytes: max_message_bytes(given)?,
            metrics: [MetricsFor::Loopback, MetricsFor::Public][word(Key::Metrics, &["loopback", "public"])?],
            log_format: [LogFormat::Text, LogFormat::Json][word(Key::LogFormat, &["text", "json"])?],
            log_filter: log_filter(given)?,
            host_name: host_name(given)?,
            mail_tls: mail_tls(given)?,
            extra_authorities: given.one(Key::ExtraAuthorities).map(certificates).transpose()?,
            data,
        })
    }

    pub fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }
    /// The search index; it can be thrown away.
    pub fn search(&self) -> PathBuf {
        self.data.join("search")
    }
    pub fn snapshots(&self) -> PathBuf {
        self.data.join("snapshots")
    }
    /// The file of a SQLite desk.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Sqlite(file) => Some(file),
            Place::Postgres { .. } => None,
        }
    }
}

fn address(given: &Given, key: Key) -> Result<Option<SocketAddr>, Failure> {
    let Some(value) = given.one(key) else { return Ok(None) };
    let parsed = value.text.parse().map_err(|_| {
        let cause = format!("{:?} is no address; expected IP:PORT, e.g. 127.0.0.1:8080", value.text);
        value.mistake(cause)
    })?;
    Ok(Some(parsed))
}

fn ranges(given: &Given, key: Key) -> Result<Vec<Cidr>, Failure> {
    let values = given.all(key).iter();
    values.map(|value| value.text.parse().map_err(|cause| value.mistake(cause))).collect()
}

fn public_url(given: &Given) -> Result<Option<String>, Failure> {
    let Some(value) = given.one(Key::PublicUrl) else { return Ok(None) };
    let text = value.text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    let is_fine = host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    });
    if !is_fine {
        let cause = format!(
            "{:?} is no address of a desk; expected http:// or https:// with a host and no path, e.g. https://help.example.org",
            without_user(&value.text)
        );
        return Err(value.mistake(cause));
    }
    Ok(Some(text.to_owned()))
}

/// An address that may be shown: what stands before an `@` can be a password.
fn without_user(address: &str) -> String {
    let Some((before, host)) = address.rsplit_once('@') else { return address.to_owned() };
    let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}…@{host}")
}

fn max_message_bytes(given: &Given) -> Result<usize, Failure> {
    const MEBI: usize = 1024 * 1024;
    let Some(value) = given.one(Key::MaxMessageBytes) else { return Ok(50 * MEBI) };
    match value.text.parse::<usize>() {
        Ok(bytes) if (MEBI..=1024 * MEBI).contains(&bytes) => Ok(bytes),
        _ => Err(value.mistake(format!(
            "{:?} is no size; expected bytes between 1048576 (1 MiB) and 1073741824 (1 GiB)",
            value.text
        ))),
    }
}

fn log_filter(given: &Given) -> Result<String, Failure> {
    let Some(value) = given.one(Key::LogFilter) else { return Ok("info".into()) };
    let parsed = value.text.parse::<tracing_subscriber::filter::Targets>();
    match parsed {
        Ok(_) => Ok(value.text.clone()),
        Err(_) => Err(value.mistake(format!(
            "{:?} is no log filter; expected e.g. info, debug or channels=debug,info",
            value.text
        ))),
    }
}

/// The host of the public address, where none is given.
fn host_name(given: &Given) -> Result<String, Failure> {
    if let Some(value) = given.one(Key::HostName) {
        let is_name = |c: u8| c.is_ascii_alphanumeric() || b"-.".contains(&c);
        if value.text.is_empty() || !value.text.bytes().all(is_name) {
            let cause =
                format!("{:?} is no name of a machine; expected one like mail.example.org", value.text);
            return Err(value.mistake(cause));
        }
        return Ok(value.text.clone());
    }
    let url = public_url(given)?;
    let host = url.as_deref().and_then(|url| url.split_once("://")).map_or("localhost", |(_, host)| host);
    Ok(host.split(':').next().unwrap_or(host).to_owned())
}

/// A PEM file with one certificate at least.
fn certificates(value: &given::Value) -> Result<PathBuf, Failure> {
    let file = PathBuf::from(&value.text);
    let read = CertificateDer::pem_file_iter(&file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(all) if all.is_empty() => Err(unreadable(value, &pem::Error::NoItemsFound, "certificates")),
        Ok(_) => Ok(file),
        Err(cause) => Err(unreadable(value, &cause, "certificates")),
    }
}
fn unreadable(value: &given::Value, cause: &pem::Error, expected: &str) -> Failure {
    let why = match cause {
        pem::Error::Io(cause) => plain(cause),
        _ => "it holds none that can be read".to_owned(),
    };
    value.mistake(format!("{}: {why}; expected a PEM file with {expected}", value.text))
}

fn mail_tls(given: &Given) -> Result<Option<(PathBuf, PathBuf)>, Failure> {
    match (given.one(Key::MailCertificate), given.one(Key::MailKey)) {
        (Some(certificate), Some(key)) => {
            let file = PathBuf::from(&key.text);
            match PrivateKeyDer::from_pem_file(&file) {
                Ok(_) => Ok(Some((certificates(certificate)?, file))),
                Err(cause) => Err(unreadable(key, &cause, "a private key")),
            }
        }
        (None, None) => Ok(None),
        (Some(alone), None) => Err(alone.mistake("it needs mail_key beside it")),
        (None, Some(alone)) => Err(alone.mistake("it needs mail_certificate beside it")),
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}
