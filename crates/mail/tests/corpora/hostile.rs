//! The hostile mails, each against what its index demands of a reader, and calendars of all kinds.

use super::*;
use mail::{Automatic, AutomaticKind, Defect, Hint, Invite, Kind, OwnAddresses, Subject, clean};

fn hostile(name: &str) -> Mail {
    read(&format!("hostile_mail/{name}.eml"))
}

#[test]
fn hostile_mails_are_read_as_their_index_demands() {
    let own = OwnAddresses {
        addresses: vec!["support@desk.example".to_owned()],
        message_id_domains: vec!["desk.example".to_owned()],
    };

    let injected = hostile("s01_subject_crlf_encoded");
    assert!(
        !injected.subject.contains(['\r', '\n']) && injected.headers.get("bcc").is_none(),
        "{:?}",
        injected.subject
    );

    let script = hostile("s02_html_script_onerror");
    let html = clean(&script.html.expect("HTML"), &|_| None).html;
    assert_eq!(
        html.as_str(),
        "<p>a<img><a target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>\n</p>"
    );
    assert!(script.text.starts_with('a') && !script.text.contains("alert"));

    let traversal = hostile("s03_filename_traversal");
    assert!(
        traversal
            .attachments
            .iter()
            .all(|file| !file.name.contains(['/', '\\']) && !file.name.starts_with('.'))
    );

    let svg = hostile("s04_svg_attachment");
    assert_eq!(svg.attachments[0].kind, Kind::Other);
    assert_eq!(svg.attachments[0].kind.media_type(), "application/octet-stream");

    let automatic = Automatic::classify(&hostile("s05_auto_submitted"), &own).map(|found| found.kind);
    assert_eq!(automatic, Some(AutomaticKind::AutoReply));

    let nobody = hostile("s06_no_from");
    assert!(nobody.author().is_none() && nobody.has(Defect::NoSender));

    let two = hostile("s07_two_froms");
    assert!(two.author().is_none() && two.has(Defect::SeveralSenders));

    assert!(hostile("s08_missing_message_id").has(Defect::NoMessageId));

    let nul = hostile("s09_null_bytes");
    assert_eq!((nul.text.trim(), nul.has(Defect::NulBytes)), ("abc", true));

    assert!(hostile("s10_8bit_latin1_undeclared").text.contains("Grüße aus Köln"));

    let stolen = hostile("s11_subject_ticket_number_stolen");
    assert!(Subject::read(&stolen.subject).hints.iter().any(|hint| match hint {
        Hint::Number(number) | Hint::Named { number, .. } => *number == 100_001,
        Hint::External(_) => false,
    }));

    assert_eq!(hostile("s12_empty_body").text.trim(), "");

    let zip = hostile("s13_zip_ratio_1000");
    assert!(
        zip.attachments.len() == 1
            && zip.attachments[0].kind == Kind::Other
            && zip.attachments[0].bytes.len() < 100_000
    );

    assert!(hostile("s14_mime_depth_60").has(Defect::TooDeep));

    // Text that other programs would run stays text.
    assert_eq!(hostile("s15_csv_formula_name").from[0].name.as_deref(), Some("=cmd|' /C calc'!A0"));
    assert!(hostile("s16_template_in_subject").subject.starts_with("{{ticket.customer.password}}"));
}

#[test]
fn calendars_of_all_kinds_are_read() {
    let (mut events, mut all) = (0, 0);
    for name in files("icalendar")
        .into_iter()
        .chain(files("calcard"))
        .filter(|name| name.ends_with(".ics") || name.ends_with(".ical"))
    {
        let calendar = text(&name);
        let has_event = calendar.to_uppercase().lines().any(|line| line.trim_end() == "BEGIN:VEVENT");
        let invite = Invite::read(&calendar, &Limits::default());
        assert_eq!(invite.is_some(), has_event, "{name}");
        all += 1;
        events += usize::from(invite.is_some_and(|invite| invite.start.is_some()));
    }
    println!("calendars read: {all}, with an event that begins: {events}");
    assert!(all > 100 && events > 100);
}
