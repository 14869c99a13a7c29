//! What is measured in this process, over a desk that nobody serves: workers that act by themselves.
use super::{load::Round, server};
use crate::{config::Config, failure::Failure, open};
use kernel::{clock::Clock, fault::Problem};
use people::sign_in::Doorman;
use platform::{Home, db::statements_run, jobs};
use std::time::{Duration, Instant};

/// The desk of `config`. The program that served it has ended.
pub async fn home(config: &Config) -> Result<Home, Failure> {
    let db = open::ready(config).await?;
    open::home(config, db, Clock::System, "http://127.0.0.1:8080", Box::new(Doorman::new())).await
}

/// Does the work that waits.
pub async fn runs_jobs(home: &Home) -> Result<(), Failure> {
    while jobs::run_next(home).await.map_err(|cause| Failure::failed(format!("jobs: {cause}")))? {}
    Ok(())
}

/// A failure of something measured here.
pub fn said(problem: impl Into<Problem>) -> Failure {
    Failure::failed(format!("bench: {}", problem.into().code))
}

/// CPU and statements between `begin` and `end`, as often as wanted.
pub struct Meter {
    postgres: Option<u32>,
    start: Instant,
    cpu: Duration,
    database: Duration,
    statements: u64,
    sum: Round,
}
impl Meter {
    pub fn new(postgres: Option<u32>) -> Meter {
        let zero = Duration::ZERO;
        let sum = Round { count: 0, wall: zero, cpu: zero, database: zero, statements: 0, took: Vec::new() };
        Meter { postgres, start: Instant::now(), cpu: zero, database: zero, statements: 0, sum }
    }
    fn of_database(&self) -> Duration {
        self.postgres.map(server::cpu_of_family).unwrap_or_default()
    }
    pub fn begin(&mut self) {
        (self.database, self.statements) = (self.of_database(), statements_run());
        (self.start, self.cpu) = (Instant::now(), server::cpu_of_self());
    }
    pub fn end(&mut self) {
        self.sum.cpu += server::cpu_of_self().saturating_sub(self.cpu);
        self.sum.wall += self.start.elapsed();
        self.sum.database += self.of_database().saturating_sub(self.database);
        self.sum.statements += statements_run() - self.statements;
    }
    /// What all of it cost, as `count` operations.
    pub fn round(self, count: usize) -> Round {
        let each = self.sum.wall / count.max(1) as u32;
        Round { count, took: vec![each; count], ..self.sum }
    }
}
