//! One's own page: name, language, look, password, second factor, sessions, tokens.
//!
//! What changes how one signs in needs a browser session: a program's token cannot make itself more.
use super::{UserRow, actions, policy::Theme, store};
use crate::{
    roles::everything,
    sign_in::{
        actions as access,
        pages::secret,
        second_factor,
        store::{self as ways, Origin, Owner, SessionRow, Token, TokenRow},
        tokens::{self, Scopes},
    },
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use kernel::{clock::DAY, fault::Problem, id::Id, secret::Secret};
use platform::{
    authority::{Grant, Myself, Permission, User},
    i18n::Language,
    web::{Failure, Form, Page, Request, Routes, Ui, session_cookie},
};

#[derive(askama::Template)]
#[template(path = "users/profile.html")]
struct ProfilePage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    user: UserRow,
    sessions: Vec<SessionRow>,
    /// The public id of the session that asks.
    current: String,
    tokens: Vec<TokenRow>,
    /// A token that was made just now; shown this once.
    new_token: String,
    /// Keys of the permissions that a token may be limited to.
    scopes: Vec<String>,
    offer: Option<Offer>,
    languages: &'static [Language],
    zones: &'static [&'static str],
}
impl ProfilePage {
    /// Whether the token that could not be made was to have this permission.
    fn is_chosen(&self, key: &str) -> bool {
        self.form.all("scopes").any(|chosen| chosen == key)
    }
}
/// A secret for an authenticator app.
struct Offer {
    /// The dark modules of the QR code as an SVG path, and the side's length.
    path: String,
    side: usize,
    /// In groups of four, for typing.
    secret: String,
    /// The same, sealed for the form that brings it back.
    sealed: String,
}

/// Zones that people here choose from; any other IANA name is taken too.
pub(crate) const ZONES: &[&str] = &[
    "Europe/Amsterdam",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Bucharest",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Luxembourg",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Sofia",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "UTC",
    "America/Chicago",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
];

fn me(grant: &Grant<Myself>) -> Result<Id<User>, Problem> {
    grant.actor().user().ok_or(Problem::new(403, "permission_required"))
}
/// Oneself, in a browser.
fn me_in_person(grant: &Grant<Myself>) -> Result<Id<User>, Problem> {
    match grant.actor().session {
        Some(_) => me(grant),
        None => Err(Problem::new(403, "session_needed")),
    }
}

/// The page as it is now.
async fn page(grant: &Grant<Myself>, ui: Ui) -> Result<ProfilePage, Failure> {
    let id = me(grant)?;
    let (user, sessions, tokens) = grant
        .read::<_, Failure>(move |tx| {
            Ok((store::own(tx, id)?, ways::sessions(tx, Owner::User(id))?, ways::tokens(tx, id)?))
        })
        .await?;
    let actor = grant.actor();
    let form = Form::filled([
        ("name", user.name.clone()),
        ("language", user.language.word().into()),
        ("zone", user.zone.clone()),
        ("theme", actor.theme.into()),
        ("undo_seconds", actor.habits.undo_seconds.to_string()),
        ("remember_status", if actor.habits.remembers_status { "on".into() } else { String::new() }),
        ("keys", if actor.has_single_keys { "on".into() } else { String::new() }),
    ]);
    let may = |(key, _): (String, _)| actor.reach(&key).map(|_| key);
    Ok(ProfilePage {
        ui,
        form,
        done: "",
        problem: "",
        user,
        sessions,
        current: actor.session.clone().unwrap_or_default(),
        tokens,
        new_token: String::new(),
        scopes: std::iter::once(Myself::KEY.to_owned())
            .chain(everything().into_iter().filter_map(may))
            .collect(),
        offer: None,
        languages: Language::ALL,
        zones: ZONES,
    })
}
/// The page again, with what was wrong.
async fn wrong(grant: &Grant<Myself>, ui: Ui, form: Form, problem: Problem) -> Result<Response, Failure> {
    let mut shown = page(grant, ui).await?;
    // Other forms of the page keep what is stored.
    if form.some("name").is_some() && form.some("language").is_some() {
        shown.form = form.clone();
    }
    let (mut kept, offer) = (shown.form.clone(), offered(grant, &form)?);
    for name in ["token_name", "days", "scopes"] {
        kept = form.all(name).fold(kept, |kept, value| kept.with(name, value));
    }
    again(problem, kept, |form, problem| ProfilePage { form, problem, offer, ..shown })
}

async fn show(grant: Grant<Myself>, ui: Ui, Query(done): Query<Done>) -> Result<Page<ProfilePage>, Failure> {
    let shown = page(&grant, ui).await?;
    Ok(Page(ProfilePage { done: done.words(), ..shown }))
}

async fn save(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["name", "language", "zone", "theme", "keys"])?;
    let id = me(&grant)?;
    let profile = actions::Profile::parse(
        form.get("name"),
        form.get("language"),
        form.get("zone"),
        form.get("theme"),
        form.is_on("keys"),
    );
    match profile {
        Ok(profile) => {
            grant.change(move |tx| actions::edit_profile(tx, id, profile)).await?;
            Ok(see("/profile?done=saved"))
        }
        Err(problem) => wrong(&grant, ui, form, problem).await,
    }
}

/// How one sends.
async fn sending(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    match super::habits::save_sending(&grant, &form).await {
        Ok(()) => Ok(see("/profile?done=saved")),
        Err(failure) => {
            let problem: Problem = failure.0;
            let mut shown = page(&grant, ui).await?;
            shown.form = shown.form.replaced("undo_seconds", form.get("undo_seconds"));
            let kept = shown.form.clone();
            again(problem, kept, |form, problem| ProfilePage { form, problem, ..shown })
        }
    }
}

/// The button in the frame: light or dark, at once.
async fn theme(grant: Grant<Myself>, form: Form) -> Result<Response, Failure> {
    form.only(&["theme"])?;
    let id = me(&grant)?;
    let theme = Theme::from_word(form.get("theme")).ok_or(Problem::field("theme", "unknown_word"))?;
    grant.change(move |tx| actions::set_theme(tx, id, theme)).await?;
    Ok(see("/profile"))
}

/// To the page, with the cookie of the session that has a new secret.
fn with_session(grant: &Grant<Myself>, path: &str, session: &Secret<String>) -> Response {
    let mut response = see(path);
    response.headers_mut().append(header::SET_COOKIE, session_cookie(grant.home(), Some(session)));
    response
}

async fn password(grant: Grant<Myself>, ui: Ui, request: Request, form: Form) -> Result<Response, Failure> {
    let owner = Owner::User(me_in_person(&grant)?);
    form.only(&["old", "password"])?;
    let (old, new) = (secret(&form, "old"), secret(&form, "password"));
    match access::change_own_password(grant.home(), owner, old, new, Origin::of(&request)).await {
        Ok(session) => Ok(with_session(&grant, "/profile?done=password", &session)),
        Err(problem) => wrong(&grant, ui, form, problem).await,
    }
}

fn offer_of(grant: &Grant<Myself>, secret: &Secret<String>, sealed: String) -> Result<Offer, Problem> {
    let desk = crate::web::desk_name(grant.home());
    let text = second_factor::address(secret, &desk, &grant.actor().email);
    let (path, side) = second_factor::picture(&text).ok_or_else(Problem::internal)?;
    let letters: Vec<char> = secret.reveal().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(Offer { path, side, secret: groups.join(" "), sealed })
}
/// What the form brought back, to be shown again.
fn offered(grant: &Grant<Myself>, form: &Form) -> Result<Option<Offer>, Problem> {
    let id = me(grant)?;
    let Some(sealed) = form.some("offer") else { return Ok(None) };
    let secret = access::offered_secret(grant.home(), id, sealed);
    secret.map(|secret| offer_of(grant, &secret, sealed.to_owned())).transpose()
}
/// Offers a secret, also in place of the one that is in use. A session alone is not enough: it may be stolen.
async fn begin_second_factor(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    let id = me_in_person(&grant)?;
    form.only(&["present"])?;
    match access::offer_second_factor(grant.home(), id, secret(&form, "present")).await {
        Ok((secret, sealed)) => {
            let offer = Some(offer_of(&grant, &secret, sealed)?);
            Ok(Page(ProfilePage { offer, ..page(&grant, ui).await? }).into_response())
        }
        Err(problem) => wrong(&grant, ui, form, problem).await,
    }
}
async fn second_factor_on(
    grant: Grant<Myself>,
    ui: Ui,
    request: Request,
    form: Form,
) -> Result<Response, Failure> {
    let id = me_in_person(&grant)?;
    form.only(&["offer", "code"])?;
    let Some(secret) = access::offered_secret(grant.home(), id, form.get("offer")) else {
        return Err(Problem::field("offer", "required").into());
    };
    let on =
        access::enable_second_factor(grant.home(), id, secret, form.get("code"), Origin::of(&request)).await;
    match on {
        Ok(session) => Ok(with_session(&grant, "/profile?done=saved", &session)),
        Err(problem) => wrong(&grant, ui, form, problem).await,
    }
}
async fn second_factor_off(
    grant: Grant<Myself>,
    ui: Ui,
    request: Request,
    form: Form,
) -> Result<Response, Failure> {
    let id = me_in_person(&grant)?;
    form.only(&["present"])?;
    let off =
        access::disable_second_factor(grant.home(), id, secret(&form, "present"), Origin::of(&request)).await;
    match off {
        Ok(session) => Ok(with_session(&grant, "/profile?done=saved", &session)),
        Err(problem) => wrong(&grant, ui, form, problem).await,
    }
}

/// Ends one session, or all others.
async fn end_sessions(grant: Grant<Myself>, form: Form) -> Result<Response, Failure> {
    let owner = Owner::User(me_in_person(&grant)?);
    form.only(&["session"])?;
    let (one, own) = (form.some("session").map(str::to_owned), grant.actor().session.clone());
    grant
        .change::<_, Failure>(move |tx| {
            match one {
                Some(id) => drop(ways::end_own_session(tx, owner, &id)?),
                None => drop(ways::end_sessions(tx, owner, own.as_deref())?),
            }
            Ok(())
        })
        .await?;
    Ok(see("/profile?done=ended"))
}

/// Makes a token, for the password: it outlives the session. The answer is the only page that shows it.
async fn create_token(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    let id = me_in_person(&grant)?;
    form.only(&["token_name", "scopes", "days", "token_password"])?;
    let keys: Vec<&str> = form.all("scopes").collect();
    let parsed = Scopes::parse(&keys.join(" ")).and_then(|scopes| {
        let mut mistakes = kernel::fault::Mistakes::default();
        mistakes.require(form.some("token_name").is_some(), "token_name", "required");
        let days = form.number("days", &mut mistakes);
        mistakes.require(days.is_none_or(|days| (1..=3660).contains(&days)), "days", "wrong_type");
        mistakes.check().map(|()| (scopes, days))
    });
    let (scopes, days) = match parsed {
        Ok(parsed) => parsed,
        Err(problem) => return wrong(&grant, ui, form, problem).await,
    };
    let password = secret(&form, "token_password");
    if let Err(problem) = access::prove(grant.home(), Owner::User(id), password, "token_password").await {
        return wrong(&grant, ui, form, problem).await;
    }
    let name = form.get("token_name").to_owned();
    let token = grant
        .change::<_, Failure>(move |tx| {
            let end = days.map(|days| tx.now().plus(days * DAY));
            Ok(tokens::create(tx, id, &name, &scopes, end)?)
        })
        .await?;
    let shown = page(&grant, ui).await?;
    Ok(Page(ProfilePage { new_token: token.reveal().clone(), ..shown }).into_response())
}
async fn revoke_token(grant: Grant<Myself>, form: Form) -> Result<Response, Failure> {
    let id = me_in_person(&grant)?;
    form.only(&["token"])?;
    let token: Id<Token> = form.get("token").parse().map_err(|_| Problem::not_found())?;
    grant.change::<_, Failure>(move |tx| Ok(tokens::revoke(tx, id, token)?)).await?;
    Ok(see("/profile?done=ended"))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<Myself>("/profile", get(show))
        .post::<Myself>("/profile", post(save))
        .post::<Myself>("/profile/theme", post(theme))
        .post::<Myself>("/profile/sending", post(sending))
        .post::<Myself>("/profile/password", post(password))
        .post::<Myself>("/profile/second-factor/begin", post(begin_second_factor))
        .post::<Myself>("/profile/second-factor", post(second_factor_on))
        .post::<Myself>("/profile/second-factor/off", post(second_factor_off))
        .post::<Myself>("/profile/sessions", post(end_sessions))
        .post::<Myself>("/profile/tokens", post(create_token))
        .post::<Myself>("/profile/tokens/revoke", post(revoke_token))
}
