//! A desk's own fields of tickets: text, number, date, choice, checkbox. Some are shown only under a condition, some
//! are needed before a ticket may go on.
pub mod actions;
pub mod api;
pub mod demands;
mod fold;
pub mod pages;
pub mod store;

pub use actions::set;
pub use fold::{Fold, folded};
pub use store::{all, of_tickets};

use crate::tickets::{Category, ViewTickets};
use axum::routing::{get, post};
use derive::Record;
use jiff::civil::Date;
use kernel::id::Id;
use people::permissions::ManageDesk;
use platform::web::Routes;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

platform::translations!();
platform::events! {
    /// A field of tickets was added.
    FieldCreated = "field.created" about "field" field { field: Id<Field>, key: String }
    /// A field of tickets got another name or other choices.
    FieldChanged = "field.changed" about "field" field { field: Id<Field>, key: String }
    /// A field is no longer asked for; what tickets have of it stays.
    FieldArchived = "field.archived" about "field" field { field: Id<Field>, key: String }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Number,
    Date,
    Choice,
    Checkbox,
}
platform::words! { FieldKind {
    Text = "text", Number = "number", Date = "date", Choice = "choice", Checkbox = "checkbox",
} }

impl FieldKind {
    /// As the API shows a stored value.
    pub fn shown(self, stored: &str) -> Value {
        match self {
            FieldKind::Number => stored.parse::<f64>().ok().and_then(serde_json::Number::from_f64).into(),
            FieldKind::Checkbox => Value::Bool(stored == "true"),
            FieldKind::Text | FieldKind::Date | FieldKind::Choice => Value::String(stored.to_owned()),
        }
    }
}

/// A field that tickets can have.
#[derive(Clone, Debug, Record)]
pub struct Field {
    pub id: Id<Field>,
    /// The name for programs; never changes.
    pub key: String,
    pub name: String,
    pub kind: FieldKind,
    /// A JSON list.
    pub choices: String,
    /// A filter with ids; empty where every ticket shows it.
    pub shown_when: String,
    /// A JSON list of categories.
    pub needed_for: String,
}
impl Field {
    /// A field that every ticket shows and none needs.
    pub fn plain(id: Id<Field>, key: String, name: String, kind: FieldKind, choices: String) -> Field {
        Field { id, key, name, kind, choices, shown_when: String::new(), needed_for: "[]".into() }
    }
    /// The categories that no ticket reaches while it shows the field and it is empty.
    pub fn needed_for(&self) -> Vec<Category> {
        serde_json::from_str(&self.needed_for).unwrap_or_default()
    }
    pub fn choices(&self) -> Vec<String> {
        serde_json::from_str(&self.choices).unwrap_or_default()
    }
    /// The stored form of a value; `None` empties the field.
    ///
    /// * errors – a code for the field.
    pub fn parse(&self, value: &Value) -> Result<Option<String>, &'static str> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(is_on) => is_on.to_string(),
            Value::Array(_) | Value::Object(_) => return Err("wrong_type"),
        };
        match self.kind {
            FieldKind::Text if text.len() > 10_000 => Err("too_long"),
            FieldKind::Text => Ok(Some(text.replace('\0', ""))),
            FieldKind::Number => match text.replace(',', ".").parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number.to_string())),
                _ => Err("wrong_type"),
            },
            FieldKind::Date => text.parse::<Date>().map(|date| Some(date.to_string())).map_err(|_| "date"),
            FieldKind::Choice if self.choices().contains(&text) => Ok(Some(text)),
            FieldKind::Choice => Err("unknown_word"),
            FieldKind::Checkbox => match text.as_str() {
                "true" | "on" | "1" => Ok(Some("true".into())),
                "false" | "off" | "0" => Ok(Some("false".into())),
                _ => Err("wrong_type"),
            },
        }
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(api::list))
        .api::<ManageDesk>(routes!(api::post))
        .api::<ManageDesk>(routes!(api::patch))
        .get::<ManageDesk>("/admin/fields", get(pages::get))
        .post::<ManageDesk>("/admin/fields", post(pages::add))
        .get::<ManageDesk>("/admin/fields/{id}", get(pages::one))
        .post::<ManageDesk>("/admin/fields/{id}", post(pages::edit))
        .post::<ManageDesk>("/admin/fields/{id}/archive", post(pages::archive))
}
