//! Sessions, tokens, one-time links and known devices. Only hashes are kept.
use crate::{
    permissions::ManagePeople,
    roles::{Builtin, Role},
};
use derive::Record;
use kernel::{
    clock::{DAY, HOUR, MINUTE, Millis},
    id::Id,
    secret::Secret,
};
use platform::{
    args,
    authority::{Contact, Implies, Scope, Tx, User},
    db,
    i18n::Language,
    keys, sql,
};

/// A session that is not used for so long ends.
const IDLE_MS: i64 = 14 * DAY;
/// Every session ends then, used or not.
const ABSOLUTE_MS: i64 = 90 * DAY;
/// Time for the second factor.
const SECOND_FACTOR_MS: i64 = 10 * MINUTE;
/// A browser from which nobody signs in for so long is a stranger again.
const DEVICE_MS: i64 = 90 * DAY;
/// A use is written down once in so long.
pub(super) const TOUCH_MS: i64 = 10 * MINUTE;

/// A row of the table `api_token`.
pub enum Token {}

/// Whose session, link or token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    User(Id<User>),
    Contact(Id<Contact>),
}
impl Owner {
    pub(crate) fn user(self) -> Option<Id<User>> {
        if let Owner::User(id) = self { Some(id) } else { None }
    }
    pub(crate) fn contact(self) -> Option<Id<Contact>> {
        if let Owner::Contact(id) = self { Some(id) } else { None }
    }
}

/// Whoever a cookie or a bearer token speaks for.
#[derive(Debug, Record)]
pub(super) struct Principal {
    pub(super) user_id: Option<Id<User>>,
    pub(super) contact_id: Option<Id<Contact>>,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) language: Option<Language>,
    pub(super) zone: Option<String>,
    pub(super) theme: Option<String>,
    pub(super) has_single_keys: Option<bool>,
    pub(super) undo_seconds: Option<i64>,
    pub(super) remembers_status: Option<bool>,
    pub(super) then_status: Option<String>,
    /// JSON.
    pub(super) shortcuts: Option<String>,
    pub(super) role_id: Option<Id<Role>>,
    pub(super) role_code: Option<Builtin>,
    /// Of a session; its public id.
    pub(super) session: Option<String>,
    pub(super) created_at_ms: Millis,
    /// Of a token.
    pub(super) token: Option<Id<Token>>,
    pub(super) scopes: Option<String>,
    pub(super) seen_at_ms: Option<Millis>,
}

/// The active person whose session this is. One statement, by the primary key.
pub(super) fn by_session(conn: &mut db::Conn, hash: &[u8], now: Millis) -> db::Result<Option<Principal>> {
    conn.find(
        sql!(
            "SELECT s.user_id, s.contact_id, COALESCE(u.name, c.name) AS name, COALESCE(u.email, e.email) AS email,
                    COALESCE(u.language, c.language) AS language,
                    COALESCE(u.zone, (SELECT value FROM setting WHERE key = 'default_zone')) AS zone,
                    u.theme, u.has_single_keys, u.undo_seconds, u.remembers_status, u.then_status, u.shortcuts,
                    u.role_id, r.code AS role_code,
                    s.id AS session, s.created_at_ms, CAST(NULL AS BIGINT) AS token,
                    CAST(NULL AS TEXT) AS scopes, s.seen_at_ms
               FROM session s
               LEFT JOIN desk_user u ON u.id = s.user_id
               LEFT JOIN role r ON r.id = u.role_id
               LEFT JOIN contact c ON c.id = s.contact_id
               LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
              WHERE s.hash = $1 AND s.stage = 'full' AND s.expires_at_ms > $2
                AND (u.id IS NULL OR u.is_active = TRUE)"
        ),
        args![hash, now],
    )
}
/// The active user for whom this token speaks. One statement, by a unique index.
pub(super) fn by_token(conn: &mut db::Conn, hash: &[u8], now: Millis) -> db::Result<Option<Principal>> {
    conn.find(
        sql!(
            "SELECT t.user_id, CAST(NULL AS BIGINT) AS contact_id, u.name, u.email, u.language, u.zone, u.theme,
                    u.has_single_keys, u.undo_seconds, u.remembers_status, u.then_status, u.shortcuts, u.role_id,
                    r.code AS role_code, CAST(NULL AS TEXT) AS session,
                    t.created_at_ms, t.id AS token, t.scopes, t.used_at_ms AS seen_at_ms
               FROM api_token t
               JOIN desk_user u ON u.id = t.user_id
               JOIN role r ON r.id = u.role_id
              WHERE t.hash = $1 AND (t.expires_at_ms IS NULL OR t.expires_at_ms > $2) AND u.is_active = TRUE"
        ),
        args![hash, now],
    )
}
/// An active user, whatever they are doing. One statement, by the primary key.
pub(super) fn by_user(conn: &mut db::Conn, user: Id<User>) -> db::Result<Option<Principal>> {
    conn.find(
        sql!(
            "SELECT u.id AS user_id, CAST(NULL AS BIGINT) AS contact_id, u.name, u.email, u.language, u.zone, u.theme,
                    u.has_single_keys, u.undo_seconds, u.remembers_status, u.then_status, u.shortcuts, u.role_id,
                    r.code AS role_code, CAST(NULL AS TEXT) AS session, u.created_at_ms,
                    CAST(NULL AS BIGINT) AS token, CAST(NULL AS TEXT) AS scopes, CAST(NULL AS BIGINT) AS seen_at_ms
               FROM desk_user u JOIN role r ON r.id = u.role_id
              WHERE u.id = $1 AND u.is_active = TRUE"
        ),
        args![user],
    )
}
/// What the limited scopes mean for a user: kind and id.
pub(super) fn targets(conn: &mut db::Conn, user: Id<User>) -> db::Result<Vec<(String, i64)>> {
    conn.all(
        sql!(
            "SELECT CAST('team' AS TEXT) AS kind, team_id AS target FROM team_member WHERE user_id = $1
             UNION ALL SELECT kind, target_id FROM user_scope WHERE user_id = $1"
        ),
        args![user],
    )
}
/// What a role may do. The administrator's is computed.
pub(super) fn role_permissions(conn: &mut db::Conn, role: Id<Role>) -> db::Result<Vec<(String, Scope)>> {
    crate::roles::store::permissions(conn, role)
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Signed in.
    Full,
    /// The password was right, the code is missing.
    SecondFactor,
}
platform::words! { Stage { Full = "full", SecondFactor = "second_factor" } }

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Origin {
    pub device: String,
    pub net: String,
}
impl Origin {
    pub fn of(request: &platform::web::Request) -> Origin {
        Origin { device: request.device(), net: request.net() }
    }
}

/// Opens a session and returns its token, which exists nowhere else.
pub fn open_session<P>(
    tx: &mut Tx<P>,
    owner: Owner,
    stage: Stage,
    origin: &Origin,
) -> db::Result<Secret<String>> {
    let (token, now) = (keys::new_token(), tx.now());
    let life = if stage == Stage::Full { IDLE_MS } else { SECOND_FACTOR_MS };
    let id = keys::base32(&keys::random::<10>());
    tx.run(
        sql!(
            "INSERT INTO session (hash, id, user_id, contact_id, stage, device, net, created_at_ms, seen_at_ms,
                                  expires_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)"
        ),
        args![
            &keys::token_hash(token.reveal()),
            &id,
            owner.user(),
            owner.contact(),
            stage,
            &origin.device,
            &origin.net,
            now,
            now.plus(life)
        ],
    )?;
    Ok(token)
}
/// Writes down that a session is used, and moves its end.
pub(super) fn touch_session<P>(tx: &mut Tx<P>, hash: &[u8], created: Millis) -> db::Result<()> {
    let now = tx.now();
    let end = now.plus(IDLE_MS).min(created.plus(ABSOLUTE_MS));
    tx.run(
        sql!("UPDATE session SET seen_at_ms = $2, expires_at_ms = $3 WHERE hash = $1 AND stage = 'full'"),
        args![hash, now, end],
    )
    .map(drop)
}
pub(super) fn touch_token<P>(tx: &mut Tx<P>, id: Id<Token>) -> db::Result<()> {
    let now = tx.now();
    tx.run(sql!("UPDATE api_token SET used_at_ms = $2 WHERE id = $1"), args![id, now]).map(drop)
}
/// Ends one session by its secret, at once.
pub fn end_session<P>(tx: &mut Tx<P>, token: &str) -> db::Result<()> {
    tx.run(sql!("DELETE FROM session WHERE hash = $1"), args![&keys::token_hash(token)]).map(drop)
}
/// Ends all sessions of somebody but the one with the public id `except`; says how many.
pub fn end_sessions<P>(tx: &mut Tx<P>, owner: Owner, except: Option<&str>) -> db::Result<u64> {
    tx.run(
        sql!("DELETE FROM session WHERE (user_id = $1 OR contact_id = $2) AND id <> $3"),
        args![owner.user(), owner.contact(), except.unwrap_or("")],
    )
}
/// Ends one's own session by its public id; says whether it was there.
pub fn end_own_session<P>(tx: &mut Tx<P>, owner: Owner, id: &str) -> db::Result<bool> {
    let ended = tx.run(
        sql!("DELETE FROM session WHERE id = $3 AND (user_id = $1 OR contact_id = $2)"),
        args![owner.user(), owner.contact(), id],
    )?;
    Ok(ended == 1)
}
/// A session as its owner sees it.
#[derive(Clone, Debug, Record)]
pub struct SessionRow {
    pub id: String,
    pub device: String,
    pub net: String,
    pub created_at_ms: Millis,
    pub seen_at_ms: Millis,
}
/// One's sessions, the last used first.
pub fn sessions<P>(tx: &mut Tx<P>, owner: Owner) -> db::Result<Vec<SessionRow>> {
    let now = tx.now();
    tx.all(
        sql!(
            "SELECT id, device, net, created_at_ms, seen_at_ms FROM session
              WHERE (user_id = $1 OR contact_id = $2) AND stage = 'full' AND expires_at_ms > $3
              ORDER BY seen_at_ms DESC, id LIMIT 200"
        ),
        args![owner.user(), owner.contact(), now],
    )
}
/// Removes sessions, links and known browsers whose time is over, 1,000 each at most.
pub fn sweep<P>(tx: &mut Tx<P>) -> db::Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "DELETE FROM session WHERE hash IN
               (SELECT hash FROM session WHERE expires_at_ms < $1 ORDER BY expires_at_ms LIMIT 1000)"
        ),
        args![now],
    )?;
    tx.run(
        sql!(
            "DELETE FROM one_time_link WHERE hash IN
               (SELECT hash FROM one_time_link WHERE expires_at_ms < $1 LIMIT 1000)"
        ),
        args![now],
    )?;
    tx.run(
        sql!(
            "DELETE FROM known_device WHERE hash IN
               (SELECT hash FROM known_device WHERE seen_at_ms < $1 LIMIT 1000)"
        ),
        args![now.plus(-DEVICE_MS)],
    )
    .map(drop)
}

/// What a link is good for. A link for one purpose is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Invite,
    Reset,
    SignIn,
}
platform::words! { Purpose { Invite = "invite", Reset = "reset", SignIn = "sign_in" } }
impl Purpose {
    /// How long a link is good for.
    const fn life_ms(self) -> i64 {
        match self {
            Purpose::Invite => 72 * HOUR,
            Purpose::Reset | Purpose::SignIn => 30 * MINUTE,
        }
    }
}
/// Makes a link and ends all older ones of this person for this purpose.
pub fn new_link<P>(tx: &mut Tx<P>, purpose: Purpose, owner: Owner) -> db::Result<Secret<String>> {
    tx.run(
        sql!("DELETE FROM one_time_link WHERE purpose = $3 AND (user_id = $1 OR contact_id = $2)"),
        args![owner.user(), owner.contact(), purpose],
    )?;
    let (token, now) = (keys::new_token(), tx.now());
    tx.run(
        sql!(
            "INSERT INTO one_time_link (hash, purpose, user_id, contact_id, expires_at_ms)
               VALUES ($1, $2, $3, $4, $5)"
        ),
        args![
            &keys::token_hash(token.reveal()),
            purpose,
            owner.user(),
            owner.contact(),
            now.plus(purpose.life_ms())
        ],
    )?;
    Ok(token)
}
/// Whose link it is, while it is good. The person must be active.
pub fn link_owner<P>(tx: &mut Tx<P>, purpose: Purpose, token: &str) -> db::Result<Option<Owner>> {
    let now = tx.now();
    let row = tx.find::<(Option<Id<User>>, Option<Id<Contact>>)>(
        sql!(
            "SELECT l.user_id, l.contact_id FROM one_time_link l LEFT JOIN desk_user u ON u.id = l.user_id
              WHERE l.hash = $1 AND l.purpose = $2 AND l.expires_at_ms > $3 AND (u.id IS NULL OR u.is_active = TRUE)"
        ),
        args![&keys::token_hash(token), purpose, now],
    )?;
    Ok(row.and_then(|row| match row {
        (Some(user), _) => Some(Owner::User(user)),
        (None, Some(contact)) => Some(Owner::Contact(contact)),
        (None, None) => None,
    }))
}
/// Uses the link up. Of two at once one gets the owner.
pub fn consume_link<P>(tx: &mut Tx<P>, purpose: Purpose, token: &str) -> db::Result<Option<Owner>> {
    let Some(owner) = link_owner(tx, purpose, token)? else { return Ok(None) };
    let used = tx.run(
        sql!("DELETE FROM one_time_link WHERE hash = $1 AND purpose = $2"),
        args![&keys::token_hash(token), purpose],
    )?;
    Ok((used == 1).then_some(owner))
}
/// Ends all links of somebody.
pub fn revoke_links<P>(tx: &mut Tx<P>, owner: Owner) -> db::Result<()> {
    tx.run(
        sql!("DELETE FROM one_time_link WHERE user_id = $1 OR contact_id = $2"),
        args![owner.user(), owner.contact()],
    )
    .map(drop)
}

/// Remembers a browser; its token goes into a cookie.
pub fn remember_device<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<Secret<String>> {
    let (token, now) = (keys::new_token(), tx.now());
    tx.run(
        sql!("INSERT INTO known_device (hash, user_id, seen_at_ms) VALUES ($1, $2, $3)"),
        args![&keys::token_hash(token.reveal()), user, now],
    )?;
    Ok(token)
}
/// Whether somebody has signed in as this user from the browser with this token, in the last 90 days.
pub fn is_known_device<P>(tx: &mut Tx<P>, user: Id<User>, token: &str) -> db::Result<bool> {
    let since = tx.now().plus(-DEVICE_MS);
    let row = tx.find::<(i64,)>(
        sql!("SELECT user_id FROM known_device WHERE hash = $1 AND user_id = $2 AND seen_at_ms >= $3"),
        args![&keys::token_hash(token), user, since],
    )?;
    Ok(row.is_some())
}
/// Somebody has signed in from it again.
pub fn touch_device<P>(tx: &mut Tx<P>, user: Id<User>, token: &str) -> db::Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE known_device SET seen_at_ms = $3 WHERE hash = $1 AND user_id = $2"),
        args![&keys::token_hash(token), user, now],
    )
    .map(drop)
}
pub fn forget_devices<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<()> {
    tx.run(sql!("DELETE FROM known_device WHERE user_id = $1"), args![user]).map(drop)
}

/// A token as its owner sees it; the secret itself is not kept.
#[derive(Clone, Debug, Record)]
pub struct TokenRow {
    pub id: Id<Token>,
    pub name: String,
    /// `all` or keys of permissions, separated by blanks.
    pub scopes: String,
    pub created_at_ms: Millis,
    pub used_at_ms: Option<Millis>,
    pub expires_at_ms: Option<Millis>,
}
/// One's tokens, newest first, 200 at most.
pub fn tokens<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<Vec<TokenRow>> {
    tx.all(
        sql!(
            "SELECT id, name, scopes, created_at_ms, used_at_ms, expires_at_ms FROM api_token
              WHERE user_id = $1 ORDER BY id DESC LIMIT 200"
        ),
        args![user],
    )
}
pub(super) fn insert_token<P>(
    tx: &mut Tx<P>,
    user: Id<User>,
    name: &str,
    hash: &[u8],
    scopes: &str,
    expires_at: Option<Millis>,
) -> db::Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "INSERT INTO api_token (user_id, name, hash, scopes, created_at_ms, expires_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        args![user, name, hash, scopes, now, expires_at],
    )
    .map(drop)
}
/// * returns – the name of the token that ended.
pub(super) fn delete_token<P>(tx: &mut Tx<P>, user: Id<User>, id: Id<Token>) -> db::Result<Option<String>> {
    let row = tx.find::<(String,)>(
        sql!("DELETE FROM api_token WHERE id = $1 AND user_id = $2 RETURNING name"),
        args![id, user],
    )?;
    Ok(row.map(|(name,)| name))
}
/// Ends all tokens of a user.
///
/// * returns – their names.
pub fn delete_tokens<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<Vec<String>> {
    let rows =
        tx.all::<(String,)>(sql!("DELETE FROM api_token WHERE user_id = $1 RETURNING name"), args![user])?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// What sign-in compares with.
#[derive(Record)]
pub(super) struct Credentials {
    pub(super) user_id: Option<Id<User>>,
    pub(super) contact_id: Option<Id<Contact>>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) language: Option<Language>,
    pub(super) password_hash: Option<String>,
    pub(super) has_second_factor: bool,
}
impl Credentials {
    pub(super) fn owner(&self) -> Option<Owner> {
        self.user_id.map(Owner::User).or(self.contact_id.map(Owner::Contact))
    }
}
/// The active user with this address.
pub(super) fn user_credentials<P>(tx: &mut Tx<P>, email: &str) -> db::Result<Option<Credentials>> {
    tx.find(
        sql!(
            "SELECT id AS user_id, CAST(NULL AS BIGINT) AS contact_id, name, email, language, password_hash,
                    totp_sealed IS NOT NULL AS has_second_factor
               FROM desk_user WHERE email = $1 AND is_active = TRUE"
        ),
        args![email],
    )
}
/// The contact with this address, where it opens the customers' pages.
pub(super) fn contact_credentials<P>(tx: &mut Tx<P>, email: &str) -> db::Result<Option<Credentials>> {
    tx.find(
        sql!(
            "SELECT CAST(NULL AS BIGINT) AS user_id, c.id AS contact_id, c.name, e.email, c.language,
                    c.password_hash, FALSE AS has_second_factor
               FROM contact_email e JOIN contact c ON c.id = e.contact_id
              WHERE e.email = $1 AND e.is_confirmed = TRUE"
        ),
        args![email],
    )
}
/// Of somebody who is known already; `None` where they are gone or deactivated.
pub(super) fn own_credentials<P>(tx: &mut Tx<P>, owner: Owner) -> db::Result<Option<Credentials>> {
    match owner {
        Owner::User(id) => tx.find(
            sql!(
                "SELECT id AS user_id, CAST(NULL AS BIGINT) AS contact_id, name, email, language, password_hash,
                        totp_sealed IS NOT NULL AS has_second_factor
                   FROM desk_user WHERE id = $1 AND is_active = TRUE"
            ),
            args![id],
        ),
        Owner::Contact(id) => tx.find(
            sql!(
                "SELECT CAST(NULL AS BIGINT) AS user_id, c.id AS contact_id, c.name, COALESCE(e.email, '') AS email,
                        c.language, c.password_hash, FALSE AS has_second_factor
                   FROM contact c LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
                  WHERE c.id = $1"
            ),
            args![id],
        ),
    }
}
pub(super) fn set_password<P>(tx: &mut Tx<P>, owner: Owner, hash: &str) -> db::Result<()> {
    match owner {
        Owner::User(id) => {
            tx.run(sql!("UPDATE desk_user SET password_hash = $2 WHERE id = $1"), args![id, hash])
        }
        Owner::Contact(id) => {
            tx.run(sql!("UPDATE contact SET password_hash = $2 WHERE id = $1"), args![id, hash])
        }
    }
    .map(drop)
}
/// The contact signs in by mailed link until they choose another.
pub(crate) fn clear_contact_password<P>(tx: &mut Tx<P>, id: Id<Contact>) -> db::Result<()> {
    tx.run(sql!("UPDATE contact SET password_hash = NULL WHERE id = $1"), args![id]).map(drop)
}
/// Who gave the right password a moment ago and owes the code.
pub(super) fn pending_user<P>(tx: &mut Tx<P>, token: &str) -> db::Result<Option<Id<User>>> {
    let now = tx.now();
    let row = tx.find::<(Id<User>,)>(
        sql!(
            "SELECT s.user_id FROM session s JOIN desk_user u ON u.id = s.user_id
              WHERE s.hash = $1 AND s.stage = 'second_factor' AND s.expires_at_ms > $2 AND u.is_active = TRUE"
        ),
        args![&keys::token_hash(token), now],
    )?;
    Ok(row.map(|(id,)| id))
}
/// The sealed secret of the second factor.
pub(super) fn second_factor<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<Option<Vec<u8>>> {
    let row =
        tx.find::<(Option<Vec<u8>>,)>(sql!("SELECT totp_sealed FROM desk_user WHERE id = $1"), args![user])?;
    Ok(row.and_then(|(sealed,)| sealed))
}
/// Sets or removes it. The code of `step` is used up.
pub(super) fn set_second_factor<P>(
    tx: &mut Tx<P>,
    user: Id<User>,
    sealed: Option<&Vec<u8>>,
    step: i64,
) -> db::Result<()> {
    tx.run(
        sql!("UPDATE desk_user SET totp_sealed = $2, totp_last_step = $3 WHERE id = $1"),
        args![user, sealed, step],
    )
    .map(drop)
}
/// Uses a code up.
///
/// * returns – whether neither it nor a later one was used before.
pub(super) fn use_step<P>(tx: &mut Tx<P>, user: Id<User>, step: i64) -> db::Result<bool> {
    let used = tx.run(
        sql!("UPDATE desk_user SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2"),
        args![user, step],
    )?;
    Ok(used == 1)
}

/// A token as an administrator sees it.
#[derive(Clone, Debug, Record)]
pub struct TokenOfUser {
    pub id: Id<Token>,
    pub name: String,
    pub scopes: String,
    pub created_at_ms: Millis,
    pub used_at_ms: Option<Millis>,
    pub user_id: Id<User>,
    pub user_name: String,
}
/// The tokens of all users, newest first, 500 at most.
pub fn all_tokens<P: Implies<ManagePeople>>(tx: &mut Tx<P>) -> db::Result<Vec<TokenOfUser>> {
    tx.all(
        sql!(
            "SELECT t.id, t.name, t.scopes, t.created_at_ms, t.used_at_ms, u.id AS user_id, u.name AS user_name
               FROM api_token t JOIN desk_user u ON u.id = t.user_id ORDER BY t.id DESC LIMIT 500"
        ),
        args![],
    )
}
