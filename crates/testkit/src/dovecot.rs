//! A private Dovecot: real IMAP on loopback, one user, a Maildir in a temporary folder.
use crate::{
    certificates::Certificates,
    process::{Script, free_port, is_root},
};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    time::Duration,
};

pub const USER: &str = "desk@mail.example";
pub const PASSWORD: &str = "pass \"word\" \\ ü";

/// Runs as an unprivileged user and ends with this process.
pub struct Dovecot {
    /// IMAP, with STARTTLS.
    pub port: u16,
    /// IMAP over TLS.
    pub tls_port: u16,
    pub certificates: Certificates,
    folder: String,
    _script: Script,
}

/// $1 port, $2 TLS port, $3 certificate, $4 key, $5 a line of the password file, $6 more settings.
const RUN: &str = r#"
    set -e; umask 077; cd /; dir=$(mktemp -d /tmp/dovecot-XXXXXX); user=$(id -un); group=$(id -gn)
    mkdir "$dir/run" "$dir/mail"; printf '%s\n' "$5" > "$dir/users"
    printf '%s' "$3" > "$dir/server.pem"; printf '%s' "$4" > "$dir/server.key"
    cat > "$dir/conf" <<END
protocols = imap
listen = 127.0.0.1
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
first_valid_uid = 1
mail_location = maildir:$dir/mail
mail_fsync = never
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <$dir/server.pem
ssl_key = <$dir/server.key
imap_idle_notify_interval = 2 mins
mail_max_userip_connections = 100
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $1
  }
  inet_listener imaps {
    port = $2
    ssl = yes
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $dir/users
}
userdb {
  driver = static
  args = uid=$(id -u) gid=$(id -g) home=$dir
}
namespace inbox {
  inbox = yes
  mailbox Done {
    auto = create
  }
}
$6
END
    /usr/sbin/dovecot -F -c "$dir/conf" >"$dir/out" 2>&1 & pid=$!
    for try in $(seq 100); do
        [ -S "$dir/run/auth-client" ] || [ -S "$dir/run/login/login" ] || { sleep 0.05; continue; }
        echo "$dir"; cat >/dev/null; break
    done
    if [ "$try" = 100 ]; then cat "$dir/out" "$dir/log" >&2; fi
    kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$dir""#;

impl Dovecot {
    /// Panics with what is missing when it does not start.
    pub fn start() -> Dovecot {
        Dovecot::with("")
    }

    /// * `settings` – more lines for its configuration, `imap_capability = …`.
    pub fn with(settings: &str) -> Dovecot {
        let certificates = Certificates::new();
        let read = |path| std::fs::read_to_string(path).expect("we wrote it");
        let (port, tls_port) = (free_port(), free_port());
        let user = format!("{USER}:{{PLAIN}}{PASSWORD}");
        let (certificate, key) = (read(certificates.certificate_file()), read(certificates.key_file()));
        let ports = (port.to_string(), tls_port.to_string());
        let arguments = [&*ports.0, &ports.1, &certificate, &key, &user, settings];
        let script = Script::start(Some("nobody"), RUN, &arguments)
            .unwrap_or_else(|why| panic!("Dovecot (apt install dovecot-imapd) did not start: {why}"));
        let dovecot =
            Dovecot { port, tls_port, certificates, folder: script.answer.clone(), _script: script };
        dovecot.wait_for_port();
        dovecot
    }

    fn wait_for_port(&self) {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("Dovecot does not listen: {}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(format!("{}/log", self.folder)).unwrap_or_default()
    }

    /// Puts a message into a folder as another client would. Lines end with CRLF afterwards.
    pub fn append(&self, folder: &str, message: &[u8]) {
        self.client().append(folder, message);
    }

    /// Messages of a folder as `(uid, flags)`, by UID.
    pub fn list(&self, folder: &str) -> Vec<(u32, Vec<String>)> {
        let mut client = self.client();
        client.command(&format!("EXAMINE {folder}"));
        let answer = client.command("UID FETCH 1:* (FLAGS)");
        let mut found: Vec<_> = answer.iter().filter_map(|line| uid_and_flags(line)).collect();
        found.sort();
        found
    }

    /// How many messages of a folder have been read.
    pub fn seen(&self, folder: &str) -> usize {
        self.list(folder).iter().filter(|(_, flags)| flags.iter().any(|flag| flag == "\\Seen")).count()
    }

    /// Gives a folder another UIDVALIDITY, as a restored backup or a moved mailbox has.
    pub fn change_uid_validity(&self, folder: &str, to: u32) {
        self.doveadm(&["mailbox", "update", "-u", USER, "--uid-validity", &to.to_string(), folder]);
    }

    /// Ends every connection, as a restart or a network that breaks does.
    pub fn kick(&self) {
        self.doveadm(&["kick", USER]);
    }

    fn doveadm(&self, arguments: &[&str]) {
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "nobody", "--", "doveadm"]);
                command
            }
            false => Command::new("doveadm"),
        };
        let conf = format!("{}/conf", self.folder);
        let output = command
            .args(["-c", &conf])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("doveadm is installed with Dovecot");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "doveadm {arguments:?}: {said}");
    }

    /// A signed-in client of its own making.
    pub fn client(&self) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("Dovecot listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        let mut client = Client { io: BufReader::new(stream), count: 0 };
        client.line();
        let quoted = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
        if quoted.is_ascii() {
            client.command(&format!("LOGIN {USER} \"{quoted}\""));
        } else {
            let secret = format!("\0{USER}\0{PASSWORD}");
            let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
            client.command(&format!("AUTHENTICATE PLAIN {encoded}"));
        }
        client
    }
}

/// A plain IMAP client for what a test does to a mailbox from outside.
pub struct Client {
    io: BufReader<TcpStream>,
    count: u32,
}

impl Client {
    /// Sends a command; returns the untagged lines. Panics when the server says NO or BAD.
    pub fn command(&mut self, command: &str) -> Vec<String> {
        self.count += 1;
        let tag = format!("T{}", self.count);
        write!(self.io.get_mut(), "{tag} {command}\r\n").expect("the connection stands");
        self.finish(&tag, command)
    }

    pub fn append(&mut self, folder: &str, message: &[u8]) {
        self.append_as(folder, "", message);
    }
    /// The same with the time at which it came in: `03-Feb-2020 10:00:00 +0000`.
    pub fn append_at(&mut self, folder: &str, at: &str, message: &[u8]) {
        self.append_as(folder, &format!("\"{at}\" "), message);
    }
    fn append_as(&mut self, folder: &str, at: &str, message: &[u8]) {
        let message = String::from_utf8_lossy(message).replace("\r\n", "\n").replace('\n', "\r\n");
        self.count += 1;
        let tag = format!("T{}", self.count);
        write!(self.io.get_mut(), "{tag} APPEND {folder} {at}{{{}}}\r\n", message.len()).expect("it stands");
        let go_on = self.line();
        assert!(go_on.starts_with('+'), "APPEND: {go_on}");
        write!(self.io.get_mut(), "{message}\r\n").expect("it stands");
        self.finish(&tag, "APPEND");
    }

    fn finish(&mut self, tag: &str, command: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            if let Some(status) = line.strip_prefix(tag) {
                assert!(status.trim_start().starts_with("OK"), "{command}: {line}");
                return lines;
            }
            lines.push(line);
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.io.read_line(&mut line).expect("Dovecot answers in time");
        assert!(!line.is_empty(), "Dovecot closed the connection");
        if let Some(size) = line.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once('{')) {
            let mut literal = vec![0; size.1.parse().expect("a size")];
            self.io.read_exact(&mut literal).expect("the whole literal");
            line.push_str(&String::from_utf8_lossy(&literal));
            line.push_str(&self.line());
        }
        line.trim_end().to_owned()
    }
}

/// `* 1 FETCH (UID 3 FLAGS (\Seen))`.
fn uid_and_flags(line: &str) -> Option<(u32, Vec<String>)> {
    let uid = line.split_once("UID ")?.1.split([' ', ')']).next()?.parse().ok()?;
    let flags = line.split_once("FLAGS (")?.1.split(')').next()?;
    Some((uid, flags.split_whitespace().map(str::to_owned).collect()))
}
