//! Cases that need the real program: a database that goes away, and the log of a whole working day (cases 39 and 40).
#![allow(
    clippy::disallowed_methods,
    reason = "a test speaks to the program as others do, and stops its database"
)]
use super::program::{ADMIN, Data, PASSWORD, Served, postgres, setup, token};
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

/// Sends a mail; returns the last answer, a refusal on the way included.
fn mail(to: SocketAddr, id: &str, text: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut answer = || {
        let mut line = String::new();
        while answers.read_line(&mut line).unwrap() > 0 && line.lines().last().unwrap().as_bytes()[3] == b'-'
        {
        }
        line.lines().last().unwrap_or_default().to_owned()
    };
    answer();
    for command in ["EHLO test.example", "MAIL FROM:<cy@example.org>", "RCPT TO:<help@acme.example>", "DATA"]
    {
        write!(stream, "{command}\r\n").unwrap();
        let said = answer();
        if !said.starts_with(['2', '3']) {
            return said;
        }
    }
    let head = format!(
        "From: Cy <cy@example.org>\r\nTo: help@acme.example\r\nSubject: {id}\r\nMessage-ID: <{id}@example.org>"
    );
    write!(stream, "{head}\r\n\r\n{text}\r\n.\r\n").unwrap();
    answer()
}
fn smtp(desk: &Served) -> SocketAddr {
    let line = desk.logged("by=\"smtp\"");
    line.split("address=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}
const INBOX: &str =
    r#"{"name":"Help","address":"help@acme.example","receive":{"kind":"smtp"},"acknowledge":false}"#;

/// Lets connections to the database `postgres` in, or ends them all and lets none in.
fn database(url: &str, is_there: bool) {
    let folder = url.split("host=").nth(1).unwrap().split('&').next().unwrap();
    let text = format!(
        "ALTER DATABASE postgres ALLOW_CONNECTIONS {is_there};
         SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'postgres';"
    );
    let psql = Command::new("psql")
        .args(["-h", folder, "-U", "postgres", "-d", "template1", "-qAtc", &text])
        .output();
    let psql = psql.unwrap();
    assert!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
}

#[test]
fn case_39_while_the_database_is_away_senders_come_again_and_nothing_is_lost() {
    let url = postgres();
    let data = Data::new();
    setup(&data, &url).went_well();
    let bearer = format!("Bearer {}", token(&data, &url));
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let desk = Served::start(data.path(), &["--database", &url, "--smtp-listen", "127.0.0.1:0"]);
    assert_eq!(desk.send("POST", "/api/v1/inboxes", &json, INBOX).status, 201);
    let smtp = smtp(&desk);
    assert!(mail(smtp, "before", "one").starts_with("250 "));

    database(&url, false);
    let away = Instant::now();
    let mut tries = 0;
    while away.elapsed() < Duration::from_secs(8) {
        let said = mail(smtp, "during", "two");
        assert!(said.starts_with("451 "), "{said}");
        let asked = desk.send("GET", "/api/v1/tickets", &json[..1], "");
        assert_eq!(asked.status, 503, "{}", asked.body);
        assert!(asked.header("retry-after").is_some(), "{}", asked.head);
        assert_eq!(desk.get("/readyz").status, 503);
        assert_eq!(desk.get("/healthz").status, 200);
        tries += 1;
    }
    assert!(tries >= 2, "{tries}");
    database(&url, true);

    let until = Instant::now() + Duration::from_secs(20);
    while desk.get("/readyz").status != 200 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(mail(smtp, "during", "two").starts_with("250 "), "the sender comes again");
    let tickets = loop {
        let list = desk.send("GET", "/api/v1/tickets", &json[..1], "").body;
        if list.matches("\"number\"").count() == 2 || Instant::now() > until {
            break list;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(tickets.contains("before") && tickets.contains("during"), "{tickets}\n{}", desk.log());
    assert_eq!(tickets.matches("\"number\"").count(), 2, "each once");
    desk.stop();
}

/// What must not stand in any log, nor in an answer where it is no word of a ticket.
const RELAY_PASSWORD: &str = "canary-relay-7d1c";
const WRONG_PASSWORD: &str = "canary-wrong-password-22ae";
const BODY: &str = "canary-mail-body-91ff";
const REPLY: &str = "canary-reply-body-40b2";
const NOTE: &str = "canary-note-body-5e11";
const SUBJECT: &str = "canary-subject-3a77";
const LINK: &str = "canarylinkcanarylinkcanary";
const QUERY: &str = "canary-query-c8d0";
const JSON: &str = "canary-json-ef12";

#[test]
fn case_40_s13_a_whole_day_leaves_no_secret_in_the_log_and_none_in_an_answer() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        setup(&data, &database).went_well();
        let secret = token(&data, &database);
        let bearer = format!("Bearer {secret}");
        let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        std::fs::write(data.file("firstline.toml"), "log_filter = \"debug\"\n").unwrap();
        let words = [
            "--database",
            &database,
            "--smtp-listen",
            "127.0.0.1:0",
            "--allow-outbound",
            "127.0.0.0/8",
            "--dns",
            "off",
        ];
        let desk = Served::start(data.path(), &words);
        let inbox = INBOX.replace(
            "\"acknowledge\":false",
            &format!(r#""acknowledge":true,"send":{{"host":"127.0.0.1","port":9,"tls":"none","user":"relay","password":"{RELAY_PASSWORD}"}}"#),
        );
        let mut answers = vec![desk.send("POST", "/api/v1/inboxes", &json, &inbox)];
        assert_eq!(answers[0].status, 201, "{}", answers[0].body);
        let hook = desk.send(
            "POST",
            "/api/v1/webhooks",
            &json,
            r#"{"name":"Hook","url":"http://127.0.0.1:9/hook","kinds":["*"]}"#,
        );
        // Shown once, here and nowhere else.
        assert_eq!(hook.status, 201, "{}", hook.body);
        let hook = serde_json::from_str::<serde_json::Value>(&hook.body).unwrap_or_default();
        let hook = hook["secret"].as_str().map(str::to_owned);
        assert!(hook.is_some());

        let smtp = smtp(&desk);
        let sent = mail(smtp, SUBJECT, BODY);
        assert!(sent.starts_with("250 "), "{sent}");
        let until = Instant::now() + Duration::from_secs(20);
        while desk.send("GET", "/api/v1/tickets/1", &json[..1], "").status != 200 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        for (text, kind) in [(REPLY, "public"), (NOTE, "note")] {
            let body = format!(r#"{{"text":"{text}","kind":"{kind}"}}"#);
            let said = desk.send("POST", "/api/v1/tickets/1/messages", &json, &body);
            assert_eq!(said.status, 201, "{}", said.body);
        }
        // People in browsers: a wrong password, the right one, a link that is none, a link asked for.
        let form = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "text/html"),
        ];
        let sign_in = |password: &str| {
            let body = format!("email={ADMIN}&password={}", password.replace(' ', "+"));
            desk.send("POST", "/sign-in", &form, &body)
        };
        answers.push(sign_in(WRONG_PASSWORD));
        let entered = sign_in(PASSWORD);
        assert_eq!(entered.status, 303, "{}", entered.body);
        let cookies: Vec<String> = entered
            .head
            .lines()
            .filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next())
            .map(str::to_owned)
            .collect();
        assert!(!cookies.is_empty(), "{}", entered.head);
        let cookie = cookies.join("; ");
        answers.push(desk.send("POST", "/forgot", &form, &format!("email={ADMIN}")));
        for path in ["/reset/", "/invite/", "/p/1-1-", "/portal/sign-in/"] {
            answers.push(desk.send("GET", &format!("{path}{LINK}"), &form[2..], ""));
        }
        answers.push(desk.send("GET", &format!("/api/v1/search?q={QUERY}"), &json[..1], ""));
        answers.push(desk.send("GET", &format!("/api/v1/tickets?filter=tag:{QUERY}"), &json[..1], ""));
        answers.push(desk.send("POST", "/api/v1/tickets", &json, &format!(r#"{{"subject":"{JSON}"#)));
        answers.push(desk.send("POST", "/api/v1/tickets", &json, &format!(r#"{{"{JSON}":"{JSON}"}}"#)));
        answers.push(desk.send(
            "GET",
            "/api/v1/tickets",
            &[("authorization", "Bearer fl_canary-token-77aa")],
            "",
        ));
        let with_cookie = [("cookie", cookie.as_str()), ("accept", "text/html")];
        for route in app::routes().table.iter().filter(|route| route.method == "GET" && route.path != "/live")
        {
            let parts = route.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            answers.push(desk.send("GET", &path, &json[..1], ""));
            answers.push(desk.send("GET", &path, &with_cookie, ""));
        }
        // The mail to the relay that is not there has been tried by now.
        std::thread::sleep(Duration::from_millis(500));
        desk.terminate();
        let mut desk = desk;
        assert_eq!(desk.ended().0, Some(0));
        let log = desk.log();
        assert!(log.lines().count() > 20, "it was told to write much: {log}");

        let values = cookies.iter().filter_map(|cookie| cookie.split_once('=')).map(|(_, value)| value);
        let mut secrets: Vec<&str> = vec![RELAY_PASSWORD, WRONG_PASSWORD, PASSWORD, &secret, "$argon2"];
        secrets.extend(values.filter(|value| value.len() > 12));
        secrets.extend(hook.as_deref());
        let content = [BODY, REPLY, NOTE, SUBJECT, LINK, QUERY, JSON, "canary-token"];
        let in_log: Vec<_> = secrets.iter().chain(&content).filter(|word| log.contains(**word)).collect();
        assert!(in_log.is_empty(), "{database}: {in_log:?} in the log:\n{log}");
        let seen = answers.iter().map(|answer| answer.body.len()).sum::<usize>();
        assert!(answers.len() > 80 && seen > 100_000, "{} answers of {seen} bytes", answers.len());
        for answer in &answers {
            let found: Vec<_> = secrets.iter().filter(|word| answer.body.contains(**word)).collect();
            assert!(found.is_empty(), "{database}: {found:?} in {}", answer.body);
        }
        assert!(answers.iter().any(|answer| answer.body.contains(BODY)), "the ticket itself is shown");
    }
}
