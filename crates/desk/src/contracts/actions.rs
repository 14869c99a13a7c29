//! What can be done with contracts: one verb, one transaction, its events.
use super::{
    Changes, Contract, ContractApplied, ContractChanged, ContractCreated, ContractTermsAdded,
    ContractTermsRemoved, ManageContracts, Terms, TermsDraft,
    cover::{self, Applied},
    policy::{Covers, Draft, NewContract, meet, services, share_a_day},
    store,
    terms::NewTerms,
    usage, watch,
};
use crate::{
    calendars,
    sla::{self, reapply::Reapply},
    tickets::{Ticket, TicketError, store as tickets},
};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::{
    authority::{System, Tx, User},
    db,
    jobs::{self, Job, Trouble},
};
use serde::{Deserialize, Serialize};

/// Adds a contract with its first terms. Tickets of its organisations that it covers go on with it.
///
/// * errors – 422 naming the field, also for one that covers what another does.
pub fn create(tx: &mut Tx<ManageContracts>, draft: Draft) -> Result<Id<Contract>, TicketError> {
    let (new, terms) = draft.parse()?;
    let owner = check(tx, &new, None)?;
    check_terms(tx, &terms, "terms/")?;
    let id = store::insert(tx, &new, owner)?;
    store::put_terms(tx, id, &terms)?;
    tx.emit(ContractCreated { contract: id, name: new.name.clone() })?;
    renew(tx, "terms/calendar", Some(&terms))?;
    cover_past(tx, &new)?;
    Ok(id)
}

/// Changes what is given. What a ticket that is solved was covered by stays.
pub fn edit(tx: &mut Tx<ManageContracts>, id: Id<Contract>, changes: Changes) -> Result<(), TicketError> {
    let before = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let given = [
        ("name", changes.name.is_some()),
        ("organisations", changes.organisations.is_some()),
        ("owner", changes.owner.is_some()),
        ("ends_on", changes.ends_on.is_some()),
        ("notice_days", changes.notice_days.is_some()),
        ("covers", changes.covers.is_some()),
        ("contacts", changes.contacts.is_some()),
        ("services", changes.services.is_some()),
        ("inbox", changes.inbox.is_some()),
        ("is_archived", changes.is_archived.is_some()),
    ];
    let organisations = store::organisations(tx, &[id])?.into_iter().map(|(_, id, _)| id).collect();
    let contacts = store::contacts(tx, id)?.into_iter().map(|(id, ..)| id).collect();
    let (draft, is_archived) = changes.apply(&before, organisations, contacts);
    let mut mistakes = Mistakes::default();
    let new = draft.check(&mut mistakes, is_archived);
    mistakes.check()?;
    let new = new.ok_or_else(Problem::internal)?;
    // Terms that would begin after the end would never hold.
    let late =
        store::terms(tx, id)?.into_iter().find(|terms| new.ends.is_some_and(|ends| ends < terms.begins()));
    if let Some(terms) = late {
        return Err(Problem::field("ends_on", "end_before_terms").because(terms.begins_on).into());
    }
    let owner = check(tx, &new, Some(id))?;
    store::update(tx, id, &new, owner)?;
    let fields: Vec<_> = given.into_iter().filter(|(_, is)| *is).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(ContractChanged { contract: id, fields })?;
    }
    renew(tx, "organisations", None)?;
    cover_past(tx, &new)?;
    Ok(())
}

/// Other terms from a day on. Those that hold today, and what was reckoned by them, stay as they are.
///
/// * errors – 422 for a day before today, outside of the contract's term.
pub fn add_terms(
    tx: &mut Tx<ManageContracts>,
    id: Id<Contract>,
    draft: TermsDraft,
) -> Result<(), TicketError> {
    let contract = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let new = draft.parse(None, "")?;
    let today = cover::today(tx)?;
    let mut mistakes = Mistakes::default();
    mistakes.require(new.begins >= today, "begins_on", "terms_in_past");
    mistakes.require(new.begins >= contract.begins(), "begins_on", "terms_before_contract");
    mistakes.require(
        contract.ends().is_none_or(|ends| new.begins <= ends),
        "begins_on",
        "terms_after_contract",
    );
    mistakes.check()?;
    check_terms(tx, &new, "")?;
    store::put_terms(tx, id, &new)?;
    tx.emit(ContractTermsAdded { contract: id, begins_on: new.begins.to_string() })?;
    renew(tx, "calendar", Some(&new))?;
    watch::look(tx, id)?;
    Ok(())
}

/// Takes terms back that have not begun.
///
/// * errors – 409 `terms_begun` for those that have, and for the first of a contract.
pub fn remove_terms(
    tx: &mut Tx<ManageContracts>,
    id: Id<Contract>,
    terms: Id<Terms>,
) -> Result<(), TicketError> {
    store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let all = store::terms(tx, id)?;
    let gone = all.iter().find(|known| known.id == terms).ok_or_else(Problem::not_found)?;
    let is_first = all.first().is_some_and(|first| first.id == terms);
    if is_first || gone.begins() <= cover::today(tx)? {
        return Err(Problem::conflict("terms_begun").into());
    }
    store::delete_terms(tx, terms)?;
    tx.emit(ContractTermsRemoved { contract: id, begins_on: gone.begins_on.clone() })?;
    renew(tx, "calendar", None)
}

/// A ticket is covered by another contract from now on, or by none.
pub(crate) fn applied<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, applied: Option<Applied>) -> db::Result<()> {
    let contract = applied.as_ref().map(|applied| applied.contract);
    if let Some(contract) = contract {
        watch::look(tx, contract)?;
    }
    let name = applied.map(|applied| applied.name).unwrap_or_default();
    tx.emit(ContractApplied { ticket, contract, name })
}

/// What is promised may be another thing now, and on the day on which terms begin.
fn renew(tx: &mut Tx<ManageContracts>, field: &str, begun: Option<&NewTerms>) -> Result<(), TicketError> {
    sla::actions::refresh_variants(tx, field)?;
    sla::actions::renew(tx)?;
    if let Some(new) = begun {
        let zone = cover::zone(tx)?;
        let at = usage::start(new.begins, &zone);
        if at > tx.now() {
            jobs::enqueue(tx, &Reapply::ALL, at, None)?;
        }
    }
    Ok(())
}

/// * returns – the owner.
/// * errors – 422 naming the field; of a contract that covers what another does, with both in words.
fn check(
    tx: &mut Tx<ManageContracts>,
    new: &NewContract,
    but: Option<Id<Contract>>,
) -> Result<Id<User>, TicketError> {
    let mut mistakes = Mistakes::default();
    mistakes.require(!store::is_taken(tx, &new.name, but)?, "name", "taken");
    let known = store::count_organisations(tx, &new.organisations)?;
    mistakes.require(known == new.organisations.len() as i64, "organisations", "unknown_id");
    let members = store::count_members(tx, &new.contacts, &new.organisations)?;
    mistakes.require(members == new.contacts.len() as i64, "contacts", "contact_elsewhere");
    let owner = new.owner.or(tx.actor().user()).unwrap_or(Id::new(0));
    mistakes.require(tickets::user_exists(tx, owner)?, "owner", "unknown_id");
    if let Some(inbox) = new.inbox {
        mistakes.require(store::can_send(tx, inbox)?, "inbox", "inbox_cannot_send");
    }
    mistakes.check()?;
    if !new.is_archived
        && let Some(problem) = overlap(tx, new, but)?
    {
        return Err(problem.into());
    }
    Ok(owner)
}

/// The contract that covers what a new one would, as a problem.
fn overlap(
    tx: &mut Tx<ManageContracts>,
    new: &NewContract,
    but: Option<Id<Contract>>,
) -> Result<Option<Problem>, TicketError> {
    let all = store::in_use(tx)?;
    let organisations = store::all_organisations(tx)?;
    for other in all.into_iter().filter(|other| Some(other.id) != but && other.covers == new.covers) {
        let shared = organisations.iter().find(|(id, of)| *id == other.id && new.organisations.contains(of));
        let Some((_, shared)) = shared else { continue };
        let (begins, ends) =
            (super::terms::day(&other.begins_on), other.ends_on.as_deref().map(super::terms::day));
        if !share_a_day((new.begins, new.ends), (begins, ends)) {
            continue;
        }
        let Ok(its) = services(&other.services) else { continue };
        if !meet(&new.services, &its) {
            continue;
        }
        if new.covers == Covers::Named && !store::names_one_of(tx, other.id, &new.contacts)? {
            continue;
        }
        let client = people::organisations::store::names(tx, &[*shared])?;
        let client = client.first().map_or("", |(_, name)| name);
        let language = tx.actor().language;
        let until = match &other.ends_on {
            Some(day) => day.clone(),
            None => platform::i18n::text(language, "contract-open-end").to_owned(),
        };
        let detail = platform::i18n::format(
            language,
            "contract-overlaps",
            &[
                ("name", other.name.as_str().into()),
                ("client", client.into()),
                ("from", other.begins_on.as_str().into()),
                ("until", until.as_str().into()),
            ],
        );
        let field = if new.covers == Covers::Named { "contacts" } else { "organisations" };
        return Ok(Some(Problem::field(field, "contract_overlap").because(detail)));
    }
    Ok(None)
}

fn check_terms(tx: &mut Tx<ManageContracts>, new: &NewTerms, at: &str) -> Result<(), TicketError> {
    let mut mistakes = Mistakes::default();
    if let Some(policy) = new.policy {
        mistakes.require(sla::store::policy(tx, policy)?.is_some(), &format!("{at}policy"), "unknown_id");
    }
    if let Some(id) = new.calendar {
        mistakes.require(calendars::store::by_id(tx, id)?.is_some(), &format!("{at}calendar"), "unknown_id");
    }
    Ok(mistakes.check()?)
}

/// Tickets of one transaction.
const CHUNK: usize = 200;

/// Solved tickets that came since a contract began before it was written down: they count, and nothing is promised to them
/// any more. Open ones are looked at by [`Reapply`].
#[derive(Debug, Serialize, Deserialize)]
pub struct CoverPast {
    organisations: Vec<i64>,
    since_ms: i64,
    after: i64,
}
impl Job for CoverPast {
    const KIND: &'static str = "contracts.cover_past";

    fn run(self, tx: &mut Tx<System>) -> Result<(), Trouble> {
        let organisations: Vec<_> = self.organisations.iter().map(|id| Id::new(*id)).collect();
        let since = kernel::clock::Millis(self.since_ms);
        let found = store::uncovered(tx, &organisations, since, Id::new(self.after), CHUNK)?;
        let covering = cover::load(tx)?;
        for ticket in &found {
            let Some(about) = sla::store::about(tx, *ticket)? else { continue };
            let covered = cover::choose(tx, &covering, &about.subject(), about.created_at_ms)?;
            if let Some(covered) = covered {
                let now_covered = covered.applied();
                sla::store::mark_contract(tx, *ticket, Some(now_covered.contract))?;
                applied(tx, *ticket, Some(now_covered))?;
            }
        }
        if let Some(last) = found.last().filter(|_| found.len() == CHUNK) {
            let now = tx.now();
            jobs::enqueue(tx, &CoverPast { after: last.number(), ..self }, now, None)?;
        }
        Ok(())
    }
}
platform::register_job!(CoverPast);

fn cover_past(tx: &mut Tx<ManageContracts>, new: &NewContract) -> db::Result<()> {
    let zone = cover::zone(tx)?;
    let (since, now) = (usage::start(new.begins, &zone), tx.now());
    if since > now || new.is_archived {
        return Ok(());
    }
    let organisations = new.organisations.iter().map(|id| id.number()).collect();
    jobs::enqueue(tx, &CoverPast { organisations, since_ms: since.0, after: 0 }, now, None)
}
