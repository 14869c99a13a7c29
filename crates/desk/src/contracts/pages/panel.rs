//! The contract of a ticket beside the case: why it is this one, and what of it is used.
use super::Meter;
use crate::{
    contracts::{Contract, cover, policy::Covers, store, usage},
    tickets::{Ticket, ViewTickets},
};
use platform::{
    authority::{Implies, Tx},
    db,
    web::Ui,
};

pub struct Panel {
    pub contract: Contract,
    pub because: String,
    /// The period, and what of it is used; empty where none runs.
    pub span: String,
    pub meters: Vec<Meter>,
}

/// With six statements at most; none for a ticket that no contract covers.
pub fn load<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ui: &Ui, ticket: &Ticket) -> db::Result<Option<Panel>> {
    let Some(id) = ticket.contract_id else { return Ok(None) };
    let Some(contract) = store::by_id(tx, id)? else { return Ok(None) };
    let (terms, today) = (store::terms(tx, id)?, cover::today(tx)?);
    let used = usage::on(tx, &contract, &terms, today)?;
    let organisation = ticket.organisation_name.as_deref().unwrap_or_default();
    let because = match contract.covers {
        Covers::Everybody => ui.t1("contract-because-organisation", "name", organisation),
        Covers::Named => ui.t1("contract-because-person", "name", &ticket.requester_name),
    };
    let because = match contract.services.as_str() {
        "" => because,
        services => format!("{because} {}", ui.t1("contract-because-services", "services", services)),
    };
    let span =
        used.as_ref().map(|used| format!("{} – {}", ui.civil_date(used.from), ui.civil_date(used.last())));
    let meters = used.iter().flat_map(|used| &used.accounts).map(|account| Meter::of(ui, account)).collect();
    Ok(Some(Panel { contract, because, span: span.unwrap_or_default(), meters }))
}
