//! The application that an inbox signs in with. No I/O.
use crate::email::peer::{Kind, Security};
use derive::Record;
use kernel::{clock::Millis, fault::Mistakes, id::Id, secret::Secret, text};
use platform::{authority::Inbox, outbound::Target};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whose mail service it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Provider {
    Microsoft,
    Google,
    #[default]
    Other,
}
platform::words! { Provider { Microsoft = "microsoft", Google = "google", Other = "other" } }

/// What is known of a provider in advance.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub imap_host: &'static str,
    pub smtp_host: &'static str,
    pub smtp_port: u16,
    pub smtp_tls: Security,
    pub authorize_url: &'static str,
    pub token_url: &'static str,
    pub scope: &'static str,
}
impl Provider {
    pub fn preset(self) -> Option<Preset> {
        match self {
            Provider::Microsoft => Some(Preset {
                imap_host: "outlook.office365.com",
                smtp_host: "smtp.office365.com",
                smtp_port: 587,
                smtp_tls: Security::StartTls,
                authorize_url: "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
                token_url: "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
                scope: "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send \
                        offline_access",
            }),
            Provider::Google => Some(Preset {
                imap_host: "imap.gmail.com",
                smtp_host: "smtp.gmail.com",
                smtp_port: 465,
                smtp_tls: Security::Tls,
                authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
                token_url: "https://oauth2.googleapis.com/token",
                scope: "https://mail.google.com/",
            }),
            Provider::Other => None,
        }
    }
    /// What this provider wants to hear so that it gives a refresh token.
    pub fn extra(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Provider::Microsoft => &[("prompt", "select_account")],
            Provider::Google => &[("access_type", "offline"), ("prompt", "consent")],
            Provider::Other => &[],
        }
    }
}

/// The application, as somebody asks for it. What is left out comes from the provider.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthDraft {
    #[serde(default)]
    pub provider: Provider,
    pub client_id: String,
    /// Left out: it stays. Many applications have none.
    #[schema(value_type = Option<String>)]
    pub client_secret: Option<Secret<String>>,
    pub authorize_url: Option<String>,
    pub token_url: Option<String>,
    pub scope: Option<String>,
    /// For an agreement that was made elsewhere, instead of "Connect" on the inbox's page.
    #[schema(value_type = Option<String>)]
    pub refresh_token: Option<Secret<String>>,
}

/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewApp {
    pub(super) provider: Provider,
    pub(super) client_id: String,
    pub(super) client_secret: Option<Secret<String>>,
    pub(super) authorize_url: String,
    pub(super) token_url: String,
    pub(super) scope: String,
    pub(super) refresh_token: Option<Secret<String>>,
}

impl OauthDraft {
    pub fn parse(self, mistakes: &mut Mistakes) -> NewApp {
        let preset = self.provider.preset();
        let or = |given: Option<String>, known: fn(Preset) -> &'static str| {
            let given = given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            given.unwrap_or_else(|| preset.map_or("", known).to_owned())
        };
        let given = |secret: Option<Secret<String>>| {
            secret
                .map(|secret| Secret::new(secret.reveal().trim().to_owned()))
                .filter(|s| !s.reveal().is_empty())
        };
        let client_id = text::one_line(&self.client_id, 300);
        mistakes.require(!client_id.is_empty(), "oauth/client_id", "required");
        let authorize_url = or(self.authorize_url, |preset| preset.authorize_url);
        let token_url = or(self.token_url, |preset| preset.token_url);
        mistakes.require(!token_url.is_empty(), "oauth/token_url", "required");
        mistakes.require(token_url.is_empty() || is_safe(&token_url), "oauth/token_url", "https_url");
        mistakes.require(
            authorize_url.is_empty() || is_safe(&authorize_url),
            "oauth/authorize_url",
            "https_url",
        );
        NewApp {
            provider: self.provider,
            client_id,
            client_secret: given(self.client_secret),
            authorize_url,
            token_url,
            scope: text::one_line(&or(self.scope, |preset| preset.scope), 1000),
            refresh_token: given(self.refresh_token),
        }
    }
}

/// Secrets go there: only TLS, or this machine.
fn is_safe(url: &str) -> bool {
    let is_here = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|here| {
        url.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    });
    (url.starts_with("https://") || is_here) && Target::parse(url).is_ok()
}

/// The application as it is stored.
#[derive(Clone, Debug, Record)]
pub struct App {
    pub inbox_id: Id<Inbox>,
    pub provider: Provider,
    pub client_id: String,
    pub authorize_url: String,
    pub token_url: String,
    pub scope: String,
    pub client_secret_sealed: Option<Vec<u8>>,
    pub refresh_sealed: Option<Vec<u8>>,
    pub access_sealed: Option<Vec<u8>>,
    pub access_until_ms: Option<Millis>,
    pub connected_at_ms: Option<Millis>,
    pub refreshed_at_ms: Option<Millis>,
    pub failed_at_ms: Option<Millis>,
    pub failure: Option<Kind>,
    pub failure_text: Option<String>,
}
impl App {
    /// Whether somebody has agreed, as far as we know.
    pub fn is_connected(&self) -> bool {
        self.refresh_sealed.is_some()
    }
    /// Whether the last attempt to get an access token failed.
    pub fn is_failing(&self) -> bool {
        self.failed_at_ms.is_some_and(|failed| self.refreshed_at_ms.is_none_or(|worked| failed > worked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(draft: OauthDraft) -> Vec<String> {
        let mut mistakes = Mistakes::default();
        draft.parse(&mut mistakes);
        let problem = mistakes.check().err();
        problem.map_or(Vec::new(), |problem| problem.fields.into_iter().map(|field| field.pointer).collect())
    }

    #[test]
    fn a_provider_fills_what_is_left_out() {
        let draft = OauthDraft { provider: Provider::Google, client_id: "x".into(), ..OauthDraft::default() };
        let app = draft.parse(&mut Mistakes::default());
        assert_eq!(app.token_url, "https://oauth2.googleapis.com/token");
        assert_eq!(app.scope, "https://mail.google.com/");
    }
    #[test]
    fn secrets_go_to_nobody_without_tls() {
        let at = |url: &str| {
            pointers(OauthDraft {
                client_id: "x".into(),
                token_url: Some(url.into()),
                ..OauthDraft::default()
            })
        };
        assert!(at("https://login.example/token").is_empty());
        assert!(at("http://127.0.0.1:4000/token").is_empty());
        for url in ["http://login.example/token", "http://127.0.0.1.example/t", "ftp://x/", "nonsense", ""] {
            assert_eq!(at(url), ["/oauth/token_url"], "{url}");
        }
    }
}
