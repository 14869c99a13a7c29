//! A text as words, the same for what is indexed and what is asked.
//!
//! A word is folded: no case, no accents, `ß` is `ss`, `ä` is `a`. A word with an umlaut has a second form with `ae`,
//! `oe`, `ue`, so that both notations find both.
use kernel::text;
use unicode_normalization::UnicodeNormalization;

/// Longer ones are no words: they are cut.
pub const LONGEST: usize = 64;

/// A word of a text, by its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Bytes of the text.
    pub from: usize,
    pub to: usize,
    /// Whether it hangs on the word before by a hyphen.
    pub is_joined: bool,
}
impl Piece {
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.from..self.to]
    }
}

/// The words of a text in order.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut chars = text.char_indices().peekable();
    let mut last_end = None;
    std::iter::from_fn(move || {
        loop {
            let (from, first) = chars.next()?;
            if !is_of_a_word(first) {
                continue;
            }
            let mut to = from + first.len_utf8();
            while let Some((at, c)) = chars.next_if(|(_, c)| is_of_a_word(*c)) {
                to = at + c.len_utf8();
            }
            let is_joined = last_end.is_some_and(|end: usize| {
                matches!(&text[end..from], "-" | "\u{2010}" | "\u{2011}" | "\u{ad}")
            });
            last_end = Some(to);
            return Some(Piece { from, to, is_joined });
        }
    })
}
fn is_of_a_word(c: char) -> bool {
    // A combining mark belongs to the letter before it.
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// A word as it is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// In small letters, with its accents: what a stemmer wants.
    pub lower: String,
    pub plain: String,
    /// `mueller` of `Müller`, where that differs.
    pub spelled: Option<String>,
}

impl Word {
    pub fn of(piece: &str) -> Word {
        let piece = cut(piece);
        if piece.is_ascii() {
            let lower = piece.to_ascii_lowercase();
            return Word { plain: lower.clone(), lower, spelled: None };
        }
        let lower: String = piece.nfc().flat_map(char::to_lowercase).collect();
        let plain = text::fold(&lower);
        let mut spelled = String::with_capacity(lower.len() + 4);
        for c in lower.chars() {
            match c {
                'ä' | 'æ' => spelled.push_str("ae"),
                'ö' | 'ø' | 'œ' => spelled.push_str("oe"),
                'ü' => spelled.push_str("ue"),
                'å' => spelled.push_str("aa"),
                c => spelled.push(c),
            }
        }
        let spelled = text::fold(&spelled);
        let spelled = (spelled != plain).then_some(spelled);
        Word { lower, plain, spelled }
    }
    /// Every form in which it stands in the index.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.plain.as_str()).chain(self.spelled.as_deref())
    }
}

fn cut(piece: &str) -> &str {
    piece.char_indices().nth(LONGEST).map_or(piece, |(at, _)| &piece[..at])
}

/// The words of a text, folded.
pub fn words(text: &str) -> Vec<Word> {
    pieces(text).map(|piece| Word::of(piece.of(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.plain).collect()
    }
    #[test]
    fn words_are_folded() {
        assert_eq!(plain("Größe, Café — NAÏVE e-mail!"), ["grosse", "cafe", "naive", "e", "mail"]);
        assert_eq!(plain("u\u{308}ber über"), ["uber", "uber"], "both ways to write it");
    }
    #[test]
    fn an_umlaut_has_two_notations() {
        let word = Word::of("Müller");
        assert_eq!(word.forms().collect::<Vec<_>>(), ["muller", "mueller"]);
        assert_eq!(Word::of("Mueller").forms().collect::<Vec<_>>(), ["mueller"]);
        assert_eq!(Word::of("straße").spelled, None);
    }
    #[test]
    fn a_hyphen_joins() {
        let joined: Vec<bool> = pieces("WLAN-Router und - Kabel").map(|piece| piece.is_joined).collect();
        assert_eq!(joined, [false, true, false, false]);
    }
    #[test]
    fn what_is_no_word_is_cut() {
        assert_eq!(Word::of(&"x".repeat(5000)).plain.len(), LONGEST);
        assert_eq!(Word::of(&"ä".repeat(5000)).plain.len(), LONGEST);
    }
}
