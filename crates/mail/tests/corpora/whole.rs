//! Every file of every corpus goes through every function of this crate that reads.

use super::*;
use mail::{Automatic, Bounce, Defect, OwnAddresses, Split, Subject, clean};
use std::time::Instant;

/// Whatever it is, it is read: no panic, no empty result without a reason, bounded time.
#[test]
fn every_file_is_read_without_a_panic() {
    let limits = Limits::default();
    let own = OwnAddresses::default();
    let mut count = 0;
    let mut slowest = (0.0, String::new());
    for name in files("").into_iter().filter(|name| !name.starts_with("expected/") && name.contains('/')) {
        let raw = bytes(&name);
        let start = Instant::now();
        let mail = Mail::read(&raw, &limits);
        let split = Split::of(&mail, &limits);
        let seconds = start.elapsed().as_secs_f64();
        assert!(!mail.has(Defect::Unreadable), "{name}: reading failed inside");
        assert_eq!(
            split.pieces.iter().map(|p| p.text.as_str()).collect::<String>(),
            mail.text,
            "{name}: the split loses text"
        );
        assert!(!mail.text.contains('\0') && !mail.subject.contains(char::is_control), "{name}: not cleaned");
        for attachment in &mail.attachments {
            let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{202e}');
            assert!(
                !attachment.name.is_empty() && attachment.name.len() <= 255 && !attachment.name.contains(bad),
                "{name}"
            );
        }
        if let Some(html) = &mail.html {
            clean(html, &|_| None);
        }
        Automatic::classify(&mail, &own);
        Bounce::read(&mail);
        Subject::read(&mail.subject);
        if seconds > slowest.0 {
            slowest = (seconds, name);
        }
        count += 1;
    }
    println!("files read: {count}; the slowest took {:.0} ms: {}", slowest.0 * 1000.0, slowest.1);
    assert!(count > 1000);
}

/// The files that Outlook packed into `winmail.dat` come out under their names.
#[test]
fn winmail_files_are_unpacked() {
    for (file, names, has_body) in [
        ("one-file", &["AUTHORS"][..], false),
        ("two-files", &["AUTHORS", "README"], false),
        ("data-before-name", &["AUTOEXEC.BAT", "CONFIG.SYS", "boot.ini"], true),
        ("body", &[], true),
        ("panic", &["image001.jpg", "image002.jpg", "image003.png"], true),
        ("multi-name-property", &[], false),
    ] {
        let packed = bytes(&format!("mimekit/tnef/{file}.tnef"));
        let encoded: String = packed.chunks(45).map(|line| format!("{}\r\n", base64::encode(line))).collect();
        let raw = format!(
            "From: a@x.example\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"
        );
        let mail = Mail::read(raw.as_bytes(), &Limits::default());
        let found: Vec<&str> = mail.attachments.iter().map(|attachment| attachment.name.as_str()).collect();
        println!(
            "{file}: {found:?}, {:?}, {:?}",
            mail.text.chars().take(80).collect::<String>(),
            mail.defects
        );
        assert!(names.iter().all(|name| found.contains(name)), "{file}: {found:?}");
        assert_eq!(!mail.text.trim().is_empty(), has_body, "{file}");
        assert!(!mail.has(Defect::TnefUnreadable));
    }
}

/// Base64 with padding, for putting corpora files into a mail.
mod base64 {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub fn encode(bytes: &[u8]) -> String {
        let group = |three: &[u8]| {
            let bits = u32::from(three[0]) << 16
                | u32::from(*three.get(1).unwrap_or(&0)) << 8
                | u32::from(*three.get(2).unwrap_or(&0));
            (0..4)
                .map(move |at| {
                    if at <= three.len() {
                        ALPHABET[(bits >> (18 - 6 * at) & 63) as usize] as char
                    } else {
                        '='
                    }
                })
                .collect::<String>()
        };
        bytes.chunks(3).map(group).collect()
    }
}

/// Mail of the corpora with random damage: bytes changed, cut out, doubled. Nothing panics inside, nothing is lost.
#[test]
fn damaged_mail_is_read_without_a_panic() {
    use proptest::prelude::*;
    let originals: Vec<Vec<u8>> =
        ["mime4j", "mikel_mail", "mimekit", "cpython_email", "stalwart_mail_parser", "hostile_mail"]
            .iter()
            .flat_map(|folder| files(folder))
            .map(|name| bytes(&name))
            .filter(|raw| raw.len() < 20_000)
            .collect();
    let damage = (
        any::<prop::sample::Index>(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..20),
    );
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let limits = Limits::default();
    let result = runner.run(&damage, |(which, changes)| {
        let mut raw = which.get(&originals).clone();
        for (at, byte, kind) in changes {
            if raw.is_empty() {
                break;
            }
            let at = at.index(raw.len());
            match kind {
                0 => raw[at] = byte,
                1 => raw.truncate(raw.len() - (raw.len() - at) / 7),
                2 => raw.insert(at, byte),
                _ => raw.extend_from_within(at..(at + usize::from(byte)).min(at + (raw.len() - at))),
            }
        }
        let mail = Mail::read(&raw, &limits);
        prop_assert!(!mail.has(Defect::Unreadable));
        let split = Split::of(&mail, &limits);
        prop_assert_eq!(split.pieces.iter().map(|p| p.text.as_str()).collect::<String>(), mail.text.clone());
        let _ = (
            Automatic::classify(&mail, &OwnAddresses::default()),
            Bounce::read(&mail),
            Subject::read(&mail.subject),
        );
        if let Some(html) = &mail.html {
            clean(html, &|_| None);
        }
        Ok(())
    });
    result.expect("no damaged mail does harm");
}

/// Bombs are read up to the limits, quickly, and say so.
#[test]
fn mail_bombs_cost_little() {
    let nested = |depth: usize| {
        let mut raw = String::from("From: a@x.example\r\n");
        for level in 0..depth {
            raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
        }
        raw + "Content-Type: text/plain\r\n\r\ndeep text\r\n"
    };
    let wide = format!(
        "From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\n\r\npart\r\n".repeat(10_000)
    );
    let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(5000) + "Subject: x\r\n\r\ntext\r\n";
    let headers = format!("From: a@x.example\r\n{}\r\ntext", "X-Y: z\r\n".repeat(200_000));
    let words = format!("Subject: {}\r\n\r\ntext", "=?a?q?".repeat(40_000));
    let addresses = format!("To: {}\r\n\r\ntext", "\"<(a@b,".repeat(30_000));
    let html = format!("Content-Type: text/html\r\n\r\n{}", "<div><p style='a'><b>".repeat(10_000));
    let quotes =
        format!("From: a@x.example\r\n\r\n{}", "> On 1 June 2026 Bo <b@x.example> wrote:\n".repeat(50_000));
    for (what, raw, defect) in [
        ("depth", nested(5000), Some(Defect::TooDeep)),
        ("parts", wide, Some(Defect::TooManyParts)),
        ("messages", messages, Some(Defect::TooDeep)),
        ("headers", headers, Some(Defect::HeaderTooLong)),
        ("words", words, None),
        ("addresses", addresses, None),
        ("html", html, None),
        ("quotes", quotes, None),
    ] {
        let limits = Limits::default();
        let start = Instant::now();
        let mail = Mail::read(raw.as_bytes(), &limits);
        Split::of(&mail, &limits);
        if let Some(html) = &mail.html {
            let cleaned = clean(html, &|_| None).html;
            assert!(cleaned.as_str().matches("<div>").count() <= 200, "{what}: nested too deep");
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("bomb of {what}, {} KB: {:.0} ms, {:?}", raw.len() / 1024, seconds * 1000.0, mail.defects);
        // Not optimised in tests, and other tests run beside it; a release build takes a tenth.
        assert!(seconds < 15.0, "{what}: {seconds:.1} s");
        assert!(defect.is_none_or(|defect| mail.has(defect)), "{what}: {:?}", mail.defects);
        assert!(what != "depth" || mail.text.contains("deep text"));
    }
}
