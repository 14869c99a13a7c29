//! Work of the program that failed for good: seen, tried again, or let go. What a job carries is shown to nobody.
pub mod api;
pub mod pages;
#[cfg(test)]
mod tests;

use crate::permissions::ManageDesk;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Tx,
    jobs::{self, Dead},
};

platform::translations!();
platform::events! {
    /// Somebody had a job that had failed for good run again.
    JobRevived = "job.revived" about "job" job { job: Id<Dead>, kind: String }
    /// Somebody let a job go that had failed for good: it will not run.
    JobDiscarded = "job.discarded" about "job" job { job: Id<Dead>, kind: String }
}

/// Gives a dead job another series of tries.
///
/// * errors – 404 for one that is not dead.
pub fn retry(tx: &mut Tx<ManageDesk>, id: Id<Dead>) -> Result<(), Problem> {
    let job = jobs::one_dead(tx, id)?.ok_or_else(Problem::not_found)?;
    jobs::revive(tx, id)?;
    Ok(tx.emit(JobRevived { job: id, kind: job.kind })?)
}

/// Forgets a dead job.
///
/// * errors – 404 for one that is not dead.
pub fn discard(tx: &mut Tx<ManageDesk>, id: Id<Dead>) -> Result<(), Problem> {
    let job = jobs::one_dead(tx, id)?.ok_or_else(Problem::not_found)?;
    jobs::discard(tx, id)?;
    Ok(tx.emit(JobDiscarded { job: id, kind: job.kind })?)
}
