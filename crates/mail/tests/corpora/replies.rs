//! Replies, quotes and signatures against what three other projects state.

use super::*;
use mail::{PieceKind, Split};

/// Words and their order count; spaces, line breaks and empty lines do not.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(corpus: &str, cases: Vec<(String, String, String)>, at_least_percent: f64) {
    let mut right = 0;
    for (name, stated, found) in &cases {
        if words(stated) == words(found) {
            right += 1;
        } else {
            println!("  different: {name}\n    stated: {:?}\n    found:  {:?}", words(stated), words(found));
        }
    }
    assert_share(&format!("replies, {corpus}"), right, cases.len(), at_least_percent);
}

#[test]
fn replies_of_email_reply_trimmer() {
    let cases = files("email_reply_trimmer/emails")
        .into_iter()
        .map(|name| {
            let stated =
                expected(&name).expect("stated")["visible_reply"].as_str().expect("a text").to_owned();
            let found = Split::text(&text(&name), &Limits::default()).written();
            (name, stated, found)
        })
        .collect();
    check("email_reply_trimmer", cases, 95.0);
}

#[test]
fn replies_of_crisp() {
    let cases = files("crisp_reply_parser")
        .into_iter()
        .filter_map(|name| {
            let stated = expected(&name)?["reference_visible"].as_str()?.to_owned();
            let found = Split::text(&text(&name), &Limits::default()).written();
            Some((name, stated, found))
        })
        .collect();
    check("crisp", cases, 95.0);
}

/// Talon takes away quotes only, so signatures count as part of its replies.
#[test]
fn replies_of_talon() {
    let without_quotes = |split: Split| -> String {
        split
            .pieces
            .iter()
            .filter(|piece| piece.kind != PieceKind::Quoted)
            .map(|piece| piece.text.as_str())
            .collect()
    };
    let cases = files("talon")
        .into_iter()
        .filter_map(|name| {
            let stated = expected(&name)?["visible_reply"].as_str()?.to_owned();
            let limits = Limits::default();
            let found = if name.ends_with(".html") {
                Split::html(&text(&name), &limits)
            } else {
                Split::of(&read(&name), &limits)
            };
            // The HTML cases state words only: upstream compares without any white space.
            let squeeze =
                |text: String| if name.ends_with(".html") { text.split_whitespace().collect() } else { text };
            let (stated, found) = (squeeze(stated), squeeze(without_quotes(found)));
            Some((name, stated, found))
        })
        .collect();
    check("talon", cases, 95.0);
}
