//! By what two addresses or two numbers are likely one person's. Hints for people, never a decision.
use crate::organisations::policy::is_mail_provider;
use kernel::text;

/// So many last digits have numbers in common that may be one in two notations.
const TAIL: usize = 7;
/// Second levels under which others register: the name before them is the owner's.
const SHARED_LEVELS: &[&str] = &["co", "com", "org", "net", "ac", "gov", "edu", "gv", "or", "ne"];

/// What an address has in common with other spellings of it: no `+tag`, the owner's name of the domain in ASCII
/// letters, without its ending. `anna+shop@müller.example`, `anna@mueller.test` and `anna@mail.mueller.test` are alike.
///
/// At a mail provider everybody has an address, so its domain counts as a whole there; Gmail reads no dots.
///
/// * `email` – as `kernel::text::email` returns it.
pub fn of_email(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let local = local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(local);
    let domain = match domain {
        "googlemail.com" => "gmail.com",
        other => other,
    };
    if domain == "gmail.com" {
        return Some(format!("{}@{domain}", local.replace('.', "")));
    }
    if is_mail_provider(domain) {
        return Some(format!("{local}@{domain}"));
    }
    let shown = text::shown_email(email);
    let (_, domain) = shown.rsplit_once('@')?;
    let labels: Vec<&str> = domain.split('.').collect();
    let owner = match labels.as_slice() {
        [.., owner, second, _] if SHARED_LEVELS.contains(second) => owner,
        [.., owner, _] => owner,
        _ => return Some(format!("{local}@{domain}")),
    };
    Some(format!("{local}@{}", spelled(owner)))
}
/// `mueller` of `Müller` and of `mueller`; hyphens say nothing.
fn spelled(label: &str) -> String {
    let mut out = String::with_capacity(label.len() + 2);
    for c in label.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            '-' => {}
            c => out.push(c),
        }
    }
    text::fold(&out)
}

/// The last digits of a number, by which [`is_one_number`] has something to compare. `None` for one that is too short to
/// say anything, e.g. an extension.
///
/// * `folded` – as `kernel::text::phone` returns it.
pub fn tail(folded: &str) -> Option<&str> {
    let digits = folded.trim_start_matches('+');
    (digits.len() >= TAIL).then(|| &digits[digits.len() - TAIL..])
}
/// Whether two numbers are one in two notations: with and without the country.
pub fn is_one_number(one: &str, other: &str) -> bool {
    match (one.strip_prefix('+'), other.strip_prefix('+')) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one == other,
        (Some(whole), None) => is_national(whole, other),
        (None, Some(whole)) => is_national(whole, one),
    }
}
fn is_national(whole: &str, national: &str) -> bool {
    let Some(rest) = national.strip_prefix('0') else { return whole == national };
    // A country has one to three digits.
    whole.strip_suffix(rest).is_some_and(|country| (1..=3).contains(&country.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(one: &str, other: &str) -> bool {
        let of = |email: &str| of_email(&text::email(email).unwrap()).unwrap();
        of(one) == of(other)
    }
    #[test]
    fn spellings_of_one_address_are_alike() {
        for (one, other) in [
            ("anna@acme.de", "anna@acme.com"),
            ("anna@acme.co.uk", "Anna@mail.acme.com"),
            ("anna+shop@acme.de", "anna@acme.de"),
            ("anna@müller.example", "anna@mueller.example"),
            ("anna@xn--mller-kva.example", "anna@mueller.test"),
            ("anna@bau-haus.de", "anna@bauhaus.de"),
            ("anna.berg+x@gmail.com", "annaberg@googlemail.com"),
        ] {
            assert!(like(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("anna@acme.de", "anne@acme.de"),
            ("anna@acme.de", "anna@other.de"),
            ("anna@gmx.de", "anna@gmx.net"),
            ("anna@web.de", "anna@gmx.de"),
            ("anna@acme.co.uk", "anna@other.co.uk"),
            ("anna.berg@posteo.de", "annaberg@posteo.de"),
        ] {
            assert!(!like(one, other), "{one} {other}");
        }
        assert!(of_email("+x@acme.de").is_some() && of_email("no address").is_none());
    }
    #[test]
    fn a_number_with_and_without_its_country_is_one() {
        let one = |a: &str, b: &str| is_one_number(&text::phone(a).unwrap(), &text::phone(b).unwrap());
        for (a, b) in [
            ("+49 30 5550142", "030 555-0142"),
            ("0049 (0)30 5550142", "030 5550142"),
            ("+31 20 5550142", "020/5550142"),
            ("5550142", "555 0142"),
        ] {
            assert!(one(a, b) && one(b, a), "{a} {b}");
            assert_eq!(tail(&text::phone(a).unwrap()), tail(&text::phone(b).unwrap()));
        }
        for (a, b) in
            [("+49 30 5550142", "+43 30 5550142"), ("+49 30 5550142", "040 5550142"), ("5550142", "5550143")]
        {
            assert!(!one(a, b) && !one(b, a), "{a} {b}");
        }
        assert_eq!(tail("142"), None);
    }
}
