//! A desk whose program is started and ended many times.
use crate::{
    program::{Data, Served, run, setup, token},
    size::is_long,
};
use platform::db::{Db, Place, Size};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

pub const HELP: &str = "help@desk.example";

pub struct Desk {
    pub data: Data,
    pub database: String,
    bearer: String,
}

/// An inbox that receives by SMTP and cannot send.
pub fn inbox(address: &str) -> Json {
    json!({ "name": address, "address": address, "receive": { "kind": "smtp" }, "acknowledge": false })
}

impl Desk {
    pub fn with(database: &str, inboxes: &[Json]) -> Desk {
        let data = Data::new();
        setup(&data, database).went_well();
        let bearer = format!("Bearer {}", token(&data, database));
        let desk = Desk { data, database: database.to_owned(), bearer };
        let served = desk.serve();
        for inbox in inboxes {
            desk.post(&served, "/api/v1/inboxes", inbox);
        }
        served.stop();
        desk
    }

    /// A desk that is there already.
    pub fn over(data: Data, database: &str, bearer: String) -> Desk {
        Desk { data, database: database.to_owned(), bearer }
    }

    pub fn serve(&self) -> Served {
        self.serve_with(&["--dns", "off"])
    }
    pub fn serve_with(&self, more: &[&str]) -> Served {
        let words = [
            "--database",
            &self.database,
            "--smtp-listen",
            "127.0.0.1:0",
            "--lmtp-listen",
            "127.0.0.1:0",
            "--allow-outbound",
            "127.0.0.0/8",
        ];
        Served::start(self.data.path(), &[&words[..], more].concat())
    }
    /// `firstline` with these words for this desk.
    pub fn words<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        [words, &["--data", self.data.path(), "--database", &self.database]].concat()
    }
    /// Every invariant holds, says the program itself.
    pub fn doctor(&self) {
        run(&self.words(&["doctor"])).went_well();
        let begun = std::fs::read_dir(self.data.0.path().join("blobs/begun"));
        let begun: Vec<_> = begun.into_iter().flatten().flatten().map(|file| file.path()).collect();
        assert!(begun.is_empty(), "unfinished contents: {begun:?}");
    }
    /// The database beside the program.
    pub fn open(&self) -> Db {
        let place = match self.database.split_once("&schema=") {
            None => Place::Sqlite(self.data.0.path().join("desk.db")),
            Some((url, schema)) => Place::Postgres { url: url.into(), schema: schema.into() },
        };
        Db::open(&place, Size::default()).unwrap()
    }

    pub fn headers(&self) -> [(&str, &str); 2] {
        [("authorization", &self.bearer), ("content-type", "application/json")]
    }
    #[track_caller]
    pub fn post(&self, served: &Served, path: &str, body: &Json) -> Json {
        let answer = served.send("POST", path, &self.headers(), &body.to_string());
        assert!(matches!(answer.status, 200 | 201), "{path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
    #[track_caller]
    pub fn get(&self, served: &Served, path: &str) -> Json {
        let answer = served.send("GET", path, &self.headers()[..1], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
    /// A whole list, `path` with its question mark.
    pub fn list(&self, served: &Served, path: &str) -> Vec<Json> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(served, &format!("{path}limit=200{cursor}"));
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
    /// The ledger once nothing in it is pending.
    #[track_caller]
    pub fn ledger(&self, served: &Served) -> Vec<Json> {
        // The backlog of the long form is read for as long as it takes, at the pace of the build that is used.
        let (began, most) = (Instant::now(), if is_long() { 3_600 } else { 240 });
        loop {
            let waiting = self.get(served, "/api/v1/inbound?outcome=pending&limit=1");
            if waiting["items"].as_array().unwrap().is_empty() {
                return self.list(served, "/api/v1/inbound?");
            }
            assert!(
                began.elapsed() < Duration::from_secs(most),
                "still pending: {waiting}: {}",
                served.log()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// What the ledger says about mails that are told apart by their subjects.
pub struct Account {
    pub lost: usize,
    pub duplicates: usize,
}
/// * `acknowledged` – the subjects of mails that were acknowledged to their senders.
pub fn account(ledger: &[Json], acknowledged: &BTreeSet<String>) -> Account {
    let mut created: BTreeMap<&str, usize> = BTreeMap::new();
    for row in ledger {
        let outcome = row["outcome"].as_str().unwrap();
        assert!(
            matches!(outcome, "created" | "joined" | "ignored"),
            "a good mail has another outcome: {row}"
        );
        if outcome == "ignored" {
            assert!(row["reason"].as_str().unwrap().starts_with("duplicate of"), "{row}");
        } else {
            *created.entry(row["subject"].as_str().unwrap()).or_default() += 1;
        }
    }
    let lost: Vec<_> =
        acknowledged.iter().filter(|subject| !created.contains_key(subject.as_str())).collect();
    let twice: Vec<_> = created.iter().filter(|(_, count)| **count > 1).collect();
    if !lost.is_empty() || !twice.is_empty() {
        println!("lost: {lost:?}; twice: {twice:?}");
    }
    Account { lost: lost.len(), duplicates: twice.len() }
}
