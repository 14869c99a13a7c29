//! A desk with people who hear of things, and a clock that the test moves.
use axum::{Router, http::Method, middleware::from_fn_with_state};
use desk::{
    conversation::{self, actions::Incoming},
    notices::reader::{self, Reader, Step},
    tickets::{self, TicketError},
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
        tokens,
    },
    users,
};
use platform::{
    Home, args,
    authority::{Actor, Grant, System, User, Who},
    db::{self, MIGRATIONS, migrate},
    i18n::Language,
    sql,
    web::{error_pages, session_cookie_name},
};
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::{Client, Desk};

/// Monday 2026-11-23, 7:00 UTC: 8:00 in Berlin.
pub const MONDAY: Millis = Millis(1_795_417_200_000);

platform::permissions! {
    /// As the mail channel declares it, which is not part of this program.
    ManageInboxes = "inboxes.manage";
}

/// Somebody who works here, with a program and a browser.
pub struct Person {
    pub id: Id<User>,
    pub api: Client,
    pub browser: Client,
}
impl Person {
    /// What concerns them: kind and ticket, the newest first.
    pub async fn hears(&mut self, query: &str) -> Vec<(String, i64)> {
        let list = self.api.get(&format!("/api/v1/notifications{query}")).await.assert_status(200).json();
        let item =
            |one: &Value| (one["kind"].as_str().unwrap().to_owned(), one["ticket"].as_i64().unwrap_or(0));
        list["items"].as_array().unwrap().iter().map(item).collect()
    }
    pub async fn unread(&mut self) -> i64 {
        self.browser.get("/notifications/count").await.assert_status(200).json()["unread"].as_i64().unwrap()
    }
    pub async fn posts(&mut self, path: &str, body: Value, status: u16) -> Value {
        self.api.post_json(path, &body.to_string()).await.assert_status(status).json()
    }
    pub async fn puts(&mut self, path: &str, body: Value, status: u16) -> Value {
        let kind = Some("application/json");
        self.api.send(Method::PUT, path, kind, body.to_string().into()).await.assert_status(status).json()
    }
    pub async fn gives(&mut self, ticket: i64, assignee: Id<User>) {
        let patch = json!({ "assignee": assignee }).to_string();
        self.api.patch_json(&format!("/api/v1/tickets/{ticket}"), &patch).await.assert_status(200);
    }
    pub async fn notes(&mut self, ticket: i64, text: &str) {
        let note = json!({ "kind": "note", "text": text });
        self.posts(&format!("/api/v1/tickets/{ticket}/messages"), note, 201).await;
    }
    pub async fn answers(&mut self, ticket: i64) {
        let words = json!({ "kind": "public", "text": "We look at it" });
        self.posts(&format!("/api/v1/tickets/{ticket}/messages"), words, 201).await;
    }
    pub async fn opens(&mut self, subject: &str) -> i64 {
        let ticket = json!({
            "subject": subject, "text": "It is late",
            "requester": { "email": "cy@example.org", "name": "Cy Peters" },
        });
        self.posts("/api/v1/tickets", ticket, 201).await["number"].as_i64().unwrap()
    }
    /// Hears of these things by mail and of nothing else, everything in the app.
    pub async fn wants_mail_of(&mut self, kinds: &[&str], minutes: i64, hours: &str) {
        let all =
            ["mention", "assigned", "reply", "colleague", "sla_breached", "sla_warned", "call_back", "team"];
        let places =
            |kind: &&str| ((*kind).to_owned(), json!({ "in_app": true, "by_mail": kinds.contains(kind) }));
        let events: serde_json::Map<_, _> = all.iter().map(places).collect();
        let settings =
            json!({ "events": events, "bundle_minutes": minutes, "hours": hours, "calendar": null });
        self.puts("/api/v1/notifications/settings", settings, 200).await;
    }
}

pub struct World {
    pub home: Home,
    router: Router,
    /// The administrator.
    pub ada: Person,
}
impl World {
    pub async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(MONDAY);
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made =
            system.change(|tx| people::setup::create_desk(tx, "ACME", "ada@desk.example", "x", Language::En));
        let id = made.await.unwrap();
        let (router, _) = desk::routes().merge(people::routes()).router.split_for_parts();
        let router = router.layer(from_fn_with_state(home.clone(), error_pages)).with_state(home.clone());
        let nobody = Client::new(router.clone());
        let ada = Person { id, api: nobody.clone(), browser: nobody };
        let mut world = World { home, router, ada };
        world.ada = world.person(id).await;
        world.reads().await;
        world
    }
    async fn person(&self, id: Id<User>) -> Person {
        let system = Grant::<System>::system(&self.home);
        let token = system
            .change::<_, db::Error>(move |tx| tokens::create(tx, id, "test", &tokens::Scopes::All, None))
            .await
            .unwrap();
        let origin = Origin { device: "Test".into(), net: "127.0.0.0/24".into() };
        let session = system
            .change::<_, db::Error>(move |tx| open_session(tx, Owner::User(id), Stage::Full, &origin))
            .await
            .unwrap();
        let api = Client::new(self.router.clone()).with_bearer(token.reveal());
        let mut browser = Client::new(self.router.clone());
        browser.set_cookie(session_cookie_name(&self.home), session.reveal());
        Person { id, api, browser }
    }
    /// Somebody with a role that every desk has.
    pub async fn hires(&self, name: &str, role: Builtin) -> Person {
        let everything = Actor {
            who: Who::User(self.ada.id),
            permissions: roles::policy::everything(),
            ..Actor::system()
        };
        let name = name.to_owned();
        let manage = Grant::<ManagePeople>::check(&self.home, Arc::new(everything), true).unwrap();
        let hired = manage.change::<_, users::UserError>(move |tx| {
            let role = Some(roles::store::builtin(tx, role)?);
            let email = format!("{}@desk.example", name.to_lowercase().replace(' ', "."));
            let draft = users::Draft { email, name, role, ..users::Draft::default() };
            users::actions::create(tx, draft.parse().unwrap(), Some("$none$".into()))
        });
        self.person(hired.await.unwrap()).await
    }
    /// Somebody who sees the tickets of their teams alone.
    pub async fn hires_limited(&mut self, name: &str) -> Person {
        let permissions = json!([
            { "permission": "tickets.view", "scope": "team" }, { "permission": "tickets.note", "scope": "team" },
        ]);
        let role = json!({ "name": format!("Limited {name}"), "permissions": permissions });
        let role = self.ada.posts("/api/v1/roles", role, 201).await["id"].clone();
        let email = format!("{}@desk.example", name.to_lowercase());
        let user = json!({ "name": name, "email": email, "role": role, "password": "correct horse battery" });
        let user = self.ada.posts("/api/v1/users", user, 201).await;
        self.person(user["id"].as_str().unwrap().parse().unwrap()).await
    }
    pub async fn team(&mut self, name: &str, members: &[Id<User>]) -> Value {
        let team = json!({ "name": name, "members": members });
        self.ada.posts("/api/v1/teams", team, 201).await["id"].clone()
    }
    pub async fn puts_into(&mut self, ticket: i64, team: &Value) {
        let patch = json!({ "team": team }).to_string();
        self.ada.api.patch_json(&format!("/api/v1/tickets/{ticket}"), &patch).await.assert_status(200);
    }
    pub fn advance(&self, by_ms: i64) {
        self.home.clock.advance(by_ms);
    }
    /// A node starts, works through everything and is gone.
    pub async fn reads(&self) {
        reader::catch_up(&self.home).await.unwrap();
    }
    /// One step of a node that goes on.
    pub async fn steps(&self, node: &mut Reader) -> Step {
        node.step(&self.home).await.unwrap()
    }
    /// The customer writes once more.
    pub async fn customer_writes(&self, ticket: i64, is_automatic: bool) {
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let seen =
                    tickets::store::see_for_machine(tx, Id::new(ticket))?.ok_or_else(Problem::not_found)?;
                let incoming = Incoming {
                    channel: "email",
                    author: None,
                    author_name: "Cy",
                    from_email: Some("cy@example.org"),
                    to: &[],
                    cc: &[],
                    subject: "Re",
                    text: "And now? @Ada",
                    quoted: None,
                    signature: None,
                    html: None,
                    message_id: None,
                    inbound_id: None,
                    is_automatic,
                    is_sender_known: true,
                    remarks: "{}",
                };
                conversation::actions::receive(tx, &seen, &incoming)
            })
            .await
            .unwrap();
    }
    /// An inbox that can send, so that mails have a way out.
    pub async fn has_way_out(&self) {
        self.home
            .db
            .write::<_, db::Error>(|conn| {
                conn.run(
                    sql!(
                        "INSERT INTO inbox (name, address, receive_kind, send, created_at_ms)
                           VALUES ('Support', 'support@desk.example', 'smtp', '{}', 0)"
                    ),
                    args![],
                )
                .map(drop)
            })
            .await
            .unwrap();
    }
    /// To whom the program wrote, about what, and what, the oldest first.
    pub async fn letters(&self) -> Vec<(String, String, String)> {
        let rows: Vec<(String, String, String)> = self
            .home
            .db
            .read::<_, db::Error>(|conn| {
                conn.all(
                    sql!(
                        "SELECT recipients_text, subject, body FROM outbound WHERE kind = 'notice' ORDER BY id"
                    ),
                    args![],
                )
            })
            .await
            .unwrap();
        let text = |body: &str| -> String {
            let letter: Value = serde_json::from_str(body).unwrap();
            letter["text"].as_str().unwrap().to_owned()
        };
        rows.iter().map(|(to, subject, body)| (to.clone(), subject.clone(), text(body))).collect()
    }
}
