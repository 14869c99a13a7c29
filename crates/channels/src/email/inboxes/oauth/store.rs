//! SQL for the applications of inboxes. Nothing else.
use super::{App, NewApp};
use crate::email::{inboxes::Inbox as Row, peer::Trouble};
use kernel::{clock::Millis, id::Id, secret::Secret};
use platform::{
    args,
    authority::{Inbox, Tx},
    db::{Conn, Result},
    keys::Keys,
    sql,
};

macro_rules! select_app {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT inbox_id, provider, client_id, authorize_url, token_url, scope, client_secret_sealed,
                    refresh_sealed, access_sealed, access_until_ms, connected_at_ms, refreshed_at_ms, failed_at_ms,
                    failure, failure_text FROM inbox_oauth ",
            $rest
        ))
    };
}

pub fn of(conn: &mut Conn, inbox: Id<Inbox>) -> Result<Option<App>> {
    conn.find(select_app!("WHERE inbox_id = $1"), args![inbox])
}
/// Of all inboxes.
pub fn all(conn: &mut Conn) -> Result<Vec<App>> {
    conn.all(select_app!("ORDER BY inbox_id"), args![])
}

/// Adds or changes the application. Tokens and the secret belong to one application at one server: for another one
/// they are forgotten.
pub fn put<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, new: &NewApp, keys: &Keys) -> Result<()> {
    let now = tx.now();
    let sealed = |part: &str, secret: &Option<Secret<String>>| {
        secret.as_ref().map(|secret| keys.seal(&Row::seal_place(inbox, part), secret))
    };
    let secret = sealed("oauth-secret", &new.client_secret);
    let refresh = sealed("oauth-refresh", &new.refresh_token);
    tx.run(
        sql!("DELETE FROM inbox_oauth WHERE inbox_id = $1 AND (client_id <> $2 OR token_url <> $3)"),
        args![inbox, &new.client_id, &new.token_url],
    )?;
    tx.run(
        sql!(
            "INSERT INTO inbox_oauth (inbox_id, provider, client_id, authorize_url, token_url, scope)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (inbox_id) DO UPDATE
                 SET provider = excluded.provider, authorize_url = excluded.authorize_url, scope = excluded.scope"
        ),
        args![inbox, new.provider, &new.client_id, &new.authorize_url, &new.token_url, &new.scope],
    )?;
    tx.run(
        sql!("UPDATE inbox_oauth SET client_secret_sealed = coalesce($2, client_secret_sealed) WHERE inbox_id = $1"),
        args![inbox, secret.as_deref()],
    )?;
    if let Some(refresh) = refresh {
        connected(tx, inbox, &refresh, None, now)?;
    }
    Ok(())
}

/// Somebody agreed: these tokens replace all older ones.
pub fn connected<P>(
    tx: &mut Tx<P>,
    inbox: Id<Inbox>,
    refresh: &[u8],
    access: Option<&[u8]>,
    until: Millis,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE inbox_oauth SET refresh_sealed = $2, access_sealed = $3, access_until_ms = $4, connected_at_ms = $5,
                    refreshed_at_ms = $5, failed_at_ms = NULL, failure = NULL, failure_text = NULL
              WHERE inbox_id = $1"
        ),
        args![inbox, refresh, access, until, now],
    )
    .map(drop)
}

/// Another access token; where the server also gave another refresh token, the old one is of no more use.
pub fn refreshed<P>(
    tx: &mut Tx<P>,
    app: &App,
    access: &[u8],
    until: Millis,
    refresh: Option<&[u8]>,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE inbox_oauth SET access_sealed = $2, access_until_ms = $3, refreshed_at_ms = $4,
                    refresh_sealed = coalesce($5, refresh_sealed)
              WHERE inbox_id = $1 AND client_id = $6 AND token_url = $7 AND refresh_sealed IS NOT NULL"
        ),
        args![app.inbox_id, access, until, now, refresh, &app.client_id, &app.token_url],
    )
    .map(drop)
}

/// The token server said no, or nothing.
pub fn failed<P>(tx: &mut Tx<P>, inbox: Id<Inbox>, trouble: &Trouble) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE inbox_oauth SET failed_at_ms = $2, failure = $3, failure_text = $4 WHERE inbox_id = $1"),
        args![inbox, now, trouble.kind, &trouble.text],
    )
    .map(drop)
}

/// The tokens were for another mail server: somebody has to agree again.
pub fn forget_tokens<P>(tx: &mut Tx<P>, inbox: Id<Inbox>) -> Result<()> {
    tx.run(
        sql!(
            "UPDATE inbox_oauth SET refresh_sealed = NULL, access_sealed = NULL, access_until_ms = NULL,
                    connected_at_ms = NULL WHERE inbox_id = $1"
        ),
        args![inbox],
    )
    .map(drop)
}

/// The mail server did not take the access token: the next one is fetched anew.
pub fn forget_access<P>(tx: &mut Tx<P>, inbox: Id<Inbox>) -> Result<()> {
    tx.run(
        sql!("UPDATE inbox_oauth SET access_sealed = NULL, access_until_ms = NULL WHERE inbox_id = $1"),
        args![inbox],
    )
    .map(drop)
}
