//! The mail server at the other end: how it is reached, how we sign in, and what can go wrong.
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use kernel::secret::Secret;
use platform::outbound::{Outbound, Purpose, Refused};
use serde::{Deserialize, Serialize};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// When a connection becomes encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Never; for servers on the same machine.
    None,
    /// After the greeting, by command. A server that does not offer it is refused.
    StartTls,
    /// From the first byte.
    Tls,
}

/// Who we are to the server.
#[derive(Clone, Debug)]
pub enum SignIn {
    Password {
        user: String,
        password: Secret<String>,
    },
    /// XOAUTH2: an access token that is valid now.
    Token {
        user: String,
        token: Secret<String>,
    },
}

/// How far a dialogue got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Resolve,
    Connect,
    Greeting,
    Tls,
    SignIn,
    Folder,
    /// Between sign-in and the end of a message.
    Transfer,
    /// The whole message is out and its acknowledgement is missing: the server may have taken it.
    Acknowledge,
}
platform::words! { Stage {
    Resolve = "resolve", Connect = "connect", Greeting = "greeting", Tls = "tls", SignIn = "sign_in",
    Folder = "folder", Transfer = "transfer", Acknowledge = "acknowledge",
} }

/// Why dealing with a server came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{stage:?}: {text}")]
pub struct Trouble {
    pub stage: Stage,
    pub kind: Kind,
    /// Trying again later may help without a change of settings.
    pub is_temporary: bool,
    /// For the person who looks after the inbox: what the server said, or what we saw. No secret.
    pub text: String,
}

/// What kind of trouble, with a stable name for translations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    BadAddress,
    NotAllowed,
    UnknownHost,
    NotReachable,
    TooSlow,
    NotTrusted,
    /// STARTTLS was asked for and is not offered.
    NoStartTls,
    /// User, password or token are wrong.
    SignInRefused,
    /// None of the ways to sign in that we know is offered.
    NoSignIn,
    NoFolder,
    /// The server said no, or that it has no time.
    Refused,
    /// The server speaks something else.
    BadAnswer,
    /// The connection ended in the middle.
    Broken,
    /// Our own side could not store what came.
    NotStored,
    /// The agreement with the mail provider is over: somebody has to sign in there again.
    SignInAgain,
}
platform::words! { Kind {
    BadAddress = "bad_address", NotAllowed = "not_allowed", UnknownHost = "unknown_host",
    NotReachable = "not_reachable", TooSlow = "too_slow", NotTrusted = "not_trusted",
    NoStartTls = "no_start_tls", SignInRefused = "sign_in_refused", NoSignIn = "no_sign_in",
    NoFolder = "no_folder", Refused = "refused", BadAnswer = "bad_answer", Broken = "broken",
    NotStored = "not_stored", SignInAgain = "sign_in_again",
} }

impl Trouble {
    pub fn new(stage: Stage, kind: Kind, text: impl Into<String>) -> Trouble {
        let is_temporary = match kind {
            Kind::UnknownHost | Kind::NotReachable | Kind::TooSlow | Kind::Broken | Kind::NotStored => true,
            Kind::BadAddress
            | Kind::NotAllowed
            | Kind::NotTrusted
            | Kind::NoStartTls
            | Kind::SignInRefused
            | Kind::SignInAgain
            | Kind::NoSignIn
            | Kind::NoFolder
            | Kind::Refused
            | Kind::BadAnswer => false,
        };
        Trouble { stage, kind, is_temporary, text: shown(&text.into()) }
    }

    pub fn temporary(self) -> Trouble {
        Trouble { is_temporary: true, ..self }
    }

    /// From an error of the connection itself.
    pub fn broken(stage: Stage, cause: &io::Error) -> Trouble {
        match cause.kind() {
            io::ErrorKind::TimedOut => Trouble::new(stage, Kind::TooSlow, "no answer in time"),
            io::ErrorKind::InvalidData => Trouble::new(stage, Kind::BadAnswer, cause.to_string()),
            _ => Trouble::new(stage, Kind::Broken, cause.to_string()),
        }
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Trouble {
        let (stage, kind) = match &refused {
            Refused::BadAddress(_) => (Stage::Resolve, Kind::BadAddress),
            Refused::NotAllowed(_) => (Stage::Resolve, Kind::NotAllowed),
            Refused::UnknownHost(_) => (Stage::Resolve, Kind::UnknownHost),
            Refused::NotReachable(_) => (Stage::Connect, Kind::NotReachable),
            Refused::TooSlow(_) => (Stage::Connect, Kind::TooSlow),
            Refused::NotTrusted(_) => (Stage::Tls, Kind::NotTrusted),
            Refused::BadAnswer(_) => (Stage::Connect, Kind::BadAnswer),
        };
        Trouble::new(stage, kind, refused.detail())
    }
}

/// One step of "test this connection".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub stage: Stage,
    pub result: Result<String, Trouble>,
}

/// What a test of a connection came to: every step that was taken, ending with the first that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Probe {
    pub steps: Vec<Step>,
}

impl Probe {
    pub fn is_fine(&self) -> bool {
        self.steps.iter().all(|step| step.result.is_ok())
    }

    pub fn passed(&mut self, stage: Stage, detail: impl Into<String>) {
        self.steps.push(Step { stage, result: Ok(detail.into()) });
    }

    pub fn failed(mut self, trouble: Trouble) -> Probe {
        self.steps.push(Step { stage: trouble.stage, result: Err(trouble) });
        self
    }
}

/// What a server says, fit to be shown: one line without control characters, 500 characters at most.
pub fn shown(text: &str) -> String {
    let one_line: String =
        text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(500).collect();
    one_line.trim().to_owned()
}

/// `text` without these secrets, in clear and as SASL sends them: a server may repeat what it was told.
pub fn without<'s>(text: &str, secrets: impl IntoIterator<Item = &'s str>) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        // What is shorter stands in every text by chance.
        if secret.len() >= 4 {
            text = text.replace(secret, "***");
            text = text.replace(BASE64.encode(secret).trim_end_matches('='), "***");
        }
    }
    text
}

/// A connection to a mail server, encrypted or not yet.
#[derive(Debug)]
pub enum Wire {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
    /// Between the two, and after an upgrade that failed.
    Gone,
}

impl Wire {
    /// Connects; with [`Security::Tls`] the connection is encrypted at once.
    pub async fn open(
        outbound: &Outbound,
        host: &str,
        port: u16,
        security: Security,
        purpose: Purpose,
    ) -> Result<Wire, Trouble> {
        let stream = outbound.connect(host, port, purpose).await?;
        let mut wire = Wire::Plain(stream);
        if security == Security::Tls {
            wire.encrypt(outbound, host).await?;
        }
        Ok(wire)
    }

    /// Encrypts a plain connection.
    pub async fn encrypt(&mut self, outbound: &Outbound, host: &str) -> Result<(), Trouble> {
        let Wire::Plain(stream) = std::mem::replace(self, Wire::Gone) else {
            return Err(Trouble::new(Stage::Tls, Kind::Broken, "encrypted twice"));
        };
        let encrypted = outbound.tls(host, stream).await.map_err(|refused| {
            let trouble = Trouble::from(refused);
            Trouble { stage: Stage::Tls, ..trouble }
        })?;
        *self = Wire::Encrypted(Box::new(encrypted));
        Ok(())
    }

    /// The version of TLS, for people who test a connection.
    pub fn protection(&self) -> Option<String> {
        let Wire::Encrypted(stream) = self else { return None };
        stream.get_ref().1.protocol_version().map(|version| format!("{version:?}"))
    }
}

fn gone() -> io::Error {
    io::Error::from(io::ErrorKind::NotConnected)
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Wire::Encrypted(stream) => Pin::new(stream).poll_read(cx, into),
            Wire::Gone => Poll::Ready(Err(gone())),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Wire::Plain(stream) => Pin::new(stream).poll_write(cx, from),
            Wire::Encrypted(stream) => Pin::new(stream).poll_write(cx, from),
            Wire::Gone => Poll::Ready(Err(gone())),
        }
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Gone => Poll::Ready(Err(gone())),
        }
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Gone => Poll::Ready(Err(gone())),
        }
    }
}
