use super::{guard::is_global, *};
use axum::http::{HeaderName, HeaderValue};
use std::{
    collections::HashMap,
    sync::Mutex,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn names(of: &[(&str, &[&str])]) -> Names {
    let table: HashMap<String, Vec<IpAddr>> = of
        .iter()
        .map(|(name, list)| ((*name).into(), list.iter().map(|text| text.parse().unwrap()).collect()))
        .collect();
    Arc::new(move |name| {
        let found = table.get(&name).cloned().ok_or_else(|| io::Error::other("no such name"));
        Box::pin(async move { found })
    })
}

fn local() -> Policy {
    Policy { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Policy::default() }
}

/// A server that gives every connection the same bytes and counts connections.
async fn server(answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = [0; 2048];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    (port, count)
}

/// Ways to write an internal address; PORT is the port of a listener on every address of this machine.
const TRICKS: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1:80/",
    "https://127.0.0.1/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.255.255.254:PORT/",
    "http://2130706433:PORT/",
    "http://02130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://00000177.0.0.1:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0x7f.1:PORT/",
    "http://0X7F.0.0.1:PORT/",
    "http://127.0.0.0x1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.0.0.1%00.example.com:PORT/",
    "http://127.0.0.1%2e:PORT/",
    "http://1②7.0.0.1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://127。0。0。1:PORT/",
    "http://１２７.0.0.1:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0.1.2.3:PORT/",
    "http://10.0.0.1:PORT/",
    "http://100.64.0.1:PORT/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://172.16.0.1:PORT/",
    "http://172.31.255.255:PORT/",
    "http://192.168.1.1:PORT/",
    "http://192.0.0.1:PORT/",
    "http://192.0.2.1:PORT/",
    "http://192.88.99.1:PORT/",
    "http://198.18.0.1:PORT/",
    "http://198.51.100.1:PORT/",
    "http://203.0.113.1:PORT/",
    "http://224.0.0.1:PORT/",
    "http://240.0.0.1:PORT/",
    "http://255.255.255.255:PORT/",
    "http://[::]:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[fe80::1%25eth0]:PORT/",
    "http://[fe80::1%eth0]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[fd12:3456::1]:PORT/",
    "http://[fec0::1]:PORT/",
    "http://[ff02::1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::ffff:8.8.8.8]:443/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::1]:PORT/",
    "http://[2001:db8::1]:PORT/",
    "http://[3fff::1]:PORT/",
    "http://::1:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://sub.localhost:PORT/",
    "http://internal.example:PORT/",
    "http://mixed.example:PORT/",
    "http://mapped.example:PORT/",
    "http://nat64.example:PORT/",
    "http://public.example@127.0.0.1:PORT/",
    "http://public.example:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@public.example/",
    "http://127.0.0.1:PORT\\@public.example/",
    "http://public.example:PORT/",
    "http://public.example:22/",
    "http://public.example:0/",
    "http://public.example:65616/",
    "http://public.example:+80/",
    "http://public.example /",
    "http://public.example\r\nHost: 127.0.0.1/",
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_x",
    "ftp://127.0.0.1:PORT/",
    "dict://127.0.0.1:PORT/",
    "unix:///run/docker.sock",
    "jar:http://127.0.0.1:PORT/!/",
    "",
];

#[tokio::test]
async fn no_way_of_writing_an_internal_address_sends_a_packet() {
    let trap = TcpListener::bind("[::]:0").await.unwrap();
    let port = trap.local_addr().unwrap().port();
    let outbound = Outbound::with_names(
        Policy::default(),
        names(&[
            ("internal.example", &["10.1.2.3"]),
            ("mixed.example", &["93.184.216.34", "127.0.0.1"]),
            ("mapped.example", &["::ffff:127.0.0.1"]),
            ("nat64.example", &["64:ff9b::7f00:1"]),
            ("public.example", &["93.184.216.34"]),
        ]),
    );
    assert!(TRICKS.len() >= 70, "{} tricks", TRICKS.len());
    for trick in TRICKS {
        let url = trick.replace("PORT", &port.to_string());
        let refused = outbound.get(&url, &[]).await.expect_err(&url);
        let expected = matches!(refused, Refused::BadAddress(_) | Refused::NotAllowed(_));
        assert!(expected, "{url}: {refused:?}");
        assert_eq!(refused.to_string().split(' ').count(), 2, "{url}: users see two words");
    }
    let touched = tokio::time::timeout(Duration::from_millis(200), trap.accept()).await;
    assert!(touched.is_err(), "somebody connected to the trap");
}

#[tokio::test]
async fn host_settings_of_mailboxes_are_checked_like_urls() {
    let outbound = Outbound::with_names(Policy::default(), names(&[("internal.example", &["192.168.0.9"])]));
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "::1",
        "[::1]",
        "fe80::1%lo",
        "localhost",
        "internal.example",
        "a b",
        "",
    ] {
        let refused = outbound.connect(host, 993, Purpose::MailIn).await.expect_err(host);
        assert!(matches!(refused, Refused::BadAddress(_) | Refused::NotAllowed(_)), "{host}: {refused:?}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = trap.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(0));
    let counter = asked.clone();
    let outbound = Outbound::with_names(
        Policy { extra_ports: [port].into(), ..Policy::default() },
        Arc::new(move |_| {
            let mut asked = counter.lock().unwrap();
            *asked += 1;
            // Public at first, internal ever after. 192.0.1.0/24 is public and answers nobody.
            let address = if *asked == 1 { "192.0.1.1" } else { "127.0.0.1" };
            Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
        }),
    );
    let url = format!("http://rebind.example:{port}/");
    let first = tokio::time::timeout(Duration::from_secs(1), outbound.get(&url, &[])).await;
    assert!(!matches!(first, Ok(Ok(_))), "the first try went to the public address only");
    assert_eq!(*asked.lock().unwrap(), 1, "one connection asks once");
    assert!(matches!(outbound.get(&url, &[]).await, Err(Refused::NotAllowed(_))));
    assert!(tokio::time::timeout(Duration::from_millis(100), trap.accept()).await.is_err());
}

#[tokio::test]
async fn the_operators_allow_list_opens_its_range_and_nothing_else() {
    let (port, count) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec()).await;
    let outbound = Outbound::new(local());
    let answer = outbound.get(&format!("http://127.0.0.1:{port}/x?y=1"), &[]).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_ref()), (200, b"hello".as_ref()));
    let by_name = outbound.get(&format!("http://localhost:{port}"), &[]).await.unwrap();
    assert_eq!(by_name.status.as_u16(), 200);
    assert_eq!(count.load(Ordering::SeqCst), 2);
    for other in ["http://[::1]:1/", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]:1/"] {
        assert!(matches!(outbound.get(other, &[]).await, Err(Refused::NotAllowed(_))), "{other}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (trap, touched) = server(Vec::new()).await;
    let answer =
        format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{trap}/\r\nContent-Length: 0\r\n\r\n");
    let (port, _) = server(answer.into_bytes()).await;
    let answer = Outbound::new(local()).get(&format!("http://127.0.0.1:{port}/"), &[]).await.unwrap();
    assert_eq!(answer.status.as_u16(), 302);
    assert_eq!(touched.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_large_body_ends_the_request() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(3 * 1024 * 1024, b'x');
    let (port, _) = server(answer).await;
    let refused = Outbound::new(local()).get(&format!("http://127.0.0.1:{port}/"), &[]).await.unwrap_err();
    assert!(matches!(&refused, Refused::BadAnswer(why) if why.contains("2 MiB")), "{refused:?}");
}

#[tokio::test]
async fn a_post_carries_its_body_and_headers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut all = Vec::new();
        while !all.ends_with(b"{}") {
            stream.read_buf(&mut all).await.unwrap();
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        String::from_utf8(all).unwrap()
    });
    let header = (HeaderName::from_static("webhook-id"), HeaderValue::from_static("m1"));
    let body = bytes::Bytes::from_static(b"{}");
    let json = HeaderValue::from_static("application/json");
    let answer = Outbound::new(local()).post(&url, json, &[header], body).await.unwrap();
    assert_eq!(answer.status.as_u16(), 204);
    let received = received.await.unwrap().to_ascii_lowercase();
    for line in
        ["post /hook http/1.1", "webhook-id: m1", "content-type: application/json", "content-length: 2"]
    {
        assert!(received.contains(line), "{line} in {received}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_after_ten_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let began = tokio::time::Instant::now();
    let refused = Outbound::new(local()).get(&url, &[]).await.unwrap_err();
    assert!(matches!(refused, Refused::TooSlow(_)), "{refused:?}");
    assert!(began.elapsed() <= Duration::from_secs(11));
}

#[tokio::test]
async fn a_certificate_of_nobody_we_trust_is_refused_until_its_authority_is_added() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut head = [0; 2048];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    let url = format!("https://localhost:{port}/");
    let refused = Outbound::new(local()).get(&url, &[]).await.unwrap_err();
    assert!(matches!(refused, Refused::NotTrusted(_)), "{refused:?}");
    let trusting = Policy { extra_authorities: Some(file), ..local() };
    let trusting = Outbound::new(trusting);
    assert_eq!(trusting.get(&url, &[]).await.unwrap().status.as_u16(), 200);
    let refused = trusting.get(&format!("https://127.0.0.1:{port}/"), &[]).await.unwrap_err();
    assert!(matches!(refused, Refused::NotTrusted(_)), "the name must stand in the certificate: {refused:?}");
}

#[test]
fn public_addresses_are_global() {
    for text in ["1.1.1.1", "9.9.9.9", "100.128.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.254"] {
        assert!(is_global(text.parse().unwrap()), "{text}");
    }
    for text in ["2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2001:200::1"] {
        assert!(is_global(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn ranges_are_read_exactly() {
    let range: Cidr = "10.0.0.0/8".parse().unwrap();
    assert!(range.contains("10.255.0.1".parse().unwrap()));
    assert!(!range.contains("11.0.0.0".parse().unwrap()));
    assert!(!range.contains("::ffff:10.0.0.1".parse().unwrap()));
    assert!("0.0.0.0/0".parse::<Cidr>().unwrap().contains("8.8.8.8".parse().unwrap()));
    assert!("fd00::/8".parse::<Cidr>().unwrap().contains("fdab::1".parse().unwrap()));
    assert_eq!("127.0.0.1".parse::<Cidr>().unwrap().to_string(), "127.0.0.1/32");
    assert_eq!("::1".parse::<Cidr>().unwrap().to_string(), "::1/128");
    let wrong = "10.1.0.0/8".parse::<Cidr>().unwrap_err().to_string();
    assert!(wrong.contains("10.0.0.0/8"), "{wrong}");
    for text in [
        "",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/255",
        "10.0.0.0/+8",
        "10/8",
        "x/8",
        "::/129",
        "10.0.0.0/8/8",
    ] {
        assert!(text.parse::<Cidr>().is_err(), "{text}");
    }
}
