use super::*;
use std::{fs, path::PathBuf, time::Instant};
use testkit::name_server::{NameServer, Zone};

fn samples(folder: &str) -> Vec<(String, String)> {
    let path =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/corpora/mail_auth")).join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

fn verifier(zone: Zone) -> (Verifier, NameServer) {
    let server = NameServer::start(zone);
    (Verifier::new(&Names::Servers(vec![server.address]), "mx.desk.example").unwrap(), server)
}

/// A sample begins with DNS records, a name and its text on each line; then an empty line and the mail.
fn sample(text: &str) -> (Zone, Vec<u8>) {
    let text = text.replace("\r\n", "\n");
    let (records, mail) = text.split_once("\n\n").unwrap();
    let zone = records.lines().fold(Zone::default(), |zone, line| {
        let (name, record) = line.split_once(' ').unwrap();
        zone.txt(name, record)
    });
    (zone, mail.replace('\n', "\r\n").into_bytes())
}

const PUBLIC: &str = "93.184.216.34";

fn from<'a>(mail_from: Option<&'a str>) -> Option<Sender<'a>> {
    Some(Sender { peer: PUBLIC.parse().unwrap(), helo: "mx.client.example", mail_from })
}

fn plain(from: &str) -> Vec<u8> {
    format!("From: Ann <{from}>\r\nSubject: x\r\n\r\nhello\r\n").into_bytes()
}

#[tokio::test]
async fn every_dkim_sample_passes_unless_it_is_old_and_one_line_more_breaks_it() {
    let mut count = 0;
    for (path, text) in samples("dkim") {
        let (zone, mail) = sample(&text);
        let (verifier, _server) = verifier(zone);
        let verdict = verifier.verify(None, &mail).await;
        assert!(!verdict.dkim.is_empty(), "{path}");
        // One was signed for a week only.
        let expected = if path.ends_with("005.txt") { Outcome::Neutral } else { Outcome::Pass };
        for signature in &verdict.dkim {
            assert_eq!(signature.check.outcome, expected, "{path}: {signature:?}");
            assert_eq!(signature.check.reason.contains("expired"), expected == Outcome::Neutral);
        }
        assert_eq!(verdict.spf.outcome, Outcome::NotChecked);
        let changed = [mail.as_slice(), b"and one line more\r\n"].concat();
        let verdict = verifier.verify(None, &changed).await;
        assert!(verdict.dkim.iter().all(|signature| signature.check.outcome != Outcome::Pass), "{path}");
        assert!(!verdict.is_aligned, "{path}");
        count += 1;
    }
    assert_eq!(count, 4);
}

#[tokio::test]
async fn a_whole_arc_chain_passes_and_a_broken_one_fails() {
    for (path, text) in samples("arc") {
        let (zone, mail) = sample(&text);
        let (verifier, _server) = verifier(zone);
        assert_eq!(verifier.verify(None, &mail).await.arc.outcome, Outcome::Pass, "{path}");
        let broken = String::from_utf8(mail).unwrap().replacen("cv=pass", "cv=none", 1);
        let outcome = verifier.verify(None, broken.as_bytes()).await.arc.outcome;
        assert!(matches!(outcome, Outcome::Fail | Outcome::Neutral), "{path}: {outcome:?}");
    }
}

/// The SPF samples: records, then questions with the expected answer.
#[derive(Clone, Default)]
struct SpfCase {
    zone: Zone,
    domain: String,
    sender: String,
    ip: String,
}

fn spf_record(zone: Zone, line: &str) -> Zone {
    let (kind, rest) = line.split_once(": ").unwrap();
    let (name, values) = rest.trim().split_once(' ').unwrap();
    if matches!(kind, "spf" | "exp") {
        return zone.txt(name, values);
    }
    values.split(',').map(str::trim).fold(zone, |zone, value| match (kind, value.parse::<IpAddr>()) {
        ("a" | "aaaa", address) => zone.address(name, address.unwrap()),
        ("ptr", _) => zone.ptr(name.parse().unwrap(), value),
        // An exchange has a name.
        ("mx", Ok(address)) => {
            let exchange = format!("mx-{}.{name}", value.replace(['.', ':'], "-"));
            zone.mx(name, &exchange).address(&exchange, address)
        }
        ("mx", Err(_)) => zone.mx(name, value),
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn the_spf_samples_come_out_as_stated() {
    let mut count = 0;
    for (path, text) in samples("spf") {
        for part in text.split("\n---") {
            let (records, questions) = part.split_once("tests:").unwrap();
            let is_record = |line: &&str| {
                ["a", "aaaa", "mx", "ptr", "exp", "spf"].contains(&line.split(": ").next().unwrap())
            };
            let shared = records.lines().map(str::trim).filter(is_record).fold(Zone::default(), spf_record);
            let mut case = SpfCase { zone: shared.clone(), ..SpfCase::default() };
            for line in questions.lines().map(|line| line.trim().trim_start_matches("- ")) {
                let Some((key, value)) = line.split_once(": ") else { continue };
                match key {
                    "name" => case.zone = shared.clone(),
                    "domain" => case.domain = value.trim().to_owned(),
                    "sender" => case.sender = value.trim().to_owned(),
                    "ip" => case.ip = value.trim().to_owned(),
                    "expect" => {
                        let output = ask_spf(&case).await;
                        count += 1;
                        // mail-auth 0.13.3 compares `ptr:` with a name that ends in a dot: it never matches.
                        if questions.contains("-ptr:example.com +all") && case.ip == "192.0.2.1" {
                            assert_eq!(output, "Fail", "mail-auth has learnt `ptr:`: remove this exception");
                            continue;
                        }
                        assert_eq!(output.to_lowercase(), value.trim(), "{path}: {line} {}", case.ip);
                    }
                    _ if is_record(&line) => case.zone = spf_record(case.zone, line),
                    other => assert_eq!(other, "exp", "{path}: {line}"),
                }
            }
        }
    }
    println!("{count} SPF questions");
    assert_eq!(count, 54);
}

async fn ask_spf(case: &SpfCase) -> String {
    let (verifier, _server) = verifier(case.zone.clone());
    let sender = Sender { peer: case.ip.parse().unwrap(), helo: &case.domain, mail_from: Some(&case.sender) };
    let dns = verifier.dns.as_ref().unwrap();
    verifier.spf(dns, sender).await.result().to_string()
}

#[tokio::test]
async fn dmarc_joins_spf_and_dkim_and_says_whether_the_sender_is_proven() {
    let zone = Zone::default()
        .txt("client.example", &format!("v=spf1 ip4:{PUBLIC} -all"))
        .txt("_dmarc.client.example", "v=DMARC1; p=reject")
        .txt("other.example", &format!("v=spf1 ip4:{PUBLIC} -all"))
        .txt("plain.example", &format!("v=spf1 ip4:{PUBLIC} -all"));
    let (verifier, _server) = verifier(zone);
    for (path, header, dmarc, is_aligned, summary) in [
        ("ann@client.example", "ann@client.example", Outcome::Pass, true, Summary::Proven),
        ("bounce@client.example", "ann@mail.client.example", Outcome::Pass, true, Summary::Proven),
        // The classic forgery: a path of one's own, somebody else's From.
        ("eve@other.example", "ann@client.example", Outcome::Fail, false, Summary::Forged),
        // No DMARC record: the same domain is proof, a neighbour is none.
        ("ann@plain.example", "ann@plain.example", Outcome::None, true, Summary::Proven),
        ("ann@plain.example", "ann@sub.plain.example", Outcome::None, true, Summary::Proven),
        ("eve@other.example", "ann@plain.example", Outcome::None, false, Summary::Unproven),
        ("eve@other.example", "ann@notother.example", Outcome::None, false, Summary::Unproven),
        ("eve@nowhere.example", "ann@nowhere2.example", Outcome::None, false, Summary::Unproven),
    ] {
        let verdict = verifier.verify(from(Some(path)), &plain(header)).await;
        let got = (verdict.dmarc.outcome, verdict.is_aligned, verdict.summary);
        assert_eq!(got, (dmarc, is_aligned, summary), "{path} as {header}: {verdict:?}");
    }
    let forged = verifier.verify(from(Some("eve@other.example")), &plain("ann@client.example")).await;
    assert_eq!(forged.dmarc_policy.as_deref(), Some("reject"));
    let two = b"From: ann@client.example, eve@other.example\r\n\r\nx\r\n";
    let verdict = verifier.verify(from(Some("eve@other.example")), two).await;
    assert_eq!((verdict.is_aligned, verdict.from_domain), (false, None), "two domains in From prove nothing");
}

#[tokio::test]
async fn a_signature_of_the_sender_proves_him_even_through_a_relay() {
    let (_, text) = samples("dkim").remove(0);
    let (zone, mail) = sample(&text);
    let (verifier, _server) = verifier(zone.txt("_dmarc.football.example.com", "v=DMARC1; p=quarantine"));
    let relay = Sender { peer: "127.0.0.1".parse().unwrap(), helo: "relay", mail_from: Some("x@y.example") };
    let verdict = verifier.verify(Some(relay), &mail).await;
    assert_eq!((verdict.spf.outcome, &*verdict.spf.reason), (Outcome::NotChecked, "local relay"));
    assert_eq!((verdict.dmarc.outcome, verdict.summary), (Outcome::Pass, Summary::Proven));
    let stored = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&stored).unwrap(), verdict);
    // Without its signature the same mail is unproven, not forged: SPF could not be looked at.
    let bare = plain("joe@football.example.com");
    assert_eq!(verifier.verify(Some(relay), &bare).await.summary, Summary::NotChecked);
}

#[tokio::test]
async fn where_there_is_nothing_to_check_nobody_is_asked() {
    let (verifier, server) = verifier(Zone::default());
    let verdict = verifier.verify(None, &plain("ann@client.example")).await;
    assert_eq!((verdict.summary, verdict.is_aligned), (Summary::NotChecked, false));
    for peer in ["127.0.0.1", "10.1.2.3", "fd00::1"] {
        let sender = Sender { peer: peer.parse().unwrap(), helo: "x", mail_from: None };
        verifier.verify(Some(sender), &plain("ann@client.example")).await;
    }
    let many = "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AA==; b=AA==\r\n".repeat(21);
    let bomb = [many.as_bytes(), &plain("ann@client.example")].concat();
    let verdict = verifier.verify(None, &bomb).await;
    assert_eq!((verdict.summary, &*verdict.spf.reason), (Summary::NotChecked, "more than 20 signatures"));
    let off = Verifier::new(&Names::Off, "mx.desk.example").unwrap();
    assert_eq!(off.verify(from(None), &plain("a@b.example")).await.summary, Summary::NotChecked);
    assert_eq!(server.questions(), 0);
}

#[tokio::test]
async fn a_silent_name_server_costs_five_seconds_at_most_and_proves_nothing() {
    let zone = Zone::default().silent("client.example").silent("_dmarc.client.example");
    let (verifier, _server) = verifier(zone);
    let began = Instant::now();
    let verdict = verifier.verify(from(Some("ann@client.example")), &plain("ann@client.example")).await;
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    assert_eq!(verdict.spf.outcome, Outcome::TemporaryError);
    assert!(!verdict.is_aligned);
    assert_ne!(verdict.summary, Summary::Forged);
}

#[tokio::test]
async fn answers_are_remembered() {
    let zone = Zone::default().txt("client.example", &format!("v=spf1 ip4:{PUBLIC} -all"));
    let (verifier, server) = verifier(zone);
    verifier.verify(from(Some("ann@client.example")), &plain("ann@client.example")).await;
    let asked = server.questions();
    for _ in 0..10 {
        let verdict = verifier.verify(from(Some("bob@client.example")), &plain("bob@client.example")).await;
        assert!(verdict.is_aligned);
    }
    println!("{asked} questions for the first mail, {} for ten more", server.questions() - asked);
    assert!(server.questions() <= asked + 1, "{} after {asked}", server.questions());
}

#[test]
fn name_servers_are_read_exactly() {
    assert_eq!("system".parse(), Ok(Names::System));
    assert_eq!("off".parse(), Ok(Names::Off));
    let list: Names = "9.9.9.9, [2620:fe::fe]:5353, ::1".parse().unwrap();
    assert_eq!(list.to_string(), "9.9.9.9:53, [2620:fe::fe]:5353, [::1]:53");
    for wrong in ["", "on", "dns.example", "9.9.9.9,", "9.9.9.9:99999"] {
        assert!(wrong.parse::<Names>().is_err(), "{wrong}");
    }
}
