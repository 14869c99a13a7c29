//! SQL for webhooks and their deliveries. Nothing else.
use super::{
    ManageWebhooks,
    policy::{Delivery, Edit, NewWebhook, State, Webhook},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    Work, args,
    authority::{Implies, System, Tx},
    db::Result,
    events::Recorded,
    sql,
};

/// The secret that signs now.
pub fn sealed(tx: &mut Tx<ManageWebhooks>, id: Id<Webhook>) -> Result<Option<Vec<u8>>> {
    let row = tx.find::<(Vec<u8>,)>(sql!("SELECT secret_sealed FROM webhook WHERE id = $1"), args![id])?;
    Ok(row.map(|(sealed,)| sealed))
}
/// Adds a webhook without a secret; the caller sets it at once, because it is sealed for this row.
pub fn insert<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, new: &NewWebhook) -> Result<Id<Webhook>> {
    let (now, kinds) = (tx.now(), new.kinds.json());
    let (id,) = tx.one(
        sql!(
            "INSERT INTO webhook (name, url, secret_sealed, kinds, created_at_ms)
               VALUES ($1, $2, $3, $4, $5) RETURNING id"
        ),
        args![&new.name, &new.url, &b""[..], &kinds, now],
    )?;
    Ok(id)
}

/// Sets the secret. What was there before signs too until `old_until`.
pub fn set_secret<P: Implies<ManageWebhooks>>(
    tx: &mut Tx<P>,
    id: Id<Webhook>,
    sealed: &[u8],
    old_until: Option<Millis>,
) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE webhook SET old_sealed = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN NULL ELSE secret_sealed END,
                                old_until_ms = $3, secret_sealed = $2
              WHERE id = $1"
        ),
        args![id, sealed, old_until],
    )
    .map(drop)
}

/// The webhooks after the id `after`, in the order of their ids, `limit` at most.
pub fn page<P: Implies<ManageWebhooks>>(
    tx: &mut Tx<P>,
    after: Option<Id<Webhook>>,
    limit: usize,
) -> Result<Vec<Webhook>> {
    tx.all(
        sql!(
            "SELECT id, name, url, kinds, is_active, created_at_ms FROM webhook
              WHERE id > $1 ORDER BY id LIMIT $2"
        ),
        args![after.unwrap_or(Id::new(0)), limit],
    )
}

pub fn by_id<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Webhook>) -> Result<Option<Webhook>> {
    tx.find(
        sql!("SELECT id, name, url, kinds, is_active, created_at_ms FROM webhook WHERE id = $1"),
        args![id],
    )
}

/// Writes what is given; says whether the webhook was there.
pub fn update<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Webhook>, edit: &Edit) -> Result<bool> {
    let kinds = edit.kinds.as_ref().map(super::Kinds::json);
    let changed = tx.run(
        sql!(
            "UPDATE webhook SET name = COALESCE($2, name), url = COALESCE($3, url), kinds = COALESCE($4, kinds),
                                is_active = COALESCE($5, is_active)
              WHERE id = $1"
        ),
        args![id, edit.name.as_ref(), edit.url.as_ref(), kinds.as_ref(), edit.is_active],
    )?;
    Ok(changed == 1)
}

/// Switches off; says whether it was on.
pub fn switch_off<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Webhook>) -> Result<bool> {
    let off = sql!("UPDATE webhook SET is_active = FALSE WHERE id = $1 AND is_active = TRUE");
    Ok(tx.run(off, args![id])? == 1)
}

/// Removes a webhook with its deliveries.
pub fn delete<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Webhook>) -> Result<()> {
    tx.run(sql!("DELETE FROM webhook WHERE id = $1"), args![id]).map(drop)
}

/// All that are switched on.
pub fn active(tx: &mut Tx<System>) -> Result<Vec<Webhook>> {
    tx.all(
        sql!(
            "SELECT id, name, url, kinds, is_active, created_at_ms FROM webhook
              WHERE is_active = TRUE ORDER BY id"
        ),
        args![],
    )
}

/// One row for each of `events` on its way to `webhook`; those that have one already are left alone.
pub fn queue(tx: &mut Tx<System>, webhook: Id<Webhook>, events: &[Id<Recorded>]) -> Result<u64> {
    let now = tx.now();
    tx.leave(Work::Deliveries);
    tx.run(
        sql!(
            "INSERT INTO webhook_delivery (webhook_id, event_id, state, next_at_ms, since_ms, created_at_ms)
             SELECT w.id, e.id, 'waiting', $3, $3, $3 FROM webhook w JOIN event e ON e.id {in $2}
              WHERE w.id = $1 AND w.is_active = TRUE
              ORDER BY e.id
             ON CONFLICT (webhook_id, event_id) DO NOTHING"
        ),
        args![webhook, &Id::list(events), now],
    )
}

/// What a worker needs for one attempt.
#[derive(Record)]
pub struct Claimed {
    pub id: Id<Delivery>,
    pub webhook_id: Id<Webhook>,
    pub lease_token: i64,
    pub attempts: i64,
    pub since_ms: Millis,
    pub url: String,
    pub secret_sealed: Vec<u8>,
    pub old_sealed: Option<Vec<u8>>,
    pub old_until_ms: Option<Millis>,
    pub event_id: Id<Recorded>,
    pub kind: Option<String>,
    pub subject: Option<String>,
    pub actor: Option<String>,
    pub payload: Option<String>,
    pub at_ms: Option<Millis>,
}

/// Whether a delivery is due whose webhook is not in `except`.
pub fn due(tx: &mut Tx<System>, except: &[Id<Webhook>]) -> Result<Option<Millis>> {
    let due = tx.find::<(Millis,)>(
        sql!(
            "SELECT next_at_ms FROM webhook_delivery WHERE state = 'waiting' AND NOT (webhook_id {in $1})
              ORDER BY next_at_ms, id LIMIT 1"
        ),
        args![&Id::list(except)],
    )?;
    Ok(due.map(|(at,)| at))
}

/// Takes the most overdue delivery whose webhook is not in `except`, and leases it until `until`. The token fences
/// off whoever had it before. Uses the partial index `webhook_delivery_due`.
pub fn claim(tx: &mut Tx<System>, except: &[Id<Webhook>], until: Millis) -> Result<Option<Claimed>> {
    let now = tx.now();
    let claimed = tx.find::<(Id<Delivery>,)>(
        sql!(
            "UPDATE webhook_delivery SET attempts = attempts + 1, next_at_ms = $2, lease_token = lease_token + 1
              WHERE id = (SELECT id FROM webhook_delivery
                           WHERE state = 'waiting' AND next_at_ms <= $1 AND NOT (webhook_id {in $3})
                           ORDER BY next_at_ms, id LIMIT 1 {skip_locked})
              RETURNING id"
        ),
        args![now, until, &Id::list(except)],
    )?;
    let Some((id,)) = claimed else { return Ok(None) };
    tx.find(
        sql!(
            "SELECT d.id, d.webhook_id, d.lease_token, d.attempts, d.since_ms, w.url, w.secret_sealed, w.old_sealed,
                    w.old_until_ms, d.event_id, e.kind, e.subject, e.actor, e.payload, e.at_ms
               FROM webhook_delivery d
               JOIN webhook w ON w.id = d.webhook_id
               LEFT JOIN event e ON e.id = d.event_id
              WHERE d.id = $1"
        ),
        args![id],
    )
}

/// What became of an attempt.
pub struct Noted<'a> {
    pub state: State,
    pub next_at: Millis,
    pub status: Option<i64>,
    pub reason: Option<&'a str>,
    pub answer: Option<&'a str>,
    pub took_ms: i64,
}

/// Writes it down, unless somebody else has taken the delivery since; says whether it did.
pub fn note(tx: &mut Tx<System>, claimed: &Claimed, noted: &Noted) -> Result<bool> {
    let changed = tx.run(
        sql!(
            "UPDATE webhook_delivery
                SET state = $3, next_at_ms = $4, status = $5, reason = $6, answer = $7, took_ms = $8
              WHERE id = $1 AND lease_token = $2 AND state = 'waiting'"
        ),
        args![
            claimed.id,
            claimed.lease_token,
            noted.state,
            noted.next_at,
            noted.status,
            noted.reason,
            noted.answer,
            noted.took_ms
        ],
    )?;
    Ok(changed == 1)
}

/// Gives up all that waits for a webhook.
pub fn give_up<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Webhook>, reason: &str) -> Result<u64> {
    tx.run(
        sql!(
            "UPDATE webhook_delivery SET state = 'failed', reason = $2, lease_token = lease_token + 1
              WHERE webhook_id = $1 AND state = 'waiting'"
        ),
        args![id, reason],
    )
}

/// The deliveries of a webhook before the id `before`, newest first, `limit` at most. Uses the index
/// `webhook_delivery_log`.
pub fn deliveries<P: Implies<ManageWebhooks>>(
    tx: &mut Tx<P>,
    webhook: Id<Webhook>,
    before: Option<Id<Delivery>>,
    limit: usize,
) -> Result<Vec<Delivery>> {
    tx.all(
        sql!(
            "SELECT d.id, d.webhook_id, d.event_id, e.kind, e.subject, d.state, d.attempts, d.next_at_ms, d.status,
                    d.reason, d.answer, d.took_ms, d.created_at_ms
               FROM webhook_delivery d LEFT JOIN event e ON e.id = d.event_id
              WHERE d.webhook_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3"
        ),
        args![webhook, before.unwrap_or(Id::new(i64::MAX)), limit],
    )
}

/// One delivery of a webhook.
pub fn delivery<P: Implies<ManageWebhooks>>(
    tx: &mut Tx<P>,
    webhook: Id<Webhook>,
    id: Id<Delivery>,
) -> Result<Option<Delivery>> {
    tx.find(
        sql!(
            "SELECT d.id, d.webhook_id, d.event_id, e.kind, e.subject, d.state, d.attempts, d.next_at_ms, d.status,
                    d.reason, d.answer, d.took_ms, d.created_at_ms
               FROM webhook_delivery d LEFT JOIN event e ON e.id = d.event_id
              WHERE d.webhook_id = $1 AND d.id = $2"
        ),
        args![webhook, id],
    )
}

/// Has a delivery tried again from now on, for another day; whoever is sending it now no longer counts.
pub fn restart<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, id: Id<Delivery>) -> Result<()> {
    let now = tx.now();
    tx.leave(Work::Deliveries);
    tx.run(
        sql!(
            "UPDATE webhook_delivery
                SET state = 'waiting', attempts = 0, since_ms = $2, next_at_ms = $2, lease_token = lease_token + 1
              WHERE id = $1"
        ),
        args![id, now],
    )
    .map(drop)
}

/// How the last delivery of each webhook that was tried went, for the list.
#[derive(Record)]
pub struct Health {
    pub webhook_id: Id<Webhook>,
    pub waiting: i64,
    pub last_state: Option<State>,
    pub last_at_ms: Option<Millis>,
}
/// For the webhooks of one page. Reads the newest row of each and what waits.
pub fn health<P: Implies<ManageWebhooks>>(tx: &mut Tx<P>, ids: &[Id<Webhook>]) -> Result<Vec<Health>> {
    tx.all(
        sql!(
            "SELECT w.id AS webhook_id,
                    (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting')
                      AS waiting,
                    l.state AS last_state, l.created_at_ms AS last_at_ms
               FROM webhook w
               LEFT JOIN webhook_delivery l ON l.id =
                    (SELECT max(d.id) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.attempts > 0)
              WHERE w.id {in $1} ORDER BY w.id"
        ),
        args![&Id::list(ids)],
    )
}

/// Forgets deliveries that ended before `before`, 1,000 at most.
pub fn sweep(tx: &mut Tx<System>, before: Millis) -> Result<u64> {
    tx.run(
        sql!(
            "DELETE FROM webhook_delivery WHERE id IN
               (SELECT id FROM webhook_delivery WHERE state <> 'waiting' AND created_at_ms < $1 LIMIT 1000)"
        ),
        args![before],
    )
}
