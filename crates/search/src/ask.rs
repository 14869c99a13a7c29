//! What somebody typed into the box, understood.
//!
//! Words (all of them must be there), `"phrases"`, `-not`, `in:subject`, `from:petra`, `file:angebot`. A word and a
//! colon that are no operator of the text (`is:open`) are handed on as [`Filter`]s: who searches says what they mean.
use crate::{
    phone,
    schema::Area,
    stems,
    words::{Word, pieces},
};

/// Longer questions are cut.
pub const LONGEST: usize = 400;
/// Words of a question; the rest is left out.
const MOST_WORDS: usize = 24;

/// A word of a question with all that it may be found by.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedWord {
    pub forms: Vec<String>,
    pub stems: Vec<String>,
    /// Without the ending of a plural or a case, where enough is left.
    pub shorter: Option<String>,
    /// It stands in nearly every text.
    pub is_common: bool,
}
impl AskedWord {
    pub(crate) fn of(word: &Word) -> AskedWord {
        let shorter = ["en", "es", "er", "n", "s", "e"]
            .iter()
            .filter_map(|ending| word.plain.strip_suffix(ending))
            .find(|rest| rest.chars().count() >= 5)
            .map(str::to_owned);
        AskedWord {
            forms: word.forms().map(str::to_owned).collect(),
            stems: stems::stems(word),
            shorter,
            is_common: COMMON.contains(&word.plain.as_str()),
        }
    }
    pub fn plain(&self) -> &str {
        &self.forms[0]
    }
    /// In letters.
    pub fn length(&self) -> usize {
        self.plain().chars().count()
    }
    pub fn has_digit(&self) -> bool {
        self.plain().chars().any(|c| c.is_ascii_digit())
    }
}

/// One thing that must be there, or must not.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub is_not: bool,
    /// Where; everywhere without.
    pub area: Option<Area>,
    pub what: What,
}
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A word as it was typed; more than one piece where it has a hyphen, a dot, an `@`.
    Word { pieces: Vec<AskedWord>, joined: Option<AskedWord>, number: Option<i64> },
    /// These words as they are, side by side.
    Phrase(Vec<AskedWord>),
    /// A phone number, by its reversed digits; or these words.
    Phone { digits: Vec<String>, pieces: Vec<AskedWord>, number: Option<i64> },
}

/// `is:open`: a word of a filter, for whoever searches.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    pub is_not: bool,
    pub key: String,
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub clauses: Vec<Clause>,
    pub filters: Vec<Filter>,
    /// Where all words are looked for; everywhere where it is empty.
    pub areas: Vec<Area>,
    /// Whether the last word may still be typed.
    pub is_typing: bool,
}

/// Where `in:` looks.
fn area(word: &str) -> Option<Area> {
    Some(match word {
        "subject" | "title" | "betreff" | "onderwerp" => Area::Title,
        "people" | "from" | "person" => Area::People,
        "message" | "text" | "body" => Area::Text,
        "file" | "files" | "attachment" => Area::File,
        "note" | "notes" => Area::Note,
        _ => return None,
    })
}

/// Keys that filters know: with another word before the colon it is text (`10:30`, `http://…`).
const FILTERS: &[&str] = &[
    "is",
    "has",
    "kind",
    "type",
    "status",
    "team",
    "assignee",
    "tag",
    "priority",
    "channel",
    "inbox",
    "org",
    "organisation",
    "requester",
    "created",
    "updated",
    "changed",
    "due",
    "solved",
    "before",
    "after",
    "sort",
    "follower",
    "field",
    "sla",
    "language",
];

/// Words that say little: they raise what has them, and shut nothing out.
const COMMON: &[&str] = &[
    "the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "is", "it", "for", "with", "not", "no",
    "my", "we", "i", "you", "our", "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "und",
    "oder", "im", "am", "ist", "fur", "mit", "nicht", "kein", "keine", "ich", "wir", "sie", "zu", "zum",
    "zur", "von", "vom", "auf", "de", "het", "een", "en", "of", "van", "op", "te", "voor", "met", "niet",
    "geen", "ik", "wij", "we", "u", "mijn", "aan", "bij", "naar", "dat", "this", "that", "be", "are", "was",
];

impl Asked {
    /// Understands every text; what looks like nothing is a word.
    ///
    /// * `is_typing` – the last word may go on.
    pub fn parse(text: &str, is_typing: bool) -> Asked {
        let text = text.char_indices().nth(LONGEST).map_or(text, |(at, _)| &text[..at]);
        let mut asked = Asked { is_typing: is_typing && !text.ends_with([' ', '"']), ..Asked::default() };
        let (mut rest, mut words) = (text.trim_start(), 0);
        while !rest.is_empty() && words < MOST_WORDS {
            let (part, after) = part(rest);
            rest = after.trim_start();
            words += 1;
            asked.understand(part);
        }
        // A question of common words alone means them.
        let says_something = |clause: &Clause| !clause.is_not && !clause.is_common();
        if !asked.clauses.iter().any(says_something) {
            for clause in &mut asked.clauses {
                clause.make_important();
            }
        }
        asked
    }

    fn understand(&mut self, part: Part) {
        let Part { is_not, key, value, is_quoted } = part;
        let mut place = None;
        if let Some(key) = key {
            let key = key.to_lowercase();
            if let ("in", Some(area)) = (key.as_str(), area(&value.to_lowercase())) {
                if !is_not {
                    self.areas.push(area);
                }
                return;
            }
            place = area(&key);
            if place.is_none() {
                self.filters.push(Filter { is_not, key, value: value.to_owned() });
                return;
            }
        }
        if let Some(what) = what(value, is_quoted) {
            self.clauses.push(Clause { is_not, area: place, what });
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty() && self.filters.is_empty()
    }
    /// Whether it has a word that must be there.
    pub fn has_words(&self) -> bool {
        self.clauses.iter().any(|clause| !clause.is_not)
    }
    /// The words that are looked for, for showing where they stand.
    pub fn words(&self) -> impl Iterator<Item = &AskedWord> {
        self.clauses.iter().filter(|clause| !clause.is_not).flat_map(|clause| match &clause.what {
            What::Word { pieces, joined, .. } => pieces.iter().chain(joined.as_ref()).collect::<Vec<_>>(),
            What::Phrase(words) => words.iter().collect(),
            What::Phone { pieces, .. } => pieces.iter().collect(),
        })
    }
    pub fn phones(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().flat_map(|clause| match &clause.what {
            What::Phone { digits, .. } if !clause.is_not => {
                digits.iter().map(String::as_str).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        })
    }
}

impl Clause {
    pub fn is_common(&self) -> bool {
        matches!(&self.what, What::Word { pieces, .. } if pieces.iter().all(|word| word.is_common))
    }
    fn make_important(&mut self) {
        if let What::Word { pieces, .. } = &mut self.what {
            pieces.iter_mut().for_each(|word| word.is_common = false);
        }
    }
}

struct Part<'t> {
    is_not: bool,
    key: Option<&'t str>,
    value: &'t str,
    is_quoted: bool,
}

/// The next part of a text and what follows.
fn part(text: &str) -> (Part<'_>, &str) {
    let number = phone::runs(text).next().filter(|run| run.from == 0);
    if let Some(run) = number {
        let (value, rest) = text.split_at(run.to);
        return (Part { is_not: false, key: None, value, is_quoted: false }, rest);
    }
    let is_not = text.starts_with('-') && text[1..].starts_with(|c: char| c.is_alphanumeric() || c == '"');
    let text = if is_not { &text[1..] } else { text };
    let key_end = text.find(':').filter(|at| {
        let key = text[..*at].to_lowercase();
        let is_key = FILTERS.contains(&key.as_str()) || key == "in" || area(&key).is_some();
        is_key && text[*at + 1..].starts_with(|c: char| !c.is_whitespace() && c != '/')
    });
    let (key, text) = key_end.map_or((None, text), |at| (Some(&text[..at]), &text[at + 1..]));
    let quoted = text.strip_prefix(['"', '„', '“', '«']);
    if let Some(inside) = quoted {
        let end = inside.find(['"', '“', '”', '»']);
        // A quote that nobody closed goes to the end.
        let value = end.map_or(inside, |at| &inside[..at]);
        let rest = end.map_or("", |at| inside[at..].trim_start_matches(['"', '“', '”', '»']));
        return (Part { is_not, key, value, is_quoted: true }, rest);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (Part { is_not, key, value: &text[..end], is_quoted: false }, &text[end..])
}

fn what(value: &str, is_quoted: bool) -> Option<What> {
    let all: Vec<_> = pieces(value).take(MOST_WORDS).collect();
    let words: Vec<Word> = all.iter().map(|piece| Word::of(piece.of(value))).collect();
    let asked: Vec<AskedWord> = words.iter().map(AskedWord::of).collect();
    if asked.is_empty() {
        return None;
    }
    if !is_quoted && phone::runs(value).next().is_some_and(|run| run.from == 0 && run.to == value.len()) {
        // Digits without a blank are as well the number of a ticket.
        let number = value.parse().ok().filter(|number: &i64| *number > 0);
        return Some(What::Phone { digits: phone::asked(value), pieces: asked, number });
    }
    if is_quoted {
        return Some(What::Phrase(asked));
    }
    let is_joined = all.len() > 1 && all.iter().skip(1).all(|piece| piece.is_joined);
    let joined = is_joined.then(|| {
        let whole: String = words.iter().map(|word| word.lower.as_str()).collect();
        AskedWord::of(&Word::of(&whole))
    });
    let number = value.trim_start_matches('#').parse().ok().filter(|number: &i64| *number > 0);
    Some(What::Word { pieces: asked, joined, number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Asked {
        Asked::parse(text, false)
    }
    fn plain(clause: &Clause) -> Vec<&str> {
        match &clause.what {
            What::Word { pieces, .. } | What::Phrase(pieces) | What::Phone { pieces, .. } => {
                pieces.iter().map(AskedWord::plain).collect()
            }
        }
    }
    #[test]
    fn words_phrases_and_what_must_not_be_there() {
        let asked = parse("drucker \"paper jam\" -toner from:petra file:\"offer 7\"");
        let all: Vec<_> = asked.clauses.iter().map(plain).collect();
        assert_eq!(
            all,
            [vec!["drucker"], vec!["paper", "jam"], vec!["toner"], vec!["petra"], vec!["offer", "7"]]
        );
        let not: Vec<_> = asked.clauses.iter().map(|clause| clause.is_not).collect();
        assert_eq!(not, [false, false, true, false, false]);
        assert_eq!(asked.clauses[3].area, Some(Area::People));
        assert!(matches!(asked.clauses[4].what, What::Phrase(_)));
    }
    #[test]
    fn filters_are_handed_on_and_other_colons_are_text() {
        let asked = parse("is:open -tag:vip team:\"1st line\" um 10:30 https://x.example/a re: x");
        let filters: Vec<_> =
            asked.filters.iter().map(|f| (f.is_not, f.key.as_str(), f.value.as_str())).collect();
        assert_eq!(filters, [(false, "is", "open"), (true, "tag", "vip"), (false, "team", "1st line")]);
        assert_eq!(plain(&asked.clauses[1]), ["10", "30"]);
        assert_eq!(plain(&asked.clauses[2]), ["https", "x", "example", "a"]);
    }
    #[test]
    fn numbers_of_tickets_and_phones() {
        let number = |text: &str| match &parse(text).clauses[0].what {
            What::Word { number, .. } => *number,
            _ => None,
        };
        assert_eq!((number("#42"), number("42"), number("4x2")), (Some(42), Some(42), None));
        let asked = parse("+49 30 5550142 drucker");
        assert!(matches!(&asked.clauses[0].what, What::Phone { digits, .. } if digits.len() == 2));
        assert_eq!(plain(&asked.clauses[1]), ["drucker"]);
    }
    #[test]
    fn every_text_is_understood() {
        for text in
            ["", "\"", "-", "--", ":", "in:", "in:nowhere", "\"open", "-\"a", "#", "😀", "((((((", "a:\"b"]
        {
            parse(text);
        }
        assert!(parse(&"wort ".repeat(1000)).clauses.len() <= MOST_WORDS);
    }
    #[test]
    fn common_words_count_where_there_are_no_others() {
        assert!(parse("der drucker").clauses[0].is_common());
        assert!(!parse("to be").clauses[0].is_common());
    }
}
