//! A desk's own fields of tickets: text, number, date, choice, checkbox.
use crate::tickets::{Ticket, TicketError, ViewTickets};
use axum::{
    Json,
    extract::{Path, Query},
};
use derive::Record;
use jiff::civil::Date;
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use people::permissions::ManageDesk;
use platform::{
    args,
    authority::{Grant, System, Tx},
    db::{self, Conn},
    idempotency::once,
    jobs::{self, Job, Trouble},
    sql,
    web::{Created, Failure, Json as Body, Keyed, Listing, Paged, Routes},
};
use serde_json::Value;
use std::collections::BTreeMap;
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
}
impl Field {
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
    /// As the API shows a stored value.
    pub fn shown(&self, stored: &str) -> Value {
        match self.kind {
            FieldKind::Number => stored.parse::<f64>().ok().and_then(serde_json::Number::from_f64).into(),
            FieldKind::Checkbox => Value::Bool(stored == "true"),
            FieldKind::Text | FieldKind::Date | FieldKind::Choice => Value::String(stored.to_owned()),
        }
    }
}

/// The form in which values of text are compared: without case and accents, the first 200 characters.
pub fn folded(value: &str) -> String {
    // A letter can fall apart into two when it is folded: the second time nothing more happens.
    text::fold(&text::fold(value)).chars().take(200).collect()
}

/// Folds what was there before there was a folded form, 1,000 values at a time. Running it twice changes nothing more.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Fold {
    after: i64,
}
/// Values of one transaction.
const FOLDED_AT_ONCE: usize = 1_000;
impl Job for Fold {
    const KIND: &'static str = "fields.fold";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let values = tx.all::<(Id<Ticket>, Id<Field>, String)>(
            sql!(
                "SELECT ticket_id, field_id, value FROM ticket_field
                  WHERE ticket_id >= $1 AND folded IS NULL ORDER BY ticket_id, field_id LIMIT $2"
            ),
            args![self.after, FOLDED_AT_ONCE],
        )?;
        for (ticket, field, value) in &values {
            tx.run(
                sql!("UPDATE ticket_field SET folded = $3 WHERE ticket_id = $1 AND field_id = $2"),
                args![*ticket, *field, &folded(value)],
            )?;
        }
        if let Some((last, ..)) = values.last().filter(|_| values.len() == FOLDED_AT_ONCE) {
            let now = tx.now();
            jobs::enqueue(tx, &Fold { after: last.number() }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(Fold);

/// All that are in use, in their order.
pub fn all(conn: &mut Conn) -> db::Result<Vec<Field>> {
    conn.all(
        sql!(
            "SELECT id, key, name, kind, choices FROM field WHERE is_archived = FALSE ORDER BY position, id"
        ),
        args![],
    )
}

#[derive(Record)]
struct Stored {
    ticket_id: Id<Ticket>,
    key: String,
    kind: FieldKind,
    value: String,
}
/// The values of several tickets, with one statement.
pub fn of_tickets(
    conn: &mut Conn,
    tickets: &[Id<Ticket>],
) -> db::Result<BTreeMap<Id<Ticket>, BTreeMap<String, Value>>> {
    let rows = conn.all::<Stored>(
        sql!(
            "SELECT v.ticket_id, f.key, f.kind, v.value FROM ticket_field v JOIN field f ON f.id = v.field_id
              WHERE v.ticket_id {in $1}"
        ),
        args![&Id::list(tickets)],
    )?;
    let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in rows {
        let field =
            Field { id: Id::new(0), key: row.key, name: String::new(), kind: row.kind, choices: "[]".into() };
        let shown = field.shown(&row.value);
        all.entry(row.ticket_id).or_default().insert(field.key, shown);
    }
    Ok(all)
}

/// Sets values; fields that are not named stay.
///
/// * returns – for each that changed, the value before and after.
/// * errors – 422 naming each field that is unknown or wrong; then nothing changes.
pub fn set<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    values: &BTreeMap<String, Value>,
) -> Result<Vec<(&'static str, [Value; 2])>, TicketError> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let fields = all(tx)?;
    let mut before = of_tickets(tx, &[ticket])?.remove(&ticket).unwrap_or_default();
    let mut mistakes = Mistakes::default();
    let (mut olds, mut news) = (serde_json::Map::new(), serde_json::Map::new());
    let mut changed = Vec::new();
    for (key, value) in values {
        let Some(field) = fields.iter().find(|field| field.key == *key) else {
            mistakes.add(&format!("fields/{key}"), "unknown_field");
            continue;
        };
        match field.parse(value) {
            Err(code) => mistakes.add(&format!("fields/{key}"), code),
            Ok(stored) => {
                let old = before.remove(key).unwrap_or(Value::Null);
                let new = stored.as_deref().map_or(Value::Null, |stored| field.shown(stored));
                if old != new {
                    olds.insert(key.clone(), old);
                    news.insert(key.clone(), new);
                    changed.push((field.id, stored));
                }
            }
        }
    }
    mistakes.check()?;
    for (field, stored) in changed {
        match stored {
            Some(value) => tx.run(
                sql!(
                    "INSERT INTO ticket_field (ticket_id, field_id, value, folded) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (ticket_id, field_id)
                       DO UPDATE SET value = excluded.value, folded = excluded.folded"
                ),
                args![ticket, field, &value, &folded(&value)],
            )?,
            None => tx.run(
                sql!("DELETE FROM ticket_field WHERE ticket_id = $1 AND field_id = $2"),
                args![ticket, field],
            )?,
        };
    }
    if news.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![("fields", [Value::Object(olds), Value::Object(news)])])
}

/// A new field. Untrusted.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDraft {
    /// Small letters, digits and `_`; how programs name it.
    pub key: String,
    pub name: String,
    #[schema(value_type = FieldKind)]
    pub kind: Option<FieldKind>,
    #[serde(default)]
    pub choices: Vec<String>,
}

/// Adds a field.
///
/// * errors – 422 naming what is wrong, or `taken` for the key.
pub fn create(tx: &mut Tx<ManageDesk>, draft: FieldDraft) -> Result<Field, TicketError> {
    let mut mistakes = Mistakes::default();
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let key = draft.key.trim();
    mistakes.require(!key.is_empty() && key.len() <= 60 && key.chars().all(is_key), "key", "key");
    let name = text::one_line(&draft.name, 100);
    mistakes.require(!name.is_empty(), "name", "required");
    mistakes.require(draft.kind.is_some(), "kind", "required");
    let mut choices: Vec<_> = draft.choices.iter().map(|choice| text::one_line(choice, 100)).collect();
    choices.retain(|choice| !choice.is_empty());
    let is_choice = draft.kind == Some(FieldKind::Choice);
    mistakes.require(is_choice != choices.is_empty(), "choices", "choices");
    mistakes.check()?;
    let kind = draft.kind.ok_or_else(|| Problem::field("kind", "required"))?;
    let choices = serde_json::to_string(&choices).expect("a list of text");
    let inserted = tx.one::<(Id<Field>,)>(
        sql!(
            "INSERT INTO field (key, name, kind, choices, position)
               VALUES ($1, $2, $3, $4, (SELECT coalesce(max(position), 0) + 1 FROM field)) RETURNING id"
        ),
        args![key, &name, kind, &choices],
    );
    let id = match inserted {
        Ok((id,)) => id,
        Err(db::Error::Duplicate { .. }) => return Err(Problem::field("key", "taken").into()),
        Err(other) => return Err(other.into()),
    };
    tx.emit(FieldCreated { field: id, key: key.to_owned() })?;
    Ok(Field { id, key: key.to_owned(), name, kind, choices })
}

/// A field in use.
pub fn by_id(conn: &mut Conn, id: Id<Field>) -> db::Result<Option<Field>> {
    conn.find(
        sql!("SELECT id, key, name, kind, choices FROM field WHERE id = $1 AND is_archived = FALSE"),
        args![id],
    )
}

/// What changes of a field; what is left out stays.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChanges {
    pub name: Option<String>,
    /// Replaces all; a ticket keeps a choice that is gone until somebody changes it.
    pub choices: Option<Vec<String>>,
    /// True: the field is no longer asked for. What tickets have of it stays.
    pub is_archived: Option<bool>,
}

/// Changes a field. Its key and kind never change: programs and stored values depend on them.
///
/// * errors – 404; 422 naming what is wrong.
pub fn edit(tx: &mut Tx<ManageDesk>, id: Id<Field>, changes: FieldChanges) -> Result<Field, TicketError> {
    let mut field = by_id(tx, id)?.ok_or_else(Problem::not_found)?;
    let mut mistakes = Mistakes::default();
    if let Some(name) = changes.name {
        field.name = text::one_line(&name, 100);
        mistakes.require(!field.name.is_empty(), "name", "required");
    }
    if let Some(choices) = changes.choices {
        let mut choices: Vec<_> = choices.iter().map(|choice| text::one_line(choice, 100)).collect();
        choices.retain(|choice| !choice.is_empty());
        let mut seen = std::collections::HashSet::new();
        choices.retain(|choice| seen.insert(choice.clone()));
        mistakes.require((field.kind == FieldKind::Choice) != choices.is_empty(), "choices", "choices");
        field.choices = serde_json::to_string(&choices).expect("a list of text");
    }
    mistakes.check()?;
    let is_archived = changes.is_archived == Some(true);
    tx.run(
        sql!("UPDATE field SET name = $2, choices = $3, is_archived = $4 WHERE id = $1"),
        args![id, &field.name, &field.choices, is_archived],
    )?;
    let key = field.key.clone();
    match is_archived {
        true => tx.emit(FieldArchived { field: id, key })?,
        false => tx.emit(FieldChanged { field: id, key })?,
    }
    Ok(field)
}

#[derive(serde::Serialize, ToSchema)]
pub struct FieldBody {
    #[schema(value_type = String)]
    pub id: Id<Field>,
    pub key: String,
    pub name: String,
    pub kind: FieldKind,
    pub choices: Vec<String>,
}
impl From<Field> for FieldBody {
    fn from(field: Field) -> Self {
        let choices = field.choices();
        FieldBody { id: field.id, key: field.key, name: field.name, kind: field.kind, choices }
    }
}

/// List the desk's own fields.
#[utoipa::path(get, path = "/api/v1/fields", tag = "tickets", params(Paged),
    responses((status = 200, body = Listing<FieldBody>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<FieldBody>>, Failure> {
    let fields = grant.read::<_, db::Error>(|tx| all(tx)).await?;
    Ok(Json(paged.of_whole(fields, |field| field.id.to_string(), FieldBody::from)?))
}

/// Add a field.
#[utoipa::path(post, path = "/api/v1/fields", tag = "tickets", request_body = FieldDraft,
    responses((status = 201, body = FieldBody)))]
pub async fn post(
    grant: Grant<ManageDesk>,
    Keyed(key, draft): Keyed<FieldDraft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let work = move |tx: &mut Tx<ManageDesk>| {
        once(tx, key.as_ref(), |tx| Ok::<_, Problem>(FieldBody::from(create(tx, draft)?)))
    };
    Ok(Created(grant.change(work).await?))
}

/// Change a field, or take it out of use.
#[utoipa::path(patch, path = "/api/v1/fields/{id}", tag = "tickets", params(("id" = String, Path)),
    request_body = FieldChanges, responses((status = 200, body = FieldBody)))]
pub async fn patch(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Field>>,
    Body(changes): Body<FieldChanges>,
) -> Result<Json<FieldBody>, Failure> {
    Ok(Json(grant.change(move |tx| edit(tx, id, changes)).await?.into()))
}

pub fn routes() -> Routes {
    Routes::new()
        .api::<ViewTickets>(routes!(list))
        .api::<ManageDesk>(routes!(post))
        .api::<ManageDesk>(routes!(patch))
}
