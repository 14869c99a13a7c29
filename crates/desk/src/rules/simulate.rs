//! What a rule would have done in the last week, and what it would do to one ticket now. Changes nothing.
use super::{
    Draft, ManageRules, RuleError, actions,
    engine::{self, is_meant},
    policy::{Rule, Trigger, Wait},
    rewind::facts_at,
    signal, store,
    trace::{Deed, Outcome, Verdict, failing, is_so},
    warn::{self, Warning},
};
use crate::{
    filter::{self, Facts, Names, Reader},
    tickets::Ticket,
};
use jiff::tz::TimeZone;
use kernel::{
    clock::{DAY, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    authority::{self, Implies, Tx},
    db::{self, Conn},
    events::{self, Recorded},
    settings,
};
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub const LOOK_BACK_MS: i64 = 7 * DAY;
/// So many events of the log are looked through, and so many tickets.
const EVENTS_MOST: i64 = 20_000;
const TICKETS_MOST: usize = 1_000;
/// So much of one ticket's story.
const HISTORY_MOST: usize = 500;
/// So many tickets are named.
const NAMED_MOST: usize = 50;

/// Once that it would have matched.
#[derive(Clone, Debug, PartialEq, serde::Serialize, ToSchema)]
#[schema(as = RuleHit)]
pub struct Hit {
    #[schema(value_type = i64)]
    pub ticket: Id<Ticket>,
    #[schema(value_type = String)]
    pub at: Millis,
    /// The event that it would have heard; none for a rule that waits.
    #[schema(value_type = Option<String>)]
    pub event: Option<Id<Recorded>>,
}
/// A ticket that it would have matched, for people.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
#[schema(as = RuleHitTicket)]
pub struct Named {
    #[schema(value_type = i64)]
    pub number: Id<Ticket>,
    pub subject: String,
    pub times: usize,
    #[schema(value_type = String)]
    pub last_at: Millis,
}
/// What would have been.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
#[schema(as = RuleSimulation)]
pub struct Simulated {
    /// Tickets at which it would have looked in the last seven days.
    pub looked_at: usize,
    pub tickets: usize,
    pub times: usize,
    /// There was more than is looked through: the newest 20,000 events and 1,000 tickets.
    pub is_cut: bool,
    /// The first 50 that the person may see, the newest first.
    pub matched: Vec<Named>,
    pub warnings: Vec<Warning>,
    /// What it would do to the one ticket that was asked for.
    pub trial: Option<Verdict>,
}

/// Plays a draft.
///
/// * `but` – the rule that the draft is about to become.
/// * errors – 422 as for saving; 404 for a ticket out of sight.
pub fn simulate<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    draft: Draft,
    but: Option<Id<authority::Rule>>,
    ticket: Option<Id<Ticket>>,
) -> Result<Simulated, RuleError> {
    let rule = actions::read(tx, draft, but)?;
    let (others, _, names) = engine::prepare(tx)?;
    let warnings = warn::about(&rule, &others, but);
    let trial = match ticket {
        Some(ticket) => Some(trial(tx, &rule, but, &names, ticket)?),
        None => None,
    };
    let (hits, looked_at, is_cut) = hits(tx, &rule, &names)?;
    let mut by_ticket: BTreeMap<Id<Ticket>, (usize, Millis)> = BTreeMap::new();
    for hit in &hits {
        let (times, last) = by_ticket.entry(hit.ticket).or_insert((0, hit.at));
        *times += 1;
        *last = hit.at.max(*last);
    }
    let mut newest: Vec<_> =
        by_ticket.iter().map(|(ticket, (times, last))| (*last, *ticket, *times)).collect();
    newest.sort_unstable_by_key(|(last, ticket, _)| std::cmp::Reverse((*last, *ticket)));
    let ids: Vec<_> = newest.iter().take(NAMED_MOST).map(|(_, ticket, _)| *ticket).collect();
    let subjects: BTreeMap<_, _> = store::subjects(tx, &ids)?.into_iter().collect();
    let named = newest.iter().filter_map(|(last, ticket, times)| {
        let subject = subjects.get(ticket)?.clone();
        Some(Named { number: *ticket, subject, times: *times, last_at: *last })
    });
    Ok(Simulated {
        looked_at,
        tickets: by_ticket.len(),
        times: hits.len(),
        is_cut,
        matched: named.collect(),
        warnings,
        trial,
    })
}

fn zone(conn: &mut Conn) -> db::Result<TimeZone> {
    let name = settings::get(conn, "default_zone")?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

/// What a rule would do to one ticket as it is now, whatever it hears of.
fn trial<P: Implies<ManageRules>>(
    tx: &mut Tx<P>,
    rule: &Rule,
    but: Option<Id<authority::Rule>>,
    names: &Names,
    ticket: Id<Ticket>,
) -> Result<Verdict, RuleError> {
    if store::subjects(tx, &[ticket])?.is_empty() {
        return Err(Problem::field("ticket", "unknown_id").into());
    }
    let zone = zone(tx)?;
    let facts = filter::store::facts(tx, ticket)?.ok_or_else(|| Problem::field("ticket", "unknown_id"))?;
    let reader = Reader { me: 0, teams: Vec::new(), now: tx.now(), zone: zone.clone() };
    let verdict = Verdict::new(but.unwrap_or(Id::new(0)), 0, rule, Outcome::Matched);
    if !rule.works_at(reader.now, &zone) {
        return Ok(Verdict { outcome: Outcome::OffPeriod, ..verdict });
    }
    if let Some(part) = failing(&rule.filter, &facts, &reader) {
        return Ok(verdict.unmatched(part));
    }
    let deed = |action: &super::act::Action| Deed {
        step: action.step(),
        how: if is_so(action, &facts, names) { "was_so" } else { "would" }.into(),
    };
    Ok(Verdict { did: rule.actions.iter().map(deed).collect(), stopped: rule.stop_after, ..verdict })
}

/// Every time that the rule would have matched in the last seven days, as if no other had ever been.
///
/// * returns – the hits, oldest first, at how many tickets it would have looked, and whether there was more.
pub fn hits(conn_tx: &mut Tx<impl Sized>, rule: &Rule, names: &Names) -> db::Result<(Vec<Hit>, usize, bool)> {
    let now = conn_tx.now();
    let since = now.plus(-LOOK_BACK_MS);
    let zone = zone(conn_tx)?;
    let (mut hits, looked, is_cut) = match &rule.trigger {
        Trigger::On(_) => heard(conn_tx, rule, names, since, &zone)?,
        Trigger::After(wait) => waited(conn_tx, rule, wait, names, since, now, &zone)?,
    };
    hits.sort_by_key(|hit| (hit.at, hit.event, hit.ticket));
    Ok((hits, looked, is_cut))
}

/// A ticket's whole story as far as it is looked at, and the ticket as it is now.
fn story(conn: &mut Conn, ticket: Id<Ticket>) -> db::Result<Option<(Facts, Vec<Recorded>)>> {
    let Some(facts) = filter::store::facts(conn, ticket)? else { return Ok(None) };
    Ok(Some((facts, events::history(conn, &format!("ticket/{ticket}"), None, HISTORY_MOST)?)))
}
fn would_match(
    rule: &Rule,
    (now, history): &(Facts, Vec<Recorded>),
    (happened, at): (Millis, Millis),
    names: &Names,
    zone: &TimeZone,
) -> bool {
    let facts = facts_at(now, history, happened, names);
    let reader = Reader { me: 0, teams: Vec::new(), now: at, zone: zone.clone() };
    rule.works_at(at, zone) && rule.filter.matches(&facts, &reader)
}

fn heard(
    conn: &mut Conn,
    rule: &Rule,
    names: &Names,
    since: Millis,
    zone: &TimeZone,
) -> db::Result<(Vec<Hit>, usize, bool)> {
    let recent = store::recent_events(conn, since, EVENTS_MOST)?;
    let mut is_cut = recent.len() as i64 >= EVENTS_MOST;
    let mut of_tickets: BTreeMap<i64, Vec<Recorded>> = BTreeMap::new();
    for event in recent {
        let is_for_it = rule.hears(&signal::heard(&event));
        if let Some(ticket) = event.subject_id("ticket").filter(|_| is_for_it) {
            of_tickets.entry(ticket).or_default().push(event);
        }
    }
    let (mut hits, mut looked) = (Vec::new(), 0);
    for (ticket, events) in of_tickets.into_iter().rev() {
        if looked >= TICKETS_MOST {
            is_cut = true;
            break;
        }
        let mut meant = Vec::new();
        for event in events {
            let mut signals = signal::heard(&event);
            if let Some(message) = signal::message_of(&event) {
                let author = store::author(conn, message)?;
                signals.retain(|signal| is_meant(*signal, author.as_ref()));
            }
            if rule.hears(&signals) {
                meant.push(event);
            }
        }
        if meant.is_empty() {
            continue;
        }
        let ticket = Id::<Ticket>::new(ticket);
        let Some(story) = story(conn, ticket)? else { continue };
        looked += 1;
        let hit = |event: &&Recorded| would_match(rule, &story, (event.at_ms, event.at_ms), names, zone);
        let found = meant.iter().filter(hit);
        hits.extend(found.map(|event| Hit { ticket, at: event.at_ms, event: Some(event.id) }));
    }
    Ok((hits, looked, is_cut))
}

fn waited(
    conn: &mut Conn,
    rule: &Rule,
    wait: &Wait,
    names: &Names,
    since: Millis,
    now: Millis,
    zone: &TimeZone,
) -> db::Result<(Vec<Hit>, usize, bool)> {
    let hours = actions::hours(conn)?;
    let began = since.plus(-wait.least_ms(&hours));
    let tickets = store::changed_since(conn, began, TICKETS_MOST + 1)?;
    let is_cut = tickets.len() > TICKETS_MOST;
    let (mut hits, mut looked) = (Vec::new(), 0);
    for (ticket,) in tickets.into_iter().take(TICKETS_MOST) {
        let Some(story) = story(conn, ticket)? else { continue };
        let mut is_looked_at = false;
        for moment in moments(&story, wait) {
            let Some(turn) = wait.turn(moment, &hours) else { continue };
            if turn <= since || turn > now {
                continue;
            }
            let last = story.1.iter().find(|event| event.at_ms <= turn);
            let happened = last.map_or(moment, |event| event.at_ms);
            let facts = facts_at(&story.0, &story.1, happened, names);
            if !is_still(&story.1, wait, moment, turn) || !may_look(wait, &facts) {
                continue;
            }
            is_looked_at = true;
            if would_match(rule, &story, (happened, turn), names, zone) {
                hits.push(Hit { ticket, at: turn, event: None });
            }
        }
        looked += usize::from(is_looked_at);
    }
    Ok((hits, looked, is_cut))
}
fn may_look(wait: &Wait, facts: &Facts) -> bool {
    wait.since == super::policy::Since::Status || facts.category.is_open()
}
/// The moments of a ticket from which the rule would have counted.
fn moments((now, history): &(Facts, Vec<Recorded>), wait: &Wait) -> Vec<Millis> {
    use super::policy::Since;
    let mut moments: Vec<_> = match wait.since {
        Since::Created => vec![now.created],
        Since::Due => now.due.into_iter().collect(),
        Since::Updated => history.iter().filter(|event| touches(event)).map(|event| event.at_ms).collect(),
        Since::Status => history.iter().filter(|event| is_status(event)).map(|event| event.at_ms).collect(),
    };
    moments.sort_unstable();
    moments.dedup();
    moments
}
fn touches(event: &Recorded) -> bool {
    matches!(event.kind.as_str(), "ticket.opened" | "ticket.changed" | "ticket.message_added")
}
fn is_status(event: &Recorded) -> bool {
    event.kind == "ticket.changed" && event.data().pointer("/changes/status").is_some()
}
/// Whether nothing put the moment off before the rule's turn.
fn is_still(history: &[Recorded], wait: &Wait, moment: Millis, turn: Millis) -> bool {
    use super::policy::Since;
    let later = |event: &&Recorded| moment < event.at_ms && event.at_ms <= turn;
    match wait.since {
        Since::Created | Since::Due => true,
        Since::Updated => !history.iter().filter(later).any(touches),
        Since::Status => !history.iter().filter(later).any(is_status),
    }
}
