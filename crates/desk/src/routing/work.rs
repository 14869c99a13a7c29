//! The worker: gives out what waits whenever something changed, and looks at the clock.
use super::{
    RoutingError,
    give::{self, Memory},
    policy::TeamPlan,
    store,
};
use kernel::{
    clock::{DAY, HOUR, Millis, SECOND},
    fault::Problem,
};
use platform::{
    Home, Work,
    authority::{Grant, System},
    db,
};
use std::time::Duration;
use tokio::sync::watch;

/// On a busy desk it looks so often, not after every commit.
const BREATH: Duration = Duration::from_millis(25);
/// A desk without a plan is asked so often whether it has one.
const WITHOUT_PLAN: Duration = Duration::from_secs(3);
/// Working hours begin and levels fall without a commit.
const LOOK_EVERY_MS: i64 = 15 * SECOND;
/// So long it can be read why somebody got a ticket.
const KEPT_MS: i64 = 400 * DAY;

/// Works for as long as the program runs.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let (memory, mut commits) = (Memory::default(), home.waits_for(Work::Routing));
    let mut swept: Option<Millis> = None;
    let mut known = (None, None);
    while !*stop.borrow() {
        let pause = match turn(&home, &memory, &mut known).await {
            Ok(false) => WITHOUT_PLAN,
            Ok(true) => BREATH,
            Err(problem) => {
                tracing::warn!(code = problem.code, "tickets could not be given out");
                Duration::from_secs(1)
            }
        };
        let now = home.clock.now();
        if swept.is_none_or(|at| now.0 - at.0 >= HOUR) {
            swept = Some(now);
            sweep(&home, now).await;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => break,
        }
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(home.rest(Some(home.clock.now().plus(LOOK_EVERY_MS)))) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}

/// Every team once, each in a transaction of its own: what fails for one does not stop the others.
///
/// * `known` – what this worker knew of the settings the last time.
/// * returns – whether any team has a plan.
async fn turn(home: &Home, memory: &Memory, known: &mut (Option<i64>, Option<i64>)) -> Result<bool, Problem> {
    let grant = Grant::<System>::system(home);
    let (plans, edition) =
        grant.read::<_, db::Error>(|tx| Ok((store::plans(tx)?, store::edition(tx)?))).await?;
    if plans.is_empty() {
        return Ok(false);
    }
    if *known != edition {
        memory.forget();
        *known = edition;
    }
    let mut failed = None;
    for plan in plans {
        if let Err(error) = of_team(&grant, plan, memory).await {
            failed = Some(Problem::from(error));
        }
    }
    failed.map_or(Ok(true), Err)
}

/// Writes only where there is something to write: a desk where all has somebody costs a look.
async fn of_team(grant: &Grant<System>, plan: TeamPlan, memory: &Memory) -> Result<(), RoutingError> {
    let (known, asked) = (memory.clone(), plan.clone());
    let looked = grant.read::<_, RoutingError>(move |tx| give::look(tx, &asked, &known)).await?;
    if !looked.is_settled() {
        let memory = memory.clone();
        grant.change::<_, RoutingError>(move |tx| give::turn(tx, &plan, &memory)).await?;
    }
    Ok(())
}

async fn sweep(home: &Home, now: Millis) {
    let grant = Grant::<System>::system(home);
    loop {
        match grant.change::<_, db::Error>(move |tx| store::sweep(tx, now.plus(-KEPT_MS))).await {
            Ok(1000) => {}
            Ok(_) => return,
            Err(cause) => return tracing::warn!(%cause, "old choices could not be forgotten"),
        }
    }
}

/// Gives out until nobody gets anything any more. For tests and the demo company.
pub async fn give_out(home: &Home) -> Result<usize, Problem> {
    let grant = Grant::<System>::system(home);
    let (memory, mut given) = (Memory::default(), 0);
    loop {
        let plans = grant.read::<_, db::Error>(|tx| store::plans(tx)).await?;
        let mut any = 0;
        for plan in plans {
            let memory = memory.clone();
            any += grant.change::<_, RoutingError>(move |tx| give::turn(tx, &plan, &memory)).await?;
        }
        given += any;
        if any == 0 {
            return Ok(given);
        }
    }
}
