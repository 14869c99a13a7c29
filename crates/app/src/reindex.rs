//! `firstline reindex`: rebuilds what is derived from the data.
use crate::{config::Config, failure::Failure, open};
use kernel::clock::Clock;
use platform::db::{self, dump};

pub async fn run(config: &Config) -> Result<(), Failure> {
    let db = open::current(config).await?;
    let counted = rebuild(&db).await;
    db.close();
    let clocks = counted?;
    println!("the tickets were counted anew, and the deadlines of {clocks} computed from their history");
    Ok(())
}

/// In two transactions: who changes a ticket waits while they are counted, and no longer.
async fn rebuild(db: &db::Db) -> db::Result<usize> {
    db.write(|conn| {
        dump::take_your_time(conn)?;
        desk::tickets::counts::recount(conn)
    })
    .await?;
    db.write(|conn| {
        dump::take_your_time(conn)?;
        desk::sla::live::rebuild(conn, Clock::System.now())
    })
    .await
}
