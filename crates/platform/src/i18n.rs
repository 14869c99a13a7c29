//! Words in three languages. Fluent files lie beside the slice that uses them; English is the source.
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, Mutex};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Language {
    #[default]
    En,
    De,
    Nl,
}
crate::words! { Language { En = "en", De = "de", Nl = "nl" } }

impl Language {
    /// The best match of an `Accept-Language` header; `None` where none of its languages is ours.
    pub fn accepted(header: &str) -> Option<Language> {
        let weighted = header.split(',').filter_map(|part| {
            let mut fields = part.trim().split(';');
            let tag = fields.next()?.trim();
            let weight =
                fields.find_map(|f| f.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
            let language = Language::from_word(tag.get(..2)?.to_ascii_lowercase().as_str())?;
            (weight > 0.0).then_some((language, weight))
        });
        let first_best = |best: Option<(Language, f32)>, next: (Language, f32)| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        };
        weighted.fold(None, first_best).map(|(language, _)| language)
    }
}

/// The three Fluent files of one folder.
pub struct Folder {
    pub at: &'static str,
    pub en: &'static str,
    pub de: &'static str,
    pub nl: &'static str,
}
#[allow(unsafe_code)]
#[linkme::distributed_slice]
pub static FOLDERS: [Folder];

/// Registers `en.ftl`, `de.ftl` and `nl.ftl` beside the file that calls it.
#[macro_export]
macro_rules! translations {
    () => {
        const _: () = {
            #[allow(unsafe_code)] // linkme's link section
            #[$crate::linkme::distributed_slice($crate::i18n::FOLDERS)]
            #[linkme(crate = $crate::linkme)]
            static FOLDER: $crate::i18n::Folder = $crate::i18n::Folder {
                at: file!(),
                en: include_str!("en.ftl"),
                de: include_str!("de.ftl"),
                nl: include_str!("nl.ftl"),
            };
        };
    };
}
crate::translations!();

struct Words {
    bundle: FluentBundle<FluentResource>,
    /// Messages without placeholders, ready: most of a page, which asks for some hundred of them. The keys are ours, so
    /// that a fast hash will do.
    plain: FxHashMap<String, String>,
}

static WORDS: LazyLock<[Words; 3]> = LazyLock::new(|| {
    [Language::En, Language::De, Language::Nl].map(|language| {
        let locale = match language {
            Language::En => unic_langid::langid!("en"),
            Language::De => unic_langid::langid!("de"),
            Language::Nl => unic_langid::langid!("nl"),
        };
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks around placeholders would end up in mails and file names.
        bundle.set_use_isolating(false);
        let mut plain = FxHashMap::default();
        for folder in FOLDERS {
            let text = match language {
                Language::En => folder.en,
                Language::De => folder.de,
                Language::Nl => folder.nl,
            };
            // A line that does not parse is missing; the test of all words names it.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(partial, _)| partial);
            let keys = keys(text);
            let _ = bundle.add_resource(resource);
            for key in keys {
                let pattern = bundle.get_message(&key).and_then(|message| message.value());
                let Some(pattern) = pattern else { continue };
                let mut errors = Vec::new();
                let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
                if errors.is_empty() {
                    plain.insert(key, text);
                }
            }
        }
        Words { bundle, plain }
    })
});

/// The names of the messages of a Fluent file, in its order.
pub fn keys(file: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = |line: &str| {
        let (name, _) = line.split_once('=')?;
        let name = name.trim_end();
        let is_message = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name);
        is_message.then(|| name.to_owned())
    };
    file.lines().filter_map(name).collect()
}

/// The words of `key`; the key itself where there are none, which a test finds.
pub fn text(language: Language, key: &str) -> &'static str {
    match WORDS[language as usize].plain.get(key) {
        Some(text) => text,
        None => missing(key),
    }
}
/// A key that is not known stays visible. Each is kept once.
fn missing(key: &str) -> &'static str {
    static MISSING: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut missing = MISSING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = missing.iter().find(|known| **known == key) {
        return known;
    }
    if missing.len() > 1000 {
        return "…";
    }
    tracing::error!(key, "words are missing");
    let kept: &'static str = Box::leak(key.to_owned().into_boxed_str());
    missing.push(kept);
    kept
}
pub fn exists(language: Language, key: &str) -> bool {
    WORDS[language as usize].bundle.has_message(key)
}

/// A value for a placeholder.
pub enum Arg<'a> {
    Text(&'a str),
    Number(i64),
}
impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(text)
    }
}
impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Arg::Text(text)
    }
}
macro_rules! number_arg { ($($type:ty),*) => {$(
    impl From<$type> for Arg<'_> { fn from(number: $type) -> Self { Arg::Number(number as i64) } }
    impl From<&$type> for Arg<'_> { fn from(number: &$type) -> Self { Arg::Number(*number as i64) } }
)*}; }
number_arg!(i64, i32, u32, u64, usize);

/// The words of `key` with its placeholders filled.
pub fn format(language: Language, key: &str, arguments: &[(&str, Arg)]) -> String {
    let words = &WORDS[language as usize];
    let Some(pattern) = words.bundle.get_message(key).and_then(|message| message.value()) else {
        return missing(key).to_owned();
    };
    let mut named = FluentArgs::new();
    for (name, value) in arguments {
        match value {
            Arg::Text(text) => named.set(*name, FluentValue::from(*text)),
            Arg::Number(number) => named.set(*name, FluentValue::from(*number)),
        }
    }
    words.bundle.format_pattern(pattern, Some(&named), &mut Vec::new()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_is_taken() {
        assert_eq!(Language::accepted("fr-FR, nl;q=0.7, de-AT;q=0.8"), Some(Language::De));
        assert_eq!(Language::accepted("nl-BE,nl;q=0.9,en;q=0.8"), Some(Language::Nl));
        assert_eq!(Language::accepted("xx"), None);
        assert_eq!(Language::accepted("é"), None);
    }
    #[test]
    fn a_number_chooses_its_plural() {
        let one = format(Language::De, "time-minutes-ago", &[("count", 1.into())]);
        let two = format(Language::De, "time-minutes-ago", &[("count", 2.into())]);
        assert_eq!((one.as_str(), two.as_str()), ("vor 1 Minute", "vor 2 Minuten"));
    }
    #[test]
    fn an_unknown_key_stays_visible() {
        assert_eq!(text(Language::En, "no-such-key"), "no-such-key");
    }
}
