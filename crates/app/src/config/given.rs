//! Values with the place where each was given, so that a mistake can be found.
use super::Key;
use crate::failure::Failure;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};
use toml::de::{DeTable, DeValue};

/// What the command line said; the names are those of the keys.
#[derive(Clone, Default)]
pub struct Flags {
    pub config: Option<String>,
    pub data: Option<String>,
    pub database: Option<String>,
    pub log_format: Option<String>,
    pub listen: Option<String>,
    pub smtp_listen: Option<String>,
    pub lmtp_listen: Option<String>,
    pub sip_listen: Option<String>,
    pub dns: Option<String>,
    pub public_url: Option<String>,
    pub allow_outbound: Vec<String>,
    pub trusted_proxies: Vec<String>,
}

enum Source {
    Flag,
    Variable(String),
    File(PathBuf, usize),
}

/// A value and where it came from.
pub struct Value {
    pub text: String,
    key: Key,
    source: Source,
}
impl Value {
    /// Says that this value is wrong. `cause` must not repeat a secret.
    pub fn mistake(&self, cause: impl fmt::Display) -> Failure {
        Failure::Usage(match &self.source {
            Source::Flag => format!("{}: {cause}", self.key.flag()),
            Source::Variable(name) => format!("{name}: {cause}"),
            Source::File(file, line) => format!("{}:{line}: {}: {cause}", file.display(), self.key),
        })
    }
}

/// All values; the first list given for a key stays.
#[derive(Default)]
pub struct Given(BTreeMap<Key, Vec<Value>>);

impl Given {
    /// The last one, where a flag was given twice.
    pub fn one(&self, key: Key) -> Option<&Value> {
        self.all(key).last()
    }
    pub fn all(&self, key: Key) -> &[Value] {
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }
    fn add(&mut self, key: Key, values: Vec<Value>) {
        if !values.is_empty() {
            self.0.entry(key).or_insert(values);
        }
    }

    pub(super) fn flags(&mut self, flags: Flags) {
        let single = [
            (Key::Data, flags.data),
            (Key::Database, flags.database),
            (Key::LogFormat, flags.log_format),
            (Key::Listen, flags.listen),
            (Key::SmtpListen, flags.smtp_listen),
            (Key::LmtpListen, flags.lmtp_listen),
            (Key::SipListen, flags.sip_listen),
            (Key::Dns, flags.dns),
            (Key::PublicUrl, flags.public_url),
        ];
        let of = |key, text| Value { text, key, source: Source::Flag };
        for (key, text) in single {
            self.add(key, text.map(|text| of(key, text)).into_iter().collect());
        }
        for (key, texts) in
            [(Key::AllowOutbound, flags.allow_outbound), (Key::TrustedProxies, flags.trusted_proxies)]
        {
            self.add(key, texts.into_iter().map(|text| of(key, text)).collect());
        }
    }

    /// Takes the variables with our prefix.
    ///
    /// * returns – the configuration file that one of them names.
    pub(super) fn variables(
        &mut self,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Option<PathBuf>, Failure> {
        let mut file = None;
        for (name, text) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("FIRSTLINE_")) else { continue };
            let text = text
                .into_string()
                .map_err(|_| Failure::Usage(format!("{name}: it is no UTF-8; expected text")))?;
            let key = match name {
                "FIRSTLINE_CONFIG" => {
                    file = Some(PathBuf::from(text));
                    continue;
                }
                "FIRSTLINE_LOG" => Key::LogFilter,
                name => Key::ALL.iter().copied().find(|key| key.variable() == name).ok_or_else(|| {
                    let known: Vec<_> = Key::ALL.iter().map(|key| key.variable()).collect();
                    Failure::Usage(format!(
                        "{name}: there is no such variable; expected one of FIRSTLINE_CONFIG, {}",
                        known.join(", ")
                    ))
                })?,
            };
            let of = |text: &str| {
                let source = Source::Variable(name.to_owned());
                Value { text: text.trim().to_owned(), key, source }
            };
            let values = if key.is_list() {
                text.split(',').filter(|part| !part.trim().is_empty()).map(of).collect()
            } else {
                vec![of(&text)]
            };
            self.add(key, values);
        }
        Ok(file)
    }

    /// Takes the keys of a file; `never` may not stand in it.
    pub(super) fn file(&mut self, file: &Path, never: Option<Key>) -> Result<(), Failure> {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|cause| Failure::Usage(format!("{shown}: {cause}; expected a configuration file")))?;
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let table = DeTable::parse(&text).map_err(|error| {
            let at = error.span().map_or(1, |span| line(span.start));
            // The message alone: the whole error would show the line, which may hold a password.
            Failure::Usage(format!("{shown}:{at}: {}; expected TOML, KEY = \"VALUE\"", error.message()))
        })?;
        for (name, value) in table.get_ref() {
            let at = line(name.span().start);
            let Some(key) = Key::from_word(name.get_ref()) else {
                let known: Vec<_> = Key::ALL.iter().map(|key| key.word()).collect();
                let name = name.get_ref();
                return Err(Failure::Usage(format!(
                    "{shown}:{at}: {name}: there is no such key; expected one of {}",
                    known.join(", ")
                )));
            };
            let wrong = |cause: &str| Failure::Usage(format!("{shown}:{at}: {key}: {cause}"));
            if never == Some(key) {
                return Err(wrong("this file lies in the data folder, so it cannot name it; use --data"));
            }
            let of =
                |text: &str| Value { text: text.to_owned(), key, source: Source::File(file.to_owned(), at) };
            let values = match value.get_ref() {
                DeValue::String(text) => vec![of(text)],
                DeValue::Integer(number) if key == Key::MaxMessageBytes => vec![of(&number.to_string())],
                DeValue::Array(items) if key.is_list() => {
                    let texts = items.iter().map(|item| item.get_ref().as_str().map(of));
                    texts.collect::<Option<_>>().ok_or_else(|| wrong("expected a list of texts"))?
                }
                _ if key.is_list() => return Err(wrong("expected a list of texts")),
                _ if key == Key::MaxMessageBytes => return Err(wrong("expected a whole number")),
                _ => return Err(wrong("expected a text, in quotes")),
            };
            self.add(key, values);
        }
        Ok(())
    }
}
