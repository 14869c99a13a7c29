//! F06: mail that cannot be read, or that ends the program, hurts itself and no other.
use crate::{
    desk::{Account, Desk, HELP, account, inbox},
    post::{Sender, send},
    receiving::mail,
    size::{Chance, Row, beside, databases, mails},
};
use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};
use testkit::name_server::{NameServer, Zone};

/// Signed, so the program asks for the key of its domain while it reads it. The signature is about these words.
fn signed(number: usize, domain: &str) -> Vec<u8> {
    format!(
        "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d={domain}; s=key; h=from;\n \
         bh=zS7KNTV0HyeorkDDGwxB1AV6enuRKzO5rthkhdHIRnY=; b=AAAA\nFrom: Ann <ann{number}@{domain}>\nTo: {HELP}\n\
         Subject: m{number}\nMessage-ID: <{number}@{domain}>\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n\nhello\n"
    )
    .into_bytes()
}

/// The program is ended by `kill -9` each time that it reads one certain mail: the name server that is asked on behalf
/// of it pulls the trigger.
#[test]
fn f06_a_mail_that_ends_the_program_three_times_alone_is_quarantined_and_its_company_is_not() {
    for database in databases() {
        let desk = Desk::with(&database, &[inbox(HELP)]);
        let names = NameServer::start(Zone::default().silent("key._domainkey.killer.example"));
        let server = names.address.to_string();
        let start = || desk.serve_with(&["--dns", &server]);
        let mut served = start();
        let (mut good, mut deaths, mut shot) = (0, 0, 0);
        let mut post = |to, count: usize| {
            let mut sender = Sender::open(to, "EHLO").unwrap();
            for _ in 0..count {
                good += 1;
                let said = sender.send("ann@client.example", HELP, &mail(good)).unwrap();
                assert!(said.starts_with("250 "), "{said}");
            }
            good
        };
        send(served.mail("smtp"), "x@killer.example", HELP, &signed(0, "killer.example")).unwrap();
        let total = post(served.mail("smtp"), 20);
        let began = Instant::now();
        let ledger = loop {
            assert!(began.elapsed() < Duration::from_secs(90), "{deaths} deaths: {}", served.log());
            let asked = names.asked("key._domainkey.killer.example");
            if asked > shot {
                served.kill();
                deaths += 1;
                // Asked again and again by one reading, that is one reading.
                shot = names.asked("key._domainkey.killer.example");
                served = start();
                continue;
            }
            let ledger = desk.list(&served, "/api/v1/inbound?");
            if ledger.iter().all(|row| row["outcome"] != "pending") {
                break ledger;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        // Once in company, perhaps, and three times alone.
        assert!((3..=4).contains(&deaths), "{deaths} deaths");
        let (bad, rest): (Vec<_>, Vec<_>) =
            ledger.into_iter().partition(|row| row["outcome"] == "quarantined");
        assert_eq!(bad.len(), 1, "{bad:?}");
        let why = bad[0]["reason"].as_str().unwrap();
        assert_eq!(why, "the program ended 3 times while it read this mail alone");
        let all: BTreeSet<_> = (1..=total).map(|number| format!("m{number}")).collect();
        let Account { lost, duplicates } = account(&rest, &all);
        assert_eq!((lost, duplicates), (0, 0));

        // It is there to look at, and people may try again: now that nobody shoots, it becomes a ticket.
        let id = bad[0]["id"].as_str().unwrap();
        let raw = served.send("GET", &format!("/api/v1/inbound/{id}/raw"), &desk.headers()[..1], "");
        assert!(raw.body.contains("Subject: m0\r\n"), "{}", raw.body);
        desk.post(&served, &format!("/api/v1/inbound/{id}/replay"), &serde_json::json!({}));
        let ledger = desk.ledger(&served);
        let row = ledger.iter().find(|row| row["id"] == id).unwrap();
        assert_eq!(row["outcome"], "created", "{row}");
        served.stop();
        desk.doctor();
    }
}

/// Files of the malformed sets, and good mails with bytes changed, cut out and doubled.
fn malformed(chance: &mut Chance, count: usize) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/corpora");
    let mut found = Vec::new();
    let mut open = vec![root.join("hostile_mail"), root.join("stalwart_mail_parser"), root.join("mime4j")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}")).flatten() {
            let path = entry.path();
            match path.extension().and_then(|end| end.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("eml" | "msg") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "{}", found.len());
    (0..count)
        .map(|number| {
            let mut raw = std::fs::read(&found[number % found.len()]).unwrap();
            for _ in 0..(number / found.len()) * 5 {
                let at = chance.below(raw.len() as u64) as usize;
                match chance.below(3) {
                    0 => raw[at] = chance.below(256) as u8,
                    1 => raw.truncate(raw.len() - (raw.len() - at) / 7),
                    _ => raw.extend_from_within(at..raw.len().min(at + 40)),
                }
                if raw.is_empty() {
                    raw.push(b'x');
                }
            }
            raw
        })
        .collect()
}

/// Sends `count` good mails and, after each twentieth, a bad one; returns how long it took until all were decided.
fn run_through(desk: &Desk, count: usize, bad: &[Vec<u8>], seed: &str) -> (Duration, Vec<serde_json::Value>) {
    let served = desk.serve();
    let pid = served.pid();
    let mut sender = Sender::open(served.mail("smtp"), "EHLO").unwrap();
    let began = Instant::now();
    for number in 0..count {
        let text = String::from_utf8(mail(number))
            .unwrap()
            .replace("@client.example>", &format!("@{seed}.example>"));
        let said = sender.send("ann@client.example", HELP, text.as_bytes()).unwrap();
        assert!(said.starts_with("250 "), "{said}");
        if number.is_multiple_of(20)
            && let Some(bad) = bad.get(number / 20)
        {
            let said = sender.send("eve@malformed.example", HELP, bad).unwrap();
            assert!(said.starts_with("250 "), "{said}");
        }
    }
    let ledger = desk.ledger(&served);
    let took = began.elapsed();
    assert_eq!(served.pid(), pid);
    served.stop();
    (took, ledger)
}

#[test]
fn f06_malformed_mail_among_good_stops_nothing() {
    for database in databases() {
        let count = mails(300);
        let bad = malformed(&mut Chance::new(6), count / 20);
        let clean = Desk::with(&beside(&database), &[inbox(HELP)]);
        let (alone, _) = run_through(&clean, count, &[], "clean");
        let desk = Desk::with(&database, &[inbox(HELP)]);
        let (together, ledger) = run_through(&desk, count, &bad, "mixed");
        assert_eq!(ledger.len(), count + bad.len(), "one row for each");
        let (good, rest): (Vec<_>, Vec<_>) = ledger.into_iter().partition(|row| {
            let subject = row["subject"].as_str().unwrap();
            row["outcome"] == "created"
                && subject.strip_prefix('m').is_some_and(|n| n.parse::<usize>().is_ok())
        });
        let all = (0..count).map(|number| format!("m{number}")).collect();
        let Account { lost, duplicates } = account(&good, &all);
        let quarantined = rest.iter().filter(|row| row["outcome"] == "quarantined").count();
        for row in &rest {
            assert!(row["outcome"] == "created" || row["reason"].is_string(), "without a reason: {row}");
        }
        // How fast good mails get through is a figure of the long form; here other tests run beside it.
        let pace =
            100.0 * alone.as_secs_f64() / together.as_secs_f64() * (count + bad.len()) as f64 / count as f64;
        let remark =
            format!("{} malformed, {quarantined} of them quarantined, pace {pace:.0} % of clean", bad.len());
        Row {
            experiment: "F06",
            database: &database,
            mails: count + bad.len(),
            ends: 0,
            lost,
            duplicates,
            remark,
        }
        .print();
        assert_eq!((lost, duplicates), (0, 0));
        desk.doctor();
    }
}
