//! `serve`: ready, healthy, measured, alone, and gone when told.
#![allow(clippy::disallowed_methods, reason = "a test calls the program as others do")]
mod program;
use program::{Data, Served, postgres, run, setup};
use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    time::Duration,
};

#[test]
fn a_served_desk_is_healthy_ready_and_measured_on_both_databases() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        let desk = Served::start(data.path(), &["--database", &database]);
        assert_ne!(desk.address.port(), 0, "the real port is printed");
        assert_eq!((desk.get("/healthz").status, desk.get("/healthz").body.as_str()), (200, "ok\n"));
        assert_eq!((desk.get("/readyz").status, desk.get("/readyz").body.as_str()), (200, "ready\n"));
        let metrics = desk.get("/metrics");
        assert_eq!(metrics.status, 200);
        for name in [
            "firstline_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 2",
            "firstline_http_request_seconds_bucket{method=\"GET\",route=\"/readyz\",le=\"0.001\"}",
            "firstline_database_waiting{work=\"write\"} ",
            "firstline_jobs{state=\"waiting\"} 0",
            "firstline_event_last ",
            "process_resident_memory_bytes ",
        ] {
            assert!(metrics.body.contains(name), "{database}: {name} is not in {}", metrics.body);
        }
        desk.stop();
    }
}

#[test]
fn metrics_are_for_this_machine_and_hold_nothing_that_was_sent() {
    let data = Data::new();
    let desk = Served::start(data.path(), &[]);
    let through_proxy = desk.send("GET", "/metrics", &[("x-forwarded-for", "192.0.2.1")], "");
    assert_eq!(through_proxy.status, 404);
    desk.get("/canary-path?canary-query");
    desk.send("CANARY", "/healthz", &[], "");
    let metrics = desk.get("/metrics").body;
    assert!(metrics.contains("firstline_http_requests_total"));
    assert!(!metrics.to_lowercase().contains("canary"), "{metrics}");
}

#[test]
fn every_answer_carries_the_security_headers_and_a_request_number() {
    let data = Data::new();
    setup(&data, "sqlite").went_well();
    let desk = Served::start(data.path(), &[]);
    for path in ["/healthz", "/no-such-page", "/api/v1/no-such-thing", "/metrics"] {
        let answer = desk.get(path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.header("content-security-policy").unwrap().contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").unwrap().len(), 8, "{path}");
    }
    assert!(desk.get("/api/v1/openapi.json").body.starts_with("{\"openapi\":\"3.1"));
}

#[test]
fn a_desk_is_served_once() {
    let data = Data::new();
    let first = Served::start(data.path(), &[]);
    let refused = run(&["serve", "--data", data.path(), "--listen", "127.0.0.1:0"]).refused(1);
    assert!(refused.contains("another firstline serves this desk"), "{refused}");
    assert_eq!(first.get("/readyz").status, 200, "the first one goes on");
    first.stop();
    Served::start(data.path(), &[]).stop();
}

#[test]
fn an_address_in_use_is_named() {
    let data = Data::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(&["serve", "--data", data.path(), "--listen", &address]).refused(1);
    assert!(refused.contains(&address) && refused.contains("another program has this port"), "{refused}");
}

#[test]
fn what_the_desk_keeps_is_for_its_owner_alone() {
    let data = Data::new();
    let folder = data.file("desk");
    Served::start(&folder, &[]).stop();
    let mode = |name: &str| {
        let path = std::path::Path::new(&folder).join(name);
        std::fs::metadata(&path).unwrap_or_else(|e| panic!("{path:?}: {e}")).permissions().mode() & 0o077
    };
    assert_eq!([mode(""), mode("desk.db"), mode("secret.key")], [0, 0, 0]);
}

#[test]
fn a_request_under_way_is_answered_after_sigterm_and_idle_connections_do_not_hold_the_end() {
    let data = Data::new();
    let mut desk = Served::start(data.path(), &[]);
    let idle = TcpStream::connect(desk.address).unwrap();
    let mut begun = TcpStream::connect(desk.address).unwrap();
    // Half of a request: its head is there, so it is under way.
    begun.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut asked = TcpStream::connect(desk.address).unwrap();
    asked.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    desk.terminate();
    let mut answer = String::new();
    asked.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    asked.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop((idle, begun));
    let (code, took) = desk.ended();
    assert_eq!(code, Some(0), "{}", desk.log());
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(!desk.log().contains("cut off"), "{}", desk.log());
}

#[test]
fn sip_options_is_answered_where_the_operator_says() {
    let data = Data::new();
    let desk = Served::start(data.path(), &["--sip-listen", "127.0.0.1:0"]);
    let line = desk.logged("by=\"sip\"");
    let to = line.split("address=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let phone = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    phone.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let port = phone.local_addr().unwrap().port();
    let question = format!(
        "OPTIONS sip:desk@{to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK7\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:desk@{to}>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    phone.send_to(question.as_bytes(), &to).unwrap();
    let mut answer = [0; 2048];
    let length = phone.recv(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"SIP/2.0 200 OK\r\n"));
    desk.stop();
    let refused = run(&["serve", "--data", data.path(), "--listen", "127.0.0.1:0", "--sip-listen", "5060"]);
    assert!(refused.refused(2).contains("--sip-listen: \"5060\" is no address"));
}
