//! What a contact is.
use crate::organisations::policy::NOTES_MOST;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{authority::Organisation, i18n::Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Untrusted input, from the form or the API alike. It needs a name, an address or a number.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContact)]
pub struct Draft {
    #[serde(default)]
    pub name: String,
    /// The primary address; short for the first of `emails`.
    pub email: Option<String>,
    #[serde(default)]
    pub emails: Vec<String>,
    #[serde(default)]
    pub phones: Vec<String>,
    /// Found by the domain of the address where it is left out.
    #[schema(value_type = Option<String>)]
    pub organisation: Option<Id<Organisation>>,
    #[schema(value_type = Option<String>)]
    pub language: Option<Language>,
    #[serde(default)]
    pub notes: String,
}

/// What changes; what is left out stays, `null` empties.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactChanges)]
pub struct Changes {
    pub name: Option<String>,
    /// Replaces all addresses; the first is the primary one.
    pub emails: Option<Vec<String>>,
    /// Replaces all numbers.
    pub phones: Option<Vec<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub organisation: Option<Option<Id<Organisation>>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub language: Option<Option<Language>>,
    pub notes: Option<String>,
}

/// A draft that passed.
pub struct NewContact {
    pub(super) name: String,
    pub(super) emails: Vec<String>,
    pub(super) phones: Vec<Phone>,
    pub(super) organisation: Option<Id<Organisation>>,
    pub(super) language: Option<Language>,
    pub(super) notes: String,
}
/// Changes that passed.
pub struct Edit {
    pub(super) name: Option<String>,
    pub(super) emails: Option<Vec<String>>,
    pub(super) phones: Option<Vec<Phone>>,
    pub(super) organisation: Option<Option<Id<Organisation>>>,
    pub(super) language: Option<Option<Language>>,
    pub(super) notes: Option<String>,
}
/// As it was written, and as it is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Phone {
    pub(super) written: String,
    pub(super) folded: String,
}

impl Draft {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<NewContact, Problem> {
        let mut mistakes = Mistakes::default();
        let mut emails = self.emails;
        let is_short = self.email.is_some();
        emails.splice(0..0, self.email);
        let place = |index: usize| match (is_short, index) {
            (true, 0) => "email".to_owned(),
            (true, index) => format!("emails/{}", index - 1),
            (false, index) => format!("emails/{index}"),
        };
        let emails = parse_emails(&emails, place, &mut mistakes);
        let phones = parse_phones(&self.phones, &mut mistakes);
        check_notes(&self.notes, &mut mistakes);
        let mut name = text::one_line(&self.name, 120);
        if name.is_empty() {
            let other = emails.first().cloned().or(phones.first().map(|phone| phone.written.clone()));
            mistakes.require(other.is_some() || !mistakes.is_empty(), "name", "required");
            name = other.unwrap_or_default();
        }
        mistakes.check()?;
        let (organisation, language, notes) = (self.organisation, self.language, self.notes);
        Ok(NewContact { name, emails, phones, organisation, language, notes })
    }
}
impl Changes {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<Edit, Problem> {
        let mut mistakes = Mistakes::default();
        let name = self.name.map(|name| text::one_line(&name, 120));
        mistakes.require(name.as_deref() != Some(""), "name", "required");
        let place = |index: usize| format!("emails/{index}");
        let emails = self.emails.map(|list| parse_emails(&list, place, &mut mistakes));
        let phones = self.phones.map(|list| parse_phones(&list, &mut mistakes));
        check_notes(self.notes.as_deref().unwrap_or_default(), &mut mistakes);
        mistakes.check()?;
        let (organisation, language, notes) = (self.organisation, self.language, self.notes);
        Ok(Edit { name, emails, phones, organisation, language, notes })
    }
}

fn check_notes(notes: &str, mistakes: &mut Mistakes) {
    mistakes.require(notes.chars().count() <= NOTES_MOST, "notes", "too_long");
}
fn parse_emails(list: &[String], place: impl Fn(usize) -> String, mistakes: &mut Mistakes) -> Vec<String> {
    mistakes.require(list.len() <= 50, "emails", "too_long");
    let mut clean: Vec<String> = Vec::new();
    for (index, text) in list.iter().enumerate() {
        match text::email(text) {
            Some(email) if clean.contains(&email) => {}
            Some(email) => clean.push(email),
            None => mistakes.add(&place(index), "email"),
        }
    }
    clean
}
fn parse_phones(list: &[String], mistakes: &mut Mistakes) -> Vec<Phone> {
    mistakes.require(list.len() <= 50, "phones", "too_long");
    let mut clean: Vec<Phone> = Vec::new();
    for (index, text) in list.iter().enumerate() {
        match text::phone(text) {
            Some(folded) if clean.iter().any(|known| known.folded == folded) => {}
            Some(folded) => clean.push(Phone { written: text::one_line(text, 40), folded }),
            None => mistakes.add(&format!("phones/{index}"), "phone"),
        }
    }
    clean
}

/// What a search for people means: an address, a number or a name.
#[derive(Debug, PartialEq)]
pub enum Search {
    Email(String),
    Phone(String),
    Name(String),
}
impl Search {
    /// Reads what somebody typed; all of it is the beginning of what is looked for.
    pub fn parse(text: &str) -> Search {
        let text = text.trim();
        if text.contains('@') {
            return Search::Email(text.trim_start_matches('@').to_lowercase());
        }
        match text::phone(text) {
            Some(phone) => Search::Phone(phone),
            None => Search::Name(text::fold(text)),
        }
    }
}
/// The smallest text that is greater than every text that begins with `prefix`, in byte order.
pub fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_needs_a_name_or_a_way_to_reach_them() {
        let problem = Draft::default().parse().err().unwrap();
        assert_eq!(problem.fields[0].pointer, "/name");
        let draft = Draft { email: Some("Ada@ACME.example".into()), ..Draft::default() };
        let new = draft.parse().ok().unwrap();
        assert_eq!(
            (new.name.as_str(), new.emails.as_slice()),
            ("ada@acme.example", &["ada@acme.example".into()][..])
        );
    }
    #[test]
    fn a_wrong_address_is_named_where_it_was_sent() {
        let draft = Draft {
            email: Some("a@x.example".into()),
            emails: vec!["nonsense".into()],
            phones: vec!["12x".into()],
            ..Draft::default()
        };
        let problem = draft.parse().err().unwrap();
        let pointers: Vec<_> = problem.fields.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(pointers, ["/emails/0", "/phones/0"]);
    }
    #[test]
    fn null_empties_and_nothing_keeps() {
        let read = |text| serde_json::from_str::<Changes>(text).unwrap();
        assert!(read("{}").language.is_none());
        assert_eq!(read(r#"{"language":null}"#).language, Some(None));
        assert_eq!(read(r#"{"language":"de"}"#).language, Some(Some(Language::De)));
    }
    #[test]
    fn a_search_knows_what_it_looks_for() {
        assert_eq!(Search::parse("Ada@"), Search::Email("ada@".into()));
        assert_eq!(Search::parse("+49 30"), Search::Phone("+4930".into()));
        assert_eq!(Search::parse("Jürgen "), Search::Name("jurgen".into()));
    }
}
