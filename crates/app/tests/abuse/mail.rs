//! What comes in by mail (cases 1 to 16, S03, S08, S19).
use super::world::{SUPPORT, World, base64, number};
use desk::portal::{Acknowledger, Receipt};
use kernel::id::Id;
use platform::{
    authority::{Grant, System},
    db,
    i18n::Language,
};
use serde_json::json;
use std::{
    io::{Read, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use testkit::on_both;

#[test]
fn case_01_a_number_in_the_subject_opens_nothing_and_the_page_says_perhaps() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Plans", "Message-ID: <a@c>", "Here they are.").await;
        let subject = format!("Re: Plans [#{}]", number(&first));
        let stranger = world.writes("eve@evil.example", &subject, "Message-ID: <e@e>", "Tell me.").await;
        assert_eq!(stranger["outcome"], "created");
        assert_ne!(number(&stranger), number(&first));
        let page = world.page(&format!("/t/{}", number(&stranger))).await;
        page.assert_has(&format!("/t/{}", number(&first)));
        // Nor does the address of somebody who takes part, which anybody can write.
        let copied = "Message-ID: <e2@e>\nCc: eve@evil.example";
        let posing = world.writes("ada@c.example", &subject, copied, "To both of us.").await;
        assert_eq!(posing["outcome"], "created");
        assert_ne!(number(&posing), number(&first));
        for row in [&first, &posing] {
            let ticket =
                world.admin.get(&format!("/api/v1/tickets/{}", number(row))).await.assert_status(200);
            ticket.assert_has_not("eve@evil.example");
        }
        assert_eq!(world.messages(&first).await.len(), 1);
    });
}

#[test]
fn case_02_a_reply_address_with_its_last_character_changed_opens_nothing() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let first = world.writes("ada@c.example", "Plans", "Message-ID: <a@c>", "Here they are.").await;
        world.answers(&first, "Thank you.").await;
        let sent = world.sink.received();
        let header = sent.last().unwrap().header("reply-to").expect("the inbox has plus addresses");
        let address = ::mail::Address::parse(&header).unwrap().email;
        let (local, domain) = address.rsplit_once('@').unwrap();
        let (most, last) = local.split_at(local.len() - 1);
        let mut tried = 0;
        for other in "abcdefghijklmnopqrstuvwxyz234567890".chars().filter(|c| !last.contains(*c)) {
            let altered = format!("{most}{other}@{domain}");
            let raw = format!(
                "From: eve@evil.example\r\nTo: {altered}\r\nSubject: x\r\nMessage-ID: <{other}@e>\r\n\r\nTell me {other}.\r\n"
            );
            let row = world.receives(Some("eve@evil.example"), &altered, raw.as_bytes()).await;
            assert_eq!(row["outcome"], "created", "{altered}: {row}");
            assert_ne!(number(&row), number(&first), "{altered}");
            tried += 1;
        }
        assert!(tried >= 31, "{tried}");
        let raw = format!(
            "From: ada@c.example\r\nTo: {address}\r\nSubject: x\r\nMessage-ID: <2@c>\r\n\r\nWhole.\r\n"
        );
        let row = world.receives(Some("ada@c.example"), &address, raw.as_bytes()).await;
        assert_eq!(
            (row["outcome"].as_str(), number(&row)),
            (Some("joined"), number(&first)),
            "or it proves nothing"
        );
    });
}

const NAMES: &[&str] = &[
    "../../x",
    "C:\\x",
    ".htaccess",
    "a<b>.txt",
    "CON",
    "",
    "\u{202e}gpj.exe",
    ".htac\u{200b}cess",
    "a\u{0}b.txt",
    "a\r\nSet-Cookie: x=1.txt",
    "...",
    "nul.txt",
    "/etc/passwd",
    "file:///etc/passwd",
];

#[test]
fn case_09_s03_names_of_attachments_are_harmless_and_nothing_but_names() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let long = "ä".repeat(300) + ".pdf";
        let names: Vec<&str> = NAMES.iter().copied().chain([long.as_str()]).collect();
        let mut body = String::new();
        for (number, name) in names.iter().enumerate() {
            let encoded = format!("=?utf-8?B?{}?=", base64(name.as_bytes()).replace('\n', ""));
            body += &format!(
                "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\
                 Content-Disposition: attachment; filename=\"{encoded}\"\n\n{}",
                base64(format!("content {number}").as_bytes())
            );
        }
        let headers = "Message-ID: <a@c>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b";
        let text = format!("--b\nContent-Type: text/plain\n\nsee files\n{body}--b--");
        let row = world.writes("ada@c.example", "files", headers, &text).await;
        let messages = world.messages(&row).await;
        let files = messages[0]["attachments"].as_array().unwrap().clone();
        assert_eq!(files.len(), names.len(), "none is lost");
        for file in files {
            let name = file["name"].as_str().unwrap();
            let is_safe = !name.is_empty()
                && name.len() <= 255
                && !name.starts_with('.')
                && !name.contains(['/', '\\', '<', '>', ':', '"', '\0', '\r', '\n', '\u{200b}', '\u{202e}'])
                && !["con", "nul"].contains(&name.split('.').next().unwrap().to_lowercase().as_str());
            assert!(is_safe, "{name:?}");
            let got = world.admin.get(file["url"].as_str().unwrap()).await.assert_status(200);
            let header = got.header("content-disposition").unwrap().to_owned();
            let (_, encoded) = header.split_once("filename*=UTF-8''").expect("RFC 6266");
            assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.%".contains(&b)), "{header}");
            assert!(got.header("set-cookie").is_none());
            assert!(got.text().starts_with("content "), "each its own bytes");
        }
    });
}

#[test]
fn case_10_of_active_html_the_text_stays() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let html = "<base href=\"https://evil.example/\"><meta http-equiv=refresh content=\"0;url=https://evil.example/\">\
             <style>body{background:url(https://evil.example/s)}</style><p onclick=\"sentinel()\">one</p>\
             <script>sentinel()</script><iframe src=\"https://evil.example/\">two</iframe>\
             <object data=\"https://evil.example/o\">three</object><embed src=\"https://evil.example/e\">\
             <form action=\"https://evil.example/f\"><input name=p value=four><button>five</button></form>\
             <a href=\"javascript:sentinel()\">six</a><svg onload=sentinel()><text>seven</text></svg>\
             <p style=\"background:url(https://evil.example/b);color:red\">eight</p>";
        let headers = "Message-ID: <a@c>\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8";
        let row = world.writes("ada@c.example", "hello", headers, html).await;
        let message = world.messages(&row).await.remove(0);
        let frame = format!("/t/{}/messages/{}/body", number(&row), message["id"].as_str().unwrap());
        let shown = world.page(&frame).await.text();
        for all in [shown.as_str(), message["html"].as_str().unwrap()] {
            let lower = all.to_lowercase();
            for gone in [
                "sentinel",
                "<script",
                "<iframe",
                "<object",
                "<embed",
                "<form",
                "<input",
                "http-equiv=refresh",
                "<base",
                "javascript:",
                "onclick",
                "onload",
                "url(",
                "<svg",
                "evil.example",
            ] {
                assert!(!lower.contains(gone), "{gone} in {all}");
            }
            for stays in ["one", "six", "eight", "color:red"] {
                assert!(all.contains(stays), "{stays} is not in {all}");
            }
        }
    });
}

/// A web server that gives a picture and counts who asks.
fn pictures() -> (u16, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/gif\r\ncontent-length: {}\r\n\r\n",
                gif.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(gif));
        }
    });
    (port, count)
}

#[test]
fn case_11_a_remote_picture_is_fetched_by_us_and_only_after_a_click() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (port, asked) = pictures();
        let headers = "Message-ID: <a@c>\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8";
        let html = format!("<p>hello</p><img src=\"http://127.0.0.1:{port}/pixel.gif\" width=1>");
        let row = world.writes("ada@c.example", "pixel", headers, &html).await;
        let message = world.messages(&row).await.remove(0);
        let frame = format!("/t/{}/messages/{}/body", number(&row), message["id"].as_str().unwrap());
        world.page(&format!("/t/{}", number(&row))).await.assert_has("Show remote pictures");
        world
            .page(&frame)
            .await
            .assert_has("hello")
            .assert_has_not("pixel.gif")
            .assert_has_not("<img src=\"http");
        assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody hears that the mail was read");
        let shown = world.page(&format!("{frame}?pictures=1")).await;
        shown.assert_has("data:image/gif;base64,").assert_has_not(&format!("src=\"http://127.0.0.1:{port}"));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn case_12_parts_without_end_are_counted_and_the_raw_mail_stays() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut deep = "--b0\nContent-Type: text/plain\n\nI am on top.\n".to_owned();
        for level in 1..=40 {
            deep += &format!("--b{}\nContent-Type: multipart/mixed; boundary=b{level}\n\n", level - 1);
        }
        deep += "--b40\nContent-Type: text/plain\n\nDown here.\n";
        for level in (0..=40).rev() {
            deep += &format!("--b{level}--\n");
        }
        let many =
            (0..600).map(|n| format!("--b0\nContent-Type: text/plain\n\npart {n}\n")).collect::<String>()
                + "--b0--";
        for (id, body, defect) in [("deep", deep, "too_deep"), ("many", many, "too_many_parts")] {
            let headers = format!(
                "Message-ID: <{id}@c>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0"
            );
            let row = world.writes("ada@c.example", id, &headers, &body).await;
            assert_eq!(row["outcome"], "created", "{row}");
            world.page(&format!("/t/{}", number(&row))).await.assert_has(defect);
            let raw = format!("/api/v1/inbound/{}/raw", row["id"].as_str().unwrap());
            let raw = world.admin.get(&raw).await.assert_status(200);
            assert!(raw.text().contains(&body.replace('\n', "\r\n")), "every byte of it");
        }
    });
}

#[test]
fn case_13_14_broken_letters_are_readable_and_stop_nothing() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let cases: &[(&str, &[u8], &str)] = &[
            ("", b"Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"),
            ("Content-Type: text/plain; charset=utf-8\r\n", b"Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"),
            ("Content-Type: text/plain; charset=us-ascii\r\n", "Grüße aus Köln".as_bytes(), "Grüße aus Köln"),
            (
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
                b"Gr=C3=BC=C3=9Fe =ZZ aus =",
                "Grüße =ZZ aus",
            ),
            ("", b"a\0b\0c", "abc"),
            ("Content-Type: text/plain; charset=utf-8\r\n", b"lone \xed\xa0\x80 surrogate", "surrogate"),
        ];
        for (number, (headers, body, expected)) in cases.iter().enumerate() {
            let mut raw = format!(
                "From: ada@c.example\r\nTo: {SUPPORT}\r\nMessage-ID: <{number}@c>\r\nMIME-Version: 1.0\r\n{headers}Subject: x"
            )
            .into_bytes();
            raw.extend(b" \xff\xfe\0 \xed\xa0\x80 y\r\n\r\n");
            raw.extend_from_slice(body);
            raw.extend(b"\r\n");
            let row = world.receives(Some("ada@c.example"), SUPPORT, &raw).await;
            assert_eq!(row["outcome"], "created", "{row}");
            let text = world.messages(&row).await.remove(0)["text"].as_str().unwrap().to_owned();
            assert!(text.contains(expected), "{expected}: {text}");
            let ticket =
                world.admin.get(&format!("/api/v1/tickets/{}", super::world::number(&row))).await.json();
            let subject = ticket["subject"].as_str().unwrap();
            assert!(subject.starts_with('x') && subject.ends_with('y'), "{subject:?}");
            assert!(!subject.contains('\0') && !text.contains('\0'));
        }
    });
}

#[test]
fn case_16_a_mail_that_is_all_quote_is_not_empty() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let quote = "> Dear Ada,\n> the lift is mended.\n> Ben";
        let row = world.writes("ada@c.example", "Re: lift", "Message-ID: <a@c>", quote).await;
        let message = world.messages(&row).await.remove(0);
        assert!(message["text"].as_str().unwrap().contains("the lift is mended."), "{message}");
        let raw = format!("/api/v1/inbound/{}/raw", row["id"].as_str().unwrap());
        world.admin.get(&raw).await.assert_status(200).assert_has("> the lift is mended.");
    });
}

#[test]
fn case_35_markup_and_placeholders_in_a_subject_are_text_in_list_page_and_mail() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let title = "<b>x</b>{{7*7}}${7*7}<%= 7*7 %>";
        let row = world
            .writes("Ada {{config}} <ada@c.example>", title, "Message-ID: <a@c>", "{{agent.email}}")
            .await;
        for path in ["/tickets?view=unassigned".to_owned(), format!("/t/{}", number(&row))] {
            world.page(&path).await.assert_has_not("<b>x</b>").assert_has("&#60;b&#62;x&#60;/b&#62;{{7*7}}");
        }
        world.answers(&row, "{{desk.name}} {{agent.email}}").await;
        let mail = world.sink.received().pop().unwrap();
        assert!(mail.header("subject").unwrap().contains(title), "{}", mail.text());
        let text = mail.text();
        assert!(
            text.contains("{{desk.name}} {{agent.email}}"),
            "what an agent writes is no template: {text}"
        );
        assert!(text.contains("{{nope}}"), "an unknown placeholder of the signature stays: {text}");
        // Where it would stand, had anybody counted: tokens and boundaries hold any digits.
        assert!(!text.contains("b>49") && !text.contains("b&gt;49"), "{text}");
    });
}

#[test]
fn s08_an_acknowledgement_repeats_a_message_id_only_to_who_is_proven() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let headers = "Message-ID: <buy-at-evil.example@unproven.example>";
        let row = world.writes("Buy Now <vi@unproven.example>", "Cheap pills", headers, "Click here").await;
        world.sends().await;
        let mail = world.sink.wait_for(1).await.remove(0);
        assert_eq!(mail.recipients, ["vi@unproven.example"]);
        let text = mail.text();
        for word in ["buy-at", "evil", "Buy Now", "pills", "Click"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        // The answer to it finds its ticket all the same: our own Message-ID is signed.
        let ours = mail.header("message-id").unwrap();
        let headers = format!("Message-ID: <2@unproven.example>\nIn-Reply-To: {ours}");
        let again = world.writes("vi@unproven.example", "Re: We have it", &headers, "More.").await;
        assert_eq!(again["outcome"], "joined", "{again}");

        // Who is proven gets it back.
        let ticket = world.admin.get(&format!("/api/v1/tickets/{}", number(&row))).await.json();
        let contact = ticket["requester"]["id"].as_str().unwrap().parse().unwrap();
        let (acknowledger, ticket) = (Acknowledger::of(&world.home), Id::new(number(&row)));
        let system = Grant::<System>::system(&world.home);
        let told = system.change::<_, db::Error>(move |tx| {
            let receipt = Receipt {
                ticket,
                inbox: None,
                contact,
                address: "vi@unproven.example",
                language: Language::En,
                answers: Some("known@unproven.example"),
                is_proven: true,
            };
            acknowledger.acknowledge(tx, &receipt)
        });
        assert!(told.await.unwrap());
        world.sends().await;
        let mail = world.sink.wait_for(2).await.remove(1);
        assert_eq!(mail.header("in-reply-to").as_deref(), Some("<known@unproven.example>"));
    });
}

#[test]
fn s19_no_name_of_ours_smuggles_a_header_or_a_recipient() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let row = world.writes("Cy \"x\" <cy@c.example>", "hello", "Message-ID: <a@c>", "hello").await;
        world.sends().await;
        let evil = "x\r\nBcc: eve@evil.example\r\n\r\nbody";
        let user = format!("/api/v1/users/{}", world.admin_id);
        let named = world.admin.patch_json(&user, &json!({ "name": evil }).to_string()).await;
        let inboxes = world.admin.get("/api/v1/inboxes").await.json();
        let inbox = format!("/api/v1/inboxes/{}", inboxes["items"][0]["id"].as_str().unwrap());
        for patch in [
            json!({ "name": evil }),
            json!({ "signature": evil }),
            json!({ "address": format!("a{evil}@desk.example") }),
        ] {
            let answer = world.admin.patch_json(&inbox, &patch.to_string()).await;
            assert!([200, 422].contains(&answer.status.as_u16()), "{answer:?}");
        }
        assert!([200, 422].contains(&named.status.as_u16()), "{named:?}");
        let messages = format!("/api/v1/tickets/{}/messages", number(&row));
        for body in [
            json!({ "text": "a", "to": [format!("cy@c.example{evil}")] }),
            json!({ "text": "b", "cc": ["eve@evil.example>\r\nRCPT TO:<z@evil.example"] }),
            json!({ "text": "c" }),
        ] {
            let answer = world.admin.post_json(&messages, &body.to_string()).await;
            assert!([201, 422].contains(&answer.status.as_u16()), "{answer:?}");
        }
        world.sends().await;
        let sent = world.sink.received();
        assert!(sent.len() >= 2, "the plain answer left");
        for mail in sent {
            assert_eq!(mail.recipients, ["cy@c.example"], "{}", mail.text());
            assert!(mail.header("bcc").is_none(), "{}", mail.text());
        }
    });
}
