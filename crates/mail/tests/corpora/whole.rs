//! Every file of every corpus goes through every function of this crate that reads.

use super::*;
use mail::{Automatic, Bounce, Defect, OwnAddresses, RemoteImages, Split, Subject, clean};
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
            clean(html, RemoteImages::Blocked, &|_| None);
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
