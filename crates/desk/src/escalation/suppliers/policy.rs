//! What a supplier is. No I/O.
use crate::{
    calendars::Calendar,
    escalation::{
        NAME_MOST,
        promised::{Promised, stored},
    },
};
use derive::Record;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A row of `supplier`.
#[derive(Clone, Debug, Record)]
pub struct Supplier {
    pub id: Id<Supplier>,
    pub name: String,
    pub email: String,
    pub calendar_id: Option<Id<Calendar>>,
    pub accept_within: Option<String>,
    pub solve_within: Option<String>,
    pub warn: String,
    pub is_archived: bool,
}

impl Supplier {
    pub fn promised(&self) -> Result<Promised, Problem> {
        stored(self.calendar_id, (self.accept_within.as_deref(), self.solve_within.as_deref(), &self.warn))
    }
}

/// A new supplier. Untrusted.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSupplier)]
pub struct SupplierDraft {
    pub name: String,
    /// Where hand-overs are mailed to.
    pub email: String,
    /// When somebody is there at the supplier's; `null` is the desk's own calendar.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
    #[serde(default)]
    pub accept_within: Option<String>,
    #[serde(default)]
    pub solve_within: Option<String>,
    #[serde(default)]
    pub warn: Option<String>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupplierChanges)]
pub struct SupplierChanges {
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Option<Id<Calendar>>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub accept_within: Option<Option<String>>,
    #[serde(default, deserialize_with = "platform::web::given")]
    pub solve_within: Option<Option<String>>,
    pub warn: Option<String>,
    /// An archived supplier keeps what it has and gets nothing new.
    pub is_archived: Option<bool>,
}

impl SupplierChanges {
    pub fn apply(self, to: &Supplier) -> (SupplierDraft, bool) {
        let draft = SupplierDraft {
            name: self.name.unwrap_or_else(|| to.name.clone()),
            email: self.email.unwrap_or_else(|| to.email.clone()),
            calendar: self.calendar.unwrap_or(to.calendar_id),
            accept_within: self.accept_within.unwrap_or_else(|| to.accept_within.clone()),
            solve_within: self.solve_within.unwrap_or_else(|| to.solve_within.clone()),
            warn: Some(self.warn.unwrap_or_else(|| to.warn.clone())),
        };
        (draft, self.is_archived.unwrap_or(to.is_archived))
    }
}

/// A draft that passed.
#[derive(Clone, Debug)]
pub struct NewSupplier {
    pub name: String,
    pub email: String,
    pub promised: Promised,
}

impl SupplierDraft {
    /// Reports every mistake at once, by field.
    pub fn parse(self) -> Result<NewSupplier, Problem> {
        let mut mistakes = Mistakes::default();
        let name = text::one_line(&self.name, NAME_MOST);
        mistakes.require(!name.is_empty(), "name", "required");
        let email = text::email(self.email.trim());
        mistakes.require(email.is_some(), "email", "email");
        let words = (self.accept_within.as_deref(), self.solve_within.as_deref(), self.warn.as_deref());
        let promised = Promised::parse(self.calendar, words, &mut mistakes);
        mistakes.check()?;
        let (Some(email), Some(promised)) = (email, promised) else { return Err(Problem::internal()) };
        Ok(NewSupplier { name, email, promised })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::HOUR;

    fn codes(problem: Problem) -> Vec<(String, &'static str)> {
        problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn a_supplier_has_an_address() {
        let bad = SupplierDraft { name: "Printers Ltd".into(), email: "nobody".into(), ..Default::default() };
        assert_eq!(codes(bad.parse().unwrap_err()), [("/email".to_owned(), "email")]);
    }
    #[test]
    fn nothing_is_solved_before_it_is_accepted() {
        let draft = |accept: &str, solve: &str| SupplierDraft {
            name: "Printers Ltd".into(),
            email: "help@printers.example".into(),
            accept_within: Some(accept.into()),
            solve_within: Some(solve.into()),
            ..SupplierDraft::default()
        };
        let promised = |accept, solve| draft(accept, solve).parse().unwrap().promised;
        let refused = promised("2d", "8h").snapshot("P", None).unwrap_err();
        assert_eq!(codes(refused), [("/accept_within".to_owned(), "accept_after_solve")]);
        let terms = promised("4h", "2d").snapshot("P", None).unwrap();
        assert_eq!(terms.targets_ms, [Some(4 * HOUR), None, None, Some(48 * HOUR)]);
        assert_eq!(terms.warn_ms, HOUR / 2);
    }
}
