//! Signing in, and everything that changes how somebody signs in.
use super::{
    PasswordChanged, SecondFactorChanged, SignedIn,
    letters::{self, Addressee, Subject},
    passwords, second_factor,
    store::{self, Credentials, Origin, Owner, Purpose, Stage},
    throttle::{self, Guess},
    tokens,
};
use crate::desk_settings;
use kernel::{clock::Millis, fault::Problem, id::Id, secret::Secret, text};
use platform::{
    Home,
    authority::{Actor, Grant, System, Tx, User, Who},
    db,
    i18n::Language,
    jobs::{self, Job, Trouble},
    settings::Site,
};
use serde::{Deserialize, Serialize};

/// Where somebody signs in: the desk or the customers' pages. An account of one is nothing on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Desk,
    Portal,
}
platform::words! { Door { Desk = "desk", Portal = "portal" } }

/// What became of a try.
pub enum Entry {
    /// Signed in; a browser that was not known is from now on.
    Open { session: Secret<String>, device: Option<Secret<String>> },
    /// The code is missing.
    NeedsCode { session: Secret<String> },
    /// Unknown account, wrong password, wrong or used code: nobody hears which.
    Wrong,
    /// Nothing is looked at before this time.
    TooMany { until: Millis },
}

/// The program's authority with this person in the log.
fn as_person(home: &Home, owner: Owner) -> Grant<System> {
    let who = match owner {
        Owner::User(id) => Who::User(id),
        Owner::Contact(id) => Who::Contact(id),
    };
    Grant::on_behalf(home, Actor { who, ..Actor::system() })
}
fn credentials<P>(tx: &mut Tx<P>, door: Door, email: &str) -> db::Result<Option<Credentials>> {
    match door {
        Door::Desk => store::user_credentials(tx, email),
        Door::Portal => store::contact_credentials(tx, email),
    }
}

/// Signs somebody in with address and password.
///
/// A guess is counted before it is looked at, in a transaction of its own, and an unknown account costs as much
/// time as a known one.
///
/// * `device` – the token of a browser that may be known.
pub async fn with_password(
    home: &Home,
    door: Door,
    email: &str,
    password: Secret<String>,
    origin: Origin,
    device: Option<String>,
) -> Result<Entry, Problem> {
    // Something that is no address is counted and refused like an address of nobody.
    let email = text::email(email).unwrap_or_else(|| text::shorten(&email.to_lowercase(), 254));
    let net = origin.net.clone();
    let (found, guess, known, blocked) = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| {
            let found = credentials(tx, door, &email)?;
            let known = match (found.as_ref().and_then(|found| found.user_id), device) {
                (Some(user), Some(token)) => store::is_known_device(tx, user, &token)?.then_some(token),
                _ => None,
            };
            let guess = Guess::password(&email, &net, known.as_deref());
            let blocked = guess.admit(tx)?;
            Ok((found, guess, known, blocked))
        })
        .await?;
    if let Some(until) = blocked {
        return Ok(Entry::TooMany { until });
    }
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let is_right = passwords::verify(password, hash).await?;
    let Some((found, owner)) = found.and_then(|found| Some((found.owner()?, found))).map(|(o, f)| (f, o))
    else {
        return Ok(Entry::Wrong);
    };
    if !is_right {
        return Ok(Entry::Wrong);
    }
    let entry = as_person(home, owner)
        .change::<_, db::Error>(move |tx| {
            guess.was_right(tx)?;
            if found.has_second_factor {
                let session = store::open_session(tx, owner, Stage::SecondFactor, &origin)?;
                return Ok(Entry::NeedsCode { session });
            }
            enter(tx, owner, &origin, known.as_deref())
        })
        .await?;
    Ok(entry)
}

/// Opens a session; the browser becomes known, or stays so.
///
/// * `known` – the token of a browser that is known.
fn enter<P>(tx: &mut Tx<P>, owner: Owner, origin: &Origin, known: Option<&str>) -> db::Result<Entry> {
    let session = store::open_session(tx, owner, Stage::Full, origin)?;
    let device = match (owner, known) {
        (Owner::User(user), None) => Some(store::remember_device(tx, user)?),
        (Owner::User(user), Some(token)) => {
            store::touch_device(tx, user, token)?;
            None
        }
        (Owner::Contact(_), _) => None,
    };
    if let Owner::User(user) = owner {
        tx.emit(SignedIn { user, device: origin.device.clone() })?;
    }
    Ok(Entry::Open { session, device })
}

/// Takes the code of the second factor. The session that waited for it ends and another one begins.
///
/// * `pending` – the cookie of the session that waits.
/// * returns – `None` where no session waits (any more).
pub async fn with_code(
    home: &Home,
    pending: &str,
    code: &str,
    origin: Origin,
    device: Option<String>,
) -> Result<Option<Entry>, Problem> {
    let (keys, pending, code) = (home.keys.clone(), pending.to_owned(), code.to_owned());
    let token = pending.clone();
    let user =
        Grant::<System>::system(home).read::<_, db::Error>(move |tx| store::pending_user(tx, &token)).await?;
    let Some(user) = user else { return Ok(None) };
    let entry = as_person(home, Owner::User(user))
        .change::<_, db::Error>(move |tx| {
            if store::pending_user(tx, &pending)? != Some(user) {
                return Ok(None);
            }
            let guess = Guess::code(&user.to_string());
            if let Some(until) = guess.admit(tx)? {
                return Ok(Some(Entry::TooMany { until }));
            }
            let sealed = store::second_factor(tx, user)?.unwrap_or_default();
            let step = keys
                .open_sealed(&place(user), &sealed)
                .ok()
                .and_then(|secret| second_factor::step_of(&secret, &code, tx.now()));
            let is_right = match step {
                Some(step) => store::use_step(tx, user, step)?,
                None => false,
            };
            if !is_right {
                return Ok(Some(Entry::Wrong));
            }
            guess.was_right(tx)?;
            store::end_session(tx, &pending)?;
            let known = match device {
                Some(token) => store::is_known_device(tx, user, &token)?.then_some(token),
                None => None,
            };
            enter(tx, Owner::User(user), &origin, known.as_deref()).map(Some)
        })
        .await?;
    Ok(entry)
}
/// Where the secret of a second factor is sealed for.
fn place(user: Id<User>) -> String {
    format!("desk_user/{user}/totp")
}

/// Has a link sent for a new password (desk) or for signing in (portal), if there is such an account.
///
/// Known or not, the same is read, written and answered: nobody learns who has an account (S14). The job looks.
///
/// * errors – 422 for what is no address.
///
/// * `language` – of the page, for somebody whose own is not known.
pub async fn send_link(
    home: &Home,
    door: Door,
    email: &str,
    net: String,
    language: Language,
) -> Result<(), Problem> {
    let Some(email) = text::email(email) else { return Err(Problem::field("email", "email")) };
    let public_url = home.site.public_url.clone();
    Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| {
            if throttle::may_mail(tx, &email, &net)? {
                let now = tx.now();
                jobs::enqueue(
                    tx,
                    &SendLink { door, email, public_url, language: Some(language) },
                    now,
                    None,
                )?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Writes the mail with the link. Twice, the second link replaces the first.
#[derive(Serialize, Deserialize)]
struct SendLink {
    door: Door,
    email: String,
    /// As configured where the request came in.
    public_url: String,
    #[serde(default)]
    language: Option<Language>,
}
impl Job for SendLink {
    const KIND: &'static str = "sign_in.send_link";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let found = credentials(tx, self.door, &self.email)?;
        let Some((found, owner)) = found.and_then(|found| found.owner().map(|owner| (found, owner))) else {
            return Ok(());
        };
        let (purpose, subject) = match self.door {
            Door::Desk => (Purpose::Reset, Subject::Reset),
            Door::Portal => (Purpose::SignIn, Subject::SignIn),
        };
        let site = Site::new(&self.public_url, 0);
        site.rename(&desk_settings::store::load(tx)?.name);
        let token = store::new_link(tx, purpose, owner)?;
        Ok(letters::send(tx, &site, subject, &addressee(found, self.language), &token, "")?)
    }
}
platform::register_job!(SendLink);

/// * `asked` – the language of the page that asked for the letter, for somebody whose own is not known.
fn addressee(of: Credentials, asked: Option<Language>) -> Addressee {
    Addressee { email: of.email, name: of.name, language: of.language.or(asked).unwrap_or_default() }
}
fn changed(owner: Owner) -> Subject {
    match owner {
        Owner::User(_) => Subject::PasswordChanged,
        Owner::Contact(_) => Subject::CustomerPasswordChanged,
    }
}

/// Invites a user: a link with which they choose a password. An older invitation ends.
pub fn invite<P>(tx: &mut Tx<P>, site: &Site, user: Id<User>) -> db::Result<()> {
    let Some(found) = store::own_credentials(tx, Owner::User(user))? else { return Ok(()) };
    let token = store::new_link(tx, Purpose::Invite, Owner::User(user))?;
    let from = tx.actor().name.clone();
    letters::send(tx, site, Subject::Invite, &addressee(found, None), &token, &from)
}

/// The name and address of whoever has this link, while it is good; it is not used up.
pub async fn peek(home: &Home, purpose: Purpose, token: String) -> Result<Option<(String, String)>, Problem> {
    let found = Grant::<System>::system(home)
        .read::<_, db::Error>(move |tx| match store::link_owner(tx, purpose, &token)? {
            Some(owner) => store::own_credentials(tx, owner),
            None => Ok(None),
        })
        .await?;
    Ok(found.map(|found| (found.name, found.email)))
}

/// Sets a new password with a link. Every session, link and known device of the person ends; where the password was
/// forgotten, their tokens too: somebody else may have made one.
///
/// * returns – whose link it was; `None` where it is used, too old or never was.
/// * errors – 422 naming `password`; the link stays good.
pub async fn set_password_by_link(
    home: &Home,
    purpose: Purpose,
    token: String,
    password: Secret<String>,
) -> Result<Option<Owner>, Problem> {
    let Some((name, email)) = peek(home, purpose, token.clone()).await? else { return Ok(None) };
    let mut mistakes = kernel::fault::Mistakes::default();
    passwords::check(&password, &[&name, &email], "password", &mut mistakes);
    mistakes.check()?;
    let hash = passwords::hash(password).await?;
    let site = home.site.clone();
    let owner = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| {
            let Some(owner) = store::consume_link(tx, purpose, &token)? else { return Ok(None) };
            store::set_password(tx, owner, &hash)?;
            store::end_sessions(tx, owner, None)?;
            store::revoke_links(tx, owner)?;
            if let Owner::User(user) = owner {
                store::forget_devices(tx, user)?;
                if purpose == Purpose::Reset {
                    tokens::revoke_all(tx, user)?;
                }
                tx.emit(PasswordChanged { user })?;
            }
            if purpose == Purpose::Reset
                && let Some(found) = store::own_credentials(tx, owner)?
            {
                let none = Secret::new(String::new());
                letters::send(tx, &site, changed(owner), &addressee(found, None), &none, "")?;
            }
            Ok(Some(owner))
        })
        .await?;
    Ok(owner)
}

/// Opens a session for somebody who has just proved who they are by a link. The second factor is still asked for.
pub async fn open_after_link(home: &Home, owner: Owner, origin: Origin) -> Result<Entry, Problem> {
    let entry = as_person(home, owner)
        .change::<_, db::Error>(move |tx| match store::own_credentials(tx, owner)? {
            None => Ok(Entry::Wrong),
            Some(found) if found.has_second_factor => {
                let session = store::open_session(tx, owner, Stage::SecondFactor, &origin)?;
                Ok(Entry::NeedsCode { session })
            }
            Some(_) => enter(tx, owner, &origin, None),
        })
        .await?;
    Ok(entry)
}
/// Signs a customer in with a mailed link, which is used up.
pub async fn with_link(home: &Home, token: String, origin: Origin) -> Result<Entry, Problem> {
    let owner = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| store::consume_link(tx, Purpose::SignIn, &token))
        .await?;
    match owner {
        Some(owner) => open_after_link(home, owner, origin).await,
        None => Ok(Entry::Wrong),
    }
}

/// Changes one's own password. All other sessions and known devices end, this one gets a new secret. Tokens stay:
/// whoever knows the password ends those that they want to end.
///
/// * `old` – asked for where there is one.
/// * errors – 422 naming `old` or `password`; 429 after too many wrong ones.
pub async fn change_own_password(
    home: &Home,
    owner: Owner,
    old: Secret<String>,
    password: Secret<String>,
    origin: Origin,
) -> Result<Secret<String>, Problem> {
    prove(home, owner, old, "old").await?;
    let found = Grant::<System>::system(home).read(move |tx| store::own_credentials(tx, owner)).await?;
    let found = found.ok_or(Problem::new(401, "sign_in_required"))?;
    let mut mistakes = kernel::fault::Mistakes::default();
    passwords::check(&password, &[&found.name, &found.email], "password", &mut mistakes);
    mistakes.check()?;
    let hash = passwords::hash(password).await?;
    let site = home.site.clone();
    let session = as_person(home, owner)
        .change::<_, db::Error>(move |tx| {
            store::set_password(tx, owner, &hash)?;
            store::revoke_links(tx, owner)?;
            if let Owner::User(user) = owner {
                store::forget_devices(tx, user)?;
                tx.emit(PasswordChanged { user })?;
            }
            let none = Secret::new(String::new());
            if !found.email.is_empty() {
                letters::send(tx, &site, changed(owner), &addressee(found, None), &none, "")?;
            }
            rotate(tx, owner, &origin)
        })
        .await?;
    Ok(session)
}
/// Ends every session and begins a new one.
fn rotate<P>(tx: &mut Tx<P>, owner: Owner, origin: &Origin) -> db::Result<Secret<String>> {
    store::end_sessions(tx, owner, None)?;
    store::open_session(tx, owner, Stage::Full, origin)
}

/// Asks again for the password of somebody who is signed in, before what a stolen session must not do. Who has
/// none needs none.
///
/// * errors – 422 naming `field` for a wrong one; 429 after too many.
pub async fn prove(
    home: &Home,
    owner: Owner,
    password: Secret<String>,
    field: &'static str,
) -> Result<(), Problem> {
    let guess = Guess::code(&match owner {
        Owner::User(id) => format!("password/user/{id}"),
        Owner::Contact(id) => format!("password/contact/{id}"),
    });
    let (hash, blocked, guess) = Grant::<System>::system(home)
        .change::<_, db::Error>(move |tx| {
            let found = store::own_credentials(tx, owner)?;
            let blocked = guess.admit(tx)?;
            Ok((found.and_then(|found| found.password_hash), blocked, guess))
        })
        .await?;
    if blocked.is_some() {
        return Err(Problem::new(429, "too_many_tries"));
    }
    if hash.is_none() || passwords::verify(password, hash).await? {
        Grant::<System>::system(home).change::<_, db::Error>(move |tx| guess.was_right(tx)).await?;
        return Ok(());
    }
    Err(Problem::field(field, "password_wrong"))
}

/// Begins enrolment: a secret for the app, and the same sealed for the form that brings it back with a code. What is
/// sealed proves that the password was right, so that switching on does not ask for it again.
///
/// * errors – 422 naming `present` for a wrong password; 429 after too many.
pub async fn offer_second_factor(
    home: &Home,
    user: Id<User>,
    password: Secret<String>,
) -> Result<(Secret<String>, String), Problem> {
    prove(home, Owner::User(user), password, "present").await?;
    let secret = second_factor::new_secret();
    let sealed = home.keys.seal(&format!("{}/offer", place(user)), &secret);
    Ok((secret, platform::keys::base32(&sealed)))
}
/// What was offered to this user.
pub fn offered_secret(home: &Home, user: Id<User>, sealed: &str) -> Option<Secret<String>> {
    home.keys.open_sealed(&format!("{}/offer", place(user)), &unbase32(sealed)?).ok()
}
fn unbase32(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'a'..=b'z' => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xffff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Some(out)
}

/// Switches the second factor on. All other sessions end, this one gets a new secret.
///
/// * errors – 422 naming `code` where it does not fit.
pub async fn enable_second_factor(
    home: &Home,
    user: Id<User>,
    secret: Secret<String>,
    code: &str,
    origin: Origin,
) -> Result<Secret<String>, Problem> {
    let step = second_factor::step_of(&secret, code, home.clock.now());
    let step = step.ok_or(Problem::field("code", "code_wrong"))?;
    let sealed = home.keys.seal(&place(user), &secret);
    let session = as_person(home, Owner::User(user))
        .change::<_, db::Error>(move |tx| {
            store::set_second_factor(tx, user, Some(&sealed), step)?;
            tx.emit(SecondFactorChanged { user, is_on: true })?;
            rotate(tx, Owner::User(user), &origin)
        })
        .await?;
    Ok(session)
}
/// Switches the second factor off.
///
/// * errors – 422 naming `present` for a wrong password; 429 after too many.
pub async fn disable_second_factor(
    home: &Home,
    user: Id<User>,
    password: Secret<String>,
    origin: Origin,
) -> Result<Secret<String>, Problem> {
    prove(home, Owner::User(user), password, "present").await?;
    let session = as_person(home, Owner::User(user))
        .change::<_, db::Error>(move |tx| {
            store::set_second_factor(tx, user, None, 0)?;
            tx.emit(SecondFactorChanged { user, is_on: false })?;
            rotate(tx, Owner::User(user), &origin)
        })
        .await?;
    Ok(session)
}

/// Whether somebody can sign in with a password.
pub async fn has_password(home: &Home, owner: Owner) -> Result<bool, Problem> {
    let found = Grant::<System>::system(home).read(move |tx| store::own_credentials(tx, owner)).await?;
    Ok(found.is_some_and(|found| found.password_hash.is_some()))
}

/// Switches the second factor of somebody off who lost it. All their sessions end.
pub fn remove_second_factor<P>(tx: &mut Tx<P>, user: Id<User>) -> db::Result<()> {
    store::set_second_factor(tx, user, None, 0)?;
    store::end_sessions(tx, Owner::User(user), None)?;
    tx.emit(SecondFactorChanged { user, is_on: false })
}
