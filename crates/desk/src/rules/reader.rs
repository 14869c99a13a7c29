//! The worker: reads the event log with a position of its own and looks at the clock.
use super::{
    engine::{self, Blamed, Context, Progress, Trouble},
    perform::Outside,
    signal, store, timed, trace,
};
use jiff::tz::TimeZone;
use kernel::{
    clock::{HOUR, MINUTE, Millis, SECOND},
    id::Id,
};
use platform::{
    Home, Work,
    authority::{Grant, Rule, System, Tx},
    db::{self, Error},
    events::{self, Recorded},
    settings,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// The reader's name in the table `event_reader`.
pub const NAME: &str = "rules";
/// Events that are read at once.
const CHUNK: usize = 200;
/// On a busy desk the reader looks so often, not after every commit.
const BREATH: Duration = Duration::from_millis(25);
/// Events that are no rule's business move the stored position only so often.
const KEEP_EVERY: Duration = Duration::from_secs(10);
/// Rules that wait look at the clock so often.
const LOOK_EVERY_MS: i64 = 20 * SECOND;
/// A transaction that was undone is tried so often before its rule is blamed.
const TRIES: u32 = 3;
/// The page of the settings beside which a rule in trouble is counted.
const PAGE: &str = "/admin/rules";

/// What was read in one go.
struct Found {
    from: Option<Id<Recorded>>,
    last: Id<Recorded>,
    heads: Vec<store::Head>,
    zone: String,
    new: Vec<store::Heard>,
}

/// How far this process has read, and the rules as they were the last time.
pub struct Reader {
    at: Option<Id<Recorded>>,
    kept: Instant,
    heads: Option<Vec<store::Head>>,
    context: Option<Arc<Context>>,
    looked: Option<Millis>,
    swept: Option<Millis>,
}
impl Default for Reader {
    fn default() -> Self {
        Reader { at: None, kept: Instant::now(), heads: None, context: None, looked: None, swept: None }
    }
}

impl Reader {
    /// Has the rules look at the next events and, now and then, at the clock.
    ///
    /// * returns – whether there may be more to read.
    pub async fn step(&mut self, home: &Home) -> db::Result<bool> {
        let grant = Grant::<System>::system(home);
        let known = self.at;
        let found = grant
            .read::<_, Error>(move |tx| {
                let stored = events::position(tx, NAME)?;
                // What this process has looked through lies behind what is stored, or before it.
                let from = stored.map(|stored| known.map_or(stored, |known| known.max(stored)));
                let last = events::last(tx)?;
                let heads = store::heads(tx)?;
                let zone = settings::get(tx, "default_zone")?.unwrap_or_else(|| "UTC".into());
                let new = match from {
                    Some(from) if !heads.is_empty() => store::events_after(tx, from, CHUNK)?,
                    _ => Vec::new(),
                };
                Ok(Found { from, last, heads, zone, new })
            })
            .await?;
        let Some(from) = found.from else {
            grant.change::<_, Error>(|tx| store::begin_reading(tx, NAME)).await?;
            return Ok(true);
        };
        if found.heads.is_empty() {
            self.heads = None;
            self.keep(&grant, found.last.max(from)).await?;
            return Ok(false);
        }
        let context = self.context(home, &grant, &found).await?;
        let has_more = found.new.len() == CHUNK;
        let mut reached = from;
        for heard in found.new {
            let (event, cause) = heard.split();
            reached = event.id;
            let signals = signal::heard(&event);
            let is_for_some = context
                .rules
                .iter()
                .any(|rule| rule.since_id < event.id.number() && rule.rule.hears(&signals));
            if is_for_some && !hear(&grant, &context, event, cause).await? {
                return Ok(false);
            }
        }
        self.keep(&grant, reached).await?;
        self.look_at_the_clock(home, &grant, &context).await?;
        Ok(has_more)
    }

    /// The rules, read again where one of them is another.
    async fn context(
        &mut self,
        home: &Home,
        grant: &Grant<System>,
        found: &Found,
    ) -> db::Result<Arc<Context>> {
        if let Some(context) = &self.context
            && self.heads.as_ref() == Some(&found.heads)
        {
            return Ok(context.clone());
        }
        let (rules, gone, names) = grant.read::<_, Error>(|tx| engine::prepare(tx)).await?;
        if !gone.is_empty() {
            tracing::warn!(rules = gone.len(), "rules name something that is gone; they do nothing");
            grant.change::<_, Error>(move |tx| mark(tx, &gone)).await?;
        }
        let zone = TimeZone::get(&found.zone).unwrap_or(TimeZone::UTC);
        let context = Arc::new(Context { rules, names, zone, outside: Outside::of(home) });
        (self.heads, self.context) = (Some(found.heads.clone()), Some(context.clone()));
        Ok(context)
    }

    /// Remembers how far it has read: in this process always, in the database now and then.
    async fn keep(&mut self, grant: &Grant<System>, to: Id<Recorded>) -> db::Result<()> {
        let is_new = self.at != Some(to);
        self.at = Some(to);
        if is_new && self.kept.elapsed() >= KEEP_EVERY {
            grant
                .change::<_, Error>(move |tx| match events::take(tx, NAME)? {
                    Some(stored) if stored < to => events::advance(tx, NAME, to),
                    _ => Ok(()),
                })
                .await?;
            self.kept = Instant::now();
        }
        Ok(())
    }

    async fn look_at_the_clock(
        &mut self,
        home: &Home,
        grant: &Grant<System>,
        context: &Arc<Context>,
    ) -> db::Result<()> {
        let now = home.clock.now();
        if self.looked.is_none_or(|at| now.0 - at.0 >= LOOK_EVERY_MS) {
            self.looked = Some(now);
            timed::look(grant, context).await?;
        }
        if self.swept.is_none_or(|at| now.0 - at.0 >= HOUR) {
            self.swept = Some(now);
            let before = now.plus(-trace::KEPT_MS);
            while grant.change::<_, Error>(move |tx| store::sweep(tx, before)).await? == 1000 {}
        }
        let since = now.plus(-24 * HOUR);
        let count = grant.read::<_, Error>(move |tx| store::troubled(tx, since)).await?;
        home.alarms.set(PAGE, count);
        Ok(())
    }
}

fn mark(tx: &mut Tx<System>, gone: &[Id<Rule>]) -> db::Result<()> {
    for rule in gone {
        store::failed(tx, *rule)?;
    }
    Ok(())
}

/// * returns – `false` where another node is at it.
async fn hear(
    grant: &Grant<System>,
    context: &Arc<Context>,
    event: Recorded,
    cause: Option<Id<Recorded>>,
) -> db::Result<bool> {
    let event = Arc::new(event);
    turns(|blamed| {
        let (context, event) = (context.clone(), event.clone());
        grant.change::<_, Trouble>(move |tx| engine::hear(tx, &context, &event, cause, &blamed))
    })
    .await
}

/// One transaction after the other, until all rules have had their turn. A rule that cannot do what it says is blamed:
/// then its failure is written down, and the others go on.
pub async fn turns<F>(mut turn: impl FnMut(Blamed) -> F) -> db::Result<bool>
where
    F: Future<Output = Result<Progress, Trouble>>,
{
    let (mut blamed, mut tries) = (None, 0);
    loop {
        match turn(blamed.take()).await {
            Ok(Progress::Done) => return Ok(true),
            Ok(Progress::Busy) => return Ok(false),
            Ok(Progress::More) => tries = 0,
            Err(trouble) => {
                tries += 1;
                match trouble.rule {
                    Some(rule) if !trouble.may_pass() || tries >= TRIES => {
                        tracing::info!(%rule, code = trouble.code(), "a rule failed");
                        blamed = Some((rule, trouble.code()));
                    }
                    Some(_) => {}
                    None => match *trouble.cause {
                        crate::tickets::TicketError::Database(cause) => return Err(cause),
                        _ if tries < TRIES => {}
                        _ => return Ok(true),
                    },
                }
            }
        }
    }
}

/// Works for as long as the program runs.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let (mut reader, mut commits) = (Reader::default(), home.waits_for(Work::Events));
    while !*stop.borrow() {
        let rest = match reader.step(&home).await {
            Ok(true) => continue,
            Ok(false) => home.rest(Some(home.clock.now().plus(LOOK_EVERY_MS))),
            Err(cause) => {
                tracing::warn!(%cause, "rules: the event log could not be read");
                reader = Reader::default();
                Duration::from_secs(1)
            }
        };
        tokio::time::sleep(BREATH).await;
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(rest.min(Duration::from_millis(MINUTE as u64))) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}

/// Reads until there is nothing left, and looks at the clock. For tests and the demo company.
pub async fn catch_up(home: &Home) -> db::Result<()> {
    let mut reader = Reader::default();
    loop {
        let before = Grant::<System>::system(home).read::<_, Error>(|tx| events::last(tx)).await?;
        while reader.step(home).await? {}
        reader.looked = None;
        let after = Grant::<System>::system(home).read::<_, Error>(|tx| events::last(tx)).await?;
        if before == after && reader.at >= Some(after) {
            return Ok(());
        }
    }
}
