//! A file is read by this program in a second process, which can do nothing but compute, for a while.
use super::Kind;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::{
    io::{Read, Write},
    path::Path,
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The word that calls the program for this, with the kind of the file behind it.
pub const COMMAND: &str = "read-text";
/// A file that takes longer is given up.
const TIME: Duration = Duration::from_secs(20);
/// The memory of the second process, in bytes.
const MEMORY: u64 = 600_000_000;
/// What it may answer.
const ANSWER: u64 = 4_000_000;
/// What it says where a file has no text.
const NOTHING: u8 = 3;

/// The second process: reads a file on stdin, writes its text on stdout.
pub fn run(kind: &str) -> ExitCode {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    let limits = limit(Resource::As, MEMORY)
        .and_then(|()| limit(Resource::Cpu, TIME.as_secs()))
        .and_then(|()| limit(Resource::Core, 0))
        .and_then(|()| limit(Resource::Fsize, ANSWER));
    let Some(kind) = Kind::from_word(kind).filter(|_| limits.is_ok()) else { return ExitCode::from(2) };
    let mut bytes = Vec::new();
    if std::io::stdin().lock().take(crate::texts::LARGEST as u64 + 1).read_to_end(&mut bytes).is_err() {
        return ExitCode::from(2);
    }
    match super::here(kind, &bytes) {
        Ok(text) => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(2),
        },
        Err(why) => {
            let _ = std::io::stdout().lock().write_all(why.as_bytes());
            ExitCode::from(NOTHING)
        }
    }
}

/// Has a second process read a file.
pub fn read(program: &Path, kind: Kind, bytes: Vec<u8>) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "it is this program itself, and reads what strangers sent")]
    let child = Command::new(program)
        .args([COMMAND, kind.word()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|cause| format!("the reading process did not start: {cause}"))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let feed = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&bytes)));
    let listen = thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(ANSWER).read_to_end(&mut text);
        }
        text
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if start.elapsed() < TIME => thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    let _ = feed.join();
    let text = listen.join().unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    match status.and_then(|status| status.code()) {
        Some(0) => Ok(text),
        Some(code) if code == i32::from(NOTHING) => Err(text),
        Some(_) => Err("the reading process failed".into()),
        None => Err("it took too long or too much memory".into()),
    }
}
