use kernel::{
    fault::{Mistakes, Problem},
    text,
};
use platform::{authority::Tx, db, i18n::Language, settings};

/// What holds for a new user, and for everybody who has no language of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub name: String,
    pub language: Language,
    /// IANA name.
    pub zone: String,
}

/// Untrusted input of the form.
#[derive(Default)]
pub struct Draft {
    pub name: String,
    pub language: String,
    pub zone: String,
}
impl Draft {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<Settings, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, 80);
        mistakes.require(!name.is_empty(), "name", "required");
        let language = Language::from_word(&self.language);
        mistakes.require(language.is_some(), "language", "unknown_word");
        mistakes.require(crate::users::policy::is_zone(&self.zone), "zone", "unknown_zone");
        mistakes.check()?;
        Ok(Settings { name, language: language.unwrap_or_default(), zone: self.zone })
    }
}

/// The settings; those of a new desk where there are none.
pub fn load<P>(tx: &mut Tx<P>) -> db::Result<Settings> {
    let name = settings::get(tx, "desk_name")?.unwrap_or_else(|| "Firstline".into());
    let language = settings::get(tx, "default_language")?;
    let zone = settings::get(tx, "default_zone")?.unwrap_or_else(|| "UTC".into());
    Ok(Settings { name, language: language.and_then(|w| Language::from_word(&w)).unwrap_or_default(), zone })
}

pub(crate) fn save<P>(tx: &mut Tx<P>, new: &Settings) -> db::Result<()> {
    settings::set(tx, "desk_name", &new.name)?;
    settings::set(tx, "default_language", new.language.word())?;
    settings::set(tx, "default_zone", &new.zone)
}
