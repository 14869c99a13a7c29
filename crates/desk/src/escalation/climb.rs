//! By the clock: warnings and breaches of stays are told once each, in their order, however late; what nobody accepted
//! climbs on.
use super::{
    How, Keeper, Promise, StayBreached, StayWarned,
    actions::{self, Place, Way},
    lines,
    stay::{Alarm, Cause, Stay},
    store::{self, From},
};
use crate::{
    sla::store::Told,
    tickets::{self, TicketError},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Grant, System, Tx},
    db, i18n,
};
use std::time::Duration;
use tokio::sync::watch;

/// Tells the most urgent thing that fell due until now, and has climb what nobody accepted.
///
/// * returns – whether there may be more.
pub fn fire(tx: &mut Tx<System>) -> Result<bool, TicketError> {
    let now = tx.now();
    let Some((id, ticket)) = store::next_alarm(tx, now)? else { return Ok(false) };
    // The ticket first, as everybody does: then nobody waits for each other.
    tickets::store::hold(tx, ticket)?;
    let Some(mut stay) = store::by_id(tx, id)? else { return Ok(true) };
    // Another node may have told it by now.
    if let Some(alarm) = stay.alarms().first().copied().filter(|alarm| alarm.at <= now) {
        stay.has_told(alarm.promise, alarm.told);
        store::keep_alarm(tx, &stay)?;
        tell(tx, &stay, alarm)?;
        let is_unheard = alarm.promise == Promise::Accept && alarm.told == Told::Breach;
        if is_unheard && stay.is_now() && !stay.is_accepted() {
            climb(tx, &stay)?;
        }
    } else {
        store::keep_alarm(tx, &stay)?;
    }
    Ok(true)
}

fn tell(tx: &mut Tx<System>, stay: &Stay, alarm: Alarm) -> db::Result<()> {
    let (ticket, id, name) = (stay.ticket_id, stay.id, stay.name.clone());
    let (promise, due_at) = (alarm.promise, alarm.due);
    match alarm.told {
        Told::Warning => tx.emit(StayWarned { ticket, stay: id, name, promise, due_at }),
        _ => tx.emit(StayBreached { ticket, stay: id, name, promise, due_at }),
    }
}

/// To the next line, and after the last one to whoever leads the team; from there, and from a supplier, no further.
///
/// The next one has the whole of its own time from now on, however late the desk found out: nobody there could know.
fn climb(tx: &mut Tx<System>, stay: &Stay) -> Result<(), TicketError> {
    if stay.kind != Keeper::Line {
        return Ok(());
    }
    let Some(ticket) = tickets::store::see_for_machine(tx, stay.ticket_id)? else { return Ok(()) };
    if ticket.is_merged() || !ticket.category.is_open() {
        return Ok(());
    }
    let position = match stay.line_id {
        Some(line) => lines::store::line(tx, line)?.map_or(0, |line| line.position),
        None => 0,
    };
    let Some(place) = above(tx, stay, position)? else { return Ok(()) };
    // Nobody took it there: it goes back to whoever handed it over.
    let from = From {
        name: &stay.from_name,
        team: stay.from_team_id,
        user: stay.from_user_id,
        stay: stay.from_stay_id,
    };
    let way = Way {
        cause: Cause::Climbed,
        from,
        by_name: &stay.by_name,
        tried: &stay.tried,
        expected: &stay.expected,
    };
    actions::go_on(tx, &ticket, Some((stay, How::Climbed)), &place, &way)?;
    let language = actions::language(tx)?;
    let why = i18n::format(language, "escalation-nobody", &[("name", stay.name.as_str().into())]);
    let words = actions::words(tx, &stay.tried, &stay.expected)?;
    actions::told(tx, &ticket, &place, &format!("{why}\n\n{words}"))
}

/// * returns – `None` where there is nobody, or what is promised there makes no sense any more.
fn above(tx: &mut Tx<System>, stay: &Stay, position: i64) -> Result<Option<Place>, TicketError> {
    let found = match Place::next_line(tx, position) {
        Ok(None) => Place::supervisor(tx, stay.team_id),
        other => other,
    };
    match found {
        Err(TicketError::Refused(problem)) => {
            tracing::warn!(code = problem.code, "an escalation cannot climb");
            Ok(None)
        }
        other => other,
    }
}

/// Works for as long as the program runs. Looks once a second: a deadline is not written anywhere else.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let grant = Grant::<System>::system(&home);
    while !*stop.borrow() {
        let has_alarm = grant.read::<_, db::Error>(|tx| {
            let now = tx.now();
            store::has_alarm(tx, now)
        });
        let has_more = match has_alarm.await {
            Ok(true) => grant.change::<_, TicketError>(fire).await.map_err(Problem::from),
            other => other.map(|_| false).map_err(Problem::from),
        };
        match has_more {
            Ok(true) => continue,
            Ok(false) => {}
            Err(problem) => tracing::warn!(code = problem.code, "escalations could not be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}

/// Tells all that is due. For tests and the demo company.
pub async fn catch_up(home: &Home) -> Result<(), Problem> {
    let grant = Grant::<System>::system(home);
    while grant.change::<_, TicketError>(fire).await? {}
    Ok(())
}

/// Stays whose stored alarm is not what their clock says, or whose ticket says something else, for `doctor`.
pub fn wrong(conn: &mut db::Conn, most: usize) -> db::Result<Vec<(String,)>> {
    let mut found = store::beside_their_tickets(conn, most)?;
    each(conn, |_, stay, alarm| {
        if stay.alarm_at() != alarm && found.len() < most {
            found.push((stay.id.to_string(),));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Computes anew what is derived from the stays, for `firstline reindex`.
pub fn rebuild(conn: &mut db::Conn) -> db::Result<()> {
    store::tell_tickets(conn)?;
    each(conn, |conn, stay, alarm| match stay.alarm_at() == alarm {
        true => Ok(()),
        false => store::keep_alarm(conn, &stay),
    })
}

fn each(
    conn: &mut db::Conn,
    mut look: impl FnMut(&mut db::Conn, Stay, Option<Millis>) -> db::Result<()>,
) -> db::Result<()> {
    let mut after = Id::new(0);
    loop {
        let kept = store::alarms_kept(conn, after, 500)?;
        let Some((last, _)) = kept.last() else { return Ok(()) };
        after = *last;
        for (id, alarm) in kept {
            if let Some(stay) = store::by_id(conn, id)? {
                look(conn, stay, alarm)?;
            }
        }
    }
}
