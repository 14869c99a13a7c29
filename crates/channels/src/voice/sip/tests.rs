//! Asked over UDP, as a telephone system asks.
use super::{MOST, Responder};
use platform::keys::Keys;
use std::{net::SocketAddr, time::Duration};
use tokio::{net::UdpSocket, sync::watch, task::JoinHandle, time::timeout};

struct Phone {
    socket: UdpSocket,
    desk: SocketAddr,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}
impl Phone {
    async fn new() -> Phone {
        let keys = Keys::from_bytes(&[7; 32]).unwrap();
        let responder = Responder::bind("127.0.0.1:0".parse().unwrap(), keys).await.unwrap();
        let desk = responder.address().unwrap();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(responder.run(stopped));
        Phone { socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(), desk, stop, running }
    }
    fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }
    async fn hears(&self) -> Option<String> {
        let mut buffer = vec![0; 65_536];
        let heard = timeout(Duration::from_secs(5), self.socket.recv_from(&mut buffer)).await.ok()?;
        let (length, from) = heard.unwrap();
        assert_eq!(from, self.desk, "an answer comes from where it was asked (RFC 3581, section 4)");
        Some(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }
    async fn sends(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.desk).await.unwrap();
    }
    async fn asks(&self, text: &str) -> String {
        self.sends(text).await;
        self.hears().await.unwrap_or_else(|| panic!("no answer to {text}"))
    }
    /// Nothing comes back: the next answer is the one to a question that is always answered.
    async fn asks_in_vain(&self, text: &str) {
        self.sends(text).await;
        let probe = self.options("", "probe");
        let answer = self.asks(&probe).await;
        assert!(answer.contains("Call-ID: probe"), "{text:?} was answered: {answer}");
    }
    /// A question as Asterisk, Kamailio and others send it, with more headers.
    fn options(&self, more: &str, id: &str) -> String {
        self.request("OPTIONS", more, id)
    }
    fn request(&self, method: &str, more: &str, id: &str) -> String {
        format!(
            "{method} sip:desk@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{};branch=z9hG4bK7\r\n\
             Max-Forwards: 70\r\nFrom: \"PBX\" <sip:pbx@127.0.0.1>;tag=as1\r\nTo: <sip:desk@127.0.0.1>\r\n\
             Call-ID: {id}\r\nCSeq: 102 {method}\r\n{more}Content-Length: 0\r\n\r\n",
            self.port()
        )
    }
}
fn field<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    let prefix = format!("{name}: ");
    answer.split("\r\n").filter_map(|line| line.strip_prefix(prefix.as_str())).collect()
}

#[tokio::test]
async fn options_is_answered_with_what_the_asker_needs_to_know_its_answer() {
    let phone = Phone::new().await;
    let question = phone.options("", "a84b4c76e66710");
    let answer = phone.asks(&question).await;
    assert!(answer.starts_with("SIP/2.0 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    let via = format!("SIP/2.0/UDP 127.0.0.1:{};branch=z9hG4bK7", phone.port());
    assert_eq!(field(&answer, "Via"), [via]);
    assert_eq!(field(&answer, "From"), ["\"PBX\" <sip:pbx@127.0.0.1>;tag=as1"]);
    assert_eq!(field(&answer, "Call-ID"), ["a84b4c76e66710"]);
    assert_eq!(field(&answer, "CSeq"), ["102 OPTIONS"]);
    assert_eq!(field(&answer, "Allow"), ["OPTIONS"]);
    assert_eq!(field(&answer, "Content-Length"), ["0"]);
    let to = field(&answer, "To")[0].to_owned();
    let tag = to.strip_prefix("<sip:desk@127.0.0.1>;tag=").unwrap();
    assert!(tag.len() >= 8, "{to}");
    // Sent again because the answer was lost, it is the same answer; another question has another tag.
    assert_eq!(phone.asks(&question).await, answer);
    assert_ne!(field(&phone.asks(&phone.options("", "other")).await, "To"), [to]);
    // Inside of a dialogue the tag is there already.
    let inside = question.replace("To: <sip:desk@127.0.0.1>", "To: <sip:desk@127.0.0.1>;tag=mine");
    assert_eq!(field(&phone.asks(&inside).await, "To"), ["<sip:desk@127.0.0.1>;tag=mine"]);
}

#[tokio::test]
async fn every_server_on_the_way_back_is_named_and_ports_behind_a_router_are_found() {
    let phone = Phone::new().await;
    let ours = format!("Via: SIP/2.0/UDP 127.0.0.1:{};branch=z9hG4bK7", phone.port());
    // Short names, lists, folded lines, other capitals.
    let question = phone
        .options("", "x")
        .replace(
            &ours,
            "v: SIP/2.0/UDP pbx.example:5999;rport;branch=z9hG4bK1 , SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2\r\n\
             VIA: SIP/2.0/UDP 10.0.0.2\r\n ;branch=z9hG4bK3",
        )
        .replace("Call-ID:", "i :")
        .replace("\r\nTo:", "\r\nt:");
    let answer = phone.asks(&question).await;
    let first =
        format!("SIP/2.0/UDP pbx.example:5999;rport={};branch=z9hG4bK1;received=127.0.0.1", phone.port());
    assert_eq!(
        field(&answer, "Via"),
        [first.as_str(), "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2", "SIP/2.0/UDP 10.0.0.2 ;branch=z9hG4bK3"]
    );
    assert_eq!(field(&answer, "Call-ID"), ["x"]);
    // A name that the request gives is not where the answer goes, nor is what it says of `received` and `maddr`.
    let lied = phone
        .options("", "x")
        .replace("127.0.0.1:", "192.0.2.9:")
        .replace(";branch", ";received=192.0.2.8;maddr=192.0.2.7;branch");
    let answer = phone.asks(&lied).await;
    assert!(answer.contains(";received=127.0.0.1\r\n") && !answer.contains("192.0.2.8"), "{answer}");
}

#[tokio::test]
async fn other_methods_are_refused_as_the_rules_say() {
    let phone = Phone::new().await;
    for method in ["INVITE", "BYE", "CANCEL", "REGISTER", "MESSAGE", "SUBSCRIBE"] {
        let answer = phone.asks(&phone.request(method, "", "x")).await;
        assert!(answer.starts_with("SIP/2.0 405 Method Not Allowed\r\n"), "{answer}");
        assert_eq!(field(&answer, "Allow"), ["OPTIONS"], "a 405 says what is allowed");
        assert_eq!(field(&answer, "CSeq"), [format!("102 {method}")]);
    }
    for method in ["WHATEVER", "options"] {
        let answer = phone.asks(&phone.request(method, "", "x")).await;
        assert!(answer.starts_with("SIP/2.0 501 Not Implemented\r\n"), "{answer}");
    }
    let answer = phone.asks(&phone.options("Require: 100rel, gruu\r\n", "x")).await;
    assert!(answer.starts_with("SIP/2.0 420 Bad Extension\r\n"), "{answer}");
    assert_eq!(field(&answer, "Unsupported"), ["100rel, gruu"]);
    let tel = phone.options("", "x").replacen("sip:desk@127.0.0.1", "tel:+4930123456", 1);
    assert!(phone.asks(&tel).await.starts_with("SIP/2.0 416 "));
    let later = phone.options("", "x").replacen(" SIP/2.0\r\n", " SIP/3.0\r\n", 1);
    assert!(phone.asks(&later).await.starts_with("SIP/2.0 505 "));
}

#[tokio::test]
async fn acknowledgements_and_nonsense_get_no_answer() {
    let phone = Phone::new().await;
    let good = phone.options("", "x");
    phone.asks_in_vain(&phone.request("ACK", "", "x")).await;
    let without = |name: &str| {
        let lines: Vec<_> = good.split("\r\n").filter(|line| !line.starts_with(name)).collect();
        lines.join("\r\n")
    };
    for name in ["Via:", "From:", "To:", "Call-ID:", "CSeq:"] {
        phone.asks_in_vain(&without(name)).await;
    }
    let nonsense = [
        String::new(),
        "\r\n\r\n".into(),
        "OPTIONS\r\n\r\n".into(),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK7\r\n\r\n".into(),
        good.trim_end().to_owned(),
        good.replace("CSeq: 102 OPTIONS", "CSeq: 102 INVITE"),
        good.replace("CSeq: 102 OPTIONS", "CSeq: 99999999999 OPTIONS"),
        good.replace("SIP/2.0/UDP", "SIP/2.0/TCP"),
        good.replace("Call-ID: x", "Call-ID: x\r\nCall-ID: y"),
        good.replace("Call-ID: x", "Call-ID: x\u{1}y"),
        good.replace("Max-Forwards", "Max Forwards"),
        good.replace("127.0.0.1:", "127.0.0.1:x"),
        phone.options(&"X: y\r\n".repeat(200), "x"),
        phone.options(&"Via: SIP/2.0/UDP 10.0.0.1\r\n".repeat(30), "x"),
        phone.options(&format!("X: {}\r\n", "y".repeat(MOST)), "x"),
    ];
    for (at, text) in nonsense.iter().enumerate() {
        // Within the limit of one network.
        if at % 8 == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        phone.asks_in_vain(text).await;
    }
    phone.socket.send_to(&[0xff, 0xfe, b'\r', b'\n', b'\r', b'\n', b'\r', b'\n'], phone.desk).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(phone.asks(&good).await.starts_with("SIP/2.0 200 OK"));
}

#[tokio::test]
async fn a_flood_is_answered_in_part_and_the_responder_ends_when_told() {
    let phone = Phone::new().await;
    for n in 0..300 {
        phone.sends(&phone.options("", &n.to_string())).await;
    }
    let mut heard = 0;
    let mut buffer = vec![0; 2048];
    while timeout(Duration::from_millis(500), phone.socket.recv_from(&mut buffer)).await.is_ok() {
        heard += 1;
    }
    assert!((1..=60).contains(&heard), "{heard} of 300");
    phone.stop.send(true).unwrap();
    timeout(Duration::from_secs(5), phone.running).await.expect("it ends").unwrap();
}
