//! The program under load: `serve` in a process of its own, so that what it needs is told from what the load needs.
use crate::failure::Failure;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A served desk; killed when dropped.
pub struct Server {
    pub web: SocketAddr,
    pub smtp: SocketAddr,
    /// From its start to the first 200 of `/readyz`.
    pub ready: Duration,
    child: Child,
}

impl Server {
    /// * errors – it ended or said something else than where it listens; its log is in `DIR/serve.log`.
    pub fn start(data: &Path, database: &str) -> Result<Server, Failure> {
        // A port that was free a moment ago: nobody else opens ports here while the bench runs.
        let smtp = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let smtp = smtp.map_err(Failure::at("a free port"))?;
        let log = data.join("serve.log");
        let to = fs::File::create(&log).map_err(Failure::at(log.display()))?;
        let program = std::env::current_exe().map_err(Failure::at("the program"))?;
        #[expect(clippy::disallowed_methods, reason = "the program measures itself")]
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--dns", "off", "--database", database]);
        command.arg("--smtp-listen").arg(smtp.to_string()).arg("--data").arg(data);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FIRSTLINE_"))
        {
            command.env_remove(name);
        }
        let start = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(to).spawn();
        let mut child = child.map_err(Failure::at("serve"))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            let _ = BufReader::new(out).read_line(&mut line);
        }
        let web = line.trim_end().strip_prefix("listening on http://").and_then(|text| text.parse().ok());
        let Some(web) = web else {
            let _ = child.kill();
            return Err(Failure::failed(format!("serve did not start; {} says why", log.display())));
        };
        let mut server = Server { web, smtp, ready: Duration::ZERO, child };
        super::client::Http::connect(web)?.get("/readyz")?;
        server.ready = start.elapsed();
        Ok(server)
    }
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
    /// Asks it to stop and waits.
    pub fn stop(mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.pid() as i32) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
    /// Resident memory: all of it, and without the pages of files that the system may take back.
    pub fn memory(&self) -> Memory {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let of = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
        };
        Memory { all: of("VmRSS:"), own: of("RssAnon:") }
    }
}
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub all: u64,
    pub own: u64,
}

/// CPU time of a process since its start, in user and kernel mode, in steps of 10 ms.
pub fn cpu_of(pid: u32) -> Duration {
    let fields = stat(pid);
    Duration::from_millis(10 * (fields.get(11).unwrap_or(&0) + fields.get(12).unwrap_or(&0)))
}
/// CPU time of a PostgreSQL server: its first process, those that it started, and those of them that have ended.
pub fn cpu_of_family(parent: u32) -> Duration {
    let names = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = names.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children = pids.filter(|pid| stat(*pid).get(1) == Some(&u64::from(parent)));
    let ended: u64 = stat(parent).iter().skip(13).take(2).sum();
    children.map(cpu_of).sum::<Duration>() + cpu_of(parent) + Duration::from_millis(10 * ended)
}
/// CPU time of this process.
pub fn cpu_of_self() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
/// The numbers of `/proc/PID/stat` from the state on, which counts as 0.
fn stat(pid: u32) -> Vec<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program is in brackets and may hold anything.
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split(' ').map(|field| field.parse().unwrap_or(0)).collect()
}
