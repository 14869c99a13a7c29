//! Keeps one IMAP session for every inbox whose mail is fetched, on one node at a time.
use super::{
    inboxes::{
        self, Inbox,
        health::{self, Part},
        oauth,
        policy::{After, Imap},
    },
    intake::door,
    ledger::store::{self as ledger, Spot},
    peer::{Kind, Stage, Trouble},
    receive::imap::{self, Account, Content, Item, Mailbox, NotStored, Note},
};
use kernel::{
    clock::{Millis, SECOND},
    id::Id,
    secret::Secret,
};
use platform::{
    Home,
    authority::{self, Grant, System},
    db, jobs,
};
use std::{collections::HashMap, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// A node that died loses its sessions to another one after this.
const LEASE_MS: i64 = 30 * SECOND;

/// Fetches for as long as the program runs. An inbox that is changed gets a new session within seconds.
pub async fn work(home: Home, mut stop: watch::Receiver<bool>) {
    let node = home.site.node();
    let mut sessions: HashMap<Id<authority::Inbox>, Session> = HashMap::new();
    while !*stop.borrow() {
        let Ok(wanted) = mine(&home, &node).await else {
            // Nothing is known about the inboxes: the sessions go on, and it is asked again.
            let _ = tokio::time::timeout(Duration::from_secs(5), stop.changed()).await;
            continue;
        };
        let is_wanted = |id: &Id<authority::Inbox>, session: &Session| {
            wanted.iter().any(|(inbox, since)| inbox.id == *id && session.of == settings(inbox, *since))
                && !session.task.is_finished()
        };
        let stale: Vec<_> =
            sessions.iter().filter(|(id, session)| !is_wanted(id, session)).map(|(id, _)| *id).collect();
        for id in stale {
            if let Some(session) = sessions.remove(&id) {
                session.end().await;
            }
        }
        for (inbox, since) in wanted {
            if !sessions.contains_key(&inbox.id)
                && let Some(session) = Session::begin(&home, &inbox, since)
            {
                sessions.insert(inbox.id, session);
            }
        }
        let _ = tokio::time::timeout(Duration::from_secs(5), stop.changed()).await;
    }
    for (_, session) in sessions {
        session.end().await;
    }
}

/// The fetched inboxes that this node holds the lease of, each with the time since when a session has to be new:
/// somebody asked for a try, or connected the inbox with its provider.
async fn mine(home: &Home, node: &str) -> db::Result<Vec<(Inbox, Millis)>> {
    let grant = Grant::<System>::system(home);
    let fetched = grant
        .read::<_, db::Error>(|tx| {
            let fetched = inboxes::store::fetched(tx)?;
            if fetched.is_empty() {
                return Ok(Vec::new());
            }
            let (asked, apps) = (health::asked(tx)?, oauth::store::all(tx)?);
            let since = |id: Id<authority::Inbox>| {
                let asked = asked.iter().filter(|(inbox, _)| *inbox == id).map(|(_, at)| *at);
                let connected =
                    apps.iter().filter(|app| app.inbox_id == id).filter_map(|app| app.connected_at_ms);
                asked.chain(connected).max().unwrap_or(Millis(0))
            };
            let with = |inbox: Inbox| {
                let at = since(inbox.id);
                (inbox, at)
            };
            Ok(fetched.into_iter().map(with).collect())
        })
        .await?;
    if fetched.is_empty() {
        return Ok(fetched);
    }
    let node = node.to_owned();
    grant
        .change::<_, db::Error>(move |tx| {
            let mut mine = Vec::new();
            for (inbox, since) in fetched {
                if jobs::hold_lease(tx, &format!("imap/{}", inbox.id), &node, LEASE_MS)? {
                    mine.push((inbox, since));
                }
            }
            Ok(mine)
        })
        .await
}

/// What a session depends on.
type Settings = (String, Option<Vec<u8>>, Millis);

fn settings(inbox: &Inbox, since: Millis) -> Settings {
    (inbox.receive.clone(), inbox.receive_sealed.clone(), since)
}

struct Session {
    of: Settings,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}
impl Session {
    fn begin(home: &Home, inbox: &Inbox, since: Millis) -> Option<Session> {
        let imap = inbox.imap()?;
        let sealed = inbox.receive_sealed.as_deref().unwrap_or_default();
        let secret = home.keys.open_sealed(&Inbox::seal_place(inbox.id, "receive"), sealed).ok();
        let secret = secret.unwrap_or_else(|| Secret::new(String::new()));
        let account = account(home, &imap, &secret);
        let folder = Folder { home: home.clone(), inbox: inbox.id, token: secret };
        let (stop, stopped) = watch::channel(false);
        let outbound = home.outbound.clone();
        let task = tokio::spawn(async move { imap::run(&outbound, &account, &folder, stopped).await });
        Some(Session { of: settings(inbox, since), stop, task })
    }
    async fn end(self) {
        self.stop.send_replace(true);
        let _ = tokio::time::timeout(Duration::from_secs(10), self.task).await;
    }
}

/// How an inbox's mailbox is reached.
pub fn account(home: &Home, imap: &Imap, secret: &Secret<String>) -> Account {
    let after = match &imap.after {
        After::Seen => imap::After::Seen,
        After::Delete => imap::After::Delete,
        After::MoveTo(folder) => imap::After::Move(folder.clone()),
    };
    Account {
        password: (!imap.is_oauth).then(|| secret.clone()),
        folder: imap.folder.clone(),
        after,
        max_message: home.site.max_message_bytes,
        ..Account::new(&imap.host, imap.port, imap.tls, &imap.user)
    }
}

/// The mailbox of one inbox.
struct Folder {
    home: Home,
    inbox: Id<authority::Inbox>,
    token: Secret<String>,
}
impl Folder {
    fn grant(&self) -> Grant<System> {
        Grant::system(&self.home)
    }
}
fn not_stored(error: impl std::fmt::Display) -> NotStored {
    NotStored(error.to_string())
}

impl Mailbox for Folder {
    async fn place(&self, uid_validity: u32, uid_next: u32) -> Result<imap::Place, NotStored> {
        let (grant, inbox) = (self.grant(), self.inbox);
        grant
            .change::<_, db::Error>(move |tx| health::place(tx, inbox, uid_validity.into(), uid_next))
            .await
            .map_err(not_stored)
    }

    async fn stored(&self, uid_validity: u32, uids: &[u32]) -> Result<Vec<u32>, NotStored> {
        let (inbox, uids) = (self.inbox, uids.to_vec());
        let known = self
            .grant()
            .read::<_, db::Error>(move |tx| ledger::whole_uids(tx, inbox, uid_validity.into(), &uids))
            .await
            .map_err(not_stored)?;
        Ok(known.into_iter().filter_map(|uid| u32::try_from(uid).ok()).collect())
    }

    async fn store(&self, item: Item) -> Result<(), NotStored> {
        let spot = Spot { uid_validity: item.uid_validity.into(), uid: item.uid.into() };
        let (raw, refused) = match item.content {
            Content::Whole(raw) => (raw, None),
            Content::TooLarge { header, size } => {
                (header, Some(format!("too large: {size} bytes; it is still in its mailbox")))
            }
            Content::Unreadable { text } => {
                (Vec::new(), Some(format!("its server could not give it: {text}")))
            }
        };
        let fetched = door::Fetched { spot, arrived_at: item.arrived_at, raw, refused };
        door::store_fetched(&self.home, self.inbox, fetched).await.map_err(not_stored)
    }

    async fn token(&self) -> Result<Secret<String>, Trouble> {
        if let Some(token) = oauth::tokens::access(&self.grant(), self.inbox).await? {
            return Ok(token);
        }
        // Without an application the password is an access token that somebody else keeps fresh.
        if self.token.reveal().is_empty() {
            return Err(Trouble::new(Stage::SignIn, Kind::NoSignIn, "no access token is stored"));
        }
        Ok(self.token.clone())
    }

    fn noted(&self, note: Note) {
        let (grant, inbox) = (self.grant(), self.inbox);
        tokio::spawn(async move {
            let noted = grant.change::<_, db::Error>(move |tx| match note {
                Note::CaughtUp { has_idle } => health::ok(tx, inbox, Part::Receive, Some(has_idle)),
                Note::NotFinished(trouble) => health::failed(tx, inbox, Part::Receive, &trouble, None),
                Note::Trouble { trouble, next_try } => {
                    if trouble.kind == Kind::SignInRefused {
                        oauth::store::forget_access(tx, inbox)?;
                    }
                    let next_try = tx.now().plus(i64::try_from(next_try.as_millis()).unwrap_or(i64::MAX));
                    health::failed(tx, inbox, Part::Receive, &trouble, Some(next_try))
                }
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the health of an inbox could not be stored");
            }
        });
    }
}
