//! The worker: reads the event log with a position of its own, and looks at the clock.
//!
//! Notices and the position are written in one transaction that holds the position's row: each event is turned into
//! notices once, however many nodes there are and whenever one of them ends.
use super::{
    NoticeMade,
    audience::{self, Matter},
    digest,
    policy::{Channels, Notice, What},
    store::{self, New},
};
use crate::{
    call_backs::CallBackDue,
    mentions,
    reminders::{self, ReminderDue},
};
use kernel::{clock::Millis, id::Id};
use people::absences;
use platform::{
    Home, Work,
    authority::{Grant, System, Tx, User},
    db::{Error, Result},
    events::{self, Recorded},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// The reader's name in the table `event_reader`.
pub const NAME: &str = "notices";
/// Events that are read at once.
const CHUNK: usize = 100;
/// Calls and bundles that one transaction looks after.
const AT_ONCE: usize = 50;
/// On a busy desk the reader looks so often, not after every commit.
const BREATH: Duration = Duration::from_millis(25);
/// Events that concern nobody move the stored position only so often.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// How far this process has read.
pub struct Reader {
    at: Option<Id<Recorded>>,
    kept: Instant,
}
impl Default for Reader {
    fn default() -> Self {
        Reader { at: None, kept: Instant::now() }
    }
}

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There may be more to do at once.
    More,
    /// Nothing before this instant, unless something happens.
    Idle(Option<Millis>),
    /// Another node is at it.
    Busy,
}

impl Reader {
    /// Turns the next events into notices, and does what the clock asks for.
    pub async fn step(&mut self, home: &Home) -> Result<Step> {
        let grant = Grant::<System>::system(home);
        let known = self.at;
        let (from, new, due) = grant
            .read::<_, Error>(move |tx| {
                let stored = events::position(tx, NAME)?;
                // What this process has looked through lies behind what is stored, or before it.
                let from = stored.map(|stored| known.map_or(stored, |known| known.max(stored)));
                let new = match from {
                    Some(from) => events::after(tx, from, CHUNK)?,
                    None => Vec::new(),
                };
                Ok((from, new, store::next_due(tx)?))
            })
            .await?;
        let Some(from) = from else {
            grant.change::<_, Error>(|tx| store::begin(tx, NAME)).await?;
            return Ok(Step::More);
        };
        let has_more = new.len() == CHUNK;
        let to = new.last().map_or(from, |event| event.id);
        let heard: Vec<_> = new.into_iter().filter(audience::hears).collect();
        let is_due = due.is_some_and(|due| due <= home.clock.now());
        let is_time = self.at != Some(to) && self.kept.elapsed() >= KEEP_EVERY;
        if heard.is_empty() && !is_due && !is_time {
            self.at = Some(to);
            return Ok(if has_more { Step::More } else { Step::Idle(due) });
        }
        let outside = digest::Outside::of(home);
        let done = grant.change::<_, Error>(move |tx| work_on(tx, &outside, &heard, to, is_due)).await?;
        if !done {
            return Ok(Step::Busy);
        }
        (self.at, self.kept) = (Some(to), Instant::now());
        Ok(if has_more || is_due { Step::More } else { Step::Idle(due) })
    }
}

/// * returns – `false` where another node is at it.
fn work_on(
    tx: &mut Tx<System>,
    outside: &digest::Outside,
    heard: &[Recorded],
    to: Id<Recorded>,
    is_due: bool,
) -> Result<bool> {
    let Some(stored) = events::take(tx, NAME)? else { return Ok(false) };
    let mut made: Vec<(Id<Notice>, Id<User>)> = Vec::new();
    for event in heard.iter().filter(|event| event.id > stored) {
        if let Some(matter) = audience::of(tx, event)? {
            tell(tx, event, &matter, &mut made)?;
        }
    }
    if to > stored {
        events::advance(tx, NAME, to)?;
    }
    if is_due {
        let now = tx.now();
        for call in store::due_calls(tx, now, AT_ONCE)? {
            store::told_call(tx, &call)?;
            let (ticket, call_back, due_at) = (call.ticket_id, call.id, call.due_at_ms);
            tx.emit(CallBackDue { ticket, call_back, name: call.name, due_at })?;
        }
        for due in reminders::store::due(tx, now, AT_ONCE)? {
            reminders::store::told(tx, &due)?;
            tx.emit(ReminderDue { reminder: due.id, user: due.user_id, ticket: due.ticket_id })?;
        }
        for user in store::due_bundles(tx, now, AT_ONCE)? {
            digest::send(tx, outside, user)?;
        }
    }
    if let Some((notice, _)) = made.first() {
        let notice = *notice;
        let mut users: Vec<_> = made.iter().map(|(_, user)| *user).collect();
        users.sort_unstable();
        users.dedup();
        tx.emit(NoticeMade { notice, users })?;
    }
    Ok(true)
}

/// Who hears of it in whose place.
struct Ear {
    user: Id<User>,
    what: What,
    for_user: Option<Id<User>>,
    is_away: bool,
}

/// Writes the notices of one event.
///
/// Nobody hears of what they did themselves, nor of what they may not see.
fn tell(
    tx: &mut Tx<System>,
    event: &Recorded,
    matter: &Matter,
    made: &mut Vec<(Id<Notice>, Id<User>)>,
) -> Result<()> {
    let did_it = |user: Id<User>| event.actor == format!("user/{user}");
    let mut ears: Vec<Ear> = Vec::new();
    for (user, what) in &matter.told {
        if !ears.iter().any(|ear| ear.user == *user) {
            ears.push(Ear { user: *user, what: *what, for_user: None, is_away: false });
        }
    }
    // What somebody wrote for themselves is nobody else's, not even while they are away.
    if !ears.iter().any(|ear| ear.what == What::Reminder) {
        stand_in(tx, &mut ears)?;
    }
    ears.retain(|ear| !did_it(ear.user));
    if ears.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = ears.iter().map(|ear| ear.user).collect();
    let may_see = match (matter.ticket, matter.contract) {
        (Some(ticket), _) => mentions::store::in_sight(tx, ticket, &ids)?,
        // A contract's owner, and who stands in for them, was chosen by somebody who looks after contracts.
        (None, Some(_)) => ids.clone(),
        (None, None) => store::keepers(tx)?,
    };
    ears.retain(|ear| may_see.contains(&ear.user));
    let mut choices: HashMap<What, Vec<(Id<User>, Channels)>> = HashMap::new();
    for ear in &ears {
        if let Entry::Vacant(place) = choices.entry(ear.what) {
            place.insert(store::choices(tx, &ids, ear.what)?);
        }
    }
    for ear in ears {
        let chosen = choices[&ear.what].iter().find(|(user, _)| *user == ear.user);
        let mut channels = chosen.map_or_else(|| ear.what.usual(), |(_, channels)| *channels);
        // Whoever is away finds it in the app when they are back; their deputy has heard.
        channels.by_mail &= !ear.is_away;
        if !channels.in_app && !channels.by_mail {
            continue;
        }
        let new = New {
            user: ear.user,
            kind: ear.what,
            event: event.id,
            ticket: matter.ticket,
            message: matter.message,
            inbound: matter.inbound,
            contract: matter.contract,
            by_name: &matter.by_name,
            about: &matter.about,
            for_user: ear.for_user,
            channels,
            at: event.at_ms,
        };
        let Some(id) = store::insert(tx, &new)? else { continue };
        if channels.in_app {
            made.push((id, ear.user));
        }
        if channels.by_mail {
            digest::expect(tx, ear.user)?;
        }
    }
    Ok(())
}

/// Adds the deputies of those who are away, and theirs where they are away as well. Nobody is asked twice, so that it
/// ends whatever people said.
fn stand_in(tx: &mut Tx<System>, ears: &mut Vec<Ear>) -> Result<()> {
    let now = tx.now();
    let mut asked = 0;
    while asked < ears.len() {
        let users: Vec<_> = ears[asked..].iter().map(|ear| ear.user).collect();
        let begin = std::mem::replace(&mut asked, ears.len());
        for absence in absences::store::away(tx, &users, now)? {
            let Some(at) = (begin..ears.len()).find(|at| ears[*at].user == absence.user_id) else { continue };
            ears[at].is_away = true;
            let (what, first) = (ears[at].what, ears[at].for_user.unwrap_or(absence.user_id));
            match absence.deputy_id {
                Some(deputy) if !ears.iter().any(|ear| ear.user == deputy) => {
                    ears.push(Ear { user: deputy, what, for_user: Some(first), is_away: false });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Works for as long as the program runs.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let (mut reader, mut commits) = (Reader::default(), home.waits_for(Work::Events));
    while !*stop.borrow() {
        let rest = match reader.step(&home).await {
            Ok(Step::More) => continue,
            Ok(Step::Idle(due)) => home.rest(due),
            Ok(Step::Busy) => Duration::from_secs(1),
            Err(cause) => {
                tracing::warn!(%cause, "notices: the event log could not be read");
                reader = Reader::default();
                Duration::from_secs(1)
            }
        };
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}

/// Works until there is nothing left to do now. For tests and the demo company.
pub async fn catch_up(home: &Home) -> Result<()> {
    let mut reader = Reader::default();
    loop {
        match reader.step(home).await? {
            Step::More => {}
            Step::Idle(due) if due.is_some_and(|due| due <= home.clock.now()) => {}
            Step::Idle(_) | Step::Busy => return Ok(()),
        }
    }
}
