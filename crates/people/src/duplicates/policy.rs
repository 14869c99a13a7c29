//! By what two contacts are likely one person. No I/O.
use kernel::id::Id;
use platform::authority::Contact;

/// What two contacts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Reason {
    /// Spellings of one address: with `+tag`, at another ending of one domain, with and without umlauts.
    Email,
    /// One number, in whatever notation.
    Phone,
    /// One name in one organisation.
    Name,
}
platform::words! { Reason { Email = "email", Phone = "phone", Name = "name" } }

/// A number that more contacts than this have is a switchboard's.
pub const SWITCHBOARD: usize = 4;

/// Somebody who is perhaps the same person, by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    pub contact: Id<Contact>,
    /// The first is the strongest; each with what the other one has.
    pub reasons: Vec<(Reason, String)>,
}

/// One entry for each contact, those with the most in common first. A contact is never like itself, and two of whom
/// somebody said that they are two are not alike.
pub fn gather(found: Vec<(Id<Contact>, Reason, String)>, distinct: &[Id<Contact>]) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    for (contact, reason, value) in found {
        if distinct.contains(&contact) {
            continue;
        }
        let at = all.iter().position(|alike| alike.contact == contact).unwrap_or_else(|| {
            all.push(Alike { contact, reasons: Vec::new() });
            all.len() - 1
        });
        if !all[at].reasons.contains(&(reason, value.clone())) {
            all[at].reasons.push((reason, value));
        }
    }
    for alike in &mut all {
        alike.reasons.sort();
    }
    all.sort_by_key(|alike| (std::cmp::Reverse(alike.reasons.len()), alike.contact));
    all
}

/// A place in the list of all pairs of one reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub key: String,
    pub one: i64,
    pub other: i64,
}
impl Place {
    /// As a page's address has it.
    pub fn word(&self) -> String {
        format!("{}.{}.{}", self.one, self.other, self.key)
    }
    /// * returns – `None` where it is no place of ours.
    pub fn parse(word: &str) -> Option<Place> {
        let mut parts = word.splitn(3, '.');
        let (one, other) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Place { key: parts.next()?.to_owned(), one, other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_most_in_common_comes_first_and_whoever_is_another_not_at_all() {
        let id = Id::<Contact>::new;
        let found = vec![
            (id(3), Reason::Name, "Ada".into()),
            (id(5), Reason::Phone, "030 1".into()),
            (id(5), Reason::Email, "a@x.test".into()),
            (id(5), Reason::Email, "a@x.test".into()),
            (id(7), Reason::Email, "a@x.test".into()),
        ];
        let all = gather(found, &[id(7)]);
        assert_eq!(all.iter().map(|alike| alike.contact.number()).collect::<Vec<_>>(), [5, 3]);
        let reasons: Vec<_> = all[0].reasons.iter().map(|(reason, _)| *reason).collect();
        assert_eq!(reasons, [Reason::Email, Reason::Phone]);
    }
    #[test]
    fn a_place_comes_back_as_it_was() {
        let place = Place { key: "a.b@x.y".into(), one: 3, other: 12 };
        assert_eq!(Place::parse(&place.word()), Some(place));
        for bad in ["", "1", "1.2", "a.b.c"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }
}
