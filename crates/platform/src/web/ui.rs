//! What every page knows: language, person, words, times, icons.
use super::request;
use crate::{
    Home,
    alarms::Alarms,
    assets,
    authority::{Actor, Who},
    brand::Brand,
    i18n::{self, Arg, Language},
    settings::Site,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use jiff::tz::TimeZone;
use kernel::clock::{DAY, HOUR, MINUTE, Millis};
use std::{
    fmt,
    sync::{Arc, LazyLock},
};

/// Text that is already HTML. Made by components, never from what somebody sent.
pub struct Html(pub String);
impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl askama::filters::HtmlSafe for Html {}

/// The field `ui` of every page.
#[derive(Clone)]
pub struct Ui {
    pub language: Language,
    pub actor: Option<Arc<Actor>>,
    pub now: Millis,
    /// The path that was asked for, for marking where one is.
    pub path: String,
    pub desk_name: Arc<str>,
    pub(super) alarms: Alarms,
    /// How the customers' side looks.
    pub brand: Arc<Brand>,
    zone: TimeZone,
}

impl Ui {
    /// For a page that anybody may see.
    pub fn stranger(home: &Home, language: Language, path: &str) -> Ui {
        Ui {
            language,
            actor: None,
            now: home.clock.now(),
            path: path.to_owned(),
            desk_name: desk_name(&home.site),
            alarms: home.alarms.clone(),
            brand: home.site.brand(),
            zone: TimeZone::UTC,
        }
    }
    /// A page as `actor` sees it.
    pub fn of(home: &Home, actor: Arc<Actor>, path: &str) -> Ui {
        Ui { zone: actor.time_zone(), actor: Some(actor.clone()), ..Ui::stranger(home, actor.language, path) }
    }

    /// Shows times as the clocks of this zone do; an unknown name changes nothing.
    pub fn set_zone(&mut self, name: &str) {
        if let Ok(zone) = TimeZone::get(name) {
            self.zone = zone;
        }
    }

    /// An address as people read it, its domain in its own letters.
    pub fn address(&self, email: &str) -> String {
        kernel::text::shown_email(email)
    }

    /// The words of `key`.
    pub fn t(&self, key: &str) -> &'static str {
        i18n::text(self.language, key)
    }
    /// The words of a key that is made of a fixed part and a word of an enum or a code.
    pub fn t_of(&self, kind: &str, word: &str) -> &'static str {
        i18n::text(self.language, &format!("{kind}-{}", word.replace(['_', '.'], "-")))
    }
    /// The words of `key` with one placeholder.
    pub fn t1<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> String {
        i18n::format(self.language, key, &[(name, value.into())])
    }
    /// The words of `key` with two placeholders.
    pub fn t2<'a>(
        &self,
        key: &str,
        name: &str,
        value: impl Into<Arg<'a>>,
        other: &str,
        value2: impl Into<Arg<'a>>,
    ) -> String {
        i18n::format(self.language, key, &[(name, value.into()), (other, value2.into())])
    }
    pub fn lang(&self) -> &'static str {
        self.language.word()
    }
    pub fn theme(&self) -> &'static str {
        self.actor.as_ref().map_or("auto", |actor| actor.theme)
    }
    pub fn single_keys(&self) -> &'static str {
        if self.actor.as_ref().is_some_and(|actor| actor.has_single_keys) { "on" } else { "off" }
    }
    /// The status that the person chose with their last answer, where they want it proposed again.
    pub fn then_status(&self) -> &str {
        let habits = self.actor.as_ref().map(|actor| &actor.habits).filter(|habits| habits.remembers_status);
        habits.map_or("", |habits| &habits.then_status)
    }
    /// Whether the person has the permission, however far it reaches.
    pub fn may(&self, key: &str) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.reach(key).is_some())
    }
    pub fn person_name(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| &actor.name)
    }
    pub fn person_email(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| &actor.email)
    }
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }
    /// Whether the page at `prefix` or one below it is shown.
    pub fn is_at(&self, prefix: &str) -> bool {
        let rest = self.path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Whether it is this page, whatever its query.
    pub fn is_exactly(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }

    /// An icon of the sprite; it says nothing to a screen reader.
    pub fn icon(&self, name: &str) -> Html {
        // Hundreds of them are on a page: pieces are put together more quickly than they are formatted.
        static SPRITE: LazyLock<&str> = LazyLock::new(|| assets::url("icons.svg"));
        let pieces =
            [r#"<svg class="icon" aria-hidden="true"><use href=""#, *SPRITE, "#", name, r#""/></svg>"#];
        Html(pieces.concat())
    }
    /// `9:05`, `21 Nov` or `21 Nov 2025`, with the whole local time on hover.
    pub fn time(&self, at: impl Into<Millis>) -> Html {
        let at = at.into();
        let zoned = at.timestamp().to_zoned(self.zone.clone());
        let now = self.now.timestamp().to_zoned(self.zone.clone());
        let short = if zoned.date() == now.date() {
            format!("{}:{:02}", zoned.hour(), zoned.minute())
        } else if zoned.year() == now.year() {
            self.day(&zoned, false)
        } else {
            self.day(&zoned, true)
        };
        Html(format!(r#"<time datetime="{at}" title="{}">{short}</time>"#, self.full_time(at)))
    }
    /// `9:05`, with the whole local time on hover.
    pub fn time_of_day(&self, at: impl Into<Millis>) -> Html {
        let at = at.into();
        let zoned = at.timestamp().to_zoned(self.zone.clone());
        let full = self.full_time(at);
        Html(format!(r#"<time datetime="{at}" title="{full}">{}:{:02}</time>"#, zoned.hour(), zoned.minute()))
    }
    /// `21 Nov 2026`, as the day of a heading.
    pub fn date(&self, at: impl Into<Millis>) -> String {
        self.day(&at.into().timestamp().to_zoned(self.zone.clone()), true)
    }
    /// The same for a day of the calendar.
    pub fn civil_date(&self, date: jiff::civil::Date) -> String {
        date.to_zoned(TimeZone::UTC).map_or_else(|_| date.to_string(), |at| self.day(&at, true))
    }
    /// The day it is for the reader.
    pub fn today(&self) -> jiff::civil::Date {
        self.now.timestamp().to_zoned(self.zone.clone()).date()
    }
    /// `9:05` or `21 Nov, 9:05`, as plain text.
    pub fn clock_time(&self, at: impl Into<Millis>) -> String {
        let zoned = at.into().timestamp().to_zoned(self.zone.clone());
        let clock = format!("{}:{:02}", zoned.hour(), zoned.minute());
        match zoned.date() == self.now.timestamp().to_zoned(self.zone.clone()).date() {
            true => clock,
            false => format!("{}, {clock}", self.day(&zoned, false)),
        }
    }
    /// How long ago, in words for the first day; then as [`Ui::time`].
    pub fn ago(&self, at: impl Into<Millis>) -> Html {
        let at = at.into();
        let passed = self.now.0 - at.0;
        let text = match passed {
            ..MINUTE => self.t("time-just-now"),
            MINUTE..HOUR => self.ago_words(0, passed / MINUTE),
            HOUR..DAY => self.ago_words(1, passed / HOUR),
            _ => return self.time(at),
        };
        Html(format!(r#"<time datetime="{at}" title="{}" data-ago>{text}</time>"#, self.full_time(at)))
    }
    /// Minutes (0) and hours (1) in words, made once: a list has fifty of them.
    fn ago_words(&self, unit: usize, count: i64) -> &'static str {
        static WORDS: LazyLock<Vec<[Vec<String>; 2]>> = LazyLock::new(|| {
            let words = |language: Language, key: &str| -> Vec<String> {
                (0..60i64).map(|n| i18n::format(language, key, &[("count", n.into())])).collect()
            };
            let of =
                |language: &Language| ["time-minutes-ago", "time-hours-ago"].map(|key| words(*language, key));
            Language::ALL.iter().map(of).collect()
        });
        WORDS[self.language as usize][unit].get(count as usize).map_or("", String::as_str)
    }
    fn day(&self, zoned: &jiff::Zoned, with_year: bool) -> String {
        let month = i18n::text(self.language, &format!("month-{}", zoned.month()));
        let dot = if self.language == Language::De { "." } else { "" };
        let year = if with_year { format!(" {}", zoned.year()) } else { String::new() };
        format!("{}{dot} {month}{year}", zoned.day())
    }
    /// `21 Nov 2026, 9:05 CET`.
    pub fn full_time(&self, at: impl Into<Millis>) -> String {
        let zoned = at.into().timestamp().to_zoned(self.zone.clone());
        let zone = zoned.strftime("%Z");
        format!("{}, {}:{:02} {zone}", self.day(&zoned, true), zoned.hour(), zoned.minute())
    }
    /// `12 KB`.
    pub fn size(&self, bytes: &i64) -> String {
        let comma = |text: String| if self.language == Language::En { text } else { text.replace('.', ",") };
        match *bytes {
            ..1_000 => format!("{bytes} B"),
            1_000..1_000_000 => format!("{} KB", bytes / 1_000),
            1_000_000..10_000_000 => comma(format!("{:.1} MB", *bytes as f64 / 1e6)),
            _ => format!("{} MB", bytes / 1_000_000),
        }
    }
}
impl From<&Millis> for Arg<'_> {
    fn from(at: &Millis) -> Self {
        Arg::Number(at.0)
    }
}

/// The desk's name changes rarely; it is kept by the process and set by `people::settings`.
fn desk_name(site: &Site) -> Arc<str> {
    site.desk_name.read().map_or_else(|poisoned| poisoned.into_inner().clone(), |name| name.clone())
}

/// Remembers which language somebody chose on the customers' pages.
pub const LANGUAGE_COOKIE: &str = "firstline-language";

/// The language that somebody without an account here asked for on a page: with `?lang=`, or earlier.
pub fn chosen_language(headers: &HeaderMap, query: Option<&str>) -> Option<Language> {
    let asked = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "lang")
        .and_then(|(_, value)| Language::from_word(&value));
    asked.or_else(|| request::cookie(headers, LANGUAGE_COOKIE).and_then(Language::from_word))
}
/// That one, else what the browser prefers, else the desk's.
pub(super) fn stranger_language(site: &Site, headers: &HeaderMap, query: Option<&str>) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let preferred = || header.and_then(Language::accepted);
    chosen_language(headers, query).or_else(preferred).unwrap_or_else(|| site.language())
}

impl FromRequestParts<Home> for Ui {
    type Rejection = super::Failure;
    async fn from_request_parts(parts: &mut Parts, home: &Home) -> Result<Self, super::Failure> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let Some(actor) = request::actor(parts, home).await? else {
            let language = stranger_language(&home.site, &parts.headers, parts.uri.query());
            return Ok(Ui::stranger(home, language, &path));
        };
        let mut ui = Ui::of(home, actor, &path);
        // People who work here set their language in their profile.
        let chosen = chosen_language(&parts.headers, parts.uri.query());
        if let (Some(language), Some(Who::Contact(_))) = (chosen, ui.actor.as_ref().map(|actor| actor.who)) {
            ui.language = language;
        }
        Ok(ui)
    }
}
