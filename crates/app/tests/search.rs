//! The search of the served program: what it finds, how well, and that its index comes back whatever happens to it.
mod program;

use program::{Data, Served, run, setup, token};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

const SQLITE: &str = "sqlite";

fn escaped(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

struct Desk<'a> {
    served: &'a Served,
    token: &'a str,
}
impl Desk<'_> {
    fn get(&self, path: &str) -> Value {
        let answer =
            self.served.send("GET", path, &[("authorization", &format!("Bearer {}", self.token))], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
    fn finds(&self, question: &str, limit: usize) -> Vec<(String, String)> {
        let found = self.get(&format!("/api/v1/search?q={}&limit={limit}", escaped(question)));
        let word = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
        let items = found["items"].as_array().unwrap();
        items.iter().map(|item| (word(item, "kind"), word(item, "title"))).collect()
    }
    fn opens(&self, subject: &str) -> i64 {
        let body = json!({ "subject": subject, "text": "words of the message", "requester": { "email": "cy@c.example" } });
        let headers = [
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
        ];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.served.send("POST", "/api/v1/tickets", &headers, &body.to_string());
        assert_eq!(answer.status, 201, "{}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["number"].as_i64().unwrap()
    }
    /// Waits until the index has everything, files included.
    fn is_whole(&self) {
        let until = Instant::now() + Duration::from_secs(120);
        let number = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            line.rsplit(' ').next()?.parse::<f64>().ok()
        };
        while Instant::now() < until {
            let text = self.served.get("/metrics").body;
            let (whole, at) =
                (number(&text, "firstline_search_whole "), number(&text, "firstline_search_position "));
            let waits = number(&text, "firstline_search_unread ");
            if whole == Some(1.0) && waits == Some(0.0) && at >= number(&text, "firstline_event_last ") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the index does not become whole: {}", self.served.log());
    }
}

/// A question and what must be found.
struct Labelled {
    class: String,
    question: String,
    expected: Vec<String>,
}
fn labelled() -> Vec<Labelled> {
    let text = include_str!("../../../testdata/search/queries.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<_> = line.split('\t').collect();
            let [language, class, question, expected] = parts[..] else { panic!("{line}") };
            Labelled {
                class: format!("{class} {language}"),
                question: question.into(),
                expected: expected.split(" | ").map(str::to_owned).collect(),
            }
        })
        .collect()
}

#[test]
fn the_labelled_questions_find_what_they_must() {
    let data = Data::new();
    run(&["demo", "--data", data.path(), "--tickets", "300"]).went_well();
    let words =
        ["token", "create", "--data", data.path(), "--user", "mara@lindgren.example", "--scopes", "all"];
    let token = run(&words).went_well();
    let served = Served::start(data.path(), &[]);
    let desk = Desk { served: &served, token: token.trim_end() };
    desk.is_whole();
    let all = labelled();
    assert!(all.len() >= 150, "{}", all.len());
    let mut classes: BTreeMap<String, (usize, f64, f64)> = BTreeMap::new();
    let (mut recall, mut rank) = (0.0, 0.0);
    for one in &all {
        let found = desk.finds(&one.question, 10);
        // `#7 Subject`
        let titles: Vec<_> = found
            .iter()
            .map(
                |(kind, title)| {
                    if kind == "ticket" { title.split_once(' ').unwrap().1 } else { title.as_str() }
                },
            )
            .collect();
        let hit = |title: &&str| one.expected.iter().any(|expected| expected == title);
        let there = one.expected.iter().filter(|expected| titles.contains(&expected.as_str())).count();
        let mine = there as f64 / one.expected.len() as f64;
        let first = titles.iter().position(|title| hit(title)).map_or(0.0, |at| 1.0 / (at + 1) as f64);
        if mine < 1.0 || first < 1.0 {
            println!(
                "  {:12} {:40} recall {mine:.2} rank {first:.2} {:?}",
                one.class,
                one.question,
                &titles[..titles.len().min(3)]
            );
        }
        let class = classes.entry(one.class.clone()).or_default();
        *class = (class.0 + 1, class.1 + mine, class.2 + first);
        recall += mine;
        rank += first;
    }
    for (class, (count, recall, rank)) in &classes {
        println!(
            "{class:14} {count:3} questions  recall@10 {:.3}  MRR {:.3}",
            recall / *count as f64,
            rank / *count as f64
        );
    }
    let (recall, rank) = (recall / all.len() as f64, rank / all.len() as f64);
    println!("all            {:3} questions  recall@10 {recall:.3}  MRR {rank:.3}", all.len());
    assert!(recall >= 0.95, "recall@10 {recall:.3}");
    assert!(rank >= 0.85, "MRR {rank:.3}");
    served.stop();
}

#[test]
fn the_index_survives_kills_and_comes_back_when_it_is_thrown_away() {
    let data = Data::new();
    setup(&data, SQLITE).went_well();
    let token = token(&data, SQLITE);
    let mut last = 0;
    for round in 0..3 {
        let served = Served::start(data.path(), &[]);
        let desk = Desk { served: &served, token: &token };
        for number in 0..15 {
            last = desk.opens(&format!("Giraffe {round} {number}"));
        }
        // Somewhere between an event, a commit of the index and the next one.
        std::thread::sleep(Duration::from_millis(130 * round));
        served.kill();
    }
    let served = Served::start(data.path(), &[]);
    let desk = Desk { served: &served, token: &token };
    desk.is_whole();
    assert_eq!(desk.finds("giraffe", 100).len() as i64, last, "each once");
    // Seen soon after the commit. The best of some: this machine may have other work.
    let soon = (0..5).map(|number| {
        let subject = format!("Okapi{number}");
        desk.opens(&subject);
        let begin = Instant::now();
        while desk.finds(&format!("\"{subject}\""), 5).is_empty() {
            assert!(begin.elapsed() < Duration::from_secs(20), "{}", served.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        begin.elapsed()
    });
    let soon = soon.min().unwrap();
    println!("visible after {soon:?}");
    assert!(soon < Duration::from_secs(1), "{soon:?}");
    desk.is_whole();
    let doctor = || run(&["doctor", "--data", data.path()]).out;
    assert!(doctor().contains("ok search-index"), "{}", doctor());
    served.stop();

    let folder = data.file("search");
    damage(Path::new(&folder));
    assert!(doctor().contains("FINDING search-index"), "{}", doctor());
    let said = run(&["reindex", "--data", data.path()]).went_well();
    assert!(said.contains("can be found again"), "{said}");
    assert!(doctor().contains("ok search-index"), "{}", doctor());

    fs::remove_dir_all(&folder).unwrap();
    assert!(doctor().contains("ok search-index"), "no index is no finding");
    let served = Served::start(data.path(), &[]);
    let desk = Desk { served: &served, token: &token };
    desk.is_whole();
    assert_eq!(desk.finds("giraffe", 100).len() as i64, last);
    // While it is served, the one that serves does it.
    let said = run(&["reindex", "--data", data.path()]).went_well();
    assert!(said.contains("builds the search index anew"), "{said}");
    desk.opens("Wakes it");
    served.logged("the index is built from the beginning");
    desk.is_whole();
    assert_eq!(desk.finds("giraffe", 100).len() as i64, last);
    served.stop();

    // A backup has no index; a restored desk makes its own.
    let backup = data.file("desk.flb");
    run(&["backup", "--data", data.path(), "--to", &backup]).went_well();
    let other = Data::new();
    run(&["restore", "--data", other.path(), "--from", &backup]).went_well();
    assert!(!Path::new(&other.file("search")).exists());
    let served = Served::start(other.path(), &[]);
    let desk = Desk { served: &served, token: &token };
    desk.is_whole();
    assert_eq!(desk.finds("giraffe", 100).len() as i64, last);
}

/// Turns a byte of each file of postings around: some may be of pieces that are not used any more.
fn damage(folder: &Path) {
    let files = fs::read_dir(folder.join("index")).unwrap().flatten().map(|entry| entry.path());
    for path in files.filter(|path| path.extension().is_some_and(|end| end == "idx")) {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn files_of_strangers_are_read_apart_and_end_nothing() {
    let read = |kind: &str, bytes: &[u8]| {
        let mut command = program::firstline(&["read-text", kind]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = bytes.to_vec();
        let feed = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(read("html", b"<p>Hello <b>there</b></p>").1.trim(), "Hello there");
    assert_eq!(read("pdf", b"no pdf").0, Some(3));
    assert_eq!(read("nonsense", b"").0, Some(2));
    // An array in an array in an array: a reader that follows has no stack left, or gives up.
    let mut deep = b"%PDF-1.4\n1 0 obj\n".to_vec();
    deep.extend(vec![b'['; 2_000_000]);
    deep.extend(b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF");
    let (code, out) = read("pdf", &deep);
    assert!(code != Some(0) && out.len() < 200, "{code:?} {out}");
}
