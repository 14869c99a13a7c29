//! Filling a text.
use super::{
    parse::{Dated, Fault, Piece, Placeholder, Template, Trouble},
    values::{Value, Values},
};
use jiff::{Zoned, civil::Date};
use kernel::text;
use platform::i18n::{self, Language};

/// A text that was filled as far as possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Plain words; whoever shows them as HTML escapes them as any other text.
    pub text: String,
    /// What still stands in it as it was written.
    pub faults: Vec<Fault>,
}

/// The longest value, in characters.
const VALUE_MOST: usize = 2_000;

/// Fills the placeholders. One that cannot be filled stays as it was written and is a fault.
pub fn fill(template: &Template, values: &Values) -> Filled {
    let (mut out, mut faults) = (String::new(), Vec::new());
    for piece in &template.pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Wrong(fault) => faults.push(fault.clone()),
            Piece::Field(field, written, fault) => match value(field, values) {
                Ok(value) => out.push_str(&value),
                Err(trouble) => {
                    out.push_str(written);
                    faults.push(Fault { trouble, ..fault.clone() });
                }
            },
        }
    }
    Filled { text: out, faults }
}

fn value(field: &Placeholder, values: &Values) -> Result<String, Trouble> {
    let language = field.language.unwrap_or(values.language);
    let dated = |dated: Dated| field.dated.unwrap_or(dated);
    let found = match values.of(&field.name) {
        Value::Text(text) => clean(&text),
        Value::At(at) => {
            let zone = field.zone.clone().unwrap_or_else(|| values.zone.clone());
            moment(&at.timestamp().to_zoned(zone), dated(Dated::Long), language)
        }
        Value::Day(date) => day(date, dated(Dated::Long), language),
        Value::Word(word) => match &word.own {
            Some(own) => own.clone(),
            None if word.word.is_empty() => String::new(),
            None => i18n::text(language, &format!("{}-{}", word.family, word.word.replace('_', "-"))).into(),
        },
        Value::YesNo(is_on) => {
            i18n::text(language, if is_on { "placeholder-yes" } else { "placeholder-no" }).into()
        }
        Value::Nothing => String::new(),
        Value::Gone => return Err(Trouble::UnknownName),
    };
    match (found.is_empty(), &field.default) {
        (false, _) => Ok(found),
        (true, Some(default)) => Ok(default.clone()),
        (true, None) => Err(Trouble::Nothing),
    }
}

/// Lines stay lines; control characters and marks that turn the direction of a text go.
fn clean(value: &str) -> String {
    let lines = value.lines().map(|line| text::one_line(line, VALUE_MOST));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn moment(at: &Zoned, dated: Dated, language: Language) -> String {
    let clock = || format!("{}:{:02}", at.hour(), at.minute());
    match dated {
        Dated::Time => clock(),
        Dated::DateTime => format!("{}, {}", day(at.date(), Dated::Long, language), clock()),
        other => day(at.date(), other, language),
    }
}

/// A day has no time: then it is written as a date.
fn day(date: Date, dated: Dated, language: Language) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let long = || {
        let name = i18n::text(language, &format!("month-long-{month}"));
        let dot = if language == Language::De { "." } else { "" };
        format!("{day}{dot} {name} {year}")
    };
    match (dated, language) {
        (Dated::Iso, _) => date.to_string(),
        (Dated::Short, Language::En) => format!("{day:02}/{month:02}/{year}"),
        (Dated::Short, Language::De) => format!("{day:02}.{month:02}.{year}"),
        (Dated::Short, Language::Nl) => format!("{day:02}-{month:02}-{year}"),
        (Dated::Full, _) => {
            let name =
                i18n::text(language, &format!("placeholder-day-{}", date.weekday().to_monday_one_offset()));
            let comma = if language == Language::De { "," } else { "" };
            format!("{name}{comma} {}", long())
        }
        (Dated::Long | Dated::Time | Dated::DateTime, _) => long(),
    }
}
