//! `firstline reindex`: rebuilds what is derived from the data.
use crate::{config::Config, failure::Failure, indexing, open};
use kernel::clock::Clock;
use platform::db::{self, dump};

pub async fn run(config: &Config) -> Result<(), Failure> {
    let db = open::current(config).await?;
    let counted = rebuild(&db).await;
    let clocks = match counted {
        Ok(clocks) => clocks,
        Err(cause) => {
            db.close();
            return Err(cause.into());
        }
    };
    println!("the tickets were counted anew, and the deadlines of {clocks} computed from their history");
    let Ok(_guard) = open::Guard::take(config) else {
        // Who serves the desk holds the index.
        let asked = std::fs::write(config.search().join(search::follow::REBUILD), b"");
        db.close();
        asked.map_err(Failure::at(config.search().display()))?;
        println!("the program that serves this desk builds the search index anew");
        return Ok(());
    };
    let built = indexing::rebuild(config, db.clone()).await;
    db.close();
    println!("{} things can be found again", built?);
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
        desk::escalation::climb::rebuild(conn)?;
        desk::sla::live::rebuild(conn, Clock::System.now())
    })
    .await
}
