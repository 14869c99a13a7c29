//! Sending safely: what stops an answer, taking it back, and sending it later.
use super::*;
use kernel::clock::HOUR;

impl World {
    async fn seen(&mut self, number: i64) -> String {
        self.ada.get(&format!("/t/{number}")).await.form_value("seen").unwrap()
    }
    /// The address of the form that takes the newest waiting answer back, as the page has it.
    async fn undo_address(&mut self, number: i64) -> String {
        let page = self.ada.get(&format!("/t/{number}")).await.assert_status(200).text();
        let end = page.find("/undo\"").expect("something can be taken back");
        let start = page[..end].rfind("action=\"").unwrap() + 8;
        format!("{}/undo", &page[start..end])
    }
    async fn works(&self) {
        while platform::jobs::run_next(&self.home).await.unwrap() {}
    }
    async fn takes_seconds(&self) {
        self.run(sql!("UPDATE desk_user SET undo_seconds = 10")).await;
    }
    async fn letters(&self) -> Vec<String> {
        let read = |conn: &mut db::Conn| {
            conn.all::<(String,)>(
                sql!("SELECT body FROM outbound WHERE body IS NOT NULL ORDER BY id"),
                args![],
            )
        };
        self.home.db.read::<_, db::Error>(read).await.unwrap().into_iter().map(|(body,)| body).collect()
    }
}

const CY: &str = "Cy Winter <cy@customer.example>";

fn reply<'a>(seen: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("kind", "reply"), ("seen", seen), ("to", "cy@customer.example"), ("text", text)]
}

#[test]
fn a_note_of_a_colleague_stops_nobody_and_their_answer_does() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let path = format!("/t/{number}/messages");
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let seen = world.seen(number).await;
        ben.post_form(&path, &[("kind", "note"), ("text", "I know her")]).await.assert_status(303);
        world.run(sql!("UPDATE desk_user SET undo_seconds = 10 WHERE name = 'Ben'")).await;
        ben.post_form(&path, &reply(&seen, "Soon")).await.assert_status(303);
        // Ben's answer is on its way only: two would reach the customer.
        let page = world.ada.post_form(&path, &reply(&seen, "Today")).await.assert_status(409);
        page.assert_has("Ben is answering this very moment").assert_has("Today");
        assert!(world.mails().await.is_empty());
        world.home.clock.advance(11 * SECOND);
        world.works().await;
        assert_eq!(world.mails().await.len(), 1);
        let page = world.ada.post_form(&path, &reply(&seen, "Today")).await.assert_status(409);
        let seen = page.assert_has("Soon").form_value("seen").unwrap();
        world.ada.post_form(&path, &reply(&seen, "Today")).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 2, "having read it, she may");
    });
}

#[test]
fn the_api_stops_on_request_alone() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let path = format!("/api/v1/tickets/{number}/messages");
        let first = world.messages(number).await[0].id.to_string();
        world.hears(number, "cy@customer.example", "Never mind", None, true).await;
        let body = serde_json::json!({ "text": "Here", "seen": first });
        let refused = world.ada.post_json(&path, &body.to_string()).await.assert_status(409).json();
        assert_eq!(refused["code"], "newer_message");
        let doubtful = serde_json::json!({ "text": "Dear Max,\n{{x}} is attached", "to": ["eve@else.example"], "confirm": [] });
        let refused = world.ada.post_json(&path, &doubtful.to_string()).await.assert_status(409).json();
        assert_eq!(refused["code"], "unconfirmed");
        let codes: Vec<_> =
            refused["errors"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["no_attachment", "unfilled_placeholder", "new_address", "other_name"]);
        let named: Vec<_> = refused["detail"].as_str().unwrap().lines().collect();
        assert_eq!(named[2], "new_address:eve@else.example");
        assert!(world.mails().await.is_empty());
        let sure = serde_json::json!({ "text": "Dear Max,\n{{x}} is attached", "to": ["eve@else.example"], "confirm": named });
        world.ada.post_json(&path, &sure.to_string()).await.assert_status(201);
        let unasked = serde_json::json!({ "text": "{{y}}", "to": ["mallory@else.example"] });
        world.ada.post_json(&path, &unasked.to_string()).await.assert_status(201);
        assert_eq!(world.mails().await.len(), 2);
    });
}

#[test]
fn doubts_are_asked_once_and_keep_the_text() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.seen(number).await);
        let text = "Dear Mr Summer, {{order.number}} is attached.";
        let page = world.ada.post_form(&path, &reply(&seen, text)).await.assert_status(409);
        let page =
            page.assert_has("please look once more").assert_has("Summer").assert_has("{{order.number}}");
        let page = page.assert_has("value=\"no_attachment:attached\"").text();
        assert!(page.contains("Dear Mr Summer"), "the text is kept");
        assert!(world.mails().await.is_empty());
        let mut sure = reply(&seen, text);
        sure.extend([
            ("confirm", "no_attachment:attached"),
            ("confirm", "placeholder:{{order.number}}"),
            ("confirm", "other_name:Summer"),
        ]);
        let mut another = sure.clone();
        another[3] = ("text", "Dear Mr Summer, {{order.date}} is attached.");
        world.ada.post_form(&path, &another).await.assert_status(409).assert_has("{{order.date}}");
        world.ada.post_form(&path, &sure).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 1);
        let seen = world.seen(number).await;
        world.ada.post_form(&path, &reply(&seen, "Dear Mr Winter,\nthank you.")).await.assert_status(303);
    });
}

#[test]
fn what_was_sent_can_be_taken_back_and_is_the_draft_again() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        world.takes_seconds().await;
        let (path, seen) = (format!("/t/{number}/messages"), world.seen(number).await);
        let file = [("file", "plan.txt", b"the plan".as_slice())];
        let mut fields = reply(&seen, "On its way");
        fields.push(("status", "solved"));
        world.ada.post_files(&path, &fields, &file).await.assert_status(303);
        assert_eq!(world.messages(number).await.len(), 1, "nothing has happened yet");
        assert!(world.ticket(number).await.category.is_open() && world.mails().await.is_empty());
        let page =
            world.ada.get(&format!("/t/{number}")).await.assert_has("data-until").assert_has("On its way");
        page.assert_has("1 file");
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let undo = world.undo_address(number).await;
        ben.post_form(&undo, &[]).await.assert_status(404);
        // Words that were begun meanwhile stay too.
        let begun = serde_json::json!({ "kind": "reply", "text": "P.S. thanks" }).to_string();
        world
            .ada
            .send(
                axum::http::Method::PUT,
                &format!("/drafts/{number}"),
                Some("application/json"),
                begun.into_bytes(),
            )
            .await
            .assert_status(204);
        world.ada.post_form(&undo, &[]).await.assert_status(303);
        let page = world.ada.get(&format!("/t/{number}")).await;
        let page = page.assert_has("On its way").assert_has("P.S. thanks").assert_has("plan.txt");
        page.assert_has_not("data-until").assert_has("value=\"solved\" selected");
        world.home.clock.advance(HOUR);
        world.works().await;
        assert!(world.mails().await.is_empty(), "taken back is taken back");
        // Sent again, with its file, and left alone: it goes out once.
        let waiting = world.ada.get(&format!("/t/{number}")).await;
        let (file, seen) = (waiting.form_value("attachment").unwrap(), waiting.form_value("seen").unwrap());
        let mut fields = reply(&seen, "On its way");
        fields.extend([("attachment", file.as_str()), ("status", "solved")]);
        world.ada.post_form(&path, &fields).await.assert_status(303);
        let undo = world.undo_address(number).await;
        world.works().await;
        assert!(world.mails().await.is_empty(), "its seconds are not over");
        world.home.clock.advance(10 * SECOND);
        world.works().await;
        world.works().await;
        assert_eq!(world.mails().await.len(), 1);
        let sent = world.messages(number).await.pop().unwrap();
        assert_eq!((sent.text.as_str(), sent.author_name.as_str()), ("On its way", "ada"));
        assert!(!world.ticket(number).await.category.is_open(), "solved with it");
        world.ada.get(&format!("/t/{number}")).await.assert_has("plan.txt");
        let late = world.ada.post_form(&undo, &[]).await.assert_status(303);
        assert!(late.header("location").unwrap().contains("done=sent_already"));
    });
}

#[test]
fn a_scheduled_answer_goes_at_its_time_unless_the_customer_writes_before() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.seen(number).await);
        let over = [reply(&seen, "Hello"), vec![("when", "at"), ("at", "2020-01-01T08:00")]].concat();
        world.ada.post_form(&path, &over).await.assert_status(422).assert_has("This time is over");
        let tomorrow = [reply(&seen, "We come today"), vec![("when", "tomorrow")]].concat();
        world.ada.post_form(&path, &tomorrow).await.assert_status(303);
        let list = world.ada.get(&format!("/api/v1/tickets/{number}/scheduled")).await.json();
        assert_eq!(list["items"][0]["text"], "We come today");
        assert_eq!(list["items"][0]["is_later"], true);
        world.home.clock.advance(36 * HOUR);
        world.works().await;
        assert_eq!(world.mails().await.len(), 1, "it went while nobody looked");
        let seen = world.seen(number).await;
        let tomorrow = [reply(&seen, "And again"), vec![("when", "tomorrow")]].concat();
        world.ada.post_form(&path, &tomorrow).await.assert_status(303);
        world.hears(number, "cy@customer.example", "Please do not come", None, true).await;
        world.ada.get(&format!("/t/{number}")).await.assert_has("will not be sent by itself");
        world.home.clock.advance(36 * HOUR);
        world.works().await;
        assert_eq!(world.mails().await.len(), 1, "held");
        assert!(world.letters().await.iter().any(|body| body.contains("was not sent")), "its writer is told");
        let page = world.ada.get(&format!("/t/{number}")).await;
        page.assert_has("Somebody wrote before it was sent").assert_has("Send anyway");
        let history = world.ada.get(&format!("/t/{number}/history")).await;
        history.assert_has("planned an answer").assert_has("not sent at its time");
        let undo = world.undo_address(number).await;
        let send = undo.replace("/undo", "/send");
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        ben.post_form(&send, &[]).await.assert_status(404);
        world.ada.post_form(&send, &[]).await.assert_status(303);
        assert_eq!(world.messages(number).await.pop().unwrap().text, "And again");
    });
}

#[test]
fn a_program_plans_an_answer_and_takes_it_back() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let path = format!("/api/v1/tickets/{number}/messages");
        let at = kernel::clock::Millis(world.home.clock.now().0 + HOUR).to_string();
        let body = serde_json::json!({ "text": "Later", "send_at": at }).to_string();
        let waits = world.ada.post_json(&path, &body).await.assert_status(202).json();
        assert_eq!(waits["send_at"], at);
        let one = format!("/api/v1/tickets/{number}/scheduled/{}", waits["id"].as_str().unwrap());
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        ben.delete(&one).await.assert_status(404);
        world.ada.delete(&one).await.assert_status(204);
        world.ada.delete(&one).await.assert_status(409);
        world.home.clock.advance(2 * HOUR);
        world.works().await;
        assert!(world.mails().await.is_empty());
        let nobody =
            serde_json::json!({ "text": "x", "to": ["no address"], "send_at": "2026-12-01T08:00:00Z" });
        world.ada.post_json(&path, &nobody.to_string()).await.assert_status(422);
    });
}

#[test]
fn an_answer_of_somebody_who_left_is_held() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let seen = world.seen(number).await;
        let tomorrow = [reply(&seen, "Bye"), vec![("when", "tomorrow")]].concat();
        ben.post_form(&format!("/t/{number}/messages"), &tomorrow).await.assert_status(303);
        world.run(sql!("UPDATE desk_user SET is_active = FALSE WHERE name = 'Ben'")).await;
        world.home.clock.advance(48 * HOUR);
        world.works().await;
        assert!(world.mails().await.is_empty());
        world.ada.get(&format!("/t/{number}")).await.assert_has("may not answer this ticket any more");
    });
}

#[test]
fn sending_costs_as_many_statements_as_it_may() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        world.takes_seconds().await;
        let path = format!("/t/{number}/messages");
        for (when, most) in [("first", 99), ("second", 14)] {
            let seen = world.seen(number).await;
            let before = statements_run();
            world.ada.post_form(&path, &reply(&seen, "Soon")).await.assert_status(303);
            let spent = statements_run() - before;
            eprintln!("{when}: {spent} statements until it waits");
            assert!(spent <= most, "{spent} statements");
        }
    });
}

/// What a stream says of who looks at a ticket, until `is_it`.
async fn looks_until(stream: &mut BodyDataStream, is_it: impl Fn(&str) -> bool) -> bool {
    let read = async {
        while let Some(Ok(piece)) = stream.next().await {
            let text = String::from_utf8_lossy(&piece).into_owned();
            if text.contains("event: presence") && is_it(&text) {
                return true;
            }
        }
        false
    };
    tokio::time::timeout(Duration::from_secs(5), read).await.unwrap_or(false)
}
async fn stands_at(world: &World, client: &Client, ticket: i64) -> BodyDataStream {
    let cookie = client.cookie(session_cookie_name(&world.home)).unwrap().to_owned();
    let request = Request::get(format!("/live?ticket={ticket}"))
        .header("cookie", format!("{}={cookie}", session_cookie_name(&world.home)))
        .body(Body::empty())
        .unwrap();
    world.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream()
}

#[test]
fn colleagues_see_who_looks_and_who_writes_and_strangers_do_not() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let mut sam = world.stranger().await;
        let mut list = listens(&world, &world.ada).await;
        let mut strange = listens(&world, &sam).await;
        let open = stands_at(&world, &ben, number).await;
        let mark = format!("\"ticket\":{number}");
        assert!(looks_until(&mut list, |text| text.contains(&mark) && text.contains("Ben")).await);
        ben.post_form(&format!("/t/{number}/typing"), &[]).await.assert_status(204);
        assert!(looks_until(&mut list, |text| text.contains("\"typing\":true")).await);
        sam.post_form(&format!("/t/{number}/typing"), &[]).await.assert_status(404);
        // A stranger's page of the ticket neither enters nor hears.
        let unseen = stands_at(&world, &sam, number).await;
        assert_eq!(world.home.presence.of(number, world.home.clock.now()).len(), 1);
        drop(unseen);
        drop(open);
        assert!(
            looks_until(&mut list, |text| text.contains("\"people\":[]")).await,
            "who closes the page is gone"
        );
        let heard = looks_until(&mut strange, |_| true);
        let heard = tokio::time::timeout(Duration::from_millis(500), heard).await;
        assert!(!heard.unwrap_or(false), "nobody hears of a ticket out of sight");
        assert!(world.home.presence.things().is_empty(), "nothing of it stays");
    });
}
