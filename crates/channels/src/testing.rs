//! A desk for tests below sign-in: whoever sends a request says in its token what they may do.
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
    id::Id,
};
use platform::{
    Home,
    authority::{Actor, Authenticate, PERMISSIONS, Scope, Who},
    db::{MIGRATIONS, migrate},
    web::Request as Asking,
};
use serde_json::Value;
use std::pin::Pin;
use tower::ServiceExt;

pub const START: Millis = Millis(1_795_251_900_000);

/// `admin` may do everything; otherwise the token is `KEY:SCOPE` with commas between, of user 2 in team 1.
struct Trusting;
impl Authenticate for Trusting {
    fn actor<'a>(
        &'a self,
        _: &'a Home,
        request: &'a Asking,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Actor>, Problem>> + Send + 'a>> {
        Box::pin(async move { Ok(request.bearer().map(actor)) })
    }
}
pub fn actor(token: &str) -> Actor {
    let everything = || PERMISSIONS.iter().map(|known| (known.key.to_owned(), Scope::All)).collect();
    let one = |word: &str| {
        let (key, scope) = word.split_once(':').unwrap_or((word, "all"));
        (key.to_owned(), Scope::from_word(scope).expect("a scope"))
    };
    let (who, permissions) = match token {
        "admin" => (1, everything()),
        words => (2, words.split(',').map(one).collect()),
    };
    Actor { who: Who::User(Id::new(who)), permissions, teams: vec![Id::new(1)], ..Actor::system() }
}

pub struct World {
    pub home: Home,
    pub clock: Clock,
    router: Router,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub json: Value,
}

impl World {
    /// A migrated desk that may connect to this machine.
    pub async fn new(desk: &testkit::Desk) -> World {
        World::allowing(desk, &["127.0.0.0/8"]).await
    }
    pub async fn allowing(desk: &testkit::Desk, allow: &[&str]) -> World {
        let clock = Clock::fixed(START);
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let allow = allow.iter().map(|range| range.parse().unwrap()).collect();
        let home = testkit::home_allowing(desk.db.clone(), clock.clone(), allow, Box::new(Trusting));
        let routes = people::routes().merge(desk::routes()).merge(crate::routes());
        let (router, _) = routes.router.split_for_parts();
        World { router: router.with_state(home.clone()), home, clock }
    }
    pub async fn send(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
        self.answer(request).await
    }
    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, json: serde_json::from_str(&text).unwrap_or_default(), text }
    }
    /// Where a GET leads, if it leads elsewhere.
    pub async fn head(&self, token: &str, path: &str) -> Option<String> {
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned())
    }
    /// As a page's form sends it.
    pub async fn form(&self, path: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::AUTHORIZATION, "Bearer admin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.answer(request).await
    }
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(token, "GET", path, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("admin", "POST", path, Some(body)).await
    }
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("admin", "PATCH", path, Some(body)).await
    }
    /// Somebody opens a ticket; its number.
    pub async fn ticket(&self, subject: &str) -> i64 {
        let body = serde_json::json!({
            "subject": subject, "text": "Hello", "requester": { "email": "cy@example.org", "name": "Cy" }, "tags": [],
        });
        let made = self.post("/api/v1/tickets", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json["number"].as_i64().unwrap()
    }
}
