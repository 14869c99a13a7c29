//! `firstline reindex`: rebuilds what is derived from the data.
use crate::{config::Config, failure::Failure, open};
use kernel::clock::Clock;
use platform::db::{self, dump};

pub async fn run(config: &Config) -> Result<(), Failure> {
    let db = open::current(config).await?;
    let counted = db.write::<_, db::Error>(|conn| {
        dump::take_your_time(conn)?;
        desk::tickets::counts::recount(conn)?;
        desk::sla::live::rebuild(conn, Clock::System.now())
    });
    let counted = counted.await;
    db.close();
    let clocks = counted?;
    println!("the tickets were counted anew, and the deadlines of {clocks} computed from their history");
    Ok(())
}
