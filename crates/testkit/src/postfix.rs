//! A private Postfix: a real relay on loopback, with a queue in a temporary folder.
use crate::{
    certificates::Certificates,
    process::{Script, free_port, is_root},
};
use std::{net::SocketAddr, net::TcpStream, process::Command, time::Duration};

/// Where Postfix sends mail for a domain.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    Smtp(SocketAddr),
    Lmtp(SocketAddr),
}

impl Next {
    fn transport(self) -> String {
        match self {
            Next::Smtp(to) => format!("smtp:[{}]:{}", to.ip(), to.port()),
            Next::Lmtp(to) => format!("lmtp:inet:[{}]:{}", to.ip(), to.port()),
        }
    }
}

/// Takes mail from loopback for every domain, retries after a second, and ends with this process.
pub struct Postfix {
    /// SMTP, with STARTTLS.
    pub port: u16,
    pub certificates: Certificates,
    folder: String,
    _script: Script,
}

/// $1 port, $2 certificate, $3 key, $4 the transport table, $5 more settings.
const RUN: &str = r#"
    set -e; umask 022; cd /; dir=$(mktemp -d /tmp/postfix-XXXXXX); chmod 755 "$dir"
    mkdir "$dir/conf" "$dir/queue" "$dir/data"; chown postfix "$dir/data"
    printf '%s' "$2" > "$dir/conf/server.pem"; printf '%s' "$3" > "$dir/conf/server.key"
    chmod 600 "$dir/conf/server.key"; printf '%s\n' "$4" > "$dir/conf/transport"
    cat > "$dir/conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file_prefixes = $dir
maillog_file = $dir/log
myhostname = relay.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_host_lookup = native
transport_maps = texthash:$dir/conf/transport
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/conf/server.pem
smtpd_tls_key_file = $dir/conf/server.key
smtp_tls_security_level = may
smtputf8_enable = yes
$5
END
    cat > "$dir/conf/master.cf" <<END
127.0.0.1:$1 inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
    /usr/sbin/postfix -c "$dir/conf" start >"$dir/out" 2>&1 || { cat "$dir/out" "$dir/log" >&2; rm -rf "$dir"; exit 1; }
    echo "$dir"; cat >/dev/null
    /usr/sbin/postfix -c "$dir/conf" abort >/dev/null 2>&1 || true
    for try in $(seq 50); do
        kill -0 "$(tr -d ' ' < "$dir/queue/pid/master.pid")" 2>/dev/null || break
        sleep 0.1
    done
    rm -rf "$dir""#;

impl Postfix {
    /// * `routes` – domains and where their mail goes; `*` is all others.
    /// * errors – what is missing, for the test to fail with: Postfix, or being root.
    pub fn start(routes: &[(&str, Next)]) -> Result<Postfix, String> {
        Postfix::with(routes, "")
    }

    /// * `settings` – more lines for main.cf.
    pub fn with(routes: &[(&str, Next)], settings: &str) -> Result<Postfix, String> {
        if !is_root() {
            return Err("Postfix starts only as root: run these tests as root or in a container".into());
        }
        if !std::path::Path::new("/usr/sbin/postfix").exists() {
            return Err("Postfix is missing: apt install postfix".into());
        }
        let certificates = Certificates::new();
        let read = |path| std::fs::read_to_string(path).expect("we wrote it");
        let (certificate, key) = (read(certificates.certificate_file()), read(certificates.key_file()));
        let table: Vec<String> =
            routes.iter().map(|(domain, next)| format!("{domain} {}", next.transport())).collect();
        let port = free_port();
        let arguments = [&*port.to_string(), &certificate, &key, &table.join("\n"), settings];
        let script = Script::start(None, RUN, &arguments)?;
        let postfix = Postfix { port, certificates, folder: script.answer.clone(), _script: script };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(postfix);
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err(format!("Postfix does not listen: {}", postfix.log()))
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(format!("{}/log", self.folder)).unwrap_or_default()
    }

    /// Tries everything that waits once more, now: a queue run of its own passes over what it tried a moment ago.
    pub fn flush(&self) {
        let conf = format!("{}/conf", self.folder);
        let flushed = Command::new("postqueue").args(["-c", &conf, "-f"]).output();
        let flushed = flushed.expect("Postfix is installed");
        assert!(flushed.status.success(), "postqueue -f: {}", String::from_utf8_lossy(&flushed.stderr));
    }

    /// Messages that have not found their way yet.
    pub fn queued(&self) -> usize {
        let conf = format!("{}/conf", self.folder);
        let output =
            Command::new("postqueue").args(["-c", &conf, "-j"]).output().expect("Postfix is installed");
        String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.starts_with('{')).count()
    }
}
