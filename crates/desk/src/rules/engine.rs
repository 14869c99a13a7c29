//! One event or moment, and the rules that look at it: in order, each in a transaction of its own.
use super::{
    RuleFailed, RuleLimited, actions,
    perform::{Outside, perform},
    policy::{Row, Rule},
    reader::NAME,
    signal::{self, Signal},
    store,
    trace::{Outcome, Verdict, failing},
};
use crate::{
    filter::{self, Facts, Names, Reader},
    tickets::{Ticket, TicketError},
};
use jiff::tz::TimeZone;
use kernel::{clock::HOUR, fault::Problem, id::Id};
use platform::{
    authority::{self, System, Tx},
    db::{self, Conn},
    events::{self, Recorded},
    i18n::Language,
    rate::{self, Limit},
};

/// A rule does something to one ticket so often within an hour.
pub const PER_TICKET: Limit = Limit { most: 5, window_ms: HOUR };
/// And to all tickets together.
pub const PER_RULE: Limit = Limit { most: 1_000, window_ms: HOUR };
/// So many rules in a row may be the cause of each other.
pub const DEPTH_MOST: i64 = 5;

/// A rule that is on, ready to look.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub id: Id<authority::Rule>,
    pub version: i64,
    pub since_id: i64,
    pub since_ms: kernel::clock::Millis,
    pub rule: Rule,
}
impl Compiled {
    /// * errors – it names something that is gone.
    pub fn of(row: &Row, known: &super::policy::Known) -> Result<Compiled, Problem> {
        let rule = row.content().draft(&row.name).parse(known, Language::En)?;
        let Row { id, version, since_id, since_ms, .. } = *row;
        Ok(Compiled { id, version, since_id, since_ms, rule })
    }
}

/// All that stays the same from event to event.
pub struct Context {
    pub rules: Vec<Compiled>,
    pub names: Names,
    pub zone: TimeZone,
    pub outside: Outside,
}
impl Context {
    /// The reader whom conditions mean: nobody, in the desk's zone.
    pub fn reader(&self, now: kernel::clock::Millis) -> Reader {
        Reader { me: 0, teams: Vec::new(), now, zone: self.zone.clone() }
    }
}

/// Why a transaction was undone, and by which rule.
#[derive(Debug)]
pub struct Trouble {
    pub rule: Option<Id<authority::Rule>>,
    pub cause: Box<TicketError>,
}
impl From<db::Error> for Trouble {
    fn from(error: db::Error) -> Self {
        Trouble { rule: None, cause: Box::new(error.into()) }
    }
}
impl Trouble {
    pub fn code(&self) -> String {
        match &*self.cause {
            TicketError::Refused(problem) => {
                problem.fields.first().map_or(problem.code, |field| field.code).to_owned()
            }
            TicketError::Changed => "ticket_changed".into(),
            _ => "internal".into(),
        }
    }
    /// Whether another try may go better.
    pub fn may_pass(&self) -> bool {
        !matches!(&*self.cause, TicketError::Refused(_))
    }
}

/// What a transaction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another node is at it.
    Busy,
    /// One rule had its turn; others may follow.
    More,
    Done,
}

/// A rule that failed on this event the last time, and why.
pub type Blamed = Option<(Id<authority::Rule>, String)>;

/// Has the rules look at an event until one of them does something.
///
/// What was done is remembered with it: a process that ends in the middle goes on behind it, and no other does it again.
pub fn hear(
    tx: &mut Tx<System>,
    context: &Context,
    event: &Recorded,
    cause: Option<Id<Recorded>>,
    blamed: &Blamed,
) -> Result<Progress, Trouble> {
    let Some(position) = events::take(tx, NAME)? else { return Ok(Progress::Busy) };
    if position >= event.id {
        return Ok(Progress::Done);
    }
    let end = |tx: &mut Tx<System>| events::advance(tx, NAME, event.id).map(|()| Progress::Done);
    let Some(number) = event.subject_id("ticket") else { return Ok(end(tx)?) };
    let ticket = Id::<Ticket>::new(number);
    let signals = meant(tx, event)?;
    let is_for = |rule: &Compiled| rule.since_id < event.id.number() && rule.rule.hears(&signals);
    if !context.rules.iter().any(is_for) {
        return Ok(end(tx)?);
    }
    let Some(facts) = filter::store::facts(tx, ticket)? else { return Ok(end(tx)?) };
    let occasion = format!("event/{}", event.id);
    let depth = match cause {
        Some(cause) => store::depth_of(tx, ticket, cause)? + 1,
        None => i64::from(event.actor.starts_with("rule/")),
    };
    let look = Look { ticket, facts, occasion, depth, cause: Some(event.id) };
    let rules: Vec<_> = context.rules.iter().filter(|rule| is_for(rule)).collect();
    if take_turns(tx, context, &look, &rules, blamed)? { Ok(end(tx)?) } else { Ok(Progress::More) }
}

/// What happened to which ticket.
pub struct Look {
    pub ticket: Id<Ticket>,
    pub facts: Facts,
    pub occasion: String,
    pub depth: i64,
    pub cause: Option<Id<Recorded>>,
}

/// * returns – whether all have had their turn.
pub fn take_turns(
    tx: &mut Tx<System>,
    context: &Context,
    look: &Look,
    rules: &[&Compiled],
    blamed: &Blamed,
) -> Result<bool, Trouble> {
    let before = store::look(tx, look.ticket, &look.occasion)?;
    let mut verdicts: Vec<Verdict> =
        before.map(|before| serde_json::from_str(&before.verdicts).unwrap_or_default()).unwrap_or_default();
    let reader = context.reader(tx.now());
    let mut is_stopped = verdicts.iter().any(|verdict| verdict.stopped);
    let mut left = rules.iter().filter(|rule| verdicts.iter().all(|had| had.rule != rule.id)).peekable();
    let mut new = Vec::new();
    let mut has_acted = false;
    while let Some(rule) = left.next_if(|_| !is_stopped && !has_acted) {
        let verdict = judge(tx, context, look, rule, &reader, blamed)?;
        has_acted = !matches!(verdict.outcome, Outcome::Unmatched | Outcome::OffPeriod);
        is_stopped = verdict.stopped;
        new.push(verdict);
    }
    let is_all = is_stopped || left.peek().is_none();
    if !new.is_empty() {
        verdicts.extend(new);
        let json = serde_json::to_string(&verdicts).expect("plain data");
        store::keep_look(tx, look.ticket, &look.occasion, look.depth, &json)?;
    }
    Ok(is_all)
}

fn judge(
    tx: &mut Tx<System>,
    context: &Context,
    look: &Look,
    compiled: &Compiled,
    reader: &Reader,
    blamed: &Blamed,
) -> Result<Verdict, Trouble> {
    let rule = &compiled.rule;
    let verdict = |outcome| Verdict::new(compiled.id, compiled.version, rule, outcome);
    if let Some((id, code)) = blamed
        && *id == compiled.id
    {
        tx.act_as(compiled.id, &rule.name, look.cause);
        store::failed(tx, compiled.id)?;
        tx.emit(RuleFailed { rule: compiled.id, ticket: look.ticket, code: code.clone() })?;
        return Ok(Verdict { code: Some(code.clone()), ..verdict(Outcome::Failed) });
    }
    if !rule.works_at(reader.now, &context.zone) {
        return Ok(verdict(Outcome::OffPeriod));
    }
    if let Some(part) = failing(&rule.filter, &look.facts, reader) {
        return Ok(verdict(Outcome::Unmatched).unmatched(part));
    }
    tx.act_as(compiled.id, &rule.name, look.cause);
    if let Some(limit) = limit(tx, compiled.id, look)? {
        store::limited(tx, compiled.id)?;
        return Ok(Verdict { code: Some(limit.into()), ..verdict(Outcome::Limited) });
    }
    let did = perform(tx, &context.outside, &context.names, compiled, (look.ticket, &look.facts))
        .map_err(|cause| Trouble { rule: Some(compiled.id), cause: Box::new(cause) })?;
    store::ran(tx, compiled.id)?;
    Ok(Verdict { did, stopped: rule.stop_after, ..verdict(Outcome::Matched) })
}

/// Which limit is spent. Each is told of once in its window.
fn limit(tx: &mut Tx<System>, rule: Id<authority::Rule>, look: &Look) -> db::Result<Option<&'static str>> {
    let now = tx.now();
    let tell = |tx: &mut Tx<System>, limit| tx.emit(RuleLimited { rule, ticket: look.ticket, limit });
    if look.depth >= DEPTH_MOST {
        tell(tx, "depth")?;
        return Ok(Some("depth"));
    }
    let keys = [
        (format!("rule/{rule}/{}", look.ticket), PER_TICKET, "ticket"),
        (format!("rule/{rule}"), PER_RULE, "hour"),
    ];
    for (key, limit, name) in keys {
        if rate::spend(tx, &key, limit, now)?.is_some() {
            if rate::spent(tx, &key, now)?.0 == limit.most + 1 {
                tell(tx, name)?;
            }
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// What an event means once it is known who wrote.
fn meant(conn: &mut Conn, event: &Recorded) -> db::Result<Vec<Signal>> {
    let mut signals = signal::heard(event);
    let Some(message) = signal::message_of(event) else { return Ok(signals) };
    let author = store::author(conn, message)?;
    signals.retain(|signal| is_meant(*signal, author.as_ref()));
    Ok(signals)
}
/// Whether a person said it; what opens a ticket has a signal of its own.
pub fn is_meant(signal: Signal, author: Option<&store::Author>) -> bool {
    let Some(author) = author else { return signal == Signal::Note };
    match signal {
        Signal::CustomerWrote => {
            author.author_kind == "contact"
                && !author.is_automatic
                && author.is_sender_known
                && !author.is_first
        }
        Signal::AgentReplied => author.author_kind == "user",
        _ => true,
    }
}

/// Reads and prepares the rules that are on; those that can no longer work are told apart.
pub fn prepare(conn: &mut Conn) -> db::Result<(Vec<Compiled>, Vec<Id<authority::Rule>>, Names)> {
    let known = actions::known(conn)?;
    let (mut good, mut gone) = (Vec::new(), Vec::new());
    for row in store::all(conn)?.iter().filter(|row| row.is_active) {
        match Compiled::of(row, &known) {
            Ok(compiled) => good.push(compiled),
            Err(_) => gone.push(row.id),
        }
    }
    Ok((good, gone, known.names))
}
