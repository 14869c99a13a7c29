//! A desk with an administrator's token and a clock that the test moves.
use axum::{Router, middleware::from_fn_with_state};
use desk::{
    conversation::{self, actions::Incoming},
    sla::{alarms, deadlines},
    tickets::{self, TicketError},
};
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
    id::Id,
};
use people::{
    roles::{self, policy::Builtin},
    sign_in::{
        Doorman,
        store::{Origin, Owner, Stage, open_session},
        tokens,
    },
};
use platform::{
    Home,
    authority::{Grant, System},
    db::{self, MIGRATIONS, migrate},
    events,
    i18n::Language,
    jobs,
    web::{error_pages, session_cookie_name},
};
use serde_json::{Value, json};
use testkit::{Client, Desk};

/// Monday 2026-11-23, 8:00 in Berlin.
pub const MONDAY: Millis = Millis(1_795_417_200_000);

pub struct World {
    pub home: Home,
    pub router: Router,
    pub bo: Client,
    /// The same program, for what belongs to people.
    people: Client,
}

impl World {
    pub async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(MONDAY);
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made =
            system.change(|tx| people::setup::create_desk(tx, "ACME", "bo@desk.example", "x", Language::En));
        let admin = made.await.unwrap();
        let token = system
            .change::<_, db::Error>(move |tx| tokens::create(tx, admin, "test", &tokens::Scopes::All, None))
            .await
            .unwrap();
        let (router, _) = desk::routes().router.split_for_parts();
        let router = router.layer(from_fn_with_state(home.clone(), error_pages)).with_state(home.clone());
        let bo = Client::new(router.clone()).with_bearer(token.reveal());
        let (people, _) = people::routes().router.split_for_parts();
        let people = Client::new(people.with_state(home.clone())).with_bearer(token.reveal());
        World { home, router, bo, people }
    }

    /// The administrator's browser.
    pub async fn signed_in(&self) -> Client {
        let origin = Origin { device: "Test".into(), net: "127.0.0.0/24".into() };
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| open_session(tx, Owner::User(Id::new(1)), Stage::Full, &origin))
            .await
            .unwrap();
        let mut client = Client::new(self.router.clone());
        client.set_cookie(session_cookie_name(&self.home), token.reveal());
        client
    }
    /// A program of somebody who reads tickets and adds notes.
    pub async fn light(&mut self) -> Client {
        let role = Grant::<System>::system(&self.home)
            .read::<_, db::Error>(|tx| roles::store::builtin(tx, Builtin::LightAgent))
            .await
            .unwrap();
        let draft = json!({ "name": "Lia", "email": "lia@desk.example", "role": role, "password": "correct horse battery" });
        let user = self.posts_to_people("/api/v1/users", draft).await;
        let id = user["id"].as_str().unwrap().parse().unwrap();
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| tokens::create(tx, id, "light", &tokens::Scopes::All, None))
            .await
            .unwrap();
        Client::new(self.router.clone()).with_bearer(token.reveal())
    }
    pub fn advance(&self, by_ms: i64) {
        self.home.clock.advance(by_ms);
    }
    pub fn now(&self) -> Millis {
        self.home.clock.now()
    }

    pub async fn posts(&mut self, path: &str, body: Value, status: u16) -> Value {
        self.bo.post_json(path, &body.to_string()).await.assert_status(status).json()
    }
    pub async fn posts_to_people(&mut self, path: &str, body: Value) -> Value {
        self.people.post_json(path, &body.to_string()).await.assert_status(201).json()
    }
    /// The kinds of what happened to something, oldest first.
    pub async fn log_of(&self, subject: &str) -> Vec<String> {
        let all = Grant::<System>::system(&self.home)
            .read::<_, db::Error>(|tx| events::after(tx, Id::new(0), 10_000))
            .await
            .unwrap();
        all.into_iter().filter(|event| event.subject == subject).map(|event| event.kind).collect()
    }
    pub async fn gets(&mut self, path: &str) -> Value {
        self.bo.get(path).await.assert_status(200).json()
    }
    pub async fn patches(&mut self, path: &str, body: Value) -> Value {
        self.bo.patch_json(path, &body.to_string()).await.assert_status(200).json()
    }

    /// Monday to Friday, 8 to 12 and 13 to 17, with the holidays of Bavaria.
    pub async fn office(&mut self) -> Value {
        let day = json!([["08:00", "12:00"], ["13:00", "17:00"]]);
        let weekly = json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day });
        let calendar = json!({
            "name": "Bavaria", "zone": "Europe/Berlin", "weekly": weekly, "holidays": "DE-BY",
            "exceptions": [{ "date": "2026-12-24", "windows": [["08:00", "12:00"]] }],
        });
        self.posts("/api/v1/calendars", calendar, 201).await["id"].clone()
    }
    pub async fn policy(&mut self, name: &str, calendar: &Value, filter: &str, targets: Value) -> Value {
        let policy = json!({
            "name": name, "calendar": calendar, "filter": filter, "targets": targets,
            "pause_in": ["waiting_customer"], "warn": "1h",
        });
        self.posts("/api/v1/sla-policies", policy, 201).await["id"].clone()
    }
    pub async fn opens(&mut self, subject: &str, priority: &str) -> i64 {
        let ticket = json!({
            "subject": subject, "text": "It is late", "priority": priority,
            "requester": { "email": "cy@example.org", "name": "Cy" }, "tags": [], "fields": {},
        });
        self.posts("/api/v1/tickets", ticket, 201).await["number"].as_i64().unwrap()
    }
    pub async fn answers(&mut self, ticket: i64) {
        let words = json!({ "kind": "public", "text": "We look at it" });
        self.posts(&format!("/api/v1/tickets/{ticket}/messages"), words, 201).await;
    }
    pub async fn becomes(&mut self, ticket: i64, field: &str, value: &str) {
        self.patches(&format!("/api/v1/tickets/{ticket}"), json!({ field: value })).await;
    }
    pub async fn due(&mut self, ticket: i64) -> Option<Millis> {
        let due = self.gets(&format!("/api/v1/tickets/{ticket}")).await["due_at"].clone();
        serde_json::from_value(due).unwrap()
    }
    /// State and deadline of a promise; `None` where it is not promised.
    pub async fn promise(&mut self, ticket: i64, name: &str) -> Option<(String, Option<Millis>)> {
        let all = self.gets(&format!("/api/v1/tickets/{ticket}/deadlines")).await;
        let found = all.as_array().unwrap().iter().find(|promise| promise["promise"] == name)?.clone();
        let due = serde_json::from_value(found["due_at"].clone()).unwrap();
        Some((found["state"].as_str().unwrap().to_owned(), due))
    }
    /// The customer writes once more.
    pub async fn hears(&self, ticket: i64, is_automatic: bool) {
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
                    text: "And now?",
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
    /// What the worker does when it wakes.
    pub async fn fires(&self) {
        let system = Grant::<System>::system(&self.home);
        while system.change::<_, db::Error>(alarms::fire).await.unwrap() {}
    }
    pub async fn runs_jobs(&self) {
        while jobs::run_next(&self.home).await.unwrap() {}
    }
    /// Warnings and breaches of all tickets, in the order of the log: kind, ticket, promise.
    pub async fn announced(&self) -> Vec<(String, i64, String)> {
        let all = Grant::<System>::system(&self.home)
            .read::<_, db::Error>(|tx| events::after(tx, Id::new(0), 10_000))
            .await
            .unwrap();
        let told =
            all.into_iter().filter(|event| matches!(event.kind.as_str(), "sla.warned" | "sla.breached"));
        told.map(|event| {
            let promise = event.data()["promise"].as_str().unwrap().to_owned();
            (event.kind.trim_start_matches("sla.").to_owned(), event.subject_id("ticket").unwrap(), promise)
        })
        .collect()
    }
    /// Tickets whose kept deadlines are not what their history says.
    pub async fn wrong(&self) -> Vec<(String,)> {
        let now = self.now();
        self.home.db.read::<_, db::Error>(move |conn| deadlines::wrong(conn, now, 100)).await.unwrap()
    }
}
