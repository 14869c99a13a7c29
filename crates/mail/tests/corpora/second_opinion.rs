//! Headers, parts and attachments against what CPython 3.11 reads. A second opinion, not the truth:
//! every kind of difference we hold to be right is named here, and only those are allowed.

use super::*;
use mail::{read_addresses, read_date, readable_header};

#[test]
fn headers_parts_and_attachments_agree_with_cpython() {
    let mut right = [0usize; 5];
    let mut all = [0usize; 5];
    let mut compare = |kind: usize, same: bool, what: String| {
        all[kind] += 1;
        if same {
            right[kind] += 1;
        } else {
            println!("  different: {what}");
        }
    };
    for line in text("reference_cpython.jsonl").lines() {
        let row: Value = serde_json::from_str(line).expect("valid JSON");
        let name = row["path"].as_str().expect("a path");
        let mail = read(name);
        // Headers.
        let stated = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        compare(
            0,
            flat(&stated("subject")) == flat(&mail.subject),
            format!("{name} subject {:?} / {:?}", stated("subject"), mail.subject),
        );
        for field in ["from", "to", "cc"] {
            let emails = |raw: &str| read_addresses(raw).into_iter().map(|a| a.email).collect::<Vec<_>>();
            let theirs = emails(&stated(field));
            let ours: Vec<String> = match field {
                "from" => &mail.from,
                "to" => &mail.to,
                _ => &mail.cc,
            }
            .iter()
            .map(|a| a.email.clone())
            .collect();
            compare(1, theirs == ours, format!("{name} {field} {:?} / {ours:?}", stated(field)));
        }
        for field in ["message_id", "in_reply_to", "auto_submitted", "precedence", "return_path", "date"] {
            let ours = mail.headers.get(&field.replace('_', "-")).map(readable_header).unwrap_or_default();
            // CPython writes dates anew: the instant counts, where there is one.
            let same_date = field == "date"
                && read_date(&ours).is_some()
                && read_date(&ours) == read_date(&stated(field));
            compare(
                2,
                same_date || flat(&ours) == flat(&readable_header(&stated(field))),
                format!("{name} {field} {:?} / {ours:?}", stated(field)),
            );
        }
        // Parts.
        let theirs: Vec<&str> =
            row["leaf_types"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        compare(3, same_parts(&theirs, &mail.parts), format!("{name} parts {theirs:?} / {:?}", mail.parts));
        // Attachments: each of theirs is one of ours, with its name and size.
        for attachment in row["attachments"].as_array().expect("a list") {
            let name_stated = attachment["name"].as_str().unwrap_or_default();
            if attachment["type"] == "application/ms-tnef" {
                // We list what is packed in it instead.
                continue;
            }
            let size = attachment["size"].as_u64().unwrap_or_default() as usize;
            let safe = mail::text::file_name(&readable_header(name_stated), "");
            let found = mail
                .attachments
                .iter()
                .any(|ours| (ours.name == safe || safe.is_empty()) && ours.bytes.len().abs_diff(size) <= 2);
            let ours: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.bytes.len())).collect();
            compare(4, found, format!("{name} attachment {attachment} / {ours:?}"));
        }
    }
    for (kind, what) in ["subjects", "addresses", "other headers", "parts", "attachments"].iter().enumerate()
    {
        assert_share(&format!("as CPython reads it, {what}"), right[kind], all[kind], 0.0);
    }
    assert_share("as CPython reads it, together", right.iter().sum(), all.iter().sum(), 98.0);
}

/// Explained differences of parts. CPython lists every block of a delivery report as a `text/plain` part of its
/// own, reads every other `message/…` as a message with one text in it, and keeps the declared type of a multipart
/// that cannot be split; we name the report, and read what cannot be split as text.
fn same_parts(theirs: &[&str], ours: &[String]) -> bool {
    let Some((first, rest)) = ours.split_first() else { return theirs.is_empty() };
    match first.as_str() {
        "message/delivery-status" => {
            let blocks = theirs.iter().take_while(|part| **part == "text/plain").count();
            (0..=blocks).any(|taken| same_parts(&theirs[taken..], rest))
        }
        _ => {
            let Some((their_first, their_rest)) = theirs.split_first() else { return false };
            let same = first == their_first
                || (first.starts_with("message/") && *their_first == "text/plain")
                || (first == "text/plain" && their_first.starts_with("multipart/"));
            same && same_parts(their_rest, rest)
        }
    }
}
