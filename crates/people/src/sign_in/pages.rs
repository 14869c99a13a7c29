//! The desk's door: sign in, second step, sign out, forgotten password, invitation.
use super::{
    actions::{self, Door, Entry},
    store::{self, Origin, Purpose},
};
use crate::web::{Done, LinkForm, OwnPage, again, escape, local_path, see};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{clock::Millis, fault::Problem, secret::Secret};
use platform::{
    Home,
    authority::{Grant, Myself},
    web::{
        Failure, Form, Page, Request, Routes, Ui, customer_cookie, customer_cookie_name, is_customers_path,
        session_cookie, session_cookie_name,
    },
};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "sign_in/sign_in.html")]
struct SignInPage {
    ui: Ui,
    form: Form,
    heading: String,
    done: &'static str,
    alert: String,
}
fn sign_in_page(ui: Ui, form: Form, alert: String) -> SignInPage {
    let heading = ui.t1("sign-in-heading", "desk", &*ui.desk_name);
    SignInPage { ui, form, heading, done: "", alert }
}

async fn sign_in(ui: Ui, Query(next): Query<Next>, Query(done): Query<Done>) -> Response {
    let next = next.next.unwrap_or_default();
    if ui.actor.as_ref().is_some_and(|actor| actor.user().is_some()) {
        return see(local_path(&next, "/"));
    }
    let page = sign_in_page(ui, Form::filled([("next", next)]), String::new());
    Page(SignInPage { done: done.words(), ..page }).into_response()
}

async fn sign_in_post(
    State(home): State<Home>,
    ui: Ui,
    OwnPage(request): OwnPage,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email", "password", "next"])?;
    let (origin, device) = (Origin::of(&request), device_of(&home, &request));
    let entry = actions::with_password(
        &home,
        Door::Desk,
        form.get("email"),
        secret(&form, "password"),
        origin,
        device,
    )
    .await?;
    let next = form.get("next").to_owned();
    let page = |alert: String| sign_in_page(ui.clone(), form.clone(), alert);
    match entry {
        Entry::Wrong => Ok(refused(page(ui.t("sign-in-wrong").into()))),
        Entry::TooMany { until } => Ok(too_many(&home, until, page(wait_words(&home, &ui, until)))),
        entered => Ok(enter(&home, &request, entered, local_path(&next, "/"), "/sign-in/code").await),
    }
}

/// What was typed, blanks at its ends included.
pub(crate) fn secret(form: &Form, name: &str) -> Secret<String> {
    Secret::new(form.all(name).next().unwrap_or_default().to_owned())
}
pub(super) fn wait_words(home: &Home, ui: &Ui, until: Millis) -> String {
    ui.t1("sign-in-wait", "minutes", (until.0 - home.clock.now().0) / 60_000 + 1)
}
pub(super) fn refused<T: askama::Template>(page: T) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response()
}
pub(super) fn too_many<T: askama::Template>(home: &Home, until: Millis, page: T) -> Response {
    let seconds = (until.0 - home.clock.now().0) / 1000 + 1;
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], Page(page)).into_response()
}

fn device_cookie_name(home: &Home) -> &'static str {
    if home.site.is_https() { "__Host-firstline-device" } else { "firstline-device" }
}
fn device_of(home: &Home, request: &Request) -> Option<String> {
    request.cookie(device_cookie_name(home)).map(str::to_owned)
}
/// Sends the new cookies and leads on. A session that the browser had before on this side ends.
pub(super) async fn enter(
    home: &Home,
    request: &Request,
    entry: Entry,
    next: &str,
    code_page: &str,
) -> Response {
    let is_customers = is_customers_path(&request.path);
    let name = if is_customers { customer_cookie_name(home) } else { session_cookie_name(home) };
    if let Some(old) = request.cookie(name).map(str::to_owned) {
        let grant = Grant::<platform::authority::System>::system(home);
        if let Err(error) = grant.change(move |tx| store::end_session(tx, &old)).await {
            tracing::warn!(%error, "an old session was not ended");
        }
    }
    let (session, device, path) = match &entry {
        Entry::Open { session, device } => (session, device.as_ref(), next.to_owned()),
        Entry::NeedsCode { session } => (session, None, format!("{code_page}?next={}", escape(next))),
        Entry::Wrong | Entry::TooMany { .. } => return see(next),
    };
    let mut response = see(&path);
    let cookie = if is_customers { customer_cookie } else { session_cookie };
    response.headers_mut().append(header::SET_COOKIE, cookie(home, Some(session)));
    if let Some(device) = device {
        let secure = if home.site.is_https() { "; Secure" } else { "" };
        let cookie = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}",
            device_cookie_name(home),
            device.reveal()
        );
        let cookie = HeaderValue::from_str(&cookie).expect("tokens are letters and digits");
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
#[derive(askama::Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    ui: Ui,
    form: Form,
    alert: String,
}
async fn code(ui: Ui, Query(next): Query<Next>) -> Page<CodePage> {
    let form = Form::filled([("next", next.next.unwrap_or_default())]);
    Page(CodePage { ui, form, alert: String::new() })
}
async fn code_post(
    State(home): State<Home>,
    ui: Ui,
    OwnPage(request): OwnPage,
    mut form: Form,
) -> Result<Response, Failure> {
    form.only(&["code", "next"])?;
    let pending = request.cookie(session_cookie_name(&home)).unwrap_or_default();
    let (origin, device) = (Origin::of(&request), device_of(&home, &request));
    let entry = actions::with_code(&home, pending, form.get("code"), origin, device).await?;
    let next = form.get("next").to_owned();
    match entry {
        None => Ok(see("/sign-in")),
        Some(Entry::Wrong) => {
            form = form.with_mistakes(&Problem::field("code", "code_wrong"));
            Ok(refused(CodePage { ui, form, alert: String::new() }))
        }
        Some(Entry::TooMany { until }) => {
            let alert = wait_words(&home, &ui, until);
            Ok(too_many(&home, until, CodePage { ui, form, alert }))
        }
        Some(entered) => Ok(enter(&home, &request, entered, local_path(&next, "/"), "/sign-in/code").await),
    }
}

async fn sign_out(grant: Grant<Myself>) -> Result<Response, Failure> {
    end_own(&grant).await?;
    let mut response = see("/sign-in?done=signed-out");
    response.headers_mut().append(header::SET_COOKIE, session_cookie(grant.home(), None));
    Ok(response)
}
/// Ends the session that this request came with.
pub(super) async fn end_own<P: 'static>(grant: &Grant<P>) -> Result<(), Failure> {
    let actor = grant.actor();
    let owner = actor.user().map(store::Owner::User).or(actor.contact().map(store::Owner::Contact));
    if let (Some(owner), Some(session)) = (owner, actor.session.clone()) {
        grant.change::<_, Failure>(move |tx| Ok(store::end_own_session(tx, owner, &session)?)).await?;
    }
    Ok(())
}

#[derive(askama::Template)]
#[template(path = "sign_in/forgot.html")]
struct ForgotPage {
    ui: Ui,
    form: Form,
    is_sent: bool,
}
async fn forgot(ui: Ui) -> Page<ForgotPage> {
    Page(ForgotPage { ui, form: Form::default(), is_sent: false })
}
async fn forgot_post(
    State(home): State<Home>,
    ui: Ui,
    OwnPage(request): OwnPage,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email"])?;
    match actions::send_link(&home, Door::Desk, form.get("email"), request.net(), ui.language).await {
        Ok(()) => Ok(Page(ForgotPage { ui, form: Form::default(), is_sent: true }).into_response()),
        Err(problem) => again(problem, form, |form, _| ForgotPage { ui, form, is_sent: false }),
    }
}

/// The page that a mailed link opens; it shows a form and changes nothing (S14).
#[derive(askama::Template)]
#[template(path = "sign_in/new_password.html")]
struct NewPasswordPage {
    ui: Ui,
    form: Form,
    /// Where the form goes: `/reset` or `/invite`.
    action: &'static str,
    title: &'static str,
    /// Of whoever has the link; empty where the link is no good.
    name: String,
}
fn new_password_page(ui: Ui, purpose: Purpose, form: Form, name: String) -> NewPasswordPage {
    let (action, title) = match purpose {
        Purpose::Invite => ("/invite", "invite-title"),
        Purpose::Reset | Purpose::SignIn => ("/reset", "reset-title"),
    };
    NewPasswordPage { ui, form, action, title, name }
}
async fn open_link(home: Home, ui: Ui, purpose: Purpose, token: String) -> Result<Response, Failure> {
    let found = actions::peek(&home, purpose, token.clone()).await?;
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let name = found.map_or_else(String::new, |(name, _)| name);
    let page = new_password_page(ui, purpose, Form::filled([("token", token)]), name);
    Ok((status, Page(page)).into_response())
}
async fn reset(State(home): State<Home>, ui: Ui, Path(token): Path<String>) -> Result<Response, Failure> {
    open_link(home, ui, Purpose::Reset, token).await
}
async fn invite(State(home): State<Home>, ui: Ui, Path(token): Path<String>) -> Result<Response, Failure> {
    open_link(home, ui, Purpose::Invite, token).await
}
async fn reset_post(
    State(home): State<Home>,
    ui: Ui,
    LinkForm(request): LinkForm,
    form: Form,
) -> Result<Response, Failure> {
    take_password(home, ui, request, form, Purpose::Reset).await
}
async fn invite_post(
    State(home): State<Home>,
    ui: Ui,
    LinkForm(request): LinkForm,
    form: Form,
) -> Result<Response, Failure> {
    take_password(home, ui, request, form, Purpose::Invite).await
}
/// After a reset one signs in as always, second factor included; an invitation leads right in.
async fn take_password(
    home: Home,
    ui: Ui,
    request: Request,
    form: Form,
    purpose: Purpose,
) -> Result<Response, Failure> {
    form.only(&["token", "password"])?;
    let token = form.get("token").to_owned();
    let set = actions::set_password_by_link(&home, purpose, token.clone(), secret(&form, "password")).await;
    match set {
        Ok(Some(_)) if purpose == Purpose::Reset => Ok(see("/sign-in?done=password")),
        Ok(Some(owner)) => {
            let entry = actions::open_after_link(&home, owner, Origin::of(&request)).await?;
            Ok(enter(&home, &request, entry, "/", "/sign-in/code").await)
        }
        Ok(None) => {
            let page = new_password_page(ui, purpose, Form::default(), String::new());
            Ok((StatusCode::NOT_FOUND, Page(page)).into_response())
        }
        Err(problem) => {
            let found = actions::peek(&home, purpose, token).await?;
            let name = found.map_or_else(String::new, |(name, _)| name);
            again(problem, form, |form, _| new_password_page(ui, purpose, form, name))
        }
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .public_get("/sign-in", get(sign_in))
        .public_post("/sign-in", post(sign_in_post))
        .public_get("/sign-in/code", get(code))
        .public_post("/sign-in/code", post(code_post))
        .post::<Myself>("/sign-out", post(sign_out))
        .public_get("/forgot", get(forgot))
        .public_post("/forgot", post(forgot_post))
        .public_get("/reset/{token}", get(reset))
        .public_post("/reset", post(reset_post))
        .public_get("/invite/{token}", get(invite))
        .public_post("/invite", post(invite_post))
}
