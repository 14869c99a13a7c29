//! Work without a person: rows written in the transaction that causes them.
//!
//! A job may run twice, e.g. when the program dies between its work and its end; it must not matter.
use crate::{
    Home, Work, args,
    authority::{Grant, System, Tx},
    db, sql,
};
use derive::Record;
use futures_util::FutureExt;
use kernel::{
    clock::{MINUTE, Millis, SECOND},
    fault::Problem,
    id::Id,
};
use std::{future::Future, panic::AssertUnwindSafe, pin::Pin, time::Duration};
use tokio::sync::watch;

/// How a job ended badly.
#[derive(Debug)]
pub enum Trouble {
    /// Try again later with growing pauses; the world may be different then.
    Retry(String),
    /// Trying again cannot help. Goes to the page of dead jobs, where people see it.
    GiveUp(Problem),
}
impl From<db::Error> for Trouble {
    fn from(error: db::Error) -> Self {
        Trouble::Retry(error.to_string())
    }
}

/// Work in one transaction.
pub trait Job: serde::Serialize + serde::de::DeserializeOwned + Send + 'static {
    /// Stored in the queue. Never reuse or rename a kind; add a new one.
    const KIND: &'static str;
    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble>;
}

/// Work of several transactions, or with somebody else's authority than the program's. It may run twice as well.
pub trait Errand: serde::Serialize + serde::de::DeserializeOwned + Send + 'static {
    /// Stored in the queue. Never reuse or rename a kind; add a new one.
    const KIND: &'static str;
    fn run(self, home: Home) -> impl Future<Output = Result<(), Trouble>> + Send;
}

/// A kind of job as the runner knows it.
pub struct Kind {
    pub kind: &'static str,
    pub run: for<'a> fn(&'a Home, &'a str) -> Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send + 'a>>,
}
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static JOB_KINDS: [Kind];

/// Makes a [`Job`] known to the runner.
#[macro_export]
macro_rules! register_job {
    ($job:ty) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::jobs::JOB_KINDS)]
            #[linkme(crate = $crate::linkme)]
            static KIND: $crate::jobs::Kind = $crate::jobs::Kind {
                kind: <$job as $crate::jobs::Job>::KIND,
                run: |home, payload| Box::pin($crate::jobs::run::<$job>(home, payload)),
            };
        };
    };
}

/// Makes an [`Errand`] known to the runner.
#[macro_export]
macro_rules! register_errand {
    ($errand:ty) => {
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::jobs::JOB_KINDS)]
            #[linkme(crate = $crate::linkme)]
            static KIND: $crate::jobs::Kind = $crate::jobs::Kind {
                kind: <$errand as $crate::jobs::Errand>::KIND,
                run: |home, payload| Box::pin($crate::jobs::run_errand::<$errand>(home, payload)),
            };
        };
    };
}

fn read<T: serde::de::DeserializeOwned>(payload: &str) -> Result<T, Trouble> {
    serde_json::from_str(payload)
        .map_err(|error| Trouble::GiveUp(Problem::new(500, "job_unreadable").because(error.to_string())))
}
#[doc(hidden)]
pub async fn run<J: Job>(home: &Home, payload: &str) -> Result<(), Trouble> {
    let job: J = read(payload)?;
    Grant::<System>::system(home).change(|tx| job.run(tx)).await
}
#[doc(hidden)]
pub async fn run_errand<E: Errand>(home: &Home, payload: &str) -> Result<(), Trouble> {
    read::<E>(payload)?.run(home.clone()).await
}

/// Queues `job` for `at`. With a `dedupe` key that already waits, nothing happens.
pub fn enqueue<J: Job, P>(tx: &mut Tx<P>, job: &J, at: Millis, dedupe: Option<&str>) -> db::Result<()> {
    insert(tx, J::KIND, job, at, dedupe)
}
/// The same for an errand.
pub fn enqueue_errand<E: Errand, P>(
    tx: &mut Tx<P>,
    errand: &E,
    at: Millis,
    dedupe: Option<&str>,
) -> db::Result<()> {
    insert(tx, E::KIND, errand, at, dedupe)
}
fn insert<P>(
    tx: &mut Tx<P>,
    kind: &str,
    job: &impl serde::Serialize,
    at: Millis,
    dedupe: Option<&str>,
) -> db::Result<()> {
    let payload = serde_json::to_string(job).expect("a job is plain data");
    let now = tx.now();
    tx.leave(Work::Jobs);
    tx.run(
        sql!(
            "INSERT INTO job (kind, payload, state, run_at_ms, dedupe, created_at_ms)
               VALUES ($1, $2, 'waiting', $3, $4, $5) ON CONFLICT (dedupe) DO NOTHING"
        ),
        args![kind, &payload, at, dedupe, now],
    )
    .map(drop)
}

#[derive(Record)]
struct Claimed {
    id: Id<Claimed>,
    kind: String,
    payload: String,
    attempts: i64,
    lease_token: i64,
}

/// A job is another runner's for so long; then it counts as abandoned and is taken again.
const LEASE_MS: i64 = 5 * MINUTE;
const MOST_ATTEMPTS: i64 = 10;

/// How long to wait after the `attempts`-th failure: 2 s, 4 s, 8 s … 15 minutes.
pub fn pause_ms(attempts: i64) -> i64 {
    (SECOND << attempts.clamp(1, 10)).min(15 * MINUTE)
}

/// Takes the most overdue job and leases it. The token fences off whoever had it before.
fn claim(tx: &mut Tx<System>) -> db::Result<Option<Claimed>> {
    let now = tx.now();
    tx.find(
        sql!(
            "UPDATE job SET state = 'running', attempts = attempts + 1, run_at_ms = $2, lease_token = lease_token + 1
              WHERE id = (SELECT id FROM job WHERE state <> 'dead' AND run_at_ms <= $1
                           ORDER BY run_at_ms, id LIMIT 1 {skip_locked})
              RETURNING id, kind, payload, attempts, lease_token"
        ),
        args![now, now.plus(LEASE_MS)],
    )
}

/// When the next job is due, or the next lease of one ends.
fn due(tx: &mut Tx<System>) -> db::Result<Option<Millis>> {
    let due = sql!("SELECT run_at_ms FROM job WHERE state <> 'dead' ORDER BY run_at_ms LIMIT 1");
    Ok(tx.find::<(Millis,)>(due, args![])?.map(|(at,)| at))
}

/// What looking for a job came to.
pub enum Step {
    Ran,
    /// There is none to run before this instant.
    Idle(Option<Millis>),
}

/// Runs the next due job; says whether there was one.
pub async fn run_next(home: &Home) -> db::Result<bool> {
    Ok(matches!(step(home).await?, Step::Ran))
}

/// Runs the next due job, or says when there will be one.
pub async fn step(home: &Home) -> db::Result<Step> {
    let grant = Grant::<System>::system(home);
    // A look costs less than a transaction that finds nothing.
    let due = grant.read(due).await?;
    if due.is_none_or(|at| at > home.clock.now()) {
        return Ok(Step::Idle(due));
    }
    let Some(job) = grant.change(claim).await? else { return Ok(Step::Idle(due)) };
    let outcome = match JOB_KINDS.iter().find(|known| known.kind == job.kind) {
        Some(known) => caught((known.run)(home, &job.payload)).await,
        None => Err(Trouble::GiveUp(Problem::new(500, "job_unknown"))),
    };
    grant.change(move |tx| record(tx, &job, outcome)).await?;
    Ok(Step::Ran)
}

/// A panic of the work is its trouble, not the runner's: that one has other jobs to run.
async fn caught(work: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        // What it said may hold content; the panic itself stands in the log of the program.
        Err(_) => Err(Trouble::Retry("it failed inside".into())),
    }
}

fn record(tx: &mut Tx<System>, job: &Claimed, outcome: Result<(), Trouble>) -> db::Result<()> {
    let (state, error) = match outcome {
        Ok(()) => {
            let done = sql!("DELETE FROM job WHERE id = $1 AND lease_token = $2");
            return tx.run(done, args![job.id, job.lease_token]).map(drop);
        }
        Err(Trouble::Retry(cause)) if job.attempts < MOST_ATTEMPTS => ("waiting", cause),
        Err(Trouble::Retry(cause)) => ("dead", cause),
        Err(Trouble::GiveUp(problem)) => ("dead", problem.detail.unwrap_or_else(|| problem.code.into())),
    };
    tracing::warn!(kind = job.kind, attempts = job.attempts, state, "a job failed");
    let next = tx.now().plus(pause_ms(job.attempts));
    tx.run(
        sql!(
            "UPDATE job SET state = $3, last_error = $4, run_at_ms = $5, dedupe = NULL
              WHERE id = $1 AND lease_token = $2"
        ),
        args![job.id, job.lease_token, state, &error, next],
    )
    .map(drop)
}

/// Runs jobs until `stop` becomes true; one that has begun is finished.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let mut commits = home.waits_for(Work::Jobs);
    while !*stop.borrow() {
        let rest = match step(&home).await {
            Ok(Step::Ran) => continue,
            Ok(Step::Idle(due)) => home.rest(due),
            Err(_) => Duration::from_secs(1),
        };
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => return,
        }
    }
}

/// Takes or keeps the lease `name` until `for_ms` from now.
///
/// * returns – whether `holder` has it. Only one holder of a name does at any time.
pub fn hold_lease(tx: &mut Tx<System>, name: &str, holder: &str, for_ms: i64) -> db::Result<bool> {
    let now = tx.now();
    let changed = tx.run(
        sql!(
            "INSERT INTO lease (name, holder, until_ms) VALUES ($1, $2, $3)
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
                WHERE lease.holder = excluded.holder OR lease.until_ms < $4"
        ),
        args![name, holder, now.plus(for_ms), now],
    )?;
    Ok(changed == 1)
}

/// A job that failed for good.
#[derive(Record, serde::Serialize)]
pub struct Dead {
    pub id: Id<Dead>,
    pub kind: String,
    pub last_error: Option<String>,
    pub attempts: i64,
    pub created_at_ms: Millis,
}

/// Dead jobs, newest first, before the one with the id `before`.
pub fn dead(conn: &mut db::Conn, before: Option<Id<Dead>>, limit: usize) -> db::Result<Vec<Dead>> {
    conn.all(
        sql!(
            "SELECT id, kind, last_error, attempts, created_at_ms FROM job
              WHERE state = 'dead' AND id < $1 ORDER BY id DESC LIMIT $2"
        ),
        args![before.unwrap_or(Id::new(i64::MAX)), limit],
    )
}

/// Gives a dead job another ten attempts; says whether it was there.
pub fn revive<P>(tx: &mut Tx<P>, job: Id<Dead>) -> db::Result<bool> {
    let now = tx.now();
    tx.leave(Work::Jobs);
    let revived = tx.run(
        sql!(
            "UPDATE job SET state = 'waiting', attempts = 0, run_at_ms = $2 WHERE id = $1 AND state = 'dead'"
        ),
        args![job, now],
    )?;
    Ok(revived == 1)
}

/// One dead job.
pub fn one_dead(conn: &mut db::Conn, job: Id<Dead>) -> db::Result<Option<Dead>> {
    conn.find(
        sql!(
            "SELECT id, kind, last_error, attempts, created_at_ms FROM job WHERE id = $1 AND state = 'dead'"
        ),
        args![job],
    )
}

/// How many there are.
pub fn dead_count(conn: &mut db::Conn) -> db::Result<i64> {
    let (count,) = conn.one(sql!("SELECT count(*) AS n FROM job WHERE state = 'dead'"), args![])?;
    Ok(count)
}

/// Forgets a dead job; says whether it was there.
pub fn discard<P>(tx: &mut Tx<P>, job: Id<Dead>) -> db::Result<bool> {
    Ok(tx.run(sql!("DELETE FROM job WHERE id = $1 AND state = 'dead'"), args![job])? == 1)
}
