//! Side conversations over the API and on the pages: who may, what is refused, and where they are shown.
use super::{refused, world::World};
use desk::{
    conversation::actions::Incoming,
    side_conversations,
    tickets::{self, TicketError},
};
use kernel::{fault::Problem, id::Id};
use people::roles::Builtin;
use platform::{
    args,
    authority::{Grant, System},
    db, sql,
};
use serde_json::{Value, json};
use testkit::on_both;

impl World {
    async fn asks(&mut self, ticket: i64, to: &str, status: u16) -> Value {
        let draft = json!({ "to": [to], "subject": "A spare part", "text": "Do you have one?" });
        self.posts(&format!("/api/v1/tickets/{ticket}/side-conversations"), draft, status).await
    }
    /// Somebody answers in a side conversation, as the mail's worker takes it in.
    async fn is_answered(&self, ticket: i64, side: &Value, from: &str) {
        let side = Id::new(side["id"].as_str().unwrap().parse().unwrap());
        let from = from.to_owned();
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let seen =
                    tickets::store::see_for_machine(tx, Id::new(ticket))?.ok_or_else(Problem::not_found)?;
                let incoming = Incoming {
                    channel: "email",
                    author: None,
                    author_name: "Mia",
                    from_email: Some(&from),
                    to: &[],
                    cc: &[],
                    subject: "Re: A spare part",
                    text: "Two of the teeth are left",
                    quoted: None,
                    signature: None,
                    html: None,
                    message_id: None,
                    inbound_id: None,
                    is_automatic: false,
                    is_sender_known: false,
                    remarks: "{}",
                };
                side_conversations::mail::receive(tx, &seen, side, &incoming, &[])
            })
            .await
            .unwrap();
    }
    async fn finds(&mut self, filter: &str) -> Vec<i64> {
        let found = self.gets(&format!("/api/v1/tickets?filter={}", filter.replace(':', "%3A"))).await;
        found["items"].as_array().unwrap().iter().map(|ticket| ticket["number"].as_i64().unwrap()).collect()
    }
}

#[test]
fn somebody_is_asked_answers_and_is_answered_over_the_api() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let side = world.asks(ticket, "mia@makers.example", 201).await;
        assert_eq!(side["state"], "waiting");
        assert_eq!(side["to"], json!(["mia@makers.example"]));
        let path = format!("/api/v1/side-conversations/{}", side["id"].as_str().unwrap());
        world.is_answered(ticket, &side, "mia@makers.example").await;
        assert_eq!(world.gets(&path).await["state"], "answered");
        assert_eq!(world.gets(&format!("/api/v1/tickets/{ticket}")).await["side_conversations"], "answered");
        assert_eq!(world.finds("has:side_answer").await, [ticket]);
        assert_eq!(world.finds("has:side_conversation").await, [ticket]);
        assert_eq!(world.finds("has:note").await, [] as [i64; 0], "it is no note among colleagues");
        let said = world.gets(&format!("{path}/messages")).await;
        let said: Vec<_> =
            said["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
        assert_eq!(said, ["Do you have one?", "Two of the teeth are left"]);
        let main = world.gets(&format!("/api/v1/tickets/{ticket}/messages")).await;
        assert_eq!(main["items"].as_array().unwrap().len(), 1);
        // Writing on makes it wait again; closing ends that, an answer of ours opens it once more.
        let more = json!({ "text": "Send them", "to": ["max@makers.example"] });
        world.posts(&format!("{path}/messages"), more, 201).await;
        assert_eq!(world.finds("has:side_answer").await, [] as [i64; 0]);
        let closed = world.patches(&path, json!({ "is_closed": true }), 200).await;
        assert_eq!((closed["state"].as_str(), closed["closed_at"].is_string()), (Some("closed"), true));
        assert_eq!(world.gets(&format!("/api/v1/tickets/{ticket}")).await["side_conversations"], "closed");
        assert_eq!(world.patches(&path, json!({ "is_closed": false }), 200).await["state"], "waiting");
        let log = world.log(ticket).await;
        let of_it: Vec<_> =
            log.iter().filter(|kind| kind.starts_with("ticket.side")).map(String::as_str).collect();
        let kinds =
            ["opened", "answered", "asked", "closed", "reopened"].map(|kind| format!("ticket.side_{kind}"));
        assert_eq!(of_it, kinds);
        // What was sent goes to both, in the outbox like any other mail.
        let last = world.gets(&format!("{path}/messages")).await;
        let last = &last["items"].as_array().unwrap()[2];
        assert_eq!(last["to"], json!(["max@makers.example", "mia@makers.example"]));
        assert_eq!(last["delivery"]["state"], "waiting");
    });
}

#[test]
fn the_customer_is_never_asked_beside_and_files_are_the_tickets_own() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (ticket, other) = (world.opens("The till").await, world.opens("Another").await);
        refused(&world.asks(ticket, "cy@example.org", 422).await, "/to", "side_to_customer");
        refused(&world.asks(ticket, "nobody", 422).await, "/to/0", "email");
        let upload = world
            .ada
            .post_files("/api/v1/uploads", &[], &[("file", "bill.txt", b"12 euro")])
            .await
            .assert_status(201)
            .json();
        let note = json!({ "kind": "note", "text": "The bill", "attachments": [upload["id"]] });
        let note = world.posts(&format!("/api/v1/tickets/{ticket}/messages"), note, 201).await;
        let file = note["attachments"][0]["id"].clone();
        let with = |file: &Value| json!({ "to": ["mia@makers.example"], "subject": "Bill", "text": "This one", "files": [file] });
        let strange =
            world.posts(&format!("/api/v1/tickets/{other}/side-conversations"), with(&file), 422).await;
        refused(&strange, "/files", "unknown_id");
        let side =
            world.posts(&format!("/api/v1/tickets/{ticket}/side-conversations"), with(&file), 201).await;
        let said = world
            .gets(&format!("/api/v1/side-conversations/{}/messages", side["id"].as_str().unwrap()))
            .await;
        assert_eq!(said["items"][0]["attachments"][0]["name"], "bill.txt");
    });
}

#[test]
fn who_does_not_see_the_ticket_sees_nothing_of_it_and_who_may_not_answer_may_not_ask() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let side = world.asks(ticket, "mia@makers.example", 201).await;
        let path = format!("/api/v1/side-conversations/{}", side["id"].as_str().unwrap());
        let lea = world.hires("Lea", Builtin::LightAgent).await;
        let mut lea = world.program_of(lea).await;
        lea.get(&path).await.assert_status(200);
        let more = json!({ "text": "Let me" }).to_string();
        lea.post_json(&format!("{path}/messages"), &more).await.assert_status(403);
        let own = |conn: &mut db::Conn| {
            conn.run(
                sql!("UPDATE role_permission SET scope = 'own' WHERE permission LIKE 'tickets.%'"),
                args![],
            )
        };
        world.home.db.write::<_, db::Error>(own).await.unwrap();
        // A role is remembered for some seconds.
        world.advance(60_000);
        for path in
            [&path, &format!("{path}/messages"), &format!("/api/v1/tickets/{ticket}/side-conversations")]
        {
            lea.get(path).await.assert_status(404);
        }
    });
}

#[test]
fn it_stands_beside_the_ticket_and_on_a_page_of_its_own() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let mut ada = world.browser_of(world.ada_id).await;
        ada.get(&format!("/t/{ticket}")).await.assert_has("New side conversation");
        let new = format!("/t/{ticket}/side-conversations");
        ada.get(&format!("{new}/new")).await.assert_has("anybody but the customer");
        let bad = [("to", "cy@example.org"), ("subject", "Part"), ("text", "Do you have one?")];
        ada.post_form(&new, &bad)
            .await
            .assert_status(422)
            .assert_has("takes part in the ticket")
            .assert_has("Do you have one?");
        let form = [
            ("to", "mia@makers.example, max@makers.example"),
            ("subject", "Part"),
            ("text", "Do you have one?"),
        ];
        ada.post_form(&new, &form).await.assert_status(303);
        let side = json!({ "id": "1" });
        world.is_answered(ticket, &side, "mia@makers.example").await;
        let page = ada.get(&format!("/t/{ticket}")).await;
        page.assert_has("Two of the teeth are left").assert_has("Answered").assert_has("max@makers.example");
        let one = ada.get(&format!("{new}/1")).await;
        one.assert_has("Two of the teeth are left").assert_has("Do you have one?");
        ada.post_form(&format!("{new}/1"), &[("text", "Send it"), ("to", "")]).await.assert_status(303);
        ada.post_form(&format!("{new}/1/close"), &[]).await.assert_status(303);
        ada.get(&format!("/t/{ticket}/history")).await.assert_has("closed the side conversation");
        ada.post_form(&format!("{new}/1/reopen"), &[]).await.assert_status(303);
        let other = world.opens("Another").await;
        ada.get(&format!("/t/{other}/side-conversations/1")).await.assert_status(404);
        ada.get("/tickets?filter=has%3Aside_conversation").await.assert_has("The till");
    });
}
