//! What the promises (SLA) of a desk cost: computing every clock anew, and looking for what is due.
use super::{
    inside::{Meter, runs_jobs, said},
    load::{Bounds, Round},
};
use crate::failure::Failure;
use desk::sla::{
    self, Draft, ManageSla, SlaError, actions,
    policy::{Changes, Targets},
};
use kernel::id::Id;
use platform::{
    Home,
    authority::{Actor, Grant, System},
    db,
};
use std::sync::Arc;

/// A promise for every ticket, as an office has it. Open tickets have clocks afterwards, and what was due is announced.
///
/// * returns – the policy, for [`clear`].
pub async fn prepare(home: &Home) -> Result<Id<sla::Policy>, Failure> {
    let manage = Grant::<ManageSla>::check(home, Arc::new(Actor::system()), true).map_err(said)?;
    let draft = Draft {
        name: format!("Bench {}", home.clock.now().0),
        targets: Targets {
            first_response: Some("4h".into()),
            resolution: Some("5d".into()),
            ..Targets::default()
        },
        pause_in: Some(vec!["waiting_customer".into()]),
        ..Draft::default()
    };
    let made = manage.change::<_, SlaError>(move |tx| actions::create(tx, draft.parse()?)).await;
    let policy = made.map_err(said)?;
    runs_jobs(home).await?;
    let system = Grant::<System>::system(home);
    while system.change::<_, db::Error>(sla::alarms::fire).await.map_err(said)? {}
    Ok(policy)
}

/// Takes the promise away again.
pub async fn clear(home: &Home, policy: Id<sla::Policy>) -> Result<(), Failure> {
    let manage = Grant::<ManageSla>::check(home, Arc::new(Actor::system()), true).map_err(said)?;
    let changes = Changes { is_active: Some(false), ..Changes::default() };
    manage.change::<_, SlaError>(move |tx| actions::edit(tx, policy, changes)).await.map_err(said)?;
    runs_jobs(home).await
}

/// Every clock of every ticket from the log, written where it was something else. An operation is a ticket.
pub async fn recompute(home: &Home, postgres: Option<u32>) -> Result<Round, Failure> {
    let (system, now) = (Grant::<System>::system(home), home.clock.now());
    let mut meter = Meter::new(postgres);
    meter.begin();
    let count = system.change::<_, db::Error>(move |tx| sla::live::rebuild(tx, now)).await.map_err(said)?;
    meter.end();
    Ok(meter.round(count))
}

/// A look for what is due, where nothing is.
pub async fn scan(home: &Home, bounds: Bounds, postgres: Option<u32>) -> Result<Round, Failure> {
    let system = Grant::<System>::system(home);
    let mut meter = Meter::new(postgres);
    meter.begin();
    for _ in 0..bounds.count {
        system.change::<_, db::Error>(sla::alarms::fire).await.map_err(said)?;
    }
    meter.end();
    Ok(meter.round(bounds.count))
}
