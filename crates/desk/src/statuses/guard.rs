//! What a ticket must be before it comes to a status.
use super::Status;
use crate::{
    fields::{Field, demands},
    filter::condition::Held,
    tickets::{Ticket, TicketError, store::Row},
};
use kernel::fault::Problem;
use platform::{authority::Tx, db, i18n::format};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Sees to it that `ticket` may come to `status`, as it will be when `row` and `values` are written. People and rules are
/// asked; what a customer does, a merge and an undo are not. Costs one statement on a desk that asks nothing.
///
/// * errors – 422 naming each field that is needed; `status_guarded` with what the status asks.
pub fn check<P>(
    tx: &mut Tx<P>,
    ticket: &Ticket,
    row: &Row,
    status: &Status,
    tags: Option<&[String]>,
    values: &BTreeMap<String, Json>,
) -> Result<(), TicketError> {
    if ticket.status_id == status.id {
        return Ok(());
    }
    if !status.can_come_from(ticket.status_id) {
        let names = names(tx, status)?;
        return Err(refused(tx, "status-only-from", "names", &names).into());
    }
    let needed = match ticket.category == status.category {
        true => Vec::new(),
        false => demands::of_category(tx, status.category)?,
    };
    if needed.is_empty() && status.only_if.is_empty() {
        return Ok(());
    }
    let conditions =
        needed.iter().map(|field: &Field| field.shown_when.as_str()).chain([status.only_if.as_str()]);
    let held = Held::of(tx, ticket.id, conditions)?;
    let mut held = held.ok_or_else(Problem::not_found)?;
    become_as(&mut held, row, tags);
    demands::foresee(tx, &mut held, values)?;
    demands::check(&held, &needed)?;
    if !held.meets(&status.only_if) {
        let condition = held.typed(&status.only_if);
        return Err(refused(tx, "status-only-if", "condition", &condition).into());
    }
    Ok(())
}

/// The condition is of the ticket as it will be, but for its status: that is what is asked.
fn become_as(held: &mut Held, row: &Row, tags: Option<&[String]>) {
    let facts = &mut held.facts;
    (facts.priority, facts.kind) = (row.priority, row.kind);
    (facts.team, facts.assignee) = (row.team_id.number(), row.assignee_id.number());
    if let Some(tags) = tags {
        facts.tags = tags.to_vec();
    }
}

fn names<P>(tx: &mut Tx<P>, status: &Status) -> db::Result<String> {
    let language = tx.actor().language;
    let only = status.only_from();
    let all = super::all(tx)?;
    let names = all.iter().filter(|other| only.contains(&other.id)).map(|other| other.name_in(language));
    Ok(names.collect::<Vec<_>>().join(", "))
}

fn refused<P>(tx: &Tx<P>, key: &str, name: &'static str, value: &str) -> Problem {
    let sentence = format(tx.actor().language, key, &[(name, value.into())]);
    let fields = Problem::field("status", "status_guarded").fields;
    Problem { fields, ..Problem::new(422, "status_guarded") }.because(sentence)
}
