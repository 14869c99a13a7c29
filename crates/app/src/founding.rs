//! Making a desk: one way for the command line and the browser.
use kernel::{
    fault::{Mistakes, Problem},
    secret::Secret,
    text,
};
use people::{
    setup,
    sign_in::passwords,
    users::actions::{Profile, edit_profile},
};
use platform::{
    Home,
    authority::{Grant, System, Tx},
    db,
    i18n::Language,
};

/// Untrusted input, from the form or the command line alike.
pub struct Draft {
    pub desk_name: String,
    pub language: String,
    /// Empty: the part of the address before the @.
    pub admin_name: String,
    pub admin_email: String,
    pub admin_password: Secret<String>,
}

/// A draft that passed.
pub struct Founder {
    desk_name: String,
    language: Language,
    admin_name: String,
    admin_email: String,
    admin_password: Secret<String>,
}

impl Draft {
    /// * errors – 422 with every mistake, by field.
    pub fn parse(self) -> Result<Founder, Problem> {
        let mut mistakes = Mistakes::default();
        let desk_name = text::one_line(&self.desk_name, 80);
        mistakes.require(!desk_name.is_empty(), "desk_name", "required");
        let language = Language::from_word(&self.language);
        mistakes.require(language.is_some(), "language", "unknown_word");
        let admin_email = text::email(&self.admin_email);
        mistakes.require(admin_email.is_some(), "admin_email", "email");
        let admin_email = admin_email.unwrap_or_default();
        let local = admin_email.split('@').next().unwrap_or_default();
        let given = text::one_line(&self.admin_name, 120);
        let admin_name = if given.is_empty() { local.to_owned() } else { given };
        let own = [admin_name.as_str(), admin_email.as_str()];
        passwords::check(&self.admin_password, &own, "admin_password", &mut mistakes);
        mistakes.check()?;
        let language = language.unwrap_or_default();
        Ok(Founder { desk_name, language, admin_name, admin_email, admin_password: self.admin_password })
    }
}

/// Makes the desk; its pages show the new name from now on.
///
/// * errors – 410 `setup_done` where there is somebody already, seen in the same transaction (S29).
pub async fn found(home: &Home, founder: Founder) -> Result<(), Problem> {
    let hash = passwords::hash(founder.admin_password.clone()).await?;
    let (name, language) = (founder.desk_name.clone(), founder.language);
    Grant::<System>::system(home).change(move |tx| begin(tx, &founder, &hash)).await?;
    home.site.rename(&name);
    home.site.set_language(language);
    Ok(())
}

fn begin(tx: &mut Tx<System>, founder: &Founder, hash: &str) -> Result<(), Problem> {
    let Founder { desk_name, language, admin_name, admin_email, .. } = founder;
    let admin = setup::create_desk(tx, desk_name, admin_email, hash, *language)?;
    let zone = people::users::store::own(tx, admin)?.zone;
    let profile = Profile::parse(admin_name, language.word(), &zone, "auto", true)?;
    Ok(edit_profile(tx, admin, profile)?)
}

/// Whether somebody works here.
pub async fn is_done(home: &Home) -> db::Result<bool> {
    Grant::<System>::system(home).read(|tx| setup::is_done(tx)).await
}
