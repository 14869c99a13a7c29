//! The dialogue with a relay.
use super::{
    Outcome, Refusal, Route,
    content::{has_utf8_header, on_the_envelope, on_the_wire},
};
use crate::email::peer::{Kind, Probe, Security, SignIn, Stage, Trouble, Wire, shown};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use platform::outbound::{Outbound, Purpose};
use std::{collections::HashMap, fmt::Write, io, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    time::{Instant, timeout, timeout_at},
};

/// For one reply, and for the server to take the next part of a message.
const PATIENCE: Duration = Duration::from_secs(60);
/// For one mail, all its recipients and bytes. Whoever holds a lease on the mail holds it for longer.
const WHOLE_MAIL: Duration = Duration::from_secs(300);
/// Nobody waits for the answer to a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// A reply with more bytes than this is no reply.
const MAX_REPLY: usize = 64 * 1024;
/// A message goes out in parts, each within [`PATIENCE`].
const PART: usize = 256 * 1024;
/// Commands sent together where the server allows it.
const PIPELINE: usize = 50;

/// A signed-in connection. Several mails may go over it, one after the other.
pub struct Connection {
    io: BufReader<Wire>,
    /// EHLO keywords in upper case, with their parameters.
    offers: HashMap<String, String>,
    /// When whatever is being done must be over.
    deadline: Instant,
}

/// A server's reply, its lines joined.
struct Reply {
    code: u16,
    text: String,
}

impl Reply {
    fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    fn refusal(&self) -> Refusal {
        let mut words = self.text.splitn(2, ' ');
        let first = words.next().unwrap_or_default();
        let is_enhanced = first.split('.').count() == 3
            && first
                .split('.')
                .all(|part| !part.is_empty() && part.len() <= 3 && part.parse::<u16>().is_ok());
        Refusal {
            is_permanent: self.code >= 500,
            code: self.code,
            enhanced: is_enhanced.then(|| first.to_owned()),
            text: shown(if is_enhanced { words.next().unwrap_or_default() } else { &self.text }),
        }
    }

    fn trouble(&self, stage: Stage, kind: Kind) -> Trouble {
        let trouble = Trouble::new(stage, kind, format!("{} {}", self.code, self.text));
        if self.code < 500 { trouble.temporary() } else { trouble }
    }
}

impl Connection {
    /// Connects, encrypts and signs in.
    pub async fn open(outbound: &Outbound, route: &Route) -> Result<Connection, Trouble> {
        Connection::open_telling(outbound, route, &mut Probe::default()).await
    }

    pub(super) async fn open_telling(
        outbound: &Outbound,
        route: &Route,
        probe: &mut Probe,
    ) -> Result<Connection, Trouble> {
        let Route { host, port, security, sign_in, helo } = route;
        let wire = Wire::open(outbound, host, *port, *security, Purpose::MailOut).await?;
        probe.passed(Stage::Connect, format!("{host}:{port}"));
        if let Some(protection) = wire.protection() {
            probe.passed(Stage::Tls, protection);
        }
        let mut connection = Connection {
            io: BufReader::new(wire),
            offers: HashMap::new(),
            deadline: Instant::now() + WHOLE_MAIL,
        };
        let greeting = connection.reply(Stage::Greeting).await?;
        if !greeting.is_positive() {
            return Err(greeting.trouble(Stage::Greeting, Kind::Refused));
        }
        connection.hello(helo).await?;
        probe.passed(Stage::Greeting, shown(&greeting.text));
        if *security == Security::StartTls {
            connection.start_tls(outbound, host).await?;
            connection.hello(helo).await?;
            let protection = connection.io.get_ref().protection();
            probe.passed(Stage::Tls, protection.unwrap_or_default());
        }
        if let Some(sign_in) = sign_in {
            connection.sign_in(sign_in).await?;
            probe.passed(Stage::SignIn, "");
        }
        Ok(connection)
    }

    async fn hello(&mut self, name: &str) -> Result<(), Trouble> {
        let name: String =
            name.chars().filter(|sign| sign.is_ascii_alphanumeric() || ".-[]:".contains(*sign)).collect();
        let reply = self.command(&format!("EHLO {name}"), Stage::Greeting).await?;
        if reply.is_positive() {
            self.offers = reply
                .text
                .lines()
                .skip(1)
                .map(|line| {
                    let (keyword, rest) = line.split_once([' ', '=']).unwrap_or((line, ""));
                    (keyword.to_ascii_uppercase(), rest.to_ascii_uppercase())
                })
                .collect();
            return Ok(());
        }
        self.offers.clear();
        let reply = self.command(&format!("HELO {name}"), Stage::Greeting).await?;
        if reply.is_positive() { Ok(()) } else { Err(reply.trouble(Stage::Greeting, Kind::Refused)) }
    }

    async fn start_tls(&mut self, outbound: &Outbound, host: &str) -> Result<(), Trouble> {
        if !self.offers.contains_key("STARTTLS") {
            return Err(Trouble::new(Stage::Tls, Kind::NoStartTls, "the server does not offer STARTTLS"));
        }
        let reply = self.command("STARTTLS", Stage::Tls).await?;
        if !reply.is_positive() {
            return Err(reply.trouble(Stage::Tls, Kind::NoStartTls));
        }
        // Words before TLS that would count after it were slipped in by somebody else.
        if !self.io.buffer().is_empty() {
            return Err(Trouble::new(Stage::Tls, Kind::BadAnswer, "an answer before TLS began"));
        }
        self.io.get_mut().encrypt(outbound, host).await
    }

    async fn sign_in(&mut self, sign_in: &SignIn) -> Result<(), Trouble> {
        let offered = self.offers.get("AUTH").cloned().unwrap_or_default();
        let offers = |mechanism: &str| offered.split(' ').any(|word| word == mechanism);
        let reply = match sign_in {
            SignIn::Token { user, token } if offers("XOAUTH2") => {
                let secret = format!("user={user}\x01auth=Bearer {}\x01\x01", token.reveal());
                let reply = self.secret_command(&format!("AUTH XOAUTH2 {}", BASE64.encode(secret))).await?;
                // A refusal comes as a challenge that wants an empty answer.
                if reply.code == 334 { self.secret_command("").await? } else { reply }
            }
            SignIn::Password { user, password } if offers("PLAIN") => {
                let secret = format!("\0{user}\0{}", password.reveal());
                self.secret_command(&format!("AUTH PLAIN {}", BASE64.encode(secret))).await?
            }
            SignIn::Password { user, password } if offers("LOGIN") => {
                let mut reply = self.secret_command("AUTH LOGIN").await?;
                for answer in [user, password.reveal()] {
                    if reply.code != 334 {
                        break;
                    }
                    reply = self.secret_command(&BASE64.encode(answer)).await?;
                }
                reply
            }
            SignIn::Token { .. } | SignIn::Password { .. } => {
                let text = if offered.is_empty() { "the server offers no sign-in".into() } else { offered };
                return Err(Trouble::new(Stage::SignIn, Kind::NoSignIn, text));
            }
        };
        if reply.code == 235 { Ok(()) } else { Err(reply.trouble(Stage::SignIn, Kind::SignInRefused)) }
    }

    /// Sends one mail. After an error the connection is of no more use.
    pub async fn send(
        &mut self,
        from: Option<&str>,
        recipients: &[String],
        raw: &[u8],
    ) -> Result<Outcome, Trouble> {
        self.deadline = Instant::now() + WHOLE_MAIL;
        let mut outcome = Outcome::default();
        if let Some(refusal) = self.too_large(raw) {
            return Ok(outcome.all_refused(recipients.to_vec(), &refusal));
        }
        let has_utf8 = self.offers.contains_key("SMTPUTF8");
        let sender = match from.map(|from| on_the_envelope(from, has_utf8)).transpose() {
            Ok(sender) => sender.unwrap_or_default(),
            Err(refusal) => return Ok(outcome.all_refused(recipients.to_vec(), &refusal)),
        };
        let mut asked = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            match on_the_envelope(recipient, has_utf8) {
                Ok(address) => asked.push((recipient.clone(), address)),
                Err(refusal) => outcome.refused.push((recipient.clone(), refusal)),
            }
        }
        if asked.is_empty() {
            return Ok(outcome);
        }
        let needs_utf8 = !sender.is_ascii()
            || asked.iter().any(|(_, address)| !address.is_ascii())
            || has_utf8_header(raw);
        let mail = self.mail_command(&sender, raw, needs_utf8 && has_utf8);
        self.envelope(&mail, asked, &mut outcome).await?;
        if outcome.accepted.is_empty() {
            self.command("RSET", Stage::Transfer).await?;
        } else {
            self.message(raw, &mut outcome).await?;
        }
        Ok(outcome)
    }

    fn too_large(&self, raw: &[u8]) -> Option<Refusal> {
        let limit: usize = self.offers.get("SIZE")?.trim().parse().ok().filter(|limit| *limit > 0)?;
        (raw.len() > limit).then(|| Refusal {
            is_permanent: true,
            code: 0,
            enhanced: Some("5.3.4".into()),
            text: format!("the server takes {limit} bytes, the mail has {}", raw.len()),
        })
    }

    fn mail_command(&self, sender: &str, raw: &[u8], is_utf8: bool) -> String {
        let mut mail = format!("MAIL FROM:<{sender}>");
        if self.offers.contains_key("SIZE") {
            let _ = write!(mail, " SIZE={}", raw.len());
        }
        if !raw.is_ascii() && self.offers.contains_key("8BITMIME") {
            mail.push_str(" BODY=8BITMIME");
        }
        if is_utf8 {
            mail.push_str(" SMTPUTF8");
        }
        mail
    }

    /// MAIL and all RCPT: fills `accepted` and `refused`. A refused sender refuses them all.
    async fn envelope(
        &mut self,
        mail: &str,
        asked: Vec<(String, String)>,
        outcome: &mut Outcome,
    ) -> Result<(), Trouble> {
        let at_once = if self.offers.contains_key("PIPELINING") { PIPELINE } else { 1 };
        let commands: Vec<String> = std::iter::once(mail.to_owned())
            .chain(asked.iter().map(|(_, address)| format!("RCPT TO:<{address}>")))
            .collect();
        let mut replies = Vec::with_capacity(commands.len());
        for together in commands.chunks(at_once) {
            self.write(format!("{}\r\n", together.join("\r\n")).as_bytes(), Stage::Transfer).await?;
            for _ in together {
                replies.push(self.reply(Stage::Transfer).await?);
            }
        }
        let sender = replies.remove(0);
        for ((recipient, _), reply) in asked.into_iter().zip(replies) {
            match [&sender, &reply].into_iter().find(|reply| !reply.is_positive()) {
                None => outcome.accepted.push(recipient),
                Some(refused) => outcome.refused.push((recipient, refused.refusal())),
            }
        }
        Ok(())
    }

    async fn message(&mut self, raw: &[u8], outcome: &mut Outcome) -> Result<(), Trouble> {
        let mut reply = self.command("DATA", Stage::Transfer).await?;
        if reply.code == 354 {
            let wire = on_the_wire(raw);
            // Without its last line the server has no message to keep.
            let (body, end) = wire.split_at(wire.len() - b".\r\n".len());
            for part in body.chunks(PART) {
                self.write(part, Stage::Transfer).await?;
            }
            self.write(end, Stage::Acknowledge).await?;
            reply = self.reply(Stage::Acknowledge).await?;
            outcome.reply = shown(&format!("{} {}", reply.code, reply.text));
        } else if reply.is_positive() {
            return Err(reply.trouble(Stage::Transfer, Kind::BadAnswer));
        }
        if !reply.is_positive() {
            let asked = std::mem::take(&mut outcome.accepted);
            *outcome = std::mem::take(outcome).all_refused(asked, &reply.refusal());
        }
        Ok(())
    }

    /// Says goodbye; what comes back is of no interest.
    pub async fn quit(mut self) {
        let _ = timeout(GOODBYE, self.command("QUIT", Stage::Transfer)).await;
    }

    async fn command(&mut self, line: &str, stage: Stage) -> Result<Reply, Trouble> {
        self.write(format!("{line}\r\n").as_bytes(), stage).await?;
        self.reply(stage).await
    }

    /// A command that must never be logged.
    async fn secret_command(&mut self, line: &str) -> Result<Reply, Trouble> {
        self.command(line, Stage::SignIn).await
    }

    fn patience(&self) -> Instant {
        self.deadline.min(Instant::now() + PATIENCE)
    }

    async fn write(&mut self, bytes: &[u8], stage: Stage) -> Result<(), Trouble> {
        let patience = self.patience();
        let written = async {
            self.io.get_mut().write_all(bytes).await?;
            self.io.get_mut().flush().await
        };
        let slow = |_| io::Error::from(io::ErrorKind::TimedOut);
        let written = timeout_at(patience, written).await.map_err(slow).and_then(|result| result);
        written.map_err(|cause| Trouble::broken(stage, &cause))
    }

    async fn reply(&mut self, stage: Stage) -> Result<Reply, Trouble> {
        let slow = |_| io::Error::from(io::ErrorKind::TimedOut);
        let patience = self.patience();
        let read =
            timeout_at(patience, read_reply(&mut self.io)).await.map_err(slow).and_then(|result| result);
        let reply = read.map_err(|cause| Trouble::broken(stage, &cause))?;
        // The server is closing: nothing more will be answered.
        if reply.code == 421 { Err(reply.trouble(stage, Kind::Refused)) } else { Ok(reply) }
    }
}

impl Outcome {
    fn all_refused(mut self, recipients: Vec<String>, refusal: &Refusal) -> Outcome {
        self.refused.extend(recipients.into_iter().map(|recipient| (recipient, refusal.clone())));
        self
    }
}

async fn read_reply(io: &mut BufReader<Wire>) -> io::Result<Reply> {
    let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let mut text = String::new();
    loop {
        let mut line = Vec::new();
        let left = MAX_REPLY.saturating_sub(text.len());
        (&mut *io).take(left as u64).read_until(b'\n', &mut line).await?;
        if line.is_empty() && left > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        if !line.ends_with(b"\n") {
            return Err(broken("an endless reply"));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        let code = line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        let code: u16 = code.and_then(|code| code.parse().ok()).ok_or_else(|| broken("that is no SMTP"))?;
        let rest = line.get(4..).unwrap_or_default();
        // The enhanced code stands on every line; once is enough.
        let again = text.split(' ').next().filter(|first| first.contains('.') && !text.is_empty());
        let rest = again.and_then(|first| rest.strip_prefix(first)).unwrap_or(rest);
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(rest.trim_start());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code, text });
        }
    }
}
