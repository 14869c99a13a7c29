//! Warnings and breaches: announced once each, in the order in which they fell due, however late.
use super::{
    SlaBreached, SlaWarned,
    clock::Promise,
    store::{self, Kept, Told},
};
use crate::tickets::Ticket;
use kernel::{clock::Millis, id::Id};
use platform::{
    Home,
    authority::{Grant, System, Tx},
    db,
};
use std::time::Duration;
use tokio::sync::watch;

/// Clocks that one transaction looks at.
const CHUNK: usize = 200;

/// An announcement that is due.
struct Alarm {
    at: Millis,
    clock: usize,
    told: Told,
}

/// Announces what fell due before now.
///
/// * returns – whether there may be more.
pub fn fire(tx: &mut Tx<System>) -> db::Result<bool> {
    let now = tx.now();
    let mut kept = store::alarms(tx, now, CHUNK)?;
    // What comes after the last clock of a full chunk waits for the next one: all goes by time.
    let until = kept.last().filter(|_| kept.len() == CHUNK).and_then(|last| last.alarm_at_ms);
    let until = until.unwrap_or(Millis(now.0 - 1));
    let mut alarms: Vec<_> = kept.iter().enumerate().flat_map(|(at, clock)| due(clock, at, until)).collect();
    alarms
        .sort_by_key(|alarm| (alarm.at, kept[alarm.clock].ticket_id, kept[alarm.clock].promise, alarm.told));
    for alarm in alarms {
        let clock = &mut kept[alarm.clock];
        announce(tx, clock, alarm.told)?;
    }
    for clock in &kept {
        store::keep(tx, clock)?;
    }
    Ok(kept.len() == CHUNK)
}

/// What one clock has to announce until then: a warning, a breach, or one after the other.
fn due(clock: &Kept, at: usize, until: Millis) -> Vec<Alarm> {
    let alarm = |when: Option<Millis>, told| {
        when.filter(|when| *when <= until && clock.told < told).map(|at_ms| Alarm {
            at: at_ms,
            clock: at,
            told,
        })
    };
    let breach = clock.breached_at_ms.or(clock.due_at_ms);
    let warning = clock.alarm_at_ms.filter(|_| clock.told == Told::Nothing && clock.breached_at_ms.is_none());
    [alarm(warning, Told::Warning), alarm(breach, Told::Breach)].into_iter().flatten().collect()
}

fn announce(tx: &mut Tx<System>, clock: &mut Kept, told: Told) -> db::Result<()> {
    let Some(due_at) = clock.breached_at_ms.or(clock.due_at_ms) else { return Ok(()) };
    let (ticket, promise): (Id<Ticket>, Promise) = (clock.ticket_id, clock.promise);
    clock.told = told;
    if told == Told::Warning {
        clock.alarm_at_ms = Some(due_at);
        return tx.emit(SlaWarned { ticket, promise, due_at });
    }
    clock.alarm_at_ms = None;
    if clock.ended_at_ms.is_none() && clock.breached_at_ms.is_none() {
        // The same as the clock does when it hears of it.
        clock.ran_ms = clock.target_ms.unwrap_or(clock.ran_ms).max(clock.ran_ms);
        clock.told_to_ms = clock.told_to_ms.max(due_at);
        (clock.since_ms, clock.due_at_ms, clock.breached_at_ms) = (None, None, Some(due_at));
    }
    tx.emit(SlaBreached { ticket, promise, due_at })
}

/// Announces for as long as the program runs. Looks once a second: a deadline is not written anywhere else.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let grant = Grant::<System>::system(&home);
    while !*stop.borrow() {
        let has_alarm = grant.read::<_, db::Error>(|tx| {
            let now = tx.now();
            store::has_alarm(tx, now)
        });
        let has_more = match has_alarm.await {
            Ok(true) => grant.change::<_, db::Error>(fire).await,
            other => other.map(|_| false),
        };
        match has_more {
            Ok(true) => continue,
            Ok(false) => {}
            Err(cause) => tracing::warn!(%cause, "deadlines could not be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}
