//! A desk with an administrator's token, agents who see less, and customers.
use axum::{Router, middleware::from_fn_with_state};
use desk::portal::link::Links;
use kernel::{
    clock::{Clock, HOUR, Millis},
    id::Id,
};
use people::{
    contacts,
    sign_in::{
        Doorman,
        store::{self as access, Origin, Owner, Stage},
        tokens,
    },
};
use platform::{
    Home,
    authority::{Grant, System},
    db::{self, MIGRATIONS, migrate},
    i18n::Language,
    web::{customer_cookie_name, error_pages, security_headers},
};
use serde_json::{Value, json};
use testkit::{Client, Desk};

pub struct World {
    pub home: Home,
    pub router: Router,
    pub bo: Client,
}

impl World {
    pub async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_417_200_000));
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
        let (router, _) = people::routes().merge(desk::routes()).router.split_for_parts();
        let router = router
            .layer(from_fn_with_state(home.clone(), error_pages))
            .layer(from_fn_with_state(home.clone(), security_headers))
            .with_state(home.clone());
        let bo = Client::new(router.clone()).with_bearer(token.reveal());
        World { home, router, bo }
    }
    /// Status and body of an answer; `null` where it has none.
    pub async fn asks(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let reply = match method {
            "POST" => self.bo.post_json(path, &body.to_string()).await,
            "PATCH" => self.bo.patch_json(path, &body.to_string()).await,
            _ => self.bo.get(path).await,
        };
        let text = reply.text();
        (reply.status.as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }
    pub async fn gets(&mut self, path: &str) -> Value {
        self.bo.get(path).await.assert_status(200).json()
    }
    /// An agent with these permissions, each within a scope: a browser of theirs by a token.
    pub async fn agent(&mut self, email: &str, permissions: &[(&str, &str)]) -> Client {
        let permissions: Vec<_> = permissions
            .iter()
            .map(|(permission, scope)| json!({ "permission": permission, "scope": scope }))
            .collect();
        let role = json!({ "name": email, "permissions": permissions });
        let role = self.asks("POST", "/api/v1/roles", role).await.1["id"].clone();
        let user =
            json!({ "name": email, "email": email, "role": role, "password": "correct horse battery" });
        let user = self.asks("POST", "/api/v1/users", user).await.1["id"].as_str().unwrap().to_owned();
        let user: Id<platform::authority::User> = user.parse().unwrap();
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| tokens::create(tx, user, "test", &tokens::Scopes::All, None))
            .await
            .unwrap();
        Client::new(self.router.clone()).with_bearer(token.reveal())
    }
    pub async fn adds(&mut self, contact: Value) -> String {
        let (status, made) = self.asks("POST", "/api/v1/contacts", contact).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }
    pub async fn opens(&mut self, who: &str, subject: &str, text: &str) -> i64 {
        self.home.clock.advance(HOUR);
        let ticket = json!({
            "subject": subject, "text": text, "requester": { "email": who, "name": "" }, "tags": [], "fields": {},
        });
        self.asks("POST", "/api/v1/tickets", ticket).await.1["number"].as_i64().unwrap()
    }
    pub async fn contact(&self, email: &str) -> String {
        let email = email.to_owned();
        let find = move |tx: &mut platform::authority::Tx<System>| contacts::store::find_by_email(tx, &email);
        let found = Grant::<System>::system(&self.home).change::<_, db::Error>(find).await.unwrap();
        found.unwrap().id.to_string()
    }
    pub async fn merges(&mut self, source: &str, target: &str) -> (u16, Value) {
        let path = format!("/api/v1/contacts/{source}/merge");
        self.asks("POST", &path, json!({ "into": target })).await
    }
    pub async fn parts(&mut self, source: &str) -> (u16, Value) {
        self.asks("POST", &format!("/api/v1/contacts/{source}/merge/undo"), Value::Null).await
    }
    /// The numbers of a contact's timeline, the newest first, read in pages of two.
    pub async fn timeline(&mut self, contact: &str) -> Vec<i64> {
        let (mut numbers, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/contacts/{contact}/timeline?limit=2{cursor}");
            let page = self.gets(&path).await;
            numbers
                .extend(page["items"].as_array().unwrap().iter().map(|one| one["ticket"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return numbers,
            }
        }
    }
    /// The numbers that a filter lists, in order.
    pub async fn finds(&mut self, filter: &str) -> Vec<i64> {
        let path = platform::web::address("/api/v1/tickets", &[("filter", filter), ("limit", "200")]);
        let page = self.gets(&path).await;
        let mut numbers: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }
    /// A browser in which the owner of an address has signed in on the customers' side.
    pub async fn customer(&self, email: &str) -> Client {
        let contact: Id<platform::authority::Contact> = self.contact(email).await.parse().unwrap();
        let origin = Origin { device: "Firefox · Linux".into(), net: "127.0.0.0/24".into() };
        let session = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| {
                access::open_session(tx, Owner::Contact(contact), Stage::Full, &origin)
            })
            .await
            .unwrap();
        let mut browser = Client::new(self.router.clone());
        browser.set_cookie(customer_cookie_name(&self.home), session.reveal());
        browser
    }
    /// The kinds of all events, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let read = |tx: &mut platform::authority::Tx<System>| platform::events::after(tx, Id::new(0), 5_000);
        let all = Grant::<System>::system(&self.home).change::<_, db::Error>(read).await.unwrap();
        all.into_iter().map(|event| event.kind).collect()
    }
    /// The path of the link by which the owner of an address follows a ticket, as a mail of now has it.
    pub async fn link(&self, ticket: i64, email: &str) -> String {
        let contact: Id<platform::authority::Contact> = self.contact(email).await.parse().unwrap();
        let url = Links::of(&self.home).url(Id::new(ticket), contact, email);
        url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
    }
}
