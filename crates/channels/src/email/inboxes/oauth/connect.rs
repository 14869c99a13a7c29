//! "Connect": the way to the provider's page where somebody agrees, and back (RFC 6749 §4.1 with PKCE, RFC 7636).
//!
//! What has to survive the way is sealed into `state`: nothing is stored before somebody has agreed, and a state is
//! good for the person who began, for ten minutes, for one inbox.
use super::{App, store, tokens};
use crate::email::{
    inboxes::{InboxChanged, ManageInboxes, store as inboxes},
    peer::{Kind, Stage, Trouble, shown},
};
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use kernel::{
    clock::{MINUTE, Millis},
    fault::Problem,
    id::Id,
    secret::Secret,
};
use platform::{
    Home,
    authority::{Grant, Inbox},
    db, keys,
    web::{Failure, Form, InPath, Page, Ui},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Where the provider sends people back to. It has to be registered there.
pub const BACK: &str = "/admin/inboxes/connected";
const GOOD_FOR_MS: i64 = 10 * MINUTE;
const PLACE: &str = "inbox-connect";

#[derive(Serialize, Deserialize)]
struct State {
    inbox: Id<Inbox>,
    /// `user/3`.
    who: String,
    verifier: String,
    until: Millis,
}
impl State {
    fn sealed(&self, home: &Home) -> String {
        let json = serde_json::to_string(self).expect("plain data");
        BASE64URL.encode(home.keys.seal(PLACE, &Secret::new(json)))
    }
    /// * errors – 422 for one that is altered, over, or of somebody else.
    fn open(grant: &Grant<ManageInboxes>, text: &str) -> Result<State, Problem> {
        let home = grant.home();
        let opened =
            BASE64URL.decode(text).ok().and_then(|sealed| home.keys.open_sealed(PLACE, &sealed).ok());
        let state = opened.and_then(|json| serde_json::from_str::<State>(json.reveal()).ok());
        let is_good =
            |state: &State| state.until > home.clock.now() && state.who == grant.actor().who.to_string();
        state.filter(is_good).ok_or(Problem::new(422, "inbox_connect_over"))
    }
}

fn challenge(verifier: &str) -> String {
    BASE64URL.encode(Sha256::digest(verifier.as_bytes()))
}

/// The address of the page where somebody agrees.
fn address(home: &Home, app: &App, user: &str, state: &State) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", &home.site.link(BACK))
        .append_pair("scope", &app.scope)
        .append_pair("state", &state.sealed(home))
        .append_pair("code_challenge", &challenge(&state.verifier))
        .append_pair("code_challenge_method", "S256")
        .append_pair("login_hint", user)
        .extend_pairs(app.provider.extra());
    let mark = if app.authorize_url.contains('?') { '&' } else { '?' };
    format!("{}{mark}{}", app.authorize_url, query.finish())
}

async fn load(
    grant: &Grant<ManageInboxes>,
    id: Id<Inbox>,
) -> Result<(crate::email::inboxes::Inbox, App), Problem> {
    let found =
        grant.read::<_, db::Error>(move |tx| Ok((inboxes::by_id(tx, id)?, store::of(tx, id)?))).await?;
    match found {
        (Some(inbox), Some(app)) => Ok((inbox, app)),
        _ => Err(Problem::not_found()),
    }
}

/// Leads to the provider.
pub async fn begin(grant: Grant<ManageInboxes>, InPath(id): InPath<Id<Inbox>>) -> Result<Response, Failure> {
    let (inbox, app) = load(&grant, id).await?;
    if app.authorize_url.is_empty() {
        return Err(Problem::conflict("inbox_no_connect_page").into());
    }
    let home = grant.home();
    let state = State {
        inbox: id,
        who: grant.actor().who.to_string(),
        verifier: keys::new_token().reveal().clone(),
        until: home.clock.now().plus(GOOD_FOR_MS),
    };
    let user = inbox.imap().map(|imap| imap.user).unwrap_or(inbox.address);
    Ok(Redirect::to(&address(home, &app, &user, &state)).into_response())
}

#[derive(Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

#[derive(askama::Template)]
#[template(path = "email/inboxes/connected.html")]
struct Connected {
    ui: Ui,
    inbox: crate::email::inboxes::Inbox,
    code: String,
    state: String,
    /// Why it came to nothing.
    trouble: Option<Trouble>,
}

/// Back from the provider. A GET changes nothing: the page asks to finish.
pub async fn back(
    ui: Ui,
    grant: Grant<ManageInboxes>,
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    let state = State::open(&grant, &back.state)?;
    let (inbox, _) = load(&grant, state.inbox).await?;
    let refused = back.code.is_empty();
    let trouble = refused.then(|| {
        let text = shown(&format!("{} {}", back.error, back.error_description));
        Trouble::new(Stage::SignIn, Kind::SignInRefused, text)
    });
    Ok(Page(Connected { ui, inbox, code: back.code, state: back.state, trouble }).into_response())
}

/// Turns what the provider gave into tokens, and keeps them.
pub async fn finish(ui: Ui, grant: Grant<ManageInboxes>, form: Form) -> Result<Response, Failure> {
    form.only(&["code", "state"])?;
    let state = State::open(&grant, form.get("state"))?;
    let (inbox, app) = load(&grant, state.inbox).await?;
    let id = state.inbox;
    let home = grant.home();
    let code = Secret::new(form.get("code").to_owned());
    let asked = tokens::exchange(home, &app, &code, &state.verifier, &home.site.link(BACK)).await;
    let given = asked.and_then(|tokens| {
        let nothing =
            || Trouble::new(Stage::SignIn, Kind::BadAnswer, "token server: it gave no refresh token");
        Ok((tokens.access, tokens.refresh.ok_or_else(nothing)?, tokens.for_s))
    });
    let (access, refresh, for_s) = match given {
        Ok(given) => given,
        Err(trouble) => {
            let page =
                Connected { ui, inbox, code: String::new(), state: String::new(), trouble: Some(trouble) };
            return Ok((axum::http::StatusCode::BAD_GATEWAY, Page(page)).into_response());
        }
    };
    let seal = |part: &str, secret: &Secret<String>| {
        home.keys.seal(&crate::email::inboxes::Inbox::seal_place(id, part), secret)
    };
    let (access, refresh) = (seal("oauth-access", &access), seal("oauth-refresh", &refresh));
    grant
        .change::<_, db::Error>(move |tx| {
            let until = tx.now().plus(for_s * 1000);
            store::connected(tx, id, &refresh, Some(&access), until)?;
            tx.emit(InboxChanged { inbox: id, fields: vec!["oauth"] })
        })
        .await?;
    Ok(Redirect::to(&format!("/admin/inboxes/{id}/health?done=connected")).into_response())
}
