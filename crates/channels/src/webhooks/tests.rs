//! Webhooks over a real HTTP server on this machine, on both databases.
use super::{deliver, reader::Reader, signature};
use crate::testing::{Answer, World};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use kernel::{
    clock::{DAY, HOUR, MINUTE, SECOND},
    secret::Secret,
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testkit::on_both;
use tokio::sync::watch;

/// A program that listens, and says what it was sent.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Heard>>);
#[derive(Default)]
struct Heard {
    requests: Vec<(String, HeaderMap, Bytes)>,
    /// What it answers, the last one for ever; 204 without any.
    answers: Vec<u16>,
}
impl Sink {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(hear).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }
    fn answering(answers: &[u16]) -> Sink {
        let sink = Sink::default();
        sink.0.lock().unwrap().answers = answers.to_vec();
        sink
    }
    fn requests(&self) -> Vec<(String, HeaderMap, Bytes)> {
        self.0.lock().unwrap().requests.clone()
    }
    fn kinds(&self) -> Vec<String> {
        let kind = |body: &Bytes| {
            serde_json::from_slice::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned()
        };
        self.requests().iter().map(|(.., body)| kind(body)).collect()
    }
}
async fn hear(State(sink): State<Sink>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let status = {
        let mut heard = sink.0.lock().unwrap();
        heard.requests.push((uri.path().to_owned(), headers, body));
        match heard.answers.len() {
            0 => 204,
            1 => heard.answers[0],
            _ => heard.answers.remove(0),
        }
    };
    match uri.path() {
        "/slow" => tokio::time::sleep(Duration::from_secs(60)).await,
        "/huge" => return Body::from(vec![b'x'; 100 * 1024 * 1024]).into_response(),
        "/away" => return (StatusCode::FOUND, [(header::LOCATION, "/inside")]).into_response(),
        "/chatty" => return (StatusCode::BAD_GATEWAY, "no\r\n<b>".repeat(1000)).into_response(),
        _ => {}
    }
    StatusCode::from_u16(status).unwrap().into_response()
}

async fn hook(world: &World, url: &str, kinds: &[&str]) -> (String, Secret<String>) {
    let made = world.post("/api/v1/webhooks", json!({ "name": "ERP", "url": url, "kinds": kinds })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let word = |name: &str| made.json[name].as_str().unwrap().to_owned();
    (word("id"), Secret::new(word("secret")))
}
/// Reads the log and sends what is due now.
async fn run(world: &World, reader: &mut Reader) {
    while reader.step(&world.home).await.unwrap() {}
    while deliver::deliver_next(&world.home).await.unwrap() {}
}
async fn log(world: &World, id: &str) -> Vec<Value> {
    let answer = world.get("admin", &format!("/api/v1/webhooks/{id}/deliveries")).await;
    answer.json["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone()
}
fn first_error(answer: &Answer) -> (u16, &str, &str) {
    let error = &answer.json["errors"][0];
    (answer.status, error["pointer"].as_str().unwrap_or(""), error["code"].as_str().unwrap_or(""))
}

#[test]
fn an_event_arrives_signed_once() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::default());
        let (id, secret) =
            hook(&world, &format!("{}/hooks?a=1", sink.start().await), &["ticket.opened"]).await;
        let number = world.ticket("My order is late").await;
        let mut reader = Reader::default();
        run(&world, &mut reader).await;
        run(&world, &mut Reader::default()).await;

        let requests = sink.requests();
        assert_eq!(requests.len(), 1, "one event, one request, also when the log is read twice");
        let (path, headers, body) = &requests[0];
        let header = |name: &str| headers[name].to_str().unwrap();
        assert_eq!((path.as_str(), header("content-type")), ("/hooks", "application/json"));
        let told: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(told["type"], "ticket.opened");
        assert_eq!(told["timestamp"], "2026-11-21T09:05:00.000Z");
        assert_eq!(told["data"]["subject"], format!("ticket/{number}"));
        assert_eq!(told["data"]["data"]["subject"], "My order is late");
        let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
        let expected = signature::sign(&[secret], header("webhook-id"), timestamp, body).unwrap();
        assert_eq!(header("webhook-signature"), expected);
        let other = Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
        assert_ne!(signature::sign(&[other], header("webhook-id"), timestamp, body).unwrap(), expected);

        let log = log(&world, &id).await;
        assert_eq!(log.len(), 1);
        assert_eq!((&log[0]["state"], &log[0]["status"]), (&json!("delivered"), &json!(204)));
        assert_eq!((&log[0]["attempts"], &log[0]["next_at"]), (&json!(1), &Value::Null));
    });
}

#[test]
fn only_chosen_kinds_go_out_and_nothing_from_before_the_webhook() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::default());
        let url = sink.start().await;
        world.ticket("Before").await;
        world.clock.advance(SECOND);
        let (id, _) = hook(&world, &url, &["*"]).await;
        let (off, _) = hook(&world, &url, &["*"]).await;
        let path = format!("/api/v1/webhooks/{off}");
        assert_eq!(world.patch(&path, json!({ "is_active": false })).await.status, 200);
        world.ticket("After").await;
        let mut reader = Reader::default();
        run(&world, &mut reader).await;
        let kinds = sink.kinds();
        assert!(kinds.contains(&"ticket.opened".into()), "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "ticket.opened").count(), 1);
        assert!(
            !kinds.iter().any(|kind| kind.starts_with("webhook.") || kind.starts_with("user.")),
            "{kinds:?}"
        );
        assert!(log(&world, &off).await.is_empty());

        let test = world.post(&format!("/api/v1/webhooks/{id}/test"), json!(null)).await;
        assert_eq!(test.status, 202, "{}", test.text);
        run(&world, &mut reader).await;
        assert_eq!(sink.kinds().last().unwrap(), "webhook.tested");
        assert_eq!(sink.kinds().iter().filter(|kind| *kind == "webhook.tested").count(), 1);
        let refused = world.post(&format!("/api/v1/webhooks/{off}/test"), json!(null)).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("webhook_off")));
    });
}

#[test]
fn a_failed_delivery_is_tried_again_with_growing_pauses_under_the_same_id() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::answering(&[500, 503, 200]));
        let (id, _) = hook(&world, &sink.start().await, &["ticket.opened"]).await;
        world.ticket("Late").await;
        let mut reader = Reader::default();
        run(&world, &mut reader).await;
        let entry = log(&world, &id).await.remove(0);
        assert_eq!((&entry["state"], &entry["status"]), (&json!("waiting"), &json!(500)));
        assert_eq!(entry["next_at"], "2026-11-21T09:05:05.000Z");
        world.clock.advance(4 * SECOND);
        run(&world, &mut reader).await;
        assert_eq!(sink.requests().len(), 1, "not before its time");
        world.clock.advance(SECOND);
        run(&world, &mut reader).await;
        world.clock.advance(10 * SECOND);
        run(&world, &mut reader).await;
        world.clock.advance(DAY);
        run(&world, &mut reader).await;
        let ids: Vec<_> =
            sink.requests().iter().map(|(_, headers, _)| headers["webhook-id"].clone()).collect();
        assert_eq!(ids.len(), 3);
        assert!(ids.iter().all(|id| *id == ids[0]));
        let entry = log(&world, &id).await.remove(0);
        assert_eq!((&entry["state"], &entry["attempts"]), (&json!("delivered"), &json!(3)));
    });
}

#[test]
fn after_a_day_it_is_given_up_and_somebody_can_have_it_sent_again() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::answering(&[500]));
        let (id, _) = hook(&world, &sink.start().await, &["ticket.opened"]).await;
        world.ticket("Lost").await;
        let mut reader = Reader::default();
        for _ in 0..9 {
            run(&world, &mut reader).await;
            world.clock.advance(15 * MINUTE);
        }
        assert_eq!(log(&world, &id).await[0]["state"], "waiting");
        world.clock.advance(22 * HOUR);
        run(&world, &mut reader).await;
        let entry = log(&world, &id).await.remove(0);
        assert_eq!((&entry["state"], &entry["status"]), (&json!("failed"), &json!(500)));
        let before = sink.requests().len();
        world.clock.advance(DAY);
        run(&world, &mut reader).await;
        assert_eq!(sink.requests().len(), before, "what is given up rests");

        sink.0.lock().unwrap().answers = vec![200];
        let path = format!("/api/v1/webhooks/{id}/deliveries/{}/retry", entry["id"].as_str().unwrap());
        let again = world.post(&path, json!(null)).await;
        assert_eq!((again.status, &again.json["state"]), (200, &json!("waiting")), "{}", again.text);
        run(&world, &mut reader).await;
        assert_eq!(log(&world, &id).await[0]["state"], "delivered");
    });
}

#[test]
fn an_address_that_is_gone_is_left_alone() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::answering(&[410]));
        let (id, _) = hook(&world, &sink.start().await, &["ticket.opened"]).await;
        world.ticket("One").await;
        world.ticket("Two").await;
        let mut reader = Reader::default();
        run(&world, &mut reader).await;
        assert_eq!(sink.requests().len(), 1, "what waited is not sent any more");
        let shown = world.get("admin", &format!("/api/v1/webhooks/{id}")).await;
        assert_eq!(shown.json["is_active"], false);
        assert!(
            log(&world, &id)
                .await
                .iter()
                .all(|entry| entry["state"] == "failed" && entry["reason"] == "gone")
        );
        let events = world.get("admin", "/api/v1/events?kind=webhook.gone").await;
        assert_eq!(events.json["items"].as_array().unwrap().len(), 1);
        world.ticket("Three").await;
        run(&world, &mut reader).await;
        assert_eq!(sink.requests().len(), 1);
    });
}

#[test]
fn a_redirect_is_not_followed_and_a_chatty_failure_is_cut() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::default());
        let url = sink.start().await;
        let (away, _) = hook(&world, &format!("{url}/away"), &["ticket.opened"]).await;
        let (chatty, _) = hook(&world, &format!("{url}/chatty"), &["ticket.opened"]).await;
        world.ticket("One").await;
        run(&world, &mut Reader::default()).await;
        let mut paths: Vec<_> = sink.requests().into_iter().map(|(path, ..)| path).collect();
        paths.sort();
        assert_eq!(paths, ["/away", "/chatty"], "nobody asked for /inside");
        let entry = log(&world, &away).await.remove(0);
        assert_eq!((&entry["status"], &entry["state"]), (&json!(302), &json!("waiting")));
        let entry = log(&world, &chatty).await.remove(0);
        let answer = entry["answer"].as_str().unwrap();
        assert_eq!(answer.chars().count(), 500);
        assert!(!answer.contains(['\r', '\n']));
    });
}

#[test]
fn a_slow_or_huge_answer_ends_by_itself() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::default());
        let url = sink.start().await;
        let (slow, _) = hook(&world, &format!("{url}/slow"), &["ticket.opened"]).await;
        let (huge, _) = hook(&world, &format!("{url}/huge"), &["ticket.opened"]).await;
        let (quick, _) = hook(&world, &url, &["ticket.opened"]).await;
        world.ticket("One").await;
        let began = Instant::now();
        let (stopper, stop) = watch::channel(false);
        let working = tokio::spawn(super::work(world.home.clone(), stop));
        let reason = async |id: &str| log(&world, id).await.first().map(|entry| entry["reason"].clone());
        while log(&world, &quick).await.first().is_none_or(|entry| entry["state"] != "delivered") {
            assert!(began.elapsed() < Duration::from_secs(5), "the slow one does not hold up the others");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while reason(&slow).await.is_none_or(|reason| reason.is_null()) {
            assert!(began.elapsed() < Duration::from_secs(15));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(reason(&slow).await, Some(json!("outbound_too_slow")));
        assert_eq!(reason(&huge).await, Some(json!("outbound_bad_answer")));
        assert!(began.elapsed() >= Duration::from_secs(10));
        stopper.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(5), working).await.expect("it ends when asked to").unwrap();
    });
}

#[test]
fn private_addresses_are_refused_when_saving() {
    on_both(async |desk| {
        let world = World::allowing(desk, &[]).await;
        for url in [
            "http://127.0.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://10.0.0.8/hooks",
            "http://localhost/",
            "https://93.184.216.34:22/",
        ] {
            let body = json!({ "name": "x", "url": url, "kinds": ["ticket.opened"] });
            let refused = world.post("/api/v1/webhooks", body).await;
            assert_eq!(first_error(&refused), (422, "/url", "outbound_not_allowed"), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "http://0x7f.1/",
            "http://a@example.org/",
            "example.org",
            " ",
        ] {
            let body = json!({ "name": "x", "url": url, "kinds": ["ticket.opened"] });
            let refused = world.post("/api/v1/webhooks", body).await;
            assert_eq!(first_error(&refused), (422, "/url", "outbound_bad_address"), "{url}");
        }
        assert_eq!(world.get("admin", "/api/v1/webhooks").await.json["items"], json!([]));
    });
}

#[test]
fn private_addresses_are_refused_when_sending() {
    on_both(async |desk| {
        let (allowing, sink) = (World::new(desk).await, Sink::default());
        let (id, _) = hook(&allowing, &sink.start().await, &["ticket.opened"]).await;
        allowing.ticket("One").await;
        // The operator takes the permission away.
        let world = World::allowing(desk, &[]).await;
        run(&world, &mut Reader::default()).await;
        assert!(sink.requests().is_empty());
        let entry = log(&world, &id).await.remove(0);
        assert_eq!((&entry["reason"], &entry["status"]), (&json!("outbound_not_allowed"), &Value::Null));
        // A change of its name does not smuggle the address in again, and a new address is looked at.
        let path = format!("/api/v1/webhooks/{id}");
        let moved = world.patch(&path, json!({ "url": "http://127.0.0.2/" })).await;
        assert_eq!(first_error(&moved), (422, "/url", "outbound_not_allowed"));
    });
}

#[test]
fn the_secret_is_shown_once_and_both_sign_after_a_change() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::default());
        let (id, old) = hook(&world, &sink.start().await, &["ticket.opened"]).await;
        let path = format!("/api/v1/webhooks/{id}");
        let changed = world.post(&format!("{path}/secret"), json!(null)).await;
        assert_eq!(changed.status, 201, "{}", changed.text);
        let new = Secret::new(changed.json["secret"].as_str().unwrap().to_owned());
        assert_ne!(old, new);
        let mut reader = Reader::default();
        let signatures = async |reader: &mut Reader| {
            world.ticket("One").await;
            run(&world, reader).await;
            let (_, headers, body) = sink.requests().pop().unwrap();
            let word = |name: &str| headers[name].to_str().unwrap().to_owned();
            let expected = |secret: &Secret<String>| {
                let timestamp = word("webhook-timestamp").parse().unwrap();
                signature::sign(std::slice::from_ref(secret), &word("webhook-id"), timestamp, &body).unwrap()
            };
            let sent: Vec<_> = word("webhook-signature").split(' ').map(str::to_owned).collect();
            (sent.contains(&expected(&old)), sent.contains(&expected(&new)))
        };
        assert_eq!(signatures(&mut reader).await, (true, true));
        world.clock.advance(DAY);
        assert_eq!(signatures(&mut reader).await, (false, true));

        for path in ["/api/v1/webhooks", &path, &format!("{path}/deliveries"), "/api/v1/events"] {
            let text = world.get("admin", path).await.text;
            assert!(!text.contains("whsec_") && !text.contains(&old.reveal()[6..]), "{path}: {text}");
        }
    });
}

#[test]
fn unknown_fields_and_foreign_people_get_nowhere() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let (id, _) = hook(&world, "http://127.0.0.1:9/", &["ticket.opened"]).await;
        for field in ["id", "secret", "secret_sealed", "created_at", "is_active"] {
            let mut body = json!({ "name": "x", "url": "http://127.0.0.1:9/", "kinds": ["*"] });
            body[field] = json!("1");
            let refused = world.post("/api/v1/webhooks", body).await;
            assert_eq!(first_error(&refused), (422, format!("/{field}").as_str(), "unknown_field"));
        }
        let refused = world.post("/api/v1/webhooks", json!({ "name": " ", "url": "", "kinds": [] })).await;
        let pointers: Vec<_> =
            refused.json["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
        assert_eq!(pointers, ["/name", "/kinds", "/url"], "every mistake at once");
        let path = format!("/api/v1/webhooks/{id}");
        assert_eq!(world.get("tickets.view", &path).await.status, 403);
        assert_eq!(world.get("", &path).await.status, 401);
        for path in ["/api/v1/webhooks/999", "/api/v1/webhooks/x", "/api/v1/webhooks/999/deliveries"] {
            assert_eq!(world.get("admin", path).await.status, 404, "{path}");
        }
        // A program that manages webhooks and sees no tickets sends none away.
        let body = json!({ "name": "x", "url": "http://127.0.0.1:9/", "kinds": ["ticket.opened"] });
        let refused = world.send("webhooks.manage", "POST", "/api/v1/webhooks", Some(body)).await;
        assert_eq!(first_error(&refused), (422, "/kinds", "not_yours"));
        // Nor does it lead those of somebody else to itself, or have them sent again, whatever else it changes.
        for body in [
            json!({ "url": "http://127.0.0.1:10/" }),
            json!({ "is_active": false }),
            json!({ "url": "http://127.0.0.1:10/", "kinds": ["field.created"] }),
        ] {
            let who = "webhooks.manage,tickets.view:team,desk.manage";
            let refused = world.send(who, "PATCH", &path, Some(body.clone())).await;
            assert_eq!(first_error(&refused), (422, "/kinds", "not_yours"), "{body}");
        }
        let same = json!({ "name": "Other", "url": "http://127.0.0.1:9/", "is_active": true });
        assert_eq!(world.send("webhooks.manage", "PATCH", &path, Some(same)).await.status, 200);
        assert_eq!(world.patch(&path, json!({ "url": "http://127.0.0.1:10/" })).await.status, 200);
        assert_eq!(world.send("admin", "DELETE", &path, None).await.status, 204);
        assert_eq!(world.get("admin", &path).await.status, 404);
    });
}

#[test]
fn the_pages_do_what_the_api_does() {
    on_both(async |desk| {
        let (world, sink) = (World::new(desk).await, Sink::answering(&[503]));
        let url = sink.start().await;
        let empty = world.get("admin", "/admin/webhooks").await;
        assert_eq!(empty.status, 200);
        assert!(empty.text.contains("No webhook yet"), "{}", empty.text);
        assert!(world.get("admin", "/admin/webhooks/new").await.text.contains("ticket.opened"));

        let wrong =
            world.form("/admin/webhooks", "name=&url=http%3A%2F%2F8.8.8.8%3A22%2F&kinds=ticket.opened").await;
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.text.contains("--allow-outbound") && wrong.text.contains("This is needed"),
            "{}",
            wrong.text
        );
        assert!(wrong.text.contains("http://8.8.8.8:22/"), "what was typed is kept");
        let extra =
            world.form("/admin/webhooks", "name=x&url=http%3A%2F%2F127.0.0.1%2F&kinds=*&role=admin").await;
        assert_eq!(extra.status, 422);

        let body =
            format!("name=%3Cscript%3Ealert(1)&url={}&kinds=*", url.replace(':', "%3A").replace('/', "%2F"));
        let made = world.form("/admin/webhooks", &body).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert!(made.text.contains("whsec_"));
        assert!(!made.text.contains("<script>alert"), "{}", made.text);
        let page = world.get("admin", "/admin/webhooks/1").await;
        assert!(page.status == 200 && !page.text.contains("whsec_"), "the secret was shown once");

        assert_eq!(world.form("/admin/webhooks/1/test", "").await.status, 303);
        let mut reader = Reader::default();
        run(&world, &mut reader).await;
        let log = world.get("admin", "/admin/webhooks/1").await;
        for words in ["webhook.tested", "HTTP 503", "refused", "next try"] {
            assert!(log.text.contains(words), "{words}: {}", log.text);
        }
        assert!(world.get("admin", "/admin/webhooks").await.text.contains("Being tried again"));
        assert_eq!(world.form("/admin/webhooks/1/deliveries/1/retry", "").await.status, 303);
        run(&world, &mut reader).await;
        assert_eq!(sink.requests().len(), 2);
        assert_eq!(
            world.form("/admin/webhooks/1", &body.replace("%3Cscript%3Ealert(1)", "ERP")).await.status,
            303
        );
        assert!(world.form("/admin/webhooks/1/secret", "").await.text.contains("whsec_"));
        assert_eq!(world.form("/admin/webhooks/1/switch", "").await.status, 303);
        assert!(world.get("admin", "/admin/webhooks/1").await.text.contains("Switched off"));
        assert_eq!(world.form("/admin/webhooks/1/test", "").await.status, 409);
        assert_eq!(world.form("/admin/webhooks/1/remove", "").await.status, 303);
        assert_eq!(world.get("admin", "/admin/webhooks/1").await.status, 404);
        assert_eq!(world.get("tickets.view", "/admin/webhooks").await.status, 403);
    });
}
