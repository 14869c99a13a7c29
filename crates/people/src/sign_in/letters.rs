//! The mails of accounts. Links begin with the configured address, never with what a request says (S14).
use kernel::secret::Secret;
use platform::{
    authority::Tx,
    db,
    i18n::{self, Language},
    outbox::{self, Kind, Letter},
    settings::Site,
};

/// To whom a letter goes.
#[derive(Clone, Debug)]
pub struct Addressee {
    pub email: String,
    pub name: String,
    pub language: Language,
}

/// Which letter. The words are `letter-NAME-subject` and `letter-NAME-text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Invite,
    Reset,
    SignIn,
    PasswordChanged,
    /// The same words for a customer, with the customers' door.
    CustomerPasswordChanged,
}
impl Subject {
    const fn name(self) -> &'static str {
        match self {
            Subject::Invite => "invite",
            Subject::Reset => "reset",
            Subject::SignIn => "sign-in",
            Subject::PasswordChanged | Subject::CustomerPasswordChanged => "password-changed",
        }
    }
    /// The page that its link opens; the token follows.
    const fn path(self) -> &'static str {
        match self {
            Subject::Invite => "/invite/",
            Subject::Reset => "/reset/",
            Subject::SignIn => "/portal/sign-in/",
            Subject::PasswordChanged => "/forgot",
            Subject::CustomerPasswordChanged => "/portal/sign-in",
        }
    }
}

/// Queues the letter in the recipient's language.
///
/// * `token` – of the link; empty where there is none.
/// * `from` – the person who caused it; empty where nobody did.
pub fn send<P>(
    tx: &mut Tx<P>,
    site: &Site,
    subject: Subject,
    to: &Addressee,
    token: &Secret<String>,
    from: &str,
) -> db::Result<()> {
    let desk =
        site.desk_name.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |name| name.clone());
    let link = site.link(&format!("{}{}", subject.path(), token.reveal()));
    let words = |part: &str| {
        let arguments = [
            ("name", (&to.name).into()),
            ("desk", (&*desk).into()),
            ("link", (&link).into()),
            ("from", from.into()),
        ];
        i18n::format(to.language, &format!("letter-{}-{part}", subject.name()), &arguments)
    };
    let letter = Letter {
        to: to.email.clone(),
        to_name: to.name.clone(),
        language: to.language,
        subject: words("subject"),
        text: words("text"),
    };
    outbox::queue(tx, Kind::Account, &letter).map(drop)
}
