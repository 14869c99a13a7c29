use crate::{
    email::{
        alarms,
        intake::{self, MailDoor},
        ledger::Way,
        receive::smtp::{Accepted, Door, Envelope},
        verify::{Names, Verifier},
    },
    testing::World,
};
use kernel::clock::{DAY, HOUR};
use platform::{args, db, sql};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use testkit::on_both;

const SUPPORT: &str = "support@desk.example";

async fn desk_with_inbox(desk: &testkit::Desk) -> World {
    let world = World::new(desk).await;
    let made = world.post("/api/v1/inboxes", json!({ "name": "Support", "address": SUPPORT })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    world
}
/// A mail comes through the door and is read.
async fn comes(world: &World, headers: &str) {
    let envelope = Envelope {
        peer: "192.0.2.7".parse().unwrap(),
        helo: "mail.example.org".into(),
        mail_from: Some("cy@example.org".into()),
        recipients: vec![SUPPORT.into()],
        received_at: world.clock.now(),
        is_encrypted: false,
    };
    let raw =
        format!("From: Cy <cy@example.org>\r\nTo: {SUPPORT}\r\n{headers}\r\n\r\nHello <b>there</b>\r\n");
    let accepted = MailDoor::new(&world.home, Way::Smtp).accept(envelope, raw.into_bytes()).await;
    assert!(matches!(accepted, Accepted::Stored(_)));
    reads(world).await;
}
async fn reads(world: &World) {
    let verifier = Arc::new(Verifier::new(&Names::Off, "desk.example").unwrap());
    while intake::work::run_once(&world.home, &verifier).await.unwrap() > 0 {}
}
/// What could not be read three times.
async fn is_quarantined(world: &World, id: i64) {
    let set = world.home.db.write::<_, db::Error>(move |conn| {
        conn.run(
            sql!(
                "UPDATE inbound SET outcome = 'quarantined', reason = 'reading it failed inside', ticket_id = NULL,
                        message_id = NULL WHERE id = $1"
            ),
            args![id],
        )
    });
    assert_eq!(set.await.unwrap(), 1);
}

#[test]
fn the_ledger_is_looked_through_and_each_row_says_what_became_of_it() {
    on_both(async |desk| {
        let world = desk_with_inbox(desk).await;
        assert!(world.get("admin", "/admin/inbound").await.text.contains("No mail has come in yet"));
        comes(&world, "Subject: Printer <script>alert(1)</script>\r\nMessage-ID: <1@example.org>").await;
        comes(
            &world,
            "Subject: Out of office\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <2@example.org>",
        )
        .await;
        let list = world.get("admin", "/admin/inbound").await.text;
        assert!(list.contains("New ticket") && list.contains("/t/1\""), "{list}");
        assert!(list.contains("An automatic mail"), "{list}");
        assert!(!list.contains("<script>alert"));

        let has = async |query: &str| {
            let text = world.get("admin", &format!("/admin/inbound?{query}")).await.text;
            (text.contains("Printer"), text.contains("Out of office"))
        };
        assert_eq!(has("outcome=created").await, (true, false));
        assert_eq!(has("outcome=ignored").await, (false, true));
        assert_eq!(has("q=OFFICE").await, (false, true));
        assert_eq!(has("q=cy%40example").await, (true, true));
        assert_eq!(has("q=100%25").await, (false, false), "a percent sign is a percent sign");
        assert_eq!(has("inbox=999").await, (false, false));
        assert_eq!(has("period=day").await, (true, true));
        world.clock.advance(2 * DAY);
        assert_eq!(has("period=day").await, (false, false));
        assert_eq!(has("period=week").await, (true, true));
        assert_eq!(world.get("admin", "/admin/inbound?cursor=x").await.status, 422);

        let page = world.get("admin", "/admin/inbound/1").await.text;
        for words in ["192.0.2.7", "mail.example.org", SUPPORT, "Ticket #1", "It opened a new ticket"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("/replay\""), "a mail in a ticket is not read again");
        let source = world.get("admin", "/admin/inbound/1/source").await.text;
        assert!(source.contains("Message-ID") && source.contains("Hello &#60;b&#62;"), "{source}");
        let raw = world.get("admin", "/admin/inbound/1/raw").await;
        assert!(raw.text.ends_with("Hello <b>there</b>\r\n"));

        for path in ["/admin/inbound", "/admin/inbound/1", "/admin/inbound/1/source", "/admin/inbound/1/raw"]
        {
            assert_eq!(world.get("tickets.view", path).await.status, 403, "{path}");
            assert_eq!(world.get("", path).await.status, 401, "{path}");
        }
        assert_eq!(world.get("admin", "/admin/inbound/99").await.status, 404);
        let one = world.get("admin", "/api/v1/inbound/1").await.json;
        assert_eq!((&one["outcome"], &one["way"]), (&json!("created"), &json!("smtp")));
    });
}

#[test]
fn an_alert_is_a_ticket_and_one_can_be_made_of_what_was_ignored() {
    on_both(async |desk| {
        let world = desk_with_inbox(desk).await;
        comes(&world, "Subject: Disk full\r\nAuto-Submitted: auto-generated\r\nMessage-ID: <1@example.org>")
            .await;
        comes(&world, "Subject: Away\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <2@example.org>").await;
        comes(&world, "Subject: Afwezig maandag\r\nMessage-ID: <3@example.org>").await;
        comes(&world, "Subject: Re: Order\r\nX-Firstline-Ticket: 7\r\nMessage-ID: <t.1.2.x@other.example>")
            .await;
        let outcome = async |id: i64| {
            let one = world.get("admin", &format!("/api/v1/inbound/{id}")).await.json;
            one["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!(outcome(1).await, "created", "an alert is a request");
        assert_eq!(outcome(2).await, "ignored", "an answer of a machine to nothing of ours");
        assert_eq!(outcome(3).await, "created", "a person may write so");
        assert_eq!(outcome(4).await, "created", "a person at another desk wrote it");

        let page = world.get("admin", "/admin/inbound/2").await.text;
        assert!(page.contains("Make a ticket of it") && page.contains("it says so itself"), "{page}");
        assert!(!world.get("inboxes.view", "/admin/inbound/2").await.text.contains("Make a ticket of it"));
        assert!(!world.get("admin", "/admin/inbound/1").await.text.contains("Make a ticket of it"));
        assert_eq!(world.post("/api/v1/inbound/1/replay?ticket=true", json!({})).await.status, 409);
        let refused = world.send("inboxes.view", "POST", "/api/v1/inbound/2/replay?ticket=true", None).await;
        assert_eq!(refused.status, 403);
        // Read again as it is, it is ignored again; wanted, it is a ticket, and stays one.
        assert_eq!(world.post("/api/v1/inbound/2/replay", json!({})).await.status, 200);
        reads(&world).await;
        assert_eq!(outcome(2).await, "ignored");
        assert_eq!(world.post("/api/v1/inbound/2/replay?ticket=true", json!({})).await.status, 200);
        reads(&world).await;
        assert_eq!(outcome(2).await, "created");
        assert_eq!(world.form("/admin/inbound/2/replay", "ticket=1").await.status, 409);
    });
}

#[test]
fn the_history_of_a_ticket_says_what_became_of_its_mails_in_words() {
    use crate::email::outbox::{MailFailed, MailSent};
    use kernel::id::Id;
    use platform::authority::{Grant, System};
    on_both(async |desk| {
        let world = desk_with_inbox(desk).await;
        comes(&world, "Subject: Printer\r\nMessage-ID: <1@example.org>").await;
        Grant::<System>::system(&world.home)
            .change::<_, db::Error>(|tx| {
                let ticket = Id::new(1);
                tx.emit(MailSent { ticket, outbound: 1, message: None })?;
                let reason = "mailbox_full cy@example.org: 552 full".to_owned();
                tx.emit(MailFailed { ticket, outbound: 1, message: None, reason })
            })
            .await
            .unwrap();
        let page = world.get("admin", "/t/1/history").await.text;
        assert!(!page.contains("mail.sent") && !page.contains("mail.failed"), "{page}");
        assert!(page.contains("The mail was handed over to the mail server"), "{page}");
        assert!(page.contains("The mail was not delivered: The mailbox is full"), "{page}");
    });
}

#[test]
fn every_sign_has_its_words() {
    use mail::Sign;
    use platform::i18n::{Language, exists};
    let all = [
        Sign::OwnAddress,
        Sign::OwnMessageId,
        Sign::DeliveryReport,
        Sign::ReportType,
        Sign::NullReturnPath,
        Sign::AutoSubmitted,
        Sign::Precedence,
        Sign::ListHeader,
        Sign::ResponseSuppressed,
        Sign::AutoReplyHeader,
        Sign::FeedbackId,
        Sign::VacationSubject,
        Sign::Challenge,
        Sign::SystemSender,
        Sign::NoReplySender,
    ];
    for language in [Language::En, Language::De, Language::Nl] {
        for sign in all {
            let key = format!("inbound-sign-{}", sign.code().replace('_', "-"));
            assert!(exists(language, &key), "{key}");
        }
    }
}

#[test]
fn pages_follow_one_another_without_a_gap() {
    on_both(async |desk| {
        let world = desk_with_inbox(desk).await;
        for number in 0..53 {
            comes(&world, &format!("Subject: mail-{number}.\r\nMessage-ID: <p{number}@example.org>")).await;
        }
        let first = world.get("admin", "/admin/inbound?q=mail-").await.text;
        assert_eq!(first.matches("<tr>").count(), 51, "fifty rows and the head");
        assert!(first.contains("rel=\"next\""), "there is more");
        let at = first.find("cursor=").unwrap();
        let cursor: String = first[at + 7..].chars().take_while(char::is_ascii_digit).collect();
        let second = world.get("admin", &format!("/admin/inbound?q=mail-&cursor={cursor}")).await.text;
        for number in 0..3 {
            assert!(
                second.contains(&format!("mail-{number}.")) && !first.contains(&format!(">mail-{number}."))
            );
        }
        assert!(second.contains(">mail-2.") && !second.contains(">mail-3."));
    });
}

#[test]
fn what_is_in_quarantine_is_released_once_or_ignored_with_a_reason() {
    on_both(async |desk| {
        let world = desk_with_inbox(desk).await;
        comes(&world, "Subject: first\r\nMessage-ID: <q1@example.org>").await;
        comes(&world, "Subject: second\r\nMessage-ID: <q2@example.org>").await;
        comes(&world, "Subject: third\r\nMessage-ID: <q3@example.org>").await;
        // A mail that is in a ticket makes no second one, whoever asks.
        assert_eq!(world.form("/admin/inbound/1/replay", "").await.status, 409);
        assert_eq!(world.post("/api/v1/inbound/1/replay", json!({})).await.status, 409);
        reads(&world).await;
        let tickets = world.get("admin", "/api/v1/tickets").await.json["items"].as_array().unwrap().len();
        assert_eq!(tickets, 3);

        is_quarantined(&world, 2).await;
        is_quarantined(&world, 3).await;
        alarms::count(&world.home).await.unwrap();
        assert_eq!(world.home.alarms.of("/admin/inbound"), 2);
        world.clock.advance(90 * DAY);
        let list = world.get("admin", "/admin/inbound?outcome=quarantined").await.text;
        assert!(list.contains("second") && list.contains("third"), "however old: {list}");
        assert!(!list.contains(">first<"));

        // Whoever may only look does neither.
        for verb in ["replay", "ignore"] {
            let path = format!("/api/v1/inbound/2/{verb}");
            let refused = world.send("inboxes.view", "POST", &path, Some(json!({ "reason": "x" }))).await;
            assert_eq!(refused.status, 403, "{verb}");
        }
        assert!(!world.get("inboxes.view", "/admin/inbound/2").await.text.contains("/replay\""));

        let nothing = world.form("/admin/inbound/2/ignore", "reason=+").await;
        assert!(nothing.status == 422 && nothing.text.contains("reason-error"), "{}", nothing.text);
        assert_eq!(world.form("/admin/inbound/2/ignore", "reason=Spam+<b>").await.status, 303);
        let page = world.get("admin", "/admin/inbound/2?done=ignored").await.text;
        assert!(page.contains("By hand: Spam &#60;b&#62;"), "{page}");
        assert_eq!(world.form("/admin/inbound/2/ignore", "reason=again").await.status, 409);
        assert_eq!(world.form("/admin/inbound/1/ignore", "reason=x").await.status, 409, "it is in a ticket");

        // Released, it is read while the page waits.
        let reading = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            reads(&world).await;
        };
        let (released, ()) = tokio::join!(world.form("/admin/inbound/3/replay", ""), reading);
        assert_eq!(released.status, 303);
        let page = world.get("admin", "/admin/inbound/3?done=replayed").await.text;
        assert!(page.contains("The mail was read again") && page.contains("New ticket"), "{page}");
        assert_eq!(world.form("/admin/inbound/3/replay", "").await.status, 409);
        world.clock.advance(HOUR);
        let kinds = world.get("admin", "/api/v1/events?limit=200").await.text;
        assert!(kinds.contains("inbound.ignored") && kinds.contains("inbound.replayed"), "{kinds}");
    });
}

// S04
#[test]
fn the_ledger_and_the_outbox_show_no_more_than_the_tickets_do() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let inbox = json!({ "name": "Support", "address": SUPPORT,
                            "send": { "host": "127.0.0.1", "port": 1, "tls": "none" } });
        assert_eq!(world.post("/api/v1/inboxes", inbox).await.status, 201);
        comes(&world, "Subject: Salary\r\nMessage-ID: <1@example.org>").await;
        comes(&world, "Subject: Away\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <2@example.org>").await;
        // 1 is of a ticket, and so is its acknowledgement; 2 is of none.
        let sets = async |statement| {
            let set = world.home.db.write::<_, db::Error>(move |conn| conn.run(statement, args![]));
            assert_eq!(set.await.unwrap(), 1);
        };
        let sees = async |token: &str| {
            let mut seen = Vec::new();
            for id in [1, 2] {
                let mut each = Vec::new();
                for path in [
                    format!("/api/v1/inbound/{id}"),
                    format!("/api/v1/inbound/{id}/raw"),
                    format!("/admin/inbound/{id}"),
                    format!("/admin/inbound/{id}/source"),
                    format!("/admin/inbound/{id}/raw"),
                ] {
                    each.push(world.get(token, &path).await.status);
                }
                assert!(each.iter().all(|status| *status == each[0]), "{token}: {each:?}");
                let subject = ["", "Salary", "Away"][id];
                for list in ["/api/v1/inbound", "/admin/inbound", "/admin/inbound?period=all"] {
                    let text = world.get(token, list).await.text;
                    assert_eq!(text.contains(subject), each[0] == 200, "{token} {list}: {text}");
                }
                seen.push(each[0] == 200);
            }
            let out = world.get(token, "/api/v1/outbound/1").await.status;
            assert_eq!(world.get(token, "/admin/outbox/1").await.status, out, "{token}");
            let listed = world.get(token, "/api/v1/outbound").await.json["items"].as_array().unwrap().len();
            assert_eq!(listed == 1, out == 200, "{token}");
            (seen[0], seen[1], out == 200)
        };
        assert_eq!(sees("admin").await, (true, true, true));
        assert_eq!(sees("inboxes.view,tickets.view").await, (true, true, true));
        // Whoever looks after mail and no tickets sees what is no ticket's.
        assert_eq!(sees("inboxes.view").await, (false, true, false));
        // User 2 is in team 1.
        let team = "inboxes.view,tickets.view:team";
        assert_eq!(sees(team).await, (false, false, false));
        assert_eq!(sees("inboxes.view,tickets.view:own").await, (false, false, false));
        sets(sql!("UPDATE inbox SET team_id = 1")).await;
        assert_eq!(sees(team).await, (false, true, false));
        sets(sql!("UPDATE ticket SET team_id = 1")).await;
        assert_eq!(sees(team).await, (true, true, true));
        sets(sql!("UPDATE ticket SET team_id = 0, assignee_id = 2")).await;
        sets(sql!("UPDATE inbox SET team_id = 0")).await;
        assert_eq!(sees("inboxes.view,tickets.view:own").await, (true, false, true));
        // Nor is anything done to what is out of sight.
        sets(sql!("UPDATE ticket SET assignee_id = 0")).await;
        for path in ["/api/v1/inbound/2/replay", "/api/v1/outbound/1/retry", "/api/v1/outbound/1/give-up"] {
            let own = "inboxes.view,inboxes.manage,tickets.view:team";
            assert_eq!(world.send(own, "POST", path, None).await.status, 404, "{path}");
        }
    });
}
