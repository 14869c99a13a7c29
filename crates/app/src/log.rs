//! The log goes to stderr: what happened and where, never what somebody wrote, never a secret.
use crate::config::{Config, LogFormat};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// From here on the log is written as the configuration says.
pub fn start(config: &Config) {
    // The configuration was checked, so this is only for the impossible.
    let filter = config.log_filter.parse::<Targets>().unwrap_or_default();
    // PostgreSQL notes every table that is there already. Whoever wants that names the target.
    let is_named = config.log_filter.contains("postgres");
    let filter = if is_named { filter } else { filter.with_target("postgres", LevelFilter::WARN) };
    // In detail it writes the values of each statement: what people wrote, and hashes of their secrets.
    let filter = filter.with_target("tokio_postgres", LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
    };
    // A test process may have one already.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}
