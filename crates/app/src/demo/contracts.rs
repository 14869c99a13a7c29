//! Two contracts of the demo company, and what was spent on their tickets: one of them is nearly used up.
use super::company;
use desk::{
    contracts::{self, ManageContracts, TermsDraft},
    sla,
    tickets::{self, NoteTickets, Seen, Ticket, TicketError, store::Sight},
    time::{self, policy::Spent},
};
use kernel::{
    clock::{Clock, DAY, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    Home,
    authority::{Grant, Scope, Tx},
};
use serde::Deserialize;

/// `demo/contracts.json`.
#[derive(Deserialize)]
struct Plan {
    contracts: Vec<Contract>,
    what: Vec<String>,
}
#[derive(Deserialize)]
struct Contract {
    organisation: String,
    name: String,
    policy: Option<String>,
    notice_days: Option<i64>,
    terms: TermsDraft,
    /// So many minutes are spent on it this month.
    near: Option<i64>,
}
impl Plan {
    fn read() -> Plan {
        serde_json::from_str(include_str!("../../../../demo/contracts.json"))
            .expect("it is part of the program")
    }
}

/// Adds the contracts, two months old, as an administrator does.
pub async fn fill(home: &Home, now: Millis) -> Result<(), Problem> {
    let manage = Grant::<ManageContracts>::check(home, company::everything(), true)?;
    for contract in Plan::read().contracts {
        manage
            .change::<_, TicketError>(move |tx| {
                let today = contracts::cover::date(now, &contracts::cover::zone(tx)?);
                let term = contracts::period::whole_months(today, -2, 24);
                let (begins, ends) = term.ok_or_else(Problem::internal)?;
                let known = contracts::store::choosable(tx)?;
                let client = known.into_iter().find(|(_, name)| *name == contract.organisation);
                let (client, _) = client.ok_or_else(Problem::not_found)?;
                let policies = sla::store::policies(tx)?;
                let policy =
                    policies.into_iter().find(|policy| Some(&policy.name) == contract.policy.as_ref());
                let draft = contracts::Draft {
                    name: contract.name,
                    organisations: vec![client],
                    begins_on: begins.to_string(),
                    ends_on: Some(ends.to_string()),
                    notice_days: contract.notice_days,
                    terms: TermsDraft { policy: policy.map(|policy| policy.id), ..contract.terms },
                    ..contracts::Draft::default()
                };
                contracts::actions::create(tx, draft).map(drop)
            })
            .await?;
    }
    Ok(())
}

/// What the people of the desk say they spent on tickets of the contracts.
pub async fn spend(home: &Home, clock: &Clock, now: Millis) -> Result<(), Problem> {
    let plan = Plan::read();
    super::tickets::set(clock, now);
    let notes = Grant::<NoteTickets>::check(home, company::everything(), true)?;
    for (at, contract) in plan.contracts.into_iter().enumerate() {
        let what = plan.what.clone();
        notes
            .change::<_, TicketError>(move |tx| {
                let tickets = covered(tx, &contract.name, now)?;
                let whole = contract.near.unwrap_or(420);
                let shares =
                    [whole * 45 / 100, whole * 30 / 100, whole - whole * 45 / 100 - whole * 30 / 100];
                let each = shares.into_iter().zip(tickets.iter().cycle()).zip(what.iter().cycle().skip(at));
                for ((minutes, ticket), what) in each {
                    let Some(seen) = see(tx, *ticket)? else { continue };
                    let draft = time::Draft {
                        spent: Spent::Minutes(minutes),
                        day: None,
                        what: what.clone(),
                        is_billable: Some(true),
                    };
                    time::actions::spend(tx, &seen, draft)?;
                }
                // Kindness is not billed.
                if let Some(first) = tickets.first()
                    && let Some(seen) = see(tx, *first)?
                {
                    let free = time::Draft {
                        spent: Spent::Minutes(15),
                        day: None,
                        what: what[0].clone(),
                        is_billable: Some(false),
                    };
                    time::actions::spend(tx, &seen, free)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// The newest tickets of a contract.
fn covered(tx: &mut Tx<NoteTickets>, name: &str, now: Millis) -> Result<Vec<Id<Ticket>>, TicketError> {
    let found = contracts::store::in_use(tx)?.into_iter().find(|contract| contract.name == name);
    let Some(contract) = found else { return Ok(Vec::new()) };
    let sight = Sight::within(tx.actor(), Scope::All);
    let span = (now.plus(-60 * DAY), now.plus(DAY));
    let mut listed = contracts::store::listed(tx, &sight, contract.id, span, ("9999-01-01", "9999-01-02"))?;
    listed.reverse();
    listed.retain(|ticket| !ticket.is_merged);
    Ok(listed.into_iter().take(3).map(|ticket| ticket.id).collect())
}
fn see(tx: &mut Tx<NoteTickets>, ticket: Id<Ticket>) -> Result<Option<Seen<Ticket>>, TicketError> {
    Ok(tickets::store::see(tx, ticket)?)
}
