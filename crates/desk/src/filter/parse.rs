//! The text form: `is:open team:"1st line" (due:<2h or tag:vip) -priority:low "printer jam"`.
//!
//! Words beside each other must all hold; `or` binds less; `-` or `not` turns round what follows. A condition is a field,
//! a colon and values with commas, of which one has to fit. Words without a field are looked for in the subject.
use super::{
    mistake::{Mistake, What},
    names::Names,
    tree::*,
};
use crate::{
    fields::FieldKind,
    tickets::{Category, Channel, Kind, Priority},
};
use jiff::civil::Date;
use kernel::text;

/// The longest text, in characters.
pub const TEXT_MOST: usize = 4_000;
/// So many brackets can be open at once.
const DEPTH_MOST: usize = 12;
/// So many conditions and values make a filter.
const PARTS_MOST: usize = 100;

/// Reads a filter.
///
/// * `names` – with none, what has a name is known by its number alone.
/// * errors – the first mistake, with its place.
pub fn parse(text: &str, names: &Names) -> Result<Filter, Mistake> {
    let all: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if all.len() > TEXT_MOST {
        return Err(Mistake::new(What::TooMuch, TEXT_MOST, ""));
    }
    let mut parser = Parser { all, at: 0, names, depth: 0, parts: 0 };
    let filter = parser.any()?;
    match parser.peek() {
        None => Ok(filter),
        Some(_) => Err(Mistake::new(What::Bracket, parser.at, ")")),
    }
}

struct Parser<'n> {
    all: Vec<char>,
    at: usize,
    names: &'n Names,
    depth: usize,
    parts: usize,
}

/// A value as it is written.
struct Word {
    text: String,
    at: usize,
    is_quoted: bool,
}
impl Word {
    fn is(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.all.get(self.at).copied()
    }
    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }
    /// Takes a whole word of the language, if it stands here.
    fn keyword(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let is_here = end <= self.all.len()
            && self.all[self.at..end].iter().collect::<String>().eq_ignore_ascii_case(word);
        let ends = self.all.get(end).is_none_or(|c| c.is_whitespace() || "()\"".contains(*c));
        if is_here && ends {
            self.at = end;
        }
        is_here && ends
    }
    fn count(&mut self, at: usize) -> Result<(), Mistake> {
        self.parts += 1;
        if self.parts > PARTS_MOST { Err(Mistake::new(What::TooMuch, at, "")) } else { Ok(()) }
    }

    /// `a b or c d`.
    fn any(&mut self) -> Result<Filter, Mistake> {
        let mut parts = vec![self.every()?];
        loop {
            self.blanks();
            let at = self.at;
            if !self.keyword("or") {
                return Ok(Filter::any(parts));
            }
            self.blanks();
            if self.peek().is_none_or(|c| c == ')') {
                return Err(Mistake::new(What::Missing, at, "or"));
            }
            parts.push(self.every()?);
        }
    }
    /// `a b c`.
    fn every(&mut self) -> Result<Filter, Mistake> {
        let (mut parts, mut is_first) = (Vec::new(), true);
        loop {
            self.blanks();
            let before = self.at;
            if self.peek().is_none_or(|c| c == ')') {
                return Ok(Filter::all(parts));
            }
            if self.keyword("or") {
                if is_first {
                    return Err(Mistake::new(What::Missing, before, "or"));
                }
                self.at = before;
                return Ok(Filter::all(parts));
            }
            if !self.keyword("and") {
                parts.push(self.one()?);
            }
            is_first = false;
        }
    }
    /// A condition, or brackets, or the opposite of one.
    fn one(&mut self) -> Result<Filter, Mistake> {
        let at = self.at;
        let next = self.all.get(self.at + 1).copied();
        let is_not = if self.peek() == Some('-') && next.is_some_and(|next| !next.is_whitespace()) {
            self.at += 1;
            true
        } else {
            self.keyword("not")
        };
        if is_not {
            self.blanks();
            if self.peek().is_none_or(|c| c == ')') {
                return Err(Mistake::new(What::Missing, at, ""));
            }
            self.deeper(at)?;
            let inner = self.one()?;
            self.depth -= 1;
            return Ok(Filter::not(inner));
        }
        if self.peek() != Some('(') {
            return self.condition();
        }
        self.at += 1;
        self.deeper(at)?;
        let inner = self.any()?;
        self.depth -= 1;
        if self.peek() != Some(')') {
            return Err(Mistake::new(What::Bracket, at, "("));
        }
        self.at += 1;
        Ok(inner)
    }
    fn deeper(&mut self, at: usize) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MOST { Err(Mistake::new(What::TooMuch, at, "(")) } else { Ok(()) }
    }

    /// A piece without blanks, or in quotes; `\"` and `\\` inside of them.
    fn word(&mut self, ends: &str) -> Result<Word, Mistake> {
        let at = self.at;
        if self.peek() != Some('"') {
            let is_in = |c: &char| !c.is_whitespace() && !ends.contains(*c) && !"()\"".contains(*c);
            let text: String = self.all[at..].iter().copied().take_while(is_in).collect();
            self.at += text.chars().count();
            return Ok(Word { text, at, is_quoted: false });
        }
        let mut text = String::new();
        self.at += 1;
        loop {
            let Some(c) = self.peek() else { return Err(Mistake::new(What::Quote, at, "\"")) };
            self.at += 1;
            match c {
                '"' => return Ok(Word { text, at, is_quoted: true }),
                '\\' if self.peek().is_some_and(|c| c == '"' || c == '\\') => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
    }
    fn condition(&mut self) -> Result<Filter, Mistake> {
        let word = self.word(":")?;
        self.count(word.at)?;
        let has_values = !word.is_quoted && self.peek() == Some(':');
        if !has_values {
            let number = word.text.strip_prefix('#').filter(|_| !word.is_quoted);
            if let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) {
                return Ok(Condition::Number(Between::Is(number)).into());
            }
            let wrong = || Mistake::new(What::Value, word.at, &word.text);
            return Condition::text(&word.text).map(Filter::from).ok_or_else(wrong);
        }
        self.at += 1;
        let name = word.text.to_lowercase();
        if let Some(key) = name.strip_prefix("field.") {
            return self.own(key, word.at);
        }
        let aliases = [("kind", Field::Type), ("org", Field::Organisation), ("from", Field::Requester)];
        let alias = aliases.iter().find(|(alias, _)| *alias == name).map(|(_, field)| *field);
        let field = Field::from_word(&name).or(alias).filter(|field| *field != Field::Own);
        let Some(field) = field else {
            let known =
                Field::ALL.iter().filter(|field| **field != Field::Own).map(|field| field.word().into());
            let known = known.chain(["field.…".to_owned()]);
            return Err(Mistake::new(What::Field, word.at, &word.text).expecting(known));
        };
        let condition = self.values_of(field)?;
        Ok(condition.into())
    }

    /// All values, with commas between them.
    fn values(&mut self) -> Result<Vec<Word>, Mistake> {
        let mut all = Vec::new();
        loop {
            let word = self.word(",")?;
            if word.text.trim().is_empty() {
                return Err(Mistake::new(What::Missing, word.at, ""));
            }
            self.count(word.at)?;
            all.push(word);
            if self.peek() != Some(',') {
                return Ok(all);
            }
            self.at += 1;
        }
    }
    /// Every value read, each once; `expected` is what would have fitted.
    fn each<T: PartialEq>(
        &mut self,
        expected: &dyn Fn() -> Vec<String>,
        read: impl Fn(&Word) -> Option<T>,
    ) -> Result<Vec<T>, Mistake> {
        let start = self.at;
        let missing = |mistake: Mistake| {
            if mistake.what == What::Missing { mistake.expecting(expected()) } else { mistake }
        };
        let mut all = Vec::new();
        for word in self.values().map_err(missing)? {
            let wrong = || Mistake::new(What::Value, word.at.max(start), &word.text).expecting(expected());
            let value = read(&word).ok_or_else(wrong)?;
            if !all.contains(&value) {
                all.push(value);
            }
        }
        Ok(all)
    }
    fn values_of(&mut self, field: Field) -> Result<Condition, Mistake> {
        let names = self.names;
        let known = |first: &[&str]| {
            let first: Vec<String> = first.iter().map(|word| (*word).to_owned()).collect();
            let list: Vec<String> = names.list(field).iter().map(|named| named.name.clone()).collect();
            move || {
                first
                    .iter()
                    .cloned()
                    .chain(list.iter().filter(|name| !name.is_empty()).take(12).cloned())
                    .collect()
            }
        };
        let holder = |word: &Word, mine: &str| {
            if word.is("none") {
                Some(Holder::Nobody)
            } else if !mine.is_empty() && word.is(mine) {
                Some(Holder::Mine)
            } else {
                names.find(field, &word.text).map(Holder::Id)
            }
        };
        Ok(match field {
            Field::Is => {
                let start = self.at;
                let mut all =
                    self.each(&|| words(State::ALL, State::word), |word| State::from_word(&lower(word)))?;
                match (all.pop(), all.is_empty()) {
                    (Some(state), true) => Condition::Is(state),
                    _ => {
                        return Err(Mistake::new(What::Value, start, ",")
                            .expecting(["-is:…".to_owned(), "… or is:…".to_owned()]));
                    }
                }
            }
            Field::Status => {
                let expected = || {
                    let own = names.statuses.iter().map(|status| status.name.clone());
                    words(Category::ALL, Category::word)
                        .into_iter()
                        .chain(own.filter(|name| !name.is_empty()))
                        .collect()
                };
                Condition::Status(self.each(&expected, |word| {
                    let category =
                        Category::from_word(&lower(word).replace('-', "_")).filter(|_| !word.is_quoted);
                    let id = || names.find(field, &word.text).map(StatusIs::Id);
                    category.map(StatusIs::Category).or_else(id)
                })?)
            }
            Field::Priority => Condition::Priority(self.priorities()?),
            Field::Type => Condition::Kind(
                self.each(&|| words(Kind::ALL, Kind::word), |word| Kind::from_word(&plain(word)))?,
            ),
            Field::Channel => Condition::Channel(
                self.each(&|| words(Channel::ALL, Channel::word), |word| Channel::from_word(&plain(word)))?,
            ),
            Field::Team => {
                Condition::Team(self.each(&known(&["none", "mine"]), |word| holder(word, "mine"))?)
            }
            Field::Assignee => {
                Condition::Assignee(self.each(&known(&["none", "me"]), |word| holder(word, "me"))?)
            }
            Field::Inbox => Condition::Inbox(self.each(&known(&["none"]), |word| holder(word, ""))?),
            Field::Sla => Condition::Policy(self.each(&known(&["none"]), |word| holder(word, ""))?),
            Field::Line => {
                let expected = || ["1", "2", "3", "none"].map(str::to_owned).to_vec();
                Condition::Line(self.each(&expected, |word| {
                    let is_line = |position: &i64| (1..=9).contains(position) && !word.is_quoted;
                    if word.is("none") { Some(0) } else { word.text.parse().ok().filter(is_line) }
                })?)
            }
            Field::With => Condition::With(
                self.each(&|| words(With::ALL, With::word), |word| With::from_word(&plain(word)))?,
            ),
            Field::Requester => {
                let expected = || vec!["anna@example.org".to_owned()];
                Condition::Requester(self.each(&expected, |word| {
                    id(word).map(Party::Id).or_else(|| text::email(&word.text).map(Party::Named))
                })?)
            }
            Field::Organisation | Field::Contract => {
                let example = if field == Field::Contract { "\"Care Plus\"" } else { "\"ACME GmbH\"" };
                let expected = || vec!["none".to_owned(), example.to_owned()];
                let parties = self.each(&expected, |word| {
                    if word.is("none") {
                        return Some(Party::Nobody);
                    }
                    let folded = || text::fold(&text::fold(&text::one_line(&word.text, 200)));
                    let named = || Some(folded()).filter(|name| !name.is_empty()).map(Party::Named);
                    id(word).map(Party::Id).or_else(named)
                })?;
                match field {
                    Field::Contract => Condition::Contract(parties),
                    _ => Condition::Organisation(parties),
                }
            }
            Field::Tag => {
                let expected = || vec!["none".to_owned(), "vip".to_owned()];
                Condition::Tag(self.each(&expected, |word| {
                    let tag = || text::one_line(&word.text, 61).to_lowercase();
                    if word.is("none") {
                        Some(None)
                    } else {
                        Some(Some(tag())).filter(|tag| tag != &Some(String::new()))
                    }
                })?)
            }
            Field::Created => self.when(Moment::Created)?,
            Field::Updated => self.when(Moment::Updated)?,
            Field::Due => self.when(Moment::Due)?,
            Field::Solved => self.when(Moment::Solved)?,
            Field::Number => {
                let read = |text: &str| text.trim_start_matches('#').parse::<i64>().ok();
                Condition::Number(self.between(&["1042", ">1000", "1000..1100"], read, |_, _| true)?)
            }
            Field::Spent => {
                if self.keyword("none") {
                    return Ok(Condition::Spent(Between::Is(0)));
                }
                let expected = [">2h", "<=1:30", "90", "1h..8h", "none"];
                Condition::Spent(self.between(&expected, crate::time::policy::length, |_, _| true)?)
            }
            Field::Subject => {
                let word = self.word("")?;
                let wrong =
                    || Mistake::new(What::Missing, word.at, "").expecting(["\"printer jam\"".to_owned()]);
                Condition::text(&word.text).ok_or_else(wrong)?
            }
            Field::Has => {
                let start = self.at;
                let mut all =
                    self.each(&|| words(Part::ALL, Part::word), |word| Part::from_word(&plain(word)))?;
                match (all.pop(), all.is_empty()) {
                    (Some(part), true) => Condition::Has(part),
                    _ => {
                        return Err(
                            Mistake::new(What::Value, start, ",").expecting(words(Part::ALL, Part::word))
                        );
                    }
                }
            }
            Field::Waiting => Condition::Waiting(self.each(&|| words(Side::ALL, Side::word), |word| {
                Side::from_word(&plain(word).replace('-', "_"))
            })?),
            Field::Own => return Err(Mistake::new(What::Field, self.at, "field")),
        })
    }
    /// `high,urgent`, or `>=high`.
    fn priorities(&mut self) -> Result<Vec<Priority>, Mistake> {
        let expected = || words(&Priority::ALL, Priority::word);
        if !self.peek().is_some_and(|c| c == '<' || c == '>') {
            return self.each(&expected, |word| Priority::from_word(&plain(word)));
        }
        let at = self.at;
        let read = |text: &str| Priority::from_word(&text.to_lowercase());
        let between = self.between(&["high", ">=high"], read, |_, _| true)?;
        let all: Vec<_> = Priority::ALL.into_iter().filter(|priority| between.has(*priority)).collect();
        if all.is_empty() { Err(Mistake::new(What::Value, at, "").expecting(expected())) } else { Ok(all) }
    }
    /// One value, with a comparison before it or a range.
    fn between<T>(
        &mut self,
        expected: &[&str],
        read: impl Fn(&str) -> Option<T>,
        fits: impl Fn(&T, &T) -> bool,
    ) -> Result<Between<T>, Mistake> {
        let start = self.at;
        let expected = || expected.iter().map(|word| (*word).to_owned());
        let mut sign = String::new();
        while let Some(c) = self.peek().filter(|c| "<>=".contains(*c)) {
            sign.push(c);
            self.at += 1;
        }
        let word = self.word(",")?;
        if word.text.is_empty() {
            return Err(Mistake::new(What::Missing, start, "").expecting(expected()));
        }
        let wrong =
            || Mistake::new(What::Value, start, &format!("{sign}{}", word.text)).expecting(expected());
        let one = |text: &str| read(text).ok_or_else(wrong);
        if self.peek() == Some(',') {
            return Err(wrong());
        }
        match (sign.as_str(), word.text.split_once("..")) {
            ("", Some(("", to))) => Ok(Between::AtMost(one(to)?)),
            ("", Some((from, ""))) => Ok(Between::AtLeast(one(from)?)),
            ("", Some((from, to))) => {
                let (from, to) = (one(from)?, one(to)?);
                if fits(&from, &to) { Ok(Between::From(from, to)) } else { Err(wrong()) }
            }
            ("" | "=", None) => Ok(Between::Is(one(&word.text)?)),
            ("<", None) => Ok(Between::Less(one(&word.text)?)),
            ("<=", None) => Ok(Between::AtMost(one(&word.text)?)),
            (">", None) => Ok(Between::More(one(&word.text)?)),
            (">=", None) => Ok(Between::AtLeast(one(&word.text)?)),
            _ => Err(wrong()),
        }
    }
    fn when(&mut self, moment: Moment) -> Result<Condition, Mistake> {
        let may_lack = matches!(moment, Moment::Due | Moment::Solved);
        if may_lack && self.keyword("none") {
            return Ok(Condition::Time(moment, When::Never));
        }
        let expected: &[&str] = match moment {
            Moment::Due => &["<2h", "today", "tomorrow", "<=2026-12-24", "none"],
            Moment::Solved => &["<7d", "today", "yesterday", "2026-12-01..2026-12-24", "none"],
            Moment::Created | Moment::Updated => {
                &["<2h", ">7d", "today", "yesterday", "2026-12-01..2026-12-24"]
            }
        };
        let is_same = |one: &Mark, other: &Mark| {
            matches!(
                (one, other),
                (Mark::Span(_), Mark::Span(_))
                    | (Mark::Day(_), Mark::Day(_))
                    | (Mark::Instant(_), Mark::Instant(_))
            )
        };
        Ok(Condition::Time(moment, When::At(self.between(expected, mark, is_same)?)))
    }
    /// A field of the desk's own.
    fn own(&mut self, key: &str, at: usize) -> Result<Filter, Mistake> {
        let names = self.names;
        let by_id = || key.parse::<i64>().ok().and_then(|id| names.field(id));
        let Some(field) = names.field_named(key).or_else(by_id) else {
            let known = names.fields.iter().take(30).map(|field| format!("field.{}", field.key));
            return Err(Mistake::new(What::Field, at, &format!("field.{key}")).expecting(known));
        };
        let id = field.id.number();
        if self.keyword("none") {
            return Ok(Condition::Field(id, FieldIs::Empty).into());
        }
        let is = match field.kind {
            FieldKind::Number => {
                let read = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
                FieldIs::Number(self.between(&["12", ">=12", "1..12"], read, |_, _| true)?)
            }
            FieldKind::Date => FieldIs::Date(self.between(
                &["2026-12-24", "<today", "2026-12-01..2026-12-24"],
                day,
                |_, _| true,
            )?),
            FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox => {
                let expected = || match field.kind {
                    FieldKind::Checkbox => vec!["true".to_owned(), "false".to_owned()],
                    _ => field.choices().into_iter().chain(["none".to_owned()]).collect(),
                };
                // A choice that is gone may still be what old tickets have.
                let read = |word: &Word| match field.kind {
                    FieldKind::Checkbox => {
                        field.parse(&serde_json::Value::String(word.text.clone())).ok().flatten()
                    }
                    _ => Some(word.text.trim().to_owned()),
                };
                if field.kind == FieldKind::Text {
                    let folded = |word: &Word| {
                        Some(crate::fields::folded(&word.text)).filter(|folded| !folded.is_empty())
                    };
                    FieldIs::Folded(self.each(&expected, folded)?)
                } else {
                    FieldIs::Words(self.each(&expected, read)?)
                }
            }
        };
        Ok(Condition::Field(id, is).into())
    }
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|value| word(*value).to_owned()).collect()
}
fn lower(word: &Word) -> String {
    word.text.to_lowercase()
}
/// A number that stands for somebody; in quotes it is a name.
fn id(word: &Word) -> Option<i64> {
    word.text.parse().ok().filter(|id| *id > 0 && !word.is_quoted)
}
/// A word of the language; in quotes it is none.
fn plain(word: &Word) -> String {
    if word.is_quoted { String::new() } else { lower(word) }
}
/// `2h`, `today`, `2026-12-24`.
fn mark(text: &str) -> Option<Mark> {
    span(text).map(Mark::Span).or_else(|| day(text).map(Mark::Day)).or_else(|| instant(text))
}
fn span(text: &str) -> Option<Span> {
    let (unit, word, _) = Unit::ALL.iter().find(|(_, word, _)| text.ends_with(word))?;
    let digits = text.strip_suffix(word)?;
    let is_count = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some(Span { count: digits.parse().ok().filter(|_| is_count)?, unit: *unit })
}
fn instant(text: &str) -> Option<Mark> {
    let at = text.to_uppercase().parse::<jiff::Timestamp>().ok()?.as_millisecond();
    // 1970 to 2999: what a clock of ours can say.
    (0..32_503_680_000_000).contains(&at).then_some(Mark::Instant(kernel::clock::Millis(at)))
}
fn day(text: &str) -> Option<Day> {
    match text.to_lowercase().as_str() {
        "today" => Some(Day::Today),
        "yesterday" => Some(Day::Yesterday),
        "tomorrow" => Some(Day::Tomorrow),
        date if date.len() == 10 => {
            let date = date.parse::<Date>().ok()?;
            (1970..3000).contains(&date.year()).then_some(Day::Date(date))
        }
        _ => None,
    }
}
