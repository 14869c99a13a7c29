//! Passwords that guessing begins with, by the rules they are made of.
//!
//! Whoever guesses tries words that people choose, with what people put around them: a capital, a year, `123`, `!`, figures
//! that look like letters; and walks over a keyboard, runs of figures, dates. A list of the most common passwords is what
//! these rules give; here are the rules, and so also what the list of next year will hold. A sentence is none of them.
use kernel::text;
use std::sync::LazyLock;

/// Whether a password is one of those that guessing begins with.
pub fn is_common(password: &str) -> bool {
    let folded: String = text::fold(password).chars().filter(|sign| !sign.is_whitespace()).collect();
    is_walk(&folded) || is_of_words(&folded) || is_of_figures(&folded)
}

/// Words that people choose, without accents, sorted. In English, German and Dutch; names; what computers are called.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Figures and signs that stand for letters.
fn letter(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

/// Whether it is one or two such words with no more around and between them than people put there.
fn is_of_words(folded: &str) -> bool {
    let signs: Vec<char> = folded.chars().collect();
    let is_rest = |from: usize| is_little(&signs[from..]);
    // The second word may stand a few signs after the first.
    let with_second = |from: usize, to: usize| {
        let begins = (to..(to + 4).min(signs.len())).filter(|next| is_little(&signs[to..*next]));
        begins.flat_map(|next| ends(&signs, next).into_iter().map(move |end| (next, end))).any(
            |(next, end)| {
                is_rest(end) || (signs[from..to] == signs[next..end] && is_again(&signs, from, next))
            },
        )
    };
    let begins = (0..signs.len().min(7)).filter(|from| is_little(&signs[..*from]));
    begins
        .flat_map(|from| ends(&signs, from).into_iter().map(move |to| (from, to)))
        .any(|(from, to)| is_rest(to) || with_second(from, to))
}
/// Where a word that begins at `from` can end.
fn ends(signs: &[char], from: usize) -> Vec<usize> {
    let is_word = |to: usize| {
        let written = &signs[from..to];
        let is_known = |one: char| {
            let word: String =
                written.iter().map(|sign| if *sign == '1' { one } else { letter(*sign) }).collect();
            WORDS.binary_search(&word.as_str()).is_ok()
        };
        written.iter().any(|sign| sign.is_alphabetic()) && (is_known('i') || is_known('l'))
    };
    (from + 3..=(from + 16).min(signs.len())).filter(|to| is_word(*to)).collect()
}
/// Whether the rest only repeats what stands from `from` to `next`.
fn is_again(signs: &[char], from: usize, next: usize) -> bool {
    let length = next - from;
    (next..signs.len()).all(|at| signs[at] == signs[at - length])
}

/// What people put around a word: nothing, up to four figures or a run of them, up to three signs, both.
fn is_little(signs: &[char]) -> bool {
    let figures: Vec<char> = signs.iter().copied().filter(char::is_ascii_digit).collect();
    let others = signs.len() - figures.len();
    let has_letters = signs.iter().filter(|sign| sign.is_alphabetic()).count();
    // One letter more, as in `123a`, costs a guesser nothing.
    let is_short = figures.len() <= 4 || is_of_figures(&figures.iter().collect::<String>());
    has_letters <= 1 && others <= 3 && is_short
}

/// Figures alone: runs, repetitions, mirrors, dates, ways over the keypad.
fn is_of_figures(text: &str) -> bool {
    let figures: Vec<i32> = text.chars().filter_map(|sign| sign.to_digit(10)).map(|n| n as i32).collect();
    let signs = text.chars().count();
    if figures.is_empty() || figures.len() < signs && !is_date(text) {
        return false;
    }
    let steps: Vec<i32> = figures.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(10)).collect();
    let is_run = |steps: &[i32]| steps.windows(2).all(|pair| pair[0] == pair[1]);
    let every_other = |first: usize| -> Vec<i32> { figures.iter().copied().skip(first).step_by(2).collect() };
    let runs = |figures: &[i32]| {
        let steps: Vec<i32> = figures.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(10)).collect();
        is_run(&steps)
    };
    let has_period =
        |length: usize| figures.iter().zip(&figures[length.min(figures.len())..]).all(|(a, b)| a == b);
    let half = figures.len() / 2;
    let is_mirror = half >= 3 && figures.iter().zip(figures.iter().rev()).take(half).all(|(a, b)| a == b);
    // 11223344, 10203040, 123321123
    let is_interleaved = figures.len() >= 6 && runs(&every_other(0)) && runs(&every_other(1));
    is_run(&steps)
        || (1..=4).any(|length| figures.len() >= 2 * length && has_period(length))
        || is_mirror
        || is_interleaved
        || is_of_runs(&figures)
        || is_way(&figures)
        || is_date(text)
}
/// Pieces of at least three figures that each go up or down by one or two, or stay: `123123456`, `111222333`, `13579246`.
fn is_of_runs(figures: &[i32]) -> bool {
    let (mut at, mut pieces) = (0, 0);
    while at < figures.len() {
        let step = |at: usize| figures.get(at + 1).map(|next| next - figures[at]);
        let Some(way) = step(at).filter(|way| (-2..=2).contains(way)) else { return false };
        let mut end = at + 1;
        while step(end) == Some(way) {
            end += 1;
        }
        if end - at + 1 < 3 {
            return false;
        }
        (at, pieces) = (end + 1, pieces + 1);
    }
    pieces > 0 && figures.len() >= 6
}
/// Neighbours on the keypad of a telephone or of a keyboard, all the way, or lines of three of them.
fn is_way(figures: &[i32]) -> bool {
    let place = |figure: i32| if figure == 0 { (1, 3) } else { ((figure - 1) % 3, (figure - 1) / 3) };
    let is_near = |pair: &[i32]| {
        let ((a, b), (c, d)) = (place(pair[0]), place(pair[1]));
        (a - c).abs() <= 1 && (b - d).abs() <= 1 && pair[0] != pair[1]
    };
    let is_line = |line: &[i32]| {
        let places: Vec<_> = line.iter().map(|figure| place(*figure)).collect();
        let steps: Vec<_> =
            places.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1)).collect();
        line.windows(2).all(is_near) && steps.windows(2).all(|pair| pair[0] == pair[1])
    };
    figures.len() >= 6 && (figures.windows(2).all(is_near) || figures.chunks(3).all(is_line))
}
/// A day with its year, in any order and with any sign between: `24121990`, `1990-12-24`, `12241990`, `241290`.
fn is_date(text: &str) -> bool {
    let is_between = |sign: char| matches!(sign, '.' | '-' | '/' | '_');
    if !text.chars().all(|sign| sign.is_ascii_digit() || is_between(sign)) {
        return false;
    }
    let figures: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = |from: usize, to: usize| figures.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let is_year = |n: Option<u32>| n.is_some_and(|n| (1900..=2099).contains(&n));
    let is_day = |a: Option<u32>, b: Option<u32>| match (a, b) {
        (Some(a), Some(b)) => (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12),
        _ => false,
    };
    match figures.len() {
        8 => {
            (is_day(number(0, 2), number(2, 4)) && is_year(number(4, 8)))
                || (is_year(number(0, 4)) && is_day(number(4, 6), number(6, 8)))
                // Two years: 19901992
                || (is_year(number(0, 4)) && is_year(number(4, 8)))
        }
        _ => false,
    }
}

/// The rows of keyboards, in both countries' order, and of the alphabet.
const ROWS: &[&str] = &[
    "1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiop[]",
    "qwertzuiopu+",
    "azertyuiop",
    "asdfghjkl;'",
    "asdfghjkloa#",
    "qsdfghjklm",
    "zxcvbnm,./",
    "yxcvbnm,.-",
    "wxcvbn",
    "abcdefghijklmnopqrstuvwxyz",
    // Columns, with what the shift key makes of their figure.
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
    "1qay",
    "2wsx",
    "6zhn",
    "!qaz",
    "@wsx",
    "#edc",
    "$rfv",
    "%tgb",
    "\"wsx",
];
/// Rows that are walked beside each other: `1q2w3e4r`, `q1w2e3r4`, `a1b2c3d4`.
const BESIDE: &[(&str, &str)] = &[
    ("1234567890", "qwertyuiop"),
    ("1234567890", "qwertzuiop"),
    ("1234567890", "abcdefghij"),
    ("qwertyuiop", "asdfghjkl"),
    ("asdfghjkl", "zxcvbnm"),
    ("1234567890", "asdfghjkl"),
    ("qwertzuiop", "asdfghjkl"),
    ("1234567890", "zxcvbnm"),
    ("1234567890", "azertyuiop"),
];

/// Whether it is made of pieces of three or more neighbours on a keyboard, with little around.
fn is_walk(folded: &str) -> bool {
    let signs: Vec<char> = folded.chars().collect();
    if signs.iter().all(char::is_ascii_digit) {
        return false;
    }
    (0..signs.len().min(4)).any(|from| {
        is_little(&signs[..from]) && {
            let done = from + walked(&signs[from..]);
            done > from && done >= signs.len().saturating_sub(5) && is_little(&signs[done..])
        }
    })
}
/// How many signs from the beginning are walks of three or more, one after the other; a piece may come again.
fn walked(signs: &[char]) -> usize {
    let mut at = 0;
    while at < signs.len() {
        let longest = lines().map(|row| common(&signs[at..], &row)).max().unwrap_or(0);
        let again = (1..=at).map(|back| repeated(signs, at, back)).max().unwrap_or(0);
        let same = signs[at..].iter().take_while(|sign| **sign == signs[at]).count();
        let step = longest.max(again).max(same);
        if step < 3 {
            break;
        }
        at += step;
    }
    at
}
fn lines() -> impl Iterator<Item = Vec<char>> {
    let rows = ROWS.iter().map(|row| row.chars().collect::<Vec<_>>());
    let beside = BESIDE.iter().flat_map(|(a, b)| {
        let woven = |a: &str, b: &str| a.chars().zip(b.chars()).flat_map(|(a, b)| [a, b]).collect::<Vec<_>>();
        [woven(a, b), woven(b, a)]
    });
    rows.chain(beside).flat_map(|row| {
        let back = row.iter().rev().copied().collect();
        [row, back]
    })
}
/// The longest beginning of `signs` that stands somewhere in `row`.
fn common(signs: &[char], row: &[char]) -> usize {
    let from = |start: usize| signs.iter().zip(&row[start..]).take_while(|(a, b)| a == b).count();
    (0..row.len()).map(from).max().unwrap_or(0)
}
/// How many signs from `at` on are those of `back` places before.
fn repeated(signs: &[char], at: usize, back: usize) -> usize {
    (at..signs.len()).take_while(|place| signs[*place] == signs[*place - back]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_and_each_there_once() {
        assert!(WORDS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            WORDS.iter().all(|word| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
        assert!(WORDS.len() > 500, "{}", WORDS.len());
    }
    #[test]
    fn what_guessing_begins_with_is_refused() {
        // Words and what is put around them, in three languages.
        let words = "Password1! P@ssw0rd passw0rd2026 Passwort123 Passwort! wachtwoord1 Wachtw00rd! welkom01 Welkom2026! \
            Welcome123 willkommen1 Willkommen2025 hallo1234 Hallo123! hello12345 Sommer2026! Winter2025 zomer2024 herfst2023 \
            lente2026! Fruehling1 Januar2026 december12 letmein1 letmein123! admin123 Admin1234! administrator1 root1234 \
            changeme changeme! ChangeMe123 default1 test1234 Test123! testtest guest123 iloveyou iloveyou2 ILoveYou! ichliebedich \
            ikhouvanjou schatz123 Schatzi1 schatje1 liefde123 liebling princess1 prinzessin prinses1 sunshine7 dragon123 \
            monkey12 football1 Fussball1 voetbal1 baseball2 basketball soccer123 hockey99 superman1 batman123 starwars1 \
            pokemon99 minecraft1 naruto123 michael1 jennifer jessica1 Daniel123 thomas1990 Alexander1 andrea123 sabine12 \
            stefan1234 jan12345 pieter123 charlie1 ferrari1 porsche911 mercedes1 bmw12345 liverpool1 chelsea1 arsenal1 \
            barcelona1 bayern123 schalke04 feyenoord1 ajax1234 amsterdam1 berlin123 hamburg1 london123 samsung1 computer1 \
            internet1 trustno1 whatever1 freedom1 secret123 geheim123 Geheim! geheim1234 master123 shadow12 killer123 \
            cookie123 banana12 chocolate1 schokolade cheese12 summer2026 Spring2026 autumn2025! monday123 montag123 \
            maandag1 freitag13 firstline1 helpdesk1 support123 support! 123password 1password 12hallo34 loveyou1 sunshinelove \
            dragonmaster passwordpassword hallohallo test.test qwerty1password p4ssw0rd! s3cret123 l0vely123 5unshine m0nkey123 \
            4dmin123 Adm1n2026 Pa55word pa$$word1 $ecret99 Company123 Office365 Start123! login123 Login2026 Kunde123 \
            Server01 Drucker1 printer1";
        // Walks, runs, dates.
        let others = "qwertyui qwertyuiop qwertz123 qwertzuiop qwerty12 qwerty123! Qwerty1234 azerty123 asdfghjk asdfghjkl \
            asdf1234 asdfasdf asdfqwer qwerasdf zxcvbnm1 zxcvbnm, yxcvbnm1 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx 1qaz@WSX \
            !QAZ2wsx zaq12wsx zaq1xsw2 qazwsxedc qaz123wsx abcd1234 abc12345 a1b2c3d4 abcdefgh abcdefg1 123qweasd qweasdzxc \
            qweasd123 123qwe123 qwe12345 123456qwerty 1234qwer poiuytrewq lkjhgfds mnbvcxz1 12345678 123456789 1234567890 \
            87654321 9876543210 11111111 00000000 12121212 12341234 123123123 11223344 112233445566 10203040 12344321 \
            123321123 13579246 24681357 147258369 159357159 741852963 789456123 123654789 14725836 24121990 19901224 \
            12241990 01.01.2000 1990-12-24 19841985 20202020 19691969 31121999 111222333 123123456 99999999 aaaaaaaa \
            aaaa1111 1111aaaa abcabcabc 1a1a1a1a !@#$%^&* !@#$1234";
        let missed: Vec<_> =
            words.split_whitespace().chain(others.split_whitespace()).filter(|p| !is_common(p)).collect();
        assert!(missed.is_empty(), "{missed:?}");
    }
    #[test]
    fn what_nobody_begins_with_is_not() {
        for fine in [
            "correct horse battery",
            "a sentence of mine",
            "another of mine",
            "a long enough password",
            "tram 11 naar de zee",
            "Der Regen fiel schräg",
            "xK7#mq2v",
            "vfzlnqmr",
            "Kaffee um halb vier, wie immer",
            "48151623424299",
            "73019264",
            "gruen-hupt-leise",
            "meine Oma fährt Moped",
            "lila7wolke!nacht",
        ] {
            assert!(!is_common(fine), "{fine}");
        }
    }
}
