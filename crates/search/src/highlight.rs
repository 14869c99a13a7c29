//! Where the words of a question stand in a text. What comes out is text in pieces, never HTML.
use crate::{
    ask::{Asked, AskedWord},
    phone,
    words::{Word, pieces},
};

/// A piece of a text, and whether it is what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub text: String,
    pub is_hit: bool,
}

/// A part of a text around what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Snippet {
    pub parts: Vec<Part>,
    /// How many different words of the question stand in it.
    pub words: usize,
}

/// The length of a snippet, in characters.
const LENGTH: usize = 180;
/// So much of a text is looked through.
const LOOKED: usize = 40_000;

pub struct Highlighter {
    words: Vec<AskedWord>,
    phones: Vec<String>,
    forgives: bool,
}

struct Mark {
    from: usize,
    to: usize,
    /// Which word of the question.
    word: usize,
}

impl Highlighter {
    /// * `forgives` – whether words with a typing error count.
    pub fn new(asked: &Asked, forgives: bool) -> Highlighter {
        let mut words: Vec<_> = asked.words().filter(|word| !word.is_common).cloned().collect();
        words.dedup_by(|a, b| a.forms == b.forms);
        Highlighter { words, phones: asked.phones().map(str::to_owned).collect(), forgives }
    }

    /// The whole text in pieces.
    pub fn parts(&self, text: &str) -> Vec<Part> {
        cut(text, 0, text.len(), &self.marks(text))
    }

    /// The part of a text with most of the words. `None` where it has none.
    pub fn snippet(&self, text: &str) -> Option<Snippet> {
        let text = head(text);
        let marks = self.marks(text);
        let different = |marks: &[Mark]| {
            let mut words: Vec<_> = marks.iter().map(|mark| mark.word).collect();
            words.sort_unstable();
            words.dedup();
            words.len()
        };
        let window = |first: usize| {
            let end = marks[first].from + LENGTH;
            let count = marks[first..].iter().take_while(|mark| mark.to <= end).count().max(1);
            &marks[first..first + count]
        };
        let best =
            (0..marks.len()).max_by_key(|first| (different(window(*first)), std::cmp::Reverse(*first)))?;
        let shown = window(best);
        // A few words before the first, so that it can be understood.
        let (from, to) = around(text, shown[0].from, shown[shown.len() - 1].to);
        let mut parts = cut(text, from, to, &marks);
        if let Some(first) = parts.first_mut().filter(|_| from > 0) {
            first.text.insert(0, '…');
        }
        if let Some(last) = parts.last_mut().filter(|_| to < text.len()) {
            last.text.push('…');
        }
        Some(Snippet { parts, words: different(shown) })
    }

    /// The beginning of a text, for what was found elsewhere.
    pub fn beginning(text: &str) -> Snippet {
        let text = kernel::text::shorten(head(text), LENGTH);
        Snippet { parts: vec![Part { text, is_hit: false }], words: 0 }
    }

    fn marks(&self, text: &str) -> Vec<Mark> {
        let mut marks = Vec::new();
        for piece in pieces(text) {
            let word = Word::of(piece.of(text));
            let found = self.words.iter().position(|asked| self.is(asked, &word));
            marks.extend(found.map(|word| Mark { from: piece.from, to: piece.to, word }));
        }
        if !self.phones.is_empty() {
            for run in phone::runs(text) {
                let is_asked = phone::reversed(&text[run.from..run.to])
                    .is_some_and(|digits| self.phones.iter().any(|asked| digits.starts_with(asked.as_str())));
                if is_asked {
                    marks.retain(|mark| mark.to <= run.from || mark.from >= run.to);
                    marks.push(Mark { from: run.from, to: run.to, word: usize::MAX });
                }
            }
            marks.sort_by_key(|mark| mark.from);
        }
        marks
    }

    fn is(&self, asked: &AskedWord, word: &Word) -> bool {
        word.forms().any(|form| {
            let long = asked.length();
            let as_typed = asked.forms.iter().any(|asked| {
                form == asked
                    || (long >= 3 && form.starts_with(asked.as_str()))
                    || (long >= 5 && form.contains(asked.as_str()))
                    || (long == 4 && form.ends_with(asked.as_str()))
            });
            as_typed
                || asked.shorter.as_ref().is_some_and(|shorter| form.contains(shorter.as_str()))
                || asked.stems.iter().any(|stem| {
                    let (stem_long, form_long) = (stem.chars().count(), form.chars().count());
                    stem_long >= 3 && form.starts_with(stem.as_str()) && form_long <= stem_long + 3
                })
                || (self.forgives && long >= 5 && asked.forms.iter().any(|asked| is_almost(asked, form)))
        })
    }
}

fn head(text: &str) -> &str {
    text.char_indices().nth(LOOKED).map_or(text, |(at, _)| &text[..at])
}

/// The borders of words around a place, so that about [`LENGTH`] characters are shown.
fn around(text: &str, from: usize, to: usize) -> (usize, usize) {
    let border = |at: usize, up: bool| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match up {
            true => text[at..].find(char::is_whitespace).map_or(text.len(), |more| at + more),
            false => text[..at]
                .char_indices()
                .rfind(|(_, c)| c.is_whitespace())
                .map_or(0, |(at, c)| at + c.len_utf8()),
        }
    };
    let from = border(from.saturating_sub(40), false).min(from);
    (from, border(to.max(from + LENGTH), true).max(to))
}

/// A part of a text as pieces, with line breaks as blanks.
fn cut(text: &str, from: usize, to: usize, marks: &[Mark]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |text: &str, is_hit: bool| {
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .filter(|c| !kernel::text::is_invisible(*c))
            .collect();
        if !text.is_empty() {
            parts.push(Part { text, is_hit });
        }
    };
    let mut at = from;
    for mark in marks.iter().filter(|mark| mark.from >= from && mark.to <= to) {
        add(&text[at..mark.from], false);
        add(&text[mark.from..mark.to], true);
        at = mark.to;
    }
    add(&text[at..to], false);
    parts
}

/// Whether one letter more, less, other, or two changed places make one of the other.
fn is_almost(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], _) | (_, []) => true,
        ([x, y, rest_a @ ..], [p, q, rest_b @ ..]) if x == q && y == p && rest_a == rest_b => true,
        ([_, rest_a @ ..], [_, rest_b @ ..]) => rest_a == rest_b || a == rest_b || rest_a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(question: &str, text: &str) -> String {
        let parts = Highlighter::new(&Asked::parse(question, false), true).parts(text);
        parts
            .iter()
            .map(|part| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() })
            .collect()
    }
    #[test]
    fn words_are_marked_in_every_form() {
        assert_eq!(
            shown("drucker", "Der Netzwerkdrucker und die Drucker"),
            "Der [Netzwerkdrucker] und die [Drucker]"
        );
        assert_eq!(shown("mueller", "Frau Müller"), "Frau [Müller]");
        assert_eq!(shown("rechnung", "Rechnungen, Abrechnung"), "[Rechnungen], [Abrechnung]");
        assert_eq!(shown("drukcer", "Drucker"), "[Drucker]");
        assert_eq!(shown("030 5550142", "Bitte +49 30 555-0142 anrufen"), "Bitte [+49 30 555-0142] anrufen");
    }
    #[test]
    fn what_looks_like_html_is_text() {
        assert_eq!(shown("script", "<script>alert(1)</script>"), "<[script]>alert(1)</[script]>");
    }
    #[test]
    fn a_snippet_lies_where_the_words_are() {
        let text = format!(
            "{} the printer in room five is jammed {}",
            "lorem ipsum ".repeat(50),
            "dolor sit ".repeat(50)
        );
        let highlighter = Highlighter::new(&Asked::parse("jammed printer", false), false);
        let snippet = highlighter.snippet(&text).unwrap();
        let shown: String = snippet.parts.iter().map(|part| part.text.as_str()).collect();
        assert!(shown.contains("printer in room five is jammed") && shown.len() < 400, "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…'));
        assert_eq!(snippet.words, 2);
        assert_eq!(highlighter.snippet("nothing here"), None);
    }
    #[test]
    fn any_text_can_be_looked_through() {
        let hard = "ein\u{a0}hard\u{a0}space\u{2003}between ".repeat(9) + "printer";
        for text in
            [hard.as_str(), "", "ä", "😀 printer 😀", "printer", "\0\u{202e}printer", &"ß".repeat(300)]
        {
            Highlighter::new(&Asked::parse("printer ß", false), true).snippet(text);
        }
    }
}
