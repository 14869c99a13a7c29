//! One connection to an IMAP server (RFC 3501), as far as fetching mail needs it.
use super::{
    Account, Login,
    wording::{Line, Literal, Token, announced_literal, folder, quote},
};
use crate::email::peer::{Kind, Probe, Security, Stage, Trouble, Wire, shown};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use platform::outbound::{Outbound, Purpose};
use std::{collections::HashSet, io, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    time::{Instant, timeout, timeout_at},
};

/// For one line, and for a command to be written.
const PATIENCE: Duration = Duration::from_secs(60);
/// A server that is slower than this is given up in the middle of a message.
const SLOWEST_BYTES_PER_SECOND: usize = 4 * 1024;
/// A search in a folder of two million mails fits.
const MAX_LINE: usize = 16 * 1024 * 1024;
/// Literals that we did not ask for.
const MAX_OTHER_LITERAL: usize = 256 * 1024;

pub struct Client {
    io: BufReader<Wire>,
    last_tag: u32,
    capabilities: HashSet<String>,
    /// The server has said EXISTS since somebody last looked.
    has_news: bool,
}

/// A folder as SELECT describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    pub uid_validity: u32,
    /// What the next message will have, where the server says so.
    pub uid_next: Option<u32>,
    pub messages: u64,
    pub is_read_only: bool,
}

/// What the server said to one command.
#[derive(Debug, Default)]
pub struct Answer {
    pub lines: Vec<Line>,
    /// Codes in brackets of all status lines, `UIDVALIDITY 3`.
    pub codes: Vec<String>,
}

/// The server said NO or BAD.
#[derive(Debug)]
pub struct No {
    pub code: Option<String>,
    pub text: String,
}

impl No {
    pub fn trouble(self, stage: Stage, kind: Kind) -> Trouble {
        let is_temporary =
            matches!(self.code.as_deref(), Some("UNAVAILABLE" | "INUSE" | "SERVERBUG" | "LIMIT"));
        let trouble = Trouble::new(stage, kind, self.text);
        if is_temporary { trouble.temporary() } else { trouble }
    }
}

impl Client {
    /// Connects, encrypts and signs in; tells `probe` how far it got.
    pub async fn open(
        outbound: &Outbound,
        account: &Account,
        login: &Login,
        probe: &mut Probe,
    ) -> Result<Client, Trouble> {
        let Account { host, port, security, .. } = account;
        let wire = Wire::open(outbound, host, *port, *security, Purpose::MailIn).await?;
        probe.passed(Stage::Connect, format!("{host}:{port}"));
        if let Some(protection) = wire.protection() {
            probe.passed(Stage::Tls, protection);
        }
        let mut client =
            Client { io: BufReader::new(wire), last_tag: 0, capabilities: HashSet::new(), has_news: false };
        let greeting = client.line(Stage::Greeting, 0).await?.shown();
        let words = greeting.strip_prefix("* ").unwrap_or_default();
        let is_signed_in = words.starts_with("PREAUTH");
        if !words.starts_with("OK") && !is_signed_in {
            let kind = if words.starts_with("BYE") { Kind::Refused } else { Kind::BadAnswer };
            return Err(Trouble::new(Stage::Greeting, kind, greeting));
        }
        probe.passed(Stage::Greeting, shown(words));
        if *security == Security::StartTls {
            client.start_tls(outbound, host).await?;
            probe.passed(Stage::Tls, client.io.get_ref().protection().unwrap_or_default());
        }
        client.learn_capabilities().await?;
        if !is_signed_in {
            client.sign_in(login).await?;
            // More is offered to people who are signed in.
            client.learn_capabilities().await?;
        }
        probe.passed(Stage::SignIn, "");
        Ok(client)
    }

    pub fn has(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Whether the server has said, in passing, that there is new mail. Asking makes it old.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    async fn start_tls(&mut self, outbound: &Outbound, host: &str) -> Result<(), Trouble> {
        let answer = self.command("STARTTLS", Stage::Tls).await?;
        answer.map_err(|no| no.trouble(Stage::Tls, Kind::NoStartTls))?;
        // Words before TLS that would count after it were slipped in by somebody else.
        if !self.io.buffer().is_empty() {
            return Err(Trouble::new(Stage::Tls, Kind::BadAnswer, "an answer before TLS began"));
        }
        self.io.get_mut().encrypt(outbound, host).await
    }

    async fn learn_capabilities(&mut self) -> Result<(), Trouble> {
        let answer = self.command("CAPABILITY", Stage::Greeting).await?;
        let answer = answer.map_err(|no| no.trouble(Stage::Greeting, Kind::BadAnswer))?;
        let words = answer.lines.iter().map(Line::shown);
        self.capabilities = words
            .filter(|line| line.to_ascii_uppercase().starts_with("CAPABILITY "))
            .flat_map(|line| line.split(' ').map(str::to_ascii_uppercase).collect::<Vec<_>>())
            .collect();
        Ok(())
    }

    async fn sign_in(&mut self, login: &Login) -> Result<(), Trouble> {
        let answer = match login {
            Login::Token { user, token } if self.has("AUTH=XOAUTH2") => {
                let secret = format!("user={user}\x01auth=Bearer {}\x01\x01", token.reveal());
                self.authenticate("XOAUTH2", &BASE64.encode(secret)).await?
            }
            Login::Password { user, password } if self.has("AUTH=PLAIN") => {
                let secret = format!("\0{user}\0{}", password.reveal());
                self.authenticate("PLAIN", &BASE64.encode(secret)).await?
            }
            Login::Password { user, password } if !self.has("LOGINDISABLED") => {
                match (quote(user), quote(password.reveal())) {
                    (Some(user), Some(password)) => {
                        self.command(&format!("LOGIN {user} {password}"), Stage::SignIn).await?
                    }
                    _ => self.login_with_literals(user, password.reveal()).await?,
                }
            }
            Login::Token { .. } | Login::Password { .. } => {
                let is_disabled = self.has("LOGINDISABLED");
                let text =
                    if is_disabled { "the server wants TLS first" } else { "no way to sign in that we know" };
                return Err(Trouble::new(Stage::SignIn, Kind::NoSignIn, text));
            }
        };
        answer.map(|_| ()).map_err(|no| no.trouble(Stage::SignIn, Kind::SignInRefused))
    }

    async fn authenticate(&mut self, mechanism: &str, secret: &str) -> Result<Result<Answer, No>, Trouble> {
        if self.has("SASL-IR") {
            let tag = self.send(&format!("AUTHENTICATE {mechanism} {secret}"), Stage::SignIn).await?;
            return self.finish(&tag, Stage::SignIn, &[""]).await;
        }
        let tag = self.send(&format!("AUTHENTICATE {mechanism}"), Stage::SignIn).await?;
        // A second question is a refusal in disguise (XOAUTH2) and wants an empty answer.
        self.finish(&tag, Stage::SignIn, &[secret, ""]).await
    }

    async fn login_with_literals(
        &mut self,
        user: &str,
        password: &str,
    ) -> Result<Result<Answer, No>, Trouble> {
        let tag = self.send(&format!("LOGIN {{{}}}", user.len()), Stage::SignIn).await?;
        let second = format!("{user} {{{}}}", password.len());
        self.finish(&tag, Stage::SignIn, &[&second, password]).await
    }

    /// Opens a folder for reading and flagging.
    pub async fn select(&mut self, name: &str) -> Result<Selected, Trouble> {
        let answer = self.command(&format!("SELECT {}", folder(name)), Stage::Folder).await?;
        let answer = answer.map_err(|no| no.trouble(Stage::Folder, Kind::NoFolder))?;
        let uid_validity =
            answer.codes.iter().find_map(|code| code.strip_prefix("UIDVALIDITY ")?.parse().ok());
        let uid_next = answer.codes.iter().find_map(|code| code.strip_prefix("UIDNEXT ")?.parse().ok());
        let messages =
            answer.lines.iter().find_map(|line| line.shown().strip_suffix(" EXISTS")?.parse().ok());
        Ok(Selected {
            uid_validity: uid_validity.ok_or_else(|| {
                Trouble::new(Stage::Folder, Kind::BadAnswer, "the folder has no UIDVALIDITY")
            })?,
            uid_next,
            messages: messages.unwrap_or(0),
            is_read_only: answer.codes.iter().any(|code| code == "READ-ONLY"),
        })
    }

    /// UIDs that match, ascending.
    pub async fn search(&mut self, criteria: &str) -> Result<Vec<u32>, Trouble> {
        let answer = self.command(&format!("UID SEARCH {criteria}"), Stage::Transfer).await?;
        let answer = answer.map_err(|no| no.trouble(Stage::Transfer, Kind::Refused).temporary())?;
        let mut uids = Vec::new();
        for line in answer.lines {
            let words = line.shown();
            let mut words = words.split_ascii_whitespace();
            if words.next().is_some_and(|first| first.eq_ignore_ascii_case("SEARCH")) {
                let unreadable =
                    |_| Trouble::new(Stage::Transfer, Kind::BadAnswer, "a UID that is no number");
                for word in words.take_while(|word| !word.starts_with('(')) {
                    uids.push(word.parse::<u32>().map_err(unreadable)?);
                }
            }
        }
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// FETCH items of messages, one list of names and values each.
    ///
    /// * `max_literal` – larger literals are read and forgotten, so that a server cannot fill our memory.
    pub async fn fetch(
        &mut self,
        set: &str,
        items: &str,
        max_literal: usize,
    ) -> Result<Result<Vec<Fetched>, No>, Trouble> {
        let tag = self.send(&format!("UID FETCH {set} ({items})"), Stage::Transfer).await?;
        let answer = match self.finish_with(&tag, Stage::Transfer, &[], max_literal).await? {
            Ok(answer) => answer,
            Err(no) => return Ok(Err(no)),
        };
        Ok(Ok(answer.lines.into_iter().filter_map(Fetched::read).collect()))
    }

    /// A command without further questions.
    pub async fn command(&mut self, command: &str, stage: Stage) -> Result<Result<Answer, No>, Trouble> {
        let tag = self.send(command, stage).await?;
        self.finish(&tag, stage, &[]).await
    }

    /// Waits until the server says that something has come, at most so long.
    ///
    /// Not to be dropped half-way: the caller passes in `stopped` what may end it.
    pub async fn idle(
        &mut self,
        longest: Duration,
        stopped: impl Future<Output = ()>,
    ) -> Result<(), Trouble> {
        let tag = self.send("IDLE", Stage::Transfer).await?;
        let until = Instant::now() + longest;
        tokio::pin!(stopped);
        let mut is_idle = false;
        while !(is_idle && self.has_news) {
            // Whole lines only: a line that was read in part could not be read again.
            let filled = tokio::select! {
                filled = timeout_at(until, self.io.fill_buf()) => match filled {
                    Ok(filled) => filled.map(<[u8]>::len),
                    Err(_) => break,
                },
                () = &mut stopped => break,
            };
            if filled.map_err(|cause| Trouble::broken(Stage::Transfer, &cause))? == 0 {
                return Err(Trouble::new(Stage::Transfer, Kind::Broken, "the server closed the connection"));
            }
            let line = self.line(Stage::Transfer, MAX_OTHER_LITERAL).await?.shown();
            if line.starts_with('+') {
                is_idle = true;
            } else if line.starts_with(&tag) {
                return Err(Trouble::new(Stage::Transfer, Kind::Refused, line).temporary());
            } else if line.starts_with("* BYE") {
                return Err(Trouble::new(Stage::Transfer, Kind::Broken, line));
            }
            self.has_news |= line.starts_with("* ") && line.ends_with(" EXISTS");
        }
        self.write("DONE", Stage::Transfer).await?;
        let answer = self.finish(&tag, Stage::Transfer, &[]).await?;
        answer.map_err(|no| no.trouble(Stage::Transfer, Kind::Refused).temporary())?;
        Ok(())
    }

    pub async fn logout(mut self) {
        let _ = timeout(Duration::from_secs(1), self.command("LOGOUT", Stage::Transfer)).await;
    }

    async fn send(&mut self, command: &str, stage: Stage) -> Result<String, Trouble> {
        self.last_tag += 1;
        let tag = format!("F{}", self.last_tag);
        self.write(&format!("{tag} {command}"), stage).await?;
        Ok(tag)
    }

    async fn write(&mut self, line: &str, stage: Stage) -> Result<(), Trouble> {
        let line = format!("{line}\r\n");
        let written = async {
            self.io.get_mut().write_all(line.as_bytes()).await?;
            self.io.get_mut().flush().await
        };
        let slow = |_| io::Error::from(io::ErrorKind::TimedOut);
        let written = timeout(PATIENCE, written).await.map_err(slow).and_then(|result| result);
        written.map_err(|cause| Trouble::broken(stage, &cause))
    }

    async fn finish(
        &mut self,
        tag: &str,
        stage: Stage,
        answers: &[&str],
    ) -> Result<Result<Answer, No>, Trouble> {
        self.finish_with(tag, stage, answers, MAX_OTHER_LITERAL).await
    }

    /// Reads to the line with our tag. `answers` go out, one for each question of the server.
    async fn finish_with(
        &mut self,
        tag: &str,
        stage: Stage,
        answers: &[&str],
        max_literal: usize,
    ) -> Result<Result<Answer, No>, Trouble> {
        let mut answer = Answer::default();
        let mut answers = answers.iter();
        loop {
            let mut line = self.line(stage, max_literal).await?;
            if line.text.first() == Some(&b'+') {
                let next = answers
                    .next()
                    .ok_or_else(|| Trouble::new(stage, Kind::BadAnswer, "the server asks and we did not"))?;
                self.write(next, stage).await?;
                continue;
            }
            if let Some(rest) =
                line.text.strip_prefix(tag.as_bytes()).and_then(|rest| rest.strip_prefix(b" "))
            {
                let (word, code, text) = status(&String::from_utf8_lossy(rest));
                answer.codes.extend(code.clone());
                return Ok(if word == "OK" { Ok(answer) } else { Err(No { code, text: shown(&text) }) });
            }
            let Some(rest) = line.text.strip_prefix(b"* ").map(<[u8]>::to_vec) else {
                return Err(Trouble::new(stage, Kind::BadAnswer, line.shown()));
            };
            let (word, code, text) = status(&String::from_utf8_lossy(&rest[..rest.len().min(2048)]));
            match word.as_str() {
                "BYE" => return Err(Trouble::new(stage, Kind::Refused, text).temporary()),
                "OK" | "NO" | "BAD" => answer.codes.extend(code),
                _ => {
                    self.has_news |= rest.ends_with(b" EXISTS");
                    line.text = rest;
                    answer.lines.push(line);
                }
            }
        }
    }

    async fn line(&mut self, stage: Stage, max_literal: usize) -> Result<Line, Trouble> {
        read_line(&mut self.io, max_literal).await.map_err(|cause| Trouble::broken(stage, &cause))
    }
}

/// `OK [UIDNEXT 3] words` into `OK`, `UIDNEXT 3`, `words`.
fn status(text: &str) -> (String, Option<String>, String) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let coded = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'));
    let (code, words) = coded.map_or((None, rest), |(code, words)| (Some(code.to_ascii_uppercase()), words));
    (word.to_ascii_uppercase(), code, words.trim().to_owned())
}

/// A line with its literals, each within a time that fits its size.
async fn read_line(io: &mut BufReader<Wire>, max_literal: usize) -> io::Result<Line> {
    let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let mut line = Line::default();
    loop {
        let begin = line.text.len();
        let left = MAX_LINE.saturating_sub(begin) as u64;
        timeout(PATIENCE, (&mut *io).take(left).read_until(b'\n', &mut line.text))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
        if line.text.len() == begin {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        if line.text.pop() != Some(b'\n') {
            return Err(broken("a line without an end"));
        }
        if line.text.last() == Some(&b'\r') {
            line.text.pop();
        }
        if line.text[begin..].contains(&0) {
            return Err(broken("a NUL in a line"));
        }
        let Some((at, size)) = announced_literal(&line.text[begin..]) else { return Ok(line) };
        line.text.truncate(begin + at);
        line.text.push(0);
        let patience = PATIENCE + Duration::from_secs((size / SLOWEST_BYTES_PER_SECOND) as u64);
        let literal = timeout(patience, read_literal(io, size, max_literal)).await;
        line.literals.push(literal.map_err(|_| io::ErrorKind::TimedOut)??);
    }
}

async fn read_literal(io: &mut BufReader<Wire>, size: usize, max: usize) -> io::Result<Literal> {
    let mut left = io.take(size as u64);
    if size > max {
        let skipped = tokio::io::copy_buf(&mut left, &mut tokio::io::sink()).await?;
        let is_whole = skipped == size as u64;
        return is_whole.then_some(Literal::Skipped(size)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
    }
    // Grows with what arrives, not with what was announced.
    let mut bytes = Vec::new();
    left.read_to_end(&mut bytes).await?;
    let is_whole = bytes.len() == size;
    is_whole.then_some(Literal::Kept(bytes)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// One message's items.
#[derive(Debug)]
pub struct Fetched {
    pub uid: u32,
    items: Vec<Token>,
}

impl Fetched {
    /// `7 FETCH (UID 3 …)`; anything else, and news about flags, is `None`.
    fn read(line: Line) -> Option<Fetched> {
        let mut tokens = line.tokens()?;
        if !tokens.get(1)?.atom()?.eq_ignore_ascii_case("FETCH") || tokens.len() != 3 {
            return None;
        }
        let Some(Token::List(items)) = tokens.pop() else { return None };
        let mut fetched = Fetched { uid: 0, items };
        fetched.uid = u32::try_from(fetched.item("UID")?.number()?).ok()?;
        Some(fetched)
    }

    pub fn item(&self, name: &str) -> Option<&Token> {
        let is_it = |pair: &&[Token]| pair[0].atom().is_some_and(|atom| atom.eq_ignore_ascii_case(name));
        self.items.chunks_exact(2).find(is_it).map(|pair| &pair[1])
    }

    /// Takes the value of an item out.
    pub fn take(&mut self, name: &str) -> Option<Token> {
        let is_it = |pair: &&mut [Token]| pair[0].atom().is_some_and(|atom| atom.eq_ignore_ascii_case(name));
        let pair = self.items.chunks_exact_mut(2).find(is_it)?;
        Some(std::mem::replace(&mut pair[1], Token::List(Vec::new())))
    }
}
