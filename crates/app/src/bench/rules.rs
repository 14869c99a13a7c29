//! What an event costs that 200 rules look at: the reader of the rules, in this process, over the filled desk.
use super::{
    inside::Meter,
    load::{Bounds, Round},
};
use crate::failure::Failure;
use desk::{
    rules::{Draft, ManageRules, actions, policy::Step, reader::Reader},
    tickets::{self, EditTickets, Patch, Priority, TicketError},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Actor, Grant},
    db,
};
use std::sync::Arc;

/// So many rules listen to every change of a priority.
const RULES: usize = 200;

fn said(problem: impl Into<Problem>) -> Failure {
    Failure::failed(format!("rules: {}", problem.into().code))
}

/// Rules that all look and never match.
pub async fn prepare(home: &Home) -> Result<(), Failure> {
    let manage = Grant::<ManageRules>::check(home, Arc::new(Actor::system()), true).map_err(said)?;
    for at in 0..RULES {
        let step = Step { kind: "add_tag".into(), value: "seen".into(), ..Step::default() };
        let draft = Draft {
            name: format!("Bench {at}"),
            on: vec!["priority_changed".into()],
            filter: format!(
                "is:open -status:closed priority:>=low (tag:bench-{at} or \"bench {at} nobody\")"
            ),
            actions: vec![step],
            ..Draft::default()
        };
        manage.change(move |tx| actions::create(tx, draft)).await.map_err(said)?;
    }
    Ok(())
}

/// Takes the rules away again.
pub async fn clear(home: &Home) -> Result<(), Failure> {
    let manage = Grant::<ManageRules>::check(home, Arc::new(Actor::system()), true).map_err(said)?;
    let all = manage.read::<_, db::Error>(|tx| desk::rules::store::all(tx)).await.map_err(said)?;
    for rule in all.into_iter().filter(|rule| rule.name.starts_with("Bench ")) {
        manage.change(move |tx| actions::remove(tx, rule.id)).await.map_err(said)?;
    }
    Ok(())
}

/// Changes tickets, and measures how the rules look at it; the changes themselves are not counted.
pub async fn round(
    home: &Home,
    tickets: i64,
    bounds: Bounds,
    postgres: Option<u32>,
) -> Result<Round, Failure> {
    let edit = Grant::<EditTickets>::check(home, Arc::new(Actor::system()), true).map_err(said)?;
    let mut reader = Reader::default();
    while reader.step(home).await.map_err(said)? {}
    let count = bounds.count.min(tickets as usize);
    for number in 1..=count as i64 {
        edit.change::<_, TicketError>(move |tx| {
            let seen = tickets::store::see(tx, Id::new(number))?.ok_or_else(Problem::not_found)?;
            let other = if seen.priority == Priority::High { Priority::Low } else { Priority::High };
            tickets::actions::edit(tx, &seen, Patch { priority: Some(other), ..Patch::default() })
        })
        .await
        .map_err(said)?;
    }
    let mut meter = Meter::new(postgres);
    meter.begin();
    while reader.step(home).await.map_err(said)? {}
    meter.end();
    Ok(meter.round(count))
}
