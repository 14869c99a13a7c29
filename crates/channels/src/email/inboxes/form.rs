//! The form of an inbox: from what is stored to what is shown, and from what was sent to a [`Patch`].
use super::{
    Inbox, Patch, ReceiveKind,
    oauth::{App, OauthDraft, Provider},
    policy::{After, FromName, Quote, ReceiveDraft, SendDraft},
};
use crate::email::peer::Security;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    secret::Secret,
};
use platform::{authority::Team, i18n::Language, keys::Keys, web::Form};

pub const FIELDS: &[&str] = &[
    "do",
    "name",
    "address",
    "team",
    "language",
    "receive/*",
    "send/*",
    "oauth/*",
    "keep/*",
    "signature",
    "quote",
    "from_name",
    "acknowledge",
    "plus_address",
    "subject_tag",
    "dkim_selector",
    "dkim_key",
];

/// The fields that are never filled in, with the name under which what was typed survives a page that comes again.
pub const SECRETS: [(&str, &str); 5] = [
    ("receive/password", "keep/receive"),
    ("send/password", "keep/send"),
    ("oauth/client_secret", "keep/client_secret"),
    ("oauth/refresh_token", "keep/refresh_token"),
    ("dkim_key", "keep/dkim"),
];

/// What was typed into secret fields, sealed for the person who typed it: the page shows it to nobody, and nothing is
/// lost on a mistake or a test.
pub struct Keeper<'a> {
    pub keys: &'a Keys,
    /// `user/3`.
    pub who: String,
}
impl Keeper<'_> {
    fn place(&self, field: &str) -> String {
        format!("inbox-form/{}/{field}", self.who)
    }
    /// What stands in a secret field, typed now or before.
    fn secret(&self, form: &Form, field: &str) -> Option<Secret<String>> {
        // Not trimmed: a password may begin with a space.
        let typed = form.all(field).next().filter(|typed| !typed.trim().is_empty());
        if let Some(typed) = typed {
            return Some(Secret::new(typed.to_owned()));
        }
        let (_, name) = SECRETS.iter().find(|(known, _)| *known == field)?;
        let sealed = BASE64URL.decode(form.get(name)).ok()?;
        self.keys.open_sealed(&self.place(field), &sealed).ok()
    }
    /// Hidden fields for the page that comes again.
    pub fn kept(&self, form: &Form) -> Vec<(&'static str, String)> {
        let kept = |(field, name): &(&str, &'static str)| {
            let secret = self.secret(form, field)?;
            Some((*name, BASE64URL.encode(self.keys.seal(&self.place(field), &secret))))
        };
        SECRETS.iter().filter_map(kept).collect()
    }
}

/// The form of an inbox that is stored, or of a new one.
pub fn filled(inbox: &Inbox, app: Option<&App>) -> Form {
    let yes = |is_on: bool| if is_on { "on" } else { "" };
    let team = if inbox.team_id.number() == 0 { String::new() } else { inbox.team_id.to_string() };
    let mut form = Form::default()
        .with("name", &inbox.name)
        .with("address", &inbox.address)
        .with("team", &team)
        .with("language", inbox.language.word())
        .with("receive/kind", inbox.receive_kind.word())
        .with("signature", &inbox.signature)
        .with("quote", inbox.quote.word())
        .with("from_name", inbox.from_name.word())
        .with("acknowledge", yes(inbox.acknowledge))
        .with("plus_address", yes(inbox.has_plus_address))
        .with("subject_tag", yes(inbox.has_subject_tag))
        .with("dkim_selector", inbox.dkim_selector.as_deref().unwrap_or_default());
    let imap = inbox.imap();
    let tls = imap.as_ref().map_or(Security::Tls, |imap| imap.tls);
    form = form.with("receive/tls", security(tls));
    if let Some(imap) = imap {
        let (after, folder) = match &imap.after {
            After::Seen => ("seen", ""),
            After::Delete => ("delete", ""),
            After::MoveTo(folder) => ("move", folder.as_str()),
        };
        form = form
            .with("receive/host", &imap.host)
            .with("receive/port", &imap.port.to_string())
            .with("receive/user", &imap.user)
            .with("receive/sign_in", if imap.is_oauth { "oauth" } else { "password" })
            .with("receive/folder", &imap.folder)
            .with("receive/after", after)
            .with("receive/move_to", folder);
    } else {
        form = form.with("receive/sign_in", "password").with("receive/after", "seen");
    }
    form = match inbox.relay() {
        Some(relay) => form
            .with("send/kind", "relay")
            .with("send/host", &relay.host)
            .with("send/port", &relay.port.to_string())
            .with("send/tls", security(relay.tls))
            .with("send/user", relay.user.as_deref().unwrap_or_default())
            .with(
                "send/sign_in",
                match (&relay.user, relay.is_oauth) {
                    (_, true) => "oauth",
                    (Some(_), false) => "password",
                    (None, false) => "nobody",
                },
            ),
        None => form
            .with("send/kind", if inbox.id.number() == 0 { "relay" } else { "nowhere" })
            .with("send/tls", "starttls")
            .with("send/sign_in", "password"),
    };
    match app {
        Some(app) => form
            .with("oauth/provider", app.provider.word())
            .with("oauth/client_id", &app.client_id)
            .with("oauth/authorize_url", &app.authorize_url)
            .with("oauth/token_url", &app.token_url)
            .with("oauth/scope", &app.scope),
        None => form.with("oauth/provider", "other"),
    }
}

/// A new inbox at a provider: its addresses are known.
pub fn of_provider(provider: Provider) -> Form {
    let Some(preset) = provider.preset() else { return filled(&Inbox::blank(), None) };
    Form::default()
        .with("receive/kind", "imap")
        .with("receive/host", preset.imap_host)
        .with("receive/port", "993")
        .with("receive/tls", "tls")
        .with("receive/sign_in", "oauth")
        .with("receive/folder", "INBOX")
        .with("receive/after", "seen")
        .with("send/kind", "relay")
        .with("send/host", preset.smtp_host)
        .with("send/port", &preset.smtp_port.to_string())
        .with("send/tls", security(preset.smtp_tls))
        .with("send/sign_in", "oauth")
        .with("oauth/provider", provider.word())
        .with("oauth/authorize_url", preset.authorize_url)
        .with("oauth/token_url", preset.token_url)
        .with("oauth/scope", preset.scope)
        .with("language", "en")
        .with("quote", "none")
        .with("from_name", "agent_and_desk")
        .with("acknowledge", "on")
        .with("subject_tag", "on")
}

pub fn security(security: Security) -> &'static str {
    match security {
        Security::None => "none",
        Security::StartTls => "starttls",
        Security::Tls => "tls",
    }
}
fn to_security(form: &Form, name: &str, mistakes: &mut Mistakes) -> Option<Security> {
    match form.some(name)? {
        "none" => Some(Security::None),
        "starttls" => Some(Security::StartTls),
        "tls" => Some(Security::Tls),
        _ => {
            mistakes.add(name, "unknown_word");
            None
        }
    }
}
fn port(form: &Form, name: &str, mistakes: &mut Mistakes) -> Option<u16> {
    let number = form.some(name)?.parse::<u16>().ok().filter(|port| *port > 0);
    mistakes.require(number.is_some(), name, "port");
    number
}
fn text(form: &Form, name: &str) -> Option<String> {
    form.some(name).map(str::to_owned)
}

/// What the form asks for.
///
/// * `before` – the inbox as it is; [`Inbox::blank`] for a new one.
/// * errors – 422 with every mistake, by field.
pub fn parse(form: &Form, keeper: &Keeper, before: Inbox) -> Result<super::policy::Parsed, Problem> {
    form.only(FIELDS)?;
    let mut mistakes = Mistakes::default();
    let patch = patch(form, keeper, &mut mistakes);
    let here = mistakes.check().err();
    match (patch.apply(before), here) {
        (Ok(parsed), None) => Ok(parsed),
        (Ok(_), Some(problem)) | (Err(problem), None) => Err(problem),
        (Err(mut problem), Some(here)) => {
            problem.fields.extend(here.fields);
            Err(problem)
        }
    }
}

fn patch(form: &Form, keeper: &Keeper, mistakes: &mut Mistakes) -> Patch {
    let kind = ReceiveKind::from_word(form.get("receive/kind"));
    mistakes.require(kind.is_some(), "receive/kind", "unknown_word");
    let kind = kind.unwrap_or(ReceiveKind::Smtp);
    let is_imap = kind == ReceiveKind::Imap;
    let has_relay = form.get("send/kind") == "relay";
    let receives_oauth = is_imap && form.get("receive/sign_in") == "oauth";
    let sends_oauth = has_relay && form.get("send/sign_in") == "oauth";
    let mut receive = ReceiveDraft { kind, oauth: receives_oauth, ..ReceiveDraft::default() };
    if is_imap {
        receive.host = text(form, "receive/host");
        receive.port = port(form, "receive/port", mistakes);
        receive.tls = to_security(form, "receive/tls", mistakes);
        receive.user = text(form, "receive/user");
        receive.folder = text(form, "receive/folder");
        receive.after = Some(match form.get("receive/after") {
            "delete" => After::Delete,
            "move" => {
                mistakes.require(form.some("receive/move_to").is_some(), "receive/move_to", "required");
                After::MoveTo(form.get("receive/move_to").to_owned())
            }
            _ => After::Seen,
        });
        if !receives_oauth {
            receive.password = keeper.secret(form, "receive/password");
        }
    }
    let send = has_relay.then(|| {
        let has_user = form.get("send/sign_in") != "nobody";
        SendDraft {
            host: form.get("send/host").to_owned(),
            port: port(form, "send/port", mistakes),
            tls: to_security(form, "send/tls", mistakes),
            // The same account as the one that fetches, where nothing else is said.
            user: text(form, "send/user")
                .or_else(|| text(form, "receive/user").filter(|_| sends_oauth))
                .filter(|_| has_user),
            password: keeper.secret(form, "send/password").filter(|_| has_user && !sends_oauth),
            oauth: sends_oauth,
        }
    });
    if form.get("send/sign_in") == "password" && has_relay {
        mistakes.require(form.some("send/user").is_some(), "send/user", "required");
    }
    let oauth = (receives_oauth || sends_oauth).then(|| OauthDraft {
        provider: Provider::from_word(form.get("oauth/provider")).unwrap_or_default(),
        client_id: form.get("oauth/client_id").to_owned(),
        client_secret: keeper.secret(form, "oauth/client_secret"),
        authorize_url: text(form, "oauth/authorize_url"),
        token_url: text(form, "oauth/token_url"),
        scope: text(form, "oauth/scope"),
        refresh_token: keeper.secret(form, "oauth/refresh_token"),
    });
    let team = form.some("team").map(|team| {
        let id = team.parse::<Id<Team>>().ok();
        mistakes.require(id.is_some(), "team", "unknown_id");
        id
    });
    Patch {
        name: Some(form.get("name").to_owned()),
        address: Some(form.get("address").to_owned()),
        receive: Some(receive),
        send: Some(send),
        acknowledge: Some(form.is_on("acknowledge")),
        team: Some(team.flatten()),
        language: Language::from_word(form.get("language")),
        signature: Some(form.get("signature").to_owned()),
        quote: Quote::from_word(form.get("quote")),
        from_name: FromName::from_word(form.get("from_name")),
        plus_address: Some(form.is_on("plus_address")),
        subject_tag: Some(form.is_on("subject_tag")),
        active: None,
        dkim_selector: Some(form.get("dkim_selector").to_owned()),
        dkim_key: keeper.secret(form, "dkim_key"),
        oauth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper(keys: &Keys) -> Keeper<'_> {
        Keeper { keys, who: "user/1".into() }
    }

    #[test]
    fn what_is_stored_comes_back_the_same() {
        let keys = Keys::from_bytes(&[7; 32]).unwrap();
        let draft: super::super::Draft = serde_json::from_str(
            r#"{"name":"Support","address":"s@x.org","signature":"{{agent.name}}","subject_tag":false,
                "receive":{"kind":"imap","host":"mail.x.org","user":"s","tls":"starttls","after":"Done"},
                "send":{"host":"mail.x.org","tls":"none"}}"#,
        )
        .unwrap();
        let inbox = draft.parse().unwrap().row;
        let parsed = parse(&filled(&inbox, None), &keeper(&keys), inbox.clone()).unwrap();
        assert_eq!(format!("{:?}", parsed.row), format!("{inbox:?}"));
        assert!(parsed.receive_password.is_none() && parsed.oauth.is_none());
    }
    #[test]
    fn a_secret_survives_a_page_for_whoever_typed_it_alone() {
        let keys = Keys::from_bytes(&[7; 32]).unwrap();
        let typed = Form::default().with("receive/password", " hunter2 ");
        let kept = keeper(&keys).kept(&typed);
        assert_eq!(kept.len(), 1);
        assert!(!kept[0].1.contains("hunter2"));
        let again = Form::default().with(kept[0].0, &kept[0].1);
        assert_eq!(keeper(&keys).secret(&again, "receive/password").unwrap().reveal(), " hunter2 ");
        let other = Keeper { keys: &keys, who: "user/2".into() };
        assert!(other.secret(&again, "receive/password").is_none());
        assert!(keeper(&keys).secret(&again, "send/password").is_none());
    }
}
