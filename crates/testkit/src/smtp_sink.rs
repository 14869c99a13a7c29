//! A mail server that takes every message and forgets none, and can be as unpleasant as real ones.
use crate::certificates::Certificates;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// A message as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub helo: String,
    /// Empty for the null path.
    pub from: String,
    /// What stood behind the address in MAIL.
    pub parameters: String,
    pub recipients: Vec<String>,
    /// Dots unstuffed.
    pub raw: Vec<u8>,
    pub user: Option<String>,
    pub is_encrypted: bool,
    pub at: Instant,
}

impl Received {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
    /// The first header field of this name, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text().replace("\r\n ", " ").replace("\r\n\t", " ");
        let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        head.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// What the sink does with the next message instead of taking it.
#[derive(Clone, Debug)]
pub enum Mood {
    /// Answers the end of the message with this, `451 4.3.0 later`.
    Answer(String),
    /// Closes the connection in the middle of the message.
    DropInMessage,
    /// Takes the message and closes the connection without a word.
    DropAfterMessage,
    /// Takes the message and answers after so long.
    Delay(Duration),
    /// Takes the message and never answers.
    Hang,
}

/// How the sink is reached and what it offers.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    pub starts_tls: bool,
    pub is_tls: bool,
    /// User and password, or user and token; when set, mail needs a sign-in.
    pub users: HashMap<String, String>,
    /// `PLAIN LOGIN` unless said otherwise.
    pub mechanisms: Option<&'static str>,
    pub lacks_pipelining: bool,
    pub lacks_utf8: bool,
    pub size: Option<usize>,
    /// The certificate ended long ago.
    pub is_expired: bool,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: HashMap<String, String>,
    moods: VecDeque<Mood>,
    delay: Duration,
    pauses: VecDeque<Duration>,
    connections: usize,
    in_hand: usize,
}

/// Runs on a thread of its own and ends with the process.
pub struct Sink {
    pub address: SocketAddr,
    pub certificates: Arc<Certificates>,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub fn start() -> Sink {
        Sink::with(Manners::default())
    }

    pub fn with(manners: Manners) -> Sink {
        let is_expired = manners.is_expired;
        let certificates = Arc::new(if is_expired { Certificates::expired() } else { Certificates::new() });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(Mutex::new(State::default()));
        let (tls, shared) = (TlsAcceptor::from(certificates.server_config()), state.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    lock(&shared).connections += 1;
                    tokio::spawn(connection(stream, manners.clone(), tls.clone(), shared.clone()));
                }
            });
        });
        Sink { address, certificates, state }
    }

    /// Everything that came in, the oldest first.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// Messages that are here as a whole and wait for their answer.
    pub fn in_hand(&self) -> usize {
        lock(&self.state).in_hand
    }

    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// Waits until `count` messages are there; panics after 20 seconds.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let began = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(20), "{} of {count} mails arrived", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// From now on RCPT for this address is answered like this, `550 5.1.1 nobody`; `250 ok` heals it.
    pub fn answer(&self, recipient: &str, reply: &str) {
        lock(&self.state).answers.insert(recipient.to_ascii_lowercase(), reply.to_owned());
    }

    /// The next messages are met in these moods, one each.
    pub fn moods(&self, moods: impl IntoIterator<Item = Mood>) {
        lock(&self.state).moods.extend(moods);
    }

    /// The next senders wait so long before they may begin, one each.
    pub fn pauses(&self, pauses: impl IntoIterator<Item = Duration>) {
        lock(&self.state).pauses.extend(pauses);
    }

    /// Every message is answered this late.
    pub fn delay(&self, delay: Duration) {
        lock(&self.state).delay = delay;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn connection(stream: TcpStream, manners: Manners, tls: TlsAcceptor, state: Arc<Mutex<State>>) {
    let _ = stream.set_nodelay(true);
    let mut session = Session { manners, state, helo: String::new(), user: None, is_encrypted: false };
    if session.manners.is_tls {
        session.is_encrypted = true;
        if let Ok(stream) = tls.accept(stream).await {
            let _ = session.talk(BufReader::new(stream), true).await;
        }
        return;
    }
    if let Ok(Some(io)) = session.talk(BufReader::new(stream), true).await
        && let Ok(stream) = tls.accept(io.into_inner()).await
    {
        session.is_encrypted = true;
        let _ = session.talk(BufReader::new(stream), false).await;
    }
}

struct Session {
    manners: Manners,
    state: Arc<Mutex<State>>,
    helo: String,
    user: Option<String>,
    is_encrypted: bool,
}

type Io<S> = BufReader<S>;

impl Session {
    /// Ends with the connection when STARTTLS was accepted.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut io: Io<S>,
        greets: bool,
    ) -> std::io::Result<Option<Io<S>>> {
        if greets {
            say(&mut io, "220 sink.example ESMTP").await?;
        }
        let (mut from, mut parameters, mut recipients) = (None, String::new(), Vec::new());
        loop {
            let line = listen(&mut io).await?;
            let upper = line.to_ascii_uppercase();
            let verb = upper.split(' ').next().unwrap_or_default();
            let argument = line.get(verb.len() + 1..).unwrap_or_default().to_owned();
            let reply = match verb {
                "EHLO" => {
                    self.helo = argument;
                    self.offers()
                }
                "HELO" => {
                    self.helo = argument;
                    "250 sink.example".into()
                }
                "STARTTLS" if self.manners.starts_tls && !self.is_encrypted => {
                    say(&mut io, "220 go").await?;
                    return Ok(Some(io));
                }
                "AUTH" => self.auth(&mut io, &argument).await?,
                "MAIL" if !self.manners.users.is_empty() && self.user.is_none() => "530 5.7.0 sign in".into(),
                "MAIL" => {
                    let pause = lock(&self.state).pauses.pop_front().unwrap_or_default();
                    tokio::time::sleep(pause).await;
                    let (address, rest) = path(&argument);
                    (from, parameters) = (Some(address), rest);
                    "250 2.1.0 ok".into()
                }
                "RCPT" if from.is_none() => "503 5.5.1 MAIL first".into(),
                "RCPT" => {
                    let (address, _) = path(&argument);
                    let answer = lock(&self.state).answers.get(&address.to_ascii_lowercase()).cloned();
                    let answer = answer.unwrap_or_else(|| "250 2.1.5 ok".into());
                    if answer.starts_with('2') {
                        recipients.push(address);
                    }
                    answer
                }
                "DATA" if recipients.is_empty() => "554 5.5.1 nobody".into(),
                "DATA" => {
                    say(&mut io, "354 go").await?;
                    let mood = lock(&self.state).moods.pop_front();
                    if matches!(mood, Some(Mood::DropInMessage)) {
                        return Ok(None);
                    }
                    let received = Received {
                        helo: self.helo.clone(),
                        from: from.take().unwrap_or_default(),
                        parameters: std::mem::take(&mut parameters),
                        recipients: std::mem::take(&mut recipients),
                        raw: message(&mut io).await?,
                        user: self.user.clone(),
                        is_encrypted: self.is_encrypted,
                        at: Instant::now(),
                    };
                    let Some(reply) = self.take(received, mood).await else { return Ok(None) };
                    reply
                }
                "RSET" => {
                    (from, recipients) = (None, Vec::new());
                    "250 2.0.0 ok".into()
                }
                "NOOP" => "250 2.0.0 ok".into(),
                "QUIT" => {
                    say(&mut io, "221 2.0.0 bye").await?;
                    return Ok(None);
                }
                _ => "500 5.5.1 what?".into(),
            };
            say(&mut io, &reply).await?;
        }
    }

    /// The reply to a message; `None` when there is none and the connection ends.
    async fn take(&self, received: Received, mood: Option<Mood>) -> Option<String> {
        lock(&self.state).in_hand += 1;
        let reply = self.answer(received, mood).await;
        lock(&self.state).in_hand -= 1;
        reply
    }

    async fn answer(&self, received: Received, mood: Option<Mood>) -> Option<String> {
        let delay = lock(&self.state).delay;
        tokio::time::sleep(delay).await;
        if let Some(Mood::Answer(reply)) = mood {
            return Some(reply);
        }
        let number = {
            let mut state = lock(&self.state);
            state.received.push(received);
            state.received.len()
        };
        match mood {
            Some(Mood::DropAfterMessage) => return None,
            Some(Mood::Hang) => tokio::time::sleep(Duration::from_secs(3600)).await,
            Some(Mood::Delay(delay)) => tokio::time::sleep(delay).await,
            Some(Mood::Answer(_) | Mood::DropInMessage) | None => {}
        }
        Some(format!("250 2.0.0 kept as {number}"))
    }

    fn offers(&self) -> String {
        let mut offers = vec!["sink.example".to_owned(), "8BITMIME".into(), "ENHANCEDSTATUSCODES".into()];
        if !self.manners.lacks_pipelining {
            offers.push("PIPELINING".into());
        }
        if !self.manners.lacks_utf8 {
            offers.push("SMTPUTF8".into());
        }
        if let Some(size) = self.manners.size {
            offers.push(format!("SIZE {size}"));
        }
        if self.manners.starts_tls && !self.is_encrypted {
            offers.push("STARTTLS".into());
        }
        if !self.manners.users.is_empty() {
            offers.push(format!("AUTH {}", self.manners.mechanisms.unwrap_or("PLAIN LOGIN")));
        }
        let last = offers.len() - 1;
        let lines = offers.iter().enumerate();
        let lines = lines.map(|(at, offer)| format!("250{}{offer}", if at == last { ' ' } else { '-' }));
        lines.collect::<Vec<_>>().join("\r\n")
    }

    async fn auth<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut Io<S>,
        argument: &str,
    ) -> std::io::Result<String> {
        let mut words = argument.split(' ');
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        if !self.manners.mechanisms.unwrap_or("PLAIN LOGIN").split(' ').any(|offered| offered == mechanism) {
            return Ok("504 5.5.4 not offered".into());
        }
        let first = words.next().map(str::to_owned);
        let (user, secret) = match mechanism.as_str() {
            "PLAIN" => {
                let text = decode(&first.unwrap_or_default());
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "XOAUTH2" => {
                let text = decode(&first.unwrap_or_default());
                let field = |name: &str| {
                    text.split('\x01').find_map(|part| part.strip_prefix(name)).unwrap_or_default().to_owned()
                };
                (field("user="), field("auth=Bearer "))
            }
            _ => {
                say(io, &format!("334 {}", BASE64.encode("Username:"))).await?;
                let user = decode(&listen(io).await?);
                say(io, &format!("334 {}", BASE64.encode("Password:"))).await?;
                (user, decode(&listen(io).await?))
            }
        };
        if self.manners.users.get(&user) == Some(&secret) {
            self.user = Some(user);
            return Ok("235 2.7.0 welcome".into());
        }
        if mechanism == "XOAUTH2" {
            say(io, &format!("334 {}", BASE64.encode(r#"{"status":"401"}"#))).await?;
            listen(io).await?;
        }
        Ok("535 5.7.8 wrong user or password".into())
    }
}

fn decode(text: &str) -> String {
    BASE64.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// `FROM:<ann@a.example> SIZE=3` into the address and the rest.
fn path(argument: &str) -> (String, String) {
    let inner = argument.split_once('<').map_or("", |(_, rest)| rest);
    let (address, rest) = inner.rsplit_once('>').unwrap_or((inner, ""));
    (address.to_owned(), rest.trim().to_owned())
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(io: &mut Io<S>, text: &str) -> std::io::Result<()> {
    io.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
    io.get_mut().flush().await
}

async fn listen<S: AsyncRead + AsyncWrite + Unpin>(io: &mut Io<S>) -> std::io::Result<String> {
    let mut line = Vec::new();
    if io.read_until(b'\n', &mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    assert!(line.ends_with(b"\r\n"), "a command without CRLF: {:?}", String::from_utf8_lossy(&line));
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// Reads line by line, as simple servers do. A lone LF is kept as it came, for the tests to find.
async fn message<S: AsyncRead + AsyncWrite + Unpin>(io: &mut Io<S>) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    let mut is_after_crlf = true;
    loop {
        let mut line = Vec::new();
        if io.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if is_after_crlf && line == b".\r\n" {
            return Ok(raw);
        }
        let dot = usize::from(is_after_crlf && line.first() == Some(&b'.'));
        raw.extend_from_slice(&line[dot..]);
        is_after_crlf = line.ends_with(b"\r\n");
    }
}
