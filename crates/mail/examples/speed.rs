//! What reading costs: `cargo run --release -p mail --example speed`. Prints the time for one mail.

use mail::{Automatic, Limits, Mail, OwnAddresses, Split, Subject, UntrustedHtml, clean};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let plain = mail("text/plain", &text(28));
    let both = format!(
        "{}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--b\r\n\
         Content-Type: text/html; charset=utf-8\r\n\r\n{}\r\n--b--\r\n",
        header(),
        text(20),
        html(1500)
    );
    let only_html = mail("text/html", &html(3000));
    for (what, raw) in [("plain", &plain), ("plain and HTML", &both), ("HTML only", &only_html)] {
        let limits = Limits::default();
        let own = OwnAddresses::default();
        time(&format!("read, split and judge a mail of {} bytes, {what}", raw.len()), || {
            let mail = Mail::read(raw.as_bytes(), &limits);
            black_box((
                Split::of(&mail, &limits),
                Automatic::classify(&mail, &own),
                Subject::read(&mail.subject),
            ));
        });
    }
    let body = UntrustedHtml::new(html(5000));
    time("clean 5 KB of HTML", || {
        black_box(clean(&body, &|_| None));
    });
}

/// The best of 30 rounds: what others do on the machine must not count.
fn time(what: &str, work: impl Fn()) {
    const RUNS: u32 = 100;
    let round = || {
        let start = Instant::now();
        (0..RUNS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(RUNS)
    };
    let best = (0..30).map(|_| round()).fold(f64::MAX, f64::min);
    println!("{what}: {best:.0} µs");
}

fn header() -> String {
    let received = "Received: from mx.example (mx.example [192.0.2.1]) by in.desk.example with ESMTPS id 4711\r\n\t for <help@desk.example>; Mon, 1 Jun 2026 10:00:00 +0200\r\n";
    format!(
        "Return-Path: <jo@shop.example>\r\nDelivered-To: help@desk.example\r\n{}MIME-Version: 1.0\r\n\
         From: =?utf-8?Q?Jo_M=C3=BCller?= <jo@shop.example>\r\nTo: Help <help@desk.example>\r\nSubject: AW: Rechnung [#4711]\r\n\
         Date: Mon, 1 Jun 2026 10:00:00 +0200\r\nMessage-ID: <abc@shop.example>\r\nIn-Reply-To: <t.1.2.x@desk.example>\r\n\
         References: <0@shop.example> <t.1.2.x@desk.example>\r\nUser-Agent: Program 1.0\r\n",
        received.repeat(4)
    )
}

fn mail(kind: &str, body: &str) -> String {
    format!("{}Content-Type: {kind}; charset=utf-8\r\n\r\n{body}", header())
}

fn text(lines: usize) -> String {
    let answer =
        "Guten Tag, leider ist die Rechnung noch immer falsch, bitte sehen Sie nach.\r\n".repeat(lines / 2);
    let quote = "> Wir haben die Rechnung geändert und Ihnen noch einmal gesandt.\r\n".repeat(lines / 2);
    format!(
        "{answer}\r\nMit freundlichen Grüßen\r\n\r\nJo Müller\r\nShop GmbH\r\n\r\nAm 01.06.26 um 10:00 schrieb Help:\r\n{quote}"
    )
}

fn html(bytes: usize) -> String {
    let paragraph = "<p style=\"margin:0;font-family:Arial\">Guten Tag, die <b>Rechnung</b> ist <a href=\"https://shop.example/r\">hier</a>.<br></p>\r\n";
    let picture = "<img src=\"https://shop.example/logo.png\" width=\"100\">";
    let quote = "<div class=\"gmail_quote\">Am Montag schrieb Help:<blockquote type=\"cite\">Bitte sehr.</blockquote></div>";
    format!(
        "<html><head><style>p {{ color: red }}</style></head><body>{}{picture}{quote}</body></html>",
        paragraph.repeat(bytes / paragraph.len())
    )
}
