//! The worker that sends.
use super::{
    compose::{self, NotComposed},
    store::{self, Claimed},
};
use crate::email::{
    deliver::smtp::{self, Outcome, Route},
    inboxes::{self, Inbox, health, health::Part, oauth},
    peer::{Kind as Cause, SignIn, Stage, Trouble},
};
use futures_util::FutureExt;
use kernel::{
    clock::{DAY, MINUTE, Millis, SECOND},
    secret::Secret,
};
use platform::{
    Home, Work,
    authority::{Grant, System, Tx},
    db,
    outbox::{Ended, Fate, Kind},
};
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::{sync::watch, task::JoinSet};

/// A mail is a worker's for so long.
const LEASE_MS: i64 = 10 * MINUTE;
/// All that the network has for one mail: token, connection and dialogue. Each of them has a limit of its own, but these
/// add up to more than the lease.
const NETWORK: Duration = Duration::from_secs(7 * 60);
/// Between attempts to write down what the network said, in seconds.
const REMEMBERING: [u64; 6] = [0, 1, 2, 5, 10, 30];
/// Nobody else may send the mail before its outcome is written down; a minute is for the database.
const _: () = {
    let [a, b, c, d, e, f] = REMEMBERING;
    assert!(NETWORK.as_secs() + a + b + c + d + e + f + 60 < (LEASE_MS / 1000) as u64);
};
/// Mails that are sent at the same time.
const MOST: usize = 16;
/// After so long a mail is given up.
const PATIENCE_MS: i64 = 2 * DAY;

/// How long to wait after the `attempts`-th try.
fn pause_ms(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 5 * SECOND,
        2 => 30 * SECOND,
        3 => 2 * MINUTE,
        4 => 10 * MINUTE,
        _ => 30 * MINUTE,
    }
}

/// Sends mail for as long as the program runs; what is being sent when it stops is finished.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let mut commits = home.waits_for(Work::Outbound);
    let mut sending = JoinSet::new();
    // A database that is away now: the lease ends it later.
    let node = home.site.node();
    let _ = Grant::<System>::system(&home)
        .change::<_, db::Error>(move |tx| store::take_up(tx, &node).map(drop))
        .await;
    while !*stop.borrow() {
        let room = MOST - sending.len();
        let (taken, due) = match room {
            0 => (Vec::new(), None),
            // A database that does not answer is asked again soon.
            _ => take(&home, room).await.unwrap_or((Vec::new(), Some(home.clock.now()))),
        };
        let has_work = !taken.is_empty();
        for row in taken {
            sending.spawn(deliver(home.clone(), row));
        }
        if has_work && sending.len() < MOST {
            continue;
        }
        tokio::select! {
            _ = commits.changed() => {}
            Some(_) = sending.join_next() => {}
            () = tokio::time::sleep(home.rest(due)) => {}
            _ = stop.changed() => {}
        }
    }
    while sending.join_next().await.is_some() {}
}

/// Mails to send now, and when the next one is due where there are none.
async fn take(home: &Home, most: usize) -> db::Result<(Vec<Claimed>, Option<Millis>)> {
    let grant = Grant::<System>::system(home);
    // A look costs less than a transaction that finds nothing.
    let due = grant.read::<_, db::Error>(|tx| store::due(tx)).await?;
    if due.is_none_or(|at| at > home.clock.now()) {
        return Ok((Vec::new(), due));
    }
    let node = home.site.node();
    let taken = grant.change::<_, db::Error>(move |tx| {
        let until = tx.now().plus(LEASE_MS);
        store::claim(tx, &node, until, most)
    });
    Ok((taken.await?, due))
}

/// Sends everything that is due, once; for tests and tools.
pub async fn run_once(home: &Home) -> db::Result<usize> {
    let (rows, _) = take(home, MOST).await?;
    let count = rows.len();
    for row in rows {
        deliver(home.clone(), row).await;
    }
    Ok(count)
}

async fn deliver(home: Home, row: Claimed) {
    let grant = Grant::<System>::system(&home);
    let outcome = caught(attempt(&home, &grant, &row)).await;
    // What the network said must be remembered: a database that is busy is asked again.
    for pause in REMEMBERING {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let (row, outcome) = (row.clone(), outcome.clone());
        if grant.change::<_, db::Error>(move |tx| record(tx, &row, outcome)).await.is_ok() {
            return;
        }
    }
    tracing::error!(outbound = row.id.number(), "the outcome of a mail could not be stored");
}

/// A try that panics has an end as well: without one its row would be taken for one that is being sent, until the lease
/// ends, again and again, and nobody would hear of it.
pub(super) async fn caught(attempt: impl Future<Output = Next>) -> Next {
    let outcome = AssertUnwindSafe(attempt).catch_unwind().await;
    outcome.unwrap_or_else(|_| Next::later("sending it failed inside".to_owned()))
}

/// What a try leads to.
#[derive(Clone)]
pub(super) enum Next {
    /// The server answered for each recipient. Those left may be asked again, each for the reason beside it.
    Answered {
        inbox: Inbox,
        ended: Vec<Ended>,
        left: Vec<(String, String)>,
    },
    /// Nobody was asked.
    ///
    /// * `asked` – whose server could not be reached, and what the trouble was.
    Later {
        asked: Option<(Inbox, Trouble)>,
        why: String,
    },
    Never {
        why: String,
    },
}
impl Next {
    fn not_composed(error: &NotComposed) -> Next {
        match error {
            NotComposed::Database(_) | NotComposed::Hindered(_) => Next::later(error.to_string()),
            NotComposed::NoMessage | NotComposed::Content(_) => Next::Never { why: error.to_string() },
        }
    }
    fn later(why: String) -> Next {
        Next::Later { asked: None, why }
    }
    fn troubled(inbox: Inbox, trouble: Trouble) -> Next {
        let why = trouble.to_string();
        Next::Later { asked: Some((inbox, trouble)), why }
    }
}

async fn attempt(home: &Home, grant: &Grant<System>, row: &Claimed) -> Next {
    let claimed = row.clone();
    let loaded = grant
        .read::<_, NotComposed>(move |tx| {
            let own = match claimed.inbox_id {
                Some(id) => inboxes::store::by_id(tx, id)?.filter(|inbox| inbox.send.is_some()),
                None => None,
            };
            let inbox = match own {
                Some(inbox) => Some(inbox),
                None => inboxes::store::first_sender(tx)?,
            };
            Ok((inbox, compose::load(tx, &claimed)?))
        })
        .await;
    let recipients = row.recipients();
    let (inbox, loaded) = match loaded {
        Ok((Some(inbox), loaded)) => (inbox, loaded),
        Ok((None, _)) => {
            return Next::later("no inbox of this desk can send".to_owned());
        }
        Err(error) => return Next::not_composed(&error),
    };
    let (composing, sender, mail) = (home.clone(), inbox.clone(), row.clone());
    let bytes = tokio::task::spawn_blocking(move || compose::bytes(&composing, &sender, &mail, loaded)).await;
    let bytes = match bytes {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Next::not_composed(&error),
        Err(_) => return Next::Never { why: "composing it failed inside".into() },
    };
    // Nobody answers a machine: automatic mail has the null path (RFC 3834).
    let from = if row.kind == Kind::Reply { Some(inbox.address.as_str()) } else { None };
    let outcome = in_time(async {
        let route = route(grant, &inbox).await?;
        smtp::send(&home.outbound, &route, from, &recipients, &bytes).await
    });
    let outcome = outcome.await;
    judge(inbox, outcome)
}

/// Ends a delivery that would outlast its lease. The mail is tried again, with the same Message-ID.
pub(super) async fn in_time(
    delivery: impl Future<Output = Result<Outcome, Trouble>>,
) -> Result<Outcome, Trouble> {
    let slow = || Trouble::new(Stage::Transfer, Cause::TooSlow, "no end within seven minutes").temporary();
    tokio::time::timeout(NETWORK, delivery).await.unwrap_or_else(|_| Err(slow()))
}

/// How mail leaves an inbox.
pub async fn route<P: 'static>(grant: &Grant<P>, inbox: &Inbox) -> Result<Route, Trouble> {
    let unusable = |kind, why: String| Trouble::new(Stage::SignIn, kind, why);
    let relay = inbox.relay().ok_or_else(|| unusable(Cause::BadAddress, "this inbox cannot send".into()))?;
    let sign_in = match relay.user {
        None => None,
        Some(user) if relay.is_oauth => {
            let token = oauth::tokens::access(grant, inbox.id).await?;
            let nothing =
                || unusable(Cause::NoSignIn, "this inbox has no application to sign in with".into());
            Some(SignIn::Token { user, token: token.ok_or_else(nothing)? })
        }
        Some(user) => {
            let place = Inbox::seal_place(inbox.id, "send");
            let sealed = inbox.send_sealed.as_ref();
            let opened = sealed.map(|sealed| grant.home().keys.open_sealed(&place, sealed)).transpose();
            let password = opened.map_err(|error| unusable(Cause::SignInRefused, error.to_string()))?;
            Some(SignIn::Password { user, password: password.unwrap_or_else(|| Secret::new(String::new())) })
        }
    };
    let helo = inbox.domain().to_owned();
    Ok(Route { host: relay.host, port: relay.port, security: relay.tls, sign_in, helo })
}

fn judge(inbox: Inbox, outcome: Result<Outcome, Trouble>) -> Next {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        // A wrong password or name may be mended by the administrator while the mail waits.
        Err(trouble) => return Next::troubled(inbox, trouble),
    };
    let taken = outcome.accepted.into_iter();
    let mut ended: Vec<_> = taken.map(|address| Ended { address, state: Fate::Sent, reason: None }).collect();
    let mut left = Vec::new();
    for (address, no) in outcome.refused {
        let enhanced = no.enhanced.map(|code| format!("{code} ")).unwrap_or_default();
        let said = format!("{} {enhanced}{}", no.code, no.text);
        if no.is_permanent {
            ended.push(Ended { address, state: Fate::Failed, reason: Some(said) });
        } else {
            left.push((address, said));
        }
    }
    Next::Answered { inbox, ended, left }
}

fn record(tx: &mut Tx<System>, row: &Claimed, next: Next) -> db::Result<()> {
    let all_for = |why: &str| -> Vec<(String, String)> {
        row.recipients().into_iter().map(|address| (address, why.to_owned())).collect()
    };
    let at = tx.now().plus(pause_ms(row.attempts));
    let (by, mut ended, mut left, why, is_over) = match next {
        Next::Answered { inbox, ended, left } => {
            // The server works; whom it refuses is about the recipients, not about the inbox.
            health::ok(tx, inbox.id, Part::Send, None)?;
            let words: Vec<_> = left.iter().map(|(address, said)| format!("{address}: {said}")).collect();
            (Some(inbox.id), ended, left, words.join("; "), false)
        }
        Next::Later { asked, why } => {
            if let Some((inbox, trouble)) = asked {
                if trouble.kind == Cause::SignInRefused {
                    oauth::store::forget_access(tx, inbox.id)?;
                }
                health::failed(tx, inbox.id, Part::Send, &trouble, Some(at))?;
            }
            (None, Vec::new(), all_for(&why), why, false)
        }
        Next::Never { why } => (None, Vec::new(), all_for(&why), why, true),
    };
    let now: Millis = tx.now();
    if is_over || now.0 - row.created_at_ms.0 > PATIENCE_MS {
        let given_up = left.drain(..);
        ended.extend(given_up.map(|(address, why)| Ended {
            address,
            state: Fate::Failed,
            reason: Some(why),
        }));
    }
    let tried = store::Tried {
        ended,
        why: (!left.is_empty()).then_some(why),
        left: left.into_iter().map(|(address, _)| address).collect(),
        at,
        by,
    };
    store::note(tx, row, &tried).map(drop)
}
