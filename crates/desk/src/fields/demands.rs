//! Which fields a ticket shows, and which it needs before it may come to a category.
use super::{Field, actions};
use crate::{
    filter::condition::Held,
    tickets::{Ticket, TicketError},
};
use kernel::{fault::Mistakes, id::Id};
use platform::{authority::Tx, db};
use serde_json::Value;
use std::collections::BTreeMap;

/// Leaves those of `fields` that the ticket shows: whose condition holds, or that have a value already. Costs nothing on
/// a desk without conditions.
///
/// * `values` – of the ticket, by the field's number.
pub fn shown<P>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    fields: &mut Vec<Field>,
    values: &BTreeMap<i64, String>,
) -> db::Result<()> {
    let conditions = |field: &Field| !field.shown_when.is_empty();
    if !fields.iter().any(conditions) {
        return Ok(());
    }
    let Some(held) = Held::of(tx, ticket, fields.iter().map(|field| field.shown_when.as_str()))? else {
        return Ok(());
    };
    fields.retain(|field| values.contains_key(&field.id.number()) || held.meets(&field.shown_when));
    Ok(())
}

/// Sees what the ticket will be when `values` are set.
///
/// * errors – 422 naming each value that is wrong.
pub fn foresee(
    fields: &[Field],
    held: &mut Held,
    values: &BTreeMap<String, Value>,
) -> Result<(), TicketError> {
    for (field, stored) in actions::parse(fields, values)? {
        match stored {
            Some(value) => held.facts.fields.insert(field.id.number(), value),
            None => held.facts.fields.remove(&field.id.number()),
        };
    }
    Ok(())
}

/// * errors – 422 `needed` for each of `needed` that the ticket shows and that is empty. A checkbox is needed ticked.
pub fn check(held: &Held, needed: &[&Field]) -> Result<(), TicketError> {
    let mut mistakes = Mistakes::default();
    for field in needed.iter().filter(|field| held.meets(&field.shown_when)) {
        let value = held.facts.fields.get(&field.id.number());
        let is_there = value.is_some_and(|value| value != "false");
        mistakes.require(is_there, &format!("fields/{}", field.key), "needed");
    }
    Ok(mistakes.check()?)
}
