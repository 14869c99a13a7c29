//! The worker that reads what was stored.
use super::{
    content::{self, Content},
    decide::{self, Case, File, Undecided},
    door::Said,
    store,
};
use crate::email::{
    inboxes,
    ledger::{
        InboundDecided, Outcome,
        store::{self as ledger, Claimed, Decision},
    },
    verify::{Sender, Verdict, Verifier},
};
use desk::{conversation::actions::token_key, portal::Acknowledger};
use kernel::clock::{MINUTE, Millis, SECOND};
use mail::OwnAddresses;
use platform::{
    Home, Work,
    authority::{Grant, System, Tx},
    blobs, db,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// A mail is a worker's for so long.
const LEASE_MS: i64 = 2 * MINUTE;
/// As many are taken at once,
const BATCH: usize = 32;
/// but no more than this many bytes of them; a larger mail is taken alone. What they are taken apart into lies in memory
/// beside them until all are decided.
const BATCH_BYTES: usize = 24 * 1024 * 1024;
/// Hashing a larger mail takes long enough to hold up others on the runtime's threads.
const LARGE: usize = 256 * 1024;
/// A mail waits for people when reading it failed so often.
const MOST_FAILURES: i64 = 3;
/// The same when the program ended so often while it read this mail and no other.
const MOST_DEATHS: i64 = 3;
/// A mail that was in hand alone when the program ended waits so long for its next reading, times its deaths.
const DEATH_PAUSE_MS: i64 = 2 * SECOND;
/// The longest pause between two tries.
const LONGEST_PAUSE_MS: i64 = 5 * MINUTE;

/// Reads mail for as long as the program runs.
pub async fn work(home: Home, verifier: Arc<Verifier>, mut stop: watch::Receiver<bool>) {
    let mut commits = home.waits_for(Work::Inbound);
    // What this node had in hand when it died. A database that is away now: the lease ends it later.
    let node = home.site.node();
    let _ = Grant::<System>::system(&home).change::<_, db::Error>(move |tx| abandon(tx, Some(&node))).await;
    while !*stop.borrow() {
        let rest = match step(&home, &verifier).await {
            Ok((0, due)) => home.rest(due),
            Ok(_) => continue,
            Err(_) => Duration::from_secs(1),
        };
        tokio::select! {
            _ = commits.changed() => {}
            () = tokio::time::sleep(rest) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Reads and decides a batch of new mails, then one that has to be read by itself; returns how many there were.
///
/// The order matters: a mail that ends the program is taken when no other is in hand.
pub async fn run_once(home: &Home, verifier: &Arc<Verifier>) -> db::Result<usize> {
    Ok(step(home, verifier).await?.0)
}

/// The same; where there were none, also when the next one is due.
async fn step(home: &Home, verifier: &Arc<Verifier>) -> db::Result<(usize, Option<Millis>)> {
    let grant = Grant::<System>::system(home);
    // A look costs less than a transaction that finds nothing.
    let is_now = |due: Option<Millis>| due.is_some_and(|at| at <= home.clock.now());
    let due = grant.read::<_, db::Error>(|tx| store::due(tx)).await?;
    if !is_now(due) {
        return Ok((0, due));
    }
    let node = home.site.node();
    let batch = take(&grant, move |tx, until| store::claim_new(tx, &node, until, BATCH, BATCH_BYTES)).await?;
    let mut count = batch.rows.len();
    read_all(home, verifier, &grant, batch).await?;
    // Looked for anew, because the batch took its time.
    let due = grant.read::<_, db::Error>(|tx| store::due(tx)).await?;
    if !is_now(due) {
        return Ok((count, due));
    }
    let node = home.site.node();
    let alone = take(&grant, move |tx, until| {
        abandon(tx, None)?;
        Ok(store::claim_alone(tx, &node, until)?.into_iter().collect())
    })
    .await?;
    count += alone.rows.len();
    read_all(home, verifier, &grant, alone).await?;
    Ok((count, due))
}

/// Takes mails from readers that are gone. One that ended the program too often is quarantined.
///
/// * `node` – this node, when it begins: what it had in hand is from before.
fn abandon(tx: &mut Tx<System>, node: Option<&str>) -> db::Result<()> {
    let dead = store::abandon(tx, node, DEATH_PAUSE_MS)?;
    if dead.is_empty() && node.is_some() {
        store::forgive(tx)?;
    }
    for row in dead {
        tracing::warn!(
            inbound = row.id.number(),
            deaths = row.deaths,
            "the program ended while it read a mail"
        );
        if row.deaths >= MOST_DEATHS {
            let why = format!("the program ended {} times while it read this mail alone", row.deaths);
            quarantine(tx, &row, &why)?;
        }
    }
    Ok(())
}

/// Mails in hand, with what is needed to read them.
struct Batch {
    rows: Vec<Claimed>,
    contents: Vec<blobs::Found>,
    desk: Arc<Known>,
}

/// What the reading of any mail needs to know about the desk.
struct Known {
    own: OwnAddresses,
    restored_at: Option<Millis>,
}

async fn take(
    grant: &Grant<System>,
    claim: impl FnOnce(&mut Tx<System>, Millis) -> db::Result<Vec<Claimed>> + Send + 'static,
) -> db::Result<Batch> {
    let domain = grant.home().site.mail_domain();
    grant
        .change::<_, db::Error>(move |tx| {
            let until = tx.now().plus(LEASE_MS);
            let rows = claim(tx, until)?;
            let (addresses, restored_at) = if rows.is_empty() {
                (Vec::new(), None)
            } else {
                (inboxes::store::addresses(tx)?, platform::settings::restored_at(tx)?)
            };
            let contents =
                rows.iter().map(|row| blobs::find(tx, row.blob_hash)).collect::<db::Result<_>>()?;
            let own = own(addresses, &domain);
            Ok(Batch { rows, contents, desk: Arc::new(Known { own, restored_at }) })
        })
        .await
}

/// Our Message-IDs end with the domain of the first inbox; what was written while another one was the first, or by an
/// inbox that is the only one left, ends with one of the others.
fn own(addresses: Vec<String>, domain: &str) -> OwnAddresses {
    let of_inboxes = addresses.iter().filter_map(|address| Some(address.rsplit_once('@')?.1.to_owned()));
    let mut message_id_domains: Vec<String> = of_inboxes.chain([domain.to_owned()]).collect();
    message_id_domains.sort();
    message_id_domains.dedup();
    OwnAddresses { addresses, message_id_domains }
}

/// Reads them side by side, decides them in the order in which they came: an answer must find what it answers. One
/// that takes long to read holds up none of those before it.
async fn read_all(
    home: &Home,
    verifier: &Arc<Verifier>,
    grant: &Grant<System>,
    batch: Batch,
) -> db::Result<()> {
    let Batch { rows, contents, desk } = batch;
    let readings: Vec<_> = rows
        .into_iter()
        .zip(contents)
        .map(|(row, found)| {
            let reading = read(home.clone(), verifier.clone(), row.clone(), found, desk.clone());
            (row, tokio::spawn(reading))
        })
        .collect();
    let done =
        |read: Result<Read, tokio::task::JoinError>| read.unwrap_or_else(|error| Err(NotRead::of(&error)));
    let mut readings = readings.into_iter().peekable();
    while let Some((row, reading)) = readings.next() {
        let mut group = vec![(row, done(reading.await))];
        while let Some((row, reading)) = readings.next_if(|(_, next)| next.is_finished()) {
            group.push((row, done(reading.await)));
        }
        settle_all(grant, group).await?;
    }
    Ok(())
}

/// Why a reading gave nothing.
enum NotRead {
    /// Something about the mail, for people.
    Because(String),
    /// Something around it, such as a full disk.
    Hindered(String),
    /// The program ends; nothing is known about the mail.
    Cut,
}
impl NotRead {
    fn of(error: &tokio::task::JoinError) -> NotRead {
        // Only a panic is an answer: a task is cancelled when its runtime goes down.
        if error.is_panic() { NotRead::Because("reading it failed inside".into()) } else { NotRead::Cut }
    }
}
impl From<blobs::BlobError> for NotRead {
    fn from(error: blobs::BlobError) -> NotRead {
        match error {
            blobs::BlobError::Missing(_) | blobs::BlobError::Damaged(_) => {
                NotRead::Because(error.to_string())
            }
            blobs::BlobError::Folder(_) | blobs::BlobError::Database(_) => {
                NotRead::Hindered(error.to_string())
            }
        }
    }
}

type Read = Result<Arc<Case>, NotRead>;

/// Decides what was read together in one transaction, so that the disk is flushed once for all of them. If one of
/// them cannot be decided, nothing of it is kept and each is decided alone.
async fn settle_all(grant: &Grant<System>, group: Vec<(Claimed, Read)>) -> db::Result<()> {
    let cases: Vec<_> = group.iter().filter_map(|(_, read)| read.as_ref().ok().cloned()).collect();
    let decide_all = move |tx: &mut Tx<System>| cases.iter().try_for_each(|case| decide::decide(tx, case));
    let is_decided = group.len() > 1 && grant.change::<_, Undecided>(decide_all).await.is_ok();
    for (row, read) in group {
        if read.is_err() || !is_decided {
            settle(grant, row, read).await?;
        }
    }
    Ok(())
}

async fn read(
    home: Home,
    verifier: Arc<Verifier>,
    row: Claimed,
    found: blobs::Found,
    desk: Arc<Known>,
) -> Read {
    let restored_at = desk.restored_at;
    let said: Said = serde_json::from_str(&row.envelope).unwrap_or_default();
    let store = home.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let raw = store.blobs.read(found)?;
        let mut content = content::read(&raw, said, &desk.own, store.site.max_message_bytes);
        let files = files(&store, &mut content)?;
        Ok::<_, NotRead>((raw, content, files))
    });
    let (raw, content, files) = parsed.await.map_err(|error| NotRead::of(&error))??;
    let (content, verdict) = verify(verifier, raw, content).await?;
    Ok(Arc::new(Case {
        row,
        content,
        verdict,
        files,
        key: token_key(&home.keys),
        acknowledger: Acknowledger::of(&home),
        restored_at,
    }))
}

fn files(home: &Home, content: &mut Content) -> Result<Vec<File>, NotRead> {
    let attached = std::mem::take(&mut content.mail.attachments);
    attached
        .into_iter()
        .map(|file| {
            let media_type = file.kind.media_type();
            let ready = home.blobs.prepare(file.bytes).map_err(blobs::BlobError::from)?;
            Ok(File {
                name: file.name,
                media_type,
                content_id: file.content_id,
                is_inline: file.is_inline,
                content: ready,
            })
        })
        .collect()
}

async fn verify(
    verifier: Arc<Verifier>,
    raw: Vec<u8>,
    content: Content,
) -> Result<(Content, Option<Verdict>), NotRead> {
    let is_large = raw.len() > LARGE;
    let verifying = async move {
        let said = &content.said;
        let mail_from = said.mail_from.as_deref().filter(|from| !from.is_empty());
        let sender = said.peer.map(|peer| Sender { peer, helo: &said.helo, mail_from });
        let verdict = verifier.verify(sender, &raw).await;
        (content, Some(verdict))
    };
    if !is_large {
        return Ok(verifying.await);
    }
    let runtime = tokio::runtime::Handle::current();
    let verified = tokio::task::spawn_blocking(move || runtime.block_on(verifying)).await;
    verified.map_err(|error| NotRead::of(&error))
}

async fn settle(grant: &Grant<System>, row: Claimed, read: Read) -> db::Result<()> {
    let (why, is_its_fault) = match read {
        Ok(case) => match grant.change::<_, Undecided>(move |tx| decide::decide(tx, &case)).await {
            Ok(()) | Err(Undecided::Fenced) => return Ok(()),
            // The database was away, full or slow.
            Err(Undecided::Database(cause)) if cause.is_outage() => (cause.to_string(), false),
            Err(Undecided::Database(cause)) => (cause.to_string(), true),
            Err(Undecided::Refused(problem)) => (problem.detail.unwrap_or_else(|| problem.code.into()), true),
        },
        Err(NotRead::Because(why)) => (why, true),
        Err(NotRead::Hindered(why)) => (why, false),
        Err(NotRead::Cut) => return Ok(()),
    };
    tracing::warn!(inbound = row.id.number(), failures = row.failures, why, "a mail was not decided");
    // A database that is busy is asked again: a mail that stays in hand for no reason looks like one that did harm.
    let mut last = Ok(());
    for pause in [0, 1, 2, 5, 10] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let (row, why) = (row.clone(), why.clone());
        let put_back = move |tx: &mut Tx<System>| {
            if is_its_fault && row.failures + 1 >= MOST_FAILURES {
                return quarantine(tx, &row, &why);
            }
            let pause = (row.attempts * 2 * SECOND).min(LONGEST_PAUSE_MS);
            let at = tx.now().plus(pause);
            store::postpone(tx, &row, at, &why, is_its_fault)
        };
        last = grant.change::<_, db::Error>(put_back).await;
        if last.is_ok() {
            break;
        }
    }
    last
}

fn quarantine(tx: &mut Tx<System>, row: &Claimed, why: &str) -> db::Result<()> {
    let decision = Decision {
        outcome: Outcome::Quarantined,
        reason: Some(why),
        ticket: None,
        message: None,
        from_email: None,
        subject: "",
        reference_hash: None,
        content_hash: None,
        authentication: None,
    };
    if ledger::decide(tx, row, &decision)? {
        tx.emit(InboundDecided { inbound: row.id, outcome: Outcome::Quarantined, ticket: None })?;
    }
    Ok(())
}
