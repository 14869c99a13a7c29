//! A provider's OAuth 2 server on loopback: the page where somebody agrees, tokens that end, refresh tokens that are
//! good once, and whether a token is good.
use axum::{
    Json, Router,
    extract::{Form, Query, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

pub const CLIENT: &str = "client-of-tests";
pub const SECRET: &str = "s3cret-of-the-application";

type Fields = HashMap<String, String>;

/// What somebody agreed to, by the code.
struct Agreed {
    challenge: String,
    redirect_uri: String,
}

#[derive(Default)]
struct Memory {
    codes: HashMap<String, Agreed>,
    /// The one access token and the one refresh token that are good.
    access: String,
    refresh: String,
    count: usize,
    /// What was asked at the token address, without secrets of ours to hide.
    asked: Vec<Fields>,
    is_down: bool,
}

/// Runs on a thread of its own and ends with the process.
#[derive(Clone)]
pub struct TokenServer {
    pub address: SocketAddr,
    user: String,
    memory: Arc<Mutex<Memory>>,
}

impl TokenServer {
    /// * `user` – whose mailbox the tokens open.
    pub fn start(user: &str) -> TokenServer {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket of ours");
        let address = listener.local_addr().expect("it is bound");
        let server = TokenServer { address, user: user.to_owned(), memory: Arc::default() };
        let router =
            Router::new().route("/token", post(token)).route("/good", get(good)).with_state(server.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime is there");
                axum::serve(listener, router).await.expect("it serves until the process ends");
            });
        });
        server
    }
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no test panics while it holds it")
    }

    /// What the provider's page does when somebody agrees: the code and the state that go back.
    ///
    /// Panics where the address is not one that a provider takes.
    pub fn agree(&self, location: &str) -> (String, String) {
        let (_, query) = location.split_once('?').expect("a query");
        let fields: Fields = serde_urlencoded_pairs(query);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_else(|| panic!("{name} in {location}"));
        assert_eq!((field("response_type"), field("client_id")), ("code".into(), CLIENT.into()));
        assert_eq!(field("code_challenge_method"), "S256");
        let mut memory = self.memory();
        memory.count += 1;
        let code = format!("code-{}", memory.count);
        let agreed = Agreed { challenge: field("code_challenge"), redirect_uri: field("redirect_uri") };
        memory.codes.insert(code.clone(), agreed);
        (code, field("state"))
    }
    /// The user took the agreement back: nothing is good any more.
    pub fn revoke(&self) {
        let mut memory = self.memory();
        memory.refresh.clear();
        memory.access.clear();
    }
    /// The access token is over before its time; it can be refreshed.
    pub fn end_access(&self) {
        self.memory().access.clear();
    }
    pub fn set_down(&self, is_down: bool) {
        self.memory().is_down = is_down;
    }
    /// The kinds of all requests for tokens so far.
    pub fn asked(&self) -> Vec<String> {
        self.memory()
            .asked
            .iter()
            .map(|fields| fields.get("grant_type").cloned().unwrap_or_default())
            .collect()
    }
    /// The access token that is good now.
    pub fn access(&self) -> String {
        self.memory().access.clone()
    }
    pub fn refresh(&self) -> String {
        self.memory().refresh.clone()
    }
}

fn serde_urlencoded_pairs(query: &str) -> Fields {
    let uri: axum::http::Uri = format!("http://x/?{query}").parse().expect("a query");
    Query::<Fields>::try_from_uri(&uri).expect("names and values").0
}

fn refused(status: StatusCode, error: &str, said: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error": error, "error_description": said })))
}

async fn token(State(server): State<TokenServer>, Form(fields): Form<Fields>) -> (StatusCode, Json<Value>) {
    let mut memory = server.memory();
    memory.asked.push(fields.clone());
    if memory.is_down {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null));
    }
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if (field("client_id"), field("client_secret")) != (CLIENT, SECRET) {
        // As careless servers do, it repeats what it was told.
        let said = format!("no such client with {}", field("client_secret"));
        return refused(StatusCode::UNAUTHORIZED, "invalid_client", &said);
    }
    let is_good = match field("grant_type") {
        "authorization_code" => memory.codes.remove(field("code")).is_some_and(|agreed| {
            let challenge = BASE64URL.encode(Sha256::digest(field("code_verifier")));
            challenge == agreed.challenge && field("redirect_uri") == agreed.redirect_uri
        }),
        "refresh_token" => !memory.refresh.is_empty() && field("refresh_token") == memory.refresh,
        _ => false,
    };
    if !is_good {
        let said = format!("{}{} is over", field("code"), field("refresh_token"));
        return refused(StatusCode::BAD_REQUEST, "invalid_grant", &said);
    }
    memory.count += 1;
    memory.access = format!("access-token-{}", memory.count);
    memory.refresh = format!("refresh-token-{}", memory.count);
    let given = json!({
        "token_type": "Bearer", "expires_in": 3600,
        "access_token": memory.access, "refresh_token": memory.refresh,
    });
    (StatusCode::OK, Json(given))
}

/// Whether an access token is good, for mail servers that ask (RFC 7662 in spirit).
async fn good(
    State(server): State<TokenServer>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let token = fields.get("access_token").map(String::as_str).or(bearer).unwrap_or_default();
    let access = server.access();
    if access.is_empty() || token != access {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "active": "false" })));
    }
    (StatusCode::OK, Json(json!({ "active": "true", "username": server.user })))
}
