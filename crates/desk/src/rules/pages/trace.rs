//! `/t/{number}/rules`: which rules looked at a ticket, what they found and what they did.
use super::{
    super::{
        actions,
        policy::Known,
        trace::{self, Deed, Looked, Outcome, Verdict},
    },
    Speaker,
};
use crate::tickets::{self, Ticket, TicketError, ViewTickets};
use axum::extract::Query;
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::Grant,
    web::{Failure, InPath, Page, Ui},
};

/// Looks on one page.
const MOST: usize = 50;

#[derive(Default, serde::Deserialize)]
pub struct Place {
    until: Option<Id<super::store::Look>>,
}

#[derive(askama::Template)]
#[template(path = "rules/trace.html")]
pub struct TracePage {
    ui: Ui,
    ticket: Ticket,
    looks: Vec<Looked>,
    known: Known,
    older: Option<Id<super::store::Look>>,
}
impl TracePage {
    fn outcome(&self, verdict: &Verdict) -> String {
        Speaker { ui: &self.ui, known: &self.known }.outcome(verdict)
    }
    fn deed(&self, deed: &Deed) -> String {
        let value = Speaker { ui: &self.ui, known: &self.known }.value(&deed.step);
        let what = self.ui.t_of("rule-do", &deed.step.kind);
        if value.is_empty() { what.into() } else { format!("{what}: {value}") }
    }
    fn tone(&self, verdict: &Verdict) -> &'static str {
        match verdict.outcome {
            Outcome::Matched => "done",
            Outcome::Unmatched | Outcome::OffPeriod => "quiet",
            Outcome::Limited | Outcome::Failed => "late",
        }
    }
    fn icon(&self, verdict: &Verdict) -> &'static str {
        match verdict.outcome {
            Outcome::Matched => "check",
            Outcome::Unmatched | Outcome::OffPeriod => "x",
            Outcome::Limited | Outcome::Failed => "circle-alert",
        }
    }
    fn is_waiting(&self, look: &Looked) -> bool {
        look.occasion.starts_with("rule/")
    }
    fn older(&self) -> String {
        self.older.map_or_else(String::new, |until| format!("/t/{}/rules?until={until}", self.ticket.id))
    }
}

pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    InPath(number): InPath<Id<Ticket>>,
    Query(place): Query<Place>,
) -> Result<Page<TracePage>, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?.into_inner();
            let before = place.until.unwrap_or(Id::new(i64::MAX));
            let mut looks = trace::of(tx, number, before, MOST + 1)?;
            let has_more = looks.len() > MOST;
            looks.truncate(MOST);
            let older = looks.last().map(|look| look.id).filter(|_| has_more);
            Ok(TracePage { known: actions::known(tx)?, ui, ticket, looks, older })
        })
        .await?;
    Ok(Page(page))
}
