//! Which name servers are asked.
use mail_auth::{
    MessageAuthenticator,
    hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
    hickory_resolver::system_conf::read_system_conf,
};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};

/// For one question to one server, and for how long the next server has to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Answers that are kept.
const CACHE: u64 = 4096;

/// The operator's choice of name servers. Answers are not signed: on a network that is not trusted, a server on
/// the same machine is the right one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Those of the machine.
    #[default]
    System,
    Servers(Vec<SocketAddr>),
    /// Nothing is checked.
    Off,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadNames {
    #[error("{0:?} is neither `system` nor `off` nor a list of addresses like 9.9.9.9, [::1]:5353")]
    Syntax(String),
    #[error("the name servers of this machine could not be read: {0}")]
    System(String),
}

impl FromStr for Names {
    type Err = BadNames;
    fn from_str(text: &str) -> Result<Names, BadNames> {
        let server = |text: &str| {
            let text = text.trim();
            let alone = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
            text.parse().or_else(|_| alone()).map_err(|_| BadNames::Syntax(text.to_owned()))
        };
        match text.trim() {
            "system" => Ok(Names::System),
            "off" => Ok(Names::Off),
            list => Ok(Names::Servers(list.split(',').map(server).collect::<Result<_, _>>()?)),
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Names::System => out.write_str("system"),
            Names::Off => out.write_str("off"),
            Names::Servers(list) => {
                let list: Vec<String> = list.iter().map(SocketAddr::to_string).collect();
                out.write_str(&list.join(", "))
            }
        }
    }
}

/// `None` when checks are switched off.
pub fn authenticator(names: &Names) -> Result<Option<MessageAuthenticator>, BadNames> {
    let refused = |cause: &dyn fmt::Display| BadNames::System(cause.to_string());
    let (config, mut options) = match names {
        Names::Off => return Ok(None),
        Names::System => read_system_conf().map_err(|cause| refused(&cause))?,
        Names::Servers(list) => {
            let servers = list.iter().map(name_server).collect();
            (ResolverConfig::from_parts(None, Vec::new(), servers), ResolverOpts::default())
        }
    };
    options.timeout = PATIENCE;
    options.attempts = 1;
    options.cache_size = CACHE;
    let made = MessageAuthenticator::new(config, options);
    made.map(Some).map_err(|cause| refused(&cause))
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let on_port = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(on_port);
    NameServerConfig::new(address.ip(), true, connections.into())
}
