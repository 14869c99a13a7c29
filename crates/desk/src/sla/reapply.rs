//! A policy or a calendar changed: open tickets go on with what holds now.
use super::{live, store};
use crate::tickets::Ticket;
use kernel::id::Id;
use platform::{
    authority::{System, Tx},
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Tickets of one transaction.
const CHUNK: usize = 200;

/// Looks at the open tickets after this id, and goes on until all have been looked at. Running it twice changes
/// nothing more.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reapply {
    after: i64,
}
impl Reapply {
    pub const ALL: Reapply = Reapply { after: 0 };
}
impl Job for Reapply {
    const KIND: &'static str = "sla.reapply";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let tickets = store::open_after(tx, Id::<Ticket>::new(self.after), CHUNK)?;
        for about in &tickets {
            live::apply(tx, about)?;
        }
        if let Some(last) = tickets.last().filter(|_| tickets.len() == CHUNK) {
            let now = tx.now();
            jobs::enqueue(tx, &Reapply { after: last.id.number() }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(Reapply);
