//! A desk whose door, reader and sender are called by hand.
use channels::email::{
    inboxes::{self, ManageInboxes},
    intake::{self, MailDoor},
    ledger::{self, Way, store::Entry},
    outbox,
    receive::smtp::{Accepted, Door, Envelope},
    verify::{Names, Verifier},
};
use kernel::{
    clock::{Clock, Millis},
    id::Id,
};
use platform::{
    Home,
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    db::{Error, MIGRATIONS, migrate},
    i18n::Language,
};
use serde_json::{Value as Json, json};
use std::{net::SocketAddr, sync::Arc};
use testkit::Desk;

pub struct World {
    pub home: Home,
    pub clock: Clock,
    pub verifier: Arc<Verifier>,
    door: MailDoor,
}

/// An inbox that acknowledges; it sends through `relay`, or to a port where nobody listens.
pub fn inbox(address: &str, relay: Option<SocketAddr>) -> Json {
    let port = relay.map_or(9, |relay| relay.port());
    json!({ "name": address, "address": address, "receive": { "kind": "smtp" },
            "send": { "host": "127.0.0.1", "port": port, "tls": "none" } })
}

impl World {
    pub async fn over(desk: &Desk, inboxes: &[Json]) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let create = |tx: &mut Tx<System>| {
            people::setup::create_desk(tx, "ACME", "ben@desk.example", "x", Language::En)
        };
        let user = Grant::<System>::system(&home).change(create).await.unwrap();
        let permissions = [(ManageInboxes::KEY.to_owned(), Scope::All)].into();
        let admin = Actor { who: Who::User(user), permissions, ..Actor::system() };
        let manage = Grant::<ManageInboxes>::check(&home, Arc::new(admin), true).unwrap();
        for inbox in inboxes {
            inboxes::api::create(&manage, serde_json::from_value(inbox.clone()).unwrap()).await.unwrap();
        }
        let verifier = Arc::new(Verifier::new(&Names::Off, "desk.example").unwrap());
        let door = MailDoor::new(&home, Way::Smtp);
        World { home, clock, verifier, door }
    }

    /// A mail at the door, from a sender with a name; returns its number in the ledger.
    pub async fn takes(&self, from: Option<&str>, to: &str, raw: Vec<u8>) -> i64 {
        let envelope = Envelope {
            peer: "192.0.2.1".parse().unwrap(),
            helo: "client.example".into(),
            mail_from: from.map(str::to_owned),
            recipients: vec![to.to_owned()],
            received_at: self.clock.now(),
            is_encrypted: false,
        };
        match self.door.accept(envelope, raw).await {
            Accepted::Stored(id) => id.parse().unwrap(),
            other => panic!("it was not stored: {other:?}"),
        }
    }
    pub async fn reads(&self) {
        while intake::work::run_once(&self.home, &self.verifier).await.unwrap() > 0 {}
    }
    pub async fn sends(&self) {
        while outbox::work::run_once(&self.home).await.unwrap() > 0 {}
    }
    /// Everything that came in, newest first.
    pub async fn ledger(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let before = all.last().map(|entry| entry.id);
            let read = self.home.db.read::<_, Error>(move |conn| {
                ledger::store::list(conn, &ledger::store::Filter::default(), before, 200)
            });
            let page = read.await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
    pub async fn entry(&self, id: i64) -> Entry {
        let read = self.home.db.read::<_, Error>(move |conn| ledger::store::one(conn, Id::new(id)));
        read.await.unwrap().unwrap()
    }
    /// Everything that went out or waits to, newest first.
    pub async fn outbox(&self) -> Vec<outbox::store::Entry> {
        let mut all: Vec<outbox::store::Entry> = Vec::new();
        loop {
            let before = all.last().map(|entry| entry.id);
            let list = move |tx: &mut Tx<System>| {
                outbox::store::list(tx, outbox::store::Filter::default(), before, 200)
            };
            let page = Grant::<System>::system(&self.home).read(list).await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
}
