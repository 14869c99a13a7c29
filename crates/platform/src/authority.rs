//! No grant, no database: code reaches the data only through a [`Grant`].
use crate::{
    Home,
    db::{self, Conn},
    events::Pending,
    home::{Left, Work},
    i18n::Language,
    web::Request,
};
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
    id::Id,
};
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    pin::Pin,
    sync::Arc,
};

pub trait Permission: Send + Sync + 'static {
    const KEY: &'static str;
}
/// `A: Implies<B>`: whoever may do A may do B.
pub trait Implies<B>: Send + Sync + 'static {}
impl<P: Permission> Implies<P> for P {}

/// The authority of jobs and of the program itself.
pub struct System;
impl<P: Permission> Implies<P> for System {}

/// A permission as the registry knows it.
pub struct Registered {
    pub key: &'static str,
    /// Whether it can reach less than everything.
    pub has_scope: bool,
    /// Whether it acts on all tickets: it is for those alone who see all of them.
    pub is_whole: bool,
    /// The keys of what whoever has it may do as well.
    pub implies: &'static [&'static str],
}
/// Every permission of the program that a role can have.
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static PERMISSIONS: [Registered];

/// Declares permissions: `ViewTickets = "tickets.view" [scoped] implies …;`. The words for people are the Fluent messages `permission-KEY`, dots as dashes.
/// `scoped` permissions reach all, a team's, an inbox's, an organisation's or one's own; `whole` ones act on all tickets, so
/// that nobody has them who sees less (`people::roles`).
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $key:literal $([$scoped:ident])? $(implies $($sub:ident),+)?;)*) => {$(
        $(#[$doc])* pub struct $name;
        impl $crate::authority::Permission for $name { const KEY: &'static str = $key; }
        $($(impl $crate::authority::Implies<$sub> for $name {})+)?
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::authority::PERMISSIONS)]
            #[linkme(crate = $crate::linkme)]
            static REGISTERED: $crate::authority::Registered = $crate::authority::Registered {
                key: $key,
                has_scope: $crate::permissions!(@scoped $($scoped)?),
                is_whole: $crate::permissions!(@whole $($scoped)?),
                implies: &[$($(<$sub as $crate::authority::Permission>::KEY),+)?],
            };
        };
    )*};
    (@scoped scoped) => { true };
    (@scoped $($other:ident)?) => { false };
    (@whole whole) => { true };
    (@whole $($other:ident)?) => { false };
}

/// Customers may do what is theirs; it is no agent's permission with less.
pub struct Customer;
impl Permission for Customer {
    const KEY: &'static str = "customer";
}
/// Whoever is signed in as one of the people who work here, for their own profile.
pub struct Myself;
impl Permission for Myself {
    const KEY: &'static str = "myself";
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Own,
    Organisation,
    Inbox,
    Team,
    All,
}
crate::words! { Scope { All = "all", Team = "team", Inbox = "inbox", Organisation = "organisation", Own = "own" } }

/// A person who works here.
pub enum User {}
/// A person who asks.
pub enum Contact {}
pub enum Team {}
pub enum Inbox {}
pub enum Organisation {}
/// What the desk does by itself.
pub enum Rule {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    User(Id<User>),
    Contact(Id<Contact>),
    /// A rule of the desk, which may do what the program may.
    Rule(Id<Rule>),
    System,
}
/// `user/3`, `contact/7`, `rule/2`, `system`: as the log stores it.
impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Who::User(id) => write!(f, "user/{id}"),
            Who::Contact(id) => write!(f, "contact/{id}"),
            Who::Rule(id) => write!(f, "rule/{id}"),
            Who::System => f.write_str("system"),
        }
    }
}

/// How somebody likes to work.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// For so long a sent answer can be taken back; 0 sends at once.
    pub undo_seconds: i64,
    /// Whether the status chosen with the last answer is proposed again.
    pub remembers_status: bool,
    /// That status, as forms name it; empty for none.
    pub then_status: String,
    /// JSON: the keys of actions that have others than usual. See `platform::web::shortcuts`.
    pub shortcuts: String,
}

/// Who acts, and what they may do. Made by sign-in alone.
#[derive(Clone, Debug)]
pub struct Actor {
    pub who: Who,
    pub name: String,
    pub email: String,
    pub language: Language,
    /// IANA name, e.g. `Europe/Berlin`.
    pub zone: String,
    pub theme: &'static str,
    pub has_single_keys: bool,
    pub habits: Habits,
    pub permissions: Vec<(String, Scope)>,
    pub teams: Vec<Id<Team>>,
    pub inboxes: Vec<Id<Inbox>>,
    pub organisations: Vec<Id<Organisation>>,
    /// The session's public id, where there is one.
    pub session: Option<String>,
    /// Acts by a token that was given less than all, and not `myself`: it changes nothing of the person's own.
    pub is_limited: bool,
}
impl Actor {
    /// The program itself.
    pub fn system() -> Actor {
        Actor {
            who: Who::System,
            name: String::new(),
            email: String::new(),
            language: Language::En,
            zone: "UTC".into(),
            theme: "auto",
            has_single_keys: false,
            habits: Habits::default(),
            permissions: Vec::new(),
            teams: Vec::new(),
            inboxes: Vec::new(),
            organisations: Vec::new(),
            session: None,
            is_limited: false,
        }
    }
    /// How far the permission with this key reaches; `None` without it.
    pub fn reach(&self, key: &str) -> Option<Scope> {
        match (self.who, key) {
            (Who::System | Who::Rule(_), _) => Some(Scope::All),
            (Who::Contact(_), "customer") | (Who::User(_), "myself") => Some(Scope::Own),
            (Who::User(_), _) => self.permissions.iter().find(|(k, _)| k == key).map(|(_, scope)| *scope),
            _ => None,
        }
    }
    /// The clocks that the person lives by; UTC where the name is none.
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
    pub fn user(&self) -> Option<Id<User>> {
        if let Who::User(id) = self.who { Some(id) } else { None }
    }
    pub fn contact(&self) -> Option<Id<Contact>> {
        if let Who::Contact(id) = self.who { Some(id) } else { None }
    }
}

/// Finds out who sent a request, from its cookie or bearer token.
pub trait Authenticate: Send + Sync {
    /// * returns – `None` for somebody unknown.
    /// * errors – 401 for a token or session that is no longer good, 503 without a database.
    fn actor<'a>(
        &'a self,
        home: &'a Home,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>>;
}

/// Proof that `actor` may do `P`, and the way to the data.
pub struct Grant<P> {
    actor: Arc<Actor>,
    scope: Scope,
    home: Home,
    /// A GET changes nothing, whatever its handler tries (S17).
    may_change: bool,
    proof: PhantomData<fn() -> P>,
}

impl<P: Permission> Grant<P> {
    /// * errors – 403 `permission_required` for somebody without `P`, and for a token that would change what is the
    ///   person's own without having been given that.
    pub fn check(home: &Home, actor: Arc<Actor>, may_change: bool) -> Result<Self, Problem> {
        let scope = actor.reach(P::KEY).ok_or(Problem::new(403, "permission_required"))?;
        if may_change && actor.is_limited && P::KEY == Myself::KEY {
            return Err(Problem::new(403, "permission_required"));
        }
        Ok(Self { actor, scope, home: home.clone(), may_change, proof: PhantomData })
    }
}
impl Grant<System> {
    /// The program's own authority. Handlers of requests have no business here: a test lists who calls it.
    pub fn system(home: &Home) -> Self {
        let actor = Arc::new(Actor::system());
        Self { actor, scope: Scope::All, home: home.clone(), may_change: true, proof: PhantomData }
    }
    /// The program's authority with a person's name in the log, for what a signed link allows.
    pub fn on_behalf(home: &Home, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..Self::system(home) }
    }
}
/// What comes of a transaction.
///
/// Boxed for the compiler's sake: that it may go to another thread is proven once, here, and not anew, down to the last
/// field, in each handler that awaits it.
pub type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<P: 'static> Grant<P> {
    pub fn actor(&self) -> &Arc<Actor> {
        &self.actor
    }
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Runs `work` in one transaction: kept with its events on `Ok`, undone on `Err`. Durable when this returns.
    pub fn change<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_, P>) -> Result<T, E> + Send + 'static,
    ) -> Answer<Result<T, E>>
    where
        T: Send + 'static,
        E: From<db::Error> + Send + 'static,
    {
        let may_change = self.may_change;
        let (actor, scope, home) = (self.actor.clone(), self.scope, self.home.clone());
        Box::pin(async move {
            if !may_change {
                return Err(db::Error::ReadOnly.into());
            }
            let (clock, waker) = (home.clock.clone(), home.clone());
            let work = move |conn: &mut Conn| Tx::run(conn, actor, scope, clock, work);
            // Not after the `await`: a caller that went away would leave work that nobody hears of.
            Ok(home.db.write_then(work, move |(_, left)| waker.wake(*left)).await?.0)
        })
    }

    /// Runs `work` on one snapshot; writing and emitting fail.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_, P>) -> Result<T, E> + Send + 'static,
    ) -> Answer<Result<T, E>>
    where
        T: Send + 'static,
        E: From<db::Error> + Send + 'static,
    {
        let (actor, scope, home) = (self.actor.clone(), self.scope, self.home.clone());
        Box::pin(async move {
            let clock = home.clock.clone();
            home.db.read(move |conn| Ok(Tx::run(conn, actor, scope, clock, work)?.0)).await
        })
    }
}

/// A transaction that remembers which permission opened it: data, actor, clock, nothing else.
pub struct Tx<'c, P> {
    conn: &'c mut Conn,
    actor: Arc<Actor>,
    scope: Scope,
    clock: Clock,
    /// When it began, by the machine's clock; a clock of a test moves when the test says so.
    began: Option<Millis>,
    pub(crate) events: Vec<Pending>,
    pub(crate) cause: Option<Id<crate::events::Recorded>>,
    left: Left,
    proof: PhantomData<fn() -> P>,
}

impl<P> Tx<'_, P> {
    fn run<T, E: From<db::Error>>(
        conn: &mut Conn,
        actor: Arc<Actor>,
        scope: Scope,
        clock: Clock,
        work: impl FnOnce(&mut Tx<'_, P>) -> Result<T, E>,
    ) -> Result<(T, Left), E> {
        let began = matches!(clock, Clock::System).then(|| clock.now());
        let (events, left) = (Vec::new(), Left::default());
        let mut tx = Tx { conn, actor, scope, clock, began, events, cause: None, left, proof: PhantomData };
        let value = work(&mut tx)?;
        tx.record_events()?;
        Ok((value, tx.left))
    }
    /// Says that this transaction leaves something to do. Its workers hear of it after the commit.
    pub fn leave(&mut self, work: Work) {
        self.left.add(work);
    }
    /// The same instant all through the transaction, so that its rows and its events agree.
    pub fn now(&self) -> Millis {
        self.began.unwrap_or_else(|| self.clock.now())
    }
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// Does something in the same transaction that needs another permission, which the actor has as well.
    ///
    /// * errors – 403 `permission_required` for somebody without `Q`.
    pub fn with<Q: Permission, T, E: From<Problem>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_, Q>) -> Result<T, E>,
    ) -> Result<T, E> {
        let scope = self.actor.reach(Q::KEY).ok_or(Problem::new(403, "permission_required"))?;
        let mut other = Tx {
            conn: &mut *self.conn,
            actor: self.actor.clone(),
            scope,
            clock: self.clock.clone(),
            began: self.began,
            events: std::mem::take(&mut self.events),
            cause: self.cause,
            left: std::mem::take(&mut self.left),
            proof: PhantomData,
        };
        let done = work(&mut other);
        (self.events, self.left) = (other.events, other.left);
        done
    }
    /// How far the permission that opened this transaction reaches.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}
impl Tx<'_, System> {
    /// From here on the transaction is a rule's: all its events say so, and which event led to them.
    pub fn act_as(&mut self, rule: Id<Rule>, name: &str, cause: Option<Id<crate::events::Recorded>>) {
        self.actor = Arc::new(Actor { who: Who::Rule(rule), name: name.to_owned(), ..Actor::system() });
        self.cause = cause;
    }
}
impl<P> Deref for Tx<'_, P> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}
impl<P> DerefMut for Tx<'_, P> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
