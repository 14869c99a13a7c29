//! A closed loop: each client sends its next request when it has its answer. Bounded in number and in time.
use super::{
    client::Http,
    server::{self, Server},
};
use crate::failure::Failure;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// How much is done in one round.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub count: usize,
    pub time: Duration,
}

/// What one round of one operation took.
#[derive(Clone, Default)]
pub struct Round {
    pub count: usize,
    /// Until the last answer; for mails until the last is in its ticket.
    pub wall: Duration,
    /// Of the served program.
    pub cpu: Duration,
    /// Of the database's own processes, where it has some.
    pub database: Duration,
    pub statements: u64,
    /// Of each request, in order.
    pub took: Vec<Duration>,
}
impl Round {
    pub fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.count.max(1) as f64
    }
    pub fn database_us(&self) -> f64 {
        self.database.as_secs_f64() * 1e6 / self.count.max(1) as f64
    }
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64().max(1e-9)
    }
}

/// What is measured and with what.
pub struct Gauge<'a> {
    pub server: &'a Server,
    /// The first process of a PostgreSQL on this machine.
    pub postgres: Option<u32>,
    control: Http,
}

impl<'a> Gauge<'a> {
    pub fn new(server: &'a Server, postgres: Option<u32>) -> Result<Gauge<'a>, Failure> {
        Ok(Gauge { server, postgres, control: Http::connect(server.web)? })
    }
    /// One round of `work`, which gets its client and a number that is nobody else's.
    pub fn round<C: Send>(
        &mut self,
        clients: Vec<C>,
        bounds: Bounds,
        work: impl Fn(&mut C, usize) -> Result<(), Failure> + Sync,
    ) -> Result<Round, Failure> {
        let before = self.read()?;
        let (start, took) = (Instant::now(), drive(clients, bounds, work)?);
        let mut wall = start.elapsed();
        while self.waits("firstline_inbound{outcome=\"pending\"}")? > 0 {
            std::thread::sleep(Duration::from_millis(20));
            wall = start.elapsed();
        }
        // Whoever reads the log has read it by then.
        std::thread::sleep(Duration::from_millis(50));
        let after = self.read()?;
        Ok(Round {
            count: took.len(),
            wall,
            cpu: after.0 - before.0,
            database: after.1.saturating_sub(before.1),
            statements: after.2 - before.2,
            took,
        })
    }
    fn read(&mut self) -> Result<(Duration, Duration, u64), Failure> {
        let statements = self.waits("firstline_database_statements_total")?;
        let database = self.postgres.map(server::cpu_of_family).unwrap_or_default();
        Ok((server::cpu_of(self.server.pid()), database, statements))
    }
    /// A number of `/metrics`; 0 where it is not there.
    fn waits(&mut self, name: &str) -> Result<u64, Failure> {
        let text = String::from_utf8_lossy(&self.control.get("/metrics")?).into_owned();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        Ok(value.unwrap_or(0.0) as u64)
    }
}

/// * returns – how long each request took.
/// * errors – the first that went wrong; then everybody stops.
fn drive<C: Send>(
    clients: Vec<C>,
    bounds: Bounds,
    work: impl Fn(&mut C, usize) -> Result<(), Failure> + Sync,
) -> Result<Vec<Duration>, Failure> {
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    let one = |mut client: C| {
        let mut took = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= bounds.count || start.elapsed() > bounds.time {
                return Ok(took);
            }
            let begin = Instant::now();
            if let Err(failure) = work(&mut client, number) {
                next.store(bounds.count, Ordering::Relaxed);
                return Err(failure);
            }
            took.push(begin.elapsed());
        }
    };
    let one = &one;
    let ended: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = clients.into_iter().map(|client| scope.spawn(move || one(client))).collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let mut all = Vec::new();
    for took in ended {
        all.extend(took.unwrap_or_else(|_| Err(Failure::failed("a client broke")))?);
    }
    Ok(all)
}
