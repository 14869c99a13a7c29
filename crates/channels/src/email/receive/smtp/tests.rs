#![allow(clippy::disallowed_methods, reason = "peers of a test connect to it")]
use super::*;
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
};

/// Keeps what it is given; says what it was told to say.
#[derive(Clone)]
struct Shelf {
    stored: Arc<Mutex<Vec<(Envelope, Vec<u8>)>>>,
    answer: Arc<Mutex<Accepted>>,
    /// A message waits here before it is stored.
    gate: Arc<Semaphore>,
}

impl Shelf {
    fn new() -> Shelf {
        Shelf {
            stored: Arc::default(),
            answer: Arc::new(Mutex::new(Accepted::Stored("7".into()))),
            gate: Arc::new(Semaphore::new(1_000_000)),
        }
    }
    fn count(&self) -> usize {
        self.stored.lock().unwrap().len()
    }
    fn only(&self) -> (Envelope, String) {
        let stored = self.stored.lock().unwrap();
        assert_eq!(stored.len(), 1);
        (stored[0].0.clone(), String::from_utf8(stored[0].1.clone()).unwrap())
    }
}

impl Door for Shelf {
    async fn recipient(&self, address: &str) -> Recipient {
        match address.split('@').next() {
            Some("nobody") => Recipient::Unknown,
            Some("busy") => Recipient::Busy,
            _ => Recipient::Known,
        }
    }
    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Accepted {
        let _passed = self.gate.acquire().await.unwrap();
        let answer = match envelope.recipients[0].as_str() {
            "refused@desk.example" => Accepted::Refused { code: 554, text: "5.7.1 No\r\nthanks".into() },
            _ => self.answer.lock().unwrap().clone(),
        };
        if matches!(answer, Accepted::Stored(_)) {
            self.stored.lock().unwrap().push((envelope, raw));
        }
        answer
    }
}

struct Running {
    shelf: Shelf,
    address: std::net::SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn settings(protocol: Protocol) -> Settings {
    Settings::new(protocol, "mx.desk.example", Clock::fixed(Millis(1_795_251_900_007)))
}

async fn serve(settings: Settings) -> Running {
    let shelf = Shelf::new();
    let local = "127.0.0.1:0".parse().unwrap();
    let receiver = Receiver::bind(local, settings, shelf.clone()).await.unwrap();
    let address = receiver.address().unwrap();
    let (stop, stopped) = watch::channel(false);
    Running { shelf, address, stop, task: tokio::spawn(receiver.run(stopped)) }
}

/// A peer that says exactly what the test wants.
struct Peer<S> {
    io: BufReader<S>,
}

impl Running {
    async fn peer(&self) -> Peer<TcpStream> {
        let mut peer = Peer { io: BufReader::new(TcpStream::connect(self.address).await.unwrap()) };
        peer.expect("220").await;
        peer
    }
    async fn introduced(&self) -> Peer<TcpStream> {
        let mut peer = self.peer().await;
        peer.say("EHLO client.example\r\n", "250").await;
        peer
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.io.get_mut().write_all(bytes.as_ref()).await.unwrap();
    }
    /// The lines of one reply; empty when the server has closed the connection.
    async fn reply(&mut self) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let read = self.io.read_line(&mut line).await.unwrap_or(0);
            all += &line;
            if read == 0 || line.as_bytes().get(3) == Some(&b' ') {
                return all;
            }
        }
    }
    async fn expect(&mut self, code: &str) -> String {
        let reply = self.reply().await;
        assert!(reply.starts_with(code), "expected {code}, got {reply:?}");
        reply
    }
    async fn say(&mut self, line: &str, code: &str) -> String {
        self.send(line).await;
        self.expect(code).await
    }
    async fn envelope(&mut self) {
        self.say("MAIL FROM:<ann@client.example>\r\n", "250").await;
        self.say("RCPT TO:<help@desk.example>\r\n", "250").await;
        self.say("DATA\r\n", "354").await;
    }
    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.io.read_to_end(&mut rest).await.is_err() || rest.is_empty()
    }
}

#[tokio::test]
async fn a_message_arrives_byte_for_byte_behind_its_trace() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.introduced().await;
    peer.envelope().await;
    let stored = peer.say("Subject: x\r\n\r\n..dot\r\n...\r\n.. \r\nend\r\n.\r\n", "250").await;
    assert!(stored.contains("Stored as 7"), "{stored}");
    peer.say("QUIT\r\n", "221").await;
    let (envelope, raw) = running.shelf.only();
    let expected = "Return-Path: <ann@client.example>\r\n\
        Received: from client.example ([127.0.0.1])\r\n\tby mx.desk.example with ESMTP\r\n\
        \tfor <help@desk.example>;\r\n\tSat, 21 Nov 2026 09:05:00 +0000\r\n\
        Subject: x\r\n\r\n.dot\r\n..\r\n. \r\nend\r\n";
    assert_eq!(raw, expected);
    assert_eq!(envelope.mail_from.as_deref(), Some("ann@client.example"));
    assert_eq!(envelope.recipients, ["help@desk.example"]);
    assert_eq!(envelope.peer.to_string(), "127.0.0.1");
    assert!(!envelope.is_encrypted);
}

#[tokio::test]
async fn a_pipelined_transaction_with_a_null_path_is_understood() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.peer().await;
    peer.send("EHLO a\r\nMAIL FROM:<> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<nobody@x>\r\nRCPT TO:<busy@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n").await;
    for code in ["250", "250", "550 5.1.1", "451", "250", "250", "354"] {
        peer.expect(code).await;
    }
    peer.send(".\r\nQUIT\r\n").await;
    peer.expect("250").await;
    peer.expect("221").await;
    let (envelope, raw) = running.shelf.only();
    assert_eq!((envelope.mail_from, envelope.recipients.len()), (None, 2));
    assert!(raw.starts_with("Return-Path: <>\r\n"));
    assert!(raw.ends_with("+0000\r\n") && !raw.contains("for <"), "recipients stay apart: {raw}");
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_stored() {
    let running = serve(settings(Protocol::Smtp)).await;
    let closed = running.shelf.gate.acquire_many(1_000_000).await.unwrap();
    let mut peer = running.introduced().await;
    peer.envelope().await;
    peer.send("hello\r\n.\r\n").await;
    let early = tokio::time::timeout(Duration::from_millis(200), peer.reply()).await;
    assert!(early.is_err(), "an answer before the message was stored: {early:?}");
    assert_eq!(running.shelf.count(), 0);
    drop(closed);
    peer.expect("250").await;
    assert_eq!(running.shelf.count(), 1);
}

#[tokio::test]
async fn the_doors_answer_reaches_the_sender() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.introduced().await;
    let refused = Accepted::Refused { code: 554, text: "5.7.1 Not this one".into() };
    for (answer, code) in [
        (Accepted::Busy, "451 4.3.0"),
        (Accepted::TooLarge, "552 5.3.4"),
        (refused, "554 5.7.1 Not this one"),
    ] {
        *running.shelf.answer.lock().unwrap() = answer;
        peer.envelope().await;
        peer.say("x\r\n.\r\n", code).await;
    }
    assert_eq!(running.shelf.count(), 0);
}

#[tokio::test]
async fn a_message_above_the_limit_is_refused_and_the_session_goes_on() {
    let running = serve(Settings { max_message: 100_000, ..settings(Protocol::Smtp) }).await;
    let mut peer = running.introduced().await;
    peer.say("MAIL FROM:<a@b.example> SIZE=100001\r\n", "552 5.3.4").await;
    peer.envelope().await;
    let line = format!("{}\r\n", "x".repeat(98));
    peer.send(line.repeat(100_000)).await;
    peer.say(".\r\n", "552 5.3.4").await;
    assert_eq!(running.shelf.count(), 0);
    peer.envelope().await;
    peer.send(line.repeat(1000)).await;
    peer.say(".\r\n", "250").await;
    peer.envelope().await;
    peer.send(line.repeat(1000)).await;
    peer.say("x\r\n.\r\n", "552 5.3.4").await;
    assert_eq!(running.shelf.count(), 1, "exactly at the limit fits, three bytes more do not");
}

#[tokio::test]
async fn too_much_in_transfer_is_asked_to_come_later() {
    let limits = Settings { max_in_transfer: 1024 * 1024, ..settings(Protocol::Smtp) };
    let running = serve(limits).await;
    let mut first = running.introduced().await;
    let mut second = running.introduced().await;
    let line = format!("{}\r\n", "x".repeat(98));
    first.envelope().await;
    first.send(line.repeat(8_000)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    second.envelope().await;
    second.send(line.repeat(8_000)).await;
    second.say(".\r\n", "452 4.3.1").await;
    first.say(".\r\n", "250").await;
    second.envelope().await;
    second.send(line.repeat(8_000)).await;
    second.say(".\r\n", "250").await;
    assert_eq!(running.shelf.count(), 2);
}

/// What other servers have taken for the end of a message.
const SMUGGLES: [&str; 14] = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r\n",
    "\r\n.\r",
    "\r.\r",
    "\n.\r",
    "\r.\n",
    "\n\n.\r\n",
    "\r\r\n.\r\n",
    "\r\n\n.\r\n",
    "\r\n.\r\r\n",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
];

#[tokio::test]
async fn no_smuggled_end_of_message_is_believed() {
    for smuggle in SMUGGLES {
        let running = serve(settings(Protocol::Smtp)).await;
        let mut peer = running.introduced().await;
        peer.envelope().await;
        let inner = "MAIL FROM:<admin@desk.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx";
        peer.send(format!("Subject: outer\r\n\r\nhello{smuggle}{inner}\r\n.\r\n")).await;
        let reply = peer.reply().await;
        let is_content = !smuggle.replace("\r\n", "").contains(['\r', '\n']);
        assert_eq!(reply.starts_with("250"), is_content, "{smuggle:?}: {reply:?}");
        if is_content {
            peer.say("QUIT\r\n", "221").await;
            let (envelope, raw) = running.shelf.only();
            assert_eq!(envelope.mail_from.as_deref(), Some("ann@client.example"), "{smuggle:?}");
            assert!(raw.contains("smuggled"), "it is one message, content and all");
        } else {
            assert!(reply.starts_with("550 5.6.0"), "{smuggle:?}: {reply:?}");
            assert!(peer.is_closed().await, "{smuggle:?}: what follows must not be read");
            assert_eq!(running.shelf.count(), 0, "{smuggle:?}");
        }
    }
}

#[tokio::test]
async fn a_command_without_carriage_return_ends_the_session() {
    let running = serve(settings(Protocol::Smtp)).await;
    for line in ["EHLO a\n", "EHLO a\rNOOP\r\n", "EHLO \0\r\n", "MAIL FROM:<a@b>\nRCPT TO:<c@d>\r\n"] {
        let mut peer = running.peer().await;
        peer.say(line, "500 5.5.2").await;
        assert!(peer.is_closed().await, "{line:?}");
    }
    let mut peer = running.peer().await;
    peer.say(&"x".repeat(4000), "500 5.5.2").await;
}

#[tokio::test]
async fn a_request_of_http_ends_the_session() {
    let running = serve(settings(Protocol::Smtp)).await;
    for line in ["POST / HTTP/1.1\r\n", "GET /x HTTP/1.0\r\n", "CONNECT a:25 HTTP/1.1\r\n", "get /\r\n"] {
        let mut peer = running.peer().await;
        peer.send(&format!("{line}Host: a\r\n\r\nEHLO a\r\nMAIL FROM:<a@b.example>\r\n")).await;
        peer.expect("500 5.5.1").await;
        assert!(peer.is_closed().await, "{line:?}");
    }
}

#[tokio::test]
async fn what_is_not_offered_is_not_obeyed() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.peer().await;
    peer.say("MAIL FROM:<a@b.example>\r\n", "503").await;
    let offer = peer.say("EHLO a\r\n", "250").await;
    assert!(
        offer.contains("250 SIZE 52428800") && !offer.contains("STARTTLS") && !offer.contains("CHUNKING")
    );
    for (line, code) in [
        ("STARTTLS\r\n", "502"),
        ("AUTH PLAIN AGEAYg==\r\n", "502"),
        ("RCPT TO:<a@b.example>\r\n", "503"),
        ("DATA\r\n", "503"),
        ("NONSENSE\r\n", "500"),
        ("MAIL FROM:<a b>\r\n", "501"),
        ("MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n", "555"),
        ("MAIL FROM:<\u{fc}@b.example>\r\n", "553 5.6.7"),
        ("MAIL FROM:<\u{fc}@b.example> SMTPUTF8\r\n", "250"),
        ("MAIL FROM:<a@b.example>\r\n", "503"),
        ("DATA\r\n", "554"),
        ("LHLO a\r\n", "500"),
        ("VRFY ann\r\n", "252"),
    ] {
        peer.say(line, code).await;
    }
    // The chunk would be read as commands.
    peer.send("BDAT 35 LAST\r\nMAIL FROM:<x@y.example>\r\nDATA\r\n").await;
    peer.expect("502").await;
    assert!(peer.is_closed().await);
}

#[tokio::test]
async fn a_hundred_recipients_fit_and_guessing_ends_the_session() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.introduced().await;
    peer.say("MAIL FROM:<a@b.example>\r\n", "250").await;
    for number in 0..100 {
        peer.say(&format!("RCPT TO:<to{number}@desk.example>\r\n"), "250").await;
    }
    peer.say("RCPT TO:<to100@desk.example>\r\n", "452 4.5.3").await;
    let mut guesser = running.introduced().await;
    guesser.say("MAIL FROM:<a@b.example>\r\n", "250").await;
    for _ in 0..21 {
        guesser.say("RCPT TO:<nobody@desk.example>\r\n", "550").await;
    }
    guesser.expect("421").await;
    assert!(guesser.is_closed().await);
}

#[tokio::test]
async fn lmtp_answers_for_every_recipient() {
    let running = serve(settings(Protocol::Lmtp)).await;
    let mut peer = running.peer().await;
    peer.say("EHLO a\r\n", "500").await;
    peer.say("LHLO a\r\n", "250").await;
    peer.say("MAIL FROM:<>\r\n", "250").await;
    for to in ["one", "refused", "two"] {
        peer.say(&format!("RCPT TO:<{to}@desk.example>\r\n"), "250").await;
    }
    peer.say("DATA\r\n", "354").await;
    peer.send("x\r\n.\r\n").await;
    for code in ["250", "554 5.7.1 No  thanks", "250"] {
        peer.expect(code).await;
    }
    let stored = running.shelf.stored.lock().unwrap();
    assert_eq!(stored.len(), 2);
    assert!(stored.iter().all(|(envelope, raw)| envelope.recipients.len() == 1 && raw.ends_with(b"x\r\n")));
}

#[tokio::test]
async fn silence_and_dripping_are_ended() {
    let quick = Settings {
        patience: Duration::from_millis(300),
        message_patience: Duration::from_millis(900),
        ..settings(Protocol::Smtp)
    };
    let running = serve(quick).await;
    let mut silent = running.peer().await;
    silent.expect("421 4.4.2").await;
    let mut dripping = running.peer().await;
    for byte in b"NOOP NOOP" {
        let _ = dripping.io.get_mut().write_all(&[*byte]).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    dripping.expect("421 4.4.2").await;
    let mut stuck = running.introduced().await;
    stuck.envelope().await;
    for _ in 0..12 {
        let _ = stuck.io.get_mut().write_all(b"x").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stuck.expect("421 4.4.2").await;
    assert_eq!(running.shelf.count(), 0);
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let few = Settings { max_connections_per_address: 2, ..settings(Protocol::Smtp) };
    let running = serve(few).await;
    let first = running.introduced().await;
    let _second = running.introduced().await;
    let mut third = Peer { io: BufReader::new(TcpStream::connect(running.address).await.unwrap()) };
    third.expect("421 4.7.0").await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.introduced().await;
}

#[tokio::test]
async fn a_stop_finishes_the_message_in_transfer_and_tells_the_idle() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut idle = running.introduced().await;
    let mut sending = running.introduced().await;
    sending.envelope().await;
    sending.send("half of").await;
    running.stop.send(true).unwrap();
    idle.expect("421 4.3.2").await;
    assert!(idle.is_closed().await);
    sending.say(" it\r\n.\r\n", "250").await;
    sending.expect("421").await;
    tokio::time::timeout(Duration::from_secs(5), running.task).await.expect("it stops").unwrap();
    assert_eq!(running.shelf.count(), 1);
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn after_starttls_nothing_said_before_counts() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let running = serve(Settings { tls: Some(Arc::new(server)), ..settings(Protocol::Smtp) }).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut plain = running.peer().await;
    assert!(plain.say("EHLO a\r\n", "250").await.contains("250-STARTTLS"));
    plain.say("MAIL FROM:<a@b.example>\r\n", "250").await;
    plain.say("STARTTLS\r\n", "220").await;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = "localhost".try_into().unwrap();
    let mut peer = Peer { io: BufReader::new(connector.connect(name, plain.io.into_inner()).await.unwrap()) };
    peer.say("RCPT TO:<help@desk.example>\r\n", "503").await;
    peer.say("MAIL FROM:<a@b.example>\r\n", "503").await;
    assert!(!peer.say("EHLO a\r\n", "250").await.contains("STARTTLS"));
    peer.envelope().await;
    peer.say("x\r\n.\r\n", "250").await;
    let (envelope, raw) = running.shelf.only();
    assert!(envelope.is_encrypted && raw.contains("with ESMTPS"));

    let mut injecting = running.introduced().await;
    injecting.say("STARTTLS\r\nMAIL FROM:<a@b.example>\r\n", "503").await;
    assert!(injecting.is_closed().await);
}

#[tokio::test]
async fn a_message_in_circles_is_refused() {
    let running = serve(settings(Protocol::Smtp)).await;
    let mut peer = running.introduced().await;
    peer.envelope().await;
    peer.send("Received: by x\r\n".repeat(101)).await;
    peer.say("\r\nx\r\n.\r\n", "554 5.4.6").await;
    peer.envelope().await;
    peer.send("Received: by x\r\n".repeat(100)).await;
    peer.say("\r\nx\r\nReceived: in the text\r\n.\r\n", "250").await;
}

#[test]
fn however_a_message_is_cut_it_comes_out_the_same() {
    let wire = b"..a\r\n.\x2e\r\nb.\r\n\r\n..\r\n.c\r\n.\r\nNOOP\r\n";
    let mut cuts = vec![vec![wire.len()]];
    cuts.extend((1..wire.len()).map(|at| vec![at]));
    cuts.extend((1..wire.len()).flat_map(|a| (a + 1..wire.len()).map(move |b| vec![a, b])));
    cuts.push((1..wire.len()).collect());
    for cut in cuts {
        let mut incoming = data::Incoming::new("T: x\r\n".into(), 1000);
        let mut from = 0;
        let mut rest = None;
        for to in cut.into_iter().chain([wire.len()]) {
            if let Some(taken) = incoming.feed(&wire[from..to]) {
                rest = Some(&wire[from + taken..]);
                break;
            }
            from = to;
        }
        assert!(b"NOOP\r\n".starts_with(rest.expect("an end")), "what follows is not touched");
        assert_eq!(incoming.finish().unwrap(), b"T: x\r\n.a\r\n.\r\nb.\r\n\r\n.\r\nc\r\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_senders_are_served_with_little_work_for_each_message() {
    const EACH: usize = 500;
    let running = serve(settings(Protocol::Smtp)).await;
    let body = format!("Subject: load\r\n\r\n{}.\r\n", format!("{}\r\n", "x".repeat(76)).repeat(50));
    let mut senders = JoinSet::new();
    let (began, cpu_before) = (Instant::now(), testkit::cpu_of("self"));
    for _ in 0..8 {
        let mut peer = running.introduced().await;
        let body = body.clone();
        senders.spawn(async move {
            for _ in 0..EACH {
                peer.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n").await;
                for code in ["250", "250", "354"] {
                    peer.expect(code).await;
                }
                peer.say(&body, "250").await;
            }
        });
    }
    senders.join_all().await;
    let count = 8 * EACH;
    let rate = count as f64 / began.elapsed().as_secs_f64();
    let cpu = (testkit::cpu_of("self") - cpu_before).as_micros() as usize / count;
    println!("messages of 4 kB: {rate:.0} a second, {cpu} \u{b5}s CPU each with their senders");
    assert_eq!(running.shelf.count(), count);
    // 900 a second on one core of a test build, whatever else the machine does.
    assert!(cpu <= 1_100, "{cpu} \u{b5}s a message");
}
