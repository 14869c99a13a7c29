//! F23: mails that are made to cost much cost little, and end in something that people see.
use crate::{
    desk::{Desk, HELP, inbox},
    post::send,
    size::{databases, engine},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fmt::Write,
    io::{Read, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};
use testkit::cpu_of;

/// CPU time that one of them may cost, from its first byte to its outcome.
const MOST: Duration = Duration::from_secs(10);

fn head(subject: &str, more: &str) -> String {
    format!(
        "From: Eve <eve@evil.example>\r\nTo: {HELP}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@evil.example>\r\n\
         Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n{more}"
    )
}

fn file(subject: &str, kind: &str, bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<_> = encoded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line)).collect();
    let more =
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nlook\r\n";
    head(subject, more)
        + &format!(
            "--b\r\nContent-Type: {kind}; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
            lines.join("\r\n")
        )
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            },
        )
    })
}

/// 20,000 by 20,000 pixels in a file of a few hundred KB: 1.6 GB as soon as somebody draws it.
fn picture() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        let body = [kind, data].concat();
        png.extend(&body);
        png.extend(crc(&body).to_be_bytes());
    };
    let side = 20_000_u32.to_be_bytes();
    chunk(b"IHDR", &[&side[..], &side, &[8, 6, 0, 0, 0]].concat());
    chunk(b"IDAT", &vec![0; 400_000]);
    chunk(b"IEND", &[]);
    png
}

/// A real zip whose content is a thousand times as long.
fn zip() -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/corpora/hostile_mail");
    std::fs::read(root.join("s13_zip_ratio_1000.eml")).unwrap()
}

fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let parts = head("parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
        + &"--b\r\nContent-Type: text/plain\r\n\r\npart\r\n".repeat(10_000)
        + "--b--\r\n";
    let mut depth = head("depth", "");
    for level in 0..5_000 {
        write!(depth, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").unwrap();
    }
    depth += "Content-Type: text/plain\r\n\r\ndeep\r\n";
    let messages = head("messages", "")
        + &"Content-Type: message/rfc822\r\n\r\n".repeat(5_000)
        + "Subject: inner\r\n\r\ntext\r\n";
    let header = head("header", &format!("X-Long: {}\r\n", "long\r\n ".repeat(2_500_000))) + "\r\nhello\r\n";
    let fields = head("fields", &"X-Y: z\r\n".repeat(1_000_000)) + "\r\nhello\r\n";
    let quotes = head("quotes", "\r\n") + &"> On 1 June 2026 Bo <b@x.example> wrote:\r\n".repeat(120_000);
    let bait = head("bait", "Content-Type: text/html\r\n\r\n")
        + &format!("{}\r\n", "<div style='a:url(((((((('><b>".repeat(160_000))
        + &format!("{}!\r\n", "a".repeat(900));
    let words = head("words", &format!("X-Words: {}\r\n", "=?utf-8?q?=".repeat(100_000))) + "\r\nhello\r\n";
    let addresses =
        head("addresses", &format!("Cc: {}\r\n", "\"<(a@b,\r\n ".repeat(100_000))) + "\r\nhello\r\n";
    vec![
        ("parts", parts.into_bytes()),
        ("depth", depth.into_bytes()),
        ("messages", messages.into_bytes()),
        ("header", header.into_bytes()),
        ("fields", fields.into_bytes()),
        ("quotes", quotes.into_bytes()),
        ("bait", bait.into_bytes()),
        ("words", words.into_bytes()),
        ("addresses", addresses.into_bytes()),
        ("picture", file("picture", "image/png", &picture()).into_bytes()),
        ("zip", zip()),
    ]
}

/// A download as bytes.
fn download(desk: &Desk, to: std::net::SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).unwrap();
    let [(name, value), _] = desk.headers();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {to}\r\n{name}: {value}\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let body = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    assert!(bytes.starts_with(b"HTTP/1.0 200") || bytes.starts_with(b"HTTP/1.1 200"), "{path}");
    bytes[body + 4..].to_vec()
}

#[test]
fn f23_bombs_cost_little_and_are_seen() {
    for database in databases() {
        let desk = Desk::with(&database, &[inbox(HELP)]);
        let served = desk.serve();
        let pid = served.pid();
        for (what, raw) in bombs() {
            let (before, began) = (cpu_of(&pid), Instant::now());
            let said = send(served.mail("smtp"), "eve@evil.example", HELP, &raw).unwrap();
            assert!(said.starts_with("250 "), "{what}: {said}");
            let newest = desk.ledger(&served).remove(0);
            let cost = cpu_of(&pid) - before;
            println!(
                "{} {what}: {} KB, {:.2} s of CPU, {:.1} s, {}",
                engine(&database),
                raw.len() / 1024,
                cost.as_secs_f64(),
                began.elapsed().as_secs_f64(),
                newest["outcome"]
            );
            assert!(cost <= MOST, "{what}: {cost:?} of CPU");
            assert_eq!(newest["outcome"], "created", "{what}: {newest}");
            // The ticket's page and the mail as it came are there, whatever it is.
            let ticket = newest["ticket"].as_i64().unwrap();
            let messages = desk.list(&served, &format!("/api/v1/tickets/{ticket}/messages?"));
            assert_eq!(messages.len(), 1, "{what}");
            let path = format!("/api/v1/inbound/{}/raw", newest["id"].as_str().unwrap());
            let raw_again = download(&desk, served.address, &path);
            assert!(raw_again.ends_with(&normal(&raw)), "{what}: the raw mail is as it came");
        }
        // A mail beyond the limit is refused, so its sender knows.
        let mut sender = crate::post::Sender::open(served.mail("smtp"), "EHLO").unwrap();
        let said = sender.says("MAIL FROM:<eve@evil.example> SIZE=100000000").unwrap();
        assert!(said.starts_with("552 "), "{said}");
        assert_eq!(served.pid(), pid);
        served.stop();
        desk.doctor();
    }
}

/// As it went over the wire, without the dots and the end.
fn normal(raw: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = raw.iter().copied().filter(|byte| *byte != b'\r').collect();
    let mut out = Vec::with_capacity(raw.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.extend(line.strip_suffix(b"\n").unwrap_or(line));
        out.extend(b"\r\n");
    }
    out
}
