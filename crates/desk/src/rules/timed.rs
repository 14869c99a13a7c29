//! Rules that wait: so long after a ticket was opened, last changed, or got its status or deadline.
use super::{
    actions,
    engine::{self, Compiled, Context, Look, Progress, Trouble},
    policy::Wait,
    reader::turns,
    store,
};
use crate::{filter, tickets::Ticket};
use kernel::{clock::Millis, id::Id, working_time::Calendar};
use platform::{
    authority::{Grant, System, Tx},
    db::{self, Error},
};
use std::sync::Arc;

/// Tickets that are looked up at once.
const CHUNK: usize = 200;

/// Has every rule that waits look at what has had its time.
pub async fn look(grant: &Grant<System>, context: &Arc<Context>) -> db::Result<()> {
    if !context.rules.iter().any(|rule| rule.rule.wait().is_some()) {
        return Ok(());
    }
    let hours = Arc::new(grant.read::<_, Error>(|tx| actions::hours(tx)).await?);
    for (at, compiled) in context.rules.iter().enumerate() {
        let Some(wait) = compiled.rule.wait().copied() else { continue };
        while round(grant, context, at, compiled, wait, &hours).await? {}
    }
    Ok(())
}

/// * returns – whether there may be more.
async fn round(
    grant: &Grant<System>,
    context: &Arc<Context>,
    at: usize,
    compiled: &Compiled,
    wait: Wait,
    hours: &Arc<Calendar>,
) -> db::Result<bool> {
    let (id, least) = (compiled.id, wait.least_ms(hours));
    let found = grant
        .read::<_, Error>(move |tx| {
            let Some(row) = store::by_id(tx, id)? else { return Ok(Vec::new()) };
            let until = tx.now().plus(-least);
            store::moments(tx, wait.since, (row.reached_ms, row.reached_id), until, CHUNK)
        })
        .await?;
    let is_full = found.len() == CHUNK;
    for (ticket, moment) in found {
        let (context, hours) = (context.clone(), hours.clone());
        // A moment whose turn has not come: nor has that of those after it.
        if wait.turn(moment, &hours).is_none_or(|turn| turn > grant.home().clock.now()) {
            return Ok(false);
        }
        let is_ours = turns(|blamed| {
            let (context, hours) = (context.clone(), hours.clone());
            grant.change::<_, Trouble>(move |tx| {
                have_turn(tx, &context, at, (ticket, moment), &hours, &blamed)
            })
        })
        .await?;
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(is_full)
}

fn have_turn(
    tx: &mut Tx<System>,
    context: &Context,
    at: usize,
    (ticket, moment): (Id<Ticket>, Millis),
    hours: &Calendar,
    blamed: &engine::Blamed,
) -> Result<Progress, Trouble> {
    let compiled = &context.rules[at];
    let Some(wait) = compiled.rule.wait() else { return Ok(Progress::Done) };
    let Some(reached) = store::take_waiting(tx, compiled.id, compiled.version)? else {
        return Ok(Progress::Busy);
    };
    if reached >= (moment, ticket.number()) {
        return Ok(Progress::Done);
    }
    let end = |tx: &mut Tx<System>| store::reach(tx, compiled.id, moment, ticket).map(|()| Progress::Done);
    let is_still_so = store::moment(tx, wait.since, ticket)? == Some(moment);
    let is_new = wait.turn(moment, hours).is_some_and(|turn| turn > compiled.since_ms && turn <= tx.now());
    if !is_still_so || !is_new {
        return Ok(end(tx)?);
    }
    let Some(facts) = filter::store::facts(tx, ticket)? else { return Ok(end(tx)?) };
    let occasion = format!("rule/{}/{}", compiled.id, moment.0);
    let look = Look { ticket, facts, occasion, depth: 0, cause: None };
    if engine::take_turns(tx, context, &look, &[compiled], blamed)? {
        Ok(end(tx)?)
    } else {
        Ok(Progress::More)
    }
}
