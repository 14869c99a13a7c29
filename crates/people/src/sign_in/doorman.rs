//! Who sent a request: at most three statements on one snapshot, usually two.
use super::{
    store::{self, Principal},
    tokens::Scopes,
};
use crate::roles::{self, Builtin, Role};
use kernel::{
    clock::{Millis, SECOND},
    fault::Problem,
    id::Id,
};
use platform::{
    Home,
    authority::{Actor, Authenticate, Grant, Scope, System, User, Who},
    db,
    i18n::Language,
    keys,
    web::{Request, customer_cookie_name, is_customers_path, session_cookie_name},
};
use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

/// Moves on with every change of a role in this process.
static ROLES: AtomicU64 = AtomicU64::new(0);
/// Other nodes may have changed a role: what we know of it is good for so long. An open page's stream looks every
/// two seconds; together that is the five that a right may outlive its end (S16).
const FRESH_MS: i64 = 3 * SECOND;

/// Makes every [`Doorman`] of this process read the roles again. To be called after the commit of the change.
pub fn forget_roles() {
    ROLES.fetch_add(1, Ordering::SeqCst);
}

struct Known {
    read_at: Millis,
    generation: u64,
    permissions: Arc<Vec<(String, Scope)>>,
}

/// Recognises people by session cookie, and programs by bearer token.
#[derive(Clone, Default)]
pub struct Doorman {
    roles: Arc<Mutex<HashMap<Id<Role>, Known>>>,
}

impl Doorman {
    pub fn new() -> Doorman {
        Doorman::default()
    }
    fn roles(&self) -> MutexGuard<'_, HashMap<Id<Role>, Known>> {
        self.roles.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
    fn known(&self, role: Id<Role>, now: Millis) -> Option<Arc<Vec<(String, Scope)>>> {
        let roles = self.roles();
        let known = roles.get(&role)?;
        let is_fresh = known.generation == ROLES.load(Ordering::SeqCst)
            && (0..FRESH_MS).contains(&(now.0 - known.read_at.0));
        is_fresh.then(|| known.permissions.clone())
    }
    /// What the role may do, from memory where that is fresh.
    fn permissions(
        &self,
        conn: &mut db::Conn,
        role: Id<Role>,
        code: Option<Builtin>,
        now: Millis,
    ) -> db::Result<Arc<Vec<(String, Scope)>>> {
        if let Some(known) = self.known(role, now) {
            return Ok(known);
        }
        // Taken before reading: a change that commits meanwhile makes what we read stale.
        let generation = ROLES.load(Ordering::SeqCst);
        let permissions = match code {
            Some(Builtin::Admin) => roles::everything(),
            _ => store::role_permissions(conn, role)?,
        };
        let permissions = Arc::new(permissions);
        let known = Known { read_at: now, generation, permissions: permissions.clone() };
        self.roles().insert(role, known);
        Ok(permissions)
    }

    fn describe(
        &self,
        conn: &mut db::Conn,
        found: &Principal,
        now: Millis,
        asked: Language,
    ) -> db::Result<Actor> {
        let mut actor = Actor {
            name: found.name.clone(),
            email: found.email.clone().unwrap_or_default(),
            language: found.language.unwrap_or(asked),
            zone: found.zone.clone().unwrap_or_else(|| "UTC".into()),
            theme: match found.theme.as_deref() {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "auto",
            },
            has_single_keys: found.has_single_keys.unwrap_or(false),
            habits: platform::authority::Habits {
                undo_seconds: found.undo_seconds.unwrap_or(0),
                remembers_status: found.remembers_status.unwrap_or(false),
                then_status: found.then_status.clone().unwrap_or_default(),
                shortcuts: found.shortcuts.clone().unwrap_or_default(),
            },
            session: found.session.clone(),
            ..Actor::system()
        };
        match (found.user_id, found.contact_id, found.role_id) {
            (Some(user), _, Some(role)) => {
                actor.who = Who::User(user);
                let permissions = self.permissions(conn, role, found.role_code, now)?;
                let may =
                    |key: &str| found.scopes.as_deref().is_none_or(|scopes| Scopes::include(scopes, key));
                actor.permissions = permissions.iter().filter(|(key, _)| may(key)).cloned().collect();
                for (kind, target) in store::targets(conn, user)? {
                    match kind.as_str() {
                        "team" => actor.teams.push(Id::new(target)),
                        "inbox" => actor.inboxes.push(Id::new(target)),
                        _ => actor.organisations.push(Id::new(target)),
                    }
                }
            }
            (_, Some(contact), _) => actor.who = Who::Contact(contact),
            _ => return Err(db::Error::NoRow { at: "sign_in: a session without a person" }),
        }
        Ok(actor)
    }

    async fn recognise(&self, home: &Home, request: &Request) -> Result<Option<Actor>, Problem> {
        let bearer = request.bearer();
        let is_customers = is_customers_path(&request.path);
        let name = if is_customers { customer_cookie_name(home) } else { session_cookie_name(home) };
        let Some(secret) = bearer.or_else(|| request.cookie(name)) else { return Ok(None) };
        let (hash, is_bearer) = (keys::token_hash(secret), bearer.is_some());
        let header = request.header(axum::http::header::ACCEPT_LANGUAGE);
        let asked = header.and_then(Language::accepted).unwrap_or_else(|| home.site.language());
        let (doorman, now, key) = (self.clone(), home.clock.now(), hash.clone());
        let found = home
            .db
            .read::<_, db::Error>(move |conn| {
                let found = match is_bearer {
                    true => store::by_token(conn, &key, now)?,
                    false => store::by_session(conn, &key, now)?,
                };
                // A session of one side is nothing on the other, whatever cookie brings it.
                let is_right = |found: &Principal| is_bearer || found.contact_id.is_some() == is_customers;
                let Some(found) = found.filter(is_right) else { return Ok(None) };
                let actor = doorman.describe(conn, &found, now, asked)?;
                Ok(Some((found, actor)))
            })
            .await?;
        match found {
            Some((found, actor)) => {
                let last = found.seen_at_ms.map_or(0, |at| at.0);
                if now.0 - last >= store::TOUCH_MS {
                    touch(home, hash, found).await;
                }
                Ok(Some(actor))
            }
            // A program must hear that its token is no good; a browser with an old cookie is a stranger.
            None if is_bearer => Err(Problem::new(401, "token_unknown")),
            None => Ok(None),
        }
    }
}

/// Somebody who works here, with what they may do now: for what the program does later in their name.
///
/// * returns – `None` for somebody who is not there or switched off.
pub async fn actor_of(home: &Home, user: Id<User>) -> db::Result<Option<Actor>> {
    let (doorman, now) = (Doorman::new(), home.clock.now());
    let find = move |conn: &mut db::Conn| match store::by_user(conn, user)? {
        Some(found) => doorman.describe(conn, &found, now, Language::En).map(Some),
        None => Ok(None),
    };
    home.db.read::<_, db::Error>(find).await
}

/// The same within a transaction.
pub fn actor_in(conn: &mut db::Conn, user: Id<User>, now: Millis) -> db::Result<Option<Actor>> {
    match store::by_user(conn, user)? {
        Some(found) => Doorman::new().describe(conn, &found, now, Language::En).map(Some),
        None => Ok(None),
    }
}

/// Writes down that a session or token is used. A failure is no reason to turn somebody away.
async fn touch(home: &Home, hash: Vec<u8>, found: Principal) {
    let noted = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| match found.token {
            Some(token) => store::touch_token(tx, token),
            None => store::touch_session(tx, &hash, found.created_at_ms),
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the use of a session was not written down");
    }
}

impl Authenticate for Doorman {
    fn actor<'a>(
        &'a self,
        home: &'a Home,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>> {
        Box::pin(self.recognise(home, request))
    }
}
