//! `firstline reindex`: rebuilds what is derived from the data.
use crate::{config::Config, failure::Failure, open};
use platform::db::{self, dump};

pub async fn run(config: &Config) -> Result<(), Failure> {
    let db = open::current(config).await?;
    let counted = db.write::<_, db::Error>(|conn| {
        dump::take_your_time(conn)?;
        desk::tickets::counts::recount(conn)
    });
    let counted = counted.await;
    db.close();
    counted?;
    println!("the tickets were counted anew; there is nothing else that is derived");
    Ok(())
}
