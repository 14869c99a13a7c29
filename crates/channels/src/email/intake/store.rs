//! SQL for who reads which mail of the ledger. Nothing else.
//!
//! A mail that waits is new, or *alone*: a reading of it failed or did not end, so it is read by itself from then on.
//! While it is read, `reader` names the node. A row whose reader is gone tells how the process died: with a batch in
//! hand, which condemns none of it, or with this one mail.
//!
//! Where a condition seems to say a thing twice, its longer half is that of the index `inbound_in_hand`.
use crate::email::ledger::store::{self as ledger, Claimed};
use kernel::clock::Millis;
use platform::{
    args,
    authority::Tx,
    db::{Conn, Result},
    sql,
};

/// When the next mail is to be read, or the time of a reading is over.
pub fn due<P>(tx: &mut Tx<P>) -> Result<Option<Millis>> {
    let due =
        sql!("SELECT next_at_ms FROM inbound WHERE outcome = 'pending' ORDER BY next_at_ms, id LIMIT 1");
    Ok(tx.find::<(Millis,)>(due, args![])?.map(|(at,)| at))
}

/// Takes the oldest mails that nobody has begun to read until `until`: `most` at once, and as many as have `most_bytes`
/// together, or one.
pub fn claim_new<P>(
    tx: &mut Tx<P>,
    node: &str,
    until: Millis,
    most: usize,
    most_bytes: usize,
) -> Result<Vec<Claimed>> {
    let now = tx.now();
    let mut claimed: Vec<Claimed> = tx.all(
        sql!(
            "UPDATE inbound SET attempts = attempts + 1, next_at_ms = $2, lease_token = lease_token + 1, reader = $4
              WHERE id IN (SELECT id FROM (
                             SELECT id, size, CAST(sum(size) OVER (ORDER BY next_at_ms, id) AS BIGINT) AS total FROM (
                               SELECT id, next_at_ms, size FROM inbound WHERE outcome = 'pending' AND next_at_ms <= $1
                                  AND reader IS NULL AND is_alone = FALSE
                                ORDER BY next_at_ms, id LIMIT $3 {skip_locked}) AS oldest) AS summed
                            WHERE total <= $5 OR total = size)
              RETURNING id, inbox_id, way, received_at_ms, envelope, blob_hash, attempts, failures, deaths,
                        lease_token, reason"
        ),
        args![now, until, most, node, most_bytes],
    )?;
    claimed.sort_by_key(|row| row.id);
    Ok(claimed)
}

/// Takes the oldest mail that has to be read by itself.
pub fn claim_alone<P>(tx: &mut Tx<P>, node: &str, until: Millis) -> Result<Option<Claimed>> {
    let now = tx.now();
    tx.find(
        sql!(
            "UPDATE inbound SET attempts = attempts + 1, next_at_ms = $2, lease_token = lease_token + 1, reader = $3
              WHERE id = (SELECT id FROM inbound WHERE outcome = 'pending' AND next_at_ms <= $1
                             AND (reader IS NOT NULL OR is_alone = TRUE) AND reader IS NULL
                           ORDER BY next_at_ms, id LIMIT 1 {skip_locked})
              RETURNING id, inbox_id, way, received_at_ms, envelope, blob_hash, attempts, failures, deaths,
                        lease_token, reason"
        ),
        args![now, until, node],
    )
}

/// Takes mails out of the hands of readers that are gone: whose time is over, and those of `node` itself when it
/// begins. All are read alone from now on; whoever was so already has one death more, and waits for `pause_ms` times
/// their number, so that a program that ends again and again for another reason does not condemn it.
///
/// * returns – the mails with a death more; where there is none, the process died for another reason.
pub fn abandon<P>(tx: &mut Tx<P>, node: Option<&str>, pause_ms: i64) -> Result<Vec<Claimed>> {
    let now = tx.now();
    let abandoned: Vec<Claimed> = tx.all(
        sql!(
            "UPDATE inbound SET deaths = deaths + CASE WHEN is_alone THEN 1 ELSE 0 END,
                    next_at_ms = $1 + CASE WHEN is_alone THEN (deaths + 1) * $3 ELSE 0 END,
                    lease_token = lease_token + 1, reader = NULL, is_alone = TRUE
              WHERE outcome = 'pending' AND (reader IS NOT NULL OR is_alone = TRUE) AND reader IS NOT NULL
                AND (next_at_ms <= $1 OR reader = $2)
              RETURNING id, inbox_id, way, received_at_ms, envelope, blob_hash, attempts, failures, deaths,
                        lease_token, reason"
        ),
        args![now, node, pause_ms],
    )?;
    Ok(abandoned.into_iter().filter(|row| row.deaths > 0).collect())
}

/// The program ended with no mail alone in hand, so not every end of it is a mail's doing: one death less for all.
pub fn forgive<P>(tx: &mut Tx<P>) -> Result<u64> {
    tx.run(
        sql!(
            "UPDATE inbound SET deaths = deaths - 1
              WHERE outcome = 'pending' AND (reader IS NOT NULL OR is_alone = TRUE) AND deaths > 0"
        ),
        args![],
    )
}

/// Puts a mail back for another try at `at`.
///
/// * `is_its_fault` – the reading failed: one failure more, and it is read alone. Otherwise something else was in the way.
pub fn postpone(conn: &mut Conn, row: &Claimed, at: Millis, reason: &str, is_its_fault: bool) -> Result<()> {
    conn.run(
        sql!(
            "UPDATE inbound SET next_at_ms = $3, reason = CASE WHEN reason = $6 THEN reason ELSE $4 END, failures = failures + $5,
                    reader = NULL,
                    is_alone = (is_alone OR $5 = 1)
              WHERE id = $1 AND lease_token = $2 AND outcome = 'pending'"
        ),
        args![row.id, row.lease_token, at, reason, i64::from(is_its_fault), ledger::WANTED],
    )
    .map(drop)
}
