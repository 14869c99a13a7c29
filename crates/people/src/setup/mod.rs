//! The first moments of a desk: roles, settings and the first administrator.
mod store;

use crate::{
    desk_settings::{self, Settings},
    roles::{self, Builtin},
    users::{self, NewUser, UserCreated},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{
    authority::{System, Tx, User},
    db,
    i18n::Language,
};
pub use store::is_done;

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A desk is set up once (S29).
    #[error("this desk is set up already")]
    AlreadyDone,
    #[error("{}", .0.code)]
    Invalid(Problem),
    #[error(transparent)]
    Database(#[from] db::Error),
}
impl From<SetupError> for Problem {
    fn from(error: SetupError) -> Problem {
        match error {
            SetupError::AlreadyDone => Problem::new(410, "setup_done"),
            SetupError::Invalid(problem) => problem,
            SetupError::Database(cause) => cause.into(),
        }
    }
}

/// Sets up an empty desk: built-in roles, settings, and an administrator.
///
/// The zone follows the language: Berlin for German, Amsterdam for Dutch, UTC for English.
///
/// * `password_hash` – from [`crate::sign_in::passwords`].
/// * errors – [`SetupError::AlreadyDone`] where there is a user; 422 naming `desk_name` or `admin_email`.
pub fn create_desk(
    tx: &mut Tx<System>,
    name: &str,
    admin_email: &str,
    password_hash: &str,
    language: Language,
) -> Result<Id<User>, SetupError> {
    let mut mistakes = Mistakes::default();
    let name = text::one_line(name, 80);
    mistakes.require(!name.is_empty(), "desk_name", "required");
    let email = text::email(admin_email);
    mistakes.require(email.is_some(), "admin_email", "email");
    mistakes.check().map_err(SetupError::Invalid)?;
    let email = email.unwrap_or_default();
    if is_done(tx)? || !store::begin(tx)? {
        return Err(SetupError::AlreadyDone);
    }
    roles::seed(tx)?;
    let zone = match language {
        Language::En => "UTC",
        Language::De => "Europe/Berlin",
        Language::Nl => "Europe/Amsterdam",
    };
    let settings =
        Settings { name, language, zone: zone.into(), is_never_offline: false, is_council_mode: true };
    desk_settings::store::save(tx, &settings)?;
    let role = roles::store::builtin(tx, Builtin::Admin)?;
    let local = email.split('@').next().unwrap_or_default().to_owned();
    let admin = NewUser::first(local, email, role);
    let user = users::store::insert(tx, &admin, language, zone, Some(password_hash))?;
    let user = user.ok_or(SetupError::AlreadyDone)?;
    tx.emit(UserCreated { user, name: admin.name().to_owned() })?;
    Ok(user)
}
