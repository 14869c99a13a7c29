//! One peer's dialogue: commands in, replies out.
use super::{
    Accepted, Door, Envelope, Protocol, Recipient, Settings,
    data::{Fate, Incoming, Unfit, trace},
    places::{Place, Room},
};
use bytes::BytesMut;
use memchr::memchr;
use smtp_proto::{Error, MAIL_BODY_BINARYMIME, MAIL_REQUIRETLS, MAIL_SMTPUTF8, Request};
use std::{borrow::Cow, fmt::Write, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;

/// A command line, its CRLF included. RFC 5321 says 512, extensions add to it.
const MAX_LINE: usize = 2048;
/// Replies to pipelined commands are sent together, up to this.
const MAX_REPLIES: usize = 16 * 1024;
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Serves one connection to its end.
pub async fn run<D: Door>(
    mut stream: TcpStream,
    peer: IpAddr,
    place: Place,
    settings: Arc<Settings>,
    door: D,
    stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let mut session = Session {
        settings,
        door,
        stop,
        place,
        peer,
        is_encrypted: false,
        greeting: None,
        transaction: None,
        mistakes: 0,
        out: String::new(),
    };
    let ended = match session.talk(&mut stream, Opening::Greet).await {
        Ok(End::StartTls(config)) => match timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await
        {
            Ok(Ok(mut stream)) => {
                session.forget_for_tls();
                session.talk(&mut stream, Opening::Wait).await.map(|_| ())
            }
            Ok(Err(cause)) => Err(cause),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        },
        Ok(End::Closed) => Ok(()),
        Err(cause) => Err(cause),
    };
    if let Err(cause) = ended {
        tracing::debug!(%peer, %cause, "a mail session broke off");
    }
}

/// Whether the server speaks first; after STARTTLS it does not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    Greet,
    Wait,
}

enum End {
    Closed,
    StartTls(Arc<rustls::ServerConfig>),
}

/// What to do after a command has been answered.
enum Next {
    Command,
    Message,
    StartTls(Arc<rustls::ServerConfig>),
    Close,
}

/// How the peer introduced itself.
struct Greeting {
    helo: String,
    is_extended: bool,
}

struct Transaction {
    mail_from: Option<String>,
    is_utf8: bool,
    recipients: Vec<String>,
}

struct Session<D> {
    settings: Arc<Settings>,
    door: D,
    stop: watch::Receiver<bool>,
    place: Place,
    peer: IpAddr,
    is_encrypted: bool,
    greeting: Option<Greeting>,
    transaction: Option<Transaction>,
    mistakes: usize,
    /// Replies that wait to be sent together.
    out: String,
}

impl<D: Door> Session<D> {
    /// Nothing said before TLS counts after it (RFC 3207, 4.2).
    fn forget_for_tls(&mut self) {
        self.is_encrypted = true;
        self.greeting = None;
        self.transaction = None;
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut S,
        opening: Opening,
    ) -> io::Result<End> {
        let mut buffer = BytesMut::with_capacity(4096);
        if opening == Opening::Greet {
            let kind = if self.settings.protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
            let _ = write!(self.out, "220 {} {kind} Firstline\r\n", self.settings.host_name);
        }
        loop {
            let Some(line) = self.line(io, &mut buffer).await? else { return Ok(End::Closed) };
            match self.command(&line).await {
                Next::Command => {}
                Next::Message => {
                    if !self.message(io, &mut buffer).await? {
                        return self.close(io).await;
                    }
                }
                Next::StartTls(config) if buffer.is_empty() => {
                    self.flush(io).await?;
                    return Ok(End::StartTls(config));
                }
                // Commands behind STARTTLS were slipped in by somebody who could not read the TLS.
                Next::StartTls(_) => {
                    self.out.clear();
                    self.reply("503 5.5.1 Nothing may follow STARTTLS before TLS has begun");
                    return self.close(io).await;
                }
                Next::Close => return self.close(io).await,
            }
            if self.mistakes > self.settings.max_mistakes {
                self.reply("421 4.7.0 Too many mistakes");
                return self.close(io).await;
            }
        }
    }

    /// The next command line, with its CRLF. `None` when the session is over; the reason has been told.
    async fn line<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut S,
        buffer: &mut BytesMut,
    ) -> io::Result<Option<BytesMut>> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            if let Some(end) = memchr(b'\n', buffer).filter(|end| *end < MAX_LINE) {
                let line = buffer.split_to(end + 1);
                let text = line.strip_suffix(b"\r\n");
                if text.is_some_and(|text| !text.iter().any(|byte| matches!(byte, b'\r' | 0))) {
                    if self.out.len() > MAX_REPLIES {
                        self.flush(io).await?;
                    }
                    return Ok(Some(line));
                }
                self.reply("500 5.5.2 A line ends with CR LF and holds no other CR, LF or NUL");
                return self.close(io).await.map(|_| None);
            }
            if buffer.len() >= MAX_LINE {
                self.reply("500 5.5.2 The line is too long");
                return self.close(io).await.map(|_| None);
            }
            self.flush(io).await?;
            buffer.reserve(4096);
            let stopped = async { drop(self.stop.wait_for(|is_stopped| *is_stopped).await) };
            let parting = tokio::select! {
                read = timeout_at(deadline, io.read_buf(buffer)) => match read {
                    Ok(Ok(0)) => return Ok(None),
                    Ok(Ok(_)) => continue,
                    Ok(Err(cause)) => return Err(cause),
                    Err(_) => "421 4.4.2 You took too long",
                },
                () = stopped => "421 4.3.2 The server is being stopped; come again",
            };
            self.reply(parting);
            return self.close(io).await.map(|_| None);
        }
    }

    fn reply(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push_str("\r\n");
    }

    fn mistake(&mut self, text: &str) -> Next {
        self.mistakes += 1;
        self.reply(text);
        Next::Command
    }

    async fn flush<S: AsyncWrite + Unpin>(&mut self, io: &mut S) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let written = async {
            io.write_all(self.out.as_bytes()).await?;
            io.flush().await
        };
        timeout(self.settings.patience, written).await.map_err(|_| io::ErrorKind::TimedOut)??;
        self.out.clear();
        Ok(())
    }

    async fn close<S: AsyncWrite + Unpin>(&mut self, io: &mut S) -> io::Result<End> {
        self.flush(io).await?;
        let _ = timeout(Duration::from_secs(1), io.shutdown()).await;
        Ok(End::Closed)
    }

    async fn command(&mut self, line: &[u8]) -> Next {
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request,
            // A browser was made to talk to us: what follows was written by somebody else than its user.
            Err(_) if is_http(line) => {
                self.reply("500 5.5.1 This is no web server");
                return Next::Close;
            }
            Err(error) => return self.misunderstood(error),
        };
        match request {
            Request::Ehlo { host } if self.settings.protocol == Protocol::Smtp => self.greeted(&host, true),
            Request::Helo { host } if self.settings.protocol == Protocol::Smtp => self.greeted(&host, false),
            Request::Lhlo { host } if self.settings.protocol == Protocol::Lmtp => self.greeted(&host, true),
            Request::Ehlo { .. } | Request::Helo { .. } => self.mistake("500 5.5.1 This is LMTP: LHLO"),
            Request::Lhlo { .. } => self.mistake("500 5.5.1 This is SMTP: EHLO"),
            Request::Mail { from } => self.mail(from),
            Request::Rcpt { to } => self.rcpt(to.address).await,
            Request::Data => self.data(),
            Request::Rset => {
                self.transaction = None;
                self.reply("250 2.0.0 Forgotten");
                Next::Command
            }
            Request::Noop { .. } => {
                self.reply("250 2.0.0 OK");
                Next::Command
            }
            Request::Quit => {
                self.reply("221 2.0.0 Goodbye");
                Next::Close
            }
            Request::Vrfy { .. } => {
                self.reply("252 2.1.5 Send the mail and see");
                Next::Command
            }
            Request::Help { .. } => {
                self.reply("214 2.0.0 RFC 5321");
                Next::Command
            }
            Request::StartTls => self.start_tls(),
            // What follows these is no command line; reading it as one would let content command us.
            Request::Bdat { .. } | Request::Burl { .. } => {
                self.reply("502 5.5.1 Not offered");
                Next::Close
            }
            Request::Auth { .. } | Request::Expn { .. } | Request::Etrn { .. } | Request::Atrn { .. } => {
                self.mistake("502 5.5.1 Not offered")
            }
        }
    }

    fn misunderstood(&mut self, error: Error) -> Next {
        match error {
            Error::SyntaxError { syntax } => self.mistake(&format!("501 5.5.4 Expected: {syntax}")),
            Error::InvalidSenderAddress => self.mistake("501 5.1.7 Not an address"),
            Error::InvalidRecipientAddress => self.mistake("501 5.1.3 Not an address"),
            Error::InvalidParameter { param } => self.mistake(&format!("501 5.5.4 Wrong value of {param}")),
            Error::UnsupportedParameter { .. } => self.mistake("555 5.5.4 Unknown parameter"),
            Error::NeedsMoreData { .. }
            | Error::UnknownCommand
            | Error::ResponseTooLong
            | Error::InvalidResponse { .. } => self.mistake("500 5.5.1 Unknown command"),
        }
    }

    fn greeted(&mut self, name: &str, is_extended: bool) -> Next {
        let fits = |sign: char| sign.is_ascii_alphanumeric() || ".-_:[]".contains(sign);
        let helo: String = name.chars().map(|sign| if fits(sign) { sign } else { '?' }).take(255).collect();
        self.greeting = Some(Greeting { helo, is_extended });
        self.transaction = None;
        let settings = self.settings.clone();
        if !is_extended {
            self.reply(&format!("250 {}", settings.host_name));
            return Next::Command;
        }
        let starttls = if settings.tls.is_some() && !self.is_encrypted { "250-STARTTLS\r\n" } else { "" };
        let _ = write!(
            self.out,
            "250-{}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n{starttls}\
             250 SIZE {}\r\n",
            settings.host_name, settings.max_message
        );
        Next::Command
    }

    fn start_tls(&mut self) -> Next {
        match self.settings.tls.clone() {
            Some(config) if !self.is_encrypted => {
                self.reply("220 2.0.0 Begin");
                Next::StartTls(config)
            }
            _ => self.mistake("502 5.5.1 Not offered"),
        }
    }

    fn mail(&mut self, from: smtp_proto::MailFrom<Cow<str>>) -> Next {
        if self.greeting.is_none() {
            return self.mistake("503 5.5.1 Say hello first");
        }
        if self.transaction.is_some() {
            return self.mistake("503 5.5.1 One message at a time: RSET");
        }
        if from.size > self.settings.max_message {
            return self.mistake("552 5.3.4 The message is too large");
        }
        if from.flags & (MAIL_BODY_BINARYMIME | MAIL_REQUIRETLS) != 0 {
            return self.mistake("555 5.5.4 Not offered");
        }
        let is_utf8 = from.flags & MAIL_SMTPUTF8 != 0;
        if let Some(refusal) = unfit_address(&from.address, is_utf8) {
            return self.mistake(refusal);
        }
        let mail_from = Some(from.address.into_owned()).filter(|address| !address.is_empty());
        self.transaction = Some(Transaction { mail_from, is_utf8, recipients: Vec::new() });
        self.reply("250 2.1.0 OK");
        Next::Command
    }

    async fn rcpt(&mut self, address: Cow<'_, str>) -> Next {
        let Some(transaction) = &self.transaction else { return self.mistake("503 5.5.1 MAIL comes first") };
        if let Some(refusal) = unfit_address(&address, transaction.is_utf8) {
            return self.mistake(refusal);
        }
        if transaction.recipients.len() >= self.settings.max_recipients {
            self.reply("452 4.5.3 Too many recipients; send it to the others afterwards");
            return Next::Command;
        }
        // The only address without a domain (RFC 5321, 4.5.1).
        let address = if address.is_empty() { "postmaster" } else { &*address };
        match self.door.recipient(address).await {
            Recipient::Known => {
                if let Some(transaction) = &mut self.transaction {
                    transaction.recipients.push(address.to_owned());
                }
                self.reply("250 2.1.5 OK");
                Next::Command
            }
            Recipient::Unknown => self.mistake("550 5.1.1 Nobody here has this address"),
            Recipient::Busy => {
                self.reply("451 4.3.0 Try again later");
                Next::Command
            }
        }
    }

    fn data(&mut self) -> Next {
        match &self.transaction {
            Some(transaction) if !transaction.recipients.is_empty() => {
                self.reply("354 Go on; end with a line that is one dot");
                Next::Message
            }
            Some(_) => self.mistake("554 5.5.1 No valid recipients"),
            None => self.mistake("503 5.5.1 MAIL comes first"),
        }
    }

    /// Receives the message and has it stored. False when the session must end.
    async fn message<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut S,
        buffer: &mut BytesMut,
    ) -> io::Result<bool> {
        self.flush(io).await?;
        let (Some(transaction), Some(greeting)) = (self.transaction.take(), &self.greeting) else {
            return Ok(false);
        };
        let envelope = Envelope {
            peer: self.peer,
            helo: greeting.helo.clone(),
            mail_from: transaction.mail_from,
            recipients: transaction.recipients,
            received_at: self.settings.clock.now(),
            is_encrypted: self.is_encrypted,
        };
        let trace = trace(&envelope, self.settings.protocol, greeting.is_extended, &self.settings.host_name);
        let mut room = Room::default();
        let incoming = Incoming::new(trace, self.settings.max_message);
        let Some(incoming) = self.receive(io, buffer, incoming, &mut room).await? else { return Ok(false) };
        match incoming.finish() {
            Ok(raw) => {
                self.store(envelope, raw).await;
                Ok(true)
            }
            Err(unfit) => {
                let (reply, may_go_on) = match unfit {
                    Unfit::TooLarge => ("552 5.3.4 The message is too large", true),
                    Unfit::NoRoom => ("452 4.3.1 Too much mail at once; try again later", true),
                    Unfit::Loop => ("554 5.4.6 The message goes in circles", true),
                    // What this peer sends next may be meant for somebody else.
                    Unfit::BareLineEnd => ("550 5.6.0 A line in the message does not end with CR LF", false),
                };
                tracing::info!(peer = %self.peer, reply, "a message was refused");
                for _ in 0..self.answers(envelope.recipients.len()) {
                    self.reply(reply);
                }
                self.mistakes += 1;
                Ok(may_go_on)
            }
        }
    }

    /// Reads to the end of the message. `None` when the peer went away or took too long.
    async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        io: &mut S,
        buffer: &mut BytesMut,
        mut incoming: Incoming,
        room: &mut Room,
    ) -> io::Result<Option<Incoming>> {
        let deadline = Instant::now() + self.settings.message_patience;
        loop {
            if let Some(taken) = incoming.feed(buffer) {
                let _ = buffer.split_to(taken);
                return Ok(Some(incoming));
            }
            buffer.clear();
            if !self.place.grow(room, incoming.held()) {
                incoming.discard(Fate::NoRoom);
            }
            buffer.reserve(if incoming.held() < 16 * 1024 { 8 * 1024 } else { 64 * 1024 });
            let until = deadline.min(Instant::now() + self.settings.patience);
            match timeout_at(until, io.read_buf(buffer)).await {
                Ok(Ok(0)) => return Ok(None),
                Ok(Ok(_)) => {}
                Ok(Err(cause)) => return Err(cause),
                Err(_) => {
                    self.reply("421 4.4.2 You took too long; nothing was stored");
                    return Ok(None);
                }
            }
        }
    }

    /// Replies to the end of a message: LMTP has one for each recipient.
    fn answers(&self, recipients: usize) -> usize {
        if self.settings.protocol == Protocol::Lmtp { recipients } else { 1 }
    }

    async fn store(&mut self, envelope: Envelope, raw: Vec<u8>) {
        if self.settings.protocol == Protocol::Smtp {
            self.store_one(envelope, raw).await;
            return;
        }
        for recipient in envelope.recipients.clone() {
            let one = Envelope { recipients: vec![recipient], ..envelope.clone() };
            self.store_one(one, raw.clone()).await;
        }
    }

    async fn store_one(&mut self, envelope: Envelope, raw: Vec<u8>) {
        let stored = timeout(self.settings.store_patience, self.door.accept(envelope, raw)).await;
        match stored {
            Ok(Accepted::Stored(id)) => {
                let id = id.replace(|sign: char| !sign.is_ascii_graphic(), "");
                self.reply(&format!("250 2.0.0 Stored as {id}"));
            }
            Ok(Accepted::Busy) => self.reply("451 4.3.0 Not stored; try again later"),
            Ok(Accepted::TooLarge) => self.reply("552 5.3.4 The message is too large"),
            Ok(Accepted::Refused { code, text }) => {
                let code = if (400..600).contains(&code) { code } else { 550 };
                let text = text.replace(|sign: char| sign.is_control() || !sign.is_ascii(), " ");
                self.reply(&format!("{code} {text}"));
            }
            Err(_) => {
                tracing::error!("a message could not be stored in time; its sender will come again");
                self.reply("451 4.3.0 Not stored in time; try again later");
            }
        }
    }
}

/// Whether the line begins a request of HTTP, e.g. `POST / HTTP/1.1`.
fn is_http(line: &[u8]) -> bool {
    let verb = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    const VERBS: [&[u8]; 9] =
        [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"CONNECT", b"TRACE"];
    VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known))
}

/// The reply to an address that could break a header or needs SMTPUTF8 without having said so.
fn unfit_address(address: &str, is_utf8: bool) -> Option<&'static str> {
    if address.chars().any(|sign| sign.is_control() || sign == '<' || sign == '>') {
        return Some("501 5.1.3 Not an address");
    }
    (!is_utf8 && !address.is_ascii()).then_some("553 5.6.7 An international address needs SMTPUTF8")
}
