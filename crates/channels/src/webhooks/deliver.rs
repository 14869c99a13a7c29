//! Sending deliveries: each is leased, sent with no transaction open, and its end is written down.
use super::{
    WebhookGone, actions,
    policy::{MOST_ANSWER, Outcome, PATIENCE_MS, State, Webhook, pause_ms},
    reader, signature,
    store::{self, Claimed, Noted},
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    id::Id,
    text,
};
use platform::{
    Home, Work,
    authority::{Grant, System},
    db::{Error, Result},
};
use std::{collections::HashMap, time::Instant};
use tokio::{sync::watch, task::JoinSet};

/// A delivery is another worker's for so long; an attempt ends after 10 seconds.
const LEASE_MS: i64 = MINUTE;
/// Deliveries under way at once.
const MOST: usize = 32;
/// To one address: a slow one must not hold up the others.
const MOST_OF_ONE: usize = 4;
/// Deliveries that have ended stay in the log for so long.
const KEPT_MS: i64 = 14 * DAY;

/// Reads the log and sends, until `stop` becomes true; what is being sent then is finished.
pub async fn work(home: Home, stop: watch::Receiver<bool>) {
    tokio::join!(reader::follow(home.clone(), stop.clone()), send_all(home, stop));
}

async fn send_all(home: Home, mut stop: watch::Receiver<bool>) {
    let mut commits = home.waits_for(Work::Deliveries);
    let mut under_way: JoinSet<Id<Webhook>> = JoinSet::new();
    let mut busy: HashMap<Id<Webhook>, usize> = HashMap::new();
    let mut swept: Option<Millis> = None;
    let mut due = None;
    while !*stop.borrow() {
        while let Some(done) = under_way.try_join_next() {
            leave(&mut busy, done);
        }
        if under_way.len() < MOST {
            let full: Vec<_> = busy.iter().filter(|(_, n)| **n >= MOST_OF_ONE).map(|(id, _)| *id).collect();
            match claim(&home, full).await {
                Ok((Some(claimed), _)) => {
                    *busy.entry(claimed.webhook_id).or_default() += 1;
                    let home = home.clone();
                    under_way.spawn(async move {
                        let webhook = claimed.webhook_id;
                        deliver(&home, claimed).await;
                        webhook
                    });
                    continue;
                }
                Ok((None, next)) => due = next,
                Err(cause) => {
                    tracing::warn!(%cause, "webhooks: no delivery could be taken");
                    due = Some(home.clock.now());
                }
            }
        }
        let now = home.clock.now();
        if swept.is_none_or(|at| now.0 - at.0 >= HOUR) {
            swept = Some(now);
            sweep(&home).await;
        }
        tokio::select! {
            Some(done) = under_way.join_next() => leave(&mut busy, done),
            _ = commits.changed(), if under_way.len() < MOST => {}
            () = tokio::time::sleep(home.rest(due)) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

fn leave(busy: &mut HashMap<Id<Webhook>, usize>, done: Result<Id<Webhook>, tokio::task::JoinError>) {
    match done {
        Ok(webhook) => {
            let left = busy.get(&webhook).map_or(0, |n| n.saturating_sub(1));
            if left == 0 {
                busy.remove(&webhook);
            } else {
                busy.insert(webhook, left);
            }
        }
        // A panic: nobody knows whose place is free, so all places are.
        Err(_) => busy.clear(),
    }
}

/// Looks first: a transaction that finds nothing would cost a write.
///
/// * returns – a delivery, or when the next one is due.
async fn claim(home: &Home, except: Vec<Id<Webhook>>) -> Result<(Option<Claimed>, Option<Millis>)> {
    let grant = Grant::<System>::system(home);
    let until = home.clock.now().plus(LEASE_MS);
    let full = except.clone();
    let due = grant.read(move |tx| store::due(tx, &full)).await?;
    if due.is_none_or(|at| at > home.clock.now()) {
        return Ok((None, due));
    }
    Ok((grant.change(move |tx| store::claim(tx, &except, until)).await?, due))
}

/// Sends the most overdue delivery; says whether there was one. For tests, and for nothing else.
#[cfg(test)]
pub async fn deliver_next(home: &Home) -> Result<bool> {
    let (Some(claimed), _) = claim(home, Vec::new()).await? else { return Ok(false) };
    deliver(home, claimed).await;
    Ok(true)
}

async fn deliver(home: &Home, claimed: Claimed) {
    let began = Instant::now();
    let outcome = attempt(home, &claimed).await;
    let took_ms = began.elapsed().as_millis() as i64;
    let id = claimed.id;
    let grant = Grant::<System>::system(home);
    let noted = grant.change::<_, Error>(move |tx| record(tx, &claimed, &outcome, took_ms)).await;
    if let Err(cause) = noted {
        // The lease ends by itself; then it is sent again under the same webhook-id.
        tracing::warn!(delivery = %id, %cause, "webhooks: an attempt could not be written down");
    }
}

/// One request. Its outcome says nothing that a log must not hold.
async fn attempt(home: &Home, claimed: &Claimed) -> Outcome {
    let Some(body) = body(claimed) else { return Outcome::NoAnswer { code: "event_gone" } };
    let place = actions::place(claimed.webhook_id);
    let now = home.clock.now();
    let is_old_good = claimed.old_until_ms.is_some_and(|until| now < until);
    let old = claimed.old_sealed.as_ref().filter(|_| is_old_good);
    let sealed = [Some(&claimed.secret_sealed), old];
    let secrets: Result<Vec<_>, _> =
        sealed.into_iter().flatten().map(|sealed| home.keys.open_sealed(&place, sealed)).collect();
    let Ok(secrets) = secrets else { return Outcome::NoAnswer { code: "secret_unreadable" } };
    let id = format!("dlv_{}", claimed.id);
    let timestamp = now.0 / 1000;
    let Some(signature) = signature::sign(&secrets, &id, timestamp, &body) else {
        return Outcome::NoAnswer { code: "secret_unreadable" };
    };
    let header = |name, value: String| {
        let value = HeaderValue::from_str(&value).expect("letters, digits and base64");
        (HeaderName::from_static(name), value)
    };
    let headers = [
        header("webhook-id", id),
        header("webhook-timestamp", timestamp.to_string()),
        header("webhook-signature", signature),
    ];
    let json = HeaderValue::from_static("application/json");
    match home.outbound.post(&claimed.url, json, &headers, body.into()).await {
        Ok(answer) if answer.status.is_success() => Outcome::Delivered { status: answer.status.as_u16() },
        Ok(answer) if answer.status == StatusCode::GONE => Outcome::Gone,
        Ok(answer) => {
            let start = &answer.body[..answer.body.len().min(4 * MOST_ANSWER)];
            let answered = text::one_line(&String::from_utf8_lossy(start), MOST_ANSWER);
            Outcome::Refused { status: answer.status.as_u16(), answer: answered }
        }
        Err(refused) => {
            tracing::info!(delivery = %claimed.id, why = refused.detail(), "webhooks: no answer");
            Outcome::NoAnswer { code: refused.code() }
        }
    }
}

/// `{"type", "timestamp", "data"}` as the standard wants it; `data` is the event as the API shows it.
fn body(claimed: &Claimed) -> Option<Vec<u8>> {
    let (kind, at) = (claimed.kind.as_ref()?, claimed.at_ms?);
    let data: serde_json::Value = serde_json::from_str(claimed.payload.as_ref()?).unwrap_or_default();
    let body = serde_json::json!({
        "type": kind,
        "timestamp": at,
        "data": {
            "id": claimed.event_id,
            "at": at,
            "kind": kind,
            "subject": claimed.subject,
            "actor": claimed.actor,
            "data": data,
        },
    });
    serde_json::to_vec(&body).ok()
}

fn record(
    tx: &mut platform::authority::Tx<System>,
    claimed: &Claimed,
    outcome: &Outcome,
    took_ms: i64,
) -> Result<()> {
    let now = tx.now();
    let again = now.plus(pause_ms(claimed.attempts));
    // Whoever has been refused for a day is not asked again.
    let is_over = again.0 - claimed.since_ms.0 > PATIENCE_MS;
    let (state, status, reason, answer) = match outcome {
        Outcome::Delivered { status } => (State::Delivered, Some(*status), None, None),
        Outcome::Gone => (State::Failed, Some(410), Some("gone"), None),
        Outcome::NoAnswer { code: code @ ("event_gone" | "secret_unreadable") } => {
            (State::Failed, None, Some(*code), None)
        }
        Outcome::NoAnswer { code } if is_over => (State::Failed, None, Some(*code), None),
        Outcome::NoAnswer { code } => (State::Waiting, None, Some(*code), None),
        Outcome::Refused { status, answer } => {
            let state = if is_over { State::Failed } else { State::Waiting };
            let answer = Some(answer.as_str()).filter(|answer| !answer.is_empty());
            (state, Some(*status), Some("refused"), answer)
        }
    };
    let next_at = if state == State::Waiting { again } else { now };
    let status = status.map(i64::from);
    let is_ours = store::note(tx, claimed, &Noted { state, next_at, status, reason, answer, took_ms })?;
    if is_ours && *outcome == Outcome::Gone && store::switch_off(tx, claimed.webhook_id)? {
        store::give_up(tx, claimed.webhook_id, "gone")?;
        tx.emit(WebhookGone { webhook: claimed.webhook_id })?;
    }
    Ok(())
}

/// Once an hour.
async fn sweep(home: &Home) {
    let before = home.clock.now().plus(-KEPT_MS);
    let grant = Grant::<System>::system(home);
    while let Ok(1000) = grant.change(move |tx| store::sweep(tx, before)).await {}
}
