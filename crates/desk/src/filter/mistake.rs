//! What is wrong with a filter, where, and what would have fitted.
use kernel::fault::Problem;
use platform::i18n::{self, Language};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// There is no such field.
    Field,
    /// The value does not fit its field.
    Value,
    /// Something has to follow.
    Missing,
    Quote,
    Bracket,
    TooMuch,
    /// It is a filter, and not one that can be used here.
    NotHere,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    pub what: What,
    /// Counted in characters from the beginning.
    pub at: usize,
    /// What stands there, shortened.
    pub word: String,
    /// What would have fitted, in words of the language.
    pub expected: Vec<String>,
}
impl Mistake {
    pub fn new(what: What, at: usize, word: &str) -> Mistake {
        Mistake { what, at, word: kernel::text::shorten(word, 40), expected: Vec::new() }
    }
    pub fn expecting(self, expected: impl IntoIterator<Item = String>) -> Mistake {
        Mistake { expected: expected.into_iter().collect(), ..self }
    }
    /// A sentence for people: where, what, and what is expected.
    pub fn sentence(&self, language: Language) -> String {
        let problem = self.problem();
        let code = problem.fields.first().map_or("invalid", |field| field.code);
        let what = i18n::text(language, &format!("field-{}", code.replace('_', "-")));
        let place = self.at as i64 + 1;
        let key = if self.word.is_empty() { "filter-mistake-at" } else { "filter-mistake" };
        let word = ("word", self.word.as_str().into());
        let mut sentence = i18n::format(language, key, &[("at", place.into()), word, ("what", what.into())]);
        if !self.expected.is_empty() {
            let words = self.expected.join(", ");
            sentence.push(' ');
            sentence.push_str(&i18n::format(
                language,
                "filter-mistake-expected",
                &[("words", words.as_str().into())],
            ));
        }
        sentence
    }
    /// 422 about the field `filter`.
    pub fn problem(&self) -> Problem {
        let problem = match self.what {
            What::Field => Problem::field("filter", "filter_field"),
            What::Value => Problem::field("filter", "filter_value"),
            What::Missing => Problem::field("filter", "filter_missing"),
            What::Quote => Problem::field("filter", "filter_quote"),
            What::Bracket => Problem::field("filter", "filter_bracket"),
            What::TooMuch => Problem::field("filter", "filter_too_much"),
            What::NotHere => Problem::field("filter", "filter_not_here"),
        };
        let expected = Some(self.expected.join(", ")).filter(|words| !words.is_empty());
        Problem { expected, offset: Some(self.at), ..problem }
    }
    /// The same with the sentence, for pages and programs of somebody who reads `language`.
    pub fn problem_in(&self, language: Language) -> Problem {
        self.problem().because(self.sentence(language))
    }
}
impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Problem {
        mistake.problem_in(Language::En)
    }
}
