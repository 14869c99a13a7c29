//! Servers of other projects, as children that cannot outlive the test.
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, ChildStdin, Command, Stdio},
};

/// A shell script that started something and waits on a pipe. However this process ends, the pipe closes, and
/// the rest of the script cleans up.
pub struct Script {
    child: Child,
    pipe: Option<ChildStdin>,
    /// The first line that the script printed.
    pub answer: String,
}

impl Script {
    /// Runs `script` with `sh` and waits for its first line.
    ///
    /// * `user` – who runs it, where we are root; otherwise it is us.
    /// * errors – what the script wrote on standard error, when it ended without a line.
    pub fn start(user: Option<&str>, script: &str, arguments: &[&str]) -> Result<Script, String> {
        let mut command = match user.filter(|_| is_root()) {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--", "sh"]);
                command
            }
            None => Command::new("sh"),
        };
        let mut child = command
            .args(["-c", script, "sh"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| format!("no shell: {cause}"))?;
        let mut answer = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut answer).map_err(|cause| cause.to_string())?;
        if answer.is_empty() {
            let output = child.wait_with_output().map_err(|cause| cause.to_string())?;
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let pipe = child.stdin.take();
        Ok(Script { child, pipe, answer: answer.trim().to_owned() })
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.child.wait();
    }
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// A port that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("it is bound").port()
}
