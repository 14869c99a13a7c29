//! Every route refuses whoever it is not for, and no GET changes anything.
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use kernel::{
    clock::{Clock, Millis},
    id::Id,
};
use people::{
    roles,
    sign_in::{Doorman, tokens},
    users,
};
use platform::{
    Home,
    authority::{Grant, PERMISSIONS, Scope, System, User},
    db::{MIGRATIONS, migrate},
    i18n::Language,
    web::{Access, Failure, Route},
};
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};
use testkit::Desk;
use tower::ServiceExt;

/// What anybody may ask for without signing in. This list may only shrink: whoever adds to it explains why the
/// page needs nobody, what it limits, and what it gives away.
const PUBLIC: &[&str] = &[
    // The first start; asks for the code of the console, and answers 410 once somebody works here.
    "GET /setup",
    "POST /setup",
    // Signing in: each is limited by network and by address, says the same for known and unknown, and a link
    // works once.
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/code",
    "POST /sign-in/code",
    "GET /forgot",
    "POST /forgot",
    "GET /reset/{token}",
    "POST /reset",
    "GET /invite/{token}",
    "POST /invite",
    "GET /portal/sign-in",
    "POST /portal/sign-in",
    "POST /portal/sign-in/link",
    "GET /portal/sign-in/{token}",
    "POST /portal/sign-in/confirm",
    // The form for requests: limited by network and by address, and it shows nothing.
    "GET /portal",
    "POST /portal",
    // A signed link opens one ticket for one contact, without internal notes; a wrong one is 404.
    "GET /p/{token}",
    "GET /p/{token}/attachments/{id}",
    "POST /p/{token}",
    "POST /p/{token}/close",
    "POST /p/{token}/reopen",
    // The colours and the logo of the customers' side, chosen by an administrator to be seen by everybody.
    "GET /brand.css",
    "GET /brand/logo",
    // What a browser needs to install the desk: its name, which the sign-in page shows as well, and the worker, a script
    // of the program like those under /assets. A browser fetches both without a cookie.
    "GET /manifest.webmanifest",
    "GET /worker.js",
    // Samples of components, without a word about this desk.
    "GET /styleguide",
];

/// Things of one's own that need no ticket: an unknown number has an empty draft.
const OWN: &[&str] = &["GET /drafts/{ticket}"];

/// A desk with an administrator and a ticket.
struct World {
    home: Home,
    router: Router,
    admin: Id<User>,
}

struct Answer {
    status: u16,
    location: String,
}

impl World {
    async fn new(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let grant = Grant::<System>::system(&home);
        let found = |tx: &mut platform::authority::Tx<System>| {
            people::setup::create_desk(tx, "Demo", "ada@example.org", "$none$", Language::En)
        };
        let admin = grant.change(found).await.unwrap();
        let router = app::everything(&home).await;
        let world = World { home, router, admin };
        let token = world.token(admin, &tokens::Scopes::All).await;
        let ticket = serde_json::json!({
            "subject": "Hello", "text": "Hello", "requester": { "email": "cy@example.org", "name": "Cy" }, "tags": [],
        });
        let made = world.send("POST", "/api/v1/tickets", Some(&token), Some(ticket.to_string())).await;
        assert_eq!(made.status, 201);
        world
    }
    async fn token(&self, user: Id<User>, scopes: &tokens::Scopes) -> String {
        let scopes = scopes.clone();
        let made = Grant::<System>::system(&self.home)
            .change::<_, platform::db::Error>(move |tx| tokens::create(tx, user, "test", &scopes, None))
            .await;
        made.unwrap().reveal().clone()
    }
    /// Everything that the administrator may do but `key` and what includes it.
    async fn without(&self, key: &str) -> String {
        let includes = |known: &str| people::permissions::with_implied([known]).contains(&key);
        let rest = PERMISSIONS.iter().map(|known| known.key).filter(|known| !includes(known));
        let scopes = tokens::Scopes::Some(rest.map(str::to_owned).collect());
        self.token(self.admin, &scopes).await
    }
    /// Somebody who may do everything that does not act on all tickets, with their own tickets alone. The ticket of this
    /// desk is not theirs.
    async fn own_only(&self) -> String {
        let permissions = PERMISSIONS.iter().filter(|known| !known.is_whole).map(|known| {
            let scope = if known.has_scope { Scope::Own } else { Scope::All };
            roles::policy::Allowance { permission: known.key.into(), scope }
        });
        let role = roles::policy::Draft { name: "Own".into(), permissions: permissions.collect() };
        let new = role.parse().unwrap();
        let user =
            Grant::<people::permissions::ManagePeople>::check(&self.home, self.administrator().await, true)
                .unwrap()
                .change::<_, Failure>(move |tx| {
                    let role = roles::actions::create(tx, new)?;
                    let draft = users::Draft {
                        name: "Own".into(),
                        email: "own@example.org".into(),
                        role: Some(role),
                        ..users::Draft::default()
                    };
                    Ok(users::actions::create(tx, draft.parse()?, Some("$none$".into()))?)
                })
                .await;
        self.token(user.unwrap(), &tokens::Scopes::All).await
    }
    async fn administrator(&self) -> std::sync::Arc<platform::authority::Actor> {
        let permissions = roles::policy::everything();
        let who = platform::authority::Who::User(self.admin);
        std::sync::Arc::new(platform::authority::Actor {
            who,
            permissions,
            ..platform::authority::Actor::system()
        })
    }
    async fn send(&self, method: &str, path: &str, token: Option<&str>, json: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        request = request
            .header(header::ACCEPT, if path.starts_with("/api/") { "application/json" } else { "text/html" });
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if json.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(json.map_or(Body::empty(), Body::from)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        // Only the head: a stream of live events has no end.
        let response = tokio::time::timeout(Duration::from_secs(20), self.router.clone().oneshot(request));
        let response = response.await.unwrap_or_else(|_| panic!("{method} {path} does not answer")).unwrap();
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        Answer { status: response.status().as_u16(), location: location.unwrap_or_default().to_owned() }
    }
}

/// The path with `value` for everything that varies.
fn path_with(route: &Route, value: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { value.to_owned() } else { part.to_owned() };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}
fn varies(route: &Route) -> bool {
    route.path.contains('{')
}
fn at(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

#[test]
fn the_list_of_public_routes_only_shrinks() {
    let routes = app::routes().table;
    let public: BTreeSet<_> = routes.iter().filter(|route| route.access == Access::Public).map(at).collect();
    let known: BTreeSet<_> = PUBLIC.iter().map(|route| (*route).to_owned()).collect();
    let new: Vec<_> = public.difference(&known).collect();
    let gone: Vec<_> = known.difference(&public).collect();
    assert!(new.is_empty(), "public, and nobody has looked at it: {new:#?}");
    assert!(gone.is_empty(), "no longer public, take it off the list: {gone:#?}");
}

#[test]
fn every_route_is_there_once() {
    let mut seen = BTreeSet::new();
    for route in app::routes().table {
        assert!(seen.insert(at(&route)), "{} is there twice", at(&route));
        if let Access::Permission(key) = route.access {
            let is_known =
                PERMISSIONS.iter().any(|known| known.key == key) || matches!(key, "customer" | "myself");
            assert!(is_known, "{}: {key}", at(&route));
        }
    }
}

#[test]
fn nobody_gets_in_anywhere() {
    testkit::on_both(async |desk| {
        let world = World::new(desk).await;
        let mut wrong = Vec::new();
        for route in app::routes().table {
            let path = path_with(&route, "1");
            let answer = world.send(route.method, &path, None, None).await;
            let is_fine = match route.access {
                Access::Public => answer.status < 500,
                Access::Permission(_) if answer.status == 303 => {
                    route.method == "GET" && answer.location.contains("sign-in")
                }
                Access::Permission(_) => matches!(answer.status, 401 | 403 | 404),
            };
            if !is_fine {
                wrong.push(format!("{} → {} {}", at(&route), answer.status, answer.location));
            }
            let forged = world.send(route.method, &path, Some("fl_forged"), None).await;
            if route.access != Access::Public && !matches!(forged.status, 303 | 401 | 403 | 404) {
                wrong.push(format!("{} with a forged token → {}", at(&route), forged.status));
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

#[test]
fn who_lacks_the_permission_is_refused() {
    testkit::on_both(async |desk| {
        let world = World::new(desk).await;
        let (mut wrong, mut tried) = (Vec::new(), 0);
        let mut tokens = std::collections::BTreeMap::new();
        for route in app::routes().table {
            let Access::Permission(key) = route.access else { continue };
            if key == "myself" {
                continue; // Everybody who works here has it.
            }
            if !tokens.contains_key(key) {
                tokens.insert(key, world.without(key).await);
            }
            let answer = world.send(route.method, &path_with(&route, "1"), Some(&tokens[key]), None).await;
            tried += 1;
            let is_customer = key == "customer" && matches!(answer.status, 303 | 401);
            // The start leads whoever sees no tickets to themselves.
            let is_start = route.path == "/" && answer.location == "/profile";
            if !matches!(answer.status, 403 | 404) && !is_customer && !is_start {
                wrong.push(format!("{} without {key} → {}", at(&route), answer.status));
            }
        }
        assert!(tried > 30, "{tried}");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

#[test]
fn a_strangers_thing_is_not_found_and_nothing_breaks() {
    testkit::on_both(async |desk| {
        let world = World::new(desk).await;
        let all = world.token(world.admin, &tokens::Scopes::All).await;
        let mut wrong = Vec::new();
        for route in app::routes().table {
            if matches!(route.access, Access::Permission("customer")) {
                continue;
            }
            for value in [
                "999999",
                "0",
                "-1",
                "9223372036854775807",
                "99999999999999999999",
                "x",
                "%00",
                "%F0%9F%92%A9",
            ] {
                if value != "999999" && !varies(&route) {
                    continue;
                }
                let answer = world.send(route.method, &path_with(&route, value), Some(&all), None).await;
                let is_wrong = match (route.method, varies(&route)) {
                    (_, false) => answer.status >= 500,
                    ("GET", true) if OWN.contains(&at(&route).as_str()) => answer.status >= 500,
                    ("GET", true) if route.access != Access::Public => !(400..500).contains(&answer.status),
                    _ => answer.status >= 500,
                };
                if is_wrong {
                    wrong.push(format!(
                        "{} with {value} → {} {}",
                        at(&route),
                        answer.status,
                        answer.location
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

#[test]
fn a_ticket_out_of_sight_is_not_found() {
    testkit::on_both(async |desk| {
        let world = World::new(desk).await;
        let (own, all) = (world.own_only().await, world.token(world.admin, &tokens::Scopes::All).await);
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for route in app::routes().table {
            let Access::Permission(key) = route.access else { continue };
            let is_scoped = PERMISSIONS.iter().any(|known| known.key == key && known.has_scope);
            if !is_scoped || !route.path.contains("{number}") {
                continue;
            }
            let path = path_with(&route, "1");
            let theirs = world.send(route.method, &path, Some(&all), None).await;
            seen += usize::from(theirs.status == 200);
            let answer = world.send(route.method, &path, Some(&own), None).await;
            let is_fine = match route.method {
                "GET" => answer.status == 404,
                _ => (400..500).contains(&answer.status),
            };
            if !is_fine {
                wrong.push(format!("{} → {}", at(&route), answer.status));
            }
        }
        assert!(seen >= 3, "the administrator sees the ticket, or this proves nothing");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

/// The database as bytes: whatever a request changes shows here.
async fn picture(world: &World) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("picture.db");
    assert!(world.home.db.snapshot(file.clone()).await.unwrap(), "SQLite takes pictures");
    std::fs::read(file).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_get_changes_anything() {
    let desk = Desk::sqlite();
    let world = World::new(&desk).await;
    let token = world.token(world.admin, &tokens::Scopes::All).await;
    // The first use of a token is written down; from then on, for a while, it is not.
    world.send("GET", "/api/v1/tickets", Some(&token), None).await;
    let before = picture(&world).await;
    assert_eq!(before, picture(&world).await, "a picture is the same twice");
    let mut wrong = Vec::new();
    for route in app::routes().table.into_iter().filter(|route| route.method == "GET") {
        for value in ["1", "2"] {
            let path = path_with(&route, value);
            let answer = world.send("GET", &path, Some(&token), None).await;
            if answer.status >= 500 {
                wrong.push(format!("{path} → {}: it tried to write, or it broke", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(before == picture(&world).await, "a GET changed the database");

    let ticket = r#"{"subject":"x","text":"x","requester":{"email":"c@example.org","name":"C"},"tags":[]}"#;
    world.send("POST", "/api/v1/tickets", Some(&token), Some(ticket.into())).await;
    assert!(before != picture(&world).await, "a change shows, or this proves nothing");
}
