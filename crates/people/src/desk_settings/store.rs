use kernel::{
    fault::{Mistakes, Problem},
    text,
};
use platform::{
    authority::Tx,
    brand::{self, Brand, Colour, Logo},
    db,
    i18n::Language,
    settings,
};

/// What holds for a new user, and for everybody who has no language of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub name: String,
    pub language: Language,
    /// IANA name.
    pub zone: String,
    /// Nobody's device keeps tickets for reading without a connection.
    pub is_never_offline: bool,
    /// Nobody sees figures of single colleagues.
    pub is_council_mode: bool,
}

/// Untrusted input of the form.
#[derive(Default)]
pub struct Draft {
    pub name: String,
    pub language: String,
    pub zone: String,
    pub is_never_offline: bool,
    pub is_council_mode: bool,
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
        let language = language.unwrap_or_default();
        let (is_never_offline, is_council_mode) = (self.is_never_offline, self.is_council_mode);
        Ok(Settings { name, language, zone: self.zone, is_never_offline, is_council_mode })
    }
}

/// The settings; those of a new desk where there are none.
pub fn load<P>(tx: &mut Tx<P>) -> db::Result<Settings> {
    let name = settings::get(tx, "desk_name")?.unwrap_or_else(|| "Firstline".into());
    let language = settings::get(tx, "default_language")?;
    let zone = settings::get(tx, "default_zone")?.unwrap_or_else(|| "UTC".into());
    let language = language.and_then(|w| Language::from_word(&w)).unwrap_or_default();
    let is_never_offline = settings::is_never_offline(tx)?;
    Ok(Settings { name, language, zone, is_never_offline, is_council_mode: settings::is_council_mode(tx)? })
}

pub(crate) fn save<P>(tx: &mut Tx<P>, new: &Settings) -> db::Result<()> {
    settings::set(tx, "desk_name", &new.name)?;
    settings::set(tx, "default_language", new.language.word())?;
    settings::set(tx, "default_zone", &new.zone)?;
    settings::set_never_offline(tx, new.is_never_offline)?;
    settings::set_council_mode(tx, new.is_council_mode)
}

/// Untrusted input about how the customers' side looks.
#[derive(Default)]
pub struct BrandDraft {
    /// Empty: the program's own.
    pub colour: String,
    /// Empty: white, and nearly black where people like it dark.
    pub ground: String,
    /// A new logo.
    pub logo: Option<Vec<u8>>,
    /// Takes the present one away.
    pub is_without_logo: bool,
}
/// A draft that passed.
pub struct NewBrand {
    colour: Option<Colour>,
    ground: Option<Colour>,
    /// `None` leaves the present one; `Some(None)` takes it away.
    logo: Option<Option<Logo>>,
}
impl BrandDraft {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<NewBrand, Problem> {
        let mut mistakes = Mistakes::default();
        let mut colour = |text: &str, name: &str| {
            let colour = Colour::parse(text);
            mistakes.require(colour.is_some() || text.is_empty(), name, "colour");
            colour
        };
        let (colour, ground) = (colour(&self.colour, "colour"), colour(&self.ground, "ground"));
        let logo = match self.logo.map(Logo::parse) {
            Some(Ok(logo)) => Some(Some(logo)),
            Some(Err(code)) => {
                mistakes.add("logo", code);
                None
            }
            None => self.is_without_logo.then_some(None),
        };
        mistakes.check()?;
        Ok(NewBrand { colour, ground, logo })
    }
}

/// Saves how the customers' side looks.
///
/// * returns – what pages show from now on.
pub(crate) fn save_brand<P>(tx: &mut Tx<P>, new: &NewBrand) -> db::Result<Brand> {
    let text = |colour: Option<Colour>| colour.map_or_else(String::new, |colour| colour.to_string());
    settings::set(tx, brand::COLOUR, &text(new.colour))?;
    settings::set(tx, brand::GROUND, &text(new.ground))?;
    if let Some(logo) = &new.logo {
        settings::set(tx, brand::LOGO, &logo.as_ref().map_or_else(String::new, Logo::to_setting))?;
    }
    Brand::load(tx)
}
