//! The agent's pages, as a browser asks for them.
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::Request,
    middleware::from_fn_with_state,
};
use desk::{
    conversation::{self, actions::Incoming},
    tickets::{self, Ticket, TicketError},
};
use futures_util::StreamExt;
use kernel::{
    clock::{Clock, Millis, SECOND},
    fault::Problem,
    id::Id,
};
use people::{
    permissions::ManagePeople,
    roles::{self, Builtin},
    sign_in::{
        Doorman,
        store::{Origin, Owner, Stage, open_session},
    },
    users,
};
use platform::{
    Home, args,
    authority::{Actor, Grant, System, User, Who},
    db::{self, MIGRATIONS, migrate, statements_run},
    i18n::Language,
    sql,
    web::{error_pages, security_headers, session_cookie_name},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use testkit::{Client, Desk, on_both};
use tower::ServiceExt;

#[path = "pages/bulk.rs"]
mod bulk;
#[path = "pages/offline.rs"]
mod offline;
#[path = "pages/sending.rs"]
mod sending;

/// Text that would run, if it were not text everywhere.
const XSS: &str = "<img src=x onerror=alert(1)>{{7*7}}\"'";
const HTML: &str =
    "<p>Hello <b>there</b></p><img src=\"inline/pic%40x\"><img data-remote-src=\"https://t.example/p.gif\">";

/// A desk with its router and the people who look at it.
struct World {
    home: Home,
    router: Router,
    ada: Client,
}

impl World {
    async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made =
            system.change(|tx| people::setup::create_desk(tx, "ACME", "ada@desk.example", "x", Language::En));
        let admin = made.await.unwrap();
        let (router, _) = desk::routes().merge(people::routes()).router.split_for_parts();
        let router = router
            .layer(from_fn_with_state(home.clone(), error_pages))
            .layer(from_fn_with_state(home.clone(), security_headers))
            .with_state(home.clone());
        let ada = signed_in(&home, &router, admin).await;
        // Nobody waits for what was sent, unless a test is about that.
        let at_once = |conn: &mut db::Conn| conn.run(sql!("UPDATE desk_user SET undo_seconds = 0"), args![]);
        home.db.write::<_, db::Error>(at_once).await.unwrap();
        World { home, router, ada }
    }

    /// Somebody with a built-in role and a language.
    async fn person(&self, name: &str, role: Builtin, language: Language) -> Client {
        let admin =
            Actor { who: Who::User(Id::new(1)), permissions: roles::policy::everything(), ..Actor::system() };
        let grant = Grant::<ManagePeople>::check(&self.home, Arc::new(admin), true).unwrap();
        let draft = users::policy::Draft {
            name: name.into(),
            email: format!("{}@desk.example", name.to_lowercase()),
            language: Some(language),
            ..serde_json::from_value(serde_json::json!({ "name": "", "email": "" })).unwrap()
        };
        let user = grant
            .change::<_, users::UserError>(move |tx| {
                let role = Some(roles::store::builtin(tx, role)?);
                let new = users::policy::Draft { role, ..draft }.parse().ok().unwrap();
                users::actions::create(tx, new, Some("x".into()))
            })
            .await
            .unwrap();
        signed_in(&self.home, &self.router, user).await
    }
    /// Somebody who sees their own tickets alone.
    async fn stranger(&self) -> Client {
        self.home
            .db
            .write::<_, db::Error>(|conn| {
                conn.run(
                    sql!(
                        "UPDATE role_permission SET scope = 'own'
                          WHERE role_id IN (SELECT id FROM role WHERE code = 'light_agent')"
                    ),
                    args![],
                )
            })
            .await
            .unwrap();
        self.person("Sam", Builtin::LightAgent, Language::En).await
    }

    /// An inbox, so that mail can come in.
    async fn has_inbox(&self) {
        self.home
            .db
            .write::<_, db::Error>(|conn| {
                conn.run(
                    sql!(
                        "INSERT INTO inbox (name, address, language, receive_kind, receive, created_at_ms)
                           VALUES ('Support', 'support@desk.example', 'en', 'smtp', '{}', 0)"
                    ),
                    args![],
                )
            })
            .await
            .unwrap();
    }
    /// A program that may only do `scopes` of what Ada may.
    async fn program(&self, scopes: &'static str) -> Client {
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| {
                let scopes = people::sign_in::tokens::Scopes::parse(scopes).unwrap();
                people::sign_in::tokens::create(tx, Id::new(1), "test", &scopes, None)
            })
            .await
            .unwrap();
        Client::new(self.router.clone()).with_bearer(token.reveal())
    }
    /// A walk-in, through the form.
    async fn opens(&mut self, who: &str, subject: &str, text: &str) -> i64 {
        let fields = [("channel", "walk_in"), ("requester", who), ("subject", subject), ("text", text)];
        let reply = self.ada.post_form("/tickets/new", &fields).await.assert_status(303);
        reply.header("location").unwrap().trim_start_matches("/t/").parse().unwrap()
    }
    /// A mail of the customer, as the intake adds it.
    async fn hears(&self, ticket: i64, from: &str, text: &str, html: Option<&str>, is_known: bool) {
        let (from, text, html) = (from.to_owned(), text.to_owned(), html.map(str::to_owned));
        let remarks = r#"{"authentication":"spf=pass dkim=pass","is_authentic":true,"remote_images":1}"#;
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let seen =
                    tickets::store::see_for_machine(tx, Id::new(ticket))?.ok_or_else(Problem::not_found)?;
                let incoming = Incoming {
                    channel: "email",
                    author: None,
                    author_name: "Cy",
                    from_email: Some(&from),
                    to: &["support@desk.example".into()],
                    cc: &[],
                    subject: "Re",
                    text: &text,
                    quoted: Some("On Monday you wrote:\n> older words"),
                    signature: None,
                    html: html.as_deref(),
                    message_id: None,
                    inbound_id: Some(7),
                    is_automatic: false,
                    is_sender_known: is_known,
                    remarks,
                };
                conversation::actions::receive(tx, &seen, &incoming)
            })
            .await
            .unwrap();
    }
    async fn ticket(&self, id: i64) -> Ticket {
        Grant::<System>::system(&self.home)
            .read::<_, db::Error>(move |tx| tickets::store::see_for_machine(tx, Id::new(id)))
            .await
            .unwrap()
            .unwrap()
            .into_inner()
    }
    async fn messages(&self, ticket: i64) -> Vec<conversation::Message> {
        Grant::<System>::system(&self.home)
            .read::<_, db::Error>(move |tx| conversation::store::of_ticket(tx, Id::new(ticket), None, 100))
            .await
            .unwrap()
    }
    /// The addresses of those who take part.
    async fn participants(&self, ticket: i64) -> Vec<String> {
        let read = move |conn: &mut db::Conn| tickets::store::participants(conn, Id::new(ticket));
        let people = self.home.db.read::<_, db::Error>(read).await.unwrap();
        people.into_iter().filter_map(|person| person.email).collect()
    }
    /// Something that happens to the database behind the desk's back, as on another node.
    async fn run(&self, statement: &'static db::Statement) {
        let run = move |conn: &mut db::Conn| conn.run(statement, args![]);
        self.home.db.write::<_, db::Error>(run).await.unwrap();
    }
    async fn mails(&self) -> Vec<(i64, String)> {
        self.home
            .db
            .read::<_, db::Error>(|conn| {
                conn.all(sql!("SELECT message_id, recipients_text FROM outbound WHERE message_id IS NOT NULL ORDER BY id"), args![])
            })
            .await
            .unwrap()
    }
}

async fn signed_in(home: &Home, router: &Router, user: Id<User>) -> Client {
    let origin = Origin { device: "Test".into(), net: "127.0.0.0/24".into() };
    let token = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| open_session(tx, Owner::User(user), Stage::Full, &origin))
        .await
        .unwrap();
    let mut client = Client::new(router.clone());
    client.set_cookie(session_cookie_name(home), token.reveal());
    client
}

/// Counting statements needs a process in which nothing else runs.
fn alone(test: impl AsyncFn(World)) {
    static ONE: Mutex<()> = Mutex::new(());
    let _turn = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    on_both(async |desk| test(World::over(desk).await).await);
}

#[test]
fn somebody_without_tickets_begins_with_their_profile() {
    alone(async |world| {
        let mut light = world.person("Lia", Builtin::LightAgent, Language::En).await;
        light.get("/").await.assert_leads_to("/tickets");
        let taken = |conn: &mut platform::db::Conn| {
            conn.run(
                platform::sql!("DELETE FROM role_permission WHERE permission = 'tickets.view'"),
                platform::args![],
            )
        };
        assert!(world.home.db.write::<_, platform::db::Error>(taken).await.unwrap() > 0);
        people::sign_in::forget_roles();
        light.get("/").await.assert_leads_to("/profile");
        light.get("/tickets").await.assert_status(403);
    });
}

#[test]
fn a_walk_in_is_a_ticket_in_one_form_and_stands_in_the_list() {
    alone(async |mut world| {
        world.ada.get("/").await.assert_status(303).assert_leads_to("/tickets");
        // Who may manage inboxes is led to them; that permission is of another crate, and nobody has it here.
        world.ada.get("/tickets").await.assert_status(200).assert_has("No inbox yet");
        let mut light = world.person("Lia", Builtin::LightAgent, Language::En).await;
        let empty = light.get("/tickets").await.assert_status(200).assert_has("No inbox yet");
        empty.assert_has_not("href=\"/admin/inboxes\"");
        world.has_inbox().await;
        world.ada.get("/tickets").await.assert_status(200).assert_has("Nothing is assigned to you");
        world.ada.get("/tickets/new").await.assert_status(200).assert_has("name=\"requester\"");
        let number = world.opens("Ada Peters <ap@customer.example>", "Badge", "The gate stays shut").await;
        world
            .ada
            .get("/tickets?view=act")
            .await
            .assert_status(200)
            .assert_has("Badge")
            .assert_has("Ada Peters");
        let page = world.ada.get(&format!("/t/{number}?view=act")).await.assert_status(200);
        page.assert_has("The gate stays shut")
            .assert_has("ap@customer.example")
            .assert_has("aria-current=\"true\"");
        // The next one by name alone is the same person, not a second one.
        let next = world.opens("Ada Peters", "Another", "").await;
        assert_eq!(world.ticket(next).await.requester_id, world.ticket(number).await.requester_id);
        assert_eq!(world.messages(next).await[0].text, "Another", "the subject says it all");
        let bad = [("channel", "walk_in"), ("requester", ""), ("subject", ""), ("text", "kept words")];
        let page = world.ada.post_form("/tickets/new", &bad).await.assert_status(422);
        page.assert_has("kept words").assert_has("subject-error").assert_has("requester-error");
        let odd = [("channel", "walk_in"), ("requester", "x"), ("subject", "s"), ("created_at_ms", "1")];
        world.ada.post_form("/tickets/new", &odd).await.assert_status(422);
        world.ada.get("/tickets?view=nonsense").await.assert_status(404);
        world.ada.get("/tickets?view=team-99").await.assert_status(404);
        world.ada.get("/tickets?view=act&after=x").await.assert_status(422);
    });
}

#[test]
fn an_answer_is_mailed_and_a_note_is_not() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/t/{number}/messages");
        let seen = world.ada.get(&format!("/t/{number}")).await.form_value("seen").unwrap();
        let reply = [
            ("kind", "reply"),
            ("seen", seen.as_str()),
            ("to", "Cy <cy@customer.example>"),
            ("cc", "bo@customer.example"),
            ("text", "On its way"),
            ("confirm", "new_address"),
            ("status", ""),
            ("status", "solved"),
        ];
        world.ada.post_form(&path, &reply).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 1);
        assert_eq!(world.mails().await[0].1, "cy@customer.example, bo@customer.example");
        assert_eq!(
            world.ticket(number).await.category,
            tickets::Category::Solved,
            "the button's status counts"
        );
        let note =
            [("kind", "note"), ("text", "secret words"), ("to", "cy@customer.example"), ("status", "")];
        world.ada.post_form(&path, &note).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 1, "a note goes nowhere");
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        page.assert_has("message-note")
            .assert_has("secret words")
            .assert_has("Waiting to be sent")
            .assert_has("bo@customer.example");
        let wrong = [("kind", "reply"), ("to", "nobody"), ("text", "kept words")];
        let page = world.ada.post_form(&path, &wrong).await.assert_status(422);
        page.assert_has("kept words").assert_has("value=\"nobody\"").assert_has("This was not sent");
        world
            .ada
            .post_form(&path, &[("kind", "reply"), ("to", ""), ("text", "x"), ("seen", "999")])
            .await
            .assert_status(422);
        assert_eq!(world.mails().await.len(), 1);
    });
}

#[test]
fn nobody_answers_past_words_that_they_have_not_read() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let seen = world.ada.get(&format!("/t/{number}")).await.form_value("seen").unwrap();
        world.hears(number, "cy@customer.example", "Never mind, found it", None, true).await;
        let reply = [
            ("kind", "reply"),
            ("seen", seen.as_str()),
            ("to", "cy@customer.example"),
            ("text", "Look here"),
        ];
        let page = world.ada.post_form(&format!("/t/{number}/messages"), &reply).await.assert_status(409);
        let page = page.assert_has("somebody wrote meanwhile").assert_has("found it").assert_has("Look here");
        let page = page.assert_has("Send anyway");
        assert!(world.mails().await.is_empty());
        let seen = page.form_value("seen").unwrap();
        let again = [
            ("kind", "reply"),
            ("seen", seen.as_str()),
            ("to", "cy@customer.example"),
            ("text", "Look here"),
        ];
        world.ada.post_form(&format!("/t/{number}/messages"), &again).await.assert_status(303);
        assert_eq!(world.mails().await.len(), 1);
    });
}

#[test]
fn a_forwarded_message_goes_to_others_and_not_to_the_customer() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let first = world.messages(number).await[0].id.to_string();
        let fields = [
            ("kind", "forward"),
            ("message", first.as_str()),
            ("to", "depot@other.example"),
            ("text", "Please look"),
            ("seen", "999"),
        ];
        let files = [("file", "list.txt", b"a list".as_slice())];
        world.ada.post_files(&format!("/t/{number}/messages"), &fields, &files).await.assert_status(303);
        let messages = world.messages(number).await;
        assert!(messages[1].is_note(), "the customer's pages show no notes");
        assert_eq!(messages[1].text, "Please look");
        assert!(messages[1].quoted.as_ref().unwrap().contains("Where is it?"));
        assert_eq!(messages[1].subject, "Fwd: Late");
        assert_eq!(messages[1].forwarded_id, Some(messages[0].id));
        assert_eq!(world.mails().await[0].1, "depot@other.example");
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        page.assert_has("Sent on").assert_has("list.txt").assert_has_not("title=\"depot@other.example\"");
        let ticket = world.ticket(number).await;
        let people = world.participants(number).await;
        assert_eq!(people, ["cy@customer.example"], "whoever gets it does not take part");
        assert_eq!(ticket.category, tickets::Category::New, "a forward answers nobody");
        world
            .ada
            .get(&format!("/t/{number}/history"))
            .await
            .assert_has("ada sent a message on to depot@other.example");
        let json =
            world.ada.get(&format!("/api/v1/tickets/{number}/messages")).await.assert_status(200).json();
        assert_eq!(json["items"][1]["is_forward"], true);
        assert_eq!(json["items"][1]["forwarded"], first.as_str());
        assert_eq!(json["items"][0]["is_forward"], false);
        let nobody =
            [("kind", "forward"), ("message", first.as_str()), ("to", ""), ("text", "x"), ("seen", "999")];
        world.ada.post_form(&format!("/t/{number}/messages"), &nobody).await.assert_status(422);
    });
}

#[test]
fn a_draft_that_sends_something_on_keeps_what_it_sends() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let files = [("file", "one.txt", b"one".as_slice()), ("file", "two.txt", b"two".as_slice())];
        let note = [("kind", "note"), ("text", "The chosen words")];
        world.ada.post_files(&format!("/t/{number}/messages"), &note, &files).await.assert_status(303);
        let chosen = world.messages(number).await[1].id.to_string();
        let json = world.ada.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
        let file = |at: usize| json["items"][1]["attachments"][at]["id"].as_str().unwrap().to_owned();
        let (left, taken) = (file(0), file(1));
        let draft = serde_json::json!({
            "kind": "forward", "message": chosen, "forward_subject": "My own subject", "forward_file": [taken],
            "to": "depot@other.example", "text": "Please look",
        });
        let me = Id::<User>::new(1);
        let ticket = Id::<Ticket>::new(number);
        world
            .home
            .db
            .write::<_, db::Error>(move |conn| {
                conn.run(
                    sql!(
                        "INSERT INTO draft (user_id, ticket_id, body, updated_at_ms) VALUES ($1, $2, $3, 0)"
                    ),
                    args![me, ticket, &draft.to_string()],
                )
            })
            .await
            .unwrap();
        // So many that the chosen one is not among those that are shown.
        for count in 0..60 {
            world.hears(number, "cy@customer.example", &format!("Later {count}"), None, true).await;
        }
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        assert_eq!(page.form_value("message").as_deref(), Some(chosen.as_str()));
        page.assert_has("The chosen words")
            .assert_has("value=\"My own subject\"")
            .assert_has("value=\"depot@other.example\"");
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        page.assert_has(&format!("name=\"forward_file\" value=\"{taken}\" checked"))
            .assert_has_not(&format!("name=\"forward_file\" value=\"{left}\" checked"));
        let again = world.ada.get(&format!("/t/{number}?forward={chosen}")).await.assert_status(200);
        again.assert_has("value=\"depot@other.example\"");
        // What is asked for by hand counts more.
        let last = world.messages(number).await[60].id.to_string();
        let page = world.ada.get(&format!("/t/{number}?forward={last}")).await.assert_status(200);
        assert_eq!(page.form_value("message").as_deref(), Some(last.as_str()));
    });
}

#[test]
fn an_answer_to_nobody_is_refused_and_says_why() {
    alone(async |mut world| {
        let phone = world.opens("Ada Peters", "By phone", "Call me back").await;
        let page = world.ada.get(&format!("/t/{phone}")).await.assert_status(200);
        page.assert_has_not("value=\"reply\"").assert_has("so there is no answer by mail");
        let reply = [("kind", "reply"), ("to", ""), ("text", "Hello?"), ("seen", "999")];
        let page = world.ada.post_form(&format!("/t/{phone}/messages"), &reply).await.assert_status(422);
        page.assert_has("There is no address to send it to").assert_has("Hello?");
        let body = serde_json::json!({ "kind": "public", "text": "Hello?" });
        let answer =
            world.ada.post_json(&format!("/api/v1/tickets/{phone}/messages"), &body.to_string()).await;
        let problem = answer.assert_status(422).json();
        assert_eq!(problem["errors"][0]["code"], "no_address", "{problem}");
        assert_eq!(world.messages(phone).await.len(), 1);

        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let page = world.ada.post_form(&format!("/t/{number}/messages"), &reply).await.assert_status(422);
        page.assert_has("Put in an address to send it to");
        assert!(world.mails().await.is_empty());
    });
}

#[test]
fn properties_change_one_by_one_and_the_history_tells_it() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/t/{number}");
        let form = [
            ("was.priority", "normal"),
            ("priority", "urgent"),
            ("was.status", "1"),
            ("status", "1"),
            ("was.tags", ""),
            ("tags", "b, A"),
        ];
        world
            .ada
            .post_form(&path, &form)
            .await
            .assert_status(303)
            .assert_leads_to(&format!("{path}?done=change"));
        let ticket = world.ticket(number).await;
        assert_eq!((ticket.priority, ticket.category), (tickets::Priority::Urgent, tickets::Category::New));
        world
            .ada
            .post_form(&format!("{path}?view=act"), &[("assignee", "1")])
            .await
            .assert_leads_to(&format!("{path}?view=act&done=change"));
        world.ada.post_form(&path, &[("status", "solved")]).await.assert_status(303);
        world
            .ada
            .post_form(&format!("{path}/people"), &[("email", "bo@customer.example")])
            .await
            .assert_status(303);
        world.ada.post_form(&format!("{path}/people"), &[("email", "nobody")]).await.assert_status(422);
        world.ada.post_form(&format!("{path}/follow"), &[("follow", "on")]).await.assert_status(303);
        world.ada.post_form(&path, &[("version", "1")]).await.assert_status(422);
        world.ada.post_form(&path, &[("assignee", "77")]).await.assert_status(422);
        let page = world.ada.get(&format!("{path}/history")).await.assert_status(200);
        page.assert_has("ada changed the priority from Normal to Urgent")
            .assert_has("ada assigned it to ada")
            .assert_has("ada changed the status from New to Solved")
            .assert_has("ada added the tags a, b")
            .assert_has("ada put bo@customer.example in copy");
        let page = world.ada.get(&path).await.assert_has("bo@customer.example").assert_has("value=\"a, b\"");
        page.assert_has("Stop following");
    });
}

#[test]
fn a_long_history_begins_with_its_end_and_leads_to_its_beginning() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let (subject, now) = (format!("ticket/{number}"), world.home.clock.now());
        let many = move |conn: &mut db::Conn| {
            for n in 1..=1_100 {
                let payload = format!("{{\"ticket\":{number},\"name\":\"P{n:04}\"}}");
                conn.run(
                    sql!(
                        "INSERT INTO event (kind, subject, actor, payload, at_ms)
                           VALUES ('ticket.participant_added', $1, 'system', $2, $3)"
                    ),
                    args![&subject, &payload, now],
                )?;
            }
            Ok(())
        };
        world.home.db.write::<_, db::Error>(many).await.unwrap();
        let page = world.ada.get(&format!("/t/{number}/history")).await.assert_status(200);
        let page =
            page.assert_has("P1100 in copy").assert_has("P0901 in copy").assert_has_not("P0900").text();
        let (_, rest) = page.split_once("/history?until=").expect("there is more");
        let until: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let earlier = world.ada.get(&format!("/t/{number}/history?until={until}")).await.assert_status(200);
        earlier.assert_has("P0900 in copy").assert_has("P0701 in copy").assert_has_not("P0901");

        let (mut names, mut kinds, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/tickets/{number}/history?limit=200{cursor}");
            let page = world.ada.get(&path).await.assert_status(200).json();
            for item in page["items"].as_array().unwrap() {
                kinds.push(item["kind"].as_str().unwrap().to_owned());
                names.extend(
                    item["changes"]["name"].as_str().filter(|name| name.starts_with('P')).map(str::to_owned),
                );
            }
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let all: Vec<_> = (1..=1_100).rev().map(|n| format!("P{n:04}")).collect();
        assert_eq!(names, all, "newest first, each once");
        assert!(kinds.iter().any(|kind| kind == "ticket.opened"), "down to the first");
    });
}

#[test]
fn what_strangers_wrote_stays_text() {
    alone(async |mut world| {
        let number =
            world.opens(&format!("{XSS} <x@evil.example>"), XSS, &format!("{XSS} javascript:alert(1)")).await;
        world.hears(number, "cy@customer.example", XSS, Some(HTML), false).await;
        search::testing::indexed(&world.home).await;
        for path in [
            format!("/t/{number}?view=act"),
            "/tickets?view=act".into(),
            format!("/t/{number}/history"),
            "/search?q=javascript".into(),
        ] {
            let page = world
                .ada
                .get(&path)
                .await
                .assert_status(200)
                .assert_has_not("<img src=x")
                .assert_has_not("href=\"javascript");
            page.assert_has("onerror=alert(1)&#62;{{7*7}}");
        }
        let page = world.ada.get(&format!("/t/{number}")).await;
        page.assert_has_not("<b>there</b>")
            .assert_has("does not take part")
            .assert_has("Show remote pictures")
            .assert_has("spf=pass");
        let message = world.messages(number).await[1].id;
        let body = world.ada.get(&format!("/t/{number}/messages/{message}/body")).await.assert_status(200);
        let policy = body.header("content-security-policy").unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'")
                && policy.contains("sandbox")
                && !policy.contains("allow-scripts")
        );
        assert!(!policy.contains("allow-same-origin"), "{policy}");
        assert_eq!(body.header("x-frame-options"), Some("SAMEORIGIN"));
        body.assert_has("<b>there</b>").assert_has_not("t.example").assert_has_not("<script");
        world.ada.get(&format!("/t/{}/messages/{message}/body", number + 1)).await.assert_status(404);
    });
}

#[test]
fn a_ticket_out_of_sight_does_not_exist() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Secret subject", "Where is it?").await;
        let first = world.messages(number).await[0].id;
        let mut sam = world.stranger().await;
        for path in [
            format!("/t/{number}"),
            format!("/t/{number}/history"),
            format!("/t/{number}/messages/{first}/body"),
        ] {
            sam.get(&path).await.assert_status(404);
        }
        sam.post_form(&format!("/t/{number}/messages"), &[("kind", "note"), ("text", "x")])
            .await
            .assert_status(404);
        sam.post_form(&format!("/t/{number}/follow"), &[("follow", "on")]).await.assert_status(404);
        sam.post_form(&format!("/t/{number}"), &[("status", "solved")]).await.assert_status(403);
        sam.get("/tickets?view=open").await.assert_status(200).assert_has_not("Secret subject");
        search::testing::indexed(&world.home).await;
        world.ada.get("/search?q=Secret").await.assert_status(200).assert_has("<mark>Secret</mark> subject");
        sam.get("/search?q=Secret").await.assert_status(200).assert_has_not("Secret subject");
        let mut nobody = Client::new(world.router.clone());
        nobody.get(&format!("/t/{number}")).await.assert_status(303);
        let mut evil = world.ada.clone().from_another_site();
        evil.post_form(&format!("/t/{number}"), &[("status", "solved")]).await.assert_status(403);
        assert_eq!(world.messages(number).await.len(), 1);
        assert!(world.ticket(number).await.category.is_open());
    });
}

#[test]
fn pages_cost_as_many_statements_as_they_may() {
    alone(async |mut world| {
        let mut number = 0;
        for n in 0..6 {
            number = world.opens(&format!("Cy <cy{n}@customer.example>"), "Late", "Where is it?").await;
            world.hears(number, "cy@customer.example", "words", Some(HTML), true).await;
        }
        // Two of each find out who asks.
        for (path, most) in [
            // Side bar: counts, teams, and the views that people made.
            ("/tickets?view=act".to_owned(), 6),
            (format!("/t/{number}"), 10),
            (format!("/t/{number}?view=act"), 14),
        ] {
            world.ada.get(&path).await.assert_status(200);
            let before = statements_run();
            world.ada.get(&path).await.assert_status(200);
            let spent = statements_run() - before;
            eprintln!("{path}: {spent} statements");
            assert!(spent <= most, "{path}: {spent} statements");
        }
    });
}

#[test]
fn a_new_ticket_costs_as_many_statements_as_it_may() {
    alone(async |mut world| {
        world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let asked = r#"{"subject":"Late","text":"Where is it?","requester":{"email":"cy@customer.example"}}"#;
        world.ada.post_json("/api/v1/tickets", asked).await.assert_status(201);
        let before = statements_run();
        let made = world.ada.post_json("/api/v1/tickets", asked).await.assert_status(201);
        let spent = statements_run() - before;
        // Who asks (2), whose it is, its status, whether anything is promised, ticket, requester, count, message, two
        // events, the answer.
        assert!(spent <= 12, "{spent} statements");
        assert_eq!(made.json()["tags"], serde_json::json!([]));
        let tagged = asked.replace("\"requester\"", "\"tags\":[\"vip\"],\"requester\"");
        let tagged = world.ada.post_json("/api/v1/tickets", &tagged).await.assert_status(201);
        assert_eq!(tagged.json()["tags"], serde_json::json!(["vip"]), "the answer shows what was given");
    });
}

#[test]
fn every_page_speaks_three_languages() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        world.hears(number, "cy@customer.example", "words", Some(HTML), false).await;
        let bad = [("kind", "reply"), ("to", "x"), ("text", "")];
        for (name, language, words) in [
            ("Ben", Language::En, "Assignee"),
            ("Bea", Language::De, "Zuständig"),
            ("Bas", Language::Nl, "Behandelaar"),
        ] {
            let mut person = world.person(name, Builtin::Agent, language).await;
            let ticket = format!("/t/{number}");
            let mut pages = vec![person.post_form(&format!("{ticket}/messages"), &bad).await];
            search::testing::indexed(&world.home).await;
            for path in [
                "/tickets",
                "/tickets?view=act",
                "/tickets/new",
                "/search",
                "/search?q=Late",
                "/search?q=zzz",
            ] {
                pages.push(person.get(path).await.assert_status(200));
            }
            for path in [ticket.clone(), format!("{ticket}?view=act"), format!("{ticket}/history")] {
                pages.push(person.get(&path).await.assert_status(200).assert_has(words));
            }
            for page in pages {
                let text = page.text();
                let lang = format!("<html lang=\"{}\"", language.word());
                assert!(text.contains(&lang), "{page:?}");
                // A key without words is shown as the key.
                for kind in [
                    "ticket-",
                    "list-",
                    "message-",
                    "composer-",
                    "history-",
                    "new-",
                    "search-",
                    "view-",
                    "channel-",
                ] {
                    assert!(!text.contains(&format!(">{kind}")), "{kind} in {page:?}");
                    assert!(!text.contains(&format!("\"{kind}help")), "{kind} in {page:?}");
                }
            }
        }
    });
}

#[test]
fn an_administrator_names_statuses_and_adds_fields() {
    alone(async |mut world| {
        world.ada.get("/admin/statuses").await.assert_status(200).assert_has("Waiting for customer");
        world
            .ada
            .post_form("/admin/statuses/2", &[("name", "In hand")])
            .await
            .assert_leads_to("/admin/statuses");
        world.ada.post_form("/admin/statuses/999", &[("name", "x")]).await.assert_status(404);
        let add = [("status_name", "At the workshop"), ("category", "waiting_third_party")];
        world.ada.post_form("/admin/statuses", &add).await.assert_status(303);
        let empty = [("status_name", ""), ("category", "open")];
        world
            .ada
            .post_form("/admin/statuses", &empty)
            .await
            .assert_status(422)
            .assert_has("status_name-error");
        let field = [("key", "asset"), ("name", "Asset"), ("kind", "text"), ("choices", "")];
        world.ada.post_form("/admin/fields", &field).await.assert_status(303);
        world.ada.post_form("/admin/fields", &field).await.assert_status(422).assert_has("key-error");
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let page = world.ada.get(&format!("/t/{number}")).await;
        page.assert_has("In hand").assert_has("At the workshop").assert_has("name=\"field.asset\"");
        let set = [("was.field.asset", ""), ("field.asset", "PRN-3")];
        world.ada.post_form(&format!("/t/{number}"), &set).await.assert_status(303);
        world.ada.get(&format!("/t/{number}/history")).await.assert_has("set Asset to “PRN-3”");
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        ben.get("/admin/statuses").await.assert_status(403);
        ben.post_form("/admin/statuses/2", &[("name", "x")]).await.assert_status(403);
    });
}

#[test]
fn chosen_files_of_a_message_go_with_it_by_form_and_by_api() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "AW: Late", "Where is it?").await;
        let note = [("kind", "note"), ("text", "See these"), ("status", "")];
        let files = [("file", "a.txt", b"first".as_slice()), ("file", "b.txt", b"second".as_slice())];
        world.ada.post_files(&format!("/t/{number}/messages"), &note, &files).await.assert_status(303);
        let list = format!("/api/v1/tickets/{number}/messages");
        let json = world.ada.get(&list).await.json();
        let original = json["items"][1]["id"].as_str().unwrap().to_owned();
        let file = |n: usize| json["items"][1]["attachments"][n]["id"].as_str().unwrap().to_owned();
        let (first, second) = (file(0), file(1));
        let form = [
            ("kind", "forward"),
            ("message", original.as_str()),
            ("to", "depot@other.example"),
            ("text", ""),
            ("seen", "999"),
            ("forward_subject", "WG: Ours"),
            ("forward_files", "1"),
            ("forward_file", second.as_str()),
        ];
        world.ada.post_form(&format!("/t/{number}/messages"), &form).await.assert_status(303);
        let json = world.ada.get(&list).await.json();
        assert_eq!(json["items"][2]["attachments"].as_array().unwrap().len(), 1);
        assert_eq!(json["items"][2]["attachments"][0]["name"], "b.txt");
        assert_eq!(json["items"][2]["subject"], "WG: Ours");

        let body = serde_json::json!({ "forward": original, "to": ["x@other.example"], "text": "By API" });
        let made = world.ada.post_json(&list, &body.to_string()).await.assert_status(201).json();
        assert_eq!(made["attachments"].as_array().unwrap().len(), 2, "all, where nobody chose");
        assert_eq!(made["subject"], "Fwd: Late");
        assert_eq!(made["kind"], "note");
        let mut wrong = body.clone();
        wrong["forward_attachments"] = serde_json::json!([first, "99999"]);
        world
            .ada
            .post_json(&list, &wrong.to_string())
            .await
            .assert_status(422)
            .assert_has("forward_attachments");
        wrong["forward"] = serde_json::json!("99999");
        world.ada.post_json(&list, &wrong.to_string()).await.assert_status(422).assert_has("/forward");
        let nobody = serde_json::json!({ "forward": original, "to": [], "text": "x" });
        world.ada.post_json(&list, &nobody.to_string()).await.assert_status(422);
        assert_eq!(world.messages(number).await.len(), 4, "what was refused left nothing behind");
    });
}

#[test]
fn a_note_sets_the_status_for_those_who_may_edit_the_ticket() {
    alone(async |mut world| {
        let mut lia = world.person("Lia", Builtin::LightAgent, Language::En).await;
        let number = world.opens("Cy <cy@customer.example>", "AW: Late", "Where is it?").await;
        let path = format!("/api/v1/tickets/{number}/messages");
        let note = r#"{"kind":"note","text":"Done by phone","status":"solved"}"#;
        let refused = lia.post_json(&path, note).await.assert_status(403).json();
        assert_eq!(refused["code"], "status_beyond_yours");
        assert_eq!(world.messages(number).await.len(), 1, "what was refused left nothing behind");
        lia.post_json(&path, r#"{"kind":"note","text":"Seen"}"#).await.assert_status(201);
        world.ada.post_json(&path, note).await.assert_status(201);
        assert_eq!(world.ticket(number).await.category.word(), "solved");

        // As far as it reaches: one's own tickets, and this is nobody's.
        world
            .run(sql!(
                "INSERT INTO role_permission (role_id, permission, scope)
                     SELECT id, 'tickets.edit', 'own' FROM role WHERE code = 'light_agent'"
            ))
            .await;
        let mut mia = world.person("Mia", Builtin::LightAgent, Language::En).await;
        world.home.clock.advance(5 * SECOND);
        let open = r#"{"kind":"note","text":"Not yet","status":"open"}"#;
        mia.post_json(&path, open).await.assert_status(403);
        let form = [("kind", "note"), ("text", "By the page"), ("status", "open")];
        mia.post_form(&format!("/t/{number}/messages"), &form).await.assert_status(303);
        assert_eq!(world.ticket(number).await.category.word(), "solved");
        world
            .run(sql!("UPDATE ticket SET assignee_id = (SELECT id FROM desk_user WHERE name = 'Mia')"))
            .await;
        mia.post_json(&path, open).await.assert_status(201);
        assert_eq!(world.ticket(number).await.category.word(), "open");
    });
}

#[test]
fn a_change_is_refused_where_somebody_was_quicker_and_star_is_any() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/api/v1/tickets/{number}");
        let read = world.ada.get(&path).await;
        let tag = read.header("etag").unwrap().to_owned();
        let with = |tag: &str| world.ada.clone().with_header("if-match", tag);
        with(&format!("W/{tag}")).patch_json(&path, r#"{"priority":"high"}"#).await.assert_status(412);
        let changed = with(&tag).patch_json(&path, r#"{"priority":"high"}"#).await.assert_status(200);
        let refused = with(&tag).patch_json(&path, r#"{"priority":"low"}"#).await.assert_status(412);
        assert_eq!(refused.json()["code"], "ticket_changed");
        with(changed.header("etag").unwrap())
            .patch_json(&path, r#"{"priority":"low"}"#)
            .await
            .assert_status(200);
        with("*").patch_json(&path, r#"{"priority":"urgent"}"#).await.assert_status(200);
    });
}

/// What a browser hears at `/live`.
async fn listens(world: &World, client: &Client) -> BodyDataStream {
    let name = session_cookie_name(&world.home);
    let cookie = format!("{name}={}", client.cookie(name).unwrap());
    let request = Request::get("/live").header("cookie", cookie).body(Body::empty()).unwrap();
    let response = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}
/// What the stream tells up to this ticket; `None` where it ends before.
async fn told_until(stream: &mut BodyDataStream, ticket: i64) -> Option<String> {
    let mut told = String::new();
    while !told.contains(&mark_of(ticket)) {
        let part = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
        told += &String::from_utf8_lossy(&part.expect("it tells something or ends")?.unwrap());
    }
    Some(told)
}
fn mark_of(ticket: i64) -> String {
    format!("\"ticket\":{ticket},")
}

// S16, S18
#[test]
fn a_page_hears_nothing_five_seconds_after_its_right_is_over() {
    alone(async |mut world| {
        let follow = tokio::spawn(platform::events::follow(world.home.clone()));
        let mut watch = world.home.live.watch();
        // Until the log is followed.
        loop {
            world.opens("Cy <cy@customer.example>", "First", "Hello").await;
            if tokio::time::timeout(Duration::from_millis(200), watch.recv()).await.is_ok() {
                break;
            }
        }
        let ben = world.person("Ben", Builtin::Agent, Language::En).await;
        let gus = world.person("Gus", Builtin::Agent, Language::En).await;
        let lia = world.person("Lia", Builtin::LightAgent, Language::En).await;
        let mut ada = listens(&world, &world.ada).await;
        let mut streams = Vec::new();
        for client in [&ben, &gus, &lia] {
            streams.push(listens(&world, client).await);
        }
        let number = world.opens("Cy <cy@customer.example>", "Heard", "Hello").await;
        for stream in streams.iter_mut().chain([&mut ada]) {
            assert!(told_until(stream, number).await.is_some());
        }
        world
            .run(sql!("DELETE FROM session WHERE user_id IN (SELECT id FROM desk_user WHERE name = 'Ben')"))
            .await;
        world.run(sql!("UPDATE desk_user SET is_active = FALSE WHERE name = 'Gus'")).await;
        world
            .run(sql!(
                "UPDATE role_permission SET scope = 'own'
                  WHERE role_id IN (SELECT id FROM role WHERE code = 'light_agent')"
            ))
            .await;
        world.home.clock.advance(5 * SECOND);
        let secret = world.opens("Cy <cy@customer.example>", "Unheard", "Hello").await;
        assert!(told_until(&mut ada, secret).await.is_some(), "who may still see it hears of it");
        assert!(told_until(&mut streams[0], secret).await.is_none(), "the session is over");
        assert!(told_until(&mut streams[1], secret).await.is_none(), "nobody any more");
        let hers = world.opens("Cy <cy@customer.example>", "Hers", "Hello").await;
        world
            .run(sql!(
                "UPDATE ticket SET assignee_id = (SELECT id FROM desk_user WHERE name = 'Lia')
                  WHERE subject = 'Hers'"
            ))
            .await;
        let told = told_until(&mut streams[2], hers).await.unwrap();
        assert!(!told.contains(&mark_of(secret)), "her own alone: {told}");
        follow.abort();
    });
}

#[test]
fn what_an_agent_formats_is_shown_and_nothing_else_of_it() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let html = "<p>Hello <strong>you</strong></p><ul><li>one</li></ul><p style='color:red' onclick=x>b</p>\
                    <img src='https://t.example/p.gif' alt=spy><script>alert(1)</script>";
        let note = [("kind", "note"), ("text", "Hello you"), ("html", html), ("status", "")];
        world.ada.post_form(&format!("/t/{number}/messages"), &note).await.assert_status(303);
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        page.assert_has("<p>Hello <strong>you</strong></p><ul><li>one</li></ul><p>b</p>spy")
            .assert_has_not("t.example")
            .assert_has_not("alert(1)")
            .assert_has_not("color:red");
        // A wall of its own: HTML that got past the cleaner is words here.
        let write = |conn: &mut db::Conn| {
            let html =
                "<p onmouseover=alert(1)>x</p><iframe src=/admin></iframe><a href=javascript:alert(1)>y</a>";
            conn.run(sql!("UPDATE message SET html = $1 WHERE kind = 'note'"), args![html])
        };
        world.home.db.write::<_, db::Error>(write).await.unwrap();
        let page = world.ada.get(&format!("/t/{number}")).await;
        page.assert_has("<p>x</p><a>y</a>").assert_has_not("onmouseover").assert_has_not("src=/admin");
    });
}

#[test]
fn a_change_can_be_taken_back_by_whoever_made_it() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/t/{number}");
        let form = [("was.priority", "normal"), ("priority", "urgent"), ("was.tags", ""), ("tags", "b, a")];
        world.ada.post_form(&path, &form).await.assert_status(303);
        let page = world.ada.get(&format!("{path}?done=change")).await.assert_status(200);
        let page = page.assert_has("ada changed the priority from Normal to Urgent").assert_has("Undo");
        let change = page.form_value("change").unwrap();
        world.ada.get(&path).await.assert_has_not("Undo");

        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        ben.get(&format!("{path}?done=change")).await.assert_has_not("Undo");
        ben.post_form(&format!("{path}/undo"), &[("change", &change)]).await.assert_status(404);
        ben.post_json(&format!("/api/v1/changes/{change}/undo"), "").await.assert_status(404);
        let other = world.opens("Cy <cy@customer.example>", "Other", "Where is it?").await;
        world.ada.post_form(&format!("/t/{other}/undo"), &[("change", &change)]).await.assert_status(404);
        assert_eq!(
            world.ticket(number).await.priority,
            tickets::Priority::Urgent,
            "nothing was undone there"
        );

        let undone = world.ada.post_form(&format!("{path}/undo"), &[("change", &change)]).await;
        undone.assert_leads_to(&format!("{path}?done=undone"));
        assert_eq!(world.ticket(number).await.priority, tickets::Priority::Normal);
        let page = world.ada.get(&format!("{path}?done=undone")).await.assert_has("Undone");
        page.assert_has_not("value=\"a, b\"");
        // Twice is once: the fields are no longer what the change made of them.
        let again = world.ada.post_form(&format!("{path}/undo"), &[("change", &change)]).await;
        again.assert_leads_to(&format!("{path}?done=overtaken"));

        world.ada.post_form(&path, &[("status", "solved")]).await.assert_status(303);
        let change = world.ada.get(&format!("{path}?done=change")).await.form_value("change").unwrap();
        let api = format!("/api/v1/changes/{change}/undo");
        let json = world.ada.post_json(&api, "").await.assert_status(200).json();
        assert_eq!(json["status"]["category"], "new");
        let ticket = world.ticket(number).await;
        assert_eq!((ticket.reopened, ticket.solved_at_ms), (0, None), "it was never solved");
        world.ada.post_json(&api, "").await.assert_status(409).assert_has("change_overtaken");
    });
}

#[test]
fn a_long_conversation_opens_at_its_end_and_every_message_can_be_linked() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Message 0.").await;
        for n in 1..150 {
            world.hears(number, "cy@customer.example", &format!("Message {n}."), None, true).await;
        }
        let ids: Vec<_> = Grant::<System>::system(&world.home)
            .read::<_, db::Error>(move |tx| conversation::store::of_ticket(tx, Id::new(number), None, 200))
            .await
            .unwrap()
            .into_iter()
            .map(|message| message.id)
            .collect();
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        let page = page.assert_has("Message 149.").assert_has("Message 90.").assert_has_not("Message 89.");
        let page = page.assert_has(&format!("before={}", ids[90])).assert_has("name=\"seen\"");
        page.assert_has_not("rel=\"next\"");
        let page = world.ada.get(&format!("/t/{number}?before={}", ids[90])).await.assert_status(200);
        let page = page.assert_has("Message 89.").assert_has("Message 30.").assert_has_not("Message 29.");
        page.assert_has(&format!("after={}", ids[89])).assert_has_not("name=\"seen\"");
        let page = world.ada.get(&format!("/t/{number}?before={}", ids[30])).await.assert_status(200);
        page.assert_has("Message 0.").assert_has_not("rel=\"prev\"");
        let page = world.ada.get(&format!("/t/{number}?after={}", ids[89])).await.assert_status(200);
        page.assert_has("Message 90.").assert_has("Message 149.").assert_has_not("Message 89.");
        let page = world.ada.get(&format!("/t/{number}?at={}", ids[75])).await.assert_status(200);
        let page = page.assert_has(&format!("id=\"m{}\"", ids[75])).assert_has("Message 46.");
        let page =
            page.assert_has("Message 105.").assert_has_not("Message 45.").assert_has_not("Message 106.");
        page.assert_has_not("name=\"seen\"");
        // Whoever was led to a message near the end can answer there.
        let page = world.ada.get(&format!("/t/{number}?at={}", ids[148])).await.assert_status(200);
        page.assert_has("Message 149.").assert_has("name=\"seen\"");
    });
}

#[test]
fn people_take_part_in_roles_and_the_one_who_asks_is_changed_beside_the_ticket() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/t/{number}");
        let people = format!("{path}/people");
        let ben = world.person("Ben", Builtin::Agent, Language::En).await;
        drop(ben);
        let follower = [("email", "ben@desk.example"), ("role", "follower")];
        world.ada.post_form(&people, &follower).await.assert_status(303);
        let stranger = [("email", "nobody@else.example"), ("role", "follower")];
        let page = world.ada.post_form(&people, &stranger).await.assert_status(422);
        page.assert_has("Nobody who works here has this address").assert_has("email-error");
        world
            .ada
            .post_form(&people, &[("email", "bo@customer.example"), ("role", "cc")])
            .await
            .assert_status(303);
        assert_eq!(world.participants(number).await, ["cy@customer.example", "bo@customer.example"]);
        let bo = world.ada.get(&path).await.form_value("contact").unwrap();
        world.ada.post_form(&format!("{people}/requester"), &[("contact", &bo)]).await.assert_status(303);
        assert_eq!(world.participants(number).await, ["bo@customer.example", "cy@customer.example"]);
        world
            .ada
            .get(&format!("{path}/history"))
            .await
            .assert_has("ada changed who asks from Cy to bo@customer.example");
        world.ada.post_form(&format!("{people}/requester"), &[("contact", "999")]).await.assert_status(404);
        let ben = world.ada.get(&path).await.form_value("user").unwrap();
        world.ada.post_form(&format!("{people}/remove"), &[("user", &ben)]).await.assert_status(303);
        world.ada.get(&path).await.assert_has_not("ben stops following");

        let contact = format!("{path}/contact");
        let person = [
            ("name", "Bo Berg"),
            ("emails", "bo@customer.example\nberg@home.example"),
            ("phones", "+49 30 1234\n+49 170 99"),
            ("notes", "Early bird"),
        ];
        world.ada.post_form(&contact, &person).await.assert_status(303);
        let page = world.ada.get(&path).await;
        page.assert_has("mailto:berg@home.example").assert_has("tel:+49 170 99").assert_has("Early bird");
        let wrong = [("name", "Bo Berg"), ("emails", "nonsense"), ("phones", ""), ("notes", "kept words")];
        let page = world.ada.post_form(&contact, &wrong).await.assert_status(422);
        page.assert_has("person_emails-error").assert_has("kept words").assert_has(">nonsense<");
        let taken = [("name", "Bo Berg"), ("emails", "cy@customer.example"), ("phones", ""), ("notes", "")];
        world.ada.post_form(&contact, &taken).await.assert_status(422).assert_has("person_emails-error");
        let mut light = world.person("Lia", Builtin::LightAgent, Language::En).await;
        light.post_form(&contact, &person).await.assert_status(403);
        light.get(&path).await.assert_has_not("person_emails");
    });
}

#[test]
fn tags_in_use_are_found_by_their_beginning() {
    alone(async |mut world| {
        for (n, tags) in ["printer, third floor", "printer, printing, paint", "vpn"].into_iter().enumerate() {
            let number = world.opens("Cy <cy@customer.example>", &format!("Late {n}"), "x").await;
            world
                .ada
                .post_form(&format!("/t/{number}"), &[("was.tags", ""), ("tags", tags)])
                .await
                .assert_status(303);
        }
        let found = |json: serde_json::Value| -> Vec<String> {
            let items = json["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["tag"].as_str().unwrap().to_owned()).collect()
        };
        let ask = async |world: &mut World, q: &str| {
            found(world.ada.get(&format!("/api/v1/tags?q={q}")).await.assert_status(200).json())
        };
        assert_eq!(ask(&mut world, "p").await, ["paint", "printer", "printing"]);
        assert_eq!(ask(&mut world, "PRINTE").await, ["printer"]);
        assert_eq!(ask(&mut world, "zz").await, Vec::<String>::new());
        assert_eq!(ask(&mut world, "").await, ["paint", "printer", "printing", "third floor", "vpn"]);
    });
}

#[test]
fn a_search_counts_honestly_and_goes_on_in_pages() {
    alone(async |mut world| {
        for n in 1..=53 {
            world.opens("Cy Painter <cy@customer.example>", &format!("Printer {n}"), "x").await;
        }
        world.ada.get("/api/v1/search?q=printer").await.assert_status(503).assert_has("search_not_ready");
        search::testing::indexed(&world.home).await;
        let mut found: Vec<String> = Vec::new();
        let (mut cursor, mut pages) = (String::new(), 0);
        loop {
            let page = world.ada.get(&format!("/api/v1/search?q=printer&limit=20{cursor}")).await;
            let page = page.assert_status(200).json();
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 20);
            found.extend(items.iter().map(|item| item["url"].as_str().unwrap().to_owned()));
            pages += 1;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut different = found.clone();
        different.sort();
        different.dedup();
        assert_eq!((found.len(), different.len(), pages), (53, 53, 3), "tickets once each");
        let all = world.ada.get("/api/v1/search?q=printer&limit=99999").await.json();
        assert_eq!((all["items"].as_array().unwrap().len(), all["next"].is_null()), (53, true));
        // The ticket with the number comes first and once, however short the pages are.
        let one = world.ada.get("/api/v1/search?q=7&limit=1").await.json();
        assert_eq!(one["items"][0]["url"], "/t/7");
        // A number is a word: 17 has nothing to do with 7.
        assert_eq!((one["total"].as_i64(), one["next"].is_null()), (Some(1), true));
        // Whose name it is comes before the tickets of theirs.
        let people = world.ada.get("/api/v1/search?q=cy&limit=53").await.json();
        assert_eq!(people["items"][0]["kind"], "contact");
        assert_eq!((people["total"].as_i64(), people["next"].is_null()), (Some(54), false));
        let people = world.ada.get("/api/v1/search?q=cy&kind=contact").await.json();
        assert_eq!((people["total"].as_i64(), people["next"].is_null()), (Some(1), true));
        world.ada.get("/api/v1/search?q=cy&cursor=x7").await.assert_status(422).assert_has("/cursor");

        let page = world.ada.get("/search?q=printer").await.assert_status(200).assert_has("53 results");
        let text = page.text();
        let (_, rest) = text.split_once("/search?q=printer&#38;after=").unwrap();
        let place = rest.split('"').next().unwrap().to_owned();
        let rest = world.ada.get(&format!("/search?q=printer&after={place}")).await.assert_status(200);
        rest.assert_has("53 results");
        world.ada.get("/search?q=printer&after=x").await.assert_status(422);
        // Of those that changed at the same time the newest comes first.
        let rest = world.ada.get("/search?q=printer&sort=time").await.assert_status(200);
        rest.assert_has("href=\"/t/53\"").assert_has_not("href=\"/t/1\"");
    });
}

#[test]
fn a_mail_of_megabytes_makes_no_page_of_megabytes() {
    alone(async |mut world| {
        let number = world.opens("Cy <cy@customer.example>", "Log", "See below").await;
        let line = "Jan 12 03:14:07 gate kernel: the gate stays shut\n";
        let long = format!("The first line\n{}The last line", line.repeat(2_300_000 / line.len()));
        let one_line = "x".repeat(1_000_000);
        world.hears(number, "cy@customer.example", &long, None, true).await;
        world.hears(number, "cy@customer.example", &one_line, None, true).await;
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        assert!(page.text().len() < 300_000, "{} bytes", page.text().len());
        let page = page
            .assert_has("The first line")
            .assert_has_not("The last line")
            .assert_has("Show all of the text");
        let message = world.messages(number).await[1].id;
        let whole = format!("/t/{number}/messages/{message}/text");
        page.assert_has(&whole);
        let text = world.ada.get(&whole).await.assert_status(200);
        assert!(text.header("content-type").unwrap().starts_with("text/plain"));
        let text = text.assert_has("The last line").assert_has("> older words").text();
        assert_eq!(text.matches("The first line").count(), 1);
        world.stranger().await.get(&whole).await.assert_status(404);
    });
}

#[test]
fn an_operation_refuses_parameters_that_it_does_not_have() {
    alone(async |mut world| {
        let wrong = world.ada.get("/api/v1/tickets?satus=open&x=1&limit=5").await.assert_status(422);
        wrong.assert_has("/satus").assert_has("/x").assert_has("unknown_parameter").assert_has_not("/limit");
        world.ada.get("/api/v1/tickets?limit=99999").await.assert_status(200);
        world.ada.get("/api/v1/statuses?limit=200").await.assert_status(200);
        world.ada.get("/api/v1/search").await.assert_status(422).assert_has("/q").assert_has("required");
        // All of it is in the language of the person that the token acts for.
        world.run(sql!("UPDATE desk_user SET language = 'de' WHERE id = 1")).await;
        let mut german = world.program("tickets.view tickets.create").await;
        let address = r#"{"subject":"a","text":"b","requester":{"email":"cy"}}"#;
        let wrong = german.post_json("/api/v1/tickets", address).await.assert_status(422).json();
        assert_eq!(wrong["title"], "Daran stimmt etwas nicht");
        assert_eq!(wrong["errors"][0]["detail"], "Das ist keine E-Mail-Adresse");
        let body =
            r#"{"subject":"a","text":"b","requester":{"email":"cy@customer.example"},"priority":"lowish"}"#;
        let wrong = german.post_json("/api/v1/tickets", body).await.assert_status(422);
        wrong.assert_has("/priority").assert_has("Erwartet wird hier: ").assert_has_not("variant");
        let wrong = german.post_json("/api/v1/tickets", "[]").await.assert_status(422);
        wrong.assert_has("Erwartet wird hier: object").assert_has_not("Draft");
    });
}

#[test]
fn a_text_that_was_uploaded_is_shown_like_one_that_came() {
    alone(async |world| {
        let files: [(&str, &str, &[u8]); 1] = [("file", "log.txt", "Größe\n".as_bytes())];
        let mut writer = world.program("tickets.view tickets.reply tickets.create").await;
        let kept = writer.post_files("/api/v1/uploads", &[], &files).await.assert_status(201).json();
        assert_eq!(kept["type"], "text/plain");
        let shown = writer.get(kept["url"].as_str().unwrap()).await.assert_status(200);
        assert_eq!(shown.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(shown.header("content-disposition").is_some_and(|how| how.starts_with("inline")));
        let type_of = sql!("SELECT type FROM attachment WHERE name = 'log.txt'");
        let stored = world.home.db.read::<_, db::Error>(move |conn| conn.one::<(String,)>(type_of, args![]));
        assert_eq!(stored.await.unwrap().0, "text/plain", "as mail and pages compare it");
    });
}

#[test]
fn who_only_reads_stores_no_files_and_sees_the_tags_in_sight() {
    alone(async |mut world| {
        let files: [(&str, &str, &[u8]); 1] = [("file", "a.txt", b"x")];
        let mut reader = world.program("tickets.view").await;
        reader.post_files("/api/v1/uploads", &[], &files).await.assert_status(403);
        for scopes in
            ["tickets.view tickets.note", "tickets.view tickets.reply", "tickets.view tickets.create"]
        {
            let mut writer = world.program(scopes).await;
            writer.post_files("/api/v1/uploads", &[], &files).await.assert_status(201);
        }
        let number = world.opens("Cy <cy@customer.example>", "Late", "x").await;
        let tags = [("was.tags", ""), ("tags", "secret")];
        world.ada.post_form(&format!("/t/{number}"), &tags).await.assert_status(303);
        world.ada.get("/api/v1/tags?q=s").await.assert_status(200).assert_has("secret");
        let mut sam = world.stranger().await;
        sam.get("/api/v1/tags?q=s").await.assert_status(200).assert_has_not("secret");
        let assign = move |conn: &mut db::Conn| {
            conn.run(
                sql!(
                    "UPDATE ticket SET assignee_id = (SELECT id FROM desk_user WHERE email = 'sam@desk.example')
                      WHERE id = $1"
                ),
                args![number],
            )
        };
        world.home.db.write::<_, db::Error>(assign).await.unwrap();
        sam.get("/api/v1/tags?q=s").await.assert_status(200).assert_has("secret");
    });
}

#[test]
fn statuses_and_fields_can_be_taken_out_of_use() {
    alone(async |mut world| {
        let choice =
            [("key", "device"), ("name", "Device"), ("kind", "choice"), ("choices", "Printer\nLaptop")];
        world.ada.post_form("/admin/fields", &choice).await.assert_status(303);
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let set = [("was.field.device", ""), ("field.device", "Laptop")];
        world.ada.post_form(&format!("/t/{number}"), &set).await.assert_status(303);
        let without = [("name", "Machine"), ("choices", "Printer\nPhone\nPhone")];
        world.ada.post_form("/admin/fields/1", &without).await.assert_status(303);
        let page = world.ada.get(&format!("/t/{number}")).await.assert_has("Machine").assert_has(">Phone<");
        page.assert_has("<option selected>Laptop</option>");
        world
            .ada
            .post_form("/admin/fields/1", &[("name", ""), ("choices", "")])
            .await
            .assert_status(422)
            .assert_has("name-error")
            .assert_has("choices-error");
        world
            .ada
            .patch_json("/api/v1/fields/1", r#"{"name":"Gadget"}"#)
            .await
            .assert_status(200)
            .assert_has("Phone");
        world.ada.post_form("/admin/fields/1/archive", &[]).await.assert_status(303);
        world.ada.get(&format!("/t/{number}")).await.assert_has_not("Gadget");
        world.ada.get("/admin/fields/1").await.assert_status(404);

        let add = [("status_name", "At the workshop"), ("category", "waiting_third_party")];
        world.ada.post_form("/admin/statuses", &add).await.assert_status(303);
        world.ada.post_form(&format!("/t/{number}"), &[("status", "7")]).await.assert_status(303);
        world.ada.post_form("/admin/statuses/7/archive", &[]).await.assert_status(303);
        world.ada.post_form("/admin/statuses/1/archive", &[]).await.assert_status(404);
        let page = world.ada.get(&format!("/t/{number}")).await;
        page.assert_has("At the workshop");
        world.ada.get("/admin/statuses").await.assert_has_not("At the workshop");
        let mut ben = world.person("Ben", Builtin::Agent, Language::En).await;
        ben.post_form("/admin/fields/1/archive", &[]).await.assert_status(403);
        ben.post_form("/admin/statuses/2/archive", &[]).await.assert_status(403);
    });
}

#[test]
fn a_field_is_shown_under_its_condition_and_needed_before_a_ticket_goes_on() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let draft =
            r#"{"key":"serial","name":"Serial number","kind":"text","shown_when":"tag:hardware team:mine"}"#;
        world.ada.post_json("/api/v1/fields", draft).await.assert_status(422).assert_has("condition_reader");
        let draft = r#"{"key":"serial","name":"Serial number","kind":"text","shown_when":"tag:hardware (","needed_for":["solved"]}"#;
        world.ada.post_json("/api/v1/fields", draft).await.assert_status(422).assert_has("/shown_when");
        let draft = r#"{"key":"serial","name":"Serial number","kind":"text","needed_for":["new"]}"#;
        world.ada.post_json("/api/v1/fields", draft).await.assert_status(422).assert_has("needed_when_new");
        let fields = [
            ("key", "serial"),
            ("name", "Serial number"),
            ("kind", "text"),
            ("choices", ""),
            ("shown_when", "tag:hardware"),
            ("needed_for", "solved"),
        ];
        world.ada.post_form("/admin/fields", &fields).await.assert_status(303);
        let list = world.ada.get("/admin/fields").await.assert_status(200);
        list.assert_has("tag:hardware").assert_has("Needed before: Solved");
        world.ada.get("/api/v1/fields").await.assert_has(r#""needed_for":["solved"]"#);

        let number = world.opens("Cy <cy@customer.example>", "Screen dark", "It shows nothing").await;
        let (page, form) = (format!("/t/{number}"), format!("/t/{number}/messages"));
        world.ada.get(&page).await.assert_has_not("Serial number");
        world.ada.get("/tickets/new").await.assert_has_not("Serial number");
        // A tag that comes with the status counts already.
        let both = [("tags", "hardware"), ("status", "solved")];
        let refused = world.ada.post_form(&page, &both).await.assert_status(422);
        refused.assert_has_not("hardware</a>");
        world.ada.get(&page).await.assert_has_not("Serial number");
        world.ada.post_form(&page, &[("tags", "hardware")]).await.assert_status(303);
        world.ada.get(&page).await.assert_has("Serial number").assert_has("Needed before: Solved");
        let refused = world.ada.post_form(&page, &[("status", "solved")]).await.assert_status(422);
        refused.assert_has("field.serial-error");
        let answer = [
            ("kind", "reply"),
            ("text", "Here you are"),
            ("to", "cy@customer.example"),
            ("status", "solved"),
        ];
        let refused = world.ada.post_form(&form, &answer).await.assert_status(422);
        refused.assert_has("#field.serial").assert_has("Here you are");
        let patch = r#"{"status":"solved"}"#;
        let api = format!("/api/v1/tickets/{number}");
        world.ada.patch_json(&api, patch).await.assert_status(422).assert_has("/fields/serial");
        world.ada.get(&api).await.assert_has(r#""category":"new""#);
        // Both at once goes.
        let patch = r#"{"status":"solved","fields":{"serial":"X-1"}}"#;
        world.ada.patch_json(&api, patch).await.assert_status(200).assert_has("X-1");

        // What has a value stays in sight; a ticket that does not show the field needs nothing.
        world.ada.post_form(&page, &[("tags", "")]).await.assert_status(303);
        world.ada.get(&page).await.assert_has("Serial number");
        let other = world.opens("Cy <cy@customer.example>", "A question", "How much is it?").await;
        world.ada.post_form(&format!("/t/{other}"), &[("status", "solved")]).await.assert_status(303);
    });
}

#[test]
fn a_status_is_reached_only_from_where_and_as_its_guard_says() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let add = [("status_name", "Approved"), ("category", "open")];
        world.ada.post_form("/admin/statuses", &add).await.assert_status(303);
        let guard = [("name", "Approved"), ("from", "3"), ("only_if", "tag:signed")];
        world.ada.post_form("/admin/statuses/7", &guard).await.assert_leads_to("/admin/statuses");
        world.ada.get("/admin/statuses").await.assert_has("Guarded");
        world.ada.get("/admin/statuses/7").await.assert_has("tag:signed");
        world
            .ada
            .post_form("/admin/statuses/7", &[("name", "Approved"), ("from", "7")])
            .await
            .assert_status(422);
        let wrong = [("name", "Approved"), ("only_if", "is:mine")];
        world.ada.post_form("/admin/statuses/7", &wrong).await.assert_status(422).assert_has("only_if-error");
        let changed = r#"{"only_if":"tag:signed priority:high"}"#;
        world
            .ada
            .patch_json("/api/v1/statuses/7", changed)
            .await
            .assert_status(200)
            .assert_has("priority:high");
        world.ada.patch_json("/api/v1/statuses/99", changed).await.assert_status(404);
        let mut ben = world.person("Ben", Builtin::Agent, Language::De).await;
        ben.patch_json("/api/v1/statuses/7", changed).await.assert_status(403);

        let number = world.opens("Cy <cy@customer.example>", "A chair", "I need a chair").await;
        let (page, api) = (format!("/t/{number}"), format!("/api/v1/tickets/{number}"));
        // It is not offered where it cannot be reached from, and refused where somebody asks for it all the same.
        world.ada.get(&page).await.assert_has_not("Approved");
        let to = r#"{"status":"7"}"#;
        world.ada.patch_json(&api, to).await.assert_status(422).assert_has("Waiting for customer");
        world.ada.patch_json(&api, r#"{"status":"waiting_customer"}"#).await.assert_status(200);
        world.ada.get(&page).await.assert_has("Approved");
        let refused = ben.post_form(&page, &[("status", "7")]).await.assert_status(422);
        refused.assert_has("status-error").assert_has("tag:signed");
        world.ada.patch_json(&api, r#"{"tags":["signed"]}"#).await.assert_status(200);
        world.ada.patch_json(&api, to).await.assert_status(422);
        world.ada.patch_json(&api, r#"{"status":"7","priority":"high"}"#).await.assert_status(200);
        // The subject and the line that come along count as well.
        let line = r#"{"name":"Second line","teams":["1"]}"#;
        world.ada.post_json("/api/v1/teams", r#"{"name":"Buyers"}"#).await.assert_status(201);
        world.ada.post_json("/api/v1/lines", line).await.assert_status(201);
        let changed = r#"{"only_if":"subject:approved line:1","only_from":[]}"#;
        world.ada.patch_json("/api/v1/statuses/7", changed).await.assert_status(200);
        let other = world.opens("Cy <cy@customer.example>", "A desk", "I need a desk").await;
        let api = format!("/api/v1/tickets/{other}");
        world.ada.patch_json(&api, r#"{"status":"7"}"#).await.assert_status(422);
        world.ada.patch_json(&api, r#"{"status":"7","subject":"A desk, approved"}"#).await.assert_status(422);
        let both = r#"{"status":"7","subject":"A desk, approved","team":"1"}"#;
        world.ada.patch_json(&api, both).await.assert_status(200);
    });
}

// S04
#[test]
fn a_draft_is_kept_for_a_ticket_in_sight_and_not_without_end() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let mut sam = world.stranger().await;
        async fn keeps(client: &mut Client, ticket: i64) -> u16 {
            let body = br#"{"kind":"note","text":"x"}"#.to_vec();
            let path = format!("/drafts/{ticket}");
            let json = Some("application/json");
            client.send(axum::http::Method::PUT, &path, json, body).await.status.as_u16()
        }
        assert_eq!(keeps(&mut sam, 0).await, 204, "the form of a new ticket is everybody's own");
        for ticket in [number, 999_999, -5, i64::MAX] {
            assert_eq!(keeps(&mut sam, ticket).await, 404, "{ticket}");
        }
        assert_eq!(keeps(&mut world.ada, number).await, 204);

        let count = async || {
            let read = world.home.db.read::<_, db::Error>(|conn| {
                conn.one::<(i64,)>(sql!("SELECT count(*) AS n FROM draft WHERE user_id = 1"), args![])
            });
            read.await.unwrap().0
        };
        let now = world.home.clock.now();
        world
            .home
            .db
            .write::<_, db::Error>(move |conn| {
                for ticket in 1000..1199i64 {
                    conn.run(
                        sql!("INSERT INTO draft (user_id, ticket_id, body, updated_at_ms) VALUES (1, $1, '{}', $2)"),
                        args![ticket, now],
                    )?;
                }
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(keeps(&mut world.ada, 0).await, 409, "there are 200 young ones");
        assert_eq!(keeps(&mut world.ada, number).await, 204, "this is one of them");
        assert_eq!(count().await, 200, "and none of them went");
        world.home.clock.advance(31 * 24 * 3_600 * SECOND);
        world.ada = signed_in(&world.home, &world.router, Id::new(1)).await;
        assert_eq!(keeps(&mut world.ada, 0).await, 204, "one that was left a month ago made room");
        assert_eq!(count().await, 200);
    });
}

#[test]
fn whoever_asks_is_changed_to_a_normal_address_and_nothing_else_is_taken() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let number = world.opens("Cy <cy@customer.example>", "Late", "Where is it?").await;
        let path = format!("/api/v1/tickets/{number}");
        let mut program = world.program("all").await;
        let dee = r#"{"requester":{"email":"  Dee@Customer.EXAMPLE ","name":"Dee"}}"#;
        let changed = program.patch_json(&path, dee).await.assert_status(200).json();
        assert_eq!(changed["requester"]["email"], "dee@customer.example");
        let read = world.home.db.read::<_, db::Error>(|conn| {
            conn.all::<(String,)>(sql!("SELECT email FROM contact_email ORDER BY email"), args![])
        });
        let known: Vec<_> = read.await.unwrap().into_iter().map(|(email,)| email).collect();
        assert_eq!(known, ["cy@customer.example", "dee@customer.example"]);
        let by_phone = r#"{"requester":{"email":"cy@customer.example","phone":"+49 30 1"}}"#;
        let refused = program.patch_json(&path, by_phone).await.assert_status(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/requester/phone");
    });
}
