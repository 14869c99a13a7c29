//! The canonical text of a filter: what [`super::parse`] reads as the same filter.
use super::{names::Names, tree::*};
use crate::tickets::{Category, Channel, Kind, Priority};

/// * `names` – with none, what has a name is written as its number.
pub fn print(filter: &Filter, names: &Names) -> String {
    let mut out = String::new();
    write(filter, names, Around::Nothing, &mut out);
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Around {
    Nothing,
    And,
    Or,
    Not,
}

fn write(filter: &Filter, names: &Names, around: Around, out: &mut String) {
    let (parts, between, inner) = match filter {
        Filter::One(condition) => return out.push_str(&one(condition, names)),
        Filter::Not(part) => {
            out.push('-');
            return write(part, names, Around::Not, out);
        }
        Filter::All(parts) => (parts, " ", Around::And),
        Filter::Any(parts) => (parts, " or ", Around::Or),
    };
    let is_bare = around == Around::Nothing;
    if !is_bare {
        out.push('(');
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        write(part, names, inner, out);
    }
    if !is_bare {
        out.push(')');
    }
}

fn list<T>(field: Field, values: &[T], word: impl Fn(&T) -> String) -> String {
    let values: Vec<_> = values.iter().map(word).collect();
    format!("{}:{}", field.word(), values.join(","))
}

fn one(condition: &Condition, names: &Names) -> String {
    let field = condition.field();
    let holder = |holder: &Holder| match holder {
        Holder::Nobody => "none".into(),
        Holder::Mine if field == Field::Team => "mine".into(),
        Holder::Mine => "me".into(),
        Holder::Id(id) => named(names, field, *id),
    };
    let party = |party: &Party| match party {
        Party::Nobody => "none".into(),
        Party::Id(id) => id.to_string(),
        // A name of digits alone would be read as a number.
        Party::Named(name) if name.parse::<i64>().is_ok() => format!("\"{name}\""),
        Party::Named(name) => quoted(name),
    };
    match condition {
        Condition::Is(state) => format!("is:{}", state.word()),
        Condition::Status(all) => list(field, all, |status| match status {
            StatusIs::Category(category) => Category::word(*category).into(),
            StatusIs::Id(id) => named(names, field, *id),
        }),
        Condition::Priority(all) => list(field, all, |value| Priority::word(*value).into()),
        Condition::Kind(all) => list(field, all, |value| Kind::word(*value).into()),
        Condition::Channel(all) => list(field, all, |value| Channel::word(*value).into()),
        Condition::Team(all) | Condition::Assignee(all) | Condition::Inbox(all) | Condition::Policy(all) => {
            list(field, all, holder)
        }
        Condition::Line(all) => list(field, all, |position| match position {
            0 => "none".into(),
            position => position.to_string(),
        }),
        Condition::With(all) => list(field, all, |with| with.word().into()),
        Condition::Requester(all) | Condition::Organisation(all) | Condition::Contract(all) => {
            list(field, all, party)
        }
        Condition::Tag(all) => list(field, all, |tag| tag.as_deref().map_or("none".into(), quoted)),
        Condition::Time(_, When::Never) => format!("{}:none", field.word()),
        Condition::Time(_, When::At(at)) => format!("{}:{}", field.word(), between(at, mark)),
        Condition::Number(at) => format!("number:{}", between(at, i64::to_string)),
        Condition::Spent(at) => format!("spent:{}", between(at, i64::to_string)),
        Condition::Text(words) => {
            let quoted = quoted(words);
            let is_plain = !quoted.starts_with('"') && !quoted.starts_with(['-', '#']);
            let is_keyword = ["or", "and", "not"].contains(&words.as_str());
            if is_plain && !is_keyword || quoted.starts_with('"') { quoted } else { format!("\"{words}\"") }
        }
        Condition::Has(part) => format!("has:{}", part.word()),
        Condition::Waiting(all) => list(field, all, |side| side.word().into()),
        Condition::Field(id, is) => {
            let key = names.field(*id).map_or_else(|| id.to_string(), |field| field.key.clone());
            let value = match is {
                FieldIs::Empty => "none".into(),
                FieldIs::Words(all) | FieldIs::Folded(all) => {
                    all.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(",")
                }
                FieldIs::Number(at) => between(at, f64::to_string),
                FieldIs::Date(at) => between(at, day),
            };
            format!("field.{key}:{value}")
        }
    }
}

/// Its name; the number where it has none, or where another one has the same.
fn named(names: &Names, field: Field, id: i64) -> String {
    match names.name(field, id) {
        Some(name) => {
            let quoted = quoted(name);
            // A category's word, if it is not in quotes, is the category.
            let is_word = field == Field::Status
                && Category::from_word(&name.to_lowercase().replace('-', "_")).is_some();
            if is_word && !quoted.starts_with('"') { format!("\"{name}\"") } else { quoted }
        }
        None => id.to_string(),
    }
}

/// In quotes where it needs some.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.@+#&/".contains(c);
    let is_reserved = ["none", "me", "mine"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved));
    if !word.is_empty() && !is_reserved && word.chars().all(is_plain) {
        return word.into();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

fn between<T>(between: &Between<T>, word: impl Fn(&T) -> String) -> String {
    match between {
        Between::Is(one) => word(one),
        Between::Less(one) => format!("<{}", word(one)),
        Between::AtMost(one) => format!("<={}", word(one)),
        Between::More(one) => format!(">{}", word(one)),
        Between::AtLeast(one) => format!(">={}", word(one)),
        Between::From(one, other) => format!("{}..{}", word(one), word(other)),
    }
}
fn mark(mark: &Mark) -> String {
    match mark {
        Mark::Span(span) => {
            let unit = Unit::ALL.iter().find(|(unit, ..)| *unit == span.unit);
            format!("{}{}", span.count, unit.map_or("m", |(_, word, _)| word))
        }
        Mark::Day(one) => day(one),
        Mark::Instant(at) => at.to_string(),
    }
}
fn day(day: &Day) -> String {
    match day {
        Day::Today => "today".into(),
        Day::Yesterday => "yesterday".into(),
        Day::Tomorrow => "tomorrow".into(),
        Day::Date(date) => date.to_string(),
    }
}
