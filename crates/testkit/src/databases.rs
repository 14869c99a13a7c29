//! Desks on both engines, on a private PostgreSQL that ends with the test program.
use crate::certificates::Certificates;
use platform::db::{Db, Place, Size};
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// A cluster reachable only through a socket in its own folder.
///
/// It lives as long as this process: the shell that started it waits on a pipe, stops the server and removes
/// the folder when the pipe closes, however this process ends.
pub struct Cluster {
    pub url: String,
    _pipe: ChildStdin,
    _shell: Child,
}

const RUN: &str = r#"
    set -e; cd /; dir=$(mktemp -d -p "$3"); bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
    more=; if [ -n "$TLS_KEY" ]; then
        (umask 077; echo "$TLS_CERTIFICATE" >"$dir/server.crt"; echo "$TLS_KEY" >"$dir/server.key")
        more="-c listen_addresses=127.0.0.1 -c port=$2 -c ssl=on"
        more="$more -c ssl_cert_file=$dir/server.crt -c ssl_key_file=$dir/server.key"
    fi
    # An empty cluster is made once a machine and user, and copied: a test program would wait a second for it.
    empty=/tmp/firstline-empty-cluster-$(id -u)-$(basename "$(dirname "$bin")")
    if [ ! -O "$empty/PG_VERSION" ]; then
        # Beside its place, so that it gets there whole in one step: of several that make it the first one counts.
        new=$(mktemp -d "$empty.XXXXXX")
        "$bin/initdb" -D "$new" -U postgres -A trust -E UTF8 --locale C --no-sync --wal-segsize=1 >/dev/null
        mv -T "$new" "$empty" 2>/dev/null || rm -rf "$new"
    fi
    cp -a "$empty" "$dir/data"
    "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start >/dev/null \
        -o "-k $dir -c listen_addresses= -c max_connections=300 -c fsync=$1 -c shared_buffers=128MB $more"
    echo "$dir"; cat >/dev/null
    "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null; rm -rf "$dir""#;

impl Cluster {
    /// `fsync` off is for tests that do not ask about power cuts.
    pub fn start(fsync: bool) -> Cluster {
        Cluster::run(fsync, None)
    }
    /// One that listens on the loopback as well, and speaks TLS there.
    pub fn with_tls(certificates: &Certificates) -> Cluster {
        Cluster::run(false, Some(certificates))
    }
    fn run(fsync: bool, certificates: Option<&Certificates>) -> Cluster {
        let fsync = if fsync { "on" } else { "off" };
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        let mut command = Command::new(if is_root { "runuser" } else { "sh" });
        if is_root {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = port.expect("the loopback has a free port").port().to_string();
        if let Some(certificates) = certificates {
            let text = |file: PathBuf| std::fs::read_to_string(file).expect("we made it");
            command.env("TLS_CERTIFICATE", text(certificates.certificate_file()));
            command.env("TLS_KEY", text(certificates.key_file()));
        }
        let mut shell = command
            .args(["-c", RUN, "cluster", fsync, &port])
            .arg(if fsync == "on" { std::env::temp_dir() } else { scratch() })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut folder = String::new();
        let stdout = shell.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut folder).expect("the shell answers");
        assert!(!folder.is_empty(), "PostgreSQL did not start");
        let pipe = shell.stdin.take().expect("it is piped");
        let host = match certificates {
            Some(_) => format!("127.0.0.1 port={port}"),
            None => folder.trim().to_owned(),
        };
        Cluster { url: format!("host={host} user=postgres dbname=postgres"), _pipe: pipe, _shell: shell }
    }
}

impl Cluster {
    /// CPU time of the server and the connections that are open now.
    pub fn cpu(&self) -> Duration {
        let pids: Vec<_> =
            std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|e| e.file_name()).collect();
        let pids: Vec<_> = pids.iter().filter_map(|pid| pid.to_str()).collect();
        let folder =
            self.url.split(' ').next().and_then(|host| host.strip_prefix("host=")).expect("we wrote it");
        let command = |pid: &str| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let is_server =
            |pid: &&&str| command(pid).split('\0').nth(2).is_some_and(|data| data.starts_with(folder));
        let server = pids.iter().find(is_server).expect("the server runs");
        pids.iter()
            .filter(|pid| pid == &server || stat(pid, 1) == server.parse().ok())
            .map(|pid| cpu_of(pid))
            .sum()
    }
}
/// CPU time of one process, in steps of 10 ms.
pub fn cpu_of(pid: &str) -> Duration {
    Duration::from_millis(10 * (stat(pid, 11).unwrap_or(0) + stat(pid, 12).unwrap_or(0)))
}
/// A field of `/proc/PID/stat`, counted from the state, which is 0.
fn stat(pid: &str, field: usize) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit_once(") ")?.1.split(' ').nth(field)?.parse().ok()
}

/// An empty desk of its own, gone when dropped.
pub struct Desk {
    pub engine: &'static str,
    pub place: Place,
    pub db: Db,
    folder: Option<PathBuf>,
}

/// Where a desk lies that nobody asks about power cuts: in memory where there is enough of it, because a test flushes
/// a hundred times and a disk that others use takes its time for each.
fn scratch() -> PathBuf {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    let look = || {
        let free = Command::new("df").args(["-k", "--output=avail", "/dev/shm"]).output().ok()?;
        let kilobytes = String::from_utf8(free.stdout).ok()?.lines().nth(1)?.trim().parse::<u64>().ok()?;
        (kilobytes > 2_000_000).then(|| "/dev/shm".into())
    };
    PLACE.get_or_init(|| look().unwrap_or_else(std::env::temp_dir)).clone()
}

/// One cluster serves all tests of a process.
static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Desk {
    pub fn sqlite() -> Desk {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = scratch().join(format!("desk-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let place = Place::Sqlite(folder.join("desk.db"));
        Desk::open("sqlite", place, Some(folder))
    }
    pub fn postgres() -> Desk {
        Desk::postgres_on(CLUSTER.get_or_init(|| Cluster::start(false)))
    }
    pub fn postgres_on(cluster: &Cluster) -> Desk {
        let schema = format!("desk_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Desk::open("postgres", Place::Postgres { url: cluster.url.clone(), schema }, None)
    }
    fn open(engine: &'static str, place: Place, folder: Option<PathBuf>) -> Desk {
        place.create().expect("a place for the desk");
        let db = Db::open(&place, Size::default()).expect("the desk opens");
        Desk { engine, place, db, folder }
    }
}
impl Drop for Desk {
    fn drop(&mut self) {
        self.db.close();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Runs a test on a fresh desk of each engine.
pub fn on_both(test: impl AsyncFn(&Desk)) {
    for open in [Desk::sqlite, Desk::postgres] {
        let desk = open();
        eprintln!("on {}", desk.engine);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(test(&desk));
    }
}
