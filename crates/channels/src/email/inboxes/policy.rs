//! What an inbox is. No I/O.
use super::oauth::{NewApp, OauthDraft};
use crate::email::peer::Security;
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    secret::Secret,
    text,
};
use platform::{
    authority::{self, Team},
    i18n::Language,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How mail comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ReceiveKind {
    Smtp,
    Lmtp,
    Imap,
}
platform::words! { ReceiveKind { Smtp = "smtp", Lmtp = "lmtp", Imap = "imap" } }

/// Whether an answer carries the mail that it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Quote {
    #[default]
    None,
    Last,
}
platform::words! { Quote { None = "none", Last = "last" } }

/// Whose name an answer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FromName {
    #[default]
    AgentAndDesk,
    Desk,
    Agent,
}
platform::words! { FromName { AgentAndDesk = "agent_and_desk", Desk = "desk", Agent = "agent" } }

/// What happens to a fetched mail on its server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum After {
    #[default]
    Seen,
    Delete,
    #[serde(untagged)]
    MoveTo(String),
}

/// Where mail is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imap {
    pub host: String,
    pub port: u16,
    #[schema(value_type = String)]
    pub tls: Security,
    pub user: String,
    pub folder: String,
    /// `seen`, `delete`, or the name of a folder to move to.
    #[serde(default)]
    #[schema(value_type = String)]
    pub after: After,
    /// Sign in with an OAuth 2 access token (XOAUTH2) instead of a password.
    #[serde(default)]
    pub is_oauth: bool,
}

/// The relay that takes our mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Relay {
    pub host: String,
    pub port: u16,
    #[schema(value_type = String)]
    pub tls: Security,
    pub user: Option<String>,
    /// Sign in as the inbox's OAuth 2 application (XOAUTH2) instead of with a password.
    #[serde(default)]
    pub is_oauth: bool,
}

/// An inbox as it is stored.
#[derive(Clone, Debug, Record)]
pub struct Inbox {
    pub id: Id<authority::Inbox>,
    pub name: String,
    pub address: String,
    pub team_id: Id<Team>,
    pub language: Language,
    pub is_active: bool,
    pub receive_kind: ReceiveKind,
    /// JSON of [`Imap`], or `{}`.
    pub receive: String,
    pub receive_sealed: Option<Vec<u8>>,
    /// JSON of [`Relay`].
    pub send: Option<String>,
    pub send_sealed: Option<Vec<u8>>,
    pub acknowledge: bool,
    pub signature: String,
    pub quote: Quote,
    pub from_name: FromName,
    pub has_plus_address: bool,
    pub has_subject_tag: bool,
    pub dkim_selector: Option<String>,
    pub dkim_sealed: Option<Vec<u8>>,
}
impl Inbox {
    /// What a new one is where nobody says otherwise; without a name and an address it is no inbox yet.
    pub fn blank() -> Inbox {
        Inbox {
            id: Id::new(0),
            name: String::new(),
            address: String::new(),
            team_id: Id::new(0),
            language: Language::En,
            is_active: true,
            receive_kind: ReceiveKind::Smtp,
            receive: "{}".into(),
            receive_sealed: None,
            send: None,
            send_sealed: None,
            acknowledge: true,
            signature: String::new(),
            quote: Quote::None,
            from_name: FromName::AgentAndDesk,
            has_plus_address: false,
            has_subject_tag: true,
            dkim_selector: None,
            dkim_sealed: None,
        }
    }
    pub fn imap(&self) -> Option<Imap> {
        serde_json::from_str(&self.receive).ok()
    }
    pub fn relay(&self) -> Option<Relay> {
        self.send.as_deref().and_then(|send| serde_json::from_str(send).ok())
    }
    /// Where the password for fetching goes. Another port or less encryption is another place.
    fn receive_place(&self) -> Option<Place> {
        self.imap().map(|imap| Place { host: imap.host, port: imap.port, tls: imap.tls })
    }
    /// Where the password for sending goes.
    fn send_place(&self) -> Option<Place> {
        self.relay().map(|relay| Place { host: relay.host, port: relay.port, tls: relay.tls })
    }
    /// Where access tokens of the application go.
    fn token_places(&self) -> Vec<Place> {
        let receive = self.receive_place().filter(|_| self.imap().is_some_and(|imap| imap.is_oauth));
        let send = self.send_place().filter(|_| self.relay().is_some_and(|relay| relay.is_oauth));
        receive.into_iter().chain(send).collect()
    }
    /// Whether tokens that were made for `before` would go to a place that had none: whoever agreed at the provider
    /// did not agree to that.
    pub fn takes_tokens_elsewhere(&self, before: &Inbox) -> bool {
        let before = before.token_places();
        self.token_places().iter().any(|place| !before.contains(place))
    }
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
    /// The name of the sealed secret `part` of this inbox.
    pub fn seal_place(id: Id<authority::Inbox>, part: &str) -> String {
        format!("inbox/{id}/{part}")
    }
}

/// A server as a password or a token was meant for it.
#[derive(PartialEq, Eq)]
struct Place {
    host: String,
    port: u16,
    tls: Security,
}

/// How mail comes in, as somebody asks for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveDraft {
    #[schema(value_type = ReceiveKind)]
    pub kind: ReceiveKind,
    pub host: Option<String>,
    pub port: Option<u16>,
    /// `none`, `starttls` or `tls`.
    #[schema(value_type = Option<String>)]
    pub tls: Option<Security>,
    pub user: Option<String>,
    /// A password, or an access token with `oauth`.
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret<String>>,
    pub folder: Option<String>,
    #[schema(value_type = Option<String>)]
    pub after: Option<After>,
    #[serde(default)]
    pub oauth: bool,
}
impl Default for ReceiveDraft {
    fn default() -> Self {
        ReceiveDraft {
            kind: ReceiveKind::Smtp,
            host: None,
            port: None,
            tls: None,
            user: None,
            password: None,
            folder: None,
            after: None,
            oauth: false,
        }
    }
}

/// How mail goes out, as somebody asks for it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendDraft {
    pub host: String,
    pub port: Option<u16>,
    /// `none`, `starttls` or `tls`.
    #[schema(value_type = Option<String>)]
    pub tls: Option<Security>,
    pub user: Option<String>,
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret<String>>,
    /// Sign in with an access token of `oauth` (XOAUTH2) instead of a password.
    #[serde(default)]
    pub oauth: bool,
}

/// A new inbox. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInbox)]
pub struct Draft {
    pub name: String,
    pub address: String,
    #[serde(default)]
    pub receive: ReceiveDraft,
    /// Left out or null: this inbox cannot send.
    pub send: Option<SendDraft>,
    /// Whether a new request is acknowledged; true where it is left out.
    pub acknowledge: Option<bool>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    /// Text under every answer; `{{agent.name}}`, `{{agent.first_name}}`, `{{desk.name}}`, `{{inbox.name}}`,
    /// `{{ticket.number}}` are filled.
    pub signature: Option<String>,
    #[schema(value_type = Option<Quote>)]
    pub quote: Option<Quote>,
    #[schema(value_type = Option<FromName>)]
    pub from_name: Option<FromName>,
    pub plus_address: Option<bool>,
    pub subject_tag: Option<bool>,
    pub active: Option<bool>,
    /// With `dkim_key`: outgoing mail is signed.
    pub dkim_selector: Option<String>,
    /// A private key in PEM: RSA or Ed25519.
    #[schema(value_type = Option<String>)]
    pub dkim_key: Option<Secret<String>>,
    /// The OAuth 2 application that the inbox signs in with.
    pub oauth: Option<OauthDraft>,
}

/// What may be changed of an inbox. A field that is left out stays, passwords too, as long as their server does.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InboxChanges)]
pub struct Patch {
    pub name: Option<String>,
    pub address: Option<String>,
    pub receive: Option<ReceiveDraft>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<SendDraft>)]
    pub send: Option<Option<SendDraft>>,
    pub acknowledge: Option<bool>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<Id<Team>>>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    pub signature: Option<String>,
    #[schema(value_type = Option<Quote>)]
    pub quote: Option<Quote>,
    #[schema(value_type = Option<FromName>)]
    pub from_name: Option<FromName>,
    pub plus_address: Option<bool>,
    pub subject_tag: Option<bool>,
    pub active: Option<bool>,
    pub dkim_selector: Option<String>,
    #[schema(value_type = Option<String>)]
    pub dkim_key: Option<Secret<String>>,
    pub oauth: Option<OauthDraft>,
}

/// The parts of an inbox that passed.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// A stored password that was for another server is no longer in it.
    pub row: Inbox,
    /// The tokens of the application were for other servers: somebody has to connect the inbox again.
    pub forgets_tokens: bool,
    pub receive_password: Option<Secret<String>>,
    pub send_password: Option<Secret<String>>,
    pub dkim_key: Option<Secret<String>>,
    pub oauth: Option<NewApp>,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<Parsed, Problem> {
        Patch {
            name: Some(self.name),
            address: Some(self.address),
            receive: Some(self.receive),
            send: Some(self.send),
            acknowledge: self.acknowledge,
            team: Some(self.team),
            language: self.language,
            signature: self.signature,
            quote: self.quote,
            from_name: self.from_name,
            plus_address: self.plus_address,
            subject_tag: self.subject_tag,
            active: self.active,
            dkim_selector: self.dkim_selector,
            dkim_key: self.dkim_key,
            oauth: self.oauth,
        }
        .apply(Inbox::blank())
    }
}

impl Patch {
    /// The row as it shall be, with what has to be sealed.
    ///
    /// * errors – 422 with every mistake, by field.
    pub fn apply(self, mut row: Inbox) -> Result<Parsed, Problem> {
        let mut mistakes = Mistakes::default();
        let (mut receive_password, mut send_password) = (None, None);
        let before = row.clone();
        if let Some(name) = self.name {
            row.name = text::one_line(&name, 100);
            mistakes.require(!row.name.is_empty(), "name", "required");
        }
        if let Some(address) = self.address {
            match text::email(&address) {
                Some(address) => row.address = address,
                None if address.trim().is_empty() => mistakes.add("address", "required"),
                None => mistakes.add("address", "email"),
            }
        }
        if let Some(receive) = self.receive {
            row.receive_kind = receive.kind;
            receive_password = receive.password.clone().filter(|password| !password.reveal().is_empty());
            row.receive = imap(receive, &mut mistakes);
            // A stored password is for the server that it was given for: nobody has it sent to another one, neither
            // now nor with a second change.
            if row.receive_place() != before.receive_place() && row.receive_sealed.take().is_some() {
                let needs_one = row.imap().is_some_and(|now| !now.is_oauth || self.oauth.is_none());
                let has_one = !needs_one || receive_password.is_some();
                mistakes.require(has_one, "receive/password", "password_again");
            }
        }
        if let Some(send) = self.send {
            send_password = send.as_ref().and_then(|send| send.password.clone());
            send_password = send_password.filter(|password| !password.reveal().is_empty());
            row.send = send.map(|send| relay(send, &mut mistakes));
            if row.send_place() != before.send_place() && row.send_sealed.take().is_some() {
                let needs_one = row.relay().is_some_and(|now| now.user.is_some() && !now.is_oauth);
                let has_one = !needs_one || send_password.is_some();
                mistakes.require(has_one, "send/password", "password_again");
            }
        }
        let oauth = self.oauth.map(|oauth| oauth.parse(&mut mistakes));
        row.acknowledge = self.acknowledge.unwrap_or(row.acknowledge);
        if let Some(team) = self.team {
            row.team_id = team.unwrap_or(Id::new(0));
        }
        row.language = self.language.unwrap_or(row.language);
        if let Some(signature) = self.signature {
            mistakes.require(signature.len() <= 5_000, "signature", "too_long");
            row.signature = signature.replace("\r\n", "\n").trim_end().to_owned();
        }
        row.quote = self.quote.unwrap_or(row.quote);
        row.from_name = self.from_name.unwrap_or(row.from_name);
        row.has_plus_address = self.plus_address.unwrap_or(row.has_plus_address);
        row.has_subject_tag = self.subject_tag.unwrap_or(row.has_subject_tag);
        row.is_active = self.active.unwrap_or(row.is_active);
        if let Some(selector) = self.dkim_selector {
            let selector = selector.trim().to_lowercase();
            let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
            mistakes.require(
                selector.len() <= 63 && selector.chars().all(is_label),
                "dkim_selector",
                "selector",
            );
            row.dkim_selector = Some(selector).filter(|selector| !selector.is_empty());
        }
        let dkim_key = self.dkim_key.filter(|key| !key.reveal().trim().is_empty());
        if let Some(key) = &dkim_key {
            let selector = row.dkim_selector.clone().unwrap_or_default();
            let is_key = mail::DkimKey::from_pem(row.domain(), &selector, key.reveal()).is_ok();
            mistakes.require(is_key, "dkim_key", "private_key");
            mistakes.require(!selector.is_empty(), "dkim_selector", "required");
        }
        mistakes.check()?;
        let forgets_tokens = row.takes_tokens_elsewhere(&before);
        Ok(Parsed { row, forgets_tokens, receive_password, send_password, dkim_key, oauth })
    }
}

/// A name or an address of a server; whether it may be reached is decided when it is.
fn host(given: &str, field: &str, mistakes: &mut Mistakes) -> String {
    let host = given.trim().to_lowercase();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    mistakes.require(!host.is_empty(), field, "required");
    mistakes.require(host.len() <= 253 && host.chars().all(is_plain), field, "host");
    host
}

fn imap(receive: ReceiveDraft, mistakes: &mut Mistakes) -> String {
    if receive.kind != ReceiveKind::Imap {
        return "{}".into();
    }
    let tls = receive.tls.unwrap_or(Security::Tls);
    let user = text::one_line(receive.user.as_deref().unwrap_or_default(), 250);
    mistakes.require(!user.is_empty(), "receive/user", "required");
    let imap = Imap {
        host: host(receive.host.as_deref().unwrap_or_default(), "receive/host", mistakes),
        port: receive.port.unwrap_or(if tls == Security::Tls { 993 } else { 143 }),
        tls,
        user,
        folder: receive.folder.filter(|folder| !folder.trim().is_empty()).unwrap_or_else(|| "INBOX".into()),
        after: receive.after.unwrap_or_default(),
        is_oauth: receive.oauth,
    };
    serde_json::to_string(&imap).expect("plain data")
}

fn relay(send: SendDraft, mistakes: &mut Mistakes) -> String {
    let tls = send.tls.unwrap_or(Security::StartTls);
    let port = match tls {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::None => 25,
    };
    let relay = Relay {
        host: host(&send.host, "send/host", mistakes),
        port: send.port.unwrap_or(port),
        tls,
        user: send.user.map(|user| text::one_line(&user, 250)).filter(|user| !user.is_empty()),
        is_oauth: send.oauth,
    };
    mistakes.require(!relay.is_oauth || relay.user.is_some(), "send/user", "required");
    serde_json::to_string(&relay).expect("plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imap_inbox_needs_a_server_and_a_user() {
        let draft: Draft = serde_json::from_str(
            r#"{"name":"Support","address":"x","receive":{"kind":"imap"},"send":{"host":"a b"}}"#,
        )
        .unwrap();
        let problem = draft.parse().unwrap_err();
        let pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/address", "/receive/user", "/receive/host", "/send/host"]);
    }
    #[test]
    fn a_password_never_reaches_the_row() {
        let draft: Draft = serde_json::from_str(
            r#"{"name":"Support","address":"S@x.org","receive":{"kind":"smtp"},
                "send":{"host":"127.0.0.1","port":2526,"tls":"none","user":"u","password":"hunter2"}}"#,
        )
        .unwrap();
        let parsed = draft.parse().unwrap();
        assert_eq!(parsed.row.address, "s@x.org");
        assert!(!format!("{parsed:?}").contains("hunter2"));
        assert_eq!(parsed.row.relay().unwrap().port, 2526);
        assert_eq!(parsed.send_password.unwrap().reveal(), "hunter2");
    }
}
