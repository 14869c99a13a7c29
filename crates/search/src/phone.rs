//! Phone numbers in a text and in a question, whatever their notation.
//!
//! A number is compared from its end: `030 5550142`, `+49 30 5550142` and `0049 (0)30 / 555 01 42` end alike.

/// Fewer digits are no phone number, more are none either.
const LEAST: usize = 6;
const MOST: usize = 18;

/// A run of digits and what people write between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Bytes of the text.
    pub from: usize,
    pub to: usize,
}

/// What may be a phone number.
pub fn runs(text: &str) -> impl Iterator<Item = Run> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let is_begin = bytes[at].is_ascii_digit() || bytes[at] == b'+' || bytes[at] == b'(';
            // A digit in the middle of a word begins nothing.
            let is_inside = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] >= 0x80);
            if !is_begin || is_inside {
                at += 1;
                continue;
            }
            let (from, mut to, mut digits) = (at, at, 0);
            while at < bytes.len() && is_of_a_number(bytes[at]) && digits <= MOST {
                if bytes[at].is_ascii_digit() {
                    digits += 1;
                    to = at + 1;
                }
                at += 1;
            }
            let ends_in_word = bytes.get(to).is_some_and(|next| next.is_ascii_alphabetic() || *next >= 0x80);
            if (LEAST..=MOST).contains(&digits) && !ends_in_word {
                return Some(Run { from, to });
            }
            at = at.max(from + 1);
        }
        None
    })
}
const fn is_of_a_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'+' | b'-' | b'/' | b'(' | b')' | b'.')
}

/// The digits from the last to the first, without what only some write before them.
///
/// * returns – `None` where too few are left.
pub fn reversed(run: &str) -> Option<String> {
    let digits = significant(run).0;
    (digits.len() >= LEAST).then(|| digits.chars().rev().collect())
}

/// In how many ways the end of a stored number can agree with what somebody asks for: with its country and without.
pub fn asked(run: &str) -> Vec<String> {
    let (digits, is_international) = significant(run);
    let mut found = Vec::new();
    if digits.len() >= LEAST {
        found.push(digits.chars().rev().collect());
    }
    if is_international {
        let national = digits[country(&digits).min(digits.len())..].trim_start_matches('0');
        if national.len() >= LEAST {
            found.push(national.chars().rev().collect());
        }
    }
    found
}

fn significant(run: &str) -> (String, bool) {
    let run = run.trim();
    let is_international = run.starts_with('+') || run.starts_with("00") || run.starts_with("(+");
    let run = if is_international { run.replace("(0)", "") } else { run.to_owned() };
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    (digits.trim_start_matches('0').to_owned(), is_international)
}

/// How many digits the country has: 1 for North America and the Kazakh and Russian numbers, 3 for those of the
/// regions that share a digit, 2 for the others (ITU-T E.164).
fn country(digits: &str) -> usize {
    const THREE: &[&str] =
        &["21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67"];
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'8' | b'9', b'5'..=b'9', ..] if digits.starts_with("85") || digits.starts_with("88") => 3,
        _ if digits.starts_with("96") || digits.starts_with("97") || digits.starts_with("99") => 3,
        _ if digits.get(..2).is_some_and(|begin| THREE.contains(&begin)) => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees(stored: &str, question: &str) -> bool {
        let run = runs(stored).next().expect("it has a number");
        let stored = reversed(&stored[run.from..run.to]).expect("it is long enough");
        asked(question).iter().any(|asked: &String| stored.starts_with(asked))
    }
    #[test]
    fn a_number_agrees_with_itself_in_any_notation() {
        let notations = [
            "030 5550142",
            "+49 30 5550142",
            "0049 (0)30 / 555 01 42",
            "(030) 555-0142",
            "+49(0)30.555.0142",
        ];
        for stored in notations {
            for question in notations {
                assert!(agrees(stored, question), "{stored} / {question}");
            }
            assert!(agrees(stored, "5550142"), "{stored}: without the area");
            assert!(!agrees(stored, "030 5550143"));
        }
        assert!(agrees("Luxemburg +352 621 123 456", "621123456"));
        assert!(agrees("621 123 456", "+352 621 123 456"));
    }
    #[test]
    fn words_and_short_numbers_are_none() {
        for text in ["Ticket 4711", "SN1234567X", "v2.10.3", "", "+", "((((", "12345"] {
            assert_eq!(runs(text).count(), 0, "{text}");
        }
        assert_eq!(runs("Tel. 030 123456, Fax 030 654321").count(), 2);
    }
}
