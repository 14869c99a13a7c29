//! What may be wrong with an answer, found before it is sent: one list for the page and the API. No I/O.
//!
//! Source: `docs/behaviour/sending.md`, "Warnings".
use kernel::{
    fault::{Mistakes, Problem},
    text,
};
use std::collections::HashSet;

/// Something that a person should look at once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody has written from, or to, this address on this ticket.
    NewAddress(String),
    /// The words speak of a file, and there is none. Has the word.
    NoAttachment(String),
    /// A placeholder that nothing was put in for, as it stands there.
    Placeholder(String),
    /// The salutation names somebody who has nothing to do with the ticket.
    OtherName(String),
    /// The note calls somebody who may not see the ticket: they will not hear of it.
    MentionBlind(String),
    /// The note calls a name that several have: none of them will hear of it.
    MentionUnclear(String),
}

impl Doubt {
    /// Its word for programs and for Fluent: `doubt-CODE`.
    pub fn code(&self) -> &'static str {
        match self {
            Doubt::NewAddress(_) => "new_address",
            Doubt::NoAttachment(_) => "no_attachment",
            Doubt::Placeholder(_) => "placeholder",
            Doubt::OtherName(_) => "other_name",
            Doubt::MentionBlind(_) => "mention_blind",
            Doubt::MentionUnclear(_) => "mention_unclear",
        }
    }
    /// What it is about.
    pub fn what(&self) -> &str {
        let (Doubt::NewAddress(what)
        | Doubt::NoAttachment(what)
        | Doubt::Placeholder(what)
        | Doubt::OtherName(what)
        | Doubt::MentionBlind(what)
        | Doubt::MentionUnclear(what)) = self;
        what
    }
    /// What somebody names who is sure: another placeholder is another doubt.
    pub fn key(&self) -> String {
        format!("{}:{}", self.code(), self.what())
    }
    /// Whether it was named, by itself or with all of its kind.
    fn is_in(&self, confirmed: &[String]) -> bool {
        let key = self.key();
        confirmed.iter().any(|named| *named == key || named == self.code())
    }
}

/// Those that nobody has confirmed.
pub fn open(doubts: Vec<Doubt>, confirmed: &[String]) -> Vec<Doubt> {
    doubts.into_iter().filter(|doubt| !doubt.is_in(confirmed)).collect()
}

/// The refusal of a program's answer: 409 with a field for each doubt, and in `detail` what to confirm.
pub fn problem(doubts: &[Doubt]) -> Problem {
    let mut mistakes = Mistakes::default();
    for doubt in doubts {
        match doubt {
            Doubt::NewAddress(_) => mistakes.add("to", "new_address"),
            Doubt::NoAttachment(_) => mistakes.add("attachments", "no_attachment"),
            Doubt::Placeholder(_) => mistakes.add("text", "unfilled_placeholder"),
            Doubt::OtherName(_) => mistakes.add("text", "other_name"),
            Doubt::MentionBlind(_) => mistakes.add("text", "mention_blind"),
            Doubt::MentionUnclear(_) => mistakes.add("text", "mention_unclear"),
        }
    }
    let keys: Vec<String> = doubts.iter().map(Doubt::key).collect();
    let fields = mistakes.check().map_or_else(|problem| problem.fields, |()| Vec::new());
    Problem { fields, ..Problem::conflict("unconfirmed").because(keys.join("\n")) }
}

/// Words that promise a file, folded, in the languages that a desk writes. A word that ends in `*` may go on.
const FILE_WORDS: &[&str] = &[
    "attached",
    "attachment",
    "attachments",
    "attaching",
    "enclosed", // English
    "anbei",
    "anhang",
    "angehangt*",
    "beigefugt*",
    "beiliegend*", // German
    "bijlage",
    "bijlagen",
    "bijgevoegd*",
    "bijgaand*", // Dutch
];
/// Before such a word: then it is about the other side's file.
const OTHERS: &[&str] = &[
    "your", "ihr", "ihre", "ihren", "ihrem", "ihrer", "dein", "deinen", "uw", "no", "kein", "keinen", "geen",
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '-' && sign != '\'')
        .filter(|word| !word.is_empty())
}

/// The first word that promises a file of ours.
pub fn promised_file(text: &str) -> Option<String> {
    let mut before = String::new();
    for word in words(text) {
        let now = text::fold(word);
        let is_one = FILE_WORDS.iter().any(|known| match known.strip_suffix('*') {
            Some(begin) => now.starts_with(begin),
            None => now == *known,
        });
        if is_one && !OTHERS.contains(&before.as_str()) {
            return Some(word.to_owned());
        }
        before = now;
    }
    None
}

/// The placeholders that are still in the words, each once, 10 at most: `{{` to `}}` in one line of 120 signs at most.
pub fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("{{") {
            rest = &rest[at..];
            let Some(end) = rest.find("}}") else { break };
            let whole = &rest[..end + 2];
            if whole.chars().count() <= 120 && !found.iter().any(|one| one == whole) && found.len() < 10 {
                found.push(whole.to_owned());
            }
            rest = &rest[end + 2..];
        }
    }
    found
}

/// Titles whose full stop ends no sentence.
const ABBREVIATED: &[&str] = &["Dr", "Prof", "Mr", "Mrs", "Ms", "Hr", "Fr"];
const GREETINGS: &[&str] = &[
    "dear",
    "hello",
    "hi",
    "hey",
    "good morning",
    "good afternoon",
    "good evening", // English
    "hallo",
    "guten tag",
    "guten morgen",
    "guten abend",
    "sehr geehrte",
    "sehr geehrter",
    "liebe",
    "lieber",
    "moin",
    "servus",
    "gruss gott", // German
    "beste",
    "geachte",
    "hoi",
    "dag",
    "goedemorgen",
    "goedemiddag",
    "goedenavond",
    "goedendag", // Dutch
];
/// Words of a salutation that name nobody.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "all",
    "both",
    "everyone",
    "everybody",
    "team",
    "there",
    "again",
    "together",
    "colleague",
    "colleagues",
    "customer",
    "and",
    "friend",
    "friends",
    "folks",
    "frau",
    "herr",
    "herrn",
    "damen",
    "herren",
    "und",
    "zusammen",
    "alle",
    "allerseits",
    "kollege",
    "kollegin",
    "kollegen",
    "kolleginnen",
    "familie",
    "kunde",
    "kundin",
    "nochmals",
    "wieder",
    "mein",
    "meine",
    "heer",
    "mevrouw",
    "meneer",
    "dames",
    "heren",
    "en",
    "allemaal",
    "iedereen",
    "collega",
    "klant",
    "relatie",
    "van",
    "von",
    "der",
    "den",
    "de",
    "te",
    "ten",
    "ter",
    "zu",
    "la",
    "le",
    "di",
];

/// The words of the salutation that name somebody; empty without one.
pub fn greeted(text: &str) -> Vec<String> {
    let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) else { return Vec::new() };
    let line =
        ABBREVIATED.iter().fold(line.to_owned(), |line, title| line.replace(&format!("{title}."), title));
    let line = line.split([',', '!', '.', ':', ';', '–', '—', '?', '{', '[']).next().unwrap_or_default();
    let small = text::fold(line);
    let begin = GREETINGS
        .iter()
        .filter(|greeting| small.strip_prefix(*greeting).is_some_and(|rest| rest.starts_with(' ')));
    let Some(greeting) = begin.max_by_key(|greeting| greeting.len()) else { return Vec::new() };
    let names: Vec<String> = words(line)
        .skip(greeting.split(' ').count())
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase))
        .map(str::to_owned)
        .collect();
    // A greeting that runs on into a sentence names nobody: "Hello I have looked at it".
    let is_sentence = words(line).count() > greeting.split(' ').count() + 5;
    if is_sentence {
        return Vec::new();
    }
    names.into_iter().filter(|name| !TITLES.contains(&text::fold(name).as_str())).collect()
}

/// Whether one of the greeted names is among the words around the ticket: names, addresses, what the customer wrote.
pub fn is_known(greeted: &[String], around: &[&str]) -> bool {
    let known: HashSet<String> = around
        .iter()
        .flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(text::fold)
        .collect();
    greeted.iter().any(|name| {
        name.split(['-', '\'']).map(text::fold).any(|part| {
            let is_begin = |word: &String| {
                part.len() >= 3 && (word.starts_with(&part) || part.starts_with(word) && word.len() >= 3)
            };
            known.contains(&part) || known.iter().any(is_begin)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_promise_a_file_are_known_in_three_languages() {
        for (text, word) in [
            ("Please find the plan attached.", "attached"),
            ("Anbei der Plan", "anbei"),
            ("Den Plan habe ich angehängt", "angehängt"),
            ("im Anhang finden Sie", "Anhang"),
            ("Zie de bijlage", "bijlage"),
            ("Het plan is bijgevoegd", "bijgevoegd"),
        ] {
            assert_eq!(
                promised_file(text).map(|found| found.to_lowercase()),
                Some(word.to_lowercase()),
                "{text}"
            );
        }
        for text in [
            "Thank you for your attachment",
            "Ihr Anhang kam an",
            "I am attached-looking",
            "Hello",
            "er is geen bijlage",
        ] {
            assert_eq!(promised_file(text), None, "{text}");
        }
    }
    #[test]
    fn placeholders_are_found_as_they_stand() {
        assert_eq!(placeholders("Hi {{customer.first_name}}, {{ x | y }} {{customer.first_name}}").len(), 2);
        assert!(placeholders("a { b } {{ open\n}} {}").is_empty());
    }
    #[test]
    fn a_salutation_names_somebody() {
        let of = |text: &str| greeted(text).join(" ");
        assert_eq!(of("Dear Mrs Peters,\nthanks"), "Peters");
        assert_eq!(of("Sehr geehrter Herr Dr. Müller,"), "Müller");
        assert_eq!(of("Sehr geehrte Frau von Arnim,"), "Arnim");
        assert_eq!(of("\n\nGuten Tag Herr Kurz!"), "Kurz");
        assert_eq!(of("Beste Anna-Lena,"), "Anna-Lena");
        assert_eq!(of("Hi there,"), "");
        assert_eq!(of("Sehr geehrte Damen und Herren,"), "");
        assert_eq!(of("Thank you Peter"), "", "no greeting");
        assert_eq!(of("Hello I have looked at the printer on Monday and Peter"), "");
    }
    #[test]
    fn names_around_the_ticket_are_the_right_ones() {
        let names = |one: &str| vec![one.to_owned()];
        assert!(is_known(&names("Peters"), &["Ada Peters"]));
        assert!(is_known(&names("Ada"), &["", "ada.p@x.org"]));
        assert!(is_known(&names("Muller"), &["Jörg Müller"]), "without its dots");
        assert!(is_known(&names("Thomas"), &["Yours, Tho"]), "a short form");
        assert!(!is_known(&names("Kurz"), &["Ada Peters", "ada@x.org", "The lift hums"]));
    }
    #[test]
    fn what_is_confirmed_is_no_doubt_and_another_one_is() {
        let doubts = vec![Doubt::Placeholder("{{a}}".into()), Doubt::Placeholder("{{b}}".into())];
        assert_eq!(open(doubts.clone(), &["placeholder:{{a}}".into()]), [Doubt::Placeholder("{{b}}".into())]);
        assert!(open(doubts.clone(), &["placeholder".into()]).is_empty());
        let problem = problem(&doubts);
        assert_eq!((problem.status, problem.code, problem.fields.len()), (409, "unconfirmed", 2));
        assert_eq!(problem.detail.as_deref(), Some("placeholder:{{a}}\nplaceholder:{{b}}"));
    }
}
