//! Who hears of what, once, and only of what they may see.
use crate::world::{MONDAY, ManageInboxes, World};
use desk::{
    notices::reader::{Reader, Step},
    sla::alarms,
};
use kernel::{clock::HOUR, id::Id};
use people::roles::Builtin;
use platform::{
    authority::{Grant, Permission, System},
    db, events,
};
use serde_json::json;
use testkit::on_both;

fn about(kinds: &[(&str, i64)]) -> Vec<(String, i64)> {
    kinds.iter().map(|(kind, ticket)| ((*kind).to_owned(), *ticket)).collect()
}

#[test]
fn each_hears_once_of_what_concerns_them_and_never_of_what_they_did() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let mut cora = world.hires("Cora", Builtin::Agent).await;
        let team = world.team("1st line", &[bo.id, cora.id]).await;
        let one = world.ada.opens("Printer").await;
        world.reads().await;
        world.puts_into(one, &team).await;
        world.reads().await;
        assert_eq!(bo.hears("").await, about(&[("team", one)]));
        assert_eq!(cora.hears("").await, about(&[("team", one)]));
        world.ada.gives(one, bo.id).await;
        cora.puts(&format!("/api/v1/tickets/{one}/follow"), json!({ "is_following": true }), 200).await;
        world.customer_writes(one, false).await;
        world.customer_writes(one, true).await;
        bo.answers(one).await;
        cora.notes(one, "The same as last week").await;
        // A node that dies in between, and one that reads everything again: nobody hears twice.
        world.reads().await;
        world.reads().await;
        let mut late = Reader::default();
        while world.steps(&mut late).await == Step::More {}
        assert_eq!(
            bo.hears("").await,
            about(&[("colleague", one), ("reply", one), ("assigned", one), ("team", one)])
        );
        assert_eq!(cora.hears("").await, about(&[("colleague", one), ("reply", one), ("team", one)]));
        assert_eq!(world.ada.hears("").await, [], "she did it, or has nothing to do with it");
        // Whoever is given a ticket by themselves knows it.
        let two = bo.opens("Invoice").await;
        bo.gives(two, bo.id).await;
        world.reads().await;
        assert_eq!(bo.hears("?limit=1").await, about(&[("colleague", one)]));
    });
}

#[test]
fn two_nodes_write_each_notice_once_and_a_lost_transaction_is_repeated() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let (mut left, mut right) = (Reader::default(), Reader::default());
        world.steps(&mut left).await;
        world.steps(&mut right).await;
        for n in 0..30 {
            let ticket = world.ada.opens(&format!("Ticket {n}")).await;
            world.ada.gives(ticket, bo.id).await;
            let home = world.home.clone();
            let (one, other) = tokio::join!(left.step(&home), right.step(&home));
            one.unwrap();
            other.unwrap();
        }
        world.reads().await;
        let list = bo.hears("?limit=200").await;
        assert_eq!(list.len(), 30);
        assert!(list.iter().all(|(kind, _)| kind == "assigned"));
        // One event of the log says that there is something new, for all of a step together.
        let all = Grant::<System>::system(&world.home)
            .read::<_, db::Error>(|tx| events::after(tx, Id::new(0), 10_000))
            .await
            .unwrap();
        let told: usize = all
            .iter()
            .filter(|event| event.kind == "notice.made")
            .map(|event| event.data()["users"].as_array().unwrap().len())
            .sum();
        assert!((1..=30).contains(&told), "{told}");
    });
}

#[test]
fn promises_calls_and_quarantine_reach_whoever_has_to_act() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let mut cora = world.hires("Cora", Builtin::Agent).await;
        let team = world.team("1st line", &[cora.id]).await;
        let day = json!([["00:00", "24:00"]]);
        let weekly =
            json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day });
        let calendar = json!({ "name": "Always", "zone": "UTC", "weekly": weekly, "exceptions": [] });
        let calendar = world.ada.posts("/api/v1/calendars", calendar, 201).await["id"].clone();
        let policy = json!({ "name": "All", "calendar": calendar, "filter": "", "targets": { "first_response": "4h" },
                             "pause_in": [], "warn": "1h" });
        world.ada.posts("/api/v1/sla-policies", policy, 201).await;
        let (his, nobodys) = (world.ada.opens("Printer").await, world.ada.opens("Invoice").await);
        world.ada.gives(his, bo.id).await;
        world.puts_into(nobodys, &team).await;
        let call = json!({ "phone": "030 1234", "due_at": MONDAY.plus(2 * HOUR) });
        world.ada.posts(&format!("/api/v1/tickets/{his}/call-backs"), call.clone(), 201).await;
        cora.posts(&format!("/api/v1/tickets/{nobodys}/call-backs"), call, 201).await;
        world.reads().await;
        let fires = async || {
            let system = Grant::<System>::system(&world.home);
            while system.change::<_, db::Error>(alarms::fire).await.unwrap() {}
        };
        world.advance(3 * HOUR + 1000);
        fires().await;
        world.reads().await;
        world.advance(HOUR);
        fires().await;
        world.reads().await;
        world.reads().await;
        let mut his_news = bo.hears("").await;
        his_news.sort();
        let expected =
            about(&[("assigned", his), ("call_back", his), ("sla_breached", his), ("sla_warned", his)]);
        assert_eq!(his_news, expected, "the call and the promises are his now");
        let mut hers = cora.hears("").await;
        hers.sort();
        let expected = about(&[
            ("call_back", nobodys),
            ("sla_breached", nobodys),
            ("sla_warned", nobodys),
            ("team", nobodys),
        ]);
        assert_eq!(hers, expected, "nobody has the other: the team's, and whose call it is");
        assert!(platform::authority::PERMISSIONS.iter().any(|known| known.key == ManageInboxes::KEY));
        // A mail in quarantine is for those who look after inboxes.
        struct Decided;
        impl serde::Serialize for Decided {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                json!({ "inbound": "5", "outcome": "quarantined", "ticket": null }).serialize(to)
            }
        }
        impl events::Event for Decided {
            const KIND: &'static str = "inbound.decided";
            fn subject(&self) -> String {
                "inbound/5".into()
            }
        }
        let system = Grant::<System>::system(&world.home);
        system.change::<_, db::Error>(|tx| tx.emit(Decided)).await.unwrap();
        world.reads().await;
        assert_eq!(world.ada.hears("").await, about(&[("quarantine", 0)]));
        world.ada.browser.get("/notifications").await.assert_has("/admin/inbound/5");
        assert_eq!(bo.hears("").await.len(), 4);
    });
}

#[test]
fn nobody_hears_of_what_they_may_not_see_then_or_now() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut dee = world.hires_limited("Dee").await;
        let hers = world.team("Hers", &[dee.id]).await;
        let others = world.team("Others", &[]).await;
        let ticket = world.ada.opens("Secret salary").await;
        world.puts_into(ticket, &hers).await;
        dee.puts(&format!("/api/v1/tickets/{ticket}/follow"), json!({ "is_following": true }), 200).await;
        world.customer_writes(ticket, false).await;
        world.reads().await;
        assert_eq!(dee.hears("").await, about(&[("reply", ticket), ("team", ticket)]));
        assert_eq!(dee.unread().await, 2);
        // It goes elsewhere: what she was told is not shown any more, and she hears nothing more, follower or not.
        world.puts_into(ticket, &others).await;
        world.customer_writes(ticket, false).await;
        world.reads().await;
        assert_eq!((dee.hears("").await, dee.unread().await), (vec![], 0));
        dee.browser.get("/notifications?show=all").await.assert_has_not("Secret salary");
        world.puts_into(ticket, &hers).await;
        assert_eq!(dee.hears("").await.len(), 2, "what was hidden is there; what happened meanwhile is not");
    });
}

#[test]
fn a_deputy_hears_in_the_place_of_whoever_is_away() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.has_way_out().await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let mut cora = world.hires("Cora", Builtin::Agent).await;
        let mut dee = world.hires_limited("Dee").await;
        let away = |deputy: Id<_>| json!({ "from": "2026-11-20", "to": "2026-11-27", "deputy": deputy });
        bo.puts("/api/v1/absence", away(cora.id), 200).await;
        let loops = cora.puts("/api/v1/absence", away(bo.id), 422).await;
        assert_eq!(loops["errors"][0]["code"], "deputy_loop");
        let one = world.ada.opens("Printer").await;
        world.ada.gives(one, bo.id).await;
        world.reads().await;
        assert_eq!(bo.hears("").await, about(&[("assigned", one)]), "it is there when he is back");
        let hers = cora.api.get("/api/v1/notifications").await.json();
        assert_eq!(
            (&hers["items"][0]["kind"], &hers["items"][0]["in_place_of"]),
            (&json!("assigned"), &json!("Bo"))
        );
        cora.browser.get("/notifications").await.assert_has("for Bo");
        // The deputy is away too: hers hears, as far as she may see it.
        cora.puts("/api/v1/absence", away(dee.id), 200).await;
        let two = world.ada.opens("Invoice").await;
        world.ada.gives(two, bo.id).await;
        cora.answers(two).await;
        world.reads().await;
        assert_eq!(cora.hears("").await, about(&[("assigned", two), ("assigned", one)]));
        assert_eq!(dee.hears("").await, [], "she may not see it");
        // Where one gives work it is said; mails go to nobody who is away.
        let page = world.ada.browser.get(&format!("/t/{two}")).await;
        page.assert_has("Bo (away until 27 Nov 2026, deputy Cora)").assert_has("Bo: away until 27 Nov 2026");
        world.ada.browser.get("/tickets/new").await.assert_has("Bo (away until 27 Nov 2026, deputy Cora)");
        world.advance(HOUR);
        world.reads().await;
        assert_eq!(world.letters().await, [], "Bo and Cora are away, and their mails with them");
        world.advance(5 * 24 * HOUR);
        world.ada.browser.get(&format!("/t/{two}")).await.assert_has_not("away until");
    });
}
