//! The real binary, started as a person starts it.
#![allow(clippy::disallowed_methods, dead_code, reason = "tests start the program and connect to it")]
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// `firstline` with these words, without any variable of the machine.
pub fn firstline(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firstline"));
    command.args(words).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FIRSTLINE_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end.
pub fn run(words: &[&str]) -> Ended {
    Ended::of(firstline(words).output().unwrap())
}

#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}
impl Ended {
    pub fn of(output: Output) -> Ended {
        let text = |bytes| String::from_utf8(bytes).expect("what it prints is UTF-8");
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
    #[track_caller]
    pub fn went_well(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }
    /// One line on stderr and nothing on stdout.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{}", self.err);
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
        self.err
    }
}

/// A desk that is being served; killed when dropped.
pub struct Served {
    pub address: SocketAddr,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Served {
    /// `serve` on a free port over this data folder, with more words.
    pub fn start(data: &str, words: &[&str]) -> Served {
        let mut all = vec!["serve", "--data", data, "--listen", "127.0.0.1:0"];
        all.extend(words);
        let mut child = firstline(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut err, to) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = err.read(&mut bytes) {
                to.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").map(str::parse);
        let address = match address {
            Some(Ok(address)) => address,
            _ => panic!("it said {line:?}: {}", log.lock().unwrap()),
        };
        Served { address, child, log }
    }
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
    /// Waits for a line of the log with `mark`.
    #[track_caller]
    pub fn logged(&self, mark: &str) -> String {
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if let Some(line) = self.log().lines().find(|line| line.contains(mark)) {
                return line.to_owned();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no {mark:?} in the log: {}", self.log());
    }
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(self.address, method, path, headers, body).expect("it answers")
    }
    /// Where mail comes in, by `smtp` or `lmtp`.
    #[track_caller]
    pub fn mail(&self, by: &str) -> SocketAddr {
        let line = self.logged(&format!("by=\"{by}\""));
        let address = line.split("address=").nth(1).and_then(|rest| rest.split(' ').next());
        address.and_then(|address| address.parse().ok()).unwrap_or_else(|| panic!("no address in {line}"))
    }
    /// Ends it as `kill -9` does; it must have been running.
    #[track_caller]
    pub fn kill(mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself with {ended:?}: {}", self.log());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
    pub fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.pid()]).status().unwrap();
        assert!(killed.success());
    }
    /// How it ended, and how long that took; fails after 25 seconds.
    #[track_caller]
    pub fn ended(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(25) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end: {}", self.log());
    }
    #[track_caller]
    pub fn stop(mut self) {
        self.terminate();
        assert_eq!(self.ended().0, Some(0), "{}", self.log());
    }
}
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}
impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// One request on a connection of its own.
pub fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("content-length: {}\r\n", body.len());
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_owned() };
    Ok(Answer { status: status.ok_or(std::io::ErrorKind::InvalidData)?, head: head.into(), body })
}
fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        let Some(chunk) = rest.get(..size).filter(|chunk| !chunk.is_empty()) else { break };
        whole += chunk;
        body = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}

/// A data folder that is gone when dropped.
pub struct Data(pub tempfile::TempDir);
impl Data {
    pub fn new() -> Data {
        Data(tempfile::tempdir().unwrap())
    }
    pub fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
    pub fn file(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

/// The address of a new schema on a private PostgreSQL.
pub fn postgres() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static CLUSTER: std::sync::OnceLock<testkit::Cluster> = std::sync::OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| testkit::Cluster::start(false));
    let folder = cluster.url.split(' ').next().and_then(|host| host.strip_prefix("host=")).unwrap();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("postgres://postgres@/postgres?host={folder}&schema=desk_{number}")
}

pub const PASSWORD: &str = "a cup of strong coffee";
pub const ADMIN: &str = "ada@acme.example";

/// The words of a whole `setup`.
pub fn setup(data: &Data, database: &str) -> Ended {
    let file = data.file("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    run(&[
        "setup",
        "--data",
        data.path(),
        "--database",
        database,
        "--desk-name",
        "Acme Help",
        "--admin-email",
        ADMIN,
        "--admin-name",
        "Ada Lovelace",
        "--admin-password-file",
        &file,
        "--language",
        "de",
    ])
}
/// A token that may do everything.
pub fn token(data: &Data, database: &str) -> String {
    let words = ["token", "create", "--data", data.path(), "--database", database];
    let token = run(&[&words[..], &["--user", ADMIN, "--scopes", "all"]].concat()).went_well();
    token.trim_end().to_owned()
}
