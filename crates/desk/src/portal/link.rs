//! The signed link by which somebody follows one request without an account.
//!
//! It names a ticket and a contact and proves that this desk wrote it to one of the contact's addresses. It opens
//! nothing else. It ends by itself when the contact no longer takes part, when the address is no longer theirs, and
//! when nothing has happened to the ticket for [`LIFE_MS`].
use crate::tickets::Ticket;
use kernel::{
    clock::{DAY, Millis},
    id::Id,
};
use platform::{
    Home,
    authority::Contact,
    keys::{self, Keys},
};
use subtle::ConstantTimeEq;

/// Without a change of the ticket a link is good for so long.
pub const LIFE_MS: i64 = 180 * DAY;
/// 160 bits: exactly 32 letters of base32, so that no letter has a bit to spare.
const SIGNATURE_BYTES: usize = 20;

/// Makes and checks the links of one desk.
#[derive(Clone)]
pub struct Links {
    keys: Keys,
    /// Begins with the configured address of the desk, never with what a request says.
    base: String,
}

impl Links {
    pub fn of(home: &Home) -> Links {
        Links { keys: home.keys.clone(), base: home.site.link("/p/") }
    }
    /// Where the owner of `address` follows the ticket. To be sent to that address and shown to nobody else.
    pub fn url(&self, ticket: Id<Ticket>, contact: Id<Contact>, address: &str) -> String {
        format!("{}{}", self.base, self.token(Claim { ticket, contact }, address))
    }
    /// Which of the contact's addresses the link was written to; `None` for a link that we did not write.
    pub fn check<'a>(&self, token: &str, claim: Claim, addresses: &'a [String]) -> Option<&'a str> {
        let is_it = |address: &&String| {
            let expected = self.token(claim, address);
            bool::from(expected.as_bytes().ct_eq(token.as_bytes()))
        };
        addresses.iter().find(is_it).map(String::as_str)
    }
    fn token(&self, claim: Claim, address: &str) -> String {
        let (ticket, contact) = (claim.ticket.number(), claim.contact.number());
        let parts = [&ticket.to_be_bytes()[..], &contact.to_be_bytes()[..], address.as_bytes()];
        let signature = self.keys.sign("portal link", &parts);
        format!("{ticket}-{contact}-{}", keys::base32(&signature[..SIGNATURE_BYTES]))
    }
}

/// What a link says of itself. Nothing is proven yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub ticket: Id<Ticket>,
    pub contact: Id<Contact>,
}
impl Claim {
    /// * returns – `None` where it does not have the form of a link.
    pub fn parse(token: &str) -> Option<Claim> {
        let mut parts = token.split('-');
        let (ticket, contact) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let has_signature = parts.next().is_some_and(|signature| signature.len() == 32);
        (has_signature && parts.next().is_none()).then_some(Claim { ticket, contact })
    }
}

/// Whether a link to a ticket that changed last at `updated` is still good.
pub fn is_alive(updated: Millis, now: Millis) -> bool {
    now.0 - updated.0 <= LIFE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(key: u8) -> Links {
        Links { keys: Keys::from_bytes(&[key; 32]).unwrap(), base: "https://help.example.org/p/".into() }
    }
    fn token() -> String {
        let url = links(7).url(Id::new(1042), Id::new(17), "ada@example.org");
        url.strip_prefix("https://help.example.org/p/").unwrap().to_owned()
    }
    fn is_good(token: &str) -> bool {
        let theirs = ["old@example.org".to_owned(), "ada@example.org".to_owned()];
        Claim::parse(token).is_some_and(|claim| links(7).check(token, claim, &theirs).is_some())
    }

    #[test]
    fn a_link_is_good_as_it_was_written_and_in_no_other_form() {
        let token = token();
        assert!(is_good(&token));
        let mut tried = 0;
        for at in 0..token.len() {
            for other in "abcdefghijklmnopqrstuvwxyz0123456789-ABCZ+ ".chars() {
                let mut changed: Vec<char> = token.chars().collect();
                if changed[at] == other {
                    continue;
                }
                changed[at] = other;
                let changed: String = changed.into_iter().collect();
                assert!(!is_good(&changed), "{changed}");
                tried += 1;
            }
        }
        assert!(tried > 1500);
        for bad in [
            format!("0{token}"),
            format!("+{token}"),
            format!("{token}a"),
            format!("{token}-"),
            String::new(),
        ] {
            assert!(!is_good(&bad), "{bad}");
        }
    }
    #[test]
    fn a_link_ends_with_the_address_and_belongs_to_one_desk() {
        let token = token();
        let claim = Claim::parse(&token).unwrap();
        assert_eq!(claim, Claim { ticket: Id::new(1042), contact: Id::new(17) });
        assert_eq!(links(7).check(&token, claim, &["new@example.org".into()]), None);
        assert_eq!(links(7).check(&token, claim, &[]), None);
        assert_eq!(links(8).check(&token, claim, &["ada@example.org".into()]), None);
        let other = Claim { ticket: Id::new(1043), ..claim };
        assert_eq!(links(7).check(&token, other, &["ada@example.org".into()]), None);
    }
    #[test]
    fn a_link_outlives_half_a_year_of_silence_and_no_more() {
        let updated = Millis(1_000);
        assert!(is_alive(updated, updated.plus(180 * DAY)));
        assert!(!is_alive(updated, updated.plus(180 * DAY + 1)));
    }
}
