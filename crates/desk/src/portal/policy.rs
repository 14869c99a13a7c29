//! What the customer's side decides without a database.
use super::store::Word;
use crate::{
    conversation::{AuthorKind, Direction},
    tickets::{self, Channel, Kind, NewTicket},
};
use kernel::{
    clock::{DAY, Millis, SECOND},
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::Contact,
    keys::{self, Keys},
    web::Form,
};
use subtle::ConstantTimeEq;

/// Nobody fills in the form faster than this.
pub const FILLED_IN_MS: i64 = 3 * SECOND;
/// A form that was shown longer ago is shown again.
pub const FORM_LIFE_MS: i64 = DAY;

/// When a form was shown, signed: a field of the form. It costs a program a request and a wait for each form.
pub fn shown_at(keys: &Keys, now: Millis) -> String {
    format!("{}-{}", now.0, seal(keys, now))
}
/// * errors – 422 `form_expired` or `form_too_quick`.
pub fn check_shown(keys: &Keys, text: &str, now: Millis) -> Result<(), Problem> {
    let expired = || Problem::field("form", "form_expired");
    let (at, given) = text.split_once('-').ok_or_else(expired)?;
    let at = Millis(at.parse().map_err(|_| expired())?);
    let is_ours = bool::from(seal(keys, at).as_bytes().ct_eq(given.as_bytes()));
    match now.0.saturating_sub(at.0) {
        age if !is_ours || !(0..=FORM_LIFE_MS).contains(&age) => Err(expired()),
        ..FILLED_IN_MS => Err(Problem::field("form", "form_too_quick")),
        _ => Ok(()),
    }
}
fn seal(keys: &Keys, at: Millis) -> String {
    keys::base32(&keys.sign("portal form", &[&at.0.to_be_bytes()])[..20])
}

/// The kinds of request that the form offers.
pub const KINDS: [Kind; 5] =
    [Kind::Question, Kind::Incident, Kind::ServiceRequest, Kind::Complaint, Kind::Order];

/// Reads the form. `known` is the name and address of somebody who is signed in; theirs in the form do not count.
///
/// * errors – 422 with every mistake, named as the form's fields are.
pub fn read_request(form: &Form, known: Option<(&str, &str)>) -> Result<NewTicket, Problem> {
    let mut mistakes = Mistakes::default();
    let (name, email) = known.unwrap_or((form.get("name"), form.get("email")));
    let word = form.some("type");
    let kind = word.and_then(Kind::from_word).filter(|kind| KINDS.contains(kind));
    mistakes.require(word.is_none() || kind.is_some(), "type", "unknown_word");
    let draft = tickets::Draft {
        subject: form.get("subject").to_owned(),
        text: Some(form.get("text").to_owned()),
        requester: tickets::Requester { email: Some(email.to_owned()), name: name.to_owned(), phone: None },
        kind,
        ..tickets::Draft::default()
    };
    mistakes.require(!email.is_empty(), "email", "required");
    match draft.parse(Channel::Web) {
        Ok(new) => mistakes.check().map(|()| new),
        Err(problem) => {
            for field in &problem.fields {
                let name = field.pointer.trim_start_matches('/').trim_start_matches("requester/");
                mistakes.add(name, field.code);
            }
            mistakes.check().and(Err(problem))
        }
    }
}

/// As what somebody takes part in a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Requester,
    Copy,
}

/// Who reads.
pub struct Reader<'a> {
    pub contact: Id<Contact>,
    pub role: Role,
    /// All addresses of the contact.
    pub addresses: &'a [String],
    /// Everybody of the customer's side who takes part.
    pub participants: &'a [Id<Contact>],
}

impl Reader<'_> {
    /// Whether a public message is for this reader (S06, S07).
    ///
    /// The requester reads what participants wrote and what the desk wrote to them; whoever is in copy reads what
    /// they wrote and what was sent to them. What the desk wrote to somebody else alone stays between those two. What
    /// came from another ticket is for those it was for there: its author and whom it was sent to.
    pub fn may_read(&self, message: &Word) -> bool {
        let is_contact = message.author_kind == AuthorKind::Contact;
        if is_contact && message.author_id == Some(self.contact.number()) {
            return true;
        }
        let recipients = message.recipients();
        let is_addressed = recipients.iter().any(|address| self.addresses.contains(address));
        match (self.role, message.direction) {
            (Role::Requester, _) if message.is_guest => is_addressed,
            (Role::Requester, Direction::In) => {
                is_contact && self.participants.iter().any(|id| message.author_id == Some(id.number()))
            }
            // An answer to somebody without an address has no recipient.
            (Role::Requester, Direction::Out) => is_addressed || recipients.is_empty(),
            (Role::Copy, _) => is_addressed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_form_takes_three_seconds_to_fill_in_and_lasts_a_day() {
        let shown = shown_at(&keys(), Millis(1_000_000));
        let code = |problem: Problem| problem.fields[0].code;
        let at = |now| check_shown(&keys(), &shown, Millis(now)).map_err(code);
        assert_eq!(at(1_002_999), Err("form_too_quick"));
        assert_eq!(at(1_003_000), Ok(()));
        assert_eq!(at(1_000_000 + DAY), Ok(()));
        assert_eq!(at(1_000_001 + DAY), Err("form_expired"));
        assert_eq!(at(999_999), Err("form_expired"));
    }
    #[test]
    fn nobody_can_date_a_form_but_the_desk() {
        let shown = shown_at(&keys(), Millis(1_000_000));
        let now = Millis(1_010_000);
        for at in 0..shown.len() {
            let mut changed = shown.clone().into_bytes();
            changed[at] = if changed[at] == b'2' { b'3' } else { b'2' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(check_shown(&keys(), &changed, now).is_err(), "{changed}");
        }
        for bad in ["", "-", "1000000", "1000000-", "x-y"] {
            assert_eq!(check_shown(&keys(), bad, now).unwrap_err().fields[0].code, "form_expired", "{bad}");
        }
    }

    fn word(direction: Direction, author: (AuthorKind, i64), to: &str) -> Word {
        Word {
            id: Id::new(1),
            direction,
            author_kind: author.0,
            author_id: Some(author.1),
            author_name: "x".into(),
            to_emails: to.into(),
            cc_emails: "[]".into(),
            bcc_emails: "[]".into(),
            text: "x".into(),
            quoted: None,
            html: None,
            created_at_ms: Millis(0),
            is_guest: false,
        }
    }
    #[test]
    fn everybody_reads_what_is_for_them_and_nothing_else() {
        let participants = [Id::new(1), Id::new(2)];
        let reader = |contact: i64, role, address: &str, message: &Word| {
            let addresses = [address.to_owned()];
            let contact = Id::new(contact);
            Reader { contact, role, addresses: &addresses, participants: &participants }.may_read(message)
        };
        let requester = |message: &Word| reader(1, Role::Requester, "ada@x.org", message);
        let copy = |message: &Word| reader(2, Role::Copy, "bo@x.org", message);

        let question = word(Direction::In, (AuthorKind::Contact, 1), "[]");
        assert!(requester(&question) && !copy(&question), "history is not for who came later");
        let answer = word(Direction::Out, (AuthorKind::User, 7), r#"["ada@x.org"]"#);
        assert!(requester(&answer) && !copy(&answer));
        let answer_to_both = word(Direction::Out, (AuthorKind::User, 7), r#"["ada@x.org","bo@x.org"]"#);
        assert!(requester(&answer_to_both) && copy(&answer_to_both));
        let to_supplier = word(Direction::Out, (AuthorKind::User, 7), r#"["parts@supplier.org"]"#);
        assert!(!requester(&to_supplier) && !copy(&to_supplier));
        let of_supplier = word(Direction::In, (AuthorKind::Contact, 9), r#"["desk@x.org"]"#);
        assert!(!requester(&of_supplier) && !copy(&of_supplier));
        let of_copy = word(Direction::In, (AuthorKind::Contact, 2), "[]");
        assert!(requester(&of_copy) && copy(&of_copy));
        let by_phone = word(Direction::Out, (AuthorKind::User, 7), "[]");
        assert!(requester(&by_phone) && !copy(&by_phone));
        let guest = |word: Word| Word { is_guest: true, ..word };
        let of_merged = guest(word(Direction::In, (AuthorKind::Contact, 2), "[]"));
        assert!(!requester(&of_merged) && copy(&of_merged), "another ticket's words are its author's");
        let answer_there = guest(word(Direction::Out, (AuthorKind::User, 7), "[]"));
        assert!(!requester(&answer_there));
        let own_other_ticket = guest(word(Direction::In, (AuthorKind::Contact, 1), "[]"));
        assert!(requester(&own_other_ticket));
        // A person who works here has a number too; it is not a contact's.
        let same_number = word(Direction::In, (AuthorKind::User, 1), "[]");
        assert!(!requester(&same_number));
    }
}
