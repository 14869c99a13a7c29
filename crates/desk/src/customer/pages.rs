//! `/t/{number}/customer`: the customer beside the case, as a page of its own and as the part that the ticket's page fetches
//! when it comes into sight.
use super::{
    similar::{self, Similar},
    store::{self, Case, LOOKED_AT},
};
use crate::{
    contracts::pages::panel::{self, Panel},
    tickets::{self, Ticket, TicketError, ViewTickets},
};
use axum::extract::{Path, Query};
use kernel::{fault::Problem, id::Id};
use people::{
    contacts::{self, ContactRow},
    duplicates::{self, Reason},
    notes,
    permissions::ViewContacts,
};
use platform::{
    authority::{Grant, Tx},
    web::{Failure, Html, Page, Ui, address, beside::Whose},
};

/// Lines of each list.
const SHOWN: usize = 8;
/// Similar tickets.
const SIMILAR: usize = 5;
/// People who are perhaps the same person.
const HINTS: usize = 3;

/// Cases in a list, and where all of them are.
pub struct Cases {
    pub shown: Vec<Case>,
    pub all: String,
}
impl Cases {
    fn total(&self) -> i64 {
        self.shown.first().map_or(0, |case| case.total)
    }
    /// `12`, or `500+` where more were not looked at.
    pub fn count(&self) -> String {
        let total = self.total();
        if total >= LOOKED_AT as i64 { format!("{total}+") } else { total.to_string() }
    }
    pub fn open(&self) -> i64 {
        self.shown.first().map_or(0, |case| case.open)
    }
    pub fn done(&self) -> i64 {
        self.total() - self.open()
    }
    pub fn has_more(&self) -> bool {
        self.total() > self.shown.len() as i64
    }
}
/// The list of all that somebody asked.
pub fn all_of(key: &str, id: impl std::fmt::Display) -> String {
    address("/tickets", &[("filter", &format!("{key}:{id}"))])
}

/// What only those see who may see contacts.
#[derive(Default)]
struct Known {
    notes: Vec<Html>,
    alike: Vec<(ContactRow, Vec<Reason>)>,
}

#[derive(askama::Template)]
#[template(path = "customer/page.html")]
pub struct CustomerPage {
    ui: Ui,
    ticket: Ticket,
    asked: Cases,
    organisation: Option<Cases>,
    /// `None` where there is no index.
    similar: Option<Vec<Similar>>,
    known: Known,
    /// What covers the ticket, and why.
    contract: Option<Panel>,
    /// The list that was beside the ticket.
    query: String,
}
impl CustomerPage {
    fn may_edit(&self) -> bool {
        self.ui.may("tickets.edit") && !self.ticket.is_merged()
    }
}

/// `GET /t/{number}/customer`.
pub async fn get(
    grant: Grant<ViewTickets>,
    viewing: Option<Grant<ViewContacts>>,
    ui: Ui,
    Path(number): Path<Id<Ticket>>,
    Query(beside): Query<tickets::pages::Asked>,
) -> Result<Page<CustomerPage>, Failure> {
    let shown = ui.clone();
    let read = move |tx: &mut Tx<ViewTickets>| {
        let ticket = tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?.into_inner();
        let asked = store::of_contact(tx, ticket.customer_id, number, SHOWN)?;
        let others = match ticket.organisation_id {
            Some(id) => store::of_organisation(tx, id, number, SHOWN, ticket.customer_id)?,
            None => Vec::new(),
        };
        let contract = panel::load(tx, &shown, &ticket)?;
        Ok::<_, TicketError>((ticket, asked, others, contract))
    };
    let (ticket, asked, others, contract) = grant.read(read).await?;
    let similar = similar::similar(&grant, number, SIMILAR).await?;
    let back = beside.back(number);
    let known = match viewing {
        Some(viewing) => known(&viewing, &ui, &ticket, back.clone()).await?,
        None => Known::default(),
    };
    let asked = Cases { shown: asked, all: all_of("requester", ticket.customer_id) };
    let organisation =
        ticket.organisation_id.map(|id| Cases { shown: others, all: all_of("organisation", id) });
    let query = back.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"));
    Ok(Page(CustomerPage { ui, ticket, asked, organisation, similar, known, contract, query }))
}

async fn known(
    viewing: &Grant<ViewContacts>,
    ui: &Ui,
    ticket: &Ticket,
    next: String,
) -> Result<Known, Failure> {
    let (ui, customer, organisation) = (ui.clone(), ticket.customer_id, ticket.organisation_id);
    let read = move |tx: &mut Tx<ViewContacts>| {
        let mut cards = Vec::new();
        let whose = [Some(Whose::Contact(customer)), organisation.map(Whose::Organisation)];
        for whose in whose.into_iter().flatten() {
            let card = notes::card(tx, ui.clone(), whose, next.clone())?;
            cards.extend(card.map(|card| card.html()).transpose()?);
        }
        let mut alike = Vec::new();
        if ui.may("contacts.manage") {
            let found = duplicates::actions::alike(tx, customer)?;
            let ids: Vec<_> = found.iter().take(HINTS).map(|alike| alike.contact).collect();
            let rows = if ids.is_empty() { Vec::new() } else { contacts::store::by_ids(tx, &ids)? };
            for one in found {
                let Some(row) = rows.iter().find(|row| row.id == one.contact) else { continue };
                let mut reasons: Vec<_> = one.reasons.into_iter().map(|(reason, _)| reason).collect();
                reasons.dedup();
                alike.push((row.clone(), reasons));
            }
        }
        Ok::<_, Problem>(Known { notes: cards, alike })
    };
    Ok(viewing.read(read).await?)
}
