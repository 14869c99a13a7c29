//! The customers' door: a mailed link, or a password. No script.
use super::{
    actions::{self, Door, Entry},
    pages::{end_own, enter, refused, secret, too_many, wait_words},
    store::{Origin, Owner, Purpose},
};
use crate::contacts;
use crate::web::{Done, LinkForm, OwnPage, again, local_path, see};
use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    Home,
    authority::{Contact, Customer, Grant},
    db,
    web::{Failure, Form, Page, Request, Routes, Ui, customer_cookie},
};
use serde::Deserialize;

/// Where customers see all their requests.
const REQUESTS: &str = "/portal/requests";

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "sign_in/portal_sign_in.html")]
struct SignInPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    alert: String,
    /// Whether the part with the password is shown at once.
    is_by_password: bool,
}
fn sign_in_page(ui: Ui, form: Form, alert: String, is_by_password: bool) -> SignInPage {
    SignInPage { ui, form, done: "", alert, is_by_password }
}

async fn sign_in(ui: Ui, Query(next): Query<Next>, Query(done): Query<Done>) -> Response {
    let next = next.next.unwrap_or_default();
    if ui.actor.as_ref().is_some_and(|actor| actor.contact().is_some()) {
        return see(local_path(&next, REQUESTS));
    }
    let page = sign_in_page(ui, Form::filled([("next", next)]), String::new(), false);
    Page(SignInPage { done: done.words(), ..page }).into_response()
}
async fn with_password(
    State(home): State<Home>,
    ui: Ui,
    OwnPage(request): OwnPage,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email", "password", "next"])?;
    let origin = Origin::of(&request);
    let entry = actions::with_password(
        &home,
        Door::Portal,
        form.get("email"),
        secret(&form, "password"),
        origin,
        None,
    )
    .await?;
    let next = form.get("next").to_owned();
    let page = |alert: String| sign_in_page(ui.clone(), form.clone(), alert, true);
    match entry {
        Entry::Wrong => Ok(refused(page(ui.t("sign-in-wrong").into()))),
        Entry::TooMany { until } => Ok(too_many(&home, until, page(wait_words(&home, &ui, until)))),
        entered => Ok(enter(&home, &request, entered, local_path(&next, REQUESTS), "/portal/sign-in").await),
    }
}
async fn send_link(
    State(home): State<Home>,
    ui: Ui,
    OwnPage(request): OwnPage,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["email", "next"])?;
    match actions::send_link(&home, Door::Portal, form.get("email"), request.net(), ui.language).await {
        Ok(()) => Ok(see("/portal/sign-in?done=link")),
        Err(problem) => again(problem, form, |form, _| sign_in_page(ui, form, String::new(), false)),
    }
}

/// What a mailed link opens: a button. Programs that look into mails do not use the link up.
#[derive(askama::Template)]
#[template(path = "sign_in/portal_link.html")]
struct LinkPage {
    ui: Ui,
    form: Form,
    /// Of whoever has the link; empty where the link is no good.
    name: String,
}
async fn link(State(home): State<Home>, ui: Ui, Path(token): Path<String>) -> Result<Response, Failure> {
    let found = actions::peek(&home, Purpose::SignIn, token.clone()).await?;
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let name = found.map_or_else(String::new, |(name, _)| name);
    Ok((status, Page(LinkPage { ui, form: Form::filled([("token", token)]), name })).into_response())
}
async fn confirm(
    State(home): State<Home>,
    ui: Ui,
    LinkForm(request): LinkForm,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["token"])?;
    match actions::with_link(&home, form.get("token").to_owned(), Origin::of(&request)).await? {
        Entry::Wrong | Entry::TooMany { .. } => {
            let page = LinkPage { ui, form: Form::default(), name: String::new() };
            Ok((StatusCode::NOT_FOUND, Page(page)).into_response())
        }
        entered => Ok(enter(&home, &request, entered, REQUESTS, "/portal/sign-in").await),
    }
}

async fn sign_out(grant: Grant<Customer>) -> Result<Response, Failure> {
    end_own(&grant).await?;
    let mut response = see("/portal/sign-in?done=signed-out");
    response.headers_mut().append(header::SET_COOKIE, customer_cookie(grant.home(), None));
    Ok(response)
}

#[derive(askama::Template)]
#[template(path = "sign_in/portal_account.html")]
struct AccountPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    has_password: bool,
    /// All addresses, and those of them that somebody else added and nobody confirmed.
    emails: Vec<String>,
    unconfirmed: Vec<String>,
}
async fn account_page(
    grant: &Grant<Customer>,
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
) -> Result<AccountPage, Failure> {
    let contact = contact_of(grant)?;
    let has_password = actions::has_password(grant.home(), Owner::Contact(contact)).await?;
    let (emails, unconfirmed) = grant
        .read::<_, db::Error>(move |tx| {
            let emails = contacts::store::emails(tx, &[contact])?.into_iter().map(|(_, email)| email);
            Ok((emails.collect(), contacts::store::unconfirmed(tx, &[contact])?))
        })
        .await?;
    Ok(AccountPage { ui, form, done, problem, has_password, emails, unconfirmed })
}
fn contact_of(grant: &Grant<Customer>) -> Result<Id<Contact>, Problem> {
    grant.actor().contact().ok_or(Problem::not_found())
}
async fn account(
    grant: Grant<Customer>,
    ui: Ui,
    Query(done): Query<Done>,
) -> Result<Page<AccountPage>, Failure> {
    Ok(Page(account_page(&grant, ui, Form::default(), done.words(), "").await?))
}
async fn account_post(
    grant: Grant<Customer>,
    ui: Ui,
    request: Request,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["old", "password"])?;
    let (home, owner) = (grant.home(), Owner::Contact(contact_of(&grant)?));
    let (old, new) = (secret(&form, "old"), secret(&form, "password"));
    match actions::change_own_password(home, owner, old, new, Origin::of(&request)).await {
        Ok(session) => {
            let mut response = see("/portal/account?done=password");
            response.headers_mut().append(header::SET_COOKIE, customer_cookie(home, Some(&session)));
            Ok(response)
        }
        Err(problem) => {
            let page = account_page(&grant, ui, Form::default(), "", "").await?;
            again(problem, form, |form, problem| AccountPage { form, problem, ..page })
        }
    }
}
/// An address that the desk added is the customer's own: they say so from an account that another one opened.
async fn confirm_address(grant: Grant<Customer>, form: Form) -> Result<Response, Failure> {
    form.only(&["email"])?;
    let (contact, email) = (contact_of(&grant)?, form.get("email").to_owned());
    grant.change::<_, Problem>(move |tx| contacts::actions::confirm_own(tx, contact, &email)).await?;
    Ok(see("/portal/account?done=confirmed"))
}

pub fn routes() -> Routes {
    Routes::new()
        .public_get("/portal/sign-in", get(sign_in))
        .public_post("/portal/sign-in", post(with_password))
        .public_post("/portal/sign-in/link", post(send_link))
        .public_get("/portal/sign-in/{token}", get(link))
        .public_post("/portal/sign-in/confirm", post(confirm))
        .post::<Customer>("/portal/sign-out", post(sign_out))
        .get::<Customer>("/portal/account", get(account))
        .post::<Customer>("/portal/account", post(account_post))
        .post::<Customer>("/portal/account/confirm", post(confirm_address))
}
