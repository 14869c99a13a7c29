//! What a ticket must be before it comes to a status.
use super::Status;
use crate::{
    checklists,
    escalation::lines,
    fields::{self, Field, demands},
    filter::{self, condition::Held},
    tickets::{Ticket, TicketError, store::Row},
};
use kernel::{fault::Problem, text};
use platform::{authority::Tx, db, i18n::format};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Sees to it that `ticket` may come to `status`, as it will be when `row` and `values` are written. People and rules are
/// asked; what a customer does, a merge and an undo are not. Costs one statement at most on a desk that asks
/// nothing.
///
/// * errors – 422 naming each field that is needed; `status_guarded` with what the status asks; `checklist_open` where
///   something is to be done first.
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
    if ticket.category.is_open() && !status.category.is_open() {
        checklists::actions::guard(tx, ticket)?;
    }
    if !status.can_come_from(ticket.status_id) {
        let names = names(tx, status)?;
        return Err(refused(tx, "status-only-from", "names", &names).into());
    }
    let fields = match ticket.category == status.category && status.only_if.is_empty() {
        true => return Ok(()),
        false => fields::all(tx)?,
    };
    let is_needed =
        |field: &&Field| ticket.category != status.category && field.needed_for().contains(&status.category);
    let needed: Vec<&Field> = fields.iter().filter(is_needed).collect();
    if needed.is_empty() && status.only_if.is_empty() {
        return Ok(());
    }
    let conditions = needed.iter().map(|field| field.shown_when.as_str()).chain([status.only_if.as_str()]);
    let held = Held::of(tx, ticket.id, conditions)?;
    let mut held = held.ok_or_else(Problem::not_found)?;
    become_as(tx, &mut held, row, tags)?;
    demands::foresee(&fields, &mut held, values)?;
    demands::check(&held, &needed)?;
    if !held.meets(&status.only_if) {
        let condition = held.typed(&status.only_if);
        return Err(refused(tx, "status-only-if", "condition", &condition).into());
    }
    Ok(())
}

/// The condition is of the ticket as it will be, but for its status: that is what is asked.
fn become_as<P>(tx: &mut Tx<P>, held: &mut Held, row: &Row, tags: Option<&[String]>) -> db::Result<()> {
    let facts = &mut held.facts;
    (facts.priority, facts.kind) = (row.priority, row.kind);
    facts.subject_folded = text::fold(&row.subject);
    facts.assignee = row.assignee_id.number();
    if facts.team != row.team_id.number() {
        facts.team = row.team_id.number();
        facts.line = lines::store::line_of(tx, row.team_id)?.map_or(0, |line| line.position);
    }
    if !facts.requester.contains(&row.requester_id.number()) {
        filter::store::asks(tx, facts, row.requester_id, row.organisation_id)?;
    }
    if let Some(tags) = tags {
        facts.tags = tags.to_vec();
    }
    Ok(())
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
