//! Asking the token server (RFC 6749). No transaction is open meanwhile.
use super::{App, store};
use crate::email::{
    inboxes::Inbox as Row,
    peer::{Kind, Stage, Trouble, shown},
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use kernel::{clock::MINUTE, id::Id, secret::Secret};
use platform::{
    Home,
    authority::{Grant, Inbox},
    db,
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};
use tokio::sync::Mutex;

/// A token that ends within this is not used any more.
const MARGIN_MS: i64 = MINUTE;
/// Where the server does not say how long a token is good.
const SHORT_S: i64 = 300;

/// Whoever refreshes an inbox's token does so alone: some servers give a refresh token once.
static TURNS: LazyLock<Mutex<HashMap<i64, Arc<Mutex<()>>>>> = LazyLock::new(Mutex::default);

/// What the token server gave.
pub struct Tokens {
    pub access: Secret<String>,
    pub refresh: Option<Secret<String>>,
    /// How long the access token is good, in seconds.
    pub for_s: i64,
}

/// An access token that is good now: the stored one, or a new one.
///
/// * returns – `None` for an inbox without an application.
/// * errors – what the administrator has to know; it is also written down for the inbox's page.
pub async fn access<P: 'static>(
    grant: &Grant<P>,
    inbox: Id<Inbox>,
) -> Result<Option<Secret<String>>, Trouble> {
    let home = grant.home();
    let Some(app) = load(grant, inbox).await? else { return Ok(None) };
    if let Some(token) = good_now(home, &app) {
        return Ok(Some(token));
    }
    let turn = TURNS.lock().await.entry(inbox.number()).or_default().clone();
    let _turn = turn.lock().await;
    // Perhaps it was refreshed while we waited.
    let Some(app) = load(grant, inbox).await? else { return Ok(None) };
    if let Some(token) = good_now(home, &app) {
        return Ok(Some(token));
    }
    match refresh(home, &app).await {
        Ok(tokens) => {
            let access = home.keys.seal(&place(inbox, "oauth-access"), &tokens.access);
            let rotated = tokens.refresh.map(|token| home.keys.seal(&place(inbox, "oauth-refresh"), &token));
            let for_s = tokens.for_s;
            let kept = grant.change::<_, db::Error>(move |tx| {
                let until = tx.now().plus(for_s * 1000);
                store::refreshed(tx, &app, &access, until, rotated.as_deref())
            });
            kept.await.map_err(not_stored)?;
            Ok(Some(tokens.access))
        }
        Err(trouble) => {
            let said = trouble.clone();
            let noted = grant.change::<_, db::Error>(move |tx| store::failed(tx, inbox, &said));
            noted.await.map_err(not_stored)?;
            Err(trouble)
        }
    }
}

fn place(inbox: Id<Inbox>, part: &str) -> String {
    Row::seal_place(inbox, part)
}
fn not_stored(error: db::Error) -> Trouble {
    Trouble::new(Stage::SignIn, Kind::NotStored, error.to_string())
}

async fn load<P: 'static>(grant: &Grant<P>, inbox: Id<Inbox>) -> Result<Option<App>, Trouble> {
    grant.read::<_, db::Error>(move |tx| store::of(tx, inbox)).await.map_err(not_stored)
}

fn good_now(home: &Home, app: &App) -> Option<Secret<String>> {
    let sealed = app.access_sealed.as_deref()?;
    let until = app.access_until_ms?;
    if until.0 - MARGIN_MS <= home.clock.now().0 {
        return None;
    }
    home.keys.open_sealed(&place(app.inbox_id, "oauth-access"), sealed).ok()
}

async fn refresh(home: &Home, app: &App) -> Result<Tokens, Trouble> {
    let again = |why: &str| Trouble::new(Stage::SignIn, Kind::SignInAgain, why);
    let sealed = app.refresh_sealed.as_deref().ok_or_else(|| again("nobody has connected this inbox yet"))?;
    let refresh = home
        .keys
        .open_sealed(&place(app.inbox_id, "oauth-refresh"), sealed)
        .map_err(|error| again(&error.to_string()))?;
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal()), ("scope", &app.scope)];
    ask(home, app, &fields).await
}

/// Turns the code of an agreement into tokens.
pub async fn exchange(
    home: &Home,
    app: &App,
    code: &Secret<String>,
    verifier: &str,
    redirect_uri: &str,
) -> Result<Tokens, Trouble> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    ask(home, app, &fields).await
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    /// Seconds; some servers write them as text.
    expires_in: Option<serde_json::Value>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn ask(home: &Home, app: &App, fields: &[(&str, &str)]) -> Result<Tokens, Trouble> {
    let secret = match &app.client_secret_sealed {
        Some(sealed) => {
            let opened = home.keys.open_sealed(&place(app.inbox_id, "oauth-secret"), sealed);
            opened.map_err(|error| Trouble::new(Stage::SignIn, Kind::SignInRefused, error.to_string()))?
        }
        None => Secret::new(String::new()),
    };
    let body = {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &app.client_id);
        if !secret.reveal().is_empty() {
            form.append_pair("client_secret", secret.reveal());
        }
        form.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
        form.finish()
    };
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    let accept = (HeaderName::from_static("accept"), HeaderValue::from_static("application/json"));
    let sent = home.outbound.post(&app.token_url, kind, &[accept], body.into()).await;
    let answer = sent.map_err(|refused| {
        let trouble = Trouble::from(refused);
        Trouble { text: shown(&format!("token server: {}", trouble.text)), ..trouble }
    })?;
    let parsed = serde_json::from_slice::<Answer>(&answer.body).ok();
    if let (StatusCode::OK, Some(Answer { access_token: Some(access), refresh_token, expires_in, .. })) =
        (answer.status, &parsed)
    {
        let number = |value: &serde_json::Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        let for_s = expires_in.as_ref().and_then(number).unwrap_or(SHORT_S).clamp(1, 7 * 86_400);
        let refresh = refresh_token.clone().map(Secret::new);
        return Ok(Tokens { access: Secret::new(access.clone()), refresh, for_s });
    }
    let is_secret = |name: &str| matches!(name, "code" | "code_verifier" | "refresh_token");
    let sent = fields.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| *value);
    let secrets = sent.chain([secret.reveal().as_str()]);
    Err(refusal(answer.status, parsed, secrets))
}

/// What a refusal means: who has to do something.
fn refusal<'s>(
    status: StatusCode,
    answer: Option<Answer>,
    secrets: impl Iterator<Item = &'s str>,
) -> Trouble {
    let error = answer.as_ref().and_then(|answer| answer.error.clone()).unwrap_or_default();
    let said = answer.and_then(|answer| answer.error_description).unwrap_or_default();
    let text = match (error.is_empty(), said.is_empty()) {
        (true, _) => format!("token server: HTTP {}", status.as_u16()),
        (false, true) => format!("token server: HTTP {} {error}", status.as_u16()),
        (false, false) => format!("token server: HTTP {} {error}: {said}", status.as_u16()),
    };
    let text = crate::email::peer::without(&text, secrets);
    let trouble = |kind| Trouble::new(Stage::SignIn, kind, text);
    match error.as_str() {
        "invalid_grant" | "interaction_required" | "consent_required" | "login_required" => {
            trouble(Kind::SignInAgain)
        }
        _ if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
            trouble(Kind::Refused).temporary()
        }
        "" if status.is_success() => trouble(Kind::BadAnswer),
        _ => trouble(Kind::SignInRefused),
    }
}
