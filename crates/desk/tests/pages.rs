//! The agent's pages, as a browser asks for them.
use axum::{Router, middleware::from_fn_with_state};
use desk::{
    conversation::{self, actions::Incoming},
    tickets::{self, Ticket, TicketError},
};
use kernel::{
    clock::{Clock, Millis},
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
use std::sync::{Arc, Mutex};
use testkit::{Client, Desk, on_both};

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
        let (router, _) = desk::routes().router.split_for_parts();
        let router = router
            .layer(from_fn_with_state(home.clone(), error_pages))
            .layer(from_fn_with_state(home.clone(), security_headers))
            .with_state(home.clone());
        let ada = signed_in(&home, &router, admin).await;
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
    async fn mails(&self) -> Vec<(i64, String)> {
        self.home
            .db
            .read::<_, db::Error>(|conn| {
                conn.all(sql!("SELECT message_id, recipients_text FROM outbound ORDER BY id"), args![])
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
fn a_walk_in_is_a_ticket_in_one_form_and_stands_in_the_list() {
    alone(async |mut world| {
        world.ada.get("/").await.assert_status(303).assert_leads_to("/tickets");
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
        let page = world.ada.post_form(&format!("/t/{number}/messages"), &reply).await.assert_status(422);
        let page = page.assert_has("Somebody wrote meanwhile").assert_has("found it").assert_has("Look here");
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
        assert!(messages[1].text.contains("Please look") && messages[1].text.contains("Where is it?"));
        assert_eq!(world.mails().await[0].1, "depot@other.example");
        let page = world.ada.get(&format!("/t/{number}")).await.assert_status(200);
        page.assert_has("Sent on").assert_has("list.txt").assert_has_not("title=\"depot@other.example\"");
        let nobody =
            [("kind", "forward"), ("message", first.as_str()), ("to", ""), ("text", "x"), ("seen", "999")];
        world.ada.post_form(&format!("/t/{number}/messages"), &nobody).await.assert_status(422);
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
        world.ada.post_form(&path, &form).await.assert_status(303).assert_leads_to(&path);
        let ticket = world.ticket(number).await;
        assert_eq!((ticket.priority, ticket.category), (tickets::Priority::Urgent, tickets::Category::New));
        world
            .ada
            .post_form(&format!("{path}?view=act"), &[("assignee", "1")])
            .await
            .assert_leads_to(&format!("{path}?view=act"));
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
fn what_strangers_wrote_stays_text() {
    alone(async |mut world| {
        let number =
            world.opens(&format!("{XSS} <x@evil.example>"), XSS, &format!("{XSS} javascript:alert(1)")).await;
        world.hears(number, "cy@customer.example", XSS, Some(HTML), false).await;
        for path in [
            format!("/t/{number}?view=act"),
            "/tickets?view=act".into(),
            format!("/t/{number}/history"),
            "/search?q=onerror".into(),
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
            ("/tickets?view=act".to_owned(), 5),
            (format!("/t/{number}"), 9),
            (format!("/t/{number}?view=act"), 12),
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
        // Who asks (2), whose it is, its status, ticket, requester, count, message, two events, the answer.
        assert!(spent <= 11, "{spent} statements");
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
