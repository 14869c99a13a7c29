//! What an organisation is.
use kernel::{
    fault::{Mistakes, Problem},
    text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Notes are shorter than this many characters.
pub const NOTES_MOST: usize = 20_000;

/// Addresses at these domains say nothing about where somebody works.
const MAIL_PROVIDERS: &[&str] = &[
    "aol.com",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "home.nl",
    "hotmail.com",
    "hotmail.de",
    "hotmail.nl",
    "icloud.com",
    "kpnmail.nl",
    "live.com",
    "live.de",
    "live.nl",
    "mail.de",
    "me.com",
    "outlook.com",
    "outlook.de",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "t-online.de",
    "telenet.be",
    "upcmail.nl",
    "web.de",
    "yahoo.com",
    "yahoo.de",
    "ziggo.nl",
];

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganisation)]
pub struct Draft {
    pub name: String,
    /// e.g. `acme.example`: new contacts with such an address belong to it.
    #[serde(default)]
    pub domains: Vec<String>,
    #[serde(default)]
    pub notes: String,
}

/// What changes; what is left out stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationChanges)]
pub struct Changes {
    pub name: Option<String>,
    pub domains: Option<Vec<String>>,
    pub notes: Option<String>,
}

/// A draft that passed.
pub struct NewOrganisation {
    pub(super) name: String,
    pub(super) domains: Vec<String>,
    pub(super) notes: String,
}
/// Changes that passed.
pub struct Edit {
    pub(super) name: Option<String>,
    pub(super) domains: Option<Vec<String>>,
    pub(super) notes: Option<String>,
}

impl Draft {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<NewOrganisation, Problem> {
        let mut mistakes = Mistakes::default();
        let new = NewOrganisation {
            name: name(&self.name, &mut mistakes),
            domains: domains(&self.domains, &mut mistakes),
            notes: notes(self.notes, &mut mistakes),
        };
        mistakes.check().map(|()| new)
    }
}
impl Changes {
    /// * errors – 422 with every mistake.
    pub fn parse(self) -> Result<Edit, Problem> {
        let mut mistakes = Mistakes::default();
        let edit = Edit {
            name: self.name.map(|text| name(&text, &mut mistakes)),
            domains: self.domains.map(|list| domains(&list, &mut mistakes)),
            notes: self.notes.map(|text| notes(text, &mut mistakes)),
        };
        mistakes.check().map(|()| edit)
    }
}

fn name(text: &str, mistakes: &mut Mistakes) -> String {
    let name = text::one_line(text, 120);
    mistakes.require(!name.is_empty(), "name", "required");
    name
}
fn notes(text: String, mistakes: &mut Mistakes) -> String {
    mistakes.require(text.chars().count() <= NOTES_MOST, "notes", "too_long");
    text
}
fn domains(list: &[String], mistakes: &mut Mistakes) -> Vec<String> {
    mistakes.require(list.len() <= 200, "domains", "too_long");
    let mut clean: Vec<String> = Vec::new();
    for (index, text) in list.iter().enumerate() {
        let pointer = format!("domains/{index}");
        match domain(text) {
            Some(domain) if is_mail_provider(&domain) => mistakes.add(&pointer, "mail_provider"),
            Some(domain) if clean.contains(&domain) => {}
            Some(domain) => clean.push(domain),
            None => mistakes.add(&pointer, "domain"),
        }
    }
    clean
}
/// A domain as it is stored: lower case, without `@`.
fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('@');
    let email = text::email(&format!("x@{text}"))?;
    let domain = email.strip_prefix("x@")?;
    domain.contains('.').then(|| domain.to_owned())
}
/// Whether anybody can have an address at this domain.
pub fn is_mail_provider(domain: &str) -> bool {
    MAIL_PROVIDERS.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_folded_and_free_mail_is_refused() {
        let draft = |domains: &[&str]| Draft {
            name: "ACME".into(),
            domains: domains.iter().map(|d| d.to_string()).collect(),
            notes: String::new(),
        };
        assert_eq!(
            draft(&["@ACME.example", "acme.example "]).parse().ok().unwrap().domains,
            ["acme.example"]
        );
        let problem = draft(&["acme.example", "gmx.de", "a b"]).parse().err().unwrap();
        let pointers: Vec<_> = problem.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(pointers, [("/domains/1", "mail_provider"), ("/domains/2", "domain")]);
    }
    #[test]
    fn the_list_of_mail_providers_is_sorted() {
        assert!(MAIL_PROVIDERS.is_sorted());
    }
}
