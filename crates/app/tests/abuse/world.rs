//! A desk with two inboxes, a relay, an administrator, two agents of different inboxes and customers who write mail.
use axum::Router;
use channels::email::{
    deliver::smtp::{self, Route},
    intake::{self, MailDoor},
    ledger::Way,
    outbox,
    peer::Security,
    receive::smtp::{Protocol, Receiver, Settings},
    verify::{Names, Verifier},
};
use kernel::{
    clock::{Clock, Millis},
    id::Id,
};
use people::sign_in::{
    Doorman,
    store::{Origin, Owner, Stage, open_session},
    tokens,
};
use platform::{
    Home,
    authority::{Grant, System, User},
    db::{self, MIGRATIONS, migrate},
    i18n::Language,
    settings::Site,
    web::session_cookie_name,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc};
use testkit::{Client, Desk, Reply, smtp_sink::Sink};
use tokio::sync::watch;

pub const SUPPORT: &str = "support@desk.example";
pub const SALES: &str = "sales@desk.example";

pub struct World {
    pub home: Home,
    pub sink: Sink,
    pub router: Router,
    /// Ada's program: it may do everything.
    pub admin: Client,
    pub admin_id: Id<User>,
    smtp: SocketAddr,
    verifier: Arc<Verifier>,
    _index: tempfile::TempDir,
    _stop: watch::Sender<bool>,
}

impl World {
    pub async fn over(desk: &Desk) -> World {
        World::with(desk, Site::new("http://127.0.0.1:8080", 25_000_000), &Names::Off).await
    }
    pub async fn with(desk: &Desk, site: Site, names: &Names) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let allow = vec!["127.0.0.0/8".parse().unwrap()];
        let home = testkit::home_at(desk.db.clone(), clock.clone(), site, allow, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made = system
            .change(|tx| people::setup::create_desk(tx, "ACME", "ada@desk.example", "$none$", Language::En));
        let admin_id = made.await.unwrap();
        home.site.rename("ACME");
        let router = app::everything(&home).await;
        let mut admin = program(&home, &router, admin_id).await;
        let sink = Sink::start();
        for (name, address) in [("Support", SUPPORT), ("Sales", SALES)] {
            let inbox = json!({
                "name": name, "address": address, "receive": { "kind": "smtp" }, "plus_address": true,
                "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
                "signature": "{{agent.name}} · {{nope}}",
            });
            admin.post_json("/api/v1/inboxes", &inbox.to_string()).await.assert_status(201);
        }
        let settings = Settings::new(Protocol::Smtp, "desk.example", clock.clone());
        let any = "127.0.0.1:0".parse().unwrap();
        let receiver = Receiver::bind(any, settings, MailDoor::new(&home, Way::Smtp)).await.unwrap();
        let smtp = receiver.address().unwrap();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(receiver.run(stopped));
        let verifier = Arc::new(Verifier::new(names, "desk.example").unwrap());
        let folder = tempfile::tempdir().unwrap();
        let index = Arc::new(search::Index::open(folder.path(), search::extract::Way::None).unwrap());
        home.extras.put(index.clone());
        search::follow::catch_up(&home, &index).await.unwrap();
        World { home, sink, router, admin, admin_id, smtp, verifier, _index: folder, _stop: stop }
    }

    /// A browser with a session of this user.
    pub async fn browser(&self, user: Id<User>) -> Client {
        let origin = Origin { device: "Test".into(), net: "127.0.0.0/24".into() };
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| open_session(tx, Owner::User(user), Stage::Full, &origin))
            .await
            .unwrap();
        let mut client = Client::new(self.router.clone());
        client.set_cookie(session_cookie_name(&self.home), token.reveal());
        client
    }
    /// An agent who sees the tickets of one inbox, by its id.
    pub async fn agent_of(&mut self, name: &str, inbox: &str) -> Client {
        let all = ["tickets.view", "tickets.reply", "tickets.note", "tickets.edit"];
        let permissions: Vec<_> =
            all.iter().map(|key| json!({ "permission": key, "scope": "inbox" })).collect();
        let role = json!({ "name": format!("Inbox {inbox}"), "permissions": permissions });
        let role = self.admin.post_json("/api/v1/roles", &role.to_string()).await.assert_status(201).json();
        let user = json!({
            "name": name, "email": format!("{}@desk.example", name.to_lowercase()), "role": role["id"],
            "inboxes": [inbox], "password": "a long enough password",
        });
        let made = self.admin.post_json("/api/v1/users", &user.to_string()).await.assert_status(201).json();
        program(&self.home, &self.router, made["id"].as_str().unwrap().parse().unwrap()).await
    }

    /// Sends a mail as a stranger's server would, waits until it is decided, and returns its row of the ledger.
    pub async fn receives(&mut self, from: Option<&str>, to: &str, raw: &[u8]) -> Value {
        let route = Route {
            host: "127.0.0.1".into(),
            port: self.smtp.port(),
            security: Security::None,
            sign_in: None,
            helo: "client.example".into(),
        };
        let outcome = smtp::send(&self.home.outbound, &route, from, &[to.to_owned()], raw).await;
        assert_eq!(outcome.unwrap().accepted, [to]);
        while intake::work::run_once(&self.home, &self.verifier).await.unwrap() > 0 {}
        let rows = self.admin.get("/api/v1/inbound?limit=1").await.assert_status(200).json();
        rows["items"][0].clone()
    }
    /// A plain mail to [`SUPPORT`]. `headers` are lines; they may end with MIME headers of `body`.
    pub async fn writes(&mut self, from: &str, subject: &str, headers: &str, body: &str) -> Value {
        let head = format!(
            "From: {from}\nTo: {SUPPORT}\nSubject: {subject}\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n{headers}\n\n"
        );
        let raw = format!("{head}{body}\n").replace("\r\n", "\n").replace('\n', "\r\n");
        let address = ::mail::Address::parse(from).unwrap().email;
        self.receives(Some(&address), SUPPORT, raw.as_bytes()).await
    }
    /// The mail's messages and notes, oldest first.
    pub async fn messages(&mut self, ticket: &Value) -> Vec<Value> {
        let path = format!("/api/v1/tickets/{}/messages", number(ticket));
        let all = self.admin.get(&path).await.assert_status(200).json();
        all["items"].as_array().unwrap().clone()
    }
    pub async fn page(&mut self, path: &str) -> Reply {
        self.admin.get(path).await.assert_status(200)
    }
    /// Ada answers a ticket, and the mail leaves.
    pub async fn answers(&mut self, ticket: &Value, text: &str) {
        let path = format!("/api/v1/tickets/{}/messages", number(ticket));
        self.admin.post_json(&path, &json!({ "text": text }).to_string()).await.assert_status(201);
        self.sends().await;
    }
    pub async fn sends(&self) {
        while outbox::work::run_once(&self.home).await.unwrap() > 0 {}
    }
    pub async fn events(&self) -> usize {
        let system = Grant::<System>::system(&self.home);
        let read = system.read::<_, db::Error>(|tx| platform::events::after(tx, Id::new(0), 100_000));
        read.await.unwrap().len()
    }
}

/// The ticket's number of a row of the ledger.
#[track_caller]
pub fn number(row: &Value) -> i64 {
    row["ticket"].as_i64().or(row["number"].as_i64()).unwrap_or_else(|| panic!("no ticket: {row}"))
}

/// A program with a token of this user.
pub async fn program(home: &Home, router: &Router, user: Id<User>) -> Client {
    let token = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| tokens::create(tx, user, "test", &tokens::Scopes::All, None))
        .await
        .unwrap();
    Client::new(router.clone()).with_bearer(token.reveal())
}

/// Base64 in lines, for a MIME part.
pub fn base64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(bytes);
    text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n").collect()
}
