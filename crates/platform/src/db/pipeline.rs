//! A PostgreSQL connection on which statements travel together: one message and one answer for several of them.
//!
//! A round trip costs the program more than the statement in it. What nobody waits for (`BEGIN`, changes whose count
//! is not asked, the lock before the numbers of events) is kept back and sent with the next statement whose answer
//! somebody needs. The server works in the order in which it is sent, and refuses everything after a failure.
use super::{Error, Result, Value};
use postgres::{
    ToStatement,
    config::{Host, SslMode},
    types::{IsNull, ToSql, Type, to_sql_checked},
};
use std::{
    future::poll_fn,
    net::IpAddr,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use tokio_postgres as postgres;

/// What is kept back is sent on its own when it is so much.
const MOST_LATER: usize = 24;
/// After so long without work the connection may have died; then `BEGIN` is sent alone, to find out.
const IDLE: Duration = Duration::from_millis(100);

/// One connection to PostgreSQL. The threads of the database have one each.
pub struct Client {
    runtime: tokio::runtime::Runtime,
    inner: postgres::Client,
    /// What other connections said with `NOTIFY`, where this one listens.
    told: mpsc::UnboundedReceiver<String>,
    later: Vec<Later>,
    used: Instant,
    /// Something failed: perhaps the connection.
    is_doubtful: bool,
}

/// Something to send with what follows.
enum Later {
    Script(&'static str),
    Change { at: &'static str, statement: postgres::Statement, values: Vec<Kept> },
}

/// Whether nothing of this connection leaves the machine.
pub(super) fn is_near(config: &postgres::Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(|address| address.to_canonical().is_loopback());
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
        }
    })
}

/// Whether a database at `url` is on another machine and nobody decided whether it is spoken to in clear text.
pub(super) fn wants_encryption(url: &str) -> bool {
    Client::config(url).is_ok_and(|config| config.get_ssl_mode() == SslMode::Prefer && !is_near(&config))
}

impl Client {
    /// Where a database is; a server that does not answer is given up after five seconds.
    pub fn config(url: &str) -> Result<postgres::Config> {
        let mut config: postgres::Config = url.parse()?;
        config.connect_timeout(Duration::from_secs(5));
        Ok(config)
    }
    /// * errors – [`Error::Unreachable`], whatever the reason.
    pub fn open(config: &postgres::Config) -> Result<Client> {
        let client = match config.get_ssl_mode() {
            SslMode::Disable => Client::connect(config, postgres::NoTls),
            SslMode::Prefer if is_near(config) => Client::connect(config, postgres::NoTls),
            SslMode::Prefer => Client::preferring(config),
            _ => {
                let tls = tokio_postgres_rustls::MakeRustlsConnect::new(crate::tls::client());
                Client::connect(config, tls)
            }
        };
        client.map_err(|error| Error::from(error).unreachable())
    }
    /// TLS with whoever answers, if the server has it: what `prefer` means to every client of PostgreSQL.
    pub fn preferring(config: &postgres::Config) -> Result<Client, postgres::Error> {
        let tls = tokio_postgres_rustls::MakeRustlsConnect::new(crate::tls::with_anybody());
        Client::connect(config, tls)
    }
    /// Connects, and drives the connection whenever somebody waits for an answer.
    fn connect<T>(config: &postgres::Config, tls: T) -> Result<Client, postgres::Error>
    where
        T: postgres::tls::MakeTlsConnect<postgres::Socket> + Send + 'static,
        T::Stream: Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread needs nothing that could be missing");
        let (inner, mut connection) = runtime.block_on(config.connect(tls))?;
        let (tell, told) = mpsc::unbounded_channel();
        runtime.spawn(async move {
            while let Some(Ok(said)) = poll_fn(|context| connection.poll_message(context)).await {
                // Notices are for somebody at a terminal; they would stand in our log.
                if let postgres::AsyncMessage::Notification(said) = said {
                    let _ = tell.send(said.payload().to_owned());
                }
            }
        });
        let used = Instant::now();
        Ok(Client { runtime, inner, told, later: Vec::new(), used, is_doubtful: false })
    }

    /// Begins a transaction with `text`, which is sent with its first statement.
    pub(super) fn begin(&mut self, text: &'static str) -> Result<()> {
        self.later.clear();
        // What has come meanwhile is read: the answer to the last end, or that the server has hung up.
        self.runtime.block_on(async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        let is_idle = std::mem::replace(&mut self.used, Instant::now()).elapsed() > IDLE;
        if self.is_doubtful || is_idle || self.inner.is_closed() {
            self.is_doubtful = false;
            return self.batch_execute(text);
        }
        self.later.push(Later::Script(text));
        Ok(())
    }
    /// Ends a transaction; without waiting for the answer, because there is nothing that it could say.
    pub(super) fn roll_back(&mut self) {
        let was_begun = !matches!(self.later.first(), Some(Later::Script(text)) if text.starts_with("BEGIN"));
        self.later.clear();
        if was_begun {
            let inner = &self.inner;
            self.runtime.block_on(async {
                let mut sent = pin!(inner.batch_execute("ROLLBACK"));
                let _ = futures_util::poll!(&mut sent);
                // So that the connection writes it.
                tokio::task::yield_now().await;
            });
        }
        self.used = Instant::now();
    }
    /// A fixed text that is sent with what follows.
    pub(super) fn script_later(&mut self, text: &'static str) {
        self.later.push(Later::Script(text));
    }
    /// A change that is sent with what follows. Its failure is that of what follows.
    pub(super) fn execute_later(
        &mut self,
        at: &'static str,
        statement: &postgres::Statement,
        values: &[Value],
    ) -> Result<()> {
        let (statement, values) = (statement.clone(), values.iter().map(Kept::of).collect());
        self.later.push(Later::Change { at, statement, values });
        if self.later.len() < MOST_LATER {
            return Ok(());
        }
        self.ask(async |_| Ok(()))
    }

    /// Whether what goes over this connection is encrypted, as the server says.
    pub fn is_encrypted(&mut self) -> Result<bool> {
        let row = self.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])?;
        Ok(row.get(0))
    }
    pub(super) fn query<S: ToStatement + ?Sized>(
        &mut self,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<postgres::Row>> {
        self.ask(async |inner| inner.query(statement, values).await)
    }
    pub(super) fn query_one<S: ToStatement + ?Sized>(
        &mut self,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<postgres::Row> {
        self.ask(async |inner| inner.query_one(statement, values).await)
    }
    pub(super) fn execute<S: ToStatement + ?Sized>(
        &mut self,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<u64> {
        self.ask(async |inner| inner.execute(statement, values).await)
    }
    pub(super) fn batch_execute(&mut self, text: &str) -> Result<()> {
        self.ask(async |inner| inner.batch_execute(text).await)
    }
    /// The next thing that somebody told who listens as this connection does, if it comes within `wait`. Sends nothing.
    pub(super) fn next_told(&mut self, wait: Duration) -> Option<String> {
        let told = &mut self.told;
        self.runtime.block_on(async { tokio::time::timeout(wait, told.recv()).await.ok().flatten() })
    }
    pub(super) fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
    /// What is kept back stays so: a statement is prepared for the connection, not for the transaction.
    pub(super) fn prepare(&mut self, text: &str) -> Result<postgres::Statement> {
        Ok(self.runtime.block_on(self.inner.prepare(text))?)
    }

    /// Sends what was kept back and then `last`, and waits for all the answers.
    fn ask<T>(
        &mut self,
        last: impl AsyncFnOnce(&postgres::Client) -> Result<T, postgres::Error>,
    ) -> Result<T> {
        let (inner, later) = (&self.inner, std::mem::take(&mut self.later));
        let answer = self.runtime.block_on(async {
            if later.is_empty() {
                return Ok(last(inner).await?);
            }
            // Each is sent when it is polled first, and they are polled in this order.
            let before = futures_util::future::join_all(later.iter().map(|later| later.send(inner)));
            let (before, last) = futures_util::future::join(before, last(inner)).await;
            before.into_iter().collect::<Result<()>>()?;
            Ok(last?)
        });
        self.is_doubtful |= answer.is_err();
        answer
    }
}

impl Later {
    async fn send(&self, inner: &postgres::Client) -> Result<()> {
        match self {
            Later::Script(text) => Ok(inner.batch_execute(text).await?),
            Later::Change { at, statement, values } => match inner.execute_raw(statement, values).await {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::from(error).at(at)),
            },
        }
    }
}

/// A value that outlives the call.
#[derive(Debug)]
enum Kept {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}
impl Kept {
    fn of(value: &Value) -> Kept {
        match *value {
            Value::Null => Kept::Null,
            Value::Bool(v) => Kept::Bool(v),
            Value::Integer(v) => Kept::Integer(v),
            Value::Real(v) => Kept::Real(v),
            Value::Text(v) => Kept::Text(v.to_owned()),
            Value::Bytes(v) => Kept::Bytes(v.to_vec()),
        }
    }
    fn value(&self) -> Value<'_> {
        match self {
            Kept::Null => Value::Null,
            Kept::Bool(v) => Value::Bool(*v),
            Kept::Integer(v) => Value::Integer(*v),
            Kept::Real(v) => Value::Real(*v),
            Kept::Text(v) => Value::Text(v),
            Kept::Bytes(v) => Value::Bytes(v),
        }
    }
}
impl ToSql for Kept {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.value().to_sql(kind, out)
    }
    fn accepts(kind: &Type) -> bool {
        <Value as ToSql>::accepts(kind)
    }
    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_machine_asks_for_tls_by_itself() {
        let wants = wants_encryption;
        for near in [
            "host=/run/postgresql user=a",
            "postgres://a:b@localhost/c",
            "postgres://a:b@127.0.0.1:5433/c",
            "postgres://a@[::1]/c",
            "host=db.example.org hostaddr=127.0.0.1 user=a",
        ] {
            assert!(!wants(near), "{near}");
        }
        for far in [
            "postgres://a:b@db.example.org/c",
            "postgres://a:b@192.0.2.7/c",
            "postgres://a:b@localhost,db.example.org/c",
            "host=localhost hostaddr=192.0.2.7 user=a",
        ] {
            assert!(wants(far), "{far}");
            // Somebody decided: one way or the other.
            for mode in ["disable", "require"] {
                let glue = if far.contains("://") { "?" } else { " " };
                assert!(!wants(&format!("{far}{glue}sslmode={mode}")), "{far} {mode}");
            }
        }
    }
}
