//! How long an experiment runs: short in the tests, as long as `script/soak` says otherwise.
use crate::program::postgres;
use std::time::{Duration, Instant};

fn said(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Whether `script/soak` runs this.
pub fn is_long() -> bool {
    said("SOAK_SECONDS").is_some()
}

/// How often the program is killed on each database: 50 times in the short form, half of them on each.
pub fn kills() -> usize {
    said("SOAK_KILLS").unwrap_or(25) as usize
}
/// How often it is told to stop on each database.
pub fn stops() -> usize {
    said("SOAK_KILLS").unwrap_or(10) as usize
}

/// How many mails, where the short form has `short`.
pub fn mails(short: usize) -> usize {
    short * said("SOAK_TIMES").unwrap_or(1) as usize
}

/// The databases to run on.
pub fn databases() -> Vec<String> {
    match std::env::var("SOAK_DATABASE").as_deref() {
        Ok("sqlite") => vec!["sqlite".into()],
        Ok("postgres") => vec![postgres()],
        _ => vec!["sqlite".into(), postgres()],
    }
}
/// Another empty place on the same engine.
pub fn beside(database: &str) -> String {
    if engine(database) == "postgres" { postgres() } else { database.to_owned() }
}
pub fn engine(database: &str) -> &str {
    database.split(':').next().unwrap_or_default()
}

/// The end of an experiment that has a time; the short form has none, it ends when it is done.
pub struct Clock(Option<Instant>);
impl Clock {
    pub fn start() -> Clock {
        Clock(said("SOAK_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds)))
    }
    pub fn is_over(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}

/// Numbers that look like chance and are the same in every run (xorshift).
pub struct Chance(u64);
impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most.max(1)
    }
    /// Between two times, in milliseconds.
    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
    /// How long the program lives before it is killed.
    pub fn life(&mut self) -> Duration {
        if is_long() { self.millis(50, 1500) } else { self.millis(20, 250) }
    }
}

/// A row of the table that `script/soak` prints.
pub struct Row<'a> {
    pub experiment: &'a str,
    pub database: &'a str,
    pub mails: usize,
    pub ends: usize,
    pub lost: usize,
    pub duplicates: usize,
    pub remark: String,
}
impl Row<'_> {
    pub fn print(&self) {
        let Row { experiment, database, mails, ends, lost, duplicates, remark } = self;
        println!("|{experiment}|{}|{mails}|{ends}|{lost}|{duplicates}|{remark}|", engine(database));
    }
}
