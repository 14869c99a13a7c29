//! From the event log to the steps of a clock.
use super::{
    clock::{Clock, Promise, Step, Terms, What},
    store, terms,
};
use crate::tickets::{Category, Ticket};
use kernel::{clock::Millis, id::Id};
use platform::{
    db::{Conn, Result},
    events::Recorded,
};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// Terms that were read already: many tickets have the same.
#[derive(Default)]
pub struct Known(HashMap<i64, Option<Arc<Terms>>>);
impl Known {
    fn get(&mut self, conn: &mut Conn, id: i64) -> Result<Option<Arc<Terms>>> {
        if let Some(terms) = self.0.get(&id) {
            return Ok(terms.clone());
        }
        let found = terms::by_id(conn, id)?;
        self.0.insert(id, found.clone());
        Ok(found)
    }
}

/// Everything that happened to the ticket's clock, with two statements and one for each new terms.
pub fn steps(conn: &mut Conn, ticket: Id<Ticket>, known: &mut Known) -> Result<Vec<Step>> {
    let events = store::events(conn, ticket)?;
    let added = events.iter().filter(|event| event.kind == "ticket.message_added");
    let added: Vec<_> = added.filter_map(|event| number(event.data().get("message")?)).map(Id::new).collect();
    let speaking: HashMap<i64, bool> = match added.as_slice() {
        [] => HashMap::new(),
        added => store::speaking(conn, added)?.into_iter().collect(),
    };
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        if let Some(what) = what(conn, &event, &speaking, known)? {
            steps.push(Step { at: event.at_ms, what });
        }
    }
    Ok(steps)
}

/// The clock as the log has it; with `is_told` it can be explained.
pub fn recompute(conn: &mut Conn, ticket: Id<Ticket>, known: &mut Known, is_told: bool) -> Result<Clock> {
    Ok(Clock::of(steps(conn, ticket, known)?, is_told))
}

fn what(
    conn: &mut Conn,
    event: &Recorded,
    speaking: &HashMap<i64, bool>,
    known: &mut Known,
) -> Result<Option<What>> {
    let data = event.data();
    Ok(match event.kind.as_str() {
        "ticket.opened" => Some(What::Opened),
        "ticket.message_added" => {
            let message = data.get("message").and_then(number);
            message
                .and_then(|id| speaking.get(&id))
                .map(|is_in| if *is_in { What::Asked } else { What::Answered })
        }
        // Two statuses of one category are numbers here: the clock does not hear of them.
        "ticket.changed" => {
            let after = data.pointer("/changes/status/1").and_then(Value::as_str);
            after.and_then(Category::from_word).map(What::Status)
        }
        "ticket.merged" => Some(What::Merged(true)),
        "ticket.unmerged" => Some(What::Merged(false)),
        "sla.applied" => match data.get("terms").and_then(number) {
            Some(id) => Some(What::Terms(known.get(conn, id)?)),
            None => Some(What::Terms(None)),
        },
        "sla.breached" => {
            let promise = data.get("promise").and_then(Value::as_str).and_then(Promise::from_word);
            let due: Option<Millis> =
                data.get("due_at").and_then(|due| serde_json::from_value(due.clone()).ok());
            promise.zip(due).map(|(promise, due)| What::Late(promise, due))
        }
        _ => None,
    })
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
