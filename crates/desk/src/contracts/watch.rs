//! Tells a contract's owner when the included volume is nearly used up, and when it is.
use super::{Contract, ContractVolumeReached, cover, store, usage};
use crate::tickets::Ticket;
use kernel::id::Id;
use platform::{
    authority::{System, Tx},
    db,
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Percent of what is available at which the owner is told.
const STEPS: [i64; 2] = [80, 100];

/// Looks at the period of today. Running it twice tells nothing twice.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watch {
    contract: i64,
}
impl Job for Watch {
    const KIND: &'static str = "contracts.watch";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let Some(contract) = store::by_id(tx, Id::new(self.contract))? else { return Ok(()) };
        let terms = store::terms(tx, contract.id)?;
        let today = cover::today(tx)?;
        let Some(used) = usage::on(tx, &contract, &terms, today)? else { return Ok(()) };
        let period = used.from.to_string();
        for account in &used.accounts {
            // Of nothing at all, the first that is used is too much.
            let reached = STEPS.into_iter().filter(|step| account.used > 0 && account.percent() >= *step);
            for percent in reached {
                if store::tell(tx, contract.id, &period, (account.unit, percent))? {
                    tx.emit(ContractVolumeReached {
                        contract: contract.id,
                        name: contract.name.clone(),
                        unit: account.unit,
                        percent,
                        period: period.clone(),
                    })?;
                }
            }
        }
        Ok(())
    }
}
platform::register_job!(Watch);

/// Something was used of the contract that covers a ticket, if one does.
pub fn look_for<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> db::Result<()> {
    match store::of_ticket(tx, ticket)? {
        Some(contract) => look(tx, contract),
        None => Ok(()),
    }
}

/// Something was used of a contract: looks soon, once for all that happens meanwhile.
pub fn look<P>(tx: &mut Tx<P>, contract: Id<Contract>) -> db::Result<()> {
    let now = tx.now();
    let job = Watch { contract: contract.number() };
    jobs::enqueue(tx, &job, now, Some(&format!("contracts.watch/{contract}")))
}
