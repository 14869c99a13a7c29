//! The worker that reads what was stored.
use super::{
    content::{self, Content},
    decide::{self, Case, File, Undecided},
    door::Said,
};
use crate::email::{
    inboxes,
    ledger::{
        InboundDecided, Outcome,
        store::{self as ledger, Claimed, Decision},
    },
    verify::{Sender, Verdict, Verifier},
};
use desk::{conversation::actions::token_keys, portal::Acknowledger};
use kernel::clock::{MINUTE, SECOND};
use mail::OwnAddresses;
use platform::{
    Home,
    authority::{Grant, System},
    blobs, db,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// A mail is a worker's for so long.
const LEASE_MS: i64 = 2 * MINUTE;
/// As many are taken at once.
const BATCH: usize = 32;
/// A mail that cannot be read after so many tries waits for people.
const MOST_ATTEMPTS: i64 = 3;

/// Reads mail for as long as the program runs.
pub async fn work(home: Home, verifier: Arc<Verifier>, mut stop: watch::Receiver<bool>) {
    let mut commits = home.commits();
    while !*stop.borrow() {
        match run_once(&home, &verifier).await {
            Ok(0) | Err(_) => {
                let again = tokio::time::sleep(Duration::from_secs(1));
                tokio::select! {
                    _ = commits.changed() => {}
                    () = again => {}
                    _ = stop.changed() => {}
                }
            }
            Ok(_) => {}
        }
    }
}

/// Takes a batch and decides it; returns how many there were.
pub async fn run_once(home: &Home, verifier: &Arc<Verifier>) -> db::Result<usize> {
    let grant = Grant::<System>::system(home);
    // Every change wakes all workers: one that finds nothing must not wake them again.
    if !grant.read::<_, db::Error>(|tx| ledger::is_due(tx)).await? {
        return Ok(0);
    }
    let taken = grant
        .change::<_, db::Error>(|tx| {
            let until = tx.now().plus(LEASE_MS);
            let rows = ledger::claim(tx, until, BATCH)?;
            let own = if rows.is_empty() { Vec::new() } else { inboxes::store::addresses(tx)? };
            let mut contents = Vec::new();
            for row in &rows {
                contents.push(blobs::find(tx, row.blob_hash)?);
            }
            Ok((rows, contents, own))
        })
        .await?;
    let (rows, contents, addresses) = taken;
    let count = rows.len();
    let own = Arc::new(OwnAddresses { addresses, message_id_domains: Vec::new() });
    let readings: Vec<_> = rows
        .into_iter()
        .zip(contents)
        .map(|(row, found)| tokio::spawn(read(home.clone(), verifier.clone(), row, found, own.clone())))
        .collect();
    // Read side by side, decided in the order in which they came: an answer must find what it answers.
    for reading in readings {
        if let Ok((row, read)) = reading.await {
            settle(&grant, row, read).await?;
        }
    }
    Ok(count)
}

type Read = Result<Case, String>;

async fn read(
    home: Home,
    verifier: Arc<Verifier>,
    row: Claimed,
    found: blobs::Found,
    own: Arc<OwnAddresses>,
) -> (Claimed, Read) {
    let said: Said = serde_json::from_str(&row.envelope).unwrap_or_default();
    let store = home.clone();
    let parsed = tokio::task::spawn_blocking(move || {
        let raw = store.blobs.read(found).map_err(|error| error.to_string())?;
        let mut content = content::read(&raw, said, &own);
        let files = files(&store, &mut content)?;
        Ok::<_, String>((raw, content, files))
    });
    let (raw, content, files) = match parsed.await {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(why)) => return (row, Err(why)),
        Err(_) => return (row, Err("reading it failed inside".into())),
    };
    let verdict = verify(&verifier, &raw, &content).await;
    let case = Case {
        row: row.clone(),
        content,
        verdict,
        files,
        keys: token_keys(&home.keys),
        acknowledger: Acknowledger::of(&home),
    };
    (row, Ok(case))
}

fn files(home: &Home, content: &mut Content) -> Result<Vec<File>, String> {
    let attached = std::mem::take(&mut content.mail.attachments);
    attached
        .into_iter()
        .map(|file| {
            let media_type = file.kind.media_type();
            let ready = home.blobs.prepare(file.bytes).map_err(|error| error.to_string())?;
            Ok(File {
                name: file.name,
                media_type: media_type.split(';').next().unwrap_or(media_type),
                content_id: file.content_id,
                is_inline: file.is_inline,
                content: ready,
            })
        })
        .collect()
}

async fn verify(verifier: &Verifier, raw: &[u8], content: &Content) -> Option<Verdict> {
    let said = &content.said;
    let mail_from = said.mail_from.as_deref().filter(|from| !from.is_empty());
    let sender = said.peer.map(|peer| Sender { peer, helo: &said.helo, mail_from });
    Some(verifier.verify(sender, raw).await)
}

async fn settle(grant: &Grant<System>, row: Claimed, read: Read) -> db::Result<()> {
    let outcome = match read {
        Ok(case) => {
            let case = Arc::new(case);
            grant.change::<_, Undecided>(move |tx| decide::decide(tx, &case)).await
        }
        Err(why) => Err(Undecided::Refused(kernel::fault::Problem::internal().because(why))),
    };
    let why = match outcome {
        Ok(()) | Err(Undecided::Fenced) => return Ok(()),
        // Not the mail's fault: it keeps its tries.
        Err(Undecided::Database(
            db::Error::Busy | db::Error::Closed | db::Error::Unreachable(_) | db::Error::NotCommitted(_),
        )) => "the database was away".to_owned(),
        Err(Undecided::Database(cause)) => cause.to_string(),
        Err(Undecided::Refused(problem)) => problem.detail.unwrap_or_else(|| problem.code.into()),
    };
    tracing::warn!(inbound = row.id.number(), attempts = row.attempts, why, "a mail was not decided");
    let change = move |tx: &mut platform::authority::Tx<System>| {
        if row.attempts < MOST_ATTEMPTS {
            let at = tx.now().plus(row.attempts * 2 * SECOND);
            return ledger::postpone(tx, &row, at, &why);
        }
        quarantine(tx, &row, &why)
    };
    grant.change::<_, db::Error>(change).await
}

fn quarantine(tx: &mut platform::authority::Tx<System>, row: &Claimed, why: &str) -> db::Result<()> {
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
