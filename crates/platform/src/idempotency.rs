//! `Idempotency-Key`: the same request sent twice is done once, and answered twice.
use crate::{args, authority::Tx, blobs::Hash, db, sql};
use kernel::{clock::DAY, fault::Problem};

/// What a request's header asks for. The key counts per actor.
#[derive(Clone)]
pub struct Key {
    key: String,
    request: String,
}

impl Key {
    /// * `request` – tells what was asked for; see [`crate::web::Keyed`].
    pub(crate) fn new(key: String, request: String) -> Key {
        Key { key, request }
    }
    /// For a page's form: the same words from the same `form` are one request; other words are another.
    ///
    /// * `form` – what tells this showing of the form from others.
    pub fn of_form(form: &str, words: &impl serde::Serialize) -> Key {
        let words = serde_json::to_string(words).expect("words are plain data");
        let request = Hash::of(format!("{form}\n{words}").as_bytes()).hex();
        Key { key: format!("form/{request}"), request }
    }
}

/// Runs `work` unless this actor already sent the key; then gives the first answer again.
///
/// * errors – 422 `idempotency_key_reused` where the key came with another request.
pub fn once<P, T, E>(
    tx: &mut Tx<P>,
    key: Option<&Key>,
    work: impl FnOnce(&mut Tx<P>) -> Result<T, E>,
) -> Result<serde_json::Value, E>
where
    T: serde::Serialize,
    E: From<db::Error> + From<Problem>,
{
    let json = |value: T| serde_json::to_value(value).map_err(|_| E::from(Problem::internal()));
    let Some(key) = key else { return json(work(tx)?) };
    let name = format!("{}/{}", tx.actor().who, key.key);
    // Two at once: the second waits here until the first is done, and then reads its answer.
    tx.alone_with(&name)?;
    let now = tx.now();
    let known = tx.find::<(String, String)>(
        sql!("SELECT request_hash, body FROM idempotency WHERE key = $1 AND created_at_ms > $2"),
        args![&name, now.plus(-DAY)],
    )?;
    if let Some((request, body)) = known {
        if request != key.request {
            return Err(Problem::new(422, "idempotency_key_reused").into());
        }
        return serde_json::from_str(&body).map_err(|_| Problem::internal().into());
    }
    let value = json(work(tx)?)?;
    // Only what is too old goes.
    tx.run(
        sql!("DELETE FROM idempotency WHERE key = $1 AND created_at_ms <= $2"),
        args![&name, now.plus(-DAY)],
    )?;
    tx.run(
        sql!(
            "INSERT INTO idempotency (key, request_hash, status, body, created_at_ms)
               VALUES ($1, $2, 201, $3, $4)"
        ),
        args![&name, &key.request, &value.to_string(), now],
    )?;
    Ok(value)
}

/// Forgets answers older than a day, 1,000 at most.
pub fn sweep(conn: &mut db::Conn, now: kernel::clock::Millis) -> db::Result<u64> {
    conn.run(
        sql!(
            "DELETE FROM idempotency WHERE key IN
               (SELECT key FROM idempotency WHERE created_at_ms < $1 LIMIT 1000)"
        ),
        args![now.plus(-DAY)],
    )
}
