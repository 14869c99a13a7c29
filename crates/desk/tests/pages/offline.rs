//! What a browser keeps without a connection, and what it sends afterwards: `docs/behaviour/offline.md`.
use super::*;

const CY: &str = "Cy Winter <cy@customer.example>";

impl World {
    /// Ada's browser as its worker sends what waited: it accepts nothing but JSON.
    fn outbox(&self) -> Client {
        let name = session_cookie_name(&self.home);
        let mut outbox = Client::new(self.router.clone()).with_header("accept", "application/json");
        outbox.set_cookie(name, self.ada.cookie(name).unwrap());
        outbox
    }
    async fn newest(&mut self, number: i64) -> String {
        self.ada.get(&format!("/t/{number}")).await.form_value("seen").unwrap()
    }
    async fn takes_ten_seconds(&self) {
        self.run(sql!("UPDATE desk_user SET undo_seconds = 10")).await;
    }
}

fn form<'a>(seen: &'a str, key: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let to = ("to", "cy@customer.example");
    vec![("kind", "reply"), ("seen", seen), ("key", key), ("who", "user/1"), to, ("text", text)]
}

#[test]
fn the_same_form_counts_once_however_it_comes() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.newest(number).await);
        let mut outbox = world.outbox();
        // From the page; nobody heard that it arrived; then from the outbox, twice.
        let first = world.ada.post_form(&path, &form(&seen, "k1", "Soon")).await.assert_status(303);
        let id = first.header("location").unwrap().split_once("#m").unwrap().1.to_owned();
        let mut again = form(&seen, "k1", "Soon");
        again.push(("waited", "1"));
        for _ in 0..2 {
            let said = outbox.post_form(&path, &again).await.assert_status(200).json();
            assert_eq!(said, serde_json::json!({ "message": id }));
        }
        assert_eq!(world.mails().await.len(), 1);
        // The same words sent on purpose, and other words of the same page, are others.
        world.ada.post_form(&path, &form(&seen, "k2", "Soon")).await.assert_status(303);
        world.ada.post_form(&path, &form(&seen, "k1", "Sooner")).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 3);
        // Without a key nothing is remembered.
        let seen = world.newest(number).await;
        for _ in 0..2 {
            let plain: Vec<_> =
                form(&seen, "", "Now").into_iter().filter(|(name, _)| *name != "key").collect();
            world.ada.post_form(&path, &plain).await.assert_status(303);
        }
        assert_eq!(world.mails().await.len(), 5);
    });
}

#[test]
fn a_file_goes_along_once_and_a_note_too() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.newest(number).await);
        let fields =
            [("kind", "note"), ("seen", seen.as_str()), ("key", "n1"), ("text", "Look"), ("who", "user/1")];
        let file: (&str, &str, &[u8]) = ("file", "meter.txt", b"230 volts");
        let mut outbox = world.outbox();
        for _ in 0..3 {
            outbox.post_files(&path, &fields, &[file]).await.assert_status(200);
        }
        // Another content under the same name is another request.
        outbox.post_files(&path, &fields, &[("file", "meter.txt", b"0 volts")]).await.assert_status(200);
        let messages = world.ada.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
        let notes: Vec<_> =
            messages["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "note").collect();
        assert_eq!(notes.len(), 2);
        assert!(notes.iter().all(|note| note["attachments"].as_array().unwrap().len() == 1), "{notes:?}");
    });
}

#[test]
fn what_waited_goes_at_once_and_what_was_just_sent_can_be_taken_back() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.newest(number).await);
        world.takes_ten_seconds().await;
        let mut outbox = world.outbox();
        let mut waited = form(&seen, "w1", "Two");
        waited.push(("waited", "1"));
        let said = outbox.post_form(&path, &waited).await.assert_status(200).json();
        assert!(said["message"].is_string(), "{said}");
        assert_eq!(world.mails().await.len(), 1);
        // Its receipt was lost within the seconds: it stays what it was, and is not sent twice.
        let first = world.ada.post_form(&path, &form(&seen, "w2", "Three")).await.assert_status(303);
        assert!(first.header("location").unwrap().contains("#s"));
        let mut again = form(&seen, "w2", "Three");
        again.push(("waited", "1"));
        let said = outbox.post_form(&path, &again).await.assert_status(200).json();
        assert!(said["scheduled"].is_string(), "{said}");
        assert_eq!(world.mails().await.len(), 1);
        world.home.clock.advance(11 * SECOND);
        while platform::jobs::run_next(&world.home).await.unwrap() {}
        assert_eq!(world.mails().await.len(), 2);
    });
}

#[test]
fn the_outbox_hears_why_something_stopped_and_puts_it_back() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.newest(number).await);
        let mut outbox = world.outbox();
        world.hears(number, "cy@customer.example", "Never mind", None, true).await;
        let stopped = outbox.post_form(&path, &form(&seen, "s1", "Soon")).await.assert_status(409).json();
        assert_eq!(stopped["code"], "newer_message");
        let seen = world.newest(number).await;
        let doubtful = outbox.post_form(&path, &form(&seen, "s2", "{{x}}")).await.assert_status(409).json();
        assert_eq!(doubtful["code"], "unconfirmed");
        let empty = outbox.post_form(&path, &form(&seen, "s3", "")).await.assert_status(422).json();
        assert_eq!(empty["errors"][0]["pointer"], "/text");
        assert!(world.mails().await.is_empty());
        // It becomes the draft, above what was begun at the desk meanwhile.
        world
            .ada
            .send(
                axum::http::Method::PUT,
                &format!("/drafts/{number}"),
                Some("application/json"),
                br#"{"text":"Begun here","kind":"reply"}"#.to_vec(),
            )
            .await
            .assert_status(204);
        let back = format!("/t/{number}/draft");
        outbox
            .post_files(&back, &form(&seen, "s1", "Soon"), &[("file", "a.txt", b"x")])
            .await
            .assert_status(204);
        let draft = world.ada.get(&format!("/drafts/{number}")).await.json();
        assert_eq!(draft["text"], "Soon\n\nBegun here");
        assert_eq!(draft["attachments"].as_array().unwrap().len(), 1);
        world.ada.get(&format!("/t/{number}")).await.assert_has("a.txt").assert_has("Begun here");
    });
}

#[test]
fn nobody_sends_what_somebody_else_wrote_in_the_same_browser() {
    alone(async |mut world| {
        let number = world.opens(CY, "Late", "Where is it?").await;
        let (path, seen) = (format!("/t/{number}/messages"), world.newest(number).await);
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let refused = ben.post_form(&path, &form(&seen, "b1", "Soon")).await.assert_status(409);
        refused.assert_has("signed in as somebody else");
        ben.post_form(&format!("/t/{number}/draft"), &form(&seen, "b1", "Soon")).await.assert_status(409);
        assert!(world.mails().await.is_empty());
        // What she sent is not answered to him, whatever key he names.
        world.ada.post_form(&path, &form(&seen, "b1", "Soon")).await.assert_status(303);
        let mut own = form(&seen, "b1", "Soon");
        own[3] = ("who", "");
        ben.post_form(&path, &own).await.assert_status(409).assert_has("Soon");
        assert_eq!(world.mails().await.len(), 1);
    });
}

#[test]
fn a_device_is_told_to_keep_what_its_reader_sees_and_gets_a_key_of_their_own() {
    alone(async |mut world| {
        let mine = world.opens(CY, "Mine", "One").await;
        let free = world.opens(CY, "Free", "Two").await;
        world.ada.post_form(&format!("/t/{mine}"), &[("assignee", "1")]).await.assert_status(303);
        let asked = world.ada.get("/offline/kept").await.assert_status(200);
        assert_eq!(asked.header("cache-control"), Some("no-store"));
        let kept = asked.json();
        assert_eq!(kept["who"], "user/1");
        let first = &kept["tickets"][0];
        assert_eq!((&first["number"], &first["view"]), (&mine.into(), &"mine".into()));
        assert!(first["at"].as_i64().unwrap() > 0);
        assert_eq!(kept["tickets"][1]["number"], free);
        assert_eq!([&kept["lists"][0]["view"], &kept["lists"][0]["name"]], ["mine", "Mine"]);
        let again = world.ada.get("/offline/kept").await.json();
        assert_eq!(again["key"], kept["key"], "what waits sealed can be opened tomorrow");
        let mut sam = world.stranger().await;
        let theirs = sam.get("/offline/kept").await.assert_status(200).json();
        assert_ne!(theirs["key"], kept["key"]);
        assert_eq!(theirs["tickets"], serde_json::json!([]), "out of sight is not kept");
        world.ada.get("/offline").await.assert_status(200).assert_has("On this device");
        world.run(sql!("UPDATE setting SET value = 'never' WHERE key = 'offline_reading'")).await;
        let never = world.ada.get("/offline/kept").await.json();
        assert_eq!(never["tickets"], serde_json::json!([]), "where the desk says so nothing is kept");
        assert_eq!((&never["lists"], &never["key"]), (&serde_json::json!([]), &kept["key"]));
        world.ada.get("/offline").await.assert_has("does not let devices keep tickets");
        let mut nobody = Client::new(world.router.clone());
        nobody.get("/offline/kept").await.assert_leads_to("/sign-in?next=/offline/kept");
    });
}
