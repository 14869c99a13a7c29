use super::*;
use crate::limits::Limits;
use crate::read::Mail;
use crate::{UntrustedHtml, clean};

fn address(raw: &str) -> Address {
    Address::parse(raw).expect("an address")
}

fn draft() -> Draft {
    Draft {
        from: address("Bo · Shop <help@desk.example>"),
        to: vec![address("\"Müller, Jo\" <jo@x.example>")],
        cc: vec![address("ann@x.example")],
        reply_to: Some(address("help+t1.c2.abc@desk.example")),
        subject: HeaderText::cleaned("Re: Größe 🙂 [#12]"),
        message_id: HeaderId::new("t.1.2.abc@desk.example").expect("an id"),
        in_reply_to: Some(HeaderId::new("a@x.example").expect("an id")),
        references: vec![
            HeaderId::new("0@x.example").expect("an id"),
            HeaderId::new("a@x.example").expect("an id"),
        ],
        date_ms: 1_782_892_800_123,
        text: "Grüße\n.\nFrom here\n".to_owned(),
        html: None,
        attachments: Vec::new(),
        automatic: None,
        ticket: Some(12),
    }
}

fn read(draft: &Draft) -> Mail {
    Mail::read(&draft.to_bytes(), &Limits::default())
}

#[test]
fn what_is_written_is_read_back() {
    let mail = read(&draft());
    assert_eq!(mail.from[0].name.as_deref(), Some("Bo · Shop"));
    assert_eq!(mail.to[0].name.as_deref(), Some("Müller, Jo"));
    assert_eq!((mail.to[0].email.as_str(), mail.cc[0].email.as_str()), ("jo@x.example", "ann@x.example"));
    assert_eq!(mail.subject, "Re: Größe 🙂 [#12]");
    assert_eq!(mail.message_id.as_deref(), Some("t.1.2.abc@desk.example"));
    assert_eq!(mail.references, ["0@x.example", "a@x.example"]);
    assert_eq!(mail.reply_to[0].email, "help+t1.c2.abc@desk.example");
    assert_eq!(mail.date, Some(1_782_892_800_000));
    assert_eq!(mail.text.trim_end(), "Grüße\n.\nFrom here");
    assert_eq!(mail.headers.get("x-firstline-ticket"), Some("12"));
    assert_eq!(mail.defects, []);
    assert!(mail.headers.get("x-firstline-automatic").is_none(), "a person wrote it");
    assert!(mail.headers.get("auto-submitted").is_none() && mail.headers.get("precedence").is_none());
}

#[test]
fn html_pictures_and_files_find_their_places() {
    let html = clean(&UntrustedHtml::new("<p>Hi <img src='cid:p@desk.example'></p>"), &|id| {
        Some(format!("cid:{id}"))
    })
    .html;
    let picture = DraftAttachment {
        name: "p.png".to_owned(),
        media_type: "image/png".to_owned(),
        content_id: Some(HeaderId::new("p@desk.example").expect("an id")),
        bytes: b"\x89PNG\r\n\x1a\n".to_vec(),
    };
    let file = DraftAttachment {
        name: "Größe\r\nX: y.pdf".to_owned(),
        media_type: "x\r\ny".to_owned(),
        content_id: None,
        bytes: b"%PDF-1".to_vec(),
    };
    let mail = read(&Draft { html: Some(html), attachments: vec![file, picture], ..draft() });
    assert_eq!(mail.parts, ["text/plain", "text/html", "image/png", "application/octet-stream"]);
    assert_eq!(mail.html.as_ref().map(|html| html.as_raw().contains("cid:p@desk.example")), Some(true));
    let inline: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.is_inline)).collect();
    assert_eq!(inline, [("p.png", true), ("GrößeX_ y.pdf", false)]);
    assert_eq!(mail.attachments[1].bytes, b"%PDF-1");
}

#[test]
fn only_automatic_mail_says_so() {
    let mail = read(&Draft { automatic: Some(AutoKind::Replied), ..draft() });
    assert_eq!(mail.headers.get("auto-submitted"), Some("auto-replied"));
    assert_eq!(mail.headers.get("x-auto-response-suppress"), Some("All"));
    assert_eq!(mail.headers.get("precedence"), Some("bulk"));
}

#[test]
fn no_value_can_add_a_header() {
    assert_eq!(HeaderText::new("x\r\nBcc: a@b"), Err(HeaderError::ControlCharacter { at: 1 }));
    assert_eq!(HeaderText::new("x\0"), Err(HeaderError::ControlCharacter { at: 1 }));
    assert_eq!(HeaderId::new("a@b>\r\nBcc: c@d"), Err(HeaderError::NotAnId));
    let evil =
        Address { name: Some("x\r\nBcc: c@d".to_owned()), email: "a@x.example\r\nBcc: c@d".to_owned() };
    let subject = HeaderText::cleaned("x\r\nBcc: a@b.example");
    let bytes = Draft { to: vec![evil.clone()], reply_to: Some(evil), subject, ..draft() }.to_bytes();
    let mail = Mail::read(&bytes, &Limits::default());
    assert!(mail.headers.get("bcc").is_none(), "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(mail.to.len(), 1);
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    let draft = Draft { html: Some(clean(&UntrustedHtml::new("<p>x"), &|_| None).html), ..draft() };
    assert_eq!(draft.to_bytes(), draft.to_bytes());
}

#[test]
fn a_long_chain_of_references_keeps_its_first_and_last() {
    let references = (0..100).map(|n| HeaderId::new(format!("{n}@x.example")).expect("an id")).collect();
    let mail = read(&Draft { references, ..draft() });
    assert_eq!(mail.references.len(), 21);
    assert_eq!((mail.references[0].as_str(), mail.references[1].as_str()), ("0@x.example", "80@x.example"));
}

#[test]
fn lines_are_never_longer_than_servers_take() {
    let draft =
        Draft { subject: HeaderText::cleaned(&"ä x".repeat(300)), text: "z".repeat(5000), ..draft() };
    let bytes = draft.to_bytes();
    let longest = bytes.split(|b| *b == b'\n').map(<[u8]>::len).max();
    assert!(longest < Some(999), "{longest:?}");
    assert!(!bytes.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r'), "bare line feed");
}

/// A key made for this test; it signs for nobody.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

#[test]
fn a_signed_mail_carries_its_signature_first() {
    let key = DkimKey::from_pem("desk.example", "s1", ED25519).expect("a key");
    let signed = sign(&draft().to_bytes(), &key).expect("signed");
    let text = String::from_utf8_lossy(&signed);
    assert!(text.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; s=s1; d=desk.example;"), "{text}");
    assert!(DkimKey::from_pem("desk.example", "s1", "no key").is_err());
    assert!(DkimKey::from_pem("desk.example\r\nX: y", "s1", ED25519).is_err());
}
